"""Deeds about groups of residents."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, Fault, Invalid, NotFound, invalid
from bsa.events import note
from bsa.groups.models import Group, GroupMember
from bsa.groups.queries import find_group, get_group
from bsa.groups.rights import RECOGNISED
from bsa.groups.shapes import GroupChange, GroupEndIn, GroupIn, GroupMemberIn
from bsa.initiatives.queries import initiative_named
from bsa.institutions.queries import institution_named
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import changeable, resident_to_introduce
from bsa.rows import not_later


def found_group(session: Session, actor: Actor, told: GroupIn) -> Group:
    """Write down that there is a group: one that was there, or one that an initiative becomes."""
    initiative = (
        initiative_named(session, actor, told.initiative_id, at="initiative_id") if told.initiative_id else None
    )
    area_id = told.area_id or (initiative.area_id if initiative else None)
    name = told.name or (initiative.title if initiative else None)
    if area_id is None or name is None:
        raise invalid("area_id", "required", "Say where the group is, or out of which initiative it comes.")
    set_up = told.kind in RECOGNISED
    group = Group(
        area_id=find_area(session, actor, area_id, at="area_id").id,
        name=name,
        kind=told.kind,
        initiative_id=initiative.id if initiative else None,
        institution_id=_institution(session, actor, told.institution_id),
        homes=told.homes,
        founded_on=told.founded_on or told.recognised_on or (clock.today() if set_up else None),
        recognised_on=told.recognised_on,
    )
    require(actor, Permission.KEEP_GROUP, group, instead=N_("Keep groups in an area of your own."))
    _hold_together(group)
    session.add(group)
    note(session, actor, "resident_group.founded", group, sort=group.kind, founded_on=group.founded_on)
    if group.recognised_on is not None:
        note(session, actor, "resident_group.recognised", group, recognised_on=group.recognised_on)
    session.flush()
    return group


def change_group(session: Session, actor: Actor, group_id: UUID, version: int | None, change: GroupChange) -> Group:
    """Change what is known of a group: that it is of another kind now, or that it was recognised."""
    group = _going_on(get_group(session, actor, group_id, Permission.KEEP_GROUP, version))
    before = group.recognised_on
    if "institution_id" in change.model_fields_set:
        group.institution_id = _institution(session, actor, change.institution_id)
    for name in change.model_fields_set - {"institution_id"}:
        setattr(group, name, getattr(change, name))
    _hold_together(group)
    group.touch()
    note(session, actor, "resident_group.changed", group, sort=group.kind)
    if group.recognised_on not in (None, before):
        note(session, actor, "resident_group.recognised", group, recognised_on=group.recognised_on)
    session.flush()
    return group


def end_group(session: Session, actor: Actor, group_id: UUID, version: int | None, told: GroupEndIn) -> Group:
    """Write down that a group ended; nobody is in it any more."""
    group = _going_on(get_group(session, actor, group_id, Permission.KEEP_GROUP, version))
    ended_on = not_later("ended_on", told.ended_on or clock.today())
    if group.founded_on is not None:
        _not_before("ended_on", ended_on, group.founded_on)
    group.ended_on = ended_on
    for member in session.scalars(
        select(GroupMember).where(col(GroupMember.group_id) == group.id, col(GroupMember.until_on).is_(None))
    ):
        member.until_on = ended_on
    group.touch()
    note(session, actor, "resident_group.ended", group, ended_on=ended_on)
    session.flush()
    return group


def add_group_member(session: Session, actor: Actor, group_id: UUID, told: GroupMemberIn) -> GroupMember:
    """Write down that a resident is in the group; it needs the resident's consent to be introduced to the others."""
    group = find_group(session, actor, group_id)
    require(actor, Permission.ADD_GROUP_MEMBER)
    resident = resident_to_introduce(session, actor, told.resident_id, Permission.ADD_GROUP_MEMBER)
    _going_on(group)
    if _is_in(session, group.id, resident.id):
        raise Conflict("This resident is in the group already.")
    member = GroupMember(
        group_id=group.id,
        resident_id=resident.id,
        part=told.part,
        consented_on=not_later("consented_on", told.consented_on),
        from_on=clock.today(),
    )
    session.add(member)
    group.touch()
    # The event does not say who: it outlives the resident's data.
    note(session, actor, "resident_group.member_added", group, part=member.part)
    session.flush()
    return member


def end_group_member(session: Session, actor: Actor, group_id: UUID, member_id: UUID) -> None:
    """Write down that a resident is no longer in the group."""
    group = find_group(session, actor, group_id)
    require(actor, Permission.ADD_GROUP_MEMBER)
    member = session.get(GroupMember, member_id)
    if member is None or member.group_id != group.id:
        raise NotFound
    changeable(session, actor, member.resident_id, Permission.ADD_GROUP_MEMBER)
    if member.until_on is not None:
        raise Conflict("This resident is no longer in the group already.")
    member.until_on = clock.today()
    session.add(member)
    group.touch()
    note(session, actor, "resident_group.member_left", group, part=member.part)
    session.flush()


def _hold_together(group: Group) -> None:
    """Refuse days and kinds that do not fit each other, all at once."""
    faults = []
    for name, day in (("founded_on", group.founded_on), ("recognised_on", group.recognised_on)):
        if day is not None and day > clock.today():
            faults.append(Fault((name,), "in_future", "This day is still to come."))
    if group.kind not in RECOGNISED and group.recognised_on is not None:
        faults.append(
            Fault(("recognised_on",), "not_recognised", "Nobody recognises a residents' group: it needs no leave.")
        )
    if group.kind in RECOGNISED and group.founded_on is None:
        faults.append(Fault(("founded_on",), "required", "Say since when the group is there."))
    if group.recognised_on is not None and group.institution_id is None:
        faults.append(Fault(("institution_id",), "required", "Say by whom the group was recognised."))
    if group.founded_on and group.recognised_on and group.recognised_on < group.founded_on:
        told = {"day": group.founded_on.isoformat()}
        faults.append(Fault(("recognised_on",), "too_early", "This day lies before {day}.", told))
    if faults:
        raise Invalid(*faults)


def _going_on(group: Group) -> Group:
    if group.ended_on is not None:
        raise Conflict("This group has ended.")
    return group


def _institution(session: Session, actor: Actor, institution_id: UUID | None) -> UUID | None:
    if institution_id is None:
        return None
    return institution_named(session, actor, institution_id, at="institution_id").id


def _is_in(session: Session, group_id: UUID, resident_id: UUID) -> bool:
    now = select(GroupMember.id).where(
        col(GroupMember.group_id) == group_id,
        col(GroupMember.resident_id) == resident_id,
        col(GroupMember.until_on).is_(None),
    )
    return session.scalar(now) is not None


def _not_before(where: str, day: date, earliest: date) -> None:
    if day < earliest:
        raise invalid(where, "too_early", "This day lies before {day}.", day=earliest.isoformat())
