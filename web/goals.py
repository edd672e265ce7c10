"""The goals of a resident: two views side by side over time, in a small picture and a table."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.goals import end_goal, list_goals, score_goal, set_goal, show_goal
from api.needs import list_needs
from api.residents import show_resident
from bsa import clock
from bsa.goals.models import ScoredBy
from bsa.goals.shapes import HIGHEST, LOWEST, GoalEndIn, GoalIn, GoalOut, GoalQuery, GoalScoreIn
from bsa.needs.shapes import NeedQuery
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("goals")

MANY = 50
LEFT, RIGHT, TOP, STEP = 34.0, 306.0, 18.0, 26.0
"""The picture: where time begins and ends, where the highest level lies, and how far apart levels are."""


@dataclass(frozen=True)
class Mark:
    """A score in the picture."""

    by: ScoredBy
    x: float
    y: float


@router.get("/residents/{resident_id}/goals")
@needs(Permission.OPEN_RECORD)
def index(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show the goals of a resident."""
    return _page(request, session, visitor, resident_id)


@router.post("/residents/{resident_id}/goals")
@needs(Permission.SET_GOAL)
def create(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Set a goal."""
    form = read(GoalIn, sent, guest_of(request), prefix="goal")
    goal = attempt(session, form, lambda told: set_goal(session, visitor, resident_id, told))
    if goal:
        return go(request, "goals.index", "goal_set", f"goal-{goal.id}", resident_id=resident_id)
    return _page(request, session, visitor, resident_id, form.status, goal_form=form)


@router.post("/goals/{goal_id}/scores")
@needs(Permission.SET_GOAL)
def create_score(request: Request, session: Writing, visitor: WritingVisitor, goal_id: UUID, sent: Sent) -> Response:
    """Write down where somebody sees a goal stand."""
    form = read(GoalScoreIn, sent, guest_of(request), prefix=f"score-{goal_id}")
    return _after(
        request,
        session,
        visitor,
        goal_id,
        form,
        attempt(session, form, lambda told: score_goal(session, visitor, goal_id, told)),
        "goal_scored",
    )


@router.post("/goals/{goal_id}/ending")
@needs(Permission.SET_GOAL)
def end(request: Request, session: Writing, visitor: WritingVisitor, goal_id: UUID, sent: Sent) -> Response:
    """Write down that nobody works on a goal any more."""
    form = read(GoalEndIn, sent, guest_of(request), prefix=f"score-{goal_id}")
    ended = attempt(session, form, lambda told: end_goal(session, visitor, goal_id, version_in(sent), told))
    return _after(request, session, visitor, goal_id, form, ended, "goal_ended")


def marks_of(goal: GoalOut) -> list[Mark]:
    """Return where the scores of a goal lie in its picture: by day from left to right, by level from low to high."""
    if not goal.scores:
        return []
    first, last = goal.scores[0].scored_on, goal.scores[-1].scored_on
    days = (last - first).days

    def across(number: int) -> float:
        return (RIGHT + LEFT) / 2 if not days else LEFT + (RIGHT - LEFT) * number / days

    return [
        Mark(score.by, round(across((score.scored_on - first).days), 1), TOP + STEP * (HIGHEST - score.level))
        for score in goal.scores
    ]


def _after(
    request: Request,
    session: Session,
    visitor: Actor,
    goal_id: UUID,
    form: Form[Any],
    done: GoalOut | None,
    flash: str,
) -> Response:
    if done:
        return go(request, "goals.index", flash, f"goal-{goal_id}", resident_id=done.resident_id)
    goal = show_goal(session, visitor, goal_id)
    return _page(request, session, visitor, goal.resident_id, form.status, goal_id=goal_id, score_form=form)


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    resident_id: UUID,
    status: int = 200,
    *,
    goal_form: Form[Any] | None = None,
    goal_id: UUID | None = None,
    score_form: Form[Any] | None = None,
) -> Response:
    guest = guest_of(request)
    resident = show_resident(session, visitor, resident_id)
    goals = list_goals(session, visitor, resident_id, GoalQuery(limit=MANY)).items
    forms = {goal.id: blank(guest, f"score-{goal.id}", by=_whose_turn(goal)) for goal in goals}
    if goal_id and score_form:
        forms[goal_id] = score_form
    wants = list_needs(session, visitor, NeedQuery(resident_id=resident_id, limit=MANY)).items
    return draw(
        request,
        "goals/index.html",
        status,
        resident=resident,
        goals=[goal for goal in goals if goal.ended_on is None],
        ended=[goal for goal in goals if goal.ended_on is not None],
        marks={goal.id: marks_of(goal) for goal in goals},
        words_of={goal.id: {level.level: level.words for level in goal.levels} for goal in goals},
        score_forms=forms,
        goal_form=goal_form or blank(guest, "goal"),
        allowed=may_keep("goal.*", resident.level),
        wants=[(need.id, need.stated) for need in wants if need.open],
        numbers=list(range(HIGHEST, LOWEST - 1, -1)),
        said_by=list(ScoredBy),
    )


def _whose_turn(goal: GoalOut) -> ScoredBy:
    """Return who scores next: the worker once the resident did today, otherwise the resident."""
    today = {score.by for score in goal.scores if score.scored_on == clock.today()}
    return ScoredBy.WORKER if today == {ScoredBy.RESIDENT} else ScoredBy.RESIDENT
