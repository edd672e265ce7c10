// What this device keeps until it can be sent, and how it is sent: once, by the account that noted it, and by no other.
//
// Every record is encrypted (AES-GCM) with a key that belongs to one account, is made anew at each sign-in and cannot be
// taken out of the browser. Beside a record stands only whose it is, what kind and when. After the session's idle time
// nothing is opened any more until that account has signed in again; signing out destroys key and records.
// Where the browser has no such keys (plain http), `able` is false and nothing is kept.
(() => {
  "use strict";

  const NAME = "bsa";
  const STORES = ["keys", "records", "told"];
  const MINUTE = 60_000;
  const DAY = 24 * 60 * MINUTE;
  const PATIENCE = 20_000;
  const FIRST_WAIT = 2_000;
  const LONGEST_WAIT = 5 * MINUTE;

  const able = Boolean(
    window.isSecureContext && window.indexedDB && window.crypto && crypto.subtle && navigator.locks
  );

  // --- the store ---------------------------------------------------------------------------------------------------

  const opened = () => new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("keys", { keyPath: "account" });
      asked.result.createObjectStore("records", { keyPath: "id" }).createIndex("account", "account");
      asked.result.createObjectStore("told", { keyPath: "name" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });

  // Do something in one transaction; what it asks for is the answer.
  const within = async (mode, work) => {
    const base = await opened();
    try {
      return await new Promise((done, fail) => {
        const all = base.transaction(STORES, mode, { durability: mode === "readwrite" ? "strict" : "default" });
        const asked = work(all.objectStore("records"), all.objectStore("keys"), all.objectStore("told"));
        const answer = (one) => (one instanceof IDBRequest ? one.result : undefined);
        all.oncomplete = () => done(Array.isArray(asked) ? asked.map(answer) : answer(asked));
        all.onabort = () => fail(all.error);
      });
    } finally {
      base.close();
    }
  };

  // One at a time, in all windows together: nobody seals with a key that another window is just replacing.
  const alone = (work) => navigator.locks.request("bsa-device", work);

  // Tell this window and the others that something was kept or sent.
  const windows = able ? new BroadcastChannel("bsa-device") : null;
  const heard = () => document.dispatchEvent(new CustomEvent("bsa:device"));
  const changed = () => {
    heard();
    windows.postMessage("changed");
  };

  // The sign-ins that were ended while this window was open, here or in another: what the server had said before and
  // comes in late must not bring the account back.
  const ended = new Set();
  if (windows) {
    windows.onmessage = ({ data }) => {
      if (data.ended) ended.add(data.ended);
      heard();
    };
  }

  // --- sealing -----------------------------------------------------------------------------------------------------

  const bound = (record) => new TextEncoder().encode(`${record.account}|${record.kind}|${record.id}`);

  const sealed = async (key, record, value) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(value));
    const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(record) }, key, text);
    return { ...record, iv, box };
  };

  const unsealed = async (key, record) => {
    const how = { name: "AES-GCM", iv: record.iv, additionalData: bound(record) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, record.box)));
  };

  const opens = (held, record) => unsealed(held.key, record).catch(() => undefined);

  const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

  // --- accounts ----------------------------------------------------------------------------------------------------

  const keyOf = (account) => within("readonly", (_, keys) => keys.get(account));
  const recordsOf = (account) => within("readonly", (records) => records.index("account").getAll(account));

  // The key and the records as they are at one moment: read one after the other, a new key would not fit old records.
  const holdings = (account) => within(
    "readonly", (records, keys) => [keys.get(account), records.index("account").getAll(account)]
  );

  // Somebody is signed in: from now on this account's things open, under a new key when it is a new sign-in.
  // False when that somebody has signed out meanwhile.
  const welcome = ({ account, signIn, idleMinutes, hours, days }) => alone(async () => {
    if (ended.has(signIn)) return false;
    const held = await keyOf(account);
    const rules = { idleMinutes, hours, days };
    if (held && held.signIn === signIn) {
      // The server says that the sign-in holds; whatever this device's clock made of it.
      const began = Date.now() - held.began > hours * 60 * MINUTE ? Date.now() : held.began;
      const again = { ...held, ...rules, began, locked: false, seen: Date.now() };
      await within("readwrite", (_, keys, told) => { keys.put(again); told.put({ name: "last", account }); });
      return true;
    }
    const key = await newKey();
    const anew = [];
    for (const record of held ? await recordsOf(account) : []) {
      const { iv, box, ...rest } = record;
      try {
        anew.push(await sealed(key, rest, await unsealed(held.key, record)));
      } catch {
        // It does not open: it stays as it is, and is shown as such.
      }
    }
    await within("readwrite", (records, keys, told) => {
      anew.forEach((record) => records.put(record));
      keys.put({ account, signIn, key, ...rules, began: Date.now(), seen: Date.now() });
      told.put({ name: "last", account });
    });
    return true;
  });

  // Who was the last to be signed in here, and whether what is theirs may be shown.
  const last = async () => {
    if (!(await anything())) return undefined;
    const told = await within("readonly", (_, __, all) => all.get("last"));
    return told ? keyOf(told.account) : undefined;
  };

  const locked = (held) => {
    const now = Date.now();
    return !held || held.locked || now - held.seen > held.idleMinutes * MINUTE || now - held.began > held.hours * 60 * MINUTE;
  };

  // A sign of life puts the lock off. What is locked stays so until the account has signed in again.
  const seen = (account) => alone(async () => {
    const held = await keyOf(account);
    if (locked(held)) return;
    await within("readwrite", (_, keys) => keys.put({ ...held, seen: Date.now() }));
  });

  // What is only a copy of what the server has goes at once; what was noted here stays, encrypted.
  const lock = (account) => alone(async () => {
    const held = await keyOf(account);
    if (!held) return;
    const copies = (await recordsOf(account)).filter((record) => record.kind === "residents");
    await within("readwrite", (records, keys) => {
      keys.put({ ...held, locked: true });
      copies.forEach((record) => records.delete(record.id));
    });
  });

  // Leave nothing of an account; when nothing of anybody is left, not even the empty house.
  const forget = (account) => alone(async () => {
    const all = await recordsOf(account);
    const told = await within("readonly", (_, __, names) => names.get("last"));
    await within("readwrite", (records, keys, names) => {
      all.forEach((record) => records.delete(record.id));
      keys.delete(account);
      if (told && told.account === account) names.delete("last");
    });
    const rest = await within("readonly", (_, keys) => keys.count());
    if (rest === 0) {
      await new Promise((done) => {
        const asked = indexedDB.deleteDatabase(NAME);
        asked.onsuccess = asked.onerror = asked.onblocked = done;
      });
    }
    changed();
  });

  // How many unsent things of others lie closed here.
  const ofOthers = async (account) => {
    const all = await within("readonly", (records) => records.getAll());
    return all.filter((record) => record.account !== account && record.kind === "sending").length;
  };

  // Destroy what others left here for too long; return how many unsent things went with it. Whoever has nothing of their
  // own here any more leaves nothing: key and copies go at once, for at the next sign-in the server gives them anew.
  const expire = (account, days) => alone(async () => {
    const [all, keys] = await within("readonly", (records, held) => [records.getAll(), held.getAll()]);
    const own = (record) => record.kind === "sending" || record.kind === "draft";
    const young = all.filter((record) => own(record) && Date.now() - record.at <= days * DAY);
    const stays = new Set([account, ...young.map((record) => record.account)]);
    const old = all.filter((record) => record.account !== account
      && (own(record) ? !young.includes(record) : !stays.has(record.account)));
    const done = keys.filter((held) => !stays.has(held.account));
    if (old.length + done.length === 0) return 0;
    await within("readwrite", (records, held) => {
      old.forEach((record) => records.delete(record.id));
      done.forEach((one) => held.delete(one.account));
    });
    changed();
    return old.filter((record) => record.kind === "sending").length;
  });

  // --- records -----------------------------------------------------------------------------------------------------

  let order = 0;

  const named = (held, account, kind, value) => sealed(
    held.key, { id: `${kind}:${account}`, account, kind, at: Date.now(), order: 0 }, value
  );

  // Keep one thing of an account under a name; the one of before is replaced.
  const keep = (account, kind, value) => alone(async () => {
    const held = await keyOf(account);
    if (!held) return;
    const record = await named(held, account, kind, value);
    await within("readwrite", (records) => records.put(record));
  });

  const openedOf = async (held, records, kind) => {
    const record = records.find((one) => one.kind === kind);
    return record && opens(held, record);
  };

  const recall = async (account, kind) => {
    const [held, records] = await holdings(account);
    return held && openedOf(held, records, kind);
  };

  const drop = (account, kind) => alone(() => within("readwrite", (records) => records.delete(`${kind}:${account}`)));

  // Put something in the queue; in the place of another when that was changed. Its id is the key under which it is sent.
  const add = (account, value, instead) => alone(async () => {
    const [held, all] = await holdings(account);
    if (!held) throw new Error("nobody's");
    order = Math.max(order + 1, Date.now() * 1000);
    const record = { id: crypto.randomUUID(), account, kind: "sending", at: Date.now(), order };
    const subject = value.subject && nowCalled(await placesOf(held, all), value.subject);
    const put = await sealed(held.key, record, subject ? { ...value, subject } : value);
    await within("readwrite", (records) => {
      records.put(put);
      if (instead) records.delete(instead);
    });
    changed();
    return record.id;
  });

  // The queue, in the order in which it was noted.
  const queueOf = (held, records) => {
    const waiting = records.filter((record) => record.kind === "sending");
    waiting.sort((one, other) => one.order - other.order);
    return Promise.all(waiting.map(async (record) => {
      const { id, at } = record;
      return { id, at, ...((await opens(held, record)) || { kind: "unreadable" }) };
    }));
  };

  // What there is to go to and what waits, both of the same moment: what was sent stands in one of them, never in none.
  const found = async (account) => {
    if (!(await anything())) return undefined;
    const [held, records] = await holdings(account);
    if (!held) return undefined;
    return { places: await placesOf(held, records), queue: await queueOf(held, records) };
  };

  const queue = async (account) => ((await found(account)) || { queue: [] }).queue;

  const count = async (account) => (await recordsOf(account)).filter((record) => record.kind === "sending").length;

  // Change what is in the queue: a value for each id, or nothing to take it out.
  const change = (account, values) => alone(async () => {
    const held = await keyOf(account);
    if (!held) return;
    const all = (await recordsOf(account)).filter((record) => record.id in values);
    const put = [];
    for (const { iv, box, ...rest } of all) {
      const value = values[rest.id];
      if (value) put.push(await sealed(held.key, rest, value));
    }
    await within("readwrite", (records) => {
      all.forEach((record) => records.delete(record.id));
      put.forEach((record) => records.put(record));
    });
    changed();
  });

  // Note something more of one thing in the queue; return the whole, or nothing when it was taken out meanwhile.
  const mark = (account, id, more) => alone(async () => {
    const held = await keyOf(account);
    const record = await within("readonly", (records) => records.get(id));
    if (!held || !record) return undefined;
    const { iv, box, ...rest } = record;
    const value = { ...(await unsealed(held.key, record)), ...more };
    const put = await sealed(held.key, rest, value);
    await within("readwrite", (records) => records.put(put));
    changed();
    return { id, at: record.at, ...value };
  });

  // Take out what was surely not sent yet; tell whether that was so.
  const takeBack = (account, id) => alone(async () => {
    const held = await keyOf(account);
    const record = await within("readonly", (records) => records.get(id));
    if (!held || !record || (await unsealed(held.key, record)).tried) return false;
    await within("readwrite", (records) => records.delete(id));
    changed();
    return true;
  });

  // --- places: today's rounds, and the neighbourhoods ----------------------------------------------------------------

  const placesOf = async (held, records) => (await openedOf(held, records, "places")) || { rounds: [], areas: [] };

  // A round that was begun here has a name of its own until it is sent. Who taps at that very moment still says that one.
  const nowCalled = ({ rounds }, subject) => {
    const round = rounds.find((one) => one.local && `new:${one.local}` === subject);
    return round ? round.id : subject;
  };

  // The places after the server did one thing.
  const after = (places, value, said) => {
    const touched_at = Date.now();
    if (value.kind === "no_ring") {
      const there = (one) => one.do_not_ring && one.where === value.fields.street && one.area_id === value.fields.area_id;
      const left = (one) => ({ ...one, touched_at, do_not_ring: [...new Set([...one.do_not_ring, said.number])] });
      return { ...places, rounds: places.rounds.map((one) => (there(one) ? left(one) : one)) };
    }
    if (!said.round) return places;
    const before = places.rounds.find((one) => one.id === said.round.id) || {};
    const round = { ...said.round, local: value.local || before.local, touched_at };
    return { ...places, rounds: [...places.rounds.filter((one) => one !== before), round] };
  };

  // Keep what the server told when it was asked. What was sent since then may be missing in it: there the later word stands.
  const keepPlaces = (account, { rounds, areas }, askedAt) => alone(async () => {
    const [held, all] = await holdings(account);
    if (!held) return;
    const before = (await placesOf(held, all)).rounds;
    const later = before.filter((one) => one.touched_at >= askedAt && one.touched_at <= Date.now());
    const told = rounds.filter((one) => !later.some((other) => other.id === one.id))
      .map((one) => ({ ...one, local: (before.find((other) => other.id === one.id) || {}).local }));
    const record = await named(held, account, "places", { areas, rounds: [...told, ...later] });
    await within("readwrite", (records) => records.put(record));
  });

  // --- sending -----------------------------------------------------------------------------------------------------

  const waitsForRound = (value) => String(value.subject || "").startsWith("new:");

  const tooOld = (value, days) => !value.agreed && Date.now() - value.at > days * DAY;

  const asForm = (value, csrf) => {
    const form = new URLSearchParams({ csrf, sends: value.kind, subject: value.subject || "" });
    Object.entries(value.fields).forEach(([name, text]) => form.set(name, text));
    return form;
  };

  // Send one thing; tell what became of it.
  const sendOne = async (value, csrf) => {
    const answer = await fetch("/on-the-way/sendings", {
      method: "POST",
      headers: { "Idempotency-Key": value.id, Accept: "application/json" },
      body: asForm(value, csrf),
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect") return { became: "signed out" };
    const said = (answer.headers.get("content-type") || "").startsWith("application/json") ? await answer.json() : null;
    if (answer.status === 201 && said) return { became: "done", said };
    if (said) return { became: "refused", said };
    if (answer.status === 403) return { became: "grown old" };
    if (answer.status >= 500 || answer.status === 429) return { became: "unreached" };
    return { became: "refused", said: { words: [], fields: [] } };
  };

  // What was sent goes out of the queue and into the places in one stroke, and what was counted for a round that was
  // begun here can go now. Whatever is noted meanwhile waits for this, and then finds the round under its new name.
  const settle = (account, value, said) => alone(async () => {
    const [held, all] = await holdings(account);
    if (!held) return;
    const places = after(await placesOf(held, all), value, said);
    const put = [await named(held, account, "places", places)];
    for (const record of all.filter((one) => one.kind === "sending" && one.id !== value.id)) {
      const one = await opens(held, record);
      const subject = one && one.subject && nowCalled(places, one.subject);
      const { iv, box, ...rest } = record;
      if (subject && subject !== one.subject) put.push(await sealed(held.key, rest, { ...one, subject }));
    }
    await within("readwrite", (records) => {
      records.delete(value.id);
      put.forEach((record) => records.put(record));
    });
    changed();
  });

  // Send what can be sent, one after the other. One window sends at a time; who is patient waits for its turn.
  const send = ({ account, csrf, days, patient = false }, done = () => undefined) => navigator.locks.request(
    "bsa-sending", { ifAvailable: !patient },
    async (mine) => {
      if (!mine) return "busy";
      if (navigator.onLine === false) return "unreached";
      const passed = new Set();
      for (;;) {
        const all = await queue(account);
        const next = all.find((one) => !passed.has(one.id) && !one.refused && one.kind !== "unreadable"
          && !waitsForRound(one) && !tooOld(one, days));
        if (!next) return "done";
        passed.add(next.id);
        // From here on it may have reached the server; unless it was taken back just now.
        const value = await mark(account, next.id, { tried: true });
        if (!value) continue;
        const { became, said } = await sendOne(value, csrf).catch(() => ({ became: "unreached" }));
        if (became === "done") {
          await settle(account, value, said);
          done();
        } else if (became === "refused") {
          await mark(account, value.id, { refused: said });
        } else {
          return became;
        }
      }
    },
  );

  let timer = 0;
  let wait = FIRST_WAIT;

  // Try again later, and later still; at once when the connection is back.
  const again = (work) => {
    clearTimeout(timer);
    timer = setTimeout(work, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };

  const rested = () => {
    clearTimeout(timer);
    wait = FIRST_WAIT;
  };

  // --- every page --------------------------------------------------------------------------------------------------

  // Who is signed in, by the form to sign out with, which every page inside has.
  const inside = () => {
    const form = document.querySelector("form[data-leave]");
    if (!form || !form.dataset.account) return null;
    return { account: form.dataset.account, signIn: form.dataset.signIn, csrf: form.elements.csrf.value, form };
  };

  // Whether anything was ever kept here: to look must not leave an empty house behind.
  const anything = async () => {
    if (!able) return false;
    if (!indexedDB.databases) return true;
    return (await indexedDB.databases()).some((base) => base.name === NAME);
  };

  // On any page inside: go on with what is not sent yet. The page "on the way" does so by itself.
  const carryOn = async () => {
    const here = inside();
    if (!here || document.getElementById("way") || !(await anything())) return;
    const held = await keyOf(here.account);
    if (!held) return;
    if (!(await welcome({ ...held, ...here }))) return;
    if ((await count(here.account)) === 0) return;
    if ((await send({ ...here, days: held.days })) === "unreached") again(carryOn);
    else rested();
  };

  const keepHouse = async () => {
    const here = inside();
    if (!able || !here || !("keeps" in here.form.dataset) || !navigator.serviceWorker) return;
    await navigator.serviceWorker.register(`/sw.js?lang=${document.documentElement.lang}`).catch(() => undefined);
  };

  // --- signing out -------------------------------------------------------------------------------------------------

  // Somebody signed out where there was no connection: tell the server as soon as there is one. Until then nobody is
  // taken to be signed in here; the answer tells whether that is settled.
  const leaveLate = () => navigator.locks.request("bsa-leaving", async () => {
    if (!(await anything())) return true;
    const told = await within("readonly", (_, __, all) => all.get("left"));
    if (!told) return true;
    const here = inside();
    if (!here || here.signIn === told.signIn) {
      const body = new URLSearchParams((await ofOthers("")) ? { others_wait: "true" } : {});
      const gone = await fetch("/sign-out", { method: "POST", body, redirect: "manual" }).catch(() => null);
      if (!gone) return false;
    }
    await within("readwrite", (_, __, all) => all.delete("left"));
    if (here && here.signIn === told.signIn) location.assign("/sign-in");
    return true;
  });

  const leave = async ({ account, signIn, form }) => {
    const body = new URLSearchParams(new FormData(form));
    if (await ofOthers(account)) body.set("others_wait", "true");
    ended.add(signIn);
    windows.postMessage({ ended: signIn });
    await forget(account);
    try {
      await fetch(form.action, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
      location.assign("/sign-in");
    } catch {
      await within("readwrite", (_, __, all) => all.put({ name: "left", signIn }));
      location.assign("/on-the-way");
    }
  };

  // Ask first when something is not sent yet.
  const asked = (here, number) => {
    const dialog = document.getElementById("leaving").content.firstElementChild.cloneNode(true);
    dialog.querySelector("[data-count]").textContent = String(number);
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-answer]");
      if (!button) return;
      if (button.dataset.answer === "throw") await leave(here);
      if (button.dataset.answer === "stay") dialog.close();
      if (button.dataset.answer !== "send") return;
      const held = await keyOf(here.account);
      // Where the page came out of the cache, it asks first who is signed in.
      if (window.bsaDevice.renew) await window.bsaDevice.renew();
      await send({ ...here, csrf: here.form.elements.csrf.value, days: held.days, patient: true });
      const left = await count(here.account);
      if (left === 0) {
        await leave(here);
        return;
      }
      dialog.querySelector("[data-count]").textContent = String(left);
      dialog.querySelector("[data-failed]").hidden = false;
    });
    dialog.showModal();
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-leave]");
    if (!form || !able || !form.dataset.account || !("keeps" in form.dataset)) return;
    event.preventDefault();
    const { account, signIn } = form.dataset;
    const here = { account, signIn, csrf: form.elements.csrf.value, form };
    const number = (await anything()) ? await count(account) : 0;
    if (number > 0) asked(here, number);
    else await leave(here);
  });

  window.bsaDevice = {
    able, add, again, asks: tooOld, change, count, drop, expire, found, inside, keep, keepPlaces, last, leaveLate, lock,
    locked, nowCalled, ofOthers, recall, rested, seen, send, takeBack, welcome,
  };

  const start = async () => {
    if (!able) return;
    await leaveLate();
    await keepHouse();
    await carryOn();
  };
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.target === document.body) start();
  });
  window.addEventListener("online", async () => {
    if (!able) return;
    rested();
    await leaveLate();
    await carryOn();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
