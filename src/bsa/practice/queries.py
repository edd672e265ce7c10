"""Reading what was practised, for those who look after the resident; and who speaks at a meeting, for the team."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, exists, select
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import NotFound
from bsa.initiatives.models import Initiative, Participant, ParticipantPart, Phase
from bsa.initiatives.queries import find_initiative
from bsa.initiatives.queries import visible_to as initiative_visible_to
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.practice.models import PracticeMoment, SpeakerSide, SpeakingOrder, SpeakingTurn
from bsa.practice.shapes import (
    PracticeOut,
    PracticeSuggestion,
    PracticeToDebrief,
    SpeakingOrderOut,
    SpeakingTurnOut,
)
from bsa.residents.models import RegistrationLevel, Resident
from bsa.residents.queries import get_record, looked_after_by, visible_to
from bsa.rows import locked
from bsa.sealing import note_read, open_cell, open_rows
from bsa.shapes import Listing, Page

LAST_FIRST = Order((col(PracticeMoment.planned_on), True), (col(PracticeMoment.id), True))
NEXT_MEETING_FIRST = Order((col(SpeakingOrder.meeting_on), True), (col(SpeakingOrder.id), True))


def list_practice(session: Session, actor: Actor, resident_id: UUID, wanted: Listing) -> Page[PracticeOut]:
    """List what was and will be practised with a resident, the last day first."""
    resident = get_record(session, actor, resident_id, Permission.PRACTISE)
    rows, more = fetch(session, actor, wanted, _listed, LAST_FIRST, resident_id=resident.id)
    open_rows(session, [row.PracticeMoment for row in rows])
    last = rows[-1].PracticeMoment if more else None
    return Page(
        items=[_out(actor, row, resident) for row in rows],
        next_cursor=cursor_after(last.planned_on, last.id) if last else None,
    )


def _listed(_actor: Actor, _wanted: Listing) -> Select[*tuple[Any, ...]]:
    return _with_initiative().where(col(PracticeMoment.resident_id) == bindparam("resident_id", type_=Uuid))


def find_practice(session: Session, actor: Actor, practice_id: UUID) -> PracticeMoment:
    """Return a practice moment of a resident of whom the actor may know, cells closed."""
    query = (
        select(PracticeMoment)
        .join(Resident, col(Resident.id) == PracticeMoment.resident_id)
        .where(col(PracticeMoment.id) == practice_id, visible_to(actor))
    )
    moment = session.scalar(locked(session, query, PracticeMoment))
    if moment is None:
        raise NotFound
    return moment


def show_practice(session: Session, actor: Actor, practice_id: UUID) -> PracticeOut:
    """Show a practice moment."""
    moment = find_practice(session, actor, practice_id)
    resident = get_record(session, actor, moment.resident_id, Permission.PRACTISE)
    open_rows(session, [moment])
    row = session.execute(_with_initiative().where(col(PracticeMoment.id) == moment.id)).one()
    return _out(actor, row, resident)


def practice_to_suggest(session: Session, actor: Actor) -> list[PracticeSuggestion]:
    """List meetings within the set days at which own residents speak, where nothing was practised yet."""
    if not actor.has(Role.ACTIVATOR):
        return []
    today, days = clock.today(), timedelta(days=session.info["settings"].practice_days)
    practised = exists().where(
        col(PracticeMoment.resident_id) == Participant.resident_id,
        col(PracticeMoment.initiative_id) == Initiative.id,
        # What was practised for an earlier meeting lies longer ago.
        col(PracticeMoment.planned_on) >= today - days,
    )
    rows = session.execute(
        select(
            col(Initiative.id),
            col(Initiative.title),
            col(Initiative.next_step_on),
            col(Participant.resident_id),
            col(Resident.call_name),
        )
        .join(Participant, col(Participant.initiative_id) == Initiative.id)
        .join(Resident, col(Resident.id) == Participant.resident_id)
        .where(
            initiative_visible_to(actor),
            col(Initiative.phase) != Phase.STOPPED,
            col(Initiative.next_step_on).between(today, today + days),
            col(Participant.part) == ParticipantPart.SPEAKS,
            col(Participant.until_on).is_(None),
            # Below a dossier nothing of practising may be kept, so nothing is asked for.
            col(Resident.level) == RegistrationLevel.DOSSIER,
            col(Resident.restricted_on).is_(None),
            looked_after_by(actor),
            ~practised,
        )
        .order_by(col(Initiative.next_step_on), col(Participant.id))
    ).all()
    note_read(session, [row.resident_id for row in rows])
    return [
        PracticeSuggestion(
            resident_id=row.resident_id,
            resident_name=open_cell(session, Resident, "call_name", row.resident_id, row.resident_id, row.call_name)
            or "",
            initiative_id=row.id,
            initiative_title=row.title,
            meeting_on=row.next_step_on,
        )
        for row in rows
    ]


def to_debrief(session: Session, actor: Actor) -> list[PracticeToDebrief]:
    """List the actor's practice moments whose day has passed and which were not talked about yet."""
    if not actor.has(Role.ACTIVATOR):
        return []
    rows = session.execute(
        select(
            col(PracticeMoment.id),
            col(PracticeMoment.resident_id),
            col(PracticeMoment.planned_on),
            col(Resident.call_name),
        )
        .join(Resident, col(Resident.id) == PracticeMoment.resident_id)
        .where(
            col(PracticeMoment.worker_id) == actor.id,
            col(PracticeMoment.held_on).is_(None),
            col(PracticeMoment.planned_on) < clock.today(),
            col(Resident.restricted_on).is_(None),
            looked_after_by(actor),
        )
        .order_by(col(PracticeMoment.planned_on), col(PracticeMoment.id))
    ).all()
    note_read(session, [row.resident_id for row in rows])
    return [
        PracticeToDebrief(
            practice_moment_id=row.id,
            resident_id=row.resident_id,
            resident_name=open_cell(session, Resident, "call_name", row.resident_id, row.resident_id, row.call_name)
            or "",
            planned_on=row.planned_on,
        )
        for row in rows
    ]


def list_speaking_orders(
    session: Session, actor: Actor, initiative_id: UUID, wanted: Listing
) -> Page[SpeakingOrderOut]:
    """List the speaking orders of an initiative, the last meeting first."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.SEE_SPEAKING_ORDER, initiative)
    rows, more = fetch(session, actor, wanted, _listed_orders, NEXT_MEETING_FIRST, initiative_id=initiative.id)
    orders = [row.SpeakingOrder for row in rows]
    last = orders[-1] if more else None
    return Page(
        items=_orders_out(session, actor, orders, initiative.title),
        next_cursor=cursor_after(last.meeting_on, last.id) if last else None,
    )


def _listed_orders(_actor: Actor, _wanted: Listing) -> Select[Any]:
    return select(SpeakingOrder).where(col(SpeakingOrder.initiative_id) == bindparam("initiative_id", type_=Uuid))


def find_speaking_order(session: Session, actor: Actor, order_id: UUID) -> SpeakingOrder:
    """Return a speaking order of an initiative that the actor may know of; locked when the session writes."""
    query = (
        select(SpeakingOrder)
        .join(Initiative, col(Initiative.id) == SpeakingOrder.initiative_id)
        .where(col(SpeakingOrder.id) == order_id, initiative_visible_to(actor))
    )
    order = session.scalar(locked(session, query, SpeakingOrder))
    if order is None:
        raise NotFound
    return order


def show_speaking_order(session: Session, actor: Actor, order_id: UUID) -> SpeakingOrderOut:
    """Show a speaking order."""
    order = find_speaking_order(session, actor, order_id)
    require(actor, Permission.SEE_SPEAKING_ORDER, order)
    initiative = session.get_one(Initiative, order.initiative_id)
    return _orders_out(session, actor, [order], initiative.title)[0]


def _with_initiative() -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(
        PracticeMoment, col(Initiative.title).label("title"), col(Initiative.next_step_on).label("meeting_on")
    )
    return query.outerjoin(Initiative, col(Initiative.id) == PracticeMoment.initiative_id)


def _out(actor: Actor, row: Any, resident: Resident) -> PracticeOut:
    moment: PracticeMoment = row.PracticeMoment
    writes = resident.restricted_on is None and allows(actor, Permission.PRACTISE, resident)
    return PracticeOut(
        id=moment.id,
        version=moment.version,
        created_at=moment.created_at,
        changed_at=moment.changed_at,
        allowed_actions=[Permission.PRACTISE.value] if writes else [],
        resident_id=moment.resident_id,
        resident_name=resident.call_name or "",
        initiative_id=moment.initiative_id,
        initiative_title=row.title,
        meeting_on=row.meeting_on,
        appointment_id=moment.appointment_id,
        planned_on=moment.planned_on,
        scary_thing=moment.scary_thing,
        safe_setting=moment.safe_setting,
        who_is_there=moment.who_is_there,
        stop_word=moment.stop_word,
        held_on=moment.held_on,
        outcome=moment.outcome,
        debrief=moment.debrief,
        next_bit_bolder=moment.next_bit_bolder,
    )


def _orders_out(
    session: Session, actor: Actor, orders: Sequence[SpeakingOrder], initiative_title: str
) -> list[SpeakingOrderOut]:
    rows = session.execute(
        select(SpeakingTurn, looked_after_by(actor).label("own"))
        .outerjoin(Resident, col(Resident.id) == SpeakingTurn.resident_id)
        .where(col(SpeakingTurn.order_id).in_([order.id for order in orders]))
        .order_by(col(SpeakingTurn.number))
    ).all()
    # The name of a resident is opened for those who look after this resident; others see that a resident speaks.
    open_rows(session, [turn for turn, own in rows if turn.resident_id is None or (own and actor.has(Role.ACTIVATOR))])
    turns: dict[UUID, list[SpeakingTurn]] = defaultdict(list)
    for turn, _ in rows:
        turns[turn.order_id].append(turn)
    return [_order_out(actor, order, turns[order.id], initiative_title) for order in orders]


def _order_out(
    actor: Actor, order: SpeakingOrder, turns: Sequence[SpeakingTurn], initiative_title: str
) -> SpeakingOrderOut:
    minutes: Counter[SpeakerSide] = Counter()
    for turn in turns:
        minutes[turn.side] += turn.minutes
    return SpeakingOrderOut(
        id=order.id,
        version=order.version,
        created_at=order.created_at,
        changed_at=order.changed_at,
        allowed_actions=[deed.value for deed in (Permission.SET_SPEAKING_ORDER,) if allows(actor, deed, order)],
        initiative_id=order.initiative_id,
        initiative_title=initiative_title,
        meeting_on=order.meeting_on,
        turns=[_turn_out(turn) for turn in turns],
        resident_minutes=minutes[SpeakerSide.RESIDENT],
        institution_minutes=minutes[SpeakerSide.INSTITUTION],
        team_minutes=minutes[SpeakerSide.TEAM],
    )


def _turn_out(turn: SpeakingTurn) -> SpeakingTurnOut:
    opened = isinstance(turn.who, str)
    return SpeakingTurnOut(
        turn_id=turn.id,
        number=turn.number,
        side=turn.side,
        who=turn.who if opened else None,
        resident_id=turn.resident_id if opened else None,
        minutes=turn.minutes,
    )
