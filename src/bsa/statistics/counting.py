"""From one row a resident to counts, so that one resident can change only as many cells as the cube allows.

Whoever counts in a database instead hands over `Counts` of the same form, and keeps to the same caps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hmac import digest

import numpy as np

from bsa.statistics.cube import BY_KEY, Cell, Kind, Table
from bsa.statistics.hierarchy import Hierarchy, Integers, Level
from bsa.statistics.noise import METHOD

Counts = Mapping[str, Integers]
"""By the key of a table: a row for each published neighbourhood, a column for each cell; of all levels the exact
numbers follow from these. They are nowhere kept and nowhere shown."""
Tables = tuple[Table, ...]
NONE = -1
"""Fills the places of a resident who is in fewer cells than the cap."""


@dataclass(frozen=True)
class Snapshot:
    """The residents on the last day of a quarter: a row each, without a name or a key."""

    neighbourhood: Integers
    """At which place of the hierarchy each is counted."""
    cells: Mapping[str, Integers]
    """By the key of a table: in which of its cells each resident is; as many columns as the cap, or `NONE`."""


def kept(things: Iterable[tuple[Cell, date, str]], table: Table, key: bytes) -> Sequence[Cell]:
    """Return in which cells a resident is counted, of all that happened: cell, day, and a key of its own.

    Each cell once; the most recent first, and of one day in an order that only the key tells.
    """
    latest: dict[Cell, tuple[int, bytes]] = {}
    for cell, day, own in things:
        rank = (-day.toordinal(), digest(key, f"{METHOD}|cap|{table.key}|{own}".encode(), "sha256"))
        latest[cell] = min(rank, latest.get(cell, rank))
    return sorted(latest, key=latest.__getitem__)[: table.cap]


def count(snapshot: Snapshot, hierarchy: Hierarchy, tables: Tables) -> Counts:
    """Count a snapshot."""
    counts = {}
    for table in tables:
        cells = snapshot.cells[table.key]
        _require_capped(table, cells)
        shape = (len(hierarchy.neighbourhoods), len(table.cells))
        places = snapshot.neighbourhood[:, None] * shape[1] + cells
        counts[table.key] = np.bincount(places[cells != NONE], minlength=shape[0] * shape[1]).reshape(shape)
    return counts


def _require_capped(table: Table, cells: Integers) -> None:
    """Refuse a snapshot in which a resident is in more cells than allowed, or in one of them twice."""
    ordered = np.sort(cells, axis=1)
    if cells.shape[1] > table.cap or np.any((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != NONE)):
        raise ValueError(f"{table.key}: a resident may be in {table.cap} cells, in each of them once")


def require_whole(counts: Counts, hierarchy: Hierarchy, tables: Tables) -> None:
    """Refuse counts that no set of residents has: the guarantee is about residents."""
    total = counts["T0"]
    for table in tables:
        cells = counts[table.key]
        if cells.shape != (len(hierarchy.neighbourhoods), len(table.cells)) or np.any(cells < 0):
            raise ValueError(f"{table.key}: not the cells of this table")
        if table.kind is Kind.ONE_OF and np.any(cells.sum(axis=1) != total[:, 0]):
            raise ValueError(f"{table.key}: each resident must be in exactly one cell")
        if table.kind is Kind.SEVERAL and np.any(cells > total):
            raise ValueError(f"{table.key}: more residents in a cell than there are")
        if table.within is not None:
            divided = cells.reshape(len(cells), len(BY_KEY[table.within].cells), -1).sum(axis=2)
            if np.any(divided != counts[table.within]):
                raise ValueError(f"{table.key}: does not divide the cells of {table.within}")


def at_level(counts: Counts, table: Table, level: Level, hierarchy: Hierarchy) -> Integers:
    """Return the exact numbers of a table at a level, for the cells that are given there."""
    return hierarchy.up(counts[table.key][:, [table.cells.index(cell) for cell in table.at(level)]], level)
