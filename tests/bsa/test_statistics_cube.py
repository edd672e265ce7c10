"""The closed cube: its categories are the codes of the features, and what is sensitive is not told by neighbourhood."""

from datetime import date
from enum import StrEnum

import numpy as np
import pytest

from bsa.initiatives.models import ParticipantPart
from bsa.institutions.models import InstitutionKind
from bsa.needs.models import SENSITIVE as SENSITIVE_NEEDS
from bsa.needs.models import LifeArea
from bsa.referrals.states import ReferralOutcome
from bsa.residents.models import AgeBand, ResidentPhase
from bsa.statistics import cube
from bsa.statistics.counting import NONE, Snapshot, count, kept, require_whole
from bsa.statistics.cube import BY_KEY, TABLES, tables_of
from bsa.statistics.hierarchy import Level, PublicArea, hierarchy
from bsa.statistics.profile import STRICT

M, D, N = Level


@pytest.mark.parametrize(
    ("dimension", "codes", "never"),
    [
        (cube.LIFE_AREAS, LifeArea, set()),
        (cube.PHASES, ResidentPhase, {ResidentPhase.FINISHED}),
        (cube.AGE_BANDS, AgeBand, {AgeBand.UNDER_18}),
        (cube.PARTNERS, InstitutionKind, set()),
        (cube.PARTS, ParticipantPart, set()),
    ],
    ids=lambda what: getattr(what, "code", None),
)
def test_categories_are_the_codes_of_the_features(
    dimension: cube.Dimension, codes: type[StrEnum], never: set[StrEnum]
) -> None:
    assert set(dimension.categories) - {"unknown"} == {str(code) for code in codes if code not in never}


def test_each_outcome_of_a_referral_is_counted_somewhere() -> None:
    assert set(cube.OUTCOME_OF) == {str(outcome) for outcome in ReferralOutcome}
    assert {*cube.OUTCOME_OF.values(), "none_yet"} == set(cube.OUTCOMES.categories)


def test_sensitive_needs_are_told_by_district_and_up() -> None:
    needs = BY_KEY["T2"]

    assert {str(area) for area in SENSITIVE_NEEDS} == cube.SENSITIVE
    assert cube.SENSITIVE.isdisjoint(cell[0] for cell in needs.at(N))
    assert {cell[0] for cell in needs.at(D)} == {str(area) for area in LifeArea}
    assert [table.key for table in TABLES if N in table.levels] == ["T0", "T1", "T2", "T3"]
    assert all(len(table.dimensions) <= 1 for table in TABLES if N in table.levels)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
def test_the_cells_of_a_lower_level_are_the_first_ones_of_a_higher_one(table: cube.Table) -> None:
    for above, below in zip(table.levels, table.levels[1:], strict=False):
        assert table.at(above)[: len(table.at(below))] == table.at(below)


def test_ages_are_told_once_a_year_and_a_table_can_be_left_out_with_what_divides_it() -> None:
    assert [quarter for quarter in (1, 2, 3, 4) if BY_KEY["T1"] in tables_of(quarter)] == [4]
    assert {"T2", "T4"}.isdisjoint(table.key for table in tables_of(1, frozenset({"T2"})))
    assert BY_KEY["T0"] in tables_of(1, frozenset({"T0"}))


def test_of_many_needs_the_most_recent_are_counted_each_once() -> None:
    needs = BY_KEY["T2"]
    days = {"housing": 1, "health": 2, "upbringing": 3, "money": 4}
    things = [((area,), date(2026, 3, day), area) for area, day in days.items()]

    assert kept([*things, (("money",), date(2026, 1, 1), "again")], needs, b"key") == [
        ("money",),
        ("upbringing",),
        ("health",),
    ]


def test_of_one_day_a_key_decides_and_always_the_same() -> None:
    things = [((area,), date(2026, 3, 1), area) for area in cube.LIFE_AREAS.categories]
    chosen = {key: tuple(kept(things, BY_KEY["T2"], key)) for key in (b"one", b"two", b"three", b"four")}

    assert chosen[b"one"] == tuple(kept(list(reversed(things)), BY_KEY["T2"], b"one"))
    assert len(set(chosen.values())) > 1


def test_who_is_counted_too_often_is_refused() -> None:
    areas = hierarchy(
        "GM9999", [PublicArea("WK999901", "GM9999", 900)], [PublicArea("BU99990101", "WK999901", 900)], STRICT
    )
    one = np.zeros(1, dtype=np.int64)
    twice = Snapshot(one, {"T0": one[:, None], "T2": np.array([[2, 2, NONE]])})
    tables = (BY_KEY["T0"], BY_KEY["T2"])

    with pytest.raises(ValueError, match="in 3 cells, in each of them once"):
        count(twice, areas, tables)
    with pytest.raises(ValueError, match="T2"):
        count(Snapshot(one, {"T0": one[:, None], "T2": np.array([[1, 2, 3, 4]])}), areas, tables)

    counted = count(Snapshot(one, {"T0": one[:, None], "T2": np.array([[1, 2, NONE]])}), areas, tables)
    assert counted["T2"].tolist() == [[0, 1, 1, *[0] * 7]]
    require_whole(counted, areas, tables)


@pytest.mark.parametrize(
    ("key", "cells"), [("T3", [[1, 0, 0, 0]]), ("T2", [[3, *[0] * 9]]), ("T4", [[1, *[0] * 39]]), ("T5", [[2, 0, 0]])]
)
def test_counts_that_no_residents_have_are_refused(key: str, cells: list[list[int]]) -> None:
    areas = hierarchy(
        "GM9999", [PublicArea("WK999901", "GM9999", 900)], [PublicArea("BU99990101", "WK999901", 900)], STRICT
    )
    counts = {table.key: np.zeros((1, len(table.cells)), dtype=np.int64) for table in tables_of(1)}
    for name in ("T0", "T3", "T5"):
        counts[name][0, 0] = 2
    require_whole(counts, areas, tables_of(1))

    with pytest.raises(ValueError, match=key):
        require_whole({**counts, key: np.array(cells)}, areas, tables_of(1))


def test_small_areas_are_put_together_by_public_figures_until_they_are_large_enough() -> None:
    districts = [PublicArea(f"WK99990{n}", "GM9999", many) for n, many in enumerate((2000, 1500, 450), 1)]
    inner = [
        PublicArea("BU99990101", "WK999901", 1850),
        PublicArea("BU99990102", "WK999901", 40),
        PublicArea("BU99990103", "WK999901", 110),
        PublicArea("BU99990201", "WK999902", 1500),
        PublicArea("BU99990301", "WK999903", 450),
    ]
    areas = hierarchy("GM9999", districts, inner, STRICT)

    # 40 inhabitants are too few, so 110 come with them; 450 are too few for a district, so 1,500 come with them.
    assert areas.districts == ("GM9999-rest", "WK999901")
    assert areas.neighbourhoods == ("BU99990101", "GM9999-rest-rest", "WK999901-rest")
    assert areas.places["BU99990102"] == areas.places["BU99990103"] == 2
    assert areas.places["BU99990201"] == areas.places["BU99990301"] == 1
    counts = np.array([[5], [7], [3]])
    assert areas.up(counts, D).tolist() == [[7], [8]]
    assert areas.up(counts, M).tolist() == [[15]]
