"""Reading a population from CSV: all of it or nothing, with every mistake named by its line.

Columns, with a header: `period,resident,neighbourhood` and any of the attributes. A row says how somebody was at the
end of a quarter; the same resident in another quarter has another row, and who has no row then is not counted then.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from bsa.areas.importing import BadFile, LineFault
from bsa.areas.models import CODES, Level
from bsa.quarters import QUARTER
from bsa.statistics import cube

NEEDED = ("period", "resident", "neighbourhood")
SEVERAL = {"life_area"}
"""Attributes of which a resident may have several, apart by `;`."""
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "age_band": cube.AGE_BANDS.categories,
    "life_area": cube.LIFE_AREAS.categories,
    "phase": cube.PHASES.categories,
    "ladder_change": cube.LADDER.categories,
    "outcome": cube.OUTCOMES.categories,
    "partner": cube.PARTNERS.categories,
    "reached": cube.REACHED.categories,
    "part": cube.PARTS.categories,
}
"""The attributes and their values: those of the cube. `outcome` and `partner` together are a referral."""
MOST_MISTAKES = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the end of a quarter."""

    neighbourhood: str
    attributes: dict[str, str]
    life_areas: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """Return the value of an attribute, if there is one."""
        return self.attributes.get(name)


@dataclass
class Population:
    """Everybody, by who they are and by quarter."""

    periods: list[str] = field(default_factory=list)
    people: dict[str, dict[str, Person]] = field(default_factory=dict)
    neighbourhoods: set[str] = field(default_factory=set)


def read_population(text: str) -> Population:
    """Read a population; raise `BadFile` with the mistakes, twenty at most."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=_delimiter(text))
    header = [name.strip() for name in next(rows, [])]
    faults = list(_faults_of(header))
    found = Population()
    if not faults:
        for number, row in enumerate(rows, start=2):
            if any(row) and not (
                mistakes := _take(found, dict(zip(header, row, strict=False)), len(row) - len(header))
            ):
                continue
            if any(row):
                faults += [LineFault(number, mistake) for mistake in mistakes]
            if len(faults) >= MOST_MISTAKES:
                break
    if not faults and not found.people:
        faults = [LineFault(1, "There is nobody in the file.")]
    if faults:
        raise BadFile(faults[:MOST_MISTAKES])
    found.periods = sorted({period for seen in found.people.values() for period in seen})
    return found


def _delimiter(text: str) -> str:
    return ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","


def _faults_of(header: list[str]) -> Iterator[LineFault]:
    allowed = ", ".join((*NEEDED, *ATTRIBUTES))
    if missing := [name for name in NEEDED if name not in header]:
        yield LineFault(1, f"The columns {', '.join(missing)} are missing.")
    for name in header:
        if name not in NEEDED and name not in ATTRIBUTES:
            yield LineFault(1, f"There is no attribute {name!r}. The columns may be: {allowed}.")
    if len(set(header)) != len(header):
        yield LineFault(1, "A column stands there twice.")
    if ("outcome" in header) != ("partner" in header):
        yield LineFault(1, "A referral has an outcome and a partner: give both columns, or neither.")


def _take(found: Population, row: dict[str, str], too_many: int) -> list[str]:
    """Take in one row; return what is wrong with it."""
    if too_many:
        return ["The line has another number of cells than the header."]
    told = {name: value.strip() for name, value in row.items()}
    period, who, place = (told.pop(name) for name in NEEDED)
    mistakes = []
    if not QUARTER.fullmatch(period):
        mistakes.append(f"The period {period!r} is no quarter. Write 2026-Q3.")
    if not who:
        mistakes.append("The resident has no name. Any text that tells people apart is fine.")
    if not CODES[Level.NEIGHBOURHOOD].fullmatch(place):
        mistakes.append(f"The neighbourhood {place!r} is no code. Write BU99990101, as Statistics Netherlands does.")
    several = tuple(dict.fromkeys(part for part in told.pop("life_area", "").replace(" ", ";").split(";") if part))
    values = {name: value for name, value in told.items() if value}
    for name, value in (*values.items(), *(("life_area", area) for area in several)):
        if value not in ATTRIBUTES[name]:
            mistakes.append(f"{name} cannot be {value!r}. It is one of: {', '.join(ATTRIBUTES[name])}.")
    if ("outcome" in values) != ("partner" in values):
        mistakes.append("A referral has an outcome and a partner: give both, or neither.")
    if period in found.people.get(who, {}):
        mistakes.append(f"{who!r} is there twice in {period}.")
    if not mistakes:
        found.people.setdefault(who, {})[period] = Person(place, values, several)
        found.neighbourhoods.add(place)
    return mistakes
