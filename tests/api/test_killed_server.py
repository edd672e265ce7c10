"""A server that is killed after the commit and before its answer: sent again, the answer of the first time comes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from pydantic import SecretStr
from sqlmodel import col, func, select

from bsa.database import Database
from bsa.people.actions import issue_token
from bsa.people.models import Account
from bsa.permissions import Purpose
from bsa.settings import Settings
from bsa.themes.models import Theme

from tests.cast import Cast

HOUSE = Path(__file__).parents[2]

SERVER = """
import os, signal, sys
import uvicorn
from bsa.settings import Settings
from web.app import create_app

app = create_app(Settings())

async def dying(scope, receive, send):
    async def send_or_die(message):
        if message["type"] == "http.response.start" and message["status"] == 201 and sys.argv[2] == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        await send(message)
    await app(scope, receive, send_or_die)

uvicorn.run(dying, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off")
"""


def told(settings: Settings) -> dict[str, str]:
    """Return the settings as the environment holds them."""
    values = {name: getattr(settings, name) for name in ("mode", "database_url", "keys_url", "key_ring")}
    values |= {"database_key": settings.database_key, "keys_database_key": settings.keys_database_key}
    return {
        f"BSA_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
        if value is not None
    }


@contextmanager
def server(settings: Settings, how: str) -> Iterator[httpx2.Client]:
    """Serve the installation in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVER, str(port), how]
    with subprocess.Popen(command, cwd=HOUSE, env={**os.environ, **told(settings)}) as process:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                for _ in range(600):
                    try:
                        client.get("/health/live")
                        break
                    except httpx2.TransportError:
                        time.sleep(0.1)
                yield client
        finally:
            process.kill()


def test_sent_again_to_a_server_that_was_killed_the_answer_is_there(
    settings: Settings, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        account = session.scalars(select(Account).where(col(Account.name) == "activator")).one()
        token = issue_token(session, account, Purpose.OWN_NEIGHBOURHOOD)
    theme = {"areaId": str(cast.here_id), "title": "Speelplek", "lifeArea": "upbringing"}
    sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": '"7f3a0c5e"'}

    with server(settings, "dies") as client:
        try:
            answer = client.post("/api/v1/themes", json=theme, headers=sent)
        except httpx2.TransportError:
            answer = None
    assert answer is None
    with server(settings, "stays") as client:
        first, second = (client.post("/api/v1/themes", json=theme, headers=sent) for _ in range(2))
        got = client.get(first.headers["location"], headers=sent)

    assert (first.status_code, second.status_code, got.status_code) == (201, 201, 200)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"] == got.headers["etag"]
    assert first.headers["location"] == second.headers["location"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Theme).where(col(Theme.title) == "Speelplek")) == 1
