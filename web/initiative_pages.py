"""The public page of an initiative: written by the team, approved by a person, read by everybody; and its poster."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, database, needs, open_to_all
from api.initiatives import (
    change_page,
    draft_page,
    publish_page,
    show_initiative,
    show_page,
    show_public_initiative,
    withdraw_page,
)
from bsa.errors import N_, NotFound
from bsa.initiatives.shapes import InitiativePageChange, InitiativePageIn, InitiativePageOut, PublicationIn
from bsa.permissions import Actor, Permission
from web.dependencies import MaybeVisitor, Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go, path_of, paths_of
from web.qr import square
from web.shared import kept

router = Pages("initiative_pages", prefix="/initiatives/{initiative_id}/page")
public = Pages("public_initiative", prefix="/i")


@router.get("")
@needs(Permission.PUBLISH_INITIATIVE)
def show(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Show the page as everybody will see it, with what can be done to it; without one, the form to write it."""
    page = page_of(session, visitor, initiative_id)
    if page is None:
        return _write(request, session, visitor, initiative_id, None)
    return _preview(request, session, visitor, page)


@router.get("/edit")
@needs(Permission.PUBLISH_INITIATIVE)
def edit(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Show the form to write the page anew."""
    return _write(request, session, visitor, initiative_id, show_page(session, visitor, initiative_id))


@router.post("")
@needs(Permission.PUBLISH_INITIATIVE)
def create(request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent) -> Response:
    """Write the page; nobody outside the team sees it yet."""
    form = read(InitiativePageIn, sent, guest_of(request))
    if attempt(session, form, lambda told: draft_page(session, visitor, initiative_id, told)):
        return go(request, "initiative_pages.show", "page_drafted", initiative_id=initiative_id)
    return _write(request, session, visitor, initiative_id, None, form)


@router.post("/edit")
@needs(Permission.PUBLISH_INITIATIVE)
def update(request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent) -> Response:
    """Write the page anew; when everybody reads it already, it is shown first."""
    form = read(InitiativePageChange, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda change: change_page(session, visitor, initiative_id, version, change)):
        return go(request, "initiative_pages.show", "saved", initiative_id=initiative_id)
    page = show_page(session, visitor, initiative_id)
    if form.question and form.shape:
        told = form.shape.model_dump(exclude={"previewed"})
        return _preview(request, session, visitor, page.model_copy(update=told), form)
    return _write(request, session, visitor, initiative_id, page, form)


@router.post("/publication")
@needs(Permission.PUBLISH_INITIATIVE)
def create_publication(
    request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent
) -> Response:
    """Let everybody read the page."""
    form = read(PublicationIn, sent, guest_of(request), prefix="publication")
    version = version_in(sent)
    if attempt(session, form, lambda told: publish_page(session, visitor, initiative_id, version, told)):
        return go(request, "initiative_pages.show", "page_published", initiative_id=initiative_id)
    return _preview(request, session, visitor, show_page(session, visitor, initiative_id), publication=form)


@router.post("/withdrawal")
@needs(Permission.PUBLISH_INITIATIVE)
def destroy_publication(
    request: Request, session: Writing, visitor: WritingVisitor, initiative_id: UUID, sent: Sent
) -> Response:
    """Take the page away from everybody."""
    form = read(Nothing, sent, guest_of(request), prefix="publication")
    if attempt(session, form, lambda _: withdraw_page(session, visitor, initiative_id)):
        return go(request, "initiative_pages.show", "page_withdrawn", initiative_id=initiative_id)
    return _preview(request, session, visitor, show_page(session, visitor, initiative_id), publication=form)


@router.get("/poster")
@needs(Permission.PUBLISH_INITIATIVE)
def poster(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Show a poster to print, with a square that a telephone reads; only of a page that is there."""
    page = show_page(session, visitor, initiative_id)
    if not page.public:
        raise NotFound(N_("There is a poster once everybody can read the page."))
    address = address_of(request, page.code)
    return draw(request, "initiative_pages/poster.html", page=page, square=square(address), address=_to_type(address))


@public.get("/{code}")
@open_to_all
def show_public(request: Request, session: Reading, visitor: MaybeVisitor, code: str) -> Response:
    """Show everybody what an initiative is, when it is, and whom to call."""
    try:
        page = show_public_initiative(session, code)
    except NotFound:
        # Somebody stands before an old poster: the page says how to go on.
        return draw(request, "public/initiative_gone.html", 404)
    drawn = draw(request, "public/initiative.html", page=page)
    return drawn if visitor or request.cookies else kept(request, drawn)


def page_of(session: Session, visitor: Actor, initiative_id: UUID) -> InitiativePageOut | None:
    """Return the page of an initiative, if there is one."""
    with suppress(NotFound):
        return show_page(session, visitor, initiative_id)
    return None


def address_of(request: Request, code: str) -> str:
    """Return the whole address of a page."""
    base = str(database(request).settings.base_url).rstrip("/")
    return base + path_of(paths_of(request.app), "public_initiative.show_public", {"code": code})


def _to_type(address: str) -> str:
    """Return an address as one types it."""
    return address.partition("://")[2]


def _write(
    request: Request,
    session: Session,
    visitor: Actor,
    initiative_id: UUID,
    page: InitiativePageOut | None,
    form: Form[Any] | None = None,
) -> Response:
    initiative = show_initiative(session, visitor, initiative_id)
    told = page.model_dump(include={*InitiativePageIn.model_fields}) if page else {}
    begun = told or {"title": initiative.title, "words": initiative.description, "when_next": initiative.next_step}
    values = {name: text or "" for name, text in begun.items()}
    return draw(
        request,
        "initiative_pages/edit.html",
        form.status if form else 200,
        initiative=initiative,
        page=page,
        form=form or blank(guest_of(request), **values),
    )


def _preview(
    request: Request,
    session: Session,
    visitor: Actor,
    page: InitiativePageOut,
    form: Form[Any] | None = None,
    publication: Form[Any] | None = None,
) -> Response:
    address = address_of(request, page.code)
    refused = form or publication
    return draw(
        request,
        "initiative_pages/show.html",
        refused.status if refused else 200,
        page=page,
        form=form,
        publication=publication or blank(guest_of(request), "publication"),
        address=_to_type(address),
    )
