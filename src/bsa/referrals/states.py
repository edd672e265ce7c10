"""The states of a referral: which follows which, who sets it, and what is asked for with it. Nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReferralState(StrEnum):
    """The states of a referral."""

    DRAFT = "draft"
    REQUESTED = "requested"
    SEEN = "seen"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CONTACTING = "contacting"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    REROUTED = "rerouted"
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    ENTERED_IN_ERROR = "entered_in_error"


class ReferralSide(StrEnum):
    """Who sets a state: the side that refers, the side that is asked, or the resident it is about."""

    REFERRER = "referrer"
    RECEIVER = "receiver"
    RESIDENT = "resident"


class ReferralReason(StrEnum):
    """Why a referral is declined, put on hold, rerouted, withdrawn or was entered in error."""

    OUTSIDE_AREA = "outside_area"
    NOT_SUITABLE = "not_suitable"
    NO_PLACE = "no_place"
    NOT_DISCUSSED = "not_discussed"
    BETTER_ELSEWHERE = "better_elsewhere"
    WAITING_LIST = "waiting_list"
    RESIDENT_ASKED = "resident_asked"
    WAITING_FOR_OTHERS = "waiting_for_others"
    WRONG_PERSON = "wrong_person"
    SENT_TWICE = "sent_twice"
    OTHER = "other"


class ReferralOutcome(StrEnum):
    """What came of a referral, apart from its state."""

    HELPED = "helped"
    PARTLY_HELPED = "partly_helped"
    JOINED_INITIATIVE = "joined_initiative"
    CARRIED_ON_ALONE = "carried_on_alone"
    NOT_REACHED = "not_reached"
    DID_NOT_WANT = "did_not_want"
    NOT_SUITABLE = "not_suitable"
    NO_PLACE = "no_place"
    HELPED_ELSEWHERE = "helped_elsewhere"
    MOVED_AWAY = "moved_away"


@dataclass(frozen=True, slots=True)
class Entry:
    """How a state is entered: after which states, by which sides, and what goes with it."""

    after: frozenset[ReferralState]
    by: frozenset[ReferralSide]
    reasons: frozenset[ReferralReason] = frozenset()
    """One of these must be given, except by the resident, whose no needs none."""
    outcomes: frozenset[ReferralOutcome] = frozenset()
    """One of these must be given: without an outcome nothing is closed."""
    needs_review_day: bool = False
    unheard_after: frozenset[ReferralState] = frozenset()
    """A referrer who is not told that it is over may do this as well after these: an event, and the state stays."""
    by_itself: bool = False
    """Entered by the software: when somebody of the receiving side opened the referral."""


S, R, O = ReferralState, ReferralReason, ReferralOutcome  # noqa: E741 - the table below reads by these
REFERRER, RECEIVER, RESIDENT = (frozenset({side}) for side in ReferralSide)
AT_WORK = frozenset({S.ACCEPTED, S.CONTACTING, S.ACTIVE, S.ON_HOLD})
UNDECIDED = frozenset({S.REQUESTED, S.SEEN})

ENTRIES: Mapping[ReferralState, Entry] = {
    S.DRAFT: Entry(frozenset(), REFERRER),
    S.REQUESTED: Entry(frozenset({S.DRAFT}), REFERRER),
    S.SEEN: Entry(frozenset({S.REQUESTED}), RECEIVER, by_itself=True),
    S.ACCEPTED: Entry(UNDECIDED, RECEIVER),
    S.DECLINED: Entry(
        UNDECIDED,
        RECEIVER,
        reasons=frozenset(
            {R.OUTSIDE_AREA, R.NOT_SUITABLE, R.NO_PLACE, R.NOT_DISCUSSED, R.BETTER_ELSEWHERE, R.SENT_TWICE, R.OTHER}
        ),
    ),
    S.CONTACTING: Entry(AT_WORK, RECEIVER),
    S.ACTIVE: Entry(AT_WORK - {S.ACTIVE}, RECEIVER),
    S.ON_HOLD: Entry(
        AT_WORK - {S.ON_HOLD},
        RECEIVER,
        reasons=frozenset({R.WAITING_LIST, R.RESIDENT_ASKED, R.WAITING_FOR_OTHERS, R.OTHER}),
        needs_review_day=True,
    ),
    S.REROUTED: Entry(
        AT_WORK,
        RECEIVER,
        reasons=frozenset({R.OUTSIDE_AREA, R.NOT_SUITABLE, R.NO_PLACE, R.BETTER_ELSEWHERE, R.RESIDENT_ASKED, R.OTHER}),
    ),
    S.COMPLETED: Entry(
        AT_WORK,
        RECEIVER,
        outcomes=frozenset({O.HELPED, O.PARTLY_HELPED, O.JOINED_INITIATIVE, O.CARRIED_ON_ALONE, O.HELPED_ELSEWHERE}),
    ),
    S.FAILED: Entry(
        AT_WORK,
        RECEIVER,
        outcomes=frozenset({O.NOT_REACHED, O.DID_NOT_WANT, O.NOT_SUITABLE, O.NO_PLACE, O.MOVED_AWAY}),
    ),
    S.WITHDRAWN: Entry(
        frozenset({S.DRAFT}) | UNDECIDED | AT_WORK,
        REFERRER | RESIDENT,
        reasons=frozenset({R.RESIDENT_ASKED, R.BETTER_ELSEWHERE, R.SENT_TWICE, R.OTHER}),
        unheard_after=frozenset({S.DECLINED, S.REROUTED, S.COMPLETED, S.FAILED, S.WITHDRAWN}),
    ),
    S.ENTERED_IN_ERROR: Entry(
        frozenset(S) - {S.ENTERED_IN_ERROR},
        REFERRER,
        reasons=frozenset({R.WRONG_PERSON, R.NOT_DISCUSSED, R.SENT_TWICE, R.OTHER}),
    ),
}
"""The state machine: for each state, how it is entered."""

ENDS = frozenset({S.DECLINED, S.REROUTED, S.COMPLETED, S.FAILED, S.WITHDRAWN, S.ENTERED_IN_ERROR})
"""The states after which nothing follows, but that it may still turn out to be an error."""
