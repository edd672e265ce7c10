"""What comes in and goes out about people with an account."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from bsa.people.models import Language
from bsa.permissions import Purpose, Role
from bsa.shapes import Change, Line, Listing, Out, Resource, Shape

AccountName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{1,38}[a-z0-9]$")]
"""A handle: small letters, digits, dot, dash; 3 to 40 characters."""
Password = Annotated[SecretStr, Field(min_length=12, max_length=128)]


class AccountIn(Shape):
    """Somebody who gets an account."""

    name: AccountName
    display_name: Line
    roles: list[Role] = Field(min_length=1, max_length=6)
    area_ids: list[UUID] = Field(default_factory=list, max_length=100)
    institution_id: UUID | None = None
    language: Language = Language.DUTCH


class AccountChange(Change):
    """What an administrator may change; left-out fields stay as they are."""

    may_be_emptied = frozenset({"institution_id"})

    display_name: Line | None = None
    roles: list[Role] | None = Field(default=None, min_length=1, max_length=6)
    area_ids: list[UUID] | None = Field(default=None, max_length=100)
    institution_id: UUID | None = None
    active: bool | None = None


class AccountQuery(Listing):
    """Which accounts to list."""

    role: Role | None = None
    active: bool | None = None


class AccountOut(Resource):
    """An account, for the administrator."""

    name: str
    display_name: str
    roles: list[Role]
    area_ids: list[UUID]
    institution_id: UUID | None
    language: Language
    active: bool
    has_password: bool


class NewPassword(Shape):
    """A password that was made for somebody, shown once."""

    account_id: UUID
    password: str


class ColleagueQuery(Listing):
    """Which colleagues to list."""

    area_id: UUID | None = None
    """Only those whose reach takes in this area."""


class ColleagueOut(Out):
    """A colleague to whom a resident can be entrusted."""

    name: str


class SignInIn(Shape):
    """Who signs in, and for what."""

    name: str = Field(min_length=1, max_length=60)
    password: SecretStr = Field(max_length=200)
    purpose: Purpose = Purpose.OWN_NEIGHBOURHOOD


class PasswordChange(Shape):
    """The old and the new password."""

    present: SecretStr = Field(max_length=200)
    new: Password
