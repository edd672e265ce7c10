"""Deeds about practising, and about who speaks at a meeting.

At a meeting residents have the most time. That is not advice: an order in which they have not is refused.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.appointments.models import Appointment
from bsa.errors import Fault, Invalid, MovedTo, NotAllowed, NotFound, invalid
from bsa.events import note
from bsa.initiatives.models import Participant
from bsa.initiatives.queries import get_initiative, initiative_named
from bsa.permissions import Actor, Permission, require
from bsa.practice.models import PracticeMoment, SpeakerSide, SpeakingOrder, SpeakingTurn
from bsa.practice.queries import find_practice, find_speaking_order
from bsa.practice.shapes import DebriefIn, PracticeChange, PracticeIn, SpeakingOrderIn, SpeakingTurnIn
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import Resident, may_keep
from bsa.rows import not_later, not_stale
from bsa.sealing import open_rows


def plan_practice(session: Session, actor: Actor, resident_id: UUID, told: PracticeIn) -> PracticeMoment:
    """Plan to practise something scary in a safe setting."""
    resident = changeable(session, actor, resident_id, Permission.PRACTISE)
    if not may_keep("practice_moment.*", resident.level):
        raise Invalid(above_level("scary_thing", "practice_moment.*"))
    moment = PracticeMoment(
        resident_id=resident.id,
        area_id=resident.area_id,
        worker_id=actor.id,
        initiative_id=_initiative(session, actor, told.initiative_id),
        appointment_id=_appointment(session, actor, told.appointment_id, resident.id),
        planned_on=told.planned_on or clock.today(),
        scary_thing=told.scary_thing,
        safe_setting=told.safe_setting,
        who_is_there=told.who_is_there,
        stop_word=told.stop_word,
    )
    session.add(moment)
    note(session, actor, "practice_moment.planned", moment, planned_on=moment.planned_on)
    session.flush()
    return moment


def change_practice(
    session: Session, actor: Actor, practice_id: UUID, version: int, change: PracticeChange
) -> PracticeMoment:
    """Change what is practised, or how."""
    moment = _changeable(session, actor, practice_id, version)
    given = change.model_fields_set
    if "initiative_id" in given:
        moment.initiative_id = _initiative(session, actor, change.initiative_id)
    if "appointment_id" in given:
        moment.appointment_id = _appointment(session, actor, change.appointment_id, moment.resident_id)
    for name in given - {"initiative_id", "appointment_id"}:
        setattr(moment, name, getattr(change, name))
    moment.touch()
    note(session, actor, "practice_moment.changed", moment, planned_on=moment.planned_on)
    session.flush()
    return moment


def debrief_practice(
    session: Session, actor: Actor, practice_id: UUID, version: int, told: DebriefIn
) -> PracticeMoment:
    """Write down how it went and what the next bit bolder is; it can be written anew while one talks about it."""
    moment = _changeable(session, actor, practice_id, version)
    held_on = told.held_on or moment.held_on or min(moment.planned_on, clock.today())
    moment.held_on = not_later("held_on", held_on)
    moment.outcome = told.outcome
    moment.debrief, moment.next_bit_bolder = told.debrief, told.next_bit_bolder
    moment.touch()
    # How it went is nobody else's: events are read more widely than a record.
    note(session, actor, "practice_moment.debriefed", moment, held_on=moment.held_on)
    session.flush()
    return moment


def make_speaking_order(session: Session, actor: Actor, initiative_id: UUID, told: SpeakingOrderIn) -> SpeakingOrder:
    """Make the speaking order of a meeting."""
    initiative = get_initiative(session, actor, initiative_id, Permission.SET_SPEAKING_ORDER)
    _residents_have_most_time(told.turns)
    order = SpeakingOrder(initiative_id=initiative.id, area_id=initiative.area_id, meeting_on=told.meeting_on)
    session.add(order)
    session.flush()
    _set_turns(session, actor, order, told.turns)
    note(session, actor, "speaking_order.set", order, meeting_on=order.meeting_on, turns=len(told.turns))
    session.flush()
    return order


def set_speaking_order(
    session: Session, actor: Actor, order_id: UUID, version: int, told: SpeakingOrderIn
) -> SpeakingOrder:
    """Set a speaking order as a whole: the day, the turns, and their order."""
    order = find_speaking_order(session, actor, order_id)
    require(actor, Permission.SET_SPEAKING_ORDER, order)
    not_stale(order, version)
    _residents_have_most_time(told.turns)
    order.meeting_on = told.meeting_on
    order.touch()
    _set_turns(session, actor, order, told.turns)
    note(session, actor, "speaking_order.set", order, meeting_on=order.meeting_on, turns=len(told.turns))
    session.flush()
    return order


def _changeable(session: Session, actor: Actor, practice_id: UUID, version: int) -> PracticeMoment:
    moment = find_practice(session, actor, practice_id)
    changeable(session, actor, moment.resident_id, Permission.PRACTISE)
    not_stale(moment, version)
    open_rows(session, [moment])
    return moment


def _initiative(session: Session, actor: Actor, initiative_id: UUID | None) -> UUID | None:
    if initiative_id is None:
        return None
    return initiative_named(session, actor, initiative_id, at="initiative_id").id


def _appointment(session: Session, actor: Actor, appointment_id: UUID | None, resident_id: UUID) -> UUID | None:
    if appointment_id is None:
        return None
    appointment = session.get(Appointment, appointment_id)
    if (
        appointment is None
        or actor.id not in (appointment.account_id, appointment.with_account_id)
        or appointment.resident_id not in (None, resident_id)
    ):
        raise invalid("appointment_id", "unknown", "There is no such appointment among your own.")
    return appointment.id


def _residents_have_most_time(turns: Sequence[SpeakingTurnIn]) -> None:
    residents = sum(turn.minutes for turn in turns if turn.side is SpeakerSide.RESIDENT)
    others = sum(turn.minutes for turn in turns if turn.side is not SpeakerSide.RESIDENT)
    if residents <= others:
        raise invalid(
            "turns",
            "residents_have_less",
            "Residents have {residents} minutes together, all others {others}. Give the residents the most time.",
            residents=str(residents),
            others=str(others),
        )


def _set_turns(session: Session, actor: Actor, order: SpeakingOrder, told: Sequence[SpeakingTurnIn]) -> None:
    """Put the turns in the order in which they were told; a turn that is not told any more goes."""
    present = session.scalars(select(SpeakingTurn).where(col(SpeakingTurn.order_id) == order.id)).all()
    kept = {turn.id: turn for turn in present}
    wanted = {turn.turn_id for turn in told}
    for turn in present:
        if turn.id not in wanted:
            session.delete(turn)
        else:
            # Out of the way first: no two turns may have the same number, not for a moment.
            turn.number = -turn.number
    session.flush()
    for number, one in enumerate(told, start=1):
        _set_turn(session, actor, order, kept, number, one)
    session.flush()


def _set_turn(
    session: Session,
    actor: Actor,
    order: SpeakingOrder,
    kept: dict[UUID, SpeakingTurn],
    number: int,
    told: SpeakingTurnIn,
) -> None:
    at = ("turns", number - 1)
    before = kept.pop(told.turn_id, None) if told.turn_id else None
    if told.turn_id and before is None:
        raise Invalid(Fault((*at, "turn_id"), "unknown", "There is no such turn in this order any more."))
    if before is not None and told.who is None and told.resident_id is None:
        before.number, before.side, before.minutes = number, told.side, told.minutes
        return
    if told.resident_id is not None and told.side is not SpeakerSide.RESIDENT:
        raise Invalid(Fault((*at, "side"), "not_a_resident", "Who is a resident speaks for the residents."))
    resident = _speaker(session, actor, order, told.resident_id, at) if told.resident_id else None
    who = told.who or (resident.call_name if resident else None)
    if who is None:
        raise Invalid(Fault((*at, "who"), "required", "Say who speaks: a first name or a role."))
    if before is not None:
        # Whose key seals it may differ, so it is written as a new row.
        session.delete(before)
        session.flush()
    session.add(
        SpeakingTurn(
            order_id=order.id,
            resident_id=resident.id if resident else None,
            number=number,
            side=told.side,
            who=who,
            minutes=told.minutes,
        )
    )


def _speaker(session: Session, actor: Actor, order: SpeakingOrder, resident_id: UUID, at: tuple[str, int]) -> Resident:
    try:
        resident = changeable(session, actor, resident_id, Permission.OPEN_RECORD)
    except (NotFound, MovedTo, NotAllowed):
        raise Invalid(
            Fault((*at, "resident_id"), "unknown", "There is no such resident among those you look after.")
        ) from None
    takes_part = select(col(Participant.id)).where(
        col(Participant.initiative_id) == order.initiative_id,
        col(Participant.resident_id) == resident.id,
        col(Participant.until_on).is_(None),
    )
    if session.scalar(takes_part.limit(1)) is None:
        raise Invalid(
            Fault((*at, "resident_id"), "takes_no_part", "This resident does not take part in the initiative.")
        )
    return resident
