"""The rows of people with an account."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from bsa.permissions import Purpose, Role
from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class Language(StrEnum):
    """The languages of the pages."""

    DUTCH = "nl"
    ENGLISH = "en"


class Account(ChangingRow, table=True):
    """Somebody who signs in. The account name is a handle; the person's own name is sealed."""

    __tablename__ = "account"

    name: str = Field(max_length=40, unique=True)
    display_name: str = Field(sa_type=SealedText)
    password_hash: str | None = Field(default=None, max_length=200)
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    language: Language = Field(default=Language.DUTCH, sa_type=one_of(Language))
    active: bool = True
    machine: bool = False
    """That it is a partner's system, not a person: it never signs in, and is kept with its client."""


class AccountRole(SQLModel, table=True):
    """A role of an account."""

    __tablename__ = "account_role"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    role: Role = Field(sa_type=one_of(Role), primary_key=True)


class AccountArea(SQLModel, table=True):
    """An area in an account's reach, with all that lies in it."""

    __tablename__ = "account_area"

    account_id: UUID = Field(foreign_key="account.id", primary_key=True)
    area_id: UUID = Field(foreign_key="area.id", primary_key=True, index=True)


class SignIn(Row, table=True):
    """A session of the pages. Only a digest of the cookie's token is kept."""

    __tablename__ = "sign_in"

    account_id: UUID = Field(foreign_key="account.id", index=True)
    token_digest: str = Field(max_length=64, unique=True)
    purpose: Purpose = Field(sa_type=one_of(Purpose))
    seen_at: datetime = Field(sa_type=Moment)
    ends_at: datetime = Field(sa_type=Moment)


class AccessToken(Row, table=True):
    """A bearer token for a script or a machine, with its purpose fixed at issue. Only a digest is kept."""

    __tablename__ = "access_token"

    account_id: UUID = Field(foreign_key="account.id", index=True)
    token_digest: str = Field(max_length=64, unique=True)
    purpose: Purpose = Field(sa_type=one_of(Purpose))
    ends_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInDelay(SQLModel, table=True):
    """How long one account name or one address must wait after wrong attempts; kept under a keyed digest of it."""

    __tablename__ = "sign_in_delay"

    who: str = Field(max_length=64, primary_key=True)
    failures: int = 0
    wait_until: datetime = Field(sa_type=Moment)
