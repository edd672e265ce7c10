"""Referrals that are written and not sent yet."""

from uuid import UUID

from sqlmodel import Session

from bsa.errors import Fault, Invalid
from bsa.permissions import Actor
from bsa.referrals.agreed import CONSENT_NEEDED, faults_of_days, refuse_unshared, take_consent
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import SubmissionIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.models import Referral, ReferralSubject
from bsa.referrals.recording import add_event
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.sealing import open_rows

D = ReferralDeed
S = ReferralState


def submit_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: SubmissionIn
) -> Referral:
    """Send a draft, with what the resident agreed to."""
    referral = for_deed(session, actor, referral_id, version, D.SUBMIT)
    open_rows(session, [referral])
    faults = faults_of_days(told.consent_share, None)
    if told.consent_share is None and referral.share_given_on is None and referral.subject is not ReferralSubject.GROUP:
        faults.append(Fault(("consent_share",), "required", CONSENT_NEEDED))
    if faults:
        raise Invalid(*faults)
    if told.consent_share is not None and referral.subject is not ReferralSubject.GROUP:
        take_consent(referral, told.consent_share)
    refuse_unshared(referral)
    referral.feedback = told.feedback or referral.feedback
    add_event(session, actor, referral, S.REQUESTED, ReferralSide.REFERRER)
    return referral
