"""Reading the network of a resident, always as someone.

Who stands in it is a third party, who was asked nothing: it is shown to those who look after the resident, and nothing
outside this feature reads it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlmodel import Session, col

from bsa.errors import NotFound
from bsa.network.models import Tie
from bsa.network.shapes import TieOut, TieQuery
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows
from bsa.residents.models import Resident
from bsa.residents.queries import get_record, visible_to
from bsa.sealing import open_rows
from bsa.shapes import Page

AS_NOTED = Order((col(Tie.id), False))


def list_ties(session: Session, actor: Actor, resident_id: UUID, wanted: TieQuery) -> Page[TieOut]:
    """List who is around a resident, in the order in which they were noted."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed, AS_NOTED, resident_id=resident.id)
    ties = [row[0] for row in rows]
    open_rows(session, ties)
    return Page(
        items=[tie_out(actor, tie, resident) for tie in ties],
        next_cursor=cursor_after(ties[-1].id) if more else None,
    )


def _listed(_actor: Actor, wanted: TieQuery) -> Select[Any]:
    query = select(Tie).where(col(Tie.resident_id) == bindparam("resident_id", type_=Uuid))
    if wanted.open is not None:
        there = col(Tie.ended_on).is_(None)
        query = query.where(there if wanted.open else ~there)
    return query


def find_tie(session: Session, actor: Actor, tie_id: UUID) -> Tie:
    """Return a tie of a resident of whom the actor may know, cells closed."""
    tie = session.scalar(
        select(Tie).join(Resident, col(Resident.id) == Tie.resident_id).where(col(Tie.id) == tie_id, visible_to(actor))
    )
    if tie is None:
        raise NotFound
    return tie


def show_tie(session: Session, actor: Actor, tie_id: UUID) -> TieOut:
    """Show a tie."""
    tie = find_tie(session, actor, tie_id)
    resident = get_record(session, actor, tie.resident_id, Permission.OPEN_RECORD)
    open_rows(session, [tie])
    return tie_out(actor, tie, resident)


def tie_out(actor: Actor, tie: Tie, resident: Resident) -> TieOut:
    """Draw up an opened tie of an opened resident."""
    changes = (
        tie.ended_on is None and resident.restricted_on is None and allows(actor, Permission.DRAW_NETWORK, resident)
    )
    return TieOut(
        id=tie.id,
        version=tie.version,
        created_at=tie.created_at,
        changed_at=tie.changed_at,
        allowed_actions=[Permission.DRAW_NETWORK.value] if changes else [],
        resident_id=tie.resident_id,
        who=tie.who,
        circle=tie.circle,
        closeness=tie.closeness,
        practical=tie.practical,
        company=tie.company,
        advice=tie.advice,
        emotional=tie.emotional,
        wanted=tie.wanted,
        noted_on=tie.noted_on,
        ended_on=tie.ended_on,
    )
