"""Double activation: the formula as its document works it out, and what it is read off."""

import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from bsa import clock
from bsa.activation.formula import (
    ACTIONS_AT_LEAST,
    COMMITMENTS_AT_LEAST,
    ActivatedSide,
    Direction,
    Ingredient,
    Share,
    direction,
    reckon,
    told,
)
from bsa.activation.queries import Happened, Period, measure, show_double_activation
from bsa.activation.shapes import DoubleActivationOut, QuarterQuery
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.asks.actions import draft_ask, escalate, put_ask, record_answer
from bsa.asks.models import AnswerKind, Ask, Side, Source
from bsa.asks.shapes import AnswerIn, AskIn, EscalationIn, PutIn
from bsa.commitments.actions import enter_event, record_verdict
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn, VerdictIn
from bsa.commitments.standing import VerdictRules
from bsa.errors import Invalid, NotAllowed, NotFound
from bsa.forums.models import Forum, Rhythm
from bsa.initiatives.models import Participant, ParticipantPart
from bsa.institutions.models import Mandate
from bsa.learning.actions import record_step, strike_step
from bsa.learning.models import WhoDidIt
from bsa.learning.shapes import LearningStepIn
from bsa.meetings.models import Attendance, Meeting

from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.line import Line, a_commitment, walk_the_line

DOCUMENT = Path(__file__).parents[2] / "docs" / "double-activation.md"
ROW = re.compile(r"^\| `(\w+)` \| (\d+) \| (\d+) \| ([\d.]+|left out) \|$", re.MULTILINE)
TODAY = NOW.date()
NOW_RUNNING, BEFORE = "2026-Q1", "2025-Q4"


def examples() -> list[Any]:
    text = DOCUMENT.read_text().split("## Worked examples")[1]
    return [pytest.param(part, id=part.splitlines()[0]) for part in text.split("\n### ")[1:]]


@pytest.mark.parametrize("example", examples())
def test_the_document_reckons_as_the_software_does(example: str) -> None:
    [(commitments, steps)] = re.findall(r"Commitments in play: (\d+)\. Steps: (\d+)\.", example)
    rows = ROW.findall(example)
    shares = {Ingredient(code): Share(int(counted), int(of)) for code, counted, of, _ in rows}

    found = reckon(int(commitments), int(steps), shares)

    for code, _, _, value in rows:
        said = found.values.get(Ingredient(code))
        assert ("left out" if said is None else f"{told(said):.2f}") == value, code
    sides = ", ".join(f"{side.value} {told(value):.2f}" for side, value in found.sides.items())
    if not found.enough:
        outcome = "too few to say anything"
    elif found.score is None:
        outcome = f"{sides}, no number"
    else:
        outcome = f"{sides}, double activation {told(found.score):.2f}, lagging: {found.lagging or 'none'}"
    assert f"Outcome: {outcome}." in example


def test_the_document_has_examples_names_every_ingredient_and_tells_the_thresholds() -> None:
    text = DOCUMENT.read_text()
    assert len(examples()) >= 5
    assert all(f"`{ingredient}`" in text for ingredient in Ingredient)
    assert f"fewer than {COMMITMENTS_AT_LEAST} commitments" in text
    assert f"fewer than {ACTIONS_AT_LEAST} steps" in text


@pytest.mark.parametrize(
    ("score", "before", "arrow"),
    [
        (Fraction(50, 100), Fraction(48, 100), Direction.SAME),
        (Fraction(51, 100), Fraction(48, 100), Direction.UP),
        (Fraction(45, 100), Fraction(48, 100), Direction.DOWN),
        (None, Fraction(1), None),
        (Fraction(1), None, None),
    ],
)
def test_the_arrow_compares_with_the_quarter_before(
    score: Fraction | None, before: Fraction | None, arrow: Direction | None
) -> None:
    assert direction(score, before) is arrow


@pytest.fixture
def line(session: Session, cast: Cast) -> Line:
    return walk_the_line(session, cast)


def shown(
    session: Session, cast: Cast, who: str = "activator", quarter: str | None = NOW_RUNNING
) -> DoubleActivationOut:
    return show_double_activation(session, cast.actors[who], cast.here_id, QuarterQuery(quarter=quarter))


def counts(out: DoubleActivationOut) -> dict[str, tuple[int | None, int | None]]:
    return {one.ingredient.value: (one.counted, one.of) for one in out.ingredients if one.value is not None}


def enough_commitments(session: Session, cast: Cast, line: Line) -> None:
    for number in range(4):
        a_commitment(session, cast, line.ask_id, TODAY + timedelta(days=5 + number))


def steps(session: Session, cast: Cast, line: Line, *who: WhoDidIt) -> list[UUID]:
    made = []
    for one in who:
        told_step = LearningStepIn(what="Gebeld", who_did_it=one, initiative_id=line.initiative_id)
        made.append(record_step(session, cast.activator, told_step).id)
    return made


ALONE, WORKER = WhoDidIt.RESIDENT_ALONE, WhoDidIt.WORKER


def test_under_the_thresholds_nothing_is_told(session: Session, cast: Cast, line: Line) -> None:
    steps(session, cast, line, *[ALONE] * 9)
    enough_commitments(session, cast, line)
    few_steps = shown(session, cast)
    steps(session, cast, line, ALONE)

    assert (few_steps.enough, few_steps.commitments, few_steps.actions_enough) == (False, 5, False)
    assert (few_steps.score, few_steps.lagging, counts(few_steps)) == (None, None, {})
    assert shown(session, cast).enough


def test_four_commitments_are_too_few_also_with_many_steps(session: Session, cast: Cast, line: Line) -> None:
    steps(session, cast, line, *[ALONE] * 12)
    for number in range(3):
        a_commitment(session, cast, line.ask_id, TODAY + timedelta(days=5 + number))

    out = shown(session, cast)
    assert (out.enough, out.commitments, out.actions_enough) == (False, 4, True)


def test_it_is_read_off_what_happened(session: Session, cast: Cast, line: Line) -> None:
    enough_commitments(session, cast, line)
    made = steps(session, cast, line, *[ALONE] * 6, *[WORKER] * 5)
    strike_step(session, cast.activator, made[-1])

    out = shown(session, cast)

    assert counts(out) == {"done_by_residents": (6, 10), "voiced_by_residents": (1, 1), "answered_plainly": (1, 1)}
    assert (out.residents, out.institutions, out.score, out.lagging) == (0.8, 1.0, 0.8, ActivatedSide.RESIDENTS)
    assert (out.running, out.quarter_after, out.until) == (True, None, TODAY)


def test_a_verdict_counts_when_its_window_has_ended(session: Session, cast: Cast, line: Line) -> None:
    enough_commitments(session, cast, line)
    steps(session, cast, line, *[ALONE] * 10)

    def enter(**more: object) -> None:
        version = session.get_one(Commitment, line.commitment_id).version
        happened = CommitmentEventIn.model_validate({"happened_on": clock.today()} | more)
        enter_event(session, cast.activator, line.commitment_id, version, happened)

    enter(kind="claimed")
    version = session.get_one(Commitment, line.commitment_id).version
    witnesses = [line.resident_id, line.other_resident_id]
    votes = VerdictIn(kept=4, partly=0, not_kept=0, happened_on=TODAY, witness_ids=witnesses, close_window=True)
    assert "verdicts_given" not in counts(shown(session, cast))
    record_verdict(session, cast.activator, line.commitment_id, version, votes)

    found = counts(shown(session, cast))
    assert (found["verdicts_given"], found["kept_on_first_date"]) == ((1, 1), (1, 1))


def test_a_silence_that_nobody_judged_counts_on_the_side_of_residents(session: Session, cast: Cast, line: Line) -> None:
    enough_commitments(session, cast, line)
    with clock.standing_at(datetime.combine(date(2026, 6, 1), time(12), UTC)):
        steps(session, cast, line, *[ALONE] * 10)
        out = show_double_activation(session, cast.activator, cast.here_id, QuarterQuery(quarter="2026-Q2"))

    found = counts(out)
    # Five windows passed: the first promise was due on 23 April, the others from 29 March on.
    assert found["verdicts_given"] == (0, 5)
    assert "kept_on_first_date" not in found
    assert out.direction is None


def test_answers_are_due_on_their_day_and_higher_up_they_come_from_there(
    session: Session, cast: Cast, line: Line
) -> None:
    enough_commitments(session, cast, line)
    steps(session, cast, line, *[ALONE] * 10)
    ids = []
    for text, voice in (("Lampen", Side.RESIDENTS), ("Bankje", Side.TEAM)):
        told_ask = AskIn(
            initiative_id=line.initiative_id, institution_id=cast.corporation_id, text=text, voiced_by=voice
        )
        ask = draft_ask(session, cast.activator, told_ask)
        put = PutIn(
            happened_on=TODAY, reply_by=TODAY + timedelta(days=1), source=Source.MAIL, mandate=Mandate.OPERATIONAL
        )
        put_ask(session, cast.activator, ask.id, ask.version, put)
        ids.append(ask.id)

    def answer(key: UUID, kind: AnswerKind) -> None:
        told_answer = AnswerIn(answer=kind, words="Zo", happened_on=clock.today(), source=Source.MAIL)
        record_answer(session, cast.activator, key, session.get_one(Ask, key).version, told_answer)

    answer(ids[0], AnswerKind.EVASIVE)
    raised = EscalationIn(
        happened_on=TODAY,
        reply_by=TODAY + timedelta(days=2),
        reason="Hoger",
        mandate=Mandate.POLICY,
        source=Source.LETTER,
    )
    escalate(session, cast.activator, ids[0], session.get_one(Ask, ids[0]).version, raised)
    with clock.standing_at(NOW + timedelta(days=2)):
        answer(ids[0], AnswerKind.NO)
    with clock.standing_at(NOW + timedelta(days=5)):
        found = counts(shown(session, cast))

    assert found["voiced_by_residents"] == (2, 3)
    assert found["answered_plainly"] == (2, 3)
    # Evaded in time, answered higher up in time; the other was never answered.
    assert found["answered_in_time"] == (2, 3)
    assert found["answered_higher_up"] == (1, 1)


def test_who_was_invited_and_came_counts_and_what_was_called_off_does_not(
    session: Session, cast: Cast, line: Line
) -> None:
    enough_commitments(session, cast, line)
    steps(session, cast, line, *[ALONE] * 10)
    forum = Forum(area_id=cast.here_id, name="Wijkoverleg", level=Mandate.OPERATIONAL, rhythm=Rhythm.MONTHLY)
    session.add(forum)
    session.flush()
    for came, cancelled in ((True, None), (False, None), (None, None), (True, TODAY)):
        meeting = Meeting(forum_id=forum.id, area_id=cast.here_id, starts_at=NOW, cancelled_on=cancelled)
        session.add(meeting)
        session.flush()
        session.add(Attendance(meeting_id=meeting.id, institution_id=cast.corporation_id, came=came))
    session.flush()

    assert counts(shown(session, cast))["came_to_forums"] == (1, 2)


def test_of_residents_no_count_is_told_and_of_deeds_only_to_the_team(session: Session, cast: Cast, line: Line) -> None:
    enough_commitments(session, cast, line)
    steps(session, cast, line, *[ALONE] * 7, *[WORKER] * 6)

    team, policy = shown(session, cast), shown(session, cast, "policy")

    assert counts(team)["done_by_residents"] == (7, 13)
    assert counts(policy)["done_by_residents"] == (None, None)
    assert {one.ingredient: one.value for one in team.ingredients} == {
        one.ingredient: one.value for one in policy.ingredients
    }
    assert next(one.value for one in policy.ingredients if one.ingredient is Ingredient.DONE_BY_RESIDENTS) == 0.55


def test_whoever_is_restricted_is_not_counted(session: Session, cast: Cast, line: Line) -> None:
    enough_commitments(session, cast, line)
    steps(session, cast, line, *[ALONE] * 10)
    geert = a_dossier(session, cast.activator, cast.here_id)
    with_geert = LearningStepIn(what="Gebeld", who_did_it=ALONE, initiative_id=line.initiative_id, resident_id=geert.id)
    record_step(session, cast.activator, with_geert)
    before = counts(shown(session, cast))["done_by_residents"]
    geert.restricted_on = TODAY
    session.flush()

    assert (before, counts(shown(session, cast))["done_by_residents"]) == ((11, 11), (10, 10))


def test_of_ten_who_take_part_it_is_told_how_many_were_not_known_a_year_ago(
    session: Session, cast: Cast, line: Line
) -> None:
    enough_commitments(session, cast, line)
    steps(session, cast, line, *[ALONE] * 10)

    def join(number: int) -> None:
        resident = a_resident(session, cast.activator, cast.here_id, f"Buur {number}")
        session.add(
            Participant(
                initiative_id=line.initiative_id,
                resident_id=resident.id,
                part=ParticipantPart.TAKES_PART,
                consented_on=TODAY,
                from_on=TODAY,
            )
        )
        session.flush()
        if number < 3:
            resident.created_at = NOW - timedelta(days=400)
            session.flush()

    for number in range(9):
        join(number)
    assert "newly_reached" not in counts(shown(session, cast))
    join(9)

    [found] = [one for one in shown(session, cast).ingredients if one.ingredient is Ingredient.NEWLY_REACHED]
    assert (found.value, found.counted, found.of) == (0.7, None, None)


@pytest.mark.parametrize("who", ["corporation", "rival", "privacy", "admin"])
def test_others_are_refused(session: Session, cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        shown(session, cast, who)


def test_elsewhere_and_of_a_building_it_does_not_exist(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        shown(session, cast, "stranger")
    building = record_area(session, None, AreaIn(level=Level.COMPLEX, name="Molenstraat", parent_id=cast.here_id))
    me = cast.activator
    with_building = type(me)(me.id, me.name, me.roles, me.area_ids | {building.id}, None, me.purpose)
    with pytest.raises(NotFound):
        show_double_activation(session, with_building, building.id, QuarterQuery())


def test_a_larger_area_adds_up_what_lies_in_it(session: Session, cast: Cast, line: Line) -> None:
    enough_commitments(session, cast, line)
    steps(session, cast, line, *[ALONE] * 10)
    larger = show_double_activation(session, cast.policy, cast.municipality_id, QuarterQuery(quarter=NOW_RUNNING))
    assert (larger.level, larger.commitments, larger.score) == (Level.MUNICIPALITY, 5, shown(session, cast).score)


def test_without_a_quarter_it_is_the_last_that_is_over_and_none_is_told_ahead(session: Session, cast: Cast) -> None:
    out = shown(session, cast, quarter=None)
    assert (out.quarter, out.quarter_before, out.quarter_after, out.running) == (BEFORE, "2025-Q3", NOW_RUNNING, False)
    with pytest.raises(Invalid):
        shown(session, cast, quarter="2026-Q2")


def test_referrals_to_institutions_count_by_the_day_on_which_an_answer_was_due() -> None:
    def sent(on: int, decided: int | None = None, closed: int | None = None, due: int | None = None) -> Any:
        def moment(number: int | None) -> datetime | None:
            return None if number is None else NOW + timedelta(days=number)

        day = None if due is None else (NOW + timedelta(days=due)).date()
        return SimpleNamespace(
            requested_at=moment(on), decided_at=moment(decided), closed_at=moment(closed), expected_answer_by=day
        )

    in_time, late, never = sent(-40, -38), sent(-40, -20), sent(-40)
    taken_back, still_waiting, by_another_day = sent(-40, closed=-39), sent(-1), sent(-40, -20, due=-20)
    referrals = [in_time, late, never, taken_back, still_waiting, by_another_day]
    happened = Happened([], [], [], [], [], referrals)
    period = Period(NOW.date() - timedelta(days=60), NOW.date())

    _, _, shares = measure(happened, period, VerdictRules())
    assert shares[Ingredient.REFERRALS_IN_TIME] == Share(2, 4)
