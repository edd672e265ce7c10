"""What comes in and goes out about reminders."""

from datetime import date
from uuid import UUID

from bsa.institutions.shapes import Email
from bsa.reminders.models import ReminderKind
from bsa.shapes import Shape


class ReminderQuery(Shape):
    """How to list what waits."""

    whole: bool = False
    """One line for each thing, however many there are; otherwise more than three of a kind are one line."""


class ReminderOut(Shape):
    """One line: something that waits for the caller, or how many things of a kind do."""

    kind: ReminderKind
    count: int
    subject: str | None
    """What to call it: a name, a title, a street. Empty when the line only counts."""
    opens: str | None
    """The collection of the API in which it is found, under the key `opensId`; without that key the whole list."""
    opens_id: UUID | None
    since: date | None
    """Since when it waits; of more than one thing, the first."""
    until: date | None
    """Before which day it wants to be done."""
    times: int | None = None
    """How many times something was done alone."""


class HushOut(Shape):
    """A kind of reminder that is not told until a day."""

    kind: ReminderKind
    until: date


class Reminders(Shape):
    """What waits for the caller, and what the caller does not want to hear of now."""

    items: list[ReminderOut]
    hushed: list[HushOut]


class WeeklyMailIn(Shape):
    """Where the weekly mail goes to."""

    address: Email


class WeeklyMailOut(Shape):
    """Whether the caller gets the weekly mail, and where."""

    wanted: bool
    address: str | None
    last_sent_on: date | None
    possible: bool
    """Whether this installation sends mail at all."""
