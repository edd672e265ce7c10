"""A release: it adds up in all directions, is the same again to the byte, and shows nothing that is small."""

import csv
import io
import json
import time

import numpy as np
import pytest

from bsa.statistics.counting import Counts
from bsa.statistics.cube import ALL, BY_KEY, Kind, is_in, listed, tables_of
from bsa.statistics.display import Share, as_csv, as_json, change, margin, share, shown
from bsa.statistics.hierarchy import Hierarchy, Level
from bsa.statistics.profile import STRICT, Profile
from bsa.statistics.release import Release, draw

from tests.statistics_attacks.population import World, municipality, world

M, D, N = Level
MASTER = b"a master key of the tests"


@pytest.fixture(scope="module")
def year() -> World:
    return world(6000, seed=3, areas=municipality(4, 6))


@pytest.fixture(scope="module")
def release(year: World) -> Release:
    return draw("2026-Q4", tables_of(4), year.counts[4], year.areas, MASTER, STRICT)


def nobody(areas: Hierarchy) -> Counts:
    return {
        table.key: np.zeros((len(areas.neighbourhoods), len(table.cells)), dtype=np.int64) for table in tables_of(4)
    }


@pytest.mark.parametrize("empty", [False, True], ids=["residents", "nobody"])
def test_everything_adds_up_and_nothing_is_negative(year: World, empty: bool) -> None:
    areas = year.areas
    counts = nobody(areas) if empty else year.counts[4]
    cells = draw("2026-Q4", tables_of(4), counts, areas, MASTER, STRICT).cells

    for table, level in listed(tables_of(4)):
        numbers = cells[table.key, level]
        assert numbers.min() >= 0
        if level is not M:
            above = Level.MUNICIPALITY if level is D else Level.DISTRICT
            for place in range(len(areas.codes(above))):
                parts = numbers[areas.children(above, place)].sum(axis=0)
                assert (parts == cells[table.key, above][place][: len(parts)]).all()
        if table.kind is Kind.ONE_OF:
            assert (numbers.sum(axis=1) == cells["T0", level][:, 0]).all()
        if table.kind is Kind.SEVERAL:
            assert (numbers <= cells["T0", level]).all()
        if table.within is not None:
            divided = numbers.reshape(len(numbers), len(BY_KEY[table.within].at(level)), -1).sum(axis=2)
            assert (divided == cells[table.within, level]).all()


def test_nobody_can_say_that_all_are_in_the_same_cell(year: World) -> None:
    same = {key: cells.copy() for key, cells in nobody(year.areas).items()}
    for key in ("T0", "T1", "T2", "T3", "T4", "T5"):
        same[key][:, 0] = 40
    cells = draw("2026-Q4", tables_of(4), same, year.areas, MASTER, STRICT).cells

    for key in ("T1", "T2", "T3", "T5"):
        for level in BY_KEY[key].levels:
            assert (cells[key, level] < cells["T0", level]).all()


def test_sums_that_are_given_are_the_sums_of_the_cells(release: Release) -> None:
    numbers = {(one.table.key, one.area, one.cell): one for one in shown(release)}
    for (key, area, cell), one in numbers.items():
        if ALL in cell and one.value is not None:
            level = Level(one.level)
            place = release.hierarchy.codes(level).index(area)
            columns = [n for n, part in enumerate(one.table.at(level)) if is_in(part, cell)]
            assert one.value == release.cells[key, level][place, columns].sum()
            assert one.margin95 > margin(level, STRICT)


def test_the_same_counts_give_the_same_bytes_and_other_counts_other_noise_everywhere(
    year: World, release: Release
) -> None:
    again = draw("2026-Q4", tables_of(4), year.counts[4], year.areas, MASTER, STRICT)
    assert as_json(again) == as_json(release)
    assert as_csv(again) == as_csv(release)
    assert again.digest == release.digest

    one_more = {key: cells.copy() for key, cells in year.counts[4].items()}
    one_more["T9"][0, 0] += 1
    others = [
        draw("2026-Q4", tables_of(4), one_more, year.areas, MASTER, STRICT),
        draw("2026-Q4-r2", tables_of(4), year.counts[4], year.areas, MASTER, STRICT),
        draw("2026-Q4", tables_of(4), year.counts[4], year.areas, b"another", STRICT),
    ]
    for other in others:
        same = np.mean(other.cells["T0", N] == release.cells["T0", N])
        assert same < 0.4
    assert others[0].digest != release.digest
    assert others[1].digest == release.digest
    assert others[2].digest != release.digest


def test_no_number_under_ten_is_written_anywhere(year: World, release: Release) -> None:
    for written in (release, draw("2026-Q4", tables_of(4), nobody(year.areas), year.areas, MASTER, STRICT)):
        for one in json.loads(as_json(written))["cells"]:
            assert (one["value"] is None) == (one["reason"] is not None)
            assert one["value"] is None or one["value"] >= 10
        rows = list(csv.DictReader(io.StringIO(as_csv(written).decode())))
        assert all(row["value"] == "" or int(row["value"]) >= 10 for row in rows)
        assert len(rows) == len(json.loads(as_json(written))["cells"])


def test_both_forms_say_the_same_in_the_same_order(release: Release) -> None:
    rows = csv.DictReader(io.StringIO(as_csv(release).decode()))
    for row, one in zip(rows, json.loads(as_json(release))["cells"], strict=True):
        assert (row["table"], row["area"], row["reason"]) == (one["table"], one["area"], one["reason"] or "")
        assert row["value"] == ("" if one["value"] is None else str(one["value"]))
        assert all(row[dimension] == category for dimension, category in one["categories"].items())


def test_each_answer_says_how_exact_it_is(release: Release) -> None:
    said = json.loads(as_json(release))

    assert said["margin95"] == {"municipality": 28, "district": 28, "neighbourhood": 12}
    assert (said["release"], said["method_version"], said["additive"]) == ("2026-Q4", "sdc1.1", True)


def test_where_few_live_only_their_number_is_shown(year: World) -> None:
    few = {key: cells.copy() for key, cells in nobody(year.areas).items()}
    for key in ("T0", "T1", "T3", "T5"):
        few[key][:, 0] = 15
    release = draw("2026-Q4", tables_of(4), few, year.areas, MASTER, STRICT)

    hidden = 0
    totals = dict(zip(year.areas.neighbourhoods, release.cells["T0", N][:, 0].tolist(), strict=True))
    for one in shown(release):
        if one.level is N and one.table.key != "T0" and totals[one.area] < 20:
            hidden += 1
            assert (one.value, one.reason) == (None, "<20 residents")
    assert hidden


def test_areas_and_cells_are_the_same_when_there_is_nobody(year: World, release: Release) -> None:
    empty = draw("2026-Q4", tables_of(4), nobody(year.areas), year.areas, MASTER, STRICT)

    def listed_in(one: Release) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(number.table.key, number.area, number.cell) for number in shown(one)]

    assert listed_in(empty) == listed_in(release)


def test_a_release_holds_neither_its_key_nor_an_exact_count(year: World, release: Release) -> None:
    assert "key" not in {name for name in vars(release) if name != "key"}
    assert MASTER.hex() not in repr(release)
    assert (release.cells["T0", N] != year.counts[4]["T0"]).mean() > 0.7


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (30, 49, None),
        (None, 60, None),
        (10, 250, "<5"),
        (13, 250, "5"),
        (30, 60, "50"),
        (57, 60, "95"),
        (58, 60, ">95"),
        (61, 60, ">95"),
    ],
)
def test_percentages_are_given_of_enough_residents_and_never_near_none_or_all(
    part: int | None, whole: int, text: str | None
) -> None:
    found = share(part, whole, STRICT)

    assert (found.text if isinstance(found, Share) else None) == text


def test_a_change_has_a_wider_margin() -> None:
    found = change(30, 42, N, STRICT)

    assert found is not None
    assert (found.value, found.margin95) == (12, 17)
    assert change(None, 42, N, STRICT) is None


def test_a_table_that_an_installation_leaves_out_is_not_in_the_release(year: World) -> None:
    tables = tables_of(4, frozenset({"T5", "T6"}))
    release = draw("2026-Q4", tables, year.counts[4], year.areas, MASTER, Profile())

    assert {"T5", "T6", "T10"}.isdisjoint(one.table.key for one in shown(release))


def test_a_large_municipality_is_drawn_within_two_seconds_of_the_processor() -> None:
    """20,000 residents, 80 neighbourhoods; more than 2,000 cells in Q4. `benchmarks/statistics_use.py` draws 7,000."""
    town = world(seed=11)
    draw("warm", tables_of(4), town.counts[4], town.areas, MASTER, STRICT)

    begun = time.process_time()
    draw("2026-Q4", tables_of(4), town.counts[4], town.areas, MASTER, STRICT)

    assert time.process_time() - begun < 2
