"""Deeds about forums: who sits together, at which level, how often."""

import secrets
from uuid import UUID

from sqlmodel import Session, col, delete, select

from bsa import clock
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, NotFound, invalid
from bsa.events import note
from bsa.forums.models import Forum, ForumCalendar, ForumMember
from bsa.forums.queries import address_of, find_forum, forum_named, group_named
from bsa.forums.shapes import ForumChange, ForumIn, ForumMemberIn
from bsa.institutions.queries import institution_named
from bsa.people.queries import digest_of
from bsa.permissions import Actor, Permission, require
from bsa.rows import not_later


def make_forum(session: Session, actor: Actor, told: ForumIn) -> Forum:
    """Make a forum, with who sits in it from the beginning."""
    require(actor, Permission.KEEP_FORUM)
    area = find_area(session, actor, told.area_id, at="area_id")
    if area.id not in actor.area_ids:
        raise invalid("area_id", "elsewhere", "Choose a neighbourhood of your own.")
    forum = Forum(area_id=area.id, name=told.name, level=told.level, rhythm=told.rhythm)
    session.add(forum)
    session.flush()
    _pair(session, actor, forum, told.twin_id)
    for key in dict.fromkeys(told.institution_ids):
        institution = institution_named(session, actor, key, at="institution_ids")
        session.add(ForumMember(forum_id=forum.id, institution_id=institution.id, from_on=clock.today()))
    for key in dict.fromkeys(told.group_ids):
        group = group_named(session, actor, key, at="group_ids")
        session.add(ForumMember(forum_id=forum.id, group_id=group.id, from_on=clock.today()))
    note(session, actor, "forum.made", forum, level=forum.level, rhythm=forum.rhythm)
    session.flush()
    return forum


def change_forum(session: Session, actor: Actor, forum_id: UUID, version: int | None, change: ForumChange) -> Forum:
    """Change the name, the rhythm or the twin of a forum."""
    forum = _kept(session, actor, forum_id, version)
    forum.name = change.name or forum.name
    forum.rhythm = change.rhythm or forum.rhythm
    if "twin_id" in change.model_fields_set:
        _pair(session, actor, forum, change.twin_id)
    forum.touch()
    note(session, actor, "forum.changed", forum, rhythm=forum.rhythm)
    session.flush()
    return forum


def end_forum(session: Session, actor: Actor, forum_id: UUID, version: int | None) -> Forum:
    """End a forum: it meets no more, and what it did stays readable for those who sat in it last."""
    forum = _kept(session, actor, forum_id, version)
    _pair(session, actor, forum, None)
    forum.ended_on = clock.today()
    forum.touch()
    session.exec(delete(ForumCalendar).where(col(ForumCalendar.forum_id) == forum.id))
    note(session, actor, "forum.ended", forum)
    session.flush()
    return forum


def add_member(session: Session, actor: Actor, forum_id: UUID, told: ForumMemberIn) -> ForumMember:
    """Let an institution or a group of residents sit in a forum."""
    forum = _kept(session, actor, forum_id, None)
    institution = group = None
    if told.institution_id is not None:
        institution = institution_named(session, actor, told.institution_id, at="institution_id")
    if told.group_id is not None:
        group = group_named(session, actor, told.group_id, at="group_id")
    member = ForumMember(
        forum_id=forum.id,
        institution_id=institution.id if institution else None,
        group_id=group.id if group else None,
        from_on=not_later("from_on", told.from_on or clock.today()),
    )
    if _sits(session, member):
        where = "institution_id" if institution else "group_id"
        raise invalid(where, "sits_already", "They sit in this forum already.")
    session.add(member)
    forum.touch()
    note(
        session,
        actor,
        "forum_member.added",
        forum,
        member_id=member.id,
        institution_id=member.institution_id,
        group_id=member.group_id,
    )
    session.flush()
    return member


def end_member(session: Session, actor: Actor, forum_id: UUID, member_id: UUID) -> None:
    """Write down that somebody no longer sits in a forum; from now on they read no more of it."""
    forum = _kept(session, actor, forum_id, None)
    member = session.get(ForumMember, member_id)
    if member is None or member.forum_id != forum.id or member.until_on is not None:
        raise NotFound
    member.until_on = clock.today()
    forum.touch()
    note(session, actor, "forum_member.left", forum, member_id=member.id)
    session.flush()


def make_calendar(session: Session, actor: Actor, forum_id: UUID) -> tuple[ForumCalendar, str]:
    """Make a new secret address for a forum's calendar; the one before ends at once."""
    forum = _kept(session, actor, forum_id, None)
    session.exec(delete(ForumCalendar).where(col(ForumCalendar.forum_id) == forum.id))
    secret = secrets.token_urlsafe(32)
    calendar = ForumCalendar(forum_id=forum.id, token=secret, token_digest=digest_of(secret))
    session.add(calendar)
    forum.touch()
    note(session, actor, "forum.calendar_made", forum)
    session.flush()
    return calendar, address_of(session, secret)


def _kept(session: Session, actor: Actor, forum_id: UUID, version: int | None) -> Forum:
    forum = find_forum(session, actor, forum_id)
    require(actor, Permission.KEEP_FORUM, forum, instead=N_("Only the team keeps the forum."))
    if forum.ended_on is not None:
        raise Conflict("This forum has ended. Make a new one.")
    find_forum(session, actor, forum_id, version)
    return forum


def _pair(session: Session, actor: Actor, forum: Forum, twin_id: UUID | None) -> None:
    """Make two forums each other's twin, and leave the twins that they had."""
    if twin_id == forum.twin_id:
        return
    for former in session.scalars(select(Forum).where(col(Forum.twin_id) == forum.id)):
        former.twin_id = None
        former.touch()
    forum.twin_id = None
    session.flush()
    if twin_id is None:
        return
    twin = forum_named(session, actor, twin_id, at="twin_id")
    if twin.level is forum.level or twin.ended_on is not None:
        raise invalid("twin_id", "same_level", "Choose a forum at the other level that still meets.")
    for former in session.scalars(select(Forum).where(col(Forum.twin_id) == twin.id)):
        former.twin_id = None
        former.touch()
    session.flush()
    forum.twin_id, twin.twin_id = twin.id, forum.id
    twin.touch()


def _sits(session: Session, member: ForumMember) -> bool:
    same = (
        col(ForumMember.institution_id) == member.institution_id
        if member.institution_id
        else col(ForumMember.group_id) == member.group_id
    )
    there = select(ForumMember.id).where(
        col(ForumMember.forum_id) == member.forum_id, same, col(ForumMember.until_on).is_(None)
    )
    return session.scalar(there) is not None
