"""The attacks that everybody knows: subtracting, solving, guessing with a prior, zeros, and what changed in a quarter.

An attack sees what is published and knows the method. What it claims is compared with the truth afterwards.
"""

import os
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix
from scipy.stats import norm, poisson

from bsa.statistics.cube import ALL, BY_KEY
from bsa.statistics.hierarchy import Integers, Level
from bsa.statistics.profile import STRICT

from tests.statistics_attacks.population import QUARTERS, World
from tests.statistics_attacks.published import Equation, Key, Numbers, Publication, Quarter, equations, truth

SMALL = STRICT.shown_from - 1
SPREAD = {Level.NEIGHBOURHOOD: 40**0.5, Level.DISTRICT: 200**0.5, Level.MUNICIPALITY: 200**0.5}
TRIED = 60 if os.environ.get("BSA_TEST_LONG") else 6
"""For so many numbers a quarter the least and the most possible is worked out with all equations at once."""


@dataclass
class Bounds:
    """Between which numbers each one must be, if what is published is taken for exact."""

    low: dict[Key, Integers]
    high: dict[Key, Integers]


def bounds(published: Quarter, known: list[Equation]) -> Bounds:
    """Narrow down every number by every equation, again and again, until nothing changes."""
    low, high = {}, {}
    for key, values in published.values.items():
        seen = ~np.isnan(values)
        number = np.where(seen, values, 0).astype(np.int64)
        low[key] = np.where(seen, number, published.least[key]).ravel()
        high[key] = np.where(seen, number, published.most[key]).ravel()
    known = [one for one in known if one.whole in low]
    before = -1
    while (now := sum(int((high[key] - low[key]).sum()) for key in low)) != before:
        before = now
        for one in known:
            _narrow(one, low, high)
    return Bounds(low, high)


def _narrow(one: Equation, low: dict[Key, Integers], high: dict[Key, Integers]) -> None:
    least, most = low[one.part][one.parts], high[one.part][one.parts]
    below, above = least.sum(axis=1), most.sum(axis=1)
    low[one.whole][one.wholes] = whole_low = np.maximum(low[one.whole][one.wholes], below)
    high[one.whole][one.wholes] = whole_high = np.minimum(high[one.whole][one.wholes], above)
    low[one.part][one.parts] = np.maximum(least, whole_low[:, None] - (above[:, None] - most))
    high[one.part][one.parts] = np.minimum(most, whole_high[:, None] - (below[:, None] - least))


def solve(found: Bounds, known: list[Equation], dice: np.random.Generator) -> Bounds:
    """Take all equations of a quarter together, and ask for the least and the most that some numbers can be."""
    keys = [key for key in found.low if key[0] in ("T0", "T2", "T3", "T4")]
    begin = dict(zip(keys, np.cumsum([0, *(len(found.low[key]) for key in keys[:-1])]), strict=True))
    rows, columns, data, count = list[Integers](), list[Integers](), list[Integers](), 0
    for one in known:
        if one.whole not in begin or one.part not in begin:
            continue
        row = np.arange(count, count + len(one.wholes))
        count += len(one.wholes)
        rows += [row, np.repeat(row, one.parts.shape[1])]
        columns += [begin[one.whole] + one.wholes, begin[one.part] + one.parts.ravel()]
        data += [np.full(len(row), -1), np.ones(one.parts.size, dtype=np.int64)]
    low = np.concatenate([found.low[key] for key in keys])
    high = np.concatenate([found.high[key] for key in keys])
    if np.any(low > high):
        return found
    matrix = coo_matrix(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(count, len(low))
    ).tocsr()
    open_ones = np.flatnonzero((high > low) & (high <= 2 * SMALL))
    for place in dice.choice(open_ones, min(TRIED, len(open_ones)), replace=False):
        cost = np.zeros(len(low))
        for sign in (1, -1):
            cost[place] = sign
            best = linprog(cost, A_eq=matrix, b_eq=np.zeros(count), bounds=np.stack([low, high], axis=1))
            if best.status == 0 and sign == 1:
                low[place] = int(np.ceil(best.fun - 1e-6))
            elif best.status == 0:
                high[place] = int(np.floor(-best.fun + 1e-6))
    for key in keys:
        some = slice(begin[key], begin[key] + len(found.low[key]))
        found.low[key], found.high[key] = low[some], high[some]
    return found


@dataclass
class Linked:
    """What follows from the published numbers if they are exact, over all quarters."""

    claims: int = 0
    right: int = 0
    persons: int = 0
    """In hidden cells of 1 to 9 that were claimed and are right."""
    zeros: int = 0
    zeros_right: int = 0
    all_of_them: int = 0
    all_of_them_right: int = 0


def link(publication: Publication, world: World) -> tuple[Linked, dict[int, Bounds]]:
    """Subtract and solve; claim each hidden number that can be only one, and groups of none and of everybody."""
    result, dice, found = Linked(), np.random.default_rng(5), {}
    for quarter in QUARTERS:
        known = list(equations(world, quarter))
        published, true = publication.quarters[quarter], truth(world, quarter)
        found[quarter] = solve(bounds(published, known), known, dice)
        for key, values in published.values.items():
            if key[0].endswith(ALL):
                continue
            low, high, real = found[quarter].low[key], found[quarter].high[key], true[key].ravel()
            claimed = np.isnan(values.ravel()) & (low == high)
            right = claimed & (low == real)
            result.claims += int(claimed.sum())
            result.right += int(right.sum())
            result.persons += int(real[right & (real > 0) & (real <= SMALL)].sum())
            result.zeros += int(((high == 0) & (low == 0)).sum())
            result.zeros_right += int(((high == 0) & (low == 0) & (real == 0)).sum())
            _everybody(result, key, found[quarter], true)
    return result, found


def _everybody(result: Linked, key: Key, found: Bounds, true: dict[Key, Integers]) -> None:
    """Count the areas of which it is claimed that all residents are in one cell."""
    table, level = BY_KEY[key[0]], key[1]
    if table.kind not in ("one_of", "several"):
        return
    total = found.high["T0", level][:, None]
    claimed = (found.low[key].reshape(len(total), -1) >= total) & (total > 0)
    result.all_of_them += int(claimed.sum())
    result.all_of_them_right += int((claimed & (true[key] == true["T0", level])).sum())


@dataclass
class Guessed:
    """How often small numbers are guessed exactly, and how often by who knows the true margins only."""

    hits: float
    baseline: float
    by_table: dict[Key, tuple[float, float, int]]


def reconstruct(publication: Publication, world: World, found: dict[int, Bounds]) -> Guessed:
    """Guess each small number: the most likely one, from what margins make likely and from what is published of it."""
    by_table: dict[Key, list[NDArray[np.bool_]]] = {}
    for quarter in QUARTERS:
        published, true = publication.quarters[quarter], truth(world, quarter)
        for key, real in true.items():
            if key[1] is Level.MUNICIPALITY or key[0] == "T0":
                continue
            small = (real > 0) & (real <= SMALL)
            low = np.maximum(found[quarter].low[key].reshape(real.shape), 0)
            high = np.maximum(found[quarter].high[key].reshape(real.shape), low)
            guess = _likeliest(
                published.values[key],
                _by_margins(_filled(published, found[quarter]), key, world),
                key,
                low,
                high,
                publication.noisy,
            )
            baseline = np.floor(_by_margins(true, key, world))
            by_table.setdefault(key, []).append(np.stack([(guess == real)[small], (baseline == real)[small]]))
    joined = {key: np.hstack(parts) for key, parts in by_table.items()}
    hits, baseline = np.hstack(list(joined.values())).mean(axis=1)
    shares = {
        key: (float(part[0].mean()), float(part[1].mean()), part.shape[1]) for key, part in joined.items() if part.size
    }
    return Guessed(float(hits), float(baseline), shares)


def _filled(published: Quarter, found: Bounds) -> dict[Key, Numbers]:
    """Fill what is hidden by the middle of what it can be."""
    return {
        key: np.where(np.isnan(values), (found.low[key] + found.high[key]).reshape(values.shape) / 2, values)
        for key, values in published.values.items()
    }


def _by_margins(numbers: dict[Key, Numbers] | dict[Key, Integers], key: Key, world: World) -> Numbers:
    """Return what the cells would be if the area were as the area above it is: its size times the shares above."""
    name, level = key
    above = list(Level)[list(Level).index(level) - 1]
    width = numbers[key].shape[1]
    upper = np.asarray(numbers[name, above], dtype=np.float64)[:, :width]
    owners = np.asarray(world.areas.district_of) if above is Level.DISTRICT else np.zeros(len(numbers[key]), dtype=int)
    size = np.asarray(numbers["T0", level], dtype=np.float64) / np.maximum(numbers["T0", above], 1)[owners]
    return np.asarray(upper[owners] * size, dtype=np.float64)


def _likeliest(
    values: Numbers, expected: Numbers, key: Key, low: Integers, high: Integers, noisy: bool
) -> NDArray[np.int64]:
    numbers = np.arange(0, 41)
    weight = poisson.logpmf(numbers, np.maximum(expected, 0.05)[..., None])
    if noisy:
        spread = SPREAD[key[1]]
        seen = norm.logpdf(np.nan_to_num(values)[..., None], numbers, spread)
        hidden = norm.logcdf(high[..., None] + 0.5, numbers, spread)
        weight = weight + np.where(np.isnan(values)[..., None], hidden, seen)
    else:
        weight = np.where((numbers < low[..., None]) | (numbers > high[..., None]), -1e9, weight)
    return np.asarray(weight.argmax(axis=-1), dtype=np.int64)


@dataclass
class Newcomers:
    """How often it is told right what the one newcomer in a neighbourhood brought along."""

    right: dict[str, float]
    baseline: dict[str, float]
    asked: int


def newcomers(publication: Publication, world: World) -> Newcomers:
    """Compare a neighbourhood with the quarter before: what grew is what the newcomer is."""
    right, baseline = Counter[str](), Counter[str]()
    for one in world.newcomers:
        snapshot = world.snapshots[one.quarter]
        row = int(np.searchsorted(world.people[one.quarter], one.resident))
        now, before = publication.quarters[one.quarter], publication.quarters[one.quarter - 1]
        true = truth(world, one.quarter)
        for name in ("T3", "T2"):
            key = (name, Level.NEIGHBOURHOOD)
            own = set(snapshot.cells[name][row].tolist())
            usual = int(true[key][one.neighbourhood].argmax())
            grown = now.values[key][one.neighbourhood] - before.values[key][one.neighbourhood]
            likely = np.nan_to_num(grown, nan=0.4) + 1e-6 * true[key][one.neighbourhood]
            right[name] += int(likely.argmax()) in own
            baseline[name] += usual in own
    count = len(world.newcomers)
    return Newcomers(
        {name: right[name] / count for name in ("T3", "T2")},
        {name: baseline[name] / count for name in ("T3", "T2")},
        count,
    )
