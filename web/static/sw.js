// The service worker: the page "on the way" opens without a connection too.
// It keeps static files and the shell of that page, which hold nothing of anybody. Nothing else is ever kept.
// HOUSE stands before this text: { cache, shell, page, files }.
"use strict";

const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(HOUSE.cache);
    await cache.addAll(HOUSE.files);
    const shell = await fetch(HOUSE.shell, { cache: "no-store", credentials: "omit" });
    if (!shell.ok) throw new Error("no shell");
    await cache.put(HOUSE.shell, shell);
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name !== HOUSE.cache).map((name) => caches.delete(name)));
    if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
  };
  event.waitUntil(tidy());
});

const kept = async (address) => (await caches.open(HOUSE.cache)).match(address);

const opened = async (event, path) => {
  const fetched = (async () => (await event.preloadResponse) || fetch(event.request))();
  try {
    if (path !== HOUSE.page) return await fetched;
    // A bad connection is as good as none: who stands at a door does not wait.
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE));
    return await Promise.race([fetched, late]);
  } catch (problem) {
    fetched.catch(() => undefined);
    const shell = await kept(HOUSE.shell);
    if (!shell) throw problem;
    return shell;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(opened(event, pathname));
  else if (HOUSE.files.includes(pathname)) event.respondWith(kept(pathname).then((file) => file || fetch(request)));
});
