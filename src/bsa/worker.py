"""The worker's queue: Huey's, on an encrypted SQLite file or in PostgreSQL. What a task carries is keys, never text.

What is due again and again is on the queue by itself. Messages to partners are put on it by the pulse, a ticket for
each subscription for which something is due; so a receiver that does not answer holds up one thread and nobody else.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlcipher3.dbapi2 as sqlcipher
from huey import Huey, PostgresHuey, SqliteHuey
from huey.serializer import SignedSerializer
from huey.storage import SqliteStorage
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bsa.database import Database, UnfitDatabase, open_engine
from bsa.digests import keyed_digest
from bsa.jobs import JOBS, Job
from bsa.settings import Settings
from bsa.subscriptions.delivering import Ticket, serve
from bsa.subscriptions.pulse import Pulse
from bsa.traces import traced

THREADS = 8
"""So many things are done at a time: as many receivers that are slow hold nothing up but each other."""
LOOKS_EACH = 1.0
"""At most so many seconds after something was put on the queue a thread finds it."""


def make_queue(database: Database) -> Huey:
    """Make the queue of an installation, with every job of the table on it; refuse an SQLite that is not fit."""
    settings, url = database.settings, jobs_url(database.settings)
    with database.reading() as session:
        secret = keyed_digest(session, "jobs", "queue")
    # Tasks are pickled: signed, so that whoever can only write in the queue cannot have the worker run things.
    how: dict[str, Any] = {"name": "bsa", "results": False, "serializer": SignedSerializer(secret=secret)}
    if url.startswith("sqlite"):
        queue: Huey = EncryptedHuey(filename=url, key=settings.database_key, **how)
    else:
        queue = PostgresHuey(dsn=make_url(url).set(drivername="postgresql").render_as_string(False), **how)
    for job in JOBS:
        queue.periodic_task(job.when, name=job.name)(_bound(job, database))
    return queue


def make_pulse(queue: Huey, database: Database) -> Pulse:
    """Make the pulse that puts a ticket on the queue for each subscription for which something is due."""

    def serve_subscription(subscription_id: str, lease: str) -> None:
        serve(database, Ticket(UUID(subscription_id), datetime.fromisoformat(lease)), goes_on=pulse.goes_on)

    put_on_queue = queue.task()(serve_subscription)
    pulse = Pulse(database, lambda ticket: put_on_queue(str(ticket.subscription_id), ticket.lease.isoformat()))
    return pulse


def jobs_url(settings: Settings) -> str:
    """Return where the queue is: as set, or else beside the SQLite file, or in the PostgreSQL database itself."""
    url = settings.jobs_url or settings.database_url
    if settings.jobs_url is None and url.startswith("sqlite"):
        path = Path(make_url(url).database or "bsa.db")
        return f"sqlite:///{path.with_name(f'{path.stem}-jobs{path.suffix}')}"
    if url.startswith("sqlite") and url in (settings.database_url, settings.keys_url):
        raise UnfitDatabase("BSA_JOBS_URL must name a file of its own: the queue locks its whole file.")
    return url


class EncryptedStorage(SqliteStorage):  # type: ignore[misc]
    """Huey's SQLite storage on our own SQLite: the system's encrypts nothing, and may be one that corrupts its file."""

    integrity_error = sqlcipher.IntegrityError
    operational_error = sqlcipher.OperationalError

    def __init__(self, name: str, filename: str, key: SecretStr, **options: Any) -> None:
        self._engine = open_engine(filename, key)
        super().__init__(name, filename=filename, **options)

    def _create_connection(self) -> Any:
        pooled = self._engine.raw_connection()
        connection = pooled.driver_connection
        # Huey keeps it for itself, and begins and ends its transactions.
        pooled.detach()
        return connection


class EncryptedHuey(SqliteHuey):  # type: ignore[misc]
    """Huey on an encrypted SQLite file."""

    storage_class = EncryptedStorage


def _bound(job: Job, database: Database) -> Callable[[], None]:
    def do() -> None:
        with traced():
            job.do(database)

    return do
