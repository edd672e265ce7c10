"""What every format calls things by: areas, and the cells of a table in all their combinations."""

from bsa.statistics.cube import ALL, BY_KEY, Cell, Dimension, Table
from bsa.statistics.indicators import Language, period_told, word
from bsa.statistics.published import Dataset, PublishedArea


def area_name(dataset: Dataset, area: PublishedArea, language: Language) -> str:
    """Return what an area is called; small areas that were put together are called after what they lie in."""
    if area.name is not None:
        return area.name
    above = dataset.name_of(area.parent or "")
    if area.parent == dataset.municipality or above is None:
        return word("rest_districts", language)
    return word("rest", language, name=above)


def is_exact(table: Table) -> bool:
    """Tell whether a table is about institutions: exact, and what it does not list is zero."""
    return table.key not in BY_KEY


def categories_of(dataset: Dataset, table: Table) -> list[tuple[Dimension, tuple[str, ...]]]:
    """Return the dimensions of a table with the categories that it is given by, the sum over the first one last."""
    summed = any(ALL in one.cell for one in dataset.of(table))
    return [
        (dimension, (*dimension.categories, ALL) if summed and place == 0 else dimension.categories)
        for place, dimension in enumerate(table.dimensions)
    ]


def given(table: Table, cell: Cell) -> dict[str, str]:
    """Return the categories of a cell by the code of the dimension."""
    return dict(zip((dimension.code for dimension in table.dimensions), cell, strict=True))


def title(dataset: Dataset, language: Language) -> str:
    """Return what a release is called, without its revision."""
    name = dataset.names[dataset.municipality]
    return word("title", language, name=name, period=period_told(dataset.period, language))
