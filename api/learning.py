"""Learning by doing: what was done, who did it, and how that shifts over time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SentKey, Writing, WritingCaller, content_of, needs
from bsa.learning import actions, queries
from bsa.learning.shapes import LearningShift, LearningStepIn, LearningStepOut, ShiftQuery, StepQuery
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/learning-steps", tags=["learning by doing"], route_class=AnsweringRoute)
of_initiative = APIRouter(
    prefix="/initiatives/{initiative_id}/learning-shift", tags=["learning by doing"], route_class=AnsweringRoute
)
of_area = APIRouter(prefix="/areas/{area_id}/learning-shift", tags=["learning by doing"], route_class=AnsweringRoute)
of_resident = APIRouter(
    prefix="/residents/{resident_id}/learning-shift", tags=["learning by doing"], route_class=AnsweringRoute
)


@router.get("")
@needs(Permission.SEE_STEPS, Permission.RECORD_OWN_STEP)
def list_learning_steps(
    session: Reading, caller: Caller, wanted: Annotated[StepQuery, Query()]
) -> Page[LearningStepOut]:
    """List what was done with a resident whom you look after, or in an initiative in your areas, the last first.

    Of an initiative, what was done with residents of colleagues is there without whose it was and without words.
    """
    return queries.list_steps(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.RECORD_STEP, Permission.RECORD_OWN_STEP)
def record_learning_step(
    session: Writing, caller: WritingCaller, told: LearningStepIn, key: SentKey = None
) -> LearningStepOut:
    """Write down what was done and who did it.

    `askWhoNextTime` says that you did this alone again and again: who could do it next time, or together with you?
    """
    step = once(
        session,
        caller,
        key,
        content_of("learning_step", told),
        lambda: actions.record_step(session, caller, told),
        lambda step_id: queries.find_step(session, caller, step_id),
    )
    return queries.show_step(session, caller, step.id)


@router.get("/{step_id}")
@needs(Permission.SEE_STEPS, Permission.RECORD_OWN_STEP)
def show_learning_step(session: Reading, caller: Caller, step_id: UUID) -> LearningStepOut:
    """Show a step."""
    return queries.show_step(session, caller, step_id)


@router.delete("/{step_id}")
@needs(Permission.RECORD_STEP, Permission.RECORD_OWN_STEP)
def strike_learning_step(session: Writing, caller: WritingCaller, step_id: UUID) -> LearningStepOut:
    """Strike a step through that was written down wrongly; it stays readable, and counts no more."""
    return queries.show_step(session, caller, actions.strike_step(session, caller, step_id).id)


@of_initiative.get("")
@needs(Permission.SEE_STEPS)
def show_initiative_shift(
    session: Reading, caller: Caller, initiative_id: UUID, wanted: Annotated[ShiftQuery, Query()]
) -> LearningShift:
    """Show who did it, over time, in an initiative: counts of deeds, never of a worker."""
    return queries.shift_of_initiative(session, caller, initiative_id, wanted.by)


@of_area.get("")
@needs(Permission.SEE_STEPS)
def show_area_shift(
    session: Reading, caller: Caller, area_id: UUID, wanted: Annotated[ShiftQuery, Query()]
) -> LearningShift:
    """Show who did it, over time, in a neighbourhood; with fewer than ten steps nothing is drawn."""
    return queries.shift_of_area(session, caller, area_id, wanted.by)


@of_resident.get("")
@needs(Permission.RECORD_OWN_STEP)
def show_resident_shift(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[ShiftQuery, Query()]
) -> LearningShift:
    """Show who did it, over time, with a resident whom you look after."""
    return queries.shift_of_resident(session, caller, resident_id, wanted.by)
