"""What comes in and goes out about institutions and the people there."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, EmailStr, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bsa.institutions.models import InstitutionKind, Mandate
from bsa.shapes import Change, Line, Listing, Resource, Shape, Text


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


class InstitutionChange(Change):
    """What may be changed about an institution; left-out fields stay as they are."""

    may_be_emptied = frozenset({"email", "postal_address"})

    name: Line | None = None
    kind: InstitutionKind | None = None
    email: Email | None = None
    postal_address: PostalAddress | None = None


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


class InstitutionContactChange(Change):
    """What may be changed about somebody at an institution; left-out fields stay as they are."""

    may_be_emptied = frozenset({"job", "email", "phone"})

    name: Line | None = None
    mandate: Mandate | None = None
    job: Line | None = None
    email: Email | None = None
    phone: Phone | None = None


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
