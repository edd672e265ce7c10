"""The rows of referrals. The state of a referral is what its events add up to; the columns beside them repeat that."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.referrals.states import ReferralOutcome, ReferralReason, ReferralSide, ReferralState
from bsa.residents.models import ConsentHow, ContactChannel
from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class ReferralDirection(StrEnum):
    """Whether a partner refers to the team, or the team to a partner."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class ReferralSubject(StrEnum):
    """About whom a referral is; of a group nothing about persons is kept."""

    PERSON = "person"
    HOUSEHOLD = "household"
    GROUP = "group"


class FeedbackLevel(StrEnum):
    """What the resident agreed that the referrer hears; what was said is told by telephone only."""

    NOTHING = "nothing"
    STATUS = "status"
    STATUS_AND_OUTCOME = "status_and_outcome"
    MORE_TOGETHER = "more_together"


class Urgency(StrEnum):
    """How soon; "call today" gives a number to call, not a promise."""

    NORMAL = "normal"
    THIS_WEEK = "this_week"
    CALL_TODAY = "call_today"


class Handover(StrEnum):
    """How the one side hands over to the other; together is the default."""

    VISIT_TOGETHER = "visit_together"
    CALL_TOGETHER = "call_together"
    DATA_ONLY = "data_only"


class SharedThing(StrEnum):
    """What the resident agreed to share."""

    NAME = "name"
    CONTACT = "contact"
    QUESTION = "question"
    REFERRER_VIEW = "referrer_view"


class Referral(ChangingRow, table=True):
    """One referral: a shell of codes and days that stays, and sealed content under a key of its own that can be wiped.

    Who it is about is often not registered here. So the referral's own key seals the content, and the access log names
    the referral: that is how it is known to have been seen.
    """

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("institution_id", "external_ref"),
        CheckConstraint("(direction = 'outbound') = (handover IS NOT NULL)", name="handover_when_outbound"),
        CheckConstraint("(state IN ('completed', 'failed')) = (outcome IS NOT NULL)", name="closed_with_outcome"),
        CheckConstraint("(outcome = 'joined_initiative') = (initiative_id IS NOT NULL)", name="joined_which"),
        CheckConstraint("(state = 'on_hold') = (review_on IS NOT NULL)", name="hold_with_review_day"),
        CheckConstraint("state <> 'entered_in_error' OR wiped_at IS NOT NULL", name="error_is_wiped"),
        CheckConstraint(
            "wiped_at IS NULL OR (call_name IS NULL AND family_name IS NULL AND contact_value IS NULL "
            "AND question IS NULL AND referrer_view IS NULL AND address IS NULL AND consent_by IS NULL "
            "AND referrer_name IS NULL AND referrer_role IS NULL AND referrer_callback IS NULL)",
            name="wiped_holds_nothing",
        ),
        CheckConstraint(
            "subject <> 'group' OR (call_name IS NULL AND family_name IS NULL AND contact_value IS NULL "
            "AND contact_channel IS NULL AND address IS NULL)",
            name="group_without_persons",
        ),
        CheckConstraint("part_of_id IS NULL OR part_of_id <> id", name="not_part_of_itself"),
        Index("ix_referral_area_id_state", "area_id", "state", "changed_at"),
        Index("ix_referral_institution_id_changed_at", "institution_id", "changed_at", "id"),
        Index("ix_referral_owner_id_state", "owner_id", "state"),
    )

    direction: ReferralDirection = Field(sa_type=one_of(ReferralDirection))
    institution_id: UUID = Field(foreign_key="institution.id")
    """The partner: who refers to the team, or to whom the team refers."""
    external_ref: str | None = Field(default=None, max_length=80)
    """The partner's own reference: sent twice, it is one referral."""
    area_id: UUID = Field(foreign_key="area.id")
    subject: ReferralSubject = Field(sa_type=one_of(ReferralSubject))
    urgency: Urgency = Field(default=Urgency.NORMAL, sa_type=one_of(Urgency))
    handover: Handover | None = Field(default=None, sa_type=one_of(Handover))
    call_before_visit: bool = False
    """Whoever goes there calls the referrer first; why is never written."""
    expected_answer_by: date | None = None

    share_given_on: date | None = None
    share_how: ConsentHow | None = Field(default=None, sa_type=one_of(ConsentHow, "share_how"))
    shared_things: list[str] = Field(default_factory=list, sa_type=JSON)
    share_sheet: str | None = Field(default=None, max_length=40)
    """Which version of the information sheet the resident was given."""
    feedback: FeedbackLevel = Field(default=FeedbackLevel.NOTHING, sa_type=one_of(FeedbackLevel))

    call_name: str | None = Field(default=None, sa_type=SealedText)
    family_name: str | None = Field(default=None, sa_type=SealedText)
    contact_channel: ContactChannel | None = Field(default=None, sa_type=one_of(ContactChannel))
    contact_value: str | None = Field(default=None, sa_type=SealedText)
    message_may_be_left: bool | None = None
    address: str | None = Field(default=None, sa_type=SealedText)
    question: str | None = Field(default=None, sa_type=SealedText)
    """In the resident's own words."""
    referrer_view: str | None = Field(default=None, sa_type=SealedText)
    consent_by: str | None = Field(default=None, sa_type=SealedText)
    """To whom the resident agreed."""
    referrer_name: str | None = Field(default=None, sa_type=SealedText)
    referrer_role: str | None = Field(default=None, sa_type=SealedText)
    referrer_callback: str | None = Field(default=None, sa_type=SealedText)

    part_of_id: UUID | None = Field(default=None, foreign_key="referral.id", index=True)
    """The referral that was rerouted into this one."""
    retry_of_id: UUID | None = Field(default=None, foreign_key="referral.id", index=True)
    """The declined or failed referral that this one tries again."""

    state: ReferralState = Field(sa_type=one_of(ReferralState))
    owner_id: UUID | None = Field(default=None, foreign_key="account.id")
    requested_at: datetime | None = Field(default=None, sa_type=Moment)
    seen_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    reached_on: date | None = None
    """The day of the first contact with the resident."""
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    attempts: int = 0
    review_on: date | None = None
    reason: ReferralReason | None = Field(default=None, sa_type=one_of(ReferralReason))
    """Of the present state."""
    outcome: ReferralOutcome | None = Field(default=None, sa_type=one_of(ReferralOutcome))
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id", index=True)
    taken_back_at: datetime | None = Field(default=None, sa_type=Moment)
    """When a referrer who is not told that it was over took it back: for the referrer it is withdrawn."""
    wiped_at: datetime | None = Field(default=None, sa_type=Moment)

    def owner(self) -> UUID:
        """A referral's own key seals its content: of somebody who is not registered here there is no other."""
        return self.id

    def partner_hears(self, kind: str) -> bool:
        """Tell whether the partner may hear of what just happened: as referrer only as far as the resident agreed."""
        if self.requested_at is None:
            return False
        if self.direction is ReferralDirection.OUTBOUND or self.feedback is not FeedbackLevel.NOTHING:
            return True
        if self.part_of_id is not None:
            # That it was passed on is not told either.
            return False
        # What the referrer did itself; a resident's no that the other side entered comes without a reason.
        taken_back = kind == "referral.withdrawn" and (self.reason is not None or self.taken_back_at is not None)
        return taken_back or kind in ("referral.requested", "referral.entered_in_error")


class ReferralEvent(Row, table=True):
    """One step of a referral; never changed afterwards, but that its words go when the content is wiped."""

    __tablename__ = "referral_event"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)

    referral_id: UUID = Field(foreign_key="referral.id")
    number: int
    assigns: bool = False
    """Nothing changed but who carries it: the owner that is named here, or nobody."""
    state: ReferralState = Field(sa_type=one_of(ReferralState))
    side: ReferralSide = Field(sa_type=one_of(ReferralSide))
    entered_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    """Nobody: the software saw that the referral was opened."""
    owner_id: UUID | None = Field(default=None, foreign_key="account.id")
    reason: ReferralReason | None = Field(default=None, sa_type=one_of(ReferralReason))
    outcome: ReferralOutcome | None = Field(default=None, sa_type=one_of(ReferralOutcome))
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id")
    review_on: date | None = None
    reached: bool | None = None
    """Whether an attempt at contact reached the resident."""
    words: str | None = Field(default=None, sa_type=SealedText)
    """The reason in words, or the alternative that is offered: for the other side."""

    def owner(self) -> UUID:
        """The referral's own key seals what was said about it."""
        return self.referral_id


class ReferralResident(Row, table=True):
    """Which resident a referral turned out to be about; for a referral of ours, from which need it came."""

    __tablename__ = "referral_resident"
    __table_args__ = (UniqueConstraint("referral_id", "resident_id"),)

    referral_id: UUID = Field(foreign_key="referral.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    need_id: UUID | None = Field(default=None, foreign_key="need.id", index=True)
