"""Noting contacts and promises from the record, striking and settling."""

from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa.contacts.actions import make_promise, note_contact
from bsa.contacts.models import Contact, Promise
from bsa.contacts.shapes import ContactIn, PromiseIn
from bsa.database import Database

from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()
CONTACT = {"happened_on": TODAY, "place": "doorstep", "purpose": "being_there"}


@pytest.fixture
def ria(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Open a dossier for Ria, looked after by the activator."""
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Ria").id


@pytest.fixture
def contact(database: Database, cast: Cast, ria: UUID) -> UUID:
    """Note a contact with Ria."""
    with database.writing() as session:
        told = ContactIn.model_validate(CONTACT | {"shareable_note": "Koffie", "own_note": "Moeilijk"})
        return note_contact(session, cast.activator, ria, told).id


@pytest.fixture
def promise(database: Database, cast: Cast, ria: UUID) -> UUID:
    """Promise Ria something."""
    with database.writing() as session:
        return make_promise(session, cast.activator, ria, PromiseIn(text="Folie", due_on=NOW.date())).id


def test_a_contact_is_noted_with_what_was_promised(browse: Browse, database: Database, ria: UUID) -> None:
    told = CONTACT | {"shareable_note": "Even gepraat", "promise.text": "Folie", "promise.due_on": TODAY}

    answer = browse("activator").fill_in(f"/residents/{ria}/contacts", **told)

    assert answer.headers["location"] == f"/residents/{ria}"
    with database.reading() as session:
        assert len(session.scalars(select(Contact)).all()) == 1
        assert len(session.scalars(select(Promise)).all()) == 1


def test_a_day_without_words_is_no_promise(browse: Browse, database: Database, ria: UUID) -> None:
    answer = browse("activator").fill_in(
        f"/residents/{ria}/contacts", **CONTACT, **{"promise.text": " ", "promise.due_on": TODAY}
    )

    assert answer.status_code == 303
    with database.reading() as session:
        assert session.scalars(select(Promise)).all() == []


def test_a_mistake_in_a_contact_keeps_all_that_was_typed(browse: Browse, ria: UUID) -> None:
    told = CONTACT | {
        "shareable_note": "BSN 111222333",
        "promise.text": "Folie brengen",
        "promise.due_on": "2020-01-01",
    }

    answer = browse("activator").fill_in(f"/residents/{ria}/contacts", **told)

    assert answer.status_code == 400
    assert 'id="contact-shareable_note-error"' in answer.text
    assert "BSN 111222333" in answer.text
    assert 'value="Folie brengen"' in answer.text


def test_a_promise_for_a_day_that_is_past_is_refused_beside_its_day(browse: Browse, ria: UUID) -> None:
    told = CONTACT | {"promise.text": "Folie", "promise.due_on": "2020-01-01"}

    answer = browse("activator").fill_in(f"/residents/{ria}/contacts", **told)

    assert answer.status_code == 400
    assert 'id="contact-promise.due_on-error"' in answer.text


def test_below_a_dossier_there_is_no_place_for_notes(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        geert = a_resident(session, cast.activator, cast.here_id, "Geert").id
    browser = browse("activator")

    assert 'name="shareable_note"' not in browser.get(f"/residents/{geert}").text
    assert browser.fill_in(f"/residents/{geert}/contacts", **CONTACT).status_code == 303


def test_nobody_else_notes_a_contact(browse: Browse, ria: UUID) -> None:
    # The record is not theirs to see, so there is no form to show the refusal in.
    assert browse("colleague").fill_in(f"/residents/{ria}/contacts", **CONTACT).status_code == 403
    assert browse("stranger").fill_in(f"/residents/{ria}/contacts", **CONTACT).status_code == 404


def test_the_contacts_of_a_resident_are_listed(browse: Browse, ria: UUID, contact: UUID) -> None:
    text = browse("activator").get(f"/residents/{ria}/contacts").text

    assert "Koffie" in text
    assert "Moeilijk" in text
    assert browse("colleague").get(f"/residents/{ria}/contacts").status_code == 403


def test_a_contact_is_struck_and_written_anew(browse: Browse, ria: UUID, contact: UUID) -> None:
    browser = browse("activator")
    assert 'name="shareable_note"' in browser.get(f"/contacts/{contact}/strike").text

    answer = browser.fill_in(f"/contacts/{contact}/strike", **CONTACT, shareable_note="Thee")

    assert answer.status_code == 303
    text = browser.get(f"/residents/{ria}").text
    assert "Thee" in text
    assert "Koffie" in text


def test_a_contact_is_only_struck_once(browse: Browse, database: Database, contact: UUID) -> None:
    browser = browse("activator")

    first = browser.fill_in(f"/contacts/{contact}/strike", only="1", happened_on="nonsense")
    second = browser.fill_in(f"/contacts/{contact}/strike", only="1")

    assert first.status_code == 303
    assert second.status_code == 409
    with database.reading() as session:
        assert session.scalars(select(Contact).where(col(Contact.struck_at).is_(None))).all() == []


def test_a_mistake_in_a_correction_keeps_what_was_typed(browse: Browse, contact: UUID) -> None:
    wrong = CONTACT | {"happened_on": "2027-01-01", "shareable_note": "Thee"}

    answer = browse("activator").fill_in(f"/contacts/{contact}/strike", **wrong)

    assert answer.status_code == 400
    assert 'id="field-happened_on-error"' in answer.text
    assert "Thee" in answer.text


def test_a_promise_is_made_from_the_record(browse: Browse, database: Database, ria: UUID) -> None:
    browser = browse("activator")
    path = f"/residents/{ria}/promises"

    wrong = browser.fill_in(path, text="Bellen", due_on="2020-01-01")
    done = browser.fill_in(path, text="Bellen", due_on=TODAY)

    assert wrong.status_code == 400
    assert 'id="promise-due_on-error"' in wrong.text
    assert done.headers["location"] == f"/residents/{ria}#promises"


@pytest.mark.parametrize(("back", "goes_to"), [("day", "/day"), ("resident", "/residents/{id}#promises")])
def test_a_promise_is_settled_and_leads_back(browse: Browse, ria: UUID, promise: UUID, back: str, goes_to: str) -> None:
    answer = browse("activator").fill_in(f"/promises/{promise}/settlement", outcome="kept", version="1", back=back)

    assert answer.headers["location"] == goes_to.format(id=ria)


def test_a_stale_or_nameless_settlement_is_refused(browse: Browse, promise: UUID) -> None:
    browser = browse("activator")

    assert browser.fill_in(f"/promises/{promise}/settlement", outcome="kept", version="7").status_code == 412
    assert browser.fill_in(f"/promises/{promise}/settlement", outcome="kept").status_code == 412
    assert browser.fill_in(f"/promises/{promise}/settlement", version="1").status_code == 400
