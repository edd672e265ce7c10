"""The theme board and the pages of a theme."""

import pytest

from bsa.database import Database
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedIn
from bsa.themes.models import Theme

from tests.cast import NOW, Cast, a_resident
from tests.line import Line
from tests.web.conftest import Browse


@pytest.fixture
def need_id(database: Database, cast: Cast, line: Line) -> str:
    """Record another need of the activator's, which belongs to no theme yet."""
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id, "Fenna")
        told = NeedIn(life_area=LifeArea.HOUSING, words="Er is schimmel", learned_on=NOW.date())
        return str(record_need(session, cast.activator, resident.id, told).id)


def test_the_board_shows_own_needs_in_words_and_those_of_others_as_cards(browse: Browse, need_id: str) -> None:
    own, others = browse("activator").get("/themes"), browse("colleague").get("/themes")
    assert own.status_code == others.status_code == 200
    assert "Er is schimmel" in own.text
    assert "Er is schimmel" not in others.text
    assert "Fenna" not in others.text
    assert "housing" in others.text
    assert "Tocht en schimmel" in others.text


def test_the_board_of_another_neighbourhood_is_not_found(browse: Browse, line: Line, cast: Cast) -> None:
    assert browse("stranger").get("/themes", params={"area_id": str(cast.here_id)}).status_code == 404


@pytest.mark.parametrize("name", ["policy", "privacy", "admin", "corporation"])
def test_who_is_not_of_the_team_has_no_board(browse: Browse, cast: Cast, name: str) -> None:
    assert browse(name).get("/themes", params={"area_id": str(cast.here_id)}).status_code == 403


def test_needs_are_linked_on_the_board(browse: Browse, line: Line, need_id: str) -> None:
    browser = browse("activator")
    sent = browser.fill_in("/themes/links", deed="link", need_ids=[need_id], theme_id=str(line.theme_id))
    assert sent.status_code == 303
    assert "Er is schimmel" in browser.get(f"/themes/{line.theme_id}").text


def test_linking_without_a_theme_keeps_what_was_picked(browse: Browse, need_id: str) -> None:
    answer = browse("activator").fill_in("/themes/links", deed="link", need_ids=[need_id])
    assert answer.status_code == 400
    assert f'value="{need_id}" checked' in answer.text
    assert "Choose a theme." in answer.text


def test_a_theme_is_named_from_needs_picked_on_the_board(browse: Browse, cast: Cast, need_id: str) -> None:
    browser = browse("activator")
    away = browser.fill_in("/themes/links?area_id=" + str(cast.here_id), deed="name", need_ids=[need_id])
    form = browser.get(away.headers["location"])
    assert form.status_code == 200
    assert f'value="{need_id}" checked' in form.text
    made = browser.fill_in(
        "/themes", title="Schimmel", life_area="housing", area_id=str(cast.here_id), need_ids=[need_id]
    )
    assert made.status_code == 303
    page = browser.get(made.headers["location"]).text
    assert "<h1" in page
    assert "Schimmel" in page
    assert "The theme is there." in page


def test_a_theme_without_a_name_keeps_the_rest(browse: Browse, cast: Cast, need_id: str) -> None:
    answer = browse("activator").fill_in(
        "/themes", title="", life_area="housing", description="Al jaren", area_id=str(cast.here_id), need_ids=[need_id]
    )
    assert answer.status_code == 400
    assert "Al jaren" in answer.text
    assert 'id="field-title-error"' in answer.text
    assert f'value="{need_id}" checked' in answer.text


def test_a_need_of_a_colleague_cannot_be_put_in_a_theme(browse: Browse, line: Line, need_id: str) -> None:
    answer = browse("colleague").fill_in(f"/themes/{line.theme_id}/needs", need_id=need_id)
    assert answer.status_code == 403
    assert "colleague&#39;s resident" in answer.text


def test_a_need_is_linked_and_unlinked_on_the_page_of_the_theme(browse: Browse, line: Line, need_id: str) -> None:
    browser, page = browse("activator"), f"/themes/{line.theme_id}"
    assert browser.fill_in(f"{page}/needs", need_id=need_id).status_code == 303
    assert browser.fill_in(f"{page}/needs", need_id=need_id).status_code == 409
    assert browser.fill_in(f"{page}/needs/{need_id}/unlinking").status_code == 303
    assert browser.fill_in(f"{page}/needs/{need_id}/unlinking").status_code == 404


def test_a_theme_leads_to_its_need_and_its_initiative(browse: Browse, line: Line) -> None:
    page = browse("activator").get(f"/themes/{line.theme_id}").text
    assert f"/needs/{line.need_id}" in page
    assert f"/initiatives/{line.initiative_id}" in page


def test_for_a_colleague_a_theme_leads_to_no_need(browse: Browse, line: Line) -> None:
    page = browse("colleague").get(f"/themes/{line.theme_id}").text
    assert "/needs/" not in page
    assert "Ik zoek een kachel" not in page
    assert "And 1 question of a resident of a colleague." in page


def test_an_initiative_is_linked_and_unlinked(browse: Browse, line: Line) -> None:
    browser, page = browse("teamleader"), f"/themes/{line.theme_id}"
    link = f"{page}/initiatives"
    assert browser.fill_in(f"{link}/{line.initiative_id}/unlinking").status_code == 303
    back = browser.fill_in(link, **{"initiative_id": str(line.initiative_id), "from": "board"})
    assert back.status_code == 303
    assert back.headers["location"].startswith("/themes?area_id=")
    assert browser.fill_in(link, initiative_id=str(line.initiative_id)).status_code == 409
    assert browser.fill_in(link, initiative_id="").status_code == 400


def test_a_theme_is_changed(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/themes/{line.theme_id}"
    assert "Tocht en schimmel" in browser.get(f"{page}/edit").text
    changed = browser.fill_in(page, title="Kou", life_area="housing", description="", version="1")
    assert changed.status_code == 303
    assert "Kou" in browser.get(page).text


def test_a_theme_keeps_a_name(browse: Browse, line: Line) -> None:
    answer = browse("activator").fill_in(f"/themes/{line.theme_id}", title="", life_area="money", version="1")
    assert answer.status_code == 400
    assert "Fill this in." in answer.text
    assert 'value="money" selected' in answer.text


def test_a_stale_change_is_not_made(browse: Browse, line: Line, database: Database) -> None:
    browser, page = browse("activator"), f"/themes/{line.theme_id}"
    assert browser.fill_in(page, title="Kou", life_area="housing", version="1").status_code == 303
    answer = browser.fill_in(page, title="Warmte", life_area="housing", version="1")
    assert answer.status_code == 412
    assert "Warmte" in answer.text
    with database.reading() as session:
        assert session.get_one(Theme, line.theme_id).title == "Kou"


def test_a_theme_is_closed_once(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/themes/{line.theme_id}"
    assert browser.fill_in(f"{page}/closing", version="9").status_code == 412
    assert browser.fill_in(f"{page}/closing", version="1").status_code == 303
    assert browser.fill_in(f"{page}/closing", version="2").status_code == 409
    closed = browser.get(page).text
    assert "Closed on 24 March 2026" in closed
    assert "/closing" not in closed


def test_a_theme_of_another_neighbourhood_is_not_found(browse: Browse, line: Line) -> None:
    browser = browse("stranger")
    for path in (f"/themes/{line.theme_id}", f"/themes/{line.theme_id}/edit"):
        assert browser.get(path).status_code == 404
    assert browser.fill_in(f"/themes/{line.theme_id}/closing", version="1").status_code == 404
