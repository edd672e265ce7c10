"""The figures of a release as plain tables for whoever wants to attack them: every number, and what adds up to what.

`published.csv` has a row for each published number about residents: the period, what is counted, the area, a column for
each dimension (`*`: all of it), and the value, empty where none is shown. `hierarchy.csv` says which values add up to
which. `institutions.csv` holds the counts about institutions, which are exact and about no person.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from bsa.statistics.cube import ALL, BY_KEY, TABLES, Kind, Table
from bsa.statistics.display import Shown
from bsa.statistics.published import Dataset

OF_TRAJECTORIES = "open_trajectories"
DIMENSIONS = tuple(dict.fromkeys(dimension.code for table in TABLES for dimension in table.dimensions))


def published_csv(datasets: Iterable[Dataset]) -> str:
    """Write all numbers about residents of some releases."""
    rows = (
        [dataset.period, counted(one.table), one.area, *_cell(one), "" if one.value is None else one.value]
        for dataset in datasets
        for one in dataset.cells
        if one.table.key in BY_KEY
    )
    return _csv(["period", "counted", "area", *DIMENSIONS, "value"], rows)


def institutions_csv(datasets: Iterable[Dataset]) -> str:
    """Write all counts about institutions of some releases."""
    rows = (
        [dataset.period, one.table.code, one.area, *one.cell, *[""] * (2 - len(one.cell)), one.value]
        for dataset in datasets
        for one in dataset.cells
        if one.table.key not in BY_KEY
    )
    return _csv(["period", "table", "area", "first", "second", "value"], rows)


def hierarchy_csv(dataset: Dataset) -> str:
    """Write which values add up to which: areas, and the categories of what is counted once."""
    return _csv(["dim", "scheme", "parent", "child"], chain(_areas(dataset), _categories(dataset)))


def counted(table: Table) -> str:
    """Return which residents a table is about: those with an open trajectory, or others."""
    if table.kind is Kind.OWN:
        return table.code
    return counted(BY_KEY[table.within]) if table.within else OF_TRAJECTORIES


def _cell(one: Shown) -> list[str]:
    given = dict(zip((dimension.code for dimension in one.table.dimensions), one.cell, strict=True))
    return [given.get(code, ALL) for code in DIMENSIONS]


def _areas(dataset: Dataset) -> Iterator[list[str]]:
    areas = dataset.release.hierarchy
    for code in (*areas.districts, *areas.neighbourhoods):
        yield ["area", "cbs", dataset.parent_of(code) or "", code]


def _categories(dataset: Dataset) -> Iterator[list[str]]:
    """Of what residents may have several of, the parts do not add up to a whole, and are left out."""
    several = {dimension.code for table in TABLES if table.kind is Kind.SEVERAL for dimension in table.dimensions}
    dimensions = {dimension.code: dimension for table in dataset.release.tables for dimension in table.dimensions}
    for code, dimension in dimensions.items():
        if code not in several:
            yield from ([code, "all", ALL, category] for category in dimension.categories)


def _csv(header: list[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
