"""Databases and servers to measure: made in a folder of their own, and gone when the run ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from bsa.keyring import KeyRing
from bsa.settings import Mode, Settings

from tests import postgres

ROOT = Path(__file__).parents[1]
WORKERS = 2
SETTLING = 2
"""Seconds: the first worker listens before the second one does."""
APPS = {
    "ours": "web.app:create_app",
    "limit": "benchmarks.limit:create_app",
    "tutorial": "benchmarks.tutorial:create_app",
}
SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "autovacuum": "on"}
"""Where the tests' PostgreSQL takes risks with its files, this one takes none."""


@dataclass(frozen=True)
class Place:
    """A database to fill: our settings, and the address of the tutorial's tables."""

    name: str
    settings: Settings
    plain_url: str

    def environment(self) -> dict[str, str]:
        """Return what the servers read from their environment."""
        told = {"PLAIN_URL": self.plain_url}
        for name in Settings.model_fields:
            value = getattr(self.settings, name)
            if value is not None:
                told[f"BSA_{name.upper()}"] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        return os.environ | told


@contextmanager
def sqlite() -> Iterator[Place]:
    """Make a place in encrypted SQLite files; the tutorial's file is a plain one."""
    with TemporaryDirectory(prefix="bsa-bench-") as folder:
        settings = _settings(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db")
        yield Place("SQLite", settings, f"sqlite:///{folder}/plain.db")


@contextmanager
def postgresql() -> Iterator[Place]:
    """Make a place in a PostgreSQL of our own, on a disk and safe for a power cut."""
    postgres.SETTINGS.update(SAFE)
    with TemporaryDirectory(prefix="bsa-bench-") as folder:
        Path(folder).chmod(0o711)
        os.environ[postgres.FOLDER] = folder
        server = postgres.server("postgresql")
        try:
            with server.connection() as connection:
                connection.execute("CREATE DATABASE bsa")
                connection.execute("CREATE DATABASE plain")
            server.role("bsa_keys")
            with server.connection("bsa") as connection:
                connection.execute("CREATE SCHEMA bsa_keys AUTHORIZATION bsa_keys")
            settings = _settings(server.url("bsa"), server.url("bsa", role="bsa_keys"))
            yield Place(f"PostgreSQL {server.version}", settings, server.url("plain"))
        finally:
            _stop(int((server.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
            while (server.folder / "data" / "postmaster.pid").exists():
                time.sleep(0.05)


@contextmanager
def servers(place: Place) -> Iterator[dict[str, str]]:
    """Start the three servers over a place; give their addresses by name."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(server(app, place.environment())) for name, app in APPS.items()}
        yield found


@contextmanager
def server(app: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Start one server; give its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--factory", "--workers", str(WORKERS), "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        wait_until_up(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_until_up(process: subprocess.Popen[bytes], port: int, settling: float = SETTLING) -> None:
    """Wait until a server listens, and a little longer."""
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            time.sleep(settling)
            return
    raise RuntimeError("A server did not come up.")


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _settings(database_url: str, keys_url: str) -> Settings:
    return Settings(
        requests_a_minute=10_000_000,
        mode=Mode.DEVELOPMENT,
        database_url=database_url,
        database_key=SecretStr("5a" * 32),
        keys_url=keys_url,
        keys_database_key=SecretStr("a5" * 32),
        key_ring=SecretStr(KeyRing.make().write()),
    )


def _stop(process: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, how)
