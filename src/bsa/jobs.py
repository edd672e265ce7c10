"""The work that nobody asks for: mailing letters, destroying keys, forgetting sign-ins that ended.

One table says what is done and when. The worker process does it through Huey's queue; the demo, which is one process,
through a thread. Every job can be done twice or left out once without harm, so several workers need not agree. What a
task carries is keys, never text.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from huey.storage import SqliteStorage
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bsa.database import Database, UnfitDatabase, open_engine
from bsa.digests import keyed_digest
from bsa.lifecycle.jobs import destroy_doomed_keys, sweep_orphans
from bsa.mail import mail_waiting_letters
from bsa.people.actions import forget_ended
from bsa.settings import Settings

log = logging.getLogger(__name__)


def _forget_ended(database: Database) -> None:
    with database.writing() as session:
        forget_ended(session)


@dataclass(frozen=True)
class Job:
    """One thing to do again and again; `when` tells for a minute (UTC) whether it is due."""

    name: str
    when: Callable[[datetime], bool]
    do: Callable[[Database], object]


JOBS = (
    Job("mail_waiting_letters", crontab(), mail_waiting_letters),
    Job("destroy_doomed_keys", crontab(minute="*/5"), destroy_doomed_keys),
    Job("sweep_orphans", crontab(minute="17", hour="1"), sweep_orphans),
    Job("forget_ended", crontab(minute="27", hour="1"), _forget_ended),
)


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


class Rounds(Thread):
    """Does the due jobs each minute in this process, until it is stopped: for the demo, which has no worker."""

    def __init__(self, database: Database) -> None:
        super().__init__(name="rounds", daemon=True)
        self._database = database
        self._stopped = Event()

    def run(self) -> None:
        """Go round until stopped."""
        while not self._stopped.wait(_until_next_minute(datetime.now(UTC))):
            do_due_jobs(self._database, datetime.now(UTC))

    def stop(self) -> None:
        """Stop, and wait until the round that is going on is over."""
        self._stopped.set()
        self.join()


def do_due_jobs(database: Database, minute: datetime) -> None:
    """Do every job that is due in this minute; one that fails is named in the log and keeps no other from its turn."""
    for job in JOBS:
        if job.when(minute):
            try:
                job.do(database)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
                # The words of the error may hold an address or a name.
                log.error("The job %s failed: %s.", job.name, type(error).__name__)


def _bound(job: Job, database: Database) -> Callable[[], None]:
    def do() -> None:
        job.do(database)

    return do


def _until_next_minute(moment: datetime) -> float:
    following = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return (following - moment).total_seconds()
