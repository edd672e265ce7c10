"""What comes in and goes out about going there unasked."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from bsa.outreach.addresses import same_number
from bsa.outreach.models import RoundKind, Tallied
from bsa.shapes import Change, Line, Listing, Out, Resource, Shape, Text

Count = Annotated[int, Field(ge=0, le=2000)]


def _house_number(number: str) -> str:
    written = same_number(number)
    if written is None:
        raise PydanticCustomError("house_number", "Write a house number, such as 14, 14a or 14-2.")
    return written


HouseNumber = Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_house_number)]
"""A house number with what is behind it; it comes in and does not stay."""


class RoundIn(Shape):
    """A round to begin; only where it goes has to be told."""

    area_id: UUID
    kind: RoundKind = RoundKind.DOORS
    where: Line
    """The street or the place; no house number."""
    held_on: date | None = None
    """Without a day, today."""
    with_whom: Line | None = None
    occasion: Line | None = None
    weighing: Text | None = None
    place_note: Text | None = None


class RoundChange(Change):
    """What may be changed about a round; left-out fields stay as they are. Counts too, for who counted on paper."""

    may_be_emptied = frozenset({"with_whom", "occasion", "weighing", "place_note"})

    kind: RoundKind | None = None
    where: Line | None = None
    held_on: date | None = None
    with_whom: Line | None = None
    occasion: Line | None = None
    weighing: Text | None = None
    place_note: Text | None = None
    rang: Count | None = None
    opened: Count | None = None
    talked: Count | None = None
    no_thanks: Count | None = None


class TallyIn(Shape):
    """One more, or one too many taken back."""

    what: Tallied
    by: Literal[1, -1] = 1


class EndingIn(Shape):
    """The end of a round, with what is worth keeping of it; left-out texts stay as they are."""

    weighing: Text | None = None
    place_note: Text | None = None


class AddressIn(Shape):
    """An address that somebody stands before. It is turned into a digest and forgotten."""

    area_id: UUID
    street: Line
    number: HouseNumber


class RingOut(Shape):
    """Whether one may ring there."""

    ring: bool


class RoundQuery(Listing):
    """Which rounds to list."""

    area_id: UUID | None = None
    mine: bool = False
    """Only rounds that the caller went."""
    kind: RoundKind | None = None
    from_on: date | None = Field(default=None, alias="from")
    until_on: date | None = Field(default=None, alias="until")


class RoundItem(Resource):
    """A round in a list: where, when, who, and four counts."""

    area_id: UUID
    area_name: str
    account_id: UUID
    account_name: str
    """Who went."""
    kind: RoundKind
    where: str
    held_on: date
    with_whom: str | None
    occasion: str | None
    rang: int
    opened: int
    talked: int
    no_thanks: int
    ended_on: date | None


class RoundOut(RoundItem):
    """A round with what the team wrote about going there."""

    weighing: str | None
    place_note: str | None
    do_not_ring: list[str] | None
    """House numbers in this street where somebody asked not to be rung; null for who does not ring, and afterwards."""
    suggest_another_way: bool
    """Tells that the last rounds along this street brought no more talks: another way than ringing may."""


class OutreachMonth(Shape):
    """The rounds of one month in an area, counted."""

    month: str
    """As `2026-01`."""
    rounds: int
    rang: int
    opened: int
    talked: int
    no_thanks: int


class OutreachOut(Shape):
    """How outreach went in an area, month by month; counts of doors and talks, of nobody in particular."""

    area_id: UUID
    area_name: str
    months: list[OutreachMonth]


class QuietStreet(Out):
    """A street along which the caller went again and again, and that brings no more talks; `id` is the last round's."""

    where: str
    held_on: date
