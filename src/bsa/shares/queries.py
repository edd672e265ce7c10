"""Reading my part and their part: for the workers who are assigned, and for nobody else.

Nothing outside this feature reads these rows. For everybody else an entry does not exist: it is not found, not counted,
and the resident's page does not say whether there are any.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlmodel import Session, col

from bsa.errors import N_, NotFound
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Resident, ResidentWorker, WorkerPart
from bsa.residents.queries import find_resident
from bsa.sealing import open_rows
from bsa.shapes import Listing, Page
from bsa.shares.models import OwnShare, ShareSide
from bsa.shares.shapes import OwnShareOut

NEWEST_FIRST = Order((col(OwnShare.written_on), True), (col(OwnShare.id), True))

FOR_THE_TWO = N_("This is between the resident and the worker who is assigned; it opens for nobody else.")


def get_between_two(session: Session, actor: Actor, resident_id: UUID) -> Resident:
    """Return a resident, opened, to a worker who is assigned and not only stands in."""
    resident = find_resident(session, actor, resident_id)
    require(actor, Permission.WRITE_OWN_SHARE, resident, instead=FOR_THE_TWO)
    open_rows(session, [resident])
    return resident


def list_own_shares(session: Session, actor: Actor, resident_id: UUID, wanted: Listing) -> Page[OwnShareOut]:
    """List both columns, newest first; struck entries too."""
    resident = get_between_two(session, actor, resident_id)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST, resident_id=resident.id)
    shares = [row[0] for row in rows]
    open_rows(session, shares)
    names = names_of(session, {share.worker_id for share in shares})
    return Page(
        items=[_out(actor, share, resident, names) for share in shares],
        next_cursor=cursor_after(shares[-1].written_on, shares[-1].id) if more else None,
    )


def _listed(_actor: Actor, _wanted: Listing) -> Select[Any]:
    return select(OwnShare).where(col(OwnShare.resident_id) == bindparam("resident_id", type_=Uuid))


def find_share(session: Session, actor: Actor, share_id: UUID) -> OwnShare:
    """Return an entry of a resident to whom the actor is assigned, cells closed; for others there is none."""
    assigned = select(col(ResidentWorker.resident_id)).where(
        col(ResidentWorker.account_id) == actor.id,
        col(ResidentWorker.part) == WorkerPart.ASSIGNED,
        col(ResidentWorker.until_on).is_(None),
    )
    share = session.scalar(
        select(OwnShare).where(col(OwnShare.id) == share_id, col(OwnShare.resident_id).in_(assigned))
    )
    if share is None or not actor.has(Role.ACTIVATOR):
        raise NotFound
    return share


def show_share(session: Session, actor: Actor, share_id: UUID) -> OwnShareOut:
    """Show an entry."""
    share = find_share(session, actor, share_id)
    return share_out(session, actor, share, get_between_two(session, actor, share.resident_id))


def share_out(session: Session, actor: Actor, share: OwnShare, resident: Resident) -> OwnShareOut:
    """Draw up an entry of an opened resident."""
    open_rows(session, [share])
    return _out(actor, share, resident, names_of(session, {share.worker_id}))


def _out(actor: Actor, share: OwnShare, resident: Resident, names: Mapping[UUID, str]) -> OwnShareOut:
    return OwnShareOut(
        id=share.id,
        resident_id=share.resident_id,
        side=share.side,
        prompt=share.prompt,
        words=share.words,
        author=share.author,
        written_on=share.written_on,
        worker_name=names.get(share.worker_id, ""),
        ask_id=share.ask_id,
        struck_at=share.struck_at,
        created_at=share.created_at,
        allowed_actions=_allowed(actor, share, resident),
    )


def _allowed(actor: Actor, share: OwnShare, resident: Resident) -> list[str]:
    if share.struck_at is not None or resident.restricted_on is not None:
        return []
    deeds = [Permission.WRITE_OWN_SHARE]
    if share.side is ShareSide.THEIRS and share.ask_id is None and allows(actor, Permission.DRAFT_ASK):
        deeds.append(Permission.DRAFT_ASK)
    return [deed.value for deed in deeds]
