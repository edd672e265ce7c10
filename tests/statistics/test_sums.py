"""Half years, years and own areas are sums of frozen numbers, and say nothing that is not in those."""

import math
from dataclasses import replace

import pytest

from bsa.errors import NotFound
from bsa.statistics.cube import ALL, BY_KEY, EXACT_BY_KEY, TOTAL
from bsa.statistics.display import BesideLevels, Shown
from bsa.statistics.hierarchy import Level
from bsa.statistics.published import Dataset, narrowed
from bsa.statistics.sums import number_of_sum, of_own_areas, quarters_of, summed

from tests.statistics.made_up import OWN, last, year


def cells_of(dataset: Dataset, key: str) -> dict[tuple[str, tuple[str, ...]], Shown]:
    return {(one.area, one.cell): one for one in dataset.cells if one.table.key == key}


def frozen(dataset: Dataset, key: str, level: Level) -> int:
    return int(dataset.release.cells[key, level].sum())


@pytest.mark.parametrize(
    ("period", "numbers"),
    [("2026-Q3", "3"), ("2026-H1", "12"), ("2026-H2", "34"), ("2026", "1234")],
)
def test_a_period_has_its_quarters(period: str, numbers: str) -> None:
    assert quarters_of(period) == tuple(f"2026-Q{number}" for number in numbers)


@pytest.mark.parametrize("period", ["2026-Q0", "2026-M01", "26", "2026-H3", "2026-", "x"])
def test_what_is_no_period_is_not_there(period: str) -> None:
    with pytest.raises(NotFound):
        quarters_of(period)


def test_what_happens_in_a_quarter_adds_up_with_a_wider_margin() -> None:
    whole = summed("2026", year())
    for key in ("T6", "T10"):
        for place, one in cells_of(whole, key).items():
            parts = [cells_of(quarter, key)[place] for quarter in year()]
            if all(part.value is not None for part in parts):
                assert one.value == sum(part.value or 0 for part in parts)
            assert abs(one.margin95 - math.sqrt(sum(part.margin95**2 for part in parts))) < 2
        assert frozen(whole, key, Level.MUNICIPALITY) == sum(
            frozen(quarter, key, Level.MUNICIPALITY) for quarter in year()
        )


def test_a_sum_holds_parts_that_were_too_small_to_show() -> None:
    whole, found = summed("2026", year()), 0
    for place, one in cells_of(whole, "T10").items():
        parts = [cells_of(quarter, "T10")[place] for quarter in year()]
        if one.value is not None and any(part.value is None for part in parts):
            found += 1
            assert one.value >= 10
    assert found > 0


def test_what_stands_on_a_day_is_that_of_the_last_quarter() -> None:
    whole = summed("2026", year())
    for key in ("T0", "T1", "T2", "T3", "T4", "T5", "T9"):
        assert cells_of(whole, key) == cells_of(last(), key)
    half = summed("2026-H1", year()[:2])
    assert cells_of(half, "T3") == cells_of(year()[1], "T3")
    assert BY_KEY["T1"] not in half.tables


def test_who_was_met_for_the_first_time_adds_up_and_who_was_met_again_does_not() -> None:
    whole = summed("2026", year())
    met = cells_of(whole, "T8")
    assert {cell for _, cell in met} == {("first_time",), ("again",)}
    assert met["GM9999", ("first_time",)].value == sum(
        int(quarter.release.cells["T8", Level.MUNICIPALITY][0, 0]) for quarter in year()
    )
    assert met["GM9999", ("again",)] == cells_of(last(), "T8")["GM9999", ("again",)]
    assert ("GM9999", (ALL,)) in cells_of(last(), "T8")


def test_a_sum_is_additive_over_areas() -> None:
    whole = summed("2026", year())
    for table in whole.release.tables:
        if Level.DISTRICT in table.levels:
            assert frozen(whole, table.key, Level.DISTRICT) == frozen(whole, table.key, Level.MUNICIPALITY)


def test_counts_about_institutions_add_up_exactly() -> None:
    whole = cells_of(summed("2026", year()), "I1")
    assert whole["WK999901", ("housing_corporation", "yes_if")].value == 8
    assert EXACT_BY_KEY["I3"] in summed("2026", year()).tables


def test_there_is_no_sum_over_other_areas() -> None:
    one, other = year()[:2]
    areas = replace(other.release.hierarchy, published_as={**other.release.hierarchy.published_as, "BU99990199": "x"})
    elsewhere = replace(other, release=replace(other.release, hierarchy=areas))
    with pytest.raises(NotFound):
        summed("2026-H1", [one, elsewhere])


def test_a_sum_has_a_number_that_goes_up_with_each_revision() -> None:
    assert number_of_sum([1, 1]) == 1
    assert number_of_sum([1, 3]) == 3
    revised = summed("2026-H1", [year()[0], replace(year()[1], revision=2, reason="Anders geteld.")])
    assert (revised.key, revised.reason) == ("2026-H1-r2", "Anders geteld.")
    assert revised.fingerprint == summed("2026-H1", year()[:2]).fingerprint


def test_an_own_area_is_the_sum_of_its_neighbourhoods() -> None:
    own = of_own_areas(last())
    (area,) = own.areas
    assert (area.code, area.level, area.name) == (OWN, BesideLevels.OWN_AREA, "Veenpark")
    places = [last().codes(Level.NEIGHBOURHOOD).index(code) for code in last().own_areas[0].neighbourhoods]
    total = int(last().release.cells[TOTAL.key, Level.NEIGHBOURHOOD][places].sum())
    assert cells_of(own, "T0")[OWN, ()].value == total
    single = next(one for one in last().of(TOTAL) if one.level is Level.NEIGHBOURHOOD)
    assert cells_of(own, "T0")[OWN, ()].margin95 == math.ceil(single.margin95 * math.sqrt(3))
    assert {table.key for table in own.tables} == {"T0", "T1", "T2", "T3"}
    assert not {"money", "substances"} & {cell[0] for _, cell in cells_of(own, "T2")}


def test_of_an_own_area_with_few_residents_only_the_total_is_given() -> None:
    cells = {key: numbers.copy() for key, numbers in last().release.cells.items()}
    cells[TOTAL.key, Level.NEIGHBOURHOOD][:3] = [[4], [8], [3]]
    few = of_own_areas(replace(last(), release=replace(last().release, cells=cells)))
    assert cells_of(few, "T0")[OWN, ()].value == 15
    assert {one.reason for one in few.cells if one.table is not TOTAL} == {"<20 residents"}


def test_another_own_area_is_not_there() -> None:
    for dataset, code in ((last(), "019d1f2d-0000-7893-9d46-d3b0463b1657"), (replace(last(), own_areas=()), None)):
        with pytest.raises(NotFound):
            of_own_areas(dataset, code)


def test_a_level_or_an_area_is_taken_out_of_the_whole() -> None:
    districts = narrowed(last(), "district", None)
    assert {one.level for one in districts.cells} == {Level.DISTRICT}
    assert BY_KEY["T10"] not in districts.tables
    assert BY_KEY["T6"] in districts.tables
    one = narrowed(last(), None, "WK999902")
    assert {cell.area for cell in one.cells} == {"WK999902"}
    assert narrowed(last(), None, None) is last()
    for level, area in (("street", None), (None, "WK999999"), ("district", "GM9999")):
        with pytest.raises(NotFound):
            narrowed(last(), level, area)
