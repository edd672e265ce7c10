"""Published figures in each format, read back by programs of others: cell by cell the same, also what is not shown."""

import io
import json
import math
import re
import subprocess
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright._impl._driver import compute_driver_executable

from bsa.statistics.cube import ALL, BY_KEY, Table
from bsa.statistics.formats import csv_rows, json_cells, json_stat, workbook
from bsa.statistics.formats.naming import given, is_exact
from bsa.statistics.indicators import LANGUAGES, Language, label, reason_told
from bsa.statistics.published import Dataset
from bsa.statistics.sums import of_own_areas, summed

from tests.statistics.made_up import last, year

Cells = dict[tuple[str, ...], tuple[int | None, str | None, int]]
"""By table, area and categories: the number, why there is none, and the margin."""
HERE = Path(__file__).parent
WRITERS = {"JSON": json_cells.write, "JSON-stat": json_stat.write, "CSV": csv_rows.write, "XLSX": workbook.write}


@cache
def published() -> dict[str, Dataset]:
    """Everything of which formats are written: a quarter, sums, and own areas."""
    return {
        "a quarter": last(),
        "a half year": summed("2026-H1", year()[:2]),
        "a year": summed("2026", year()),
        "own areas": of_own_areas(last()),
    }


PUBLISHED = pytest.mark.parametrize("name", ["a quarter", "a half year", "a year", "own areas"])


def key_of(table: Table, area: str, categories: dict[str, str]) -> tuple[str, ...]:
    return (table.code, area, *(categories[dimension.code] for dimension in table.dimensions))


def truth(dataset: Dataset, *, listed_only: bool = True) -> Cells:
    """Return what is published; about institutions with its zeros when all combinations are wanted."""
    found: Cells = {}
    if not listed_only:
        for table in dataset.tables:
            if is_exact(table):
                found |= {
                    (table.code, area.code, *cell): (0, None, 0) for area in dataset.areas for cell in table.cells
                }
    found |= {(one.table.code, one.area, *one.cell): (one.value, one.reason, one.margin95) for one in dataset.cells}
    return found


def by_code(dataset: Dataset) -> dict[str, Table]:
    return {table.code: table for table in dataset.tables}


@PUBLISHED
def test_our_json_says_what_is_published(name: str) -> None:
    dataset = published()[name]
    document = json.loads(json_cells.write(dataset))
    tables = by_code(dataset)
    read = {
        key_of(tables[one["table"]], one["area"], one["categories"]): (one["value"], one["reason"], one["margin95"])
        for one in document["cells"]
    }
    assert read == truth(dataset)
    assert set(document["reasons"]) == {one.reason for one in dataset.cells if one.reason}
    assert {area["code"] for area in document["areas"]} == {one.area for one in dataset.cells}
    assert [table["code"] for table in document["tables"]] == [table.code for table in dataset.tables]


@PUBLISHED
def test_json_stat_is_whole(name: str) -> None:
    """Clients say nothing when a block is too short, so it is looked at here."""
    for item in json.loads(json_stat.write(published()[name]))["link"]["item"]:
        assert (item["version"], item["class"]) == ("2.0", "dataset")
        assert math.prod(item["size"]) == len(item["value"])
        assert [len(item["dimension"][one]["category"]["index"]) for one in item["id"]] == item["size"]
        for one in item["id"]:
            category = item["dimension"][one]["category"]
            assert set(category["label"]) == set(category["index"])
            for parent, children in category.get("child", {}).items():
                assert {parent, *children} <= set(category["index"])
        assert {one for ids in item["role"].values() for one in ids} <= set(item["id"])
        assert len(item["role"]["metric"]) == 1
        assert set(item["dimension"]["measure"]["category"]["unit"]) == {"value", "margin95"}
        assert item["updated"].endswith("Z")
        nothing = {str(place) for place, value in enumerate(item["value"]) if value is None}
        assert set(item["status"]) == nothing
        assert set(item["extension"]["status"]["label"]) == set(item["status"].values())


@PUBLISHED
def test_pyjstat_reads_the_same(name: str) -> None:
    from pyjstat import pyjstat

    dataset = published()[name]
    tables = by_code(dataset)
    wanted = truth(dataset, listed_only=False)
    seen = 0
    for item in json.loads(json_stat.write(dataset))["link"]["item"]:
        table = tables[item["extension"]["table"]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pyjstat.Dataset.read(json.dumps(item)).write("dataframe", naming="id")
        for row in frame[frame["measure"] == "value"].to_dict("records"):
            value = None if math.isnan(row["value"]) else int(row["value"])
            key = key_of(table, row["area"], row)
            # What is not given at this level has no row elsewhere.
            assert value == wanted.get(key, (None, None, 0))[0], key
            seen += key in wanted
    assert seen == len(wanted)


@cache
def read_by_toolkit(name: str) -> Any:
    node, _ = compute_driver_executable()
    written = json_stat.write(published()[name])
    ran = subprocess.run([node, HERE / "read_jsonstat.cjs"], input=written, capture_output=True, check=True)
    return json.loads(ran.stdout)


@pytest.mark.parametrize("name", ["a quarter", "a year"])
def test_jsonstat_toolkit_reads_the_same_and_why_something_is_not_shown(name: str) -> None:
    dataset = published()[name]
    wanted = truth(dataset, listed_only=False)
    seen = 0
    for table, found in zip(dataset.tables, read_by_toolkit(name), strict=True):
        assert found["role"]["geo"] == ["area"]
        assert found["role"]["time"] == ["period"]
        assert found["role"]["metric"] == ["measure"]
        assert found["unit"]["decimals"] == 0
        assert found["n"] == len(found["cells"])
        margins = {
            key_of(table, row["area"], row): row["value"] for row in found["cells"] if row["measure"] == "margin95"
        }
        for row in found["cells"]:
            if row["measure"] == "value":
                key = key_of(table, row["area"], row)
                told = (row["value"], row["status"], margins[key])
                assert told == wanted.get(key, (None, "not_given", None)), key
                seen += key in wanted
    assert seen == len(wanted)


def read_csv(folder: Path, dataset: Dataset, table: Table | None, language: Language) -> list[dict[str, Any]]:
    from csvw import CSVW

    (folder / "figures.csv").write_bytes(csv_rows.write(dataset, table, language))
    metadata = folder / "figures.csv-metadata.json"
    metadata.write_bytes(csv_rows.metadata(dataset, table, language, url="figures.csv"))
    read = CSVW(str(metadata), validate=True)
    assert read.is_valid, [str(warning.message) for warning in read.warnings]
    return [dict(row) for row in next(iter(read.tables))]


@PUBLISHED
def test_csvw_reads_the_same_and_finds_it_valid(name: str, tmp_path: Path) -> None:
    dataset = published()[name]
    read: Cells = {}
    rows = read_csv(tmp_path, dataset, None, "nl")
    tables = by_code(dataset)
    for row in rows:
        table = tables[row["table"]]
        read[key_of(table, row["area"], row)] = (row["value"], row["reason"], row["margin95"])
        for dimension in table.dimensions:
            assert row[f"{dimension.code}_label"] == label(dimension, row[dimension.code], "nl")
    assert read == truth(dataset)


@pytest.mark.parametrize("language", LANGUAGES)
def test_csvw_reads_a_table_by_itself(language: Language, tmp_path: Path) -> None:
    dataset = last()
    for key in ("T0", "T2", "T10", "I2"):
        table = next(one for one in dataset.tables if one.key == key)
        rows = read_csv(tmp_path, dataset, table, language)
        assert len(rows) == len(dataset.of(table))


def test_csvw_finds_a_small_number_and_a_wrong_code(tmp_path: Path) -> None:
    from csvw import CSVW

    table = BY_KEY["T2"]
    good = csv_rows.write(last(), table).decode()
    (tmp_path / "m.json").write_bytes(csv_rows.metadata(last(), table, url="f.csv"))
    for wrong in (
        re.sub(r";\d+;;(\d+)\r\n", r";3;;\1\r\n", good, count=1),
        good.replace("WK999901", "WK99", 1),
        good.replace(";housing;", ";horse;", 1),
        good.replace("2026KW04", "2026KW4", 1),
    ):
        assert wrong != good
        (tmp_path / "f.csv").write_bytes(wrong.encode())
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            assert not CSVW(str(tmp_path / "m.json"), validate=True).is_valid


def test_csv_opens_in_a_dutch_excel() -> None:
    written = csv_rows.write(last(), BY_KEY["T2"])
    assert written.startswith(b"\xef\xbb\xbfPeriode;Gebied;Naam;")
    assert written.count(b"\r\n") == written.count(b"\n") == len(last().of(BY_KEY["T2"])) + 1
    assert b"Leefgebied (code);Leefgebied;Aantal;Niet getoond;Marge 95%" in written


@PUBLISHED
def test_openpyxl_reads_the_same(name: str) -> None:
    dataset = published()[name]
    book = load_workbook(io.BytesIO(workbook.write(dataset)))
    read: Cells = {}
    told = {reason_told(reason, "nl"): reason for reason in {one.reason for one in dataset.cells} if reason}
    for table in dataset.tables:
        sheet = book[table.code]
        assert sheet.freeze_panes == "A2"
        columns = [column.name for column in csv_rows.columns(dataset, table, "nl")]
        for values in sheet.iter_rows(min_row=2, values_only=True):
            row: dict[str, Any] = dict(zip(columns, values, strict=True))
            reason = told[row["reason"]] if row["reason"] else None
            read[key_of(table, row["area"], row)] = (row["value"], reason, row["margin95"])
    assert read == truth(dataset)
    assert book.sheetnames == ["Toelichting", *(table.code for table in dataset.tables)]
    explained = [str(row[1]) for row in book["Toelichting"].iter_rows(values_only=True)]
    assert any("Leeg is dus geen nul" in text for text in explained)


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_the_same_figures_are_the_same_bytes(write: Callable[..., bytes]) -> None:
    first = [sha256(write(last(), table)).digest() for table in (None, BY_KEY["T6"])]
    assert first == [sha256(write(last(), table)).digest() for table in (None, BY_KEY["T6"])]


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_whether_figures_are_definitive_changes_no_byte(write: Callable[..., bytes]) -> None:
    from dataclasses import replace

    assert write(replace(last(), definitive_on=None)) == write(last())


def test_no_format_holds_a_small_number_about_residents() -> None:
    for name, dataset in published().items():
        hidden = [one for one in dataset.cells if one.value is None]
        assert all(one.value is None or one.value >= 10 for one in dataset.cells if one.margin95), name
        assert hidden, name
        numbers = {
            value
            for item in json.loads(json_stat.write(dataset))["link"]["item"]
            if not is_exact(by_code(dataset)[item["extension"]["table"]])
            for value in item["value"]
            if value is not None
        }
        assert min(numbers) >= 10, name


def test_everything_is_told_in_both_languages() -> None:
    for write in (json_cells.write, json_stat.write, csv_rows.write, csv_rows.metadata):
        assert write(last(), None, "nl") != write(last(), None, "en")
    document = json.loads(json_cells.write(last(), BY_KEY["T6"], "en"))
    assert document["tables"][0]["dimensions"][0]["categories"][-1] == {"code": ALL, "label": "total"}
    assert given(BY_KEY["T6"], (ALL,)) == {"outcome": ALL}
