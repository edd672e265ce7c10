"""What each table, category and reason is called and what it means, in Dutch and in English: `indicators.json`.

It is data, and the only place of these words: formats, the API and the pages read them from here.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from bsa.statistics.cube import ALL, Dimension, Table

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
FILE = Path(__file__).with_name("indicators.json")
TOLD_OF_A_TABLE = ("title", "definition", "unit", "source", "is_not", "over_quarters", "owner")
NOT_GIVEN = "not_given"
"""The reason that a table has nothing in a place: what is sensitive is not told by neighbourhood."""


@cache
def written() -> dict[str, Any]:
    """Return all words as they stand in their file."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def told(table: Table, what: str, language: Language) -> str:
    """Return what is told of a table: its title, its definition, and what else is in `TOLD_OF_A_TABLE`."""
    return str(written()["tables"][table.key][what][language])


def events_of(table: Table) -> list[str]:
    """Return the kinds of events that a table is counted from."""
    return list(written()["tables"][table.key]["events"])


def title_of(dimension: Dimension, language: Language) -> str:
    """Return what a dimension is called."""
    return str(written()["dimensions"][dimension.code]["title"][language])


def label(dimension: Dimension, category: str, language: Language) -> str:
    """Return what a category is called."""
    if category == ALL:
        return word("all", language)
    return str(written()["dimensions"][dimension.code]["categories"][category][language])


def level_told(level: str, language: Language) -> str:
    """Return what a level is called."""
    return str(written()["levels"][level][language])


def reason_told(reason: str, language: Language) -> str:
    """Return in a sentence why a number is not shown: of `<10`, `<20 residents`, or `not_given`."""
    found = re.fullmatch(r"<(\d+)( residents)?", reason)
    key = NOT_GIVEN if found is None else "few_residents" if found[2] else "too_small"
    return str(written()["reasons"][key][language]).format(number=found[1] if found else "")


def word(key: str, language: Language, **values: object) -> str:
    """Return one of the other words."""
    return str(written()["words"][key][language]).format(**values)


PERIOD = re.compile(r"(20\d{2})(?:-(Q[1-4]|H[12]))?")


def period_told(period: str, language: Language) -> str:
    """Return what a period is called: `3e kwartaal 2026`."""
    year, part = _parts(period)
    kind = {"Q": "quarter", "H": "half_year", "": "year"}[part[:1]]
    return word(kind, language, number=part[1:], year=year)


def cbs_period(period: str) -> str:
    """Return a period as Statistics Netherlands writes it: `2026KW03`, `2026HJ01`, `2026JJ00`."""
    year, part = _parts(period)
    return year + {"Q": "KW", "H": "HJ", "": "JJ"}[part[:1]] + f"{int(part[1:] or 0):02}"


def _parts(period: str) -> tuple[str, str]:
    match = PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"{period} is no quarter, half year or year")
    return match[1], match[2] or ""
