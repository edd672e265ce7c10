"""Who did it, on pages: beside a question and an initiative, with mistakes and struck steps."""

from uuid import UUID

import pytest

from bsa.database import Database
from bsa.residents.models import RegistrationLevel
from bsa.residents.queries import show_resident

from tests.bsa.test_lifecycle import an_initiative
from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.line import Line
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()
STEP = {"what": "Zaal geregeld", "who_did_it": "together", "done_on": TODAY}


@pytest.fixture
def initiative(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Start an initiative."""
    with database.writing() as session:
        return an_initiative(session, cast)


def test_a_mistake_stands_beside_its_field(browse: Browse, initiative: UUID) -> None:
    answer = browse("teamleader").fill_in(
        f"/initiatives/{initiative}/steps", what="Zaal geregeld", done_on="2027-01-01"
    )

    assert answer.status_code == 400
    assert 'id="step-who_did_it-error"' in answer.text
    assert 'value="Zaal geregeld"' in answer.text


def test_a_step_of_an_initiative_is_struck_and_stays_readable(browse: Browse, initiative: UUID) -> None:
    browser = browse("teamleader")
    browser.fill_in(f"/initiatives/{initiative}/steps", **STEP)
    page = browser.get(f"/initiatives/{initiative}/steps").text
    strike = page.partition('action="/learning-steps/')[2].partition('"')[0]

    first, second = (browser.fill_in(f"/learning-steps/{strike}") for _ in range(2))

    assert first.headers["location"] == f"/initiatives/{initiative}/steps#steps"
    assert second.status_code == 409
    assert "bsa-struck" in browser.get(f"/initiatives/{initiative}/steps").text


def test_a_step_about_a_question_lands_in_the_record_of_its_resident(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    browser = browse("activator")
    with database.reading() as session:
        assert show_resident(session, cast.activator, line.resident_id).level is RegistrationLevel.ALIAS

    refused = browser.fill_in(f"/needs/{line.need_id}/steps", **STEP)

    assert refused.status_code == 400
    assert "known by name" in refused.text


def test_where_nothing_may_be_kept_yet_there_is_no_form_and_the_way_on(
    browse: Browse, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id, "Ria").id
        dossier = a_dossier(session, cast.activator, cast.here_id).id
    browser = browse("activator")

    assert 'name="who_did_it"' not in browser.get(f"/residents/{alias}/steps").text
    assert 'name="who_did_it"' not in browser.get(f"/residents/{alias}").text
    assert "to=known" in browser.get(f"/residents/{alias}/steps").text
    assert 'name="who_did_it"' in browser.get(f"/residents/{dossier}").text
