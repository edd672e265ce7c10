"""Tasks, money and scores of aims: nobody is obliged, who did it is written down, and the group says how far it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa.errors import Conflict, Invalid, NotFound, Stale
from bsa.events import Event
from bsa.initiatives.actions import move_phase, set_aim
from bsa.initiatives.models import Aim, Initiative, Phase
from bsa.initiatives.shapes import AimIn, PhaseIn
from bsa.learning.actions import strike_step
from bsa.learning.models import LearningStep, WhoDidIt
from bsa.learning.queries import list_steps, shift_of_initiative
from bsa.learning.shapes import ShiftBy, StepQuery
from bsa.permissions import Actor
from bsa.shapes import Listing
from bsa.tasks.actions import (
    book_line,
    change_line,
    change_task,
    drop_task,
    finish_task,
    let_go_task,
    plan_task,
    remove_line,
    reopen_task,
    score_aim,
    take_score_back,
    take_up_task,
)
from bsa.tasks.deeds import TaskDeed
from bsa.tasks.models import Task
from bsa.tasks.queries import (
    add_up,
    list_aim_scores,
    list_budget_lines,
    list_tasks,
    show_aim,
    show_budget_line,
    show_task,
)
from bsa.tasks.shapes import (
    AimScoreIn,
    BudgetLineChange,
    BudgetLineIn,
    TaskChange,
    TaskDoneIn,
    TaskIn,
    TaskOut,
    TaskQuery,
    TaskState,
)

from tests.bsa.test_initiatives import an_initiative
from tests.cast import NOW, Cast

TODAY = NOW.date()
ALL = TaskQuery()
TOGETHER = TaskDoneIn(who_did_it=WhoDidIt.TOGETHER)


@pytest.fixture
def initiative(session: Session, cast: Cast) -> Initiative:
    """Start an initiative."""
    return an_initiative(session, cast, started_on=TODAY - timedelta(days=10))


@pytest.fixture
def task(session: Session, cast: Cast, initiative: Initiative) -> Task:
    """Plan a task."""
    return plan_task(session, cast.activator, initiative.id, TaskIn(what="Zaal regelen"))


def seen(session: Session, cast: Cast, task: Task, name: str = "activator") -> TaskOut:
    return show_task(session, cast.actors[name], task.id)


def kinds(session: Session, *subjects: str) -> list[str]:
    query = select(Event.kind).where(col(Event.subject_kind).in_(subjects or ("task",)))
    return list(session.scalars(query.order_by(col(Event.created_at), col(Event.id))))


@pytest.mark.parametrize("name", ["activator", "colleague", "teamleader"])
def test_the_team_plans_a_task_and_nobody_is_obliged(
    session: Session, cast: Cast, initiative: Initiative, name: str
) -> None:
    task = plan_task(session, cast.actors[name], initiative.id, TaskIn(what="Zaal regelen"))

    shown = seen(session, cast, task)
    assert (shown.state, shown.by_on, shown.late, shown.taken_up_by_name) == (TaskState.OPEN, None, False, None)
    assert set(shown.allowed_actions) == {"change", "take_up", "finish", "drop"}
    assert kinds(session) == ["task.planned"]


@pytest.mark.parametrize("name", ["stranger", "corporation", "policy", "privacy", "admin"])
def test_nobody_else_knows_of_a_task(session: Session, cast: Cast, task: Task, name: str) -> None:
    other = cast.actors[name]
    for deed in (
        lambda: plan_task(session, other, task.initiative_id, TaskIn(what="x")),
        lambda: show_task(session, other, task.id),
        lambda: list_tasks(session, other, task.initiative_id, ALL),
        lambda: take_up_task(session, other, task.id, None),
        lambda: finish_task(session, other, task.id, None, TOGETHER),
    ):
        with pytest.raises(NotFound):
            deed()


def test_a_task_is_changed_as_it_was_last_seen(session: Session, cast: Cast, task: Task) -> None:
    change_task(session, cast.colleague, task.id, 1, TaskChange(by_on=TODAY + timedelta(days=3)))

    assert (seen(session, cast, task).what, seen(session, cast, task).by_on) == (
        "Zaal regelen",
        TODAY + timedelta(days=3),
    )
    with pytest.raises(Stale):
        change_task(session, cast.activator, task.id, 1, TaskChange(what="Iets anders"))
    with pytest.raises(ValidationError):
        TaskChange(what=None)
    assert kinds(session)[-1] == "task.changed"


def test_somebody_takes_a_task_up_or_lets_it_go(session: Session, cast: Cast, task: Task) -> None:
    take_up_task(session, cast.activator, task.id, 1)

    assert (seen(session, cast, task).mine, seen(session, cast, task, "colleague").mine) == (True, False)
    assert seen(session, cast, task, "colleague").taken_up_by_name == "Activator van de Cast"
    with pytest.raises(Conflict):
        take_up_task(session, cast.colleague, task.id, None)
    let_go_task(session, cast.colleague, task.id, None)
    assert seen(session, cast, task).taken_up_by_name is None
    with pytest.raises(Conflict):
        let_go_task(session, cast.colleague, task.id, None)
    assert kinds(session) == ["task.planned", "task.taken_up", "task.let_go"]


def test_a_task_that_is_done_is_a_step_in_learning_by_doing(session: Session, cast: Cast, task: Task) -> None:
    take_up_task(session, cast.activator, task.id, None)
    finish_task(session, cast.colleague, task.id, None, TaskDoneIn(who_did_it=WhoDidIt.RESIDENT_ALONE))

    shown = seen(session, cast, task)
    assert (shown.state, shown.done_on, shown.who_did_it) == (TaskState.DONE, TODAY, WhoDidIt.RESIDENT_ALONE)
    # Of what is done nobody reads which worker had taken it up: it would count workers.
    assert (shown.taken_up_by_name, shown.mine, shown.allowed_actions) == (None, False, ["reopen"])
    steps = list_steps(session, cast.activator, StepQuery(initiative_id=task.initiative_id)).items
    assert [(step.what, step.who_did_it, step.resident_id) for step in steps] == [
        ("Zaal regelen", WhoDidIt.RESIDENT_ALONE, None)
    ]
    shift = shift_of_initiative(session, cast.activator, task.initiative_id, ShiftBy.MONTH)
    assert [period.resident_alone for period in shift.periods] == [1]
    assert kinds(session)[-1] == "task.done"
    with pytest.raises(Conflict):
        finish_task(session, cast.activator, task.id, None, TOGETHER)


def test_it_is_done_on_a_day_that_was(session: Session, cast: Cast, task: Task) -> None:
    tomorrow = TaskDoneIn(who_did_it=WhoDidIt.TOGETHER, done_on=TODAY + timedelta(days=1))
    with pytest.raises(Invalid):
        finish_task(session, cast.activator, task.id, None, tomorrow)
    with pytest.raises(ValidationError):
        TaskDoneIn.model_validate({})


@pytest.mark.parametrize("struck_before", [False, True])
def test_what_was_not_done_after_all_is_put_back_and_counts_no_more(
    session: Session, cast: Cast, task: Task, struck_before: bool
) -> None:
    done = finish_task(session, cast.activator, task.id, None, TOGETHER)
    step = session.get_one(LearningStep, done.step_id)
    if struck_before:
        strike_step(session, cast.activator, step.id)
        assert seen(session, cast, task).who_did_it is None

    reopen_task(session, cast.activator, task.id, None)

    assert seen(session, cast, task).state is TaskState.OPEN
    assert step.struck_at is not None
    assert shift_of_initiative(session, cast.activator, task.initiative_id, ShiftBy.MONTH).periods == []
    assert kinds(session)[-1] == "task.reopened"


def test_a_task_is_dropped_and_put_back(session: Session, cast: Cast, task: Task) -> None:
    drop_task(session, cast.activator, task.id, None)
    assert seen(session, cast, task).state is TaskState.DROPPED
    with pytest.raises(Conflict):
        drop_task(session, cast.activator, task.id, None)
    with pytest.raises(Conflict):
        take_up_task(session, cast.activator, task.id, None)

    reopen_task(session, cast.activator, task.id, None)

    assert seen(session, cast, task).state is TaskState.OPEN
    with pytest.raises(Conflict):
        reopen_task(session, cast.activator, task.id, None)


def test_every_deed_wants_the_present_version(session: Session, cast: Cast, task: Task) -> None:
    me: Actor = cast.activator
    deeds: list[Callable[[], object]] = [
        lambda: change_task(session, me, task.id, 9, TaskChange(what="x")),
        lambda: take_up_task(session, me, task.id, 9),
        lambda: let_go_task(session, me, task.id, 9),
        lambda: finish_task(session, me, task.id, 9, TOGETHER),
        lambda: drop_task(session, me, task.id, 9),
        lambda: reopen_task(session, me, task.id, 9),
    ]
    for deed in deeds:
        with pytest.raises(Stale):
            deed()
    assert len(TaskDeed) == 6


def test_what_is_open_comes_first_by_its_day_and_the_late_ones_are_marked(
    session: Session, cast: Cast, initiative: Initiative
) -> None:
    me = cast.activator
    for what, days in (
        ("later", 5),
        ("ooit", None),
        ("te laat", -1),
        ("klaar", None),
        ("eerder klaar", None),
        ("weg", 1),
    ):
        by_on = None if days is None else TODAY + timedelta(days=days)
        plan_task(session, me, initiative.id, TaskIn(what=what, by_on=by_on))
    tasks = {task.what: task for task in session.scalars(select(Task))}
    drop_task(session, me, tasks["weg"].id, None)
    finish_task(session, me, tasks["klaar"].id, None, TOGETHER)
    before = TaskDoneIn(who_did_it=WhoDidIt.TOGETHER, done_on=TODAY - timedelta(days=1))
    finish_task(session, me, tasks["eerder klaar"].id, None, before)

    order = ["te laat", "later", "ooit", "klaar", "eerder klaar", "weg"]
    page = list_tasks(session, me, initiative.id, ALL)
    assert [task.what for task in page.items] == order
    assert [task.what for task in page.items if task.late] == ["te laat"]
    paged: list[str] = []
    cursor = None
    while True:
        part = list_tasks(session, me, initiative.id, TaskQuery(limit=2, cursor=cursor))
        paged += [task.what for task in part.items]
        cursor = part.next_cursor
        if cursor is None:
            break
    assert paged == order
    for state, found in ((TaskState.OPEN, order[:3]), (TaskState.DONE, order[3:5]), (TaskState.DROPPED, order[5:])):
        assert [task.what for task in list_tasks(session, me, initiative.id, TaskQuery(state=state)).items] == found


def test_nothing_is_planned_in_an_initiative_that_stopped(session: Session, cast: Cast, initiative: Initiative) -> None:
    told = PhaseIn(phase=Phase.STOPPED, since=TODAY, lesson="Klein beginnen")
    move_phase(session, cast.activator, initiative.id, initiative.version, told)

    with pytest.raises(Conflict):
        plan_task(session, cast.activator, initiative.id, TaskIn(what="Toch nog"))


# --- money ------------------------------------------------------------------------------------------------------------


def money(kind: str, cents: int, **more: object) -> BudgetLineIn:
    return BudgetLineIn.model_validate({"kind": kind, "what": "Verf", "cents": cents, **more})


def test_money_is_added_up_planned_and_paid(session: Session, cast: Cast, initiative: Initiative) -> None:
    me = cast.activator
    empty = add_up(session, me, initiative.id)
    assert (empty.lines, empty.left_cents, empty.in_hand_cents) == (0, 0, 0)
    for told in (
        money("income", 50_000, paid=True),
        money("income", 25_000, booked_on=TODAY + timedelta(days=30)),
        money("cost", 1_250, paid=True),
        money("cost", 80_001),
    ):
        book_line(session, me, initiative.id, told)

    total = add_up(session, cast.teamleader, initiative.id)
    assert (total.lines, total.income_cents, total.received_cents) == (4, 75_000, 50_000)
    assert (total.cost_cents, total.paid_cents) == (81_251, 1_250)
    assert (total.left_cents, total.in_hand_cents) == (-6_251, 48_750)
    lines = list_budget_lines(session, me, initiative.id, Listing(limit=3))
    assert [line.cents for line in lines.items] == [25_000, 80_001, 1_250]
    rest = list_budget_lines(session, me, initiative.id, Listing(cursor=lines.next_cursor))
    assert [line.cents for line in rest.items] == [50_000]
    assert kinds(session, "budget_line") == ["budget_line.booked"] * 4


def test_a_line_is_changed_as_it_was_last_seen_and_taken_away(
    session: Session, cast: Cast, initiative: Initiative
) -> None:
    line = book_line(session, cast.activator, initiative.id, money("cost", 1_250, booked_on=TODAY + timedelta(days=2)))

    with pytest.raises(Invalid) as refused:
        change_line(session, cast.activator, line.id, 1, BudgetLineChange(paid=True))
    assert refused.value.faults[0].where == ("booked_on",)
    session.expire(line)
    change_line(session, cast.activator, line.id, 1, BudgetLineChange(paid=True, booked_on=TODAY))
    assert show_budget_line(session, cast.colleague, line.id).paid
    with pytest.raises(Stale):
        change_line(session, cast.activator, line.id, 1, BudgetLineChange(cents=1))
    with pytest.raises(NotFound):
        remove_line(session, cast.stranger, line.id, None)
    with pytest.raises(ValidationError):
        BudgetLineChange(cents=None)
    remove_line(session, cast.activator, line.id, 2)

    assert add_up(session, cast.activator, initiative.id).lines == 0
    gone = session.scalars(select(Event).where(col(Event.kind) == "budget_line.removed")).one()
    assert gone.facts == {"money": "cost", "cents": 1_250, "paid": True}


@pytest.mark.parametrize("cents", [0, -5, 100_000_001])
def test_an_amount_is_more_than_nothing_and_no_slip_of_the_finger(cents: int) -> None:
    with pytest.raises(ValidationError):
        money("cost", cents)


def test_what_is_paid_was_paid_by_now_and_nobody_else_keeps_the_money(
    session: Session, cast: Cast, initiative: Initiative
) -> None:
    tomorrow = money("cost", 5, paid=True, booked_on=TODAY + timedelta(days=1))
    with pytest.raises(Invalid):
        book_line(session, cast.activator, initiative.id, tomorrow)
    for name in ("stranger", "corporation", "policy"):
        with pytest.raises(NotFound):
            book_line(session, cast.actors[name], initiative.id, money("cost", 5))
        with pytest.raises(NotFound):
            add_up(session, cast.actors[name], initiative.id)


# --- how far the group is ---------------------------------------------------------------------------------------------


@pytest.fixture
def aim(session: Session, cast: Cast, initiative: Initiative) -> Aim:
    """Set an aim."""
    return set_aim(session, cast.activator, initiative.id, AimIn(text="Iedereen warm", sign="Ramen dicht"))


def test_the_group_says_how_far_an_aim_is(session: Session, cast: Cast, aim: Aim) -> None:
    for level, ago in ((-2, 9), (-1, 4), (0, 0)):
        told = AimScoreIn(level=level, scored_on=TODAY - timedelta(days=ago))
        score_aim(session, cast.activator, aim.id, told)

    scores = list_aim_scores(session, cast.teamleader, aim.id, Listing()).items
    assert [score.level for score in scores] == [0, -1, -2]
    # It is the group's: of nobody in particular, and it reaches nothing by itself.
    assert set(type(scores[0]).model_fields) == {"id", "level", "scored_on", "created_at"}
    assert show_aim(session, cast.activator, aim.id).reached_on is None
    first, *_ = session.scalars(select(Event).where(col(Event.kind) == "initiative.aim_scored"))
    assert first.facts["level"] == -2


def test_a_score_lies_on_the_scale_and_on_a_day_of_the_initiative(session: Session, cast: Cast, aim: Aim) -> None:
    for level in (-3, 3):
        with pytest.raises(ValidationError):
            AimScoreIn(level=level)
    for days in (-11, 1):
        with pytest.raises(Invalid):
            score_aim(session, cast.activator, aim.id, AimScoreIn(level=0, scored_on=TODAY + timedelta(days=days)))


def test_a_score_that_was_wrong_is_taken_back(session: Session, cast: Cast, aim: Aim) -> None:
    score = score_aim(session, cast.activator, aim.id, AimScoreIn(level=2))
    with pytest.raises(NotFound):
        take_score_back(session, cast.stranger, aim.id, score.id)
    with pytest.raises(NotFound):
        take_score_back(session, cast.activator, score.id, score.id)

    take_score_back(session, cast.colleague, aim.id, score.id)

    assert list_aim_scores(session, cast.activator, aim.id, Listing()).items == []
    assert "initiative.aim_score_taken_back" in kinds(session, "initiative")


@pytest.mark.parametrize("name", ["stranger", "corporation", "policy", "privacy", "admin"])
def test_nobody_else_scores_or_reads_an_aim(session: Session, cast: Cast, aim: Aim, name: str) -> None:
    for deed in (
        lambda: score_aim(session, cast.actors[name], aim.id, AimScoreIn(level=0)),
        lambda: list_aim_scores(session, cast.actors[name], aim.id, Listing()),
        lambda: show_aim(session, cast.actors[name], aim.id),
    ):
        with pytest.raises(NotFound):
            deed()
