"""Practising and who speaks when, on pages: mistakes, old versions, and rows that move without scripts."""

from uuid import UUID

import pytest

from bsa.database import Database
from bsa.practice.actions import make_speaking_order, plan_practice
from bsa.practice.models import PracticeMoment
from bsa.practice.shapes import PracticeIn

from tests.bsa.test_lifecycle import an_initiative
from tests.bsa.test_practice import an_order
from tests.cast import NOW, Cast, a_dossier
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()


@pytest.fixture
def moment(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Plan to practise with Geert."""
    with database.writing() as session:
        geert = a_dossier(session, cast.activator, cast.here_id)
        return plan_practice(session, cast.activator, geert.id, PracticeIn(scary_thing="Bellen", stop_word="thee")).id


@pytest.fixture
def order(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Make a speaking order of three turns."""
    with database.writing() as session:
        told = an_order(("resident", "Buren", 5), ("institution", "Carla", 2), ("team", "Marloes", 1))
        return make_speaking_order(session, cast.activator, an_initiative(session, cast), told).id


def test_what_is_emptied_is_taken_away_and_an_old_version_is_refused(browse: Browse, moment: UUID) -> None:
    browser = browse("activator")
    form = {"scary_thing": "De gemeente bellen", "stop_word": "", "planned_on": TODAY}

    done = browser.fill_in(f"/practice-moments/{moment}", **form, version=browser.version(PracticeMoment, moment))
    stale = browser.fill_in(f"/practice-moments/{moment}", **form, version="1")
    wrong = browser.fill_in(
        f"/practice-moments/{moment}", **form | {"scary_thing": ""}, version=browser.version(PracticeMoment, moment)
    )

    assert done.status_code == 303
    assert "thee" not in browser.get(f"/practice-moments/{moment}").text
    assert stale.status_code == 412
    assert wrong.status_code == 400
    assert 'id="field-scary_thing-error"' in wrong.text


def test_a_debrief_without_how_it_went_keeps_its_words(browse: Browse, moment: UUID) -> None:
    answer = browse("activator").fill_in(
        f"/practice-moments/{moment}/debrief", version="1", debrief="Zachtjes begonnen", held_on=TODAY
    )

    assert answer.status_code == 400
    assert 'id="field-outcome-error"' in answer.text
    assert "Zachtjes begonnen" in answer.text


def test_turns_move_come_and_go_without_being_saved(browse: Browse, order: UUID) -> None:
    browser = browse("colleague")
    path = f"/speaking-orders/{order}"
    page = browser.get(path).text
    turns = [part.partition('"')[0] for part in page.split('name="turn_id" value="')[1:]]
    rows = {
        "turn_id": turns,
        "resident_id": ["", "", ""],
        "name": ["Buren", "Carla", "Marloes"],
        "side": ["resident", "institution", "team"],
        "who": ["", "", ""],
        "minutes": ["5", "2", "1"],
        "version": "1",
        "meeting_on": TODAY,
    }

    moved = browser.fill_in(path, **rows, move="up-1").text
    dropped = browser.fill_in(path, **rows, drop="2").text
    added = browser.fill_in(path, **rows, add="resident").text

    assert moved.index("Carla") < moved.index("Buren")
    assert "autofocus" not in moved
    assert "Marloes" not in dropped.partition("<ol")[2].partition("</ol>")[0]
    assert added.count('name="turn_id"') == 4
    assert browser.get(path).text.index("Buren") < browser.get(path).text.index("Carla")
    stale = browser.fill_in(path, **rows | {"version": "7"})
    assert stale.status_code == 412
    wrong = browser.fill_in(path, **rows | {"minutes": ["5", "x", "99"]})
    assert wrong.status_code == 400
    assert 'id="order-turns.1.minutes-error"' in wrong.text
    assert 'id="order-turns.2.minutes-error"' in wrong.text
