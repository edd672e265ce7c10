"""Reading the bond of trust, always as someone: where it stands, signals, handovers, and who would be left alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa import clock
from bsa.appointments.models import Appointment
from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.contacts.models import Promise
from bsa.errors import NotFound
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account, AccountRole
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Resident, ResidentPhase, ResidentWorker, WorkerPart
from bsa.residents.queries import get_record, looked_after_by, visible_to
from bsa.rows import locked
from bsa.sealing import note_read, open_cell, open_rows
from bsa.shapes import Listing, Page
from bsa.trust.deeds import OPEN, allowed_deeds
from bsa.trust.models import Handover, HandoverState, Relationship, Signal, Stage
from bsa.trust.shapes import (
    GoesAlong,
    HandoverOut,
    HandoverQuery,
    LonelyCount,
    LonelyResident,
    QuietRelationship,
    RelationshipOut,
    SignalOut,
    SignalQuery,
)
from bsa.trust.working_days import after_working_days, last_overdue

OLDEST_FIRST = Order((col(Signal.came_on), False), (col(Signal.id), False))
NEWEST_FIRST = Order((col(Handover.id), True))
BY_LAST_CONTACT = Order((col(Resident.last_contact_on), False), (col(Resident.id), False))

COMING_BACK = list(Stage)[list(Stage).index(Stage.COMING_BACK) :]
"""The stages at which a long silence is noticed: somebody came back at least once."""


def list_relationships(session: Session, actor: Actor, resident_id: UUID) -> list[RelationshipOut]:
    """List where it stands between a resident and each worker, the actor's own first."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    rows = session.execute(
        select(Relationship, col(Account.display_name).label("account_name"))
        .join(Account, col(Account.id) == Relationship.account_id)
        .where(col(Relationship.resident_id) == resident.id)
        .order_by(col(Relationship.account_id) != actor.id, col(Relationship.since_on), col(Relationship.id))
    ).all()
    return [_relationship_out(session, actor, row, resident) for row in rows]


def relationship_with(session: Session, actor: Actor, resident_id: UUID) -> Relationship | None:
    """Return where the actor stands with a resident; the caller knows that the actor may ask."""
    return session.scalar(
        select(Relationship).where(
            col(Relationship.resident_id) == resident_id, col(Relationship.account_id) == actor.id
        )
    )


def quiet_relationships(session: Session, actor: Actor) -> list[QuietRelationship]:
    """List the residents who came back to the actor and with whom nobody had contact for long, the longest first."""
    require(actor, Permission.OPEN_RECORD)
    before = clock.today() - timedelta(days=session.info["settings"].no_contact_days)
    rows = session.execute(
        select(col(Resident.id), col(Resident.call_name), col(Relationship.stage), col(Resident.last_contact_on))
        .join(Relationship, col(Relationship.resident_id) == Resident.id)
        .where(
            col(Relationship.account_id) == actor.id,
            col(Relationship.stage).in_(COMING_BACK),
            col(Resident.last_contact_on) < before,
            col(Resident.restricted_on).is_(None),
            col(Resident.phase) != ResidentPhase.FINISHED,
            looked_after_by(actor),
        )
        .order_by(col(Resident.last_contact_on), col(Resident.id))
    ).all()
    note_read(session, [row.id for row in rows])
    return [
        QuietRelationship(
            id=row.id,
            resident_name=open_cell(session, Resident, "call_name", row.id, row.id, row.call_name) or "",
            stage=row.stage,
            last_contact_on=row.last_contact_on,
        )
        for row in rows
    ]


def list_signals(session: Session, actor: Actor, wanted: SignalQuery) -> Page[SignalOut]:
    """List signals of residents whom the actor looks after, the oldest first."""
    if wanted.resident_id:
        get_record(session, actor, wanted.resident_id, Permission.OPEN_RECORD)
    require(actor, Permission.RECORD_SIGNAL)
    last = last_overdue(clock.today(), session.info["settings"].signal_working_days)
    rows, more = fetch(session, actor, wanted, _listed_signals, OLDEST_FIRST, last_overdue_on=last)
    items = _signal_items(session, rows)
    return Page(items=items, next_cursor=cursor_after(items[-1].came_on, items[-1].id) if more else None)


def find_signal(session: Session, actor: Actor, signal_id: UUID) -> Signal:
    """Return a signal of a resident of whom the actor may know, cells closed."""
    signal = session.scalar(
        select(Signal)
        .join(Resident, col(Resident.id) == Signal.resident_id)
        .where(col(Signal.id) == signal_id, visible_to(actor))
    )
    if signal is None:
        raise NotFound
    return signal


def show_signal(session: Session, actor: Actor, signal_id: UUID) -> SignalOut:
    """Show a signal."""
    signal = find_signal(session, actor, signal_id)
    get_record(session, actor, signal.resident_id, Permission.OPEN_RECORD)
    return _signal_items(session, session.execute(_signals(actor).where(col(Signal.id) == signal_id)).all())[0]


def gives_or_takes(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor hands over or takes over."""
    if not actor.has(Role.ACTIVATOR):
        return false()
    return or_(col(Handover.from_account_id) == actor.id, col(Handover.to_account_id) == actor.id)


def list_handovers(session: Session, actor: Actor, wanted: HandoverQuery) -> Page[HandoverOut]:
    """List what the actor hands over or takes over, the newest first."""
    require(actor, Permission.SEE_HANDOVERS)
    rows, more = fetch(session, actor, wanted, _listed_handovers, NEWEST_FIRST)
    items = _handover_items(session, actor, rows)
    return Page(items=items, next_cursor=cursor_after(items[-1].id) if more else None)


def list_handovers_of(session: Session, actor: Actor, resident_id: UUID) -> list[HandoverOut]:
    """List the handovers of a resident, the newest first, for those who look after the resident."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    query = _handovers().where(col(Handover.resident_id) == resident.id)
    return _handover_items(session, actor, session.execute(NEWEST_FIRST.sort(query)).all())


def find_handover(session: Session, actor: Actor, handover_id: UUID) -> Handover:
    """Return a handover that the actor gives or takes; locked when the session writes."""
    query = select(Handover).where(col(Handover.id) == handover_id, gives_or_takes(actor))
    handover: Handover | None = session.scalar(locked(session, query, Handover))
    if handover is None:
        raise NotFound
    return handover


def show_handover(session: Session, actor: Actor, handover_id: UUID) -> HandoverOut:
    """Show a handover to who gives or takes: what to call the resident, and where; no record."""
    rows = session.execute(_handovers().where(col(Handover.id) == handover_id, gives_or_takes(actor))).all()
    if not rows:
        raise NotFound
    return _handover_items(session, actor, rows)[0]


def visit_of(session: Session, handover: Handover) -> datetime | None:
    """Return when both go there together; None when nothing is planned, or the visit was cancelled."""
    if handover.joint_visit_id is None:
        return None
    visit = session.get_one(Appointment, handover.joint_visit_id)
    return visit.starts_at if visit.cancelled_on is None else None


def what_goes_along(session: Session, actor: Actor, handover_id: UUID) -> GoesAlong:
    """Count what goes along with a handover when it is finished."""
    handover = find_handover(session, actor, handover_id)

    def count(kind: type[Any], *wanted: ColumnElement[bool]) -> int:
        mine = col(kind.resident_id) == handover.resident_id
        return session.scalar(select(func.count()).select_from(kind).where(mine, *wanted)) or 0

    return GoesAlong(
        promises=count(Promise, *open_promises_of(handover)),
        signals=count(Signal, *open_signals_of(handover)),
        appointments=count(Appointment, *later_appointments_of(handover)),
    )


def open_promises_of(handover: Handover) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what the one who hands over promised and did not settle yet."""
    return (col(Promise.worker_id) == handover.from_account_id, col(Promise.outcome).is_(None))


def open_signals_of(handover: Handover) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what the one who hands over took up and did not answer yet."""
    return (col(Signal.account_id) == handover.from_account_id, col(Signal.answered_on).is_(None))


def later_appointments_of(handover: Handover) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of appointments that the one who hands over has still to come."""
    return (
        col(Appointment.account_id) == handover.from_account_id,
        col(Appointment.cancelled_on).is_(None),
        col(Appointment.starts_at) > clock.now(),
    )


def list_lonely_residents(session: Session, actor: Actor, wanted: Listing) -> Page[LonelyResident]:
    """List whom the actor would leave without a face: nobody else is assigned, and no next face is agreed."""
    require(actor, Permission.SEE_HANDOVERS)
    rows, more = fetch(session, actor, wanted, _listed_lonely, BY_LAST_CONTACT)
    note_read(session, [row.id for row in rows])
    items = [
        LonelyResident(
            id=row.id,
            resident_name=open_cell(session, Resident, "call_name", row.id, row.id, row.call_name) or "",
            area_id=row.area_id,
            area_name=row.area_name,
            proposed=row.proposed,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor_after(rows[-1].last_contact_on, rows[-1].id) if more else None)


def count_left_alone(session: Session, account_id: UUID) -> int:
    """Count whom an account would leave without a face; the caller knows that the actor may ask."""
    return session.scalar(select(func.count()).select_from(Resident).where(left_alone_by(account_id))) or 0


def count_lonely_residents(session: Session, actor: Actor) -> list[LonelyCount]:
    """Count by area how many residents have one worker only, for the team leader: no names, and of no worker."""
    require(actor, Permission.SEE_HANDOVER_COUNTS)
    agreed = exists().where(col(Handover.resident_id) == Resident.id, col(Handover.state) == HandoverState.AGREED)
    workers = (
        select(func.count())
        .select_from(ResidentWorker)
        .where(
            col(ResidentWorker.resident_id) == Resident.id,
            col(ResidentWorker.part) == WorkerPart.ASSIGNED,
            col(ResidentWorker.until_on).is_(None),
        )
        .correlate(Resident)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            col(Area.id),
            col(Area.name),
            func.count().label("one_face"),
            func.sum(case((agreed, 1), else_=0)).label("agreed"),
        )
        .join(Resident, col(Resident.area_id) == Area.id)
        .where(col(Area.id).in_(actor.area_ids), col(Resident.merged_into_id).is_(None), workers == 1)
        .group_by(col(Area.id), col(Area.name))
        .order_by(col(Area.name), col(Area.id))
    ).all()
    return [
        LonelyCount(area_id=row.id, area_name=row.name, one_face=row.one_face, agreed=int(row.agreed)) for row in rows
    ]


def left_alone_by(account_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a resident has nobody else: no other worker is assigned, no next face is agreed."""
    mine, other = aliased(ResidentWorker), aliased(ResidentWorker)

    def assigned(worker: Any) -> ColumnElement[bool]:
        return and_(
            col(worker.resident_id) == Resident.id,
            col(worker.part) == WorkerPart.ASSIGNED,
            col(worker.until_on).is_(None),
        )

    agreed = exists().where(
        col(Handover.resident_id) == Resident.id,
        col(Handover.from_account_id) == account_id,
        col(Handover.state) == HandoverState.AGREED,
        _can_look_after(col(Handover.to_account_id)),
    )
    return and_(
        col(Resident.merged_into_id).is_(None),
        exists().where(assigned(mine), col(mine.account_id) == account_id),
        ~exists().where(assigned(other), col(other.account_id) != account_id, _can_look_after(col(other.account_id))),
        ~agreed,
    )


def _can_look_after(account_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    account, role = aliased(Account), aliased(AccountRole)
    return exists().where(
        col(account.id) == account_id,
        col(account.active),
        col(role.account_id) == account.id,
        col(role.role) == Role.ACTIVATOR,
    )


def _relationship_out(session: Session, actor: Actor, row: Any, resident: Resident) -> RelationshipOut:
    relationship: Relationship = row.Relationship
    moves = (
        relationship.account_id == actor.id
        and resident.restricted_on is None
        and allows(actor, Permission.RECORD_RELATIONSHIP, resident)
    )
    return RelationshipOut(
        id=relationship.id,
        version=relationship.version,
        created_at=relationship.created_at,
        changed_at=relationship.changed_at,
        allowed_actions=[Permission.RECORD_RELATIONSHIP.value] if moves else [],
        resident_id=relationship.resident_id,
        account_id=relationship.account_id,
        account_name=open_cell(session, Account, "display_name", relationship.account_id, None, row.account_name) or "",
        stage=relationship.stage,
        since=relationship.since_on,
        stage_since=relationship.stage_since,
    )


def _signals(actor: Actor) -> Select[*tuple[Any, ...]]:
    wanted: Select[*tuple[Any, ...]] = (
        select(
            Signal,
            col(Resident.call_name).label("call_name"),
            col(Resident.restricted_on).label("restricted_on"),
            col(Account.display_name).label("account_name"),
        )
        .join(Resident, col(Resident.id) == Signal.resident_id)
        .join(Account, col(Account.id) == Signal.account_id)
        .where(looked_after_by(actor) if actor.has(Role.ACTIVATOR) else false())
    )
    return wanted


def _listed_signals(actor: Actor, wanted: SignalQuery) -> Select[*tuple[Any, ...]]:
    query = _signals(actor)
    waits = col(Signal.answered_on).is_(None)
    if wanted.resident_id is not None:
        query = query.where(col(Signal.resident_id) == wanted.resident_id)
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Signal.area_id), wanted.area_id))
    if wanted.mine:
        query = query.where(col(Signal.account_id) == actor.id)
    if wanted.open is not None:
        query = query.where(waits if wanted.open else ~waits)
    if wanted.overdue:
        query = query.where(waits, col(Signal.came_on) <= bindparam("last_overdue_on", type_=Date))
    return query


def _signal_items(session: Session, rows: Sequence[Any]) -> list[SignalOut]:
    open_rows(session, [row.Signal for row in rows])
    within, today = session.info["settings"].signal_working_days, clock.today()
    items = []
    for row in rows:
        signal: Signal = row.Signal
        owner, by = signal.resident_id, after_working_days(signal.came_on, within)
        # Every signal in these lists is of a resident whom the actor looks after.
        answers = signal.answered_on is None and row.restricted_on is None
        items.append(
            SignalOut(
                id=signal.id,
                version=signal.version,
                created_at=signal.created_at,
                changed_at=signal.changed_at,
                allowed_actions=["answer_signal"] if answers else [],
                resident_id=owner,
                resident_name=open_cell(session, Resident, "call_name", owner, owner, row.call_name) or "",
                area_id=signal.area_id,
                account_id=signal.account_id,
                account_name=open_cell(session, Account, "display_name", signal.account_id, None, row.account_name)
                or "",
                words=signal.words,
                came_on=signal.came_on,
                answer_by=by,
                overdue=signal.answered_on is None and by < today,
                answer=signal.answer,
                answered_on=signal.answered_on,
            )
        )
    return items


def _handovers() -> Select[*tuple[Any, ...]]:
    giver, taker = aliased(Account), aliased(Account)
    wanted: Select[*tuple[Any, ...]] = (
        select(
            Handover,
            col(Resident.call_name).label("call_name"),
            col(Resident.restricted_on).label("restricted_on"),
            col(Area.name).label("area_name"),
            col(giver.display_name).label("from_name"),
            col(taker.display_name).label("to_name"),
            col(Appointment.starts_at).label("visit_at"),
            col(Appointment.minutes).label("visit_minutes"),
        )
        .join(Resident, col(Resident.id) == Handover.resident_id)
        .join(Area, col(Area.id) == Handover.area_id)
        .join(giver, col(giver.id) == Handover.from_account_id)
        .join(taker, col(taker.id) == Handover.to_account_id)
        .outerjoin(
            Appointment,
            and_(col(Appointment.id) == Handover.joint_visit_id, col(Appointment.cancelled_on).is_(None)),
        )
    )
    return wanted


def _listed_handovers(actor: Actor, wanted: HandoverQuery) -> Select[*tuple[Any, ...]]:
    query = _handovers().where(gives_or_takes(actor))
    if wanted.open is not None:
        under_way = col(Handover.state).in_(OPEN)
        query = query.where(under_way if wanted.open else ~under_way)
    return query


def _listed_lonely(actor: Actor, _wanted: Listing) -> Select[*tuple[Any, ...]]:
    proposed = exists().where(
        col(Handover.resident_id) == Resident.id,
        col(Handover.from_account_id) == actor.id,
        col(Handover.state) == HandoverState.PROPOSED,
    )
    query: Select[*tuple[Any, ...]] = select(
        col(Resident.id),
        col(Resident.call_name),
        col(Resident.area_id),
        col(Resident.last_contact_on),
        col(Area.name).label("area_name"),
        proposed.label("proposed"),
    )
    return query.join(Area, col(Area.id) == Resident.area_id).where(left_alone_by(actor.id))


def _handover_items(session: Session, actor: Actor, rows: Sequence[Any]) -> list[HandoverOut]:
    note_read(session, [row.Handover.resident_id for row in rows])
    return [_handover_item(session, actor, row) for row in rows]


def _handover_item(session: Session, actor: Actor, row: Any) -> HandoverOut:
    handover: Handover = row.Handover
    owner = handover.resident_id

    def name(account_id: UUID, cell: Any) -> str:
        return open_cell(session, Account, "display_name", account_id, None, cell) or ""

    return HandoverOut(
        id=handover.id,
        version=handover.version,
        created_at=handover.created_at,
        changed_at=handover.changed_at,
        allowed_actions=[]
        if row.restricted_on is not None
        else allowed_deeds(actor, handover, row.visit_at, clock.now()),
        resident_id=owner,
        resident_name=open_cell(session, Resident, "call_name", owner, owner, row.call_name) or "",
        area_id=handover.area_id,
        area_name=row.area_name,
        from_account_id=handover.from_account_id,
        from_account_name=name(handover.from_account_id, row.from_name),
        to_account_id=handover.to_account_id,
        to_account_name=name(handover.to_account_id, row.to_name),
        reason=handover.reason,
        state=handover.state,
        proposed_on=clock.day_of(handover.created_at),
        agreed_on=handover.agreed_on,
        joint_visit_id=handover.joint_visit_id,
        visit_at=row.visit_at,
        visit_minutes=row.visit_minutes,
        ended_on=handover.ended_on,
    )
