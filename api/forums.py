"""Forums: who sits together about a neighbourhood, at the operational and at the policy level."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, tells_once
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.forums import actions, queries
from bsa.forums.shapes import (
    ForumCalendarOut,
    ForumChange,
    ForumIn,
    ForumItem,
    ForumMemberIn,
    ForumMemberOut,
    ForumOut,
    ForumQuery,
)
from bsa.meetings import queries as meetings
from bsa.meetings.shapes import NextMeeting
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/forums", tags=["forums"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_FORUMS)
def list_forums(session: Reading, caller: Caller, wanted: Annotated[ForumQuery, Query()]) -> Page[ForumItem]:
    """List forums by name: the team those of its areas, an institution those in which it sits."""
    return queries.list_forums(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.KEEP_FORUM)
def make_forum(session: Writing, caller: WritingCaller, told: ForumIn, key: SentKey = None) -> ForumOut:
    """Make a forum, with who sits in it from the beginning."""
    forum = once(
        session,
        caller,
        key,
        content_of("forum", told),
        lambda: actions.make_forum(session, caller, told),
        lambda forum_id: queries.find_forum(session, caller, forum_id),
    )
    return queries.forum_out(session, caller, forum)


@router.get("/{forum_id}")
@needs(Permission.SEE_FORUMS)
def show_forum(session: Reading, caller: Caller, forum_id: UUID) -> ForumOut:
    """Show a forum with who sits in it, and the secret address of its calendar."""
    return queries.show_forum(session, caller, forum_id)


@router.patch("/{forum_id}")
@needs(Permission.KEEP_FORUM)
def change_forum(
    session: Writing, caller: WritingCaller, forum_id: UUID, version: SeenVersion, change: ForumChange
) -> ForumOut:
    """Change the name, the rhythm or the twin of a forum."""
    return queries.forum_out(session, caller, actions.change_forum(session, caller, forum_id, version, change))


@router.post("/{forum_id}/ending", status_code=201)
@needs(Permission.KEEP_FORUM)
def end_forum(session: Writing, caller: WritingCaller, forum_id: UUID, version: SeenVersion) -> ForumOut:
    """End a forum: it meets no more, and what it did stays readable."""
    return queries.forum_out(session, caller, actions.end_forum(session, caller, forum_id, version))


@router.get("/{forum_id}/members")
@needs(Permission.SEE_FORUMS)
def list_forum_members(session: Reading, caller: Caller, forum_id: UUID) -> Page[ForumMemberOut]:
    """List who sits in a forum and who did: institutions and groups, never a person."""
    return Page(items=queries.list_members(session, caller, forum_id))


@router.post("/{forum_id}/members", status_code=201)
@needs(Permission.KEEP_FORUM)
def add_forum_member(session: Writing, caller: WritingCaller, forum_id: UUID, told: ForumMemberIn) -> ForumOut:
    """Let an institution or a group of residents sit in a forum: from now on it reads what is of the forum."""
    actions.add_member(session, caller, forum_id, told)
    return queries.show_forum(session, caller, forum_id)


@router.delete("/{forum_id}/members/{member_id}", status_code=204)
@needs(Permission.KEEP_FORUM)
def end_forum_member(session: Writing, caller: WritingCaller, forum_id: UUID, member_id: UUID) -> None:
    """Write down that somebody no longer sits in a forum: from now on they read no more of it."""
    actions.end_member(session, caller, forum_id, member_id)


@router.post("/{forum_id}/calendar-address", status_code=201)
@tells_once
@needs(Permission.KEEP_FORUM)
def make_forum_calendar(session: Writing, caller: WritingCaller, forum_id: UUID) -> ForumCalendarOut:
    """Make a secret address for the forum's calendar; the one before ends at once. No name of anybody is in it."""
    made, address = actions.make_calendar(session, caller, forum_id)
    return ForumCalendarOut(id=made.id, address=address)


@router.get("/{forum_id}/next-meeting")
@needs(Permission.HOLD_MEETING)
def propose_next_meeting(session: Reading, caller: Caller, forum_id: UUID) -> NextMeeting:
    """Propose when a forum meets again: as its rhythm says, at the same hour, on a working day."""
    return meetings.propose_next(session, caller, forum_id)
