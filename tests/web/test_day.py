"""The day page: own promises for an activator, counts for a team leader, nothing for others."""

from datetime import timedelta

import pytest

from bsa import clock
from bsa.contacts.actions import make_promise, note_contact
from bsa.contacts.shapes import ContactIn, PromiseIn
from bsa.database import Database

from tests.cast import NOW, Cast, a_resident
from tests.web.conftest import Browse


@pytest.fixture
def promised(database: Database, cast: Cast, standing_clock: None) -> str:
    """Promise Geert something that is overdue, and see Geert today; return the path of the record."""
    with clock.standing_at(NOW - timedelta(days=9)), database.writing() as session:
        geert = a_resident(session, cast.activator, cast.here_id, "Geert")
        due_on = clock.today() + timedelta(days=2)
        make_promise(session, cast.activator, geert.id, PromiseIn(text="De huurbrief lezen", due_on=due_on))
    with clock.standing_at(NOW), database.writing() as session:
        told = {"happened_on": clock.today(), "place": "street", "purpose": "being_there"}
        note_contact(session, cast.activator, geert.id, ContactIn.model_validate(told))
    return f"/residents/{geert.id}"


def test_an_activator_sees_the_own_promises_first_and_settles_there(browse: Browse, promised: str) -> None:
    text = browse("activator").get("/day").text

    assert text.index("De huurbrief lezen") < text.index(f"{promised}#contact")
    assert "/settlement" in text


def test_a_team_leader_sees_numbers_only(browse: Browse, promised: str) -> None:
    text = browse("teamleader").get("/day").text

    assert "bsa-stat__number" in text
    assert "Geert" not in text
    assert "huurbrief" not in text


def test_a_colleague_sees_nothing_of_it(browse: Browse, promised: str) -> None:
    answer = browse("colleague").get("/day")

    assert answer.status_code == 200
    assert "Geert" not in answer.text
    assert "bsa-stat__number" not in answer.text


@pytest.mark.parametrize("name", ["policy", "privacy", "admin", "corporation"])
def test_others_have_no_day_page(browse: Browse, name: str) -> None:
    assert browse(name).get("/day").status_code == 403
