"""Reading what is published. Everybody may; nothing here reads anything but releases."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa.errors import NotFound
from bsa.paging import Order, cursor_after, fetch
from bsa.shapes import Page
from bsa.statistics import cube
from bsa.statistics.cube import EXACT_TABLES, TABLES, Table
from bsa.statistics.display import BesideLevels
from bsa.statistics.formats.naming import is_exact
from bsa.statistics.indicators import TOLD_OF_A_TABLE, Language, events_of, label, title_of, told
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.published import MOST_QUARTERS, Dataset, dataset_of, narrowed
from bsa.statistics.releases import latest
from bsa.statistics.shapes import (
    CategoryOut,
    DimensionOut,
    FiguresQuery,
    IndicatorOut,
    IndicatorsOut,
    ReachedOut,
    ReleasedArea,
    ReleaseDetail,
    ReleasedTable,
    ReleaseOut,
    ReleaseQuery,
    ToldOut,
    WhichRelease,
)
from bsa.statistics.sums import number_of_sum, of_own_areas, quarters_of, summed

LATEST_FIRST = Order(
    (col(StatisticsRelease.period), True), (col(StatisticsRelease.revision), True), (col(StatisticsRelease.id), True)
)


def list_releases(session: Session, wanted: ReleaseQuery) -> Page[ReleaseOut]:
    """List what is published, the latest period first."""
    rows, more = fetch(session, None, wanted, _releases, LATEST_FIRST)
    found = [row[0] for row in rows]
    last = found[-1] if more else None
    return Page(
        items=[_row_out(row) for row in found],
        next_cursor=cursor_after(last.period, last.revision, last.id) if last else None,
    )


def _row_out(row: StatisticsRelease) -> ReleaseOut:
    """Draw up a release of a list, without opening its numbers."""
    name = json.loads(row.frozen)["names"][row.municipality]
    status = "definitive" if row.definitive_on else "provisional"
    return ReleaseOut.model_validate(
        {field: getattr(row, field, None) for field in ReleaseOut.model_fields}
        | {"municipality_name": name, "status": status}
    )


def _releases(actor: None, wanted: ReleaseQuery) -> Select[*tuple[Any, ...]]:
    query = select(StatisticsRelease).where(col(StatisticsRelease.published_at).is_not(None))
    if wanted.municipality is not None:
        query = query.where(col(StatisticsRelease.municipality) == wanted.municipality)
    if not wanted.all_revisions:
        later = aliased(StatisticsRelease)
        query = query.where(
            ~select(later)
            .where(
                col(later.municipality) == col(StatisticsRelease.municipality),
                col(later.period) == col(StatisticsRelease.period),
                col(later.revision) > col(StatisticsRelease.revision),
                col(later.published_at).is_not(None),
            )
            .correlate(StatisticsRelease)
            .exists()
        )
    return query


def read_dataset(session: Session, period: str, which: WhichRelease) -> Dataset:
    """Return what is published about a quarter, a half year or a year; raise `NotFound` when that is nothing."""
    quarters = quarters_of(period)
    municipality = which.municipality or _only_one(session)
    if quarters != (period,):
        return summed(period, [dataset_of(row) for row in _together(session, municipality, quarters, which.revision)])
    row = latest(session, municipality, period, which.revision, published=True)
    if row is None:
        raise NotFound
    return dataset_of(row)


def read_history(session: Session, municipality: str, until: datetime | None = None) -> list[Dataset]:
    """Return the last revision about each of the last quarters, the oldest first; `until`: as it was published then.

    What was written of a release stays the same when an earlier quarter is revised afterwards.
    """
    query = select(col(StatisticsRelease.period), col(StatisticsRelease.id)).where(
        col(StatisticsRelease.municipality) == municipality, col(StatisticsRelease.published_at).is_not(None)
    )
    if until is not None:
        query = query.where(col(StatisticsRelease.published_at) <= until)
    wanted: dict[str, UUID] = {}
    for period, key in session.execute(
        query.order_by(col(StatisticsRelease.period).desc(), col(StatisticsRelease.revision).desc())
    ):
        wanted.setdefault(period, key)
    last = list(wanted.values())[:MOST_QUARTERS]
    rows = session.scalars(select(StatisticsRelease).where(col(StatisticsRelease.id).in_(last)))
    return [dataset_of(row) for row in sorted(rows, key=lambda row: row.period)]


def _together(
    session: Session, municipality: str, quarters: tuple[str, ...], revision: int | None
) -> list[StatisticsRelease]:
    """Return a release of each quarter: the last ones; or those of which the sum had this number of its own.

    A sum has its first number when all its quarters are published, and the next with each revision of one of them.
    """
    found = session.scalars(
        select(StatisticsRelease)
        .where(
            col(StatisticsRelease.municipality) == municipality,
            col(StatisticsRelease.period).in_(quarters),
            col(StatisticsRelease.published_at).is_not(None),
        )
        .order_by(col(StatisticsRelease.published_at), col(StatisticsRelease.revision))
    )
    there: dict[str, StatisticsRelease] = {}
    for row in found:
        if row.period not in there or there[row.period].revision < row.revision:
            there[row.period] = row
        if len(there) == len(quarters) and revision == number_of_sum(one.revision for one in there.values()):
            break
    if len(there) < len(quarters) or revision not in (None, number_of_sum(one.revision for one in there.values())):
        raise NotFound
    return [there[quarter] for quarter in quarters]


def read_part(session: Session, period: str, wanted: FiguresQuery) -> Dataset:
    """Return what is published about a period, or the level or the area of it that is wanted."""
    whole = read_dataset(session, period, wanted)
    if wanted.level == BesideLevels.OWN_AREA:
        return of_own_areas(whole, wanted.area)
    return narrowed(whole, wanted.level, wanted.area)


def release_out(dataset: Dataset) -> ReleaseOut:
    """Draw up a release without its numbers."""
    if dataset.published_at is None or dataset.fingerprint is None:
        raise NotFound
    return ReleaseOut(
        period=dataset.period,
        municipality=dataset.municipality,
        municipality_name=dataset.names[dataset.municipality],
        revision=dataset.revision,
        status="definitive" if dataset.definitive_on else "provisional",
        definitive_on=dataset.definitive_on,
        published_at=dataset.published_at,
        division_year=dataset.division_year,
        method=dataset.method,
        reason=dataset.reason,
        fingerprint=dataset.fingerprint,
    )


def release_detail(dataset: Dataset, language: Language) -> ReleaseDetail:
    """Draw up a release with its tables, and with what was published beside its figures."""
    return ReleaseDetail(
        **release_out(dataset).model_dump(),
        tables=[
            ReleasedTable(
                code=table.code,
                key=table.key,
                title=told(table, "title", language),
                levels=[level.value for level in table.levels],
                exact=is_exact(table),
            )
            for table in dataset.tables
        ],
        own_areas=[
            ReleasedArea(code=own.code, name=own.name, neighbourhoods=list(own.neighbourhoods))
            for own in dataset.own_areas
        ],
        reached=[ReachedOut.model_validate(one) for one in dataset.words["explanations"]],
        stories=[ToldOut.model_validate(one) for one in dataset.words["stories"]],
    )


def indicators(language: Language) -> IndicatorsOut:
    """Tell what each table of the closed list is."""
    return IndicatorsOut(
        version=cube.VERSION, items=[_indicator(table, language) for table in (*TABLES, *EXACT_TABLES)]
    )


def _indicator(table: Table, language: Language) -> IndicatorOut:
    return IndicatorOut(
        code=table.code,
        key=table.key,
        events=events_of(table),
        levels=[level.value for level in table.levels],
        quarters=sorted(table.quarters),
        cap=table.cap,
        exact=is_exact(table),
        dimensions=[
            DimensionOut(
                code=dimension.code,
                title=title_of(dimension, language),
                categories=[
                    CategoryOut(code=one, label=label(dimension, one, language)) for one in dimension.categories
                ],
            )
            for dimension in table.dimensions
        ],
        **{what: told(table, what, language) for what in TOLD_OF_A_TABLE},
    )


def _only_one(session: Session) -> str:
    """Return the municipality of which figures are published; of more than one, somebody must say which."""
    found = session.scalars(
        select(col(StatisticsRelease.municipality)).where(col(StatisticsRelease.published_at).is_not(None)).distinct()
    ).all()
    if len(found) != 1:
        raise NotFound
    return str(found[0])
