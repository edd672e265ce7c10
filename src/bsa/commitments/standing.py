"""The standing of a commitment: what its events add up to on a day. A pure fold; nothing else decides a state.

The window in which residents judge opens at the claim, or by itself when the due day passes without one: silence can be
judged too. It closes after its days, or earlier by a named deed. What the votes in it add up to is the outcome.
"""

from collections.abc import Callable, Iterable, Iterator
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

    @property
    def entered_on(self) -> date:
        """The day on which it was entered, on or after the day on which it happened."""


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """The settings of judging: days of the window, and the fewest voters that make a verdict."""

    window_days: int = 14
    minimum_voters: int = 3

    @property
    def window(self) -> timedelta:
        """How long residents may judge."""
        return timedelta(days=self.window_days)


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
    """How many times another day was proposed; agreeing to a day that was proposed is the same move."""
    proposed_due_on: date | None = None
    """The day that was proposed last, and to which the residents have not agreed."""
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
    for _, stood in course(events, on, rules):
        stands = stood
    if stands is None:
        raise ValueError("A commitment has at least the event by which it was recorded.")
    return stands


def course(events: Iterable[LedgerEvent], on: date, rules: VerdictRules) -> Iterator[tuple[date, Standing]]:
    """Tell how it stood after each event, and after each window that passed by itself, with its day, until `on`."""
    stands: Standing | None = None
    for event in [*events, None]:
        if stands is not None:
            passed = pass_time(stands, event.happened_on if event else on, rules)
            if passed is not stands and stands.window_until is not None:
                yield stands.window_until + timedelta(days=1), passed
            stands = passed
        if event is not None:
            stands = _after(stands, event, rules)
            yield event.happened_on, stands


def pass_time(stands: Standing, on: date, rules: VerdictRules) -> Standing:
    """Close the window when its last day is over: the votes given so far are the verdict."""
    if stands.window_until is not None and on > stands.window_until and stands.outcome is None:
        return _with_verdict(stands, rules)
    return stands


def _after(stands: Standing | None, event: LedgerEvent, rules: VerdictRules) -> Standing:
    if stands is None:
        if event.kind is not Kind.RECORDED or event.due_on is None:
            raise ValueError("The first event of a commitment is that it was recorded, with a due day.")
        return Standing(
            State.PROPOSED, event.due_on, event.due_on, window_until=_window_until(event.due_on, event, rules)
        )
    return CHANGES[event.kind](stands, event, rules)


def _moved(stands: Standing, event: LedgerEvent, rules: VerdictRules) -> Standing:
    if not event.residents_agreed or event.due_on is None:
        # A day that residents did not agree to is remembered, but it is not the day they were promised.
        return replace(stands, moved_count=stands.moved_count + 1, proposed_due_on=event.due_on)
    return replace(
        stands,
        moved_count=stands.moved_count + (event.due_on != stands.proposed_due_on),
        proposed_due_on=None,
        due_on=event.due_on,
        window_until=_window_until(event.due_on, event, rules),
        votes=Votes(),
    )


def _claimed(stands: Standing, event: LedgerEvent, rules: VerdictRules) -> Standing:
    # What residents judged before was the silence; now there is something else to judge.
    return replace(
        stands,
        state=State.CLAIMED,
        claimed_on=event.happened_on,
        proposed_due_on=None,
        window_until=_window_until(event.happened_on, event, rules),
        votes=Votes(),
        outcome=None,
    )


def _judged(stands: Standing, event: LedgerEvent, rules: VerdictRules) -> Standing:
    votes = stands.votes
    return replace(
        stands,
        votes=Votes(
            votes.kept + (event.kept or 0),
            votes.partly + (event.partly or 0),
            votes.not_kept + (event.not_kept or 0),
        ),
    )


def _reopened(stands: Standing, event: LedgerEvent, rules: VerdictRules) -> Standing:
    due_on = event.due_on or stands.due_on
    return replace(
        stands,
        state=State.RUNNING,
        due_on=due_on,
        proposed_due_on=None,
        claimed_on=None,
        window_until=_window_until(due_on, event, rules),
        votes=Votes(),
        outcome=None,
        reopened_count=stands.reopened_count + 1,
    )


def _window_until(opens_on: date, event: LedgerEvent, rules: VerdictRules) -> date:
    """Return the last day of judging. A day in the past that is told only now does not use up the residents' days."""
    return max(opens_on, event.entered_on) + rules.window


def _with_verdict(stands: Standing, rules: VerdictRules) -> Standing:
    return replace(stands, state=State.JUDGED, outcome=stands.votes.outcome(rules), window_until=None)


CHANGES: dict[Kind, Callable[[Standing, LedgerEvent, VerdictRules], Standing]] = {
    Kind.CONFIRMED: lambda stands, event, rules: replace(
        stands, state=State.RUNNING if stands.state is State.RUNNING else State.CONFIRMED, contested=False
    ),
    Kind.STARTED: lambda stands, event, rules: replace(stands, state=State.RUNNING),
    Kind.CONTESTED: lambda stands, event, rules: replace(stands, contested=True),
    Kind.MOVED: _moved,
    Kind.CLAIMED: _claimed,
    Kind.JUDGED: _judged,
    Kind.WINDOW_CLOSED: lambda stands, event, rules: _with_verdict(stands, rules),
    Kind.REOPENED: _reopened,
    Kind.WITHDRAWN: lambda stands, event, rules: replace(stands, state=State.WITHDRAWN, window_until=None),
    Kind.PUBLISHED: lambda stands, event, rules: replace(stands, visibility=event.visibility or stands.visibility),
}
"""What each event makes of a standing."""

OPEN_STATES = frozenset({State.PROPOSED, State.CONFIRMED, State.RUNNING})
"""Promised, and neither reported, judged nor withdrawn."""

TRANSITIONS: dict[Kind, frozenset[State]] = {
    Kind.CONFIRMED: OPEN_STATES,
    Kind.STARTED: frozenset({State.CONFIRMED}),
    Kind.CONTESTED: frozenset(State) - {State.WITHDRAWN},
    Kind.MOVED: OPEN_STATES,
    Kind.CLAIMED: OPEN_STATES | {State.JUDGED},
    Kind.JUDGED: OPEN_STATES | {State.CLAIMED},
    Kind.WINDOW_CLOSED: OPEN_STATES | {State.CLAIMED},
    Kind.REOPENED: frozenset({State.JUDGED}),
    Kind.WITHDRAWN: OPEN_STATES,
    Kind.PUBLISHED: frozenset(State),
}
"""In which states each event may happen."""

CONDITIONS: dict[Kind, Callable[[Standing, date, VerdictRules], bool]] = {
    # Confirming again is how an institution takes back that it contested.
    Kind.CONFIRMED: lambda stands, on, rules: stands.state is State.PROPOSED or stands.contested,
    Kind.CONTESTED: lambda stands, on, rules: not stands.contested,
    # Whoever was silent may still report, also after nobody judged that silence.
    Kind.CLAIMED: lambda stands, on, rules: (
        stands.state in OPEN_STATES or (stands.claimed_on is None and stands.outcome is Verdict.UNJUDGED)
    ),
    Kind.JUDGED: lambda stands, on, rules: stands.window_open(on),
    Kind.WINDOW_CLOSED: lambda stands, on, rules: (
        stands.window_open(on) and stands.votes.voters >= rules.minimum_voters
    ),
    Kind.REOPENED: lambda stands, on, rules: stands.outcome in (Verdict.PARTLY, Verdict.NOT_KEPT),
    # Once its day has passed a promise is not taken back: it is broken or kept, and residents say which.
    Kind.WITHDRAWN: lambda stands, on, rules: on <= stands.due_on,
}
"""What must hold beside the state."""


def may_follow(stands: Standing, kind: Kind, on: date, rules: VerdictRules) -> bool:
    """Tell whether an event of this kind may follow on this day."""
    if kind not in TRANSITIONS or stands.state not in TRANSITIONS[kind]:
        return False
    condition = CONDITIONS.get(kind)
    return condition is None or condition(stands, on, rules)
