"""Reading agreements on working together, always as someone."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.agreements.models import Agreement
from bsa.agreements.shapes import AgreementOut, AgreementQuery
from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.errors import NotFound
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.questions import TODAY
from bsa.rows import locked, not_stale
from bsa.shapes import Page

SOONEST_FIRST = Order((col(Agreement.valid_until), False), (col(Agreement.id), False))

IN_FORCE = and_(col(Agreement.ended_on).is_(None), col(Agreement.valid_until) >= TODAY)
"""In force today, or still to come."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may read the agreement."""
    ways: list[ColumnElement[bool]] = []
    if actor.of_the_team or actor.has(Role.PRIVACY_OFFICER):
        ways.append(col(Agreement.area_id).in_(actor.area_ids))
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(col(Agreement.institution_id) == actor.institution_id)
    return or_(false(), *ways)


def list_agreements(session: Session, actor: Actor, wanted: AgreementQuery) -> Page[AgreementOut]:
    """List agreements by their last day, the soonest first."""
    require(actor, Permission.SEE_AGREEMENTS)
    rows, more = fetch(session, actor, wanted, _listed, SOONEST_FIRST)
    items = [_out(session, actor, *row) for row in rows]
    return Page(items=items, next_cursor=cursor_after(items[-1].valid_until, items[-1].id) if more else None)


def _listed(actor: Actor, wanted: AgreementQuery) -> Select[*tuple[Any, ...]]:
    query = _with_names().where(visible_to(actor))
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Agreement.area_id), wanted.area_id))
    if wanted.institution_id is not None:
        query = query.where(col(Agreement.institution_id) == wanted.institution_id)
    if wanted.valid is not None:
        query = query.where(IN_FORCE if wanted.valid else ~IN_FORCE)
    return query


def find_agreement(session: Session, actor: Actor, agreement_id: UUID, version: int | None = None) -> Agreement:
    """Return an agreement that the actor may read; locked when the session writes."""
    query = select(Agreement).where(col(Agreement.id) == agreement_id, visible_to(actor))
    agreement = session.scalar(locked(session, query, Agreement))
    if agreement is None:
        raise NotFound
    not_stale(agreement, version)
    return agreement


def show_agreement(session: Session, actor: Actor, agreement_id: UUID) -> AgreementOut:
    """Show an agreement."""
    agreement = find_agreement(session, actor, agreement_id)
    return _out(session, actor, *session.execute(_with_names().where(col(Agreement.id) == agreement.id)).one())


def ends_until(session: Session) -> date:
    """Return the last day of which the end is near enough to say so."""
    return clock.today() + timedelta(days=session.info["settings"].agreement_days)


def _with_names() -> Select[*tuple[Any, ...]]:
    return (
        select(Agreement, col(Area.name), col(Institution.name))
        .join(Area, col(Area.id) == Agreement.area_id)
        .join(Institution, col(Institution.id) == Agreement.institution_id)
    )


def _out(session: Session, actor: Actor, agreement: Agreement, area_name: str, institution_name: str) -> AgreementOut:
    today = clock.today()
    over = agreement.ended_on is not None or agreement.valid_until < today
    changeable = agreement.ended_on is None and allows(actor, Permission.KEEP_AGREEMENT, agreement)
    return AgreementOut(
        id=agreement.id,
        version=agreement.version,
        created_at=agreement.created_at,
        changed_at=agreement.changed_at,
        allowed_actions=[Permission.KEEP_AGREEMENT.value] if changeable else [],
        area_id=agreement.area_id,
        area_name=area_name,
        institution_id=agreement.institution_id,
        institution_name=institution_name,
        title=agreement.title,
        shares=agreement.shares,
        ground=agreement.ground,
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
        ended_on=agreement.ended_on,
        in_force=not over and agreement.valid_from <= today,
        ends_soon=not over and agreement.valid_until <= ends_until(session),
    )
