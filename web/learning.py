"""Learning by doing: who did it, on every action; and the shift over time as a picture."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from api.areas import show_area
from api.dependencies import Reading, Session, Writing, needs
from api.initiatives import show_initiative
from api.learning import (
    list_learning_steps,
    record_learning_step,
    show_area_shift,
    show_initiative_shift,
    show_learning_step,
    show_resident_shift,
    strike_learning_step,
)
from api.needs import show_need
from api.residents import show_resident
from bsa import clock
from bsa.errors import invalid
from bsa.learning.models import WhoDidIt
from bsa.learning.shapes import (
    LearningShift,
    LearningStepIn,
    LearningStepOut,
    ShiftBy,
    ShiftQuery,
    StepQuery,
)
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from bsa.shapes import Line, Listing, Shape, Text
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("learning")

MONTHS_AT_MOST = 8
"""A picture with more months than this is drawn by quarter."""


class StepSent(Shape):
    """A step as a form sends it; whose it is stands in the address."""

    what: Line
    who_did_it: WhoDidIt
    done_on: date | None = None
    own_words: Text | None = None


class DoneSent(Shape):
    """Who did it, beside something else that was written down: chosen or left alone."""

    who_did_it: WhoDidIt | None = None
    what_was_done: Line | None = None


@router.get("/residents/{resident_id}/steps")
@needs(Permission.RECORD_OWN_STEP)
def of_resident(
    request: Request, session: Reading, visitor: Visitor, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Response:
    """Show what was done with a resident, and who did it."""
    return _resident_page(request, session, visitor, resident_id, cursor=wanted.cursor)


@router.post("/residents/{resident_id}/steps")
@needs(Permission.RECORD_OWN_STEP)
def create_of_resident(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Write down what was done with a resident."""
    form = read(StepSent, sent, guest_of(request), prefix="step")
    step = attempt(session, form, lambda told: _record(session, visitor, told, resident_id=resident_id))
    if step is not None:
        return go(request, "learning.of_resident", flash_of(step), "steps", resident_id=resident_id)
    return _resident_page(request, session, visitor, resident_id, form=form)


@router.post("/needs/{need_id}/steps")
@needs(Permission.RECORD_OWN_STEP)
def create_of_need(request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, sent: Sent) -> Response:
    """Write down what was done about a resident's question."""
    resident_id = show_need(session, visitor, need_id).resident_id
    form = read(StepSent, sent, guest_of(request), prefix="step")
    step = attempt(session, form, lambda told: _record(session, visitor, told, resident_id=resident_id))
    if step is not None:
        return go(request, "needs.show", flash_of(step), need_id=need_id)
    return _resident_page(request, session, visitor, resident_id, form=form)


@router.get("/initiatives/{initiative_id}/steps")
@needs(Permission.SEE_STEPS)
def of_initiative(
    request: Request, session: Reading, visitor: Visitor, initiative_id: UUID, wanted: Annotated[Listing, Query()]
) -> Response:
    """Show what was done in an initiative, and how who does it shifts."""
    return _initiative_page(request, session, visitor, initiative_id, cursor=wanted.cursor)


@router.post("/initiatives/{initiative_id}/steps")
@needs(Permission.RECORD_STEP)
def create_of_initiative(
    request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent
) -> Response:
    """Write down what was done in an initiative."""
    form = read(StepSent, sent, guest_of(request), prefix="step")
    step = attempt(session, form, lambda told: _record(session, visitor, told, initiative_id=initiative_id))
    if step is not None:
        return go(request, "learning.of_initiative", flash_of(step), "steps", initiative_id=initiative_id)
    return _initiative_page(request, session, visitor, initiative_id, form=form)


@router.get("/neighbourhoods/{area_id}/learning")
@needs(Permission.SEE_STEPS)
def of_area(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show how who does it shifts in a neighbourhood."""
    return draw(
        request,
        "learning/area.html",
        shift=show_area_shift(session, visitor, area_id, ShiftQuery()),
        area=show_area(session, visitor, area_id),
        codes=list(WhoDidIt),
    )


@router.post("/learning-steps/{step_id}/strike")
@needs(Permission.RECORD_STEP, Permission.RECORD_OWN_STEP)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, step_id: UUID, sent: Sent) -> Response:
    """Strike a step through."""
    step = show_learning_step(session, visitor, step_id)
    form = read(Nothing, sent, guest_of(request), prefix="step")
    struck = attempt(session, form, lambda _: strike_learning_step(session, visitor, step_id))
    if step.resident_id is not None:
        if struck is not None:
            return go(request, "learning.of_resident", "step_struck", "steps", resident_id=step.resident_id)
        return _resident_page(request, session, visitor, step.resident_id, form=form)
    initiative_id = step.initiative_id or step_id
    if struck is not None:
        return go(request, "learning.of_initiative", "step_struck", "steps", initiative_id=initiative_id)
    return _initiative_page(request, session, visitor, initiative_id, form=form)


def record_done(
    session: Session, visitor: Actor, sent: DoneSent, resident_id: UUID, what: str, on: date
) -> LearningStepOut | None:
    """Write down who did it, beside something else that was written down; nothing when it was left alone."""
    if sent.who_did_it is None:
        return None
    words = sent.what_was_done or what
    if not words:
        raise invalid("what_was_done", "required", "Say in a few words what was done.")
    step = LearningStepIn(resident_id=resident_id, what=words, who_did_it=sent.who_did_it, done_on=on)
    return record_learning_step(session, visitor, step)


def flash_of(step: LearningStepOut | None, otherwise: str = "step_recorded") -> str:
    """Return the word to say after a deed: the gentle question, when it is time for it."""
    return "step_asks" if step is not None and step.ask_who_next_time else otherwise


def blank_step(request: Request) -> Form[StepSent]:
    """Return the form for a step as it is before anybody filled it in."""
    return blank(guest_of(request), "step", done_on=clock.today().isoformat())


def _record(session: Session, visitor: Actor, told: StepSent, **of: UUID) -> LearningStepOut:
    return record_learning_step(session, visitor, LearningStepIn.model_validate(told.model_dump() | of))


def _resident_page(
    request: Request,
    session: Session,
    visitor: Actor,
    resident_id: UUID,
    form: Form[Any] | None = None,
    cursor: str | None = None,
) -> Response:
    steps = list_learning_steps(session, visitor, StepQuery(resident_id=resident_id, limit=20, cursor=cursor))
    resident = show_resident(session, visitor, resident_id)
    writes = Permission.RECORD_OWN_STEP in resident.allowed_actions
    return draw(
        request,
        "learning/resident.html",
        form.status if form else 200,
        resident=resident,
        steps=steps,
        shift=_by_month_or_quarter(lambda by: show_resident_shift(session, visitor, resident_id, ShiftQuery(by=by))),
        form=form or blank_step(request),
        codes=list(WhoDidIt),
        writes=writes and may_keep("learning_step.*", resident.level),
        first=cursor is None,
    )


def _initiative_page(
    request: Request,
    session: Session,
    visitor: Actor,
    initiative_id: UUID,
    form: Form[Any] | None = None,
    cursor: str | None = None,
) -> Response:
    steps = list_learning_steps(session, visitor, StepQuery(initiative_id=initiative_id, limit=20, cursor=cursor))
    return draw(
        request,
        "learning/initiative.html",
        form.status if form else 200,
        initiative=show_initiative(session, visitor, initiative_id),
        steps=steps,
        shift=_by_month_or_quarter(
            lambda by: show_initiative_shift(session, visitor, initiative_id, ShiftQuery(by=by))
        ),
        form=form or blank_step(request),
        codes=list(WhoDidIt),
        first=cursor is None,
    )


def _by_month_or_quarter(show: Any) -> LearningShift:
    """Return the shift by month while that fits a phone, and by quarter after that."""
    by_month: LearningShift = show(ShiftBy.MONTH)
    if len(by_month.periods) <= MONTHS_AT_MOST:
        return by_month
    by_quarter: LearningShift = show(ShiftBy.QUARTER)
    return by_quarter
