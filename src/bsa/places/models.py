"""The rows of the neighbourhood as a place. They hold facts about the place and nothing about persons."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, Row, one_of


class LogbookKind(StrEnum):
    """What a line of the logbook is about."""

    WORKS = "works"
    SERVICE = "service"
    PUBLIC_SPACE = "public_space"
    MEETING_PLACE = "meeting_place"
    EVENT = "event"
    RULE = "rule"


class LogbookEntry(ChangingRow, table=True):
    """One fact in the logbook of a place."""

    __tablename__ = "logbook_entry"
    __table_args__ = (Index("ix_logbook_entry_area_id_happened_on", "area_id", "happened_on"),)

    area_id: UUID = Field(foreign_key="area.id")
    kind: LogbookKind = Field(sa_type=one_of(LogbookKind))
    happened_on: date
    words: str = Field(max_length=1000)
    entered_by_id: UUID = Field(foreign_key="account.id")


class FeatureKind(StrEnum):
    """What a place has, what bothers, and where people are found."""

    ASSET = "asset"
    NUISANCE = "nuisance"
    FINDING_PLACE = "finding_place"


class PlaceFeature(ChangingRow, table=True):
    """Something that a neighbourhood has, suffers from, or where people are found; at complex level at the finest."""

    __tablename__ = "place_feature"
    __table_args__ = (Index("ix_place_feature_area_id_kind", "area_id", "kind"),)

    area_id: UUID = Field(foreign_key="area.id")
    kind: FeatureKind = Field(sa_type=one_of(FeatureKind))
    name: str = Field(max_length=200)
    words: str | None = Field(default=None, max_length=1000)
    since_on: date
    ended_on: date | None = None
    """The last day on which it was there."""


class NeighbourhoodPhoto(ChangingRow, table=True):
    """What changed in a neighbourhood in a quarter: ten minutes of writing, once."""

    __tablename__ = "neighbourhood_photo"
    __table_args__ = (UniqueConstraint("area_id", "quarter"),)

    area_id: UUID = Field(foreign_key="area.id")
    quarter: str = Field(max_length=7)
    """`2026-Q3`."""
    better: str | None = Field(default=None, max_length=1000)
    worse: str | None = Field(default=None, max_length=1000)
    people_talk_about: str | None = Field(default=None, max_length=1000)
    next_up: str | None = Field(default=None, max_length=1000)
    taken_on: date
    entered_by_id: UUID = Field(foreign_key="account.id")


class AreaShape(Row, table=True):
    """Where an area lies, as an administrator uploaded it: a GeoJSON geometry in WGS 84, never of a door."""

    __tablename__ = "area_shape"

    area_id: UUID = Field(foreign_key="area.id", unique=True)
    geometry: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    uploaded_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    """None: by the command line."""
