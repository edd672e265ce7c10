"""CSV as Excel opens it in the Netherlands: semicolons, UTF-8 with a mark at its beginning, lines that end in CRLF.

All numbers are whole; would one have decimals, they stood behind a comma. Codes and what they are called stand beside
each other, so that nobody has to look anything up. `metadata` is the same table told by CSV on the Web.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bsa.statistics.cube import ALL, Dimension, Table
from bsa.statistics.display import Shown
from bsa.statistics.formats import LICENCE
from bsa.statistics.formats.naming import area_name, given, is_exact, title
from bsa.statistics.indicators import (
    Language,
    cbs_period,
    label,
    level_told,
    reason_told,
    title_of,
    told,
    word,
)
from bsa.statistics.published import Dataset

MARK = "\ufeff"
"""Tells Excel that the text is UTF-8."""
AREA = r"GM[0-9]{4}(-rest(-rest)?)?|WK[0-9]{4}[0-9A-Z]{2}(-rest)?|BU[0-9]{4}[0-9A-Z]{4}|[0-9a-f-]{36}"


@dataclass(frozen=True)
class Column:
    """One column: its name for programs, its heading for people, and what may stand in it."""

    name: str
    heading: str
    datatype: Any = "string"
    required: bool = False


def write(dataset: Dataset, table: Table | None = None, language: Language = "nl", base: str = "") -> bytes:
    """Write a table; or all of them under each other, with `*` for a dimension that a table does not have."""
    text = io.StringIO()
    out = csv.writer(text, delimiter=";", lineterminator="\r\n")
    out.writerow([column.heading for column in columns(dataset, table, language)])
    out.writerows(rows(dataset, table, language))
    return (MARK + text.getvalue()).encode()


def columns(dataset: Dataset, table: Table | None, language: Language) -> list[Column]:
    """Return the columns."""
    least = 0 if table is None or is_exact(table) else dataset.profile.shown_from
    found = [Column("table", word("table", language), required=True)] if table is None else []
    found += [
        Column("period", word("period", language), {"base": "string", "format": r"20\d\d(KW|HJ|JJ)0\d"}, required=True),
        Column("area", word("area", language), {"base": "string", "format": AREA}, required=True),
        Column("area_name", word("name", language)),
        Column("level", word("level", language), required=True),
    ]
    for dimension in _dimensions(dataset, table):
        heading = title_of(dimension, language)
        codes = "|".join([r"\*", *dimension.categories])
        found.append(
            Column(dimension.code, f"{heading} (code)", {"base": "string", "format": codes}, required=True),
        )
        found.append(Column(f"{dimension.code}_label", heading))
    return [
        *found,
        Column("value", word("value", language), {"base": "integer", "minimum": least}),
        Column("reason", word("reason", language)),
        Column("margin95", word("margin95", language), {"base": "integer", "minimum": 0}, required=True),
    ]


def _dimensions(dataset: Dataset, table: Table | None) -> list[Dimension]:
    tables = dataset.tables if table is None else (table,)
    return list({dimension.code: dimension for one in tables for dimension in one.dimensions}.values())


def rows(dataset: Dataset, table: Table | None, language: Language) -> Iterator[list[str | int]]:
    """Return the rows; a number that is not shown is an empty text."""
    names = {area.code: area_name(dataset, area, language) for area in dataset.areas}
    dimensions = _dimensions(dataset, table)
    period = cbs_period(dataset.period)
    for one in dataset.cells:
        if table is None:
            yield [one.table.code, period, *_row(one, names, dimensions, language)]
        elif one.table is table:
            yield [period, *_row(one, names, dimensions, language)]


def _row(one: Shown, names: dict[str, str], dimensions: list[Dimension], language: Language) -> list[str | int]:
    cell = given(one.table, one.cell)
    row: list[str | int] = [one.area, names[one.area], level_told(one.level.value, language)]
    for dimension in dimensions:
        category = cell.get(dimension.code, ALL)
        row += [category, label(dimension, category, language)]
    return [*row, "" if one.value is None else one.value, one.reason or "", one.margin95]


def metadata(
    dataset: Dataset, table: Table | None = None, language: Language = "nl", base: str = "", url: str = "csv"
) -> bytes:
    """Write what CSV on the Web wants to know of the file at `url`."""
    found = columns(dataset, table, language)
    key = [column.name for column in found if column.required and column.name != "margin95"]
    name = title(dataset, language)
    reasons = sorted({one.reason for one in dataset.cells if one.reason})
    document: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": language}],
        "url": url,
        "dc:title": name if table is None else f"{told(table, 'title', language)}, {name}",
        "dc:license": {"@id": LICENCE},
        "dc:description": [word("protection", language), *(reason_told(reason, language) for reason in reasons)],
        "dialect": {
            "delimiter": ";",
            "encoding": "utf-8",
            "header": True,
            "lineTerminators": ["\r\n"],
            "quoteChar": '"',
            "doubleQuote": True,
        },
        "tableSchema": {
            "columns": [
                {
                    "name": column.name,
                    "titles": column.heading,
                    "datatype": column.datatype,
                    "required": column.required,
                    "null": "",
                }
                for column in found
            ],
            "primaryKey": key,
        },
    }
    if base:
        document["rdfs:seeAlso"] = {"@id": f"{base}/catalogue"}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
