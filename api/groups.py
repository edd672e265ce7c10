"""Groups of residents: residents' groups, tenants' committees and organisations, recognised consultation partners."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.groups import actions, queries
from bsa.groups.shapes import (
    GroupChange,
    GroupEndIn,
    GroupIn,
    GroupItem,
    GroupMemberIn,
    GroupMemberOut,
    GroupOut,
    GroupQuery,
)
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/groups", tags=["groups"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_GROUPS)
def list_groups(session: Reading, caller: Caller, wanted: Annotated[GroupQuery, Query()]) -> Page[GroupItem]:
    """List groups by name."""
    return queries.list_groups(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.KEEP_GROUP)
def found_group(session: Writing, caller: WritingCaller, told: GroupIn, key: SentKey = None) -> GroupOut:
    """Write down that there is a group; with `initiativeId`, area and name are taken over from the initiative."""
    group = once(
        session,
        caller,
        key,
        content_of("group", told),
        lambda: actions.found_group(session, caller, told),
        lambda group_id: queries.find_group(session, caller, group_id),
    )
    return queries.show_group(session, caller, group.id)


@router.get("/{group_id}")
@needs(Permission.SEE_GROUPS)
def show_group(session: Reading, caller: Caller, group_id: UUID) -> GroupOut:
    """Show a group with what it may by law; of its members, residents whom you look after are named."""
    return queries.show_group(session, caller, group_id)


@router.patch("/{group_id}")
@needs(Permission.KEEP_GROUP)
def change_group(
    session: Writing, caller: WritingCaller, group_id: UUID, version: SeenVersion, change: GroupChange
) -> GroupOut:
    """Change what is known of a group: that it is of another kind now, or that it was recognised."""
    actions.change_group(session, caller, group_id, version, change)
    return queries.show_group(session, caller, group_id)


@router.put("/{group_id}/ending")
@needs(Permission.KEEP_GROUP)
def end_group(
    session: Writing, caller: WritingCaller, group_id: UUID, version: SeenVersion, told: GroupEndIn
) -> GroupOut:
    """Write down that a group ended; nobody is in it any more."""
    actions.end_group(session, caller, group_id, version, told)
    return queries.show_group(session, caller, group_id)


@router.get("/{group_id}/members")
@needs(Permission.SEE_GROUPS)
def list_group_members(session: Reading, caller: Caller, group_id: UUID) -> Page[GroupMemberOut]:
    """List those in the group whom you look after."""
    return Page(items=queries.show_group(session, caller, group_id).members)


@router.post("/{group_id}/members", status_code=201)
@needs(Permission.ADD_GROUP_MEMBER)
def add_group_member(session: Writing, caller: WritingCaller, group_id: UUID, told: GroupMemberIn) -> GroupOut:
    """Write down that a resident whom you look after is in the group."""
    actions.add_group_member(session, caller, group_id, told)
    return queries.show_group(session, caller, group_id)


@router.delete("/{group_id}/members/{member_id}", status_code=204)
@needs(Permission.ADD_GROUP_MEMBER)
def end_group_member(session: Writing, caller: WritingCaller, group_id: UUID, member_id: UUID) -> None:
    """Write down that a resident whom you look after is no longer in the group."""
    actions.end_group_member(session, caller, group_id, member_id)
