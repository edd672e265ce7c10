"""Appointments by week, the card for a resident, and the calendar that a telephone reads."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from api.accounts import list_colleagues
from api.appointments import (
    cancel_appointment,
    change_appointment,
    end_calendar_address,
    list_appointments,
    make_appointment,
    make_calendar_address,
    read_calendar,
    show_appointment,
    show_calendar_address,
)
from api.dependencies import Reading, Session, Writing, needs, open_to_all
from api.initiatives import list_initiatives
from api.residents import show_resident
from bsa import clock
from bsa.appointments.models import AppointmentKind
from bsa.appointments.shapes import AppointmentChange, AppointmentIn, AppointmentOut, AppointmentQuery
from bsa.errors import N_, NotAllowed, NotFound
from bsa.initiatives.shapes import InitiativeQuery
from bsa.people.models import Language
from bsa.people.shapes import ColleagueQuery
from bsa.permissions import Actor, Permission, Role, require
from bsa.residents.models import ReadingComfort, may_keep
from web.choices import ALL, own_neighbourhoods
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.languages import translations
from web.pages import Pages, draw, environment, go
from web.residents import as_option, unrestricted_of_own
from web.when import as_typed, moment_in, next_hour

router = Pages("appointments", prefix="/appointments")
calendar = Pages("calendar")

CARD: dict[str, str] = {
    "title": N_("You have an appointment"),
    "at": N_("at {time}"),
    "who": N_("{name} comes to you."),
    "both": N_("{name} and {other} come to you."),
    "meet": N_("You meet {name}."),
    "where": N_("Where:"),
    "not": N_("Does this day not suit you? Tell {name}. That is no problem."),
    "call": N_("Call:"),
    "keep": N_("Put this card where you see it."),
}
"""What stands on a card for a resident: short sentences, in plain words."""

WEEK = timedelta(days=7)
KINDS = [kind for kind in AppointmentKind if kind is not AppointmentKind.JOINT_VISIT]
"""What can be planned by itself; a visit together is planned with a handover."""


@router.get("")
@needs(Permission.SEE_APPOINTMENTS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the appointments of a week; to begin with, of this one."""
    form = read(AppointmentQuery, request.query_params, guest_of(request))
    asked_for = form.shape.from_on if form.shape and form.shape.from_on else clock.today()
    monday = asked_for - timedelta(days=asked_for.weekday())
    wanted = AppointmentQuery(from_on=monday, until_on=monday + WEEK - timedelta(days=1), limit=200)
    found = list_appointments(session, visitor, wanted).items
    return draw(
        request,
        "appointments/index.html",
        days=[(day, list(held)) for day, held in groupby(found, key=_day_of)],
        monday=monday,
        sunday=wanted.until_on,
        before=monday - WEEK,
        after=monday + WEEK,
        this_week=monday <= clock.today() < monday + WEEK,
    )


@router.get("/new")
@needs(Permission.MAKE_APPOINTMENT)
def new(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the form for an appointment."""
    require(visitor, Permission.MAKE_APPOINTMENT)
    whom = str(request.query_params.get("whom", ""))
    kind = AppointmentKind.MEETING if whom.startswith("initiative:") else AppointmentKind.VISIT
    form = blank(guest_of(request), whom=whom, starts_at=next_hour(), kind=kind.value, minutes="60")
    return _new_page(request, session, visitor, form)


@router.post("")
@needs(Permission.MAKE_APPOINTMENT)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Make an appointment."""
    form = read(AppointmentIn, sent, guest_of(request), starts_at=moment_in(sent), **_whom(sent))
    form.values["whom"] = str(sent.get("whom", ""))
    made = attempt(session, form, lambda told: make_appointment(session, visitor, told))
    if made is not None:
        return go(request, "appointments.show", "appointment_made", appointment_id=made.id)
    for name in ("resident_id", "initiative_id", "area_id"):
        if name in form.errors:
            form.errors["whom"] = form.errors.pop(name)
    return _new_page(request, session, visitor, form, form.status)


@router.get("/{appointment_id}")
@needs(Permission.SEE_APPOINTMENTS)
def show(request: Request, session: Reading, visitor: Visitor, appointment_id: UUID) -> Response:
    """Show an appointment, and the form to change it."""
    appointment = show_appointment(session, visitor, appointment_id)
    return _page(request, session, visitor, appointment, _as_it_is(request, appointment))


@router.post("/{appointment_id}")
@needs(Permission.MAKE_APPOINTMENT)
def update(request: Request, session: Writing, visitor: WritingVisitor, appointment_id: UUID, sent: Sent) -> Response:
    """Change an appointment; what was emptied is taken away."""
    form = read_change(AppointmentChange, sent, guest_of(request), starts_at=moment_in(sent))

    def deed(change: AppointmentChange) -> AppointmentOut:
        return change_appointment(session, visitor, appointment_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "appointments.show", "appointment_changed", appointment_id=appointment_id)
    return _page(request, session, visitor, show_appointment(session, visitor, appointment_id), form, form.status)


@router.post("/{appointment_id}/cancellation")
@needs(Permission.MAKE_APPOINTMENT)
def cancel(request: Request, session: Writing, visitor: WritingVisitor, appointment_id: UUID, sent: Sent) -> Response:
    """Cancel an appointment."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: cancel_appointment(session, visitor, appointment_id, version_in(sent))):
        return go(request, "appointments.show", "appointment_cancelled", appointment_id=appointment_id)
    appointment = show_appointment(session, visitor, appointment_id)
    again = _as_it_is(request, appointment)
    again.errors = form.errors
    return _page(request, session, visitor, appointment, again, form.status)


@router.get("/{appointment_id}/card")
@needs(Permission.SEE_APPOINTMENTS)
def card(request: Request, session: Reading, visitor: Visitor, appointment_id: UUID) -> Response:
    """Show a card to print, in Dutch or in English; for somebody who rather does not read, ask first."""
    appointment = show_appointment(session, visitor, appointment_id)
    if appointment.resident_id is None:
        raise NotFound
    resident = None
    # A colleague who comes along knows the name and no more.
    with suppress(NotAllowed):
        resident = show_resident(session, visitor, appointment.resident_id)
    spoken = resident.preferred_language if resident else None
    chosen = request.query_params.get("lang") or ("nl" if spoken in (None, "nl") else "en")
    language = Language.ENGLISH if chosen == "en" else Language.DUTCH
    reading = resident.reading_comfort if resident else None
    return draw(
        request,
        "appointments/card.html",
        appointment=appointment,
        language=language.value,
        words=_card_words(appointment, language),
        reading=reading if reading is not ReadingComfort.READS else None,
        even_so=request.query_params.get("even_so") == "true",
    )


@calendar.get("/calendar-address", name="calendar.show")
@needs(Permission.SEE_APPOINTMENTS)
def show_address(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Tell about the calendar in one's own telephone."""
    return draw(
        request, "appointments/calendar.html", state=show_calendar_address(session, visitor), address="", form=None
    )


@calendar.post("/calendar-address", name="calendar.create")
@needs(Permission.SEE_APPOINTMENTS)
def create_address(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Make a new address and show it, in this answer only."""
    form = read(Nothing, sent, guest_of(request))
    made = attempt(session, form, lambda _: make_calendar_address(session, visitor))
    return draw(
        request,
        "appointments/calendar.html",
        form.status if made is None else 200,
        state=show_calendar_address(session, visitor),
        address=made.address if made else "",
        form=form,
    )


@calendar.post("/calendar-address/ending", name="calendar.destroy")
@needs(Permission.SEE_APPOINTMENTS)
def destroy_address(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """End the address."""
    end_calendar_address(session, visitor)
    return go(request, "calendar.show", "calendar_ended")


@calendar.get("/calendar/{secret}.ics", name="calendar.feed")
@open_to_all
def feed(session: Reading, secret: str) -> Response:
    """Give the calendar to whoever has its address: when and in which neighbourhood, and nothing of anybody."""
    return Response(read_calendar(session, secret), media_type="text/calendar")


def _card_words(appointment: AppointmentOut, language: Language) -> dict[str, str]:
    """Say what stands on the card, in its own language."""
    say, shown = translations(language).gettext, environment(language).filters
    facts = {
        "name": appointment.account_name,
        "other": appointment.with_account_name or "",
        "time": shown["hour"](appointment.starts_at),
    }
    return {
        **{name: say(text).format(**facts) for name, text in CARD.items()},
        "day": shown["weekday"](appointment.starts_at),
        "place": appointment.place or "",
    }


def _whom(sent: FormData) -> dict[str, str]:
    """Return with whom it is, in the field of the operation: one select offers residents, initiatives and areas."""
    kind, _, key = str(sent.get("whom", "")).partition(":")
    return {f"{kind}_id": key} if kind in ("resident", "initiative", "area") else {}


def _new_page(request: Request, session: Session, visitor: Actor, form: Form[Any], status: int = 200) -> Response:
    worker = visitor.has(Role.ACTIVATOR)
    own = unrestricted_of_own(session, visitor) if worker else []
    without_place = {f"resident:{one.id}" for one in own if not may_keep("appointment.place", one.level)}
    chosen = form.values.get("whom")
    initiatives = list_initiatives(session, visitor, InitiativeQuery(open=True, limit=ALL)).items
    return draw(
        request,
        "appointments/new.html",
        status,
        form=form,
        whom=[
            *((f"resident:{key}", label) for key, label in map(as_option, own)),
            *((f"initiative:{one.id}", one.title) for one in initiatives),
            *((f"area:{key}", label) for key, label in own_neighbourhoods(session, visitor)),
        ],
        by_alias=chosen in without_place if chosen else bool(without_place),
        kinds=KINDS,
        colleagues=_colleagues(session, visitor),
    )


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    appointment: AppointmentOut,
    form: Form[Any],
    status: int = 200,
) -> Response:
    return draw(
        request,
        "appointments/show.html",
        status,
        appointment=appointment,
        form=form,
        colleagues=_companions(session, visitor, appointment),
    )


def _as_it_is(request: Request, appointment: AppointmentOut) -> Form[Any]:
    return blank(
        guest_of(request),
        starts_at=as_typed(appointment.starts_at),
        minutes=str(appointment.minutes),
        place=appointment.place or "",
        with_account_id=str(appointment.with_account_id or ""),
    )


def _colleagues(session: Session, visitor: Actor) -> list[tuple[UUID, str]]:
    found = list_colleagues(session, visitor, ColleagueQuery(limit=200)).items
    return [(colleague.id, colleague.name) for colleague in found if colleague.id != visitor.id]


def _companions(session: Session, visitor: Actor, appointment: AppointmentOut) -> list[tuple[UUID, str]]:
    """Return who may come along, and who does."""
    others = {key: name for key, name in _colleagues(session, visitor) if key != appointment.account_id}
    if appointment.with_account_id is not None:
        others[appointment.with_account_id] = appointment.with_account_name or ""
    return list(others.items())


def _day_of(appointment: AppointmentOut) -> date:
    return clock.day_of(appointment.starts_at)
