"""What waits for somebody of the team: to be decided, or to be looked at again."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session, col

from bsa import clock
from bsa.institutions.models import Institution
from bsa.permissions import Actor
from bsa.referrals.finding import in_reach, visible_to
from bsa.referrals.models import Referral, ReferralDirection
from bsa.referrals.states import AT_WORK, UNDECIDED
from bsa.referrals.telling import SENT
from bsa.referrals.terms import decide_by


@dataclass(frozen=True, slots=True)
class Waits:
    """A referral that waits for who takes it on, or for who paused it: nothing of what it says."""

    id: UUID
    institution_name: str
    day: date
    until: date | None = None


def to_decide(session: Session, actor: Actor) -> list[Waits]:
    """List the referrals in the actor's areas that nobody took on yet, or whose owner left, the first first."""
    rows = session.execute(
        _waiting(actor)
        .where(
            in_reach(actor),
            col(Referral.direction) == ReferralDirection.INBOUND,
            col(Referral.state).in_(UNDECIDED | AT_WORK),
            col(Referral.owner_id).is_(None),
        )
        .order_by(SENT, col(Referral.id))
    ).all()
    return [
        Waits(row.Referral.id, row.name, clock.day_of(row.Referral.requested_at), decide_by(session, row.Referral))
        for row in rows
    ]


def to_review(session: Session, actor: Actor) -> list[Waits]:
    """List the actor's own referrals on hold whose day to look again has come, the first first."""
    rows = session.execute(
        _waiting(actor)
        .where(col(Referral.owner_id) == actor.id, col(Referral.review_on) <= clock.today())
        .order_by(col(Referral.review_on), col(Referral.id))
    ).all()
    return [Waits(row.Referral.id, row.name, row.Referral.review_on) for row in rows]


def _waiting(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(Referral, col(Institution.name))
        .join(Institution, col(Institution.id) == Referral.institution_id)
        .where(visible_to(actor))
    )
