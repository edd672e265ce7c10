"""Reading the track record of an institution: folded from what happened, the same for all who may know of it.

It counts what an institution did, in all areas. Nothing of a person is in it: neither of residents nor of who works
there, and not who entered what.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, bindparam, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.asks.models import Ask, AskEvent, AskEventKind
from bsa.asks.standing import LEADS_TO, WAITING, in_force, reply_to
from bsa.commitments.models import Commitment, CommitmentState, Verdict
from bsa.commitments.queries import OUTCOME, STATE
from bsa.institutions.queries import find_institution
from bsa.meetings.models import Attendance, Meeting
from bsa.permissions import Actor, Permission, require
from bsa.referrals.models import FeedbackLevel, Referral, ReferralDirection
from bsa.referrals.states import ReferralState
from bsa.rows import Moment
from bsa.track_records.shapes import AnswerRecord, AttendanceRecord, KeepingRecord, ReferralRecord, TrackRecordOut
from bsa.trust.working_days import after_working_days

PERIOD = timedelta(days=365)
ENOUGH = 3
"""From so many answers on a median says something."""
FEWEST_REFERRALS = 5
"""Behind each referral is a resident: of fewer in the year nothing is told."""


def show_track_record(session: Session, actor: Actor, institution_id: UUID) -> TrackRecordOut:
    """Show how quickly an institution answered in the last year, what it kept on the first date, whether it came."""
    institution = find_institution(session, actor, institution_id)
    require(actor, Permission.SEE_INSTITUTIONS, institution)
    today = clock.today()
    since = today - PERIOD
    places = {"institution_id": institution.id, "since": since, "today": today}
    meetings = {"institution_id": institution.id, "from": clock.now() - PERIOD, "now": clock.now()}
    came = Counter(dict(session.execute(CAME, meetings).all()))
    return TrackRecordOut(
        institution_id=institution.id,
        since=since,
        until=today,
        answers=answers(session.execute(PUT_AND_ANSWERED, places).all(), since, today),
        keeping=keeping(session.execute(PROMISED, places).all(), today),
        attendance=AttendanceRecord(came=came[True], stayed_away=came[False]),
        referrals=referrals(
            session.execute(REFERRED, {"institution_id": institution.id, "from": clock.now() - PERIOD}).all(),
            today,
            session.info["settings"].referral_decision_days,
        ),
    )


def answers(events: Iterable[Any], since: date, today: date) -> AnswerRecord:
    """Fold the events of asks, in their order, into how each time that was put was answered."""
    counts: Counter[str] = Counter()
    days: list[int] = []
    for _, of_one in groupby(events, key=lambda event: event.ask_id):
        happened = in_force(of_one)
        for event, following in zip(happened, [*happened[1:], None], strict=True):
            if LEADS_TO[event.kind] not in WAITING or event.happened_on < since:
                continue
            counts[reply_to(event, following, today)] += 1
            if following is not None and following.kind is AskEventKind.ANSWERED:
                days.append((following.happened_on - event.happened_on).days)
    return AnswerRecord(
        in_time=counts["in_time"],
        too_late=counts["too_late"],
        never=counts["never"],
        waiting=counts["waiting"],
        median_days=float(median(days)) if len(days) >= ENOUGH else None,
    )


def keeping(rows: Sequence[Any], today: date) -> KeepingRecord:
    """Count what came of commitments whose first day has passed, and how many times a day was moved."""
    fates = Counter(_fate(row) for row in rows if row.first_due_on < today)
    return KeepingRecord(
        **{name: fates[name] for name in KeepingRecord.model_fields if name != "moved"},
        moved=sum(row.moved_count for row in rows),
    )


def referrals(rows: Sequence[Any], today: date, days: int) -> ReferralRecord | None:
    """Count how the referrals of the team were answered; nothing when one could be known by it."""
    replies = Counter(filter(None, (_reply(row, today, days) for row in rows)))
    if replies.total() < FEWEST_REFERRALS:
        return None
    return ReferralRecord(**{name: replies[name] for name in ReferralRecord.model_fields})


def _reply(row: Any, today: date, days: int) -> str | None:
    due = row.expected_answer_by or after_working_days(clock.day_of(row.requested_at), days)
    if row.decided_at is not None:
        return "in_time" if clock.day_of(row.decided_at) <= due else "too_late"
    over_on = today if row.closed_at is None else clock.day_of(row.closed_at)
    if over_on > due:
        return "never"
    # What was taken back before its day needs no answer.
    return "waiting" if row.closed_at is None else None


def _fate(row: Any) -> str:
    if row.state is CommitmentState.WITHDRAWN:
        return "withdrawn"
    if row.state is CommitmentState.CLAIMED:
        return "judging"
    if row.outcome is Verdict.KEPT:
        in_time = row.claimed_on is None or row.claimed_on <= row.first_due_on
        return "on_first_day" if row.due_on == row.first_due_on and in_time else "later"
    return row.outcome.value if row.outcome else "open"


INSTITUTION_ID = bindparam("institution_id", type_=Uuid)
PUT_AND_ANSWERED: Select[*tuple[Any, ...]] = (
    select(col(AskEvent.ask_id), col(AskEvent.kind), col(AskEvent.happened_on), col(AskEvent.reply_by))
    .join(Ask, col(Ask.id) == AskEvent.ask_id)
    .where(col(Ask.institution_id) == INSTITUTION_ID, col(Ask.last_event_on) >= bindparam("since", type_=Date))
    .order_by(col(AskEvent.ask_id), col(AskEvent.number))
)
PROMISED: Select[*tuple[Any, ...]] = select(
    STATE.label("state"),
    OUTCOME.label("outcome"),
    col(Commitment.first_due_on),
    col(Commitment.due_on),
    col(Commitment.claimed_on),
    col(Commitment.moved_count),
).where(
    col(Commitment.institution_id) == INSTITUTION_ID,
    col(Commitment.first_due_on) >= bindparam("since", type_=Date),
)
CAME: Select[*tuple[Any, ...]] = (
    select(col(Attendance.came), func.count())
    .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
    .where(
        col(Attendance.institution_id) == INSTITUTION_ID,
        col(Attendance.invited),
        col(Attendance.came).is_not(None),
        col(Meeting.cancelled_on).is_(None),
        col(Meeting.starts_at).between(bindparam("from", type_=Moment), bindparam("now", type_=Moment)),
    )
    .group_by(col(Attendance.came))
)
REFERRED: Select[*tuple[Any, ...]] = select(
    col(Referral.requested_at), col(Referral.decided_at), col(Referral.closed_at), col(Referral.expected_answer_by)
).where(
    col(Referral.institution_id) == INSTITUTION_ID,
    col(Referral.direction) == ReferralDirection.OUTBOUND,
    # Of what the team is told nothing, nothing is counted.
    col(Referral.feedback) != FeedbackLevel.NOTHING,
    col(Referral.state) != ReferralState.ENTERED_IN_ERROR,
    col(Referral.requested_at) >= bindparam("from", type_=Moment),
)
"""Whom the team referred to it: days alone."""
