"""Partners' machines, for administrators: which there are, what they may do, their keys, and shutting one out."""

import json
import re
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.clients import change_client, list_clients, register_client, revoke_client, rotate_keys, show_client
from api.dependencies import Reading, Session, Writing, database, needs
from bsa.clients.shapes import ClientChange, ClientIn, ClientOut, ClientQuery, KeysIn
from bsa.errors import Conflict
from bsa.permissions import Actor, Permission, Scope, require
from web.choices import institutions
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("clients", prefix="/clients")

PRIVATE_PART = re.compile(r"\"(d|k|p|q|dp|dq|qi)\"\s*:|PRIVATE KEY")


@router.get("")
@needs(Permission.MANAGE_CLIENTS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the machines by name."""
    filters = asked(ClientQuery, request)
    wanted = filters.shape or ClientQuery()
    return draw(request, "clients/index.html", clients=list_clients(session, visitor, wanted), filters=filters)


@router.get("/new")
@needs(Permission.MANAGE_CLIENTS)
def new(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the form to register a machine."""
    require(visitor, Permission.MANAGE_CLIENTS)
    form = blank(guest_of(request), scopes=[Scope.REFERRALS_READ.value, Scope.REFERRALS_WRITE.value])
    return _new_page(request, session, visitor, form)


@router.post("")
@needs(Permission.MANAGE_CLIENTS)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Register a machine."""
    form = read(ClientIn, sent, guest_of(request), **_pasted(sent))
    form.values["keys"] = _shown_again(sent)
    client = attempt(session, form, lambda told: register_client(session, visitor, told))
    if client:
        return go(request, "clients.show", "client_registered", client_id=client.id)
    return _new_page(request, session, visitor, form, form.status)


@router.get("/{client_id}")
@needs(Permission.MANAGE_CLIENTS)
def show(request: Request, session: Reading, visitor: Visitor, client_id: UUID) -> Response:
    """Show a machine: what it may do, its keys, and what its owner needs to know."""
    return _page(request, session, visitor, client_id)


@router.get("/{client_id}/edit")
@needs(Permission.MANAGE_CLIENTS)
def edit(request: Request, session: Reading, visitor: Visitor, client_id: UUID) -> Response:
    """Show the form to change what a machine is called or may do."""
    client = _in_use(session, visitor, client_id)
    form = blank(
        guest_of(request),
        name=client.name,
        scopes=[scope.value for scope in client.scopes],
        external_id=client.external_id or "",
    )
    return _edit_page(request, client, form)


@router.post("/{client_id}/edit")
@needs(Permission.MANAGE_CLIENTS)
def update(request: Request, session: Writing, visitor: WritingVisitor, client_id: UUID, sent: Sent) -> Response:
    """Change what a machine is called or may do."""
    # A form says it all: what is not ticked is taken away.
    form = read(ClientChange, sent, guest_of(request), scopes=sent.getlist("scopes"))
    form.values["scopes"] = sent.getlist("scopes")

    def deed(change: ClientChange) -> ClientOut:
        return change_client(session, visitor, client_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "clients.show", "saved", client_id=client_id)
    return _edit_page(request, _in_use(session, visitor, client_id), form, form.status)


@router.get("/{client_id}/keys")
@needs(Permission.MANAGE_CLIENTS)
def new_keys(request: Request, session: Reading, visitor: Visitor, client_id: UUID) -> Response:
    """Show the form for other keys of a machine."""
    client = _in_use(session, visitor, client_id)
    form = blank(guest_of(request), overlap_hours="24", keys_url=client.keys_url or "")
    return draw(request, "clients/keys.html", client=client, form=form)


@router.post("/{client_id}/keys")
@needs(Permission.MANAGE_CLIENTS)
def create_keys(request: Request, session: Writing, visitor: WritingVisitor, client_id: UUID, sent: Sent) -> Response:
    """Give a machine other keys; the old ones go on counting for some hours."""
    form = read(KeysIn, sent, guest_of(request), **_pasted(sent))
    form.values["keys"] = _shown_again(sent)

    def deed(told: KeysIn) -> ClientOut:
        return rotate_keys(session, visitor, client_id, version_in(sent), told)

    if attempt(session, form, deed):
        return go(request, "clients.show", "client_keys_changed", client_id=client_id)
    client = _in_use(session, visitor, client_id)
    return draw(request, "clients/keys.html", form.status, client=client, form=form)


@router.post("/{client_id}/ending")
@needs(Permission.MANAGE_CLIENTS)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, client_id: UUID, sent: Sent) -> Response:
    """Shut a machine out, for good."""
    form = read(Nothing, sent, guest_of(request))

    def deed(_: Nothing) -> bool:
        revoke_client(session, visitor, client_id, version_in(sent))
        return True

    if attempt(session, form, deed):
        return go(request, "clients.show", "client_revoked", client_id=client_id)
    return _page(request, session, visitor, client_id, form, form.status)


def _pasted(sent: Sent) -> dict[str, Any]:
    """Return the keys that were pasted, as JSON; what is no JSON goes on as a JWKS without keys, to be refused."""
    text = str(sent.get("keys", "")).strip()
    if not text:
        return {"keys": None}
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    return {"keys": told if isinstance(told, dict) else {}}


def _shown_again(sent: Sent) -> str:
    """Return the keys as they were pasted, but never a private one: it does not come back in a page."""
    text = str(sent.get("keys", ""))
    return "" if PRIVATE_PART.search(text) else text


def _in_use(session: Session, visitor: Actor, client_id: UUID) -> ClientOut:
    client = show_client(session, visitor, client_id)
    if not client.allowed_actions:
        raise Conflict("This system is shut out. Register it anew, with new keys.")
    return client


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    client_id: UUID,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    settings = database(request).settings
    return draw(
        request,
        "clients/show.html",
        status,
        client=show_client(session, visitor, client_id),
        form=form or blank(guest_of(request)),
        endpoint=settings.token_endpoint,
        issuer=settings.oauth_issuer,
        api=f"{settings.address}/api/v1",
    )


def _new_page(request: Request, session: Session, visitor: Actor, form: Form[Any], status: int = 200) -> Response:
    return draw(
        request,
        "clients/new.html",
        status,
        form=form,
        scopes=list(Scope),
        institutions=institutions(session, visitor),
        outside=database(request).settings.oauth_issuer,
    )


def _edit_page(request: Request, client: ClientOut, form: Form[Any], status: int = 200) -> Response:
    outside = database(request).settings.oauth_issuer
    return draw(request, "clients/edit.html", status, client=client, form=form, scopes=list(Scope), outside=outside)
