"""Reading a division from CSV: all of it or nothing, with every mistake named by its line.

Columns, with a header: `level,name,code,year,parent,covers`. `parent` is the code of the parent, or its name when the
parent has no code; `covers` is a list of neighbourhood codes apart by spaces, for an own area. Separator comma or
semicolon; UTF-8. Rows may stand in any order of levels.
"""

import csv
import io
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session, col

from bsa.areas.actions import record_area
from bsa.areas.models import Area, Level
from bsa.areas.shapes import AreaIn
from bsa.errors import Invalid

COLUMNS = ("level", "name", "code", "year", "parent", "covers")
LARGE_TO_SMALL = [
    Level.MUNICIPALITY,
    Level.DISTRICT,
    Level.NEIGHBOURHOOD,
    Level.OWN_AREA,
    Level.COMPLEX,
    Level.PLACE,
]


@dataclass(frozen=True)
class LineFault:
    """What is wrong on one line of the file; line 1 is the header."""

    line: int
    message: str


class BadFile(Exception):
    """The file was not taken; `faults` holds every mistake in it."""

    def __init__(self, faults: list[LineFault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__(f"{len(faults)} mistakes")


def import_areas(session: Session, text: str, *, made_up: bool = False) -> int:
    """Record every area of the file and return how many; raise `BadFile` with all mistakes, and store nothing."""
    lines = _lines(text)
    known: dict[str, UUID] = {}
    for key, code, name in session.execute(select(col(Area.id), col(Area.code), col(Area.name))):
        known[code or name] = key
    faults: list[LineFault] = []
    for number, line in sorted(lines.items(), key=lambda pair: _place(pair[1])):
        try:
            area = record_area(session, None, _shape(line, known), made_up=made_up)
            known[area.code or area.name] = area.id
        except ValidationError as error:
            faults += [LineFault(number, _in_words(fault)) for fault in error.errors(include_url=False)]
        except Invalid as error:
            faults += [LineFault(number, fault.message.format(**fault.facts)) for fault in error.faults]
        except ValueError as error:
            faults.append(LineFault(number, str(error)))
    if faults:
        raise BadFile(faults)
    return len(lines)


def _lines(text: str) -> dict[int, dict[str, str]]:
    rows = text.lstrip("\ufeff")
    separator = ";" if rows.split("\n", 1)[0].count(";") > rows.split("\n", 1)[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(rows), delimiter=separator)
    header = [name.strip().lower() for name in reader.fieldnames or []]
    missing = [name for name in ("level", "name", "parent") if name not in header]
    strange = [name for name in header if name not in COLUMNS]
    if missing or strange:
        raise BadFile(
            [LineFault(1, f"The header must name {', '.join(COLUMNS)}.")]
            + [LineFault(1, f"Column {name!r} is missing.") for name in missing]
            + [LineFault(1, f"Column {name!r} is not known.") for name in strange]
        )
    reader.fieldnames = header
    lines: dict[int, dict[str, str]] = {}
    for row in reader:
        lines[reader.line_num] = {name: (value or "").strip() for name, value in row.items() if name is not None}
    if not lines:
        raise BadFile([LineFault(2, "There is no area in this file.")])
    return lines


def _place(line: dict[str, str]) -> int:
    try:
        return LARGE_TO_SMALL.index(Level(line["level"]))
    except ValueError:
        return 0


def _shape(line: dict[str, str], known: dict[str, UUID]) -> AreaIn:
    parent, covers = line.get("parent", ""), line.get("covers", "").split()
    for name in [*([parent] if parent else []), *covers]:
        if name not in known:
            raise ValueError(f"There is no area {name!r}, neither recorded nor earlier in this file.")
    return AreaIn.model_validate(
        {
            "level": line["level"],
            "name": line["name"],
            "code": line.get("code") or None,
            "divisionYear": line.get("year") or None,
            "parentId": known.get(parent),
            "coversIds": [known[name] for name in covers],
        }
    )


def _in_words(fault: object) -> str:
    where = ".".join(str(part) for part in fault["loc"])  # type: ignore[index]
    return f"{where}: {fault['msg']}" if where else str(fault["msg"])  # type: ignore[index]
