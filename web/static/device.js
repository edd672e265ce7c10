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

  // Do something in one transaction; what it asks for last is the answer.
  const within = async (mode, work) => {
    const base = await opened();
    try {
      return await new Promise((done, fail) => {
        const all = base.transaction(STORES, mode, { durability: mode === "readwrite" ? "strict" : "default" });
        const asked = work(all.objectStore("records"), all.objectStore("keys"), all.objectStore("told"));
        all.oncomplete = () => done(asked instanceof IDBRequest ? asked.result : undefined);
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
  if (windows) windows.onmessage = heard;

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

  const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

  // --- accounts ----------------------------------------------------------------------------------------------------

  const keyOf = (account) => within("readonly", (_, keys) => keys.get(account));
  const recordsOf = (account) => within("readonly", (records) => records.index("account").getAll(account));

  // Somebody is signed in: from now on this account's things open, under a new key when it is a new sign-in.
  const welcome = ({ account, signIn, idleMinutes, hours, days }) => alone(async () => {
    const held = await keyOf(account);
    const rules = { idleMinutes, hours, days };
    if (held && held.signIn === signIn) {
      // The server says that the sign-in holds; whatever this device's clock made of it.
      const began = Date.now() - held.began > hours * 60 * MINUTE ? Date.now() : held.began;
      const again = { ...held, ...rules, began, locked: false, seen: Date.now() };
      await within("readwrite", (_, keys, told) => { keys.put(again); told.put({ name: "last", account }); });
      return;
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
  });

  // Who was the last to be signed in here, and whether what is theirs may be shown.
  const last = async () => {
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

  // Destroy what others left here for too long; return how many unsent things went with it.
  const expire = (account, days) => alone(async () => {
    const all = await within("readonly", (records) => records.getAll());
    const keys = await within("readonly", (_, held) => held.getAll());
    const old = all.filter((record) => record.account !== account && Date.now() - record.at > days * DAY);
    const gone = new Set(old.map((record) => record.id));
    const left = new Set(all.filter((record) => !gone.has(record.id)).map((record) => record.account));
    const done = keys.filter((held) => held.account !== account && !left.has(held.account));
    if (old.length + done.length === 0) return 0;
    await within("readwrite", (records, held) => {
      old.forEach((record) => records.delete(record.id));
      done.forEach((one) => held.delete(one.account));
    });
    return old.filter((record) => record.kind === "sending").length;
  });

  // --- records -----------------------------------------------------------------------------------------------------

  let order = 0;

  // Keep one thing of an account under a name; the one of before is replaced.
  const keep = (account, kind, value) => alone(async () => {
    const held = await keyOf(account);
    if (!held) return;
    const record = await sealed(held.key, { id: `${kind}:${account}`, account, kind, at: Date.now(), order: 0 }, value);
    await within("readwrite", (records) => records.put(record));
  });

  const recall = async (account, kind) => {
    const held = await keyOf(account);
    const record = await within("readonly", (records) => records.get(`${kind}:${account}`));
    if (!held || !record) return undefined;
    return unsealed(held.key, record).catch(() => undefined);
  };

  const drop = (account, kind) => alone(() => within("readwrite", (records) => records.delete(`${kind}:${account}`)));

  // Put something in the queue; in the place of another when that was changed. Its id is the key under which it is sent.
  const add = (account, value, instead) => alone(async () => {
    const held = await keyOf(account);
    if (!held) throw new Error("nobody's");
    order = Math.max(order + 1, Date.now() * 1000);
    const record = { id: crypto.randomUUID(), account, kind: "sending", at: Date.now(), order };
    const put = await sealed(held.key, record, value);
    await within("readwrite", (records) => {
      records.put(put);
      if (instead) records.delete(instead);
    });
    changed();
    return record.id;
  });

  // The queue, in the order in which it was noted.
  const queue = async (account) => {
    const held = await keyOf(account);
    const records = (await recordsOf(account)).filter((record) => record.kind === "sending");
    records.sort((one, other) => one.order - other.order);
    return Promise.all(records.map(async (record) => {
      const { id, at } = record;
      try {
        return { id, at, ...(await unsealed(held.key, record)) };
      } catch {
        return { id, at, kind: "unreadable" };
      }
    }));
  };

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

  // Take out what was surely not sent yet; tell whether that was so.
  const takeBack = (account, id) => alone(async () => {
    const held = await keyOf(account);
    const record = await within("readonly", (records) => records.get(id));
    if (!held || !record || (await unsealed(held.key, record)).tried) return false;
    await within("readwrite", (records) => records.delete(id));
    changed();
    return true;
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

  // What a round that was begun here is called on the server: what was counted for it can go now.
  const settled = (all, value, said) => {
    const after = { [value.id]: null };
    if (value.kind === "round") {
      all.filter((one) => one.subject === `new:${value.local}`).forEach((one) => {
        const { id, at, ...rest } = one;
        after[id] = { ...rest, subject: said.round.id };
      });
    }
    return after;
  };

  const bare = ({ id, at, ...value }) => value;

  // Send what can be sent, one after the other. One window sends at a time; who is patient waits for its turn.
  const send = ({ account, csrf, days, patient = false }, done = () => undefined) => navigator.locks.request(
    "bsa-sending", { ifAvailable: !patient },
    async (mine) => {
      if (!mine) return "busy";
      if (navigator.onLine === false) return "unreached";
      const passed = new Set();
      for (;;) {
        const all = await queue(account);
        const value = all.find((one) => !passed.has(one.id) && !one.refused && one.kind !== "unreadable"
          && !waitsForRound(one) && !tooOld(one, days));
        if (!value) return "done";
        passed.add(value.id);
        // From here on it may have reached the server.
        if (!value.tried) await change(account, { [value.id]: { ...bare(value), tried: true } });
        const { became, said } = await sendOne(value, csrf).catch(() => ({ became: "unreached" }));
        if (became === "done") {
          await change(account, settled(await queue(account), value, said));
          done(value, said);
        } else if (became === "refused") {
          await change(account, { [value.id]: { ...bare(value), tried: true, refused: said } });
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
    await welcome({ ...held, ...here });
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
    able, add, again, asks: tooOld, change, count, drop, expire, inside, keep, last, leaveLate, lock, locked, ofOthers, queue,
    recall, rested, seen, send, takeBack, welcome,
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
