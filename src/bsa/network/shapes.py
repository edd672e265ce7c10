"""What comes in and goes out about the network of a resident."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bsa.network.models import Circle, Closeness, Wanted
from bsa.shapes import Change, Line, Listing, Resource, Shape

Who = Annotated[Line, Field(max_length=60)]
"""A first name or a role: "Sjoerd", "my sister", "the man of the chip shop". Who it is never asked to be in here."""


class TieIn(Shape):
    """Somebody around a resident, as the resident tells it."""

    who: Who
    circle: Circle
    closeness: Closeness = Closeness.MIDDLE
    practical: bool = False
    company: bool = False
    advice: bool = False
    emotional: bool = False
    wanted: Wanted = Wanted.SAME


class TieChange(Change):
    """What may be changed about a tie; left-out fields stay as they are."""

    who: Who | None = None
    circle: Circle | None = None
    closeness: Closeness | None = None
    practical: bool | None = None
    company: bool | None = None
    advice: bool | None = None
    emotional: bool | None = None
    wanted: Wanted | None = None


class TieEndIn(Shape):
    """That somebody is no longer around; without a day, from today."""

    ended_on: date | None = None


class TieQuery(Listing):
    """Which ties to list."""

    open: bool | None = None
    """Only those that are, or only those that were."""


class TieOut(Resource):
    """Somebody around a resident, for those who look after the resident."""

    resident_id: UUID
    who: str
    circle: Circle
    closeness: Closeness
    practical: bool
    company: bool
    advice: bool
    emotional: bool
    wanted: Wanted
    noted_on: date
    ended_on: date | None
