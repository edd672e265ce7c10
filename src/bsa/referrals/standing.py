"""What the events of a referral add up to: pure, and the only place that knows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from bsa.clock import day_of
from bsa.referrals.models import Referral, ReferralEvent
from bsa.referrals.states import ENDS, ENTRIES, ReferralOutcome, ReferralReason, ReferralState

OF_THE_REFERRER = frozenset(
    {ReferralState.DRAFT, ReferralState.REQUESTED, ReferralState.WITHDRAWN, ReferralState.ENTERED_IN_ERROR}
)
"""States after which it is not known that somebody of the receiving side looked."""
DECISIONS = frozenset({ReferralState.ACCEPTED, ReferralState.DECLINED})


@dataclass(slots=True)
class ReferralStanding:
    """How a referral stands; each field is a column of the referral, which repeats it for lists."""

    state: ReferralState = ReferralState.DRAFT
    owner_id: UUID | None = None
    requested_at: datetime | None = None
    seen_at: datetime | None = None
    decided_at: datetime | None = None
    reached_on: date | None = None
    closed_at: datetime | None = None
    attempts: int = 0
    review_on: date | None = None
    reason: ReferralReason | None = None
    outcome: ReferralOutcome | None = None
    initiative_id: UUID | None = None
    taken_back_at: datetime | None = None


def standing(events: Sequence[ReferralEvent]) -> ReferralStanding:
    """Fold the events of one referral, in their order."""
    now = ReferralStanding()
    for event in events:
        if event.assigns:
            now.owner_id = event.owner_id
            continue
        if now.state in ENTRIES[event.state].unheard_after:
            now.taken_back_at = event.created_at
            continue
        now.state, now.reason, now.review_on = event.state, event.reason, event.review_on
        now.outcome, now.initiative_id = event.outcome, event.initiative_id
        now.owner_id = event.owner_id or now.owner_id
        if event.state is ReferralState.REQUESTED:
            now.requested_at = event.created_at
        if event.state not in OF_THE_REFERRER:
            # Whoever decides has seen it, also when the software did not get round to noting that.
            now.seen_at = now.seen_at or event.created_at
        if event.state in DECISIONS:
            now.decided_at = event.created_at
        if event.reached is not None:
            now.attempts += event.state is ReferralState.CONTACTING
            now.reached_on = now.reached_on or (day_of(event.created_at) if event.reached else None)
        now.closed_at = (now.closed_at or event.created_at) if event.state in ENDS else None
    return now


def repeat(referral: Referral, now: ReferralStanding) -> None:
    """Copy what the events add up to into the columns of the referral."""
    for name, value in asdict(now).items():
        setattr(referral, name, value)
