"""What comes in and goes out about contacts and about the worker's own promises."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bsa.contacts.models import ContactPlace, ContactPurpose, PromiseOutcome
from bsa.residents.shapes import StillExploring
from bsa.shapes import Line, Listing, Out, Resource, Shape, Text


class PromiseIn(Shape):
    """What a worker promises a resident, by when."""

    text: Line
    due_on: date


class CorrectionIn(Shape):
    """A contact as it should have been written."""

    happened_on: date
    place: ContactPlace
    purpose: ContactPurpose
    own_note: Text | None = None
    """For the author only."""
    shareable_note: Text | None = None
    """For everybody who looks after the resident."""


class ContactIn(CorrectionIn):
    """A contact to note, with what was promised there in the same go."""

    promise: PromiseIn | None = None


class StrikeIn(Shape):
    """A contact to strike through, and what should have stood there, if anything."""

    correction: CorrectionIn | None = None


class ContactOut(Out):
    """A contact, for those who look after the resident."""

    resident_id: UUID
    worker_id: UUID
    worker_name: str
    happened_on: date
    place: ContactPlace
    purpose: ContactPurpose
    own_note: str | None
    """Filled for its author alone; for others it is as empty as when there is none."""
    shareable_note: str | None
    corrects_id: UUID | None
    struck_at: datetime | None
    created_at: datetime
    allowed_actions: list[str] = Field(default_factory=list)


class SettlementIn(Shape):
    """How a promise of ours ended, and when; without a day, today."""

    outcome: PromiseOutcome
    settled_on: date | None = None


class PromiseQuery(Listing):
    """Which promises to list."""

    resident_id: UUID | None = None
    mine: bool = False
    """Only what the caller promised."""
    open: bool | None = None
    """Only what still has to be done, or only what ended."""


class PromiseOut(Resource):
    """A promise of a worker to a resident, for those who look after the resident."""

    resident_id: UUID
    resident_name: str
    worker_id: UUID
    worker_name: str
    text: str
    made_on: date
    due_on: date
    overdue: bool
    outcome: PromiseOutcome | None
    settled_on: date | None


class PromiseCount(Shape):
    """How many promises of ours are overdue in an area: a number, and nothing about whom or what."""

    area_id: UUID
    area_name: str
    count: int


class ContactToday(Out):
    """A contact that the caller had today."""

    resident_id: UUID
    resident_name: str
    place: ContactPlace
    purpose: ContactPurpose


class Day(Shape):
    """A worker's day: what I promised, whom I saw, and with whom I have been exploring for long."""

    on: date
    promises: list[PromiseOut]
    contacts: list[ContactToday]
    still_exploring: list[StillExploring]
