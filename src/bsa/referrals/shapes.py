"""Which referrals are asked for, and what goes out about them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bsa.referrals.models import FeedbackLevel, Handover, ReferralDirection, ReferralSubject, SharedThing, Urgency
from bsa.referrals.sent_shapes import ExternalRef
from bsa.referrals.states import ReferralOutcome, ReferralReason, ReferralSide, ReferralState
from bsa.residents.models import ConsentHow, ContactChannel
from bsa.shapes import Listing, MomentIn, Out, Resource, Shape


class ReferralQuery(Listing):
    """Which referrals to list."""

    state: ReferralState | None = None
    direction: ReferralDirection | None = None
    area_id: UUID | None = None
    institution_id: UUID | None = None
    owner_id: UUID | None = None
    mine: bool = False
    """Only those that the caller took on, or sent."""
    unassigned: bool = False
    """Only those sent to the team that nobody took on or declined yet, or that nobody carries any more."""
    external_ref: ExternalRef | None = None
    open: bool | None = None
    """Only those of which something is still to come, or only those that are over."""
    updated_since: MomentIn | None = None
    """Only what changed at or after this moment, in the order in which it changed: for whoever asks now and then."""


class ReferralItem(Resource):
    """A referral as a shell: codes and days, and nothing about a person.

    Whoever referred reads of it what the resident agreed to; the rest is empty.
    """

    direction: ReferralDirection
    institution_id: UUID
    institution_name: str
    external_ref: str | None
    area_id: UUID
    area_name: str
    subject: ReferralSubject
    urgency: Urgency
    handover: Handover | None
    feedback: FeedbackLevel
    state: ReferralState
    owner_id: UUID | None
    owner_name: str | None
    """Who took it on; for a referral of ours, who sent it."""
    mine: bool
    requested_at: datetime | None
    seen_by: date | None
    """By which day it should be seen."""
    seen_at: datetime | None
    decide_by: date | None
    """By which day it should be decided whether it is taken on."""
    decided_at: datetime | None
    reached_on: date | None
    """The first contact with the resident."""
    closed_at: datetime | None
    attempts: int | None
    review_on: date | None
    reason: ReferralReason | None
    outcome: ReferralOutcome | None
    initiative_id: UUID | None
    initiative_title: str | None
    expected_answer_by: date | None
    part_of_id: UUID | None
    retry_of_id: UUID | None
    call: str | None
    """The number to call when it cannot wait until tomorrow."""
    wiped_on: date | None
    """Since when what it said is gone."""


class ReferralReceipt(ReferralItem):
    """That a referral was received: as a shell, with when it will be seen and decided, and whom to call today."""

    was_there: bool = Field(default=False, exclude=True)
    """That the same reference had been sent before: nothing new was made."""


class ReferralContent(Shape):
    """What a referral says: for who may open it."""

    question: str | None
    referrer_view: str | None
    call_name: str | None
    family_name: str | None
    contact_channel: ContactChannel | None
    contact_value: str | None
    message_may_be_left: bool | None
    address: str | None
    referrer_name: str | None
    referrer_role: str | None
    referrer_callback: str | None
    call_before_visit: bool
    given_on: date | None
    how: ConsentHow | None
    by_whom: str | None
    scope: list[SharedThing]
    sheet: str | None


class ReferralEventOut(Out):
    """One step of a referral."""

    number: int
    assigned: bool
    """Nothing changed but who carries it."""
    state: ReferralState
    happened_at: datetime
    side: ReferralSide
    entered_by_name: str | None
    """Empty when the software noted it, and for the other side."""
    reason: ReferralReason | None
    outcome: ReferralOutcome | None
    review_on: date | None
    reached: bool | None
    words: str | None


class LinkedResident(Shape):
    """A resident whom a referral turned out to be about, for who looks after the resident."""

    resident_id: UUID
    call_name: str
    need_id: UUID | None


class ReferralOut(ReferralItem):
    """A referral, with what it says for who may open it, and all that happened to it."""

    content: ReferralContent | None
    residents: list[LinkedResident]
    events: list[ReferralEventOut]
    passed_on_as_id: UUID | None
    """The referral that it went on as, for a team member who may know of that one."""


class FeedbackOut(Out):
    """What the referrer hears, as far as the resident agreed to it."""

    feedback: FeedbackLevel
    received: bool
    seen: bool | None
    accepted: bool | None
    """Empty while it is not decided."""
    alternative: str | None
    """When it was not taken on: what may be tried instead."""
    reached: bool | None
    closed: bool | None
    state: ReferralState
    outcome: ReferralOutcome | None
    joined: str | None
    """The initiative that the resident joined."""
    call: str | None
    """Where more is told, together with the resident and by telephone only."""


class MessageOut(Out):
    """The message to the referrer at the end: three lines, in Dutch and in English."""

    nl: list[str]
    en: list[str]


class ReferralCounts(Shape):
    """How an institution and the team answer each other's referrals, counted: never about a person."""

    institution_id: UUID
    sent: int
    """Referrals from the institution to the team."""
    decided_in_time: int
    decided_late: int
    waiting: int
    received: int
    """Referrals from the team to the institution."""
    answered_in_time: int
    answered_late: int
    unanswered: int
