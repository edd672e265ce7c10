"""Deeds about what is done in an initiative, what it costs, and how far the group is."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.errors import Conflict, invalid
from bsa.events import note
from bsa.initiatives.models import Initiative, Phase
from bsa.initiatives.queries import get_initiative
from bsa.learning.actions import record_step, strike_step
from bsa.learning.models import LearningStep
from bsa.learning.shapes import LearningStepIn
from bsa.permissions import Actor, Permission, require
from bsa.rows import not_later
from bsa.tasks.deeds import STEPS, TaskDeed, may_follow
from bsa.tasks.models import AimScore, BudgetLine, Task
from bsa.tasks.queries import aim_of, find_aim_score, get_budget_line, get_task
from bsa.tasks.shapes import AimScoreIn, BudgetLineChange, BudgetLineIn, TaskChange, TaskDoneIn, TaskIn


def plan_task(session: Session, actor: Actor, initiative_id: UUID, told: TaskIn) -> Task:
    """Write down something to be done in an initiative; nobody is obliged."""
    initiative = get_initiative(session, actor, initiative_id, Permission.PLAN_TASK)
    _not_stopped(initiative)
    task = Task(initiative_id=initiative.id, area_id=initiative.area_id, what=told.what, by_on=told.by_on)
    session.add(task)
    note(session, actor, "task.planned", task, by_on=task.by_on)
    session.flush()
    return task


def change_task(session: Session, actor: Actor, task_id: UUID, version: int | None, change: TaskChange) -> Task:
    """Say in other words what is to be done, or by another day."""
    task = _task_for(session, actor, task_id, version, TaskDeed.CHANGE)
    for name in change.model_fields_set:
        setattr(task, name, getattr(change, name))
    task.touch()
    note(session, actor, "task.changed", task)
    session.flush()
    return task


def take_up_task(session: Session, actor: Actor, task_id: UUID, version: int | None) -> Task:
    """Take a task up oneself."""
    task = _task_for(session, actor, task_id, version, TaskDeed.TAKE_UP)
    task.taken_up_by_id = actor.id
    task.touch()
    note(session, actor, "task.taken_up", task)
    session.flush()
    return task


def let_go_task(session: Session, actor: Actor, task_id: UUID, version: int | None) -> Task:
    """Let a task go: whoever took it up does it after all not, or is away."""
    task = _task_for(session, actor, task_id, version, TaskDeed.LET_GO)
    task.taken_up_by_id = None
    task.touch()
    note(session, actor, "task.let_go", task)
    session.flush()
    return task


def finish_task(session: Session, actor: Actor, task_id: UUID, version: int | None, told: TaskDoneIn) -> Task:
    """Write down that a task is done and who did it: that is a step in learning by doing of the initiative."""
    task = _task_for(session, actor, task_id, version, TaskDeed.FINISH)
    done_on = not_later("done_on", told.done_on or clock.today())
    done = LearningStepIn(initiative_id=task.initiative_id, what=task.what, who_did_it=told.who_did_it, done_on=done_on)
    task.step_id, task.done_on = record_step(session, actor, done).id, done_on
    task.touch()
    note(session, actor, "task.done", task, who_did_it=told.who_did_it, done_on=done_on)
    session.flush()
    return task


def drop_task(session: Session, actor: Actor, task_id: UUID, version: int | None) -> Task:
    """Write down that a task need not be done any more."""
    task = _task_for(session, actor, task_id, version, TaskDeed.DROP)
    task.dropped_on = clock.today()
    task.touch()
    note(session, actor, "task.dropped", task)
    session.flush()
    return task


def reopen_task(session: Session, actor: Actor, task_id: UUID, version: int | None) -> Task:
    """Put a task back that was not done or dropped after all; the step that it left is struck through."""
    task = _task_for(session, actor, task_id, version, TaskDeed.REOPEN)
    if task.step_id is not None:
        step = session.get_one(LearningStep, task.step_id)
        if step.struck_at is None:
            strike_step(session, actor, step.id)
    task.done_on = task.step_id = task.dropped_on = None
    task.touch()
    note(session, actor, "task.reopened", task)
    session.flush()
    return task


def book_line(session: Session, actor: Actor, initiative_id: UUID, told: BudgetLineIn) -> BudgetLine:
    """Write down money that comes or goes in an initiative."""
    initiative = get_initiative(session, actor, initiative_id, Permission.KEEP_BUDGET)
    line = BudgetLine(
        initiative_id=initiative.id,
        area_id=initiative.area_id,
        kind=told.kind,
        what=told.what,
        cents=told.cents,
        booked_on=told.booked_on or clock.today(),
        paid=told.paid,
    )
    _paid_by_now(line)
    session.add(line)
    note(session, actor, "budget_line.booked", line, money=line.kind, cents=line.cents, paid=line.paid)
    session.flush()
    return line


def change_line(
    session: Session, actor: Actor, line_id: UUID, version: int | None, change: BudgetLineChange
) -> BudgetLine:
    """Change a line of money: another amount, another day, or that it is paid now."""
    line = get_budget_line(session, actor, line_id, Permission.KEEP_BUDGET, version)
    for name in change.model_fields_set:
        setattr(line, name, getattr(change, name))
    _paid_by_now(line)
    line.touch()
    note(session, actor, "budget_line.changed", line, money=line.kind, cents=line.cents, paid=line.paid)
    session.flush()
    return line


def remove_line(session: Session, actor: Actor, line_id: UUID, version: int | None) -> None:
    """Take away a line that should not have been there; its event keeps the amount."""
    line = get_budget_line(session, actor, line_id, Permission.KEEP_BUDGET, version)
    note(session, actor, "budget_line.removed", line, money=line.kind, cents=line.cents, paid=line.paid)
    session.delete(line)
    session.flush()


def score_aim(session: Session, actor: Actor, aim_id: UUID, told: AimScoreIn) -> AimScore:
    """Write down how far the group sees an aim."""
    aim, initiative = aim_of(session, actor, aim_id)
    require(actor, Permission.SCORE_AIM, initiative)
    scored_on = not_later("scored_on", told.scored_on or clock.today())
    if scored_on < initiative.started_on:
        raise invalid("scored_on", "too_early", "This day lies before {day}.", day=initiative.started_on.isoformat())
    score = AimScore(aim_id=aim.id, level=told.level, scored_on=scored_on, entered_by_id=actor.id)
    session.add(score)
    note(session, actor, "initiative.aim_scored", initiative, aim_id=aim.id, level=score.level, scored_on=scored_on)
    session.flush()
    return score


def take_score_back(session: Session, actor: Actor, aim_id: UUID, score_id: UUID) -> None:
    """Take away a score that was written down wrongly."""
    score = find_aim_score(session, actor, aim_id, score_id)
    _, initiative = aim_of(session, actor, aim_id)
    require(actor, Permission.SCORE_AIM, initiative)
    note(session, actor, "initiative.aim_score_taken_back", initiative, aim_id=aim_id, level=score.level)
    session.delete(score)
    session.flush()


def _task_for(session: Session, actor: Actor, task_id: UUID, version: int | None, deed: TaskDeed) -> Task:
    task = get_task(session, actor, task_id, Permission.PLAN_TASK, version)
    if not may_follow(deed, task):
        raise Conflict(STEPS[deed].refused)
    return task


def _not_stopped(initiative: Initiative) -> None:
    if initiative.phase is Phase.STOPPED:
        raise Conflict("This initiative has stopped. Take it up again first.")


def _paid_by_now(line: BudgetLine) -> None:
    """Refuse that something was paid on a day that is still to come."""
    if line.paid:
        not_later("booked_on", line.booked_on)
