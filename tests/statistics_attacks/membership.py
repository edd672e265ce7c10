"""The second attack: is this person in the figures? With everybody else known, all tables and quarters taken together.

A likelihood-ratio attack, as on published genome frequencies (Homer and others 2008; Sankararaman and others 2009) and
on aggregates over time (Pyrgelis, Troncoso and De Cristofaro 2018). What remains of the published numbers when all the
others are taken off is either noise, or noise and this person. The attacker learns from other areas how the remainders
hang together, so that whatever is exact in combination is found: a sum without noise, a difference between two cells,
or between two quarters. A number that is hidden tells that it is under ten, and is used as such.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np

from bsa.statistics.counting import NONE
from bsa.statistics.cube import BY_KEY
from bsa.statistics.hierarchy import Integers, Level

from tests.statistics_attacks.population import QUARTERS, World
from tests.statistics_attacks.published import Numbers, Publication, truth

TABLES = {Level.NEIGHBOURHOOD: ("T0", "T2", "T3"), Level.DISTRICT: ("T0", "T2", "T3", "T5", "T8", "T9")}
FLOOR = 1e-3
"""Keeps a remainder that never varies from dividing by zero."""


@dataclass
class Told:
    """How often it was right, of `asked` questions half of which are about somebody who is not in the figures."""

    right: float
    error: float
    """The standard error; residents of one neighbourhood count as one, for they share its noise."""
    asked: int


def members(publication: Publication, world: World) -> Told:
    """Ask of residents who are there all year, and of others just like them who are not."""
    targets = _stayed(world)
    scores = np.zeros((2, len(targets)))
    for level in TABLES:
        for quarter in QUARTERS:
            scores += _scores(publication, world, level, [quarter], targets, [True])
    return _told(scores, world, targets)


def arrivals(publication: Publication, world: World) -> Told:
    """Ask of residents who came in a quarter: now with them and before without, or both without."""
    scores, asked = list[Numbers](), list[int]()
    for quarter in QUARTERS[1:]:
        came = np.setdiff1d(world.people[quarter], world.people[quarter - 1])
        targets = came[:400].tolist()
        scores.append(_scores(publication, world, Level.NEIGHBOURHOOD, [quarter, quarter - 1], targets, [True, False]))
        asked += targets
    return _told(np.hstack(scores), world, asked)


def _told(scores: Numbers, world: World, targets: list[int]) -> Told:
    """Of a resident who is there the score must be above zero; of one like them who is not, below."""
    right = ((scores[0] > 0) * 1.0 + (scores[1] < 0) + 0.5 * (scores == 0).sum(axis=0)) / 2
    where = dict(zip(world.people[4].tolist(), world.snapshots[4].neighbourhood.tolist(), strict=True))
    groups = np.array([where.get(target, -1) for target in targets])
    mean = float(right.mean())
    clustered = [float((right[groups == group] - mean).sum()) for group in np.unique(groups)]
    return Told(mean, sqrt(sum(one**2 for one in clustered)) / len(right), 2 * len(right))


def _scores(
    publication: Publication, world: World, level: Level, quarters: list[int], targets: list[int], there: list[bool]
) -> Numbers:
    """Return the logarithm of the likelihood ratio for who is there, and for the same person who is not."""
    remainders = np.hstack([_remainders(publication, world, level, quarter) for quarter in quarters])
    rows, shapes = _shapes(world, level, quarters, targets, there, TABLES[level])
    scores = np.zeros((2, len(targets)))
    areas = np.arange(len(remainders))
    for half in (0, 1):
        learned = remainders[areas % 2 != half]
        spread = learned.T @ learned / len(learned)
        diagonal = np.diag(np.diag(spread))
        # The fewer areas to learn from, the less is believed of how remainders hang together.
        trust = min(len(learned) / (3 * len(spread)), 0.98)
        inverse = np.linalg.pinv(trust * spread + (1 - trust) * diagonal + FLOOR * np.eye(len(spread)))
        mine = rows % 2 == half
        weights = shapes[mine] @ inverse
        noise = (weights * remainders[rows[mine]]).sum(axis=1)
        shift = (weights * shapes[mine]).sum(axis=1) / 2
        scores[0, mine], scores[1, mine] = noise + shift, noise - shift
    return scores


def _remainders(publication: Publication, world: World, level: Level, quarter: int) -> Numbers:
    """Return what is left of the published numbers when everybody is taken off: noise."""
    return np.hstack([_remainders_of(publication, world, name, level, quarter) for name in TABLES[level]])


def _remainders_of(publication: Publication, world: World, name: str, level: Level, quarter: int) -> Numbers:
    values, real = publication.quarters[quarter].values[name, level], truth(world, quarter)[name, level]
    return np.asarray(np.where(np.isnan(values), np.minimum(real, 9.5) - real, values - real), dtype=np.float64)


def _shapes(
    world: World,
    level: Level,
    quarters: list[int],
    targets: list[int],
    there: list[bool],
    tables: tuple[str, ...],
) -> tuple[Integers, Numbers]:
    """Return in which area each is, and in which cells they are counted, side by side for each quarter."""
    first = quarters[0]
    places = world.snapshots[first].neighbourhood[np.searchsorted(world.people[first], targets)]
    rows = places if level is Level.NEIGHBOURHOOD else np.asarray(world.areas.district_of)[places]
    parts = list[Numbers]()
    for quarter, is_there in zip(quarters, there, strict=True):
        for name in tables:
            width = len(BY_KEY[name].at(level))
            shape = np.zeros((len(targets), width))
            if is_there:
                cells = world.snapshots[quarter].cells[name][np.searchsorted(world.people[quarter], targets)]
                for column in cells.T:
                    inside = (column != NONE) & (column < width)
                    shape[np.flatnonzero(inside), column[inside]] = 1
            parts.append(shape)
    return rows, np.hstack(parts)


def by_table(publication: Publication, world: World) -> dict[str, Told]:
    """Ask the same from each table alone: noise that was forgotten in one is not drowned by that of the others.

    Within a row of a table sums may be noisy and differences exact; that is learned from all quarters together.
    """
    targets = _stayed(world)
    return {name: _told(_of_one_table(publication, world, name, targets), world, targets) for name in ALONE}


ALONE = ("T2", "T3", "T4", "T5", "T8", "T9")


def _of_one_table(publication: Publication, world: World, name: str, targets: list[int]) -> Numbers:
    table = BY_KEY[name]
    level = table.levels[-1]
    width = len(table.at(level))
    rows_each = len(BY_KEY[table.within].cells) if table.within else 1
    size = width // rows_each
    seen = {quarter: _remainders_of(publication, world, name, level, quarter).reshape(-1, size) for quarter in QUARTERS}
    areas = np.repeat(np.arange(len(world.areas.codes(level))), rows_each)
    scores = np.zeros((2, len(targets)))
    for half in (0, 1):
        learned = np.vstack([seen[quarter][areas % 2 != half] for quarter in QUARTERS])
        inverse = np.linalg.pinv(learned.T @ learned / len(learned) + FLOOR * np.eye(size))
        for quarter in QUARTERS:
            for rows, shapes in _rows_of(world, name, level, quarter, targets, rows_each, size):
                mine = areas[rows] % 2 == half
                weights = shapes[mine] @ inverse
                noise = (weights * seen[quarter][rows[mine]]).sum(axis=1)
                shift = (weights * shapes[mine]).sum(axis=1) / 2
                scores[0, mine] += noise + shift
                scores[1, mine] += noise - shift
    return scores


def _rows_of(
    world: World, name: str, level: Level, quarter: int, targets: list[int], rows_each: int, size: int
) -> Iterator[tuple[Integers, Numbers]]:
    """Return in which row of a table each is, and in which cells of it; again for each need that is divided."""
    places, shape = _shapes(world, level, [quarter], targets, [True], (name,))
    divided = shape.reshape(len(targets), rows_each, size)
    for row in range(rows_each):
        yield places * rows_each + row, divided[:, row]


def _stayed(world: World) -> list[int]:
    """Return residents who are there all year."""
    stayed = set(world.people[1].tolist())
    for quarter in QUARTERS[1:]:
        stayed &= set(world.people[quarter].tolist())
    return sorted(stayed)[:: max(len(stayed) // 1500, 1)]
