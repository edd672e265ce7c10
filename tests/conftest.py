"""What tests share: real encrypted databases, made by the real migrations once and copied for each test, and the cast.

A test that asks for a database runs on each kind: SQLite, and the PostgreSQL servers of `tests/postgres.py`. The tests
of the API and of the pages, which write no SQL (the import contracts see to that), run on SQLite, and on all at full
size; those among them in which databases can differ say `on_every_database`.
"""

import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache, partial
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlmodel import Session

from bsa import clock
from bsa.database import Database
from bsa.keyring import KeyRing
from bsa.settings import Mode, Settings

from tests import postgres
from tests.cast import NOW, Cast, gather
from tests.walked import prepare

pytest_plugins = ["tests.kept", "tests.postgres", "tests.played", "tests.browser.chromium"]

Fresh = Callable[[], AbstractContextManager[tuple[Database, dict[str, str]]]]
"""Makes a fresh copy of the walked installation: its database, and the keys of what is in it."""

SERVERS = [name for name in postgres.installations() if name == "postgresql" or os.environ.get("BSA_TEST_LONG")]
RING = SecretStr(KeyRing({"test": bytes(range(32))}).write())
FILE_KEY = SecretStr("5a" * 32)


def settings_for(database_url: str, keys_url: str) -> Settings:
    """Return the settings of a test installation."""
    # Read and held against the rules once: thousands of installations differ in their addresses alone.
    return _settings().model_copy(update={"database_url": database_url, "keys_url": keys_url})


@cache
def _settings() -> Settings:
    return Settings(
        # Tests ask more in a minute than one caller may.
        requests_a_minute=100_000,
        mode=Mode.DEVELOPMENT,
        # Receivers of messages listen on this machine.
        partner_networks="127.0.0.0/8",
        database_url="sqlite:///bsa.db",
        database_key=FILE_KEY,
        keys_url="sqlite:///keys.db",
        keys_database_key=FILE_KEY,
        key_ring=RING,
    )


WITHOUT_SQL = [Path(__file__).parent / folder for folder in ("api", "web", "stories")]


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test that looks at no SQL of ours run on SQLite, unless it says otherwise or all runs at full size."""
    if "database_kind" not in metafunc.fixturenames or os.environ.get("BSA_TEST_LONG"):
        return
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    writes_none = any(metafunc.definition.path.is_relative_to(folder) for folder in WITHOUT_SQL)
    if (writes_none or "without_sql" in marks) and "on_every_database" not in marks:
        metafunc.definition.add_marker(pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True))


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays for the whole run: that took a tenth of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture
def standing_clock() -> Iterator[None]:
    """Stand the clock at the moment of the tests."""
    with clock.standing_at(NOW):
        yield


@pytest.fixture(
    scope="session", params=["sqlite", *(pytest.param(name, marks=pytest.mark.postgres) for name in SERVERS)]
)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Name the database that a test runs on; each test that needs one runs on every kind."""
    return str(request.param)


@pytest.fixture(scope="session")
def template(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Make one migrated installation with the cast in it, to be copied for each test."""
    if database_kind != "sqlite":
        postgres.server(database_kind).role("bsa_keys")
        postgres.server(database_kind).template("house", partial(_make_on_postgresql, database_kind))
        return None
    folder = tmp_path_factory.getbasetemp() / "template"
    if not folder.exists():
        # Once: pytest comes back to a kind of database whose tests were taken over from another process.
        folder.mkdir()
        _make(settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db"))
    return folder


@pytest.fixture
def settings(database_kind: str, template: Path | None, tmp_path: Path) -> Iterator[Settings]:
    """Return the settings of a fresh installation with the cast in it."""
    if template is not None:
        for name in ("bsa.db", "keys.db"):
            shutil.copy(template / name, tmp_path / name)
        yield settings_for(f"sqlite:///{tmp_path}/bsa.db", f"sqlite:///{tmp_path}/keys.db")
        return
    server = postgres.server(database_kind)
    with server.database("house") as url:
        yield settings_for(url, server.url(make_url(url).database or "", role="bsa_keys"))


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """Open the installation."""
    database = Database(settings)
    yield database
    database.close()


@pytest.fixture
def cast(database: Database, recalled: dict[str, Cast], database_kind: str) -> Cast:
    """Return the cast; its keys are the same in every copy, so they are looked up in the first."""
    if database_kind not in recalled:
        with database.reading() as session:
            recalled[database_kind] = _recall(session)
    known = recalled[database_kind]
    return replace(known, actors=dict(known.actors))


@pytest.fixture(scope="session")
def recalled() -> dict[str, Cast]:
    """Keep the cast of each kind of database."""
    return {}


@pytest.fixture
def session(database: Database, standing_clock: None) -> Iterator[Session]:
    """Open a writing session at the moment of the tests; it is thrown away."""
    with database._session(database.engine) as session:
        yield session
        session.rollback()


def _make(settings: Settings) -> None:
    database = Database(settings)
    with clock.standing_at(NOW):
        database.migrate()
        with database.writing() as session:
            gather(session)
    database.close()


def _make_on_postgresql(kind: str, url: str) -> None:
    server, name = postgres.server(kind), make_url(url).database or ""
    with server.connection(name) as connection:
        connection.execute("CREATE SCHEMA bsa_keys AUTHORIZATION bsa_keys")
    _make(settings_for(url, server.url(name, role="bsa_keys")))


def _recall(session: Session) -> Cast:
    """Find the keys of the cast again in a copied database."""
    from sqlmodel import col, select

    from bsa.areas.models import Area
    from bsa.institutions.models import Institution
    from bsa.people.queries import actor_by_name
    from bsa.permissions import Purpose

    from tests.cast import ROLES

    areas = {area.name: area.id for area in session.scalars(select(Area))}
    institutions = {one.name: one.id for one in session.scalars(select(Institution).order_by(col(Institution.name)))}
    return Cast(
        municipality_id=areas["Emmen"],
        here_id=areas["Oude Molenbuurt"],
        there_id=areas["Nieuwe Veenbuurt"],
        corporation_id=institutions["De Veenhoek"],
        rival_id=institutions["GGZ Veenrand"],
        actors={
            name: actor_by_name(
                session, name, Purpose.PRIVACY_CHECK if name == "privacy" else Purpose.OWN_NEIGHBOURHOOD
            )
            for name in ROLES
        },
    )


@pytest.fixture(scope="session")
def walked_template(
    database_kind: str, template: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path | None, dict[str, str]]:
    """Make one installation in which the line was walked, to be copied; and the keys of what is in it."""
    if template is not None:
        folder = tmp_path_factory.getbasetemp() / "walked"
        if not folder.exists():
            shutil.copytree(template, folder)
            things = _walk(settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db"))
            (folder / "things.json").write_text(json.dumps(things))
        return folder, json.loads((folder / "things.json").read_text())
    server = postgres.server(database_kind)
    kept = server.folder / "walked.json"

    def fill(url: str) -> None:
        _make_on_postgresql(database_kind, url)
        name = make_url(url).database or ""
        kept.write_text(json.dumps(_walk(settings_for(url, server.url(name, role="bsa_keys")))))

    server.template("walked", fill)
    return None, json.loads(kept.read_text())


@pytest.fixture
def fresh_walked(
    database_kind: str,
    walked_template: tuple[Path | None, dict[str, str]],
    tmp_path: Path,
    standing_clock: None,
) -> Fresh:
    """Hand out fresh copies of the walked installation, as many as asked for."""
    numbers = count()
    return lambda: open_walked(database_kind, walked_template, tmp_path / str(next(numbers)))


@contextmanager
def open_walked(
    database_kind: str, walked_template: tuple[Path | None, dict[str, str]], copy: Path
) -> Iterator[tuple[Database, dict[str, str]]]:
    """Open a fresh copy of the walked installation."""
    folder, things = walked_template
    with open_copy(database_kind, folder, copy, "walked") as database:
        yield database, things


@contextmanager
def open_copy(database_kind: str, folder: Path | None, copy: Path, name: str = "house") -> Iterator[Database]:
    """Open a fresh copy of an installation: of the files in a folder, or of a template on the server."""
    if folder is not None:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        database = Database(settings_for(f"sqlite:///{copy}/bsa.db", f"sqlite:///{copy}/keys.db"))
        yield database
        database.close()
        return
    server = postgres.server(database_kind)
    with server.database(name) as url:
        database = Database(settings_for(url, server.url(make_url(url).database or "", role="bsa_keys")))
        yield database
        database.close()


def _walk(settings: Settings) -> dict[str, str]:
    database = Database(settings)
    with clock.standing_at(NOW), database.writing() as session:
        things = prepare(session, _recall(session))
    database.close()
    return things
