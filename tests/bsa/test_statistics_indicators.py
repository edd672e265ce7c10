"""Every table, category and reason of the figures has words, in both languages, and no word is left over."""

from collections.abc import Iterator
from typing import Any

import pytest

from bsa.compass.elements import SAYS_NOTHING, SHOWS
from bsa.statistics.cube import ALL, EXACT_TABLES, TABLES
from bsa.statistics.hierarchy import LEVELS
from bsa.statistics.indicators import (
    LANGUAGES,
    TOLD_OF_A_TABLE,
    cbs_period,
    label,
    level_told,
    period_told,
    reason_told,
    told,
    written,
)

EVERY = (*TABLES, *EXACT_TABLES)


def pairs(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Return everything that is told in a language, with its place."""
    if isinstance(value, dict) and set(value) & set(LANGUAGES):
        yield place, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from pairs(inner, f"{place}/{name}")


def test_every_word_is_there_in_both_languages() -> None:
    found = dict(pairs(written()))
    assert len(found) > 150
    assert [place for place, words in found.items() if set(words) != set(LANGUAGES) or not all(words.values())] == []


def test_every_table_is_told_and_no_other() -> None:
    assert set(written()["tables"]) == {table.key for table in EVERY}
    for table in EVERY:
        assert set(written()["tables"][table.key]) == {*TOLD_OF_A_TABLE, "events"}
        assert told(table, "title", "nl") != told(table, "definition", "nl")


def test_every_category_is_told_and_no_other() -> None:
    used = {dimension.code: dimension for table in EVERY for dimension in table.dimensions}
    assert set(written()["dimensions"]) == set(used)
    for code, dimension in used.items():
        assert set(written()["dimensions"][code]["categories"]) == set(dimension.categories)
        for language in LANGUAGES:
            names = [label(dimension, category, language) for category in (*dimension.categories, ALL)]
            assert len(set(names)) == len(names)


def test_a_table_is_counted_from_events_that_are_noted() -> None:
    kinds = {*SHOWS, *SAYS_NOTHING}
    for key, table in written()["tables"].items():
        assert table["events"], key
        assert set(table["events"]) <= kinds, key


def test_levels_and_reasons_are_told() -> None:
    for language in LANGUAGES:
        assert all(level_told(level, language) for level in (*LEVELS, "own_area"))
    assert reason_told("<12", "nl") == "Kleiner dan 12: wordt niet getoond."
    assert reason_told("<20 residents", "en").startswith("Fewer than 20 residents")
    assert reason_told("not_given", "en") == "Not given at this level."


@pytest.mark.parametrize(
    ("period", "code", "dutch"),
    [
        ("2026-Q3", "2026KW03", "3e kwartaal 2026"),
        ("2026-H1", "2026HJ01", "1e halfjaar 2026"),
        ("2026", "2026JJ00", "2026"),
    ],
)
def test_a_period_has_the_code_of_statistics_netherlands(period: str, code: str, dutch: str) -> None:
    assert (cbs_period(period), period_told(period, "nl")) == (code, dutch)


@pytest.mark.parametrize("period", ["2026-Q5", "1999", "2026-M03", "2026-H3", "x"])
def test_another_period_has_none(period: str) -> None:
    with pytest.raises(ValueError, match="no quarter"):
        cbs_period(period)
