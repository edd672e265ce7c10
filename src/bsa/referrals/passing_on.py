"""Passing a referral on, to another area or another institution, with a new consent."""

from uuid import UUID

from sqlmodel import Session

from bsa.areas.queries import find_area
from bsa.errors import Fault, Invalid, invalid
from bsa.institutions.queries import institution_named
from bsa.people.queries import names_of
from bsa.permissions import Actor
from bsa.referrals.agreed import CONSENT_NEEDED, faults_of_days, refuse_unshared, take_consent
from bsa.referrals.beginning import store
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import ReroutingIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.finding import links_of
from bsa.referrals.models import Referral, ReferralDirection, ReferralResident, ReferralSubject, SharedThing
from bsa.referrals.recording import add_event
from bsa.referrals.sent_shapes import OF_A_GROUP
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.sealing import open_rows

D = ReferralDeed
S = ReferralState


def reroute_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: ReroutingIn
) -> Referral:
    """Pass a referral on, with a new consent; return the new referral, which is a part of this one."""
    referral = for_deed(session, actor, referral_id, version, D.REROUTE)
    open_rows(session, [referral])
    group = referral.subject is ReferralSubject.GROUP
    faults = faults_of_days(told.consent_share, None)
    if told.consent_share is None and not group:
        faults.append(Fault(("consent_share",), "required", CONSENT_NEEDED))
    if told.consent_share is not None and group:
        faults.append(Fault(("consent_share",), "group", OF_A_GROUP))
    if told.area_id == referral.area_id:
        faults.append(Fault(("area_id",), "same", "It is in this area already. Choose another."))
    if faults:
        raise Invalid(*faults)
    child = _child(session, actor, referral, told)
    add_event(session, actor, referral, S.REROUTED, ReferralSide.RECEIVER, reason=told.reason, words=told.words)
    refuse_unshared(child)
    store(session, child)
    outward = child.direction is ReferralDirection.OUTBOUND
    if outward:
        for linked in links_of(session, referral):
            session.add(ReferralResident(referral_id=child.id, resident_id=linked.resident_id))
    # Whoever passes it on refers it, to a colleague as well.
    add_event(
        session, actor, child, S.REQUESTED, ReferralSide.REFERRER, owner_id=actor.id if outward else None, first=True
    )
    return child


def _child(session: Session, actor: Actor, referral: Referral, told: ReroutingIn) -> Referral:
    """Make the referral that goes on elsewhere, with what the resident agreed that this one knows."""
    institution_id, area_id = referral.institution_id, referral.area_id
    outward = told.institution_id is not None
    if told.institution_id is not None:
        institution_id = institution_named(session, actor, told.institution_id, at="institution_id").id
        if institution_id == referral.institution_id:
            raise invalid("institution_id", "same", "This institution referred it. Choose another.")
    elif told.area_id is not None:
        area_id = find_area(session, actor, told.area_id, at="area_id").id
    scope = told.consent_share.scope if told.consent_share else []
    keeps_view = referral.subject is ReferralSubject.GROUP or SharedThing.REFERRER_VIEW in scope
    settings = session.info["settings"]
    child = Referral(
        direction=ReferralDirection.OUTBOUND if outward else ReferralDirection.INBOUND,
        institution_id=institution_id,
        area_id=area_id,
        subject=referral.subject,
        urgency=referral.urgency,
        handover=told.handover if outward else None,
        call_before_visit=referral.call_before_visit,
        feedback=told.feedback or referral.feedback,
        call_name=referral.call_name,
        family_name=referral.family_name,
        contact_channel=referral.contact_channel,
        contact_value=referral.contact_value,
        message_may_be_left=referral.message_may_be_left,
        address=referral.address,
        question=referral.question,
        referrer_view=referral.referrer_view if keeps_view else None,
        # To another institution it is the team that refers, and the team that is called back.
        referrer_name=names_of(session, [actor.id]).get(actor.id) if outward else referral.referrer_name,
        referrer_role=settings.organisation if outward else referral.referrer_role,
        referrer_callback=settings.referral_phone if outward else referral.referrer_callback,
        part_of_id=referral.id,
        state=S.REQUESTED,
        owner_id=actor.id if outward else None,
    )
    take_consent(child, told.consent_share)
    return child
