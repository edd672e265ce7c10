"""Deeds about contacts and about the worker's own promises."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.contacts.models import Contact, Promise
from bsa.contacts.queries import Written, find_contact, find_promise
from bsa.contacts.shapes import ContactIn, CorrectionIn, PromiseIn, SettlementIn
from bsa.errors import N_, Conflict, Fault, Invalid, invalid
from bsa.events import note
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import Resident, may_keep
from bsa.rows import not_later, not_stale
from bsa.sealing import open_rows


def note_contact(session: Session, actor: Actor, resident_id: UUID, told: ContactIn) -> Contact:
    """Note a contact with a resident, and in the same go what was promised there."""
    resident = changeable(session, actor, resident_id, Permission.NOTE_CONTACT)
    faults = _faults(resident, told)
    if told.promise is not None:
        faults += _promise_faults(told.promise, told.happened_on, ("promise",))
    if faults:
        raise Invalid(*faults)
    contact = _write(session, actor, resident, told)
    note(session, actor, "contact.noted", contact, place=told.place, purpose=told.purpose, happened_on=told.happened_on)
    if told.promise is not None:
        _promise(session, actor, resident, told.promise, told.happened_on)
    _remember_last_contact(session, resident)
    session.flush()
    return contact


def strike_contact(session: Session, actor: Actor, contact_id: UUID, correction: CorrectionIn | None) -> Contact:
    """Strike through a contact that was noted wrongly, and write what should have stood there, if anything.

    The struck text stays. Returns what stands now: the correction, or the struck contact when there is none.
    """
    contact = find_contact(session, actor, contact_id)
    resident = changeable(session, actor, contact.resident_id, Permission.NOTE_CONTACT)
    require(
        actor,
        Permission.STRIKE_CONTACT,
        Written(contact.worker_id, resident.worker_ids),
        instead=N_("Only who noted a contact can strike it. Ask your colleague to."),
    )
    # The resident is locked only now, so the contact may have been struck after it was found.
    session.refresh(contact)
    if contact.struck_at is not None:
        raise Conflict("This contact was struck already.")
    faults = _faults(resident, correction) if correction is not None else []
    if faults:
        raise Invalid(*faults)
    contact.struck_at, contact.struck_by_id = clock.now(), actor.id
    stands = contact
    if correction is not None:
        stands = _write(session, actor, resident, correction, corrects=contact)
    note(session, actor, "contact.struck", contact, corrected=correction is not None)
    session.flush()
    _remember_last_contact(session, resident)
    session.flush()
    return stands


def make_promise(session: Session, actor: Actor, resident_id: UUID, told: PromiseIn) -> Promise:
    """Write down what the actor promises a resident, by when."""
    resident = changeable(session, actor, resident_id, Permission.MAKE_PROMISE)
    faults = _promise_faults(told, clock.today(), ())
    if faults:
        raise Invalid(*faults)
    promise = _promise(session, actor, resident, told, clock.today())
    session.flush()
    return promise


def settle_promise(
    session: Session, actor: Actor, promise_id: UUID, version: int | None, ended: SettlementIn
) -> Promise:
    """Write down how a promise of ours ended."""
    promise = find_promise(session, actor, promise_id)
    changeable(session, actor, promise.resident_id, Permission.SETTLE_PROMISE)
    # The resident is locked only now, so the promise may have changed after it was found.
    session.refresh(promise)
    not_stale(promise, version)
    if promise.outcome is not None:
        raise Conflict("How this promise ended was written down already.")
    settled_on = not_later("settled_on", ended.settled_on or clock.today())
    if settled_on < promise.made_on:
        raise invalid("settled_on", "before_made", "It cannot have ended before it was promised.")
    open_rows(session, [promise])
    promise.outcome, promise.settled_on = ended.outcome, settled_on
    promise.touch()
    note(session, actor, "promise.settled", promise, outcome=ended.outcome, settled_on=settled_on)
    session.flush()
    return promise


def last_contact_on(session: Session, resident: Resident) -> date:
    """Return the day of the last contact that stands; registering was a contact too."""
    noted: date | None = session.scalar(
        select(func.max(Contact.happened_on)).where(
            col(Contact.resident_id) == resident.id, col(Contact.struck_at).is_(None)
        )
    )
    registered = clock.day_of(resident.created_at)
    return max(noted, registered) if noted else registered


def _write(
    session: Session, actor: Actor, resident: Resident, told: CorrectionIn, corrects: Contact | None = None
) -> Contact:
    contact = Contact(
        resident_id=resident.id,
        area_id=resident.area_id,
        worker_id=actor.id,
        happened_on=told.happened_on,
        place=told.place,
        purpose=told.purpose,
        own_note=told.own_note,
        shareable_note=told.shareable_note,
        corrects_id=corrects.id if corrects else None,
    )
    session.add(contact)
    return contact


def _promise(session: Session, actor: Actor, resident: Resident, told: PromiseIn, made_on: date) -> Promise:
    promise = Promise(
        resident_id=resident.id,
        worker_id=actor.id,
        area_id=resident.area_id,
        text=told.text,
        made_on=made_on,
        due_on=told.due_on,
    )
    session.add(promise)
    note(session, actor, "promise.made", promise, due_on=told.due_on)
    return promise


def _remember_last_contact(session: Session, resident: Resident) -> None:
    last = last_contact_on(session, resident)
    if last != resident.last_contact_on:
        resident.last_contact_on = last
        resident.touch()


def _faults(resident: Resident, told: CorrectionIn) -> list[Fault]:
    faults = [
        above_level(name, f"contact.{name}")
        for name in ("own_note", "shareable_note")
        if getattr(told, name) is not None and not may_keep(f"contact.{name}", resident.level)
    ]
    if told.happened_on > clock.today():
        faults.append(Fault(("happened_on",), "in_future", "This day is still to come."))
    return faults


def _promise_faults(told: PromiseIn, made_on: date, at: tuple[str, ...]) -> list[Fault]:
    if told.due_on >= made_on:
        return []
    return [Fault((*at, "due_on"), "before_made", "Choose a day on or after the day on which it was promised.")]
