"""What comes in with each deed that is done to a referral."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from bsa.referrals.models import FeedbackLevel, Handover
from bsa.referrals.sent_shapes import ConsentShareIn, Question
from bsa.referrals.states import ReferralOutcome, ReferralReason, ReferralSide
from bsa.residents.models import Informed
from bsa.shapes import Shape


class SubmissionIn(Shape):
    """That a draft is sent. What the resident agreed to, when the draft does not say so yet."""

    consent_share: ConsentShareIn | None = None
    feedback: FeedbackLevel | None = None


class RegistrationIn(Shape):
    """The resident of a referral, to register as known: what the referral says is taken over."""

    informed_on: date
    informed_how: Informed
    area_id: UUID | None = None
    """Where the resident lives; left out, the neighbourhood of the referral."""


class AcceptanceIn(Shape):
    """That a referral is taken on: by oneself or by a colleague, and which resident it is about."""

    owner_id: UUID | None = None
    """The colleague who takes it on; left out, whoever accepts."""
    resident_id: UUID | None = None
    register_as: RegistrationIn | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.resident_id is not None and self.register_as is not None:
            raise PydanticCustomError("resident_id", "Choose a resident who is known here, or register one; not both.")
        return self


class ResidentLinkIn(Shape):
    """Which resident a referral is about: one who is known here, or one to register now."""

    resident_id: UUID | None = None
    register_as: RegistrationIn | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.resident_id is None) == (self.register_as is None):
            raise PydanticCustomError(
                "resident_id", "Choose a resident who is known here, or register one; not both, and not neither."
            )
        return self


class AssignmentIn(Shape):
    """Who of the team carries a referral from now on."""

    owner_id: UUID


class RefusalIn(Shape):
    """That a referral is not taken on, why, and what else could help."""

    reason: ReferralReason
    words: Question | None = None
    """What the other side may try instead, or the reason in words; it is sent to the other side."""


class AttemptIn(Shape):
    """That the resident was sought, and whether somebody was reached."""

    reached: bool


class PauseIn(Shape):
    """That it waits, why, and until when at the latest."""

    reason: ReferralReason
    review_on: date
    words: Question | None = None
    """For the other side."""


class ReroutingIn(Shape):
    """That a referral is passed on: to a colleague's area or to another institution, with a new consent."""

    reason: ReferralReason
    area_id: UUID | None = None
    institution_id: UUID | None = None
    handover: Handover = Handover.VISIT_TOGETHER
    """How it is handed over to an institution."""
    consent_share: ConsentShareIn | None = None
    """New: the resident agreed that this one knows. Left out only for a group."""
    feedback: FeedbackLevel | None = None
    """What is heard back; left out, as before."""
    words: Question | None = None
    """For the one who referred."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.area_id is None) == (self.institution_id is None):
            raise PydanticCustomError("area_id", "Choose an area of the team, or another institution; one of both.")
        return self


class OutcomeIn(Shape):
    """What came of it. Some outcomes complete a referral, with others it did not work out."""

    outcome: ReferralOutcome
    initiative_id: UUID | None = None
    """For `joined_initiative`: which one."""


class WithdrawalIn(Shape):
    """That it goes no further: the resident does not want it, or the one who referred takes it back."""

    by_side: ReferralSide = ReferralSide.RESIDENT
    reason: ReferralReason | None = None
    """A resident's no needs none, and none is kept."""


class ErrorIn(Shape):
    """That it should not have been sent, and why; what it says is wiped at once."""

    reason: ReferralReason
