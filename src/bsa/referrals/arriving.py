"""Referrals that a partner sends to the team, over the API, a page or paper."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.postcodes import area_of_postcode
from bsa.errors import N_, Fault, Invalid, NotAllowed
from bsa.institutions.models import Institution
from bsa.institutions.queries import find_institution
from bsa.permissions import Actor, Permission, Role, require
from bsa.referrals.agreed import faults_of_days, take_consent
from bsa.referrals.beginning import store, tried_again
from bsa.referrals.finding import Seen, visible_to
from bsa.referrals.models import Referral, ReferralDirection
from bsa.referrals.recording import add_event
from bsa.referrals.sent_shapes import ReferralIn
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.rows import locked

S = ReferralState

REFERENCE_USED = N_("This reference was used before, for a referral that you cannot see. Ask the institution.")


def send_referral(session: Session, actor: Actor, told: ReferralIn) -> tuple[Referral, bool]:
    """Refer somebody to the team, for the actor's own institution; tell whether it is new.

    Sent again under the same reference of theirs, it is the referral that is there already.
    """
    if not actor.has(Role.INSTITUTION_CONTACT) or actor.institution_id is None:
        raise NotAllowed("An institution refers to the team. To a partner you refer from a need of a resident.")
    require(actor, Permission.SEND_REFERRAL)
    return _receive(session, actor, actor.institution_id, told)


def enter_referral(session: Session, actor: Actor, institution_id: UUID, told: ReferralIn) -> tuple[Referral, bool]:
    """Write down a referral that came on paper or by telephone, for the institution that refers."""
    if not actor.has(Role.ACTIVATOR):
        raise NotAllowed
    return _receive(session, actor, find_institution(session, actor, institution_id).id, told)


def _receive(session: Session, actor: Actor, institution_id: UUID, told: ReferralIn) -> tuple[Referral, bool]:
    # Whoever sends the same reference at the same moment waits here, and then finds what the first one made.
    institution = session.scalars(
        locked(session, select(Institution).where(col(Institution.id) == institution_id), Institution)
    ).one()
    earlier = session.scalar(
        select(Referral).where(
            col(Referral.institution_id) == institution.id, col(Referral.external_ref) == told.external_ref
        )
    )
    if earlier is not None:
        if session.scalar(select(col(Referral.id)).where(col(Referral.id) == earlier.id, visible_to(actor))) is None:
            raise Invalid(Fault(("external_ref",), "exists", REFERENCE_USED))
        return earlier, False
    faults = faults_of_days(told.consent_share, told.expected_answer_by)
    area = _area(session, told, faults)
    retried = tried_again(session, actor, told.retry_of_id, ReferralDirection.INBOUND, faults)
    if faults or area is None:
        raise Invalid(*faults)
    person = told.resident
    contact = person.contact if person else None
    referral = Referral(
        direction=ReferralDirection.INBOUND,
        institution_id=institution.id,
        external_ref=told.external_ref,
        area_id=area.id,
        subject=told.subject,
        urgency=told.urgency,
        call_before_visit=told.call_before_visit,
        expected_answer_by=told.expected_answer_by,
        feedback=told.feedback,
        call_name=person.call_name if person else None,
        family_name=person.family_name if person else None,
        contact_channel=contact.channel if contact else None,
        contact_value=contact.value if contact else None,
        message_may_be_left=contact.message_may_be_left if contact else None,
        address=told.address,
        question=told.question,
        referrer_view=told.referrer_view,
        referrer_name=told.referrer.name,
        referrer_role=told.referrer.role,
        referrer_callback=told.referrer.callback,
        retry_of_id=retried,
        state=S.DRAFT,
    )
    require(actor, Permission.SEND_REFERRAL, _seen(referral), instead=N_("Enter referrals for an area of your own."))
    take_consent(referral, told.consent_share)
    store(session, referral)
    side = ReferralSide.REFERRER
    add_event(session, actor, referral, S.DRAFT if told.draft else S.REQUESTED, side, first=True)
    return referral, True


def _area(session: Session, told: ReferralIn, faults: list[Fault]) -> Area | None:
    if told.area_code is not None:
        # The code of a later division stands for the same neighbourhood.
        query = select(Area).where(col(Area.code) == told.area_code).order_by(col(Area.division_year).desc())
        area = session.scalars(query).first()
        if area is None:
            message = N_("This neighbourhood is not one of ours. The areas in which we work are listed under /areas.")
            faults.append(Fault(("area_code",), "unknown", message))
        return area
    area = area_of_postcode(session, told.postcode4 or "")
    if area is None:
        message = N_("We know no neighbourhood with this postcode. Send the code of the neighbourhood instead.")
        faults.append(Fault(("postcode4",), "unknown", message))
    return area


def _seen(referral: Referral) -> Seen:
    return Seen(referral.direction, referral.institution_id, referral.area_id, referral.owner_id, frozenset())
