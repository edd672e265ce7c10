"""Deeds about appointments and about the address of the calendar."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from bsa import clock
from bsa.appointments.models import Appointment, AppointmentKind, CalendarAddress
from bsa.appointments.queries import find_appointment
from bsa.appointments.shapes import AppointmentChange, AppointmentIn
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, Invalid, invalid
from bsa.events import note
from bsa.initiatives.models import Initiative
from bsa.initiatives.queries import initiative_named
from bsa.people.models import Account
from bsa.people.queries import digest_of, find_colleague
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import above_level, resident_named
from bsa.residents.models import Resident, may_keep
from bsa.rows import not_stale
from bsa.sealing import open_rows


def make_appointment(session: Session, actor: Actor, told: AppointmentIn) -> Appointment:
    """Write down when the actor is expected somewhere, with whom, and who comes along."""
    require(actor, Permission.MAKE_APPOINTMENT)
    resident = _resident(session, actor, told.resident_id)
    initiative = (
        initiative_named(session, actor, told.initiative_id, at="initiative_id") if told.initiative_id else None
    )
    return book(
        session,
        actor,
        Appointment(
            account_id=actor.id,
            with_account_id=_companion(session, actor, told.with_account_id, {actor.id}),
            resident_id=resident.id if resident else None,
            initiative_id=initiative.id if initiative else None,
            area_id=_area(session, actor, told.area_id, resident, initiative),
            kind=told.kind,
            starts_at=still_to_come(told.starts_at),
            minutes=told.minutes,
            place=told.place,
        ),
    )


def book(session: Session, actor: Actor, appointment: Appointment) -> Appointment:
    """Put an appointment in the calendar: for deeds that bring an appointment with them."""
    _refuse_place_above_level(session, appointment)
    session.add(appointment)
    note(session, actor, "appointment.made", appointment, appointment_kind=appointment.kind)
    session.flush()
    return appointment


def change_appointment(
    session: Session, actor: Actor, appointment_id: UUID, version: int | None, change: AppointmentChange
) -> Appointment:
    """Change when or where it is, or who comes along."""
    appointment = _changeable(session, actor, appointment_id, version)
    if appointment.resident_id and session.get_one(Resident, appointment.resident_id).restricted_on is not None:
        raise Conflict("This resident asked to leave the data as it is. The appointment can only be cancelled.")
    given = change.model_fields_set
    if change.starts_at is not None:
        appointment.starts_at = still_to_come(change.starts_at)
    if change.minutes is not None:
        appointment.minutes = change.minutes
    if "with_account_id" in given and change.with_account_id != appointment.with_account_id:
        if appointment.kind is AppointmentKind.JOINT_VISIT:
            raise invalid("with_account_id", "joint", "You go on this visit together. Call off the handover instead.")
        there = {appointment.account_id}
        appointment.with_account_id = _companion(session, actor, change.with_account_id, there)
    if "place" in given:
        appointment.place = change.place
        _refuse_place_above_level(session, appointment)
    appointment.touch()
    note(session, actor, "appointment.changed", appointment)
    session.flush()
    return appointment


def cancel_appointment(session: Session, actor: Actor, appointment_id: UUID, version: int | None) -> Appointment:
    """Cancel an appointment; it stays in the calendar as cancelled, so that nobody goes there by mistake."""
    appointment = _changeable(session, actor, appointment_id, version)
    appointment.cancelled_on = clock.today()
    appointment.touch()
    note(session, actor, "appointment.cancelled", appointment)
    session.flush()
    return appointment


def still_to_come(moment: datetime, where: str = "starts_at") -> datetime:
    """Return the moment, or refuse the field `where` when its day is over."""
    if clock.day_of(moment) < clock.today():
        raise invalid(where, "in_past", "This day is over. Choose today or a later day.")
    return moment


def make_calendar_address(session: Session, actor: Actor) -> tuple[CalendarAddress, str]:
    """Make a new secret address for the actor's calendar and return it once; the one before ends at once."""
    require(actor, Permission.SEE_APPOINTMENTS)
    end_calendar_address(session, actor)
    secret = secrets.token_urlsafe(32)
    address = CalendarAddress(account_id=actor.id, token_digest=digest_of(secret))
    session.add(address)
    note(session, actor, "calendar_address.made", session.get_one(Account, actor.id))
    session.flush()
    return address, f"{str(session.info['settings'].base_url).rstrip('/')}/calendar/{secret}.ics"


def end_calendar_address(session: Session, actor: Actor) -> None:
    """End the address of the actor's calendar, if there is one."""
    require(actor, Permission.SEE_APPOINTMENTS)
    session.execute(delete(CalendarAddress).where(col(CalendarAddress.account_id) == actor.id))
    session.flush()


def _changeable(session: Session, actor: Actor, appointment_id: UUID, version: int | None) -> Appointment:
    appointment = find_appointment(session, actor, appointment_id)
    require(
        actor,
        Permission.MAKE_APPOINTMENT,
        appointment,
        instead=N_("Only those who go there can change this appointment."),
    )
    not_stale(appointment, version)
    if appointment.cancelled_on is not None:
        raise Conflict("This appointment was cancelled. Make a new one.")
    open_rows(session, [appointment])
    return appointment


def _refuse_place_above_level(session: Session, appointment: Appointment) -> None:
    """Refuse a place with somebody who is known by an alias only: it may well be an address."""
    if appointment.resident_id is None or appointment.place is None:
        return
    if not may_keep("appointment.place", session.get_one(Resident, appointment.resident_id).level):
        raise Invalid(above_level("place", "appointment.place"))


def _resident(session: Session, actor: Actor, resident_id: UUID | None) -> Resident | None:
    return None if resident_id is None else resident_named(session, actor, resident_id, Permission.NOTE_CONTACT)


def _companion(session: Session, actor: Actor, account_id: UUID | None, there: set[UUID]) -> UUID | None:
    if account_id is None:
        return None
    if account_id in there:
        raise invalid("with_account_id", "same", "Choose a colleague: you go there yourself already.")
    return find_colleague(session, actor, account_id, at="with_account_id").id


def _area(
    session: Session, actor: Actor, area_id: UUID | None, resident: Resident | None, initiative: Initiative | None
) -> UUID:
    """Return where it is: with the resident, with the initiative, or the area that was named."""
    if resident is not None:
        return resident.area_id
    if initiative is not None:
        return initiative.area_id
    if area_id is None:
        raise invalid("area_id", "required", "Say with whom you meet, or in which neighbourhood it is.")
    area = find_area(session, actor, area_id, at="area_id")
    if area.id not in actor.area_ids:
        raise invalid("area_id", "elsewhere", "Choose a neighbourhood of your own.")
    return area.id
