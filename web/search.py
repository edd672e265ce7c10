"""Searching. What is looked for is sent in a form, so that it stands in no address, no history and no log."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, needs
from api.search import search
from bsa.permissions import Actor, Permission, allows
from bsa.search.shapes import Hit, SearchIn, SearchKind, SearchOut
from web.dependencies import Sent, Visitor
from web.forms import Form, blank, read
from web.guests import guest_of
from web.pages import Pages, draw, path_of, paths_of

router = Pages("search", prefix="/search")

MORE = 20
"""How many of one kind a page of its own shows."""

PAGES: dict[SearchKind, tuple[str, str]] = {
    SearchKind.NEED: ("needs.show", "need_id"),
    SearchKind.THEME: ("themes.show", "theme_id"),
    SearchKind.INITIATIVE: ("initiatives.show", "initiative_id"),
    SearchKind.ASK: ("asks.show", "ask_id"),
    SearchKind.COMMITMENT: ("commitments.show", "commitment_id"),
    SearchKind.INSTITUTION: ("institutions.show", "institution_id"),
}

LISTS_BY_PLACE = ((Permission.SEE_COMMITMENTS, "commitments.index"), (Permission.SEE_RESIDENTS, "residents.index"))
"""What somebody outside the team sees of a place: the list that is theirs, of this place."""


@router.get("")
@needs(Permission.SEARCH)
def show(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the field to type in."""
    return _page(request, visitor, blank(guest_of(request)), None)


@router.post("")
@needs(Permission.SEARCH)
def create(request: Request, session: Reading, visitor: Visitor, sent: Sent) -> Response:
    """Show what was found, under the field with what was typed."""
    form = read(SearchIn, sent, guest_of(request))
    return _page(request, visitor, form, search(session, visitor, form.shape) if form.shape else None)


def _page(request: Request, visitor: Actor, form: Form[Any], found: SearchOut | None) -> Response:
    paths = paths_of(request.app)
    hits = [(group.kind, hit) for group in found.groups for hit in group.hits] if found else []
    return draw(
        request,
        "search/show.html",
        200 if not form.errors else form.status,
        form=form,
        found=found,
        hrefs={hit.id: _href(paths, visitor, kind, hit) for kind, hit in hits},
        how_many=len(hits),
        more=MORE,
        only=form.shape.kind if form.shape else None,
    )


def _href(paths: dict[str, str], visitor: Actor, kind: SearchKind, hit: Hit) -> str:
    """Return where this visitor sees more of what was found; empty when there is nothing more to see."""
    if kind in PAGES:
        name, key = PAGES[kind]
        return path_of(paths, name, {key: hit.id})
    if kind is SearchKind.PLACE:
        return _place(paths, visitor, hit.id)
    if Permission.OPEN_RECORD in hit.allowed_actions:
        return path_of(paths, "residents.show", {"resident_id": hit.id})
    if Permission.RESTRICT_RESIDENT in hit.allowed_actions:
        return path_of(paths, "residents.restriction", {"resident_id": hit.id})
    return ""


def _place(paths: dict[str, str], visitor: Actor, area_id: UUID) -> str:
    if allows(visitor, Permission.SEE_THEMES) and area_id in visitor.area_ids:
        return path_of(paths, "neighbourhoods.show", {"area_id": area_id})
    for permission, name in LISTS_BY_PLACE:
        if allows(visitor, permission) and area_id in visitor.area_ids:
            return path_of(paths, name, {"area_id": area_id})
    return path_of(paths, "areas.edit", {"area_id": area_id}) if allows(visitor, Permission.RECORD_AREA) else ""
