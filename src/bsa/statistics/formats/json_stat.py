"""JSON-stat 2.0: a dataset for each table, and a collection of them for a release.

A dataset is a full block of numbers, so it has a place for every combination. A place without a number is null and has
a status that says why; also where a table gives nothing by neighbourhood. The last dimension holds the number itself
and its margin.
"""

import json
from itertools import product
from typing import Any

from bsa.statistics.cube import ALL, Cell, Table
from bsa.statistics.display import Shown
from bsa.statistics.formats import LICENCE
from bsa.statistics.formats.json_cells import facts, moment
from bsa.statistics.formats.naming import area_name, categories_of, is_exact, title
from bsa.statistics.indicators import (
    NOT_GIVEN,
    Language,
    cbs_period,
    label,
    level_told,
    period_told,
    reason_told,
    title_of,
    told,
    word,
)
from bsa.statistics.published import Dataset, PublishedArea

VERSION = "2.0"
MEASURES = ("value", "margin95")


def write(dataset: Dataset, table: Table | None = None, language: Language = "nl", base: str = "") -> bytes:
    """Write a table as a dataset, or all of them as a collection."""
    document = _collection(dataset, language, base) if table is None else _dataset(dataset, table, language, base)
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _collection(dataset: Dataset, language: Language, base: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "class": "collection",
        "label": title(dataset, language),
        "updated": moment(dataset),
        "link": {"item": [_dataset(dataset, table, language, base) for table in dataset.tables], **_links(base)},
        "extension": facts(dataset),
    }


def _dataset(dataset: Dataset, table: Table, language: Language, base: str) -> dict[str, Any]:
    areas = _areas(dataset, table)
    dimensions = categories_of(dataset, table)
    values, status = _numbers(dataset, table, areas, [categories for _, categories in dimensions])
    ids = ["period", "area", *(dimension.code for dimension, _ in dimensions), "measure"]
    reasons = sorted(set(status.values()))
    return {
        "version": VERSION,
        "class": "dataset",
        "label": f"{told(table, 'title', language)}, {title(dataset, language)}",
        "source": dataset.names[dataset.municipality],
        "updated": moment(dataset),
        "id": ids,
        "size": [1, len(areas), *(len(categories) for _, categories in dimensions), len(MEASURES)],
        "role": {"time": ["period"], "geo": ["area"], "metric": ["measure"]},
        "dimension": {
            "period": _dimension(
                word("period", language), {cbs_period(dataset.period): period_told(dataset.period, language)}
            ),
            "area": _area_dimension(dataset, areas, language),
            **{
                dimension.code: _dimension(
                    title_of(dimension, language),
                    {one: label(dimension, one, language) for one in categories},
                    {ALL: list(dimension.categories)} if ALL in categories else None,
                )
                for dimension, categories in dimensions
            },
            "measure": _measure(table, language),
        },
        "value": values,
        "status": status,
        "note": [told(table, "definition", language), told(table, "is_not", language)],
        "link": _links(base),
        "extension": {
            **facts(dataset),
            "table": table.code,
            "status": {"label": {reason: reason_told(reason, language) for reason in reasons}},
        },
    }


def _areas(dataset: Dataset, table: Table) -> list[PublishedArea]:
    """Return the areas that a table is given for."""
    if is_exact(table):
        return list(dataset.areas)
    there = {one.area for one in dataset.of(table)}
    return [area for area in dataset.areas if area.code in there]


def _numbers(
    dataset: Dataset, table: Table, areas: list[PublishedArea], categories: list[tuple[str, ...]]
) -> tuple[list[int | None], dict[str, str]]:
    """Return the block of numbers, and by place why there is none."""
    found = {(one.area, one.cell): one for one in dataset.of(table)}
    values: list[int | None] = []
    status: dict[str, str] = {}
    for area, cell in product(areas, product(*categories)):
        one = found.get((area.code, cell)) or _absent(table, area, cell)
        if one is None:
            status[str(len(values))] = status[str(len(values) + 1)] = NOT_GIVEN
            values += [None, None]
            continue
        if one.reason:
            status[str(len(values))] = one.reason
        values += [one.value, one.margin95]
    return values, status


def _absent(table: Table, area: PublishedArea, cell: Cell) -> Shown | None:
    """Return what stands for a number that is not listed: about institutions it is zero."""
    return Shown(table, area.level, area.code, cell, 0, None, 0) if is_exact(table) else None


def _dimension(title: str, labels: dict[str, str], child: dict[str, list[str]] | None = None) -> dict[str, Any]:
    category: dict[str, Any] = {"index": list(labels), "label": labels}
    if child:
        category["child"] = child
    return {"label": title, "category": category}


def _area_dimension(dataset: Dataset, areas: list[PublishedArea], language: Language) -> dict[str, Any]:
    codes = {area.code for area in areas}
    child: dict[str, list[str]] = {}
    for area in areas:
        if area.parent in codes:
            child.setdefault(area.parent or "", []).append(area.code)
    dimension = _dimension(
        word("area", language), {area.code: area_name(dataset, area, language) for area in areas}, child
    )
    dimension["category"]["note"] = {area.code: [level_told(area.level.value, language)] for area in areas}
    return dimension


def _measure(table: Table, language: Language) -> dict[str, Any]:
    dimension = _dimension(word("measure", language), {one: word(one, language) for one in MEASURES})
    unit = {"decimals": 0, "label": told(table, "unit", language)}
    dimension["category"]["unit"] = dict.fromkeys(MEASURES, unit)
    return dimension


def _links(base: str) -> dict[str, Any]:
    links: dict[str, Any] = {"license": [{"href": LICENCE}]}
    if base:
        links["describedby"] = [{"type": "application/ld+json", "href": f"{base}/catalogue"}]
    return links
