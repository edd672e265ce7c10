"""The line walked by hand in a browser, from a door to the residents' verdict: with scripts, and without."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bsa import clock
from bsa.database import Database

from tests.browser.served import PHONE, context, followed, overheard, served
from tests.cast import gather
from tests.conftest import settings_for
from tests.walked import prepare

pytestmark = pytest.mark.browser

Home = tuple[str, dict[str, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Serve an installation in which the line was walked, today."""
    folder: Path = tmp_path_factory.mktemp("deeds-home")
    database = Database(settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db"))
    database.migrate()
    with database.writing() as session:
        things = prepare(session, gather(session))
    with served(database) as base:
        yield base, things


@pytest.fixture(params=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, chromium: Browser, home: Home) -> Iterator[Page]:
    """Open the activator's telephone, with scripts or without."""
    scripts = request.param == "with scripts"
    with context(chromium, home[0], size=PHONE, cookie=home[1]["activator_cookie"], scripts=scripts) as one:
        page = one.new_page()
        heard = overheard(page)
        yield page
        # A mistake in a form is answered with 400, and the browser says so.
        assert [words for words in heard if "status of 400" not in words] == []


def later(days: int = 30) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def form(page: Page, action: str) -> Locator:
    return page.locator(f"main form[action$='{action}']")


def send(page: Page, action: str, **fields: str | bool | None) -> None:
    """Fill in a form as somebody would, send it, and see it taken."""
    sheet = form(page, action)
    for name, value in fields.items():
        field = sheet.locator(f"[name='{name.replace('__', '.')}']")
        fold = field.first.locator("xpath=ancestor::details[not(@open)]")
        if fold.count():
            fold.locator("summary").first.click()
        kind = field.first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            wanted = value if isinstance(value, str) else "true"
            sheet.locator(f"[name='{name}'][value='{wanted}']").check()
        elif field.first.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value if isinstance(value, str) else "")
        else:
            field.fill(str(value))
    sheet.locator("button[type=submit]").first.click()
    expect(page.locator("[data-flash]")).to_be_visible()


def tap(page: Page, ending: str) -> None:
    """Tap the button that leads to a page; unfold it first where it lies behind one."""
    link = page.locator(f"main a[href*='{ending}']").first
    fold = link.locator("xpath=ancestor::details[not(@open)]")
    if fold.count():
        fold.locator("summary").first.click()
    followed(page, link)


def test_from_a_door_to_the_verdict(page: Page, home: Home, request: pytest.FixtureRequest) -> None:
    today, name = clock.today().isoformat(), f"Man van hiernaast {request.node.callspec.id}"
    # A resident, and a contact with a promise: three taps, and the typing.
    page.goto("/residents/new")
    send(page, "/residents", call_name=name, area_id=home[1]["here"], informed_how="spoken")
    # The day names the six of the last contact, and in this installation everybody was met today.
    page.goto("/residents?mine=true")
    followed(page, page.locator("main a", has_text=name).first)
    record = page.url.partition("#")[0]
    send(page, "/contacts", promise__text="Folie meebrengen", promise__due_on=later(3))
    expect(page.locator("main")).to_contain_text("Folie meebrengen")

    # What is asked, and what is behind it.
    tap(page, "/needs/new")
    send(page, "/needs", words="Ik wil een kachel", life_area="housing")
    need = page.url
    page.goto(record)
    tap(page, "/level")
    tap(page, "to=dossier")
    send(page, "/level", informed_how="sheet")
    page.goto(need)
    tap(page, "/layers/new")
    send(page, "/layers", words="ze luisteren toch niet", how_learned="said", confirmed="yes")
    assert page.locator(".bsa-onion__words").all_inner_texts() == ["Ik wil een kachel", "ze luisteren toch niet"]
    tap(page, "/decisions/new")
    send(page, "/decisions", choice="collective", reason="Er zijn er meer met deze vraag")

    # Together: a theme and an initiative.
    page.goto(f"/themes/new?area_id={home[1]['here']}")
    send(page, "/themes", title="Tocht in de straat", life_area="housing", need_ids=need.rpartition("/")[2])
    tap(page, "/initiatives/new")
    send(page, "/initiatives", joined_existing="false", title="Straat Warm", origin="together")

    # The ask and the answer.
    tap(page, "/asks/new")
    send(page, "/asks", institution_id=home[1]["corporation"], text="Herstel alle kozijnen", voiced_by="residents")
    tap(page, "/submission")
    send(page, "/submission", mandate="policy", source="meeting", reply_by=later(14))
    tap(page, "/answers")
    send(page, "/answers", answer="yes_if", words="Ja, na de asbestcheck", source="meeting")

    # The promise, its claim, and what residents say.
    tap(page, "/commitments/new")
    send(
        page,
        "/commitments",
        residents_words="Geen tocht meer",
        promise="Wij herstellen de kozijnen",
        sign="Geen kier bij de papierproef",
        due_on=later(),
        mandate="policy",
    )
    promise = page.url
    for kind in ("confirmed", "claimed"):
        tap(page, f"/events/{kind}")
        send(page, "/claims" if kind == "claimed" else f"/events/{kind}")
    tap(page, "/verdicts/new")
    send(
        page,
        "/verdicts",
        kept="0",
        partly="1",
        not_kept="4",
        witness_1=home[1]["geert"],
        witness_2=home[1]["ria"],
        close_window=True,
    )
    page.goto(promise)
    tap(page, "/events/reopened")
    send(page, "/events/reopened", words="De helft tocht nog", due_on=later(60))

    kinds = ["Toezegging vastgelegd", "Bevestigd door de instelling", "Gemeld nagekomen", "Beoordeeld door bewoners"]
    told = page.locator(".bsa-timeline__words").all_inner_texts()
    assert told[:4] == kinds
    assert told[-1] == "Heropend"
    expect(page.locator("main time").first).to_have_attribute("datetime", later(60))
    assert today in page.locator("#history").inner_html()
    followed(page, page.locator("#origin a[href^='/needs/']"))
    expect(page.get_by_text("ze luisteren toch niet")).to_be_visible()


def test_a_mistake_keeps_what_was_typed_and_is_told(page: Page, home: Home) -> None:
    sheet = mistaken(page, home)

    problems = page.locator("[data-error-summary]")
    expect(problems).to_be_visible()
    expect(sheet.locator("[name=words]")).to_have_value("Mijn raam klemt")
    expect(sheet.locator("[name=life_area]")).to_have_attribute("aria-invalid", "true")
    aim = problems.get_by_role("link").first.get_attribute("href") or ""
    assert sheet.locator("[name=life_area]").get_attribute("id") == aim.removeprefix("#")


def mistaken(page: Page, home: Home) -> Locator:
    """Send a question without saying what part of life it is about."""
    page.goto(f"/residents/{home[1]['geert']}/needs/new")
    sheet = form(page, "/needs")
    sheet.locator("[name=words]").fill("Mijn raam klemt")
    sheet.locator("button[type=submit]").click()
    return sheet


@pytest.fixture
def telephone(chromium: Browser, home: Home) -> Iterator[Page]:
    """Open the activator's telephone, with scripts."""
    with context(chromium, home[0], size=PHONE, cookie=home[1]["activator_cookie"]) as one:
        yield one.new_page()


def test_a_mistake_takes_the_focus_to_what_is_wrong(telephone: Page, home: Home) -> None:
    sheet = mistaken(telephone, home)

    problems = telephone.locator("[data-error-summary]")
    expect(problems).to_be_focused()
    problems.get_by_role("link").first.click()
    expect(sheet.locator("[name=life_area]")).to_be_focused()


@pytest.mark.parametrize("failing", ["no connection", "the server stumbles"])
def test_what_was_typed_outlives_a_failed_sending(telephone: Page, home: Home, failing: str) -> None:
    telephone.goto(f"/residents/{home[1]['geert']}/needs/new")
    sheet = form(telephone, "/needs")
    sheet.locator("[name=words]").fill("Mijn raam klemt")
    sheet.locator("[name=life_area]").select_option("housing")
    telephone.route(
        "**/needs",
        lambda route: route.abort() if failing == "no connection" else route.fulfill(status=503, body="<h1>Nee</h1>"),
    )
    sheet.locator("button[type=submit]").click()

    expect(telephone.locator("[data-not-sent]")).to_contain_text("Niet verstuurd.")
    expect(sheet.locator("[name=words]")).to_have_value("Mijn raam klemt")
    telephone.unroute("**/needs")
    sheet.locator("button[type=submit]").click()
    expect(telephone.locator(".bsa-onion__words")).to_have_text("Mijn raam klemt")
    expect(telephone.locator("[data-not-sent]")).to_have_count(0)
