"""What comes in and goes out about forums."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bsa.forums.models import Rhythm
from bsa.institutions.models import Mandate
from bsa.shapes import Change, Line, Listing, Out, Resource, Shape


def _one_of_two(level: Mandate) -> Mandate:
    if level is Mandate.BOARD:
        raise PydanticCustomError("level", "A forum is at the operational or at the policy level.")
    return level


ForumLevel = Annotated[Mandate, AfterValidator(_one_of_two)]
"""The operational or the policy level."""


class ForumIn(Shape):
    """A forum to make: where, at which level, how often, and who sits in it from the beginning."""

    area_id: UUID
    name: Line
    level: ForumLevel = Mandate.OPERATIONAL
    rhythm: Rhythm = Rhythm.SIX_WEEKLY
    twin_id: UUID | None = None
    """The forum at the other level; each is then the twin of the other."""
    institution_ids: list[UUID] = Field(default_factory=list, max_length=50)
    group_ids: list[UUID] = Field(default_factory=list, max_length=50)


class ForumChange(Change):
    """What may be changed about a forum; left-out fields stay as they are."""

    may_be_emptied = frozenset({"twin_id"})

    name: Line | None = None
    rhythm: Rhythm | None = None
    twin_id: UUID | None = None
    """Without a value: no twin any more."""


class ForumMemberIn(Shape):
    """Who joins a forum: an institution or a group of residents."""

    institution_id: UUID | None = None
    group_id: UUID | None = None
    from_on: date | None = None
    """Left out: today."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.institution_id is None) == (self.group_id is None):
            raise PydanticCustomError("institution_id", "Choose an institution, or a group of residents.")
        return self


class ForumQuery(Listing):
    """Which forums to list."""

    area_id: UUID | None = None
    open: bool | None = None
    """True: that still meet. False: that ended."""


class ForumMemberOut(Out):
    """Who sits in a forum: an institution or a group by name, never a person."""

    institution_id: UUID | None
    institution_name: str | None
    group_id: UUID | None
    group_name: str | None
    from_on: date
    until_on: date | None


class ForumItem(Out):
    """A forum in a list."""

    version: int
    area_id: UUID
    area_name: str
    name: str
    level: Mandate
    rhythm: Rhythm
    twin_id: UUID | None
    ended_on: date | None


class ForumOut(Resource):
    """A forum with who sits in it."""

    area_id: UUID
    area_name: str
    name: str
    level: Mandate
    rhythm: Rhythm
    twin_id: UUID | None
    twin_name: str | None
    ended_on: date | None
    members: list[ForumMemberOut]
    """Those who sit in it now."""
    former_members: list[ForumMemberOut]
    calendar: str | None
    """The secret address of the calendar, for whoever sits in the forum and for the team; None: there is none yet."""


class ForumCalendarOut(Out):
    """The secret address of a forum's calendar."""

    address: str
