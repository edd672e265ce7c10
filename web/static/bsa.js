// What the pages need beside htmx: where the focus goes, what is said aloud, and nothing lost when the network fails.
// Every page works without this file.
(() => {
  "use strict";

  const status = () => document.getElementById("status");

  const say = (words) => {
    const place = status();
    if (!place || !words) return;
    place.textContent = "";
    setTimeout(() => { place.textContent = words; }, 150);
  };

  const quiet = (element) => element.focus({ preventScroll: true });

  const heard = (root) => {
    const flash = root.querySelector("[data-flash]");
    if (flash) say(flash.textContent.trim());
  };

  // A form that came back with errors: to the summary. Otherwise, on a new page, to its heading.
  const settleFocus = (ctx) => {
    const problems = document.querySelector("[data-error-summary]");
    if (problems) {
      problems.focus();
      problems.scrollIntoView({ block: "start" });
      return;
    }
    const goingOn = ctx.target === document.body && document.querySelector("[data-focus]");
    if (goingOn) {
      goingOn.focus();
      return;
    }
    if (ctx.target === document.body) {
      const anchor = ctx.request && ctx.request.anchor && document.getElementById(ctx.request.anchor);
      const heading = document.querySelector('h1[tabindex="-1"]');
      if (!anchor && heading) quiet(heading);
    }
  };

  // "Show more": the button is gone, so go on at the first thing that came.
  const shown = (event) => {
    const first = event.detail.newContent.find((node) => node.nodeType === Node.ELEMENT_NODE);
    if (!first) return;
    const link = first.matches("a[href]") ? first : first.querySelector("a[href]");
    if (link) quiet(link);
  };

  // A whole page came into the old body: the look and the language stand on elements that stayed.
  const dress = (ctx) => {
    if (ctx.target !== document.body || !ctx.text) return;
    const look = /<body class="([^"]*)"/.exec(ctx.text);
    const language = /<html [^>]*lang="([a-z-]+)"/.exec(ctx.text);
    if (look) document.body.className = look[1];
    if (language) document.documentElement.lang = language[1];
  };

  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    dress(ctx);
    settleFocus(ctx);
    heard(document);
  });

  document.addEventListener("htmx:after:settle", (event) => {
    if (event.detail.task && event.detail.task.sourceElement && event.detail.task.sourceElement.matches("[data-more]")) shown(event);
  });

  // Busy while a request is under way.
  const busy = (ctx, yes) => {
    const place = ctx && ctx.target;
    if (!place || !place.isConnected) return;
    if (yes) place.setAttribute("aria-busy", "true");
    else place.removeAttribute("aria-busy");
  };
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => busy(ctx, true));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    busy(ctx, false);
    document.body.removeAttribute("aria-busy");
  });

  // No connection, or the server stumbled: the form stays as it was typed, and says so.
  const tell = (element) => {
    const form = element instanceof Element ? element.closest("form") : null;
    const sends = form && form.method === "post";
    const words = document.getElementById(sends ? "not-sent" : "not-loaded");
    if (!words) return;
    document.querySelectorAll("[data-not-sent]").forEach((old) => old.remove());
    const box = words.content.firstElementChild.cloneNode(true);
    box.dataset.notSent = "";
    if (sends) form.prepend(box);
    else document.getElementById("notice").replaceChildren(box);
    box.scrollIntoView({ block: "center" });
  };
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (ctx) tell(ctx.sourceElement); });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status < 500) return;
    event.preventDefault();
    tell(ctx.sourceElement);
  });

  // What takes long: pressed once, and it says that it is under way.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-busy]");
    if (!form) return;
    const words = form.querySelector("[data-busy-words]");
    if (words) words.hidden = false;
    form.setAttribute("aria-busy", "true");
    form.querySelectorAll("button").forEach((button) => { button.disabled = true; });
  });
  // Back in the history a page is as it was left.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-busy][aria-busy]").forEach((form) => {
      form.removeAttribute("aria-busy");
      form.querySelectorAll("[data-busy-words]").forEach((words) => { words.hidden = true; });
      form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
    });
  });

  // Menu: closes with Escape, and on a click beside it. "/" goes to the search field.
  const closeMenus = (except) => document.querySelectorAll("details.bsa-menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.bsa-menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details.bsa-menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = [...document.querySelectorAll("[data-search], .bsa-find__way")].find((one) => one.getClientRects().length);
    if (search) {
      event.preventDefault();
      search.focus();
    }
  });

  // The browser's own print window; without scripts the button is not there.
  const offerPrint = () => document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
  document.addEventListener("htmx:after:swap", offerPrint);

  // During a meeting one key does what is done most, as long as nobody types and the keys are switched on.
  const KEYS = "bsa-meeting-keys";
  const offerKeys = () => {
    const on = localStorage.getItem(KEYS) !== "off";
    document.querySelectorAll("[data-keys-help]").forEach((help) => { help.hidden = false; });
    document.querySelectorAll("[data-keys-switch]").forEach((box) => { box.checked = on; });
    document.querySelectorAll(".bsa-key").forEach((key) => { key.hidden = !on; });
  };
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-switch]")) return;
    localStorage.setItem(KEYS, event.target.checked ? "on" : "off");
    offerKeys();
  });
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("[data-keys]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const box = event.target.closest("details[open]");
    if (event.key === "Escape" && box) {
      box.open = false;
      box.querySelector("summary").focus();
      return;
    }
    if (localStorage.getItem(KEYS) === "off" || event.target.closest("input, select, textarea")) return;
    const place = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!place) return;
    event.preventDefault();
    if (place.tagName === "SUMMARY") {
      place.parentElement.open = true;
      (place.parentElement.querySelector("input:not([type=hidden]), select, textarea") || place).focus();
    } else {
      place.click();
    }
  });
  document.addEventListener("htmx:after:swap", offerKeys);

  // Counting hands: one tap, one more. Without scripts the numbers are typed.
  const offerMore = () => document.querySelectorAll("[data-more-of]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more-of]");
    const field = button && document.getElementById(button.dataset.moreOf);
    if (!field) return;
    field.value = String((parseInt(field.value, 10) || 0) + 1);
    say(`${field.labels[0].textContent}: ${field.value}`);
  });
  document.addEventListener("htmx:after:swap", offerMore);

  // The code of a slip comes behind a #, which is sent to no server; once it stands in the field, the address loses it.
  const takeCode = () => {
    const field = document.querySelector("[data-code] input");
    if (!field || field.value || location.hash.length < 2) return;
    field.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  };

  // Reading aloud, by a voice that lives on this device: what somebody told goes to no server. Without one, no button.
  const voice = () => window.speechSynthesis && window.speechSynthesis.getVoices()
    .find((one) => one.localService && one.lang.toLowerCase().startsWith(document.documentElement.lang));
  const offerReading = () => document.querySelectorAll("[data-read-aloud]").forEach((button) => { button.hidden = !voice(); });
  const hush = () => { if (window.speechSynthesis) window.speechSynthesis.cancel(); };
  const readAloud = (button) => {
    const words = button.querySelector("span");
    const [start, stop] = [button.dataset.start || words.textContent, button.dataset.stop];
    button.dataset.start = start;
    const reading = words.textContent === stop;
    hush();
    words.textContent = reading ? start : stop;
    if (reading) return;
    const parts = [...document.getElementById(button.dataset.readAloud).querySelectorAll("h2, h3, p, li")];
    parts.forEach((part, place) => {
      const said = new SpeechSynthesisUtterance(part.textContent.trim());
      said.voice = voice();
      said.lang = said.voice.lang;
      said.rate = 0.9;
      if (place === parts.length - 1) said.onend = () => { words.textContent = start; };
      window.speechSynthesis.speak(said);
    });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-read-aloud]");
    if (button) readAloud(button);
  });
  document.addEventListener("htmx:after:swap", () => { hush(); offerReading(); });
  window.addEventListener("pagehide", hush);
  if (window.speechSynthesis) window.speechSynthesis.addEventListener("voiceschanged", offerReading);

  const start = () => {
    offerPrint();
    offerMore();
    offerKeys();
    takeCode();
    offerReading();
    const problems = document.querySelector("[data-error-summary]");
    if (problems) problems.focus();
    heard(document);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
