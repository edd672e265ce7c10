"""The nearest whole numbers that add up: never negative, and none nearer."""

import numpy as np
import pytest
from scipy.optimize import linprog

from bsa.statistics.hierarchy import Integers, Level, PublicArea, hierarchy
from bsa.statistics.profile import STRICT
from bsa.statistics.projection import SCALE, means, nearest_table, rounded, shared_out

M, D, N = Level


def test_numbers_are_shared_out_by_the_largest_remainders() -> None:
    estimates = np.array([[2.25, 3.5, -4.0], [0.0, 0.0, 0.0], [9.0, 1.0, 1.0]]) * SCALE

    assert shared_out(estimates.astype(np.int64), np.array([5, 2, 0])).tolist() == [[2, 3, 0], [1, 1, 0], [0, 0, 0]]


def test_no_number_is_more_than_its_bound() -> None:
    estimates = np.array([[90, 5, 5]]) * SCALE

    assert shared_out(estimates, np.array([30]), np.array([[10, 18, 40]])).tolist() == [[10, 10, 10]]


@pytest.mark.parametrize("seed", range(20))
def test_no_whole_table_with_the_same_sums_is_nearer(seed: int) -> None:
    """Solved as a flow by a general solver: each further resident in a cell costs more than the one before."""
    dice = np.random.default_rng(seed)
    real = dice.poisson(3, dice.integers(1, 6, 2))
    rows, columns = real.sum(axis=1), real.sum(axis=0)
    estimates = (real * SCALE + dice.normal(0, 5 * SCALE, real.shape)).astype(np.int64)

    most = real.max(axis=1) + dice.integers(0, 2)

    found = nearest_table(estimates, rows, columns, most)

    assert found.min() >= 0
    assert (found <= most[:, None]).all()
    assert (found.sum(axis=1) == rows).all()
    assert (found.sum(axis=0) == columns).all()
    assert distance(found, estimates) == pytest.approx(least_distance(estimates, rows, columns, most), abs=1e-4)


def distance(table: Integers, estimates: Integers) -> float:
    return float(((table - estimates / SCALE) ** 2).sum() - ((estimates / SCALE) ** 2).sum())


def least_distance(estimates: Integers, rows: Integers, columns: Integers, bounds: Integers) -> float:
    height, width, most = *estimates.shape, int(bounds.max())
    steps = np.arange(most)
    costs = (2 * (steps - (estimates / SCALE)[..., None]) + 1).reshape(-1)
    cells = np.repeat(np.arange(height * width), most)
    of_row = (cells // width == np.arange(height)[:, None]).astype(float)
    of_column = (cells % width == np.arange(width)[:, None]).astype(float)
    best = linprog(
        costs,
        A_eq=np.vstack([of_row, of_column]),
        b_eq=[*rows, *columns],
        bounds=[(0, int(step < bounds[row])) for row in range(height) for _ in range(width) for step in steps],
    )
    return float(best.fun)


def test_an_area_and_the_sum_of_its_parts_are_averaged_by_how_exact_they_are() -> None:
    inner = [PublicArea(f"BU9999010{number}", "WK999901", 900) for number in (1, 2, 3, 4, 5)]
    areas = hierarchy("GM9999", [PublicArea("WK999901", "GM9999", 4500)], inner, STRICT)
    measured = {N: np.full((5, 1), 10), D: np.array([[70]]), M: np.array([[60]])}

    best = means(measured, {N: 40, D: 200, M: 200}, areas)

    # Five times 40 is 200: as exact as the district itself, so halfway between 50 and 70. The mean of the two has half
    # that variance, and counts twice against the municipality, which says 60 as well.
    assert (best[D] / SCALE).tolist() == [[60.0]]
    assert (best[M] / SCALE).tolist() == [[60.0]]
    assert best[N].tolist() == [[10 * SCALE]] * 5


def test_less_than_nobody_is_nobody() -> None:
    assert rounded(np.array([-3 * SCALE, SCALE // 2, SCALE // 2 - 1])).tolist() == [0, 1, 0]
