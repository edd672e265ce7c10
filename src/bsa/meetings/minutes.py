"""Minutes as everybody may read them: institutions by name, residents by number, and no person at all.

A person reads exactly this before it is published. What is said of a commitment that is not public is left out, also
later on: it is only told that there was something about it, and of which institution.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.asks.models import Ask
from bsa.commitments.models import Commitment, CommitmentEvent, Visibility
from bsa.errors import NotFound
from bsa.forums.models import Forum
from bsa.institutions.models import Institution
from bsa.meetings.models import AgendaItem, AgendaKind, Meeting, MeetingAction
from bsa.meetings.queries import attendance_of, entries_of, find_meeting, items_of, words_of
from bsa.meetings.shapes import (
    PublicAction,
    PublicAgendaItem,
    PublicEntry,
    PublicMeeting,
    PublicMinutes,
    PublicPresence,
)
from bsa.meetings.standing import held_on
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, require
from bsa.shapes import Listing, Page
from bsa.themes.models import Theme

LATEST_FIRST = Order((col(Meeting.starts_at), True), (col(Meeting.id), True))


def preview_minutes(session: Session, actor: Actor, meeting_id: UUID) -> PublicMinutes:
    """Show minutes as everybody would read them, to the person who is to approve that."""
    meeting = find_meeting(session, actor, meeting_id)
    require(actor, Permission.HOLD_MEETING, meeting)
    return _drawn_up(session, meeting)


def show_public_minutes(session: Session, meeting_id: UUID) -> PublicMinutes:
    """Show minutes that were published."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.published_on is None:
        raise NotFound
    return _drawn_up(session, meeting)


def list_public_meetings(session: Session, area_id: UUID, wanted: Listing) -> Page[PublicMeeting]:
    """List the meetings of an area of which everybody may read the minutes, the latest first."""
    rows, more = fetch(session, None, wanted, _public, LATEST_FIRST, area_id=area_id)
    items = [
        PublicMeeting(
            id=meeting.id,
            forum_name=forum_name,
            area_id=meeting.area_id,
            held_on=held_on(meeting),
            published_on=meeting.published_on,
        )
        for meeting, forum_name in rows
    ]
    return Page(items=items, next_cursor=cursor_after(rows[-1][0].starts_at, rows[-1][0].id) if more else None)


def _public(_nobody: None, _wanted: Listing) -> Select[Any]:
    query: Select[Any] = select(Meeting, Forum.name)  # type: ignore[call-overload]
    return query.join(Forum, col(Forum.id) == Meeting.forum_id).where(
        col(Meeting.published_on).is_not(None), lies_within(col(Meeting.area_id), bindparam("area_id", type_=Uuid))
    )


def _drawn_up(session: Session, meeting: Meeting) -> PublicMinutes:
    forum = session.get_one(Forum, meeting.forum_id)
    entries: dict[UUID, list[PublicEntry]] = {}
    for entry, asked, happened, commitment, of_ask, of_commitment in session.execute(entries_of(meeting)):
        shown = commitment is None or commitment.visibility is Visibility.PUBLIC
        drawn = PublicEntry(
            institution_name=of_ask or of_commitment,
            ask_event=asked.kind if asked else None,
            commitment_event=happened.kind if happened else None,
            answer=asked.answer if asked else None,
            words=words_of(asked, happened, commitment) if shown else None,
            due_on=_day(happened) if shown else None,
        )
        entries.setdefault(entry.agenda_item_id, []).append(drawn)
    return PublicMinutes(
        id=meeting.id,
        forum_name=forum.name,
        level=forum.level,
        area_id=meeting.area_id,
        area_name=session.get_one(Area, meeting.area_id).name,
        held_on=held_on(meeting),
        published_on=meeting.published_on,
        present=[
            PublicPresence(
                name=line.institution_name or line.group_name,
                came=line.came,
                persons=line.persons if line.institution_id is None and line.group_id is None else None,
            )
            for line in attendance_of(session, meeting)
            if line.institution_id or line.group_id or line.persons
        ],
        agenda=[
            _item_drawn_up(session, item, entries.get(item.id, []))
            for item in items_of(session, meeting)
            if item.outcome or item.id in entries or item.kind in (AgendaKind.THEME, AgendaKind.OTHER)
        ],
        actions=_actions(session, meeting),
    )


def _item_drawn_up(session: Session, item: AgendaItem, entries: list[PublicEntry]) -> PublicAgendaItem:
    title, institution_name = item.title, None
    if item.ask_id is not None:
        ask = session.get_one(Ask, item.ask_id)
        # A question of which nothing was said is not made public by standing on an agenda.
        title = ask.text if entries else None
        institution_name = session.get_one(Institution, ask.institution_id).name
    elif item.commitment_id is not None:
        commitment = session.get_one(Commitment, item.commitment_id)
        title = commitment.residents_words if commitment.visibility is Visibility.PUBLIC else None
        institution_name = session.get_one(Institution, commitment.institution_id).name
    elif item.theme_id is not None:
        title = session.get_one(Theme, item.theme_id).title
    return PublicAgendaItem(
        number=item.number,
        kind=item.kind,
        title=title,
        institution_name=institution_name,
        outcome=item.outcome,
        entries=entries,
    )


def _actions(session: Session, meeting: Meeting) -> list[PublicAction]:
    rows = session.execute(
        select(MeetingAction, col(Institution.name))
        .outerjoin(Institution, col(Institution.id) == MeetingAction.institution_id)
        .where(col(MeetingAction.meeting_id) == meeting.id)
        .order_by(col(MeetingAction.by_on), col(MeetingAction.id))
    )
    return [
        PublicAction(what=action.what, institution_name=name, by_on=action.by_on, done_on=action.done_on)
        for action, name in rows
    ]


def _day(happened: CommitmentEvent | None) -> Any:
    return happened.due_on if happened else None
