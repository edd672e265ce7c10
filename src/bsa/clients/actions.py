"""Deeds about partners' machines, their keys, and the keys that sign their tokens."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.models import Area
from bsa.clients.keys import BadKeys, read_keys, replaced
from bsa.clients.models import Client, SigningKey, UsedAssertion
from bsa.clients.queries import get_client, signing_keys
from bsa.clients.shapes import ClientChange, ClientIn, KeysIn
from bsa.clients.tokens import LEEWAY, make_key
from bsa.errors import N_, Conflict, Fault, Invalid
from bsa.events import note
from bsa.institutions.models import Institution
from bsa.people.models import Account, AccountArea, AccountRole
from bsa.permissions import Actor, Permission, Role, Scope, require
from bsa.rows import not_stale
from bsa.sealing import open_rows
from bsa.settings import Mode

ALGORITHM = "RS256"
"""Every client that keeps to the Dutch profile can read it."""

SAME_NAME = N_("There is a system with this name already. Choose another.")
NO_INSTITUTION = N_("There is no such institution. Choose one from the list.")
NO_AREA = N_("One of these areas does not exist.")
KEYS_OR_ADDRESS = N_("Hand over its public keys, or say where they are found: one of the two.")
NO_EXTERNAL_ID = N_("Say what the authorisation server calls it: the tokens come from there.")
SAME_EXTERNAL_ID = N_("Another system has this name at the authorisation server.")
PLAIN_ADDRESS = N_("The address of the keys must begin with https.")


def register_client(session: Session, actor: Actor | None, told: ClientIn) -> Client:
    """Register a machine of a partner, with an account of its own; `actor` is None for the command line."""
    if actor is not None:
        require(actor, Permission.MANAGE_CLIENTS)
    keys, faults = _keys_told(session, told.keys, told.keys_url)
    faults += [
        *_faults_of_name(session, told.name, None),
        *_faults_of_external_id(session, told.external_id, None),
        *_faults_of_areas(session, told.area_ids),
    ]
    if session.get(Institution, told.institution_id) is None:
        faults.append(Fault(("institution_id",), "unknown", NO_INSTITUTION))
    if faults:
        raise Invalid(*faults)
    account = _account(session, told)
    client = Client(
        name=told.name,
        account_id=account.id,
        institution_id=told.institution_id,
        scopes=_in_order(told.scopes),
        keys=keys,
        keys_url=told.keys_url,
        external_id=told.external_id,
    )
    session.add(client)
    note(session, actor, "client.registered", client, scopes=told.scopes)
    session.flush()
    return client


def change_client(
    session: Session, actor: Actor | None, client_id: UUID, version: int | None, change: ClientChange
) -> Client:
    """Change what a machine is called, or what it may do; it counts from its next request on."""
    client = _in_use(session, actor, client_id, version)
    faults = [
        *(_faults_of_name(session, change.name, client) if change.name else []),
        *(_faults_of_external_id(session, change.external_id, client) if change.external_id else []),
        *_faults_of_areas(session, change.area_ids or []),
    ]
    if faults:
        raise Invalid(*faults)
    client.external_id = change.external_id or client.external_id
    if change.name:
        client.name = change.name
        account = session.get_one(Account, client.account_id)
        open_rows(session, [account])
        account.display_name = change.name
        account.touch()
    if change.scopes:
        client.scopes = _in_order(change.scopes)
    if change.area_ids is not None:
        session.execute(delete(AccountArea).where(col(AccountArea.account_id) == client.account_id))
        session.add_all([AccountArea(account_id=client.account_id, area_id=key) for key in set(change.area_ids)])
    client.touch()
    note(session, actor, "client.changed", client, scopes=[Scope(code) for code in client.scopes])
    session.flush()
    return client


def rotate_keys(session: Session, actor: Actor | None, client_id: UUID, version: int | None, told: KeysIn) -> Client:
    """Give a machine other keys; the old ones go on counting for some hours, so that nothing stops meanwhile."""
    client = _in_use(session, actor, client_id, version)
    keys, faults = _keys_told(session, told.keys, told.keys_url)
    if faults:
        raise Invalid(*faults)
    now = clock.now()
    until = int((now + timedelta(hours=told.overlap_hours)).timestamp())
    client.keys = replaced(client.keys, keys, until, now.timestamp())
    client.keys_url = told.keys_url
    client.keys_fetched_at = client.keys_fault = None
    client.touch()
    note(session, actor, "client.keys_rotated", client, overlap_hours=told.overlap_hours)
    session.flush()
    return client


def revoke_client(session: Session, actor: Actor | None, client_id: UUID, version: int | None) -> Client:
    """Shut a machine out, for good: its tokens no longer count from this moment on."""
    client = _in_use(session, actor, client_id, version)
    client.revoked_at = clock.now()
    account = session.get_one(Account, client.account_id)
    open_rows(session, [account])
    account.active = False
    account.touch()
    client.touch()
    note(session, actor, "client.revoked", client)
    session.flush()
    return client


def take_fetched(session: Session, client_id: UUID, told: bytes | None, fault: str | None) -> None:
    """Keep what was fetched from the address of a machine's keys; what is not right is named, and changes nothing."""
    client = session.get(Client, client_id)
    if client is None or client.keys_url is None or client.revoked_at is not None:
        return
    keys: list[dict[str, Any]] = []
    if told is not None:
        try:
            keys = read_keys(told.decode("utf-8", "replace"))
        except BadKeys as error:
            fault = error.faults[0].code
    kept: dict[str, Any] = {"keys_fault": fault}
    if keys:
        # What its owner no longer publishes no longer counts, but for keys that were handed over with an end of theirs.
        leaving = [key for key in client.keys if "exp" in key]
        now = clock.now()
        until = max((int(key["exp"]) for key in leaving), default=0)
        kept |= {"keys": replaced(leaving, keys, until, now.timestamp()), "keys_fetched_at": now}
    _write_beside(session, client_id, **kept)


def see_client(session: Session, client_id: UUID) -> None:
    """Write down that a machine is in use."""
    _write_beside(session, client_id, last_seen_at=clock.now())


def rotate_signing_key(session: Session, *, at_once: bool = False) -> SigningKey:
    """Let a new key sign the tokens of machines; the one of before proves them until the last of them is over.

    `at_once`: the old ones no longer prove anything, for when one of them became known to somebody.
    """
    lifetime = timedelta(minutes=session.info["settings"].access_token_minutes, seconds=2 * LEEWAY)
    for old in signing_keys(session):
        ends = clock.now() if at_once else clock.now() + lifetime
        old.retires_at = min(old.retires_at or ends, ends)
        old.private = None
    made = make_key(ALGORITHM)
    public = {name: made[name] for name in ("kty", "n", "e", "kid", "alg", "use")}
    key = SigningKey(kid=made["kid"], algorithm=ALGORITHM, public=public, private=json.dumps(made))
    session.add(key)
    note(session, None, "signing_key.made", key)
    session.flush()
    return key


def keep_signing_key(session: Session) -> None:
    """Make a new signing key when there is none, or when the present one is old; forget those that retired."""
    retired = clock.now() - timedelta(days=1)
    session.execute(delete(SigningKey).where(col(SigningKey.retires_at) < retired))
    session.execute(delete(UsedAssertion).where(col(UsedAssertion.ends_at) < clock.now()))
    days = timedelta(days=session.info["settings"].signing_key_days)
    present = next(iter(signing_keys(session)), None)
    if present is None or present.private is None or clock.now() - present.created_at > days:
        rotate_signing_key(session)


def _write_beside(session: Session, client_id: UUID, **kept: Any) -> None:
    """Write what nobody decided: the version stays, so that it gets in no administrator's way."""
    session.execute(update(Client).where(col(Client.id) == client_id).values(**kept))


def _in_use(session: Session, actor: Actor | None, client_id: UUID, version: int | None) -> Client:
    if actor is None:
        client = session.get_one(Client, client_id)
    else:
        client = get_client(session, actor, client_id)
        require(actor, Permission.MANAGE_CLIENTS, client)
    not_stale(client, version)
    if client.revoked_at is not None:
        raise Conflict("This system is shut out. Register it anew, with new keys.")
    return client


def _account(session: Session, told: ClientIn) -> Account:
    """Make the account by which the machine does what it does; nobody signs in with it."""
    account = Account(
        name=f"machine.{clock.new_id().hex[-20:]}",
        display_name=told.name,
        institution_id=told.institution_id,
        machine=True,
    )
    session.add(account)
    session.flush()
    session.add(AccountRole(account_id=account.id, role=Role.INSTITUTION_CONTACT))
    session.add_all([AccountArea(account_id=account.id, area_id=key) for key in set(told.area_ids)])
    session.flush()
    return account


def _keys_told(
    session: Session, keys: dict[str, Any] | None, keys_url: str | None
) -> tuple[list[dict[str, Any]], list[Fault]]:
    """Return the keys that were handed over, and what is wrong with them or with where they are found."""
    settings = session.info["settings"]
    if keys is None and keys_url is None and settings.oauth_issuer:
        return [], []
    if (keys is None) == (keys_url is None):
        return [], [Fault(("keys",), "one_of_two", KEYS_OR_ADDRESS)]
    if keys_url is not None:
        plain = settings.mode is Mode.PRODUCTION and not keys_url.startswith("https://")
        return [], [Fault(("keys_url",), "not_https", PLAIN_ADDRESS)] if plain else []
    try:
        return read_keys(keys), []
    except BadKeys as error:
        return [], list(error.faults)


def _faults_of_name(session: Session, name: str, own: Client | None) -> list[Fault]:
    twin = session.scalar(select(Client.id).where(col(Client.name) == name))
    return [Fault(("name",), "exists", SAME_NAME)] if twin not in (None, own and own.id) else []


def _faults_of_external_id(session: Session, external_id: str | None, own: Client | None) -> list[Fault]:
    if external_id is None:
        wanted = session.info["settings"].oauth_issuer is not None
        return [Fault(("external_id",), "required", NO_EXTERNAL_ID)] if wanted else []
    twin = session.scalar(select(Client.id).where(col(Client.external_id) == external_id))
    return [Fault(("external_id",), "exists", SAME_EXTERNAL_ID)] if twin not in (None, own and own.id) else []


def _faults_of_areas(session: Session, area_ids: list[UUID]) -> list[Fault]:
    wanted = set(area_ids)
    found = set(session.scalars(select(Area.id).where(col(Area.id).in_(wanted)))) if wanted else set()
    return [Fault(("area_ids",), "unknown", NO_AREA)] if found != wanted else []


def _in_order(scopes: list[Scope]) -> list[str]:
    return [scope.value for scope in Scope if scope in scopes]
