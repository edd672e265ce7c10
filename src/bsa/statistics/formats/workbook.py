"""A workbook for Excel (XLSX): a sheet that explains, and a sheet for each table with its heading frozen.

A number that is not shown is an empty cell, with the reason in the next column. The same figures give the same bytes:
the only date in the file is that of publication.
"""

import io
from datetime import UTC, datetime
from typing import Any

from xlsxwriter import Workbook

from bsa.statistics.cube import Table
from bsa.statistics.formats import LICENCE, csv_rows
from bsa.statistics.formats.naming import title
from bsa.statistics.indicators import Language, period_told, reason_told, told, word
from bsa.statistics.published import Dataset

WIDTHS = {"period": 12, "area": 14, "area_name": 26, "level": 12, "value": 10, "reason": 38, "margin95": 12}
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)


def write(dataset: Dataset, table: Table | None = None, language: Language = "nl", base: str = "") -> bytes:
    """Write a table, or all of them, each on a sheet of its own."""
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made_at = dataset.published_at or EARLIEST
    name = title(dataset, language)
    book.set_properties({"title": name, "created": made_at.astimezone(UTC).replace(microsecond=0, tzinfo=None)})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "bold": book.add_format({"bold": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "#,##0"}),
    }
    tables = dataset.tables if table is None else (table,)
    _explain(book, formats, dataset, tables, language, base)
    for one in tables:
        _fill(book, formats, dataset, one, language)
    book.close()
    return file.getvalue()


def _explain(
    book: Any, formats: dict[str, Any], dataset: Dataset, tables: tuple[Table, ...], language: Language, base: str
) -> None:
    sheet = book.add_worksheet(word("explained", language))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, title(dataset, language), formats["title"])
    row = 2
    for name, text in _facts(dataset, language, base):
        sheet.write_string(row, 0, name, formats["bold"])
        sheet.write_string(row, 1, text, formats["wrap"])
        row += 1
    for text in (
        word("protection", language),
        word("hidden", language, number=dataset.profile.shown_from),
        word("exact", language),
        word("areas", language, year=dataset.division_year),
    ):
        sheet.write_string(row, 1, text, formats["wrap"])
        row += 1
    for table in tables:
        row += 1
        sheet.write_string(row, 0, told(table, "title", language), formats["bold"])
        sheet.write_string(row, 1, told(table, "definition", language), formats["wrap"])
        for what in ("unit", "source", "is_not", "over_quarters", "owner"):
            row += 1
            sheet.write_string(row, 0, word(what, language))
            sheet.write_string(row, 1, told(table, what, language), formats["wrap"])
        row += 1


def _facts(dataset: Dataset, language: Language, base: str) -> list[tuple[str, str]]:
    named = f"{dataset.names[dataset.municipality]} ({dataset.municipality})"
    facts = [
        (word("municipality", language), named),
        (word("period", language), period_told(dataset.period, language)),
        (word("method", language), dataset.method),
        (word("fingerprint", language), dataset.fingerprint or ""),
        ("Licentie" if language == "nl" else "Licence", LICENCE),
    ]
    if dataset.reason:
        facts.append(("", word("revision", language, revision=dataset.revision, reason=dataset.reason)))
    if base:
        facts.append(("API", base))
    return facts


def _fill(book: Any, formats: dict[str, Any], dataset: Dataset, table: Table, language: Language) -> None:
    """Fill the sheet of a table: the same columns as in the CSV, with the reason told in words."""
    sheet = book.add_worksheet(table.code)
    found = csv_rows.columns(dataset, table, language)
    for place, column in enumerate(found):
        sheet.write_string(0, place, column.heading, formats["head"])
        sheet.set_column(place, place, WIDTHS.get(column.name, 22))
    reasons = [column.name for column in found].index("reason")
    row = 0
    for values in csv_rows.rows(dataset, table, language):
        row += 1
        for place, value in enumerate(values):
            if isinstance(value, int):
                sheet.write_number(row, place, value, formats["number"])
            elif value:
                sheet.write_string(row, place, reason_told(value, language) if place == reasons else value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(row, 1), len(found) - 1)
