// The page "on the way": the tally of today's rounds and the quick contact note, with and without a connection.
//
// What is noted goes into the queue of this device first (device.js), and is sent from there. What is shown of residents
// comes from the server as `things`, and is kept, encrypted, until the session is idle for too long: then nothing of a
// person is shown until the same account has signed in again. The four counts of a round go on meanwhile: they are about
// nobody.
(() => {
  "use strict";

  const device = window.bsaDevice;
  const page = (id) => document.getElementById(id);
  const COUNTS = ["rang", "opened", "talked", "no_thanks"];
  const CHIPS = 6;
  const CHECKED_EACH = 10_000;
  const SEEN_EACH = 15_000;
  const PATIENCE = 15_000;

  let words = {};
  let roundsAt = "";
  let me = null; // who is signed in here, as device.js knows it
  let csrf = "";
  let shut = false; // locked
  let connection = "unknown"; // connected, cut, signed out
  let residents = [];
  let places = { rounds: [], areas: [] };
  let queue = [];
  let current = ""; // the round that is shown
  let taps = []; // what "undo" takes back, the last first to go
  let editing = ""; // the refused thing that a form changes
  let sentSome = false;
  let day = ""; // whose rounds are shown
  let destroyed = 0; // what others left here for too long

  const filled = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => String(facts[name]));

  // --- days: those of the Netherlands, as the server counts them -----------------------------------------------------

  const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Amsterdam" }).format(new Date());
  const later = (day, days) => {
    const noon = new Date(`${day}T12:00:00Z`);
    noon.setUTCDate(noon.getUTCDate() + days);
    return noon.toISOString().slice(0, 10);
  };
  const endOfWeek = (day) => later(day, (7 - new Date(`${day}T12:00:00Z`).getUTCDay()) % 7);
  const until = (code) => ({ today: today(), tomorrow: later(today(), 1), week: endOfWeek(today()) })[code];
  const dayOf = (moment) => new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long" })
    .format(moment);

  // --- what is drawn -------------------------------------------------------------------------------------------------

  const show = (id, yes) => { page(id).hidden = !yes; };

  const tell = (text) => {
    const place = page("way-state");
    if (place.textContent !== text) place.textContent = text;
  };

  const roundsNow = () => [
    ...places.rounds,
    ...queue.filter((one) => one.kind === "round" && !one.refused).map((one) => ({
      ...one.fields, id: `new:${one.local}`, rang: 0, opened: 0, talked: 0, no_thanks: 0, do_not_ring: [],
    })),
  ];

  const ofCurrent = (tap) => device.nowCalled(places, tap.subject) === current;

  const pending = (round, what) => queue
    .filter((one) => one.kind === "tally" && one.subject === round.id && one.fields.what === what && !one.refused)
    .reduce((sum, one) => sum + one.fields.by, 0);

  // Where not to ring: what the team noted, and at once what was noted here and waits.
  const doorsOf = (round) => {
    const here = queue.filter((one) => one.kind === "no_ring" && one.fields.street === round.where
      && one.fields.area_id === round.area_id);
    return [...new Set([...(round.do_not_ring || []), ...here.map((one) => one.fields.number)])];
  };

  const drawTally = () => {
    const all = roundsNow();
    current = device.nowCalled(places, current);
    const round = all.find((one) => one.id === current) || all.at(-1);
    current = round ? round.id : "";
    show("tally-round", Boolean(round));
    show("tally-none", !round);
    page("tally-new").hidden = places.areas.length === 0;
    if (!round) return;
    page("tally-where").textContent = round.where;
    show("tally-choices", all.length > 1);
    show("tally-where", all.length === 1);
    const options = all.map((one) => new Option(one.where, one.id, false, one.id === current));
    page("tally-choice").replaceChildren(...options);
    COUNTS.forEach((what) => {
      const number = document.querySelector(`[data-count="${what}"] [data-number]`);
      number.textContent = String(round[what] + pending(round, what));
    });
    const doors = doorsOf(round);
    show("tally-leave", doors.length > 0);
    page("tally-numbers").textContent = shut ? words.doors_hidden : doors.join(", ");
    show("tally-no-ring", round.kind === "doors" && !shut);
    page("tally-undo").disabled = !taps.some(ofCurrent);
    show("tally-page", !current.startsWith("new:") && connection === "connected");
    page("tally-page").href = `${roundsAt}/${current}`;
  };

  const drawAreas = () => {
    const select = page("field-area_id");
    const chosen = select.value;
    select.replaceChildren(...places.areas.map((area) => new Option(area.name, area.id, false, area.id === chosen)));
    select.closest(".bsa-field").hidden = places.areas.length < 2;
  };

  const chip = (resident, checked) => {
    const box = document.createElement("div");
    const input = document.createElement("input");
    const label = document.createElement("label");
    box.className = "bsa-choice";
    input.className = "bsa-choice__box";
    label.className = "bsa-choice__label";
    Object.assign(input, { type: "radio", name: "subject", id: `with-${resident.id}`, value: resident.id, checked });
    label.htmlFor = input.id;
    label.textContent = resident.name;
    box.append(input, label);
    return box;
  };

  const chosen = () => {
    const ticked = document.querySelector("#note-people input:checked");
    return page("note-other").value || (ticked ? ticked.value : "");
  };

  const drawPeople = (who = chosen()) => {
    const [first, rest] = [residents.slice(0, CHIPS), residents.slice(CHIPS)];
    page("note-people").replaceChildren(...first.map((one) => chip(one, one.id === who || residents.length === 1)));
    const [empty] = page("note-other").options;
    page("note-other").replaceChildren(empty, ...rest.map((one) => new Option(one.name, one.id, false, one.id === who)));
    show("note-others", rest.length > 0);
    show("note-form", residents.length > 0 && !shut);
    show("note-none", residents.length === 0 && !shut);
    drawNotes();
  };

  const drawNotes = () => {
    const { elements } = page("note-form");
    const day = elements.happened_on.value === today() ? page("note-usual").dataset.today : elements.happened_on.value;
    page("note-usual").textContent = [
      wordOf("field-place", elements.place.value), wordOf("field-purpose", elements.purpose.value), day,
    ].join(" · ");
    const resident = residents.find((one) => one.id === chosen());
    show("note-notes", !resident || resident.notes);
    show("note-alias", Boolean(resident) && !resident.notes);
  };

  const wordOf = (id, code) => {
    const option = [...page(id).options].find((one) => one.value === code);
    return option ? option.text : code;
  };

  const whereOf = (subject) => {
    const round = roundsNow().find((one) => one.id === subject)
      || queue.map((one) => ({ ...one.fields, id: `new:${one.local}` })).find((one) => one.id === subject);
    return round ? round.where : "";
  };

  const about = {
    contact: ([one]) => [one.name, wordOf("field-purpose", one.fields.purpose), wordOf("field-place", one.fields.place),
      one.fields["promise.text"] && words.promised],
    round: ([one]) => [one.fields.where],
    no_ring: ([one]) => [`${one.fields.street} ${one.fields.number}`],
    tally: (some) => COUNTS.map((what) => {
      const sum = some.filter((one) => one.fields.what === what).reduce((all, one) => all + one.fields.by, 0);
      return sum && `${words[what]} ${sum > 0 ? sum : words.back}`;
    }),
    unreadable: () => [],
  };

  const old = (one) => device.asks(one, me.days);

  // Tallies of one round that fare alike stand together; everything else by itself.
  const grouped = () => {
    const groups = new Map();
    queue.forEach((one) => {
      const alike = one.kind === "tally" ? `${one.subject}|${old(one)}|${JSON.stringify(one.refused || "")}` : one.id;
      groups.set(alike, [...(groups.get(alike) || []), one]);
    });
    return [...groups.values()];
  };

  const why = ([one]) => {
    if (one.kind === "unreadable") return words.unreadable;
    if (one.refused) return one.refused.words.join(" ") || words.refused;
    if (old(one)) return filled(words.too_old, { day: dayOf(one.at) });
    return String(one.subject || "").startsWith("new:") && connection === "connected" ? words.waits : "";
  };

  const goWith = ([one]) => (one.kind === "round" ? queue.filter((other) => other.subject === `new:${one.local}`) : []);

  const itemOf = (some) => {
    const [one] = some;
    const item = page("queue-item").content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`[data-${name}]`);
    const deed = (name) => item.querySelector(`[data-deed="${name}"]`);
    part("what").textContent = one.kind === "tally" ? whereOf(one.subject) || words.round : words[one.kind] || "";
    part("about").textContent = about[one.kind](some).filter(Boolean).join(" · ");
    part("why").textContent = why(some);
    part("why").hidden = !why(some);
    const company = goWith(some).length;
    part("with").textContent = company ? filled(words.with_it, { number: company }) : "";
    deed("agree").hidden = one.kind === "unreadable" || Boolean(one.refused) || !old(one);
    deed("change").hidden = !one.refused || one.kind === "tally";
    deed("move").hidden = !one.refused || one.kind !== "tally" || !current || current === one.subject;
    deed("copy").hidden = one.kind !== "contact" || !one.refused;
    item.addEventListener("click", (event) => {
      const button = event.target.closest("[data-deed]");
      if (button) deeds[button.dataset.deed](some, item);
    });
    return item;
  };

  const drawQueue = () => {
    const number = queue.length;
    show("way-queue", number > 0);
    page("queue-title").textContent = filled(words.unsent, { number });
    const decide = queue.some((one) => one.refused || one.kind === "unreadable" || old(one));
    const state = { cut: words.no_connection, "signed out": words.sign_in_first }[connection];
    page("queue-why").textContent = [state, decide && !shut && words.to_decide].filter(Boolean).join(" ");
    show("queue-list", !shut);
    page("queue-list").replaceChildren(...(shut ? [] : grouped().map(itemOf)));
    const rest = sentSome ? words.all_sent : "";
    tell(number > 0 ? words.kept : rest);
  };

  const draw = () => {
    show("way-starting", !me && connection === "unknown");
    show("way-nobody", !me && connection !== "unknown");
    show("way-locked", Boolean(me) && shut);
    show("way-open", Boolean(me));
    show("way-leave", Boolean(me));
    if (!me) {
      show("way-queue", false);
      return;
    }
    drawTally();
    drawQueue();
    show("note-form", residents.length > 0 && !shut);
    show("note-none", residents.length === 0 && !shut);
  };

  // Nobody is signed in here, or somebody else is: nothing of who was before stays, in no list and in no field.
  const empty = () => {
    [me, csrf, shut, residents, queue] = [null, "", false, [], []];
    [current, taps, sentSome, editing] = ["", [], false, ""];
    clearTimeout(typing);
    clearNote();
    drawPeople("");
    draw();
  };

  let looks = 0;
  let newest = 0;

  // Looks at the device may overtake each other: an older one never replaces what a newer one saw.
  const look = async (account) => {
    looks += 1;
    const mine = looks;
    const found = await device.found(account);
    if (!me || me.account !== account || mine < newest) return;
    newest = mine;
    if (!found) {
      empty();
      return;
    }
    queue = found.queue;
    places = { ...found.places, rounds: found.places.rounds.filter((round) => round.held_on === day) };
  };

  const refresh = async () => {
    if (!me) return;
    await look(me.account);
    draw();
  };

  // --- who is here ---------------------------------------------------------------------------------------------------

  const close = async () => {
    shut = true;
    residents = [];
    clearNote();
    drawPeople("");
    draw();
    await device.lock(me.account);
  };

  // From what the device kept; nothing of a person when it is locked, and nothing at all of another account.
  // Where somebody is typing already, the note is left alone.
  const recallNow = async (token) => {
    const held = await device.last();
    const here = device.inside();
    if (!held || (here && here.account !== held.account)) {
      empty();
      return;
    }
    const anew = !me || shut || me.account !== held.account;
    me = held;
    if (token) csrf = token;
    if (device.locked(held)) shut = true;
    day = today();
    await look(held.account);
    if (!me) return;
    queue.filter((one) => one.kind === "tally" && one.fields.by === 1).forEach(remember);
    leaveAs(me);
    drawAreas();
    if (device.locked(held)) {
      await close();
      return;
    }
    const [people, draft] = [await device.recall(held.account, "residents"), await device.recall(held.account, "draft")];
    if (me !== held) return;
    shut = false;
    residents = people || [];
    drawPeople();
    if (anew) fillNote(draft);
    draw();
  };

  // One after the other: of two at the same time, the one that looked first could have the last word.
  let recalling = Promise.resolve();
  const recall = (token = "") => {
    recalling = recalling.catch(() => undefined).then(() => recallNow(token));
    return recalling;
  };

  const leaveAs = ({ account, signIn }) => {
    Object.assign(page("way-leave").dataset, { account, signIn });
    page("way-leave").elements.csrf.value = csrf;
  };

  const others = async () => {
    const waiting = await device.ofOthers(me.account);
    const text = [
      destroyed && filled(words.others_gone, { number: destroyed, days: me.days }),
      waiting && filled(words.others_wait, { number: waiting }),
    ].filter(Boolean).join(" ");
    page("way-others").querySelector("[data-said]").textContent = text;
    show("way-others", Boolean(text));
  };

  const welcome = async (told, askedAt) => {
    if (!(await device.welcome(told))) {
      await recall();
      return;
    }
    if (me && me.account !== told.account) empty();
    await device.keep(told.account, "residents", told.residents);
    await device.keepPlaces(told.account, told, askedAt);
    await recall(told.csrf);
    destroyed += await device.expire(told.account, told.days);
    if (me) await others();
  };

  // Ask the server who is signed in and what there is to choose from; then send.
  const ask = async () => {
    let answer;
    const askedAt = Date.now();
    try {
      if (!(await device.leaveLate())) throw new Error("later");
      answer = await fetch("/on-the-way/things", {
        headers: { Accept: "application/json" },
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.status >= 500) throw new Error("later");
    } catch {
      connection = "cut";
      draw();
      device.again(ask);
      return;
    }
    if (answer.type === "opaqueredirect" || !answer.ok) {
      connection = "signed out";
      if (me) await close();
      draw();
      return;
    }
    connection = "connected";
    device.rested();
    await welcome(await answer.json(), askedAt);
    await send();
  };

  // --- sending -------------------------------------------------------------------------------------------------------

  const heard = () => { sentSome = true; };

  let running = null;
  let more = false;

  const sendNow = async () => {
    const became = await device.send({ account: me.account, csrf, days: me.days }, heard);
    if (became === "done") {
      connection = "connected";
      device.rested();
    }
    if (became === "unreached") {
      connection = "cut";
      device.again(send);
    }
    if (became === "busy") device.again(send);
    if (became === "grown old") device.again(ask);
    if (became === "signed out") {
      connection = "signed out";
      if (me) await close();
    }
    await refresh();
  };

  const send = async () => {
    if (!me || !csrf) return;
    if (running) {
      more = true;
      return;
    }
    running = sendNow();
    try {
      await running;
    } finally {
      running = null;
    }
    if (more) {
      more = false;
      await send();
    }
  };

  // Into the queue first, whatever the connection is like; then out.
  const note = async (value, instead) => {
    try {
      const id = await device.add(me.account, value, instead);
      if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => undefined);
      sentSome = false;
      await refresh();
      if (csrf) send();
      else ask();
      return id;
    } catch {
      tell(words.not_kept);
      return "";
    }
  };

  // --- the tally -----------------------------------------------------------------------------------------------------

  const remember = ({ id, subject, fields: { what } }) => {
    if (!taps.some((tap) => tap.id === id)) taps.push({ id, subject, what });
  };

  // Taps come faster than a slow telephone keeps them. Each waits for the one before, so that "undo" takes back the last.
  let turn = Promise.resolve();
  const inTurn = (work) => (...told) => {
    const round = current;
    turn = turn.then(() => work(round, ...told)).catch(() => tell(words.not_kept));
  };

  const count = inTurn(async (subject, what) => {
    const value = { kind: "tally", subject, fields: { what, by: 1 } };
    const id = await note(value);
    if (id) remember({ id, ...value });
    draw();
  });

  const undo = inTurn(async () => {
    const at = taps.findLastIndex(ofCurrent);
    if (at < 0) return;
    const [{ id, subject, what }] = taps.splice(at, 1);
    if (await device.takeBack(me.account, id)) await refresh();
    else await note({ kind: "tally", subject, fields: { what, by: -1 } });
  });

  const missing = (field, yes) => {
    field.toggleAttribute("aria-invalid", yes);
    if (yes) {
      field.setAttribute("aria-invalid", "true");
      field.focus();
      tell(words.fill_in);
    }
    return yes;
  };

  // A second tap while the first is still being kept is the same tap.
  const once = (work) => {
    let busy = false;
    return async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      try {
        await work(event);
      } finally {
        busy = false;
      }
    };
  };

  const beginRound = async (event) => {
    const form = event.target;
    const where = form.elements.where.value.trim();
    if (missing(form.elements.where, !where)) return;
    const before = queue.find((one) => one.id === editing && one.kind === "round");
    const local = before ? before.local : crypto.randomUUID();
    const fields = { where, kind: form.elements.kind.value, area_id: form.elements.area_id.value, held_on: today() };
    if (await note({ kind: "round", local, fields }, before && before.id)) {
      editing = "";
      current = `new:${local}`;
      form.reset();
      page("tally-new").open = false;
      draw();
      page("tally").focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
  };

  const leaveDoor = async (event) => {
    const { number } = event.target.elements;
    if (missing(number, !number.value.trim())) return;
    const round = roundsNow().find((one) => one.id === current);
    const fields = { area_id: round.area_id, street: round.where, number: number.value.trim() };
    const before = queue.find((one) => one.id === editing && one.kind === "no_ring");
    if (await note({ kind: "no_ring", fields: before ? { ...before.fields, number: fields.number } : fields }, before && before.id)) {
      editing = "";
      event.target.reset();
      page("tally-no-ring").open = false;
    }
  };

  // --- the note ------------------------------------------------------------------------------------------------------

  const TYPED = ["place", "purpose", "happened_on", "shareable_note", "own_note", "promise.text"];

  const noteTyped = () => {
    const { elements } = page("note-form");
    const texts = Object.fromEntries(TYPED.map((name) => [name, elements[name].value]));
    return { ...texts, subject: chosen(), until: elements.until.value };
  };

  const clearNote = () => {
    page("note-form").reset();
    page("field-happened_on").value = today();
    page("field-happened_on").max = today();
    page("note-other").value = "";
    show("note-problem", false);
    drawNotes();
  };

  const fillNote = (typed) => {
    if (!typed) return;
    const { elements } = page("note-form");
    TYPED.filter((name) => typed[name] !== undefined).forEach((name) => { elements[name].value = typed[name]; });
    if (typed.until) elements.until.value = typed.until;
    if (typed.own_note) elements.own_note.closest("details").open = true;
    drawPeople(typed.subject || "");
  };

  let typing = 0;
  const keepDraft = () => {
    clearTimeout(typing);
    typing = setTimeout(() => { if (me && !shut) device.keep(me.account, "draft", noteTyped()); }, 300);
  };

  const noteContact = async (event) => {
    const typed = noteTyped();
    const resident = residents.find((one) => one.id === typed.subject);
    show("note-problem", !resident);
    if (!resident) {
      page("note-problem").querySelector("[data-said]").textContent = words.choose_somebody;
      (document.querySelector("#note-people input") || page("note-other")).focus();
      return;
    }
    const fields = { place: typed.place, purpose: typed.purpose, happened_on: typed.happened_on || today() };
    ["shareable_note", "own_note"].filter((name) => resident.notes && typed[name].trim())
      .forEach((name) => { fields[name] = typed[name]; });
    if (typed["promise.text"].trim()) {
      fields["promise.text"] = typed["promise.text"];
      fields["promise.due_on"] = until(typed.until);
    }
    const before = queue.find((one) => one.id === editing && one.kind === "contact");
    clearTimeout(typing);
    if (await note({ kind: "contact", subject: resident.id, name: resident.name, fields }, before && before.id)) {
      editing = "";
      clearNote();
      drawPeople("");
      await device.drop(me.account, "draft");
      page("tab-note").focus();
    }
  };

  // --- what is not sent yet --------------------------------------------------------------------------------------------

  const without = ({ id, at, refused, ...value }) => value;
  const each = (some, value) => Object.fromEntries(some.map((one) => [one.id, value(one)]));

  const deeds = {
    agree: async (some) => {
      await device.change(me.account, each(some, (one) => ({ ...without(one), agreed: true })));
      await refresh();
      await (csrf ? send() : ask());
    },
    move: async (some) => {
      for (const one of some) {
        // Under a new key: what was refused was not done.
        const { tried, ...value } = without(one);
        await device.add(me.account, { ...value, subject: current }, one.id);
      }
      await refresh();
      await send();
    },
    change: ([one]) => {
      editing = one.id;
      if (one.kind === "contact") {
        turnTo("note");
        fillNote({ ...one.fields, subject: one.subject, until: "week" });
        page("field-shareable_note").focus();
      }
      if (one.kind === "round") {
        turnTo("tally");
        page("tally-new").open = true;
        page("field-where").value = one.fields.where;
        page("field-area_id").value = one.fields.area_id;
        page("field-where").focus();
      }
      if (one.kind === "no_ring") {
        turnTo("tally");
        page("tally-no-ring").open = true;
        page("field-number").value = one.fields.number;
        page("field-number").focus();
      }
    },
    copy: async ([one]) => {
      const texts = ["shareable_note", "own_note", "promise.text"].map((name) => one.fields[name]).filter(Boolean);
      await navigator.clipboard.writeText(texts.join("\n"));
      tell(words.copied);
    },
    throw: (_, item) => {
      item.querySelector("[data-sure]").hidden = false;
      item.querySelector("[data-deeds]").hidden = true;
      item.querySelector('[data-deed="spare"]').focus();
    },
    spare: (_, item) => {
      item.querySelector("[data-sure]").hidden = true;
      item.querySelector("[data-deeds]").hidden = false;
    },
    really: async (some) => {
      await device.change(me.account, each([...some, ...goWith(some)], () => null));
      if (some.some((one) => one.id === editing)) editing = "";
      await refresh();
      page("queue-title").focus();
    },
  };

  // --- tabs ----------------------------------------------------------------------------------------------------------

  const turnTo = (name) => {
    ["tally", "note"].forEach((one) => {
      const tab = page(`tab-${one}`);
      tab.setAttribute("aria-selected", String(one === name));
      tab.tabIndex = one === name ? 0 : -1;
      show(one, one === name);
    });
    if (window.location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
  };

  const fromAddress = () => { if (["#tally", "#note"].includes(window.location.hash)) turnTo(window.location.hash.slice(1)); };

  // --- a sign of life, and the lock ----------------------------------------------------------------------------------

  let told = 0;
  const alive = () => {
    if (!me || shut || device.locked(me)) return;
    me.seen = Date.now();
    if (me.seen - told < SEEN_EACH) return;
    told = me.seen;
    device.seen(me.account);
  };

  const check = () => { if (me && !shut && device.locked(me)) close(); };

  const back = async () => {
    if (document.visibilityState !== "visible") return;
    check();
    const held = await device.last();
    if (!held !== !me || (held && held.account !== me.account)) await recall();
    else await refresh();
  };

  // --- begin -----------------------------------------------------------------------------------------------------------

  const listen = () => {
    ["tally", "note"].forEach((name, at, both) => {
      page(`tab-${name}`).addEventListener("click", () => turnTo(name));
      page(`tab-${name}`).addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        turnTo(both[1 - at]);
        page(`tab-${both[1 - at]}`).focus();
      });
    });
    document.querySelectorAll("[data-count]").forEach((button) => {
      button.addEventListener("click", () => count(button.dataset.count));
    });
    page("tally-undo").addEventListener("click", undo);
    page("tally-choice").addEventListener("change", (event) => { current = event.target.value; draw(); });
    page("round-form").addEventListener("submit", once(beginRound));
    page("no-ring-form").addEventListener("submit", once(leaveDoor));
    page("note-form").addEventListener("submit", once(noteContact));
    page("note-form").addEventListener("input", () => { keepDraft(); drawNotes(); });
    page("note-people").addEventListener("change", () => { page("note-other").value = ""; drawNotes(); });
    page("note-other").addEventListener("change", () => {
      document.querySelectorAll("#note-people input").forEach((one) => { one.checked = false; });
      drawNotes();
    });
    page("queue-send").addEventListener("click", () => { device.rested(); ask(); });
    document.addEventListener("bsa:device", refresh);
    document.addEventListener("visibilitychange", back);
    window.addEventListener("pageshow", back);
    window.addEventListener("hashchange", fromAddress);
    window.addEventListener("online", () => { device.rested(); ask(); });
    window.addEventListener("offline", () => { connection = "cut"; draw(); });
    ["pointerdown", "keydown"].forEach((sign) => document.addEventListener(sign, alive, { passive: true }));
    setInterval(check, CHECKED_EACH);
  };

  const start = async () => {
    if (!page("way")) return;
    show("way-scripts", false);
    if (!device || !device.able) {
      show("way-plain", true);
      return;
    }
    show("way-without", false);
    show("way", true);
    words = Object.fromEntries(
      [...page("way-words").content.querySelectorAll("[data-word]")].map((one) => [one.dataset.word, one.textContent])
    );
    show("way-elsewhere-now", window.location.pathname !== "/on-the-way");
    roundsAt = page("tally-page").getAttribute("href");
    device.renew = ask;
    listen();
    fromAddress();
    clearNote();
    await recall();
    await ask();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
