"""How much of what happened somebody is told: a referrer as much as the resident agreed to, the receiver all."""

from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_
from sqlmodel import col

from bsa.permissions import Actor, Role
from bsa.referrals.models import FeedbackLevel, Referral, ReferralDirection, ReferralEvent
from bsa.referrals.states import ReferralSide, ReferralState

S = ReferralState


SENT: ColumnElement[datetime] = func.coalesce(col(Referral.requested_at), col(Referral.created_at))


SET_BY_REFERRER = frozenset({S.DRAFT, S.REQUESTED, S.ENTERED_IN_ERROR})
"""States that the referring side set itself, and so knows of whatever the resident agreed to."""


class Told(IntEnum):
    """How much somebody is told of what happened: a referrer as much as the resident agreed to, the receiver all."""

    NOTHING = 0
    STATUS = 1
    OUTCOME = 2
    CALL = 3
    ALL = 4


TOLD = {
    FeedbackLevel.NOTHING: Told.NOTHING,
    FeedbackLevel.STATUS: Told.STATUS,
    FeedbackLevel.STATUS_AND_OUTCOME: Told.OUTCOME,
    FeedbackLevel.MORE_TOGETHER: Told.CALL,
}


def side_of(actor: Actor, referral: Referral) -> ReferralSide:
    """Tell on which side of a referral the actor stands: the one that refers, or the one that is asked."""
    of_partner = actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id == referral.institution_id
    return side_of_partner(referral) if of_partner else side_of_team(referral)


def side_of_partner(referral: Referral) -> ReferralSide:
    """Tell on which side the institution stands."""
    return ReferralSide.REFERRER if referral.direction is ReferralDirection.INBOUND else ReferralSide.RECEIVER


def side_of_team(referral: Referral) -> ReferralSide:
    """Tell on which side the team stands."""
    return ReferralSide.RECEIVER if referral.direction is ReferralDirection.INBOUND else ReferralSide.REFERRER


def told_to(actor: Actor, referral: Referral) -> Told:
    """Tell how much the actor is told of a referral."""
    return TOLD[referral.feedback] if side_of(actor, referral) is ReferralSide.REFERRER else Told.ALL


def by_referrer(event: ReferralEvent) -> bool:
    """Tell whether the referring side did this itself."""
    return event.state in SET_BY_REFERRER or (event.state is S.WITHDRAWN and event.side is ReferralSide.REFERRER)


def state_without_feedback(referral: Referral) -> ReferralState:
    """Return the state as far as the referring side set it: a resident's own no comes without a reason."""
    taken_back = referral.state is S.WITHDRAWN and referral.reason is not None
    return referral.state if referral.state in SET_BY_REFERRER or taken_back else S.REQUESTED


def hidden_from(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that what the receiving side did is not told to this actor: `state_without_feedback`."""
    return HIDDEN[ReferralDirection.INBOUND if _only_partner(actor) else ReferralDirection.OUTBOUND]


def _only_partner(actor: Actor) -> bool:
    return actor.has(Role.INSTITUTION_CONTACT) and not actor.of_the_team


def shown_state(actor: Actor) -> ColumnElement[Any]:
    """Return the state of a referral as the actor is told it."""
    return case((hidden_from(actor), S.REQUESTED), else_=col(Referral.state))


def shown_at(actor: Actor) -> ColumnElement[Any]:
    """Return when it changed, as far as the actor is told: a silent change does not come up as news."""
    return case((hidden_from(actor), SENT), else_=col(Referral.changed_at))


HIDDEN = {
    refers: and_(
        col(Referral.direction) == refers,
        col(Referral.feedback) == FeedbackLevel.NOTHING,
        col(Referral.state).not_in(SET_BY_REFERRER),
        not_(and_(col(Referral.state) == S.WITHDRAWN, col(Referral.reason).is_not(None))),
    )
    for refers in ReferralDirection
}
"""For who refers in this direction: the referrals of which they are told nothing that the other side did."""
