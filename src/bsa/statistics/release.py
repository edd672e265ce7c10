"""One release: exact counts and a master key in, frozen numbers out. Each number is drawn once, and never again."""

import hmac
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bsa.statistics import cube
from bsa.statistics.budget import variance
from bsa.statistics.counting import Counts, Tables, at_level, require_whole
from bsa.statistics.cube import BY_KEY, TOTAL, Kind, Table, listed
from bsa.statistics.hierarchy import LEVELS, Hierarchy, Integers, Level
from bsa.statistics.noise import METHOD, label_of, noise, release_key
from bsa.statistics.profile import Profile
from bsa.statistics.projection import Estimates, means, nearest_table, rounded, shared_out

Cells = dict[tuple[str, Level], Integers]
"""By table and level: a row for each area, a column for each cell."""
Noise = Callable[[str, int], int]
"""Gives the noise for a label and a variance."""
M, D, N = Level


@dataclass(frozen=True)
class Release:
    """Frozen numbers, before it is decided which of them are shown. They hold no exact count any more."""

    key: str
    """Such as `2026-Q4` and, after a correction, `2026-Q4-r2`."""
    tables: Tables
    digest: str
    """Tells whether it was drawn from the same counts. Keyed: who has it cannot try out counts on it."""
    profile: Profile
    hierarchy: Hierarchy
    cells: Cells


def draw(key: str, tables: Tables, counts: Counts, hierarchy: Hierarchy, master: bytes, profile: Profile) -> Release:
    """Draw a release. The same counts and keys give the same numbers; other counts give other noise everywhere."""
    require_whole(counts, hierarchy, tables)
    digest = digest_of(counts, hierarchy, tables, master)
    secret = release_key(master, key, digest)
    measured = measure(counts, hierarchy, tables, profile, lambda label, spread: noise(secret, label, spread))
    return Release(key, tables, digest, profile, hierarchy, project(measured, hierarchy, tables, profile))


def digest_of(counts: Counts, hierarchy: Hierarchy, tables: Tables, master: bytes) -> str:
    """Return a keyed digest of exact counts."""
    written = json.dumps(
        {
            "method": METHOD,
            "cube": cube.VERSION,
            "areas": [hierarchy.municipality, hierarchy.districts, hierarchy.neighbourhoods],
            "counts": {table.key: counts[table.key].tolist() for table in tables},
        },
        separators=(",", ":"),
    )
    return hmac.digest(master, f"{METHOD}|digest|{written}".encode(), "sha256").hex()


def measure(counts: Counts, hierarchy: Hierarchy, tables: Tables, profile: Profile, drawn: Noise) -> Cells:
    """Add noise to each cell of each table at each level, also where nobody is."""
    measured = {}
    for table, level in listed(tables):
        spread, cells = variance(profile, level), table.at(level)
        added = [[drawn(label_of(table.key, area, cell), spread) for cell in cells] for area in hierarchy.codes(level)]
        measured[table.key, level] = at_level(counts, table, level, hierarchy) + np.array(added, dtype=np.int64)
    return measured


def project(measured: Cells, hierarchy: Hierarchy, tables: Tables, profile: Profile) -> Cells:
    """Make all numbers whole, not negative and adding up: from the municipality down, the total first."""
    settled: Cells = {}
    for table in tables:
        estimates = _estimates(table, measured, hierarchy, profile)
        _PROJECTIONS[table.kind](table, estimates, settled, hierarchy)
    return settled


def _estimates(table: Table, measured: Cells, hierarchy: Hierarchy, profile: Profile) -> Estimates:
    """Return the best estimates of a table; cells that stop at a higher level are taken by themselves."""
    found: dict[Level, list[Integers]] = {level: [] for level in table.levels}
    for lowest in (N, D, M):
        levels = [level for level in table.levels if LEVELS.index(level) <= LEVELS.index(lowest)]
        columns = [place for place, cell in enumerate(table.cells) if table.lowest_of(cell) is lowest]
        if columns:
            best = means(
                {level: measured[table.key, level][:, columns] for level in levels},
                {level: variance(profile, level) for level in levels},
                hierarchy,
            )
            for level in levels:
                found[level].append(best[level])
    return {level: np.hstack(parts) for level, parts in found.items()}


def _families(levels: Sequence[Level], hierarchy: Hierarchy) -> list[tuple[Level, int, Level, Integers]]:
    """Return each area with its level, and the level and the places of its parts."""
    return [
        (above, place, below, hierarchy.children(above, place))
        for above, below in itertools.pairwise(levels)
        for place in range(len(hierarchy.codes(above)))
    ]


def _several(table: Table, estimates: Estimates, settled: Cells, hierarchy: Hierarchy) -> None:
    """Each cell by itself: the parts add up to the whole, and no cell is everybody there is."""
    _start(settled, table, hierarchy)
    bounds = _not_everybody({level: settled[TOTAL.key, level][:, 0] for level in TOTAL.levels}, hierarchy)
    settled[table.key, M][:] = np.minimum(rounded(estimates[M]), bounds[M])
    for above, place, below, parts in _families(table.levels, hierarchy):
        width = settled[table.key, below].shape[1]
        whole = settled[table.key, above][place][:width]
        settled[table.key, below][parts] = shared_out(estimates[below][parts].T, whole, bounds[below][parts]).T


def _total(table: Table, estimates: Estimates, settled: Cells, hierarchy: Hierarchy) -> None:
    """The residents themselves: the parts add up to the whole."""
    _start(settled, table, hierarchy)
    settled[table.key, M][:] = rounded(estimates[M])
    for above, place, below, parts in _families(table.levels, hierarchy):
        settled[table.key, below][parts] = shared_out(estimates[below][parts].T, settled[table.key, above][place]).T


def _one_of(table: Table, estimates: Estimates, settled: Cells, hierarchy: Hierarchy) -> None:
    """Each resident in one cell: the cells of an area add up to its residents, the parts to the whole."""
    totals = {level: settled[TOTAL.key, level][:, 0] for level in table.levels}
    _divide(table, estimates, totals, settled, hierarchy)


def _own(table: Table, estimates: Estimates, settled: Cells, hierarchy: Hierarchy) -> None:
    """The same with a total of the table's own, which is the sum of its cells before any was raised to zero."""
    sums = {level: estimate.sum(axis=1, keepdims=True) for level, estimate in estimates.items()}
    own: Cells = {}
    _total(table, sums, own, hierarchy)
    totals = {level: own[table.key, level][:, 0] for level in table.levels}
    _divide(table, estimates, totals, settled, hierarchy)


def _within(table: Table, estimates: Estimates, settled: Cells, hierarchy: Hierarchy) -> None:
    """Divides each cell of the other table by the last dimension."""
    of = BY_KEY[table.within or ""]
    size = len(table.cells) // len(of.cells)
    parts: dict[Level, list[Integers]] = {level: [] for level in table.levels}
    for place in range(len(of.cells)):
        some = slice(place * size, (place + 1) * size)
        totals = {level: settled[of.key, level][:, place] for level in table.levels}
        divided: Cells = {}
        _divide(table, {level: estimates[level][:, some] for level in table.levels}, totals, divided, hierarchy)
        for level in table.levels:
            parts[level].append(divided[table.key, level])
    settled.update({(table.key, level): np.hstack(columns) for level, columns in parts.items()})


def _divide(
    table: Table, estimates: Estimates, totals: Mapping[Level, Integers], settled: Cells, hierarchy: Hierarchy
) -> None:
    """Divide the totals of all areas over cells, so that rows and columns add up."""
    for level in table.levels:
        settled[table.key, level] = np.zeros_like(estimates[level])
    bounds = _not_everybody(totals, hierarchy)
    settled[table.key, M][:] = shared_out(estimates[M], totals[M], bounds[M])
    for above, place, below, parts in _families(table.levels, hierarchy):
        settled[table.key, below][parts] = nearest_table(
            estimates[below][parts], totals[below][parts], settled[table.key, above][place], bounds[below][parts]
        )


def _not_everybody(totals: Mapping[Level, Integers], hierarchy: Hierarchy) -> dict[Level, Integers]:
    """Return how many a cell may have at most: in each smallest area at least one resident, if there are two, is in
    another cell. So nobody can say of all residents of an area that they are in the same one."""
    low, *higher = sorted(totals, key=LEVELS.index, reverse=True)
    bounds = {low: np.maximum(totals[low] - 1, np.minimum(totals[low], 1))}
    below = low
    for level in higher:
        parts = (hierarchy.children(level, place) for place in range(len(totals[level])))
        bounds[level], below = np.array([bounds[below][part].sum() for part in parts], dtype=np.int64), level
    return bounds


def _start(settled: Cells, table: Table, hierarchy: Hierarchy) -> None:
    for level in table.levels:
        settled[table.key, level] = np.zeros((len(hierarchy.codes(level)), len(table.at(level))), dtype=np.int64)


_PROJECTIONS: dict[Kind, Callable[[Table, Estimates, Cells, Hierarchy], None]] = {
    Kind.TOTAL: _total,
    Kind.ONE_OF: _one_of,
    Kind.SEVERAL: _several,
    Kind.WITHIN: _within,
    Kind.OWN: _own,
}
