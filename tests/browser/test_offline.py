"""On the way, in a real browser with the network cut: nothing is lost, nothing is done twice, nothing lies open.

Each test has a browser of its own with a folder of its own, which it can close and open again.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    APIResponse,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)
from sqlmodel import Session, select

from bsa.contacts.models import Contact, Promise
from bsa.database import Database
from bsa.lifecycle.actions import erase_resident, step_down
from bsa.outreach.models import NoRing, Round
from bsa.people.models import Account, Language
from bsa.people.passwords import hash_password
from bsa.residents.models import RegistrationLevel, Resident
from bsa.residents.shapes import LevelIn
from bsa.sealing import open_rows

from tests.browser.chromium import MISSING, QUIET, launched, outcome
from tests.browser.served import PATIENCE, context, hurdles, overheard, served, sign_in, too_wide, twice
from tests.cast import PASSWORD, Cast, a_dossier, gather
from tests.conftest import settings_for

pytestmark = pytest.mark.browser

HAND: ViewportSize = {"width": 360, "height": 640}
STREET = "Korenbloemstraat"
MARKERS = ("Zonnebloem", "Klaproos", "Vergeet-mij-niet", STREET, "Boterbloem")
"""What is noted on the device, and the name of a resident: none of it may lie open anywhere."""
NAME = "Boterbloem"


class Home:
    """An installation that is served, with a resident whom the activator looks after."""

    def __init__(self, base: str, database: Database, cast: Cast) -> None:
        self.base, self.database, self.cast = base, database, cast

    def contacts(self) -> list[Contact]:
        with self.database.reading() as session:
            return self._opened(session, Contact)

    def promises(self) -> list[Promise]:
        with self.database.reading() as session:
            return self._opened(session, Promise)

    def rounds(self) -> list[Round]:
        with self.database.reading() as session:
            return self._opened(session, Round)

    def _opened(self, session: Session, kind: type[Any]) -> list[Any]:
        rows = list(session.scalars(select(kind)))
        open_rows(session, rows)
        session.expunge_all()
        return rows


def installed(folder: Path) -> Database:
    return Database(settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """Make an installation with the cast, in English, and one resident: to be copied."""
    folder = tmp_path_factory.mktemp("on-the-way")
    database = installed(folder)
    database.migrate()
    with database.writing() as session:
        cast = gather(session)
        hashed = hash_password(PASSWORD)
        for account in session.scalars(select(Account)):
            account.password_hash, account.language = hashed, Language.ENGLISH
        a_dossier(session, cast.activator, cast.here_id, NAME)
    database.close()
    return folder, cast


@pytest.fixture
def home(made: tuple[Path, Cast], tmp_path: Path) -> Iterator[Home]:
    """Serve a copy of the installation."""
    folder, cast = made
    for name in ("bsa.db", "keys.db"):
        shutil.copy(folder / name, tmp_path / name)
    database = installed(tmp_path)
    with served(database) as base:
        yield Home(base, database, cast)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if outcome()[0] is None:
        pytest.skip(f"{MISSING}: {outcome()[1]}")
    with sync_playwright() as running:
        yield running


Telephone = Callable[[], Any]


@pytest.fixture
def telephone(playwright: Playwright, home: Home, tmp_path: Path) -> Telephone:
    """Hand out one telephone, which can be put out and on again: what it keeps stays in its folder."""

    @contextmanager
    def on() -> Iterator[BrowserContext]:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "telephone",
            executable_path=outcome()[0],
            args=QUIET,
            base_url=home.base,
            viewport=HAND,
            locale="en",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        yield context
        context.close()

    return on


def first(phone: BrowserContext) -> Page:
    return phone.pages[0] if phone.pages else phone.new_page()


def signed_in(phone: BrowserContext, name: str = "activator") -> Page:
    """Sign in, go on the way, and wait until the page would open without a connection too."""
    page = first(phone)
    sign_in(page, name, PASSWORD)
    on_the_way(page)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function(
        "async () => (await caches.keys()).length === 1 && (await (await caches.open((await caches.keys())[0])).keys())"
        ".some((one) => one.url.includes('/on-the-way/shell'))"
    )
    return page


def on_the_way(page: Page, tab: str = "tally") -> None:
    page.goto(f"/on-the-way#{tab}")
    expect(page.locator("#way-open")).to_be_visible()


SLOW = """(() => {
  if (!navigator.locks) return;
  const request = navigator.locks.request.bind(navigator.locks);
  const pause = () => new Promise((done) => setTimeout(done, 60));
  navigator.locks.request = (name, ...told) => {
    const work = told.pop();
    return request(name, ...told, async (lock) => {
      if (name === "bsa-device") await pause();
      return work(lock);
    });
  };
})();"""
"""An old telephone: whatever it writes down takes a while, so that other things happen meanwhile."""


def cut(phone: BrowserContext, yes: bool = True) -> None:
    phone.set_offline(yes)


def begin_round(page: Page, where: str = STREET) -> None:
    page.locator("#tab-tally").click()
    page.locator("#tally-new summary").click()
    page.locator("#field-where").fill(where)
    page.locator("#round-form button[type=submit]").click()
    expect(page.locator("#tally-where")).to_have_text(where)


def ring(page: Page, times: int, what: str = "rang") -> None:
    before = int(page.locator(f"[data-count={what}] [data-number]").inner_text())
    for _ in range(times):
        page.locator(f"[data-count={what}]").click()
    expect(page.locator(f"[data-count={what}] [data-number]")).to_have_text(str(before + times))


def write(page: Page, note: str, own: str = "", promise: str = "", name: str = NAME) -> None:
    """Write a note, and see it kept."""
    page.locator("#tab-note").click()
    page.locator("#note-people label", has_text=name).click()
    page.locator("[name=shareable_note]").fill(note)
    if own:
        fold = page.locator("#note-notes details")
        if not fold.evaluate("one => one.open"):
            fold.locator("summary").click()
        page.locator("[name=own_note]").fill(own)
    page.locator("[name='promise.text']").fill(promise)
    page.locator("#note-form button[type=submit]").click()
    expect(page.locator("[name=shareable_note]")).to_have_value("")


def unsent(page: Page) -> Locator:
    return page.locator("#queue-title")


def all_sent(page: Page) -> None:
    expect(page.locator("#way-state")).to_have_text("Everything is sent.", timeout=60_000)
    expect(page.locator("#way-queue")).to_be_hidden()


def nothing_waits(page: Page) -> None:
    """See that all is sent, by this page or by the one before: each page inside goes on with what waits."""
    expect(page.locator("#way-queue")).to_be_hidden(timeout=60_000)


STORED = """async () => {
  const found = [];
  const told = (value) => JSON.stringify(value, (_, one) => {
    if (one instanceof CryptoKey) return `key:${one.extractable}`;
    if (one instanceof ArrayBuffer || ArrayBuffer.isView(one)) {
      return new TextDecoder("latin1").decode(one instanceof ArrayBuffer ? new Uint8Array(one) : one);
    }
    return one;
  });
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
    });
    for (const store of base.objectStoreNames) {
      const rows = await new Promise((done) => {
        const asked = base.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
      });
      rows.forEach((row) => found.push(`${name}.${store}: ${told(row)}`));
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.push(`cache ${request.url}: ${await (await cache.match(request)).text()}`);
    }
  }
  for (const store of [localStorage, sessionStorage]) {
    for (let at = 0; at < store.length; at += 1) found.push(`${store.key(at)}: ${store.getItem(store.key(at))}`);
  }
  return found;
}"""


def stored(page: Page) -> list[str]:
    """Read all that this site keeps in the browser."""
    found: list[str] = page.evaluate(STORED)
    return found


def lying_open(text: str | bytes) -> list[str]:
    """Return the markers that can be read in something, also as UTF-16, as a browser writes its own files."""
    data = text.encode() if isinstance(text, str) else text
    return [word for word in MARKERS if word.encode() in data or word.encode("utf-16-le") in data]


def on_disk(folder: Path) -> dict[str, list[str]]:
    """Return the files of a browser's folder in which a marker can be read."""
    files = {
        str(path.relative_to(folder)): lying_open(path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    }
    assert len(files) > 20
    return {name: found for name, found in files.items() if found}


# --- sent exactly once ------------------------------------------------------------------------------------------------


class Interrupted:
    """A connection that breaks: the first sending before the server has it, the second after the server has done it."""

    def __init__(self) -> None:
        self.sendings = 0

    def __call__(self, route: Route) -> None:
        self.sendings += 1
        if self.sendings == 3:
            route.abort()
        elif self.sendings == 12:
            done = route.fetch()
            assert done.status == 201
            route.abort()
        else:
            route.continue_()


def test_what_was_noted_without_a_connection_is_sent_exactly_once(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        cut(phone)
        begin_round(page)
        ring(page, 14)
        ring(page, 9, "opened")
        ring(page, 5, "talked")
        ring(page, 2, "no_thanks")
        for number in range(5):
            write(page, f"Zonnebloem {number}", "Klaproos", "Vergeet-mij-niet" if number == 0 else "")
        expect(unsent(page)).to_have_text("Not yet sent (36)")
        expect(page.locator("#way-state")).to_have_text("Kept on this device.")
    assert home.rounds() == []
    assert home.contacts() == []

    # The browser was closed, and is opened again where there still is no connection.
    with telephone() as phone:
        cut(phone)
        page = first(phone)
        on_the_way(page)
        expect(unsent(page)).to_have_text("Not yet sent (36)")
        expect(page.locator("[data-count=rang] [data-number]")).to_have_text("14")
        interrupted = Interrupted()
        phone.route("**/on-the-way/sendings", interrupted)
        cut(phone, False)
        all_sent(page)
        assert interrupted.sendings == 38

    (walk,) = home.rounds()
    assert (walk.where, walk.rang, walk.opened, walk.talked, walk.no_thanks) == (STREET, 14, 9, 5, 2)
    notes = sorted(contact.shareable_note or "" for contact in home.contacts())
    assert notes == [f"Zonnebloem {number}" for number in range(5)]
    assert [promise.text for promise in home.promises()] == ["Vergeet-mij-niet"]


def test_two_windows_send_everything_once(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        begin_round(page)
        all_sent(page)
        other = phone.new_page()
        on_the_way(other)
        cut(phone)
        for window in (page, other, page):
            for _ in range(3):
                window.locator("[data-count=rang]").click()
        cut(phone, False)
        for window in (page, other):
            expect(window.locator("#way-queue")).to_be_hidden(timeout=60_000)

    assert [walk.rang for walk in home.rounds()] == [9]


def test_the_last_tap_is_taken_back_whether_it_was_sent_or_not(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        begin_round(page)
        ring(page, 2)
        all_sent(page)
        page.locator("#tally-undo").click()
        expect(page.locator("[data-count=rang] [data-number]")).to_have_text("1")
        all_sent(page)
        cut(phone)
        ring(page, 1, "talked")
        page.locator("#tally-undo").click()
        expect(page.locator("[data-count=talked] [data-number]")).to_have_text("0")
        expect(page.locator("#way-queue")).to_be_hidden()

    assert [(walk.rang, walk.talked) for walk in home.rounds()] == [(1, 0)]


def tapped(page: Page, *buttons: str, pause: int = 0) -> None:
    """Tap faster than a telephone keeps up."""
    page.evaluate(
        """async ([buttons, pause]) => {
          for (const button of buttons) {
            document.querySelector(button).click();
            await new Promise((done) => setTimeout(done, pause));
          }
        }""",
        [buttons, pause],
    )


def test_taps_while_their_round_is_being_sent_all_count(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        phone.add_init_script(SLOW)
        page = signed_in(phone)
        begin_round(page)
        tapped(page, *["[data-count=rang]"] * 20, pause=30)
        expect(page.locator("[data-count=rang] [data-number]")).to_have_text("20", timeout=PATIENCE)
        all_sent(page)
        expect(page.locator("[data-count=rang] [data-number]")).to_have_text("20")

    assert [walk.rang for walk in home.rounds()] == [20]


def test_quick_taps_are_taken_back_in_their_order(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        phone.add_init_script(SLOW)
        page = signed_in(phone)
        begin_round(page)
        all_sent(page)
        ring(page, 1)
        expect(page.locator("#tally-undo")).to_be_enabled()
        tapped(page, "[data-count=talked]", "#tally-undo", "#tally-undo", "[data-count=opened]")
        expect(page.locator("[data-count=opened] [data-number]")).to_have_text("1")
        all_sent(page)
        for what, number in (("rang", "0"), ("talked", "0"), ("opened", "1")):
            expect(page.locator(f"[data-count={what}] [data-number]")).to_have_text(number)

    assert [(walk.rang, walk.opened, walk.talked) for walk in home.rounds()] == [(0, 1, 0)]


def test_a_note_that_is_kept_with_two_taps_is_one_note(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        phone.add_init_script(SLOW)
        page = signed_in(phone)
        page.locator("#tab-note").click()
        page.locator("#note-people label", has_text=NAME).click()
        page.locator("[name=shareable_note]").fill("Zonnebloem")
        tapped(page, *["#note-form button[type=submit]"] * 2)
        all_sent(page)
    assert [contact.shareable_note for contact in home.contacts()] == ["Zonnebloem"]


def test_what_another_window_began_is_seen_in_this_one(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        other = phone.new_page()
        on_the_way(other)
        begin_round(page)
        ring(page, 1)
        expect(other.locator("#tally-where")).to_have_text(STREET)
        all_sent(page)
        ring(other, 1)
        for window in (page, other):
            expect(window.locator("[data-count=rang] [data-number]")).to_have_text("2")
        all_sent(other)

    assert [walk.rang for walk in home.rounds()] == [2]


def test_a_door_that_is_left_alone_is_known_without_a_connection(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        phone.add_init_script(SLOW)
        page = signed_in(phone)
        begin_round(page)
        all_sent(page)
        cut(phone)
        page.locator("#tally-no-ring summary").click()
        page.locator("[name=number]").fill("14a")
        page.locator("#no-ring-form button").click()
        expect(page.locator("#queue-list")).to_contain_text(f"{STREET} 14a")
        expect(page.locator("#tally-numbers")).to_have_text("14a")
        page.reload()
        expect(page.locator("#tally-numbers")).to_have_text("14a")
        cut(phone, False)
        all_sent(page)
        cut(phone)
        page.reload()
        expect(page.locator("#tally-numbers")).to_have_text("14a")

    with home.database.reading() as session:
        assert len(session.scalars(select(NoRing)).all()) == 1


# --- nothing lies open ------------------------------------------------------------------------------------------------


def test_after_signing_out_nothing_readable_is_left(home: Home, telephone: Telephone, tmp_path: Path) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        begin_round(page)
        all_sent(page)
        cut(phone)
        write(page, "Zonnebloem", "Klaproos", "Vergeet-mij-niet")
        # Half of another one is typed, and stays so.
        page.locator("[name=shareable_note]").fill("Zonnebloem in knop")
        page.wait_for_timeout(600)
        page.reload()
        page.locator("#tab-note").click()
        expect(page.locator("[name=shareable_note]")).to_have_value("Zonnebloem in knop")

        kept = stored(page)
        assert len([row for row in kept if row.startswith("bsa.records")]) >= 4
        assert [row for row in kept if "key:true" in row or lying_open(row)] == []
        assert any("key:false" in row for row in kept)
        held_back = {row.split(" ")[1].partition(":")[2] for row in kept if row.startswith("cache ")}
        assert all("/static/" in address or "/on-the-way/shell" in address for address in held_back)
        assert lying_open(page.url + page.title()) == []

        page.locator("#way-leave button").click()
        dialog = page.locator("dialog")
        expect(dialog.locator("[data-count]")).to_have_text("1")
        dialog.locator("[data-answer=stay]").click()
        expect(dialog).to_have_count(0)
        expect(unsent(page)).to_have_text("Not yet sent (1)")

        page.locator("#way-leave button").click()
        dialog.locator("[data-answer=send]").click()
        expect(dialog.locator("[data-failed]")).to_be_visible()
        cut(phone, False)
        dialog.locator("[data-answer=send]").click()
        page.wait_for_url("**/sign-in")
        assert [contact.own_note for contact in home.contacts()] == ["Klaproos"]
        assert [row for row in stored(page) if row.startswith("bsa.") or lying_open(row)] == []
    assert on_disk(tmp_path / "telephone") == {}


def test_signing_out_without_a_connection_counts_as_soon_as_there_is_one(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        cut(phone)
        write(page, "Zonnebloem")
        page.locator("#way-leave button").click()
        with page.expect_event("load"):
            page.locator("dialog [data-answer=throw]").click()
        expect(page.locator("#way-nobody")).to_be_visible()
        assert [row for row in stored(page) if row.startswith(("bsa.records", "bsa.keys"))] == []
        with page.expect_response("**/sign-out"):
            cut(phone, False)
        page.goto("/day")
        expect(page).to_have_url(re.compile("/sign-in"))
    assert home.contacts() == []


def test_an_answer_from_before_signing_out_brings_nothing_back(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        other = phone.new_page()
        late: list[tuple[Route, APIResponse]] = []
        other.route("**/on-the-way/things", lambda route: late.append((route, route.fetch())))
        on_the_way(other)
        while not late:
            other.wait_for_timeout(50)
        page.locator("#way-leave button").click()
        page.wait_for_url("**/sign-in")
        ((route, answer),) = late
        assert NAME in answer.text()
        with other.expect_response("**/on-the-way/things"):
            route.fulfill(response=answer)
        expect(other.locator("#way-nobody")).to_be_visible()
        assert NAME not in other.locator("body").inner_html()
        assert [row for row in stored(page) if row.startswith("bsa.") or lying_open(row)] == []


def away(page: Page, minutes: int) -> None:
    """Let time go by on the telephone."""
    page.clock.fast_forward(minutes * 60 * 1000)


def test_after_the_idle_time_nothing_is_shown_until_one_signs_in_again(
    home: Home, telephone: Telephone, tmp_path: Path
) -> None:
    with telephone() as phone:
        phone.clock.install()
        page = signed_in(phone)
        begin_round(page)
        all_sent(page)
        cut(phone)
        write(page, "Zonnebloem")
        page.locator("[name=shareable_note]").fill("Zonnebloem in knop")
        away(page, 15)
        expect(page.locator("#queue-list")).to_contain_text(NAME)
        away(page, 21)

        expect(page.locator("#way-locked")).to_be_visible()
        for _ in range(2):
            expect(unsent(page)).to_have_text("Not yet sent (1)")
            text = page.evaluate(
                "() => document.body.innerHTML + [...document.querySelectorAll('input, textarea')]"
                ".map((one) => one.value).join()"
            )
            assert [word for word in lying_open(text) if word != STREET] == []
            assert hurdles(page) == []
            # About nobody: it goes on.
            page.locator("#tab-tally").click()
            ring(page, 1)
            page.locator("[data-count=rang]").click()
            page.locator("#tally-undo").click()
            page.locator("#tally-undo").click()
            expect(unsent(page)).to_have_text("Not yet sent (1)")
            page.reload()
            expect(page.locator("#way-locked")).to_be_visible()
        assert [row for row in stored(page) if lying_open(row)] == []

        phone.clear_cookies()
        cut(phone, False)
        page.reload()
        expect(page).to_have_url(re.compile("/sign-in"))
        assert home.contacts() == []
        sign_in(page, "activator", PASSWORD)
        on_the_way(page)
        nothing_waits(page)
        page.locator("#tab-note").click()
        expect(page.locator("#note-people")).to_contain_text(NAME)
    assert [contact.shareable_note for contact in home.contacts()] == ["Zonnebloem"]
    assert on_disk(tmp_path / "telephone") == {}


def test_what_one_noted_waits_closed_while_another_is_signed_in(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        cut(phone)
        write(page, "Zonnebloem")
        write(page, "Klaproos")
        phone.clear_cookies()
        cut(phone, False)

        signed_in(phone, "colleague")
        expect(page.locator("#way-others")).to_contain_text("until that person signs in: 2")
        expect(page.locator("#way-queue")).to_be_hidden()
        assert lying_open(page.locator("body").inner_html()) == []
        begin_round(page, "Dahliastraat")
        all_sent(page)
        page.locator("#way-leave button").click()
        page.wait_for_url("**/sign-in")
        assert home.contacts() == []

        sign_in(page, "activator", PASSWORD)
        on_the_way(page, "note")
        nothing_waits(page)
    assert {contact.shareable_note for contact in home.contacts()} == {"Zonnebloem", "Klaproos"}
    assert {contact.worker_id for contact in home.contacts()} == {home.cast.activator.id}


def test_what_nobody_came_back_for_is_destroyed_after_a_week_with_a_word(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        phone.clock.install()
        page = signed_in(phone)
        cut(phone)
        write(page, "Zonnebloem")
        # The page stays open all the week and tries again: that makes nothing younger.
        away(page, 8 * 24 * 60)
        expect(page.locator("#way-locked")).to_be_visible()
        phone.clear_cookies()
        cut(phone, False)
        signed_in(phone, "colleague")
        expect(page.locator("#way-others")).to_contain_text("was not sent in 7 days and is destroyed: 1")
        mine = home.cast.activator.id
        assert [row for row in stored(page) if str(mine) in row] == []
    assert home.contacts() == []


# --- nothing is dropped -----------------------------------------------------------------------------------------------


def test_what_is_older_than_a_week_is_asked_about(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        phone.clock.install()
        page = signed_in(phone)
        cut(phone)
        write(page, "Zonnebloem")
        write(page, "Klaproos")
        away(page, 8 * 24 * 60)
        cut(phone, False)
        on_the_way(page)
        expect(unsent(page)).to_have_text("Not yet sent (2)")
        items = page.locator("#queue-list > li")
        expect(items.first).to_contain_text("Say whether it should still go out")
        assert home.contacts() == []

        items.first.locator("[data-deed=agree]").click()
        expect(unsent(page)).to_have_text("Not yet sent (1)")
        items.first.locator("[data-deed=throw]").click()
        items.first.locator("[data-deed=spare]").click()
        expect(items).to_have_count(1)
        items.first.locator("[data-deed=throw]").click()
        items.first.locator("[data-deed=really]").click()
        expect(page.locator("#way-queue")).to_be_hidden()
    assert [contact.shareable_note for contact in home.contacts()] == ["Zonnebloem"]


def test_what_is_refused_stays_with_the_words_and_can_be_put_right(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        phone.grant_permissions(["clipboard-read", "clipboard-write"])
        page = signed_in(phone)
        cut(phone)
        write(page, "Zonnebloem")
        stepped_down(home)
        cut(phone, False)
        item = page.locator("#queue-list > li")
        expect(item).to_contain_text("may be kept in a dossier only")
        assert hurdles(page) == []
        page.reload()
        item.locator("[data-deed=copy]").click()
        assert page.evaluate("() => navigator.clipboard.readText()") == "Zonnebloem"
        item.locator("[data-deed=change]").click()
        expect(page.locator("#note-alias")).to_be_visible()
        page.locator("#note-form button[type=submit]").click()
        all_sent(page)
        assert [contact.shareable_note for contact in home.contacts()] == [None]

        cut(phone)
        page.locator("#tab-note").click()
        page.locator("#note-people label", has_text=NAME).click()
        page.locator("#note-form button[type=submit]").click()
        expect(unsent(page)).to_have_text("Not yet sent (1)")
        erased(home)
        cut(phone, False)
        expect(item).to_contain_text("There is nothing here, or it is not yours to see.")
        item.locator("[data-deed=throw]").click()
        item.locator("[data-deed=really]").click()
        expect(page.locator("#way-queue")).to_be_hidden()
    assert home.contacts() == []


def the_resident(session: Session) -> Resident:
    return session.scalars(select(Resident)).one()


def stepped_down(home: Home) -> None:
    with home.database.writing() as session:
        resident = the_resident(session)
        step_down(session, home.cast.activator, resident.id, resident.version, LevelIn(level=RegistrationLevel.ALIAS))


def erased(home: Home) -> None:
    with home.database.writing() as session:
        resident = the_resident(session)
        erase_resident(session, home.cast.activator, resident.id, resident.version)


# --- one hand ---------------------------------------------------------------------------------------------------------

TAPS = """sessionStorage.taps ??= 0;
addEventListener("pointerdown", () => { sessionStorage.taps = Number(sessionStorage.taps) + 1; }, true);"""


@pytest.mark.parametrize("way", ["on the record", "on the way"])
def test_a_quick_contact_takes_three_taps_from_the_day(home: Home, telephone: Telephone, way: str) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        phone.add_init_script(TAPS)
        page.goto("/day")
        page.evaluate("() => { sessionStorage.taps = 0; }")
        if way == "on the way":
            page.locator("main a[href='/on-the-way#note']").click()
            page.locator("#note-people label", has_text=NAME).click()
            page.locator("[name=shareable_note]").fill("Zonnebloem")
            page.locator("[name='promise.text']").fill("Vergeet-mij-niet")
            page.locator("#note-form button[type=submit]").click()
            # Before what waits is sent: the test may tap for that, where a worker need not.
            taps = int(page.evaluate("() => sessionStorage.taps"))
            all_sent(page)
        else:
            page.locator("#note a", has_text=NAME).click()
            page.locator("[name=shareable_note]").fill("Zonnebloem")
            page.locator("#contact summary", has_text="I promised something").click()
            page.locator("[name='promise.text']").fill("Vergeet-mij-niet")
            page.locator("#contact button[type=submit]").click()
            expect(page.locator("[data-flash]")).to_be_visible()
            taps = int(page.evaluate("() => sessionStorage.taps"))
        assert taps <= 3
    assert [contact.shareable_note for contact in home.contacts()] == ["Zonnebloem"]
    assert [promise.text for promise in home.promises()] == ["Vergeet-mij-niet"]


def test_the_tally_lies_under_one_thumb(home: Home, telephone: Telephone) -> None:
    with telephone() as phone:
        page = signed_in(phone)
        begin_round(page)
        ring(page, 1)
        all_sent(page)
        bar = page.locator(".bsa-places").bounding_box()
        assert bar
        for button in [*page.locator("[data-count]").all(), page.locator("#tally-undo")]:
            if not button.is_visible():
                continue
            box = button.bounding_box()
            assert box
            assert box["height"] >= 44
            assert box["width"] >= 120
            assert 0 <= box["y"] < box["y"] + box["height"] <= bar["y"], button
        assert page.evaluate("() => scrollY") == 0
        for tab in ("tally", "note"):
            page.locator(f"#tab-{tab}").click()
            assert hurdles(page) + twice(page) + too_wide(page) == []
        page.locator("#tab-note").press("ArrowLeft")
        expect(page.locator("#tab-tally")).to_be_focused()
        expect(page.locator("#tally")).to_be_visible()


# --- where it cannot be -----------------------------------------------------------------------------------------------


def test_without_a_secure_address_the_page_says_so_and_the_rest_works(playwright: Playwright, home: Home) -> None:
    port = home.base.rpartition(":")[2]
    browser = playwright.chromium.launch(
        executable_path=outcome()[0], args=[*QUIET, "--host-resolver-rules=MAP buurt.test 127.0.0.1"]
    )
    with context(browser, f"http://buurt.test:{port}", size=HAND, language="en") as one:
        page = one.new_page()
        heard = overheard(page)
        sign_in(page, "activator", PASSWORD)
        page.goto("/on-the-way")
        expect(page.locator("#way-plain")).to_be_visible()
        expect(page.locator("#way")).to_be_hidden()
        page.locator("#way-without a").last.click()
        expect(page.locator("main")).to_contain_text(NAME)
        page.locator(".bsa-menu__button").click()
        page.locator(".bsa-menu__leave button").click()
        page.wait_for_url("**/sign-in")
        # A browser says what it does not heed over plain http.
        plain = ("Cross-Origin-Opener-Policy", "Clear-Site-Data")
        assert [words for words in heard if not any(policy in words for policy in plain)] == []
    browser.close()


def test_without_scripts_the_page_says_so(playwright: Playwright, home: Home) -> None:
    browser = launched(playwright, outcome()[0] or "")
    with context(browser, home.base, size=HAND, language="en", scripts=False) as one:
        page = one.new_page()
        sign_in(page, "activator", PASSWORD)
        page.goto("/on-the-way")
        expect(page.locator("#way-scripts")).to_be_visible()
        expect(page.locator("#way")).to_be_hidden()
        page.locator("#way-without a").first.click()
        page.wait_for_url("**/rounds")
    browser.close()
