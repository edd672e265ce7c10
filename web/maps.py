"""Drawing a map on the server: outlines on a flat sheet, and how much there is in each as a number and a pattern."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from bsa.areas.models import Level
from bsa.places.shapes import MapFeature, MapOut, Measure

WIDE, HIGH, EDGE = 400.0, 400.0, 8.0
"""The sheet, in units of the drawing: about the points that a phone has, so that what is written on it can be read."""
A_LETTER = 7.5
"""So wide is a letter of a name on the map, about."""

Point = tuple[float, float]


class Step(StrEnum):
    """How much there is, as a pattern; the number stands beside it."""

    NONE = "none"
    FEW = "few"
    SOME = "some"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Part:
    """One area on the map, or as a tile when nobody drew it yet."""

    id: UUID
    name: str
    level: Level
    count: int
    step: Step
    path: str = ""
    at: Point = (0.0, 0.0)
    label: str = ""
    """The name, where there is room for it."""
    rest: bool = False
    """What is in the neighbourhood, and in none of the areas that are shown in it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A map as it is drawn: the areas that have an outline, those that have none, and the border around them."""

    width: float
    height: float
    drawn: Sequence[Part]
    tiles: Sequence[Part]
    border: str


def draw_sheet(told: MapOut, measure: Measure) -> Sheet:
    """Draw the areas of a map for one thing that is counted; without areas in it, the whole is the only one."""
    whole = next((one for one in told.features if one.properties.whole), None)
    parts = [one for one in told.features if not one.properties.whole] or told.features
    rest = rest_of(told, measure)
    places = [point for one in told.features for ring in _rings(one.geometry) for point in ring]
    if not places:
        return Sheet(0, 0, [], [*([rest] if rest else []), *(_part(one, measure) for one in parts)], "")
    west, south = min(x for x, _ in places), min(y for _, y in places)
    east, north = max(x for x, _ in places), max(y for _, y in places)
    # A degree of longitude is shorter than one of latitude; on a map of one town that is the whole projection.
    narrower = cos(radians((south + north) / 2))
    scale = min((WIDE - 2 * EDGE) / ((east - west) * narrower), (HIGH - 2 * EDGE) / (north - south))

    def flat(point: Point) -> Point:
        return EDGE + (point[0] - west) * narrower * scale, EDGE + (north - point[1]) * scale

    drawn = [_part(one, measure, [[flat(point) for point in ring] for ring in _rings(one.geometry)]) for one in parts]
    around = [] if whole is None or whole in parts else [[flat(point) for point in r] for r in _rings(whole.geometry)]
    if rest is not None:
        inner = [point for part in drawn for point in _corners(part)]
        drawn = [replace(rest, path=_path(around), at=_free_spot(around, inner)), *drawn]
    return Sheet(
        round((east - west) * narrower * scale + 2 * EDGE, 1),
        round((north - south) * scale + 2 * EDGE, 1),
        [part for part in drawn if part.path],
        [part for part in drawn if not part.path],
        "" if rest else _path(around),
    )


def rest_of(told: MapOut, measure: Measure) -> Part | None:
    """Return what is counted in a neighbourhood but in none of the blocks in it; larger areas are all parts."""
    whole = next((one for one in told.features if one.properties.whole), None)
    parts = [one for one in told.features if not one.properties.whole]
    if whole is None or whole.properties.level is not Level.NEIGHBOURHOOD or not parts:
        return None
    count = _count(whole, measure) - sum(_count(one, measure) for one in parts)
    return Part(whole.id, whole.properties.name, whole.properties.level, count, step_of(count), rest=True)


def step_of(count: int) -> Step:
    """Return the pattern for a number."""
    return Step.NONE if count == 0 else Step.FEW if count < 3 else Step.SOME if count < 6 else Step.MANY


def measures_of(told: MapOut) -> list[Measure]:
    """Return what this visitor is told of."""
    return [measure for measure in Measure if getattr(told.features[0].properties, measure) is not None]


def _part(feature: MapFeature, measure: Measure, rings: Sequence[Sequence[Point]] = ()) -> Part:
    told = feature.properties
    count = _count(feature, measure)
    if not rings:
        return Part(feature.id, told.name, told.level, count, step_of(count))
    largest = max(rings, key=lambda ring: abs(_twice_the_area(ring)))
    sides = [x for x, _ in largest]
    fits = len(told.name) * A_LETTER < max(sides) - min(sides)
    label = told.name if fits else ""
    return Part(feature.id, told.name, told.level, count, step_of(count), _path(rings), _middle(largest), label)


def _count(feature: MapFeature, measure: Measure) -> int:
    return getattr(feature.properties, measure) or 0


def _corners(part: Part) -> list[Point]:
    return [part.at] if part.path else []


def _free_spot(rings: Sequence[Sequence[Point]], taken: Sequence[Point]) -> Point:
    """Return a point within the outline that lies far from its border, and from the numbers that stand there."""
    if not rings:
        return 0.0, 0.0
    ring = max(rings, key=lambda one: abs(_twice_the_area(one)))
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    tries = [
        (min(xs) + (max(xs) - min(xs)) * across / 16, min(ys) + (max(ys) - min(ys)) * down / 16)
        for across in range(1, 16)
        for down in range(1, 16)
    ]
    inside = [point for point in tries if _lies_in(point, ring)] or [_middle(ring)]
    edges = [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in pairwise(ring)] + list(ring)
    x, y = max(
        inside, key=lambda at: min(hypot(at[0] - x, at[1] - y) / weight for (x, y), weight in _near(taken, edges))
    )
    return round(x, 1), round(y, 1)


def _near(taken: Sequence[Point], edges: Sequence[Point]) -> list[tuple[Point, float]]:
    return [*((point, 2.0) for point in taken), *((point, 1.0) for point in edges)]


def _lies_in(point: Point, ring: Sequence[Point]) -> bool:
    crossed = (
        ax + (point[1] - ay) / (by - ay) * (bx - ax) > point[0]
        for (ax, ay), (bx, by) in pairwise(ring)
        if (ay > point[1]) != (by > point[1])
    )
    return sum(crossed) % 2 == 1


def _rings(geometry: dict[str, Any] | None) -> Iterator[list[Point]]:
    if geometry is None:
        return
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            yield [(x, y) for x, y in ring]


def _path(rings: Sequence[Sequence[Point]]) -> str:
    return " ".join("M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in ring[:-1]) + "Z" for ring in rings)


def _twice_the_area(ring: Sequence[Point]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring))


def _middle(ring: Sequence[Point]) -> Point:
    """Return the centre of gravity of a ring."""
    area = _twice_the_area(ring)
    if abs(area) < 0.01:
        return round(ring[0][0], 1), round(ring[0][1], 1)
    x = sum((ax + bx) * (ax * by - bx * ay) for (ax, ay), (bx, by) in pairwise(ring)) / (3 * area)
    y = sum((ay + by) * (ax * by - bx * ay) for (ax, ay), (bx, by) in pairwise(ring)) / (3 * area)
    return round(x, 1), round(y, 1)
