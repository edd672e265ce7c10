"""Accounts, for administrators: who signs in, with which roles, where, and a new password when one is lost."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.accounts import change_account, create_account, list_accounts, recover_account, show_account
from api.areas import list_areas
from api.dependencies import Reading, Session, Writing, needs
from api.institutions import list_institutions
from bsa.areas.shapes import AreaQuery
from bsa.institutions.shapes import InstitutionQuery
from bsa.people.models import Language
from bsa.people.shapes import AccountChange, AccountIn, AccountOut, AccountQuery, NewPassword
from bsa.permissions import Actor, Permission, Role, require
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("accounts", prefix="/accounts")


@router.get("")
@needs(Permission.SEE_ACCOUNTS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List accounts by name."""
    filters = asked(AccountQuery, request)
    return draw(
        request,
        "accounts/index.html",
        accounts=list_accounts(session, visitor, filters.shape or AccountQuery()),
        filters=filters,
        roles=list(Role),
    )


@router.get("/new")
@needs(Permission.MANAGE_ACCOUNTS)
def new(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the form for a new account."""
    require(visitor, Permission.MANAGE_ACCOUNTS)
    form = blank(guest_of(request), language=Language.DUTCH)
    return _form_page(request, session, visitor, "accounts/new.html", form)


@router.post("")
@needs(Permission.MANAGE_ACCOUNTS)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Give somebody an account."""
    form = read(AccountIn, sent, guest_of(request))
    account = attempt(session, form, lambda told: create_account(session, visitor, told))
    if account is not None:
        return go(request, "accounts.show", "account_created", account_id=account.id)
    return _form_page(request, session, visitor, "accounts/new.html", form, form.status)


@router.get("/{account_id}")
@needs(Permission.SEE_ACCOUNTS)
def show(request: Request, session: Reading, visitor: Visitor, account_id: UUID) -> Response:
    """Show an account."""
    return _page(request, session, visitor, account_id)


@router.get("/{account_id}/edit")
@needs(Permission.MANAGE_ACCOUNTS)
def edit(request: Request, session: Reading, visitor: Visitor, account_id: UUID) -> Response:
    """Show the form to change an account."""
    account = show_account(session, visitor, account_id)
    form = blank(
        guest_of(request),
        display_name=account.display_name,
        roles=[role.value for role in account.roles],
        area_ids=[str(area_id) for area_id in account.area_ids],
        institution_id=str(account.institution_id or ""),
    )
    return _form_page(request, session, visitor, "accounts/edit.html", form, account=account)


@router.post("/{account_id}/edit")
@needs(Permission.MANAGE_ACCOUNTS)
def update(request: Request, session: Writing, visitor: WritingVisitor, account_id: UUID, sent: Sent) -> Response:
    """Change an account's name, roles or reach."""
    # A form says it all: what is not ticked is taken away.
    lists: dict[str, Any] = {name: sent.getlist(name) for name in ("roles", "area_ids")}
    form = read(AccountChange, sent, guest_of(request), institution_id=sent.get("institution_id") or None, **lists)
    form.values |= lists

    def deed(change: AccountChange) -> AccountOut:
        return change_account(session, visitor, account_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "accounts.show", "saved", account_id=account_id)
    account = show_account(session, visitor, account_id)
    return _form_page(request, session, visitor, "accounts/edit.html", form, form.status, account=account)


@router.post("/{account_id}/password")
@needs(Permission.MANAGE_ACCOUNTS)
def create_password(
    request: Request, session: Writing, visitor: WritingVisitor, account_id: UUID, sent: Sent
) -> Response:
    """Make a new password and show it, in this answer only."""
    form = read(Nothing, sent, guest_of(request))
    made: NewPassword | None = attempt(session, form, lambda _: recover_account(session, visitor, account_id))
    if made is None:
        return _page(request, session, visitor, account_id, form, form.status)
    account = show_account(session, visitor, account_id)
    return draw(request, "accounts/password.html", account=account, password=made.password)


@router.post("/{account_id}/ending")
@needs(Permission.MANAGE_ACCOUNTS)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, account_id: UUID, sent: Sent) -> Response:
    """End an account: its sign-ins and tokens end at once."""
    return _switch(request, session, visitor, account_id, sent, active=False)


@router.post("/{account_id}/return")
@needs(Permission.MANAGE_ACCOUNTS)
def restore(request: Request, session: Writing, visitor: WritingVisitor, account_id: UUID, sent: Sent) -> Response:
    """Let an ended account be used again."""
    return _switch(request, session, visitor, account_id, sent, active=True)


def _switch(
    request: Request, session: Session, visitor: Actor, account_id: UUID, sent: Sent, *, active: bool
) -> Response:
    form = read(AccountChange, sent, guest_of(request), active=active)

    def deed(change: AccountChange) -> AccountOut:
        return change_account(session, visitor, account_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "accounts.show", "account_restored" if active else "account_ended", account_id=account_id)
    return _page(request, session, visitor, account_id, form, form.status)


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    account_id: UUID,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    account = show_account(session, visitor, account_id)
    names = dict(_areas(session, visitor))
    institutions = dict(_institutions(session, visitor))
    return draw(
        request,
        "accounts/show.html",
        status,
        account=account,
        areas=sorted(names.get(area_id, "") for area_id in account.area_ids),
        institution=institutions.get(account.institution_id) if account.institution_id else None,
        form=form or blank(guest_of(request)),
    )


def _form_page(
    request: Request,
    session: Session,
    visitor: Actor,
    template: str,
    form: Form[Any],
    status: int = 200,
    **context: Any,
) -> Response:
    return draw(
        request,
        template,
        status,
        form=form,
        roles=list(Role),
        areas=_areas(session, visitor),
        institutions=_institutions(session, visitor),
        languages=list(Language),
        **context,
    )


def _areas(session: Session, visitor: Actor) -> list[tuple[UUID, str]]:
    return [(area.id, area.name) for area in list_areas(session, visitor, AreaQuery(limit=200)).items]


def _institutions(session: Session, visitor: Actor) -> list[tuple[UUID, str]]:
    found = list_institutions(session, visitor, InstitutionQuery(limit=200)).items
    return [(institution.id, institution.name) for institution in found]
