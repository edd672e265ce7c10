"""Reading meetings, always as someone: the team in its areas, institutions those of a forum in which they sit."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, AreaInclusion
from bsa.areas.queries import lies_within
from bsa.asks.models import Ask, AskEvent, AskEventKind, AskState
from bsa.asks.queries import still_open
from bsa.asks.queries import visible_to as asks_visible_to
from bsa.asks.standing import as_it_stands
from bsa.commitments.deeds import DEEDS as LEDGER_DEEDS
from bsa.commitments.models import Commitment, CommitmentEvent, CommitmentEventKind, CommitmentState
from bsa.commitments.queries import EVENTS, LATE, OUTCOME, STATE, find_commitment, rules_of
from bsa.commitments.queries import visible_to as commitments_visible_to
from bsa.commitments.standing import OPEN_STATES, may_follow, standing
from bsa.errors import NotFound
from bsa.forums.models import Forum
from bsa.forums.queries import find_forum, readable
from bsa.forums.rhythm import next_day
from bsa.groups.models import Group
from bsa.institutions.models import Institution, Mandate
from bsa.meetings.models import (
    AgendaItem,
    AgendaKind,
    Attendance,
    Meeting,
    MeetingAction,
    MinuteEntry,
)
from bsa.meetings.shapes import (
    AgendaItemOut,
    AttendanceOut,
    MeetingActionOut,
    MeetingItem,
    MeetingOut,
    MeetingQuery,
    MinuteEntryOut,
    NextMeeting,
    SpokenDeedKind,
    TakenHigher,
)
from bsa.meetings.standing import MeetingState, allowed_deeds, held_on, state_of
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.rows import locked, not_stale
from bsa.shapes import Page
from bsa.themes.models import Theme
from bsa.trust.working_days import is_working_day

SOONEST_FIRST = Order((col(Meeting.starts_at), False), (col(Meeting.id), False))
LATEST_FIRST = Order((col(Meeting.starts_at), True), (col(Meeting.id), True))

COMING = and_(col(Meeting.closed_at).is_(None), col(Meeting.cancelled_on).is_(None))
"""Neither closed nor cancelled."""

LONGEST_AGENDA = 30
USUAL_TIME = time(19, 30)
"""When residents can come; for a forum that never met."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the meeting."""
    return readable(actor, col(Meeting.area_id), col(Meeting.forum_id))


def list_meetings(session: Session, actor: Actor, wanted: MeetingQuery) -> Page[MeetingItem]:
    """List meetings by their moment."""
    require(actor, Permission.SEE_MEETINGS)
    order = LATEST_FIRST if wanted.latest_first else SOONEST_FIRST
    rows, more = fetch(session, actor, wanted, _listed, order)
    items = [
        MeetingItem(
            id=meeting.id,
            version=meeting.version,
            forum_id=meeting.forum_id,
            forum_name=forum_name,
            level=level,
            area_id=meeting.area_id,
            area_name=area_name,
            starts_at=meeting.starts_at,
            minutes=meeting.minutes,
            place=meeting.place,
            state=state_of(meeting),
            published_on=meeting.published_on,
        )
        for meeting, forum_name, level, area_name in rows
    ]
    return Page(items=items, next_cursor=cursor_after(items[-1].starts_at, items[-1].id) if more else None)


def _listed(actor: Actor, wanted: MeetingQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(Meeting, col(Forum.name), col(Forum.level), col(Area.name))
        .join(Forum, col(Forum.id) == Meeting.forum_id)
        .join(Area, col(Area.id) == Meeting.area_id)
        .where(visible_to(actor))
    )
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Meeting.area_id), wanted.area_id))
    if wanted.forum_id is not None:
        query = query.where(col(Meeting.forum_id) == wanted.forum_id)
    if wanted.coming is not None:
        query = query.where(COMING if wanted.coming else ~COMING)
    return query


def find_meeting(session: Session, actor: Actor, meeting_id: UUID, version: int | None = None) -> Meeting:
    """Return a meeting that the actor may know of; locked when the session writes."""
    query = select(Meeting).where(col(Meeting.id) == meeting_id, visible_to(actor))
    meeting = session.scalar(locked(session, query, Meeting))
    if meeting is None:
        raise NotFound
    not_stale(meeting, version)
    return meeting


def show_meeting(session: Session, actor: Actor, meeting_id: UUID) -> MeetingOut:
    """Show a meeting with its agenda, who is invited, and what was entered."""
    return meeting_out(session, actor, find_meeting(session, actor, meeting_id))


def meeting_out(session: Session, actor: Actor, meeting: Meeting) -> MeetingOut:
    """Draw up a meeting."""
    forum = session.get_one(Forum, meeting.forum_id)
    return MeetingOut(
        id=meeting.id,
        version=meeting.version,
        created_at=meeting.created_at,
        changed_at=meeting.changed_at,
        allowed_actions=allowed_deeds(actor, meeting),
        forum_id=forum.id,
        forum_name=forum.name,
        level=forum.level,
        area_id=meeting.area_id,
        area_name=session.get_one(Area, meeting.area_id).name,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        place=meeting.place,
        state=state_of(meeting),
        invited_on=meeting.invited_on,
        opened_at=meeting.opened_at,
        closed_at=meeting.closed_at,
        published_on=meeting.published_on,
        cancelled_on=meeting.cancelled_on,
        agenda=agenda_of(session, actor, meeting),
        attendance=attendance_of(session, meeting),
        actions=_actions(session, actor, col(MeetingAction.meeting_id) == meeting.id),
        earlier_actions=_actions(session, actor, *_earlier(meeting)),
    )


def list_actions(session: Session, actor: Actor, meeting_id: UUID) -> list[MeetingActionOut]:
    """List what was agreed at a meeting, by its day."""
    meeting = find_meeting(session, actor, meeting_id)
    return _actions(session, actor, col(MeetingAction.meeting_id) == meeting.id)


def find_action(
    session: Session, actor: Actor, meeting_id: UUID, action_id: UUID, version: int | None
) -> MeetingAction:
    """Return something that was agreed at a meeting of which the actor may know."""
    find_meeting(session, actor, meeting_id)
    query = select(MeetingAction).where(col(MeetingAction.id) == action_id, col(MeetingAction.meeting_id) == meeting_id)
    action = session.scalar(locked(session, query, MeetingAction))
    if action is None:
        raise NotFound
    not_stale(action, version)
    return action


def attendance_of(session: Session, meeting: Meeting) -> list[AttendanceOut]:
    """Return who was invited and who came: institutions, then groups, each by name, and last the residents."""
    rows = session.execute(
        select(Attendance, Institution, col(Group.name))
        .outerjoin(Institution, col(Institution.id) == Attendance.institution_id)
        .outerjoin(Group, col(Group.id) == Attendance.group_id)
        .where(col(Attendance.meeting_id) == meeting.id)
        .order_by(
            col(Attendance.institution_id).is_(None), col(Attendance.group_id).is_(None), Institution.name, Group.name
        )
    )
    return [
        AttendanceOut(
            id=line.id,
            institution_id=line.institution_id,
            institution_name=institution.name if institution else None,
            group_id=line.group_id,
            group_name=group_name,
            invited=line.invited,
            came=line.came,
            persons=line.persons,
            mailed_at=line.mailed_at,
            can_be_mailed=institution is not None and institution.email is not None,
        )
        for line, institution, group_name in rows
    ]


def agenda_of(session: Session, actor: Actor, meeting: Meeting) -> list[AgendaItemOut]:
    """Return the agenda in its order, each item as it stands today and as far as the actor may read it."""
    items = items_of(session, meeting)
    asks = _asks(session, actor, items)
    commitments = _commitments(session, actor, items)
    themes = _themes(session, items)
    entries = _entries(session, actor, meeting)
    inside = allows(actor, Permission.HOLD_MEETING, meeting)
    going_on = inside and state_of(meeting) is MeetingState.GOING_ON
    histories = _histories(session, commitments) if going_on else {}
    drawn = []
    for item in items:
        ask = asks.get(item.ask_id) if item.ask_id else None
        commitment = commitments.get(item.commitment_id) if item.commitment_id else None
        if ask and not inside and ask["ask_state"] is AskState.DRAFT:
            # Only the team knows of a draft.
            continue
        about = ask or commitment or {}
        own = themes.get(item.theme_id) if item.theme_id else item.title
        can = about.get("can", [])
        if commitment and item.commitment_id:
            can = _can_happen(session, actor, commitment["row"], histories.get(item.commitment_id, []))
        drawn.append(
            AgendaItemOut(
                id=item.id,
                number=item.number,
                kind=item.kind,
                ask_id=item.ask_id,
                commitment_id=item.commitment_id,
                theme_id=item.theme_id,
                title=about.get("title") if about else own,
                institution_id=about.get("institution_id"),
                institution_name=about.get("institution_name"),
                version=about.get("version"),
                ask_state=about.get("ask_state"),
                last_answer=about.get("last_answer"),
                reply_by=about.get("reply_by"),
                overdue_days=about.get("overdue_days", 0),
                commitment_state=about.get("commitment_state"),
                outcome_of_residents=about.get("outcome"),
                late=about.get("late", False),
                due_on=about.get("due_on"),
                moved_count=about.get("moved_count", 0),
                reason=item.reason,
                taken_higher_on=item.taken_higher_on,
                outcome=item.outcome,
                entries=[entry for entry in entries if entry.agenda_item_id == item.id],
                can=can if going_on else [],
            )
        )
    return drawn


def list_minutes(session: Session, actor: Actor, meeting_id: UUID) -> list[MinuteEntryOut]:
    """List what was entered in the ledger during a meeting, in the order in which it was."""
    return _entries(session, actor, find_meeting(session, actor, meeting_id))


def items_of(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """Return the items of an agenda in their order."""
    wanted = select(AgendaItem).where(col(AgendaItem.meeting_id) == meeting.id).order_by(col(AgendaItem.number))
    return list(session.scalars(wanted))


def proposed_for_agenda(session: Session, actor: Actor, meeting: Meeting) -> list[AgendaItem]:
    """Return what a meeting should speak of and does not yet: what is late first, then what waits, then what comes.

    The operational level speaks of all that is open in its area; the policy level of what was asked or promised there,
    and of what is late for longer than the installation's setting.
    """
    there = items_of(session, meeting)
    known_asks = {item.ask_id for item in there}
    known_commitments = {item.commitment_id for item in there}
    higher = session.get_one(Forum, meeting.forum_id).level is Mandate.POLICY
    ranked = [
        *((rank, AgendaItem(**_about(meeting, ask_id=key))) for rank, key in _ask_ranks(session, actor, meeting, higher)
          if key not in known_asks),
        *((rank, AgendaItem(**_about(meeting, commitment_id=key)))
          for rank, key in _commitment_ranks(session, actor, meeting, higher) if key not in known_commitments),
    ]  # fmt: skip
    return [item for _, item in sorted(ranked, key=lambda one: one[0])][: max(LONGEST_AGENDA - len(there), 0)]


def propose_next(session: Session, actor: Actor, forum_id: UUID) -> NextMeeting:
    """Propose when a forum meets again: as its rhythm says after the last time, at the same hour, on a working day."""
    forum = find_forum(session, actor, forum_id)
    require(actor, Permission.HOLD_MEETING, forum)
    last = session.scalar(
        select(Meeting)
        .where(col(Meeting.forum_id) == forum.id, col(Meeting.cancelled_on).is_(None))
        .order_by(col(Meeting.starts_at).desc())
        .limit(1)
    )
    today = clock.today()
    if last is None:
        proposed = datetime.combine(today + timedelta(weeks=2), USUAL_TIME, clock.HERE)
        return NextMeeting(forum_id=forum.id, proposed_at=_on_working_day(proposed), minutes=90, place=None)
    begin = last.starts_at.astimezone(clock.HERE)
    day = next_day(forum.rhythm, begin.date()) or max(begin.date(), today) + timedelta(weeks=2)
    while day < today:
        day = next_day(forum.rhythm, day) or today
    proposed = _on_working_day(datetime.combine(day, begin.time(), clock.HERE))
    return NextMeeting(forum_id=forum.id, proposed_at=proposed, minutes=last.minutes, place=last.place)


def next_at_policy_level(session: Session, actor: Actor, area_id: UUID) -> list[MeetingItem]:
    """Return the coming meetings of forums at the policy level of an area or around it, the soonest first."""
    around = select(col(AreaInclusion.outer_id)).where(col(AreaInclusion.inner_id) == area_id)
    forums = set(
        session.scalars(
            select(col(Forum.id)).where(
                col(Forum.level) == Mandate.POLICY, col(Forum.area_id).in_(around), col(Forum.ended_on).is_(None)
            )
        )
    )
    coming = list_meetings(session, actor, MeetingQuery(coming=True, limit=200)).items
    return [meeting for meeting in coming if meeting.forum_id in forums]


def list_taken_higher(session: Session, actor: Actor, commitment_id: UUID) -> list[TakenHigher]:
    """List when and why a commitment was taken to the policy level, for those who may know of those meetings."""
    require(actor, Permission.SEE_MEETINGS)
    find_commitment(session, actor, commitment_id)
    rows = session.execute(
        select(AgendaItem, Meeting, col(Forum.name))
        .join(Meeting, col(Meeting.id) == AgendaItem.meeting_id)
        .join(Forum, col(Forum.id) == Meeting.forum_id)
        .where(
            col(AgendaItem.commitment_id) == commitment_id,
            col(AgendaItem.reason).is_not(None),
            visible_to(actor),
        )
        .order_by(col(AgendaItem.taken_higher_on), col(AgendaItem.id))
    )
    return [
        TakenHigher(
            id=item.id,
            meeting_id=meeting.id,
            forum_name=forum_name,
            meeting_on=held_on(meeting),
            taken_higher_on=item.taken_higher_on or clock.day_of(item.created_at),
            reason=item.reason or "",
            outcome=item.outcome,
        )
        for item, meeting, forum_name in rows
    ]


def long_late(session: Session) -> date:
    """Return the last day on which what was due is late for so long that the policy level should know."""
    days: int = session.info["settings"].escalation_days
    return clock.today() - timedelta(days=days + 1)


def _on_working_day(moment: datetime) -> datetime:
    while not is_working_day(moment.date()):
        moment += timedelta(days=7 if moment.weekday() < 5 else 1)
    return moment


def _earlier(meeting: Meeting) -> tuple[ColumnElement[bool], ...]:
    before = select(col(Meeting.id)).where(
        col(Meeting.forum_id) == meeting.forum_id, col(Meeting.starts_at) < meeting.starts_at
    )
    # What was done while this meeting went on was spoken of here.
    undone = or_(col(MeetingAction.done_on).is_(None), col(MeetingAction.done_on) >= held_on(meeting))
    return (col(MeetingAction.meeting_id).in_(before), undone)


def _actions(session: Session, actor: Actor, *which: ColumnElement[bool]) -> list[MeetingActionOut]:
    rows = session.execute(
        select(MeetingAction, Meeting, col(Institution.name))
        .join(Meeting, col(Meeting.id) == MeetingAction.meeting_id)
        .outerjoin(Institution, col(Institution.id) == MeetingAction.institution_id)
        .where(*which)
        .order_by(col(MeetingAction.by_on), col(MeetingAction.id))
    )
    return [
        MeetingActionOut(
            id=action.id,
            version=action.version,
            created_at=action.created_at,
            changed_at=action.changed_at,
            allowed_actions=["finish"]
            if action.done_on is None and allows(actor, Permission.HOLD_MEETING, action)
            else [],
            meeting_id=action.meeting_id,
            meeting_on=held_on(meeting),
            what=action.what,
            institution_id=action.institution_id,
            institution_name=institution_name,
            by_on=action.by_on,
            done_on=action.done_on,
            late=action.done_on is None and action.by_on < clock.today(),
        )
        for action, meeting, institution_name in rows
    ]


def _asks(session: Session, actor: Actor, items: Iterable[AgendaItem]) -> dict[UUID, dict[str, Any]]:
    rows = session.execute(
        select(Ask, col(Institution.name), asks_visible_to(actor))
        .join(Institution, col(Institution.id) == Ask.institution_id)
        .where(col(Ask.id).in_([item.ask_id for item in items if item.ask_id]))
    )
    found = {}
    for ask, institution_name, may_read in rows:
        now = as_it_stands(ask, clock.today())
        can = []
        if now.may_follow(AskEventKind.ASKED) or now.may_follow(AskEventKind.ASKED_AGAIN):
            can.append("asked")
        if can or now.may_follow(AskEventKind.ANSWERED):
            can.insert(0, "answered")
        if now.may_be_promised:
            can.append("promised")
        found[ask.id] = {
            "title": ask.text if may_read else None,
            "institution_id": ask.institution_id,
            "institution_name": institution_name,
            "version": ask.version,
            "ask_state": now.state,
            "last_answer": now.last_answer if may_read else None,
            "reply_by": now.reply_by,
            "overdue_days": now.overdue_days,
            "can": can,
        }
    return found


def _commitments(session: Session, actor: Actor, items: Iterable[AgendaItem]) -> dict[UUID, dict[str, Any]]:
    rows = session.execute(
        select(
            Commitment,
            col(Institution.name),
            commitments_visible_to(actor),
            STATE.label("state"),
            OUTCOME.label("outcome"),
            LATE.label("late"),
        )
        .join(Institution, col(Institution.id) == Commitment.institution_id)
        .where(col(Commitment.id).in_([item.commitment_id for item in items if item.commitment_id])),
        {"today": clock.today()},
    )
    return {
        commitment.id: {
            "row": commitment,
            "title": commitment.residents_words if may_read else None,
            "institution_id": commitment.institution_id,
            "institution_name": institution_name,
            "version": commitment.version,
            "commitment_state": CommitmentState(state) if may_read else None,
            "outcome": outcome if may_read else None,
            "late": bool(late) and bool(may_read),
            "due_on": commitment.due_on if may_read else None,
            "moved_count": commitment.moved_count if may_read else 0,
        }
        for commitment, institution_name, may_read, state, outcome, late in rows
    }


def _themes(session: Session, items: Iterable[AgendaItem]) -> dict[UUID, str]:
    keys = [item.theme_id for item in items if item.theme_id]
    rows = session.execute(select(col(Theme.id), col(Theme.title)).where(col(Theme.id).in_(keys)))
    return {row.id: row.title for row in rows}


def _histories(session: Session, commitments: dict[UUID, dict[str, Any]]) -> dict[UUID, list[CommitmentEvent]]:
    found: dict[UUID, list[CommitmentEvent]] = {}
    for event in session.scalars(EVENTS, {"ids": list(commitments)}):
        found.setdefault(event.commitment_id, []).append(event)
    return found


def _can_happen(session: Session, actor: Actor, commitment: Commitment, events: list[CommitmentEvent]) -> list[str]:
    if not events:
        return []
    rules, today = rules_of(session), clock.today()
    stands = standing(events, today, rules)
    return [
        kind.value
        for kind in SpokenDeedKind
        if may_follow(stands, CommitmentEventKind(kind.value), today, rules)
        and allows(actor, LEDGER_DEEDS[CommitmentEventKind(kind.value)][0], commitment)
    ]


def _entries(session: Session, actor: Actor, meeting: Meeting) -> list[MinuteEntryOut]:
    rows = session.execute(entries_of(meeting).add_columns(asks_visible_to(actor), commitments_visible_to(actor)))
    return [
        MinuteEntryOut(
            id=entry.id,
            number=entry.number,
            agenda_item_id=entry.agenda_item_id,
            ask_id=asked.ask_id if asked else None,
            commitment_id=happened.commitment_id if happened else None,
            ask_event=asked.kind if asked else None,
            commitment_event=happened.kind if happened else None,
            institution_name=of_ask or of_commitment,
            answer=asked.answer if asked and reads_ask else None,
            words=words_of(asked, happened, commitment) if (reads_ask if asked else reads_commitment) else None,
            reply_by=asked.reply_by if asked else None,
            due_on=happened.due_on if happened and reads_commitment else None,
            residents_agreed=happened.residents_agreed if happened and reads_commitment else None,
        )
        for entry, asked, happened, commitment, of_ask, of_commitment, reads_ask, reads_commitment in rows
    ]


def entries_of(meeting: Meeting) -> Select[*tuple[Any, ...]]:
    """Select what was entered during a meeting, with the event, the commitment and the institution of each."""
    of_ask = Institution.__table__.alias("of_ask")  # type: ignore[attr-defined]
    of_commitment = Institution.__table__.alias("of_commitment")  # type: ignore[attr-defined]
    return (
        select(MinuteEntry, AskEvent, CommitmentEvent, Commitment, of_ask.c.name, of_commitment.c.name)
        .outerjoin(AskEvent, col(AskEvent.id) == MinuteEntry.ask_event_id)
        .outerjoin(Ask, col(Ask.id) == AskEvent.ask_id)
        .outerjoin(of_ask, of_ask.c.id == Ask.institution_id)
        .outerjoin(CommitmentEvent, col(CommitmentEvent.id) == MinuteEntry.commitment_event_id)
        .outerjoin(Commitment, col(Commitment.id) == CommitmentEvent.commitment_id)
        .outerjoin(of_commitment, of_commitment.c.id == Commitment.institution_id)
        .where(col(MinuteEntry.meeting_id) == meeting.id)
        .order_by(col(MinuteEntry.number))
    )


def words_of(asked: AskEvent | None, happened: CommitmentEvent | None, commitment: Commitment | None) -> str | None:
    """Return what was said: of a promise that was written down, the promise itself."""
    if asked is not None:
        return asked.words
    if happened is not None and commitment is not None and happened.kind is CommitmentEventKind.RECORDED:
        return commitment.promise
    return happened.words if happened else None


def _about(meeting: Meeting, ask_id: UUID | None = None, commitment_id: UUID | None = None) -> dict[str, Any]:
    kind = AgendaKind.ASK if ask_id else AgendaKind.COMMITMENT
    return {"meeting_id": meeting.id, "number": 0, "kind": kind, "ask_id": ask_id, "commitment_id": commitment_id}


def _ask_ranks(session: Session, actor: Actor, meeting: Meeting, higher: bool) -> list[tuple[tuple[Any, ...], UUID]]:
    """Return the open asks of the area, each with its place: without an answer in time, evaded, waiting."""
    today = clock.today()
    query = select(Ask).where(asks_visible_to(actor), lies_within(col(Ask.area_id), meeting.area_id), still_open())
    if higher:
        query = query.where(or_(col(Ask.mandate) != Mandate.OPERATIONAL, col(Ask.state) == AskState.ESCALATED))
    ranked = []
    for ask in session.scalars(query):
        now = as_it_stands(ask, today)
        group = 1 if now.overdue_days else 3 if now.last_answer else 4
        ranked.append(((group, -now.overdue_days, str(now.reply_by), str(ask.id)), ask.id))
    return ranked


def _commitment_ranks(
    session: Session, actor: Actor, meeting: Meeting, higher: bool
) -> list[tuple[tuple[Any, ...], UUID]]:
    """Return the commitments of the area to speak of, each with its place: late, to be judged, coming."""
    today = clock.today()
    to_judge = and_(
        col(Commitment.window_until) >= today,
        col(Commitment.outcome).is_(None),
        col(Commitment.claimed_on).is_not(None),
    )
    query = (
        select(Commitment, LATE.label("late"))
        .where(commitments_visible_to(actor), lies_within(col(Commitment.area_id), meeting.area_id))
        .where(or_(LATE, to_judge, STATE.in_(OPEN_STATES)))
    )
    if higher:
        late_for_long = and_(LATE, col(Commitment.due_on) <= long_late(session))
        query = query.where(or_(col(Commitment.mandate) != Mandate.OPERATIONAL, late_for_long))
    ranked = []
    for commitment, late in session.execute(query, {"today": today}):
        judging = commitment.claimed_on is not None
        group = 0 if late else 2 if judging else 5
        ranked.append(((group, 0, commitment.due_on.isoformat(), str(commitment.id)), commitment.id))
    return ranked
