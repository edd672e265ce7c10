"""What comes in and goes out about the neighbourhood as a place. Facts about the place; nothing about persons."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.areas.models import Level
from bsa.places.models import FeatureKind, LogbookKind
from bsa.shapes import Change, Line, Listing, Resource, Shape, Text

Fact = Annotated[Text, StringConstraints(max_length=1000)]
"""A few sentences about a place; at most 1,000 characters."""
Quarter = Annotated[str, StringConstraints(pattern=r"^[12]\d{3}-Q[1-4]$")]
"""A quarter of a year: `2026-Q3`."""


class LogbookEntryIn(Shape):
    """A fact for the logbook: what happened to the place, of which kind, on which day."""

    kind: LogbookKind
    words: Fact
    happened_on: date | None = None
    """Left out: today."""
    within_id: UUID | None = None
    """A complex or place in the area, when it is about that one."""


class LogbookEntryChange(Change):
    """What may be changed about a line of the logbook; left-out fields stay as they are."""

    kind: LogbookKind | None = None
    words: Fact | None = None
    happened_on: date | None = None


class LogbookQuery(Listing):
    """Which lines of the logbook to list."""

    kind: LogbookKind | None = None
    from_on: date | None = None
    until_on: date | None = None


class LogbookEntryOut(Resource):
    """A line of the logbook."""

    area_id: UUID
    area_name: str
    kind: LogbookKind
    happened_on: date
    words: str


class PlaceFeatureIn(Shape):
    """Something that the place has, suffers from, or where people are found."""

    kind: FeatureKind
    name: Line
    words: Fact | None = None
    since_on: date | None = None
    """Left out: today."""
    within_id: UUID | None = None
    """A complex or place in the area, when it is there."""


class PlaceFeatureChange(Change):
    """What may be changed about something of the place; left-out fields stay as they are."""

    may_be_emptied = frozenset({"words", "ended_on"})

    kind: FeatureKind | None = None
    name: Line | None = None
    words: Fact | None = None
    since_on: date | None = None
    ended_on: date | None = None
    """The last day on which it was there. Without a value: it is there still."""


class PlaceFeatureQuery(Listing):
    """What of the place to list."""

    kind: FeatureKind | None = None
    here_now: bool | None = None
    """True: what is there. False: what is no longer there."""


class PlaceFeatureOut(Resource):
    """Something that the place has, suffers from, or where people are found."""

    area_id: UUID
    area_name: str
    kind: FeatureKind
    name: str
    words: str | None
    since_on: date
    ended_on: date | None


class PhotoIn(Shape):
    """What changed in a quarter: one of the four is enough."""

    quarter: Quarter | None = None
    """Left out: this quarter."""
    better: Fact | None = None
    worse: Fact | None = None
    people_talk_about: Fact | None = None
    next_up: Fact | None = None

    @model_validator(mode="after")
    def _something_is_told(self) -> Self:
        if not (self.better or self.worse or self.people_talk_about or self.next_up):
            raise PydanticCustomError("better", "Write something in one of the four; one sentence is enough.")
        return self


class PhotoChange(Shape):
    """What may be changed about the photo of a quarter; left-out fields stay as they are."""

    better: Fact | None = None
    worse: Fact | None = None
    people_talk_about: Fact | None = None
    next_up: Fact | None = None


class PhotoOut(Resource):
    """The photo of a quarter: what changed in the neighbourhood."""

    area_id: UUID
    area_name: str
    quarter: str
    better: str | None
    worse: str | None
    people_talk_about: str | None
    next_up: str | None
    taken_on: date


class Measure(StrEnum):
    """What a map can show: what people do and what institutions promised. Never residents, never nuisances."""

    INITIATIVES = "initiatives"
    OPEN_COMMITMENTS = "open_commitments"
    LATE_COMMITMENTS = "late_commitments"
    ROUNDS = "rounds"


class MapCounts(Shape):
    """What plays in one area of the map. None: this caller is not told."""

    name: str
    level: Level
    whole: bool
    """True: the area that was asked for, with all that lies in it. False: one of the areas in it."""
    initiatives: int | None
    open_commitments: int | None
    late_commitments: int | None
    rounds: int | None
    """Rounds of the last 90 days."""


class MapFeature(Shape):
    """One area of the map, as a feature of GeoJSON."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: dict[str, Any] | None
    """Its outline in WGS 84; None where nobody drew one yet."""
    properties: MapCounts


class MapOut(Shape):
    """The map of an area and what lies in it, as GeoJSON."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[MapFeature]


class DrawnOut(Shape):
    """The areas of which the outlines were taken over."""

    areas: list[str]
