"""The rows of the bond of trust."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from bsa.rows import ChangingRow, one_of
from bsa.sealing import SealedText


class Stage(StrEnum):
    """Where a relationship stands. It says something about two people together, never about a person."""

    UNKNOWN = "unknown"
    FIRST_CONTACT = "first_contact"
    COMING_BACK = "coming_back"
    TALKING = "talking"
    TRUSTED = "trusted"
    DAMAGED = "damaged"
    MENDING = "mending"


OFFERED: dict[Stage | None, tuple[Stage, ...]] = {
    None: (Stage.FIRST_CONTACT,),
    Stage.UNKNOWN: (Stage.FIRST_CONTACT,),
    Stage.FIRST_CONTACT: (Stage.COMING_BACK, Stage.DAMAGED),
    Stage.COMING_BACK: (Stage.TALKING, Stage.DAMAGED),
    Stage.TALKING: (Stage.TRUSTED, Stage.DAMAGED),
    Stage.TRUSTED: (Stage.DAMAGED,),
    Stage.DAMAGED: (Stage.MENDING,),
    Stage.MENDING: (Stage.TALKING, Stage.DAMAGED),
}
"""What a record offers in one tap, for it often comes next. Every other stage is open too, and asks as little."""


class Relationship(ChangingRow, table=True):
    """Where it stands between a resident and a worker, as the worker sees it; the event tells when it moved."""

    __tablename__ = "relationship"
    __table_args__ = (Index("ix_relationship_resident_id_account_id", "resident_id", "account_id", unique=True),)

    resident_id: UUID = Field(foreign_key="resident.id")
    account_id: UUID = Field(foreign_key="account.id", index=True)
    stage: Stage = Field(sa_type=one_of(Stage))
    since_on: date
    stage_since: date


class Signal(ChangingRow, table=True):
    """Something that a resident pointed out and that wants an answer: a lamp, a worry, a letter not understood."""

    __tablename__ = "signal"
    __table_args__ = (
        CheckConstraint("(answered_on IS NULL) = (answer IS NULL)", name="answer_has_day"),
        Index("ix_signal_account_id_answered_on", "account_id", "answered_on"),
    )

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    account_id: UUID = Field(foreign_key="account.id")
    """Who took it up, and answers."""
    words: str = Field(sa_type=SealedText)
    came_on: date
    answer: str | None = Field(default=None, sa_type=SealedText)
    answered_on: date | None = None


class HandoverState(StrEnum):
    """How far a handover is."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    DONE = "done"
    CALLED_OFF = "called_off"


class HandoverReason(StrEnum):
    """Why another face comes."""

    LEAVES = "leaves"
    OTHER_WORK = "other_work"
    RESIDENT_ASKED = "resident_asked"
    ABSENCE = "absence"


class Handover(ChangingRow, table=True):
    """From one worker to another, with the resident's agreement and a visit together."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("from_account_id <> to_account_id", name="to_another"),
        CheckConstraint("state NOT IN ('agreed', 'done') OR agreed_on IS NOT NULL", name="agreed_by_resident"),
        Index(
            "ix_handover_now",
            "resident_id",
            "from_account_id",
            unique=True,
            sqlite_where=text("state IN ('proposed', 'agreed')"),
            postgresql_where=text("state IN ('proposed', 'agreed')"),
        ),
    )

    resident_id: UUID = Field(foreign_key="resident.id")
    area_id: UUID = Field(foreign_key="area.id")
    from_account_id: UUID = Field(foreign_key="account.id", index=True)
    to_account_id: UUID = Field(foreign_key="account.id", index=True)
    reason: HandoverReason = Field(sa_type=one_of(HandoverReason))
    state: HandoverState = Field(sa_type=one_of(HandoverState))
    agreed_on: date | None = None
    """The day on which the resident agreed."""
    joint_visit_id: UUID | None = Field(default=None, foreign_key="appointment.id")
    ended_on: date | None = None
