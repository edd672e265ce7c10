"""What a machine reaches: with each scope exactly the operations of that scope, and with none of them any other."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlmodel import select

from api.dependencies import scopes_for
from bsa import clock
from bsa.clients.models import Client
from bsa.database import Database
from bsa.permissions import RULES, SCOPES, Permission, Scope, is_institution_contact

from tests.cast import NOW
from tests.conftest import open_walked
from tests.conventions.test_properties import NOBODY
from tests.doors import api_on
from tests.machines import token_of

TokenOf = Callable[[frozenset[Scope]], str]
Operation = tuple[str, str, frozenset[Scope]]


@pytest.fixture(scope="module")
def machine(
    walked_template: tuple[Path | None, dict[str, str]], database_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TestClient, TokenOf]]:
    """Open one installation, and hand out tokens of its machine for some scopes."""
    folder = tmp_path_factory.mktemp("scopes")
    with clock.standing_at(NOW), open_walked(database_kind, walked_template, folder) as (database, _):

        @cache
        def token(scopes: frozenset[Scope]) -> str:
            with database.reading() as session:
                return token_of(session, session.scalars(select(Client)).one(), *scopes)

        with TestClient(api_on(database)) as client:
            yield client, token


def operations(database: Database) -> list[Operation]:
    """Return every operation that asks who is calling, with the scopes that open it."""
    found = [
        (method, str(context.path), frozenset(scopes_for(getattr(context.endpoint, "permissions", ()))))
        for context in iter_route_contexts(api_on(database).routes)
        for method in getattr(context, "methods", None) or ()
        if getattr(context.endpoint, "permissions", ())
    ]
    assert len(found) > 200
    return found


# Who may is told by tables, and what the database is asked is held on both by the tests of tokens.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_scope_opens_its_own_operations_and_no_other(machine: tuple[TestClient, TokenOf]) -> None:
    client, token = machine
    opened: dict[Scope, int] = dict.fromkeys(Scope, 0)
    for method, path, scopes in operations(client.app.state.database):  # type: ignore[attr-defined]
        address = re.sub(r"\{[^}]*\}", NOBODY, path)
        for scope in scopes:
            answer = client.request(method, address, headers=bearing(token(frozenset({scope}))))
            assert "insufficient_scope" not in answer.headers.get("www-authenticate", ""), (method, path, scope)
            opened[scope] += 1
        # What all the others together do not open, none of them opens.
        others = frozenset(Scope) - scopes
        if others:
            answer = client.request(method, address, headers=bearing(token(others)))
            assert answer.status_code == 403, (method, path)
            told = re.search(r'error="insufficient_scope"(?:, scope="([^"]*)")?', answer.headers["www-authenticate"])
            assert told, (method, path)
            assert set((told[1] or "").split()) == {one.value for one in scopes}, (method, path)
    assert min(opened.values()) > 0


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_scope_opens_nothing_that_no_contact_of_an_institution_may() -> None:
    """The account of a machine is one of these; with what it may never do a scope would only promise too much."""
    for scope, permissions in SCOPES.items():
        for permission in permissions:
            ways = RULES[permission]
            names = {condition.__name__ for way in ways for condition in way}
            assert is_institution_contact.__name__ in names or "anybody_signed_in" in names, (scope, permission)


def test_a_scope_that_opens_more_than_it_says_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCOPES, Scope.LEDGER_READ, SCOPES[Scope.LEDGER_READ] | {Permission.SEE_RESIDENTS})
    with pytest.raises(AssertionError):
        test_a_scope_opens_nothing_that_no_contact_of_an_institution_may()
