"""The rows of learning by doing."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import Moment, Row, one_of
from bsa.sealing import SealedText


class WhoDidIt(StrEnum):
    """Who did it, from the worker alone to the resident who teaches another: the measure is who, never how well."""

    WORKER = "worker"
    TOGETHER = "together"
    RESIDENT_WITH_WORKER_THERE = "resident_with_worker_there"
    RESIDENT_ALONE = "resident_alone"
    RESIDENT_TEACHES_ANOTHER = "resident_teaches_another"


class LearningStep(Row, table=True):
    """Something that was done, and who did it: for a resident, in an initiative, or both."""

    __tablename__ = "learning_step"
    __table_args__ = (
        CheckConstraint("resident_id IS NOT NULL OR initiative_id IS NOT NULL", name="belongs_somewhere"),
        CheckConstraint("resident_id IS NOT NULL OR own_words IS NULL", name="own_words_are_somebodys"),
        CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_by_somebody"),
        Index("ix_learning_step_initiative_id_done_on", "initiative_id", "done_on"),
        Index("ix_learning_step_area_id_done_on", "area_id", "done_on"),
    )

    resident_id: UUID | None = Field(default=None, foreign_key="resident.id", index=True)
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id")
    area_id: UUID = Field(foreign_key="area.id")
    worker_id: UUID = Field(foreign_key="account.id")
    done_on: date
    what: str = Field(sa_type=SealedText)
    """What was done, in a few words: "called the corporation"."""
    who_did_it: WhoDidIt = Field(sa_type=one_of(WhoDidIt))
    own_words: str | None = Field(default=None, sa_type=SealedText)
    """What the resident says of it."""
    struck_at: datetime | None = Field(default=None, sa_type=Moment)
    struck_by_id: UUID | None = Field(default=None, foreign_key="account.id")
