"""The rows of contacts and of the worker's own promises."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class ContactPlace(StrEnum):
    """Where a contact was."""

    DOORSTEP = "doorstep"
    AT_HOME = "at_home"
    STREET = "street"
    NEIGHBOURHOOD_HOUSE = "neighbourhood_house"
    MEETING = "meeting"
    PHONE = "phone"
    MESSAGE = "message"
    ELSEWHERE = "elsewhere"


class ContactPurpose(StrEnum):
    """What a contact was for; being there is enough."""

    BEING_THERE = "being_there"
    GETTING_ACQUAINTED = "getting_acquainted"
    THE_QUESTION = "the_question"
    DOING_SOMETHING = "doing_something"
    INITIATIVE = "initiative"
    PROMISE_KEPT = "promise_kept"


class Contact(Row, table=True):
    """One contact with a resident. A mistake is struck through and written anew, not edited away."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_by_somebody"),
        Index("ix_contact_resident_id_happened_on", "resident_id", "happened_on"),
        Index("ix_contact_worker_id_happened_on", "worker_id", "happened_on"),
    )

    resident_id: UUID = Field(foreign_key="resident.id")
    area_id: UUID = Field(foreign_key="area.id", index=True)
    worker_id: UUID = Field(foreign_key="account.id")
    happened_on: date
    place: ContactPlace = Field(sa_type=one_of(ContactPlace))
    purpose: ContactPurpose = Field(sa_type=one_of(ContactPurpose))
    own_note: str | None = Field(default=None, sa_type=SealedText)
    """For the author only; nobody else ever reads it, a stand-in neither."""
    shareable_note: str | None = Field(default=None, sa_type=SealedText)
    """For those who look after the resident."""
    corrects_id: UUID | None = Field(default=None, foreign_key="contact.id", index=True)
    struck_at: datetime | None = Field(default=None, sa_type=Moment)
    struck_by_id: UUID | None = Field(default=None, foreign_key="account.id")


class PromiseOutcome(StrEnum):
    """How a promise of ours ended."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    NO_LONGER_WANTED = "no_longer_wanted"


class Promise(ChangingRow, table=True):
    """What a worker promised a resident, by when: the promise that trust stands on."""

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (settled_on IS NULL)", name="outcome_has_day"),
        Index("ix_promise_worker_id_outcome_due_on", "worker_id", "outcome", "due_on"),
    )

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    worker_id: UUID = Field(foreign_key="account.id")
    area_id: UUID = Field(foreign_key="area.id", index=True)
    text: str = Field(sa_type=SealedText)
    made_on: date
    due_on: date
    outcome: PromiseOutcome | None = Field(default=None, sa_type=one_of(PromiseOutcome))
    settled_on: date | None = None
