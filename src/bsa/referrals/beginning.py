"""What every new referral needs, whoever sends it."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa.errors import N_, Fault
from bsa.permissions import Actor
from bsa.referrals.finding import visible_to
from bsa.referrals.models import Referral, ReferralDirection
from bsa.referrals.states import ReferralState
from bsa.referrals.telling import state_told_to
from bsa.sealing import sealer

S = ReferralState


def store(session: Session, referral: Referral) -> None:
    """Store a new referral: first the key that seals what it says."""
    sealer(session).make_key(referral.id)
    session.add(referral)
    session.flush()


def tried_again(
    session: Session, actor: Actor, referral_id: UUID | None, direction: ReferralDirection, faults: list[Fault]
) -> UUID | None:
    """Return the referral that is tried again, or add what is wrong with it to the faults."""
    if referral_id is None:
        return None
    found = session.scalar(
        select(Referral).where(col(Referral.id) == referral_id, col(Referral.direction) == direction, visible_to(actor))
    )
    if found is None:
        faults.append(Fault(("retry_of_id",), "unknown", "There is no such referral of yours."))
    elif state_told_to(actor, found) not in (S.DECLINED, S.FAILED):
        message = N_("Only what was not taken on, or did not work out, is tried again.")
        faults.append(Fault(("retry_of_id",), "not_over", message))
    return referral_id
