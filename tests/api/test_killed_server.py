"""A server that is killed after the commit and before its answer: sent again, the answer of the first time comes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlmodel import col, func, select

from bsa.database import Database
from bsa.events import Event
from bsa.people.actions import issue_token
from bsa.people.models import Account
from bsa.referrals.models import Referral
from bsa.settings import Settings
from bsa.themes.models import Theme

from tests.cast import Cast
from tests.referred import told

HOUSE = Path(__file__).parents[2]

SERVER = """
import os, signal, sys
import uvicorn
from bsa.settings import Settings
from web.app import create_app

app = create_app(Settings())
# Before the first life: a connection must not be in two processes.
app.state.database.close()

def live(how):
    async def dying(scope, receive, send):
        async def send_or_die(message):
            if message["type"] == "http.response.start" and message["status"] == 201 and how == "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            await send(message)
        await app(scope, receive, send_or_die)

    uvicorn.run(dying, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off")

for how in sys.argv[2:]:
    # A process of its own for each life; all is built already.
    child = os.fork()
    if not child:
        live(how)
        os._exit(0)
    os.waitpid(child, 0)
"""


def told_of(settings: Settings) -> dict[str, str]:
    """Return the settings as the environment holds them."""
    values = {name: getattr(settings, name) for name in ("mode", "database_url", "keys_url", "key_ring")}
    values |= {"database_key": settings.database_key, "keys_database_key": settings.keys_database_key}
    return {
        f"BSA_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
        if value is not None
    }


@contextmanager
def server(settings: Settings, *lives: str) -> Iterator[httpx2.Client]:
    """Serve the installation in processes of their own, one after the other: each dies at the first 201, or stays."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVER, str(port), *lives]
    environment = {**os.environ, **told_of(settings)}
    with subprocess.Popen(command, cwd=HOUSE, env=environment, start_new_session=True) as process:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                yield client
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(client: httpx2.Client) -> None:
    """Wait until a server is there, the first one or the next."""
    for _ in range(1200):
        try:
            client.get("/health/live")
            return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise TimeoutError


def test_sent_again_to_a_server_that_was_killed_the_answer_is_there(
    settings: Settings, database: Database, cast: Cast
) -> None:
    """Of a worker's theme and of a partner's referral: one of each is there, and its answer comes byte by byte."""
    theme = {"areaId": str(cast.here_id), "title": "Speelplek", "lifeArea": "upbringing"}
    sendings: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        ("/api/v1/themes", theme, sender(database, cast, "activator")),
        ("/api/v1/referrals", told(), sender(database, cast, "corporation")),
    ]

    with server(settings, "dies", "dies", "stays") as client:
        for path, body, headers in sendings:
            wait_for(client)
            with pytest.raises(httpx2.TransportError):
                client.post(path, json=body, headers=headers)
        wait_for(client)
        for path, body, headers in sendings:
            first, second = (client.post(path, json=body, headers=headers) for _ in range(2))
            got = client.get(first.headers["location"], headers=headers)
            assert (first.status_code, second.status_code, got.status_code) == (201, 201, 200)
            assert first.content == second.content
            assert first.headers["location"] == second.headers["location"]
            assert first.headers["etag"] == second.headers["etag"]
            assert version_in(first) == version_in(got)

    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Theme).where(col(Theme.title) == "Speelplek")) == 1
        assert session.scalar(select(func.count()).select_from(Referral)) == 1
        assert session.scalars(select(col(Event.kind)).where(col(Event.kind) == "referral.requested")).all() == [
            "referral.requested"
        ]


def version_in(answer: httpx2.Response) -> str:
    """Return on which version a change is based; in the rest of the tag a shell and the whole differ."""
    return str(answer.headers["etag"]).partition(".")[0]


def sender(database: Database, cast: Cast, who: str) -> dict[str, str]:
    """Return the headers of somebody who sends something under a key of its own."""
    with database.writing() as session:
        account = session.scalars(select(Account).where(col(Account.name) == who)).one()
        token = issue_token(session, account, cast.actors[who].purpose)
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": '"7f3a0c5e"'}
