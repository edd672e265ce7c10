"""What everybody may read of a release: its tables and what goes with them. All formats are written from this alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any

from bsa.errors import NotFound
from bsa.statistics.cube import BY_KEY, EXACT_BY_KEY, EXACT_TABLES, Cell, Table
from bsa.statistics.display import BesideLevels, Shown, shown
from bsa.statistics.hierarchy import LEVELS, Level
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.profile import Profile
from bsa.statistics.release import Release
from bsa.statistics.releases import opened

MOST_QUARTERS = 8
"""So many quarters are drawn over time."""


@dataclass(frozen=True)
class PublishedArea:
    """An area of which figures are published."""

    code: str
    level: Level | BesideLevels
    parent: str | None
    name: str | None
    """None for small areas that were put together."""


@dataclass(frozen=True)
class OwnArea:
    """An area in which the organisation works: whole published neighbourhoods together."""

    code: str
    name: str
    neighbourhoods: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """A release as it is published: one revision about one period."""

    municipality: str
    period: str
    revision: int
    definitive_on: date | None
    published_at: datetime | None
    fingerprint: str | None
    method: str
    division_year: int
    reason: str | None
    release: Release
    names: dict[str, str]
    institutions: list[Any]
    words: dict[str, Any]
    own_areas: tuple[OwnArea, ...] = ()
    """As they were when the release was drawn."""

    @property
    def key(self) -> str:
        """Names the revision: `2026-Q3-r1`."""
        return f"{self.period}-r{self.revision}"

    @property
    def profile(self) -> Profile:
        """The parameters of the protection that it was drawn with."""
        return self.release.profile

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables in their order: those about residents, then those about institutions."""
        return (*self.release.tables, *EXACT_TABLES)

    @cached_property
    def areas(self) -> tuple[PublishedArea, ...]:
        """The areas in their order, from large to small; own areas are asked for by themselves."""
        return tuple(
            PublishedArea(code, level, self.parent_of(code), self.name_of(code))
            for level in LEVELS
            for code in self.codes(level)
        )

    @cached_property
    def cells(self) -> tuple[Shown, ...]:
        """All numbers in their order: those about residents, then those about institutions."""
        return (*shown(self.release), *self._exact())

    @cached_property
    def by_place(self) -> dict[tuple[str, str, Cell], Shown]:
        """All numbers by table, area and cell."""
        return {(one.table.key, one.area, one.cell): one for one in self.cells}

    def of(self, table: Table) -> list[Shown]:
        """Return the numbers of one table."""
        return [one for one in self.cells if one.table is table]

    def name_of(self, code: str) -> str | None:
        """Return the name of an area; None for small areas that were put together."""
        return self.names.get(code)

    def codes(self, level: Level) -> tuple[str, ...]:
        """Return the areas of a level in their order."""
        return self.release.hierarchy.codes(level)

    def parent_of(self, code: str) -> str | None:
        """Return the code of the area in which an area lies."""
        areas = self.release.hierarchy
        if code in areas.districts:
            return areas.municipality
        if code in areas.neighbourhoods:
            return areas.districts[areas.district_of[areas.neighbourhoods.index(code)]]
        return None

    def _exact(self) -> Iterator[Shown]:
        for row in self.institutions:
            table = EXACT_BY_KEY[row["table"]]
            cell: Cell = tuple(row["cell"])
            yield Shown(table, Level(row["level"]), row["area"], cell, row["value"], None, 0)


def dataset_of(row: StatisticsRelease) -> Dataset:
    """Open a release for reading."""
    release, document = opened(row)
    return Dataset(
        municipality=row.municipality,
        period=row.period,
        revision=row.revision,
        definitive_on=row.definitive_on,
        published_at=row.published_at,
        fingerprint=row.fingerprint,
        method=row.method,
        division_year=row.division_year,
        reason=row.reason,
        release=release,
        names=document["names"],
        institutions=document["institutions"],
        words=json.loads(row.words) if row.words else {"explanations": [], "stories": []},
        own_areas=tuple(
            OwnArea(own["code"], own["name"], tuple(own["neighbourhoods"])) for own in document.get("own_areas", [])
        ),
    )


@dataclass(frozen=True)
class Part(Dataset):
    """A part of what is published: one level, one area, or both; everything else as in the whole."""

    part: tuple[tuple[PublishedArea, ...], tuple[Shown, ...]] = ((), ())

    @cached_property
    def areas(self) -> tuple[PublishedArea, ...]:
        """The areas of the part."""
        return self.part[0]

    @cached_property
    def cells(self) -> tuple[Shown, ...]:
        """The numbers of the part."""
        return self.part[1]

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables that give anything about the areas of the part."""
        levels = {area.level for area in self.areas}
        if BesideLevels.OWN_AREA in levels:
            own = {one.table.key for one in self.cells}
            return tuple(table for table in self.release.tables if table.key in own)
        return tuple(table for table in (*self.release.tables, *EXACT_TABLES) if levels.intersection(table.levels))


def part_of(whole: Dataset, areas: tuple[PublishedArea, ...], cells: tuple[Shown, ...]) -> Part:
    """Return a part of what is published."""
    values = {field.name: getattr(whole, field.name) for field in fields(Dataset)}
    return Part(**values, part=(areas, cells))


def narrowed(whole: Dataset, level: str | None, area: str | None) -> Dataset:
    """Return what is published about a level or an area of the closed list; raise `NotFound` for any other."""
    if level is None and area is None:
        return whole
    areas = tuple(one for one in whole.areas if level in (None, one.level.value) and area in (None, one.code))
    if not areas:
        raise NotFound
    codes = {one.code for one in areas}
    return part_of(whole, areas, tuple(one for one in whole.cells if one.area in codes))


def table_named(code: str) -> Table | None:
    """Return the table with this code or key, of the closed list."""
    every = {**BY_KEY, **EXACT_BY_KEY}
    return every.get(code) or next((table for table in every.values() if table.code == code), None)
