"""The application on a port of its own, for a browser to go to, and what a page is held against."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import axe_playwright_python
import html5lib
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize, expect

from bsa.database import Database
from bsa.demo.stage import PASSWORD

from tests.doors import pages_on

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE: ViewportSize = {"width": 320, "height": 720}
DESK: ViewportSize = {"width": 1280, "height": 900}
PATIENCE = 30_000
"""In milliseconds; long, for a loaded machine is slow, and who passes does not wait."""

expect.set_options(timeout=PATIENCE)


@contextmanager
def served(database: Database) -> Iterator[str]:
    """Serve an installation in a thread; hand out its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # Built once in a process; what a lifespan would do at the end is done below.
        app = pages_on(database)
        config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            database.close()


@contextmanager
def context(
    browser: Browser,
    base: str,
    *,
    size: ViewportSize | None = None,
    cookie: str = "",
    language: str = "nl",
    scripts: bool = True,
) -> Iterator[BrowserContext]:
    """Lend a fresh window: how wide it is, who is signed in, in which language, and whether scripts run."""
    one = browser.new_context(
        base_url=base,
        viewport=size or DESK,
        java_script_enabled=scripts,
        locale=language,
        reduced_motion="reduce",
        # What a page asks for is to be seen here; test_offline.py has browsers with one.
        service_workers="block",
    )
    one.set_default_timeout(PATIENCE)
    if cookie:
        one.add_cookies([{"name": "bsa", "value": cookie, "url": base}])
    yield one
    one.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Sign in as anybody would."""
    page.goto("/sign-in")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("main form button").first.click()
    page.locator(".bsa-places").wait_for()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def overheard(page: Page) -> list[str]:
    """Return a list that fills with whatever the page complains about from now on."""
    heard: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # That one is the test's own doing: see `context`.
        if message.type in ("error", "warning") and "blocked by Playwright" not in message.text:
            heard.append(f"{message.type}: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: heard.append(f"error: {error.message}"))
    return heard


def parse_errors(text: str) -> list[str]:
    """Return what a strict reader of HTML stumbles over."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    return [f"line {place[0]}: {kind} {facts}" for place, kind, facts in parser.errors]


def hurdles(page: Page) -> list[str]:
    """Return what axe finds in the way of somebody who reads, hears or moves in another way."""
    if not page.evaluate("() => typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # Nothing is fetched beforehand: that serves a rule about sound, of which there is none.
    found = page.evaluate(
        """rules => axe.run(document, {
          runOnly: {type: 'tag', values: rules}, resultTypes: ['violations'], preload: false,
        })""",
        RULES,
    )
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def twice(page: Page) -> list[str]:
    """Return the ids that stand on a page more than once; axe no longer asks."""
    ids: list[str] = page.evaluate("() => [...document.querySelectorAll('[id]')].map((one) => one.id)")
    return [f"twice: {one}" for one in dict.fromkeys(ids) if ids.count(one) > 1]


def too_wide(page: Page) -> list[str]:
    """Return what sticks out sideways, when the page can be scrolled that way."""
    found: list[str] = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          return [`${document.documentElement.scrollWidth} in ${room}`, ...[...document.body.querySelectorAll("*")]
            .filter((one) => one.getBoundingClientRect().right > room + 1)
            .map((one) => `${one.tagName}.${one.className}`).slice(0, 8)];
        }"""
    )
    return found


def unsaid(page: Page, kept_out: tuple[str, ...] = ()) -> list[str]:
    """Return why title and heading do not say where one is; who is kept out of titles stands in headings only."""
    # Asked in one go: a locator puts a script of its own into each page that is opened.
    seen = page.evaluate("() => [document.title, ...[...document.querySelectorAll('h1')].map((one) => one.innerText)]")
    title, *headings = [text.strip() for text in seen]
    if not title.removesuffix("– BSA").strip():
        return ["no title"]
    if len(headings) != 1 or not headings[0]:
        return [f"headings: {headings}"]
    if any(name in title for name in kept_out):
        return [f"a name in the title {title!r}"]
    return [] if kept_out or headings[0].casefold() in title.casefold() else [f"{title!r} is not {headings[0]!r}"]


def followed(page: Page, link: Locator) -> None:
    """Tap a link and wait until one is there."""
    href = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**{href}" if "?" not in (href or "") else lambda url: url.endswith(href or ""))
    # With scripts the address changes before the page does.
    page.locator("body:not([aria-busy])").wait_for(state="attached")
