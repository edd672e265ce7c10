"""Forums: who sits together about a neighbourhood, at the operational and at the policy level."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs, open_to_all
from api.forums import (
    add_forum_member,
    change_forum,
    end_forum,
    end_forum_member,
    list_forums,
    make_forum,
    make_forum_calendar,
    propose_next_meeting,
    show_forum,
)
from api.groups import list_groups
from api.meetings import forum_calendar, list_meetings
from bsa.errors import Conflict
from bsa.forums.models import Rhythm
from bsa.forums.shapes import ForumChange, ForumIn, ForumItem, ForumMemberIn, ForumOut, ForumQuery
from bsa.groups.shapes import GroupQuery
from bsa.institutions.models import Mandate
from bsa.meetings.shapes import MeetingItem, MeetingQuery
from bsa.permissions import Actor, Permission, allows, require
from web.choices import ALL, Choice, institutions, own_neighbourhoods
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("forums", prefix="/forums")
calendars = Pages("forum_calendars", prefix="/forum-calendars")

LEVELS = [Mandate.OPERATIONAL, Mandate.POLICY]
SHOWN = 20
"""So many of the meetings that are over stand on the page of a forum."""


@router.get("")
@needs(Permission.SEE_FORUMS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the forums, each with its next meeting."""
    forums = list_forums(session, visitor, ForumQuery(open=True, limit=ALL)).items
    coming = list_meetings(session, visitor, MeetingQuery(coming=True, limit=ALL)).items
    following: dict[UUID, MeetingItem] = {}
    for meeting in coming:
        following.setdefault(meeting.forum_id, meeting)
    return draw(request, "forums/index.html", forums=forums, following=following)


@router.get("/new")
@needs(Permission.KEEP_FORUM)
def new(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the form for a forum."""
    form = blank(guest_of(request), level=Mandate.OPERATIONAL, rhythm=Rhythm.SIX_WEEKLY)
    return _new_page(request, session, visitor, form)


@router.post("")
@needs(Permission.KEEP_FORUM)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Make a forum."""
    form = read(ForumIn, sent, guest_of(request))
    forum = attempt(session, form, lambda told: make_forum(session, visitor, told))
    if forum:
        return go(request, "forums.show", "forum_made", forum_id=forum.id)
    return _new_page(request, session, visitor, form)


@router.get("/{forum_id}")
@needs(Permission.SEE_FORUMS)
def show(request: Request, session: Reading, visitor: Visitor, forum_id: UUID) -> Response:
    """Show a forum: who sits in it, when it meets, and its calendar."""
    return _page(request, session, visitor, show_forum(session, visitor, forum_id), blank(guest_of(request)))


@router.get("/{forum_id}/edit")
@needs(Permission.KEEP_FORUM)
def edit(request: Request, session: Reading, visitor: Visitor, forum_id: UUID) -> Response:
    """Show the form to change a forum."""
    forum = _kept(session, visitor, forum_id)
    form = blank(guest_of(request), name=forum.name, rhythm=forum.rhythm, twin_id=str(forum.twin_id or ""))
    return _edit_page(request, session, visitor, forum, form)


@router.post("/{forum_id}")
@needs(Permission.KEEP_FORUM)
def update(request: Request, session: Writing, visitor: WritingVisitor, forum_id: UUID, sent: Sent) -> Response:
    """Change a forum."""
    form = read_change(ForumChange, sent, guest_of(request))
    if attempt(session, form, lambda change: change_forum(session, visitor, forum_id, version_in(sent), change)):
        return go(request, "forums.show", "saved", forum_id=forum_id)
    return _edit_page(request, session, visitor, show_forum(session, visitor, forum_id), form, form.status)


@router.post("/{forum_id}/ending")
@needs(Permission.KEEP_FORUM)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, forum_id: UUID, sent: Sent) -> Response:
    """End a forum."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: end_forum(session, visitor, forum_id, version_in(sent))):
        return go(request, "forums.index", "forum_ended")
    forum = show_forum(session, visitor, forum_id)
    again = blank(guest_of(request), name=forum.name, rhythm=forum.rhythm, twin_id=str(forum.twin_id or ""))
    again.errors = form.errors
    return _edit_page(request, session, visitor, forum, again, form.status)


@router.post("/{forum_id}/members")
@needs(Permission.KEEP_FORUM)
def create_member(request: Request, session: Writing, visitor: WritingVisitor, forum_id: UUID, sent: Sent) -> Response:
    """Let an institution or a group sit in a forum."""
    kind, _, key = str(sent.get("who", "")).partition(":")
    given = {f"{kind}_id": key} if kind in ("institution", "group") else {}
    form = read(ForumMemberIn, sent, guest_of(request), **given)
    form.values["who"] = str(sent.get("who", ""))
    if attempt(session, form, lambda told: add_forum_member(session, visitor, forum_id, told)):
        return go(request, "forums.show", "saved", forum_id=forum_id, fragment="members")
    for name in ("institution_id", "group_id"):
        if name in form.errors:
            form.errors["who"] = form.errors.pop(name)
    return _page(request, session, visitor, show_forum(session, visitor, forum_id), form, form.status)


@router.post("/{forum_id}/members/{member_id}/ending")
@needs(Permission.KEEP_FORUM)
def destroy_member(
    request: Request, session: Writing, visitor: WritingVisitor, forum_id: UUID, member_id: UUID, sent: Sent
) -> Response:
    """Write down that somebody no longer sits in a forum."""
    form = read(Nothing, sent, guest_of(request))
    done = attempt(session, form, lambda _: _left(session, visitor, forum_id, member_id))
    if done:
        return go(request, "forums.show", "forum_left", forum_id=forum_id, fragment="members")
    return _page(request, session, visitor, show_forum(session, visitor, forum_id), form, form.status)


@router.post("/{forum_id}/calendar-address")
@needs(Permission.KEEP_FORUM)
def create_calendar(
    request: Request, session: Writing, visitor: WritingVisitor, forum_id: UUID, sent: Sent
) -> Response:
    """Make a new address of the calendar."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: make_forum_calendar(session, visitor, forum_id)):
        return go(request, "forums.show", "forum_calendar_made", forum_id=forum_id, fragment="calendar")
    return _page(request, session, visitor, show_forum(session, visitor, forum_id), form, form.status)


@calendars.get("/{secret}.ics")
@open_to_all
def feed(session: Reading, secret: str) -> Response:
    """Give the calendar to whoever has its address: which forum meets when and where, and no name of anybody."""
    return Response(forum_calendar(session, secret), media_type="text/calendar")


def _left(session: Session, visitor: Actor, forum_id: UUID, member_id: UUID) -> bool:
    end_forum_member(session, visitor, forum_id, member_id)
    return True


def _kept(session: Session, visitor: Actor, forum_id: UUID) -> ForumOut:
    """Return the forum, or refuse a form whose deed would be refused, with the same words."""
    forum = show_forum(session, visitor, forum_id)
    require(visitor, Permission.KEEP_FORUM, forum)
    if Permission.KEEP_FORUM.value not in forum.allowed_actions:
        raise Conflict("This forum has ended. Make a new one.")
    return forum


def groups_of(session: Session, visitor: Actor, area_id: UUID | None = None) -> list[Choice]:
    """Return the groups of residents that still are, by name, for those who may know of them."""
    if not allows(visitor, Permission.SEE_GROUPS):
        return []
    found = list_groups(session, visitor, GroupQuery(area_id=area_id, limit=ALL)).items
    return [(group.id, group.name) for group in found if group.ended_on is None]


def _new_page(request: Request, session: Session, visitor: Actor, form: Form[Any]) -> Response:
    return draw(
        request,
        "forums/new.html",
        form.status if form.errors else 200,
        form=form,
        areas=own_neighbourhoods(session, visitor),
        levels=LEVELS,
        rhythms=list(Rhythm),
        twins=_twins(session, visitor, None),
        institutions=institutions(session, visitor),
        groups=groups_of(session, visitor),
    )


def _edit_page(
    request: Request, session: Session, visitor: Actor, forum: ForumOut, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request,
        "forums/edit.html",
        status,
        forum=forum,
        form=form,
        rhythms=list(Rhythm),
        twins=_twins(session, visitor, forum),
    )


def _twins(session: Session, visitor: Actor, forum: ForumOut | None) -> list[Choice]:
    """Return the forums that may be the other level of this one."""
    found: list[ForumItem] = list_forums(session, visitor, ForumQuery(open=True, limit=ALL)).items
    return [(one.id, f"{one.name} ({one.area_name})") for one in found if forum is None or one.level != forum.level]


def _page(
    request: Request, session: Session, visitor: Actor, forum: ForumOut, form: Form[Any], status: int = 200
) -> Response:
    wanted = MeetingQuery(forum_id=forum.id, limit=SHOWN)
    coming = list_meetings(session, visitor, wanted.model_copy(update={"coming": True})).items
    over = list_meetings(session, visitor, wanted.model_copy(update={"coming": False, "latest_first": True})).items
    keeps = Permission.KEEP_FORUM.value in forum.allowed_actions
    seated = {member.institution_id or member.group_id for member in forum.members}
    return draw(
        request,
        "forums/show.html",
        status,
        forum=forum,
        coming=coming,
        over=over,
        form=form,
        proposed=propose_next_meeting(session, visitor, forum.id) if keeps and not coming else None,
        who=[
            *((f"group:{key}", name) for key, name in groups_of(session, visitor) if key not in seated),
            *((f"institution:{key}", name) for key, name in institutions(session, visitor) if key not in seated),
        ]
        if keeps
        else [],
    )
