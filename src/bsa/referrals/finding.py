"""Which referrals somebody may know of, and finding one of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, not_, or_, select
from sqlmodel import Session, col

from bsa.areas.models import AreaInclusion
from bsa.errors import NotFound, Stale
from bsa.permissions import Actor, Permission, Role, require
from bsa.referrals.models import FeedbackLevel, Referral, ReferralDirection, ReferralResident
from bsa.referrals.telling import version_told_to
from bsa.residents.models import ResidentWorker
from bsa.rows import locked


@dataclass(frozen=True, slots=True)
class Seen:
    """A referral as the permission table sees it for one actor: who it is between, and who looks after the resident."""

    direction: ReferralDirection
    institution_id: UUID
    area_id: UUID
    """An area of the actor's, when the referral is about one: a postcode may lie in several."""
    owner_id: UUID | None
    worker_ids: frozenset[UUID]
    """The actor, when the actor looks after a resident whom this is about."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the referral.

    The team knows of those in its areas, whoever took one on or looks after its resident of that one, an institution
    of its own. What was never sent only the side that wrote it knows.
    """
    ways: list[ColumnElement[bool]] = []
    outbound = col(Referral.direction) == ReferralDirection.OUTBOUND
    was_sent = col(Referral.requested_at).is_not(None)
    if actor.of_the_team:
        ways.append(and_(in_reach(actor), was_sent))
    if actor.has(Role.ACTIVATOR):
        ways.append(or_(col(Referral.owner_id) == actor.id, and_(looks_after(actor), or_(outbound, was_sent))))
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        own = col(Referral.institution_id) == actor.institution_id
        # That a referral of theirs was passed on says that it was taken on.
        told_of = or_(col(Referral.part_of_id).is_(None), col(Referral.feedback) != FeedbackLevel.NOTHING)
        ways.append(and_(own, or_(and_(not_(outbound), told_of), and_(outbound, was_sent))))
    return or_(false(), *ways)


def find_referral(session: Session, actor: Actor, referral_id: UUID) -> tuple[Referral, Seen]:
    """Return a referral that the actor may know of, cells closed; locked when the session writes."""
    query: Select[*tuple[Any, ...]] = select(
        Referral, in_reach(actor).label("here"), looks_after(actor).label("cares")
    ).where(col(Referral.id) == referral_id, visible_to(actor))
    row = session.execute(locked(session, query, Referral)).first()
    if row is None:
        raise NotFound
    return row.Referral, seen_of(actor, row)


def get_referral(
    session: Session, actor: Actor, referral_id: UUID, permission: Permission, version: int | None = None
) -> tuple[Referral, Seen]:
    """Return a referral for something that the actor may do with it."""
    referral, seen = find_referral(session, actor, referral_id)
    require(actor, permission, seen)
    refuse_stale(actor, referral, version)
    return referral, seen


def refuse_stale(actor: Actor, referral: Referral, version: int | None) -> None:
    """Refuse a change of another version than the one that the actor is told."""
    if version is not None and version != version_told_to(actor, referral):
        raise Stale


def in_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the referral's area, or a part of it, lies in the actor's reach."""
    return exists().where(
        col(AreaInclusion.outer_id) == Referral.area_id, col(AreaInclusion.inner_id).in_(actor.area_ids)
    )


def looks_after(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor looks after a resident whom the referral is about."""
    return exists().where(
        col(ReferralResident.referral_id) == Referral.id,
        col(ResidentWorker.resident_id) == ReferralResident.resident_id,
        col(ResidentWorker.account_id) == actor.id,
        col(ResidentWorker.until_on).is_(None),
    )


def seen_of(actor: Actor, row: Any) -> Seen:
    """Show a row to the permission table."""
    referral: Referral = row.Referral
    return Seen(
        direction=referral.direction,
        institution_id=referral.institution_id,
        area_id=min(actor.area_ids) if row.here and referral.area_id not in actor.area_ids else referral.area_id,
        owner_id=referral.owner_id,
        worker_ids=frozenset({actor.id}) if row.cares else frozenset(),
    )


def links_of(session: Session, referral: Referral) -> list[ReferralResident]:
    """Return which residents a referral turned out to be about."""
    return list(session.scalars(select(ReferralResident).where(col(ReferralResident.referral_id) == referral.id)))
