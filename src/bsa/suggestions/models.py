"""The rows of theme suggestions and of introductions."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.needs.models import LifeArea
from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class SuggestionState(StrEnum):
    """What a person decided about a suggestion."""

    OPEN = "open"
    TAKEN_UP = "taken_up"
    DISMISSED = "dismissed"


class Suggestion(ChangingRow, table=True):
    """Needs in one neighbourhood that may share a question. The software finds; a person decides."""

    __tablename__ = "suggestion"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (decided_on IS NULL)", name="decided_with_day"),
        CheckConstraint("state <> 'taken_up' OR theme_id IS NOT NULL", name="taken_up_in_a_theme"),
        CheckConstraint("state = 'open' OR words IS NULL", name="words_while_open"),
        Index("ix_suggestion_area_id_state", "area_id", "state"),
    )

    area_id: UUID = Field(foreign_key="area.id")
    life_area: LifeArea = Field(sa_type=one_of(LifeArea))
    state: SuggestionState = Field(sa_type=one_of(SuggestionState))
    found_on: date
    decided_on: date | None = None
    decided_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    theme_id: UUID | None = Field(default=None, foreign_key="theme.id", index=True)
    words: str | None = Field(default=None, sa_type=SealedText)
    """Why: the words that at least three households used, the commonest first; gone once somebody decided."""


class SuggestedNeed(Row, table=True):
    """A need that a suggestion brings together with others; those of a dismissed one are not brought together again."""

    __tablename__ = "suggested_need"
    __table_args__ = (Index("ix_suggested_need_suggestion_id_need_id", "suggestion_id", "need_id", unique=True),)

    suggestion_id: UUID = Field(foreign_key="suggestion.id")
    need_id: UUID = Field(foreign_key="need.id", index=True)
    resident_id: UUID = Field(foreign_key="resident.id", index=True)


class NeedVector(Row, table=True):
    """The meaning of a need's stated question as numbers, made once when it was written, sealed like the words."""

    __tablename__ = "need_vector"
    __table_args__ = (Index("ix_need_vector_need_id_method", "need_id", "method", unique=True),)

    need_id: UUID = Field(foreign_key="need.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    method: str = Field(max_length=60)
    """Which method made it, with its edition: vectors of different methods do not compare."""
    numbers: str = Field(sa_type=SealedText)
    """Base64 of little-endian 16-bit floats."""


class Introduction(ChangingRow, table=True):
    """There are more with this question: a proposal to bring residents of a theme together. All are asked first."""

    __tablename__ = "introduction"

    theme_id: UUID = Field(foreign_key="theme.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    proposed_by_id: UUID = Field(foreign_key="account.id")
    proposed_on: date
    ended_on: date | None = None


class IntroductionAnswer(Row, table=True):
    """What one resident said when asked; nobody is told of anybody before all sides agreed."""

    __tablename__ = "introduction_answer"
    __table_args__ = (
        CheckConstraint("(answered_on IS NULL) = (agreed IS NULL)", name="answer_has_day"),
        Index("ix_introduction_answer_introduction_id_resident_id", "introduction_id", "resident_id", unique=True),
    )

    introduction_id: UUID = Field(foreign_key="introduction.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    agreed: bool | None = None
    answered_on: date | None = None
    asked_by_id: UUID | None = Field(default=None, foreign_key="account.id")
