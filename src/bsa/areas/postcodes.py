"""In which neighbourhoods the four digits of a postcode lie: asked by who refers, and read from a file.

The file is CSV with a header, `postcode4,code`; a postcode in several neighbourhoods has a line for each. Separator
comma or semicolon; UTF-8. It is taken over as a whole: what a postcode meant before is forgotten.
"""

import csv
import io
import re
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlmodel import Session, col

from bsa.areas.importing import BadFile, LineFault
from bsa.areas.models import Area, AreaInclusion, Level, PostcodeArea

POSTCODE4 = re.compile(r"[1-9][0-9]{3}")


def area_of_postcode(session: Session, postcode4: str) -> Area | None:
    """Return the smallest area that holds all neighbourhoods of a postcode; None when it is not known."""
    inside = session.scalars(select(col(PostcodeArea.area_id)).where(col(PostcodeArea.postcode4) == postcode4)).all()
    if not inside:
        return None
    holds_all = (
        select(col(AreaInclusion.outer_id))
        .where(col(AreaInclusion.inner_id).in_(inside))
        .group_by(col(AreaInclusion.outer_id))
        .having(func.count() == len(inside))
    )
    size = select(func.count()).where(col(AreaInclusion.outer_id) == Area.id).correlate(Area).scalar_subquery()
    return session.scalars(select(Area).where(col(Area.id).in_(holds_all)).order_by(size, col(Area.id))).first()


def import_postcodes(session: Session, text: str) -> int:
    """Take over every line of the file and return how many; raise `BadFile` with all mistakes, and store nothing."""
    lines, faults = _lines(text), []
    codes = {code: key for code, key in session.execute(_neighbourhoods()) if code}
    found: set[tuple[str, UUID]] = set()
    for number, (postcode4, code) in lines.items():
        if not POSTCODE4.fullmatch(postcode4):
            faults.append(LineFault(number, f"postcode4: {postcode4!r} is not four digits."))
        if code not in codes:
            faults.append(LineFault(number, f"code: there is no neighbourhood {code!r}."))
        elif (postcode4, codes[code]) in found:
            faults.append(LineFault(number, "This line stands in the file twice."))
        else:
            found.add((postcode4, codes[code]))
    if faults:
        raise BadFile(faults)
    session.execute(delete(PostcodeArea).where(col(PostcodeArea.postcode4).in_({one for one, _ in found})))
    session.add_all([PostcodeArea(postcode4=postcode4, area_id=area_id) for postcode4, area_id in sorted(found)])
    session.flush()
    return len(found)


def _neighbourhoods() -> Select[*tuple[Any, ...]]:
    # Of a code that was there in two divisions, the newer stands.
    return (
        select(col(Area.code), col(Area.id))
        .where(col(Area.level) == Level.NEIGHBOURHOOD)
        .order_by(col(Area.division_year))
    )


def _lines(text: str) -> dict[int, tuple[str, str]]:
    rows = text.lstrip("\ufeff")
    first = rows.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(rows), delimiter=";" if first.count(";") > first.count(",") else ",")
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
    if set(reader.fieldnames) != {"postcode4", "code"}:
        raise BadFile([LineFault(1, "The header must name postcode4, code.")])
    lines: dict[int, tuple[str, str]] = {}
    for row in reader:
        lines[reader.line_num] = ((row["postcode4"] or "").strip(), (row["code"] or "").strip())
    if not lines:
        raise BadFile([LineFault(2, "There is no postcode in this file.")])
    return lines
