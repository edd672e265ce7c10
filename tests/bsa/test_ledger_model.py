"""The ledger, driven by anybody on any day: whatever is refused or not, it stays what its tables say.

A machine asks, answers, promises, moves, claims, judges and reopens as random actors, and lets time pass. After each
deed everything that is shown is told again from the events alone, by a telling that was written here and shares no line
with the ledger's own; so were the tables of who may do what, on whose behalf, and what follows what.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import true
from sqlmodel import Session

from bsa import clock, permissions, questions
from bsa.asks import standing as asks_fold
from bsa.asks.actions import ask_again, close_ask, draft_ask, escalate, put_ask, record_answer, strike_answer
from bsa.asks.models import Ask, AskEventKind, AskState, Side
from bsa.asks.queries import list_asks, show_ask
from bsa.asks.shapes import AnswerIn, AskIn, AskQuery, ClosureIn, EscalationIn, PutIn, StrikeAnswerIn
from bsa.commitments import actions, deeds, queries
from bsa.commitments import standing as fold
from bsa.commitments.actions import enter_event, rebuild, record_commitment, record_verdict
from bsa.commitments.models import Commitment, Verdict
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import list_commitments, show_commitment
from bsa.commitments.shapes import CommitmentEventIn, CommitmentIn, CommitmentQuery, VerdictIn
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.permissions import OWN_INSTITUTION, RULES, Permission, is_institution_contact

from tests.cast import NOW, Cast
from tests.line import Line, walk_the_line

Refused = (Conflict, Invalid, NotAllowed, NotFound, Stale)

TEAM = {"activator", "colleague", "teamleader"}
BY_TEAM_OR_INSTITUTION = ("confirmed", "started", "contested", "moved", "claimed", "withdrawn", "answered")
MAY: dict[str, set[str]] = {
    **{kind: TEAM | {"corporation"} for kind in BY_TEAM_OR_INSTITUTION},
    **{kind: TEAM - {"teamleader"} for kind in ("judged", "window_closed")},
    **dict.fromkeys(("recorded", "reopened", "published"), TEAM),
    **dict.fromkeys(("drafted", "asked", "asked_again", "escalated", "closed"), TEAM),
    "answer_struck": TEAM | {"corporation"},
}
ON_BEHALF: dict[str, set[str]] = {
    **{kind: {"institution"} for kind in BY_TEAM_OR_INSTITUTION},
    **{kind: {"residents"} for kind in ("judged", "window_closed", "reopened")},
    **{kind: {"team"} for kind in ("recorded", "published", "drafted", "closed")},
    **{kind: {"residents", "team"} for kind in ("asked", "asked_again", "escalated")},
    "answer_struck": {"team", "institution"},
}
OPEN = {"proposed", "confirmed", "running"}
ALL = OPEN | {"claimed", "judged", "withdrawn"}
LEDGER: dict[str, dict[str, str]] = {
    "confirmed": {"proposed": "confirmed", "confirmed": "confirmed", "running": "running"},
    "started": {"confirmed": "running"},
    "contested": {state: state for state in ALL - {"withdrawn"}},
    "moved": {state: state for state in OPEN},
    "claimed": dict.fromkeys(OPEN | {"judged"}, "claimed"),
    "judged": {state: state for state in OPEN | {"claimed"}},
    "window_closed": dict.fromkeys(OPEN | {"claimed"}, "judged"),
    "reopened": {"judged": "running"},
    "withdrawn": dict.fromkeys(OPEN, "withdrawn"),
    "published": {state: state for state in ALL},
}
"""What each event makes of each state. The passing of time makes `judged` of an open or a claimed one."""
WAITING = {"asked", "asked_again", "escalated"}
ASKS: dict[str, set[str]] = {
    "asked": {"draft"},
    "answered": WAITING | {"unanswered"},
    "asked_again": {"answered", "unanswered"},
    "escalated": {"answered", "unanswered"},
    "closed": WAITING | {"answered", "unanswered"},
    "answer_struck": {"answered"},
}
WINDOW, FEWEST = timedelta(days=14), 3


def may_be_judged(before: Any, on: date) -> bool:
    """Tell whether somebody reported, or the day passed in silence."""
    return before.claimed_on is not None or on > before.due_on


def voters(before: Any) -> int:
    """Count who judged so far."""
    return sum(count or 0 for count in (before.verdict.kept, before.verdict.partly, before.verdict.not_kept))


REQUIRED: dict[str, Callable[[Any, date], bool]] = {
    "confirmed": lambda before, on: before.state == "proposed" or before.contested,
    "contested": lambda before, on: not before.contested,
    "claimed": lambda before, on: (
        before.state != "judged" or (before.claimed_on is None and before.verdict.outcome == "unjudged")
    ),
    "judged": may_be_judged,
    "window_closed": lambda before, on: may_be_judged(before, on) and voters(before) >= FEWEST,
    "reopened": lambda before, on: before.verdict.outcome in ("partly", "not_kept"),
    "withdrawn": lambda before, on: on <= before.due_on,
}
"""What must hold beside the state, seen on the day on which it happened."""


@dataclass
class Retold:
    """How a commitment stands, told from its events by the words of the rules."""

    state: str
    first_due_on: date
    due_on: date
    claimed_on: date | None = None
    ends_on: date | None = None
    votes: tuple[int, int, int] = (0, 0, 0)
    outcome: str | None = None
    moved_count: int = 0
    reopened_count: int = 0
    proposed: date | None = None

    def let_pass(self, on: date) -> None:
        """Close the window when its last day is over."""
        if self.ends_on is not None and on > self.ends_on and self.state not in ("judged", "withdrawn"):
            self.close()

    def close(self) -> None:
        """End the judging: too few voters, the strict majority, or partly."""
        kept, partly, not_kept = self.votes
        voters = kept + partly + not_kept
        word = "partly"
        if voters < FEWEST:
            word = "unjudged"
        elif 2 * kept > voters:
            word = "kept"
        elif 2 * not_kept > voters:
            word = "not_kept"
        self.state, self.outcome, self.ends_on = "judged", word, None

    def begin(self, day: date, entered_on: date) -> None:
        """Let a new round of judging come: from a day on, and never shorter than the window."""
        self.ends_on, self.votes = max(day, entered_on) + WINDOW, (0, 0, 0)

    def late(self, on: date) -> bool:
        """Tell whether its day passed in silence, and no verdict of residents settled that."""
        silent = self.claimed_on is None and on > self.due_on
        return silent and self.state != "withdrawn" and self.outcome in (None, "unjudged")


def retell(events: Sequence[Any], on: date) -> Retold:
    """Tell from the events alone how a commitment stands on a day; a state that no table names is an error."""
    first, *others = events
    assert first.kind == "recorded"
    told = Retold("proposed", first.due_on, first.due_on)
    told.begin(first.due_on, first.entered_on)
    for event in others:
        told.let_pass(event.happened_on)
        told.state = LEDGER[event.kind][told.state]
        if event.kind == "claimed":
            told.claimed_on, told.outcome, told.proposed = event.happened_on, None, None
            told.begin(event.happened_on, event.entered_on)
        elif event.kind == "moved":
            told.moved_count += not (event.residents_agreed and event.due_on == told.proposed)
            told.proposed = None if event.residents_agreed else event.due_on
            if event.residents_agreed:
                told.due_on = event.due_on
                told.begin(event.due_on, event.entered_on)
        elif event.kind == "reopened":
            told.claimed_on, told.outcome, told.proposed, told.due_on = None, None, None, event.due_on
            told.reopened_count += 1
            told.begin(event.due_on, event.entered_on)
        elif event.kind == "judged":
            kept, partly, not_kept = told.votes
            told.votes = kept + event.kept, partly + event.partly, not_kept + event.not_kept
        elif event.kind == "window_closed":
            told.close()
        elif event.kind == "withdrawn":
            told.ends_on = None
    told.let_pass(on)
    return told


def likely(number: int, may: Sequence[str], all_of_them: Iterable[str]) -> str:
    """Choose three times out of four what may be done, and else anything: most of a random walk would be refused."""
    choices = list(may) if number % 4 and may else list(all_of_them)
    return choices[number // 4 % len(choices)]


class LedgerMachine(RuleBasedStateMachine):
    """Everybody does everything, in any order, on days that go on."""

    database: Database
    cast: Cast
    taken: Counter[str]
    """How often something of each kind was not refused, in all runs together."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.session = self.stack.enter_context(self.database._session(self.database.engine))
        self.now = NOW
        self.asks: list[UUID] = []
        self.promises: dict[UUID, tuple[Any, ...]] = {}
        """Commitments, with the events that were shown of each."""
        self.changed = True

    def teardown(self) -> None:
        self.session.rollback()
        self.stack.close()

    @initialize(seed=st.integers(0, 9999))
    def walk(self, seed: int) -> None:
        self.begin()
        self.a_busy_month(seed)

    def begin(self) -> None:
        """Walk the line once: an ask that was answered, and a promise for the day after tomorrow."""
        with self.at(self.now):
            self.line: Line = walk_the_line(self.session, self.cast, self.today + timedelta(days=2))
        self.asks.append(self.line.ask_id)
        self.promises[self.line.commitment_id] = ()

    @rule(seed=st.integers(0, 9999))
    def a_busy_month(self, seed: int) -> None:
        """Do much at once: what follows from much is seldom reached one deed after the other."""
        dice = random.Random(seed)
        who = (
            *["activator"] * 5,
            "colleague",
            "corporation",
            "corporation",
            "teamleader",
            "rival",
            "policy",
            "stranger",
        )
        votes = [(0, 0, 4), (1, 1, 0), (0, 3, 1), (3, 0, 0), (1, 1, 2), (2, 0, 2), (0, 1, 4)]
        for _ in range(30):
            actor, number = dice.choice(who), dice.randrange(40)
            which, ahead = dice.randrange(6), dice.choice([-1, 1, 4, 10])
            answer, back, yes = (
                dice.choice(["no", "evasive", "yes", "yes_if"]),
                dice.choice([0, 0, 1, 3]),
                number % 3 > 0,
            )
            deed = dice.choice(
                [
                    partial(self.time_passes, dice.choice([1, 2, 5, 7, 15])),
                    partial(self.asks_something, actor, yes),
                    partial(self.something_happens_to_an_ask, actor, which, number, answer, dice.choice([1, 7])),
                    partial(self.promises_something, actor, which, dice.randint(1, 9)),
                    partial(self.something_happens, actor, which, number, back, ahead, yes),
                    partial(self.something_happens, actor, which, number, back, ahead, yes),
                    partial(self.residents_judge, actor, which, dice.choice(votes), min(back, 1), yes),
                ]
            )
            deed()
            self.it_stays_what_its_tables_say()

    @property
    def today(self) -> date:
        return clock.day_of(self.now)

    @staticmethod
    def at(moment: datetime) -> Any:
        return clock.standing_at(moment)

    def on(self, day: date) -> Any:
        """Stand the clock on a day: now, or at noon of a day before."""
        return self.at(self.now if day == self.today else datetime.combine(day, time(12), UTC))

    def do(self, deed: Callable[[Session], Any]) -> Any:
        """Do a deed at this moment; None when it is refused, and then nothing has changed."""
        self.now += timedelta(minutes=1)
        with self.at(self.now):
            try:
                with self.session.begin_nested():
                    done = deed(self.session)
            except Refused:
                self.session.expire_all()
                return None
            self.changed = True
            return done

    @rule(days=st.sampled_from([1, 2, 5, 7, 15]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.changed = True

    @rule(who=st.sampled_from(sorted(TEAM | {"corporation", "policy"})), puts=st.booleans())
    def asks_something(self, who: str, puts: bool) -> None:
        if len(self.asks) == 3:
            return
        told = AskIn(initiative_id=self.line.initiative_id, institution_id=self.cast.corporation_id, text="Nog iets")
        ask = self.do(lambda session: draft_ask(session, self.cast.actors[who], told))
        if ask is not None:
            assert who in MAY["drafted"]
            self.asks.append(ask.id)
            if puts:
                self.happens_to_ask(who, ask.id, "asked", "yes", 7)

    @rule(
        who=st.sampled_from(["activator", "activator", "colleague", "corporation", "rival", "stranger"]),
        which=st.integers(0, 5),
        kind=st.integers(0, 39),
        answer=st.sampled_from(["no", "evasive", "yes", "yes_if"]),
        days=st.sampled_from([1, 7]),
    )
    def something_happens_to_an_ask(self, who: str, which: int, kind: int, answer: str, days: int) -> None:
        ask_id = self.asks[which % len(self.asks)]
        state = self.ask_state(ask_id)
        may = [one for one in (*ASKS, "escalated") if state in ASKS[one]]
        self.happens_to_ask(who, ask_id, likely(kind, may, ASKS), answer, days)

    def happens_to_ask(self, who: str, ask_id: UUID, kind: str, answer: str, days: int) -> None:
        actor, before = self.cast.actors[who], self.ask_state(ask_id)
        version = self.session.get_one(Ask, ask_id).version
        base = {"happened_on": self.today}
        put = base | {"reply_by": self.today + timedelta(days=days), "source": "letter", "mandate": "policy"}
        ways: dict[str, tuple[Any, Any]] = {
            "asked": (put_ask, PutIn.model_validate(put)),
            "asked_again": (ask_again, PutIn.model_validate(put)),
            "escalated": (escalate, EscalationIn.model_validate(put | {"reason": "Hoger"})),
            "answered": (
                record_answer,
                AnswerIn.model_validate(base | {"answer": answer, "words": "Tja", "source": "mail"}),
            ),
            "closed": (close_ask, ClosureIn.model_validate(base | {"reason": "Genoeg"})),
            "answer_struck": (strike_answer, StrikeAnswerIn(reason="Dat zei een ander")),
        }
        deed, told = ways[kind]
        if self.do(lambda session: deed(session, actor, ask_id, version, told)) is not None:
            self.taken[f"ask {kind}"] += 1
            assert who in MAY[kind]
            assert before in ASKS[kind]

    @rule(
        who=st.sampled_from(["activator", "teamleader", "corporation"]), which=st.integers(0, 5), days=st.integers(1, 9)
    )
    def promises_something(self, who: str, which: int, days: int) -> None:
        if len(self.promises) == 2:
            return
        ask_id = self.asks[which % len(self.asks)]
        answer = self.shown_ask(ask_id).last_answer
        state = self.ask_state(ask_id)
        promise = CommitmentIn.model_validate(
            {
                "ask_id": ask_id,
                "promise": "Wij doen het",
                "residents_words": "Het is gedaan",
                "sign": "Het is er",
                "due_on": self.today + timedelta(days=days),
                "mandate": "policy",
                "promised_on": self.today,
            }
        )
        made = self.do(lambda session: record_commitment(session, self.cast.actors[who], promise))
        if made is not None:
            assert who in MAY["recorded"]
            assert (state, answer) in (("answered", "yes"), ("answered", "yes_if"))
            self.promises[made.id] = ()

    @rule(
        who=st.sampled_from(["activator", "corporation", "activator", "activator", "teamleader", "rival", "policy"]),
        which=st.integers(0, 2),
        which_kind=st.integers(0, 39),
        ago=st.sampled_from([0, 0, 0, 1, 3]),
        ahead=st.sampled_from([-1, 1, 4, 10]),
        agreed=st.booleans(),
    )
    def something_happens(self, who: str, which: int, which_kind: int, ago: int, ahead: int, agreed: bool) -> None:
        state = self.shown(self.key(which)).state
        others = [*(one for one in LEDGER if one != "judged"), "reopened", "reopened"]
        kind = likely(which_kind, [one for one in others if state in LEDGER[one]], others)
        self.happens(who, which, kind, ago, ahead, agreed=agreed)

    def happens(self, who: str, which: int, kind: str, ago: int = 0, ahead: int = 4, *, agreed: bool = False) -> None:
        """Enter what happened to a promise, as somebody."""
        happened_on = self.today - timedelta(days=ago)
        told: dict[str, Any] = {"kind": kind, "happened_on": happened_on, "words": "Daarom"}
        if kind in ("moved", "reopened"):
            told["due_on"] = self.today + timedelta(days=ahead)
        if kind == "moved":
            told["residents_agreed"] = agreed
        if kind == "published":
            told |= {"visibility": "public", "previewed": True}
        happened = CommitmentEventIn.model_validate(told)
        self.enters(who, which, kind, happened_on, partial(enter_event, happened=happened))

    @rule(
        who=st.sampled_from(["activator", "colleague", "activator", "activator", "corporation"]),
        which=st.integers(0, 2),
        votes=st.sampled_from([(0, 0, 4), (1, 1, 0), (0, 3, 1), (3, 0, 0), (1, 1, 2), (2, 0, 2), (0, 1, 4)]),
        ago=st.sampled_from([0, 0, 1]),
        closes=st.sampled_from([True, True, False]),
    )
    def residents_judge(self, who: str, which: int, votes: tuple[int, int, int], ago: int, closes: bool) -> None:
        kept, partly, not_kept = votes
        happened_on = self.today - timedelta(days=ago)
        verdict = VerdictIn(
            kept=kept,
            partly=partly,
            not_kept=not_kept,
            happened_on=happened_on,
            witness_ids=[self.line.resident_id, self.line.other_resident_id],
            close_window=closes,
        )
        self.enters(who, which, "judged", happened_on, partial(record_verdict, verdict=verdict))

    @rule(which=st.integers(0, 2))
    def an_old_page_is_sent(self, which: int) -> None:
        key = self.key(which)
        version = self.session.get_one(Commitment, key).version - 1
        told = CommitmentEventIn.model_validate({"kind": "contested", "happened_on": self.today, "words": "Nee"})
        assert self.do(lambda session: enter_event(session, self.cast.activator, key, version, told)) is None

    def enters(self, who: str, which: int, kind: str, happened_on: date, deed: Callable[..., Any]) -> None:
        """Enter something as somebody; when it is taken, hold the tables against who, when and after what."""
        key = self.key(which)
        with self.on(happened_on):
            before = show_commitment(self.session, self.cast.activator, key)
        version, number = self.session.get_one(Commitment, key).version, len(before.events)
        if self.do(lambda session: deed(session, self.cast.actors[who], key, version)) is None:
            return
        assert who in MAY[kind]
        assert before.state in LEDGER[kind]
        events = self.shown(key).events
        assert events[number].kind == kind
        assert (
            events[number].source != "own_sign_in"
            or who == "corporation"
            or kind in ("published", "reopened", "window_closed")
        )
        assert kind not in REQUIRED or REQUIRED[kind](before, happened_on), f"{kind} must not follow this"

    @invariant()
    def it_stays_what_its_tables_say(self) -> None:
        if self.changed and self.promises:
            self.the_events_alone_tell_what_is_shown()
            self.the_columns_only_repeat()
            self.asks_stand_as_their_events_say()
        self.changed = False

    def the_events_alone_tell_what_is_shown(self) -> None:
        with self.at(self.now):
            listed = {
                one.id: one
                for one in list_commitments(self.session, self.cast.activator, CommitmentQuery(limit=200)).items
            }
        assert set(listed) == set(self.promises)
        for key, seen in self.promises.items():
            shown = self.shown(key)
            events = tuple(shown.events)
            assert events[: len(seen)] == seen, "what happened was changed afterwards"
            self.taken.update(str(event.kind) for event in events[len(seen) :])
            self.promises[key] = events
            assert all(event.on_behalf_of in ON_BEHALF[event.kind] for event in events)
            told = retell([self.read(event) for event in events], self.today)
            for name in ("state", "first_due_on", "due_on", "claimed_on", "moved_count", "reopened_count"):
                assert getattr(shown, name) == getattr(told, name), name
                assert getattr(listed[key], name) == getattr(told, name), f"{name} of the list"
            assert shown.state in ALL
            assert (shown.verdict.outcome, listed[key].outcome) == (told.outcome, told.outcome)
            assert (shown.late, listed[key].late) == (told.late(self.today),) * 2
            assert shown.first_due_on == events[0].due_on, "the first day was overwritten"
            counted = (shown.verdict.kept, shown.verdict.partly, shown.verdict.not_kept)
            assert counted == (told.votes if any(told.votes) else (None, None, None))
            open_now = told.ends_on is not None and (told.claimed_on is not None or self.today > told.due_on)
            assert shown.verdict.window_open == open_now

    def the_columns_only_repeat(self) -> None:
        for key in self.promises:
            row = self.session.get_one(Commitment, key)
            names = set(Commitment.model_fields) - {"version", "changed_at"}
            before = {name: getattr(row, name) for name in names}
            with self.session.no_autoflush:
                rebuild(self.session, row)
                assert before == {name: getattr(row, name) for name in names}
            self.session.expire(row)

    def asks_stand_as_their_events_say(self) -> None:
        with self.at(self.now):
            listed = {one.id: one for one in list_asks(self.session, self.cast.activator, AskQuery(limit=200)).items}
        for ask_id in self.asks:
            shown = self.shown_ask(ask_id)
            struck = {event.number - 1 for event in shown.events if event.kind == "answer_struck"}
            assert {event.number for event in shown.events if event.struck} == struck
            counted = [one for one in shown.events if one.kind != "answer_struck" and not one.struck]
            last = counted[-1]
            days = [event.reply_by for event in counted if event.kind in WAITING]
            state = {"drafted": "draft"}.get(last.kind, last.kind)
            if state in WAITING and days[-1] < self.today:
                state = "unanswered"
            answers = [event.answer for event in counted if event.kind == "answered" or event.kind in WAITING]
            assert (shown.state, listed[ask_id].state) == (state, state)
            assert shown.times_asked == len(days)
            assert shown.last_answer == (answers[-1] if answers else None)
            assert all(event.on_behalf_of in ON_BEHALF[event.kind] for event in shown.events)

    def key(self, which: int) -> UUID:
        return list(self.promises)[which % len(self.promises)]

    def shown(self, key: UUID) -> Any:
        with self.at(self.now):
            return show_commitment(self.session, self.cast.activator, key)

    def shown_ask(self, key: UUID) -> Any:
        with self.at(self.now):
            return show_ask(self.session, self.cast.activator, key)

    def ask_state(self, key: UUID) -> str:
        return str(self.shown_ask(key).state)

    @staticmethod
    def read(event: Any) -> Any:
        """Return an event as everybody reads it; the day of entering is in its key."""
        entered_on = clock.day_of(datetime.fromtimestamp((event.id.int >> 80) / 1000, UTC))
        return SimpleNamespace(**event.model_dump(), entered_on=entered_on)


def run(database: Database, cast: Cast, examples: int, *, shrinks: bool = True) -> Counter[str]:
    """Let the machine go, the same way every time; return how often something of each kind was taken."""
    taken: Counter[str] = Counter()
    machine = type("Machine", (LedgerMachine,), {"database": database, "cast": cast, "taken": taken})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return taken


ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True, scope="session")
"""Nothing here differs between databases; on each of them the ledger's own tests run."""


@ON_SQLITE
def test_whatever_anybody_does_on_whatever_day_the_ledger_stays_what_its_tables_say(
    database: Database, cast: Cast
) -> None:
    taken = run(database, cast, 200 if os.environ.get("BSA_TEST_LONG") else 10)

    # A walk that is mostly refused would prove nothing: all of the ledger but the start of the work is seen every time.
    assert set(taken) >= set(LEDGER) - {"started"}
    assert {"ask answered", "ask asked_again", "ask closed"} <= set(taken)


# --- planted faults: each is found by a walk that finds nothing without it --------------------------------------------


Step = Callable[[LedgerMachine], object]


def happens(kind: str, who: str = "activator", *, agreed: bool = False) -> Step:
    return lambda machine: machine.happens(who, 0, kind, agreed=agreed)


def judged(kept: int, partly: int, not_kept: int, who: str = "activator", *, closes: bool = True) -> Step:
    return lambda machine: machine.residents_judge(who, 0, (kept, partly, not_kept), 0, closes)


def asks(kind: str) -> Step:
    return lambda machine: machine.happens_to_ask("activator", machine.asks[0], kind, "no", 7)


def an_old_page() -> Step:
    return lambda machine: machine.an_old_page_is_sent(0)


def judges_too_early(patch: pytest.MonkeyPatch) -> None:
    patch.delitem(fold.CONDITIONS, Kind.JUDGED)


def closes_with_too_few(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(fold.CONDITIONS, Kind.WINDOW_CLOSED, lambda stands, on, rules: stands.window_open(on))


def claims_what_was_judged(patch: pytest.MonkeyPatch) -> None:
    patch.delitem(fold.CONDITIONS, Kind.CLAIMED)


def claims_for_residents(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(deeds.DEEDS, Kind.CLAIMED, (deeds.DEEDS[Kind.CLAIMED][0], Side.RESIDENTS))


def another_institution_claims(patch: pytest.MonkeyPatch) -> None:
    whichever = [*permissions.TEAM, [is_institution_contact]]
    patch.setitem(RULES, Permission.SPEAK_FOR_INSTITUTION, whichever)
    patch.setattr(queries, "visible_to", lambda actor: true())


def an_institution_judges(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(RULES, Permission.RECORD_VERDICT, [*RULES[Permission.RECORD_VERDICT], OWN_INSTITUTION])
    patch.setattr(actions, "_refuse_strangers", lambda session, actor, witness_ids: None)


def overwrites_the_first_day(patch: pytest.MonkeyPatch) -> None:
    moved = fold.CHANGES[Kind.MOVED]

    def overwritten(stands: Any, event: Any, rules: Any) -> Any:
        return replace(moved(stands, event, rules), first_due_on=event.due_on)

    patch.setitem(fold.CHANGES, Kind.MOVED, overwritten)


def counts_a_move_that_was_refused(patch: pytest.MonkeyPatch) -> None:
    moved = fold.CHANGES[Kind.MOVED]

    def agreed(stands: Any, event: Any, rules: Any) -> Any:
        told = SimpleNamespace(due_on=event.due_on, entered_on=event.entered_on, residents_agreed=True)
        return moved(stands, told, rules)

    patch.setitem(fold.CHANGES, Kind.MOVED, agreed)


def edits_what_happened(patch: pytest.MonkeyPatch) -> None:
    drawn_up = queries.commitment_out

    def edited(*told: Any) -> Any:
        shown = drawn_up(*told)
        first, *others = shown.events
        return shown.model_copy(update={"events": [first.model_copy(update={"due_on": shown.due_on}), *others]})

    patch.setattr(queries, "commitment_out", edited)


def reopens_what_was_kept(patch: pytest.MonkeyPatch) -> None:
    patch.delitem(fold.CONDITIONS, Kind.REOPENED)


def lets_the_most_votes_decide(patch: pytest.MonkeyPatch) -> None:
    def outcome(votes: fold.Votes, rules: fold.VerdictRules) -> Verdict:
        return Verdict.KEPT if votes.kept >= max(votes.partly, votes.not_kept) else Verdict.NOT_KEPT

    patch.setattr(fold.Votes, "outcome", outcome)


def forgets_to_repeat_the_day(patch: pytest.MonkeyPatch) -> None:
    repeat = actions._repeat

    def forgetful(session: Session, commitment: Commitment, events: Any) -> None:
        due_on = commitment.due_on
        repeat(session, commitment, events)
        commitment.due_on = due_on

    patch.setattr(actions, "_repeat", forgetful)


def lets_an_old_page_through(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queries, "not_stale", lambda row, version: None)


def takes_up_what_was_closed(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(asks_fold.TRANSITIONS, AskEventKind.ESCALATED, frozenset({AskState.CLOSED, AskState.ANSWERED}))


FAULTS: dict[Callable[[pytest.MonkeyPatch], None], list[Step]] = {
    judges_too_early: [judged(0, 0, 4, closes=False)],
    closes_with_too_few: [happens("claimed"), judged(1, 1, 0, closes=False), happens("window_closed")],
    claims_what_was_judged: [happens("claimed"), judged(3, 0, 0), happens("claimed", "corporation")],
    claims_for_residents: [happens("claimed", "corporation")],
    another_institution_claims: [happens("confirmed"), happens("claimed", "rival")],
    an_institution_judges: [happens("claimed"), judged(3, 0, 0, "corporation")],
    overwrites_the_first_day: [happens("moved", agreed=True)],
    counts_a_move_that_was_refused: [happens("moved", "corporation")],
    edits_what_happened: [happens("confirmed"), happens("moved", agreed=True)],
    reopens_what_was_kept: [happens("claimed"), judged(3, 0, 0), happens("reopened")],
    lets_the_most_votes_decide: [happens("claimed"), judged(2, 0, 2)],
    forgets_to_repeat_the_day: [happens("moved", agreed=True)],
    lets_an_old_page_through: [happens("confirmed"), an_old_page()],
    takes_up_what_was_closed: [asks("closed"), asks("escalated")],
}
"""What is done wrong, and the walk on which it shows."""


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """Have questions put together anew: with the fault in them, and afterwards without."""
    questions.forget()
    try:
        yield
    finally:
        questions.forget()


def walk(database: Database, cast: Cast, steps: Sequence[Step]) -> None:
    """Go some steps on a fresh line, looking after each as the machine does; nothing of it stays."""
    machine: Any = type("Machine", (LedgerMachine,), {"database": database, "cast": cast, "taken": Counter()})()
    try:
        machine.begin()
        machine.it_stays_what_its_tables_say()
        for step in steps:
            step(machine)
            machine.it_stays_what_its_tables_say()
    finally:
        machine.teardown()


@ON_SQLITE
@pytest.mark.parametrize(("fault", "steps"), FAULTS.items(), ids=[fault.__name__ for fault in FAULTS])
def test_a_planted_fault_is_found(
    database: Database,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], None],
    steps: list[Step],
) -> None:
    walk(database, cast, steps)

    fault(monkeypatch)
    with nothing_remembered(), pytest.raises(AssertionError):
        walk(database, cast, steps)
