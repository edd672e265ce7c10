"""Reading institutions and the people there, always as someone."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Uuid, bindparam, false, or_, select, true
from sqlmodel import Session, col

from bsa.errors import NotFound, invalid
from bsa.institutions.models import Institution, InstitutionContact
from bsa.institutions.shapes import (
    InstitutionContactOut,
    InstitutionContactQuery,
    InstitutionOut,
    InstitutionQuery,
)
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.rows import locked
from bsa.sealing import open_rows
from bsa.shapes import Page

BY_NAME = Order((col(Institution.name), False), (col(Institution.id), False))
FIRST_RECORDED_FIRST = Order((col(InstitutionContact.id), False))
"""People are listed by key: a name is sealed, so the database cannot order by it."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the institution; a contact knows of the own one only."""
    if actor.of_the_team or actor.has(Role.ADMINISTRATOR, Role.POLICY_OFFICER):
        return true()
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        return col(Institution.id) == actor.institution_id
    return false()


def contacts_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of somebody at an institution; a policy officer knows nobody."""
    ways: list[ColumnElement[bool]] = []
    if actor.of_the_team or actor.has(Role.ADMINISTRATOR):
        ways.append(true())
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(col(InstitutionContact.institution_id) == actor.institution_id)
    return or_(false(), *ways)


def list_institutions(session: Session, actor: Actor, wanted: InstitutionQuery) -> Page[InstitutionOut]:
    """List institutions by name."""
    require(actor, Permission.SEE_INSTITUTIONS)
    part = re.sub("([/%_])", r"/\1", wanted.text or "")
    rows, more = fetch(session, actor, wanted, _listed, BY_NAME, part=part)
    institutions = [row[0] for row in rows]
    return Page(
        items=[institution_out(actor, institution) for institution in institutions],
        next_cursor=cursor_after(institutions[-1].name, institutions[-1].id) if more else None,
    )


def _listed(actor: Actor, wanted: InstitutionQuery) -> Select[Any]:
    query = select(Institution).where(visible_to(actor))
    if wanted.kind:
        query = query.where(col(Institution.kind) == wanted.kind)
    if wanted.text is not None:
        query = query.where(col(Institution.name).icontains(bindparam("part", type_=String), escape="/"))
    return query


def _listed_contacts(actor: Actor, wanted: InstitutionContactQuery) -> Select[Any]:
    query = select(InstitutionContact).where(
        col(InstitutionContact.institution_id) == bindparam("institution_id", type_=Uuid), contacts_visible_to(actor)
    )
    return query if wanted.left else query.where(col(InstitutionContact.left_on).is_(None))


def find_institution(session: Session, actor: Actor, institution_id: UUID) -> Institution:
    """Return an institution that the actor may know of; locked when the session writes."""
    query = select(Institution).where(col(Institution.id) == institution_id, visible_to(actor))
    institution = session.scalar(locked(session, query, Institution))
    if institution is None:
        raise NotFound
    return institution


def show_institution(session: Session, actor: Actor, institution_id: UUID) -> InstitutionOut:
    """Show an institution."""
    return institution_out(actor, find_institution(session, actor, institution_id))


def institution_named(session: Session, actor: Actor, institution_id: UUID, *, at: str) -> Institution:
    """Return the institution that was named in the field `at`, or refuse that field."""
    institution = session.scalar(select(Institution).where(col(Institution.id) == institution_id, visible_to(actor)))
    if institution is None:
        raise invalid(at, "unknown", "There is no such institution. Choose one from the list, or record it first.")
    return institution


def list_contacts(
    session: Session, actor: Actor, institution_id: UUID, wanted: InstitutionContactQuery
) -> Page[InstitutionContactOut]:
    """List the people of an institution."""
    institution = find_institution(session, actor, institution_id)
    require(actor, Permission.SEE_INSTITUTION_CONTACTS, institution)
    rows, more = fetch(session, actor, wanted, _listed_contacts, FIRST_RECORDED_FIRST, institution_id=institution.id)
    contacts = [row[0] for row in rows]
    open_rows(session, contacts)
    return Page(
        items=[contact_out(actor, contact) for contact in contacts],
        next_cursor=cursor_after(contacts[-1].id) if more else None,
    )


def find_contact(session: Session, actor: Actor, institution_id: UUID, contact_id: UUID) -> InstitutionContact:
    """Return somebody at an institution of whom the actor may know, opened; locked when the session writes."""
    query = select(InstitutionContact).where(
        col(InstitutionContact.id) == contact_id,
        col(InstitutionContact.institution_id) == institution_id,
        contacts_visible_to(actor),
    )
    contact = session.scalar(locked(session, query, InstitutionContact))
    if contact is None:
        raise NotFound
    open_rows(session, [contact])
    return contact


def show_contact(session: Session, actor: Actor, institution_id: UUID, contact_id: UUID) -> InstitutionContactOut:
    """Show somebody at an institution."""
    return contact_out(actor, find_contact(session, actor, institution_id, contact_id))


def contact_named(
    session: Session, actor: Actor, institution_id: UUID, contact_id: UUID, *, at: str
) -> InstitutionContact:
    """Return somebody who works at the institution and was named in the field `at`, opened, or refuse that field."""
    contact = session.scalar(
        select(InstitutionContact).where(
            col(InstitutionContact.id) == contact_id,
            col(InstitutionContact.institution_id) == institution_id,
            col(InstitutionContact.left_on).is_(None),
            contacts_visible_to(actor),
        )
    )
    if contact is None:
        raise invalid(at, "unknown", "Nobody like this works at the institution. Choose somebody from its list.")
    open_rows(session, [contact])
    return contact


def institution_out(actor: Actor, institution: Institution) -> InstitutionOut:
    """Draw up an institution."""
    deeds = (Permission.RECORD_INSTITUTION, Permission.SEE_INSTITUTION_CONTACTS)
    return InstitutionOut(
        id=institution.id,
        version=institution.version,
        created_at=institution.created_at,
        changed_at=institution.changed_at,
        allowed_actions=[deed.value for deed in deeds if allows(actor, deed, institution)],
        name=institution.name,
        kind=institution.kind,
        email=institution.email,
        postal_address=institution.postal_address,
    )


def contact_out(actor: Actor, contact: InstitutionContact) -> InstitutionContactOut:
    """Draw up somebody at an institution, whose row is open."""
    changeable = contact.left_on is None and allows(actor, Permission.RECORD_INSTITUTION, contact)
    return InstitutionContactOut(
        id=contact.id,
        version=contact.version,
        created_at=contact.created_at,
        changed_at=contact.changed_at,
        allowed_actions=[Permission.RECORD_INSTITUTION.value] if changeable else [],
        institution_id=contact.institution_id,
        name=contact.name,
        mandate=contact.mandate,
        job=contact.job,
        email=contact.email,
        phone=contact.phone,
        left_on=contact.left_on,
    )
