"""Deeds of trust: saying where it stands, taking up a signal and answering it, and handing over with a face."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col

from bsa import clock
from bsa.appointments.actions import book, still_to_come
from bsa.appointments.models import Appointment, AppointmentKind
from bsa.contacts.models import Promise
from bsa.errors import N_, Conflict, Invalid, invalid
from bsa.events import note
from bsa.people.actions import change_account as change_any_account
from bsa.people.models import Account
from bsa.people.queries import find_colleague, get_account
from bsa.people.shapes import AccountChange
from bsa.permissions import Actor, Permission, Role, require
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import Resident, ResidentWorker, WorkerPart, may_keep
from bsa.rows import locked, not_later, not_stale
from bsa.sealing import open_rows
from bsa.trust.deeds import OPEN, STEPS, HandoverDeed, may_follow
from bsa.trust.models import Handover, HandoverState, Relationship, Signal
from bsa.trust.queries import (
    count_left_alone,
    find_handover,
    find_signal,
    later_appointments_of,
    open_promises_of,
    open_signals_of,
    relationship_with,
    visit_of,
)
from bsa.trust.shapes import AgreementIn, CompletionIn, HandoverIn, RelationshipIn, SignalAnswerIn, SignalIn

FROZEN = N_("This resident asked to leave the data as it is. Lift the restriction first, with the resident.")


def move_relationship(session: Session, actor: Actor, resident_id: UUID, told: RelationshipIn) -> Relationship:
    """Say where it stands between a resident and the actor. Every stage is as near as any other, and asks nothing."""
    resident = changeable(session, actor, resident_id, Permission.RECORD_RELATIONSHIP)
    since = not_later("stage_since", told.stage_since or clock.today())
    relationship = relationship_with(session, actor, resident.id)
    if relationship is None:
        relationship = Relationship(
            resident_id=resident.id, account_id=actor.id, stage=told.stage, since_on=since, stage_since=since
        )
        session.add(relationship)
    elif relationship.stage is told.stage:
        # Tapped twice.
        return relationship
    else:
        if since < relationship.stage_since:
            raise invalid("stage_since", "before_last", "It moved later than this the last time. Choose a later day.")
        relationship.stage, relationship.stage_since = told.stage, since
        relationship.touch()
    # Of the resident, for the area; that it moved, not where to.
    note(session, actor, "relationship.moved", resident, relationship_id=relationship.id)
    session.flush()
    return relationship


def record_signal(session: Session, actor: Actor, resident_id: UUID, told: SignalIn) -> Signal:
    """Take up what a resident pointed out; it wants an answer within a few working days."""
    resident = changeable(session, actor, resident_id, Permission.RECORD_SIGNAL)
    if not may_keep("signal.*", resident.level):
        raise Invalid(above_level("words", "signal.*"))
    signal = Signal(
        resident_id=resident.id,
        area_id=resident.area_id,
        account_id=actor.id,
        words=told.words,
        came_on=not_later("came_on", told.came_on),
    )
    session.add(signal)
    note(session, actor, "signal.recorded", signal, came_on=told.came_on)
    session.flush()
    return signal


def answer_signal(session: Session, actor: Actor, signal_id: UUID, version: int | None, told: SignalAnswerIn) -> Signal:
    """Write down what the resident was answered."""
    signal = find_signal(session, actor, signal_id)
    changeable(session, actor, signal.resident_id, Permission.RECORD_SIGNAL)
    # The resident is locked only now, so the signal may have changed after it was found.
    session.refresh(signal)
    not_stale(signal, version)
    if signal.answered_on is not None:
        raise Conflict("This was answered already.")
    answered_on = not_later("answered_on", told.answered_on or clock.today())
    if answered_on < signal.came_on:
        raise invalid("answered_on", "before_came", "It cannot have been answered before it was pointed out.")
    open_rows(session, [signal])
    signal.answer, signal.answered_on = told.answer, answered_on
    signal.touch()
    note(session, actor, "signal.answered", signal, answered_on=answered_on)
    session.flush()
    return signal


def propose_handover(session: Session, actor: Actor, resident_id: UUID, told: HandoverIn) -> Handover:
    """Propose that a colleague becomes the face of a resident; nothing changes until the resident agrees."""
    resident = changeable(session, actor, resident_id, Permission.OPEN_RECORD)
    require(
        actor,
        Permission.PROPOSE_HANDOVER,
        resident,
        instead=N_("Who stands in cannot hand over. Ask the assigned worker to."),
    )
    if told.to_account_id == actor.id:
        raise invalid("to_account_id", "same", "Choose a colleague: this resident is with you already.")
    colleague = find_colleague(session, actor, told.to_account_id, at="to_account_id")
    if colleague.id in resident.assigned_ids:
        raise invalid("to_account_id", "assigned", "This colleague is assigned to the resident already.")
    if _under_way(session, resident.id, actor.id):
        raise Conflict("A handover of this resident is under way already. Call it off first.")
    handover = Handover(
        resident_id=resident.id,
        area_id=resident.area_id,
        from_account_id=actor.id,
        to_account_id=colleague.id,
        reason=told.reason,
        state=HandoverState.PROPOSED,
    )
    session.add(handover)
    note(session, actor, "handover.proposed", handover, reason=told.reason)
    session.flush()
    return handover


def agree_handover(
    session: Session, actor: Actor, handover_id: UUID, version: int | None, told: AgreementIn
) -> Handover:
    """Write down that the resident agreed, and plan the visit together in the same step."""
    handover = _get(session, actor, handover_id, version, HandoverDeed.AGREE)
    agreed_on = not_later("agreed_on", told.agreed_on)
    visit = book(
        session,
        actor,
        Appointment(
            account_id=handover.from_account_id,
            with_account_id=handover.to_account_id,
            resident_id=handover.resident_id,
            area_id=handover.area_id,
            kind=AppointmentKind.JOINT_VISIT,
            starts_at=still_to_come(told.starts_at),
            minutes=told.minutes,
            place=told.place,
        ),
    )
    handover.joint_visit_id, handover.agreed_on = visit.id, agreed_on
    return _take(session, actor, handover, HandoverDeed.AGREE)


def decline_handover(session: Session, actor: Actor, handover_id: UUID, version: int | None) -> Handover:
    """Write down that the resident does not want it; the face stays, until another colleague is proposed."""
    handover = _get(session, actor, handover_id, version, HandoverDeed.DECLINE)
    return _end(session, actor, handover, HandoverDeed.DECLINE)


def call_off_handover(session: Session, actor: Actor, handover_id: UUID, version: int | None) -> Handover:
    """Call a handover off; either of the two workers may."""
    handover = _get(session, actor, handover_id, version, HandoverDeed.CALL_OFF)
    return _end(session, actor, handover, HandoverDeed.CALL_OFF)


def finish_handover(
    session: Session, actor: Actor, handover_id: UUID, version: int | None, told: CompletionIn
) -> Handover:
    """Finish a handover after the visit together: the colleague is assigned, and what was open goes along."""
    handover = _get(session, actor, handover_id, version, HandoverDeed.FINISH)
    resident = _resident_of(session, handover)
    if not _is_there(session, handover.to_account_id):
        raise Conflict("The account of your colleague has ended. Call this off and propose somebody else.")
    _change_faces(session, actor, handover, resident, stays=told.stays_as_stand_in)
    _take_along(session, actor, handover)
    resident.touch()
    return _end(session, actor, handover, HandoverDeed.FINISH)


def change_account(session: Session, actor: Actor, account_id: UUID, version: int, change: AccountChange) -> Account:
    """Change an account or end it. A worker does not go while residents are without an agreed next face."""
    account = get_account(session, actor, account_id)
    require(actor, Permission.MANAGE_ACCOUNTS, account)
    not_stale(account, version)
    goes = change.active is False or (change.roles is not None and Role.ACTIVATOR not in change.roles)
    alone = count_left_alone(session, account.id) if goes else 0
    if alone:
        raise Conflict(
            "Residents who would be left without a face: {count}. Ask this worker to hand them over first: "
            "each with the resident's agreement and a visit together. Under Handovers the worker finds who they are.",
            count=str(alone),
        )
    return change_any_account(session, actor, account_id, version, change)


def _under_way(session: Session, resident_id: UUID, account_id: UUID) -> bool:
    found = session.scalar(
        select(col(Handover.id)).where(
            col(Handover.resident_id) == resident_id,
            col(Handover.from_account_id) == account_id,
            col(Handover.state).in_(OPEN),
        )
    )
    return found is not None


def _get(session: Session, actor: Actor, handover_id: UUID, version: int | None, deed: HandoverDeed) -> Handover:
    """Return a handover to which the deed may be done now."""
    handover = find_handover(session, actor, handover_id)
    require(
        actor,
        STEPS[deed].permission,
        handover,
        instead=N_("Who hands over writes down what the resident said. Ask your colleague to."),
    )
    not_stale(handover, version)
    if _resident_of(session, handover).restricted_on is not None:
        raise Conflict(FROZEN)
    if not may_follow(deed, handover.state, visit_of(session, handover), clock.now()):
        raise Conflict(STEPS[deed].refused)
    return handover


def _take(session: Session, actor: Actor, handover: Handover, deed: HandoverDeed) -> Handover:
    handover.state = STEPS[deed].after
    handover.touch()
    note(session, actor, f"handover.{handover.state}", handover)
    session.flush()
    return handover


def _end(session: Session, actor: Actor, handover: Handover, deed: HandoverDeed) -> Handover:
    handover.ended_on = clock.today()
    if deed is not HandoverDeed.FINISH:
        _cancel_visit(session, actor, handover)
    return _take(session, actor, handover, deed)


def _cancel_visit(session: Session, actor: Actor, handover: Handover) -> None:
    """Cancel the visit together, so that nobody goes there for it."""
    visit = session.get(Appointment, handover.joint_visit_id) if handover.joint_visit_id else None
    if visit is not None and visit.cancelled_on is None and visit.starts_at > clock.now():
        open_rows(session, [visit])
        visit.cancelled_on = clock.today()
        visit.touch()
        note(session, actor, "appointment.cancelled", visit)


def _resident_of(session: Session, handover: Handover) -> Resident:
    """Return the resident of a handover with the workers, locked, cells closed: who takes over opens no record yet."""
    query = select(Resident).where(col(Resident.id) == handover.resident_id)
    query = query.options(selectinload(Resident.workers))  # type: ignore[arg-type]
    return session.scalars(locked(session, query, Resident)).one()


def _is_there(session: Session, account_id: UUID) -> bool:
    return session.get_one(Account, account_id).active


def _change_faces(session: Session, actor: Actor, handover: Handover, resident: Resident, *, stays: bool) -> None:
    today = clock.today()
    for worker in resident.workers:
        if worker.until_on is None and worker.account_id in (handover.from_account_id, handover.to_account_id):
            worker.until_on = today
    # Who looks after whom now is unique, so the old ends before the new begins.
    session.flush()
    _assign(session, actor, resident, handover.to_account_id, WorkerPart.ASSIGNED, today)
    if stays:
        _assign(session, actor, resident, handover.from_account_id, WorkerPart.STANDS_IN, today)
    else:
        note(session, actor, "resident.worker_released", resident, account_id=handover.from_account_id)
    session.flush()
    session.expire(resident, ["workers"])


def _assign(
    session: Session, actor: Actor, resident: Resident, account_id: UUID, part: WorkerPart, from_on: date
) -> None:
    session.add(ResidentWorker(resident_id=resident.id, account_id=account_id, part=part, from_on=from_on))
    note(session, actor, "resident.worker_assigned", resident, account_id=account_id, part=part)


def _take_along(session: Session, actor: Actor, handover: Handover) -> None:
    """Let nothing fall between two chairs: what one promised, took up or planned is the other's now."""
    taker, mine = handover.to_account_id, handover.resident_id
    for promise in session.scalars(
        select(Promise).where(col(Promise.resident_id) == mine, *open_promises_of(handover))
    ):
        promise.worker_id = taker
        promise.touch()
        note(session, actor, "promise.taken_over", promise)
    for signal in session.scalars(select(Signal).where(col(Signal.resident_id) == mine, *open_signals_of(handover))):
        signal.account_id = taker
        signal.touch()
        note(session, actor, "signal.taken_over", signal)
    for appointment in session.scalars(
        select(Appointment).where(col(Appointment.resident_id) == mine, *later_appointments_of(handover))
    ):
        appointment.account_id = taker
        if appointment.with_account_id == taker:
            appointment.with_account_id = None
        appointment.touch()
        note(session, actor, "appointment.taken_over", appointment)
