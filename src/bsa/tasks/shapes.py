"""What comes in and goes out about what is done in an initiative, what it costs, and how far the group is."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from bsa.learning.models import WhoDidIt
from bsa.shapes import Change, Line, Listing, Out, Resource, Shape
from bsa.tasks.models import MoneyKind

MOST_CENTS = 100_000_000
"""A million euros: more is a slip of the finger."""
LOWEST, HIGHEST = -2, 2
"""How far an aim can be; 0 is what was hoped for."""


class TaskState(StrEnum):
    """How it is with a task."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class TaskIn(Shape):
    """Something to be done, and by which day if there is one. No person stands in it."""

    what: Line
    by_on: date | None = None


class TaskChange(Change):
    """What may be changed about a task in place; left-out fields stay as they are."""

    may_be_emptied = frozenset({"by_on"})

    what: Line | None = None
    by_on: date | None = None


class TaskDoneIn(Shape):
    """That a task is done, and who did it."""

    who_did_it: WhoDidIt
    done_on: date | None = None
    """Left out: today."""


class TaskQuery(Listing):
    """Which tasks of an initiative to list."""

    state: TaskState | None = None


class TaskOut(Resource):
    """A task. Who took it up is told while it is open; of what is done, who did it, as a kind and never by name."""

    initiative_id: UUID
    initiative_title: str
    what: str
    by_on: date | None
    state: TaskState
    late: bool
    """Open, and the day has passed."""
    taken_up_by_name: str | None
    mine: bool
    """Tells that the caller took it up."""
    done_on: date | None
    who_did_it: WhoDidIt | None
    dropped_on: date | None


class BudgetLineIn(Shape):
    """Money that comes or goes, planned or paid."""

    kind: MoneyKind
    what: Line
    cents: int = Field(ge=1, le=MOST_CENTS)
    booked_on: date | None = None
    """The day of the payment, or for which it is planned. Left out: today."""
    paid: bool = False


class BudgetLineChange(Change):
    """What may be changed about a line in place; left-out fields stay as they are."""

    kind: MoneyKind | None = None
    what: Line | None = None
    cents: int | None = Field(default=None, ge=1, le=MOST_CENTS)
    booked_on: date | None = None
    paid: bool | None = None


class BudgetLineOut(Resource):
    """A line of an initiative's money."""

    initiative_id: UUID
    initiative_title: str
    kind: MoneyKind
    what: str
    cents: int
    booked_on: date
    paid: bool


class BudgetOut(Shape):
    """The money of an initiative, added up, in cents."""

    initiative_id: UUID
    lines: int
    income_cents: int
    """All that comes, planned or received."""
    received_cents: int
    cost_cents: int
    """All that goes, planned or paid."""
    paid_cents: int
    left_cents: int
    """What is left when all goes as planned; below nothing there is money to find."""
    in_hand_cents: int
    """Received, less paid."""


class AimScoreIn(Shape):
    """How far the group sees an aim, from -2 to 2; 0 is what was hoped for."""

    level: int = Field(ge=LOWEST, le=HIGHEST)
    scored_on: date | None = None
    """Left out: today."""


class AimScoreOut(Out):
    """How far the group saw an aim on a day. It is the group that says so, and nobody in particular."""

    level: int
    scored_on: date
    created_at: datetime


class AimToScoreOut(Out):
    """An aim as its group looks at it."""

    initiative_id: UUID
    initiative_title: str
    text: str
    sign: str | None
    reached_on: date | None
    allowed_actions: list[str] = Field(default_factory=list)
