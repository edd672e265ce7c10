"""The rows of closing a quarter: what was agreed with the municipality, and what is written before publication."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from bsa.residents.models import ConsentHow
from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class SocietalTask(ChangingRow, table=True):
    """A task that the municipality agreed on with the team for a year, and how many residents it plans to reach."""

    __tablename__ = "societal_task"
    __table_args__ = (
        UniqueConstraint("area_id", "year", "name"),
        CheckConstraint("planned >= 0", name="planned_none_or_more"),
    )

    area_id: UUID = Field(foreign_key="area.id")
    """The municipality."""
    year: int
    name: str = Field(max_length=120)
    planned: int
    """Residents to be reached in the year, by the agreement."""
    life_areas: list[Any] = Field(default_factory=list, sa_type=JSON)
    """Which needs belong to it; empty when every resident that is reached counts."""


class ProfileName(StrEnum):
    """How strongly figures are protected."""

    STRICT = "strict"
    STANDARD = "standard"


class ProfileChoice(Row, table=True):
    """That the privacy officer chose how strongly figures are protected, in writing; the last one counts."""

    __tablename__ = "profile_choice"

    profile: ProfileName = Field(sa_type=one_of(ProfileName))
    words: str = Field(max_length=2000)
    """Why."""
    chosen_by_id: UUID = Field(foreign_key="account.id")


class Explanation(ChangingRow, table=True):
    """Why something differs from what was planned, in the team's words; frozen when the release is published."""

    __tablename__ = "explanation"
    __table_args__ = (UniqueConstraint("release_id", "task_id"),)

    release_id: UUID = Field(foreign_key="statistics_release.id")
    task_id: UUID = Field(foreign_key="societal_task.id", index=True)
    words: str = Field(max_length=1000)


class Story(Row, table=True):
    """A story that its teller agreed to have published. It says nowhere who the teller is."""

    __tablename__ = "story"
    __table_args__ = (
        UniqueConstraint("release_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 3", name="three_at_most"),
    )

    release_id: UUID = Field(foreign_key="statistics_release.id")
    number: int
    title: str = Field(sa_type=SealedText)
    words: str = Field(sa_type=SealedText)
    """Sealed until it is published: before that it is nobody else's."""
    consented_on: date
    consent_how: ConsentHow = Field(sa_type=one_of(ConsentHow, "story_consent_how"))
