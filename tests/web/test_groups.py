"""The pages of groups."""

import re

from bsa.database import Database
from bsa.residents.actions import record_consent
from bsa.residents.models import ConsentHow, ConsentScope
from bsa.residents.shapes import ConsentIn

from tests.cast import NOW, Cast
from tests.line import Line
from tests.web.conftest import Browse, Browser

TODAY = NOW.date().isoformat()


def a_group(browser: Browser, line: Line, **more: str) -> str:
    told = {"initiative_id": str(line.initiative_id), "name": "", "kind": "tenants_committee", **more}
    made = browser.fill_in("/groups", **told)
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def test_an_initiative_becomes_a_group_in_one_step(browse: Browse, line: Line) -> None:
    browser = browse("teamleader")
    assert f"/groups/new?initiative_id={line.initiative_id}" in browser.get(f"/initiatives/{line.initiative_id}").text
    form = browser.get("/groups/new", params={"initiative_id": str(line.initiative_id)}).text
    assert 'value="Molenbuurt Warm"' in form

    group = a_group(browser, line)

    page = browser.get(group).text
    assert "being set up" in page
    assert "at least six weeks to give advice" in page
    assert "Wet op het overleg huurders verhuurder, artikel 5 lid 1" in page
    assert group in browser.get("/groups").text
    assert group in browser.get(f"/initiatives/{line.initiative_id}").text
    assert browse("corporation").get(group).status_code == 404


def test_a_mistake_keeps_what_was_typed(browse: Browse, line: Line, cast: Cast) -> None:
    browser = browse("activator")
    told = {"area_id": str(cast.here_id), "name": "Commissie", "kind": "tenants_committee", "recognised_on": TODAY}
    wrong = browser.fill_in("/groups", **told, founded_on=TODAY)
    assert wrong.status_code == 400
    assert "Say by whom the group was recognised." in wrong.text
    assert 'value="Commissie"' in wrong.text
    lost = browser.fill_in("/groups", initiative_id=str(cast.here_id), kind="residents_group")
    assert lost.status_code == 400


def test_a_group_is_recognised_as_it_was_last_seen_and_ends(browse: Browse, line: Line, cast: Cast) -> None:
    browser = browse("activator")
    group = a_group(browser, line, founded_on=TODAY)
    told = {"name": "Molen", "kind": "tenants_committee", "founded_on": TODAY, "recognised_on": TODAY, "homes": "34"}
    known = {"institution_id": str(cast.corporation_id)}
    assert browser.fill_in(group, version="1", **told).status_code == 400
    assert browser.fill_in(group, version="1", **told, **known).status_code == 303
    assert browser.fill_in(group, version="1", **told, **known).status_code == 412
    assert "recognised" in browser.get(group).text
    assert browser.fill_in(f"{group}/ending", version="2", ended_on="2026-04-01").status_code == 400
    assert browser.fill_in(f"{group}/ending", version="2", ended_on=TODAY).status_code == 303
    assert group not in browser.get("/groups").text
    assert group in browser.get("/groups?open=false").text


def test_a_partner_is_not_the_residents_and_the_page_says_so(browse: Browse, line: Line) -> None:
    browser = browse("activator")
    group = a_group(browser, line, kind="consultation_partner")
    assert "is not yet what the residents say" in browser.get(group).text


def test_members_are_named_for_their_own_worker_and_counted_for_others(
    browse: Browse, line: Line, database: Database, cast: Cast
) -> None:
    browser = browse("activator")
    group = a_group(browser, line)
    member = {"resident_id": str(line.resident_id), "part": "chairs", "consented_on": TODAY}
    refused = browser.fill_in(f"{group}/members", **member)
    assert refused.status_code == 400
    assert "has not agreed to be introduced" in refused.text
    agreed = ConsentIn(scope=ConsentScope.TO_BE_INTRODUCED, how=ConsentHow.SPOKEN, given_on=NOW.date())
    with database.writing() as session:
        record_consent(session, cast.activator, line.resident_id, agreed)

    assert browser.fill_in(f"{group}/members", **member).status_code == 303

    page = browser.get(group).text
    assert "Geert" in page
    others = browse("colleague").get(group).text
    assert "Geert" not in others
    assert "1 resident is in it whom a colleague looks after." in others
    (ending,) = re.findall(r'action="(/groups/[^"]+/members/[^"]+/ending)"', page)
    assert browser.fill_in(ending).status_code == 303
    assert browser.fill_in(ending).status_code == 409
