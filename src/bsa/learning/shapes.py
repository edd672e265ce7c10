"""What comes in and goes out about learning by doing."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bsa.learning.models import WhoDidIt
from bsa.shapes import Line, Listing, Out, Shape, Text


class LearningStepIn(Shape):
    """Something that was done, and who did it: with a resident, in an initiative, or both."""

    resident_id: UUID | None = None
    initiative_id: UUID | None = None
    what: Line
    """In a few words: "called the corporation"."""
    who_did_it: WhoDidIt
    done_on: date | None = None
    """Left out: today."""
    own_words: Text | None = None
    """What the resident says of it."""

    @model_validator(mode="after")
    def _it_belongs_somewhere(self) -> Self:
        if self.resident_id is None and self.initiative_id is None:
            raise PydanticCustomError("resident_id", "Say with whom it was done, or in which initiative.")
        if self.resident_id is None and self.own_words is not None:
            raise PydanticCustomError("own_words", "Own words are somebody's: say whose, or leave them out.")
        return self


class StepQuery(Listing):
    """Which steps to list: those of a resident, or those of an initiative."""

    resident_id: UUID | None = None
    initiative_id: UUID | None = None

    @model_validator(mode="after")
    def _of_one_of_the_two(self) -> Self:
        if (self.resident_id is None) is (self.initiative_id is None):
            raise PydanticCustomError("resident_id", "Ask for the steps of one resident, or of one initiative.")
        return self


class LearningStepOut(Out):
    """Something that was done. Whose it was, and in which words, stands there for those who look after the resident."""

    resident_id: UUID | None
    resident_name: str | None
    initiative_id: UUID | None
    done_on: date
    what: str | None
    who_did_it: WhoDidIt
    own_words: str | None
    mine: bool
    """Tells that the caller wrote it down. Who did among colleagues is not told: it would count workers."""
    ask_who_next_time: bool
    """The caller did this alone again and again: who could do it next time, or together?"""
    struck_at: datetime | None
    created_at: datetime
    allowed_actions: list[str] = Field(default_factory=list)


class ShiftBy(StrEnum):
    """The length of a period in a picture."""

    MONTH = "month"
    QUARTER = "quarter"


class ShiftQuery(Shape):
    """How to draw the shift."""

    by: ShiftBy = ShiftBy.QUARTER


class ShiftPeriod(Shape):
    """How often each did it in a period."""

    period: str
    """`2026-03`, or `2026-Q1`."""
    worker: int
    together: int
    resident_with_worker_there: int
    resident_alone: int
    resident_teaches_another: int


class LearningShift(Shape):
    """Who did it, over time: of an initiative, of a neighbourhood, or in the record of one resident; of no worker."""

    by: ShiftBy
    enough: bool
    """With fewer steps than `least` nothing is drawn: too few to say anything."""
    least: int
    periods: list[ShiftPeriod] = Field(default_factory=list)


class DoneAlone(Shape):
    """What a worker did alone again and again, for one resident or in one initiative."""

    what: str
    times: int
    last_on: date
    resident_id: UUID | None
    resident_name: str | None
    initiative_id: UUID | None
    initiative_title: str | None
