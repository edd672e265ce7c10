"""Reading the outlines of areas from GeoJSON: strictly, all mistakes at once, and never as fine as a door.

A FeatureCollection of polygons. Each feature names its area, by a code of Statistics Netherlands or by its name; an
area that shares its name with another says within which one it lies. Coordinates are in WGS 84 (longitude first) or in
the Dutch grid (RD, EPSG:28992); they are kept in WGS 84, as GeoJSON wants them, and no finer than a drawing needs.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any

from bsa.errors import N_, Fault

LARGEST_MAP = 5 * 1024 * 1024
"""So many bytes a file may have."""
MOST_FEATURES = 2_000
MOST_POSITIONS = 200_000
MOST_OF_ONE = 20_000
MOST_KEPT = 250
"""So many positions are kept of one area, at most."""
COARSEST = 3.0
"""What is nearer than so many metres to a straight line is not kept."""
SMALLEST = 250.0
"""In square metres: what is smaller is a home, not a block or a place."""

NO_FILE = N_("Choose the file with the outlines.")

Point = tuple[float, float]
Ring = list[Point]

CODES = ("code", "buurtcode", "wijkcode", "gemeentecode", "statcode")
NAMES = ("name", "naam", "buurtnaam", "wijknaam", "gemeentenaam", "statnaam")
WITHIN = ("within", "ligt_in")
"""Under which properties the area is named; those of Statistics Netherlands are known, the finest first."""

METRES_A_DEGREE = 111_320.0
RD_X, RD_Y = (0.0, 300_000.0), (300_000.0, 630_000.0)
LONGITUDE, LATITUDE = (3.0, 7.5), (50.5, 54.0)
"""The Netherlands, in metres of the Dutch grid and in degrees."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of one area: how the file names it, and its geometry in WGS 84."""

    number: int
    """Which feature of the file it is, counted from 1."""
    code: str | None
    name: str | None
    within: str | None
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a file holds: outlines, and everything that is wrong in it."""

    outlines: list[Outline] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Wrong(Exception):
    """One feature is not right; `message` says why."""

    def __init__(self, code: str, message: str, **facts: str) -> None:
        self.code, self.message, self.facts = code, message, facts
        super().__init__(code)


def read_outlines(content: bytes) -> Drawing:
    """Read a file; whatever is wrong is named with the number of its feature, and then nothing may be stored."""
    if len(content) > LARGEST_MAP:
        return _refused("too_large", N_("This file is too large: at most 5 MB. Leave out what you do not need."))
    try:
        told = json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return _refused("json", N_("This file is no GeoJSON: it cannot be read as JSON."))
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(told, dict) or told.get("type") != "FeatureCollection" or not isinstance(features, list):
        return _refused("collection", N_("This file is no GeoJSON FeatureCollection."))
    if not features:
        return _refused("empty", N_("There is no area in this file."))
    if len(features) > MOST_FEATURES:
        return _refused("too_many", N_("There are too many areas in this file: at most 2,000 at a time."))
    drawing, left = Drawing(), MOST_POSITIONS
    for number, feature in enumerate(features, start=1):
        try:
            outline, used = _outline(number, feature, left)
            drawing.outlines.append(outline)
            left -= used
        except _Wrong as wrong:
            drawing.faults.append(fault_of(number, wrong.code, wrong.message, **wrong.facts))
    return drawing


def fault_of(number: int, code: str, message: str, **facts: str) -> Fault:
    """Return what is wrong with one feature of a file."""
    return Fault(("features", number - 1), code, message, {"number": str(number), **facts})


def area_of(ring: Ring) -> float:
    """Return how many square metres lie within a ring in WGS 84."""
    wide = METRES_A_DEGREE * cos(radians(ring[0][1]))
    x0, y0 = ring[0]
    flat = [((x - x0) * wide, (y - y0) * METRES_A_DEGREE) for x, y in ring]
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(flat))) / 2


def _refused(code: str, message: str) -> Drawing:
    return Drawing(faults=[Fault(("file",), code, message)])


def _refuse_constant(_: str) -> float:
    raise ValueError


def _outline(number: int, feature: Any, left: int) -> tuple[Outline, int]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _Wrong("feature", N_("Feature {number}: this is no GeoJSON feature."))
    properties = feature.get("properties")
    named = {str(key).lower(): value for key, value in properties.items()} if isinstance(properties, dict) else {}
    code, name, within = (_text(named, keys) for keys in (CODES, NAMES, WITHIN))
    if code is None and name is None:
        raise _Wrong("unnamed", N_("Feature {number}: say which area it is, in the property code or name."))
    polygons = _polygons(feature.get("geometry"))
    used = sum(len(ring) for polygon in polygons for ring in polygon)
    if used > min(left, MOST_OF_ONE):
        raise _Wrong("too_fine", N_("Feature {number}: the file holds too many positions. Use a coarser drawing."))
    in_degrees = [[[_in_degrees(point) for point in ring] for ring in polygon] for polygon in polygons]
    if sum(area_of(polygon[0]) for polygon in in_degrees) < SMALLEST:
        raise _Wrong(
            "too_small",
            N_("Feature {number}: this is as small as a home. Draw the block or the place; doors are never kept."),
        )
    return Outline(number, code, name, within, _kept(in_degrees)), used


def _text(properties: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = properties.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()[:200]
    return None


def _polygons(geometry: Any) -> list[list[Ring]]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Wrong(
            "not_a_polygon",
            N_("Feature {number}: only a Polygon or a MultiPolygon is taken; no points, no lines, no doors."),
        )
    told = geometry.get("coordinates")
    parts = [told] if kind == "Polygon" else told
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        raise _Wrong("coordinates", N_("Feature {number}: its coordinates are not those of a polygon."))
    return [[_ring(ring) for ring in part] for part in parts]


def _ring(told: Any) -> Ring:
    if not isinstance(told, list) or len(told) < 4:
        raise _Wrong("ring", N_("Feature {number}: a ring needs at least four positions, and ends where it begins."))
    ring = [_position(one) for one in told]
    if ring[0] != ring[-1]:
        raise _Wrong("ring", N_("Feature {number}: a ring needs at least four positions, and ends where it begins."))
    return ring


def _position(told: Any) -> Point:
    numbers = isinstance(told, list) and 2 <= len(told) <= 4
    if not numbers or not all(type(value) in (int, float) and abs(value) < 1e9 for value in told):
        raise _Wrong("coordinates", N_("Feature {number}: its coordinates are not those of a polygon."))
    return float(told[0]), float(told[1])


def _in_degrees(point: Point) -> Point:
    x, y = point
    if LONGITUDE[0] <= x <= LONGITUDE[1] and LATITUDE[0] <= y <= LATITUDE[1]:
        return point
    if RD_X[0] <= x <= RD_X[1] and RD_Y[0] <= y <= RD_Y[1]:
        return from_rd(x, y)
    raise _Wrong(
        "elsewhere",
        N_(
            "Feature {number}: this lies outside the Netherlands. Longitude comes before latitude; "
            "or use the Dutch grid (RD)."
        ),
    )


Powers = tuple[tuple[int, int, float], ...]

NORTH: Powers = (
    (0, 1, 3235.65389),
    (2, 0, -32.58297),
    (0, 2, -0.24750),
    (2, 1, -0.84978),
    (0, 3, -0.06550),
    (2, 2, -0.01709),
    (1, 0, -0.00738),
    (4, 0, 0.00530),
    (2, 3, -0.00039),
    (4, 1, 0.00033),
    (1, 1, -0.00012),
)
EAST: Powers = (
    (1, 0, 5260.52916),
    (1, 1, 105.94684),
    (1, 2, 2.45656),
    (3, 0, -0.81885),
    (1, 3, 0.05594),
    (3, 1, -0.05607),
    (0, 1, 0.01199),
    (3, 2, -0.00256),
    (1, 4, 0.00128),
    (0, 2, 0.00022),
    (2, 0, -0.00022),
)
"""Seconds of arc around Amersfoort, by powers of the distance to it in 100 km (Schreutelkamp and Strang van Hees)."""


def from_rd(x: float, y: float) -> Point:
    """Return longitude and latitude of a point of the Dutch grid, right to about half a metre."""
    dx, dy = (x - 155_000) / 100_000, (y - 463_000) / 100_000
    north = sum(part * dx**p * dy**q for p, q, part in NORTH)
    east = sum(part * dx**p * dy**q for p, q, part in EAST)
    return 5.38720621 + east / 3600, 52.15517440 + north / 3600


def _kept(polygons: list[list[Ring]]) -> dict[str, Any]:
    """Return a geometry without what a drawing of a neighbourhood does not need."""
    coarse = COARSEST
    while True:
        simple = [[_simple(ring, coarse) for ring in polygon] for polygon in polygons]
        # What shrinks to nothing is left out: an island in a pond, a hole for a shed.
        parts = [[polygon[0], *(ring for ring in polygon[1:] if len(ring) >= 4)] for polygon in simple]
        parts = [polygon for polygon in parts if len(polygon[0]) >= 4]
        if parts and sum(len(ring) for polygon in parts for ring in polygon) <= MOST_KEPT:
            break
        if coarse > 1_000 or not parts:
            parts = [[_box(polygon[0])] for polygon in polygons[: MOST_KEPT // 5]]
            break
        coarse *= 1.6
    drawn = [[[[round(x, 6), round(y, 6)] for x, y in ring] for ring in polygon] for polygon in parts]
    if len(drawn) == 1:
        return {"type": "Polygon", "coordinates": drawn[0]}
    return {"type": "MultiPolygon", "coordinates": drawn}


def _box(ring: Ring) -> Ring:
    (left, right), (low, high) = ((min(side), max(side)) for side in zip(*ring, strict=True))
    return [(left, low), (right, low), (right, high), (left, high), (left, low)]


def _simple(ring: Ring, coarse: float) -> Ring:
    """Leave out of a ring what lies nearer than `coarse` metres to what is kept (Douglas and Peucker)."""
    wide = METRES_A_DEGREE * cos(radians(ring[0][1]))
    flat = [(x * wide, y * METRES_A_DEGREE) for x, y in ring]
    # A ring begins and ends at one point: it is halved at the point that lies furthest from it.
    far = max(range(len(flat)), key=lambda at: hypot(flat[at][0] - flat[0][0], flat[at][1] - flat[0][1]))
    kept = {0, far, len(ring) - 1, *_needed(flat, 0, far, coarse), *_needed(flat, far, len(ring) - 1, coarse)}
    return [ring[at] for at in sorted(kept)]


def _needed(flat: Ring, first: int, last: int, coarse: float) -> Iterator[int]:
    waiting = [(first, last)]
    while waiting:
        begin, end = waiting.pop()
        between = range(begin + 1, end)
        if not between:
            continue
        far = max(between, key=lambda at: _distance(flat[at], flat[begin], flat[end]))
        if _distance(flat[far], flat[begin], flat[end]) > coarse:
            yield far
            waiting += [(begin, far), (far, end)]


def _distance(point: Point, begin: Point, end: Point) -> float:
    along = (end[0] - begin[0], end[1] - begin[1])
    length = hypot(*along)
    if length == 0:
        return hypot(point[0] - begin[0], point[1] - begin[1])
    return abs(along[0] * (point[1] - begin[1]) - along[1] * (point[0] - begin[0])) / length
