"""The pages of terms by law: a track begun, what happened in it, another day with a reason, a mistake, and its end."""

import re
from uuid import UUID

import pytest

from bsa.consultation.models import Track
from bsa.database import Database
from bsa.groups.models import Group

from tests.bsa.test_consultation import a_committee, a_track, noted
from tests.cast import NOW, Cast
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()


@pytest.fixture
def committee(database: Database, cast: Cast) -> UUID:
    """Return the key of a tenants' committee before the corporation."""
    with database.writing() as session:
        return a_committee(session, cast.activator, cast).id


@pytest.fixture
def track(database: Database, cast: Cast, committee: UUID) -> UUID:
    """Return the key of a renovation of which the landlord told on 2 March."""
    with database.writing() as session:
        group = session.get_one(Group, committee)
        return a_track(session, cast.activator, group, "2026-03-02", "renovation").id


def test_a_track_is_begun_from_the_page_of_the_group(browse: Browse, committee: UUID) -> None:
    browser = browse("activator")
    group = browser.get(f"/groups/{committee}").text
    assert f"/tracks/new?group_id={committee}" in group
    form = browser.get(f"/tracks/new?group_id={committee}").text
    assert f'value="{TODAY}"' in form

    told = {"group_id": str(committee), "kind": "advice", "begun_on": "2026-03-02"}
    refused = browser.fill_in("/tracks", **told, subject="")
    begun = browser.fill_in("/tracks", **told, subject="Nieuwe kozijnen")

    assert refused.status_code == 400
    assert 'value="2026-03-02"' in refused.text
    page = browser.get(begun.headers["location"]).text
    assert "Nieuwe kozijnen" in page
    assert re.search(r"The group can advise until</span>\s*<strong><time[^>]*>13 April 2026", page)
    assert "artikel 5 lid 1" in page
    assert "Nieuwe kozijnen" in browser.get(f"/groups/{committee}").text
    assert "Nieuwe kozijnen" in browser.get("/tracks").text


def test_without_a_committee_the_way_on_is_shown(browse: Browse) -> None:
    assert "Write down the group first" in browse("activator").get("/tracks/new").text


def test_it_stands_on_the_pages_of_landlord_and_neighbourhood(browse: Browse, cast: Cast, track: UUID) -> None:
    browser = browse("activator")
    for path in (f"/institutions/{cast.corporation_id}", f"/neighbourhoods/{cast.here_id}"):
        assert f"/tracks/{track}" in browser.get(path).text
    assert f"/tracks/{track}" in browse("corporation").get(f"/institutions/{cast.corporation_id}").text


def test_the_landlord_sees_the_days_and_no_buttons(browse: Browse, track: UUID) -> None:
    page = browse("corporation").get(f"/tracks/{track}").text

    assert "13 April 2026" in page
    assert "What happened now?" not in page
    assert "Strike a mistake" not in page
    assert browse("rival").get(f"/tracks/{track}").status_code == 404


def test_a_poll_is_counts_only_and_a_mistake_stands_beside_its_field(browse: Browse, track: UUID) -> None:
    browser = browse("activator")
    form = browser.get(f"/tracks/{track}/events/new?kind=polled").text
    assert 'value="34"' in form
    polled = {"kind": "polled", "happened_on": TODAY}

    wrong = browser.fill_in(f"/tracks/{track}/events", **polled, homes="34", in_favour="35")
    right = browser.fill_in(f"/tracks/{track}/events", **polled, homes="34", in_favour="26")

    assert wrong.status_code == 400
    assert "More homes are in favour than there are." in wrong.text
    assert 'value="35"' in wrong.text
    assert right.status_code == 303
    page = browser.get(f"/tracks/{track}").text
    assert "26 of 34 homes agree: 76 %" in page
    assert "enough agree" in page


def test_another_day_needs_a_reason_and_shows_both(browse: Browse, track: UUID) -> None:
    browser = browse("activator")
    told = {"kind": "overruled", "rule": "six_weeks", "due_on": "2026-05-04"}

    without = browser.fill_in(f"/tracks/{track}/events", **told, words="")
    done = browser.fill_in(f"/tracks/{track}/events", **told, words="De vakantie ertussen")

    assert without.status_code == 400
    assert "Say why another day holds." in without.text
    assert done.status_code == 303
    page = browser.get(f"/tracks/{track}").text
    assert "By the rule it would be 13 April 2026." in page
    assert "De vakantie ertussen" in page


def test_what_does_not_fit_is_said_before_anything_is_typed(browse: Browse, track: UUID) -> None:
    browser = browse("activator")

    assert browser.get(f"/tracks/{track}/events/new?kind=notified").status_code == 409
    refused = browser.fill_in(f"/tracks/{track}/events", kind="notified", happened_on=TODAY)
    assert refused.status_code == 409
    assert "strike what was a mistake" in refused.text


def test_a_mistake_is_struck(browse: Browse, database: Database, cast: Cast, track: UUID) -> None:
    with database.writing() as session:
        event = noted(session, cast.activator, track, "no_objection", "2026-03-20").id
    browser = browse("activator")
    assert "It may be carried out since" in browser.get(f"/tracks/{track}").text

    struck = browser.fill_in(f"/tracks/{track}/events/{event}/strike")
    again = browser.fill_in(f"/tracks/{track}/events/{event}/strike")

    assert struck.status_code == 303
    assert again.status_code == 409
    page = browser.get(f"/tracks/{track}").text
    assert "Struck through: it counts no more." in page
    assert "It may be carried out since" not in page


def test_it_is_renamed_and_ended_and_takes_nothing_then(browse: Browse, track: UUID) -> None:
    browser = browse("activator")
    version = str(browser.version(Track, track))
    renamed = browser.fill_in(f"/tracks/{track}", subject="Kozijnen en dak", version=version)
    stale = browser.fill_in(f"/tracks/{track}/ending", ended_on=TODAY, version=version)
    version = str(browser.version(Track, track))
    ended = browser.fill_in(f"/tracks/{track}/ending", ended_on=TODAY, version=version)

    assert [renamed.status_code, stale.status_code, ended.status_code] == [303, 412, 303]
    page = browser.get(f"/tracks/{track}").text
    assert "Kozijnen en dak" in page
    assert "What happened now?" not in page
    assert browser.get(f"/tracks/{track}/edit").status_code == 409
    assert "Kozijnen en dak" in browser.get("/tracks?open=false").text


def test_the_team_is_reminded_of_a_day_that_is_near(
    browse: Browse, database: Database, cast: Cast, committee: UUID
) -> None:
    with database.writing() as session:
        a_track(session, cast.activator, session.get_one(Group, committee), "2026-02-16")

    assert "1 term by law: the day is near or past" in browse("activator").get("/reminders").text
