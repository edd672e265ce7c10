"""The pages of initiatives."""

import re

import pytest

from bsa.database import Database
from bsa.residents.actions import record_consent
from bsa.residents.models import ConsentHow, ConsentScope
from bsa.residents.shapes import ConsentIn

from tests.cast import NOW, Cast
from tests.line import Line
from tests.web.conftest import Browse, Browser

TODAY = NOW.date().isoformat()


@pytest.fixture
def introducible(database: Database, cast: Cast, line: Line) -> str:
    """Let Geert agree to be introduced to others."""
    told = ConsentIn(scope=ConsentScope.TO_BE_INTRODUCED, how=ConsentHow.SPOKEN, given_on=NOW.date())
    with database.writing() as session:
        record_consent(session, cast.activator, line.resident_id, told)
    return str(line.resident_id)


def test_the_list_shows_the_initiatives_of_the_own_areas(browse: Browse, line: Line) -> None:
    assert "Molenbuurt Warm" in browse("teamleader").get("/initiatives").text
    assert "Molenbuurt Warm" not in browse("stranger").get("/initiatives").text


def test_the_list_is_narrowed_by_its_filters(browse: Browse, line: Line, cast: Cast) -> None:
    browser = browse("activator")
    assert "Molenbuurt Warm" in browser.get("/initiatives?area_id=&phase=idea").text
    assert "Nothing in this phase" in browser.get("/initiatives", params={"phase": "stopped"}).text
    assert browser.get("/initiatives", params={"phase": "asleep"}).status_code == 400


@pytest.mark.parametrize("name", ["policy", "privacy", "admin", "corporation"])
def test_who_is_not_of_the_team_sees_no_initiative(browse: Browse, line: Line, name: str) -> None:
    browser = browse(name)
    assert browser.get("/initiatives").status_code == 403
    assert browser.get(f"/initiatives/{line.initiative_id}").status_code == 404


def test_an_initiative_leads_back_to_the_need_and_on_to_the_promise(browse: Browse, line: Line) -> None:
    page = browse("activator").get(f"/initiatives/{line.initiative_id}").text
    for path in (
        f"/needs/{line.need_id}",
        f"/themes/{line.theme_id}",
        f"/asks/{line.ask_id}",
        f"/commitments/{line.commitment_id}",
    ):
        assert path in page


def test_for_a_colleague_it_leads_to_no_need(browse: Browse, line: Line) -> None:
    page = browse("colleague").get(f"/initiatives/{line.initiative_id}").text
    assert "/needs/" not in page
    assert f"/themes/{line.theme_id}" in page


def test_an_initiative_is_joined_that_was_there_already(browse: Browse, line: Line, cast: Cast) -> None:
    browser = browse("activator")
    form = browser.get("/initiatives/new", params={"theme_ids": str(line.theme_id)}).text
    assert f'value="{line.theme_id}" checked' in form
    made = browser.fill_in(
        "/initiatives",
        title="Soep op donderdag",
        area_id=str(cast.here_id),
        joined_existing="true",
        origin="residents",
        phase="sustained",
        started_on="2026-01-08",
        theme_ids=[str(line.theme_id)],
    )
    assert made.status_code == 303
    page = browser.get(made.headers["location"]).text
    assert "It was there already, we joined it" in page
    assert "running on its own" in page


def test_a_start_that_lacks_something_keeps_what_was_typed(browse: Browse, line: Line, cast: Cast) -> None:
    answer = browse("activator").fill_in(
        "/initiatives", title="Soep", area_id=str(cast.here_id), started_on="gisteren", theme_ids=[str(line.theme_id)]
    )
    assert answer.status_code == 400
    assert 'value="Soep"' in answer.text
    assert f'value="{line.theme_id}" checked' in answer.text
    assert 'id="field-started_on-error"' in answer.text
    assert 'id="field-origin-error"' in answer.text


def test_an_initiative_is_not_started_in_another_neighbourhood(browse: Browse, line: Line, cast: Cast) -> None:
    answer = browse("stranger").fill_in(
        "/initiatives", title="Soep", area_id=str(cast.here_id), origin="residents", started_on=TODAY
    )
    assert answer.status_code == 403
    assert "in an area of your own" in answer.text


def test_an_initiative_is_changed(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    changed = browser.fill_in(
        page, title="Warme Molenbuurt", origin="residents", joined_existing="false", version=_version(browser, page)
    )
    assert changed.status_code == 303
    assert "Warme Molenbuurt" in browser.get(page).text


def test_a_change_keeps_a_title(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    answer = browser.fill_in(page, title="", origin="residents", joined_existing="false", version="1")
    assert answer.status_code == 400
    assert 'id="field-title-error"' in answer.text
    assert 'value="residents" checked' in answer.text


def test_a_stale_change_is_not_made(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    answer = browser.fill_in(page, title="Te laat", origin="residents", joined_existing="false", version="99")
    assert answer.status_code == 412
    assert 'value="Te laat"' in answer.text


def test_the_next_step_is_written_down_and_taken_away(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    told = {"next_step": "Koffie bij Ria", "next_step_on": "2026-04-01"}
    assert browser.fill_in(f"{page}/next-step", version=_version(browser, page), **told).status_code == 303
    assert "Koffie bij Ria" in browser.get(page).text
    assert browser.fill_in(f"{page}/next-step", version=_version(browser, page)).status_code == 303
    assert "Koffie bij Ria" not in browser.get(page).text


def test_a_day_without_a_step_is_refused(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    answer = browser.fill_in(f"{page}/next-step", next_step_on="2026-04-01", version=_version(browser, page))
    assert answer.status_code == 400
    assert "Say what the next step is" in answer.text
    assert 'value="2026-04-01"' in answer.text


def test_the_phase_moves(browse: Browse, line: Line) -> None:
    browser, page = browse("teamleader"), f"/initiatives/{line.initiative_id}"
    moved = browser.fill_in(f"{page}/phases", phase="negotiating", since=TODAY, version=_version(browser, page))
    assert moved.status_code == 303
    assert "negotiating" in browser.get(page).text


def test_an_initiative_stops_with_a_lesson_alone(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    told = {"phase": "stopped", "since": TODAY}
    answer = browser.fill_in(f"{page}/phases", version=_version(browser, page), **told)
    assert answer.status_code == 400
    assert 'id="phase-lesson-error"' in answer.text
    assert 'value="stopped" checked' in answer.text
    assert browser.fill_in(f"{page}/phases", version="99", lesson="Te groot begonnen", **told).status_code == 412
    done = browser.fill_in(f"{page}/phases", version=_version(browser, page), lesson="Te groot begonnen", **told)
    assert done.status_code == 303
    assert "Te groot begonnen" in browser.get(page).text


def test_who_takes_part_is_named_for_the_own_worker_alone(browse: Browse, line: Line, introducible: str) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    assert "Geert" in browser.get(f"{page}/participants/new").text
    told = {"resident_id": introducible, "part": "speaks", "consented_on": TODAY}
    assert browser.fill_in(f"{page}/participants", **told).status_code == 303
    assert "Geert" in browser.get(page).text
    assert browser.fill_in(f"{page}/participants", **told).status_code == 409
    others = browse("colleague").get(page).text
    assert "Geert" not in others
    assert "1 resident takes part whom a colleague looks after." in others


def test_who_did_not_agree_is_not_added(browse: Browse, line: Line) -> None:
    answer = browse("activator").fill_in(
        f"/initiatives/{line.initiative_id}/participants",
        resident_id=str(line.resident_id),
        part="speaks",
        consented_on=TODAY,
    )
    assert answer.status_code == 400
    assert "has not agreed to be introduced" in answer.text
    assert 'value="speaks" checked' in answer.text
    assert f"/residents/{line.resident_id}" in answer.text


def test_somebody_no_longer_takes_part(browse: Browse, line: Line, introducible: str) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    told = {"resident_id": introducible, "part": "speaks", "consented_on": TODAY}
    browser.fill_in(f"{page}/participants", **told)
    ending = _first(r'action="([^"]+/ending)"', browser.get(page).text)
    assert browse("colleague").fill_in(ending).status_code in (403, 404)
    assert browser.fill_in(ending).status_code == 303
    assert browser.fill_in(ending).status_code == 409
    assert "Geert" not in browser.get(page).text


def test_an_aim_is_set_and_reached(browse: Browse, line: Line) -> None:
    browser, page = browse("activator"), f"/initiatives/{line.initiative_id}"
    assert browser.fill_in(f"{page}/aims", text="", sign="34 ramen").status_code == 400
    assert browser.fill_in(f"{page}/aims", text="Warme huizen", sign="34 ramen").status_code == 303
    reach = _first(r'action="([^"]+/attainment)"', browser.get(page).text)
    wrong = browser.fill_in(reach, reached_on="2027-01-01")
    assert wrong.status_code == 400
    assert 'value="2027-01-01"' in wrong.text
    assert browser.fill_in(reach, reached_on=TODAY).status_code == 303
    assert "reached on 24 March 2026" in browser.get(page).text


def test_a_theme_is_unlinked_and_linked(browse: Browse, line: Line) -> None:
    browser, themes = browse("activator"), f"/initiatives/{line.initiative_id}/themes"
    assert browser.fill_in(f"{themes}/{line.theme_id}/unlinking").status_code == 303
    assert browser.fill_in(themes, theme_id="").status_code == 400
    assert browser.fill_in(themes, theme_id=str(line.theme_id)).status_code == 303
    assert browser.fill_in(themes, theme_id=str(line.theme_id)).status_code == 409


def test_an_initiative_of_another_neighbourhood_is_not_found(browse: Browse, line: Line) -> None:
    browser, page = browse("stranger"), f"/initiatives/{line.initiative_id}"
    for path in (page, f"{page}/edit", f"{page}/participants/new"):
        assert browser.get(path).status_code == 404
    assert browser.fill_in(f"{page}/aims", text="Van elders").status_code == 404


def _version(browser: Browser, page: str) -> str:
    return _first(r'name="version" value="(\d+)"', browser.get(page).text)


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, pattern
    return found[1]
