"""The events of a referral: each deed appends one, and the columns repeat what all of them add up to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import invalid
from bsa.events import note
from bsa.permissions import Actor
from bsa.referrals.deeds import may_enter
from bsa.referrals.models import Referral, ReferralEvent
from bsa.referrals.standing import repeat, standing
from bsa.referrals.states import ENTRIES, ReferralOutcome, ReferralReason, ReferralSide, ReferralState
from bsa.referrals.telling import side_of_team

S = ReferralState


def add_event(
    session: Session,
    actor: Actor | None,
    referral: Referral,
    state: ReferralState,
    side: ReferralSide,
    *,
    owner_id: UUID | None = None,
    reason: ReferralReason | None = None,
    outcome: ReferralOutcome | None = None,
    initiative_id: UUID | None = None,
    review_on: date | None = None,
    reached: bool | None = None,
    words: str | None = None,
    first: bool = False,
    at: datetime | None = None,
) -> ReferralEvent:
    """Append an event to a locked referral, and let the columns repeat what all its events now add up to.

    Whether it may happen was told by the deeds, which read the table of states; what goes with it is held against it.
    `at` is when it happened, when the software finds that out later.
    """
    events = events_of(session, referral)
    entry = ENTRIES[state]
    if not may_enter(state, side):
        raise ValueError(f"{state} is not set by the {side}.")
    stands = standing(events).state
    if events and stands not in entry.after and not (reason is not None and stands in entry.unheard_after):
        raise ValueError(f"{state} does not follow {stands}.")
    if not events and state is not S.DRAFT and not first:
        raise ValueError("A referral begins as a draft, or by being sent.")
    refuse_wrong_reason(state, side, reason)
    event = ReferralEvent(
        created_at=at or clock.now(),
        referral_id=referral.id,
        number=len(events) + 1,
        state=state,
        side=side,
        entered_by_id=actor.id if actor else None,
        owner_id=owner_id,
        reason=reason,
        outcome=outcome,
        initiative_id=initiative_id,
        review_on=review_on,
        reached=reached,
        words=words,
    )
    session.add(event)
    repeat(referral, standing([*events, event]))
    referral.touch()
    note(
        session,
        actor,
        f"referral.{state.value}",
        referral,
        direction=referral.direction,
        side=side,
        reason=reason,
        outcome=outcome,
        initiative_id=initiative_id,
        review_on=review_on,
        reached=reached,
    )
    session.flush()
    return event


def assign(session: Session, actor: Actor | None, referral: Referral, owner_id: UUID | None) -> None:
    """Append to a locked referral who of the team carries it from now on, or that nobody does."""
    events = events_of(session, referral)
    event = ReferralEvent(
        referral_id=referral.id,
        number=len(events) + 1,
        assigns=True,
        state=referral.state,
        side=side_of_team(referral),
        entered_by_id=actor.id if actor else None,
        owner_id=owner_id,
    )
    session.add(event)
    repeat(referral, standing([*events, event]))
    referral.touch()
    note(session, actor, "referral.assigned", referral, account_id=owner_id)
    session.flush()


def refuse_wrong_reason(state: ReferralState, side: ReferralSide, reason: ReferralReason | None) -> None:
    """Refuse a reason that is none for this state, or that is missing."""
    reasons = ENTRIES[state].reasons
    if not reasons or side is ReferralSide.RESIDENT:
        return
    if reason not in reasons:
        raise invalid(
            "reason",
            "reason",
            "Choose one of these reasons: {reasons}.",
            reasons=", ".join(one.value for one in ReferralReason if one in reasons),
        )


def events_of(session: Session, referral: Referral) -> list[ReferralEvent]:
    """Return the events of a referral in their order, cells closed."""
    return list(
        session.scalars(
            select(ReferralEvent)
            .where(col(ReferralEvent.referral_id) == referral.id)
            .order_by(col(ReferralEvent.number))
        )
    )
