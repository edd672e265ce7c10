"""What pages ask for: the visitor in the place of the API's caller, and what a form sent."""

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from api.dependencies import Reading, Session, Writing, database, refuse_role
from api.sessions import SignedIn, see, who_is_signed_in
from api.uploads import form_of
from bsa.errors import NotAllowed, NotSignedIn
from bsa.permissions import Actor
from web.guests import Guest, cookie_name, csrf_for, device_for


async def visitor(request: Request, session: Reading) -> Actor:
    """Return who is signed in; what the API's `caller` is for its operations."""
    signed_in = _signed_in(request, session)
    if not signed_in.seen_lately:
        see(database(request), signed_in.sign_in_id)
    return signed_in.actor


async def writing_visitor(request: Request, session: Writing) -> Actor:
    """Return who is signed in, in the session that writes."""
    return _signed_in(request, session).actor


def visitor_before(request: Request, ask: Callable[[Session, Actor], None]) -> None:
    """Ask something as who is signed in, before a session is opened for the request: for what takes long."""
    with database(request).reading() as session:
        ask(session, _signed_in(request, session).actor)


Visitor = Annotated[Actor, Depends(visitor)]
WritingVisitor = Annotated[Actor, Depends(writing_visitor)]


async def sent_form(request: Request) -> FormData:
    """Return what a form sent, when it is a form of ours."""
    form = form_of(request) or await request.form()
    token = request.cookies.get(cookie_name(database(request).settings), "")
    if not hmac.compare_digest(str(form.get("csrf", "")).encode(), csrf_for(token).encode()):
        raise NotAllowed("This form has grown old or came from elsewhere. Open the page again and send it from there.")
    return form


Sent = Annotated[FormData, Depends(sent_form)]


async def maybe_visitor(request: Request, session: Reading) -> Actor | None:
    """Return who is signed in, or None, for pages that everybody may see."""
    try:
        return _signed_in(request, session).actor
    except NotSignedIn:
        return None


MaybeVisitor = Annotated[Actor | None, Depends(maybe_visitor)]


def _signed_in(request: Request, session: Session) -> SignedIn:
    token = request.cookies.get(cookie_name(database(request).settings), "")
    signed_in = who_is_signed_in(session, token) if token else None
    if signed_in is None:
        raise NotSignedIn
    refuse_role(request, signed_in.actor)
    request.state.actor = signed_in.actor
    request.state.guest = Guest(
        signed_in.language, signed_in.actor, signed_in.display_name, csrf_for(token), device_for(token)
    )
    return signed_in
