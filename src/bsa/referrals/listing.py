"""Lists of referrals, as shells: codes and days, nothing about a person."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, not_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.initiatives.models import Initiative
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account
from bsa.people.queries import opened_name
from bsa.permissions import Actor, Permission, require
from bsa.referrals.checking import allowed_deeds
from bsa.referrals.deeds import OPEN
from bsa.referrals.finding import in_reach, looks_after, seen_of, visible_to
from bsa.referrals.models import Referral, ReferralDirection, ReferralResident, Urgency
from bsa.referrals.shapes import ReferralItem, ReferralQuery, ReferralReceipt
from bsa.referrals.states import AT_WORK, UNDECIDED
from bsa.referrals.telling import (
    SENT,
    Told,
    hidden_from,
    shown_at,
    shown_state,
    state_told_to,
    told_to,
    version_told_to,
    wiped_on_told,
)
from bsa.referrals.terms import decide_by, seen_by, settings_of
from bsa.residents.queries import get_record
from bsa.shapes import Page

OLDEST_FIRST = Order((SENT, False), (col(Referral.id), False))


NEWEST_FIRST = Order((SENT, True), (col(Referral.id), True))


Parent = aliased(Referral)
"""The referral that was rerouted into this one, in lists."""


def list_referrals(session: Session, actor: Actor, wanted: ReferralQuery) -> Page[ReferralItem]:
    """List referrals as shells: those that wait oldest first, others newest first, changed ones as they changed."""
    require(actor, Permission.SEE_REFERRALS)
    rows, more = fetch(session, actor, wanted, _listed, _order(actor, wanted))
    last = rows[-1] if more else None
    return Page(
        items=[shell_of(session, actor, row) for row in rows],
        next_cursor=cursor_after(last.shown_at if wanted.updated_since else last.sent, last.Referral.id)
        if last
        else None,
    )


def list_of_resident(session: Session, actor: Actor, resident_id: UUID) -> list[ReferralItem]:
    """List the referrals that are about a resident, newest first, for who looks after the resident."""
    get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    of_this = select(col(ReferralResident.referral_id)).where(col(ReferralResident.resident_id) == resident_id)
    rows = session.execute(NEWEST_FIRST.sort(select_shells(actor).where(col(Referral.id).in_(of_this)))).all()
    return [shell_of(session, actor, row) for row in rows]


def receipt(session: Session, actor: Actor, referral: Referral, *, was_there: bool = False) -> ReferralReceipt:
    """Show a referral as a shell to who just did something to it; also when it went out of their sight by that."""
    row = session.execute(select_shells(actor).where(col(Referral.id) == referral.id)).one()
    return ReferralReceipt(**dict(shell_of(session, actor, row)), was_there=was_there)


def _listed(actor: Actor, wanted: ReferralQuery) -> Select[*tuple[Any, ...]]:
    query = select_shells(actor).where(visible_to(actor))
    for wish, column in (
        (wanted.state, shown_state(actor)),
        (wanted.direction, col(Referral.direction)),
        (wanted.institution_id, col(Referral.institution_id)),
        (wanted.external_ref, col(Referral.external_ref)),
    ):
        if wish is not None:
            query = query.where(column == wish)
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Referral.area_id), wanted.area_id))
    return _narrowed(query, actor, wanted)


def _narrowed(query: Select[*tuple[Any, ...]], actor: Actor, wanted: ReferralQuery) -> Select[*tuple[Any, ...]]:
    if wanted.owner_id is not None:
        # Who took it on is told to the one who referred only as far as the resident agreed.
        query = query.where(col(Referral.owner_id) == wanted.owner_id, not_(hidden_from(actor)))
    if wanted.mine:
        query = query.where(col(Referral.owner_id) == actor.id)
    if wanted.unassigned:
        inbound = col(Referral.direction) == ReferralDirection.INBOUND
        nobody = col(Referral.owner_id).is_(None)
        query = query.where(inbound, nobody, col(Referral.state).in_(UNDECIDED | AT_WORK), not_(hidden_from(actor)))
    if wanted.open is not None:
        still_open = shown_state(actor).in_(OPEN)
        query = query.where(still_open if wanted.open else not_(still_open))
    if wanted.updated_since is not None:
        query = query.where(shown_at(actor) >= wanted.updated_since)
    return query


def _order(actor: Actor, wanted: ReferralQuery) -> Order:
    if wanted.updated_since is not None:
        return Order((shown_at(actor), False), (col(Referral.id), False))
    return OLDEST_FIRST if wanted.open or wanted.unassigned else NEWEST_FIRST


def select_shells(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select referrals with all that a shell of one tells."""
    query: Select[*tuple[Any, ...]] = select(
        Referral,
        col(Institution.name).label("institution_name"),
        col(Area.name).label("area_name"),
        col(Account.display_name).label("owner_name"),
        col(Initiative.title).label("initiative_title"),
        col(Parent.institution_id).label("parent_institution_id"),
        SENT.label("sent"),
        shown_at(actor).label("shown_at"),
        in_reach(actor).label("here"),
        looks_after(actor).label("cares"),
    )
    return (
        query.join(Institution, col(Institution.id) == Referral.institution_id)
        .join(Area, col(Area.id) == Referral.area_id)
        .outerjoin(Account, col(Account.id) == Referral.owner_id)
        .outerjoin(Initiative, col(Initiative.id) == Referral.initiative_id)
        .outerjoin(Parent, col(Parent.id) == Referral.part_of_id)
    )


def shell_of(session: Session, actor: Actor, row: Any) -> ReferralItem:
    """Return a referral as a shell, as far as the actor is told."""
    referral: Referral = row.Referral
    told = told_to(actor, referral)
    known, outcome, whole = told >= Told.STATUS, told >= Told.OUTCOME, told is Told.ALL
    # The owner of what the team sent is one of its own.
    names_owner = (known or actor.of_the_team) and referral.owner_id is not None
    return ReferralItem(
        id=referral.id,
        version=version_told_to(actor, referral),
        created_at=referral.created_at,
        changed_at=row.shown_at,
        allowed_actions=allowed_deeds(actor, referral, seen_of(actor, row)),
        direction=referral.direction,
        institution_id=referral.institution_id,
        institution_name=row.institution_name,
        external_ref=referral.external_ref,
        area_id=referral.area_id,
        area_name=row.area_name,
        subject=referral.subject,
        urgency=referral.urgency,
        handover=referral.handover,
        feedback=referral.feedback,
        state=state_told_to(actor, referral),
        owner_id=referral.owner_id if names_owner else None,
        owner_name=opened_name(session, referral.owner_id, row.owner_name) if names_owner else None,  # type: ignore[arg-type]
        mine=referral.owner_id == actor.id,
        requested_at=referral.requested_at,
        seen_by=seen_by(session, referral),
        seen_at=referral.seen_at if known else None,
        decide_by=decide_by(session, referral),
        decided_at=referral.decided_at if known else None,
        reached_on=referral.reached_on if known else None,
        closed_at=referral.closed_at if known else None,
        attempts=referral.attempts if whole else None,
        review_on=referral.review_on if known else None,
        reason=referral.reason if known else None,
        outcome=referral.outcome if outcome else None,
        initiative_id=referral.initiative_id if outcome else None,
        initiative_title=row.initiative_title if outcome else None,
        expected_answer_by=referral.expected_answer_by,
        part_of_id=referral.part_of_id if _knows_parent(actor, row) else None,
        retry_of_id=referral.retry_of_id,
        call=settings_of(session).referral_phone if referral.urgency is Urgency.CALL_TODAY else None,
        wiped_on=wiped_on_told(session, actor, referral),
    )


def _knows_parent(actor: Actor, row: Any) -> bool:
    """Tell whether the actor may know what this is a part of: an institution is not told who referred before."""
    return actor.of_the_team or row.parent_institution_id == actor.institution_id
