"""How much of what happened somebody is told: a referrer as much as the resident agreed to, the receiver all."""

from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_
from sqlmodel import Session, col

from bsa import clock
from bsa.permissions import Actor, Role
from bsa.referrals.models import FeedbackLevel, Referral, ReferralDirection, ReferralEvent
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.referrals.terms import kept_days

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
    return event.state in SET_BY_REFERRER or (event.state is S.WITHDRAWN and event.reason is not None)


def state_without_feedback(referral: Referral) -> ReferralState:
    """Return the state as far as the referring side set it: a resident's no that it did not enter has no reason."""
    if referral.state in SET_BY_REFERRER or referral.requested_at is None:
        return referral.state
    taken_back = referral.taken_back_at or (referral.state is S.WITHDRAWN and referral.reason)
    return S.WITHDRAWN if taken_back else S.REQUESTED


def state_told_to(actor: Actor, referral: Referral) -> ReferralState:
    """Return the state as far as the actor is told."""
    return referral.state if told_to(actor, referral) >= Told.STATUS else state_without_feedback(referral)


def version_told_to(actor: Actor, referral: Referral) -> int:
    """Return the version, which goes up with each event: of silent ones not even how many there were."""
    if told_to(actor, referral) >= Told.STATUS or referral.requested_at is None:
        return referral.version
    return SILENT_VERSIONS[state_without_feedback(referral)]


SILENT_VERSIONS = {S.REQUESTED: 1001, S.WITHDRAWN: 1002, S.ENTERED_IN_ERROR: 1003}
"""What stands for the version where nothing is told of what happens; a draft has its own, and never so many."""


def wiped_on_told(session: Session, actor: Actor, referral: Referral) -> date | None:
    """Return since when what it says is gone: for who is told nothing not by when it was over, but by when it was sent.

    Nothing is kept shorter than that, but where it was wrong or the resident is erased.
    """
    silent = told_to(actor, referral) is Told.NOTHING and referral.state is not S.ENTERED_IN_ERROR
    if not silent or referral.requested_at is None:
        return clock.day_of(referral.wiped_at) if referral.wiped_at else None
    gone_on = clock.day_of(referral.requested_at) + timedelta(days=kept_days(session, taken_on=False))
    return gone_on if gone_on <= clock.today() else None


def hidden_from(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that what the receiving side did is not told to this actor: `state_without_feedback`."""
    return HIDDEN[_refers(actor)]


def silent_for(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor refers and is told nothing, whatever the state is."""
    return and_(col(Referral.direction) == _refers(actor), col(Referral.feedback) == FeedbackLevel.NOTHING)


def _refers(actor: Actor) -> ReferralDirection:
    return ReferralDirection.INBOUND if _only_partner(actor) else ReferralDirection.OUTBOUND


def _only_partner(actor: Actor) -> bool:
    return actor.has(Role.INSTITUTION_CONTACT) and not actor.of_the_team


def shown_state(actor: Actor) -> ColumnElement[Any]:
    """Return the state of a referral as the actor is told it."""
    hidden, taken_back = hidden_from(actor), col(Referral.taken_back_at).is_not(None)
    return case((and_(hidden, taken_back), S.WITHDRAWN), (hidden, S.REQUESTED), else_=col(Referral.state))


def shown_at(actor: Actor) -> ColumnElement[Any]:
    """Return when it changed, as far as the actor is told: a silent change does not come up as news."""
    return case((hidden_from(actor), func.coalesce(col(Referral.taken_back_at), SENT)), else_=col(Referral.changed_at))


HIDDEN = {
    refers: and_(
        col(Referral.direction) == refers,
        col(Referral.feedback) == FeedbackLevel.NOTHING,
        col(Referral.state).not_in(SET_BY_REFERRER),
        col(Referral.requested_at).is_not(None),
        not_(and_(col(Referral.state) == S.WITHDRAWN, col(Referral.reason).is_not(None))),
    )
    for refers in ReferralDirection
}
"""For who refers in this direction: the referrals of which they are told nothing that the other side did."""
