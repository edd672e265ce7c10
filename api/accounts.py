"""Accounts: who signs in, with which roles and reach; for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, tells_once
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.people import actions, queries
from bsa.people.shapes import (
    AccountChange,
    AccountIn,
    AccountOut,
    AccountQuery,
    ColleagueOut,
    ColleagueQuery,
    NewPassword,
    PasswordChange,
)
from bsa.permissions import Permission
from bsa.shapes import Page
from bsa.trust import actions as trust

router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=AnsweringRoute)
colleagues = APIRouter(prefix="/colleagues", tags=["accounts"], route_class=AnsweringRoute)
own = APIRouter(prefix="/own-account", tags=["accounts"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_ACCOUNTS)
def list_accounts(session: Reading, caller: Caller, wanted: Annotated[AccountQuery, Query()]) -> Page[AccountOut]:
    """List accounts by name."""
    return queries.list_accounts(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.MANAGE_ACCOUNTS)
def create_account(session: Writing, caller: WritingCaller, told: AccountIn) -> AccountOut:
    """Give somebody an account; a password is made by recovering it."""
    account = actions.create_account(session, caller, told)
    return queries.accounts_out(session, caller, [account])[0]


@router.get("/{account_id}")
@needs(Permission.SEE_ACCOUNTS)
def show_account(session: Reading, caller: Caller, account_id: UUID) -> AccountOut:
    """Show an account."""
    return queries.accounts_out(session, caller, [queries.get_account(session, caller, account_id)])[0]


@router.patch("/{account_id}")
@needs(Permission.MANAGE_ACCOUNTS)
def change_account(
    session: Writing, caller: WritingCaller, account_id: UUID, version: SeenVersion, change: AccountChange
) -> AccountOut:
    """Change an account's name, roles or reach, or end it: not while residents are without an agreed next face."""
    account = trust.change_account(session, caller, account_id, version, change)
    return queries.accounts_out(session, caller, [account])[0]


@router.post("/{account_id}/passwords", status_code=201)
@tells_once
@needs(Permission.MANAGE_ACCOUNTS)
def recover_account(session: Writing, caller: WritingCaller, account_id: UUID) -> NewPassword:
    """Make somebody a new password, shown in this answer only; it ends all sign-ins and tokens of the account."""
    return NewPassword(account_id=account_id, password=actions.recover_account(session, caller, account_id))


@colleagues.get("")
@needs(Permission.SEE_COLLEAGUES)
def list_colleagues(session: Reading, caller: Caller, wanted: Annotated[ColleagueQuery, Query()]) -> Page[ColleagueOut]:
    """List the colleagues in your areas to whom a resident can be entrusted."""
    return queries.list_colleagues(session, caller, wanted)


@own.put("/password", status_code=204)
@needs(Permission.CHANGE_OWN_ACCOUNT)
def change_password(session: Writing, caller: WritingCaller, change: PasswordChange) -> None:
    """Change your own password; all your sign-ins and tokens end."""
    actions.change_password(session, caller, change)
