"""Slips: handed out in the window, one vote each, counted into one verdict; and nothing ties a slip to what it said."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select as select_rows
from sqlmodel import Session, SQLModel, col, select

from bsa import clock
from bsa.codes import SIGNS, in_groups, is_code, new_code
from bsa.commitments.actions import enter_event, rebuild, record_verdict
from bsa.commitments.models import Commitment, CommitmentEvent, CommitmentState, Verdict
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import show_commitment
from bsa.commitments.shapes import CommitmentEventIn, CommitmentOut, VerdictIn
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale, TooManyAttempts
from bsa.events import Event
from bsa.registry import METADATA
from bsa.shapes import Listing
from bsa.slips.actions import add_slips, close_round, count_passed, hand_out_slips, open_slip, vote
from bsa.slips.models import Slip, SlipRound
from bsa.slips.queries import list_rounds, show_round
from bsa.slips.shapes import ClosingIn, MoreSlipsIn, SlipIn, SlipRoundIn, SlipVerdict, SlipVoteIn

from tests.at_once import at_once
from tests.cast import Cast
from tests.line import Line, walk_the_line

HOME = "192.0.2.7"


@pytest.fixture
def line(session: Session, cast: Cast) -> Line:
    return walk_the_line(session, cast)


@pytest.fixture
def claimed(session: Session, cast: Cast, line: Line) -> Commitment:
    return enter(session, cast, line.commitment_id, kind="claimed")


def enter(session: Session, cast: Cast, commitment_id: UUID, **told: Any) -> Commitment:
    version = session.get_one(Commitment, commitment_id).version
    happened = CommitmentEventIn.model_validate({"happened_on": clock.today()} | told)
    return enter_event(session, cast.activator, commitment_id, version, happened)


def hand_out(session: Session, cast: Cast, commitment: Commitment, slips: int = 8) -> tuple[SlipRound, list[str]]:
    return hand_out_slips(session, cast.activator, commitment.id, commitment.version, SlipRoundIn(slips=slips))


def judge(session: Session, code: str, verdict: str = "kept", address: str = HOME) -> None:
    vote(session, SlipVoteIn(code=code, verdict=SlipVerdict(verdict)), address)


def judge_all(session: Session, codes: list[str], kept: int, partly: int = 0, not_kept: int = 0) -> None:
    said = ["kept"] * kept + ["partly"] * partly + ["not_kept"] * not_kept
    for code, verdict in zip(codes, said, strict=False):
        judge(session, code, verdict)


def close(session: Session, cast: Cast, held: SlipRound, *, window: bool = True) -> SlipRound:
    return close_round(session, cast.activator, held.id, held.version, ClosingIn(closes_window=window))


def shown(session: Session, cast: Cast, key: UUID, name: str = "activator") -> CommitmentOut:
    return show_commitment(session, cast.actors[name], key)


def later(days: int) -> Any:
    return clock.standing_at(clock.now() + timedelta(days=days))


class TestCodes:
    @given(st.integers(0, 10), st.sampled_from(SIGNS))
    def test_one_wrong_sign_is_noticed(self, place: int, sign: str) -> None:
        code = new_code()
        wrong = code[:place] + sign + code[place + 1 :]
        assert is_code(code)
        assert not is_code(wrong) or wrong == code

    @given(st.integers(0, 9))
    def test_two_signs_changed_over_are_noticed(self, place: int) -> None:
        code = new_code()
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert not is_code(swapped) or swapped == code

    def test_a_code_is_read_as_somebody_writes_it(self) -> None:
        code = next(code for code in iter(new_code, "") if "0" in code and "1" in code)
        written = in_groups(code).lower().replace("0", "o").replace("1", "l")
        assert SlipIn(code=written).code == code

    @pytest.mark.parametrize("wrong", ["", "abc", "0123456789A0", "UUUUUUUUUUU", "é" * 11])
    def test_what_is_no_code_is_refused(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="not right"):
            SlipIn(code=wrong)


class TestHandingOut:
    def test_slips_are_handed_out_in_the_window(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        held, codes = hand_out(session, cast, claimed, 34)
        assert (len(set(codes)), held.until_on) == (34, claimed.window_until)
        assert all(map(is_code, codes))
        out = show_round(session, cast.teamleader, held.id)
        assert (out.slips, out.used, out.kept, out.allowed_actions) == (34, 0, None, [])
        assert show_round(session, cast.activator, held.id).allowed_actions == ["add", "close"]
        [event] = session.scalars(select(Event).where(col(Event.kind) == "slip_round.handed_out"))
        assert event.facts == {"slips": 34, "until_on": str(held.until_on)}

    def test_silence_is_judged_by_slips_too(self, session: Session, cast: Cast, line: Line) -> None:
        with later(31):
            held, _ = hand_out(session, cast, session.get_one(Commitment, line.commitment_id))
            assert held.until_on == clock.today() + timedelta(days=13)

    def test_before_the_window_there_is_nothing_to_judge(self, session: Session, cast: Cast, line: Line) -> None:
        with pytest.raises(Conflict, match="Residents can judge once"):
            hand_out(session, cast, session.get_one(Commitment, line.commitment_id))

    def test_there_is_one_round_at_a_time(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        hand_out(session, cast, claimed)
        with pytest.raises(Conflict, match="Slips are out already"):
            hand_out(session, cast, claimed)

    def test_only_the_activators_here_hand_out(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        told = SlipRoundIn(slips=5)
        for name in ("teamleader", "corporation"):
            with pytest.raises(NotAllowed):
                hand_out_slips(session, cast.actors[name], claimed.id, claimed.version, told)
        for name in ("stranger", "rival", "policy", "admin"):
            with pytest.raises(NotFound):
                hand_out_slips(session, cast.actors[name], claimed.id, claimed.version, told)
        with pytest.raises(Stale):
            hand_out_slips(session, cast.activator, claimed.id, claimed.version - 1, told)

    def test_the_institution_does_not_see_the_rounds(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        held, _ = hand_out(session, cast, claimed)
        assert [one.id for one in list_rounds(session, cast.colleague, claimed.id, Listing()).items] == [held.id]
        with pytest.raises(NotAllowed):
            list_rounds(session, cast.corporation, claimed.id, Listing())
        with pytest.raises(NotFound):
            show_round(session, cast.corporation, held.id)

    def test_a_lost_sheet_is_replaced_and_its_slips_are_no_longer_good(
        self, session: Session, cast: Cast, claimed: Commitment
    ) -> None:
        held, old = hand_out(session, cast, claimed, 4)
        judge(session, old[0])
        told = MoreSlipsIn(slips=3, replaces=True)
        held, new = add_slips(session, cast.activator, held.id, held.version, told)
        judge(session, new[0])
        out = show_round(session, cast.activator, held.id)
        assert (out.slips, out.used) == (4, 2)
        with pytest.raises(Invalid, match="not right"):
            judge(session, old[1])

    def test_slips_are_added(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        held, _ = hand_out(session, cast, claimed, 4)
        add_slips(session, cast.activator, held.id, held.version, MoreSlipsIn(slips=3))
        assert show_round(session, cast.activator, held.id).slips == 7
        for _ in range(3):
            add_slips(session, cast.activator, held.id, held.version, MoreSlipsIn(slips=300))
        with pytest.raises(Invalid, match="not right"):
            add_slips(session, cast.activator, held.id, held.version, MoreSlipsIn(slips=100))


class TestVoting:
    def test_a_slip_says_what_it_asks(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        _, codes = hand_out(session, cast, claimed)
        asked = open_slip(session, SlipIn(code=codes[0]), HOME)
        assert asked.residents_words == "Onze ramen tochten niet meer."
        assert (asked.institution_name, asked.area_name) == ("De Veenhoek", "Oude Molenbuurt")
        assert asked.until_on == claimed.window_until

    def test_one_slip_is_one_vote(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        held, codes = hand_out(session, cast, claimed)
        judge(session, codes[0])
        for again in (
            lambda: judge(session, codes[0], "not_kept"),
            lambda: open_slip(session, SlipIn(code=codes[0]), HOME),
        ):
            with pytest.raises(Conflict, match="used already"):
                again()
        assert show_round(session, cast.activator, held.id).used == 1

    def test_whoever_guesses_waits(self, database: Database, session: Session, cast: Cast, claimed: Commitment) -> None:
        _, codes = hand_out(session, cast, claimed)
        for _ in range(5):
            with pytest.raises(Invalid):
                open_slip(session, SlipIn(code=new_code()), HOME)
        with pytest.raises(TooManyAttempts):
            open_slip(session, SlipIn(code=codes[0]), HOME)
        assert open_slip(session, SlipIn(code=codes[0]), "192.0.2.8").area_name == "Oude Molenbuurt"

    def test_a_slip_that_comes_too_late_hears_so(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        _, codes = hand_out(session, cast, claimed)
        with later(14):
            judge(session, codes[0])
        with later(15), pytest.raises(Conflict, match="is over"):
            judge(session, codes[1])

    def test_nothing_ties_a_slip_to_what_it_said(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        _, codes = hand_out(session, cast, claimed)
        before = everything(session)
        judge(session, codes[0], "not_kept")
        changed = [(table, row) for table, row in everything(session) if (table, row) not in before]
        assert sorted(table for table, _ in changed) == ["slip", "slip_count"]
        assert not {"code", "voted_at", "changed_at"} & {*Slip.model_fields}
        assert all(code not in repr(everything(session)) for code in codes)

    def test_a_vote_leaves_no_event_by_which_its_moment_is_known(
        self, session: Session, cast: Cast, claimed: Commitment
    ) -> None:
        _, codes = hand_out(session, cast, claimed)
        before = len(session.scalars(select(Event)).all())
        judge(session, codes[0])
        assert len(session.scalars(select(Event)).all()) == before


def everything(session: Session) -> list[tuple[str, str]]:
    tables = METADATA.sorted_tables
    return [(table.name, repr(row)) for table in tables for row in session.execute(select_rows(table)).all()]


class TestCounting:
    def test_a_round_that_is_closed_is_one_verdict(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        held, codes = hand_out(session, cast, claimed)
        judge_all(session, codes, 5, 1)
        before = show_round(session, cast.activator, held.id)
        assert (before.kept, before.outcome) == (None, None)
        held = close(session, cast, held)
        out = shown(session, cast, claimed.id)
        assert (out.state, out.verdict.outcome) == (CommitmentState.JUDGED, Verdict.KEPT)
        assert (out.verdict.kept, out.verdict.partly, out.verdict.not_kept) == (5, 1, 0)
        judged = out.events[-2]
        assert (judged.kind, judged.entered_by, judged.entered_by_team) == (Kind.JUDGED, "", False)
        round_out = show_round(session, cast.activator, held.id)
        assert (round_out.kept, round_out.partly, round_out.not_kept) == (5, 1, 0)
        assert round_out.outcome is Verdict.KEPT
        with pytest.raises(Conflict, match="is over"):
            judge(session, codes[7])

    def test_few_slips_give_the_word_only_to_the_team_too(
        self, session: Session, cast: Cast, claimed: Commitment
    ) -> None:
        held, codes = hand_out(session, cast, claimed)
        judge_all(session, codes, 0, 1, 3)
        close(session, cast, held)
        out = shown(session, cast, claimed.id)
        assert (out.verdict.outcome, out.verdict.kept) == (Verdict.NOT_KEPT, None)
        assert {event.not_kept for event in out.events} == {None}
        assert show_round(session, cast.activator, held.id).not_kept is None

    def test_a_round_is_not_closed_early_before_enough_have_judged(
        self, session: Session, cast: Cast, claimed: Commitment
    ) -> None:
        held, codes = hand_out(session, cast, claimed)
        judge_all(session, codes, 2)
        with pytest.raises(Conflict, match="Too few slips"):
            close(session, cast, held)

    def test_a_round_can_be_closed_while_the_window_stays_open(
        self, session: Session, cast: Cast, claimed: Commitment, line: Line
    ) -> None:
        held, codes = hand_out(session, cast, claimed)
        judge_all(session, codes, 3)
        close(session, cast, held, window=False)
        assert shown(session, cast, claimed.id).state is CommitmentState.CLAIMED
        told = VerdictIn(
            kept=0,
            partly=0,
            not_kept=4,
            happened_on=clock.today(),
            witness_ids=[line.resident_id, line.other_resident_id],
            close_window=True,
        )
        record_verdict(session, cast.activator, claimed.id, claimed.version, told)
        assert shown(session, cast, claimed.id).verdict.outcome is Verdict.NOT_KEPT

    def test_the_window_is_not_closed_over_slips_that_are_out(
        self, session: Session, cast: Cast, claimed: Commitment, line: Line
    ) -> None:
        held, codes = hand_out(session, cast, claimed)
        judge_all(session, codes, 4)
        told = VerdictIn(
            kept=3,
            partly=0,
            not_kept=0,
            happened_on=clock.today(),
            witness_ids=[line.resident_id, line.other_resident_id],
        )
        with pytest.raises(Conflict, match="Slips are out"):
            record_verdict(
                session, cast.activator, claimed.id, claimed.version, told.model_copy(update={"close_window": True})
            )
        record_verdict(session, cast.activator, claimed.id, claimed.version, told)
        with pytest.raises(Conflict, match="Slips are out"):
            enter(session, cast, claimed.id, kind="window_closed")
        close(session, cast, held)
        assert shown(session, cast, claimed.id).verdict.kept == 7

    def test_a_claim_overtakes_slips_about_the_silence(self, session: Session, cast: Cast, line: Line) -> None:
        with later(31):
            commitment = session.get_one(Commitment, line.commitment_id)
            held, codes = hand_out(session, cast, commitment)
            judge_all(session, codes, 0, 0, 4)
            enter(session, cast, commitment.id, kind="claimed")
            with pytest.raises(Conflict, match="Something new"):
                judge(session, codes[5])
            with pytest.raises(Conflict, match="count no more"):
                close(session, cast, held)
            out = show_round(session, cast.activator, held.id)
            assert (out.overtaken, out.allowed_actions) == (True, [])
            anew, codes = hand_out(session, cast, commitment)
            judge_all(session, codes, 5)
            close(session, cast, anew)
            assert shown(session, cast, commitment.id).verdict.outcome is Verdict.KEPT
            assert session.get_one(SlipRound, held.id).closed_on == clock.today()

    def test_the_columns_are_what_the_events_add_up_to(self, session: Session, cast: Cast, claimed: Commitment) -> None:
        held, codes = hand_out(session, cast, claimed)
        judge_all(session, codes, 5, 1)
        close(session, cast, held)
        before = (claimed.state, claimed.outcome, claimed.outcome_at_close, claimed.window_until)
        rebuild(session, claimed)
        assert before == (claimed.state, claimed.outcome, claimed.outcome_at_close, claimed.window_until)


def given_slips(database: Database, cast: Cast, slips: int = 8) -> tuple[UUID, UUID, list[str]]:
    """Commit a claimed promise with slips; return the keys of promise and round, and the codes."""
    with database.writing() as session:
        line = walk_the_line(session, cast)
        claimed = enter(session, cast, line.commitment_id, kind="claimed")
        held, codes = hand_out(session, cast, claimed, slips)
        return claimed.id, held.id, codes


class TestTime:
    def test_when_the_window_passes_the_slips_are_counted_by_themselves(
        self, database: Database, cast: Cast, standing_clock: None
    ) -> None:
        commitment_id, round_id, codes = given_slips(database, cast)
        with database.writing() as session:
            judge_all(session, codes, 6)
        assert count_passed(database) == 0
        with later(15):
            with database.writing() as session, pytest.raises(Conflict, match="being counted"):
                enter(session, cast, commitment_id, kind="reopened", words="Nog niet", due_on="2027-01-01")
            assert count_passed(database) == 1
            assert count_passed(database) == 0
            with database.reading() as session:
                out = shown(session, cast, commitment_id)
                assert (out.verdict.outcome, out.verdict.kept) == (Verdict.KEPT, 6)
                assert out.events[-1].happened_on == show_round(session, cast.activator, round_id).until_on
                events = session.scalars(select(Event).where(col(Event.subject_id) == round_id)).all()
                assert events[-1].kind == "slip_round.closed"
                assert events[-1].actor_id is None

    def test_slips_that_nobody_used_make_no_verdict(self, database: Database, cast: Cast, standing_clock: None) -> None:
        commitment_id, round_id, _ = given_slips(database, cast)
        with later(15):
            count_passed(database)
            with database.reading() as session:
                assert shown(session, cast, commitment_id).verdict.outcome is Verdict.UNJUDGED
                out = show_round(session, cast.activator, round_id)
                assert (out.closed_on, out.overtaken) == (clock.today(), False)


class TestAtTheSameMoment:
    def test_of_two_votes_with_one_slip_one_counts(self, database: Database, cast: Cast, standing_clock: None) -> None:
        _, round_id, codes = given_slips(database, cast)

        def judge_by_it() -> None:
            with database.writing() as session:
                judge(session, codes[0])

        found = at_once(*[judge_by_it] * 6)
        told = [error for error in found if error is not None]
        assert (len(told), {type(error) for error in told}) == (5, {Conflict})
        with database.reading() as session:
            assert show_round(session, cast.activator, round_id).used == 1

    def test_a_vote_against_the_closing_of_its_round_counts_or_hears_that_it_is_over(
        self, database: Database, cast: Cast, standing_clock: None
    ) -> None:
        commitment_id, round_id, codes = given_slips(database, cast, 12)
        with database.writing() as session:
            judge_all(session, codes, 3)

        def judge_by(code: str) -> Callable[[], None]:
            def do() -> None:
                with database.writing() as session:
                    judge(session, code)

            return do

        def close_it() -> None:
            with database.writing() as session:
                close(session, cast, session.get_one(SlipRound, round_id))

        found = at_once(close_it, *(judge_by(code) for code in codes[3:9]))
        assert found[0] is None
        told = [error for error in found[1:] if error is not None]
        assert {type(error) for error in told} <= {Conflict}
        with database.reading() as session:
            [judged] = session.scalars(
                select(CommitmentEvent).where(
                    col(CommitmentEvent.commitment_id) == commitment_id, col(CommitmentEvent.kind) == Kind.JUDGED
                )
            )
            assert judged.kept == 3 + 6 - len(told)


def test_no_table_could_hold_who_judged() -> None:
    for name in ("slip", "slip_count", "slip_round"):
        columns: set[str] = {column.name for column in SQLModel.metadata.tables[name].columns}
        assert not columns & {"resident_id", "household_id", "account_id"}
