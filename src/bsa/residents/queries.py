"""Reading residents, always as someone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, Uuid, and_, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import aliased, selectinload
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.errors import MovedTo, NotAllowed, NotFound
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Consent, Resident, ResidentPhase, ResidentWorker, WorkerPart
from bsa.residents.shapes import ConsentOut, ResidentItem, ResidentOut, ResidentQuery, StillExploring, WorkerOut
from bsa.rows import locked, not_stale
from bsa.sealing import note_read, open_cell, open_rows
from bsa.shapes import Page

NEWEST_CONTACT_FIRST = Order((col(Resident.last_contact_on), True), (col(Resident.id), True))


def looked_after_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor is assigned to the resident or stands in."""
    return _looked_after_by(actor.id)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the resident.

    A worker knows of residents in the own area and of those looked after, wherever they moved; restricted ones only
    their own workers and the privacy officer know.
    """
    ways: list[ColumnElement[bool]] = []
    here = col(Resident.area_id).in_(actor.area_ids)
    if actor.has(Role.ACTIVATOR):
        ways.append(or_(and_(here, col(Resident.restricted_on).is_(None)), looked_after_by(actor)))
    if actor.has(Role.PRIVACY_OFFICER):
        ways.append(here)
    return or_(false(), *ways)


def list_residents(session: Session, actor: Actor, wanted: ResidentQuery) -> Page[ResidentItem]:
    """List residents by last contact, newest first; there is no list by name."""
    require(actor, Permission.SEE_RESIDENTS)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_CONTACT_FIRST, shown=ITEMS)
    return Page(
        items=_items(session, actor, rows),
        next_cursor=cursor_after(rows[-1].last_contact_on, rows[-1].id) if more else None,
    )


def still_exploring(session: Session, actor: Actor) -> list[StillExploring]:
    """List the actor's own residents with whom exploring goes on for long, the longest first: is that on purpose?"""
    if not actor.has(Role.ACTIVATOR):
        return []
    since = func.coalesce(col(Resident.exploring_meant_on), col(Resident.phase_since))
    rows = session.execute(
        select(
            col(Resident.id),
            col(Resident.version),
            col(Resident.call_name),
            col(Resident.phase_since),
            col(Resident.exploring_meant_on),
        )
        .where(
            looked_after_by(actor),
            col(Resident.phase) == ResidentPhase.EXPLORE,
            since <= clock.today() - timedelta(days=session.info["settings"].exploring_days),
            col(Resident.restricted_on).is_(None),
            col(Resident.merged_into_id).is_(None),
        )
        .order_by(since, col(Resident.id))
    ).all()
    note_read(session, [row.id for row in rows])
    return [
        StillExploring(
            id=row.id,
            version=row.version,
            call_name=open_cell(session, Resident, "call_name", row.id, row.id, row.call_name) or "",
            phase_since=row.phase_since,
            exploring_meant_on=row.exploring_meant_on,
        )
        for row in rows
    ]


def resident_item(session: Session, actor: Actor, resident: Resident) -> ResidentItem:
    """Show of one resident what a list shows."""
    rows = session.execute(ITEMS.where(col(Resident.id) == resident.id), {"my_id": actor.id}).all()
    return _items(session, actor, rows)[0]


def find_resident(session: Session, actor: Actor, resident_id: UUID) -> Resident:
    """Return a resident whom the actor may know of, cells closed, with workers; locked when the session writes."""
    query = select(Resident).where(col(Resident.id) == resident_id, visible_to(actor))
    query = query.options(selectinload(Resident.workers))  # type: ignore[arg-type]
    resident: Resident | None = session.scalar(locked(session, query, Resident))
    if resident is None:
        raise NotFound
    if resident.merged_into_id:
        raise MovedTo(str(resident.merged_into_id))
    return resident


def get_record(
    session: Session, actor: Actor, resident_id: UUID, permission: Permission, version: int | None = None
) -> Resident:
    """Return a resident's record, opened, for a deed of somebody who looks after the resident."""
    resident = find_resident(session, actor, resident_id)
    if not allows(actor, permission, resident):
        names = names_of(session, resident.worker_ids)
        raise NotAllowed(
            "Only those who look after this resident may open the record. Ask {workers} to make you a stand-in.",
            workers=", ".join(sorted(names.values())) or "-",
        )
    not_stale(resident, version)
    open_rows(session, [resident])
    return resident


def show_restriction(session: Session, actor: Actor, resident_id: UUID) -> ResidentItem:
    """Show of a resident what a list shows, to those who may restrict the data."""
    resident = find_resident(session, actor, resident_id)
    require(actor, Permission.RESTRICT_RESIDENT, resident)
    return resident_item(session, actor, resident)


def show_resident(session: Session, actor: Actor, resident_id: UUID) -> ResidentOut:
    """Show a resident's record."""
    return resident_out(session, actor, get_record(session, actor, resident_id, Permission.OPEN_RECORD))


def resident_out(session: Session, actor: Actor, resident: Resident) -> ResidentOut:
    """Draw up the record of an opened resident."""
    workers = session.scalars(
        select(ResidentWorker)
        .where(col(ResidentWorker.resident_id) == resident.id)
        .order_by(col(ResidentWorker.from_on))
    ).all()
    consents = session.scalars(
        select(Consent).where(col(Consent.resident_id) == resident.id).order_by(col(Consent.given_on))
    ).all()
    names = names_of(session, {worker.account_id for worker in workers})
    area = session.get_one(Area, resident.area_id)
    return ResidentOut(
        id=resident.id,
        version=resident.version,
        created_at=resident.created_at,
        changed_at=resident.changed_at,
        allowed_actions=_allowed(actor, resident),
        call_name=resident.call_name or "",
        level=resident.level,
        area_id=resident.area_id,
        area_name=area.name,
        household_id=resident.household_id,
        informed_on=resident.informed_on,
        informed_how=resident.informed_how,
        preferred_language=resident.preferred_language,
        reading_comfort=resident.reading_comfort,
        full_name=resident.full_name,
        contact_channel=resident.contact_channel,
        contact_value=resident.contact_value,
        contact_window=resident.contact_window,
        age_band=resident.age_band,
        phase=resident.phase,
        phase_since=resident.phase_since,
        exploring_meant_on=resident.exploring_meant_on,
        still_exploring=resident.explores_long(session.info["settings"].exploring_days),
        last_contact_on=resident.last_contact_on,
        restricted_on=resident.restricted_on,
        workers=[
            WorkerOut(
                id=worker.id,
                account_id=worker.account_id,
                name=names.get(worker.account_id, ""),
                part=worker.part,
                from_on=worker.from_on,
                until_on=worker.until_on,
            )
            for worker in workers
        ],
        consents=[consent_out(consent) for consent in consents],
    )


def consent_out(consent: Consent) -> ConsentOut:
    """Draw up a consent."""
    return ConsentOut(
        id=consent.id,
        scope=consent.scope,
        how=consent.how,
        given_on=consent.given_on,
        withdrawn_on=consent.withdrawn_on,
    )


FROZEN: Sequence[Permission] = (Permission.RESTRICT_RESIDENT, Permission.ERASE_RESIDENT)
"""What may still be done to a resident whose data is restricted."""


def _allowed(actor: Actor, resident: Resident) -> list[str]:
    deeds = (
        Permission.CHANGE_RESIDENT,
        Permission.ASSIGN_WORKER,
        Permission.RECORD_CONSENT,
        Permission.NOTE_CONTACT,
        Permission.MAKE_PROMISE,
        Permission.RECORD_NEED,
        Permission.CHANGE_PHASE,
        Permission.SKETCH_LIFEWORLD,
        Permission.RECORD_RELATIONSHIP,
        Permission.RECORD_SIGNAL,
        Permission.PROPOSE_HANDOVER,
        Permission.WRITE_OWN_SHARE,
        Permission.RECORD_OWN_STEP,
        Permission.PRACTISE,
        Permission.DRAW_NETWORK,
        Permission.SET_GOAL,
        Permission.SCORE_SCALE,
        Permission.MERGE_RESIDENTS,
        *FROZEN,
    )
    return [
        deed.value
        for deed in deeds
        if allows(actor, deed, resident) and (resident.restricted_on is None or deed in FROZEN)
    ]


def _listed(actor: Actor, wanted: ResidentQuery) -> Select[Any]:
    query = select(col(Resident.id)).where(visible_to(actor), col(Resident.merged_into_id).is_(None))
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Resident.area_id), wanted.area_id))
    if wanted.mine:
        query = query.where(looked_after_by(actor))
    if wanted.level:
        query = query.where(col(Resident.level) == wanted.level)
    if wanted.phase:
        query = query.where(col(Resident.phase) == wanted.phase)
    if wanted.restricted:
        query = query.where(col(Resident.restricted_on).is_not(None))
    return query


def _looked_after_by(account_id: UUID | BindParameter[UUID]) -> ColumnElement[bool]:
    return exists().where(
        col(ResidentWorker.resident_id) == Resident.id,
        col(ResidentWorker.account_id) == account_id,
        col(ResidentWorker.until_on).is_(None),
    )


def _first_worker() -> ColumnElement[UUID]:
    first = aliased(ResidentWorker)
    return (
        select(col(first.account_id))
        .where(
            col(first.resident_id) == Resident.id,
            col(first.part) == WorkerPart.ASSIGNED,
            col(first.until_on).is_(None),
        )
        .order_by(col(first.from_on), col(first.id))
        .limit(1)
        .correlate(Resident)
        .scalar_subquery()
    )


# `my_id` is the place for the reader's account.
COLUMNS: Sequence[Any] = (
    Resident.id,
    Resident.version,
    Resident.call_name,
    Resident.level,
    Resident.phase,
    Resident.area_id,
    col(Area.name).label("area_name"),
    Resident.last_contact_on,
    Resident.restricted_on,
    col(Account.id).label("worker_id"),
    col(Account.display_name).label("worker_name"),
    _looked_after_by(bindparam("my_id", type_=Uuid)).label("mine"),
)
ITEMS: Select[Any] = (
    select(*COLUMNS).join(Area, col(Area.id) == Resident.area_id).outerjoin(Account, col(Account.id) == _first_worker())
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A resident in a list, as the permission table sees it: where, and whether the reader looks after this one."""

    area_id: UUID
    worker_ids: frozenset[UUID]


LISTED: Sequence[Permission] = (Permission.OPEN_RECORD, *FROZEN)
"""The deeds that a list names."""


def _items(session: Session, actor: Actor, rows: Sequence[Any]) -> list[ResidentItem]:
    note_read(session, [row.id for row in rows])
    # Named and allowed once for all residents of a kind, so that a long list is nearly as cheap as a short one.
    names: dict[UUID | None, str | None] = {}
    allowed: dict[tuple[UUID, bool], list[str]] = {}
    items = []
    for row in rows:
        kind = (row.area_id, bool(row.mine))
        if kind not in allowed:
            listed = Listed(row.area_id, frozenset({actor.id} if row.mine else ()))
            allowed[kind] = [deed.value for deed in LISTED if allows(actor, deed, listed)]
        if row.worker_id not in names:
            names[row.worker_id] = open_cell(session, Account, "display_name", row.worker_id, None, row.worker_name)
        items.append(
            # Checking a shape takes half the time of constructing it unchecked, which Pydantic does in Python.
            ResidentItem(
                id=row.id,
                version=row.version,
                call_name=open_cell(session, Resident, "call_name", row.id, row.id, row.call_name) or "",
                level=row.level,
                phase=row.phase,
                area_id=row.area_id,
                area_name=row.area_name,
                worker_name=names[row.worker_id],
                last_contact_on=row.last_contact_on,
                mine=kind[1],
                restricted=row.restricted_on is not None,
                allowed_actions=allowed[kind],
            )
        )
    return items
