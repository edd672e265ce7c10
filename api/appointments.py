"""Appointments of a worker, and the secret address of the calendar."""

from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, tells_once
from api.dependencies import (
    Caller,
    Reading,
    SeenVersion,
    SentKey,
    Session,
    Writing,
    WritingCaller,
    content_of,
    needs,
)
from bsa.appointments import actions, queries
from bsa.appointments.calendar import draw_calendar
from bsa.appointments.shapes import (
    AppointmentChange,
    AppointmentIn,
    AppointmentOut,
    AppointmentQuery,
    CalendarAddressOut,
    CalendarAddressState,
)
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/appointments", tags=["appointments"], route_class=AnsweringRoute)
calendar = APIRouter(prefix="/calendar-address", tags=["appointments"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_APPOINTMENTS)
def list_appointments(
    session: Reading, caller: Caller, wanted: Annotated[AppointmentQuery, Query()]
) -> Page[AppointmentOut]:
    """List your appointments, the soonest first; or all those with a resident whom you look after."""
    return queries.list_appointments(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.MAKE_APPOINTMENT)
def make_appointment(
    session: Writing, caller: WritingCaller, told: AppointmentIn, key: SentKey = None
) -> AppointmentOut:
    """Write down when you are expected somewhere, with whom, and who comes along."""
    made = once(
        session,
        caller,
        key,
        content_of("appointment", told),
        lambda: actions.make_appointment(session, caller, told),
        lambda appointment_id: queries.find_appointment(session, caller, appointment_id),
    )
    return queries.show_appointment(session, caller, made.id)


@router.get("/{appointment_id}")
@needs(Permission.SEE_APPOINTMENTS)
def show_appointment(session: Reading, caller: Caller, appointment_id: UUID) -> AppointmentOut:
    """Show an appointment to which you go."""
    return queries.show_appointment(session, caller, appointment_id)


@router.patch("/{appointment_id}")
@needs(Permission.MAKE_APPOINTMENT)
def change_appointment(
    session: Writing, caller: WritingCaller, appointment_id: UUID, version: SeenVersion, change: AppointmentChange
) -> AppointmentOut:
    """Change when or where it is, or who comes along."""
    changed = actions.change_appointment(session, caller, appointment_id, version, change)
    return queries.show_appointment(session, caller, changed.id)


@router.put("/{appointment_id}/cancellation")
@needs(Permission.MAKE_APPOINTMENT)
def cancel_appointment(
    session: Writing, caller: WritingCaller, appointment_id: UUID, version: SeenVersion
) -> AppointmentOut:
    """Cancel an appointment; in calendars it stays, as cancelled."""
    cancelled = actions.cancel_appointment(session, caller, appointment_id, version)
    return queries.show_appointment(session, caller, cancelled.id)


@calendar.get("")
@needs(Permission.SEE_APPOINTMENTS)
def show_calendar_address(session: Reading, caller: Caller) -> CalendarAddressState:
    """Tell whether there is an address of your calendar; the address itself is told when it is made, and not kept."""
    return queries.calendar_state(session, caller)


@calendar.post("", status_code=201)
@tells_once
@needs(Permission.SEE_APPOINTMENTS)
def make_calendar_address(session: Writing, caller: WritingCaller) -> CalendarAddressOut:
    """Make a secret address of your calendar, shown in this answer only; the one before ends at once.

    Whoever has it can read when you have appointments and in which neighbourhood: no names, no places.
    """
    made, address = actions.make_calendar_address(session, caller)
    return CalendarAddressOut(id=made.id, address=address)


@calendar.delete("", status_code=204)
@needs(Permission.SEE_APPOINTMENTS)
def end_calendar_address(session: Writing, caller: WritingCaller) -> None:
    """End the address of your calendar."""
    actions.end_calendar_address(session, caller)


def read_calendar(session: Session, secret: str) -> bytes:
    """Write out the calendar behind a secret address, for whoever has it; it has its address among the pages."""
    language, entries = queries.calendar_behind(session, secret)
    return draw_calendar(entries, language, urlsplit(str(session.info["settings"].base_url)).hostname or "bsa")
