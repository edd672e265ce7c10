"""Every operation of the API, asked by everybody, answers as the table says, and none is missing in the table."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from bsa import clock
from bsa.database import Database
from bsa.permissions import RULES, Permission

from tests.cast import NOW
from tests.conftest import Fresh, open_walked
from tests.conventions.deeds import DEEDS, WHO, Deed
from tests.conventions.test_properties import rows_of
from tests.doors import api_on
from tests.walked import filled

LONG = bool(os.environ.get("BSA_TEST_LONG"))

Walked = tuple[Database, dict[str, str]]


def routes(database: Database) -> dict[tuple[str, str], Any]:
    """Return every operation of the API by method and path pattern."""
    found: dict[tuple[str, str], Any] = {}
    for context in iter_route_contexts(api_on(database).routes):
        for method in getattr(context, "methods", None) or ():
            if context.path and not context.path.startswith("/openapi"):
                found[method, _pattern(context.path)] = context.endpoint
    return found


def _pattern(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0])


def test_every_operation_stands_in_the_table_and_the_table_knows_no_other(database: Database) -> None:
    offered = set(routes(database))
    told = {(deed.method, _pattern(deed.path)) for deed in DEEDS}
    assert len(offered) > 60
    assert offered - told == set()
    assert told - offered == set()


def test_every_operation_declares_its_permissions(database: Database) -> None:
    undeclared = [route for route, operation in routes(database).items() if not hasattr(operation, "permissions")]
    assert undeclared == []


def test_what_is_open_to_all_is_exactly_what_needs_no_permission(database: Database) -> None:
    declared = {route for route, operation in routes(database).items() if operation.permissions == ()}
    assert declared == {(deed.method, _pattern(deed.path)) for deed in DEEDS if deed.open}


def test_every_permission_has_a_rule_and_is_asked_for_by_an_operation(database: Database) -> None:
    asked = {permission for operation in routes(database).values() for permission in operation.permissions}
    assert set(RULES) == set(Permission)
    assert set(Permission) - asked == set()


def test_a_colleague_in_the_same_area_is_refused_every_record() -> None:
    about_geert = [
        deed for deed in DEEDS if re.match(r"/(residents/\{geert\}|contacts/|promises/\{|needs/\{need\})", deed.path)
    ]
    assert len(about_geert) > 20
    assert {deed.answer_to("colleague") for deed in about_geert} == {403}


@pytest.fixture(scope="module")
def unchanged(
    database_kind: str, walked_template: tuple[Path | None, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walked]:
    """Open one copy for every request that may change nothing, and see at the end that none did."""
    with (
        clock.standing_at(NOW),
        open_walked(database_kind, walked_template, tmp_path_factory.mktemp("rights")) as (
            database,
            things,
        ),
    ):
        before = rows_of(database)
        yield database, things
        assert rows_of(database) == before


def changes_nothing(deed: Deed, who: str) -> bool:
    return deed.method == "GET" or deed.answer_to(who) >= 400


def names_of(deed: Deed) -> str:
    return f"{deed.method} {deed.path} {deed.note}".strip()


@pytest.mark.parametrize("deed", DEEDS, ids=names_of)
def test_whoever_changes_nothing_gets_the_answer_of_the_table(deed: Deed, unchanged: Walked) -> None:
    database, things = unchanged
    asking = [who for who in WHO if changes_nothing(deed, who)]
    if database.engine.dialect.name != "sqlite" and not LONG:
        # What is right does not hang on the database: there, everybody asks some of the deeds, and each deed is asked.
        asking = asking[DEEDS.index(deed) % 3 :: 3] or asking[:1]
    with _client(database) as client:
        assert {who: _ask(client, deed, things, who) for who in asking} == {who: deed.answer_to(who) for who in asking}
        if not deed.open:
            assert _ask(client, deed, things, None) == 401


# Of a deed, the database decides what a right looks at, and of that the refusals above are held on both; what it then
# writes is held on both by the tests of its action.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "deed", [deed for deed in DEEDS if not all(changes_nothing(deed, who) for who in WHO)], ids=names_of
)
def test_whoever_may_do_a_deed_gets_the_answer_of_the_table(deed: Deed, fresh_walked: Fresh) -> None:
    for who in WHO:
        if not changes_nothing(deed, who):
            with fresh_walked() as (database, things), _client(database) as client:
                assert (who, _ask(client, deed, things, who)) == (who, deed.answer_to(who))


@pytest.mark.parametrize(
    "deed",
    [deed for deed in DEEDS if deed.version_of and " 2" in " " + deed.answers],
    ids=lambda deed: f"{deed.method} {deed.path} {deed.note}",
)
def test_a_deed_without_the_version_or_with_an_old_one_is_refused(deed: Deed, unchanged: Walked) -> None:
    who = next(who for who in WHO if deed.answer_to(who) < 300)
    database, things = unchanged
    with _client(database) as client:
        assert _ask(client, deed, things, who, version=None) == 428
        assert _ask(client, deed, things, who, version="0") == 412
        assert _ask(client, deed, things, who, version="x") == 412


@contextmanager
def _client(database: Database) -> Iterator[TestClient]:
    with TestClient(api_on(database)) as client:
        yield client


def _ask(client: TestClient, deed: Deed, things: dict[str, str], who: str | None, version: str | None = "seen") -> int:
    headers = {"Authorization": f"Bearer {things[f'{who}_token']}"} if who else {}
    if deed.version_of and version:
        headers["If-Match"] = f'"{things[f"{deed.version_of}_version"] if version == "seen" else version}"'
    if (deed.method, deed.path) == ("POST", "/referrals"):
        headers["Idempotency-Key"] = f"rights-{who}"
    body: dict[str, Any] = {"json": filled(deed.body, things)} if deed.body is not None else {}
    if deed.file:
        body = {"files": {"file": ("file", deed.file)}, "data": {"caption": "De ramen"}}
    return client.request(deed.method, str(filled(deed.path, things)), headers=headers, **body).status_code
