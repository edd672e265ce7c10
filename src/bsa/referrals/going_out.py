"""Referrals of ours to a partner, from a need of a resident."""

from uuid import UUID

from sqlmodel import Session

from bsa.errors import N_, Fault, Invalid
from bsa.institutions.queries import institution_named
from bsa.needs.queries import get_need, shareable_words
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission
from bsa.referrals.agreed import CONSENT_NEEDED, faults_of_days, refuse_unshared, take_consent
from bsa.referrals.beginning import store, tried_again
from bsa.referrals.checking import refuse_restricted
from bsa.referrals.models import Referral, ReferralDirection, ReferralResident, ReferralSubject
from bsa.referrals.recording import add_event
from bsa.referrals.sent_shapes import OutwardReferralIn
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.residents.actions import above_level
from bsa.residents.models import may_keep

S = ReferralState


def refer_outward(session: Session, actor: Actor, need_id: UUID, told: OutwardReferralIn) -> Referral:
    """Refer a resident to a partner, from a need: with the layers that may be passed on, and nothing besides."""
    need, resident = get_need(session, actor, need_id, Permission.RECORD_NEED)
    refuse_restricted(resident)
    institution = institution_named(session, actor, told.institution_id, at="institution_id")
    words = {layer.depth: layer.words for layer in shareable_words(session, need)}
    faults = faults_of_days(told.consent_share, told.expected_answer_by)
    if not may_keep("referral_resident.*", resident.level):
        faults.append(above_level("need_id", "referral_resident.*"))
    if set(told.depths) - words.keys():
        message = N_("This layer is not free to pass on: the resident confirms it and lets it go along first.")
        faults.append(Fault(("depths",), "not_shareable", message))
    if told.consent_share is None and not told.draft:
        faults.append(Fault(("consent_share",), "required", CONSENT_NEEDED))
    retried = tried_again(session, actor, told.retry_of_id, ReferralDirection.OUTBOUND, faults)
    if faults:
        raise Invalid(*faults)
    settings = session.info["settings"]
    reached = told.shares_contact
    referral = Referral(
        direction=ReferralDirection.OUTBOUND,
        institution_id=institution.id,
        area_id=need.area_id,
        subject=ReferralSubject.PERSON,
        urgency=told.urgency,
        handover=told.handover,
        call_before_visit=told.call_before_visit,
        expected_answer_by=told.expected_answer_by,
        feedback=told.feedback,
        call_name=resident.call_name,
        contact_channel=resident.contact_channel if reached else None,
        contact_value=resident.contact_value if reached else None,
        message_may_be_left=False,
        question="\n".join(words[depth] for depth in sorted(set(told.depths))),
        referrer_view=told.our_view,
        referrer_name=names_of(session, [actor.id]).get(actor.id),
        referrer_role=settings.organisation,
        referrer_callback=settings.referral_phone,
        retry_of_id=retried,
        state=S.DRAFT,
        owner_id=actor.id,
    )
    take_consent(referral, told.consent_share)
    refuse_unshared(referral)
    store(session, referral)
    session.add(ReferralResident(referral_id=referral.id, resident_id=resident.id, need_id=need.id))
    side = ReferralSide.REFERRER
    add_event(session, actor, referral, S.DRAFT, side, owner_id=actor.id)
    if not told.draft:
        add_event(session, actor, referral, S.REQUESTED, side)
    return referral
