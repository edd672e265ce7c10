"""What comes in and goes out about practising, and about who speaks at a meeting."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bsa.practice.models import PracticeOutcome, SpeakerSide
from bsa.shapes import Change, Line, Resource, Shape, Text


class PracticeIn(Shape):
    """Something scary to practise, in a safe setting, for an event that is coming."""

    scary_thing: Line
    """What is scary: "two minutes of speaking at the meeting"."""
    safe_setting: Line | None = None
    who_is_there: Line | None = None
    stop_word: Line | None = None
    """The word at which everybody stops, without a question."""
    planned_on: date | None = None
    """Left out: today."""
    initiative_id: UUID | None = None
    """The initiative whose meeting is coming."""
    appointment_id: UUID | None = None
    """The appointment that is coming."""


class PracticeChange(Change):
    """What may be changed about a practice moment in place; left-out fields stay as they are."""

    may_be_emptied = frozenset({"safe_setting", "who_is_there", "stop_word", "initiative_id", "appointment_id"})

    scary_thing: Line | None = None
    safe_setting: Line | None = None
    who_is_there: Line | None = None
    stop_word: Line | None = None
    planned_on: date | None = None
    initiative_id: UUID | None = None
    appointment_id: UUID | None = None


class DebriefIn(Shape):
    """How it went, in words, and what the next bit bolder is. There is no failing, and no mark."""

    outcome: PracticeOutcome
    held_on: date | None = None
    """Left out: the day it was planned for, or today when that is still to come."""
    debrief: Text | None = None
    next_bit_bolder: Line | None = None


class PracticeOut(Resource):
    """A practice moment, for those who look after the resident."""

    resident_id: UUID
    resident_name: str
    initiative_id: UUID | None
    initiative_title: str | None
    meeting_on: date | None
    """The day of the initiative's next step: what is practised for."""
    appointment_id: UUID | None
    planned_on: date
    scary_thing: str
    safe_setting: str | None
    who_is_there: str | None
    stop_word: str | None
    held_on: date | None
    outcome: PracticeOutcome | None
    debrief: str | None
    next_bit_bolder: str | None


class PracticeSuggestion(Shape):
    """A meeting at which an own resident speaks soon, and for which nothing was practised yet."""

    resident_id: UUID
    resident_name: str
    initiative_id: UUID
    initiative_title: str
    meeting_on: date


class PracticeToDebrief(Shape):
    """A practice moment whose day has passed, and which was not talked about yet."""

    practice_moment_id: UUID
    resident_id: UUID
    resident_name: str
    planned_on: date


class SpeakingTurnIn(Shape):
    """One turn: who speaks for whom, for how many minutes."""

    turn_id: UUID | None = None
    """A turn of the order as it was: left out is who speaks, it stays the same."""
    side: SpeakerSide
    who: Line | None = None
    """A first name or a role; left out for a resident, it is what the resident is called."""
    resident_id: UUID | None = None
    """A resident who takes part in the initiative: with an erasure the name goes too."""
    minutes: int = Field(ge=1, le=60)


class SpeakingOrderIn(Shape):
    """The whole order of a meeting; residents together get more time than all others together."""

    meeting_on: date
    turns: Annotated[list[SpeakingTurnIn], Field(min_length=1, max_length=40)]


class SpeakingTurnOut(Shape):
    """One turn to speak. A resident is named for those who look after this resident."""

    turn_id: UUID
    number: int
    side: SpeakerSide
    who: str | None
    resident_id: UUID | None
    minutes: int


class SpeakingOrderOut(Resource):
    """Who speaks at a meeting, in which order, and how the time is shared."""

    initiative_id: UUID
    initiative_title: str
    meeting_on: date
    turns: list[SpeakingTurnOut] = Field(default_factory=list)
    resident_minutes: int
    institution_minutes: int
    team_minutes: int
