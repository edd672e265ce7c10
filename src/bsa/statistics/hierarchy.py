"""The areas that figures are given for: neighbourhoods in districts in the municipality.

Small areas are put together, by public figures of inhabitants only. A rule that looked at our own counts would itself
tell something about the residents that are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bsa.statistics.profile import Profile

Integers = NDArray[np.int64]


class Level(StrEnum):
    """The levels, from large to small."""

    MUNICIPALITY = "municipality"
    DISTRICT = "district"
    NEIGHBOURHOOD = "neighbourhood"


LEVELS = list(Level)
REST = "rest"
"""Ends the code of small areas that were put together: `WK036301-rest`."""


@dataclass(frozen=True)
class PublicArea:
    """An area of Statistics Netherlands, and how many people live there by its figures of the year before."""

    code: str
    parent: str
    inhabitants: int


@dataclass(frozen=True)
class Hierarchy:
    """The published areas of one calendar year, in the order of their codes."""

    municipality: str
    districts: tuple[str, ...]
    neighbourhoods: tuple[str, ...]
    district_of: tuple[int, ...]
    """Of each neighbourhood the place of its district."""
    published_as: Mapping[str, str]
    """Of each neighbourhood of Statistics Netherlands the published one that it is part of."""

    def codes(self, level: Level) -> tuple[str, ...]:
        """Return the areas of a level in their order."""
        return {
            Level.MUNICIPALITY: (self.municipality,),
            Level.DISTRICT: self.districts,
            Level.NEIGHBOURHOOD: self.neighbourhoods,
        }[level]

    @cached_property
    def places(self) -> dict[str, int]:
        """Return at which place each neighbourhood of Statistics Netherlands is counted."""
        places = {code: place for place, code in enumerate(self.neighbourhoods)}
        return {code: places[published] for code, published in self.published_as.items()}

    def children(self, level: Level, place: int) -> Integers:
        """Return the places, one level down, of the areas in this one."""
        if level is Level.MUNICIPALITY:
            return np.arange(len(self.districts))
        return np.flatnonzero(np.asarray(self.district_of) == place)

    def up(self, counts: Integers, level: Level) -> Integers:
        """Add up the rows of neighbourhoods to the rows of a level."""
        if level is Level.NEIGHBOURHOOD:
            return counts
        if level is Level.MUNICIPALITY:
            return np.asarray(counts.sum(axis=0, keepdims=True), dtype=np.int64)
        summed = np.zeros((len(self.districts), *counts.shape[1:]), dtype=np.int64)
        np.add.at(summed, np.asarray(self.district_of, dtype=np.intp), counts)
        return summed


def hierarchy(
    municipality: str, districts: Sequence[PublicArea], neighbourhoods: Sequence[PublicArea], profile: Profile
) -> Hierarchy:
    """Build the published areas from the public list: small ones are put together until they are large enough."""
    small_districts = _together(districts, profile.district_inhabitants)
    rest = f"{municipality}-{REST}"
    published_districts = {area.code: rest if area.code in small_districts else area.code for area in districts}
    published: dict[str, str] = {}
    parent: dict[str, str] = {}
    for district in districts:
        inside = [area for area in neighbourhoods if area.parent == district.code]
        small = _together(inside, profile.neighbourhood_inhabitants)
        for area in inside:
            if district.code in small_districts:
                code = f"{rest}-{REST}"
            else:
                code = f"{district.code}-{REST}" if area.code in small else area.code
            published[area.code] = code
            parent[code] = published_districts[district.code]
    codes = tuple(sorted(parent))
    above = tuple(sorted(set(parent.values())))
    return Hierarchy(municipality, above, codes, tuple(above.index(parent[code]) for code in codes), published)


def _together(areas: Sequence[PublicArea], least: int) -> frozenset[str]:
    """Return which of these are put together: all that are too small, and the next smallest until it is enough."""
    chosen: list[PublicArea] = []
    for area in sorted(areas, key=lambda area: (area.inhabitants, area.code)):
        if area.inhabitants >= least and (not chosen or sum(one.inhabitants for one in chosen) >= least):
            break
        chosen.append(area)
    return frozenset(area.code for area in chosen)
