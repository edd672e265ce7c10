"""What is done in an initiative, what it costs, and how far the group sees its aims."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.dependencies import Reading, Session, Writing, needs
from api.initiatives import show_initiative
from api.tasks import (
    book_line,
    change_line,
    change_task,
    drop_task,
    finish_task,
    let_go_task,
    list_aim_scores,
    list_budget_lines,
    list_tasks,
    plan_task,
    remove_line,
    reopen_task,
    score_aim,
    show_aim,
    show_budget,
    show_budget_line,
    show_task,
    take_score_back,
    take_up_task,
)
from bsa import clock
from bsa.errors import N_
from bsa.learning.models import WhoDidIt
from bsa.permissions import Actor, Permission
from bsa.shapes import Line, Listing, Shape
from bsa.tasks.models import MoneyKind
from bsa.tasks.shapes import (
    HIGHEST,
    LOWEST,
    MOST_CENTS,
    AimScoreIn,
    AimScoreOut,
    BudgetLineChange,
    BudgetLineIn,
    BudgetLineOut,
    TaskChange,
    TaskDoneIn,
    TaskIn,
    TaskOut,
    TaskQuery,
)
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.languages import translations
from web.pages import Pages, draw, environment, go

router = Pages("tasks")
budget = Pages("budget")
aims = Pages("aims")

MANY = 200
LEFT, RIGHT, TOP, STEP = 40.0, 306.0, 18.0, 26.0
"""The picture of an aim: where time begins and ends, where the highest level lies, and how far apart levels are."""

HEADS = (N_("Day"), N_("Comes or goes"), N_("What"), N_("Amount in euros"), N_("Paid"))
"""The columns of the file for a spreadsheet."""

WITH_CENTS = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,9}),(\d{1,2})$")
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+$")
PLAIN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?$")


def cents_in(typed: Any) -> Any:
    """Return the cents in an amount as people write it: `12,50`, `1.250`, `€ 3.000,-`, `12.5`."""
    if not isinstance(typed, str):
        return typed
    text = re.sub(r"[\s€]|,-+$", "", typed)
    found = WITH_CENTS.match(text) or PLAIN.match(text)
    if THOUSANDS.match(text):
        return int(text.replace(".", "")) * 100
    if found is None:
        raise PydanticCustomError("amount", "Write an amount in euros, such as 12,50.")
    return int(found[1].replace(".", "")) * 100 + int((found[2] or "0").ljust(2, "0"))


Euros = Annotated[int, Field(ge=1, le=MOST_CENTS), BeforeValidator(cents_in)]
"""Cents, typed as euros."""


class LineSent(Shape):
    """A line of money as a form sends it."""

    kind: MoneyKind
    what: Line
    amount: Euros
    booked_on: date
    paid: bool = False


@dataclass(frozen=True)
class Mark:
    """A score in the picture."""

    x: float
    y: float


# --- tasks ------------------------------------------------------------------------------------------------------------


@router.get("/initiatives/{initiative_id}/tasks")
@needs(Permission.SEE_TASKS)
def index(
    request: Request, session: Reading, visitor: Visitor, initiative_id: UUID, wanted: Annotated[TaskQuery, Query()]
) -> Response:
    """List what is to be done in an initiative, and what was done."""
    return _list(request, session, visitor, initiative_id, wanted)


@router.post("/initiatives/{initiative_id}/tasks")
@needs(Permission.PLAN_TASK)
def create(request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent) -> Response:
    """Write down something to be done."""
    form = read(TaskIn, sent, guest_of(request), prefix="task")
    if attempt(session, form, lambda told: plan_task(session, visitor, initiative_id, told)):
        return go(request, "tasks.index", "task_planned", initiative_id=initiative_id)
    return _list(request, session, visitor, initiative_id, TaskQuery(), form)


@router.get("/tasks/{task_id}")
@needs(Permission.SEE_TASKS)
def show(request: Request, session: Reading, visitor: Visitor, task_id: UUID) -> Response:
    """Show a task, with what can be done to it."""
    return _task(request, session, visitor, task_id)


@router.post("/tasks/{task_id}")
@needs(Permission.PLAN_TASK)
def update(request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent) -> Response:
    """Say in other words what is to be done, or by another day."""
    form = read_change(TaskChange, sent, guest_of(request), prefix="change")
    version = version_in(sent)
    done = attempt(session, form, lambda change: change_task(session, visitor, task_id, version, change))
    return _after(request, session, visitor, task_id, done, "saved", change=form)


@router.post("/tasks/{task_id}/uptake")
@needs(Permission.PLAN_TASK)
def create_uptake(request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent) -> Response:
    """Take a task up."""
    form = read(Nothing, sent, guest_of(request), prefix="task")
    done = attempt(session, form, lambda _: take_up_task(session, visitor, task_id, version_in(sent)))
    return _after(request, session, visitor, task_id, done, "task_taken_up", whole=form)


@router.post("/tasks/{task_id}/letting-go")
@needs(Permission.PLAN_TASK)
def destroy_uptake(request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent) -> Response:
    """Let a task go."""
    form = read(Nothing, sent, guest_of(request), prefix="task")
    done = attempt(session, form, lambda _: let_go_task(session, visitor, task_id, version_in(sent)))
    return _after(request, session, visitor, task_id, done, "task_let_go", whole=form)


@router.post("/tasks/{task_id}/completion")
@needs(Permission.PLAN_TASK, Permission.RECORD_STEP)
def create_completion(
    request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent
) -> Response:
    """Write down that a task is done, and who did it."""
    form = read(TaskDoneIn, sent, guest_of(request), prefix="done")
    version = version_in(sent)
    done = attempt(session, form, lambda told: finish_task(session, visitor, task_id, version, told))
    return _after(request, session, visitor, task_id, done, "task_done", finish=form)


@router.post("/tasks/{task_id}/dropping")
@needs(Permission.PLAN_TASK)
def create_dropping(request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent) -> Response:
    """Write down that a task need not be done any more."""
    form = read(Nothing, sent, guest_of(request), prefix="task")
    done = attempt(session, form, lambda _: drop_task(session, visitor, task_id, version_in(sent)))
    return _after(request, session, visitor, task_id, done, "task_dropped", whole=form)


@router.post("/tasks/{task_id}/reopening")
@needs(Permission.PLAN_TASK, Permission.RECORD_STEP)
def create_reopening(
    request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent
) -> Response:
    """Put a task back."""
    form = read(Nothing, sent, guest_of(request), prefix="task")
    done = attempt(session, form, lambda _: reopen_task(session, visitor, task_id, version_in(sent)))
    return _after(request, session, visitor, task_id, done, "task_reopened", whole=form)


# --- money ------------------------------------------------------------------------------------------------------------


@budget.get("/initiatives/{initiative_id}/budget")
@needs(Permission.SEE_BUDGET)
def show_money(
    request: Request, session: Reading, visitor: Visitor, initiative_id: UUID, wanted: Annotated[Listing, Query()]
) -> Response:
    """Show an initiative's money, line by line and added up."""
    return _money(request, session, visitor, initiative_id, cursor=wanted.cursor)


@budget.get("/initiatives/{initiative_id}/budget.csv")
@needs(Permission.SEE_BUDGET)
def export(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Hand out an initiative's money as a file for a spreadsheet."""
    language = guest_of(request).language
    say = translations(language).gettext
    word = environment(language).get_template("parts/words.html").module.word  # type: ignore[attr-defined]
    told = io.StringIO()
    table = csv.writer(told, delimiter=";", lineterminator="\r\n")
    table.writerow([say(head) for head in HEADS])
    for line in _every_line(session, visitor, initiative_id):
        amount = line.cents if line.kind is MoneyKind.INCOME else -line.cents
        kind = str(word("money_kind", line.kind.value)).strip()
        paid = say("yes") if line.paid else say("no")
        table.writerow([line.booked_on.isoformat(), kind, harmless(line.what), typed(amount), paid])
    # A spreadsheet knows by the mark at the beginning how the letters are written.
    answer = Response("\ufeff" + told.getvalue(), media_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="budget.csv"'
    return answer


@budget.post("/initiatives/{initiative_id}/budget-lines")
@needs(Permission.KEEP_BUDGET)
def create_line(
    request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent
) -> Response:
    """Write down money that comes or goes."""
    form = read(LineSent, sent, guest_of(request), prefix="line")
    if attempt(session, form, lambda told: book_line(session, visitor, initiative_id, _line_in(told))):
        return go(request, "budget.show_money", "line_booked", initiative_id=initiative_id)
    return _money(request, session, visitor, initiative_id, form=form)


@budget.get("/budget-lines/{line_id}")
@needs(Permission.SEE_BUDGET)
def edit_line(request: Request, session: Reading, visitor: Visitor, line_id: UUID) -> Response:
    """Show a line of money, to change it."""
    line = show_budget_line(session, visitor, line_id)
    form = blank(
        guest_of(request),
        "line",
        kind=line.kind.value,
        what=line.what,
        amount=typed(line.cents),
        booked_on=line.booked_on.isoformat(),
        paid="true" if line.paid else "",
    )
    return _line(request, line, form)


@budget.post("/budget-lines/{line_id}")
@needs(Permission.KEEP_BUDGET)
def update_line(request: Request, session: Writing, visitor: WritingVisitor, line_id: UUID, sent: Sent) -> Response:
    """Change a line of money."""
    form = read(LineSent, sent, guest_of(request), prefix="line")

    def deed(told: LineSent) -> BudgetLineOut:
        change = BudgetLineChange.model_validate(_line_in(told).model_dump())
        return change_line(session, visitor, line_id, version_in(sent), change)

    changed = attempt(session, form, deed)
    if changed:
        return go(request, "budget.show_money", "saved", initiative_id=changed.initiative_id)
    return _line(request, show_budget_line(session, visitor, line_id), form)


@budget.post("/budget-lines/{line_id}/removal")
@needs(Permission.KEEP_BUDGET)
def destroy_line(request: Request, session: Writing, visitor: WritingVisitor, line_id: UUID, sent: Sent) -> Response:
    """Take away a line that should not have been there."""
    line = show_budget_line(session, visitor, line_id)
    form = read(Nothing, sent, guest_of(request), prefix="line")

    def deed(_: Nothing) -> bool:
        remove_line(session, visitor, line_id, version_in(sent))
        return True

    if attempt(session, form, deed):
        return go(request, "budget.show_money", "line_removed", initiative_id=line.initiative_id)
    return _line(request, show_budget_line(session, visitor, line_id), form)


# --- how far the group is ---------------------------------------------------------------------------------------------


@aims.get("/aims/{aim_id}")
@needs(Permission.SEE_TASKS)
def show_one(request: Request, session: Reading, visitor: Visitor, aim_id: UUID) -> Response:
    """Show how far the group saw an aim, as a picture and in a table."""
    return _aim(request, session, visitor, aim_id)


@aims.post("/aims/{aim_id}/scores")
@needs(Permission.SCORE_AIM)
def create_score(request: Request, session: Writing, visitor: WritingVisitor, aim_id: UUID, sent: Sent) -> Response:
    """Write down how far the group sees an aim."""
    form = read(AimScoreIn, sent, guest_of(request), prefix="score")
    if attempt(session, form, lambda told: score_aim(session, visitor, aim_id, told)):
        return go(request, "aims.show_one", "aim_scored", aim_id=aim_id)
    return _aim(request, session, visitor, aim_id, form)


@aims.post("/aims/{aim_id}/scores/{score_id}/removal")
@needs(Permission.SCORE_AIM)
def destroy_score(
    request: Request, session: Writing, visitor: WritingVisitor, aim_id: UUID, score_id: UUID, sent: Sent
) -> Response:
    """Take away a score that was written down wrongly."""
    take_score_back(session, visitor, aim_id, score_id)
    return go(request, "aims.show_one", "score_taken_back", aim_id=aim_id)


# --- how it is drawn --------------------------------------------------------------------------------------------------


def typed(cents: int) -> str:
    """Write an amount as it is typed into a form: `12,50`."""
    return f"{Decimal(cents) / 100:.2f}".replace(".", ",")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def marks_of(scores: list[AimScoreOut]) -> list[Mark]:
    """Return where scores lie in the picture: by day from left to right, by level from low to high."""
    if not scores:
        return []
    first, last = scores[0].scored_on, scores[-1].scored_on
    days = (last - first).days

    def across(on: date) -> float:
        return (LEFT + RIGHT) / 2 if not days else LEFT + (RIGHT - LEFT) * (on - first).days / days

    return [Mark(round(across(score.scored_on), 1), TOP + STEP * (HIGHEST - score.level)) for score in scores]


def _list(
    request: Request,
    session: Session,
    visitor: Actor,
    initiative_id: UUID,
    wanted: TaskQuery,
    form: Form[Any] | None = None,
) -> Response:
    return draw(
        request,
        "tasks/index.html",
        form.status if form else 200,
        initiative=show_initiative(session, visitor, initiative_id),
        tasks=list_tasks(session, visitor, initiative_id, wanted),
        form=form or blank(guest_of(request), "task"),
    )


def _after(
    request: Request,
    session: Session,
    visitor: Actor,
    task_id: UUID,
    done: TaskOut | None,
    flash: str,
    **refused: Form[Any],
) -> Response:
    if done:
        return go(request, "tasks.index", flash, initiative_id=done.initiative_id)
    return _task(request, session, visitor, task_id, **refused)


def _task(request: Request, session: Session, visitor: Actor, task_id: UUID, **refused: Form[Any]) -> Response:
    task, guest = show_task(session, visitor, task_id), guest_of(request)
    forms: dict[str, Form[Any]] = {
        "finish": blank(guest, "done", done_on=clock.today().isoformat()),
        "change": blank(guest, "change", what=task.what, by_on=task.by_on.isoformat() if task.by_on else ""),
        "whole": blank(guest, "task"),
    }
    status = next((form.status for form in refused.values()), 200)
    return draw(request, "tasks/show.html", status, task=task, forms_of=forms | refused, who_codes=list(WhoDidIt))


def _money(
    request: Request,
    session: Session,
    visitor: Actor,
    initiative_id: UUID,
    form: Form[Any] | None = None,
    cursor: str | None = None,
) -> Response:
    today = clock.today().isoformat()
    return draw(
        request,
        "tasks/budget.html",
        form.status if form else 200,
        initiative=show_initiative(session, visitor, initiative_id),
        total=show_budget(session, visitor, initiative_id),
        lines=list_budget_lines(session, visitor, initiative_id, Listing(cursor=cursor)),
        form=form or blank(guest_of(request), "line", kind=MoneyKind.COST.value, booked_on=today),
        kinds=list(MoneyKind),
    )


def _line(request: Request, line: BudgetLineOut, form: Form[Any]) -> Response:
    status = form.status if form.errors else 200
    return draw(request, "tasks/budget_line.html", status, line=line, form=form, kinds=list(MoneyKind))


def _line_in(told: LineSent) -> BudgetLineIn:
    return BudgetLineIn(kind=told.kind, what=told.what, cents=told.amount, booked_on=told.booked_on, paid=told.paid)


def _every_line(session: Session, visitor: Actor, initiative_id: UUID) -> Iterator[BudgetLineOut]:
    cursor = None
    while True:
        page = list_budget_lines(session, visitor, initiative_id, Listing(limit=MANY, cursor=cursor))
        yield from page.items
        if (cursor := page.next_cursor) is None:
            return


def _aim(request: Request, session: Session, visitor: Actor, aim_id: UUID, form: Form[Any] | None = None) -> Response:
    scores = list_aim_scores(session, visitor, aim_id, Listing(limit=MANY)).items[::-1]
    return draw(
        request,
        "tasks/aim.html",
        form.status if form else 200,
        aim=show_aim(session, visitor, aim_id),
        scores=scores,
        marks=marks_of(scores),
        form=form or blank(guest_of(request), "score", scored_on=clock.today().isoformat()),
        numbers=list(range(HIGHEST, LOWEST - 1, -1)),
    )
