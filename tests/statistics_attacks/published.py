"""What an attacker holds: the published numbers, read back from the published bytes; of ours, and of weaker methods."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bsa.statistics.counting import Counts, at_level
from bsa.statistics.cube import ALL, BY_KEY, TABLES, Kind, is_in, listed, tables_of
from bsa.statistics.display import as_json
from bsa.statistics.hierarchy import Hierarchy, Integers, Level
from bsa.statistics.noise import noise, release_key
from bsa.statistics.profile import STRICT, Profile
from bsa.statistics.release import Cells, Release, draw, measure, project

from tests.statistics_attacks.population import QUARTERS, World

Numbers = NDArray[np.float64]
"""What is not shown is not a number."""
Key = tuple[str, Level]
BY_CODE = {table.code: table for table in TABLES}


@dataclass(frozen=True)
class Quarter:
    """What is published about a quarter, and what an attacker knows without it: how it is done."""

    values: dict[Key, Numbers]
    least: dict[Key, Integers]
    """What a number can be at least that is not shown."""
    most: dict[Key, Integers]


@dataclass(frozen=True)
class Publication:
    """All quarters, and the bytes they were read from."""

    name: str
    quarters: dict[int, Quarter]
    noisy: bool
    """Whether an attacker must reckon with noise."""
    written: dict[int, bytes] = field(default_factory=dict)


Mechanism = Callable[[int, Counts, Hierarchy, bytes], Cells]
"""From exact counts of a quarter and a master key to numbers that add up."""


def ours(quarter: int, counts: Counts, areas: Hierarchy, master: bytes, profile: Profile = STRICT) -> Cells:
    """The method itself."""
    return draw(f"2026-Q{quarter}", tables_of(quarter), counts, areas, master, profile).cells


def standard(quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
    """The method with the least noise that can be chosen."""
    return ours(quarter, counts, areas, master, Profile(neighbourhood_variance=20, district_variance=100))


def same_noise(quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
    """Broken: the noise of a cell is the same in each quarter."""
    secret = release_key(master, "always", "")
    return _with(counts, areas, quarter, lambda label, spread: noise(secret, label, spread))


def little_noise(quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
    """Broken: all noise has a variance of one."""
    secret = release_key(master, f"2026-Q{quarter}", "")
    return _with(counts, areas, quarter, lambda label, spread: noise(secret, label, 1))


def exact_totals(quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
    """Broken: how many residents there are is told exactly."""
    return _without(("T0|",), quarter, counts, areas, master)


def forgotten(table: str) -> Mechanism:
    """Broken: one table got no noise of its own."""

    def forgotten_table(quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
        return _without((f"{table}|",), quarter, counts, areas, master)

    return forgotten_table


def no_noise(quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
    """Broken: numbers under ten are hidden, and there is no noise."""
    return {(table.key, level): at_level(counts, table, level, areas) for table, level in listed(tables_of(quarter))}


def nothing(quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
    """Broken: it gives nobody away and is of no use."""
    return {key: np.zeros_like(cells) for key, cells in no_noise(quarter, counts, areas, master).items()}


def _without(labels: tuple[str, ...], quarter: int, counts: Counts, areas: Hierarchy, master: bytes) -> Cells:
    secret = release_key(master, f"2026-Q{quarter}", "")
    return _with(
        counts,
        areas,
        quarter,
        lambda label, spread: 0 if label.startswith(labels) else noise(secret, label, spread),
    )


def _with(counts: Counts, areas: Hierarchy, quarter: int, drawn: Callable[[str, int], int]) -> Cells:
    return project(measure(counts, areas, tables_of(quarter), STRICT, drawn), areas, tables_of(quarter), STRICT)


def publish(mechanism: Mechanism, world: World, master: bytes = b"master key of the tests") -> Publication:
    """Publish all quarters by a mechanism, shown as ours are shown, and read the bytes."""
    quarters, written = {}, {}
    for quarter in QUARTERS:
        cells = mechanism(quarter, world.counts[quarter], world.areas, master)
        release = Release(f"2026-Q{quarter}", tables_of(quarter), "", STRICT, world.areas, cells)
        written[quarter] = as_json(release)
        quarters[quarter] = read_quarter(written[quarter], quarter, world.areas)
    return Publication(mechanism.__name__, quarters, mechanism is not no_noise, written)


def read_quarter(written: bytes, quarter: int, areas: Hierarchy) -> Quarter:
    """Read published bytes as an attacker does."""
    values = _hollow(quarter, areas)
    least = {key: np.zeros(numbers.shape, dtype=np.int64) for key, numbers in values.items()}
    most = {key: np.full(numbers.shape, STRICT.shown_from - 1, dtype=np.int64) for key, numbers in values.items()}
    rows = {level: {code: place for place, code in enumerate(areas.codes(level))} for level in Level}
    for one in json.loads(written)["cells"]:
        table, level = BY_CODE[one["table"]], Level(one["level"])
        cell = tuple(one["categories"][dimension.code] for dimension in table.dimensions)
        key, columns = (table.key, table.at(level)) if ALL not in cell else (table.key + ALL, table.margins)
        place = rows[level][one["area"]], columns.index(cell)
        if one["value"] is not None:
            values[key, level][place] = one["value"]
        elif "residents" in one["reason"]:
            most[key, level][place] = STRICT.attributes_from - 1
    return Quarter(values, least, most)


def _hollow(quarter: int, areas: Hierarchy) -> dict[Key, Numbers]:
    widths = {
        (name, level): width
        for table, level in listed(tables_of(quarter))
        for name, width in ((table.key, len(table.at(level))), (table.key + ALL, len(table.margins)))
        if width
    }
    return {key: np.full((len(areas.codes(key[1])), width), np.nan) for key, width in widths.items()}


def naive(world: World, under: int = 5) -> Publication:
    """What many do: exact numbers, those from 1 to 4 hidden."""
    quarters = {}
    for quarter in QUARTERS:
        true = no_noise(quarter, world.counts[quarter], world.areas, b"")
        values = {
            key: np.where((cells > 0) & (cells < under), np.nan, cells.astype(np.float64))
            for key, cells in true.items()
        }
        ones = {key: np.ones(cells.shape, dtype=np.int64) for key, cells in true.items()}
        quarters[quarter] = Quarter(values, ones, {key: one * (under - 1) for key, one in ones.items()})
    return Publication("naive", quarters, noisy=False)


def truth(world: World, quarter: int) -> Cells:
    """Return what nobody may know."""
    return no_noise(quarter, world.counts[quarter], world.areas, b"")


@dataclass(frozen=True)
class Equation:
    """Many times the same: a number is the sum of others. Places are those in flattened tables."""

    whole: Key
    wholes: NDArray[np.intp]
    part: Key
    parts: NDArray[np.intp]
    """A row for each whole."""


def equations(world: World, quarter: int) -> Iterator[Equation]:
    """Return what everybody knows to be equal."""
    areas = world.areas
    for table, level in listed(tables_of(quarter)):
        key, width, count = (table.key, level), len(table.at(level)), len(areas.codes(level))
        rows, every = np.arange(count), np.arange(count * width)
        if level is not Level.MUNICIPALITY:
            above = list(Level)[list(Level).index(level) - 1]
            wide = len(table.at(above))
            for place in range(len(areas.codes(above))):
                inner = areas.children(above, place)[None, :] * width + np.arange(width)[:, None]
                yield Equation((table.key, above), place * wide + np.arange(width), key, inner)
        if table.kind is Kind.ONE_OF:
            yield Equation(("T0", level), rows, key, every.reshape(count, width))
        if table.within is not None:
            divided = count * len(BY_KEY[table.within].at(level))
            yield Equation((table.within, level), np.arange(divided), key, every.reshape(divided, -1))
        for column, margin in enumerate(table.margins):
            inside = np.array([place for place, cell in enumerate(table.cells) if is_in(cell, margin)])
            wholes = rows * len(table.margins) + column
            yield Equation((table.key + ALL, level), wholes, key, rows[:, None] * width + inside)
