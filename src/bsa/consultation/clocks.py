"""Where a track stands: a fold over what happened in it, reckoned anew each time and never stored."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bsa.consultation.models import StepKind, TrackEvent, TrackKind
from bsa.consultation.rules import (
    CLOCKS,
    DAY,
    ENOUGH_PERCENT,
    FEWEST_HOMES,
    Clock,
    Rule,
    extended,
    percent,
    reckoned,
)


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    RUNNING = "running"
    OPEN = "open"
    DONE = "done"
    LATE = "late"
    PASSED = "passed"
    TOO_EARLY = "too_early"
    NOT_REACHED = "not_reached"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a track: by which rule, from which day, until or as of which day, and what came of it."""

    clock: Clock
    rule: Rule
    state: StepState
    from_on: date | None = None
    counted_on: date | None = None
    """The day as the rule gives it."""
    due_on: date | None = None
    """The day that holds: as the rule gives it, or as it was overruled."""
    extended_on: date | None = None
    """What the extension act would make of it, when that is another day."""
    why: str | None = None
    """Why the day was overruled."""
    met_on: date | None = None


OVERDUE = {Clock.REASONS, Clock.YEARLY}
"""Steps that the landlord owes: when their day passes, something was not done that should have been."""


class _Story:
    """What happened in a track, and what stands of it."""

    def __init__(self, begun_on: date, events: Iterable[TrackEvent], today: date) -> None:
        self.begun_on = begun_on
        self.today = today
        self._events = sorted(
            (event for event in events if event.struck_at is None), key=lambda event: (event.happened_on, event.number)
        )

    def first(self, kind: StepKind) -> TrackEvent | None:
        return next((event for event in self._events if event.kind is kind), None)

    def last(self, kind: StepKind) -> TrackEvent | None:
        return next((event for event in reversed(self._events) if event.kind is kind), None)

    def overruled(self, rule: Rule) -> TrackEvent | None:
        those = [event for event in self._events if event.kind is StepKind.OVERRULED and event.rule == rule]
        return max(those, key=lambda event: event.number, default=None)

    def step(self, rule: Rule, clock: Clock, from_on: date | None) -> Step:
        """Return a step that runs from a day on; the state is for whoever knows what came of it."""
        if from_on is None:
            return Step(clock, rule, StepState.WAITING)
        counted_on, overruled = reckoned(rule, from_on), self.overruled(rule)
        if overruled is not None:
            return Step(clock, rule, StepState.RUNNING, from_on, counted_on, overruled.due_on, None, overruled.words)
        return Step(clock, rule, StepState.RUNNING, from_on, counted_on, counted_on, extended(rule, from_on))

    def until(self, step: Step, met_on: date | None) -> Step:
        """Settle a step that has a last day."""
        if step.due_on is None:
            return step
        if met_on is not None:
            return replace(step, met_on=met_on, state=StepState.DONE if met_on <= step.due_on else StepState.LATE)
        return replace(step, state=StepState.RUNNING if self.today <= step.due_on else StepState.PASSED)


def steps_of(kind: TrackKind, begun_on: date, events: Iterable[TrackEvent], today: date) -> list[Step]:
    """Return the steps of a track as they stand on a day."""
    story = _Story(begun_on, events, today)
    return [STEPS[clock](story) for clock in CLOCKS[kind]]


def next_step(steps: Sequence[Step]) -> Step | None:
    """Return what comes next: what was not done in time, else the first day to come, else what may be done now."""
    overdue = [step for step in steps if is_overdue(step)]
    coming = [step for step in steps if step.state is StepState.RUNNING]
    dated = sorted(overdue or coming, key=lambda step: step.due_on or date.max)
    may = [step for step in steps if step.state is StepState.OPEN]
    return next(iter(dated or may), None)


def is_overdue(step: Step) -> bool:
    """Tell whether the landlord should have done it by now."""
    return step.clock in OVERDUE and step.state is StepState.PASSED


def possible(kind: TrackKind, begun_on: date, events: Sequence[TrackEvent], today: date) -> list[StepKind]:
    """Return what can be written down next, in the order in which it usually happens."""
    story = _Story(begun_on, events, today)
    has = {step: story.first(step) is not None for step in StepKind}
    if kind is TrackKind.YEARLY:
        return [StepKind.CONSULTED, StepKind.OVERRULED]
    answered = has[StepKind.ADVISED] or has[StepKind.NO_OBJECTION]
    can = {
        StepKind.INFORMED: not answered and not has[StepKind.EXECUTED],
        StepKind.ADVISED: has[StepKind.INFORMED] and not answered,
        StepKind.NO_OBJECTION: has[StepKind.INFORMED] and not has[StepKind.NO_OBJECTION] and not has[StepKind.EXECUTED],
        StepKind.REASONS_RECEIVED: has[StepKind.ADVISED] and not has[StepKind.REASONS_RECEIVED],
        StepKind.EXECUTED: not has[StepKind.EXECUTED],
    }
    if kind is TrackKind.RENOVATION:
        can |= {
            StepKind.PROPOSED: not has[StepKind.PROPOSED],
            StepKind.POLLED: not has[StepKind.NOTIFIED],
            StepKind.NOTIFIED: is_enough(story.last(StepKind.POLLED)) and not has[StepKind.NOTIFIED],
        }
    can[StepKind.OVERRULED] = bool(overrulable(steps_of(kind, begun_on, events, today)))
    return [step for step in ORDER if can.get(step)]


def overrulable(steps: Iterable[Step]) -> list[Step]:
    """Return the steps with a day that may still be overruled: what is over stays as it was."""
    steps = list(steps)
    if any(step.clock is Clock.EXECUTION and step.met_on for step in steps):
        return [step for step in steps if step.clock is Clock.OBJECTION and step.state is StepState.RUNNING]
    may = {StepState.RUNNING, StepState.OPEN, StepState.PASSED}
    return [
        step
        for step in steps
        if step.due_on is not None
        and step.state in may - ({StepState.PASSED} if step.clock is Clock.OBJECTION else set())
    ]


def is_enough(poll: TrackEvent | None) -> bool:
    """Tell whether so many homes agree that the proposal is presumed to be reasonable."""
    if poll is None or poll.homes is None or poll.in_favour is None:
        return False
    return poll.homes >= FEWEST_HOMES and percent(poll.homes, poll.in_favour) >= ENOUGH_PERCENT


def _advice(story: _Story) -> Step:
    informed = story.last(StepKind.INFORMED)
    heard = [event.happened_on for event in _heard(story)]
    return story.until(
        story.step(Rule.SIX_WEEKS, Clock.ADVICE, informed.happened_on if informed else None), min(heard, default=None)
    )


def _reasons(story: _Story) -> Step:
    advised = story.first(StepKind.ADVISED)
    answered = story.last(StepKind.REASONS_RECEIVED)
    advice = _advice(story)
    if advised is None:
        over = advice.met_on is not None or advice.state is StepState.PASSED
        state = StepState.NOT_NEEDED if over else StepState.WAITING
        return Step(Clock.REASONS, Rule.FOURTEEN_DAYS, state)
    step = story.step(Rule.FOURTEEN_DAYS, Clock.REASONS, advised.happened_on)
    if answered is None and (not _in_time(advised, advice) or story.first(StepKind.NO_OBJECTION)):
        return Step(Clock.REASONS, Rule.FOURTEEN_DAYS, StepState.NOT_NEEDED)
    return story.until(step, answered.happened_on if answered else None)


def _execution(story: _Story) -> Step:
    executed = story.first(StepKind.EXECUTED)
    step = min(_ways(story), key=lambda way: way.due_on or date.max)
    if executed is not None:
        fits = step.due_on is not None and executed.happened_on >= step.due_on
        return replace(step, met_on=executed.happened_on, state=StepState.DONE if fits else StepState.TOO_EARLY)
    if step.due_on is None:
        return step
    return replace(step, state=StepState.OPEN if story.today >= step.due_on else StepState.RUNNING)


def _ways(story: _Story) -> list[Step]:
    """Return the ways by which the landlord may come to carry it out; the first day of them holds."""
    advised, answered = story.first(StepKind.ADVISED), story.last(StepKind.REASONS_RECEIVED)
    no_objection, advice = story.first(StepKind.NO_OBJECTION), _advice(story)
    ways = []
    if no_objection is not None:
        ways.append(story.step(Rule.AFTER_NO_OBJECTION, Clock.EXECUTION, no_objection.happened_on))
    if advised is not None and _in_time(advised, advice):
        rule = Rule.AFTER_FOLLOWING if answered and not answered.deviates else Rule.AFTER_REASONS
        ways.append(story.step(rule, Clock.EXECUTION, answered.happened_on if answered else None))
    else:
        step = story.step(Rule.AFTER_TERM, Clock.EXECUTION, advice.due_on)
        later = advice.extended_on + DAY if advice.extended_on else None
        ways.append(replace(step, extended_on=None if step.why else later))
    return ways


def _yearly(story: _Story) -> Step:
    consulted = story.last(StepKind.CONSULTED)
    last = consulted.happened_on if consulted else None
    step = story.until(story.step(Rule.ONCE_A_YEAR, Clock.YEARLY, last or story.begun_on), None)
    overruled = story.overruled(Rule.ONCE_A_YEAR)
    if overruled is not None and last is not None and overruled.happened_on < last:
        # It was said of the year before.
        day = reckoned(Rule.ONCE_A_YEAR, last)
        step = story.until(replace(step, counted_on=day, due_on=day, why=None), None)
    return step


def _support(story: _Story) -> Step:
    poll = story.last(StepKind.POLLED)
    step = Step(Clock.SUPPORT, Rule.SEVENTY_PERCENT, StepState.WAITING)
    if poll is None or poll.homes is None:
        return step
    if poll.homes < FEWEST_HOMES:
        return replace(step, state=StepState.NOT_NEEDED)
    state = StepState.DONE if is_enough(poll) else StepState.NOT_REACHED
    return replace(step, state=state, met_on=poll.happened_on)


def _objection(story: _Story) -> Step:
    poll, notified = story.last(StepKind.POLLED), story.first(StepKind.NOTIFIED)
    if poll is not None and not is_enough(poll):
        return Step(Clock.OBJECTION, Rule.EIGHT_WEEKS, StepState.NOT_NEEDED)
    return story.until(story.step(Rule.EIGHT_WEEKS, Clock.OBJECTION, notified.happened_on if notified else None), None)


def _heard(story: _Story) -> list[TrackEvent]:
    """Return what the group said of the plan."""
    said = (story.first(StepKind.ADVISED), story.first(StepKind.NO_OBJECTION))
    return [event for event in said if event is not None]


def _in_time(advised: TrackEvent, advice: Step) -> bool:
    return advice.due_on is not None and advised.happened_on <= advice.due_on


STEPS: Mapping[Clock, Callable[[_Story], Step]] = {
    Clock.ADVICE: _advice,
    Clock.REASONS: _reasons,
    Clock.EXECUTION: _execution,
    Clock.YEARLY: _yearly,
    Clock.SUPPORT: _support,
    Clock.OBJECTION: _objection,
}

ORDER = (
    StepKind.INFORMED,
    StepKind.PROPOSED,
    StepKind.ADVISED,
    StepKind.NO_OBJECTION,
    StepKind.POLLED,
    StepKind.NOTIFIED,
    StepKind.REASONS_RECEIVED,
    StepKind.EXECUTED,
    StepKind.CONSULTED,
    StepKind.OVERRULED,
)
