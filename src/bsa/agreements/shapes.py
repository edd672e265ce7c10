"""What comes in and goes out about agreements on working together."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.shapes import Change, Line, Listing, Resource, Shape, Text

Shared = Annotated[Text, StringConstraints(max_length=2000)]
"""Who shares what with whom; at most 2,000 characters."""
Ground = Annotated[Text, StringConstraints(max_length=400)]
"""On which ground; at most 400 characters."""


class WorkingAgreementIn(Shape):
    """An agreement on working together: with whom, who shares what, on which ground, until when."""

    area_id: UUID
    institution_id: UUID
    title: Line
    shares: Shared
    ground: Ground
    valid_from: date
    valid_until: date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_until < self.valid_from:
            raise PydanticCustomError("valid_until", "The last day lies before the first.")
        return self


class AgreementChange(Change):
    """What may be changed about an agreement; left-out fields stay as they are."""

    title: Line | None = None
    shares: Shared | None = None
    ground: Ground | None = None
    valid_until: date | None = None


class AgreementQuery(Listing):
    """Which agreements to list."""

    area_id: UUID | None = None
    institution_id: UUID | None = None
    valid: bool | None = None
    """True: in force today, or still to come. False: over."""


class AgreementOut(Resource):
    """An agreement on working together."""

    area_id: UUID
    area_name: str
    institution_id: UUID
    institution_name: str
    title: str
    shares: str
    ground: str
    valid_from: date
    valid_until: date
    ended_on: date | None
    in_force: bool
    ends_soon: bool
    """Ends within the days of the installation's setting: time to talk about what comes after."""
