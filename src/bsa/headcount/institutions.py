"""Counting what was asked of institutions, what they promised and what residents judged of it: exact, about no person.

It is folded from events up to the last day of the quarter, as the pages fold it. Nothing here reads a record.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, AreaInclusion, Level
from bsa.asks.models import Ask, AskEvent, AskEventKind, AskState
from bsa.asks.standing import standing as standing_of_ask
from bsa.commitments.models import Commitment, CommitmentEvent, CommitmentState, Verdict
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import rules_of
from bsa.commitments.standing import Standing, standing
from bsa.forums.models import Forum
from bsa.institutions.models import Institution
from bsa.meetings.models import Meeting
from bsa.quarters import first_day_of, last_day_of
from bsa.statistics.cube import EXACT_TABLES
from bsa.statistics.hierarchy import Hierarchy
from bsa.statistics.hierarchy import Level as PublishedLevel

Found = tuple[str, UUID, tuple[str, ...]]
"""A table, the area in which it happened, and a cell."""
PUT = (AskEventKind.ASKED, AskEventKind.ASKED_AGAIN, AskEventKind.ESCALATED)
LEVELS = {
    Level.MUNICIPALITY: PublishedLevel.MUNICIPALITY,
    Level.DISTRICT: PublishedLevel.DISTRICT,
    Level.NEIGHBOURHOOD: PublishedLevel.NEIGHBOURHOOD,
}


def count_institutions(session: Session, quarter: str, hierarchy: Hierarchy) -> list[dict[str, Any]]:
    """Count a quarter: a row for each table, published area and cell in which there is anything, in a fixed order."""
    around = _around(session, hierarchy)
    counted: Counter[tuple[str, str, str, tuple[str, ...]]] = Counter()
    for key, area_id, cell in _found(session, first_day_of(quarter), last_day_of(quarter)):
        for level, code in around.get(area_id, ()):
            counted[key, level, code, cell] += 1
    order = {table.key: place for place, table in enumerate(EXACT_TABLES)}
    levels = [level.value for level in PublishedLevel]
    return [
        {"table": key, "level": level, "area": code, "cell": list(cell), "value": number}
        for (key, level, code, cell), number in sorted(
            counted.items(), key=lambda item: (order[item[0][0]], levels.index(item[0][1]), *item[0][2:])
        )
    ]


def _around(session: Session, hierarchy: Hierarchy) -> dict[UUID, set[tuple[str, str]]]:
    """Return in which published areas each area lies."""
    known = {hierarchy.municipality, *hierarchy.districts}
    rows = session.execute(
        select(col(AreaInclusion.inner_id), col(Area.level), col(Area.code))
        .join(Area, col(Area.id) == col(AreaInclusion.outer_id))
        .where(col(Area.level).in_(LEVELS))
    )
    around: dict[UUID, set[tuple[str, str]]] = {}
    for inner, level, code in rows:
        published = hierarchy.published_as.get(code, code)
        if published in known or published in hierarchy.neighbourhoods:
            around.setdefault(inner, set()).add((LEVELS[level].value, published))
            if level is Level.NEIGHBOURHOOD:
                # A district that was put together with others is not among the published ones by its own code.
                above = hierarchy.districts[hierarchy.district_of[hierarchy.neighbourhoods.index(published)]]
                around[inner].add((PublishedLevel.DISTRICT.value, above))
    return around


def _found(session: Session, first: date, last: date) -> Iterator[Found]:
    yield from _asks(session, first, last)
    yield from _commitments(session, first, last)
    yield from _meetings(session, first, last)


def _asks(session: Session, first: date, last: date) -> Iterator[Found]:
    """Asks that were put in the quarter, first or again, and the answer that stood on its last day."""
    put = select(col(AskEvent.ask_id)).where(
        col(AskEvent.kind).in_(PUT), col(AskEvent.happened_on).between(first, last)
    )
    rows = session.execute(
        select(AskEvent, col(Ask.area_id), col(Institution.kind))
        .join(Ask, col(Ask.id) == col(AskEvent.ask_id))
        .join(Institution, col(Institution.id) == col(Ask.institution_id))
        .where(col(AskEvent.ask_id).in_(put), col(AskEvent.happened_on) <= last)
        .order_by(col(AskEvent.ask_id), col(AskEvent.number))
    )
    for events, area_id, kind in _together(rows, "ask_id"):
        stood = standing_of_ask(events, last)
        answer = stood.last_answer or ("unanswered" if stood.state is AskState.UNANSWERED else "none_yet")
        yield "I1", area_id, (kind, str(answer))


def _commitments(session: Session, first: date, last: date) -> Iterator[Found]:
    """Commitments that were made, moved or due in the quarter, and how those that were due stood on its last day."""
    stirred = (
        select(col(CommitmentEvent.commitment_id))
        .where(col(CommitmentEvent.happened_on).between(first, last) | col(CommitmentEvent.due_on).between(first, last))
        .distinct()
    )
    rows = session.execute(
        select(CommitmentEvent, col(Commitment.area_id), col(Institution.kind))
        .join(Commitment, col(Commitment.id) == col(CommitmentEvent.commitment_id))
        .join(Institution, col(Institution.id) == col(Commitment.institution_id))
        .where(col(CommitmentEvent.commitment_id).in_(stirred), col(CommitmentEvent.happened_on) <= last)
        .order_by(col(CommitmentEvent.commitment_id), col(CommitmentEvent.number))
    )
    rules = rules_of(session)
    for events, area_id, kind in _together(rows, "commitment_id"):
        within = [event for event in events if first <= event.happened_on]
        stood = standing(events, last, rules)
        if any(event.kind is Kind.RECORDED for event in within):
            yield "I2", area_id, (kind, "made")
        if any(event.kind is Kind.MOVED for event in within):
            yield "I2", area_id, (kind, "moved")
        if first <= stood.due_on <= last:
            yield "I2", area_id, (kind, "due")
            yield "I3", area_id, (kind, _verdict(stood))


def _verdict(stood: Standing) -> str:
    if stood.state is CommitmentState.WITHDRAWN:
        return "withdrawn"
    return "open" if stood.outcome is None else str(Verdict(stood.outcome).value)


def _meetings(session: Session, first: date, last: date) -> Iterator[Found]:
    """Meetings that were held."""
    rows = session.execute(
        select(col(Meeting.area_id), col(Forum.level))
        .join(Forum, col(Forum.id) == col(Meeting.forum_id))
        .where(
            col(Meeting.closed_at).is_not(None),
            col(Meeting.starts_at) >= _midnight(first),
            col(Meeting.starts_at) < _midnight(last + timedelta(days=1)),
        )
    )
    for area_id, level in rows:
        yield "I4", area_id, (level,)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.HERE)


def _together(rows: Iterable[Any], key: str) -> Iterator[tuple[list[Any], UUID, str]]:
    """Put the events of one thing together, with its area and the kind of its institution."""
    for _, group in groupby(rows, key=lambda row: attrgetter(key)(row[0])):
        found = list(group)
        yield [row[0] for row in found], found[0][1], str(found[0][2])
