"""Statutory consultation: the days follow from what happened, each with its rule, and are never stored."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.consultation.actions import begin_track, change_track, end_track, note_step, strike_step
from bsa.consultation.clocks import StepState, steps_of
from bsa.consultation.models import StepKind, Track, TrackEvent, TrackKind
from bsa.consultation.queries import count_due, list_tracks, show_track
from bsa.consultation.rules import CLOCKS, TERMS, Clock, Rule, extended, percent, reckoned
from bsa.consultation.shapes import TrackChange, TrackEndIn, TrackEventIn, TrackIn, TrackOut, TrackQuery
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.groups.actions import end_group, found_group
from bsa.groups.models import Group, GroupKind
from bsa.groups.shapes import GroupEndIn, GroupIn
from bsa.permissions import Actor

from tests.cast import Cast

S = StepState
K = StepKind
Told = tuple[StepKind, str] | tuple[StepKind, str, dict[str, Any]]


def told(*happened: Told) -> list[TrackEvent]:
    """Return events as they would lie there."""
    return [
        TrackEvent(
            number=number,
            kind=kind,
            happened_on=date.fromisoformat(on),
            **(more[0] if more else {}),
        )
        for number, (kind, on, *more) in enumerate(happened, start=1)
    ]


def steps(
    *happened: Told, today: str, kind: TrackKind = TrackKind.ADVICE, begun_on: str = "2026-05-06"
) -> dict[Clock, tuple[StepState, str | None]]:
    """Return the state and the day of each step."""
    found = steps_of(kind, date.fromisoformat(begun_on), told(*happened), date.fromisoformat(today))
    return {step.clock: (step.state, step.due_on.isoformat() if step.due_on else None) for step in found}


INFORMED = (K.INFORMED, "2026-05-06")
ADVISED = (K.ADVISED, "2026-06-15")
DEVIATES = (K.REASONS_RECEIVED, "2026-06-26", {"deviates": True})


@pytest.mark.parametrize(
    ("rule", "begun_on", "day", "by_the_extension_act"),
    [
        # The story of the demo.
        (Rule.SIX_WEEKS, "2026-05-06", "2026-06-17", None),
        (Rule.FOURTEEN_DAYS, "2026-06-15", "2026-06-29", None),
        # Friday and three days: Monday; of these only one is a working day, so the act would make it Tuesday.
        (Rule.AFTER_REASONS, "2026-06-26", "2026-06-29", "2026-06-30"),
        # Over the year's end.
        (Rule.SIX_WEEKS, "2026-12-01", "2027-01-12", None),
        (Rule.FOURTEEN_DAYS, "2026-12-18", "2027-01-01", "2027-01-04"),
        (Rule.FOURTEEN_DAYS, "2026-12-11", "2026-12-25", "2026-12-28"),
        (Rule.AFTER_REASONS, "2026-12-30", "2027-01-02", "2027-01-04"),
        # Leap days.
        (Rule.FOURTEEN_DAYS, "2028-02-15", "2028-02-29", None),
        (Rule.FOURTEEN_DAYS, "2027-02-15", "2027-03-01", None),
        (Rule.ONCE_A_YEAR, "2028-02-29", "2029-02-28", None),
        (Rule.ONCE_A_YEAR, "2027-02-28", "2028-02-28", None),
        # Weekend and holidays: the calendar goes on, the act would wait.
        (Rule.FOURTEEN_DAYS, "2026-03-20", "2026-04-03", "2026-04-07"),
        (Rule.FOURTEEN_DAYS, "2027-04-21", "2027-05-05", "2027-05-07"),
        (Rule.EIGHT_WEEKS, "2026-06-13", "2026-08-08", "2026-08-10"),
        # What is longer than ninety days is never extended.
        (Rule.ONCE_A_YEAR, "2025-12-25", "2026-12-25", None),
    ],
)
def test_a_term_is_reckoned_in_calendar_days(
    rule: Rule, begun_on: str, day: str, by_the_extension_act: str | None
) -> None:
    begun = date.fromisoformat(begun_on)

    assert reckoned(rule, begun).isoformat() == day
    other = extended(rule, begun)
    assert (other.isoformat() if other else None) == by_the_extension_act


def test_every_rule_has_its_source_and_every_step_its_rule() -> None:
    assert set(TERMS) == set(Rule)
    assert all(term.source for term in TERMS.values())
    assert {term.clock for term in TERMS.values()} == {clock for clocks in CLOCKS.values() for clock in clocks}


def test_the_story_of_the_demo_ends_on_29_june() -> None:
    kind = TrackKind.RENOVATION
    poll = (K.POLLED, "2026-06-12", {"homes": 34, "in_favour": 26})

    assert steps(INFORMED, today="2026-05-07", kind=kind)[Clock.ADVICE] == (S.RUNNING, "2026-06-17")
    advised = steps(INFORMED, poll, ADVISED, today="2026-06-15", kind=kind)
    assert advised[Clock.ADVICE] == (S.DONE, "2026-06-17")
    assert advised[Clock.REASONS] == (S.RUNNING, "2026-06-29")
    assert advised[Clock.EXECUTION] == (S.WAITING, None)
    assert advised[Clock.SUPPORT] == (S.DONE, None)
    answered = steps(INFORMED, poll, ADVISED, DEVIATES, today="2026-06-28", kind=kind)
    assert answered[Clock.REASONS] == (S.DONE, "2026-06-29")
    assert answered[Clock.EXECUTION] == (S.RUNNING, "2026-06-29")
    assert steps(INFORMED, ADVISED, DEVIATES, today="2026-06-29")[Clock.EXECUTION] == (S.OPEN, "2026-06-29")


@pytest.mark.parametrize(
    ("happened", "today", "advice", "reasons", "execution"),
    [
        ([], "2026-05-06", (S.WAITING, None), (S.WAITING, None), (S.WAITING, None)),
        # Nobody advises: when the term is over, it may be done.
        ([INFORMED], "2026-06-17", (S.RUNNING, "2026-06-17"), (S.WAITING, None), (S.RUNNING, "2026-06-18")),
        ([INFORMED], "2026-06-18", (S.PASSED, "2026-06-17"), (S.NOT_NEEDED, None), (S.OPEN, "2026-06-18")),
        # An advice that comes too late is heard, but binds nobody to a day.
        (
            [INFORMED, (K.ADVISED, "2026-06-20")],
            "2026-06-21",
            (S.LATE, "2026-06-17"),
            (S.NOT_NEEDED, None),
            (S.OPEN, "2026-06-18"),
        ),
        # No objection: at once.
        (
            [INFORMED, (K.NO_OBJECTION, "2026-05-20")],
            "2026-05-20",
            (S.DONE, "2026-06-17"),
            (S.NOT_NEEDED, None),
            (S.OPEN, "2026-05-20"),
        ),
        # No objection any more, after talks about the advice.
        (
            [INFORMED, ADVISED, (K.NO_OBJECTION, "2026-06-20")],
            "2026-06-22",
            (S.DONE, "2026-06-17"),
            (S.NOT_NEEDED, None),
            (S.OPEN, "2026-06-20"),
        ),
        # The advice is followed: as of the answer.
        (
            [INFORMED, ADVISED, (K.REASONS_RECEIVED, "2026-06-20", {"deviates": False})],
            "2026-06-22",
            (S.DONE, "2026-06-17"),
            (S.DONE, "2026-06-29"),
            (S.OPEN, "2026-06-20"),
        ),
        # The landlord says nothing: the reasons are due, and until they come there is no day to begin.
        ([INFORMED, ADVISED], "2026-06-30", (S.DONE, "2026-06-17"), (S.PASSED, "2026-06-29"), (S.WAITING, None)),
        # Reasons that come late are late, and three days are three days.
        (
            [INFORMED, ADVISED, (K.REASONS_RECEIVED, "2026-07-03", {"deviates": True})],
            "2026-07-04",
            (S.DONE, "2026-06-17"),
            (S.LATE, "2026-06-29"),
            (S.RUNNING, "2026-07-06"),
        ),
        # Begun too early: it is written down, and it shows.
        (
            [INFORMED, ADVISED, DEVIATES, (K.EXECUTED, "2026-06-28")],
            "2026-07-04",
            (S.DONE, "2026-06-17"),
            (S.DONE, "2026-06-29"),
            (S.TOO_EARLY, "2026-06-29"),
        ),
        (
            [INFORMED, (K.EXECUTED, "2026-05-28")],
            "2026-05-28",
            (S.RUNNING, "2026-06-17"),
            (S.WAITING, None),
            (S.TOO_EARLY, "2026-06-18"),
        ),
        (
            [INFORMED, ADVISED, DEVIATES, (K.EXECUTED, "2026-07-01")],
            "2026-07-04",
            (S.DONE, "2026-06-17"),
            (S.DONE, "2026-06-29"),
            (S.DONE, "2026-06-29"),
        ),
        # The landlord gave more time; what follows is reckoned from that.
        (
            [INFORMED, (K.OVERRULED, "2026-05-10", {"rule": "six_weeks", "due_on": date(2026, 7, 1), "words": "x"})],
            "2026-06-20",
            (S.RUNNING, "2026-07-01"),
            (S.WAITING, None),
            (S.RUNNING, "2026-07-02"),
        ),
    ],
)
def test_advice_reasons_and_execution(
    happened: list[Told],
    today: str,
    advice: tuple[StepState, str | None],
    reasons: tuple[StepState, str | None],
    execution: tuple[StepState, str | None],
) -> None:
    found = steps(*happened, today=today)

    assert found == {Clock.ADVICE: advice, Clock.REASONS: reasons, Clock.EXECUTION: execution}


@pytest.mark.parametrize(
    ("happened", "today", "state", "day"),
    [
        ([], "2027-05-06", S.RUNNING, "2027-05-06"),
        ([], "2027-05-07", S.PASSED, "2027-05-06"),
        ([(K.CONSULTED, "2026-10-01")], "2027-05-07", S.RUNNING, "2027-10-01"),
        ([(K.CONSULTED, "2026-10-01"), (K.CONSULTED, "2027-03-01")], "2027-05-07", S.RUNNING, "2028-03-01"),
    ],
)
def test_the_yearly_consultation_is_counted_from_the_last_one(
    happened: list[Told], today: str, state: StepState, day: str
) -> None:
    assert steps(*happened, today=today, kind=TrackKind.YEARLY) == {Clock.YEARLY: (state, day)}


@pytest.mark.parametrize(
    ("homes", "in_favour", "share", "support", "objection"),
    [
        (34, 26, 76, S.DONE, S.WAITING),
        (10, 7, 70, S.DONE, S.WAITING),
        (34, 23, 67, S.NOT_REACHED, S.NOT_NEEDED),
        (1000, 699, 69, S.NOT_REACHED, S.NOT_NEEDED),
        (9, 9, 100, S.NOT_NEEDED, S.NOT_NEEDED),
    ],
)
def test_a_poll_reaches_seventy_of_a_hundred_in_a_complex_of_ten_homes_or_more(
    homes: int, in_favour: int, share: int, support: StepState, objection: StepState
) -> None:
    poll = (K.POLLED, "2026-06-12", {"homes": homes, "in_favour": in_favour})

    found = steps(INFORMED, poll, today="2026-06-15", kind=TrackKind.RENOVATION)

    assert percent(homes, in_favour) == share
    assert (found[Clock.SUPPORT][0], found[Clock.OBJECTION][0]) == (support, objection)


def test_after_the_notice_there_are_eight_weeks_to_go_to_court() -> None:
    poll = (K.POLLED, "2026-06-12", {"homes": 34, "in_favour": 26})
    notice = (K.NOTIFIED, "2026-06-15")
    kind = TrackKind.RENOVATION

    assert steps(INFORMED, poll, notice, today="2026-08-10", kind=kind)[Clock.OBJECTION] == (S.RUNNING, "2026-08-10")
    assert steps(INFORMED, poll, notice, today="2026-08-11", kind=kind)[Clock.OBJECTION] == (S.PASSED, "2026-08-10")


# --- deeds


@pytest.fixture
def committee(session: Session, cast: Cast) -> Group:
    """Return a tenants' committee before the corporation."""
    return a_committee(session, cast.activator, cast)


def a_committee(session: Session, actor: Actor, cast: Cast) -> Group:
    said = GroupIn(
        area_id=cast.here_id,
        name="Bewonerscommissie",
        kind=GroupKind.TENANTS_COMMITTEE,
        institution_id=cast.corporation_id,
        homes=34,
        founded_on=date(2026, 1, 5),
    )
    return found_group(session, actor, said)


def a_track(session: Session, actor: Actor, group: Group, on: str = "2026-02-02", kind: str = "advice") -> Track:
    said = {"group_id": group.id, "kind": kind, "subject": "Renovatieplan", "begun_on": on}
    return begin_track(session, actor, TrackIn.model_validate(said))


def noted(session: Session, actor: Actor, track_id: UUID, kind: str, on: str, **more: object) -> TrackEvent:
    said = {"kind": kind, "happened_on": on, **more}
    return note_step(session, actor, track_id, TrackEventIn.model_validate(said))


def state(shown: TrackOut, step: Clock) -> tuple[StepState, date | None]:
    return next((one.state, one.due_on) for one in shown.steps if one.clock is step)


def test_a_track_begins_with_the_landlords_information_and_leaves_its_event(
    session: Session, cast: Cast, committee: Group
) -> None:
    track = a_track(session, cast.activator, committee)

    shown = show_track(session, cast.activator, track.id)
    assert (shown.area_id, shown.institution_id) == (cast.here_id, cast.corporation_id)
    assert [event.kind for event in shown.events] == [K.INFORMED]
    assert state(shown, Clock.ADVICE) == (S.PASSED, date(2026, 3, 16))
    kinds = session.scalars(select(Event.kind).where(col(Event.subject_id) == track.id)).all()
    assert sorted(kinds) == ["track.begun", "track.step_noted"]
    assert shown.allowed_actions == ["keep_track"]


def test_every_day_is_reckoned_anew_and_shows_its_rule_and_source(
    session: Session, cast: Cast, committee: Group
) -> None:
    track = a_track(session, cast.activator, committee)
    noted(session, cast.activator, track.id, "advised", "2026-03-10")
    noted(session, cast.activator, track.id, "reasons_received", "2026-03-20", deviates=True)

    shown = show_track(session, cast.activator, track.id)

    execution = next(step for step in shown.steps if step.clock is Clock.EXECUTION)
    assert (execution.rule, execution.due_on) == (Rule.AFTER_REASONS, date(2026, 3, 23))
    assert execution.extended_on == date(2026, 3, 24)
    assert execution.source == "Wet op het overleg huurders verhuurder, artikel 5 lid 3 onder c"
    assert shown.may_happen == [K.NO_OBJECTION, K.EXECUTED, K.OVERRULED]


def test_another_day_holds_only_with_a_reason_and_while_it_runs(session: Session, cast: Cast, committee: Group) -> None:
    me = cast.activator
    track = a_track(session, me, committee, "2026-03-02")
    with pytest.raises(ValueError, match="why another day holds"):
        TrackEventIn(kind=K.OVERRULED, rule=Rule.SIX_WEEKS, due_on=date(2026, 5, 1))
    with pytest.raises(Invalid):
        noted(session, me, track.id, "overruled", "2026-03-24", rule="once_a_year", due_on="2026-05-01", words="x")

    noted(session, me, track.id, "overruled", "2026-03-24", rule="six_weeks", due_on="2026-05-01", words="Ramadan")

    shown = show_track(session, me, track.id)
    advice = shown.steps[0]
    assert (advice.due_on, advice.counted_on, advice.why) == (date(2026, 5, 1), date(2026, 4, 13), "Ramadan")


def test_what_does_not_fit_what_happened_before_is_refused(session: Session, cast: Cast, committee: Group) -> None:
    me = cast.activator
    track = a_track(session, me, committee)

    for kind, more in (("reasons_received", {"deviates": True}), ("consulted", {}), ("notified", {})):
        with pytest.raises(Conflict):
            noted(session, me, track.id, kind, "2026-03-20", **more)
    with pytest.raises(Invalid):
        noted(session, me, track.id, "advised", "2026-02-01")
    with pytest.raises(Invalid):
        noted(session, me, track.id, "advised", "2026-03-25")
    with pytest.raises(ValueError, match="More homes"):
        TrackEventIn(kind=K.POLLED, homes=10, in_favour=11)
    with pytest.raises(ValueError, match="does not belong"):
        TrackEventIn(kind=K.ADVISED, homes=10)


def test_after_it_was_carried_out_no_other_day_can_be_said_to_hold(
    session: Session, cast: Cast, committee: Group
) -> None:
    me = cast.activator
    track = a_track(session, me, committee)
    noted(session, me, track.id, "executed", "2026-03-20")

    shown = show_track(session, me, track.id)

    assert (shown.may_happen, shown.overrulable) == ([K.ADVISED], [])
    assert state(shown, Clock.EXECUTION) == (S.DONE, date(2026, 3, 17))


def test_a_mistake_is_struck_and_the_days_are_reckoned_without_it(
    session: Session, cast: Cast, committee: Group
) -> None:
    me = cast.activator
    track = a_track(session, me, committee)
    wrong = noted(session, me, track.id, "no_objection", "2026-03-01")

    strike_step(session, me, track.id, wrong.id)

    shown = show_track(session, me, track.id)
    assert state(shown, Clock.EXECUTION) == (S.OPEN, date(2026, 3, 17))
    assert [event.struck_at is None for event in shown.events] == [True, False]
    with pytest.raises(Conflict):
        strike_step(session, me, track.id, wrong.id)
    noted(session, me, track.id, "no_objection", "2026-03-02")


def test_only_groups_with_these_rights_have_these_terms(session: Session, cast: Cast, committee: Group) -> None:
    me = cast.activator
    said = GroupIn(area_id=cast.here_id, name="Buurtgroep", kind=GroupKind.RESIDENTS_GROUP)
    others = found_group(session, me, said)

    with pytest.raises(Invalid):
        a_track(session, me, others)
    end_group(session, me, committee.id, None, GroupEndIn())
    with pytest.raises(Invalid):
        a_track(session, me, committee)


def test_the_landlord_reads_its_own_tracks_and_writes_nothing(session: Session, cast: Cast, committee: Group) -> None:
    track = a_track(session, cast.activator, committee)

    shown = show_track(session, cast.corporation, track.id)
    assert (shown.allowed_actions, shown.may_happen) == ([], [])
    with pytest.raises(NotAllowed):
        noted(session, cast.corporation, track.id, "advised", "2026-03-10")
    for name in ("rival", "stranger", "privacy", "admin"):
        with pytest.raises(NotFound):
            show_track(session, cast.actors[name], track.id)
    with pytest.raises(NotAllowed):
        list_tracks(session, cast.policy, TrackQuery())


def test_an_ended_track_takes_nothing_any_more(session: Session, cast: Cast, committee: Group) -> None:
    me = cast.activator
    track = a_track(session, me, committee)
    version = track.version
    change_track(session, me, track.id, version, TrackChange(subject="Kozijnen"))
    with pytest.raises(Stale):
        end_track(session, me, track.id, version, TrackEndIn())

    end_track(session, me, track.id, None, TrackEndIn())

    with pytest.raises(Conflict):
        noted(session, me, track.id, "advised", "2026-03-10")
    shown = show_track(session, me, track.id)
    assert (shown.subject, shown.next_step, shown.allowed_actions) == ("Kozijnen", None, [])
    assert not list_tracks(session, me, TrackQuery(open=True)).items


def test_the_team_is_reminded_a_week_before_a_day_and_of_what_a_landlord_owes(
    session: Session, cast: Cast, committee: Group
) -> None:
    me = cast.activator
    a_track(session, me, committee, "2026-03-02")
    a_track(session, me, committee, "2025-01-02", kind="yearly")

    assert count_due(session, me, 7) == 1
    with clock.standing_at(datetime(2026, 4, 7, 9, tzinfo=UTC)):
        assert count_due(session, me, 7) == 2
        assert count_due(session, cast.stranger, 7) == 0


def test_tracks_are_listed_latest_first_with_what_comes_next(session: Session, cast: Cast, committee: Group) -> None:
    me = cast.activator
    first = a_track(session, me, committee, "2026-02-16")
    second = a_track(session, me, committee, "2026-03-02")

    page = list_tracks(session, me, TrackQuery(limit=1, group_id=committee.id))
    rest = list_tracks(session, me, TrackQuery(limit=1, group_id=committee.id, cursor=page.next_cursor))

    assert [item.id for item in page.items + rest.items] == [second.id, first.id]
    assert page.items[0].next_step is not None
    assert page.items[0].next_step.due_on == date(2026, 4, 13)
    assert list_tracks(session, me, TrackQuery(area_id=cast.there_id)).items == []
