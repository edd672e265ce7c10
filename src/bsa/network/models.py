"""The rows of the network map."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, one_of
from bsa.sealing import SealedText


class Circle(StrEnum):
    """Where somebody in the network comes from."""

    FAMILY = "family"
    FRIENDS = "friends"
    NEIGHBOURS = "neighbours"
    GROUP = "group"
    PROFESSIONALS = "professionals"


class Closeness(StrEnum):
    """How near somebody is, in the resident's eyes."""

    NEAR = "near"
    MIDDLE = "middle"
    FAR = "far"


class Wanted(StrEnum):
    """What the resident wants with this tie."""

    MORE = "more"
    SAME = "same"
    LESS = "less"


class Tie(ChangingRow, table=True):
    """Somebody around a resident. A third party: a first name or a role only, and never exported."""

    __tablename__ = "tie"
    __table_args__ = (CheckConstraint("ended_on IS NULL OR ended_on >= noted_on", name="ends_after_it_was_noted"),)

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    who: str = Field(sa_type=SealedText)
    circle: Circle = Field(sa_type=one_of(Circle))
    closeness: Closeness = Field(sa_type=one_of(Closeness))
    practical: bool = False
    company: bool = False
    advice: bool = False
    emotional: bool = False
    wanted: Wanted = Field(sa_type=one_of(Wanted))
    noted_on: date
    ended_on: date | None = None
