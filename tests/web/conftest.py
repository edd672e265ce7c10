"""Browsers for the tests of pages: each of the cast, signed in through the sign-in page."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from typing import cast as cast_to
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient

from bsa.database import Database
from bsa.people.models import Account, Language
from bsa.people.passwords import hash_password
from bsa.rows import ChangingRow
from web.guests import csrf_for

from tests.cast import PASSWORD, Cast
from tests.doors import pages_on
from tests.line import Line, walk_the_line


class Browser(TestClient):
    """A browser of somebody; it follows no redirects, so that a test sees them."""

    def fill_in(self, path: str, **fields: Any) -> Response:
        """Send a form as a page of ours sends it."""
        return self.post(path, data={"csrf": csrf_for(self.cookies.get("bsa") or "")} | fields)

    def version(self, kind: type[ChangingRow], key: UUID) -> int:
        """Return the version that a form carries when it is drawn now."""
        database: Database = cast_to(FastAPI, self.app).state.database
        with database.reading() as session:
            return session.get_one(kind, key).version


Browse = Callable[..., Browser]


@pytest.fixture
def browse(database: Database, cast: Cast, standing_clock: None) -> Iterator[Browse]:
    """Return a browser of whoever is named, signed in; without a name, of anybody."""
    app = pages_on(database)
    with database.writing() as session:
        for account in session.scalars(select(Account)):
            account.password_hash = _hashed()
            account.language = Language.ENGLISH
    opened = []

    def open_browser(name: str = "") -> Browser:
        browser = Browser(app, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
        browser.cookies.set("lang", "en")
        opened.append(browser)
        if name:
            told = {"name": name, "password": PASSWORD, "purpose": cast.actors[name].purpose.value}
            assert browser.post("/sign-in", data=told).status_code == 303
        return browser

    yield open_browser
    for browser in opened:
        browser.close()


@pytest.fixture
def line(database: Database, cast: Cast, standing_clock: None) -> Line:
    """Walk the line once."""
    with database.writing() as session:
        return walk_the_line(session, cast)


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)
