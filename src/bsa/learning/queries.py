"""Reading who did it, always as someone; and the shift over time, which counts deeds and never a worker."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.errors import NotFound
from bsa.initiatives.models import Initiative
from bsa.initiatives.queries import find_initiative, visible_to
from bsa.learning.models import LearningStep, WhoDidIt
from bsa.learning.sameness import gist
from bsa.learning.shapes import (
    DoneAlone,
    LearningShift,
    LearningStepOut,
    ShiftBy,
    ShiftPeriod,
    StepQuery,
)
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Resident
from bsa.residents.queries import get_record, looked_after_by
from bsa.sealing import open_cell, open_rows
from bsa.shapes import Page

NEWEST_FIRST = Order((col(LearningStep.done_on), True), (col(LearningStep.id), True))

ENOUGH_HERE = 10
"""The fewest steps from which the picture of a neighbourhood is drawn."""
LOOKED_BACK = timedelta(days=180)
"""How far back the same thing done alone is looked for."""
MOST = 500
"""As many steps are looked at, at most."""
STANDS = col(LearningStep.struck_at).is_(None)


def list_steps(session: Session, actor: Actor, wanted: StepQuery) -> Page[LearningStepOut]:
    """List what was done with a resident, or in an initiative, the last first; struck steps too."""
    if wanted.resident_id is not None:
        resident = get_record(session, actor, wanted.resident_id, Permission.RECORD_OWN_STEP)
        writes = resident.restricted_on is None
    else:
        initiative = find_initiative(session, actor, wanted.initiative_id or UUID(int=0))
        require(actor, Permission.SEE_STEPS, initiative)
        writes = allows(actor, Permission.RECORD_STEP, initiative)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST)
    last = rows[-1].LearningStep if more else None
    return Page(
        items=_drawn(session, actor, rows, writes=writes),
        next_cursor=cursor_after(last.done_on, last.id) if last else None,
    )


def _listed(actor: Actor, wanted: StepQuery) -> Select[*tuple[Any, ...]]:
    query = _with_names(actor)
    if wanted.resident_id is not None:
        return query.where(col(LearningStep.resident_id) == wanted.resident_id)
    return query.where(col(LearningStep.initiative_id) == wanted.initiative_id)


def find_step(session: Session, actor: Actor, step_id: UUID) -> LearningStep:
    """Return a step that the actor may know of, cells closed: of an own resident, or of nobody, in an own area."""
    step = session.get(LearningStep, step_id)
    if step is None:
        raise NotFound
    if step.resident_id is not None:
        get_record(session, actor, step.resident_id, Permission.RECORD_OWN_STEP)
    else:
        require(actor, Permission.SEE_STEPS, find_initiative(session, actor, step.initiative_id or UUID(int=0)))
    return step


def show_step(session: Session, actor: Actor, step_id: UUID) -> LearningStepOut:
    """Show a step, and whether it is time for the gentle question."""
    find_step(session, actor, step_id)
    row = session.execute(_with_names(actor).where(col(LearningStep.id) == step_id)).one()
    writes = row.LearningStep.resident_id is None or row.restricted_on is None
    return _drawn(session, actor, [row], writes=writes)[0]


def shift_of_initiative(session: Session, actor: Actor, initiative_id: UUID, by: ShiftBy) -> LearningShift:
    """Show who did it, over time, in an initiative."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.SEE_STEPS, initiative)
    return _shift(session, col(LearningStep.initiative_id) == initiative.id, by, least=1)


def shift_of_area(session: Session, actor: Actor, area_id: UUID, by: ShiftBy) -> LearningShift:
    """Show who did it, over time, in an area of the own reach; with few steps nothing is drawn."""
    require(actor, Permission.SEE_STEPS)
    area = session.scalar(select(Area).where(col(Area.id) == area_id, col(Area.id).in_(actor.area_ids)))
    if area is None:
        raise NotFound
    return _shift(session, lies_within(col(LearningStep.area_id), area.id), by, least=ENOUGH_HERE)


def shift_of_resident(session: Session, actor: Actor, resident_id: UUID, by: ShiftBy) -> LearningShift:
    """Show who did it, over time, with one resident: inside the record, for those who look after the resident."""
    resident = get_record(session, actor, resident_id, Permission.RECORD_OWN_STEP)
    return _shift(session, col(LearningStep.resident_id) == resident.id, by, least=1)


def done_alone_again(session: Session, actor: Actor) -> list[DoneAlone]:
    """List what the actor did alone again and again lately, for own residents and in own initiatives."""
    if not actor.has(Role.ACTIVATOR, Role.TEAM_LEADER):
        return []
    mine_alone = select(col(LearningStep.id)).where(
        col(LearningStep.worker_id) == actor.id, col(LearningStep.who_did_it) == WhoDidIt.WORKER, STANDS, _lately()
    )
    if session.scalar(mine_alone.limit(1)) is None:
        return []
    query = _with_names(actor).add_columns(col(Initiative.title).label("initiative_title"))
    query = query.outerjoin(Initiative, col(Initiative.id) == LearningStep.initiative_id).where(
        STANDS,
        _lately(),
        or_(
            and_(col(LearningStep.resident_id).is_not(None), looked_after_by(actor), _unrestricted()),
            and_(col(LearningStep.resident_id).is_(None), visible_to(actor)),
        ),
    )
    rows = NEWEST_FIRST.sort(query).limit(MOST)
    found: dict[Any, Any] = {row.LearningStep.id: row for row in session.execute(rows)}
    steps = [row.LearningStep for row in found.values()]
    open_rows(session, steps)
    again = _again(session, actor, steps)
    return [_done_alone(session, found[step_id], times) for step_id, times in again.items()]


def _done_alone(session: Session, row: Any, times: int) -> DoneAlone:
    step = row.LearningStep
    return DoneAlone(
        what=step.what,
        times=times,
        last_on=step.done_on,
        resident_id=step.resident_id,
        resident_name=_name(session, row),
        initiative_id=step.initiative_id,
        initiative_title=row.initiative_title,
    )


def _with_names(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select steps, each with the name of its resident and whether the actor looks after this one."""
    query: Select[*tuple[Any, ...]] = select(
        LearningStep,
        col(Resident.call_name).label("call_name"),
        col(Resident.restricted_on).label("restricted_on"),
        looked_after_by(actor).label("own"),
    )
    return query.outerjoin(Resident, col(Resident.id) == LearningStep.resident_id)


def _drawn(session: Session, actor: Actor, rows: Sequence[Any], *, writes: bool) -> list[LearningStepOut]:
    """Draw up steps; what was done with a resident of a colleague stays closed."""
    mine = actor.has(Role.ACTIVATOR)
    seen = [row.LearningStep for row in rows if row.LearningStep.resident_id is None or (row.own and mine)]
    open_rows(session, seen)
    keys = {step.id for step in seen}
    again = _asked_about(session, actor, seen)
    return [
        _out(session, actor, row, seen=row.LearningStep.id in keys, asks=row.LearningStep.id in again, writes=writes)
        for row in rows
    ]


def _out(session: Session, actor: Actor, row: Any, *, seen: bool, asks: bool, writes: bool) -> LearningStepOut:
    step: LearningStep = row.LearningStep
    strikes = writes and seen and step.struck_at is None and row.restricted_on is None
    deed = Permission.RECORD_OWN_STEP if step.resident_id else Permission.RECORD_STEP
    return LearningStepOut(
        id=step.id,
        resident_id=step.resident_id if seen else None,
        resident_name=_name(session, row) if seen else None,
        initiative_id=step.initiative_id,
        done_on=step.done_on,
        what=step.what if seen else None,
        who_did_it=step.who_did_it,
        own_words=step.own_words if seen else None,
        mine=step.worker_id == actor.id,
        ask_who_next_time=asks,
        struck_at=step.struck_at,
        created_at=step.created_at,
        allowed_actions=[deed.value] if strikes else [],
    )


def _name(session: Session, row: Any) -> str | None:
    key = row.LearningStep.resident_id
    return open_cell(session, Resident, "call_name", key, key, row.call_name)


def _asked_about(session: Session, actor: Actor, seen: Sequence[LearningStep]) -> dict[UUID, int]:
    """Return which of these opened steps are the last of a row of the same thing done alone by the actor."""
    alone = [step for step in seen if step.worker_id == actor.id and step.who_did_it is WhoDidIt.WORKER]
    if not alone:
        return {}
    residents = {step.resident_id for step in alone if step.resident_id}
    initiatives = {step.initiative_id for step in alone if step.initiative_id}
    # Of an initiative the steps of its own, and of residents those that are opened already: nobody else is read.
    query = select(LearningStep).where(
        STANDS,
        _lately(),
        or_(
            col(LearningStep.resident_id).in_(residents),
            and_(col(LearningStep.resident_id).is_(None), col(LearningStep.initiative_id).in_(initiatives)),
        ),
    )
    steps = session.scalars(NEWEST_FIRST.sort(query).limit(MOST)).all()
    open_rows(session, steps)
    return _again(session, actor, steps)


def _again(session: Session, actor: Actor, newest_first: Iterable[LearningStep]) -> dict[UUID, int]:
    """Return the last step of each row of the same thing that the actor did alone often enough, and how often.

    A row ends where the same thing was done together, or by the resident: then the question was answered.
    """
    times: int = session.info["settings"].worker_alone_times
    rows: dict[Any, list[LearningStep]] = defaultdict(list)
    over: set[Any] = set()
    for step in newest_first:
        what = gist(step.what)
        for place in {step.resident_id, step.initiative_id} - {None}:
            thing = (place, what)
            if step.who_did_it is not WhoDidIt.WORKER:
                over.add(thing)
            elif step.worker_id == actor.id and thing not in over:
                rows[thing].append(step)
    often = sorted((steps for steps in rows.values() if len(steps) >= times), key=len)
    return {steps[0].id: len(steps) for steps in often}


def _shift(session: Session, where: ColumnElement[bool], by: ShiftBy, least: int) -> LearningShift:
    counted = session.execute(
        select(col(LearningStep.done_on), col(LearningStep.who_did_it), func.count().label("times"))
        .where(where, STANDS)
        .group_by(col(LearningStep.done_on), col(LearningStep.who_did_it))
    ).all()
    counts: dict[str, Counter[WhoDidIt]] = defaultdict(Counter)
    for row in counted:
        counts[_period(row.done_on, by)][row.who_did_it] += row.times
    enough = sum(count.total() for count in counts.values()) >= least
    periods = _every_period(min(row.done_on for row in counted), by) if enough and counted else []
    return LearningShift(
        by=by,
        enough=enough,
        least=least,
        periods=[
            ShiftPeriod.model_validate({"period": period} | {who.value: counts[period][who] for who in WhoDidIt})
            for period in periods
        ],
    )


def _period(day: date, by: ShiftBy) -> str:
    return f"{day:%Y-%m}" if by is ShiftBy.MONTH else f"{day.year}-Q{(day.month + 2) // 3}"


def _every_period(first: date, by: ShiftBy) -> list[str]:
    """Return every period from the first day until now, those without a step too."""
    day, periods = first.replace(day=1), []
    while day <= clock.today():
        periods.append(_period(day, by))
        day = (day + timedelta(days=31)).replace(day=1)
    return list(dict.fromkeys(periods))


def _lately() -> ColumnElement[bool]:
    return col(LearningStep.done_on) >= clock.today() - LOOKED_BACK


def _unrestricted() -> ColumnElement[bool]:
    return col(Resident.restricted_on).is_(None)
