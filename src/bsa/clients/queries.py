"""Reading partners' machines, and telling by a token which one is calling."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, String, Uuid, bindparam, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.clients.models import Client, SigningKey
from bsa.clients.outside import outside_key
from bsa.clients.shapes import ClientKeyOut, ClientOut, ClientQuery
from bsa.clients.tokens import BadToken, Unproved, open_token, prove
from bsa.errors import NotFound
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account, AccountArea
from bsa.people.queries import actor_from, columns_of_account
from bsa.permissions import Actor, Permission, Purpose, Scope, allows, require
from bsa.rows import Moment, locked
from bsa.shapes import Page

BY_NAME = Order((col(Client.name), False), (col(Client.id), False))
SEEN_EVERY = timedelta(hours=1)
"""With tokens from elsewhere nothing else tells that a machine is still in use."""


def actor_by_access_token(session: Session, text: str) -> Actor:
    """Return the machine that bears this signed token, with what it may do, in one statement; or raise `BadToken`.

    What may be done is what the token says and what is still registered, both.
    """
    token, settings = open_token(text), session.info["settings"]
    if token.text("iss") != settings.token_issuer:
        raise BadToken("Its issuer is not known here.")
    if settings.token_audience not in token.names("aud"):
        raise BadToken("It is not meant for this API (aud).")
    token.in_force(clock.now().timestamp())
    row = _by_outside(session, token) if settings.oauth_issuer else _by_our_own(session, token)
    scopes = _said(token) & _registered(row.scopes)
    return actor_from(row, Purpose.REFERRAL, scopes)


def scopes_of(codes: list[str]) -> list[Scope]:
    """Return the scopes of a machine in the order of the table; one that no longer exists opens nothing."""
    return [scope for scope in Scope if scope.value in codes]


def not_seen_lately(session: Session, actor: Actor) -> UUID | None:
    """Return the machine of an account when it is time to write down that it is in use."""
    query = select(Client).where(col(Client.account_id) == actor.id)
    client: Client | None = session.scalar(query)
    if client is None or (client.last_seen_at and clock.now() - client.last_seen_at < SEEN_EVERY):
        return None
    return client.id


def find_active(session: Session, client_id: str) -> Client | None:
    """Return a machine that is in use, by its client id, without anybody asking: for the token endpoint."""
    try:
        key = UUID(client_id)
    except ValueError:
        return None
    if str(key) != client_id:
        return None
    query = select(Client).where(col(Client.id) == key, col(Client.revoked_at).is_(None))
    found: Client | None = session.scalar(locked(session, query, Client))
    return found


def signing_keys(session: Session) -> list[SigningKey]:
    """Return the keys that prove tokens now, the one that signs first."""
    query = select(SigningKey).where(_in_force()).order_by(col(SigningKey.id).desc())
    keys = session.scalars(query, {"now": clock.now()}).all()
    return sorted(keys, key=lambda key: key.private is None)


def list_clients(session: Session, actor: Actor, wanted: ClientQuery) -> Page[ClientOut]:
    """List machines by name, for the administrator."""
    require(actor, Permission.MANAGE_CLIENTS)
    rows, more = fetch(session, actor, wanted, _listed, BY_NAME)
    clients = [row[0] for row in rows]
    return Page(
        items=clients_out(session, actor, clients),
        next_cursor=cursor_after(clients[-1].name, clients[-1].id) if more else None,
    )


def get_client(session: Session, actor: Actor, client_id: UUID) -> Client:
    """Return a machine for the administrator; locked when the session writes."""
    if not allows(actor, Permission.MANAGE_CLIENTS):
        raise NotFound
    client: Client | None = session.scalar(locked(session, select(Client).where(col(Client.id) == client_id), Client))
    if client is None:
        raise NotFound
    return client


def clients_out(session: Session, actor: Actor, clients: list[Client]) -> list[ClientOut]:
    """Draw up machines with the institutions whose they are."""
    institutions = {client.institution_id for client in clients}
    named = select(col(Institution.id), col(Institution.name)).where(col(Institution.id).in_(institutions))
    names: dict[UUID, str] = {row.id: row.name for row in session.execute(named)}
    accounts = {client.account_id for client in clients}
    areas: dict[UUID, list[UUID]] = {}
    for reach in session.scalars(select(AccountArea).where(col(AccountArea.account_id).in_(accounts))):
        areas.setdefault(reach.account_id, []).append(reach.area_id)
    managing = [Permission.MANAGE_CLIENTS.value] if allows(actor, Permission.MANAGE_CLIENTS) else []
    return [
        ClientOut(
            id=client.id,
            version=client.version,
            created_at=client.created_at,
            changed_at=client.changed_at,
            allowed_actions=[] if client.revoked_at else managing,
            name=client.name,
            institution_id=client.institution_id,
            institution=names[client.institution_id],
            scopes=scopes_of(client.scopes),
            area_ids=areas.get(client.account_id, []),
            keys=[_key_out(key) for key in client.keys if key.get("exp", _now() + 1) > _now()],
            keys_url=client.keys_url,
            keys_fetched_at=client.keys_fetched_at,
            keys_fault=client.keys_fault,
            external_id=client.external_id,
            last_seen_at=client.last_seen_at,
            revoked_at=client.revoked_at,
        )
        for client in clients
    ]


def _by_our_own(session: Session, token: Unproved) -> Row[Any]:
    """Return the machine of a token that this installation signed."""
    if token.header.get("typ") not in ("at+jwt", "application/at+jwt"):
        raise BadToken("It is no access token (typ).")
    kid, client_id = token.header.get("kid"), _as_key(token.text("azp"))
    row = None
    if isinstance(kid, str) and client_id is not None:
        row = session.execute(BY_CLIENT, {"client": client_id, "kid": kid, "now": clock.now()}).first()
    if row is None or not prove(token, row.public):
        raise BadToken("Its key or its client is not known here, or its signature does not fit.")
    return row


def _by_outside(session: Session, token: Unproved) -> Row[Any]:
    """Return the machine of a token that the authorisation server elsewhere signed."""
    key = outside_key(session.info["settings"], token.header.get("kid"))
    if key is None or not prove(token, key):
        raise BadToken("Its key is not known here, or its signature does not fit.")
    name = token.claims.get("azp") or token.claims.get("client_id")
    row = session.execute(BY_EXTERNAL_ID, {"client": name}).first() if isinstance(name, str) else None
    if row is None:
        raise BadToken("Its client is not known here (azp).")
    return row


def _said(token: Unproved) -> frozenset[Scope]:
    said = token.claims.get("scope", token.claims.get("scp"))
    words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
    return frozenset(scope for scope in Scope if scope.value in words)


def _registered(codes: list[str]) -> frozenset[Scope]:
    return frozenset(scopes_of(codes))


def _listed(actor: Actor, wanted: ClientQuery) -> Select[Any]:
    query = select(Client)
    if wanted.institution_id is not None:
        query = query.where(col(Client.institution_id) == wanted.institution_id)
    if wanted.revoked is not None:
        revoked = col(Client.revoked_at).is_not(None)
        query = query.where(revoked if wanted.revoked else ~revoked)
    return query


def _key_out(key: dict[str, Any]) -> ClientKeyOut:
    ends = key.get("exp")
    return ClientKeyOut(kid=key["kid"], kind=key["kty"], ends_at=datetime.fromtimestamp(ends, UTC) if ends else None)


def _now() -> float:
    return clock.now().timestamp()


def _as_key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _in_force() -> Any:
    return or_(col(SigningKey.retires_at).is_(None), col(SigningKey.retires_at) > bindparam("now", type_=Moment))


def _machines() -> Select[Any]:
    return (
        columns_of_account()
        .add_columns(col(Client.scopes).label("scopes"))
        .join_from(Client, Account, col(Client.account_id) == Account.id)
        .where(col(Account.active), col(Account.machine), col(Client.revoked_at).is_(None))
    )


BY_CLIENT = (
    _machines()
    .add_columns(col(SigningKey.public).label("public"))
    .join(SigningKey, col(SigningKey.kid) == bindparam("kid", type_=String))
    .where(col(Client.id) == bindparam("client", type_=Uuid), _in_force())
)
BY_EXTERNAL_ID = _machines().where(col(Client.external_id) == bindparam("client", type_=String))
