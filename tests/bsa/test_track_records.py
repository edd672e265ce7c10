"""The track record of an institution: answers in time, promises kept on the first date, and who came."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from bsa.asks.models import AskEventKind as Asked
from bsa.commitments.models import CommitmentState as State
from bsa.commitments.models import Verdict
from bsa.errors import NotAllowed, NotFound
from bsa.forums.models import Forum, Rhythm
from bsa.institutions.models import Mandate
from bsa.meetings.models import Attendance, Meeting
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedIn
from bsa.referrals.deciding import accept_referral
from bsa.referrals.deed_shapes import AcceptanceIn, ErrorIn
from bsa.referrals.ending import mark_error
from bsa.referrals.states import ReferralReason
from bsa.track_records.queries import answers, keeping, referrals, show_track_record

from tests.cast import NOW, Cast, a_dossier
from tests.line import walk_the_line
from tests.referred import referred_outward

TODAY = NOW.date()
SINCE = TODAY - timedelta(days=365)


def in_days(number: int) -> date:
    return TODAY + timedelta(days=number)


def put(day: int, reply_by: int, kind: Asked = Asked.ASKED) -> tuple[Asked, int, int]:
    return kind, day, reply_by


def answered(day: int) -> tuple[Asked, int, None]:
    return Asked.ANSWERED, day, None


def closed(day: int) -> tuple[Asked, int, None]:
    return Asked.CLOSED, day, None


def asked(*happened: Any) -> list[Any]:
    ask_id = uuid4()
    return [
        SimpleNamespace(
            ask_id=ask_id,
            kind=kind,
            happened_on=in_days(day),
            reply_by=None if reply_by is None else in_days(reply_by),
        )
        for kind, day, reply_by in happened
    ]


@pytest.mark.parametrize(
    ("happened", "counted"),
    [
        ([put(-20, -6), answered(-10)], "in_time"),
        ([put(-20, -6), answered(-6)], "in_time"),
        ([put(-20, -6), answered(-5)], "too_late"),
        ([put(-20, -6)], "never"),
        ([put(-20, -6), closed(-2)], "never"),
        ([put(-20, 0)], "waiting"),
        ([put(-20, -6), closed(-10)], None),
        ([put(-400, -380), answered(-390)], None),
    ],
)
def test_each_time_that_it_was_put_is_answered_in_one_way(happened: list[Any], counted: str | None) -> None:
    told = answers(asked(*happened), SINCE, TODAY).model_dump(exclude={"median_days"})

    assert {name for name, number in told.items() if number} == ({counted} if counted else set())


def test_an_evasion_asked_again_is_two_questions_and_the_median_wants_three_answers() -> None:
    twice = asked(put(-60, -40), answered(-50), put(-45, -20, Asked.ASKED_AGAIN), answered(-15))

    told = answers(twice, SINCE, TODAY)
    assert (told.in_time, told.too_late, told.median_days) == (1, 1, None)
    assert answers([*twice, *asked(put(-9, 9), answered(-5))], SINCE, TODAY).median_days == 10


@pytest.mark.parametrize(
    ("row", "fate"),
    [
        ({"outcome": Verdict.KEPT, "claimed_on": in_days(-25)}, "on_first_day"),
        ({"outcome": Verdict.KEPT, "claimed_on": None}, "on_first_day"),
        ({"outcome": Verdict.KEPT, "claimed_on": in_days(-15)}, "later"),
        ({"outcome": Verdict.KEPT, "claimed_on": in_days(-25), "due_on": in_days(-5)}, "later"),
        ({"outcome": Verdict.PARTLY}, "partly"),
        ({"outcome": Verdict.NOT_KEPT}, "not_kept"),
        ({"outcome": Verdict.UNJUDGED}, "unjudged"),
        ({"state": State.CLAIMED}, "judging"),
        ({"state": State.RUNNING}, "open"),
        ({"state": State.WITHDRAWN}, "withdrawn"),
    ],
)
def test_each_commitment_whose_first_day_has_passed_has_one_fate(row: dict[str, Any], fate: str) -> None:
    plain = {
        "state": State.JUDGED,
        "outcome": None,
        "first_due_on": in_days(-20),
        "due_on": in_days(-20),
        "claimed_on": None,
        "moved_count": 0,
    }
    told = keeping([SimpleNamespace(**(plain | row))], TODAY).model_dump()

    assert {name for name, number in told.items() if number} == {fate}
    later = SimpleNamespace(**(plain | row | {"first_due_on": TODAY, "moved_count": 2}))
    assert keeping([later], TODAY).model_dump() == dict.fromkeys(told, 0) | {"moved": 2}


def invited(session: Session, cast: Cast, days: int, came: bool | None, **more: Any) -> None:
    forum = Forum(area_id=cast.here_id, name="Wijkoverleg", level=Mandate.OPERATIONAL, rhythm=Rhythm.MONTHLY)
    session.add(forum)
    session.flush()
    meeting = Meeting(forum_id=forum.id, area_id=cast.here_id, starts_at=NOW + timedelta(days=days), **more)
    session.add(meeting)
    session.flush()
    session.add(Attendance(meeting_id=meeting.id, institution_id=cast.corporation_id, came=came))
    session.flush()


def test_it_counts_who_came_of_the_meetings_of_a_year(session: Session, cast: Cast) -> None:
    for days, came in ((-10, True), (-40, True), (-70, False), (-90, None), (-400, False)):
        invited(session, cast, days, came)
    invited(session, cast, -5, False, cancelled_on=TODAY)

    told = show_track_record(session, cast.activator, cast.corporation_id).attendance

    assert (told.came, told.stayed_away) == (2, 1)


@pytest.mark.parametrize(
    ("told", "reply"),
    [
        ({"decided_at": -5}, "in_time"),
        ({"decided_at": -1}, "too_late"),
        ({}, "never"),
        ({"closed_at": -1}, "never"),
        ({"closed_at": -5}, None),
        ({"expected_answer_by": in_days(1)}, "waiting"),
        ({"expected_answer_by": in_days(-9), "decided_at": -5}, "too_late"),
    ],
)
def test_a_referral_is_answered_within_the_agreed_days_or_not(told: dict[str, Any], reply: str | None) -> None:
    moments = {name: NOW + timedelta(days=day) for name, day in told.items() if isinstance(day, int)}
    plain = {
        "requested_at": NOW - timedelta(days=10),
        "decided_at": None,
        "closed_at": None,
        "expected_answer_by": None,
    }
    row = SimpleNamespace(**(plain | told | moments))

    counted = referrals([row] * 5, TODAY, days=5)

    assert (counted.model_dump() if counted else None) == (
        None if reply is None else dict.fromkeys(("in_time", "too_late", "never", "waiting"), 0) | {reply: 5}
    )
    assert referrals([row] * 4, TODAY, days=5) is None


def test_of_few_referrals_nothing_is_told_and_of_more_how_they_were_answered(session: Session, cast: Cast) -> None:
    dossier = a_dossier(session, cast.activator, cast.here_id)
    told_first = NeedIn(life_area=LifeArea.SOCIAL_CONTACTS, words="Ik zoek gezelschap", learned_on=TODAY)
    need = record_need(session, cast.activator, dossier.id, told_first)
    for number in range(1, 6):
        referral = referred_outward(session, cast, need.id)
        told = show_track_record(session, cast.policy, cast.corporation_id).referrals
        assert (told is None) == (number < 5)
    assert told is not None
    assert told.waiting == 5

    accept_referral(session, cast.corporation, referral.id, None, AcceptanceIn())
    told = show_track_record(session, cast.activator, cast.corporation_id).referrals
    assert told is not None
    assert (told.in_time, told.waiting) == (1, 4)
    mark_error(session, cast.activator, referral.id, None, ErrorIn(reason=ReferralReason.SENT_TWICE))
    assert show_track_record(session, cast.activator, cast.corporation_id).referrals is None


def test_it_is_the_same_for_all_who_may_know_of_the_institution_and_names_nobody(session: Session, cast: Cast) -> None:
    walk_the_line(session, cast)
    readers = (cast.activator, cast.stranger, cast.teamleader, cast.policy, cast.admin, cast.corporation)

    found = {show_track_record(session, actor, cast.corporation_id).model_dump_json() for actor in readers}

    assert len(found) == 1
    (told,) = found
    assert '"in_time":1' in told
    assert all(name not in told for name in ("van de Cast", "Geert", "kozijn"))


def test_who_may_not_know_of_the_institution_finds_none(session: Session, cast: Cast) -> None:
    for actor in (cast.rival, cast.privacy):
        with pytest.raises((NotFound, NotAllowed)):
            show_track_record(session, actor, cast.corporation_id)
