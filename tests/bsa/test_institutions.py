"""Institutions: their names are everybody's, their people are the team's."""

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.institutions.actions import (
    change_contact,
    change_institution,
    contact_left,
    record_contact,
    record_institution,
)
from bsa.institutions.models import InstitutionContact, InstitutionKind, Mandate
from bsa.institutions.queries import (
    contact_named,
    find_contact,
    list_contacts,
    list_institutions,
    show_contact,
    show_institution,
)
from bsa.institutions.shapes import (
    ContactLeftIn,
    InstitutionChange,
    InstitutionContactChange,
    InstitutionContactIn,
    InstitutionContactQuery,
    InstitutionIn,
    InstitutionQuery,
)

from tests.cast import Cast

ALL = InstitutionQuery()
EVERYBODY = InstitutionContactQuery()
DEBT_HELP = InstitutionIn(name="Schuldhulp Emmen-demo", kind=InstitutionKind.DEBT_HELP, email="info@schuldhulp.example")
CARLA = InstitutionContactIn(
    name="Carla Nijenhuis", mandate=Mandate.POLICY, job="manager vastgoed", email="carla@veenhoek.example"
)


def a_contact(session: Session, cast: Cast) -> InstitutionContact:
    return record_contact(session, cast.activator, cast.corporation_id, CARLA)


@pytest.mark.parametrize("name", ["activator", "teamleader", "admin"])
def test_the_team_and_the_administrator_record_an_institution(session: Session, cast: Cast, name: str) -> None:
    institution = record_institution(session, cast.actors[name], DEBT_HELP)

    assert show_institution(session, cast.activator, institution.id).email == "info@schuldhulp.example"
    kinds = session.scalars(select(Event.kind).where(col(Event.subject_id) == institution.id)).all()
    assert kinds == ["institution.recorded"]


@pytest.mark.parametrize("name", ["corporation", "policy", "privacy"])
def test_nobody_else_records_an_institution(session: Session, cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed, match="Tell the team"):
        record_institution(session, cast.actors[name], DEBT_HELP)


def test_two_institutions_do_not_share_a_name(session: Session, cast: Cast) -> None:
    other = record_institution(session, cast.activator, DEBT_HELP)

    with pytest.raises(Invalid):
        record_institution(session, cast.activator, DEBT_HELP)
    with pytest.raises(Invalid):
        change_institution(session, cast.activator, other.id, other.version, InstitutionChange(name="De Veenhoek"))


def test_a_change_leaves_out_what_is_not_named_and_an_old_version_is_refused(session: Session, cast: Cast) -> None:
    institution = record_institution(session, cast.activator, DEBT_HELP)
    before = institution.version

    change_institution(session, cast.teamleader, institution.id, before, InstitutionChange(postal_address="Markt 1"))

    shown = show_institution(session, cast.activator, institution.id)
    assert (shown.email, shown.postal_address, shown.version) == ("info@schuldhulp.example", "Markt 1", before + 1)
    with pytest.raises(Stale):
        change_institution(session, cast.teamleader, institution.id, before, InstitutionChange(email=None))


def test_an_institution_always_has_a_name() -> None:
    with pytest.raises(ValidationError):
        InstitutionChange(name=None)


def test_institutions_are_listed_by_name_filtered_and_in_pages(session: Session, cast: Cast) -> None:
    record_institution(session, cast.activator, DEBT_HELP)

    first = list_institutions(session, cast.activator, InstitutionQuery(limit=2))
    rest = list_institutions(session, cast.activator, InstitutionQuery(limit=2, cursor=first.next_cursor))

    assert [one.name for one in first.items] == ["De Veenhoek", "GGZ Veenrand"]
    assert [one.name for one in rest.items] == ["Schuldhulp Emmen-demo"]
    assert rest.next_cursor is None
    by_kind = InstitutionQuery(kind=InstitutionKind.DEBT_HELP)
    assert [one.name for one in list_institutions(session, cast.policy, by_kind).items] == ["Schuldhulp Emmen-demo"]
    assert [one.name for one in list_institutions(session, cast.policy, InstitutionQuery(text="veenH")).items] == [
        "De Veenhoek"
    ]
    assert list_institutions(session, cast.policy, InstitutionQuery(text="%")).items == []


def test_an_institution_sees_itself_and_no_other(session: Session, cast: Cast) -> None:
    assert [one.name for one in list_institutions(session, cast.corporation, ALL).items] == ["De Veenhoek"]
    shown = show_institution(session, cast.corporation, cast.corporation_id)
    assert shown.allowed_actions == ["see_institution_contacts"]
    with pytest.raises(NotFound):
        show_institution(session, cast.corporation, cast.rival_id)
    with pytest.raises(NotAllowed):
        change_institution(
            session, cast.corporation, cast.corporation_id, shown.version, InstitutionChange(name="Wij zelf")
        )


def test_the_privacy_officer_has_no_business_with_institutions(session: Session, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        list_institutions(session, cast.privacy, ALL)
    with pytest.raises(NotFound):
        show_institution(session, cast.privacy, cast.corporation_id)


@pytest.mark.parametrize("name", ["activator", "stranger", "teamleader", "admin", "corporation"])
def test_the_team_the_administrator_and_the_own_institution_see_its_people(
    session: Session, cast: Cast, name: str
) -> None:
    contact = a_contact(session, cast)

    listed = list_contacts(session, cast.actors[name], cast.corporation_id, EVERYBODY).items

    assert [(one.name, one.mandate, one.email) for one in listed] == [
        ("Carla Nijenhuis", Mandate.POLICY, "carla@veenhoek.example")
    ]
    assert show_contact(session, cast.actors[name], cast.corporation_id, contact.id).job == "manager vastgoed"


def test_a_policy_officer_sees_institutions_without_their_people(session: Session, cast: Cast) -> None:
    contact = a_contact(session, cast)

    assert show_institution(session, cast.policy, cast.corporation_id).allowed_actions == []
    with pytest.raises(NotAllowed):
        list_contacts(session, cast.policy, cast.corporation_id, EVERYBODY)
    with pytest.raises(NotFound):
        find_contact(session, cast.policy, cast.corporation_id, contact.id)


def test_another_institution_does_not_know_that_they_exist(session: Session, cast: Cast) -> None:
    contact = a_contact(session, cast)

    with pytest.raises(NotFound):
        list_contacts(session, cast.rival, cast.corporation_id, EVERYBODY)
    with pytest.raises(NotFound):
        show_contact(session, cast.rival, cast.corporation_id, contact.id)


def test_names_and_addresses_of_people_are_sealed_in_the_database(session: Session, cast: Cast) -> None:
    contact = a_contact(session, cast)

    cells = session.execute(text("SELECT name, job, email FROM institution_contact WHERE mandate = 'policy'")).one()

    assert contact.name == "Carla Nijenhuis"
    assert not any(b"arla" in bytes(cell) or b"vastgoed" in bytes(cell) for cell in cells)


def test_what_is_kept_about_somebody_can_be_changed_by_the_team_only(session: Session, cast: Cast) -> None:
    contact = a_contact(session, cast)
    change = InstitutionContactChange(mandate=Mandate.BOARD, phone="0591 12 34 56")

    changed = change_contact(session, cast.teamleader, cast.corporation_id, contact.id, contact.version, change)

    assert (changed.name, changed.mandate, changed.phone) == ("Carla Nijenhuis", Mandate.BOARD, "0591 12 34 56")
    with pytest.raises(NotAllowed):
        change_contact(session, cast.corporation, cast.corporation_id, contact.id, contact.version, change)
    with pytest.raises(NotFound):
        change_contact(session, cast.rival, cast.corporation_id, contact.id, contact.version, change)


def test_who_left_is_off_the_list_and_is_not_asked_any_more(session: Session, cast: Cast) -> None:
    contact = a_contact(session, cast)

    contact_left(
        session, cast.activator, cast.corporation_id, contact.id, contact.version, ContactLeftIn(left_on=clock.today())
    )

    assert list_contacts(session, cast.activator, cast.corporation_id, EVERYBODY).items == []
    everybody = list_contacts(session, cast.activator, cast.corporation_id, InstitutionContactQuery(left=True)).items
    assert [(one.left_on, one.allowed_actions) for one in everybody] == [(clock.today(), [])]
    with pytest.raises(Invalid):
        contact_named(session, cast.activator, cast.corporation_id, contact.id, at="contact_id")
    with pytest.raises(Conflict):
        change_contact(
            session,
            cast.activator,
            cast.corporation_id,
            contact.id,
            contact.version,
            InstitutionContactChange(job="weg"),
        )


def test_no_event_holds_a_name(session: Session, cast: Cast) -> None:
    contact = a_contact(session, cast)

    event = session.scalars(select(Event).where(col(Event.subject_id) == contact.id)).one()

    assert (event.kind, event.institution_id) == ("institution_contact.recorded", cast.corporation_id)
    assert event.facts == {"mandate": "policy"}
