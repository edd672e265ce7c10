"""What the events of an ask add up to, and what may happen next: pure, and the only place that knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from bsa.asks.models import AnswerKind, Ask, AskEvent, AskEventKind, AskState, Side
from bsa.institutions.models import Mandate
from bsa.permissions import Permission

Told = TypeVar("Told")

WAITING = frozenset({AskState.ASKED, AskState.ASKED_AGAIN, AskState.ESCALATED})
"""The states in which an answer is due; when its day passes without one, the ask is unanswered."""

TRANSITIONS: dict[AskEventKind, frozenset[AskState]] = {
    AskEventKind.DRAFTED: frozenset(),
    AskEventKind.ASKED: frozenset({AskState.DRAFT}),
    AskEventKind.ANSWERED: WAITING | {AskState.UNANSWERED},
    AskEventKind.ASKED_AGAIN: frozenset({AskState.ANSWERED, AskState.UNANSWERED}),
    AskEventKind.ESCALATED: frozenset({AskState.ANSWERED, AskState.UNANSWERED}),
    AskEventKind.CLOSED: WAITING | {AskState.ANSWERED, AskState.UNANSWERED},
    AskEventKind.ANSWER_STRUCK: frozenset({AskState.ANSWERED}),
}
"""From which states each thing may happen. A draft is the beginning; it can only be put, or be discarded."""

AFTER_ANSWERS: dict[AskEventKind, frozenset[AnswerKind]] = {
    AskEventKind.ASKED_AGAIN: frozenset({AnswerKind.EVASIVE, AnswerKind.NO}),
    AskEventKind.ESCALATED: frozenset({AnswerKind.EVASIVE, AnswerKind.NO}),
}
"""What may happen to an answered ask only after one of these answers."""

LEADS_TO: dict[AskEventKind, AskState] = {
    AskEventKind.DRAFTED: AskState.DRAFT,
    AskEventKind.ASKED: AskState.ASKED,
    AskEventKind.ANSWERED: AskState.ANSWERED,
    AskEventKind.ASKED_AGAIN: AskState.ASKED_AGAIN,
    AskEventKind.ESCALATED: AskState.ESCALATED,
    AskEventKind.CLOSED: AskState.CLOSED,
}
"""The state just after each thing happened; once an answer is struck through, it is again as it was before it."""

ON_BEHALF_OF: dict[AskEventKind, frozenset[Side]] = {
    AskEventKind.DRAFTED: frozenset({Side.TEAM}),
    AskEventKind.ASKED: frozenset({Side.RESIDENTS, Side.TEAM}),
    AskEventKind.ANSWERED: frozenset({Side.INSTITUTION}),
    AskEventKind.ASKED_AGAIN: frozenset({Side.RESIDENTS, Side.TEAM}),
    AskEventKind.ESCALATED: frozenset({Side.RESIDENTS, Side.TEAM}),
    AskEventKind.CLOSED: frozenset({Side.TEAM}),
    AskEventKind.ANSWER_STRUCK: frozenset({Side.TEAM, Side.INSTITUTION}),
}
"""On whose behalf each thing is entered: only an institution answers, only residents and the team ask."""

PERMISSIONS: dict[AskEventKind, Permission] = {
    AskEventKind.DRAFTED: Permission.DRAFT_ASK,
    AskEventKind.ASKED: Permission.PUT_ASK,
    AskEventKind.ANSWERED: Permission.ANSWER_ASK,
    AskEventKind.ASKED_AGAIN: Permission.ASK_AGAIN,
    AskEventKind.ESCALATED: Permission.ESCALATE_ASK,
    AskEventKind.CLOSED: Permission.CLOSE_ASK,
    AskEventKind.ANSWER_STRUCK: Permission.STRIKE_ANSWER,
}
"""Who may enter each thing."""

PROMISING = frozenset({AnswerKind.YES, AnswerKind.YES_IF})
"""The answers from which commitments may be recorded."""


class Reply(StrEnum):
    """What came of one time that an ask was put."""

    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    NEVER = "never"
    WAITING = "waiting"
    SETTLED_OTHERWISE = "settled_otherwise"
    """Closed or asked again before its day: nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class AskStanding:
    """How an ask stands on a day."""

    state: AskState
    """On that day; `unanswered` is here."""
    state_after_event: AskState
    """Just after the last event; `unanswered` is never here."""
    reply_by: date | None
    """The last day that was set for an answer."""
    last_answer: AnswerKind | None
    """The last answer since the ask was last put; None while it waits for one."""
    mandate: Mandate | None
    """The level that was asked last, or that answered."""
    times_asked: int
    last_event_on: date
    overdue_days: int
    """How many days an answer is late; 0 when none is due."""

    @property
    def may_be_promised(self) -> bool:
        """Tell whether commitments may be recorded from the answer."""
        return self.state is AskState.ANSWERED and self.last_answer in PROMISING

    def may_follow(self, kind: AskEventKind) -> bool:
        """Tell whether this may happen now."""
        if self.state not in TRANSITIONS[kind]:
            return False
        answers = AFTER_ANSWERS.get(kind)
        return self.state is not AskState.ANSWERED or answers is None or self.last_answer in answers


def in_force(events: Iterable[Told]) -> list[Told]:
    """Leave out each answer that was struck through, and the striking: all the rest happened without it."""
    kept: list[Any] = []
    for event in events:
        kept.append(event)
        if kept[-1].kind is AskEventKind.ANSWER_STRUCK:
            del kept[-2:]
    return kept


def standing(events: Sequence[AskEvent], on: date) -> AskStanding:
    """Fold the events of one ask, in their order, into how it stands on a day."""
    events = in_force(events)
    reply_by: date | None = None
    answer: AnswerKind | None = None
    mandate: Mandate | None = None
    times_asked = 0
    for event in events:
        if LEADS_TO[event.kind] in WAITING:
            times_asked += 1
            reply_by, answer = event.reply_by, None
        if event.kind is AskEventKind.ANSWERED:
            answer = event.answer
        mandate = event.mandate or mandate
    last = events[-1]
    after = LEADS_TO[last.kind]
    return AskStanding(
        state=state_on(after, reply_by, on),
        state_after_event=after,
        reply_by=reply_by,
        last_answer=answer,
        mandate=mandate,
        times_asked=times_asked,
        last_event_on=last.happened_on,
        overdue_days=overdue_days(after, reply_by, on),
    )


def reply_to(put: Any, following: Any | None, on: date) -> Reply:
    """Tell what came of one time that an ask was put, by a day, from that event and the one after it."""
    if following is not None and following.kind is AskEventKind.ANSWERED:
        return Reply.IN_TIME if following.happened_on <= put.reply_by else Reply.TOO_LATE
    until = on if following is None else following.happened_on
    if until > put.reply_by:
        return Reply.NEVER
    return Reply.WAITING if following is None else Reply.SETTLED_OTHERWISE


def state_on(after_event: AskState, reply_by: date | None, on: date) -> AskState:
    """Return the state on a day, from the state just after the last event and the day set for an answer."""
    return AskState.UNANSWERED if overdue_days(after_event, reply_by, on) else after_event


def overdue_days(after_event: AskState, reply_by: date | None, on: date) -> int:
    """Return how many days an answer is late."""
    if after_event not in WAITING or reply_by is None:
        return 0
    return max((on - reply_by).days, 0)


def as_it_stands(ask: Ask, on: date) -> AskStanding:
    """Return how an ask stands on a day from the columns that repeat its events: for lists and for commitments."""
    return AskStanding(
        state=state_on(ask.state, ask.reply_by, on),
        state_after_event=ask.state,
        reply_by=ask.reply_by,
        last_answer=ask.last_answer,
        mandate=ask.mandate,
        times_asked=ask.times_asked,
        last_event_on=ask.last_event_on,
        overdue_days=overdue_days(ask.state, ask.reply_by, on),
    )


def repeat(ask: Ask, standing_now: AskStanding) -> None:
    """Copy what the events add up to into the columns of the ask."""
    ask.state = standing_now.state_after_event
    ask.reply_by = standing_now.reply_by
    ask.last_answer = standing_now.last_answer
    ask.mandate = standing_now.mandate
    ask.times_asked = standing_now.times_asked
    ask.last_event_on = standing_now.last_event_on
