"""Half years, years and own areas: sums of what was frozen.

Nothing is counted here and no noise is drawn. A sum is taken of frozen numbers, also of those that were too small to
be shown, and is shown by the same rule. So a small part may follow from a sum and its other parts; what follows is a
noisy number, of which nobody knows more than of those that are shown.

What is counted in a quarter adds up over quarters; what is counted on a day is taken as it was on the last one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import sha256
from math import ceil, sqrt
from typing import Any

import numpy as np

from bsa.errors import NotFound
from bsa.statistics.cube import ALL, TABLES, TOTAL, Cell, Table, listed
from bsa.statistics.display import BesideLevels, Shown, columns_of, margin, value_of
from bsa.statistics.hierarchy import Level
from bsa.statistics.indicators import PERIOD
from bsa.statistics.profile import strictest
from bsa.statistics.published import Dataset, PublishedArea, part_of
from bsa.statistics.release import Cells, Release

FLOWS = frozenset({"T6", "T10"})
"""Tables of what happened in a quarter."""
MIXED: Mapping[str, frozenset[str]] = {"T8": frozenset({"first_time"})}
"""Tables of which only these categories add up. Of the others the last quarter is taken, and there is no total: who was
met in two quarters would be in it twice."""


def quarters_of(period: str) -> tuple[str, ...]:
    """Return the quarters of a quarter, a half year or a year; raise `NotFound` for what is none of these."""
    match = PERIOD.fullmatch(period)
    if match is None:
        raise NotFound
    year, part = match[1], match[2] or ""
    numbers = {"": (1, 2, 3, 4), "H1": (1, 2), "H2": (3, 4)}.get(part) or (int(part[1:]),)
    return tuple(f"{year}-Q{number}" for number in numbers)


@dataclass(frozen=True)
class Summed(Dataset):
    """A half year or a year. It is read like a quarter."""

    quarters: tuple[Dataset, ...] = ()

    @cached_property
    def cells(self) -> tuple[Shown, ...]:
        """All numbers in their order."""
        return (
            *(one for table, level in listed(self.release.tables) for one in self._of(table, level)),
            *self._exact(),
        )

    def _of(self, table: Table, level: Level) -> list[Shown]:
        few = self.release.cells[TOTAL.key, level][:, 0] < self.profile.attributes_from
        numbers = self.release.cells[table.key, level]
        found = []
        for place, area in enumerate(self.codes(level)):
            too_few = level is Level.NEIGHBOURHOOD and table is not TOTAL and bool(few[place])
            for cell, columns in columns_of(table, level):
                if table.key in MIXED and ALL in cell:
                    continue
                value, reason = value_of(int(numbers[place, columns].sum()), too_few, self.profile)
                found.append(Shown(table, level, area, cell, value, reason, self._margin(table, level, cell, columns)))
        return found

    def _margin(self, table: Table, level: Level, cell: Cell, columns: Sequence[int]) -> int:
        parts = self.quarters if _adds_up(table, cell) else self.quarters[-1:]
        return ceil(sqrt(len(columns) * sum(margin(level, part.profile) ** 2 for part in parts)))


def summed(period: str, quarters: Sequence[Dataset]) -> Summed:
    """Add up the quarters of a half year or a year; raise `NotFound` where they were published for other areas."""
    last = quarters[-1]
    if any(one.release.hierarchy != last.release.hierarchy for one in quarters):
        raise NotFound
    there = [{table.key for table in one.release.tables} for one in quarters]
    tables = tuple(
        table
        for table in last.release.tables
        if all(table.key in keys for keys in there) or not (table.key in FLOWS or table.key in MIXED)
    )
    revision = number_of_sum(one.revision for one in quarters)
    values: dict[str, Any] = {field.name: getattr(last, field.name) for field in fields(Dataset)}
    values |= {
        "period": period,
        "revision": revision,
        "published_at": max((one.published_at for one in quarters if one.published_at), default=None),
        "definitive_on": _latest_if_all(quarters),
        "reason": "; ".join(one.reason for one in quarters if one.reason) or None,
        "fingerprint": _fingerprint(quarters),
        "release": _added(f"{last.municipality} {period} r{revision}", tables, quarters),
        "institutions": _institutions(quarters),
        "words": {"explanations": [], "stories": []},
    }
    return Summed(**values, quarters=tuple(quarters))


def number_of_sum(revisions: Iterable[int]) -> int:
    """Return the number of a sum: 1, and one more with each revision of a quarter."""
    return 1 + sum(revision - 1 for revision in revisions)


def _adds_up(table: Table, cell: Cell) -> bool:
    return table.key in FLOWS or bool(MIXED.get(table.key, frozenset()).intersection(cell))


def _added(key: str, tables: tuple[Table, ...], quarters: Sequence[Dataset]) -> Release:
    last = quarters[-1].release
    # A sum shows nothing that a quarter of it would not have shown.
    profile = strictest(quarter.profile for quarter in quarters)
    cells: Cells = {}
    for table, level in listed(tables):
        columns = [place for place, cell in enumerate(table.at(level)) if _adds_up(table, cell)]
        numbers = last.cells[table.key, level].copy()
        for earlier in quarters[:-1]:
            if columns:
                numbers[:, columns] += earlier.release.cells[table.key, level][:, columns]
        cells[table.key, level] = numbers
    return Release(key, tables, "", profile, last.hierarchy, cells)


def _institutions(quarters: Sequence[Dataset]) -> list[dict[str, Any]]:
    """Add up what is about institutions: all of it happened in a quarter."""
    counted: Counter[tuple[str, str, str, tuple[str, ...]]] = Counter()
    for one in quarters:
        for row in one.institutions:
            counted[row["table"], row["level"], row["area"], tuple(row["cell"])] += row["value"]
    levels = [level.value for level in Level]
    ordered = sorted(counted.items(), key=lambda item: (item[0][0], levels.index(item[0][1]), *item[0][2:]))
    return [
        {"table": table, "level": level, "area": area, "cell": list(cell), "value": number}
        for (table, level, area, cell), number in ordered
    ]


def _latest_if_all(quarters: Sequence[Dataset]) -> Any:
    days = [one.definitive_on for one in quarters]
    return max(day for day in days if day) if all(days) else None


def _fingerprint(quarters: Sequence[Dataset]) -> str | None:
    """Return SHA-256 over the fingerprints of the quarters, a line each; a sum follows from them."""
    told = [one.fingerprint for one in quarters if one.fingerprint]
    return sha256("\n".join(told).encode()).hexdigest() if len(told) == len(quarters) else None


def of_own_areas(whole: Dataset, code: str | None = None) -> Dataset:
    """Return what is published about own areas, or about one of them: sums over their neighbourhoods.

    Only what is given by neighbourhood has such sums.
    """
    owns = [own for own in whole.own_areas if code in (None, own.code)]
    if not owns:
        raise NotFound
    level, profile = Level.NEIGHBOURHOOD, whole.profile
    places = {area: place for place, area in enumerate(whole.codes(level))}
    given = [table for table in TABLES if table in whole.release.tables and table.at(level)]
    cells = []
    for table in given:
        for own in owns:
            rows = [places[area] for area in own.neighbourhoods]
            few = int(whole.release.cells[TOTAL.key, level][rows, 0].sum()) < profile.attributes_from
            for cell, columns in columns_of(table, level):
                number = int(whole.release.cells[table.key, level][np.ix_(rows, columns)].sum())
                value, reason = value_of(number, few and table is not TOTAL, profile)
                within = ceil(margin(level, profile) * sqrt(len(rows) * len(columns)))
                cells.append(Shown(table, BesideLevels.OWN_AREA, own.code, cell, value, reason, within))
    areas = tuple(PublishedArea(own.code, BesideLevels.OWN_AREA, whole.municipality, own.name) for own in owns)
    return part_of(whole, areas, tuple(cells))
