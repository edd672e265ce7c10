"""What the resident agreed to share: that it is there, and that no more goes than that."""

from datetime import date

from bsa import clock
from bsa.errors import N_, Fault, Invalid
from bsa.referrals.models import Referral, SharedThing
from bsa.referrals.sent_shapes import NOT_AGREED, ConsentShareIn

CONSENT_NEEDED = N_("Say what the resident agreed to share: without that nothing is sent.")


def faults_of_days(consent: ConsentShareIn | None, expected_by: date | None) -> list[Fault]:
    """Name a consent of a day to come, and an answer that is expected in the past."""
    faults = []
    if consent is not None and consent.given_on > clock.today():
        faults.append(Fault(("consent_share", "given_on"), "in_future", "This day is still to come."))
    if expected_by is not None and expected_by < clock.today():
        faults.append(Fault(("expected_answer_by",), "in_past", "This day has passed already."))
    return faults


def take_consent(referral: Referral, consent: ConsentShareIn | None) -> None:
    """Write down what the resident agreed to share, when it is told."""
    if consent is None:
        return
    referral.share_given_on, referral.share_how = consent.given_on, consent.how
    referral.shared_things = [thing.value for thing in SharedThing if thing in consent.scope]
    referral.share_sheet, referral.consent_by = consent.sheet, consent.by_whom


def refuse_unshared(referral: Referral) -> None:
    """Refuse what is more than the resident agreed to share."""
    if referral.share_given_on is None:
        return
    told = {
        SharedThing.NAME: referral.call_name,
        SharedThing.CONTACT: referral.contact_value,
        SharedThing.QUESTION: referral.question,
        SharedThing.REFERRER_VIEW: referral.referrer_view,
    }
    if any(text and thing not in referral.shared_things for thing, text in told.items()):
        raise Invalid(Fault(("consent_share", "scope"), "not_agreed", NOT_AGREED))
