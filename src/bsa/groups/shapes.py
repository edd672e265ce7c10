"""What comes in and goes out about groups of residents."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bsa.groups.models import GroupKind, GroupPart
from bsa.groups.rights import GroupRight
from bsa.shapes import Change, Line, Listing, Out, Resource, Shape

MOST_HOMES = 10_000


class GroupIn(Shape):
    """A group of residents. When it comes out of an initiative, area and name are taken over from there."""

    initiative_id: UUID | None = None
    area_id: UUID | None = None
    """Left out: that of the initiative."""
    name: Line | None = None
    """Left out: the title of the initiative."""
    kind: GroupKind
    institution_id: UUID | None = None
    homes: int | None = Field(default=None, ge=1, le=MOST_HOMES)
    founded_on: date | None = None
    """Left out: for a kind that is set up, today."""
    recognised_on: date | None = None

    @model_validator(mode="after")
    def _it_comes_from_somewhere(self) -> Self:
        if self.initiative_id is None and self.area_id is None:
            raise PydanticCustomError("area_id", "Say where the group is, or out of which initiative it comes.")
        if self.initiative_id is None and self.name is None:
            raise PydanticCustomError("name", "Say what the group is called.")
        return self


class GroupChange(Change):
    """What may be changed about a group in place; left-out fields stay as they are."""

    may_be_emptied = frozenset({"institution_id", "homes", "founded_on", "recognised_on"})

    name: Line | None = None
    kind: GroupKind | None = None
    institution_id: UUID | None = None
    homes: int | None = Field(default=None, ge=1, le=MOST_HOMES)
    founded_on: date | None = None
    recognised_on: date | None = None


class GroupEndIn(Shape):
    """The day on which a group ended."""

    ended_on: date | None = None
    """Left out: today."""


class GroupMemberIn(Shape):
    """A resident who is in the group, and agreed on that day to be named inside the team as being so."""

    resident_id: UUID
    part: GroupPart = GroupPart.MEMBER
    consented_on: date


class GroupQuery(Listing):
    """Which groups to list."""

    area_id: UUID | None = None
    kind: GroupKind | None = None
    initiative_id: UUID | None = None
    open: bool | None = None
    """Only those that did not end, or only those that did."""


class GroupMemberOut(Out):
    """A resident in a group, named for those who look after this resident."""

    resident_id: UUID
    call_name: str
    part: GroupPart
    consented_on: date
    from_on: date


class RightOut(Shape):
    """One thing that a group may or owes, and where that stands."""

    right: GroupRight
    source: str


class GroupItem(Out):
    """A group in a list."""

    area_id: UUID
    area_name: str
    name: str
    kind: GroupKind
    initiative_id: UUID | None
    homes: int | None
    founded_on: date | None
    recognised_on: date | None
    ended_on: date | None
    being_set_up: bool
    """Of a kind that somebody recognises, and not recognised yet."""
    member_count: int


class GroupOut(Resource):
    """A group. Of its members, only residents whom the caller looks after are named; the others are counted."""

    area_id: UUID
    area_name: str
    name: str
    kind: GroupKind
    initiative_id: UUID | None
    initiative_title: str | None
    institution_id: UUID | None
    institution_name: str | None
    homes: int | None
    founded_on: date | None
    recognised_on: date | None
    ended_on: date | None
    being_set_up: bool
    speaks_for_itself: bool
    """A recognised consultation partner is a party of its own: what it says is not yet what the residents say."""
    rights: list[RightOut] = Field(default_factory=list)
    duties: list[RightOut] = Field(default_factory=list)
    members: list[GroupMemberOut] = Field(default_factory=list)
    member_count: int
    """All who are in it now, named here or not."""
