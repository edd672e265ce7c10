"""What can be done to a referral: each deed with who may do it and to which states it leads; and what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bsa.errors import N_, Conflict
from bsa.permissions import Permission
from bsa.referrals.states import AT_WORK, ENTRIES, UNDECIDED, ReferralSide, ReferralState


class ReferralDeed(StrEnum):
    """What can be done to a referral that is there."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CHANGE = "change"
    ASSIGN = "assign"
    ATTEMPT = "attempt"
    PAUSE = "pause"
    RESUME = "resume"
    REROUTE = "reroute"
    FINISH = "finish"
    LINK = "link"
    WITHDRAW = "withdraw"
    MARK_ERROR = "mark_error"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed: by which permission, and to which states it leads."""

    permission: Permission
    to: frozenset[ReferralState]
    before: frozenset[ReferralState] | None = None
    """From which states, where these are fewer than the states from which the entered state may follow."""
    within_the_team: bool = False
    """What only the team can do: it passes on, and it knows residents."""


S, P = ReferralState, Permission

DEEDS: Mapping[ReferralDeed, Deed] = {
    ReferralDeed.SUBMIT: Deed(P.SEND_REFERRAL, frozenset({S.REQUESTED})),
    ReferralDeed.ACCEPT: Deed(P.DECIDE_REFERRAL, frozenset({S.ACCEPTED})),
    ReferralDeed.REFUSE: Deed(P.DECIDE_REFERRAL, frozenset({S.DECLINED})),
    ReferralDeed.CHANGE: Deed(P.SEND_REFERRAL, frozenset(), frozenset({S.DRAFT})),
    ReferralDeed.ASSIGN: Deed(P.ASSIGN_REFERRAL, frozenset(), UNDECIDED | AT_WORK, within_the_team=True),
    ReferralDeed.ATTEMPT: Deed(P.CARRY_REFERRAL, frozenset({S.CONTACTING, S.ACTIVE})),
    ReferralDeed.PAUSE: Deed(P.CARRY_REFERRAL, frozenset({S.ON_HOLD})),
    ReferralDeed.RESUME: Deed(P.CARRY_REFERRAL, frozenset({S.CONTACTING, S.ACTIVE}), frozenset({S.ON_HOLD})),
    ReferralDeed.REROUTE: Deed(P.CARRY_REFERRAL, frozenset({S.REROUTED}), within_the_team=True),
    ReferralDeed.FINISH: Deed(P.CARRY_REFERRAL, frozenset({S.COMPLETED, S.FAILED})),
    ReferralDeed.LINK: Deed(P.CARRY_REFERRAL, frozenset(), AT_WORK, within_the_team=True),
    ReferralDeed.WITHDRAW: Deed(P.WITHDRAW_REFERRAL, frozenset({S.WITHDRAWN})),
    ReferralDeed.MARK_ERROR: Deed(P.MARK_REFERRAL_ERROR, frozenset({S.ENTERED_IN_ERROR})),
    ReferralDeed.RETRY: Deed(P.SEND_REFERRAL, frozenset(), frozenset({S.DECLINED, S.FAILED})),
}
"""Every deed. The states from which it may be done are read off the entries of the states to which it leads."""


def before(deed: ReferralDeed) -> frozenset[ReferralState]:
    """Return the states from which a deed may be done."""
    told = DEEDS[deed]
    entered = frozenset(state for to in told.to for state in ENTRIES[to].after)
    return entered if told.before is None else told.before


def refuse_now(deed: ReferralDeed, state: ReferralState) -> None:
    """Refuse a deed that does not follow the present state, and say what may follow."""
    if state in before(deed):
        return
    following = [other.value for other in ReferralState if state in ENTRIES[other].after]
    if not following:
        raise Conflict(N_("This was entered in error; nothing follows any more. Send a new referral instead."))
    raise Conflict(
        N_("This referral is “{state}” now. What may follow: {following}. Look at it as it is now."),
        state=state.value,
        following=", ".join(following),
    )


def may_enter(state: ReferralState, side: ReferralSide) -> bool:
    """Tell whether a side may set a state."""
    return side in ENTRIES[state].by


OPEN = frozenset({S.DRAFT}) | UNDECIDED | AT_WORK
"""While a referral is in one of these, something is still to come."""
