"""Referrals that are written and not sent yet."""

from uuid import UUID

from sqlmodel import Session

from bsa.errors import N_, Fault, Invalid
from bsa.events import note
from bsa.permissions import Actor
from bsa.referrals.agreed import CONSENT_NEEDED, faults_of_days, refuse_unshared, take_consent
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import SubmissionIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.models import Referral, ReferralDirection, ReferralSubject
from bsa.referrals.recording import add_event
from bsa.referrals.sent_shapes import OF_A_GROUP, DraftChange
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.sealing import open_rows

D = ReferralDeed
S = ReferralState


AS_THEY_ARE = (
    "urgency",
    "call_before_visit",
    "feedback",
    "handover",
    "expected_answer_by",
    "question",
    "referrer_view",
)
"""What of a change is a column of the same name."""
ONLY = {
    ReferralDirection.INBOUND: ({"question", "referrer"}, N_("Leave this out: what goes along comes from the need.")),
    ReferralDirection.OUTBOUND: ({"handover"}, N_("Leave this out: how it is handed over is asked of the team only.")),
}
"""What only a referral in this direction has, and what is said of the others."""


def change_draft(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, change: DraftChange
) -> Referral:
    """Change a draft; what was sent stays as it was sent."""
    referral = for_deed(session, actor, referral_id, version, D.CHANGE)
    open_rows(session, [referral])
    told = change.model_fields_set
    faults = faults_of_days(change.consent_share, change.expected_answer_by)
    for direction, (names, message) in ONLY.items():
        if direction is not referral.direction:
            faults += [Fault((name,), "not_needed", message) for name in sorted(names & told)]
    if change.consent_share is not None and referral.subject is ReferralSubject.GROUP:
        faults.append(Fault(("consent_share",), "group", OF_A_GROUP))
    if faults:
        raise Invalid(*faults)
    for name in told.intersection(AS_THEY_ARE):
        setattr(referral, name, getattr(change, name))
    if change.referrer is not None:
        referral.referrer_name, referral.referrer_role = change.referrer.name, change.referrer.role
        referral.referrer_callback = change.referrer.callback
    take_consent(referral, change.consent_share)
    refuse_unshared(referral)
    referral.touch()
    note(session, actor, "referral.changed", referral)
    session.flush()
    return referral


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
