"""What may be done to a referral now, and by whom."""

from uuid import UUID

from sqlmodel import Session, col, select

from bsa.errors import N_, Conflict, NotAllowed
from bsa.permissions import Actor, Permission, allows, require
from bsa.referrals.deeds import DEEDS, ReferralDeed, before, may_enter, refuse_now
from bsa.referrals.finding import Seen, find_referral, refuse_stale
from bsa.referrals.models import Referral, ReferralDirection, ReferralResident
from bsa.referrals.states import UNDECIDED, ReferralSide, ReferralState
from bsa.referrals.telling import side_of, state_told_to
from bsa.residents.models import Resident

D = ReferralDeed


def for_deed(
    session: Session,
    actor: Actor,
    referral_id: UUID,
    version: int | None,
    deed: ReferralDeed,
    *,
    even_restricted: bool = False,
) -> Referral:
    """Return a referral for a deed that may be done to it by this actor, in its present state."""
    told = DEEDS[deed]
    referral, seen = find_referral(session, actor, referral_id)
    shown = state_told_to(actor, referral)
    if deed is D.ACCEPT or deed is D.REFUSE:
        # Whoever comes second is told that it was decided, and not that the role is wrong.
        refuse_now(deed, shown)
    require(actor, told.permission, seen, instead=_instead(deed))
    refuse_stale(actor, referral, version)
    refuse_now(deed, shown)
    if told.within_the_team and not actor.of_the_team:
        raise NotAllowed("Only the team does this. When the resident was helped elsewhere, say so when you close it.")
    if deed in (D.CHANGE, D.SUBMIT, D.MARK_ERROR) and side_of(actor, referral) is not ReferralSide.REFERRER:
        raise NotAllowed
    if not even_restricted:
        linked = select(col(ReferralResident.resident_id)).where(col(ReferralResident.referral_id) == referral.id)
        for resident in session.scalars(select(Resident).where(col(Resident.id).in_(linked))):
            refuse_restricted(resident)
    return referral


def _instead(deed: ReferralDeed) -> str | None:
    if DEEDS[deed].permission is Permission.CARRY_REFERRAL:
        return N_("Only who took this referral on goes on with it. Ask your colleague, or the partner.")
    return None


def refuse_restricted(resident: Resident) -> None:
    """Refuse a deed about a resident whose data stay as they are."""
    if resident.restricted_on is not None:
        raise Conflict("This resident asked to leave the data as it is. Lift the restriction first, with the resident.")


def allowed_deeds(actor: Actor, referral: Referral, seen: Seen) -> list[str]:
    """Return what this actor may do to the referral now."""
    side, shown = side_of(actor, referral), state_told_to(actor, referral)
    return [deed.value for deed in ReferralDeed if _may(actor, referral, seen, deed, side, shown)]


def _may(
    actor: Actor, referral: Referral, seen: Seen, deed: ReferralDeed, side: ReferralSide, shown: ReferralState
) -> bool:
    told = DEEDS[deed]
    if shown not in before(deed) or not allows(actor, told.permission, seen):
        return False
    if told.within_the_team and not actor.of_the_team:
        return False
    if deed is ReferralDeed.RETRY:
        return side is ReferralSide.REFERRER and (not actor.of_the_team or seen.owner_id == actor.id)
    if deed is ReferralDeed.CHANGE:
        return side is ReferralSide.REFERRER
    if deed is ReferralDeed.ASSIGN and referral.direction is ReferralDirection.INBOUND:
        return referral.state not in UNDECIDED
    if deed is ReferralDeed.WITHDRAW:
        return True
    return not told.to or any(may_enter(state, side) for state in told.to)
