"""The rows of practising."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class PracticeOutcome(StrEnum):
    """How it went; there is no failing."""

    DONE = "done"
    PARTLY = "partly"
    NOT_TODAY = "not_today"


class PracticeMoment(ChangingRow, table=True):
    """Practising something scary for an event that is coming, in a safe setting."""

    __tablename__ = "practice_moment"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (held_on IS NULL)", name="outcome_has_day"),
        Index("ix_practice_moment_worker_id_held_on", "worker_id", "held_on"),
    )

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    worker_id: UUID = Field(foreign_key="account.id")
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id", index=True)
    appointment_id: UUID | None = Field(default=None, foreign_key="appointment.id", index=True)
    """The event that is coming."""
    planned_on: date
    scary_thing: str = Field(sa_type=SealedText)
    safe_setting: str | None = Field(default=None, sa_type=SealedText)
    who_is_there: str | None = Field(default=None, sa_type=SealedText)
    stop_word: str | None = Field(default=None, sa_type=SealedText)
    held_on: date | None = None
    outcome: PracticeOutcome | None = Field(default=None, sa_type=one_of(PracticeOutcome))
    debrief: str | None = Field(default=None, sa_type=SealedText)
    next_bit_bolder: str | None = Field(default=None, sa_type=SealedText)


class SpeakerSide(StrEnum):
    """For whom somebody speaks."""

    RESIDENT = "resident"
    INSTITUTION = "institution"
    TEAM = "team"


class SpeakingOrder(ChangingRow, table=True):
    """Who speaks at a meeting of an initiative, in which order; residents get the most time."""

    __tablename__ = "speaking_order"

    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    meeting_on: date


class SpeakingTurn(Row, table=True):
    """One turn to speak."""

    __tablename__ = "speaking_turn"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        CheckConstraint("minutes BETWEEN 1 AND 60", name="has_a_length"),
    )

    order_id: UUID = Field(foreign_key="speaking_order.id")
    resident_id: UUID | None = Field(default=None, foreign_key="resident.id", index=True)
    number: int
    side: SpeakerSide = Field(sa_type=one_of(SpeakerSide))
    who: str = Field(sa_type=SealedText)
    """A first name or a role."""
    minutes: int
