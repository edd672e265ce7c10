"""The jobs: one table, done by the worker's queue on both databases, and by the demo's thread."""

import pickle
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from huey import Huey
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlmodel import col, select

from bsa import clock, jobs
from bsa.database import Database, UnfitDatabase
from bsa.jobs import JOBS, Job, Rounds, do_due_jobs
from bsa.people.actions import issue_token
from bsa.people.models import AccessToken, Account
from bsa.permissions import Purpose
from bsa.residents.models import DoomedKey
from bsa.worker import jobs_url, make_queue

from tests.cast import NOW, Cast

NIGHT = datetime(2026, 3, 24, 1, 27, tzinfo=UTC)


@pytest.fixture
def queue(database: Database) -> Iterator[Huey]:
    queue = make_queue(database)
    yield queue
    queue.storage.close()


def job(name: str) -> Job:
    return next(one for one in JOBS if one.name == name)


def do_on_queue(queue: Huey, name: str) -> None:
    """Send a job through the queue, as the worker does."""
    task = next(task for task in queue._registry.periodic_tasks if task.name == name)
    queue.enqueue(task)
    queue.execute(queue.dequeue())


def test_mail_goes_out_every_minute_and_the_night_has_its_own_work() -> None:
    noon = NIGHT.replace(hour=12, minute=3)

    each_minute = ["mail_waiting_letters", "mail_invitations", "send_messages", "see_opened", "suggest_after_new_needs"]
    each_minute += ["fetch_client_keys"]
    at_night = ["forget_messages", "sweep_orphans", "wipe_old_referrals", "suggest_everywhere", "forget_ended"]
    at_night += ["keep_signing_key"]
    assert [one.name for one in JOBS if one.when(noon)] == each_minute
    assert {one.name for one in JOBS if one.when(NIGHT)} == {*each_minute, *at_night}
    assert job("destroy_doomed_keys").when(noon.replace(minute=5))


def test_every_job_is_on_the_queue(queue: Huey) -> None:
    assert sorted(task.name for task in queue._registry.periodic_tasks) == sorted(one.name for one in JOBS)


@pytest.mark.parametrize("name", [one.name for one in JOBS])
def test_every_job_can_be_done_twice(queue: Huey, name: str, caplog: pytest.LogCaptureFixture) -> None:
    do_on_queue(queue, name)
    do_on_queue(queue, name)

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_the_queue_forgets_tokens_that_ended(queue: Huey, database: Database, cast: Cast) -> None:
    with clock.standing_at(NOW), database.writing() as session:
        issue_token(session, session.get_one(Account, cast.activator.id), Purpose.OWN_NEIGHBOURHOOD)

    with clock.standing_at(NOW + timedelta(days=40)):
        do_on_queue(queue, "forget_ended")

    with database.reading() as session:
        assert session.scalars(select(AccessToken)).all() == []


def test_the_queue_destroys_doomed_keys(queue: Huey, database: Database) -> None:
    owner = uuid4()
    database.keystore.create(owner)
    with database.writing() as session:
        session.add(DoomedKey(owner_key=owner))

    do_on_queue(queue, "destroy_doomed_keys")

    assert database.keystore.keys([owner]) == {}
    with database.reading() as session:
        assert session.scalars(select(col(DoomedKey.id))).all() == []


def test_a_task_that_was_not_signed_here_is_not_run(queue: Huey) -> None:
    task = next(iter(queue._registry.periodic_tasks))
    queue.storage.enqueue(pickle.dumps(("x", task.name)))

    with pytest.raises(ValueError, match=r"(?i)separator|signature"):
        queue.dequeue()


def test_the_embedded_queue_is_encrypted_and_on_our_own_sqlite(database: Database, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL has no file of ours")
    queue = make_queue(database)
    queue.enqueue(next(iter(queue._registry.periodic_tasks)))
    path = make_url(jobs_url(database.settings)).database or ""

    assert isinstance(queue.storage.conn, sqlcipher.Connection)
    assert queue.storage.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(path) as stranger:
        stranger.execute("SELECT count(*) FROM task")
    stranger.close()
    queue.storage.close()
    assert b"mail_waiting_letters" not in Path(path).read_bytes()


def test_an_sqlite_that_can_corrupt_its_file_is_refused(
    database: Database, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL is not SQLite")
    monkeypatch.setattr(sqlcipher, "sqlite_version_info", (3, 51, 2))

    with pytest.raises(UnfitDatabase, match=r"3\.51\.3"):
        make_queue(database)


def test_the_queue_lies_beside_the_data_unless_it_is_told_where(database: Database, database_kind: str) -> None:
    settings = database.settings
    elsewhere = settings.model_copy(update={"jobs_url": "sqlite:////elsewhere/jobs.db"})
    expected = (
        settings.database_url.replace("bsa.db", "bsa-jobs.db") if database_kind == "sqlite" else settings.database_url
    )

    assert jobs_url(settings) == expected
    assert jobs_url(elsewhere) == "sqlite:////elsewhere/jobs.db"


def test_the_queue_has_a_file_of_its_own(database: Database, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("On PostgreSQL the queue is in the database itself")

    with pytest.raises(UnfitDatabase, match="BSA_JOBS_URL"):
        jobs_url(database.settings.model_copy(update={"jobs_url": database.settings.keys_url}))


def test_an_embedded_queue_without_a_key_is_refused(database: Database) -> None:
    bare: Any = replace_settings(database, jobs_url="sqlite:////elsewhere/jobs.db", database_key=None)

    with pytest.raises(UnfitDatabase, match="key"):
        make_queue(bare)


def test_a_job_that_fails_keeps_no_other_from_its_turn(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[Database] = []

    def fail(_: Database) -> None:
        raise RuntimeError("m.winter@example.org does not answer")

    table = (replace(JOBS[0], do=fail), replace(JOBS[0], name="next", do=done.append))
    monkeypatch.setattr(jobs, "JOBS", table)

    do_due_jobs(database, NIGHT)

    assert done == [database]
    assert "mail_waiting_letters failed: RuntimeError" in caplog.text
    assert "winter" not in caplog.text


def test_the_demos_thread_goes_round_until_it_is_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds, minutes = Rounds(database), []

    def go_round(_: Database, minute: datetime) -> None:
        minutes.append(minute)
        rounds._stopped.set()

    monkeypatch.setattr(jobs, "do_due_jobs", go_round)
    monkeypatch.setattr(jobs, "_until_next_minute", lambda moment: 0.01)

    rounds.start()
    rounds.join(timeout=20)
    rounds.stop()

    assert len(minutes) == 1
    assert not rounds.is_alive()


def replace_settings(database: Database, **changes: SecretStr | str | None) -> Database:
    """Return the same database with other settings."""
    other = object.__new__(Database)
    other.__dict__.update(database.__dict__, settings=database.settings.model_copy(update=changes))
    return other
