"""The rows of machine clients, of the keys that sign their tokens, and of the assertions that were used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from bsa.rows import ChangingRow, Moment, Row
from bsa.sealing import SealedText


class Client(ChangingRow, table=True):
    """A system of a partner. It signs with keys of its own; what it does is done by the account that belongs to it."""

    __tablename__ = "client"
    __table_args__ = (Index("ix_client_institution_id", "institution_id"),)

    name: str = Field(max_length=80, unique=True)
    account_id: UUID = Field(foreign_key="account.id", unique=True)
    institution_id: UUID = Field(foreign_key="institution.id")
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    keys: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """Its public keys, each a JWK; one that is on its way out has an `exp`, the second until which it counts."""
    keys_url: str | None = Field(default=None, max_length=300)
    """Where the worker fetches its keys, when they were not handed over."""
    keys_fetched_at: datetime | None = Field(default=None, sa_type=Moment)
    keys_fault: str | None = Field(default=None, max_length=40)
    """Why the last fetching failed, as a code; the keys of before go on counting."""
    external_id: str | None = Field(default=None, max_length=120, unique=True)
    """What an authorisation server elsewhere calls it, when tokens come from there."""
    last_seen_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class SigningKey(Row, table=True):
    """A key with which this installation signs access tokens; older ones still verify until they retire."""

    __tablename__ = "signing_key"

    kid: str = Field(max_length=64, unique=True)
    algorithm: str = Field(max_length=8)
    public: dict[str, Any] = Field(sa_type=JSON)
    private: str | None = Field(default=None, sa_type=SealedText)
    """Gone as soon as another key took over."""
    retires_at: datetime | None = Field(default=None, sa_type=Moment)


class UsedAssertion(SQLModel, table=True):
    """That an assertion was used: the digest of client and `jti`, until it has expired."""

    __tablename__ = "used_assertion"

    digest: str = Field(max_length=64, primary_key=True)
    ends_at: datetime = Field(sa_type=Moment, index=True)
