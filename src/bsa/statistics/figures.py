"""What is shown of a release: each figure with its picture, its table and what it says, for one area and one reader.

The dashboard, the report and the PDF draw the same figures, and each is written from the release alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, sqrt
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal

from bsa.errors import NotFound
from bsa.statistics.cube import ALL, BY_KEY, EXACT_BY_KEY, TOTAL, Cell, Table
from bsa.statistics.display import Shown, change, margin, share, value_of
from bsa.statistics.formats.naming import area_name
from bsa.statistics.hierarchy import LEVELS, Level
from bsa.statistics.indicators import Language, label, level_told, period_told, reason_told, title_of, told, word
from bsa.statistics.pictures import Mark, Stack, Tile, bars, bounds_of, line, stacked, tiles
from bsa.statistics.published import MOST_QUARTERS, Dataset, PublishedArea

WORDS = Path(__file__).with_name("report.json")


@dataclass(frozen=True)
class Entry:
    """What stands in one place of a table."""

    text: str
    value: int | None = None
    hidden: str = ""
    """Why there is no number, in a sentence; empty when there is one."""


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    label: str
    entries: Sequence[Entry]
    told: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure: what it is called, its picture, its table, and what else is to say."""

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[Row]
    picture: str = ""
    notes: Sequence[str] = ()
    table: Table | None = None
    exact: bool = False

    @property
    def hidden(self) -> bool:
        """Tell whether anything in it is hidden."""
        return any(entry.hidden for row in self.rows for entry in row.entries)


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found


def said(key: str, language: Language, **values: object) -> str:
    """Return one of the sentences that stand around figures."""
    return _words()[key][language].format(**values)


def area_of(dataset: Dataset, code: str | None) -> PublishedArea:
    """Return an area of a release by its code, the municipality without one; raise `NotFound` for another."""
    wanted = code or dataset.municipality
    found = next((area for area in dataset.areas if area.code == wanted), None)
    if found is None:
        raise NotFound
    return found


def figures_of(dataset: Dataset, code: str | None, language: Language, earlier: Sequence[Dataset] = ()) -> list[Figure]:
    """Return the figures of an area; `earlier` are the releases of other quarters, for what is drawn over time."""
    sheet = Sheet(dataset, area_of(dataset, code), language)
    found = [sheet.over_time(earlier), sheet.planned(), sheet.areas()]
    found += [sheet.of(table) for table in dataset.release.tables if table.key != "T0"]
    found += [sheet.about_institutions(table) for table in EXACT_BY_KEY.values()]
    return [figure for figure in found if figure is not None]


def figure_named(figures: Sequence[Figure], name: str) -> Figure:
    """Return a figure by its name; raise `NotFound` when there is none."""
    found = next((figure for figure in figures if figure.name == name), None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Sheet:
    """One area of a release, for one reader."""

    dataset: Dataset
    area: PublishedArea
    language: Language

    @property
    def numbers(self) -> Mapping[tuple[str, str, Cell], Shown]:
        """All numbers by table, area and cell."""
        return self.dataset.by_place

    @property
    def name(self) -> str:
        """What the area is called."""
        return area_name(self.dataset, self.area, self.language)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence in the reader's language."""
        return said(key, self.language, **values)

    def over_time(self, earlier: Sequence[Dataset]) -> Figure | None:
        """Draw the residents themselves over the quarters, as far as the area was the same."""
        own = self.dataset.municipality, self.dataset.period
        others = {one.period: one for one in earlier if one.municipality == own[0] and one.period < own[1]}
        together = [*(others[period] for period in sorted(others)), self.dataset][-MOST_QUARTERS:]
        found = [(one, _total_of(one, self.area.code)) for one in together if "-Q" in one.period]
        there = [(one, number) for one, number in found if number is not None]
        if not there:
            return None
        marks = [
            Mark(self._short_period(one.period), number.value, self.text(number).text, number.margin95)
            for one, number in there
        ]
        rows = [
            Row(period_told(one.period, self.language), self._with_margin(number)) for one, number in reversed(there)
        ]
        notes = []
        if len(there) > 1:
            (_, before), (_, now) = there[-2:]
            shift = change(before.value, now.value, Level(self.area.level), self.dataset.profile)
            if shift is not None:
                notes.append(self.say("change", number=self._signed(shift.value), margin=shift.margin95))
        head = [word("period", self.language), self.say("number"), self.say("margin")]
        return self._figure("over_time", self.say("over_time"), head, rows, line, marks, notes, BY_KEY["T0"])

    def planned(self) -> Figure | None:
        """Draw what was planned beside what was reached, with what the team said of it."""
        found = self.dataset.words["explanations"]
        if self.area.level is not Level.MUNICIPALITY or not found:
            return None
        least = self.dataset.profile.shown_from
        rows, marks = [], []
        for one in found:
            reached = (
                self.plain(one["reached"])
                if one["reached"] is not None
                else Entry(f"<{least}", None, reason_told(f"<{least}", self.language))
            )
            margin = self.plain(one["margin95"])
            rows.append(
                Row(
                    one["name"],
                    [self.plain(one["planned"]), self.plain(one["expected"]), reached, margin],
                    one["explanation"] or "",
                )
            )
            marks.append(
                Mark(
                    one["name"],
                    one["reached"],
                    reached.text,
                    one["margin95"],
                    one["expected"],
                    self._number(one["expected"]),
                )
            )
        head = [self.say(key) for key in ("task", "planned", "expected", "reached", "margin")]
        title = self.say("planned_title")
        picture = bars("planned", self._alt(title), marks, self.say("planned_by_now"))
        return Figure("planned", title, head, rows, picture)

    def areas(self) -> Figure | None:
        """Draw the residents of each neighbourhood of the area as tiles, under the name of their district."""
        inside = [
            area
            for area in self.dataset.areas
            if area.level is Level.NEIGHBOURHOOD
            and (self.area.level is Level.MUNICIPALITY or area.parent == self.area.code)
        ]
        if self.area.level is Level.NEIGHBOURHOOD or not inside:
            return None
        found = [(area, self.numbers["T0", area.code, ()]) for area in inside]
        names = {area.code: area_name(self.dataset, area, self.language) for area in self.dataset.areas}
        drawn = [
            Tile(names[area.code], number.value, self.text(number).text, names.get(area.parent or "", ""))
            for area, number in found
        ]
        rows = [Row(names[area.code], self._with_margin(number)) for area, number in found]
        some, many = bounds_of([number.value for _, number in found])
        shown = any(number.value is not None for _, number in found)
        legend = self.say("map_legend", some=some, many=many, least=self.dataset.profile.shown_from)
        head = [level_told("neighbourhood", self.language).capitalize(), self.say("number"), self.say("margin")]
        title = self.say("map")
        picture = tiles("areas", self._alt(title), drawn)
        return Figure("areas", title, head, rows, picture, [legend] if shown else [], BY_KEY["T0"])

    def of(self, table: Table) -> Figure | None:
        """Draw a table about residents, as far as it is given for the area."""
        if self.area.level not in table.levels:
            return None
        if len(table.dimensions) == 2:
            return self._crossed(table)
        dimension = table.dimensions[0]
        codes = [
            category for category in dimension.categories if (table.key, self.area.code, (category,)) in self.numbers
        ]
        given = [(category, self.numbers[table.key, self.area.code, (category,)]) for category in codes]
        marks = [
            Mark(_first_up(label(dimension, category, self.language)), one.value, self.text(one).text, one.margin95)
            for category, one in given
        ]
        whole = self.numbers["T0", self.area.code, ()]
        parted = table.kind.value == "one_of"
        rows = [
            Row(
                _first_up(label(dimension, category, self.language)),
                [*self._with_margin(one), *([self._share(one, whole)] if parted else [])],
            )
            for category, one in given
        ]
        total = self.numbers.get((table.key, self.area.code, (ALL,)))
        if total is not None:
            rows.append(Row(_first_up(word("all", self.language)), self._with_margin(total)))
        head = [title_of(dimension, self.language), self.say("number"), self.say("margin")]
        notes = self._net(given) if table.key == "T5" else []
        title = told(table, "title", self.language)
        return self._figure(
            table.key, title, [*head, self.say("share")] if parted else head, rows, bars, marks, notes, table
        )

    def about_institutions(self, table: Table) -> Figure:
        """Draw a table about institutions; what it does not list is zero."""
        title, name = told(table, "title", self.language), table.key
        found = {
            cell: one.value or 0
            for (key, area, cell), one in self.numbers.items()
            if (key, area) == (name, self.area.code)
        }
        first, *others = table.dimensions
        if not others:
            rows = [
                Row(_first_up(label(first, code, self.language)), [self.plain(found.get((code,), 0))])
                for code in first.categories
            ]
            marks = [Mark(row.label, row.entries[0].value, row.entries[0].text) for row in rows]
            head = [title_of(first, self.language), self.say("number")]
            return Figure(name, title, head, rows, bars(name, self._alt(title), marks), self._none(found), table, True)
        second = others[0]
        kinds = [code for code in first.categories if any(cell[0] == code for cell in found)]
        names = [_first_up(label(second, code, self.language)) for code in second.categories]
        values = {kind: [found.get((kind, code), 0) for code in second.categories] for kind in kinds}
        labels = {kind: _first_up(label(first, kind, self.language)) for kind in kinds}
        rows = [Row(labels[kind], [self.plain(value) for value in values[kind]]) for kind in kinds]
        if name == "I2":
            # One commitment may be in all three, so they are no parts of a whole.
            sums = [sum(column) for column in zip(*values.values(), strict=True)] if kinds else []
            picture = bars(
                name,
                self._alt(title),
                [Mark(called, value, self._number(value)) for called, value in zip(names, sums, strict=False)],
            )
        else:
            picture = stacked(name, self._alt(title), [Stack(labels[kind], values[kind]) for kind in kinds], names)
        head = [title_of(first, self.language), *names]
        return Figure(name, title, head, rows, picture if kinds else "", self._none(found), table, True)

    def text(self, one: Shown) -> Entry:
        """Return a number as it is written, or what stands in its place."""
        if one.value is not None:
            return self.plain(one.value)
        reason = one.reason or ""
        hidden = reason_told(reason, self.language)
        return Entry(reason if " " not in reason else self.say("not_shown"), None, hidden)

    def plain(self, value: int) -> Entry:
        """Return a number as it is written."""
        return Entry(self._number(value), value)

    def _crossed(self, table: Table) -> Figure:
        """Draw a table of two dimensions: a bar for each sum over the first, and all cells in the table."""
        first, second = table.dimensions
        level = Level(self.area.level)
        columns = [*first.categories, *([ALL] if table.sums else [])]
        codes = [code for code in second.categories if (first.categories[0], code) in table.at(level)]
        across = {
            (a, b): self.numbers.get((table.key, self.area.code, (a, b))) for a in columns for b in second.categories
        }
        title = told(table, "title", self.language)
        if table.sums:
            rows = [
                Row(_first_up(label(second, b, self.language)), [self._entry(across[a, b]) for a in columns])
                for b in codes
            ]
            head = [title_of(second, self.language), *(_first_up(label(first, a, self.language)) for a in columns)]
            marks = [
                Mark(_first_up(label(second, b, self.language)), one.value, self.text(one).text, one.margin95)
                for b in codes
                if (one := across[ALL, b]) is not None
            ]
            return self._figure(table.key, title, head, rows, bars, marks, self._same_margin(across), table)
        rows = [
            Row(_first_up(label(first, a, self.language)), [self._entry(across[a, b]) for b in second.categories])
            for a in first.categories
        ]
        head = [
            title_of(first, self.language),
            *(_first_up(label(second, b, self.language)) for b in second.categories),
        ]
        return Figure(table.key, title, head, rows, "", self._same_margin(across), table)

    def _same_margin(self, across: Mapping[Any, Shown | None]) -> list[str]:
        margins = sorted({one.margin95 for one in across.values() if one is not None})
        return [f"{self.say('margin')}: {', '.join(str(margin) for margin in margins)}"] if margins else []

    def _entry(self, one: Shown | None) -> Entry:
        return Entry("–", None, reason_told("not_given", self.language)) if one is None else self.text(one)

    def _net(self, given: Sequence[tuple[str, Shown]]) -> list[str]:
        by_code = dict(given)
        up, down = by_code["up"], by_code["down"]
        if up.value is None or down.value is None:
            return []
        margin = ceil(sqrt(up.margin95**2 + down.margin95**2))
        return [self.say("net", number=self._signed(up.value - down.value), margin=margin)]

    def _none(self, found: Mapping[Cell, int]) -> list[str]:
        return [] if any(found.values()) else [self.say("none")]

    def _with_margin(self, one: Shown) -> list[Entry]:
        return [self.text(one), self.plain(one.margin95) if one.value is not None else Entry("–")]

    def _share(self, one: Shown, whole: Shown) -> Entry:
        found = share(one.value, whole.value, self.dataset.profile)
        return Entry(f"{found.text}%" if found else "–", found.value if found else None)

    def _figure(
        self,
        name: str,
        title: str,
        head: Sequence[str],
        rows: Sequence[Row],
        draw: Any,
        marks: Sequence[Mark],
        notes: Sequence[str],
        table: Table,
    ) -> Figure:
        return Figure(name, title, head, rows, draw(name, self._alt(title), marks), notes, table)

    def _alt(self, title: str) -> str:
        return self.say("picture", title=title, area=self.name)

    def _short_period(self, period: str) -> str:
        year, _, quarter = period.partition("-Q")
        return f"{self.say('quarter_short', number=quarter)}\n{year}"

    def _number(self, value: int) -> str:
        return str(format_decimal(value, locale=self.language))

    def _signed(self, value: int) -> str:
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self._number(abs(value))}"


def _total_of(dataset: Dataset, code: str) -> Shown | None:
    """Return the residents of an area alone, without drawing up the rest of the release."""
    for level in LEVELS:
        codes = dataset.codes(level)
        if code in codes:
            number = int(dataset.release.cells[TOTAL.key, level][codes.index(code), 0])
            value, reason = value_of(number, False, dataset.profile)
            return Shown(TOTAL, level, code, (), value, reason, margin(level, dataset.profile))
    return None


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]
