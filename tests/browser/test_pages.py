"""Every page in a real browser: it says where one is, it parses, nothing stands in anybody's way, and it fits.

In Dutch on a phone of 320 points wide and then as wide as on a desk, and a share of them in English; at full size all
in English too. What each check is worth shows on pages with a fault.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize

from bsa.database import Database
from web.security import POLICY

from tests.browser.served import DESK, PHONE, context, hurdles, overheard, parse_errors, served, too_wide, twice, unsaid
from tests.cast import gather
from tests.conftest import settings_for
from tests.conventions.deeds import WHO
from tests.conventions.pages import PAGES, PageDeed
from tests.walked import filled, prepare

pytestmark = pytest.mark.browser

LONG = bool(os.environ.get("BSA_TEST_LONG"))

Looked = Callable[[str | None, str], tuple[Page, list[str]]]

NOT_TO_LOOK_AT = (
    "/health",
    "/sw.js",
    "/manifest",
    "/on-the-way/things",
    "/on-the-way/shell",
    "/calendar/",
    "/forum-calendars/",
    "/meetings/{meeting}/meeting.ics",
    "/evidence/",
    "/scales/{ladder}/definition",
    "/initiatives/{initiative}/budget.csv",
    "/public/{here}/feed.atom",
    "/public/{here}/ledger.json",
    "/public/{here}/picture.png",
    "/figures/{open_period}/report.pdf",
    "/figures/{open_period}/pictures/",
)
"""What is no page, and what a browser puts among the downloads."""
LOOKS = [row for row in PAGES if row.method == "GET" and row.path != "/" and not row.path.startswith(NOT_TO_LOOK_AT)]
OTHERS = {
    "/day": "teamleader",
    "/asks": "corporation",
    "/asks/{asked}": "corporation",
    "/commitments": "corporation",
    "/commitments/{proposed}": "corporation",
    "/residents": "privacy",
    "/residents/{geert}/restriction": "privacy",
    "/neighbourhoods/{here}": "teamleader",
    "/institutions/{corporation}": "admin",
}
"""Pages that look different to somebody else, and to whom."""


OF_SOMEBODY = (
    "/residents/{",
    "/contacts/{",
    "/sketch-lines/{",
    "/assets/{",
    "/needs/{",
    "/accounts/{",
    "/signals/{",
    "/handovers/{",
    "/appointments/{",
    "/ties/{",
    "/practice-moments/{",
)
"""Pages about one person: the title, which stands in the window and in the history, does not say who."""
NAMES = ("Geert", "Ria", "Colleague van de Cast")


def visits() -> list[tuple[PageDeed, str | None]]:
    first = [(row, None if row.open else next(who for who in WHO if row.answer_to(who) == 200)) for row in LOOKS]
    return [*first, *((row, OTHERS[row.path]) for row in LOOKS if row.path in OTHERS)]


def in_both_languages() -> list[tuple[PageDeed, str | None, str]]:
    """Say who looks at what in which language: the markup is the same in both, and the longer words are Dutch."""
    dutch = [(row, who, "nl") for row, who in visits()]
    english = [(row, who, "en") for row, who in visits()]
    return dutch + (english if LONG else english[::4])


def name_of(visit: object) -> str:
    return visit.path if isinstance(visit, PageDeed) else str(visit)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve an installation in which the line was walked, today."""
    folder: Path = tmp_path_factory.mktemp("walked-home")
    database = Database(settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db"))
    database.migrate()
    with database.writing() as session:
        things = prepare(session, gather(session))
    with served(database) as base:
        yield base, things


@pytest.fixture(scope="module")
def window(chromium: Browser, home: tuple[str, dict[str, str]]) -> Iterator[Looked]:
    """Lend a window to somebody, in a language; each is opened once."""
    base, things = home
    open_ones: dict[tuple[str | None, str], tuple[Page, list[str]]] = {}
    spoken: dict[str | None, str] = {}
    with ExitStack() as stack:

        def window(who: str | None, language: str) -> tuple[Page, list[str]]:
            if (who, language) not in open_ones:
                cookie = things[f"{who}_cookie"] if who else ""
                one = stack.enter_context(context(chromium, base, size=PHONE, cookie=cookie, language=language))
                page = one.new_page()
                open_ones[who, language] = page, overheard(page)
            page, heard = open_ones[who, language]
            # What was chosen last is remembered with the account, for the window in the other language too.
            if spoken.get(who) != language:
                page.goto("/accessibility")
                if page.locator("html").get_attribute("lang") != language:
                    page.locator(f"[name=lang][value={language}]").click()
                    page.wait_for_selector(f"html[lang={language}]")
                spoken[who] = language
            heard.clear()
            return page, heard

        yield window


def faults_of(
    page: Page,
    heard: list[str],
    path: str,
    kept_out: tuple[str, ...] = (),
    *,
    axe_at: Sequence[ViewportSize] = (PHONE,),
) -> list[str]:
    """Look at a page, as narrow as on a phone and as wide as on a desk, and return everything that is wrong with it."""
    page.set_viewport_size(PHONE)
    answer = page.goto(path)
    assert answer is not None
    faults = [f"status {answer.status}"] if answer.status != 200 else []
    faults += unsaid(page, kept_out) + parse_errors(answer.text()) + twice(page)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        faults += too_wide(page) + (hurdles(page) if size in axe_at else [])
    return faults + heard


@pytest.mark.parametrize(("row", "who", "language"), in_both_languages(), ids=name_of)
def test_a_page_is_there_for_everybody(
    row: PageDeed, who: str | None, language: str, home: tuple[str, dict[str, str]], window: Looked
) -> None:
    page, heard = window(who, language)

    kept_out = NAMES if row.path.startswith(OF_SOMEBODY) else ()
    # Axe takes half of the time of a visit: it looks once at every page, and at full size at each width.
    once = (PHONE, DESK)[LOOKS.index(row) % 2]
    axe_at = (PHONE, DESK) if LONG else (once,) if language == "nl" else ()
    assert faults_of(page, heard, str(filled(row.path, home[1])), kept_out, axe_at=axe_at) == []
    assert page.evaluate("() => document.documentElement.lang") == language


# --- what the checks are worth ----------------------------------------------------------------------------------------

SOUND = """<!doctype html><html lang="nl"><head><title>Plek – BSA</title></head>
<body><main><h1>Plek</h1><p>Goed.</p>%s</main></body></html>"""
PLANTED = {
    "a field without a label": ("<input name='a'>", "label"),
    "a picture without words": ("<img src='/static/none.png'>", "image-alt"),
    "pale words": ("<p class='pale'>Flets</p><link rel='stylesheet' href='/pale.css'>", "color-contrast"),
    "an id twice": ("<p id='a'></p><p id='a'></p><label for='a'>A</label><input id='a'>", "twice: a"),
    "a second heading": ("<h1>Nog een</h1>", "headings"),
    "a paragraph that holds a list": ("<p><ul><li>x</li></ul></p>", "unexpected-end-tag"),
    "a style of its own": ("<p style='color: red'>Rood</p>", "Content Security Policy"),
    "a script of its own": ("<script>document.title = ''</script>", "Content Security Policy"),
    "something wide": ("<table><tr><td><img alt='' width='500' height='9'></td></tr></table>", " in 320"),
    "something wider than a desk": ("<p class='wide'><img alt='' width='1500' height='9'></p>", " in 1280"),
    "an error in a script": ("<script src='/wrong.js'></script>", "oops"),
}


@pytest.mark.parametrize("fault", [None, *PLANTED])
def test_a_planted_fault_is_found(window: Looked, fault: str | None) -> None:
    page, heard = window(None, "nl")
    planted, told = PLANTED[fault] if fault else ("", "")

    def answer(route: Route) -> None:
        if route.request.url.endswith(".css"):
            route.fulfill(content_type="text/css", body=".pale { color: #ccc; background: #fff }")
        elif route.request.url.endswith(".js"):
            route.fulfill(content_type="text/javascript", body="throw new Error('oops')")
        else:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(content_type="text/html; charset=utf-8", headers=headers, body=SOUND % planted)

    with_faults = ("**/planted", "**/pale.css", "**/wrong.js")
    for pattern in with_faults:
        page.route(pattern, answer)
    found = faults_of(page, heard, "/planted")
    for pattern in with_faults:
        page.unroute(pattern)
    assert (found == []) if fault is None else any(told in one for one in found), found


def test_a_title_that_says_nothing_is_found(window: Looked) -> None:
    page, _ = window(None, "nl")
    for title, heading, kept_out in (("– BSA", "Plek", ()), ("Elders – BSA", "Plek", ()), ("Ria – BSA", "x", ("Ria",))):
        page.set_content(f"<title>{title}</title><h1>{heading}</h1>")
        assert unsaid(page, kept_out) != []
