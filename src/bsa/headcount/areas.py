"""The areas that figures are given for: from the division of areas, and from public figures of inhabitants."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa.areas.models import Area, AreaInclusion, Level
from bsa.errors import N_, Conflict, NotFound
from bsa.statistics.hierarchy import Hierarchy, PublicArea, hierarchy
from bsa.statistics.models import Inhabitants
from bsa.statistics.profile import Profile
from bsa.statistics.published import OwnArea


class NotKnownHowMany(Conflict):
    """Of some areas it is not known how many people live there."""

    message = N_(
        "It is not known how many people lived in {codes} in {year}. Small areas are put together by public figures; "
        "take these in first: bsa statistics inhabitants FILE."
    )


@dataclass(frozen=True)
class Published:
    """The published areas of a calendar year."""

    hierarchy: Hierarchy
    names: dict[str, str]
    division_year: int
    own_areas: tuple[OwnArea, ...]


def municipality_named(session: Session, code: str | None) -> Area:
    """Return the municipality with this code, or the only one; raise `NotFound` when it is not clear which."""
    found = list(session.scalars(select(Area).where(col(Area.level) == Level.MUNICIPALITY)))
    wanted = [area for area in found if code in (None, area.code)]
    latest = {area.code: area for area in sorted(wanted, key=lambda area: area.division_year or 0)}
    if len(latest) != 1:
        raise NotFound
    return next(iter(latest.values()))


def published_areas(session: Session, municipality: Area, year: int, profile: Profile) -> Published:
    """Return the areas of a calendar year: by the last division up to it, and by inhabitants of the year before."""
    division = session.scalar(
        select(func.max(Area.division_year)).where(
            col(Area.level) == Level.NEIGHBOURHOOD,
            col(Area.division_year) <= year,
            col(Area.code).startswith(f"BU{(municipality.code or '')[2:]}"),
        )
    ) or (municipality.division_year or year)
    districts = _inside(session, Level.DISTRICT, f"WK{(municipality.code or '')[2:]}", division)
    neighbourhoods = _inside(session, Level.NEIGHBOURHOOD, f"BU{(municipality.code or '')[2:]}", division)
    living = _inhabitants(session, [area.code or "" for area in (*districts, *neighbourhoods)], year - 1)
    above = {area.id: area.code or "" for area in districts}
    built = hierarchy(
        municipality.code or "",
        [PublicArea(area.code or "", municipality.code or "", living[area.code or ""]) for area in districts],
        [
            PublicArea(area.code or "", above[area.parent_id], living[area.code or ""])
            for area in neighbourhoods
            if area.parent_id in above
        ],
        profile,
    )
    named = {area.code or "": area.name for area in (municipality, *districts, *neighbourhoods)}
    codes = (built.municipality, *built.districts, *built.neighbourhoods)
    names = {code: named[code] for code in codes if code in named}
    return Published(built, names, division, _own_areas(session, municipality, built))


def _inside(session: Session, level: Level, begin: str, division: int) -> Sequence[Area]:
    query = select(Area).where(
        col(Area.level) == level, col(Area.code).startswith(begin), col(Area.division_year) == division
    )
    return list(session.scalars(query.order_by(col(Area.code))))


def _own_areas(session: Session, municipality: Area, areas: Hierarchy) -> tuple[OwnArea, ...]:
    """Return the areas of the organisation's own that are whole published neighbourhoods; nothing is told of others."""
    inner = aliased(Area)
    rows = session.execute(
        select(col(Area.id), col(Area.name), col(inner.code))
        .join(AreaInclusion, col(AreaInclusion.outer_id) == col(Area.id))
        .join(inner, col(inner.id) == col(AreaInclusion.inner_id))
        .where(
            col(Area.level) == Level.OWN_AREA,
            col(Area.parent_id) == municipality.id,
            col(Area.valid_until).is_(None),
            col(inner.level) == Level.NEIGHBOURHOOD,
        )
        .order_by(col(Area.name), col(Area.id))
    )
    inside: dict[tuple[str, str], set[str]] = {}
    for area_id, name, code in rows:
        inside.setdefault((str(area_id), name), set()).add(code)
    found = []
    for (key, name), codes in inside.items():
        published = {areas.published_as[code] for code in codes if code in areas.published_as}
        whole = {code for code, shown in areas.published_as.items() if shown in published}
        if published and whole == codes:
            found.append(OwnArea(key, name, tuple(sorted(published))))
    return tuple(found)


def _inhabitants(session: Session, codes: Sequence[str], year: int) -> dict[str, int]:
    rows = session.execute(
        select(col(Inhabitants.code), col(Inhabitants.number)).where(
            col(Inhabitants.year) == year, col(Inhabitants.code).in_(codes)
        )
    )
    found = {row[0]: row[1] for row in rows}
    missing = sorted(set(codes) - found.keys())
    if missing:
        named = ", ".join(missing[:5]) + (f" … ({len(missing)})" if len(missing) > 5 else "")
        raise NotKnownHowMany(codes=named, year=str(year))
    return found
