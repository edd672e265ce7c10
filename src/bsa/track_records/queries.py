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
from bsa.rows import Moment
from bsa.track_records.shapes import AnswerRecord, AttendanceRecord, KeepingRecord, TrackRecordOut

PERIOD = timedelta(days=365)
ENOUGH = 3
"""From so many answers on a median says something."""


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
