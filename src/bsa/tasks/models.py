"""The rows of what is done in an initiative, and what it costs."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import ChangingRow, Row, one_of


class Task(ChangingRow, table=True):
    """Something to be done in an initiative; nobody is obliged. Its text holds nothing about a person."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("(done_on IS NULL) = (step_id IS NULL)", name="done_by_somebody"),
        Index("ix_task_initiative_id_done_on", "initiative_id", "done_on"),
    )

    initiative_id: UUID = Field(foreign_key="initiative.id")
    area_id: UUID = Field(foreign_key="area.id")
    what: str = Field(max_length=200)
    by_on: date | None = None
    taken_up_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    """A worker who took it up; that residents did, and how many, nobody writes down."""
    done_on: date | None = None
    step_id: UUID | None = Field(default=None, index=True)
    """The step that tells who did it, once it is done. No foreign key: nothing may hold back an erasure."""
    dropped_on: date | None = None


class MoneyKind(StrEnum):
    """Money that comes, and money that goes."""

    INCOME = "income"
    COST = "cost"


class BudgetLine(ChangingRow, table=True):
    """One line of an initiative's money, planned or paid, in cents."""

    __tablename__ = "budget_line"
    __table_args__ = (CheckConstraint("cents > 0", name="an_amount"),)

    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    kind: MoneyKind = Field(sa_type=one_of(MoneyKind))
    what: str = Field(max_length=200)
    cents: int
    booked_on: date
    paid: bool = False


class AimScore(Row, table=True):
    """How far the group sees an aim on a day, from -2 to +2; 0 is what was hoped for."""

    __tablename__ = "aim_score"
    __table_args__ = (
        CheckConstraint("level BETWEEN -2 AND 2", name="within_the_scale"),
        Index("ix_aim_score_aim_id_scored_on", "aim_id", "scored_on"),
    )

    aim_id: UUID = Field(foreign_key="aim.id")
    level: int
    scored_on: date
    entered_by_id: UUID = Field(foreign_key="account.id")
