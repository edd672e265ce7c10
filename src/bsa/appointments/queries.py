"""Reading appointments, always as someone; and the calendar, that anybody with its secret address reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, false, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa import clock
from bsa.appointments.models import Appointment, AppointmentKind, CalendarAddress
from bsa.appointments.shapes import AppointmentOut, AppointmentQuery, CalendarAddressState
from bsa.areas.models import Area, AreaInclusion, Level
from bsa.errors import NotFound
from bsa.initiatives.models import Initiative
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account, AccountRole, Language
from bsa.people.queries import digest_of
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Resident, may_keep
from bsa.residents.queries import get_record, visible_to
from bsa.rows import Moment, locked
from bsa.sealing import note_read, open_cell
from bsa.shapes import Page

SOONEST_FIRST = Order((col(Appointment.starts_at), False), (col(Appointment.id), False))

KEPT_IN_CALENDAR = timedelta(days=60)
"""How far a calendar looks back; what was before that, its reader does not need."""


def goes_there(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor goes there, alone or with a colleague."""
    if not actor.of_the_team:
        return false()
    return or_(col(Appointment.account_id) == actor.id, col(Appointment.with_account_id) == actor.id)


def list_appointments(session: Session, actor: Actor, wanted: AppointmentQuery) -> Page[AppointmentOut]:
    """List appointments, the soonest first: one's own, or those with a resident whom one looks after."""
    require(actor, Permission.SEE_APPOINTMENTS)
    if wanted.resident_id:
        get_record(session, actor, wanted.resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(
        session,
        actor,
        wanted,
        _listed,
        SOONEST_FIRST,
        begin=midnight(wanted.from_on) if wanted.from_on else None,
        end=midnight(wanted.until_on + timedelta(days=1)) if wanted.until_on else None,
    )
    items = _items(session, actor, rows)
    return Page(items=items, next_cursor=cursor_after(items[-1].starts_at, items[-1].id) if more else None)


def _listed(actor: Actor, wanted: AppointmentQuery) -> Select[*tuple[Any, ...]]:
    query = _appointments(actor)
    if wanted.resident_id is not None:
        query = query.where(col(Appointment.resident_id) == wanted.resident_id)
    else:
        query = query.where(goes_there(actor))
    if wanted.from_on is not None:
        query = query.where(col(Appointment.starts_at) >= bindparam("begin", type_=Moment))
    if wanted.until_on is not None:
        query = query.where(col(Appointment.starts_at) < bindparam("end", type_=Moment))
    if wanted.cancelled is not None:
        there = col(Appointment.cancelled_on)
        query = query.where(there.is_not(None) if wanted.cancelled else there.is_(None))
    return query


def find_appointment(session: Session, actor: Actor, appointment_id: UUID) -> Appointment:
    """Return an appointment that the actor may see, cells closed; locked when the session writes."""
    query = select(Appointment).where(col(Appointment.id) == appointment_id, goes_there(actor))
    appointment: Appointment | None = session.scalar(locked(session, query, Appointment))
    if appointment is None:
        raise NotFound
    return appointment


def show_appointment(session: Session, actor: Actor, appointment_id: UUID) -> AppointmentOut:
    """Show an appointment."""
    query = _appointments(actor).where(col(Appointment.id) == appointment_id, goes_there(actor))
    rows = session.execute(query).all()
    if not rows:
        raise NotFound
    return _items(session, actor, rows)[0]


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in the Netherlands."""
    return datetime.combine(day, time(0), clock.HERE)


def _appointments(actor: Actor) -> Select[*tuple[Any, ...]]:
    colleague = aliased(Account)
    wanted: Select[*tuple[Any, ...]] = (
        select(
            Appointment,
            col(Account.display_name).label("account_name"),
            col(colleague.display_name).label("with_account_name"),
            col(Resident.call_name).label("call_name"),
            col(Resident.restricted_on).label("restricted_on"),
            col(Resident.level).label("resident_level"),
            visible_to(actor).label("resident_known"),
            col(Initiative.title).label("initiative_title"),
            col(Area.name).label("area_name"),
        )
        .join(Account, col(Account.id) == Appointment.account_id)
        .join(Area, col(Area.id) == Appointment.area_id)
        .outerjoin(colleague, col(colleague.id) == Appointment.with_account_id)
        .outerjoin(Resident, col(Resident.id) == Appointment.resident_id)
        .outerjoin(Initiative, col(Initiative.id) == Appointment.initiative_id)
    )
    return wanted


def _items(session: Session, actor: Actor, rows: Sequence[Any]) -> list[AppointmentOut]:
    note_read(session, {row.Appointment.resident_id for row in rows if row.Appointment.resident_id})
    return [_item(session, actor, row) for row in rows]


def _item(session: Session, actor: Actor, row: Any) -> AppointmentOut:
    appointment: Appointment = row.Appointment
    resident_id = appointment.resident_id
    known = resident_id is not None and bool(row.resident_known)
    colleague_id = appointment.with_account_id
    deeds = []
    if appointment.cancelled_on is None and allows(actor, Permission.MAKE_APPOINTMENT, appointment):
        deeds = ["cancel_appointment"] if row.restricted_on else ["change_appointment", "cancel_appointment"]
    place: Any = appointment.place
    if place is not None and not isinstance(place, str):
        place = open_cell(session, Appointment, "place", appointment.id, resident_id, place)
    return AppointmentOut(
        id=appointment.id,
        version=appointment.version,
        created_at=appointment.created_at,
        changed_at=appointment.changed_at,
        allowed_actions=deeds,
        account_id=appointment.account_id,
        account_name=open_cell(session, Account, "display_name", appointment.account_id, None, row.account_name) or "",
        with_account_id=colleague_id,
        with_account_name=open_cell(session, Account, "display_name", colleague_id, None, row.with_account_name),
        resident_id=resident_id if known else None,
        resident_name=open_cell(session, Resident, "call_name", resident_id, resident_id, row.call_name)
        if known
        else None,
        initiative_id=appointment.initiative_id,
        initiative_title=row.initiative_title,
        area_id=appointment.area_id,
        area_name=row.area_name,
        kind=appointment.kind,
        starts_at=appointment.starts_at,
        minutes=appointment.minutes,
        place=place,
        may_have_place=resident_id is None or may_keep("appointment.place", row.resident_level),
        cancelled_on=appointment.cancelled_on,
    )


def calendar_state(session: Session, actor: Actor) -> CalendarAddressState:
    """Tell whether there is an address of the actor's calendar."""
    require(actor, Permission.SEE_APPOINTMENTS)
    since = session.scalar(select(col(CalendarAddress.created_at)).where(col(CalendarAddress.account_id) == actor.id))
    return CalendarAddressState(there=since is not None, since=since)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar tells of an appointment: when, of which kind, in which neighbourhood. Nothing of anybody."""

    id: UUID
    kind: AppointmentKind
    starts_at: datetime
    minutes: int
    area_name: str
    version: int
    changed_at: datetime
    cancelled: bool


def calendar_behind(session: Session, secret: str) -> tuple[Language, list[CalendarEntry]]:
    """Return the language and the entries of the calendar at a secret address; it ends with its account."""
    owner = session.execute(
        select(col(Account.id), col(Account.language))
        .join(CalendarAddress, col(CalendarAddress.account_id) == Account.id)
        .join(AccountRole, col(AccountRole.account_id) == Account.id)
        .where(
            col(CalendarAddress.token_digest) == digest_of(secret),
            col(Account.active),
            col(AccountRole.role).in_((Role.ACTIVATOR, Role.TEAM_LEADER)),
        )
    ).first()
    if owner is None:
        raise NotFound
    rows = session.execute(
        _entries().where(
            or_(col(Appointment.account_id) == owner.id, col(Appointment.with_account_id) == owner.id),
            col(Appointment.starts_at) >= clock.now() - KEPT_IN_CALENDAR,
        )
    )
    return owner.language, [CalendarEntry(**{**row._mapping, "cancelled": row.cancelled is not None}) for row in rows]


def _entries() -> Select[Any]:
    """Select what a calendar tells; a complex or a meeting place tells too much, its neighbourhood does not."""
    around = aliased(Area)
    neighbourhood = (
        select(col(around.name))
        .join(AreaInclusion, col(AreaInclusion.outer_id) == around.id)
        .where(col(AreaInclusion.inner_id) == Appointment.area_id, col(around.level) == Level.NEIGHBOURHOOD)
        .correlate(Appointment)
        .limit(1)
        .scalar_subquery()
    )
    return select(
        col(Appointment.id),
        col(Appointment.kind),
        col(Appointment.starts_at),
        col(Appointment.minutes),
        neighbourhood.label("area_name"),
        col(Appointment.version),
        col(Appointment.changed_at),
        col(Appointment.cancelled_on).label("cancelled"),
    ).order_by(col(Appointment.starts_at), col(Appointment.id))
