"""What comes in and goes out about tracks of statutory consultation."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.consultation.clocks import StepState
from bsa.consultation.models import StepKind, TrackKind
from bsa.consultation.rules import Clock, Rule
from bsa.errors import N_
from bsa.groups.shapes import MOST_HOMES
from bsa.shapes import Line, Listing, Out, Resource, Shape, Text

Words = Annotated[Text, StringConstraints(max_length=1000)]
"""A few words; at most 1,000 characters."""


class TrackIn(Shape):
    """A track to begin: of which group, with which landlord, about what."""

    group_id: UUID
    institution_id: UUID | None = None
    """Left out: the landlord before whom the group has its rights."""
    kind: TrackKind = TrackKind.ADVICE
    subject: Line
    begun_on: date
    """The day on which the group got the landlord's information; of the yearly consultation, from when it counts."""


class TrackChange(Shape):
    """What may be changed about a track in place."""

    subject: Line


class TrackEndIn(Shape):
    """The day on which a track ended."""

    ended_on: date | None = None
    """Left out: today."""


class TrackEventIn(Shape):
    """One thing that happened in a track."""

    kind: StepKind
    happened_on: date | None = None
    """Left out: today."""
    deviates: bool | None = None
    """Of the landlord's answer: whether it deviates from the advice, wholly or in part."""
    homes: int | None = Field(default=None, ge=1, le=MOST_HOMES)
    in_favour: int | None = Field(default=None, ge=0, le=MOST_HOMES)
    rule: Rule | None = None
    due_on: date | None = None
    words: Words | None = None

    @model_validator(mode="after")
    def _it_says_what_its_kind_needs(self) -> Self:
        for kind, needed in NEEDED.items():
            for name, message in needed.items():
                given = getattr(self, name) is not None
                if kind is self.kind and not given:
                    raise PydanticCustomError(name, message)
                if kind is not self.kind and given and name != "words":
                    raise PydanticCustomError(name, "This does not belong here.")
        if self.homes is not None and self.in_favour is not None and self.in_favour > self.homes:
            raise PydanticCustomError("in_favour", "More homes are in favour than there are.")
        return self


NEEDED: dict[StepKind, dict[str, str]] = {
    StepKind.REASONS_RECEIVED: {"deviates": N_("Say whether the landlord follows the advice.")},
    StepKind.POLLED: {
        "homes": N_("Say how many homes were asked."),
        "in_favour": N_("Say how many homes are in favour."),
    },
    StepKind.OVERRULED: {
        "rule": N_("Say of which rule it is."),
        "due_on": N_("Say which day holds."),
        "words": N_("Say why another day holds."),
    },
}
"""What is told of one kind of event only, and must be."""


class TrackQuery(Listing):
    """Which tracks to list."""

    area_id: UUID | None = None
    group_id: UUID | None = None
    institution_id: UUID | None = None
    kind: TrackKind | None = None
    open: bool | None = None
    """Only those that did not end, or only those that did."""


class StepOut(Shape):
    """One step of a track, with its rule and where that stands."""

    clock: Clock
    rule: Rule
    source: str
    state: StepState
    from_on: date | None
    """The day from which it is reckoned; that day does not count."""
    due_on: date | None
    """The last day, or for `execution` the first."""
    counted_on: date | None
    """The day as the rule gives it, also when another one holds."""
    extended_on: date | None
    """The day that the General Extension of Time Limits Act would give, when it is another one."""
    why: str | None
    """Why another day holds than the rule gives."""
    met_on: date | None
    """When it was done."""


class PollOut(Shape):
    """What a poll gave: counts of homes, and nothing of who said what."""

    polled_on: date
    homes: int
    in_favour: int
    percent: int
    enough: bool


class TrackEventOut(Out):
    """One thing that happened in a track."""

    number: int
    kind: StepKind
    happened_on: date
    deviates: bool | None
    homes: int | None
    in_favour: int | None
    rule: Rule | None
    due_on: date | None
    words: str | None
    created_at: datetime
    struck_at: datetime | None


class TrackItem(Out):
    """A track in a list, with what comes next."""

    version: int
    area_id: UUID
    area_name: str
    group_id: UUID
    group_name: str
    institution_id: UUID
    institution_name: str
    kind: TrackKind
    subject: str
    begun_on: date
    ended_on: date | None
    next_step: StepOut | None
    """What comes next; None: no day is running, or the track ended."""
    overdue: bool
    """The landlord should have done it by now."""


class TrackOut(Resource):
    """A track with its steps, what happened in it, and what can be written down next."""

    area_id: UUID
    area_name: str
    group_id: UUID
    group_name: str
    institution_id: UUID
    institution_name: str
    kind: TrackKind
    subject: str
    begun_on: date
    ended_on: date | None
    steps: list[StepOut]
    next_step: StepOut | None
    overdue: bool
    poll: PollOut | None
    homes: int | None
    """How many homes the group speaks for, if that is known."""
    may_happen: list[StepKind]
    """What the caller can write down now."""
    overrulable: list[StepOut]
    """The steps of which another day may be said to hold."""
    events: list[TrackEventOut]
    """What happened, in order, struck mistakes too."""
