"""Signing in and out, and the language of the pages."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Form as FormField
from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from api.accounts import change_password
from api.dependencies import Writing, database, needs, open_to_all
from api.sessions import choose_language, sign_in, sign_out
from bsa.errors import N_, Conflict, TooManyAttempts
from bsa.people.models import Language
from bsa.people.shapes import PasswordChange, SignInIn
from bsa.permissions import PURPOSES_OF_PEOPLE, Permission, Purpose
from web.dependencies import MaybeVisitor, Sent, Visitor, WritingVisitor
from web.forms import attempt, blank, read
from web.guests import cookie_name, guest_of
from web.pages import Pages, draw, go

router = Pages("sessions")
language = Pages("language")
password = Pages("password")

WRONG = N_("Name or password is not right. Try again, or ask your administrator for a new password.")


@router.get("/sign-in")
@open_to_all
def new(request: Request, next: Annotated[str, Query(max_length=500)] = "") -> Response:
    """Show the sign-in form."""
    return _page(request, blank(guest_of(request), next=_own_path(next), purpose=Purpose.OWN_NEIGHBOURHOOD.value))


@router.post("/sign-in")
@open_to_all
def create(
    request: Request,
    name: Annotated[str, FormField(max_length=60)] = "",
    password: Annotated[str, FormField(max_length=200)] = "",
    purpose: Annotated[Purpose, FormField()] = Purpose.OWN_NEIGHBOURHOOD,
    next: Annotated[str, FormField(max_length=500)] = "",
) -> Response:
    """Sign in; the answer to a wrong name is that to a wrong password."""
    base = database(request)
    form = blank(guest_of(request), name=name, purpose=purpose.value, next=_own_path(next))
    token = None
    try:
        if name.strip() and password:
            asked = SignInIn.model_validate({"name": name, "password": password, "purpose": purpose})
            token = sign_in(base, asked, request.client.host if request.client else "-")
    except TooManyAttempts as refusal:
        form.refuse(refusal, 429)
        return _page(request, form, {"Retry-After": refusal.facts["seconds"]})
    if token is None:
        form.refuse(Conflict(WRONG), 403)
        return _page(request, form)
    response = RedirectResponse(_own_path(next) or "/", status_code=303)
    response.set_cookie(
        cookie_name(base.settings),
        token,
        max_age=base.settings.session_hours * 3600,
        secure=base.settings.secure,
        httponly=True,
        samesite="lax",
        path="/",
    )
    return response


@router.post("/sign-out")
@open_to_all
def destroy(request: Request, session: Writing, others_wait: Annotated[bool, FormField()] = False) -> Response:
    """Sign out, here and on the server; the browser forgets what it kept.

    `others_wait` tells that on this device something unsent of somebody else lies closed: then the scripts of the page
    have destroyed what is this account's, and the rest waits for its owner.
    """
    name = cookie_name(database(request).settings)
    sign_out(session, request.cookies.get(name, ""))
    response = go(request, "sessions.new", "signed_out")
    response.delete_cookie(name, secure=database(request).settings.secure, httponly=True, samesite="lax", path="/")
    response.headers["Clear-Site-Data"] = '"cache"' if others_wait else '"cache", "storage"'
    return response


@language.post("/language")
@open_to_all
def update(
    request: Request, session: Writing, visitor: MaybeVisitor, lang: Annotated[Language, FormField()]
) -> Response:
    """Read the pages in another language from now on."""
    if visitor is not None:
        choose_language(session, visitor, lang)
    response = RedirectResponse(_own_path(_path_of(request.headers.get("referer", ""))) or "/", status_code=303)
    response.set_cookie("lang", lang.value, max_age=365 * 24 * 3600, httponly=True, samesite="lax")
    return response


@password.get("/own-account/password")
@needs(Permission.CHANGE_OWN_ACCOUNT)
def edit(request: Request, visitor: Visitor) -> Response:
    """Show the form for a new password."""
    return draw(request, "sessions/password.html", form=blank(guest_of(request)))


@password.post("/own-account/password", name="password.update")
@needs(Permission.CHANGE_OWN_ACCOUNT)
def update_password(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Change the own password; then sign in again."""
    form = read(PasswordChange, sent, guest_of(request))

    def deed(shape: PasswordChange) -> bool:
        change_password(session, visitor, shape)
        return True

    if attempt(session, form, deed):
        return go(request, "sessions.new", "password_changed")
    return draw(request, "sessions/password.html", form.status, form=form)


def _page(request: Request, form: object, headers: dict[str, str] | None = None) -> Response:
    status = getattr(form, "status", 200) if getattr(form, "errors", None) else 200
    response = draw(request, "sessions/new.html", status, form=form, purposes=list(PURPOSES_OF_PEOPLE))
    response.headers.update(headers or {})
    return response


def _own_path(path: str) -> str:
    """Return a path of this site, or nothing: never another host, however it is written."""
    parts = urlsplit(path)
    harmless = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if harmless and "\\" not in path and path.isprintable() else ""


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
