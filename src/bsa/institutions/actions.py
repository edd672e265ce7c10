"""Deeds about institutions and the people there."""

from uuid import UUID

from sqlmodel import Session, col, select

from bsa.errors import N_, Conflict, invalid
from bsa.events import note
from bsa.institutions.models import Institution, InstitutionContact
from bsa.institutions.queries import find_contact, find_institution
from bsa.institutions.shapes import (
    ContactLeftIn,
    InstitutionChange,
    InstitutionContactChange,
    InstitutionContactIn,
    InstitutionIn,
)
from bsa.permissions import Actor, Permission, require
from bsa.rows import not_later, not_stale

ONLY_THE_TEAM = N_("The neighbourhood team keeps institutions and their people. Tell the team what should change.")


def record_institution(session: Session, actor: Actor, told: InstitutionIn) -> Institution:
    """Record an institution."""
    require(actor, Permission.RECORD_INSTITUTION, instead=ONLY_THE_TEAM)
    _refuse_twin(session, told.name)
    institution = Institution(name=told.name, kind=told.kind, email=told.email, postal_address=told.postal_address)
    session.add(institution)
    note(session, actor, "institution.recorded", institution, institution_kind=institution.kind)
    session.flush()
    return institution


def change_institution(
    session: Session, actor: Actor, institution_id: UUID, version: int, change: InstitutionChange
) -> Institution:
    """Change an institution's name, kind or general addresses."""
    institution = find_institution(session, actor, institution_id)
    require(actor, Permission.RECORD_INSTITUTION, institution, instead=ONLY_THE_TEAM)
    not_stale(institution, version)
    if change.name and change.name != institution.name:
        _refuse_twin(session, change.name)
    for name in change.model_fields_set:
        setattr(institution, name, getattr(change, name))
    institution.touch()
    note(session, actor, "institution.changed", institution)
    session.flush()
    return institution


def record_contact(
    session: Session, actor: Actor, institution_id: UUID, told: InstitutionContactIn
) -> InstitutionContact:
    """Record somebody at an institution."""
    institution = find_institution(session, actor, institution_id)
    require(actor, Permission.RECORD_INSTITUTION, institution, instead=ONLY_THE_TEAM)
    contact = InstitutionContact(
        institution_id=institution.id,
        mandate=told.mandate,
        name=told.name,
        job=told.job,
        email=told.email,
        phone=told.phone,
    )
    session.add(contact)
    note(session, actor, "institution_contact.recorded", contact, mandate=contact.mandate)
    session.flush()
    return contact


def change_contact(
    session: Session,
    actor: Actor,
    institution_id: UUID,
    contact_id: UUID,
    version: int,
    change: InstitutionContactChange,
) -> InstitutionContact:
    """Change what is kept about somebody at an institution."""
    contact = _at_work(session, actor, institution_id, contact_id, version)
    for name in change.model_fields_set:
        setattr(contact, name, getattr(change, name))
    contact.touch()
    note(session, actor, "institution_contact.changed", contact, mandate=contact.mandate)
    session.flush()
    return contact


def contact_left(
    session: Session, actor: Actor, institution_id: UUID, contact_id: UUID, version: int, told: ContactLeftIn
) -> InstitutionContact:
    """Write down that somebody no longer works at the institution; nothing new is addressed to this person."""
    contact = _at_work(session, actor, institution_id, contact_id, version)
    contact.left_on = not_later("left_on", told.left_on)
    contact.touch()
    note(session, actor, "institution_contact.left", contact, left_on=contact.left_on)
    session.flush()
    return contact


def _at_work(
    session: Session, actor: Actor, institution_id: UUID, contact_id: UUID, version: int
) -> InstitutionContact:
    contact = find_contact(session, actor, institution_id, contact_id)
    require(actor, Permission.RECORD_INSTITUTION, contact, instead=ONLY_THE_TEAM)
    not_stale(contact, version)
    if contact.left_on is not None:
        raise Conflict("This person no longer works there. Record somebody who does.")
    return contact


def _refuse_twin(session: Session, name: str) -> None:
    if session.scalar(select(Institution.id).where(col(Institution.name) == name)) is not None:
        raise invalid("name", "exists", "There is an institution with this name already. Choose it from the list.")
