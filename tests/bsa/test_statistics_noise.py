"""The noise: the same everywhere, as likely as it should be, and never more than a resident's budget allows to tell."""

from fractions import Fraction
from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray

from bsa.statistics.budget import best_guess
from bsa.statistics.noise import margin95, noise, reach, release_key, thresholds

NO_KEY = bytes(32)
CLOSE = 2e-4
"""Numbers are whole, so who guesses does better than with smooth noise by less than this."""


@pytest.mark.parametrize(
    ("label", "variance", "drawn"),
    [
        ("T0|BU00000000|", 20, -1),
        ("T2|WK000000|financien", 100, 17),
        ("T3|*|traject", 100, -2),
        ("T2|BU03630101|eenzaamheid", 20, 7),
    ],
)
def test_the_noise_of_a_label_is_what_others_work_out_too(label: str, variance: int, drawn: int) -> None:
    assert noise(NO_KEY, label, variance) == drawn


def test_the_table_is_the_published_one() -> None:
    table, middle = thresholds(20), reach(20)

    assert middle == 44
    assert table[middle - 1 : middle + 2] == (8400590012694690251, 10046154061014861364, 11651088988218994422)
    assert len(table) == 2 * middle + 1
    assert table[-1] == 2**64
    assert list(table) == sorted(table)


@pytest.mark.parametrize("variance", [20, 40, 100, 200])
def test_draws_are_spread_as_the_table_says(variance: int) -> None:
    drawn = np.array([noise(NO_KEY, f"T0|{number}|", variance) for number in range(20_000)])

    assert abs(drawn.mean()) < 4 * (variance / len(drawn)) ** 0.5
    assert drawn.var() == pytest.approx(variance, rel=0.05)
    assert (np.abs(drawn) <= margin95(variance)).mean() >= 0.945


def test_margins_hold_95_of_100_draws() -> None:
    assert [margin95(variance) for variance in (20, 40, 100, 200)] == [9, 12, 20, 28]


def test_another_release_other_counts_or_another_master_key_give_another_key() -> None:
    keys = {
        release_key(master, release, digest)
        for master in (b"one", b"other")
        for release in ("2026-Q1", "2026-Q1-r2")
        for digest in ("aa", "ab")
    }

    assert len(keys) == 8
    assert release_key(b"one", "2026-Q1", "aa") in keys


@pytest.mark.parametrize(
    "cells",
    [
        {40: 1, 200: 2},  # one number at all three levels
        {40: 3, 200: 6},  # as many needs as are counted of one resident
        {200: 4},  # twice at the two upper levels
        {40: 5, 200: 20},  # all tables of a release
        {20: 1, 100: 2},
        {20: 3, 100: 6},
        {20: 5, 100: 20},
    ],
    ids=str,
)
def test_the_best_possible_guess_is_as_good_as_the_budget_says_and_no_better(cells: dict[int, int]) -> None:
    """Worked out exactly: the loss of privacy is a sum of independent draws, so its law is a convolution."""
    mu_squared = sum((Fraction(many, variance) for variance, many in cells.items()), Fraction(0))

    right = exact_best_guess(cells)

    assert right <= best_guess(mu_squared) + CLOSE
    assert right == pytest.approx(best_guess(mu_squared), abs=CLOSE)


def exact_best_guess(cells: dict[int, int]) -> float:
    """Return how often the best guess is right between a world, and one with a resident more in so many cells.

    With noise k in a cell of variance v, the logarithm of the likelihood ratio is (2 k + 1) / (2 v): all that counts is
    the sum of k / v, which has its own law on a grid.
    """
    grid = max(cells)
    law = np.ones(1)
    offset = sum(many / (2 * variance) for variance, many in cells.items())
    for variance, many in cells.items():
        for _ in range(many):
            law = np.convolve(law, _stretched(variance, grid // variance))
    middle = len(law) // 2
    losses = (np.arange(len(law)) - middle) / grid + offset
    return float((law * np.maximum(1, np.exp(-losses))).sum() / 2)


def _stretched(variance: int, step: int) -> NDArray[np.float64]:
    farthest = reach(variance)
    chances = np.zeros(2 * farthest * step + 1)
    chances[::step] = [exp(-k * k / (2 * variance)) for k in range(-farthest, farthest + 1)]
    return np.asarray(chances / chances.sum(), dtype=np.float64)
