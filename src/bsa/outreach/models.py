"""The rows of going there unasked. There is nothing about a person in them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class RoundKind(StrEnum):
    """Where a round goes: along doors, or to a place where people are."""

    DOORS = "doors"
    PLACE = "place"


class Tallied(StrEnum):
    """What is counted in a round."""

    RANG = "rang"
    OPENED = "opened"
    TALKED = "talked"
    NO_THANKS = "no_thanks"


class Round(ChangingRow, table=True):
    """One outreach round: where, when, why we went there uninvited, and four counts."""

    __tablename__ = "outreach_round"
    __table_args__ = (
        CheckConstraint("rang >= 0 AND opened >= 0 AND talked >= 0 AND no_thanks >= 0", name="counts_from_0"),
        Index("ix_outreach_round_area_id_held_on", "area_id", "held_on"),
    )

    area_id: UUID = Field(foreign_key="area.id")
    account_id: UUID = Field(foreign_key="account.id", index=True)
    """Who went."""
    kind: RoundKind = Field(sa_type=one_of(RoundKind))
    where: str = Field(max_length=200)
    """The street or the place; no house number."""
    held_on: date
    with_whom: str | None = Field(default=None, max_length=200)
    """Colleagues and partners who came along; no residents."""
    occasion: str | None = Field(default=None, max_length=200)
    weighing: str | None = Field(default=None, sa_type=SealedText)
    """Why we went there uninvited: weighed anew every time."""
    place_note: str | None = Field(default=None, sa_type=SealedText)
    """What was noticed about the place; nothing about persons."""
    rang: int = 0
    opened: int = 0
    talked: int = 0
    no_thanks: int = 0
    ended_on: date | None = None


class NoRing(Row, table=True):
    """That somebody asked not to be rung: a keyed digest of the address, from which no address can be read."""

    __tablename__ = "no_ring"
    __table_args__ = (
        Index("ix_no_ring_area_id_address_digest", "area_id", "address_digest", unique=True),
        Index("ix_no_ring_area_id_street_digest", "area_id", "street_digest"),
    )

    area_id: UUID = Field(foreign_key="area.id")
    """The neighbourhood."""
    street_digest: str = Field(max_length=64)
    """Of the street alone: tells which rows a round along a street has to look at, and how many numbers to find."""
    address_digest: str = Field(max_length=64)
    asked_on: date
    noted_by_id: UUID = Field(foreign_key="account.id")
