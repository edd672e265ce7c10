"""What is done in an initiative, what it costs, and how far the group sees its aims."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Listing, Page
from bsa.tasks import actions, queries
from bsa.tasks.shapes import (
    AimScoreIn,
    AimScoreOut,
    AimToScoreOut,
    BudgetLineChange,
    BudgetLineIn,
    BudgetLineOut,
    BudgetOut,
    TaskChange,
    TaskDoneIn,
    TaskIn,
    TaskOut,
    TaskQuery,
)

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=AnsweringRoute)
of_initiative = APIRouter(prefix="/initiatives/{initiative_id}/tasks", tags=["tasks"], route_class=AnsweringRoute)
lines = APIRouter(prefix="/budget-lines", tags=["money"], route_class=AnsweringRoute)
lines_of_initiative = APIRouter(
    prefix="/initiatives/{initiative_id}/budget-lines", tags=["money"], route_class=AnsweringRoute
)
budget = APIRouter(prefix="/initiatives/{initiative_id}/budget", tags=["money"], route_class=AnsweringRoute)
aims = APIRouter(prefix="/aims", tags=["aims"], route_class=AnsweringRoute)


@of_initiative.get("")
@needs(Permission.SEE_TASKS)
def list_tasks(
    session: Reading, caller: Caller, initiative_id: UUID, wanted: Annotated[TaskQuery, Query()]
) -> Page[TaskOut]:
    """List the tasks of an initiative: what is open first, by its day; then what is done, and what was dropped."""
    return queries.list_tasks(session, caller, initiative_id, wanted)


@of_initiative.post("", status_code=201)
@found_at("/tasks")
@needs(Permission.PLAN_TASK)
def plan_task(
    session: Writing, caller: WritingCaller, initiative_id: UUID, told: TaskIn, key: SentKey = None
) -> TaskOut:
    """Write down something to be done; nobody is obliged."""
    task = once(
        session,
        caller,
        key,
        content_of("task", initiative_id, told),
        lambda: actions.plan_task(session, caller, initiative_id, told),
        lambda task_id: queries.find_task(session, caller, task_id),
    )
    return queries.show_task(session, caller, task.id)


@router.get("/{task_id}")
@needs(Permission.SEE_TASKS)
def show_task(session: Reading, caller: Caller, task_id: UUID) -> TaskOut:
    """Show a task."""
    return queries.show_task(session, caller, task_id)


@router.patch("/{task_id}")
@needs(Permission.PLAN_TASK)
def change_task(
    session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion, change: TaskChange
) -> TaskOut:
    """Say in other words what is to be done, or by another day."""
    actions.change_task(session, caller, task_id, version, change)
    return queries.show_task(session, caller, task_id)


@router.put("/{task_id}/uptake")
@needs(Permission.PLAN_TASK)
def take_up_task(session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion) -> TaskOut:
    """Take a task up yourself."""
    actions.take_up_task(session, caller, task_id, version)
    return queries.show_task(session, caller, task_id)


@router.delete("/{task_id}/uptake")
@needs(Permission.PLAN_TASK)
def let_go_task(session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion) -> TaskOut:
    """Let a task go that you, or a colleague who is away, took up."""
    actions.let_go_task(session, caller, task_id, version)
    return queries.show_task(session, caller, task_id)


@router.put("/{task_id}/completion")
@needs(Permission.PLAN_TASK, Permission.RECORD_STEP)
def finish_task(
    session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion, told: TaskDoneIn
) -> TaskOut:
    """Write down that a task is done and who did it: that is a learning step of the initiative."""
    actions.finish_task(session, caller, task_id, version, told)
    return queries.show_task(session, caller, task_id)


@router.put("/{task_id}/dropping")
@needs(Permission.PLAN_TASK)
def drop_task(session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion) -> TaskOut:
    """Write down that a task need not be done any more."""
    actions.drop_task(session, caller, task_id, version)
    return queries.show_task(session, caller, task_id)


@router.post("/{task_id}/reopenings", status_code=201)
@needs(Permission.PLAN_TASK, Permission.RECORD_STEP)
def reopen_task(session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion) -> TaskOut:
    """Put a task back that was not done or dropped after all; the step that it left is struck through."""
    actions.reopen_task(session, caller, task_id, version)
    return queries.show_task(session, caller, task_id)


@budget.get("")
@needs(Permission.SEE_BUDGET)
def show_budget(session: Reading, caller: Caller, initiative_id: UUID) -> BudgetOut:
    """Add up an initiative's money, in cents."""
    return queries.add_up(session, caller, initiative_id)


@lines_of_initiative.get("")
@needs(Permission.SEE_BUDGET)
def list_budget_lines(
    session: Reading, caller: Caller, initiative_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[BudgetLineOut]:
    """List the lines of an initiative's money, the last day first."""
    return queries.list_budget_lines(session, caller, initiative_id, wanted)


@lines_of_initiative.post("", status_code=201)
@found_at("/budget-lines")
@needs(Permission.KEEP_BUDGET)
def book_line(
    session: Writing, caller: WritingCaller, initiative_id: UUID, told: BudgetLineIn, key: SentKey = None
) -> BudgetLineOut:
    """Write down money that comes or goes."""
    line = once(
        session,
        caller,
        key,
        content_of("budget_line", initiative_id, told),
        lambda: actions.book_line(session, caller, initiative_id, told),
        lambda line_id: queries.find_budget_line(session, caller, line_id),
    )
    return queries.show_budget_line(session, caller, line.id)


@lines.get("/{line_id}")
@needs(Permission.SEE_BUDGET)
def show_budget_line(session: Reading, caller: Caller, line_id: UUID) -> BudgetLineOut:
    """Show a line of money."""
    return queries.show_budget_line(session, caller, line_id)


@lines.patch("/{line_id}")
@needs(Permission.KEEP_BUDGET)
def change_line(
    session: Writing, caller: WritingCaller, line_id: UUID, version: SeenVersion, change: BudgetLineChange
) -> BudgetLineOut:
    """Change a line of money: another amount, another day, or that it is paid now."""
    actions.change_line(session, caller, line_id, version, change)
    return queries.show_budget_line(session, caller, line_id)


@lines.delete("/{line_id}", status_code=204)
@needs(Permission.KEEP_BUDGET)
def remove_line(session: Writing, caller: WritingCaller, line_id: UUID, version: SeenVersion) -> None:
    """Take away a line that should not have been there."""
    actions.remove_line(session, caller, line_id, version)


@aims.get("/{aim_id}")
@needs(Permission.SEE_TASKS)
def show_aim(session: Reading, caller: Caller, aim_id: UUID) -> AimToScoreOut:
    """Show an aim of an initiative."""
    return queries.show_aim(session, caller, aim_id)


@aims.get("/{aim_id}/scores")
@needs(Permission.SEE_TASKS)
def list_aim_scores(
    session: Reading, caller: Caller, aim_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[AimScoreOut]:
    """List how far the group saw an aim, from -2 to 2, the last day first; 0 is what was hoped for."""
    return queries.list_aim_scores(session, caller, aim_id, wanted)


@aims.post("/{aim_id}/scores", status_code=201)
@needs(Permission.SCORE_AIM)
def score_aim(
    session: Writing, caller: WritingCaller, aim_id: UUID, told: AimScoreIn, key: SentKey = None
) -> AimScoreOut:
    """Write down how far the group sees an aim."""
    score = once(
        session,
        caller,
        key,
        content_of("aim_score", aim_id, told),
        lambda: actions.score_aim(session, caller, aim_id, told),
        lambda score_id: queries.find_aim_score(session, caller, aim_id, score_id),
    )
    return queries.aim_score_out(score)


@aims.delete("/{aim_id}/scores/{score_id}", status_code=204)
@needs(Permission.SCORE_AIM)
def take_score_back(session: Writing, caller: WritingCaller, aim_id: UUID, score_id: UUID) -> None:
    """Take away a score that was written down wrongly."""
    actions.take_score_back(session, caller, aim_id, score_id)
