"""What comes in and goes out about appointments and the calendar."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bsa.appointments.models import AppointmentKind
from bsa.shapes import Change, Line, Listing, MomentIn, Out, Resource, Shape

Minutes = Annotated[int, Field(ge=5, le=720)]


class AppointmentIn(Shape):
    """When the caller is expected somewhere; with a resident or an initiative the area goes without saying."""

    starts_at: MomentIn
    kind: AppointmentKind = AppointmentKind.VISIT
    minutes: Minutes = 60
    resident_id: UUID | None = None
    initiative_id: UUID | None = None
    with_account_id: UUID | None = None
    """A colleague who comes along."""
    area_id: UUID | None = None
    place: Line | None = None
    """May be an address, so with a resident it may be kept from the level `known` on."""


class AppointmentChange(Change):
    """What may be changed; left-out fields stay as they are."""

    may_be_emptied = frozenset({"with_account_id", "place"})

    starts_at: MomentIn | None = None
    minutes: Minutes | None = None
    with_account_id: UUID | None = None
    place: Line | None = None


class AppointmentQuery(Listing):
    """Which appointments to list: one's own, from a day and until a day, or all those with a resident."""

    from_on: date | None = None
    until_on: date | None = None
    """The last day that counts."""
    resident_id: UUID | None = None
    """All appointments with this resident, for those who look after the resident."""
    cancelled: bool | None = None


class AppointmentOut(Resource):
    """An appointment, for those who go there and for those who look after the resident."""

    account_id: UUID
    account_name: str
    with_account_id: UUID | None
    with_account_name: str | None
    resident_id: UUID | None
    resident_name: str | None
    """Empty for whoever comes along and may not know of the resident."""
    initiative_id: UUID | None
    initiative_title: str | None
    area_id: UUID
    area_name: str
    kind: AppointmentKind
    starts_at: datetime
    minutes: int
    place: str | None
    may_have_place: bool
    """No with somebody who is known by alias: a place may be an address."""
    cancelled_on: date | None


class CalendarAddressOut(Out):
    """The secret address of a calendar, told once: whoever has it can read when its owner has appointments."""

    address: str


class CalendarAddressState(Shape):
    """Whether there is an address of one's calendar, and since when; the address itself is not kept."""

    there: bool
    since: datetime | None
