"""Releases in the database: drawing one in one transaction, reading it back, and what each tells about a resident."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from sqlalchemy import select, text
from sqlmodel import Session, col

from bsa.errors import N_, Conflict
from bsa.statistics import cube
from bsa.statistics.budget import Charge, charge, require_budget
from bsa.statistics.counting import Counts, Tables
from bsa.statistics.cube import BY_KEY, tables_of
from bsa.statistics.hierarchy import Hierarchy, Level
from bsa.statistics.masters import master_of
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.noise import METHOD
from bsa.statistics.profile import Profile
from bsa.statistics.release import Release, digest_of, draw

LOCK = 0x627361
"""Whoever draws holds this advisory lock on PostgreSQL; SQLite lets one write at a time anyhow."""


class OtherCounts(Conflict):
    """The quarter was drawn, and something was entered since."""

    message = N_(
        "{period} was drawn already, from other counts. Draw a revision, and say why: it is charged to the budget "
        "like any release."
    )


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn."""

    period: str
    hierarchy: Hierarchy
    division_year: int
    names: Mapping[str, str]
    """Of each published area its name; public."""
    without: frozenset[str] = frozenset()
    reason: str | None = None
    """Why a revision; None for the first."""
    own_areas: Sequence[Any] = ()
    """Areas of the organisation's own (`OwnArea`), which stay as they are now."""

    @property
    def tables(self) -> Tables:
        """The tables of the quarter."""
        return tables_of(int(self.period[-1]), self.without)

    @property
    def year(self) -> int:
        """The calendar year."""
        return int(self.period[:4])


def draw_release(
    session: Session, wanted: Wanted, count: Callable[[Tables], Counts], exact: Any, profile: Profile
) -> StatisticsRelease:
    """Draw a release and keep it; or return the one that was drawn from the same counts.

    `count` is asked once. `exact` are counts about institutions, which are published as they are.
    """
    _alone(session)
    present = latest(session, wanted.hierarchy.municipality, wanted.period)
    revision = 1 if present is None else present.revision + (wanted.reason is not None)
    key = f"{wanted.hierarchy.municipality} {wanted.period} r{revision}"
    earlier = [cost_of(one) for one in releases_of_year(session, wanted.hierarchy.municipality, wanted.year)]
    master = master_of(session.info["keystore"], wanted.year)
    if present is None or wanted.reason is not None:
        # Refused before anything is counted, and so whatever would have been counted.
        require_budget(profile, charge(profile, wanted.tables, key, wanted.year), earlier)
    counts = count(wanted.tables)
    if present is not None and wanted.reason is None:
        if digest_of(counts, wanted.hierarchy, wanted.tables, master) != present.digest:
            raise OtherCounts(period=wanted.period)
        return present
    drawn = draw(key, wanted.tables, counts, wanted.hierarchy, master, profile)
    row = StatisticsRelease(
        municipality=wanted.hierarchy.municipality,
        period=wanted.period,
        revision=revision,
        division_year=wanted.division_year,
        method=f"{METHOD}.{cube.VERSION}",
        digest=drawn.digest,
        frozen=frozen_of(drawn, wanted, exact),
        reason=wanted.reason,
    )
    session.add(row)
    session.flush()
    return row


def latest(
    session: Session, municipality: str, period: str, revision: int | None = None, *, published: bool = False
) -> StatisticsRelease | None:
    """Return a revision of what was drawn about a period, or the last one, if there is one."""
    query = (
        select(StatisticsRelease)
        .where(col(StatisticsRelease.municipality) == municipality, col(StatisticsRelease.period) == period)
        .order_by(col(StatisticsRelease.revision).desc())
    )
    if revision is not None:
        query = query.where(col(StatisticsRelease.revision) == revision)
    if published:
        query = query.where(col(StatisticsRelease.published_at).is_not(None))
    found: StatisticsRelease | None = session.scalar(query.limit(1))
    return found


def releases_of_year(session: Session, municipality: str, year: int) -> list[StatisticsRelease]:
    """Return all releases about the quarters of a year that were drawn, in their order."""
    query = select(StatisticsRelease).where(
        col(StatisticsRelease.municipality) == municipality, col(StatisticsRelease.period).startswith(f"{year}-")
    )
    return list(session.scalars(query.order_by(col(StatisticsRelease.period), col(StatisticsRelease.revision))))


def opened(row: StatisticsRelease) -> tuple[Release, dict[str, Any]]:
    """Return the numbers of a release, and what goes beside them: the names of areas, and counts about institutions."""
    document = json.loads(row.frozen)
    parameters: dict[str, Any] = {name: _number(value) for name, value in document["profile"].items()}
    profile = Profile(**parameters)
    areas = document["areas"]
    hierarchy = Hierarchy(
        areas["municipality"],
        tuple(areas["districts"]),
        tuple(areas["neighbourhoods"]),
        tuple(areas["district_of"]),
        areas["published_as"],
    )
    tables = tuple(BY_KEY[key] for key in document["tables"])
    cells = {
        (table, Level(level)): np.array(numbers, dtype=np.int64)
        for table, levels in document["cells"].items()
        for level, numbers in levels.items()
    }
    return Release(document["key"], tables, row.digest, profile, hierarchy, cells), document


def cost_of(row: StatisticsRelease) -> Charge:
    """Return what a drawn release costs, published or not: whoever drew it has seen it."""
    release, _ = opened(row)
    return charge(release.profile, release.tables, release.key, int(row.period[:4]))


def frozen_of(release: Release, wanted: Wanted, exact: Any) -> str:
    """Write all of a release as JSON, the same numbers always as the same bytes."""
    cells: dict[str, dict[str, Any]] = {}
    for (table, level), numbers in release.cells.items():
        cells.setdefault(table, {})[level.value] = numbers.tolist()
    areas = release.hierarchy
    document = {
        "key": release.key,
        "profile": {name: _plain(value) for name, value in asdict(release.profile).items()},
        "tables": [table.key for table in release.tables],
        "areas": {
            "municipality": areas.municipality,
            "districts": areas.districts,
            "neighbourhoods": areas.neighbourhoods,
            "district_of": areas.district_of,
            "published_as": dict(areas.published_as),
        },
        "names": dict(wanted.names),
        "own_areas": [asdict(area) for area in wanted.own_areas],
        "cells": cells,
        "institutions": exact,
    }
    return json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return f"{value.numerator}/{value.denominator}" if isinstance(value, Fraction) else value


def _number(value: int | str) -> int | Fraction:
    return Fraction(value) if isinstance(value, str) else value


def _alone(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
