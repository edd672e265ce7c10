"""Groups of residents: what each kind may, who is in it, and what became of it."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.groups import (
    add_group_member,
    change_group,
    end_group,
    end_group_member,
    found_group,
    list_groups,
    show_group,
)
from api.initiatives import show_initiative
from api.residents import list_residents
from bsa import clock
from bsa.consultation.rules import WITH_CLOCKS
from bsa.errors import Invalid
from bsa.groups.models import GroupKind, GroupPart
from bsa.groups.shapes import GroupChange, GroupEndIn, GroupIn, GroupMemberIn, GroupOut, GroupQuery
from bsa.permissions import Actor, Permission
from bsa.residents.shapes import ResidentQuery
from web.choices import institutions, own_neighbourhoods, own_places
from web.consultation import tracks_of
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("groups", prefix="/groups")

MANY = 200


@router.get("")
@needs(Permission.SEE_GROUPS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List groups by name; those that ended when one asks for them."""
    form = asked(GroupQuery, request)
    if form.shape is None:
        raise Invalid
    wanted = form.shape if form.shape.open is not None else form.shape.model_copy(update={"open": True})
    return draw(
        request,
        "groups/index.html",
        groups=list_groups(session, visitor, wanted),
        form=form,
        areas=own_neighbourhoods(session, visitor),
        kinds=list(GroupKind),
    )


@router.get("/new")
@needs(Permission.KEEP_GROUP)
def new(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID | None = None) -> Response:
    """Show the form for a group: one that is there, or one that an initiative becomes."""
    initiative = show_initiative(session, visitor, initiative_id) if initiative_id else None
    form = blank(
        guest_of(request),
        initiative_id=str(initiative_id or ""),
        area_id=str(initiative.area_id) if initiative else "",
        name=initiative.title if initiative else "",
        kind=GroupKind.RESIDENTS_GROUP.value,
        founded_on=clock.today().isoformat(),
    )
    return _new(request, session, visitor, form)


@router.post("")
@needs(Permission.KEEP_GROUP)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Write down that there is a group."""
    form = read(GroupIn, sent, guest_of(request))
    group = attempt(session, form, lambda told: found_group(session, visitor, told))
    if group:
        return go(request, "groups.show", "group_founded", group_id=group.id)
    return _new(request, session, visitor, form)


@router.get("/{group_id}")
@needs(Permission.SEE_GROUPS)
def show(request: Request, session: Reading, visitor: Visitor, group_id: UUID) -> Response:
    """Show a group: what it may, who is in it, and since when."""
    return _page(request, session, visitor, group_id)


@router.get("/{group_id}/edit")
@needs(Permission.KEEP_GROUP)
def edit(request: Request, session: Reading, visitor: Visitor, group_id: UUID) -> Response:
    """Show the form to change what is known of a group."""
    group = show_group(session, visitor, group_id)
    form = blank(
        guest_of(request),
        name=group.name,
        kind=group.kind.value,
        institution_id=str(group.institution_id or ""),
        homes=str(group.homes or ""),
        founded_on=group.founded_on.isoformat() if group.founded_on else "",
        recognised_on=group.recognised_on.isoformat() if group.recognised_on else "",
    )
    return _edit(request, session, visitor, group, form)


@router.post("/{group_id}")
@needs(Permission.KEEP_GROUP)
def update(request: Request, session: Writing, visitor: WritingVisitor, group_id: UUID, sent: Sent) -> Response:
    """Change what is known of a group."""
    form = read_change(GroupChange, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda change: change_group(session, visitor, group_id, version, change)):
        return go(request, "groups.show", "saved", group_id=group_id)
    return _edit(request, session, visitor, show_group(session, visitor, group_id), form)


@router.post("/{group_id}/ending")
@needs(Permission.KEEP_GROUP)
def end(request: Request, session: Writing, visitor: WritingVisitor, group_id: UUID, sent: Sent) -> Response:
    """Write down that a group ended."""
    form = read(GroupEndIn, sent, guest_of(request), prefix="end")
    version = version_in(sent)
    if attempt(session, form, lambda told: end_group(session, visitor, group_id, version, told)):
        return go(request, "groups.show", "group_ended", group_id=group_id)
    return _page(request, session, visitor, group_id, end=form)


@router.get("/{group_id}/members/new")
@needs(Permission.ADD_GROUP_MEMBER)
def new_member(request: Request, session: Reading, visitor: Visitor, group_id: UUID) -> Response:
    """Show the form to write down that a resident is in the group."""
    form = blank(guest_of(request), part=GroupPart.MEMBER.value, consented_on=clock.today().isoformat())
    return _new_member(request, session, visitor, group_id, form)


@router.post("/{group_id}/members")
@needs(Permission.ADD_GROUP_MEMBER)
def create_member(request: Request, session: Writing, visitor: WritingVisitor, group_id: UUID, sent: Sent) -> Response:
    """Write down that a resident is in the group."""
    form = read(GroupMemberIn, sent, guest_of(request))
    if attempt(session, form, lambda told: add_group_member(session, visitor, group_id, told)):
        return go(request, "groups.show", "member_added", "members", group_id=group_id)
    return _new_member(request, session, visitor, group_id, form)


@router.post("/{group_id}/members/{member_id}/ending")
@needs(Permission.ADD_GROUP_MEMBER)
def destroy_member(
    request: Request, session: Writing, visitor: WritingVisitor, group_id: UUID, member_id: UUID, sent: Sent
) -> Response:
    """Write down that a resident is no longer in the group."""
    form = read(Nothing, sent, guest_of(request), prefix="member")

    def deed(_: Nothing) -> bool:
        end_group_member(session, visitor, group_id, member_id)
        return True

    if attempt(session, form, deed):
        return go(request, "groups.show", "member_left", "members", group_id=group_id)
    return _page(request, session, visitor, group_id, member=form)


def _new(request: Request, session: Session, visitor: Actor, form: Form[Any]) -> Response:
    key = form.values.get("initiative_id")
    known = form.errors.get("initiative_id") is None
    return draw(
        request,
        "groups/new.html",
        form.status if form.errors else 200,
        form=form,
        initiative=show_initiative(session, visitor, UUID(key)) if key and known else None,
        areas=own_places(session, visitor),
        institutions=institutions(session, visitor),
        kinds=list(GroupKind),
    )


def _edit(request: Request, session: Session, visitor: Actor, group: GroupOut, form: Form[Any]) -> Response:
    status = form.status if form.errors else 200
    known = institutions(session, visitor)
    return draw(request, "groups/edit.html", status, group=group, form=form, institutions=known, kinds=list(GroupKind))


def _new_member(request: Request, session: Session, visitor: Actor, group_id: UUID, form: Form[Any]) -> Response:
    return draw(
        request,
        "groups/member.html",
        form.status if form.errors else 200,
        group=show_group(session, visitor, group_id),
        form=form,
        residents=list_residents(session, visitor, ResidentQuery(mine=True, limit=MANY)).items,
        parts=list(GroupPart),
    )


def _page(request: Request, session: Session, visitor: Actor, group_id: UUID, **refused: Form[Any]) -> Response:
    guest, today = guest_of(request), clock.today().isoformat()
    forms: dict[str, Form[Any]] = {"end": blank(guest, "end", ended_on=today), "member": blank(guest, "member")}
    return draw(
        request,
        "groups/show.html",
        next((form.status for form in refused.values()), 200),
        group=show_group(session, visitor, group_id),
        tracks=tracks_of(session, visitor, group_id=group_id),
        with_terms=WITH_CLOCKS,
        forms_of=forms | refused,
    )
