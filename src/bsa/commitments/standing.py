"""The standing of a commitment: what its events add up to on a day. A pure fold; nothing else decides a state.

The window in which residents judge opens at the claim, or by itself when the due day passes without one: silence can be
judged too. It closes after its days, or earlier by a named deed. What the votes in it add up to is the outcome.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.models import CommitmentState as State
from bsa.commitments.models import Verdict, Visibility


class LedgerEvent(Protocol):
    """What the fold reads of an event."""

    kind: Kind
    happened_on: date
    due_on: date | None
    residents_agreed: bool | None
    kept: int | None
    partly: int | None
    not_kept: int | None
    visibility: Visibility | None


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """The settings of judging: days of the window, and the fewest voters that make a verdict."""

    window_days: int = 14
    minimum_voters: int = 3


@dataclass(frozen=True, slots=True)
class Votes:
    """How many residents judged what."""

    kept: int = 0
    partly: int = 0
    not_kept: int = 0

    @property
    def voters(self) -> int:
        """All who judged."""
        return self.kept + self.partly + self.not_kept

    def outcome(self, rules: VerdictRules) -> Verdict:
        """Return the strict majority; without one, partly; with too few voters, unjudged."""
        if self.voters < rules.minimum_voters:
            return Verdict.UNJUDGED
        for count, verdict in ((self.kept, Verdict.KEPT), (self.not_kept, Verdict.NOT_KEPT)):
            if count * 2 > self.voters:
                return verdict
        return Verdict.PARTLY


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a commitment stands after some events."""

    state: State
    first_due_on: date
    due_on: date
    visibility: Visibility = Visibility.TEAM
    claimed_on: date | None = None
    window_until: date | None = None
    """The last day on which residents may judge this round; None when the round was closed or the promise withdrawn."""
    votes: Votes = Votes()
    outcome: Verdict | None = None
    moved_count: int = 0
    reopened_count: int = 0
    contested: bool = False

    def window_open(self, on: date) -> bool:
        """Tell whether residents may judge on this day: after a claim, or after the due day passed in silence."""
        if self.window_until is None or on > self.window_until:
            return False
        return self.claimed_on is not None or on > self.due_on

    def late(self, on: date) -> bool:
        """Tell whether the due day passed without a claim and without a verdict of residents on that silence."""
        unspoken = self.outcome in (None, Verdict.UNJUDGED)
        return self.state is not State.WITHDRAWN and self.claimed_on is None and on > self.due_on and unspoken


def standing(events: Iterable[LedgerEvent], on: date, rules: VerdictRules) -> Standing:
    """Fold all events, in their order, and then let time pass until the day `on`."""
    stands: Standing | None = None
    for event in events:
        if stands is not None:
            stands = pass_time(stands, event.happened_on, rules)
        stands = _after(stands, event, rules)
    if stands is None:
        raise ValueError("A commitment has at least the event by which it was recorded.")
    return pass_time(stands, on, rules)


def pass_time(stands: Standing, on: date, rules: VerdictRules) -> Standing:
    """Close the window when its last day is over: the votes given so far are the verdict."""
    if stands.window_until is not None and on > stands.window_until and stands.outcome is None:
        return _judged(stands, rules)
    return stands


def _after(stands: Standing | None, event: LedgerEvent, rules: VerdictRules) -> Standing:
    window = timedelta(days=rules.window_days)
    if stands is None:
        if event.kind is not Kind.RECORDED or event.due_on is None:
            raise ValueError("The first event of a commitment is that it was recorded, with a due day.")
        return Standing(State.PROPOSED, event.due_on, event.due_on, window_until=event.due_on + window)
    match event.kind:
        case Kind.CONFIRMED:
            return replace(stands, state=State.CONFIRMED, contested=False)
        case Kind.STARTED:
            return replace(stands, state=State.RUNNING)
        case Kind.CONTESTED:
            return replace(stands, contested=True)
        case Kind.MOVED if event.due_on is not None:
            moved = replace(stands, moved_count=stands.moved_count + 1)
            if not event.residents_agreed:
                # A day that residents did not agree to is remembered, but it is not the day they were promised.
                return moved
            return replace(moved, due_on=event.due_on, window_until=event.due_on + window, votes=Votes())
        case Kind.CLAIMED:
            return replace(
                stands,
                state=State.CLAIMED,
                claimed_on=event.happened_on,
                window_until=event.happened_on + window,
                votes=Votes(),
                outcome=None,
            )
        case Kind.JUDGED:
            votes = stands.votes
            return replace(
                stands,
                votes=Votes(
                    votes.kept + (event.kept or 0),
                    votes.partly + (event.partly or 0),
                    votes.not_kept + (event.not_kept or 0),
                ),
            )
        case Kind.WINDOW_CLOSED:
            return _judged(stands, rules)
        case Kind.REOPENED if event.due_on is not None:
            return replace(
                stands,
                state=State.RUNNING,
                due_on=event.due_on,
                claimed_on=None,
                window_until=event.due_on + window,
                votes=Votes(),
                outcome=None,
                reopened_count=stands.reopened_count + 1,
            )
        case Kind.WITHDRAWN:
            return replace(stands, state=State.WITHDRAWN, window_until=None)
        case Kind.PUBLISHED if event.visibility is not None:
            return replace(stands, visibility=event.visibility)
    raise ValueError(f"The event {event.kind} does not fit here.")


def _judged(stands: Standing, rules: VerdictRules) -> Standing:
    return replace(stands, state=State.JUDGED, outcome=stands.votes.outcome(rules), window_until=None)


OPEN_STATES = frozenset({State.PROPOSED, State.CONFIRMED, State.RUNNING})


def may_follow(stands: Standing, kind: Kind, on: date) -> bool:
    """Tell whether an event of this kind may follow on this day: the transition table of the ledger."""
    match kind:
        case Kind.CONFIRMED:
            return stands.state is State.PROPOSED
        case Kind.STARTED:
            return stands.state is State.CONFIRMED
        case Kind.CONTESTED:
            return stands.state is not State.WITHDRAWN and not stands.contested
        case Kind.MOVED:
            return stands.state in OPEN_STATES
        case Kind.CLAIMED:
            # Whoever was silent may still report, also after nobody judged that silence.
            silent = stands.state is State.JUDGED and stands.outcome is Verdict.UNJUDGED and stands.claimed_on is None
            return stands.state in OPEN_STATES or silent
        case Kind.JUDGED:
            return stands.state in OPEN_STATES | {State.CLAIMED} and stands.window_open(on)
        case Kind.WINDOW_CLOSED:
            return stands.state in OPEN_STATES | {State.CLAIMED} and stands.window_open(on) and stands.votes.voters > 0
        case Kind.REOPENED:
            return stands.state is State.JUDGED and stands.outcome in (Verdict.PARTLY, Verdict.NOT_KEPT)
        case Kind.WITHDRAWN:
            return stands.state in OPEN_STATES
        case Kind.PUBLISHED:
            return True
    return False
