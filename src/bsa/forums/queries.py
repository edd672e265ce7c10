"""Reading forums, always as someone: the team in its areas, and institutions where they sit."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, bindparam, false, or_, select
from sqlmodel import Session, col

from bsa.areas.models import Area, AreaInclusion
from bsa.areas.queries import lies_within
from bsa.errors import NotFound, invalid
from bsa.forums.models import Forum, ForumCalendar, ForumMember
from bsa.forums.shapes import ForumItem, ForumMemberOut, ForumOut, ForumQuery
from bsa.groups.models import Group
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import digest_of
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.questions import TYPES
from bsa.rows import locked, not_stale
from bsa.sealing import open_rows
from bsa.shapes import Page

BY_NAME = Order((col(Forum.name), False), (col(Forum.id), False))


@dataclass(frozen=True, slots=True)
class Table:
    """Where a forum is and which institutions sit in it: what the rules of rights look at."""

    area_id: UUID
    institution_ids: frozenset[UUID]


def sits_in(actor: Actor) -> Select[Any]:
    """Select the keys of the forums in which the actor's institution sits now."""
    return select(col(ForumMember.forum_id)).where(
        col(ForumMember.institution_id) == actor.institution_id, col(ForumMember.until_on).is_(None)
    )


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the forum."""
    return readable(actor, col(Forum.area_id), col(Forum.id))


def readable(
    actor: Actor, area_id: SQLColumnExpression[UUID], forum_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """Return the condition that what is of this forum in this area may be read by the actor."""
    ways: list[ColumnElement[bool]] = []
    if actor.of_the_team:
        ways.append(area_id.in_(actor.area_ids))
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(forum_id.in_(sits_in(actor)))
    return or_(false(), *ways)


def has_a_seat_for(actor: Actor, area_id: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Return the condition that the actor's institution sits in a forum of an area that is this one or around it."""
    around = (
        select(col(AreaInclusion.inner_id))
        .join(Forum, col(Forum.area_id) == AreaInclusion.outer_id)
        .where(col(Forum.id).in_(sits_in(actor)), col(Forum.ended_on).is_(None))
    )
    return area_id.in_(around)


def list_forums(session: Session, actor: Actor, wanted: ForumQuery) -> Page[ForumItem]:
    """List forums by name."""
    require(actor, Permission.SEE_FORUMS)
    rows, more = fetch(session, actor, wanted, _listed, BY_NAME)
    items = [
        ForumItem(
            id=forum.id,
            version=forum.version,
            area_id=forum.area_id,
            area_name=area_name,
            name=forum.name,
            level=forum.level,
            rhythm=forum.rhythm,
            twin_id=forum.twin_id,
            ended_on=forum.ended_on,
        )
        for forum, area_name in rows
    ]
    return Page(items=items, next_cursor=cursor_after(items[-1].name, items[-1].id) if more else None)


def _listed(actor: Actor, wanted: ForumQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(Forum, col(Area.name)).join(Area, col(Area.id) == Forum.area_id).where(visible_to(actor))
    )
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Forum.area_id), wanted.area_id))
    if wanted.open is not None:
        query = query.where(col(Forum.ended_on).is_(None) if wanted.open else col(Forum.ended_on).is_not(None))
    return query


def find_forum(session: Session, actor: Actor, forum_id: UUID, version: int | None = None) -> Forum:
    """Return a forum that the actor may know of; locked when the session writes."""
    query = select(Forum).where(col(Forum.id) == forum_id, visible_to(actor))
    forum = session.scalar(locked(session, query, Forum))
    if forum is None:
        raise NotFound
    not_stale(forum, version)
    return forum


def forum_named(session: Session, actor: Actor, forum_id: UUID, *, at: str) -> Forum:
    """Return the forum that was named in the field `at`, or refuse that field."""
    forum = session.scalar(select(Forum).where(col(Forum.id) == forum_id, visible_to(actor)))
    if forum is None:
        raise invalid(at, "unknown", "There is no such forum in your areas. Choose one from the list.")
    return forum


def group_named(session: Session, actor: Actor, group_id: UUID, *, at: str) -> Group:
    """Return the group that was named in the field `at`, or refuse that field."""
    group = session.get(Group, group_id)
    if group is None or group.area_id not in actor.area_ids:
        raise invalid(at, "unknown", "There is no such group in your areas. Choose one from the list.")
    return group


def table_of(session: Session, forum: Forum) -> Table:
    """Tell where a forum is and who sits in it now."""
    seated = select(col(ForumMember.institution_id)).where(
        col(ForumMember.forum_id) == forum.id,
        col(ForumMember.institution_id).is_not(None),
        col(ForumMember.until_on).is_(None),
    )
    return Table(forum.area_id, frozenset(key for key in session.scalars(seated) if key))


def show_forum(session: Session, actor: Actor, forum_id: UUID) -> ForumOut:
    """Show a forum with who sits in it."""
    return forum_out(session, actor, find_forum(session, actor, forum_id))


def forum_out(session: Session, actor: Actor, forum: Forum) -> ForumOut:
    """Draw up a forum."""
    members = list_members_of(session, [forum.id]).get(forum.id, [])
    # The twin is named when it may be known, too.
    twin = forum.twin_id and session.scalar(select(Forum).where(col(Forum.id) == forum.twin_id, visible_to(actor)))
    deeds = [Permission.KEEP_FORUM, Permission.HOLD_MEETING] if forum.ended_on is None else []
    return ForumOut(
        id=forum.id,
        version=forum.version,
        created_at=forum.created_at,
        changed_at=forum.changed_at,
        allowed_actions=[deed.value for deed in deeds if allows(actor, deed, forum)],
        area_id=forum.area_id,
        area_name=session.get_one(Area, forum.area_id).name,
        name=forum.name,
        level=forum.level,
        rhythm=forum.rhythm,
        twin_id=twin.id if twin else None,
        twin_name=twin.name if twin else None,
        ended_on=forum.ended_on,
        members=[member for member in members if member.until_on is None],
        former_members=[member for member in members if member.until_on is not None],
        calendar=_calendar(session, forum),
    )


def list_members(session: Session, actor: Actor, forum_id: UUID) -> list[ForumMemberOut]:
    """List who sits in a forum, and who did."""
    forum = find_forum(session, actor, forum_id)
    return list_members_of(session, [forum.id]).get(forum.id, [])


def list_members_of(session: Session, forum_ids: Iterable[UUID]) -> dict[UUID, list[ForumMemberOut]]:
    """Return who sits in forums and who did, by the key of the forum: institutions first, each by name."""
    rows = session.execute(
        select(ForumMember, col(Institution.name), col(Group.name))
        .outerjoin(Institution, col(Institution.id) == ForumMember.institution_id)
        .outerjoin(Group, col(Group.id) == ForumMember.group_id)
        .where(col(ForumMember.forum_id).in_(list(forum_ids)))
        .order_by(col(ForumMember.group_id).is_not(None), col(Institution.name), col(Group.name), col(ForumMember.id))
    )
    found: dict[UUID, list[ForumMemberOut]] = {}
    for member, institution_name, group_name in rows:
        out = ForumMemberOut(
            id=member.id,
            institution_id=member.institution_id,
            institution_name=institution_name,
            group_id=member.group_id,
            group_name=group_name,
            from_on=member.from_on,
            until_on=member.until_on,
        )
        found.setdefault(member.forum_id, []).append(out)
    return found


def forum_of_calendar(session: Session, secret: str) -> Forum:
    """Return the forum whose calendar has this secret address."""
    forum = session.scalar(OF_CALENDAR, {"digest": digest_of(secret)})
    if forum is None:
        raise NotFound
    return forum


def address_of(session: Session, token: str) -> str:
    """Return the address of a calendar with this secret."""
    return f"{str(session.info['settings'].base_url).rstrip('/')}/forum-calendars/{token}.ics"


def _calendar(session: Session, forum: Forum) -> str | None:
    calendar = session.scalar(select(ForumCalendar).where(col(ForumCalendar.forum_id) == forum.id))
    if calendar is None:
        return None
    open_rows(session, [calendar])
    return address_of(session, calendar.token)


OF_CALENDAR = (
    select(Forum)
    .join(ForumCalendar, col(ForumCalendar.forum_id) == Forum.id)
    .where(col(ForumCalendar.token_digest) == bindparam("digest", type_=TYPES[str]))
)
