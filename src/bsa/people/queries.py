"""Reading people with an account."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, bindparam, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import AreaInclusion
from bsa.errors import NotFound, invalid
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import AccessToken, Account, AccountArea, AccountRole, SignIn
from bsa.people.shapes import AccountOut, AccountQuery, ColleagueOut, ColleagueQuery
from bsa.permissions import Actor, Permission, Purpose, Role, Scope, allows, require
from bsa.rows import Moment, joined_text
from bsa.sealing import open_cell, open_rows
from bsa.shapes import Page

BY_NAME = Order((col(Account.name), False), (col(Account.id), False))


def digest_of(token: str) -> str:
    """Return the digest under which a random token is kept; it is random enough to need no salt."""
    return sha256(token.encode()).hexdigest()


def actor_by_token(session: Session, token: str) -> Actor | None:
    """Return who bears this token, with roles and reach, in one statement; None when it is not in force."""
    row = session.connection().execute(BY_TOKEN, {"digest": digest_of(token), "now": clock.now()}).first()
    return actor_from(row) if row else None


def actor_by_sign_in(session: Session, token: str) -> tuple[Actor, Any] | None:
    """Return who is signed in with this cookie's token, and the sign-in's row; None when it has ended."""
    row = session.connection().execute(BY_SIGN_IN, {"digest": digest_of(token), "now": clock.now()}).first()
    return (actor_from(row), row) if row else None


def actor_by_name(session: Session, name: str, purpose: Purpose) -> Actor:
    """Return the actor for an account name: for the command line and the demo."""
    account = session.scalar(
        select(Account).where(col(Account.name) == name, col(Account.active), ~col(Account.machine))
    )
    if account is None:
        raise NotFound
    row = session.execute(columns_of_account().where(col(Account.id) == account.id)).one()
    return actor_from(row, purpose)


def actor_of(session: Session, account_id: UUID, purpose: Purpose) -> Actor | None:
    """Return the actor of an account, for what is done for its owner unasked; None when the account has ended."""
    row = session.execute(columns_of_account().where(col(Account.id) == account_id, col(Account.active))).first()
    return actor_from(row, purpose) if row else None


def names_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the display names of accounts by key, in one statement."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = session.execute(NAMES, {"ids": [*wanted]})
    return {key: open_cell(session, Account, "display_name", key, None, cell) or "" for key, cell in rows}


def opened_name(session: Session, account_id: UUID, cell: object) -> str:
    """Return the display name in a closed cell of an account."""
    return open_cell(session, Account, "display_name", account_id, None, cell) or ""


def list_accounts(session: Session, actor: Actor, wanted: AccountQuery) -> Page[AccountOut]:
    """List accounts by name, for the administrator."""
    require(actor, Permission.SEE_ACCOUNTS)
    rows, more = fetch(session, actor, wanted, _accounts, BY_NAME)
    accounts = [row[0] for row in rows]
    return Page(
        items=accounts_out(session, actor, accounts),
        next_cursor=cursor_after(accounts[-1].name, accounts[-1].id) if more else None,
    )


def get_account(session: Session, actor: Actor, account_id: UUID) -> Account:
    """Return an account for the administrator."""
    if not allows(actor, Permission.SEE_ACCOUNTS):
        raise NotFound
    account = session.get(Account, account_id)
    if account is None or account.machine:
        raise NotFound
    return account


def accounts_out(session: Session, actor: Actor, accounts: list[Account]) -> list[AccountOut]:
    """Draw up accounts with their roles and areas."""
    ids = [account.id for account in accounts]
    open_rows(session, accounts)
    roles: dict[UUID, list[Role]] = {}
    areas: dict[UUID, list[UUID]] = {}
    for part in session.scalars(select(AccountRole).where(col(AccountRole.account_id).in_(ids))):
        roles.setdefault(part.account_id, []).append(part.role)
    for reach in session.scalars(select(AccountArea).where(col(AccountArea.account_id).in_(ids))):
        areas.setdefault(reach.account_id, []).append(reach.area_id)
    managing = [Permission.MANAGE_ACCOUNTS.value] if allows(actor, Permission.MANAGE_ACCOUNTS) else []
    return [
        AccountOut(
            id=account.id,
            version=account.version,
            created_at=account.created_at,
            changed_at=account.changed_at,
            allowed_actions=managing,
            name=account.name,
            display_name=account.display_name,
            roles=sorted(roles.get(account.id, [])),
            area_ids=areas.get(account.id, []),
            institution_id=account.institution_id,
            language=account.language,
            active=account.active,
            has_password=account.password_hash is not None,
        )
        for account in accounts
    ]


Part = aliased(AreaInclusion)
"""The parts of the area in which a colleague is wanted."""


def list_colleagues(session: Session, actor: Actor, wanted: ColleagueQuery) -> Page[ColleagueOut]:
    """List the activators whose reach overlaps the actor's: those to whom a resident can be entrusted."""
    require(actor, Permission.SEE_COLLEAGUES)
    rows, more = fetch(session, actor, wanted, _listed_colleagues, BY_NAME)
    return Page(
        items=[ColleagueOut(id=row.id, name=opened_name(session, row.id, row.display_name)) for row in rows],
        next_cursor=cursor_after(rows[-1].name, rows[-1].id) if more else None,
    )


def find_colleague(
    session: Session, actor: Actor, account_id: UUID, *, at: str, works_in: UUID | None = None
) -> Account:
    """Return the colleague named in the field `at`, who works in a part of that area, or refuse the field."""
    query = _colleagues(actor).where(col(Account.id) == account_id)
    if works_in is not None:
        parts = select(col(Part.inner_id)).where(col(Part.outer_id) == works_in)
        query = query.where(_reaches(col(AreaInclusion.inner_id).in_(parts)))
    account: Account | None = session.scalar(query)
    if account is None:
        raise invalid(at, "unknown", "There is no such colleague in your areas. Choose one from the list.")
    return account


def _accounts(_actor: Actor, wanted: AccountQuery) -> Select[Any]:
    query = select(Account).where(~col(Account.machine))
    if wanted.role:
        query = query.where(_has_role(wanted.role))
    if wanted.active is not None:
        query = query.where(col(Account.active) == wanted.active)
    return query


def _listed_colleagues(actor: Actor, wanted: ColleagueQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = _colleagues(actor).with_only_columns(
        col(Account.id), col(Account.name), col(Account.display_name)
    )
    if wanted.area_id is not None:
        query = query.where(_reaches(col(AreaInclusion.inner_id) == wanted.area_id))
    return query


def _colleagues(actor: Actor) -> Select[Any]:
    reaches = _reaches(col(AreaInclusion.inner_id).in_(actor.area_ids))
    return select(Account).where(_has_role(Role.ACTIVATOR), col(Account.active), reaches)


def _reaches(areas: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        col(AccountArea.account_id) == Account.id, col(AccountArea.area_id) == AreaInclusion.outer_id, areas
    )


def _has_role(role: Role) -> ColumnElement[bool]:
    return exists().where(col(AccountRole.account_id) == Account.id, col(AccountRole.role) == role)


def columns_of_account() -> Select[Any]:
    """Return the question after an account with roles and reach; `actor_from` makes an actor of its answer."""
    roles = select(joined_text(col(AccountRole.role))).where(col(AccountRole.account_id) == Account.id)
    areas = (
        select(joined_text(col(AreaInclusion.inner_id)))
        .join(AccountArea, col(AccountArea.area_id) == AreaInclusion.outer_id)
        .where(col(AccountArea.account_id) == Account.id)
    )
    return select(
        col(Account.id).label("account_id"),
        col(Account.name).label("account_name"),
        col(Account.institution_id).label("institution_id"),
        roles.correlate(Account).scalar_subquery().label("roles"),
        areas.correlate(Account).scalar_subquery().label("areas"),
    )


def _actor_columns(kind: type[AccessToken] | type[SignIn]) -> Select[Any]:
    return (
        columns_of_account()
        .add_columns(col(kind.purpose).label("purpose"))
        .join_from(kind, Account, col(kind.account_id) == Account.id)
        .where(col(Account.active), ~col(Account.machine))
    )


NAMES = select(col(Account.id), col(Account.display_name)).where(col(Account.id).in_(bindparam("ids", expanding=True)))
DIGEST, NOW = bindparam("digest", type_=String), bindparam("now", type_=Moment)
# Put together once: every request asks one of them, and to put it together took twice as long as to ask it.
BY_TOKEN = _actor_columns(AccessToken).where(
    col(AccessToken.token_digest) == DIGEST, col(AccessToken.ends_at) > NOW, col(AccessToken.revoked_at).is_(None)
)
BY_SIGN_IN = (
    _actor_columns(SignIn)
    .add_columns(
        col(SignIn.id).label("sign_in_id"), col(SignIn.seen_at), col(Account.display_name), col(Account.language)
    )
    .where(col(SignIn.token_digest) == DIGEST, col(SignIn.ends_at) > NOW)
)


def actor_from(row: Row[Any], purpose: Purpose | None = None, scopes: frozenset[Scope] | None = None) -> Actor:
    """Return the actor that a row of `columns_of_account` tells of; `scopes` limit what a machine may do."""
    found = row._mapping
    return Actor(
        id=found["account_id"],
        name=found["account_name"],
        roles=frozenset(Role(role) for role in (found["roles"] or "").split()),
        area_ids=frozenset(UUID(key) for key in (found["areas"] or "").split()),
        institution_id=found["institution_id"],
        purpose=purpose or found["purpose"],
        scopes=scopes,
    )
