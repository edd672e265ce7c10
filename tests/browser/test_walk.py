"""The story of the demo, walked by somebody who only typed `make demo`: in Dutch, and after one click in English."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bsa.database import Database
from bsa.demo.stage import ACCOUNTS, HERE
from bsa.demo.story import INITIATIVE, THEME

from tests.browser.served import PHONE, context, followed, overheard, served, sign_in
from tests.played import settings_of

pytestmark = pytest.mark.browser

C_1 = "Vóór de herfst geen tocht meer, in geen van onze huizen."
C_2 = "We willen eerst zelf voelen dat het warm wordt, en weten waar we aan toe zijn."
C_3 = "'s Avonds weer licht in het achterpad, van de poort tot de straat."
DEEPEST = "ze luisteren toch niet"
LAYERS = [
    "Ik wil een kachel. Verder hoef ik niks.",
    "ik leef in één kamer, de rest krijg ik niet warm, ik durf niet te klagen",
    DEEPEST,
]
WORDS: dict[str, dict[str, str]] = {
    "nl": {
        "ledger": "Toezeggingen",
        "kept": "nagekomen",
        "moved": "1× verschoven",
        "partly": "deels nagekomen",
        "reopened": "1× heropend",
        "late": "te laat",
        "promise": "Toegezegd door Woningcorporatie De Veenhoek",
        "behind": "Vraag achter de vraag",
        "question": "De vraag van Geert",
        "question title": "Een vraag van een bewoner",
        "board": "Themabord",
        "ask": "Vraag aan Woningcorporatie De Veenhoek",
        "evasive": "Antwoord: ontwijkend",
        "again": "Vraag opnieuw gesteld",
        "yes if": "Antwoord: ja, mits",
        "public": "Toegezegd aan Oude Molenbuurt",
    },
    "en": {
        "ledger": "Commitments",
        "kept": "kept",
        "moved": "moved 1 time",
        "partly": "partly kept",
        "reopened": "reopened 1 time",
        "late": "late",
        "promise": "Promised by Woningcorporatie De Veenhoek",
        "behind": "Question behind the question",
        "question": "The question of Geert",
        "question title": "A resident's question",
        "board": "Theme board",
        "ask": "Question to Woningcorporatie De Veenhoek",
        "evasive": "Answer: evasive",
        "again": "Question asked again",
        "yes if": "Answer: yes, if",
        "public": "What was promised to Oude Molenbuurt",
    },
}


@pytest.fixture(scope="module")
def base(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a copy of the demo."""
    folder = Path(shutil.copytree(played, tmp_path_factory.mktemp("walk") / "demo"))
    with served(Database(settings_of(folder))) as base:
        yield base


@pytest.fixture(params=["nl", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def marloes(chromium: Browser, base: str, language: str) -> Iterator[Page]:
    """Open a window in which the activator has just signed in, and chose her language."""
    with context(chromium, base) as one:
        page = one.new_page()
        heard = overheard(page)
        sign_in(page, "activator")
        choose(page, language)
        yield page
        assert heard == []


def choose(page: Page, language: str) -> None:
    """Choose a language: one click, when it is not chosen yet."""
    button = page.locator(f"[name=lang][value={language}]")
    if button.count():
        button.click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def at(page: Page, heading: str, title: str = "") -> None:
    """See where one is, in the heading and in the title."""
    expect(page.locator("h1")).to_have_text(heading)
    expect(page).to_have_title(f"{title or heading} – BSA")


def row(page: Page, promise: str) -> Locator:
    return page.locator("main tr", has_text=promise)


def open_promise(page: Page, promise: str) -> None:
    """Open a promise from the ledger, whatever state it is in."""
    page.goto("/commitments")
    followed(page, page.locator(".bsa-views a").last)
    followed(page, row(page, promise).get_by_role("link"))


def the_need(page: Page) -> Locator:
    """Return the way from a promise to the needs behind it."""
    return page.locator("#origin a[href^='/needs/']")


def test_who_signs_in_comes_to_the_neighbourhood_and_its_promises(marloes: Page, language: str) -> None:
    words = WORDS[language]
    at(marloes, HERE)
    expect(marloes.locator("main")).to_contain_text(INITIATIVE)
    expect(marloes.locator("main")).to_contain_text(THEME)

    followed(marloes, marloes.locator(".bsa-places a[href='/commitments']"))
    at(marloes, words["ledger"])
    followed(marloes, marloes.locator(".bsa-views a").last)

    for promise, told in (
        (C_1, [words["kept"], words["moved"]]),
        (C_2, [words["partly"], words["reopened"]]),
        (C_3, [words["late"]]),
    ):
        for word in told:
            expect(row(marloes, promise)).to_contain_text(word)
    expect(row(marloes, C_1)).not_to_contain_text(words["partly"])


@pytest.mark.parametrize("promise", [C_1, C_2, C_3])
def test_two_taps_lead_from_a_promise_to_the_layer_and_two_back(marloes: Page, language: str, promise: str) -> None:
    words = WORDS[language]
    open_promise(marloes, promise)
    start = marloes.url
    expect(marloes.locator("nav.bsa-line")).to_contain_text(words["behind"])
    needs = [link.get_attribute("href") for link in the_need(marloes).all()]
    assert len(needs) == 3

    marloes.locator("nav.bsa-line a", has_text=words["behind"]).click()
    found = []
    for number in range(3):
        followed(marloes, the_need(marloes).nth(number))
        found.append(marloes.locator("h1").inner_text())
        if found[-1] == words["question"]:
            at(marloes, words["question"], words["question title"])
            assert marloes.locator(".bsa-onion__words").all_inner_texts() == LAYERS
            expect(marloes.get_by_text(DEEPEST)).to_be_visible()
        followed(marloes, marloes.locator("#led-to a, main a", has_text=promise[:40]).first)
        assert marloes.url == start
    assert words["question"] in found


@pytest.mark.parametrize("name", ["teamleader", "corporation"])
def test_who_may_not_see_the_need_finds_no_way_to_it_and_no_count(
    chromium: Browser, base: str, language: str, name: str
) -> None:
    with context(chromium, base) as one:
        page = one.new_page()
        sign_in(page, name)
        choose(page, language)
        for promise in (C_1, C_2):
            open_promise(page, promise)
            expect(page.locator("#origin")).to_contain_text(INITIATIVE)
            expect(the_need(page)).to_have_count(0)
            text = page.locator("main").inner_text()
            assert WORDS[language]["behind"].casefold() not in text.casefold()
            assert "/needs/" not in page.content()
            assert "/residents/" not in page.content()
            assert "Geert" not in text


def test_the_board_the_initiative_and_the_institution_hang_together(marloes: Page, language: str) -> None:
    words = WORDS[language]
    marloes.goto("/themes")
    at(marloes, words["board"], f"{words['board']} {HERE}")
    followed(marloes, marloes.locator("main a[href^='/themes/']", has_text=THEME).first)
    at(marloes, THEME)
    expect(marloes.locator("main")).to_contain_text(LAYERS[0])
    expect(marloes.locator("main")).not_to_contain_text(DEEPEST)

    followed(marloes, marloes.locator("main a[href^='/initiatives/']", has_text=INITIATIVE).first)
    at(marloes, INITIATIVE)
    expect(marloes.locator("main")).to_contain_text("Vierendertig woningen zonder tocht")

    open_promise(marloes, C_1)
    followed(marloes, marloes.locator("#origin a[href^='/institutions/']"))
    at(marloes, "Woningcorporatie De Veenhoek")
    for told in ("Joost Hendriks", "Carla Nijenhuis", C_1, C_2):
        expect(marloes.locator("main")).to_contain_text(told)


def test_the_ask_tells_of_the_evasion_and_of_asking_again(marloes: Page, language: str) -> None:
    words = WORDS[language]
    open_promise(marloes, C_1)
    followed(marloes, marloes.locator("nav.bsa-line a[href^='/asks/']"))

    at(marloes, words["ask"])
    expect(marloes.locator(".bsa-timeline__words", has_text=words["evasive"])).to_be_visible()
    told = marloes.locator("main").inner_text()
    order = [told.index(word) for word in (words["evasive"], "Dat nemen we mee.", words["again"], words["yes if"])]
    assert order == sorted(order)
    assert "Carla Nijenhuis" in told


def test_everybody_reads_the_promises_and_nobodys_name(chromium: Browser, base: str, language: str) -> None:
    with context(chromium, base, size=PHONE) as one:
        page = one.new_page()
        heard = overheard(page)
        page.goto("/")
        choose(page, language)
        followed(page, page.locator("main").get_by_role("link", name=HERE))

        at(page, WORDS[language]["public"])
        told = page.locator("body").inner_text()
        for promise in (C_1, C_2, C_3, "Ik woon weer in mijn hele huis."):
            assert promise in told
        assert "fluit het keukenraam" not in told
        people = {part for account in ACCOUNTS.values() for part in account.name.split() if part != "de"}
        residents = {"Geert", "Ria", "Fenna", "Jelle", "Opa Lub", "Kamps", "Wiersma", "Corrie", "Abdi", "Tineke"}
        named = people | residents | {"Joost", "Carla", "Nijenhuis", "Tim de Graaf"}
        assert {name for name in named if re.search(rf"\b{name}\b", told)} == set()
        assert heard == []


# --- going about ------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(chromium: Browser, base: str) -> Iterator[BrowserContext]:
    """Lend a window that nobody has signed in with."""
    with context(chromium, base) as one:
        yield one


def test_the_focus_goes_to_the_heading_and_the_way_back_works(room: BrowserContext) -> None:
    page = room.new_page()
    sign_in(page, "activator")
    page.goto("/commitments")
    page.evaluate("() => { window.sameDocument = true; }")
    followed(page, page.locator(".bsa-views a").last)
    followed(page, row(page, C_1).get_by_role("link"))
    expect(page.locator("h1")).to_be_focused()
    assert page.evaluate("() => window.sameDocument") is True

    page.go_back()
    expect(row(page, C_1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/commitments\?"))
    page.go_forward()
    expect(page.locator("#origin")).to_be_visible()


def test_the_keyboard_alone_reaches_what_can_be_done_with_a_promise(room: BrowserContext) -> None:
    page = room.new_page()
    sign_in(page, "activator")
    open_promise(page, "Dan kan de zaagtafel aan.")
    page.reload()

    page.keyboard.press("Tab")
    expect(page.locator(".bsa-skip")).to_be_focused()
    expect(page.locator(".bsa-skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    stops: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                """() => {
                  const one = document.activeElement, box = one.getBoundingClientRect();
                  const seen = box.width > 0 && getComputedStyle(one).outlineStyle !== "none";
                  return `${seen ? "" : "UNSEEN "}${one.getAttribute("href") || one.tagName}`;
                }"""
            )
        )
        if "/institutions/" in stops[-1]:
            break
    assert [stop for stop in stops if stop.startswith("UNSEEN")] == []
    assert not any(stop.startswith("/day") for stop in stops), "the skip link skipped nothing"
    claimed = next(number for number, stop in enumerate(stops) if stop.endswith("/events/claimed"))
    assert claimed < 8
    assert any(stop.endswith("SUMMARY") for stop in stops)
