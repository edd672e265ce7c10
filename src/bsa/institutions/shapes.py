"""What comes in and goes out about institutions and the people there."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, EmailStr, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.institutions.models import InstitutionKind, Mandate
from bsa.shapes import Line, Listing, Resource, Shape, Text


def _not_too_long(address: str) -> str:
    if len(address) > 200:
        raise PydanticCustomError("too_long", "An e-mail address has at most 200 characters.")
    return address


Email = Annotated[EmailStr, AfterValidator(_not_too_long)]
"""An e-mail address."""
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,23}$", strip_whitespace=True)]
"""A telephone number: digits, with spaces, dashes, brackets and a leading plus as people write them."""
PostalAddress = Annotated[Text, Field(max_length=400)]
"""A postal address, in lines."""


class InstitutionIn(Shape):
    """An institution to record; the addresses are general ones, no person's."""

    name: Line
    kind: InstitutionKind
    email: Email | None = None
    postal_address: PostalAddress | None = None


class InstitutionChange(Shape):
    """What may be changed about an institution; left-out fields stay as they are."""

    name: Line | None = None
    kind: InstitutionKind | None = None
    email: Email | None = None
    postal_address: PostalAddress | None = None

    @model_validator(mode="after")
    def _name_and_kind_stay(self) -> Self:
        for name in ("name", "kind"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("required", "An institution always has a name and a kind.")
        return self


class InstitutionQuery(Listing):
    """Which institutions to list."""

    kind: InstitutionKind | None = None
    text: str | None = Field(default=None, min_length=1, max_length=100)
    """A part of the name."""


class InstitutionOut(Resource):
    """An institution; public but for its people, who are not in here."""

    name: str
    kind: InstitutionKind
    email: str | None
    postal_address: str | None


class InstitutionContactIn(Shape):
    """Somebody at an institution, with the level at which this person may promise."""

    name: Line
    mandate: Mandate
    job: Line | None = None
    email: Email | None = None
    phone: Phone | None = None


class InstitutionContactChange(Shape):
    """What may be changed about somebody at an institution; left-out fields stay as they are."""

    name: Line | None = None
    mandate: Mandate | None = None
    job: Line | None = None
    email: Email | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _name_and_mandate_stay(self) -> Self:
        for name in ("name", "mandate"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("required", "Somebody at an institution always has a name and a mandate.")
        return self


class ContactLeftIn(Shape):
    """The day from which somebody no longer works there."""

    left_on: date


class InstitutionContactQuery(Listing):
    """Which people of an institution to list."""

    left: bool = False
    """Also those who no longer work there."""


class InstitutionContactOut(Resource):
    """Somebody at an institution, for the team, the administrator and the own institution."""

    institution_id: UUID
    name: str
    mandate: Mandate
    job: str | None
    email: str | None
    phone: str | None
    left_on: date | None
