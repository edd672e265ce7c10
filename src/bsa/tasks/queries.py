"""Reading tasks, money and scores of aims, always as someone."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, case, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import NotFound
from bsa.initiatives.models import Aim, Initiative
from bsa.initiatives.queries import find_initiative, visible_to
from bsa.learning.models import LearningStep
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account
from bsa.people.queries import opened_name
from bsa.permissions import Actor, Permission, allows, require
from bsa.rows import locked, not_stale
from bsa.shapes import Listing, Page
from bsa.tasks.deeds import TaskDeed, may_follow, state_of
from bsa.tasks.models import AimScore, BudgetLine, MoneyKind, Task
from bsa.tasks.shapes import (
    AimScoreOut,
    AimToScoreOut,
    BudgetLineOut,
    BudgetOut,
    TaskOut,
    TaskQuery,
    TaskState,
)

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
"""In place of a day that there is not, where a list is put in order."""

IS_DONE = col(Task.done_on).is_not(None)
IS_DROPPED = col(Task.dropped_on).is_not(None)
IS_OPEN = and_(~IS_DONE, ~IS_DROPPED)
RANK = case((IS_OPEN, 0), (IS_DONE, 1), else_=2)
ENDED = func.coalesce(col(Task.done_on), col(Task.dropped_on), FIRST)
WANTED = func.coalesce(col(Task.by_on), LAST)
OPEN_FIRST = Order((RANK, False), (ENDED, True), (WANTED, False), (col(Task.id), False))
"""What is open first, by its day; then what is done, the last first; then what was dropped."""

NEWEST_LINES_FIRST = Order((col(BudgetLine.booked_on), True), (col(BudgetLine.id), True))
NEWEST_SCORES_FIRST = Order((col(AimScore.scored_on), True), (col(AimScore.id), True))


def list_tasks(session: Session, actor: Actor, initiative_id: UUID, wanted: TaskQuery) -> Page[TaskOut]:
    """List the tasks of an initiative: what is open first, by its day, and last what was dropped."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.SEE_TASKS, initiative)
    rows, more = fetch(session, actor, wanted, _listed, OPEN_FIRST, initiative_id=initiative.id)
    last = rows[-1] if more else None
    return Page(
        items=[_task_out(session, actor, row) for row in rows],
        next_cursor=cursor_after(last.rank, last.ended, last.wanted, last.Task.id) if last else None,
    )


def _listed(actor: Actor, wanted: TaskQuery) -> Select[*tuple[Any, ...]]:
    query = _with_names(actor).add_columns(RANK.label("rank"), ENDED.label("ended"), WANTED.label("wanted"))
    query = query.where(col(Task.initiative_id) == bindparam("initiative_id", type_=Uuid))
    if wanted.state:
        query = query.where(
            {TaskState.OPEN: IS_OPEN, TaskState.DONE: IS_DONE, TaskState.DROPPED: IS_DROPPED}[wanted.state]
        )
    return query


def get_task(session: Session, actor: Actor, task_id: UUID, permission: Permission, version: int | None = None) -> Task:
    """Return a task for a deed that the actor may do to it."""
    query = select(Task).join(Initiative, col(Initiative.id) == Task.initiative_id)
    task = session.scalar(locked(session, query.where(col(Task.id) == task_id, visible_to(actor)), Task))
    if task is None:
        raise NotFound
    require(actor, permission, task)
    not_stale(task, version)
    return task


def find_task(session: Session, actor: Actor, task_id: UUID) -> Task:
    """Return a task that the actor may know of."""
    return get_task(session, actor, task_id, Permission.SEE_TASKS)


def show_task(session: Session, actor: Actor, task_id: UUID) -> TaskOut:
    """Show a task."""
    require(actor, Permission.SEE_TASKS, find_task(session, actor, task_id))
    return _task_out(session, actor, session.execute(_with_names(actor).where(col(Task.id) == task_id)).one())


def list_budget_lines(session: Session, actor: Actor, initiative_id: UUID, wanted: Listing) -> Page[BudgetLineOut]:
    """List the lines of an initiative's money, the last day first."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.SEE_BUDGET, initiative)
    rows, more = fetch(session, actor, wanted, _lines, NEWEST_LINES_FIRST, initiative_id=initiative.id)
    last = rows[-1][0] if more else None
    return Page(
        items=[_line_out(actor, row.BudgetLine, initiative.title) for row in rows],
        next_cursor=cursor_after(last.booked_on, last.id) if last else None,
    )


def _lines(_actor: Actor, _wanted: Listing) -> Select[Any]:
    return select(BudgetLine).where(col(BudgetLine.initiative_id) == bindparam("initiative_id", type_=Uuid))


def add_up(session: Session, actor: Actor, initiative_id: UUID) -> BudgetOut:
    """Add up an initiative's money."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.SEE_BUDGET, initiative)
    rows = session.execute(
        select(
            col(BudgetLine.kind),
            func.count().label("lines"),
            func.sum(col(BudgetLine.cents)).label("cents"),
            func.sum(case((col(BudgetLine.paid), col(BudgetLine.cents)), else_=0)).label("paid"),
        )
        .where(col(BudgetLine.initiative_id) == initiative.id)
        .group_by(col(BudgetLine.kind))
    ).all()
    cents = {row.kind: (int(row.cents), int(row.paid)) for row in rows}
    income, received = cents.get(MoneyKind.INCOME, (0, 0))
    cost, paid = cents.get(MoneyKind.COST, (0, 0))
    return BudgetOut(
        initiative_id=initiative.id,
        lines=sum(row.lines for row in rows),
        income_cents=income,
        received_cents=received,
        cost_cents=cost,
        paid_cents=paid,
        left_cents=income - cost,
        in_hand_cents=received - paid,
    )


def get_budget_line(
    session: Session, actor: Actor, line_id: UUID, permission: Permission, version: int | None = None
) -> BudgetLine:
    """Return a line of money for a deed that the actor may do to it."""
    query = select(BudgetLine).join(Initiative, col(Initiative.id) == BudgetLine.initiative_id)
    query = query.where(col(BudgetLine.id) == line_id, visible_to(actor))
    line = session.scalar(locked(session, query, BudgetLine))
    if line is None:
        raise NotFound
    require(actor, permission, line)
    not_stale(line, version)
    return line


def find_budget_line(session: Session, actor: Actor, line_id: UUID) -> BudgetLine:
    """Return a line of money that the actor may know of."""
    return get_budget_line(session, actor, line_id, Permission.SEE_BUDGET)


def show_budget_line(session: Session, actor: Actor, line_id: UUID) -> BudgetLineOut:
    """Show a line of money."""
    line = find_budget_line(session, actor, line_id)
    return _line_out(actor, line, find_initiative(session, actor, line.initiative_id).title)


def aim_of(session: Session, actor: Actor, aim_id: UUID) -> tuple[Aim, Initiative]:
    """Return an aim that the actor may know of, and its initiative; locked when the session writes."""
    aim = session.get(Aim, aim_id)
    if aim is None:
        raise NotFound
    return aim, find_initiative(session, actor, aim.initiative_id)


def show_aim(session: Session, actor: Actor, aim_id: UUID) -> AimToScoreOut:
    """Show an aim, for who looks how far it is."""
    aim, initiative = aim_of(session, actor, aim_id)
    require(actor, Permission.SEE_TASKS, initiative)
    return AimToScoreOut(
        id=aim.id,
        initiative_id=initiative.id,
        initiative_title=initiative.title,
        text=aim.text,
        sign=aim.sign,
        reached_on=aim.reached_on,
        allowed_actions=[Permission.SCORE_AIM.value] if allows(actor, Permission.SCORE_AIM, initiative) else [],
    )


def list_aim_scores(session: Session, actor: Actor, aim_id: UUID, wanted: Listing) -> Page[AimScoreOut]:
    """List how far the group saw an aim, the last day first."""
    aim, initiative = aim_of(session, actor, aim_id)
    require(actor, Permission.SEE_TASKS, initiative)
    rows, more = fetch(session, actor, wanted, _scores, NEWEST_SCORES_FIRST, aim_id=aim.id)
    last = rows[-1][0] if more else None
    return Page(
        items=[aim_score_out(row.AimScore) for row in rows],
        next_cursor=cursor_after(last.scored_on, last.id) if last else None,
    )


def _scores(_actor: Actor, _wanted: Listing) -> Select[Any]:
    return select(AimScore).where(col(AimScore.aim_id) == bindparam("aim_id", type_=Uuid))


def find_aim_score(session: Session, actor: Actor, aim_id: UUID, score_id: UUID) -> AimScore:
    """Return a score of an aim that the actor may know of."""
    aim, _ = aim_of(session, actor, aim_id)
    score = session.get(AimScore, score_id)
    if score is None or score.aim_id != aim.id:
        raise NotFound
    return score


def aim_score_out(score: AimScore) -> AimScoreOut:
    """Draw up a score of an aim."""
    return AimScoreOut(id=score.id, level=score.level, scored_on=score.scored_on, created_at=score.created_at)


def _with_names(_actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select tasks, each with its initiative, who took it up and who did it."""
    query: Select[*tuple[Any, ...]] = select(
        Task,
        col(Initiative.title).label("initiative_title"),
        col(Account.display_name).label("taker"),
        _who_did_it().label("who_did_it"),
    )
    query = query.join(Initiative, col(Initiative.id) == Task.initiative_id)
    return query.outerjoin(Account, col(Account.id) == Task.taken_up_by_id).outerjoin(
        LearningStep, col(LearningStep.id) == Task.step_id
    )


def _who_did_it() -> ColumnElement[Any]:
    # A step that was struck through tells no more who did it.
    return case((col(LearningStep.struck_at).is_(None), col(LearningStep.who_did_it)))


def _task_out(session: Session, actor: Actor, row: Any) -> TaskOut:
    task: Task = row.Task
    state = state_of(task)
    taker = task.taken_up_by_id if state is TaskState.OPEN else None
    plans = allows(actor, Permission.PLAN_TASK, task)
    return TaskOut(
        id=task.id,
        version=task.version,
        created_at=task.created_at,
        changed_at=task.changed_at,
        allowed_actions=[deed.value for deed in TaskDeed if plans and may_follow(deed, task)],
        initiative_id=task.initiative_id,
        initiative_title=row.initiative_title,
        what=task.what,
        by_on=task.by_on,
        state=state,
        late=state is TaskState.OPEN and task.by_on is not None and task.by_on < clock.today(),
        taken_up_by_name=opened_name(session, taker, row.taker) if taker else None,
        mine=taker == actor.id,
        done_on=task.done_on,
        who_did_it=row.who_did_it,
        dropped_on=task.dropped_on,
    )


def _line_out(actor: Actor, line: BudgetLine, initiative_title: str) -> BudgetLineOut:
    return BudgetLineOut(
        id=line.id,
        version=line.version,
        created_at=line.created_at,
        changed_at=line.changed_at,
        allowed_actions=[Permission.KEEP_BUDGET.value] if allows(actor, Permission.KEEP_BUDGET, line) else [],
        initiative_id=line.initiative_id,
        initiative_title=initiative_title,
        kind=line.kind,
        what=line.what,
        cents=line.cents,
        booked_on=line.booked_on,
        paid=line.paid,
    )
