"""Reading contacts and own promises, always as someone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, false, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.contacts.models import Contact, Promise
from bsa.contacts.shapes import ContactOut, ContactToday, Day, PromiseCount, PromiseOut, PromiseQuery
from bsa.errors import NotFound
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Resident
from bsa.residents.queries import get_record, looked_after_by, still_exploring, visible_to
from bsa.sealing import note_read, open_cell, open_rows
from bsa.shapes import Listing, Page

NEWEST_FIRST = Order((col(Contact.happened_on), True), (col(Contact.id), True))
DUE_FIRST = Order((col(Promise.due_on), False), (col(Promise.id), False))


@dataclass(frozen=True, slots=True)
class Written:
    """Something written in a resident's record, as the permission table sees it: by whom, and who now looks after."""

    worker_id: UUID
    worker_ids: frozenset[UUID]


def list_contacts(session: Session, actor: Actor, resident_id: UUID, wanted: Listing) -> Page[ContactOut]:
    """List the contacts with a resident, newest first; struck ones too, so that what was believed stays known."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST, resident_id=resident.id)
    contacts = [row[0] for row in rows]
    names = names_of(session, {contact.worker_id for contact in contacts})
    return Page(
        items=[contact_out(session, actor, contact, resident, names) for contact in contacts],
        next_cursor=cursor_after(contacts[-1].happened_on, contacts[-1].id) if more else None,
    )


def find_contact(session: Session, actor: Actor, contact_id: UUID) -> Contact:
    """Return a contact with a resident of whom the actor may know, cells closed."""
    contact = session.scalar(
        select(Contact)
        .join(Resident, col(Resident.id) == Contact.resident_id)
        .where(col(Contact.id) == contact_id, visible_to(actor))
    )
    if contact is None:
        raise NotFound
    return contact


def show_contact(session: Session, actor: Actor, contact_id: UUID) -> ContactOut:
    """Show a contact."""
    contact = find_contact(session, actor, contact_id)
    resident = get_record(session, actor, contact.resident_id, Permission.OPEN_RECORD)
    return contact_out(session, actor, contact, resident, names_of(session, {contact.worker_id}))


def contact_out(
    session: Session, actor: Actor, contact: Contact, resident: Resident, names: Mapping[UUID, str]
) -> ContactOut:
    """Draw up a contact; the note for its author only is not even opened for anybody else."""
    written = Written(contact.worker_id, resident.worker_ids)
    strikes = contact.struck_at is None and resident.restricted_on is None
    return ContactOut(
        id=contact.id,
        resident_id=contact.resident_id,
        worker_id=contact.worker_id,
        worker_name=names.get(contact.worker_id, ""),
        happened_on=contact.happened_on,
        place=contact.place,
        purpose=contact.purpose,
        own_note=_note(session, contact, "own_note") if contact.worker_id == actor.id else None,
        shareable_note=_note(session, contact, "shareable_note"),
        corrects_id=contact.corrects_id,
        struck_at=contact.struck_at,
        created_at=contact.created_at,
        allowed_actions=[
            deed.value for deed in (Permission.STRIKE_CONTACT,) if strikes and allows(actor, deed, written)
        ],
    )


def list_promises(session: Session, actor: Actor, wanted: PromiseQuery) -> Page[PromiseOut]:
    """List promises to residents whom the actor looks after, by the day they are due."""
    require(actor, Permission.OPEN_RECORD)
    if wanted.resident_id:
        get_record(session, actor, wanted.resident_id, Permission.OPEN_RECORD)
    return _promises(session, actor, wanted)


def find_promise(session: Session, actor: Actor, promise_id: UUID) -> Promise:
    """Return a promise to a resident of whom the actor may know, cells closed."""
    promise = session.scalar(
        select(Promise)
        .join(Resident, col(Resident.id) == Promise.resident_id)
        .where(col(Promise.id) == promise_id, visible_to(actor))
    )
    if promise is None:
        raise NotFound
    return promise


def show_promise(session: Session, actor: Actor, promise_id: UUID) -> PromiseOut:
    """Show a promise."""
    promise = find_promise(session, actor, promise_id)
    resident = get_record(session, actor, promise.resident_id, Permission.OPEN_RECORD)
    return promise_out(session, actor, promise, resident)


def promise_out(session: Session, actor: Actor, promise: Promise, resident: Resident) -> PromiseOut:
    """Draw up a promise to an opened resident."""
    open_rows(session, [promise])
    names = names_of(session, {promise.worker_id})
    settles = (
        promise.outcome is None
        and resident.restricted_on is None
        and allows(actor, Permission.SETTLE_PROMISE, resident)
    )
    return _promise_out(promise, resident.call_name or "", names.get(promise.worker_id, ""), settles=settles)


def count_broken_promises(session: Session, actor: Actor) -> list[PromiseCount]:
    """Count the promises of the team that are overdue, for each area: numbers only, for the team leader."""
    require(actor, Permission.SEE_PROMISE_COUNTS)
    rows = session.execute(
        select(col(Area.id), col(Area.name), func.count().label("overdue"))
        .join(Promise, col(Promise.area_id) == Area.id)
        .join(Resident, col(Resident.id) == Promise.resident_id)
        .where(
            col(Promise.area_id).in_(actor.area_ids),
            col(Promise.outcome).is_(None),
            col(Promise.due_on) < clock.today(),
            col(Resident.restricted_on).is_(None),
        )
        .group_by(col(Area.id), col(Area.name))
        .order_by(col(Area.name), col(Area.id))
    )
    return [PromiseCount(area_id=row.id, area_name=row.name, count=row.overdue) for row in rows]


def show_day(session: Session, actor: Actor) -> Day:
    """Show the actor's own day: open promises by the day they are due, today's contacts, and whom one still explores.

    Nothing of others.
    """
    require(actor, Permission.SEE_OWN_DAY)
    promises = _promises(session, actor, PromiseQuery(mine=True, open=True, limit=200))
    return Day(
        on=clock.today(),
        promises=promises.items,
        contacts=_contacts_today(session, actor),
        still_exploring=still_exploring(session, actor),
    )


def _promises(session: Session, actor: Actor, wanted: PromiseQuery) -> Page[PromiseOut]:
    rows, more = fetch(session, actor, wanted, _listed_promises, DUE_FIRST)
    open_rows(session, [row.Promise for row in rows])
    items = [
        _promise_out(
            row.Promise,
            open_cell(session, Resident, "call_name", row.Promise.resident_id, row.Promise.resident_id, row.call_name)
            or "",
            open_cell(session, Account, "display_name", row.Promise.worker_id, None, row.worker_name) or "",
            # Every promise in this list is to a resident whom the actor looks after.
            settles=row.Promise.outcome is None and row.restricted_on is None,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor_after(items[-1].due_on, items[-1].id) if more else None)


def _listed(_actor: Actor, _wanted: Listing) -> Select[*tuple[Any, ...]]:
    return select(Contact).where(col(Contact.resident_id) == bindparam("resident_id", type_=Uuid))


def _listed_promises(actor: Actor, wanted: PromiseQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Promise,
            col(Resident.call_name).label("call_name"),
            col(Resident.restricted_on).label("restricted_on"),
            col(Account.display_name).label("worker_name"),
        )
        .join(Resident, col(Resident.id) == Promise.resident_id)
        .join(Account, col(Account.id) == Promise.worker_id)
        .where(_open_to(actor))
    )
    if wanted.resident_id is not None:
        query = query.where(col(Promise.resident_id) == wanted.resident_id)
    if wanted.mine:
        query = query.where(col(Promise.worker_id) == actor.id)
    if wanted.open is not None:
        unsettled = col(Promise.outcome).is_(None)
        query = query.where(unsettled if wanted.open else ~unsettled)
    return query


def _contacts_today(session: Session, actor: Actor) -> list[ContactToday]:
    rows = session.execute(
        select(
            col(Contact.id),
            col(Contact.resident_id),
            col(Contact.place),
            col(Contact.purpose),
            col(Resident.call_name).label("call_name"),
        )
        .join(Resident, col(Resident.id) == Contact.resident_id)
        .where(
            col(Contact.worker_id) == actor.id,
            col(Contact.happened_on) == clock.today(),
            col(Contact.struck_at).is_(None),
            _open_to(actor),
        )
        .order_by(col(Contact.id).desc())
    ).all()
    note_read(session, [row.resident_id for row in rows])
    return [
        ContactToday(
            id=row.id,
            resident_id=row.resident_id,
            resident_name=open_cell(session, Resident, "call_name", row.resident_id, row.resident_id, row.call_name)
            or "",
            place=row.place,
            purpose=row.purpose,
        )
        for row in rows
    ]


def _open_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the resident's record is open to the actor, as the permission table has it."""
    return looked_after_by(actor) if actor.has(Role.ACTIVATOR) else false()


def _promise_out(promise: Promise, resident_name: str, worker_name: str, *, settles: bool) -> PromiseOut:
    return PromiseOut(
        id=promise.id,
        version=promise.version,
        created_at=promise.created_at,
        changed_at=promise.changed_at,
        allowed_actions=[Permission.SETTLE_PROMISE.value] if settles else [],
        resident_id=promise.resident_id,
        resident_name=resident_name,
        worker_id=promise.worker_id,
        worker_name=worker_name,
        text=promise.text,
        made_on=promise.made_on,
        due_on=promise.due_on,
        overdue=promise.outcome is None and promise.due_on < clock.today(),
        outcome=promise.outcome,
        settled_on=promise.settled_on,
    )


def _note(session: Session, contact: Contact, column: str) -> str | None:
    text: Any = getattr(contact, column)
    if text is None or isinstance(text, str):
        return text
    return open_cell(session, Contact, column, contact.id, contact.resident_id, text)
