"""The pages of a need: its layers, what is done with it, and the line to what was promised."""

from uuid import UUID

import pytest
from sqlmodel import select

from bsa.database import Database
from bsa.needs.models import Need, NeedLayer
from bsa.residents.actions import raise_level
from bsa.residents.models import Resident
from bsa.residents.shapes import LevelIn

from tests.cast import NOW, Cast
from tests.line import Line
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()
LAYER = {
    "words": "Ik durf niet te klagen",
    "how_learned": "said",
    "confirmed": "not_yet",
    "life_area": "housing",
    "learned_on": TODAY,
}


@pytest.fixture
def need(database: Database, cast: Cast, line: Line) -> UUID:
    """Return the need of the line, of a resident with a dossier."""
    with database.writing() as session:
        resident = session.get_one(Resident, line.resident_id)
        told = LevelIn.model_validate({"level": "dossier", "informed_on": TODAY, "informed_how": "sheet"})
        raise_level(session, cast.activator, resident.id, resident.version, told)
    return line.need_id


def version_of(database: Database, need_id: UUID) -> int:
    with database.reading() as session:
        return session.get_one(Need, need_id).version


def a_layer(browse: Browse, database: Database, need_id: UUID) -> UUID:
    answer = browse("activator").fill_in(f"/needs/{need_id}/layers", **LAYER, version=version_of(database, need_id))
    assert answer.headers["location"] == f"/needs/{need_id}#layer-1"
    with database.reading() as session:
        return session.scalars(select(NeedLayer.id).where(NeedLayer.depth == 1)).one()


@pytest.mark.parametrize("page", ["", "/layers/new", "/decisions/new", "/ending"])
def test_who_looks_after_the_resident_gets_every_page_and_nobody_else_does(
    browse: Browse, need: UUID, page: str
) -> None:
    assert browse("activator").get(f"/needs/{need}{page}").status_code == 200
    for name, status in (("colleague", 403), ("teamleader", 403), ("stranger", 404), ("corporation", 404)):
        answer = browse(name).get(f"/needs/{need}{page}")
        assert answer.status_code == status
        assert "kachel" not in answer.text


def test_a_question_is_written_down_in_the_residents_words(browse: Browse, line: Line) -> None:
    browser = browse("activator")
    path = f"/residents/{line.resident_id}/needs"
    assert browser.get(f"{path}/new").status_code == 200

    answer = browser.fill_in(path, words="Wie helpt mij met de tuin?", life_area="neighbourhood", learned_on=TODAY)

    assert answer.status_code == 303
    assert "Wie helpt mij met de tuin?" in browser.get(answer.headers["location"]).text


def test_a_mistake_in_a_question_keeps_the_words(browse: Browse, line: Line) -> None:
    answer = browse("activator").fill_in(
        f"/residents/{line.resident_id}/needs", words="De tuin", life_area="", learned_on="2027-01-01"
    )

    assert answer.status_code == 400
    assert "De tuin" in answer.text
    assert 'id="field-life_area-error"' in answer.text


def test_a_layer_deeper_is_added_asked_about_and_struck(browse: Browse, database: Database, need: UUID) -> None:
    browser, layer = browse("activator"), a_layer(browse, database, need)
    path = f"/needs/{need}/layers/{layer}"
    assert browser.get(path).status_code == 200

    asked = browser.fill_in(
        f"{path}/confirmations", confirmed="yes", asked_on=TODAY, version=version_of(database, need)
    )
    struck = browser.fill_in(f"{path}/strike", version=version_of(database, need))

    assert asked.headers["location"] == f"/needs/{need}#layer-1"
    assert struck.headers["location"] == f"/needs/{need}#layer-1"
    text = browser.get(f"/needs/{need}").text
    assert "<del" in text
    assert path not in text


def test_a_stale_deed_with_a_layer_is_refused(browse: Browse, database: Database, need: UUID) -> None:
    browser, layer = browse("activator"), a_layer(browse, database, need)
    path, old = f"/needs/{need}/layers", version_of(database, need) - 1

    assert browser.fill_in(path, **LAYER, version=old).status_code == 412
    assert browser.fill_in(f"{path}/{layer}/strike", version=old).status_code == 412
    answer = {"confirmed": "yes", "asked_on": TODAY, "version": old}
    assert browser.fill_in(f"{path}/{layer}/confirmations", **answer).status_code == 412


def test_a_hunch_that_is_confirmed_is_refused_beside_the_answer(browse: Browse, database: Database, need: UUID) -> None:
    wrong = LAYER | {"how_learned": "hunch", "confirmed": "yes", "version": version_of(database, need)}

    answer = browse("activator").fill_in(f"/needs/{need}/layers", **wrong)

    assert answer.status_code == 400
    assert 'id="field-confirmed-error"' in answer.text
    assert "Ik durf niet te klagen" in answer.text


def test_a_layer_of_another_need_is_not_there(browse: Browse, need: UUID, line: Line) -> None:
    assert browse("activator").get(f"/needs/{need}/layers/{line.theme_id}").status_code == 404


def test_what_is_done_with_it_is_decided(browse: Browse, database: Database, need: UUID) -> None:
    browser, path = browse("activator"), f"/needs/{need}/decisions"
    told = {"choice": "both", "reason": "Meer huizen", "decided_on": TODAY, "version": version_of(database, need)}

    not_counted = browser.fill_in(path, **told, counted="true")
    stale = browser.fill_in(path, **(told | {"version": 0}))
    done = browser.fill_in(path, **told)

    assert not_counted.status_code == 400
    assert 'id="field-counted-error"' in not_counted.text
    assert "Meer huizen" in not_counted.text
    assert stale.status_code == 412
    assert done.headers["location"] == f"/needs/{need}#decisions"
    assert "Meer huizen" in browser.get(f"/needs/{need}").text


def test_it_is_closed_with_how_it_ended_and_opened_again(browse: Browse, database: Database, need: UUID) -> None:
    browser, path = browse("activator"), f"/needs/{need}/ending"
    version = version_of(database, need)

    wrong = browser.fill_in(path, closed_on=TODAY, version=version)
    stale = browser.fill_in(path, ending="solved", closed_on=TODAY, version=version + 1)
    asked = browser.fill_in(path, ending="solved", closed_on=TODAY, version=version)
    closed = browser.fill_in(path, ending="solved", closed_on=TODAY, version=version, is_the_question="true")
    stale_again = browser.fill_in(f"/needs/{need}/reopening", version=version)
    reopened = browser.fill_in(f"/needs/{need}/reopening", version=version_of(database, need))

    assert wrong.status_code == 400
    assert 'id="field-ending-error"' in wrong.text
    assert [stale.status_code, stale_again.status_code] == [412, 412]
    assert asked.status_code == 409
    assert "Is this the question?" in asked.text
    assert '<input type="hidden" name="ending" value="solved">' in asked.text
    assert f'href="/needs/{need}/layers/new"' in asked.text
    assert [closed.status_code, reopened.status_code] == [303, 303]
    with database.reading() as session:
        assert session.get_one(Need, need).closed_on is None


def test_it_is_linked_to_a_theme(browse: Browse, database: Database, line: Line) -> None:
    browser = browse("activator")
    other = browser.fill_in(
        f"/residents/{line.other_resident_id}/needs", words="Schimmel", life_area="housing", learned_on=TODAY
    ).headers["location"]

    nothing = browser.fill_in(f"{other}/themes", theme_id="")
    done = browser.fill_in(f"{other}/themes", theme_id=line.theme_id)
    twice = browser.fill_in(f"{other}/themes", theme_id=line.theme_id)

    assert nothing.status_code == 400
    assert 'id="theme-theme_id-error"' in nothing.text
    assert done.status_code == 303
    assert twice.status_code == 409


def test_one_tap_leads_from_the_layer_to_the_promise_and_back_to_the_contact(browse: Browse, line: Line) -> None:
    text = browse("activator").get(f"/needs/{line.need_id}").text

    for path in (
        f"/residents/{line.resident_id}#contacts",
        f"/themes/{line.theme_id}",
        f"/initiatives/{line.initiative_id}",
        f"/asks/{line.ask_id}",
        f"/commitments/{line.commitment_id}",
    ):
        assert f'href="{path}"' in text
    assert 'id="layer-0"' in text


def test_a_layer_is_passed_on_or_kept_layer_by_layer(browse: Browse, database: Database, need: UUID) -> None:
    browser, layer = browse("activator"), a_layer(browse, database, need)
    path = f"/needs/{need}/layers/{layer}"
    assert browser.get(f"/needs/{need}").text.count("may be passed on") == 1
    assert "It may be passed on" not in browser.get(path).text

    unconfirmed = browser.fill_in(f"{path}/sharing", may_be_shared="true", version=version_of(database, need))
    told = {"confirmed": "yes", "asked_on": TODAY, "version": version_of(database, need)}
    browser.fill_in(f"{path}/confirmations", **told)
    stale = browser.fill_in(f"{path}/sharing", may_be_shared="true", version=0)
    done = browser.fill_in(f"{path}/sharing", may_be_shared="true", version=version_of(database, need))

    assert (unconfirmed.status_code, stale.status_code) == (409, 412)
    assert "Ask the resident first" in unconfirmed.text
    assert done.headers["location"] == f"/needs/{need}#layer-1"
    assert browser.get(f"/needs/{need}").text.count("may be passed on") >= 2
    browser.fill_in(f"{path}/sharing", may_be_shared="false", version=version_of(database, need))
    assert "stays here" in browser.get(path).text


def test_a_hunch_is_visibly_a_hunch_and_nobodys_words(browse: Browse, database: Database, need: UUID) -> None:
    hunch = LAYER | {"how_learned": "hunch", "words": "Misschien schulden"}
    browser = browse("activator")
    browser.fill_in(f"/needs/{need}/layers", **hunch, version=version_of(database, need))
    with database.reading() as session:
        layer = session.scalars(select(NeedLayer.id).where(NeedLayer.depth == 1)).one()

    assert "a hunch, not a fact" in browser.get(f"/needs/{need}").text
    page = browser.get(f"/needs/{need}/layers/{layer}").text
    assert "a hunch of the worker</footer>" in page
    assert "may be passed on" not in page
