"""What of the frozen numbers is shown, and as which bytes. Everything here can be worked out again by any reader."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import ceil, sqrt
from typing import Any

from bsa.statistics import cube
from bsa.statistics.budget import variance
from bsa.statistics.cube import ALL, TOTAL, Cell, Table, is_in, listed
from bsa.statistics.hierarchy import LEVELS, Level
from bsa.statistics.noise import METHOD, margin95
from bsa.statistics.profile import Profile
from bsa.statistics.release import Release


class BesideLevels(StrEnum):
    """What numbers are given for beside the levels that add up."""

    OWN_AREA = "own_area"
    """A union of whole neighbourhoods, as the organisation works."""


@dataclass(frozen=True)
class Shown:
    """One number as published; without a value, with the reason why there is none."""

    table: Table
    level: Level | BesideLevels
    area: str
    cell: Cell
    value: int | None
    reason: str | None
    margin95: int
    """How far it is from what was counted, 95 times of 100, at most; a sum of noisy numbers has a wider one."""


def shown(release: Release) -> Iterator[Shown]:
    """Return all numbers of a release, in their order."""
    least = release.profile.attributes_from
    for table, level in listed(release.tables):
        few = release.cells[TOTAL.key, level][:, 0] < least
        for place, area in enumerate(release.hierarchy.codes(level)):
            too_few = level is Level.NEIGHBOURHOOD and table is not TOTAL and bool(few[place])
            for cell, columns in columns_of(table, level):
                number = int(release.cells[table.key, level][place, columns].sum())
                value, reason = value_of(number, too_few, release.profile)
                within = ceil(margin(level, release.profile) * sqrt(len(columns)))
                yield Shown(table, level, area, cell, value, reason, within)


@cache
def columns_of(table: Table, level: Level) -> list[tuple[Cell, list[int]]]:
    """Return what is given of a table: its cells, and sums of them, with the places that each is the sum of."""
    cells = table.at(level)
    alone = [(cell, [place]) for place, cell in enumerate(cells)]
    sums = [(margin, [place for place, cell in enumerate(cells) if is_in(cell, margin)]) for margin in table.margins]
    return alone + sums


def value_of(number: int, too_few: bool, profile: Profile) -> tuple[int | None, str | None]:
    """Return what is shown of a noisy number, or why nothing is."""
    if too_few:
        return None, few_residents(profile)
    return (number, None) if number >= profile.shown_from else (None, too_small(profile))


def too_small(profile: Profile) -> str:
    """Return the reason that a number is too small."""
    return f"<{profile.shown_from}"


def few_residents(profile: Profile) -> str:
    """Return the reason that a neighbourhood has too few residents to show anything else of it."""
    return f"<{profile.attributes_from} residents"


@dataclass(frozen=True)
class Share:
    """A whole percentage of what is published; `text` is what may be shown."""

    text: str
    value: int | None


def share(part: int | None, whole: int | None, profile: Profile) -> Share | None:
    """Return a percentage, where the whole is large enough; very small and very large ones are not told apart."""
    if part is None or whole is None or whole < profile.share_of_at_least:
        return None
    percent = min((200 * part + whole) // (2 * whole), 100)
    least = profile.share_between
    if percent < least:
        return Share(f"<{least}", None)
    if percent > 100 - least:
        return Share(f">{100 - least}", None)
    return Share(str(percent), percent)


@dataclass(frozen=True)
class Change:
    """The difference of two published numbers."""

    value: int
    margin95: int


def change(before: int | None, after: int | None, level: Level, profile: Profile) -> Change | None:
    """Return the difference of two published numbers, where both are shown, with its own margin."""
    if before is None or after is None:
        return None
    return Change(after - before, ceil(sqrt(2) * margin(level, profile)))


def margin(level: Level, profile: Profile) -> int:
    """Return within how much of the number that was counted a number of a level is, 95 times of 100."""
    return margin95(variance(profile, level))


def facts(release: Release) -> dict[str, Any]:
    """Return what goes with every answer from a release."""
    return {
        "release": release.key,
        "method_version": f"{METHOD}.{cube.VERSION}",
        "margin95": {level.value: margin(level, release.profile) for level in LEVELS},
        "additive": True,
    }


def as_json(release: Release) -> bytes:
    """Write a release: the same numbers always as the same bytes."""
    numbers = [
        {
            "table": one.table.code,
            "level": one.level.value,
            "area": one.area,
            "categories": {
                dimension.code: category for dimension, category in zip(one.table.dimensions, one.cell, strict=True)
            },
            "value": one.value,
            "reason": one.reason,
            "margin95": one.margin95,
        }
        for one in shown(release)
    ]
    return json.dumps({**facts(release), "cells": numbers}, separators=(",", ":"), sort_keys=True).encode()


def as_csv(release: Release) -> bytes:
    """Write a release as a table: a column for each dimension, `*` for all of it, empty where nothing is shown."""
    dimensions = list(
        dict.fromkeys(dimension.code for table, _ in listed(release.tables) for dimension in table.dimensions)
    )
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["period", "table", "area", *dimensions, "value", "reason", "margin95"])
    for one in shown(release):
        given = dict(zip((dimension.code for dimension in one.table.dimensions), one.cell, strict=True))
        rows.writerow(
            [
                release.key,
                one.table.code,
                one.area,
                *(given.get(code, ALL) for code in dimensions),
                "" if one.value is None else one.value,
                one.reason or "",
                one.margin95,
            ]
        )
    return text.getvalue().encode()
