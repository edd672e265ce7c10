"""From noisy counts to whole numbers, none negative, that add up in all directions. It sees noisy numbers only.

First upwards: what an area was measured at and the sum of its parts are two measurements of one thing; their mean,
weighed by how exact each is, is better than either (Hay, Rastogi, Miklau and Suciu 2010). Then downwards: the nearest
numbers, by the sum of squares, that add up to what was settled one level up.

All is done in integers, in units of 1/SCALE of a resident, so that every machine comes to the same numbers. The nearest
whole table with given margins is a flow at least cost. It is found exactly: each row by itself, under prices for the
columns; then the cheapest chains of moves of one resident, until the columns are right as well.
"""

import itertools
from collections.abc import Mapping

import numpy as np

from bsa.statistics.hierarchy import Hierarchy, Integers, Level

SCALE = 2**16
VARIANCE_UNITS = 1000
"""Variances are kept in thousandths."""
ROUNDS = 12
"""So often prices are mended before residents are moved one by one: it changes how long that takes."""


def means(measured: Mapping[Level, Integers], variances: Mapping[Level, int], hierarchy: Hierarchy) -> "Estimates":
    """Return the best estimate of each count, from the lowest level up, in units of 1/SCALE."""
    low, *higher = sorted(measured, key=list(Level).index, reverse=True)
    best = {low: measured[low] * SCALE}
    spread = np.full(len(measured[low]), variances[low] * VARIANCE_UNITS, dtype=np.int64)
    below = low
    for level in higher:
        parts = [hierarchy.children(level, place) for place in range(len(measured[level]))]
        summed = np.stack([best[below][part].sum(axis=0) for part in parts])
        loose = np.array([spread[part].sum() for part in parts], dtype=np.int64)
        own = variances[level] * VARIANCE_UNITS
        weights = loose.reshape(-1, *[1] * (summed.ndim - 1))
        best[level] = _divided(measured[level] * SCALE * weights + summed * own, weights + own)
        spread, below = _divided(loose * own, loose + own), level
    return best


Estimates = dict[Level, Integers]


def _divided(number: Integers, by: Integers) -> Integers:
    """Divide and round, halves up."""
    return np.asarray((2 * number + by) // (2 * by), dtype=np.int64)


def rounded(estimate: Integers) -> Integers:
    """Return the nearest whole number that is not negative."""
    return np.maximum(_divided(estimate, np.int64(SCALE) * np.ones_like(estimate)), 0)


def shared_out(estimates: Integers, totals: Integers, most: Integers | None = None) -> Integers:
    """Return, for each row, the nearest whole numbers from 0 to `most` that add up to the total of the row.

    Who is over the bound without it is at the bound with it: the others only get more, when that one gets less.
    """
    whole = _shared_out(estimates, totals)
    if most is None:
        return whole
    full = np.zeros(estimates.shape, dtype=bool)
    while np.any(over := whole > most):
        full |= over
        left = totals - np.where(full, most, 0).sum(axis=1)
        whole = np.where(full, most, _shared_out(np.where(full, NEVER, estimates), left))
    return whole


NEVER = -(2**50)
"""An estimate that gets nothing."""


def _shared_out(estimates: Integers, totals: Integers) -> Integers:
    """Return the same without a bound.

    One number is taken off all of a row, and what is under zero is raised to it: the largest number that leaves enough.
    Then less than one for each is missing, and goes to the largest remainders, of equals to the first.
    """
    ordered = -np.sort(-estimates, axis=1)
    too_much = ordered.cumsum(axis=1) - totals[:, None] * SCALE
    many = np.arange(1, estimates.shape[1] + 1)
    staying = np.maximum((ordered * many > too_much).sum(axis=1, keepdims=True), 1)
    left = estimates - np.take_along_axis(too_much, staying - 1, 1) // staying
    whole = np.maximum(left, 0) // SCALE
    order = np.argsort(np.where(left < 0, 1, whole * SCALE - left), axis=1, kind="stable")
    missing = totals[:, None] - whole.sum(axis=1, keepdims=True)
    np.put_along_axis(whole, order, np.take_along_axis(whole, order, 1) + (many <= missing), 1)
    return np.asarray(whole, dtype=np.int64)


def nearest_table(estimates: Integers, rows: Integers, columns: Integers, most: Integers) -> Integers:
    """Return the nearest whole table with these sums of rows and columns, each number from 0 to the most of its row."""
    most = np.broadcast_to(most[:, None], estimates.shape)
    # A price on a column costs every table with the right sums the same: the nearest one stays the nearest.
    prices = np.zeros_like(columns)
    table = shared_out(estimates, rows, most)
    for _ in range(ROUNDS):
        over = table.sum(axis=0) - columns
        if not over.any():
            return table
        prices = prices + over * SCALE // max(len(rows), 1)
        table = shared_out(estimates - prices, rows, most)
    _move(table, estimates - prices, columns, most)
    return table


def _move(table: Integers, estimates: Integers, columns: Integers, most: Integers) -> None:
    """Move residents between columns within their rows, each time along the cheapest chain, until the columns fit."""
    over = table.sum(axis=0) - columns
    while over.any():
        dearer = np.where(table < most, 2 * (table * SCALE - estimates) + SCALE, NOWHERE)
        cheaper = np.where(table > 0, 2 * (table * SCALE - estimates) - SCALE, -NOWHERE)
        costs = dearer[:, None, :] - cheaper[:, :, None]
        row = costs.argmin(axis=0)
        chain = _cheapest(np.take_along_axis(costs, row[None], 0)[0], over)
        for source, target in itertools.pairwise(chain):
            table[row[source, target], source] -= 1
            table[row[source, target], target] += 1
        over[chain[0]] -= 1
        over[chain[-1]] += 1


NOWHERE = 2**60
"""Costs more than any chain of moves."""


def _cheapest(costs: Integers, over: Integers) -> list[int]:
    """Return the cheapest chain of columns from one that has too many to one that has too few (Bellman and Ford)."""
    cost = np.where(over > 0, 0, NOWHERE)
    before = np.full(len(over), -1)
    while True:
        through = np.minimum(cost[:, None] + np.minimum(costs, NOWHERE), NOWHERE)
        best = through.argmin(axis=0)
        new = np.take_along_axis(through, best[None], 0)[0]
        if not np.any(new < cost):
            break
        before = np.where(new < cost, best, before)
        cost = np.minimum(new, cost)
    place = int(np.where(over < 0, cost, NOWHERE).argmin())
    chain = [place]
    while before[place] >= 0:
        place = int(before[place])
        chain.append(place)
    return chain[::-1]
