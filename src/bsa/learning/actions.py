"""Deeds about learning by doing: what was done, and who did it."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.errors import N_, Conflict, Invalid, invalid
from bsa.events import note
from bsa.initiatives.models import Initiative
from bsa.initiatives.queries import initiative_named
from bsa.learning.models import LearningStep
from bsa.learning.queries import find_step
from bsa.learning.shapes import LearningStepIn
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import above_level, changeable, resident_named
from bsa.residents.models import Resident, may_keep
from bsa.rows import not_later


def record_step(session: Session, actor: Actor, told: LearningStepIn) -> LearningStep:
    """Write down what was done, and who did it."""
    resident = _resident_at_level(session, actor, told.resident_id) if told.resident_id else None
    initiative = _initiative_named(session, actor, told.initiative_id) if told.initiative_id else None
    here = initiative or resident
    if here is None:
        raise invalid("resident_id", "required", "Say with whom it was done, or in which initiative.")
    step = LearningStep(
        resident_id=resident.id if resident else None,
        initiative_id=initiative.id if initiative else None,
        area_id=here.area_id,
        worker_id=actor.id,
        done_on=not_later("done_on", told.done_on or clock.today()),
        what=told.what,
        who_did_it=told.who_did_it,
        own_words=told.own_words,
    )
    session.add(step)
    note(session, actor, "learning_step.recorded", step, who_did_it=step.who_did_it, done_on=step.done_on)
    session.flush()
    return step


def strike_step(session: Session, actor: Actor, step_id: UUID) -> LearningStep:
    """Strike a step through that was written down wrongly; it stays readable, and counts no more."""
    step = find_step(session, actor, step_id)
    if step.resident_id is not None:
        changeable(session, actor, step.resident_id, Permission.RECORD_OWN_STEP)
    else:
        require(actor, Permission.RECORD_STEP, step)
    # What it hangs on is locked only now, so the step may have been struck after it was found.
    session.refresh(step)
    if step.struck_at is not None:
        raise Conflict("This step was struck already.")
    step.struck_at, step.struck_by_id = clock.now(), actor.id
    note(session, actor, "learning_step.struck", step)
    session.flush()
    return step


def _resident_at_level(session: Session, actor: Actor, resident_id: UUID) -> Resident:
    resident = resident_named(session, actor, resident_id, Permission.RECORD_OWN_STEP)
    if not may_keep("learning_step.*", resident.level):
        raise Invalid(above_level("who_did_it", "learning_step.*"))
    return resident


def _initiative_named(session: Session, actor: Actor, initiative_id: UUID) -> Initiative:
    initiative = initiative_named(session, actor, initiative_id, at="initiative_id")
    require(actor, Permission.RECORD_STEP, initiative, instead=N_("Write down steps in an area of your own."))
    return initiative
