"""What comes in and goes out about goals."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bsa.goals.models import ScoredBy
from bsa.shapes import Line, Listing, Out, Resource, Shape

LOWEST, HIGHEST = -2, 2

LEVEL_FIELDS: dict[str, int] = {"now": -2, "on_the_way": -1, "reached": 0, "more": 1, "much_more": 2}
"""By which field of a goal the words of each level come in."""


class GoalIn(Shape):
    """A goal, in the resident's words; of the five levels only what it looks like when it is reached must be told."""

    words: Line
    reached: Line
    """Level 0."""
    now: Line | None = None
    """Level -2: how it is now."""
    on_the_way: Line | None = None
    """Level -1."""
    more: Line | None = None
    """Level 1: more than hoped for."""
    much_more: Line | None = None
    """Level 2."""
    need_id: UUID | None = None
    """The need of this resident that it is about."""


class GoalEndIn(Shape):
    """That nobody works on a goal any more; without a day, from today."""

    ended_on: date | None = None


class GoalScoreIn(Shape):
    """Where somebody sees a goal stand; without a day, today."""

    level: int = Field(ge=LOWEST, le=HIGHEST)
    by: ScoredBy
    scored_on: date | None = None


class GoalQuery(Listing):
    """Which goals to list."""

    open: bool | None = None
    """Only those that are worked on, or only those that ended."""


class GoalLevelOut(Shape):
    """What it looks like at one level."""

    level: int
    words: str


class GoalScoreOut(Out):
    """Where somebody saw the goal stand on a day."""

    level: int
    by: ScoredBy
    scored_on: date
    created_at: datetime


class GoalOut(Resource):
    """A goal with its levels and scores, for those who look after the resident. There is no mean of the two views."""

    resident_id: UUID
    need_id: UUID | None
    words: str
    set_on: date
    worker_name: str
    ended_on: date | None
    levels: list[GoalLevelOut]
    """From the lowest to the highest; only those that have words."""
    scores: list[GoalScoreOut]
    """In order of days, the resident's before the worker's of the same day."""
    resident_sees: int | None
    """The last that the resident said."""
    worker_sees: int | None
    """The last that a worker said."""
    talk_about_it: bool
    """The two see it differently: something to talk about, not to average."""
