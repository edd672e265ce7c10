"""Partners' machines: who may call the API with a token of its own, and what for; for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.clients import actions, queries
from bsa.clients.models import Client
from bsa.clients.shapes import ClientChange, ClientIn, ClientOut, ClientQuery, KeysIn
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/clients", tags=["clients"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.MANAGE_CLIENTS)
def list_clients(session: Reading, caller: Caller, wanted: Annotated[ClientQuery, Query()]) -> Page[ClientOut]:
    """List machines by name."""
    return queries.list_clients(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.MANAGE_CLIENTS)
def register_client(session: Writing, caller: WritingCaller, told: ClientIn, key: SentKey = None) -> ClientOut:
    """Register a machine of a partner. It may ask for tokens from then on; its `id` is its client id."""
    client = once(
        session,
        caller,
        key,
        content_of("client", told),
        lambda: actions.register_client(session, caller, told),
        lambda client_id: queries.get_client(session, caller, client_id),
    )
    return _out(session, caller, client)


@router.get("/{client_id}")
@needs(Permission.MANAGE_CLIENTS)
def show_client(session: Reading, caller: Caller, client_id: UUID) -> ClientOut:
    """Show a machine."""
    return _out(session, caller, queries.get_client(session, caller, client_id))


@router.patch("/{client_id}")
@needs(Permission.MANAGE_CLIENTS)
def change_client(
    session: Writing, caller: WritingCaller, client_id: UUID, version: SeenVersion, change: ClientChange
) -> ClientOut:
    """Change what a machine is called or what it may do; tokens that it has already follow at once."""
    return _out(session, caller, actions.change_client(session, caller, client_id, version, change))


@router.put("/{client_id}/keys")
@needs(Permission.MANAGE_CLIENTS)
def rotate_keys(
    session: Writing, caller: WritingCaller, client_id: UUID, version: SeenVersion, told: KeysIn
) -> ClientOut:
    """Give a machine other public keys; the old ones go on counting for some hours."""
    return _out(session, caller, actions.rotate_keys(session, caller, client_id, version, told))


@router.delete("/{client_id}", status_code=204)
@needs(Permission.MANAGE_CLIENTS)
def revoke_client(session: Writing, caller: WritingCaller, client_id: UUID, version: SeenVersion) -> None:
    """Shut a machine out, for good: its tokens do not count from this moment on. That it was there stays readable."""
    actions.revoke_client(session, caller, client_id, version)


def _out(session: Reading, caller: Caller, client: Client) -> ClientOut:
    return queries.clients_out(session, caller, [client])[0]
