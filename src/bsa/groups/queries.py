"""Reading groups of residents, always as someone; institutions see nothing of who is in them."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.errors import NotFound, invalid
from bsa.groups.models import Group, GroupKind, GroupMember
from bsa.groups.rights import DUTIES, RECOGNISED, RIGHTS, SOURCES
from bsa.groups.shapes import GroupItem, GroupMemberOut, GroupOut, GroupQuery, RightOut
from bsa.initiatives.models import Initiative
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.residents.models import Resident
from bsa.residents.queries import looked_after_by
from bsa.rows import locked, not_stale
from bsa.sealing import note_read, open_cell
from bsa.shapes import Page

BY_NAME = Order((col(Group.name), False), (col(Group.id), False))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the group: the team, in its own areas."""
    return col(Group.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def list_groups(session: Session, actor: Actor, wanted: GroupQuery) -> Page[GroupItem]:
    """List groups by name."""
    require(actor, Permission.SEE_GROUPS)
    rows, more = fetch(session, actor, wanted, _listed, BY_NAME)
    last = rows[-1].Group if more else None
    return Page(
        items=[_item(row) for row in rows],
        next_cursor=cursor_after(last.name, last.id) if last else None,
    )


def _listed(actor: Actor, wanted: GroupQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(Group, col(Area.name).label("area_name"), _members_now().label("member_count"))
        .join(Area, col(Area.id) == Group.area_id)
        .where(visible_to(actor))
    )
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Group.area_id), wanted.area_id))
    if wanted.kind:
        query = query.where(col(Group.kind) == wanted.kind)
    if wanted.initiative_id is not None:
        query = query.where(col(Group.initiative_id) == wanted.initiative_id)
    if wanted.open is not None:
        goes_on = col(Group.ended_on).is_(None)
        query = query.where(goes_on if wanted.open else ~goes_on)
    return query


def find_group(session: Session, actor: Actor, group_id: UUID) -> Group:
    """Return a group that the actor may know of; locked when the session writes."""
    query = select(Group).where(col(Group.id) == group_id, visible_to(actor))
    group = session.scalar(locked(session, query, Group))
    if group is None:
        raise NotFound
    return group


def get_group(
    session: Session, actor: Actor, group_id: UUID, permission: Permission, version: int | None = None
) -> Group:
    """Return a group for a deed that the actor may do to it."""
    group = find_group(session, actor, group_id)
    require(actor, permission, group)
    not_stale(group, version)
    return group


def group_named(session: Session, actor: Actor, group_id: UUID, *, at: str) -> Group:
    """Return the group that was named in the field `at`, or refuse that field."""
    group = session.scalar(select(Group).where(col(Group.id) == group_id, visible_to(actor)))
    if group is None:
        raise invalid(at, "unknown", "There is no such group in your areas. Choose one from the list.")
    return group


def show_group(session: Session, actor: Actor, group_id: UUID) -> GroupOut:
    """Show a group, with what it may by law; of its members, own residents by name."""
    group = find_group(session, actor, group_id)
    require(actor, Permission.SEE_GROUPS, group)
    row = session.execute(
        select(
            col(Area.name).label("area_name"),
            col(Initiative.title).label("initiative_title"),
            col(Institution.name).label("institution_name"),
            _members_now().label("member_count"),
        )
        .select_from(Group)
        .join(Area, col(Area.id) == Group.area_id)
        .outerjoin(Initiative, col(Initiative.id) == Group.initiative_id)
        .outerjoin(Institution, col(Institution.id) == Group.institution_id)
        .where(col(Group.id) == group.id)
    ).one()
    return GroupOut(
        id=group.id,
        version=group.version,
        created_at=group.created_at,
        changed_at=group.changed_at,
        allowed_actions=_allowed(actor, group),
        area_id=group.area_id,
        area_name=row.area_name,
        name=group.name,
        kind=group.kind,
        initiative_id=group.initiative_id,
        initiative_title=row.initiative_title,
        institution_id=group.institution_id,
        institution_name=row.institution_name,
        homes=group.homes,
        founded_on=group.founded_on,
        recognised_on=group.recognised_on,
        ended_on=group.ended_on,
        being_set_up=being_set_up(group),
        speaks_for_itself=group.kind is GroupKind.CONSULTATION_PARTNER,
        rights=[RightOut(right=right, source=SOURCES[right]) for right in RIGHTS[group.kind]],
        duties=[RightOut(right=duty, source=SOURCES[duty]) for duty in DUTIES[group.kind]],
        members=_named_members(session, actor, group.id),
        member_count=row.member_count,
    )


def being_set_up(group: Group) -> bool:
    """Tell whether a group is of a kind that somebody recognises, and is not recognised yet."""
    return group.kind in RECOGNISED and group.recognised_on is None and group.ended_on is None


def _item(row: Any) -> GroupItem:
    group: Group = row.Group
    return GroupItem(
        id=group.id,
        area_id=group.area_id,
        area_name=row.area_name,
        name=group.name,
        kind=group.kind,
        initiative_id=group.initiative_id,
        homes=group.homes,
        founded_on=group.founded_on,
        recognised_on=group.recognised_on,
        ended_on=group.ended_on,
        being_set_up=being_set_up(group),
        member_count=row.member_count,
    )


def _named_members(session: Session, actor: Actor, group_id: UUID) -> list[GroupMemberOut]:
    rows = session.execute(
        select(GroupMember, col(Resident.call_name))
        .join(Resident, col(Resident.id) == GroupMember.resident_id)
        .where(
            col(GroupMember.group_id) == group_id,
            col(GroupMember.until_on).is_(None),
            looked_after_by(actor),
        )
        .order_by(col(GroupMember.from_on), col(GroupMember.id))
    ).all()
    note_read(session, [member.resident_id for member, _ in rows])
    return [
        GroupMemberOut(
            id=member.id,
            resident_id=member.resident_id,
            call_name=open_cell(session, Resident, "call_name", member.resident_id, member.resident_id, call_name)
            or "",
            part=member.part,
            consented_on=member.consented_on,
            from_on=member.from_on,
        )
        for member, call_name in rows
    ]


def _members_now() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(GroupMember)
        .where(col(GroupMember.group_id) == Group.id, col(GroupMember.until_on).is_(None))
        .correlate(Group)
        .scalar_subquery()
    )


def _allowed(actor: Actor, group: Group) -> list[str]:
    if group.ended_on is not None:
        return []
    allowed = [Permission.KEEP_GROUP.value] if allows(actor, Permission.KEEP_GROUP, group) else []
    # Whether somebody may be a member hangs on the resident; here it is enough that the actor can have residents.
    if allows(actor, Permission.ADD_GROUP_MEMBER):
        allowed.append(Permission.ADD_GROUP_MEMBER.value)
    return allowed
