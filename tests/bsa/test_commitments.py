"""The ledger: the state is a fold over events, institutions claim, residents judge, and time passes by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from bsa import clock
from bsa.asks.models import Side, Source
from bsa.commitments.actions import enter_event, rebuild, record_verdict
from bsa.commitments.models import Commitment, CommitmentEvent, CommitmentState, Verdict, VerdictQuote, Visibility
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import events_of, find_commitment, list_commitments, list_public, show_commitment
from bsa.commitments.shapes import CommitmentEventIn, CommitmentQuery, DeedKind, QuoteIn, VerdictIn
from bsa.commitments.standing import Standing, VerdictRules, Votes, may_follow, standing
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.permissions import Actor
from bsa.shapes import Listing

from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.line import Line, walk_the_line

TODAY = NOW.date()
DUE = TODAY + timedelta(days=30)
RULES = VerdictRules()
STORED = ("state", "visibility", "first_due_on", "due_on", "claimed_on", "window_until", "outcome", "outcome_at_close")


@dataclass
class Happened:
    """An event as the fold reads it."""

    kind: Kind
    happened_on: date
    due_on: date | None = None
    residents_agreed: bool | None = None
    kept: int | None = None
    partly: int | None = None
    not_kept: int | None = None
    visibility: Visibility | None = None
    told_on: date | None = None

    @property
    def entered_on(self) -> date:
        return self.told_on or self.happened_on


RECORDED = Happened(Kind.RECORDED, TODAY, due_on=DUE)


def judged(on: date, kept: int = 0, partly: int = 0, not_kept: int = 0) -> Happened:
    return Happened(Kind.JUDGED, on, kept=kept, partly=partly, not_kept=not_kept)


def days(number: int) -> timedelta:
    return timedelta(days=number)


class TestFold:
    def test_a_silent_institution_is_late_and_may_be_judged_until_the_window_closes(self) -> None:
        on_the_day = standing([RECORDED], DUE, RULES)
        the_day_after = standing([RECORDED], DUE + days(1), RULES)
        much_later = standing([RECORDED], DUE + days(15), RULES)

        assert not on_the_day.late(DUE)
        assert not on_the_day.window_open(DUE)
        assert the_day_after.late(DUE + days(1))
        assert the_day_after.window_open(DUE + days(1))
        assert (much_later.state, much_later.outcome) == (CommitmentState.JUDGED, Verdict.UNJUDGED)
        assert much_later.late(DUE + days(15))

    def test_a_verdict_on_silence_counts(self) -> None:
        told = [RECORDED, judged(DUE + days(2), not_kept=3, kept=1), Happened(Kind.WINDOW_CLOSED, DUE + days(2))]
        stands = standing(told, DUE + days(2), RULES)
        assert (stands.state, stands.outcome) == (CommitmentState.JUDGED, Verdict.NOT_KEPT)
        assert not stands.late(DUE + days(3))

    def test_an_early_verdict_waits_for_the_end_of_the_window_unless_it_is_closed_by_name(self) -> None:
        claimed = [RECORDED, Happened(Kind.CLAIMED, TODAY), judged(TODAY, kept=5)]
        assert standing(claimed, TODAY + days(14), RULES).state is CommitmentState.CLAIMED
        assert standing(claimed, TODAY + days(15), RULES).outcome is Verdict.KEPT
        closed = [*claimed, Happened(Kind.WINDOW_CLOSED, TODAY)]
        assert standing(closed, TODAY, RULES).outcome is Verdict.KEPT

    def test_a_day_moved_twice_is_remembered_and_the_first_day_stays(self) -> None:
        first, second = DUE + days(10), DUE + days(20)
        told = [
            RECORDED,
            Happened(Kind.MOVED, TODAY, due_on=first, residents_agreed=True),
            Happened(Kind.MOVED, TODAY, due_on=second, residents_agreed=True),
        ]
        stands = standing(told, TODAY, RULES)
        assert (stands.first_due_on, stands.due_on, stands.moved_count) == (DUE, second, 2)

    def test_a_day_that_residents_did_not_agree_to_does_not_move_the_promise(self) -> None:
        told = [RECORDED, Happened(Kind.MOVED, TODAY, due_on=DUE + days(30), residents_agreed=False)]
        stands = standing(told, DUE + days(1), RULES)
        assert (stands.due_on, stands.moved_count) == (DUE, 1)
        assert stands.late(DUE + days(1))

    def test_claim_window_and_verdict_come_round_again_after_reopening(self) -> None:
        told = [
            RECORDED,
            judged(DUE + days(2), not_kept=4),
            Happened(Kind.WINDOW_CLOSED, DUE + days(2)),
            Happened(Kind.REOPENED, DUE + days(2), due_on=DUE + days(9)),
            Happened(Kind.CLAIMED, DUE + days(5)),
            judged(DUE + days(6), partly=3, kept=2),
        ]
        stands = standing(told, DUE + days(20), RULES)
        assert (stands.state, stands.outcome, stands.reopened_count) == (CommitmentState.JUDGED, Verdict.PARTLY, 1)

    def test_whoever_was_silent_may_still_report_after_nobody_judged(self) -> None:
        later = DUE + days(40)
        silent = standing([RECORDED], later, RULES)
        assert may_follow(silent, Kind.CLAIMED, later, RULES)
        stands = standing([RECORDED, Happened(Kind.CLAIMED, later)], later, RULES)
        assert (stands.state, stands.window_open(later)) == (CommitmentState.CLAIMED, True)

    def test_a_claim_that_is_told_late_leaves_residents_all_their_days(self) -> None:
        told = [RECORDED, Happened(Kind.CLAIMED, TODAY, told_on=TODAY + days(20))]
        stands = standing(told, TODAY + days(20), RULES)
        assert (stands.state, stands.window_until) == (CommitmentState.CLAIMED, TODAY + days(34))

    def test_nobody_withdraws_while_residents_judge_the_silence(self) -> None:
        assert may_follow(standing([RECORDED], DUE, RULES), Kind.WITHDRAWN, DUE, RULES)
        later = DUE + days(1)
        assert not may_follow(standing([RECORDED], later, RULES), Kind.WITHDRAWN, later, RULES)

    def test_the_window_is_not_closed_early_before_enough_have_judged(self) -> None:
        claimed = [RECORDED, Happened(Kind.CLAIMED, TODAY), judged(TODAY, kept=2)]
        assert not may_follow(standing(claimed, TODAY, RULES), Kind.WINDOW_CLOSED, TODAY, RULES)
        enough = [*claimed, judged(TODAY, kept=1)]
        assert may_follow(standing(enough, TODAY, RULES), Kind.WINDOW_CLOSED, TODAY, RULES)

    def test_confirming_again_takes_back_what_was_contested(self) -> None:
        told = [RECORDED, *(Happened(kind, TODAY) for kind in (Kind.CONFIRMED, Kind.STARTED, Kind.CONTESTED))]
        assert may_follow(standing(told, TODAY, RULES), Kind.CONFIRMED, TODAY, RULES)
        again = standing([*told, Happened(Kind.CONFIRMED, TODAY)], TODAY, RULES)
        assert (again.state, again.contested) == (CommitmentState.RUNNING, False)

    @pytest.mark.parametrize(
        ("kept", "partly", "not_kept", "outcome"),
        [
            (3, 0, 0, Verdict.KEPT),
            (2, 0, 0, Verdict.UNJUDGED),
            (2, 0, 2, Verdict.PARTLY),
            (2, 1, 2, Verdict.PARTLY),
            (1, 1, 3, Verdict.NOT_KEPT),
            (0, 4, 1, Verdict.PARTLY),
            (16, 3, 0, Verdict.KEPT),
        ],
    )
    def test_the_strict_majority_decides(self, kept: int, partly: int, not_kept: int, outcome: Verdict) -> None:
        assert Votes(kept, partly, not_kept).outcome(RULES) is outcome

    @given(st.data())
    def test_no_order_of_allowed_events_leaves_the_table(self, data: st.DataObject) -> None:
        told: list[Happened] = [RECORDED]
        on = TODAY
        for _ in range(data.draw(st.integers(0, 12))):
            on += days(data.draw(st.integers(0, 20)))
            stands = standing(told, on, RULES)
            allowed = [kind for kind in Kind if kind is not Kind.RECORDED and may_follow(stands, kind, on, RULES)]
            kind = data.draw(st.sampled_from(allowed))
            told.append(
                Happened(
                    kind,
                    on,
                    due_on=on + days(data.draw(st.integers(1, 40))) if kind in (Kind.MOVED, Kind.REOPENED) else None,
                    residents_agreed=data.draw(st.booleans()) if kind is Kind.MOVED else None,
                    kept=data.draw(st.integers(0, 4)),
                    partly=data.draw(st.integers(0, 4)),
                    not_kept=data.draw(st.integers(0, 4)),
                    visibility=Visibility.PUBLIC if kind is Kind.PUBLISHED else None,
                )
            )
        _assert_sound(standing(told, on, RULES), told, on)


def _assert_sound(stands: Standing, told: list[Happened], on: date) -> None:
    assert stands.first_due_on == DUE
    assert stands.moved_count == sum(event.kind is Kind.MOVED for event in told)
    assert (stands.outcome is None) == (stands.state is not CommitmentState.JUDGED) or (
        stands.state is CommitmentState.WITHDRAWN
    )
    if stands.state is CommitmentState.CLAIMED:
        assert stands.claimed_on is not None
        assert not stands.late(on)
    if stands.outcome is Verdict.KEPT:
        assert any((event.kept or 0) > 0 for event in told)


@pytest.fixture
def line(session: Session, cast: Cast) -> Line:
    return walk_the_line(session, cast)


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def enter(
    session: Session, cast: Cast, line: Line, kind: DeedKind, who: str = "activator", **more: object
) -> Commitment:
    version = session.get_one(Commitment, line.commitment_id).version
    told = CommitmentEventIn.model_validate({"kind": kind, "happened_on": clock.today(), **more})
    return enter_event(session, cast.actors[who], line.commitment_id, version, told)


def a_verdict(line: Line, **more: object) -> VerdictIn:
    witnesses = [line.resident_id, line.other_resident_id]
    votes = {"kept": 4, "partly": 1, "not_kept": 0, "happened_on": clock.today(), "witness_ids": witnesses}
    return VerdictIn.model_validate(votes | more)


def test_a_promise_is_recorded_with_its_first_event(session: Session, cast: Cast, line: Line) -> None:
    shown = show_commitment(session, cast.activator, line.commitment_id)
    assert (shown.state, shown.due_on, shown.visibility) == (CommitmentState.PROPOSED, DUE, Visibility.TEAM)
    assert [(event.kind, event.number) for event in shown.events] == [(Kind.RECORDED, 1)]
    kinds = session.scalars(select(Event.kind).where(col(Event.subject_id) == line.commitment_id)).all()
    assert kinds == ["commitment.recorded"]


def test_what_the_team_enters_for_the_institution_says_so(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CONFIRMED, source=Source.TELEPHONE)
    event = show_commitment(session, cast.activator, line.commitment_id).events[-1]
    assert (event.on_behalf_of, event.source, event.entered_by_team) == (Side.INSTITUTION, Source.TELEPHONE, True)
    assert event.entered_by == "Activator van de Cast"


def test_the_institution_signs_in_and_confirms_itself_and_may_contest(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CONFIRMED, who="corporation", source=Source.MEETING)
    contested = enter(session, cast, line, DeedKind.CONTESTED, who="corporation", words="Dit was 2027")
    shown = show_commitment(session, cast.corporation, contested.id)
    assert [event.source for event in shown.events[1:]] == [Source.OWN_SIGN_IN, Source.OWN_SIGN_IN]
    assert shown.contested
    assert all(event.entered_by == "" for event in shown.events)


def test_the_team_cannot_pretend_that_the_institution_signed_in(session: Session, cast: Cast, line: Line) -> None:
    with pytest.raises(Invalid):
        enter(session, cast, line, DeedKind.CONFIRMED, source=Source.OWN_SIGN_IN)


@pytest.mark.parametrize("kind", [DeedKind.REOPENED, DeedKind.WINDOW_CLOSED, DeedKind.STARTED])
def test_a_deed_in_the_wrong_state_is_refused(session: Session, cast: Cast, line: Line, kind: DeedKind) -> None:
    with pytest.raises(Conflict):
        enter(session, cast, line, kind, words="x", due_on=DUE + days(1))


def test_an_institution_cannot_judge_and_a_team_leader_neither(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CLAIMED)
    for who in ("corporation", "teamleader"):
        version = session.get_one(Commitment, line.commitment_id).version
        with pytest.raises(NotAllowed):
            record_verdict(session, cast.actors[who], line.commitment_id, version, a_verdict(line))


def test_an_institution_does_not_decide_that_residents_agreed(session: Session, cast: Cast, line: Line) -> None:
    moved = {"due_on": DUE + days(30), "words": "asbest"}
    with pytest.raises(NotAllowed):
        enter(session, cast, line, DeedKind.MOVED, who="corporation", residents_agreed=True, **moved)
    enter(session, cast, line, DeedKind.MOVED, who="corporation", residents_agreed=False, **moved)
    assert session.get_one(Commitment, line.commitment_id).due_on == DUE


@pytest.mark.parametrize("who", ["stranger", "rival", "policy", "privacy", "admin"])
def test_for_others_the_promise_does_not_exist(session: Session, cast: Cast, line: Line, who: str) -> None:
    with pytest.raises(NotFound):
        show_commitment(session, cast.actors[who], line.commitment_id)


def test_a_policy_officer_reads_what_was_published(session: Session, cast: Cast, line: Line) -> None:
    assert list_commitments(session, cast.policy, CommitmentQuery()).items == []
    enter(session, cast, line, DeedKind.PUBLISHED, visibility=Visibility.NEIGHBOURHOOD, previewed=True)
    assert len(list_commitments(session, cast.policy, CommitmentQuery()).items) == 1
    with pytest.raises(NotAllowed):
        enter(session, cast, line, DeedKind.CONFIRMED, who="policy")


def test_nothing_is_published_unread(session: Session, cast: Cast, line: Line) -> None:
    with pytest.raises(Invalid):
        enter(session, cast, line, DeedKind.PUBLISHED, visibility=Visibility.PUBLIC)


def test_a_stale_version_is_refused(session: Session, cast: Cast, line: Line) -> None:
    seen = session.get_one(Commitment, line.commitment_id).version
    enter(session, cast, line, DeedKind.CONFIRMED)
    told = CommitmentEventIn(kind=DeedKind.STARTED, happened_on=clock.today())
    with pytest.raises(Stale):
        enter_event(session, cast.activator, line.commitment_id, seen, told)


def test_nothing_happened_in_the_future_or_before_what_was_entered(session: Session, cast: Cast, line: Line) -> None:
    with pytest.raises(Invalid):
        enter(session, cast, line, DeedKind.CONFIRMED, happened_on=TODAY + days(1))
    with pytest.raises(Invalid):
        enter(session, cast, line, DeedKind.CONFIRMED, happened_on=TODAY - days(1))


def test_a_verdict_is_counts_and_quotes_and_its_witnesses_are_sealed(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CLAIMED)
    version = session.get_one(Commitment, line.commitment_id).version
    quotes = [QuoteIn(words="Ik slaap weer warm", may_be_public=True), QuoteIn(words="Eindelijk")]
    record_verdict(
        session, cast.activator, line.commitment_id, version, a_verdict(line, quotes=quotes, close_window=True)
    )

    inside = show_commitment(session, cast.teamleader, line.commitment_id)
    outside = show_commitment(session, cast.corporation, line.commitment_id)

    assert (inside.verdict.outcome, inside.verdict.kept) == (Verdict.KEPT, 4)
    assert [quote.words for quote in inside.quotes] == ["Ik slaap weer warm", "Eindelijk"]
    assert [quote.words for quote in outside.quotes] == ["Ik slaap weer warm"]
    assert str(line.resident_id) not in inside.model_dump_json() + outside.model_dump_json()
    stored = session.connection().exec_driver_sql("SELECT witnesses FROM commitment_event WHERE witnesses IS NOT NULL")
    assert str(line.resident_id).encode() not in bytes(stored.scalar_one())


def test_below_five_voters_only_the_word_leaves_the_team(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CLAIMED)
    enter(session, cast, line, DeedKind.PUBLISHED, visibility=Visibility.PUBLIC, previewed=True)
    version = session.get_one(Commitment, line.commitment_id).version
    few = a_verdict(line, kept=4, partly=0, close_window=True)
    record_verdict(session, cast.activator, line.commitment_id, version, few)

    public = list_public(session, cast.here_id, Listing()).items[0]

    assert (public.verdict.outcome, public.verdict.kept) == (Verdict.KEPT, None)
    assert show_commitment(session, cast.corporation, line.commitment_id).events[-2].kept is None


def test_counts_of_single_events_never_leave_the_team(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CLAIMED)
    for kept in (5, 2):
        version = session.get_one(Commitment, line.commitment_id).version
        record_verdict(session, cast.activator, line.commitment_id, version, a_verdict(line, kept=kept, partly=0))
        # Not yet: whoever reads a total while it grows, reads off what the last two said.
        assert show_commitment(session, cast.corporation, line.commitment_id).verdict.kept is None
    with clock.standing_at(at(TODAY + days(15))):
        outside = show_commitment(session, cast.corporation, line.commitment_id)
    assert outside.verdict.kept == 7
    assert {event.kept for event in outside.events} == {None}


def test_a_verdict_that_stands_is_not_added_to_afterwards(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CLAIMED)
    version = session.get_one(Commitment, line.commitment_id).version
    late_slip = a_verdict(line)
    with clock.standing_at(at(TODAY + days(15))), pytest.raises(Conflict):
        record_verdict(session, cast.activator, line.commitment_id, version, late_slip)


def test_witnesses_are_two_residents_whom_one_can_see(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CLAIMED)
    version = session.get_one(Commitment, line.commitment_id).version
    strange = a_verdict(line, witness_ids=[line.resident_id, line.ask_id])
    with pytest.raises(Invalid):
        record_verdict(session, cast.activator, line.commitment_id, version, strange)


def test_the_list_tells_what_the_fold_tells_on_every_day(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CONFIRMED)
    for later in (0, 30, 31, 44, 45, 60):
        day = TODAY + days(later)
        with clock.standing_at(at(day)):
            item = list_commitments(session, cast.activator, CommitmentQuery()).items[0]
            shown = show_commitment(session, cast.activator, line.commitment_id)
            late = list_commitments(session, cast.activator, CommitmentQuery(late=True)).items
            over = list_commitments(session, cast.activator, CommitmentQuery(state=CommitmentState.JUDGED)).items
        assert (item.state, item.late, item.outcome) == (shown.state, shown.late, shown.verdict.outcome), day
        assert (bool(late), bool(over)) == (shown.late, shown.state is CommitmentState.JUDGED), day


def test_the_ledger_is_rebuilt_from_its_events_alone(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast, line, DeedKind.CONFIRMED)
    enter(session, cast, line, DeedKind.MOVED, due_on=DUE + days(10), words="asbest", residents_agreed=True)
    enter(session, cast, line, DeedKind.CLAIMED, words="34 van 34")
    commitment = find_commitment(session, cast.activator, line.commitment_id)
    before = {name: getattr(commitment, name) for name in STORED}
    commitment.state, commitment.due_on, commitment.moved_count = CommitmentState.WITHDRAWN, TODAY, 9

    rebuild(session, commitment)

    assert {name: getattr(commitment, name) for name in STORED} == before
    assert commitment.moved_count == 1


def test_quotes_and_events_belong_to_their_commitment(session: Session, cast: Cast, line: Line) -> None:
    assert session.scalars(select(VerdictQuote)).all() == []
    assert session.scalars(select(CommitmentEvent.number)).all() == [1]


def judged_by(database: Database, cast: Cast, line: Line, version: int, **more: object) -> Callable[[], None]:
    def judge() -> None:
        with database.writing() as session:
            record_verdict(session, cast.activator, line.commitment_id, version, a_verdict(line, **more))

    return judge


def entered_by(database: Database, actor: Actor, line: Line, version: int | None, **told: object) -> Callable[[], None]:
    """Return a deed that opens its own session; without a version it is the one of that moment, as the page has it."""

    def do() -> None:
        with database.writing() as session:
            seen = version or session.get_one(Commitment, line.commitment_id).version
            happened = CommitmentEventIn.model_validate({"happened_on": clock.today()} | told)
            enter_event(session, actor, line.commitment_id, seen, happened)

    return do


class TestAtTheSameMoment:
    def test_of_two_claims_of_one_page_one_wins_and_the_other_is_told(
        self, database: Database, cast: Cast, standing_clock: None
    ) -> None:
        with database.writing() as session:
            line = walk_the_line(session, cast)
            version = session.get_one(Commitment, line.commitment_id).version

        found = at_once(
            *(
                entered_by(database, cast.actors[who], line, version, kind="claimed")
                for who in ("corporation", "activator")
            )
        )

        assert sorted(type(error).__name__ for error in found) == ["NoneType", "Stale"]
        assert kinds_of(database, line) == [Kind.RECORDED, Kind.CLAIMED]

    def test_whoever_looks_again_before_claiming_hears_that_it_was_reported(
        self, database: Database, cast: Cast, standing_clock: None
    ) -> None:
        with database.writing() as session:
            line = walk_the_line(session, cast)

        # None of them holds an old page; the row itself has to hold them back.
        found = at_once(*[entered_by(database, cast.corporation, line, None, kind="claimed")] * 4)

        assert {type(error) for error in found} <= {type(None), Conflict, Stale}
        assert found.count(None) == 1
        assert kinds_of(database, line) == [Kind.RECORDED, Kind.CLAIMED]

    def test_a_verdict_against_the_closing_of_the_window_counts_or_is_told(
        self, database: Database, cast: Cast, standing_clock: None
    ) -> None:
        with database.writing() as session:
            line = walk_the_line(session, cast)
            enter(session, cast, line, DeedKind.CLAIMED)
            version = session.get_one(Commitment, line.commitment_id).version
            version = record_verdict(session, cast.activator, line.commitment_id, version, a_verdict(line)).version

        found = at_once(
            entered_by(database, cast.activator, line, version, kind="window_closed"),
            judged_by(database, cast, line, version, kept=0, partly=0, not_kept=9),
        )

        assert sorted(type(error).__name__ for error in found) == ["NoneType", "Stale"]
        with database.reading() as session:
            shown = show_commitment(session, cast.activator, line.commitment_id)
        closed_first = found[0] is None
        assert (shown.state, shown.verdict.not_kept) == (
            (CommitmentState.JUDGED, 0) if closed_first else (CommitmentState.CLAIMED, 9)
        )

    def test_a_verdict_that_closes_the_window_against_another_leaves_one_verdict(
        self, database: Database, cast: Cast, standing_clock: None
    ) -> None:
        with database.writing() as session:
            line = walk_the_line(session, cast)
            enter(session, cast, line, DeedKind.CLAIMED)
            version = session.get_one(Commitment, line.commitment_id).version

        found = at_once(*[judged_by(database, cast, line, version, close_window=True)] * 3)

        assert found.count(None) == 1
        assert {type(error) for error in found if error} == {Stale}
        assert kinds_of(database, line) == [Kind.RECORDED, Kind.CLAIMED, Kind.JUDGED, Kind.WINDOW_CLOSED]


def kinds_of(database: Database, line: Line) -> list[Kind]:
    with database.reading() as session:
        return [event.kind for event in events_of(session, line.commitment_id)]
