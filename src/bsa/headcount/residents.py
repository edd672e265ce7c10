"""The one query that counts residents: for each area, how many are in each cell of the closed cube.

It is one statement, so all tables are counted from one state of the database, and no resident ever leaves it: what
comes out is a table, an area, a cell and a number. How often one resident may count is settled here as well, since
everything after it relies on it. The numbers are exact. They go into the noise and are kept nowhere.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, AreaInclusion, Level
from bsa.contacts.models import Contact
from bsa.events import Event
from bsa.goals.models import ScoredBy
from bsa.initiatives.models import Participant
from bsa.institutions.models import Institution
from bsa.needs.models import Need
from bsa.quarters import first_day_of, last_day_of
from bsa.referrals.models import Referral, ReferralResident
from bsa.referrals.states import ReferralState
from bsa.residents.models import Consent, ConsentScope, Resident, ResidentPhase
from bsa.scales.queries import adds_up, scores_to_add_up
from bsa.statistics.counting import Counts
from bsa.statistics.cube import BY_KEY, OUTCOME_OF, Table
from bsa.statistics.hierarchy import Hierarchy

OPEN_FOR = timedelta(days=183)
"""Whoever had no contact for half a year has no open trajectory."""
LADDER = "participation_ladder"
"""The key of the scale of which changes are counted."""
NOT_HELPED = (ReferralState.DECLINED, ReferralState.WITHDRAWN)
"""These end a referral without an outcome."""
ONCE = "MATERIALIZED"
"""Of rows that several tables are counted from: SQLite otherwise works them out for each table again."""

Cell = Select[*tuple[Any, ...]]


def not_kept(session: Session) -> frozenset[str]:
    """Return the tables that this installation keeps nothing for; told by its settings, not by its residents."""
    return frozenset() if adds_up(session, LADDER) else frozenset({"T5"})


def count_residents(session: Session, quarter: str, hierarchy: Hierarchy, tables: tuple[Table, ...]) -> Counts:
    """Count the residents of a quarter, as they were on its last day: exact, a row for each published neighbourhood."""
    places = _places(session, hierarchy)
    counts = {
        table.key: np.zeros((len(hierarchy.neighbourhoods), len(table.cells)), dtype=np.int64) for table in tables
    }
    columns = {table.key: {cell: place for place, cell in enumerate(table.cells)} for table in tables}
    for key, area_id, first, second, number in session.execute(counting(quarter, tables)):
        place = places.get(str(area_id))
        if place is not None:
            cell = tuple(part for part in (first, second) if part is not None)
            counts[key][place, columns[key][cell]] += number
    return counts


def _places(session: Session, hierarchy: Hierarchy) -> dict[str, int]:
    """Return at which place of the hierarchy each area is counted: a neighbourhood, and what lies in it."""
    inside = (
        select(col(AreaInclusion.inner_id), col(Area.code))
        .join(Area, col(Area.id) == col(AreaInclusion.outer_id))
        .where(col(Area.level) == Level.NEIGHBOURHOOD, col(Area.code).in_(hierarchy.places))
    )
    return {str(area_id): hierarchy.places[code] for area_id, code in session.execute(inside)}


def counting(quarter: str, tables: tuple[Table, ...]) -> Any:
    """Return the statement: rows of table, area, first and second category, number."""
    first, last = first_day_of(quarter), last_day_of(quarter)
    seen = _seen(first, last)
    there = _there(last)
    opened = _open(there, seen, last)
    needs = _needs(opened, last)
    parts: dict[str, Callable[[], Cell]] = {
        "T0": lambda: _cell("T0", opened),
        "T1": lambda: _cell("T1", opened, func.coalesce(opened.c.age_band, "unknown")),
        "T2": lambda: _cell("T2", needs, needs.c.life_area),
        "T3": lambda: _cell("T3", opened, opened.c.phase),
        "T4": lambda: _cell("T4", needs, needs.c.life_area, needs.c.phase),
        "T5": lambda: _ladder_changes(opened, last),
        "T6": lambda: _referrals(there, first, last, partner=False),
        "T10": lambda: _referrals(there, first, last, partner=True),
        "T8": lambda: _reached(there, seen, first),
        "T9": lambda: _taking_part(there, first, last),
    }
    return union_all(*(parts[table.key]() for table in tables))


def _cell(key: str, rows: CTE, first: Any = None, second: Any = None) -> Cell:
    """Count rows, one for each resident in each cell, by area and cell."""
    given = [cast(part, String) for part in (first, second) if part is not None]
    empty = [cast(null(), String)] * (2 - len(given))
    return (
        select(literal(key), rows.c.area_id, *given, *empty, func.count())
        .group_by(rows.c.area_id, *given)
        .select_from(rows)
    )


def _seen(first: date, last: date) -> CTE:
    """Of each resident the first and the last contact up to the last day."""
    return (
        select(
            col(Contact.resident_id),
            func.min(Contact.happened_on).label("first_on"),
            func.max(Contact.happened_on).label("last_on"),
        )
        .where(col(Contact.struck_at).is_(None), col(Contact.happened_on) <= last)
        .group_by(col(Contact.resident_id))
        .cte("seen")
        .prefix_with(ONCE)
    )


def _there(last: date) -> CTE:
    """All who may be counted: not restricted, no objection, no signpost; with area and phase as on the last day."""
    withdrawn = exists().where(
        col(Consent.resident_id) == col(Resident.id),
        col(Consent.scope) == ConsentScope.TO_BE_COUNTED,
        col(Consent.withdrawn_on).is_not(None),
    )
    given = exists().where(
        col(Consent.resident_id) == col(Resident.id),
        col(Consent.scope) == ConsentScope.TO_BE_COUNTED,
        col(Consent.withdrawn_on).is_(None),
    )
    return (
        select(
            col(Resident.id),
            _area_on(last).label("area_id"),
            _phase_on(last).label("phase"),
            cast(col(Resident.age_band), String).label("age_band"),
        )
        .where(col(Resident.merged_into_id).is_(None), col(Resident.restricted_on).is_(None), or_(~withdrawn, given))
        .cte("there")
        .prefix_with(ONCE)
    )


def _area_on(last: date) -> ColumnElement[Any]:
    """Where a resident lived: where the last contact was entered, for who was met again after that day."""
    then = (
        select(col(Contact.area_id))
        .where(
            col(Contact.resident_id) == col(Resident.id),
            col(Contact.happened_on) <= last,
            col(Contact.struck_at).is_(None),
        )
        .order_by(col(Contact.happened_on).desc(), col(Contact.id).desc())
        .limit(1)
        .correlate(Resident)
        .scalar_subquery()
    )
    return case(
        (col(Resident.last_contact_on) <= last, col(Resident.area_id)),
        else_=func.coalesce(then, col(Resident.area_id)),
    )


def _phase_on(last: date) -> ColumnElement[str]:
    """In which phase a resident was: what it was changed from, the first time after that day."""
    before = (
        select(Event.facts["before"].as_string())
        .where(
            col(Event.subject_kind) == "resident",
            col(Event.subject_id) == col(Resident.id),
            col(Event.kind) == "resident.phase_changed",
            col(Event.created_at) >= _end_of(last),
        )
        .order_by(col(Event.created_at), col(Event.id))
        .limit(1)
        .correlate(Resident)
        .scalar_subquery()
    )
    now = cast(col(Resident.phase), String)
    return case((col(Resident.phase_since) <= last, now), else_=func.coalesce(before, now))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), clock.HERE)


def _open(there: CTE, seen: CTE, last: date) -> CTE:
    """Residents with an open trajectory."""
    return (
        select(there.c.id, there.c.area_id, there.c.phase, there.c.age_band)
        .join(seen, seen.c.resident_id == there.c.id)
        .where(there.c.phase != ResidentPhase.FINISHED.value, seen.c.last_on > last - OPEN_FOR)
        .cte("opened")
        .prefix_with(ONCE)
    )


def _needs(opened: CTE, last: date) -> CTE:
    """Of each resident the life areas of the needs that were open: the three most recent, each once."""
    cap = BY_KEY["T2"].cap
    life_area = cast(col(Need.life_area), String).label("life_area")
    each = (
        select(
            opened.c.id,
            opened.c.area_id,
            opened.c.phase,
            life_area,
            func.max(Need.opened_on).label("opened_on"),
            func.min(_chance(col(Need.id))).label("chance"),
        )
        .join(opened, opened.c.id == col(Need.resident_id))
        .where(col(Need.opened_on) <= last, or_(col(Need.closed_on).is_(None), col(Need.closed_on) > last))
        .group_by(opened.c.id, opened.c.area_id, opened.c.phase, life_area)
        .subquery()
    )
    return _latest(each, each.c.id, each.c.opened_on, each.c.chance, most=cap).cte("needs").prefix_with(ONCE)


def _latest(rows: Any, of: Any, *by: Any, most: int = 1) -> Cell:
    """Return the latest rows of each resident; on one day an order that is left to chance."""
    day, chance = by
    place = func.row_number().over(partition_by=of, order_by=(day.desc(), chance)).label("place")
    numbered = select(rows, place).subquery()
    return select(*(column for column in numbered.c if column.key != "place")).where(numbered.c.place <= most)


def _chance(key: Any) -> ColumnElement[str]:
    """Return the random part of a key: what nobody outside knows, and stays the same when it is counted again."""
    return func.substr(cast(key, String), 21)


def _ladder_changes(opened: CTE, last: date) -> Cell:
    """Between the last two days on which a resident was scored; the resident's own score goes before the worker's."""
    score = scores_to_add_up().subquery()
    own = func.max(case((score.c.by == ScoredBy.RESIDENT, score.c.level)))
    day = (
        select(opened.c.id, score.c.scored_on, func.coalesce(own, func.max(score.c.level)).label("level"))
        .join(opened, opened.c.id == score.c.resident_id)
        .where(score.c.scale == LADDER, score.c.scored_on <= last)
        .group_by(opened.c.id, score.c.scored_on)
        .subquery()
    )
    place = func.row_number().over(partition_by=day.c.id, order_by=day.c.scored_on.desc())
    before = func.lead(day.c.level).over(partition_by=day.c.id, order_by=day.c.scored_on.desc())
    steps = select(day.c.id, (day.c.level - before).label("step"), place.label("place")).subquery()
    last_step = select(steps.c.id, steps.c.step).where(steps.c.place == 1).subquery()
    change = case(
        (last_step.c.step.is_(None), "unknown"),
        (last_step.c.step > 0, "up"),
        (last_step.c.step < 0, "down"),
        else_="same",
    )
    rows = (
        select(opened.c.area_id, change.label("change"))
        .join_from(opened, last_step, last_step.c.id == opened.c.id, isouter=True)
        .cte("ladder_changes")
    )
    return _cell("T5", rows, rows.c.change)


def _referrals(there: CTE, first: date, last: date, *, partner: bool) -> Cell:
    """Residents who were referred in the quarter, by what came of the latest one up to the last day."""
    over = or_(col(Referral.closed_at) < _end_of(last), col(Referral.decided_at) < _end_of(last))
    known = case(OUTCOME_OF, value=cast(col(Referral.outcome), String))
    outcome = case(
        (and_(over, col(Referral.state).in_(NOT_HELPED)), "not_helped"),
        (and_(col(Referral.closed_at) < _end_of(last), col(Referral.outcome).is_not(None)), known),
        else_="none_yet",
    )
    each = (
        select(
            there.c.id,
            there.c.area_id,
            outcome.label("outcome"),
            cast(col(Institution.kind), String).label("partner"),
            col(Referral.requested_at).label("requested_at"),
            _chance(col(Referral.id)).label("chance"),
        )
        .join(ReferralResident, col(ReferralResident.resident_id) == there.c.id)
        .join(Referral, col(Referral.id) == col(ReferralResident.referral_id))
        .join(Institution, col(Institution.id) == col(Referral.institution_id))
        .where(
            col(Referral.requested_at) >= datetime.combine(first, time(), clock.HERE),
            col(Referral.requested_at) < _end_of(last),
            col(Referral.state) != ReferralState.ENTERED_IN_ERROR,
        )
        .subquery()
    )
    key = "T10" if partner else "T6"
    rows = _latest(each, each.c.id, each.c.requested_at, each.c.chance).cte(f"referred_{key.lower()}")
    return _cell(key, rows, rows.c.outcome, rows.c.partner if partner else None)


def _reached(there: CTE, seen: CTE, first: date) -> Cell:
    """Residents with a contact in the quarter: for the first time, or again."""
    how = case((seen.c.first_on >= first, "first_time"), else_="again")
    rows = (
        select(there.c.area_id, how.label("how"))
        .join(seen, seen.c.resident_id == there.c.id)
        .where(seen.c.last_on >= first)
        .cte("reached")
    )
    return _cell("T8", rows, rows.c.how)


def _taking_part(there: CTE, first: date, last: date) -> Cell:
    """Residents with a part in an initiative in the quarter: the part that was taken up last."""
    each = (
        select(
            there.c.id,
            there.c.area_id,
            cast(col(Participant.part), String).label("part"),
            col(Participant.from_on).label("from_on"),
            _chance(col(Participant.id)).label("chance"),
        )
        .join(Participant, col(Participant.resident_id) == there.c.id)
        .where(
            col(Participant.from_on) <= last,
            or_(col(Participant.until_on).is_(None), col(Participant.until_on) >= first),
        )
        .subquery()
    )
    rows = _latest(each, each.c.id, each.c.from_on, each.c.chance).cte("taking_part")
    return _cell("T9", rows, rows.c.part)
