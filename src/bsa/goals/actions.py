"""Deeds about goals."""

from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import N_, Conflict, Invalid, invalid
from bsa.events import note
from bsa.goals.models import Goal, GoalLevel, GoalScore, ScoredBy
from bsa.goals.queries import find_goal, scores_of
from bsa.goals.shapes import LEVEL_FIELDS, GoalEndIn, GoalIn, GoalScoreIn
from bsa.needs.models import Need
from bsa.permissions import Actor, Permission
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import may_keep
from bsa.rows import not_later, not_stale
from bsa.sealing import open_rows

RESIDENT_FIRST = N_(
    "The resident goes first. Ask how the resident sees it, and write that down; your own view stands beside it then."
)


def set_goal(session: Session, actor: Actor, resident_id: UUID, told: GoalIn) -> Goal:
    """Set a goal with a resident, in the resident's words."""
    resident = changeable(session, actor, resident_id, Permission.SET_GOAL)
    if not may_keep("goal.*", resident.level):
        raise Invalid(above_level("words", "goal.*"))
    if told.need_id is not None:
        _refuse_need_of_another(session, resident.id, told.need_id)
    goal = Goal(
        resident_id=resident.id, need_id=told.need_id, words=told.words, set_on=clock.today(), worker_id=actor.id
    )
    session.add(goal)
    session.flush()
    for name, level in LEVEL_FIELDS.items():
        words = getattr(told, name)
        if words is not None:
            session.add(GoalLevel(goal_id=goal.id, resident_id=resident.id, level=level, words=words))
    note(session, actor, "goal.set", goal)
    session.flush()
    return goal


def score_goal(session: Session, actor: Actor, goal_id: UUID, told: GoalScoreIn) -> Goal:
    """Write down where somebody sees a goal stand: the resident first, the worker beside it."""
    goal = _worked_on(session, actor, goal_id, None)
    scored_on = not_later("scored_on", told.scored_on or clock.today())
    if scored_on < goal.set_on:
        raise invalid("scored_on", "before_set", "Choose a day on or after the day on which the goal was set.")
    if told.by is ScoredBy.WORKER and not any(
        score.by is ScoredBy.RESIDENT and score.scored_on <= scored_on
        for score in scores_of(session, [goal.id])[goal.id]
    ):
        raise invalid("by", "resident_first", RESIDENT_FIRST)
    score = GoalScore(
        goal_id=goal.id,
        resident_id=goal.resident_id,
        level=told.level,
        by=told.by,
        scored_on=scored_on,
        worker_id=actor.id,
    )
    session.add(score)
    goal.touch()
    note(session, actor, "goal_score.given", score, goal_id=goal.id, by=told.by, scored_on=scored_on)
    session.flush()
    return goal


def end_goal(session: Session, actor: Actor, goal_id: UUID, version: int | None, ended: GoalEndIn) -> Goal:
    """Write down that nobody works on a goal any more: it was reached, or no longer wanted."""
    goal = _worked_on(session, actor, goal_id, version)
    ended_on = not_later("ended_on", ended.ended_on or clock.today())
    if ended_on < goal.set_on:
        raise invalid("ended_on", "before_set", "Choose a day on or after the day on which the goal was set.")
    goal.ended_on = ended_on
    goal.touch()
    note(session, actor, "goal.ended", goal, ended_on=ended_on)
    session.flush()
    return goal


def _worked_on(session: Session, actor: Actor, goal_id: UUID, version: int | None) -> Goal:
    goal = find_goal(session, actor, goal_id)
    changeable(session, actor, goal.resident_id, Permission.SET_GOAL)
    # The resident is locked only now, so the goal may have changed after it was found.
    session.refresh(goal)
    not_stale(goal, version)
    if goal.ended_on is not None:
        raise Conflict("This goal ended already. Set a new one when it is taken up again.")
    open_rows(session, [goal])
    return goal


def _refuse_need_of_another(session: Session, resident_id: UUID, need_id: UUID) -> None:
    known = session.scalar(select(Need.id).where(col(Need.id) == need_id, col(Need.resident_id) == resident_id))
    if known is None:
        raise invalid("need_id", "unknown", "Choose a question of this resident.")
