"""The ways into the database: reading, writing, and leaving a line in the access log.

The embedded database is SQLite from the `sqlcipher3` wheel (encrypted, and without the WAL fault of SQLite before
3.51.3); PostgreSQL is the same code with another URL. `reading()` cannot write; `writing()` takes the write lock before
it reads, so that nobody decides on what another is about to change.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlcipher3.dbapi2 as sqlcipher
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from bsa.errors import OutOfService, Stale
from bsa.keystore import INSTALLATION, KeyStore
from bsa.sealing import CannotOpen, SealedCell, Sealer
from bsa.settings import Settings

OLDEST_SQLITE = (3, 51, 3)
"""SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode."""

POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 40, "pool_use_lifo": True}
"""Together more than the 40 threads that answer requests, so that no thread waits for a connection.

The one that was used last is used first: taken in turn, each keeps pages of its own in memory, 2 MB each on SQLite.
"""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 20000",
    # 2 MB of pages, as SQLite itself would: SQLCipher keeps 8 for each connection, which is much for so many.
    "cache_size = -2000",
)

OF_FIGURES = frozenset({"statistics_release"})
"""The tables that published figures are read from."""
HARMLESS = frozenset({sqlcipher.SQLITE_SELECT, sqlcipher.SQLITE_FUNCTION, sqlcipher.SQLITE_TRANSACTION})
"""What a statement may do that reads."""

HERE = Path(__file__).resolve()
_BESIDE = HERE.parent / "migrations"
MIGRATIONS = _BESIDE if _BESIDE.is_dir() else HERE.parents[2] / "migrations"
"""Beside this package where it was installed, or in the checkout."""


class UnfitDatabase(Exception):
    """The database cannot be used as it is: too old an engine, a wrong key, or migrations that have not been run."""


class Database:
    """One installation's database and its key store."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._write = open_engine(settings.database_url, settings.database_key)
        self._read = open_engine(settings.database_url, settings.database_key, readonly=True)
        self._figures = open_engine(
            settings.database_url, settings.database_key, readonly=True, alone=OF_FIGURES, role=settings.figures_role
        )
        self._keys = open_engine(settings.keys_url, settings.keys_database_key)
        self.keystore = KeyStore(self._keys, settings.ring)
        self.index: object | None = None
        """In a process that serves: what searches look in, kept by `bsa.search.keeper`."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._write.dialect.name

    @property
    def engine(self) -> Engine:
        """The engine that may write: for migrations, jobs and tests."""
        return self._write

    @property
    def keys_engine(self) -> Engine:
        """The engine of the key store: for tests and checks."""
        return self._keys

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state of the database and cannot change it."""
        with self._session(self._read) as session:
            yield session

    @contextmanager
    def figures(self) -> Iterator[Session]:
        """Open a session for published figures: it cannot read any table in which there is a person."""
        with self._session(self._figures) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits when the block ends well, and leaves nothing behind when it does not.

        What must follow the commit (destroying a key, say) is put in `session.info["after_commit"]`.
        """
        with self._session(self._write) as session:
            try:
                yield session
                session.commit()
            except StaleDataError as error:
                raise Stale from error
            for follow_up in session.info["after_commit"]:
                follow_up()

    @contextmanager
    def logging(self) -> Iterator[Connection]:
        """Open the way in for lines of the access log: one short transaction of its own."""
        try:
            with self._write.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise OutOfService from error

    def migrate(self, revision: str = "head") -> None:
        """Bring the tables to `revision`; on an empty database also make the installation's data key."""
        # Only here: a process that serves never needs it, and it takes 15 MB.
        from alembic import command
        from alembic.config import Config

        fresh = not self._has_accounts()
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["engine"] = self._write
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            self.keystore.prepare(fresh=fresh)
            command.upgrade(config, revision)

    def check(self) -> None:
        """Refuse to start on a wrong key, a missing key store or tables that are not up to date; change nothing."""
        try:
            with self._read.connect() as connection:
                there = _revision(connection)
        except (SQLAlchemyError, sqlcipher.DatabaseError) as error:
            raise UnfitDatabase("The database does not open. Is it there, and is its key the right one?") from error
        if there != newest_revision():
            raise UnfitDatabase("The tables are not up to date. Run: bsa migrate")
        self.keystore.check()
        self._refuse_keys_of_another()

    def close(self) -> None:
        """Give all connections back. A SQLite file may be copied only after this."""
        for engine in (self._read, self._write, self._figures, self._keys):
            engine.dispose()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session:
            session.info["sealer"] = Sealer(self.keystore)
            session.info["residents_read"] = set()
            session.info["doomed"] = set()
            session.info["after_commit"] = []
            session.info["writes"] = engine is self._write
            session.info["settings"] = self.settings
            session.info["keystore"] = self.keystore
            session.info["index"] = self.index
            try:
                yield session
            except OperationalError as error:
                # Locked for too long, full, or gone: nothing was stored, and nothing is shown.
                raise OutOfService from error

    def _refuse_keys_of_another(self) -> None:
        """Refuse a key store that belongs to another database: an account's sealed name must open with it."""
        with self._read.connect() as connection:
            row = connection.execute(text("SELECT id, display_name FROM account LIMIT 1")).first()
        if row is None:
            return
        try:
            account_id = row.id if isinstance(row.id, UUID) else UUID(row.id)
            cell = SealedCell(bytes(row.display_name))
            Sealer(self.keystore).open(cell, "account", "display_name", account_id, INSTALLATION)
        except CannotOpen as error:
            raise UnfitDatabase("The key store is not the one of this database. Restore the two together.") from error

    def _has_accounts(self) -> bool:
        """Tell whether the database is in use: whether there is an account in it."""
        with self._write.connect() as connection:
            if not connection.dialect.has_table(connection, "account"):
                return False
            return connection.execute(text("SELECT 1 FROM account LIMIT 1")).first() is not None


def open_engine(
    url: str,
    key: SecretStr | None,
    *,
    readonly: bool = False,
    alone: frozenset[str] = frozenset(),
    role: str | None = None,
) -> Engine:
    """Make an engine for one SQLite file or one PostgreSQL database.

    With `alone` only these tables can be read: on SQLite the connection refuses the others by itself, on PostgreSQL the
    server does, when there is a `role` that was granted nothing else.
    """
    if url.startswith("sqlite"):
        return _sqlite(url, key, readonly=readonly, alone=alone)
    # Parameters are personal; they are kept out of error texts, and so out of logs.
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    options: dict[str, Any] = {}
    if readonly:
        # Each statement sees its own state, as by default it also would in a transaction; without one, a list of two
        # statements asks the server twice instead of four times. The server refuses to write.
        told = "-c default_transaction_read_only=on" + (f" -c role={role}" if role else "")
        # Nor is there anything to take back when a connection is given back.
        options = {
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "connect_args": {"options": told},
        }
    return create_engine(parsed, hide_parameters=True, **options, **POOL)


def _only(tables: frozenset[str], action: int, first: str | None, *rest: object) -> int:
    """Tell SQLite whether a statement may do something: read these tables, and nothing else that has a name."""
    if action == sqlcipher.SQLITE_READ:
        return int(sqlcipher.SQLITE_OK if first in tables else sqlcipher.SQLITE_DENY)
    # SQLAlchemy asks for this setting at the first connection.
    asks = action == sqlcipher.SQLITE_PRAGMA and first == "read_uncommitted"
    return int(sqlcipher.SQLITE_OK if asks or action in HARMLESS else sqlcipher.SQLITE_DENY)


def newest_revision() -> str:
    """Return the last revision that there is; they are numbered, and their files begin with the number."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    """Return the revision of the tables; None when there are no tables."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _sqlite(url: str, key: SecretStr | None, *, readonly: bool, alone: frozenset[str] = frozenset()) -> Engine:
    if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
        raise UnfitDatabase(f"SQLite {sqlcipher.sqlite_version} can corrupt its file; 3.51.3 or newer is needed.")
    path = make_url(url).database
    if not path or key is None:
        raise UnfitDatabase("An embedded database needs a path and a key.")
    secret = key.get_secret_value()
    if len(secret) != 64 or not all(digit in "0123456789abcdefABCDEF" for digit in secret):
        raise UnfitDatabase("The key of an embedded database is 64 hexadecimal digits.")

    def connect() -> Any:
        connection = sqlcipher.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
        # A raw key: no key derivation at each new connection.
        connection.execute(f"PRAGMA key = \"x'{secret}'\"")
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if readonly:
            connection.execute("PRAGMA query_only = ON")
        if alone:
            connection.set_authorizer(partial(_only, alone))
        return connection

    engine = create_engine(
        "sqlite+pysqlite://", module=sqlcipher, creator=connect, poolclass=QueuePool, hide_parameters=True, **POOL
    )
    begin = "BEGIN" if readonly else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(begin)

    return engine
