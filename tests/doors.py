"""The applications, built once and set upon one database after another: building them took most of a test."""

from functools import cache
from typing import Any

from fastapi import FastAPI

from api.app import create_api
from bsa.database import Database
from web.app import build

_first: list[Database] = []


def api_on(database: Database) -> FastAPI:
    """Return the API, answering from this database."""
    _first.append(database)
    app = _api()
    app.state.database = database
    return app


def pages_on(database: Database) -> FastAPI:
    """Return the pages with the API below them, answering from this database."""
    _first.append(database)
    app = _pages()
    for part in (app, _mounted(app, "/api/v1"), _mounted(app, "/oauth")):
        part.state.database = database
    return app


@cache
def _api() -> FastAPI:
    return create_api(_first[-1])


@cache
def _pages() -> FastAPI:
    return build(_first[-1])


def _mounted(app: FastAPI, path: str) -> FastAPI:
    found: list[Any] = [route.app for route in app.routes if getattr(route, "path", "") == path]  # type: ignore[attr-defined]
    mounted: FastAPI = found[0]
    return mounted
