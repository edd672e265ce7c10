// On the theme board a question is dragged onto a theme, and a theme onto an initiative, with mouse, pen or finger.
// It only fills in and sends the forms that stand on the board: whoever does not drag uses those.
(() => {
  "use strict";

  const FAR = 6;
  let held = null;

  const grip = () => {
    const handle = document.createElement("span");
    handle.className = "bsa-grip";
    handle.setAttribute("aria-hidden", "true");
    handle.dataset.grip = "";
    return handle;
  };

  // What cannot go anywhere gets no handle: a theme without the form to link it, say.
  const formOf = (thing) => thing.closest("form") || thing.querySelector("form");

  const dress = () => {
    for (const board of document.querySelectorAll("[data-board]")) {
      for (const thing of board.querySelectorAll("[data-drag]")) {
        const there = board.querySelector(`[data-drop="${thing.dataset.drag}"]`);
        if (there && formOf(thing) && !thing.querySelector(":scope > [data-grip]")) thing.prepend(grip());
      }
    }
  };

  const placeUnder = (event) => {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const place = under && under.closest(`[data-drop="${held.thing.dataset.drag}"]`);
    return place !== held.thing ? place : null;
  };

  const choose = (form, name, key) => {
    const select = form.elements.namedItem(name);
    if (!select || ![...select.options].some((option) => option.value === key)) return false;
    select.value = key;
    return true;
  };

  const link = (thing, place) => {
    const form = formOf(thing);
    const need = thing.dataset.drag === "need";
    if (!choose(form, need ? "theme_id" : "initiative_id", place.dataset.key)) return;
    if (need) {
      for (const box of form.querySelectorAll('input[name="need_ids"]')) box.checked = thing.contains(box);
    }
    form.requestSubmit(form.querySelector('button[value="link"]') || form.querySelector("button"));
  };

  const letGo = () => {
    if (!held) return;
    held.thing.classList.remove("bsa-held");
    held.thing.removeAttribute("style");
    if (held.place) held.place.classList.remove("bsa-under");
    held = null;
  };

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-grip]");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    held = { thing: handle.parentElement, x: event.clientX, y: event.clientY, place: null, moved: false };
  });

  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(x, y) < FAR) return;
    held.moved = true;
    held.thing.classList.add("bsa-held");
    held.thing.style.translate = `${x}px ${y}px`;
    const place = placeUnder(event);
    if (place === held.place) return;
    if (held.place) held.place.classList.remove("bsa-under");
    if (place) place.classList.add("bsa-under");
    held.place = place;
  });

  document.addEventListener("pointerup", () => {
    if (!held) return;
    const { thing, place } = held;
    letGo();
    if (place) link(thing, place);
  });

  document.addEventListener("pointercancel", letGo);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") letGo(); });
  document.addEventListener("htmx:after:swap", dress);
  dress();
})();
