"""Public figures of how many people live where: the only thing by which small areas are put together."""

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlmodel import Session, col

from bsa.errors import N_, Conflict
from bsa.statistics.models import Inhabitants, StatisticsRelease


class AlreadyUsed(Conflict):
    """Figures were drawn with these numbers."""

    message = N_("Figures were drawn with the inhabitants of {years} already; those stay as they are.")


def take_inhabitants(session: Session, told: Mapping[tuple[str, int], int]) -> int:
    """Take in inhabitants by code and year, and return how many figures; those of the year before are used.

    Within a year the published areas stay the same: once something was drawn, its inhabitants cannot change.
    """
    years = {year for _, year in told}
    drawn = {int(period[:4]) for period in session.scalars(select(col(StatisticsRelease.period)).distinct())}
    if fixed := sorted(year for year in years if year + 1 in drawn):
        raise AlreadyUsed(years=", ".join(map(str, fixed)))
    present = {
        (row.code, row.year): row
        for row in session.scalars(select(Inhabitants).where(col(Inhabitants.year).in_(years)))
    }
    for key, row in present.items():
        row.number = told.get(key, row.number)
    fresh = [{"code": key[0], "year": key[1], "number": number} for key, number in told.items() if key not in present]
    if fresh:
        session.execute(insert(Inhabitants), fresh)
    session.flush()
    return len(told)
