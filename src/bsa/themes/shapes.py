"""What comes in and goes out about themes."""

from datetime import date
from uuid import UUID

from pydantic import Field

from bsa.needs.models import LifeArea
from bsa.shapes import Change, Line, Listing, Resource, Shape, Text


class ThemeIn(Shape):
    """A shared theme to name, in words that fit more than one household."""

    area_id: UUID
    title: Line
    description: Text | None = None
    life_area: LifeArea
    need_ids: list[UUID] = Field(default_factory=list, max_length=100)
    """Needs of one's own residents that belong to it."""


class ThemeChange(Change):
    """What may be changed about a theme in place; left-out fields stay as they are."""

    may_be_emptied = frozenset({"description"})

    title: Line | None = None
    description: Text | None = None
    life_area: LifeArea | None = None


class LinkIn(Shape):
    """A need that belongs to a theme."""

    need_id: UUID


class ThemeQuery(Listing):
    """Which themes to list."""

    area_id: UUID | None = None
    life_area: LifeArea | None = None
    open: bool | None = None
    need_id: UUID | None = None
    """Only those to which this need belongs; for those who look after its resident."""


class ThemeOut(Resource):
    """A theme. Its counts count what this caller may know of; `need_ids` names the needs of own residents only."""

    area_id: UUID
    area_name: str
    title: str
    description: str | None
    life_area: LifeArea
    opened_on: date
    closed_on: date | None
    needs: int
    households: int
    """Residents without a household count for one each."""
    need_ids: list[UUID]
