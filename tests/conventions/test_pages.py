"""Every page and every form, asked for by everybody: the answer is the one in the table, and none is missing in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from bsa.database import Database
from web.guests import csrf_for

from tests.conftest import Fresh
from tests.conventions.deeds import WHO
from tests.conventions.pages import PAGES, SIGNING, PageDeed
from tests.conventions.test_properties import NOBODY, rows_of
from tests.conventions.test_rights import Walked, unchanged
from tests.doors import pages_on
from tests.walked import filled

__all__ = ["unchanged"]

FORMS = [row for row in PAGES if row.method == "POST"]
LOOKS = [row for row in PAGES if row.method == "GET"]

# A page writes no SQL: what the operations under it answer is held on every database by the table of rights.
pytestmark = pytest.mark.without_sql


def name_of(row: PageDeed) -> str:
    return f"{row.method} {row.path} {row.note}".strip()


TOLD: Any = {"follow_redirects": False, "headers": {"Sec-Fetch-Site": "same-origin"}}


@contextmanager
def browser_on(database: Database) -> Iterator[TestClient]:
    with TestClient(pages_on(database), **TOLD) as client:
        yield client


def routes(database: Database) -> dict[tuple[str, str], Any]:
    return {
        (method, _pattern(context.path)): context.endpoint
        for context in iter_route_contexts(pages_on(database).routes)
        for method in getattr(context, "methods", None) or ()
        if context.path and not context.path.startswith(("/api/v1", "/static/", "/oauth", "/.well-known/"))
    }


def _pattern(path: str) -> str:
    # The kind of an event is a word in the path, and a key in the route.
    return re.sub(r"\{[^}]*\}|(?<=/events/)\w+|(?<=/problems/)[\w-]+|(?<=/api/parts/)\w+", "{}", path.partition("?")[0])


def ask(client: TestClient, row: PageDeed, things: dict[str, str], who: str | None, **more: Any) -> Any:
    cookie = things[f"{who}_cookie"] if who else ""
    headers = {"Cookie": f"bsa={cookie}"} | more.pop("headers", {})
    sent: dict[str, Any] = {"csrf": csrf_for(cookie)}
    if row.version_of:
        sent["version"] = things[f"{row.version_of}_version"]
    sent |= filled(row.form, things) | more.pop("form", {})
    path = more.pop("path", None) or str(filled(row.path, things))
    return client.request(row.method, path, headers=headers, data=sent if row.method == "POST" else None)


def test_every_page_stands_in_the_table_and_the_table_knows_no_other(database: Database) -> None:
    offered = set(routes(database)) - SIGNING
    told = {(row.method, _pattern(row.path)) for row in PAGES}
    assert len(offered) > 100
    assert offered - told == set()
    assert told - offered == set()


def test_every_page_declares_its_permissions(database: Database) -> None:
    declared = {route: getattr(handler, "permissions", None) for route, handler in routes(database).items()}
    assert [route for route, permissions in declared.items() if permissions is None] == []
    open_ones = {route for route, permissions in declared.items() if permissions == ()}
    assert open_ones - SIGNING == {(row.method, _pattern(row.path)) for row in PAGES if row.open}


@pytest.mark.parametrize("row", PAGES, ids=name_of)
def test_everybody_gets_the_answer_of_the_table(row: PageDeed, unchanged: Walked, fresh_walked: Fresh) -> None:
    found: dict[str, int] = {}

    def changes_nothing(who: str) -> bool:
        return row.method == "GET" or row.answer_to(who) >= 400

    for shared, group in groupby(sorted(WHO, key=changes_nothing), changes_nothing):
        if shared:
            database, things = unchanged
            client = TestClient(pages_on(database), **TOLD)
            found |= {who: ask(client, row, things, who).status_code for who in group}
            anonymous = ask(client, row, things, None)
            if not row.open:
                assert anonymous.status_code in (303, 403)
                assert anonymous.headers.get("location", "/sign-in").startswith("/sign-in")
        else:
            for who in group:
                with fresh_walked() as (database, things), browser_on(database) as client:
                    answer = ask(client, row, things, who)
                    found[who] = answer.status_code
                    assert not answer.headers.get("location", "").startswith("/sign-in") or "password" in row.path
    assert found == {who: row.answer_to(who) for who in WHO}


def test_looking_writes_nothing(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), browser_on(database) as client:
        before = rows_of(database)
        for row in LOOKS:
            who = next(who for who in WHO if row.answer_to(who) < 400)
            assert ask(client, row, things, who).status_code < 400, row
        assert rows_of(database) == before


def test_a_form_from_elsewhere_is_refused(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), browser_on(database) as client:
        before = rows_of(database)
        assert len(FORMS) > 50
        for row in FORMS:
            who = next(who for who in WHO if row.answer_to(who) < 400 or row.answer_to(who) in (400, 409))
            for headers in (
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
                {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
                {"Sec-Fetch-Site": "", "Origin": "null"},
            ):
                assert ask(client, row, things, who, headers=headers).status_code == 403, row
            assert ask(client, row, things, who, form={"csrf": "0" * 64}).status_code == 403, row
        assert rows_of(database) == before


def test_an_old_version_is_refused_and_what_was_typed_stays(fresh_walked: Fresh) -> None:
    versioned = [row for row in FORMS if row.version_of and any(row.answer_to(who) == 303 for who in WHO)]
    assert len(versioned) > 15
    with fresh_walked() as (database, things), browser_on(database) as client:
        before = rows_of(database)
        for row in versioned:
            who = next(who for who in WHO if row.answer_to(who) == 303)
            answer = ask(client, row, things, who, form={"version": "0"})
            assert answer.status_code == 412, row
        assert rows_of(database) == before


def test_an_unknown_key_is_a_page_that_says_so(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), browser_on(database) as client:
        for row in PAGES:
            if "{" not in row.path.partition("?")[0]:
                continue
            who = next(who for who in WHO if row.answer_to(who) < 400 or row.answer_to(who) in (400, 409))
            path = re.sub(r"\{[^}]*\}", NOBODY, row.path)
            answer = ask(client, row, things, who, path=path)
            assert answer.status_code == 404, row
            assert "<h1" in answer.text


def test_every_answer_is_guarded(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), browser_on(database) as client:
        for row in LOOKS:
            answer = ask(client, row, things, "activator")
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            kept_by_all = row.path.startswith("/public/") and row.path.endswith((".atom", ".json", ".png"))
            assert answer.headers["cache-control"] == ("public, max-age=120" if kept_by_all else "no-store")
            assert answer.headers["x-frame-options"] == "DENY"
