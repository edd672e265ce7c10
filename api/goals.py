"""Goals of a resident, for those who look after the resident."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.goals import actions, queries
from bsa.goals.shapes import GoalEndIn, GoalIn, GoalOut, GoalQuery, GoalScoreIn
from bsa.permissions import Permission
from bsa.shapes import Page

router = APIRouter(prefix="/goals", tags=["goals"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/goals", tags=["goals"], route_class=AnsweringRoute)


@of_resident.get("")
@needs(Permission.OPEN_RECORD)
def list_goals(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[GoalQuery, Query()]
) -> Page[GoalOut]:
    """List the goals of a resident, newest first, with what both sides see."""
    return queries.list_goals(session, caller, resident_id, wanted)


@of_resident.post("", status_code=201)
@found_at("/goals")
@needs(Permission.SET_GOAL)
def set_goal(session: Writing, caller: WritingCaller, resident_id: UUID, told: GoalIn) -> GoalOut:
    """Set a goal with a resident, in the resident's words."""
    return queries.show_goal(session, caller, actions.set_goal(session, caller, resident_id, told).id)


@router.get("/{goal_id}")
@needs(Permission.OPEN_RECORD)
def show_goal(session: Reading, caller: Caller, goal_id: UUID) -> GoalOut:
    """Show a goal."""
    return queries.show_goal(session, caller, goal_id)


@router.post("/{goal_id}/scores", status_code=201)
@needs(Permission.SET_GOAL)
def score_goal(session: Writing, caller: WritingCaller, goal_id: UUID, told: GoalScoreIn) -> GoalOut:
    """Write down where the resident, or after that the worker, sees the goal stand."""
    return queries.show_goal(session, caller, actions.score_goal(session, caller, goal_id, told).id)


@router.put("/{goal_id}/ending")
@needs(Permission.SET_GOAL)
def end_goal(session: Writing, caller: WritingCaller, goal_id: UUID, version: SeenVersion, ended: GoalEndIn) -> GoalOut:
    """Write down that nobody works on a goal any more."""
    return queries.show_goal(session, caller, actions.end_goal(session, caller, goal_id, version, ended).id)
