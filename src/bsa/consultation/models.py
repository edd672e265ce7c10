"""The rows of consultation tracks: statutory clocks that run for tenants and landlord."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, Moment, Row, one_of


class TrackKind(StrEnum):
    """Which clocks run."""

    ADVICE = "advice"
    YEARLY = "yearly"
    RENOVATION = "renovation"


class Track(ChangingRow, table=True):
    """One consultation between a group and a landlord, with its clocks."""

    __tablename__ = "track"
    __table_args__ = (Index("ix_track_group_id_begun_on", "group_id", "begun_on"),)

    group_id: UUID = Field(foreign_key="resident_group.id")
    area_id: UUID = Field(foreign_key="area.id", index=True)
    institution_id: UUID = Field(foreign_key="institution.id", index=True)
    kind: TrackKind = Field(sa_type=one_of(TrackKind))
    subject: str = Field(max_length=200)
    begun_on: date
    ended_on: date | None = None


class StepKind(StrEnum):
    """What can happen in a track."""

    INFORMED = "informed"
    ADVISED = "advised"
    NO_OBJECTION = "no_objection"
    REASONS_RECEIVED = "reasons_received"
    EXECUTED = "executed"
    CONSULTED = "consulted"
    PROPOSED = "proposed"
    POLLED = "polled"
    NOTIFIED = "notified"
    OVERRULED = "overruled"


class TrackEvent(Row, table=True):
    """One thing that happened in a track; the clocks are reckoned from these, and never stored. Mistakes are struck."""

    __tablename__ = "track_event"
    __table_args__ = (
        UniqueConstraint("track_id", "number"),
        CheckConstraint(
            "kind <> 'overruled' OR (words IS NOT NULL AND rule IS NOT NULL AND due_on IS NOT NULL)", name="why"
        ),
        CheckConstraint("(kind = 'polled') = (homes IS NOT NULL AND in_favour IS NOT NULL)", name="poll_with_counts"),
        CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_by_somebody"),
        CheckConstraint("in_favour IS NULL OR (in_favour >= 0 AND in_favour <= homes)", name="counts_fit"),
    )

    track_id: UUID = Field(foreign_key="track.id")
    number: int
    kind: StepKind = Field(sa_type=one_of(StepKind))
    happened_on: date
    entered_by_id: UUID = Field(foreign_key="account.id")
    deviates: bool | None = None
    """Whether the landlord deviates from the advice."""
    homes: int | None = None
    in_favour: int | None = None
    rule: str | None = Field(default=None, max_length=40)
    """The rule whose date is overruled."""
    due_on: date | None = None
    words: str | None = Field(default=None, max_length=1000)
    struck_at: datetime | None = Field(default=None, sa_type=Moment)
    struck_by_id: UUID | None = Field(default=None, foreign_key="account.id")
