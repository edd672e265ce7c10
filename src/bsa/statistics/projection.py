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

    One number is taken off all of a row, and what falls outside the bounds is put on them. That number is the largest
    one that leaves enough; then less than one for each is missing, and goes to the largest remainders, of equals to the
    first.
    """
    whole = _whole(estimates - _taken_off(estimates, totals), totals)
    if most is not None:
        most = np.broadcast_to(most, estimates.shape)
        over = (whole > most).any(axis=1)
        some, upper = estimates[over], most[over]
        whole[over] = _whole(some - _taken_off_below(some, totals[over], upper), totals[over], upper)
    return whole


def _whole(left: Integers, totals: Integers, most: Integers | None = None) -> Integers:
    upper = (totals[:, None] if most is None else most) * SCALE
    whole = np.minimum(np.maximum(left, 0), upper) // SCALE
    full = (left < 0) | (left >= upper)
    order = np.argsort(np.where(full, 1, whole * SCALE - left), axis=1, kind="stable")
    missing = totals[:, None] - whole.sum(axis=1, keepdims=True)
    np.put_along_axis(whole, order, np.take_along_axis(whole, order, 1) + (np.arange(whole.shape[1]) < missing), 1)
    return np.asarray(whole, dtype=np.int64)


def _taken_off(estimates: Integers, totals: Integers) -> Integers:
    """Return what to take off each row so that what stays above zero is just enough."""
    ordered = -np.sort(-estimates, axis=1)
    many = np.arange(1, estimates.shape[1] + 1)
    too_much = ordered.cumsum(axis=1) - totals[:, None] * SCALE
    staying = np.maximum((ordered * many > too_much).sum(axis=1, keepdims=True), 1)
    return np.asarray(np.take_along_axis(too_much, staying - 1, 1) // staying, dtype=np.int64)


def _taken_off_below(estimates: Integers, totals: Integers, most: Integers) -> Integers:
    """Return the same where no number may be more than its bound; found by halving."""
    upper, wanted = most * SCALE, totals[:, None] * SCALE
    low = (estimates - upper).min(axis=1, keepdims=True)
    high = estimates.max(axis=1, keepdims=True) + 1
    while np.any(high - low > 1):
        middle = (low + high) // 2
        enough = np.minimum(np.maximum(estimates - middle, 0), upper).sum(axis=1, keepdims=True) >= wanted
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
    return np.asarray(low, dtype=np.int64)


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
