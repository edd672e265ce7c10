"""Going on with a referral that was taken on: seeking the resident, letting it wait, going on."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.errors import invalid
from bsa.permissions import Actor
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import AttemptIn, PauseIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.models import Referral
from bsa.referrals.recording import add_event
from bsa.referrals.states import ReferralSide, ReferralState

D = ReferralDeed
S = ReferralState


def note_attempt(session: Session, actor: Actor, referral_id: UUID, version: int | None, told: AttemptIn) -> Referral:
    """Write down that the resident was sought; when somebody was reached, it is under way."""
    referral = for_deed(session, actor, referral_id, version, D.ATTEMPT)
    add_event(session, actor, referral, S.CONTACTING, ReferralSide.RECEIVER, reached=told.reached)
    if told.reached:
        add_event(session, actor, referral, S.ACTIVE, ReferralSide.RECEIVER)
    return referral


def pause_referral(session: Session, actor: Actor, referral_id: UUID, version: int | None, told: PauseIn) -> Referral:
    """Let it wait, with the reason and the day on which it is looked at again."""
    referral = for_deed(session, actor, referral_id, version, D.PAUSE)
    if told.review_on <= clock.today():
        raise invalid("review_on", "too_early", "Choose a day to come on which you look at it again.")
    add_event(
        session,
        actor,
        referral,
        S.ON_HOLD,
        ReferralSide.RECEIVER,
        reason=told.reason,
        review_on=told.review_on,
        words=told.words,
    )
    return referral


def resume_referral(session: Session, actor: Actor, referral_id: UUID, version: int | None) -> Referral:
    """Go on after a pause."""
    referral = for_deed(session, actor, referral_id, version, D.RESUME)
    goes_on = S.ACTIVE if referral.reached_on else S.CONTACTING
    add_event(session, actor, referral, goes_on, ReferralSide.RECEIVER)
    return referral
