"""Taking a referral on, or not."""

from uuid import UUID

from sqlmodel import Session

from bsa.errors import N_, Fault, Invalid, invalid
from bsa.people.models import Account
from bsa.people.queries import find_colleague
from bsa.permissions import Actor
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import AcceptanceIn, RefusalIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.linking import link
from bsa.referrals.models import Referral, ReferralDirection
from bsa.referrals.recording import add_event
from bsa.referrals.states import ReferralReason, ReferralSide, ReferralState

D = ReferralDeed
S = ReferralState


def accept_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: AcceptanceIn
) -> Referral:
    """Take a referral on; the team says who does, and in the same go which resident it is about."""
    referral = for_deed(session, actor, referral_id, version, D.ACCEPT)
    owner_id = _owner(session, actor, referral, told)
    add_event(session, actor, referral, S.ACCEPTED, ReferralSide.RECEIVER, owner_id=owner_id)
    if told.resident_id is not None or told.register_as is not None:
        link(session, actor, referral, told.resident_id, told.register_as)
    return referral


def refuse_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: RefusalIn
) -> Referral:
    """Say that a referral is not taken on, why, and what else could help."""
    referral = for_deed(session, actor, referral_id, version, D.REFUSE)
    if told.words is None and told.reason in (ReferralReason.OTHER, ReferralReason.BETTER_ELSEWHERE):
        raise invalid(
            "words", "required", "Write why, or what could be tried instead: nobody is sent away with nothing."
        )
    add_event(session, actor, referral, S.DECLINED, ReferralSide.RECEIVER, reason=told.reason, words=told.words)
    return referral


def _owner(session: Session, actor: Actor, referral: Referral, told: AcceptanceIn) -> UUID | None:
    if referral.direction is ReferralDirection.OUTBOUND:
        given = [name for name in ("owner_id", "resident_id", "register_as") if getattr(told, name) is not None]
        if given:
            message = N_("Leave this out: the team knows the resident, and goes on being the one to call.")
            raise Invalid(*(Fault((name,), "not_needed", message) for name in given))
        return None
    if told.owner_id in (None, actor.id):
        return actor.id
    if told.resident_id is not None or told.register_as is not None:
        raise invalid(
            "owner_id", "own", "Who takes it on links or registers the resident; leave that to your colleague."
        )
    colleague: Account = find_colleague(session, actor, told.owner_id, at="owner_id", works_in=referral.area_id)
    return colleague.id
