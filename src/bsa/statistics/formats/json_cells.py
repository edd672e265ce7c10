"""Our own JSON: what is told of each table and area once, and a row for each number."""

import json
from typing import Any

from bsa.statistics.cube import Table
from bsa.statistics.formats import LICENCE
from bsa.statistics.formats.naming import area_name, categories_of, given, is_exact, title
from bsa.statistics.indicators import (
    TOLD_OF_A_TABLE,
    Language,
    cbs_period,
    events_of,
    label,
    reason_told,
    title_of,
    told,
)
from bsa.statistics.published import Dataset


def write(dataset: Dataset, table: Table | None = None, language: Language = "nl", base: str = "") -> bytes:
    """Write a table, or all of them."""
    tables = dataset.tables if table is None else (table,)
    shown = [one for one in dataset.cells if table is None or one.table is table]
    reasons = sorted({one.reason for one in shown if one.reason})
    document = {
        "title": title(dataset, language),
        **facts(dataset),
        "licence": LICENCE,
        "reasons": {reason: reason_told(reason, language) for reason in reasons},
        "tables": [described(dataset, one, language) for one in tables],
        "areas": [
            {
                "code": area.code,
                "name": area_name(dataset, area, language),
                "level": area.level.value,
                "parent": area.parent,
            }
            for area in dataset.areas
        ],
        "cells": [
            {
                "table": one.table.code,
                "level": one.level.value,
                "area": one.area,
                "categories": given(one.table, one.cell),
                "value": one.value,
                "reason": one.reason,
                "margin95": one.margin95,
            }
            for one in shown
        ],
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def facts(dataset: Dataset) -> dict[str, Any]:
    """Return what goes with every number of a release."""
    return {
        "release": dataset.key,
        "period": dataset.period,
        "cbsPeriod": cbs_period(dataset.period),
        "municipality": dataset.municipality,
        "revision": dataset.revision,
        "reason": dataset.reason,
        "divisionYear": dataset.division_year,
        "method": dataset.method,
        "fingerprint": dataset.fingerprint,
        "publishedAt": moment(dataset),
        "additive": True,
    }


def moment(dataset: Dataset) -> str | None:
    """Return when it was published, in UTC."""
    at = dataset.published_at
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def described(dataset: Dataset, table: Table, language: Language) -> dict[str, Any]:
    """Return what is told of a table."""
    return {
        "code": table.code,
        "key": table.key,
        **{_camel(what): told(table, what, language) for what in TOLD_OF_A_TABLE},
        "events": events_of(table),
        "exact": is_exact(table),
        "dimensions": [
            {
                "code": dimension.code,
                "title": title_of(dimension, language),
                "categories": [{"code": one, "label": label(dimension, one, language)} for one in categories],
            }
            for dimension, categories in categories_of(dataset, table)
        ],
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
