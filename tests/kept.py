"""What one test leaves ready for the next, in the same process, so that 5,000 tests do not each prepare it anew.

Nothing of a database is kept, only what costs processor time and knows no rows: which SQL a statement became, an event
loop to answer in, and a password hash that is quick. What is slow on purpose is tested at its real strength in
`tests/bsa/test_passwords.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio.from_thread
import pytest
from anyio.from_thread import BlockingPortal
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import Engine

from bsa import database
from bsa.people import passwords

REAL_HASHER = passwords._hasher
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

_open = database.open_engine
_first: dict[tuple[str, bool], Engine] = {}
_compiled: dict[tuple[str, bool], dict[Any, Any]] = {}


def open_engine(url: str, key: SecretStr | None, *, readonly: bool = False, **more: Any) -> Engine:
    """Make an engine that knows the statements which engines of its kind compiled before: half of a test was that."""
    engine = _open(url, key, readonly=readonly, **more)
    kind = engine.dialect.name, readonly
    engine.update_execution_options(compiled_cache=_compiled.setdefault(kind, {}))
    # Compiled statements belong to a dialect; the first that has met its server serves the others.
    first = _first.get(kind)
    if first is not None and getattr(first.dialect, "server_version_info", None):
        engine.dialect = first.dialect
    else:
        _first[kind] = engine
    return engine


def pytest_configure() -> None:
    database.open_engine = open_engine
    passwords._hasher = QUICK_HASHER
    passwords._nobody = QUICK_HASHER.hash("nobody")


@pytest.fixture(scope="session", autouse=True)
def one_event_loop() -> Iterator[None]:
    """Let all clients of applications ask in one event loop; each request began and ended one of its own."""

    @contextmanager
    def lend(*_told: Any, **_named: Any) -> Iterator[BlockingPortal]:
        yield portal

    with anyio.from_thread.start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio.from_thread, "start_blocking_portal", lend)
        yield
