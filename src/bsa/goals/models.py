"""The rows of goals."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class ScoredBy(StrEnum):
    """Who scores; the resident goes first, and the two stand side by side."""

    RESIDENT = "resident"
    WORKER = "worker"


class Goal(ChangingRow, table=True):
    """What a resident wants to reach, in the resident's words."""

    __tablename__ = "goal"

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    need_id: UUID | None = Field(default=None, foreign_key="need.id", index=True)
    words: str = Field(sa_type=SealedText)
    set_on: date
    worker_id: UUID = Field(foreign_key="account.id")
    ended_on: date | None = None


class GoalLevel(Row, table=True):
    """What it looks like at one level, in the resident's words: -2 is how it is now or worse, 0 is reached."""

    __tablename__ = "goal_level"
    __table_args__ = (
        UniqueConstraint("goal_id", "level"),
        CheckConstraint("level BETWEEN -3 AND 2", name="within_the_scale"),
    )

    goal_id: UUID = Field(foreign_key="goal.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    level: int
    words: str = Field(sa_type=SealedText)


class GoalScore(Row, table=True):
    """Where somebody sees the goal stand on a day; never changed, only followed by a later one."""

    __tablename__ = "goal_score"
    __table_args__ = (Index("ix_goal_score_goal_id_scored_on", "goal_id", "scored_on"),)

    goal_id: UUID = Field(foreign_key="goal.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    level: int
    by: ScoredBy = Field(sa_type=one_of(ScoredBy))
    scored_on: date
    worker_id: UUID = Field(foreign_key="account.id")
