"""What comes in and goes out about areas."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bsa.areas.models import CODES, Level
from bsa.shapes import Line, Listing, Resource, Shape

AreaName = Annotated[Line, Field(max_length=120)]
"""The name of an area, on one line."""


class AreaIn(Shape):
    """An area to record."""

    level: Level
    name: AreaName
    parent_id: UUID | None = None
    code: str | None = Field(default=None, max_length=10)
    division_year: int | None = Field(default=None, ge=1990, le=2100)
    covers_ids: list[UUID] = Field(default_factory=list, max_length=200)
    """For an own area: the neighbourhoods over which it lies."""

    @model_validator(mode="after")
    def _the_code_fits_the_level(self) -> Self:
        pattern = CODES.get(self.level)
        if pattern is None:
            if self.code is not None:
                raise PydanticCustomError("code", "Only municipalities, districts and neighbourhoods have a code.")
        elif self.code is None or not pattern.fullmatch(self.code):
            raise PydanticCustomError(
                "code", "The code does not fit the level: write GM0114, WK011401 or BU01140101, as CBS does."
            )
        if (self.code is None) != (self.division_year is None):
            raise PydanticCustomError(
                "division_year", "A code needs the year of its division, and the other way round."
            )
        return self


class AreaChange(Shape):
    """What may be changed about an area in place."""

    name: AreaName


class AreaQuery(Listing):
    """Which areas to list."""

    level: Level | None = None
    within_id: UUID | None = None
    code: str | None = Field(default=None, max_length=10)
    mine: bool = False
    """Only areas in the caller's reach."""


class AreaOut(Resource):
    """An area."""

    level: Level
    name: str
    code: str | None
    division_year: int | None
    parent_id: UUID | None
    made_up: bool
