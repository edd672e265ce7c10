"""Reading goals, always as someone."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlmodel import Session, col

from bsa.errors import NotFound
from bsa.goals.models import Goal, GoalLevel, GoalScore, ScoredBy
from bsa.goals.shapes import GoalLevelOut, GoalOut, GoalQuery, GoalScoreOut
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, allows
from bsa.residents.models import Resident
from bsa.residents.queries import get_record, visible_to
from bsa.sealing import open_rows
from bsa.shapes import Page

NEWEST_FIRST = Order((col(Goal.set_on), True), (col(Goal.id), True))


def list_goals(session: Session, actor: Actor, resident_id: UUID, wanted: GoalQuery) -> Page[GoalOut]:
    """List the goals of a resident, newest first, each with its levels and scores."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST, resident_id=resident.id)
    goals = [row[0] for row in rows]
    return Page(
        items=_drawn_up(session, actor, goals, resident),
        next_cursor=cursor_after(goals[-1].set_on, goals[-1].id) if more else None,
    )


def _listed(_actor: Actor, wanted: GoalQuery) -> Select[Any]:
    query = select(Goal).where(col(Goal.resident_id) == bindparam("resident_id", type_=Uuid))
    if wanted.open is not None:
        worked_on = col(Goal.ended_on).is_(None)
        query = query.where(worked_on if wanted.open else ~worked_on)
    return query


def find_goal(session: Session, actor: Actor, goal_id: UUID) -> Goal:
    """Return a goal of a resident of whom the actor may know, cells closed."""
    goal = session.scalar(
        select(Goal)
        .join(Resident, col(Resident.id) == Goal.resident_id)
        .where(col(Goal.id) == goal_id, visible_to(actor))
    )
    if goal is None:
        raise NotFound
    return goal


def show_goal(session: Session, actor: Actor, goal_id: UUID) -> GoalOut:
    """Show a goal."""
    goal = find_goal(session, actor, goal_id)
    resident = get_record(session, actor, goal.resident_id, Permission.OPEN_RECORD)
    return _drawn_up(session, actor, [goal], resident)[0]


def scores_of(session: Session, goal_ids: Sequence[UUID]) -> Mapping[UUID, list[GoalScore]]:
    """Return the scores of goals, in order of days, the resident's before the worker's of the same day."""
    found: dict[UUID, list[GoalScore]] = {goal_id: [] for goal_id in goal_ids}
    for score in session.scalars(
        select(GoalScore)
        .where(col(GoalScore.goal_id).in_(goal_ids))
        .order_by(col(GoalScore.scored_on), col(GoalScore.by), col(GoalScore.id))
    ):
        found[score.goal_id].append(score)
    return found


def _drawn_up(session: Session, actor: Actor, goals: Sequence[Goal], resident: Resident) -> list[GoalOut]:
    keys = [goal.id for goal in goals]
    levels = session.scalars(
        select(GoalLevel).where(col(GoalLevel.goal_id).in_(keys)).order_by(col(GoalLevel.level))
    ).all()
    open_rows(session, goals, levels)
    scores = scores_of(session, keys)
    names = names_of(session, {goal.worker_id for goal in goals})
    works = resident.restricted_on is None and allows(actor, Permission.SET_GOAL, resident)
    return [
        _goal_out(
            goal,
            [level for level in levels if level.goal_id == goal.id],
            scores[goal.id],
            names.get(goal.worker_id, ""),
            works=works and goal.ended_on is None,
        )
        for goal in goals
    ]


def _goal_out(
    goal: Goal, levels: Sequence[GoalLevel], scores: Sequence[GoalScore], worker_name: str, *, works: bool
) -> GoalOut:
    resident_sees, worker_sees = (
        next((score.level for score in reversed(scores) if score.by is by), None)
        for by in (ScoredBy.RESIDENT, ScoredBy.WORKER)
    )
    return GoalOut(
        id=goal.id,
        version=goal.version,
        created_at=goal.created_at,
        changed_at=goal.changed_at,
        allowed_actions=[Permission.SET_GOAL.value] if works else [],
        resident_id=goal.resident_id,
        need_id=goal.need_id,
        words=goal.words,
        set_on=goal.set_on,
        worker_name=worker_name,
        ended_on=goal.ended_on,
        levels=[GoalLevelOut(level=level.level, words=level.words) for level in levels],
        scores=[
            GoalScoreOut(
                id=score.id, level=score.level, by=score.by, scored_on=score.scored_on, created_at=score.created_at
            )
            for score in scores
        ],
        resident_sees=resident_sees,
        worker_sees=worker_sees,
        talk_about_it=None not in (resident_sees, worker_sees) and resident_sees != worker_sees,
    )
