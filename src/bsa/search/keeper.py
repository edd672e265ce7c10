"""Keeping the index of a process: built when the process starts, and kept fresh from the events.

An event is seen by every process, whoever did the deed. Events are numbered by time, but on PostgreSQL one may become
visible after a later one; so the last seconds are read again each time, and the last minutes now and then.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ctypes import CDLL
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlmodel import SQLModel, col

from bsa.database import Database
from bsa.events import Event
from bsa.residents.models import Resident
from bsa.search.entries import SOURCES, entries_of, entries_of_residents
from bsa.search.index import Entry, Index

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks at the events."""

AGAIN = 10
"""So many seconds of events are read again each time: for what was committed later than it was numbered."""

LONG_AGAIN = 600
"""So many now and then: for a deed that took long, or a machine whose clock is behind."""

NOW_AND_THEN = 30
"""Seconds between two of those."""

BATCH = 200
"""So many residents are read at a time, with their needs."""

REST = 0.15
"""After each batch the thread rests for this part of the time that it took, so that requests go on."""

OF_RESIDENTS = ("need", "handover")
"""Tables, other than the resident's own, whose events change what the index holds of a resident."""


class Keeper(Thread):
    """Builds the index in the background, then follows the events, until it is stopped."""

    def __init__(self, database: Database) -> None:
        super().__init__(name="search", daemon=True)
        self._database = database
        self._index = Index()
        self._stopped = Flag()
        self._last: UUID | None = None
        self._seen: set[UUID] = set()
        self._swept = 0.0
        database.index = self._index

    def run(self) -> None:
        """Build, then follow; when the database does not answer, try again later."""
        _few_arenas()
        self._persist(self.build)
        while not self._stopped.wait(EVERY):
            self._persist(self.catch_up)

    def stop(self) -> None:
        """Stop, and wait until what is going on is over."""
        self._stopped.set()
        if self.is_alive():
            self.join()
        self._database.index = None
        self._index.close()

    def build(self) -> None:
        """Read everything into the index; what happens meanwhile is in the events that follow."""
        with self._database.reading() as session:
            self._last = session.scalar(select(col(Event.id)).order_by(col(Event.id).desc()).limit(1))
        for table, source in SOURCES.items():
            self._read_all(source.key, lambda ids, table=table: self._others(table, ids))  # type: ignore[misc]
        self._read_all(col(Resident.id), self._residents)
        self.catch_up()
        _give_back()
        self._index.ready = not self._stopped.is_set()

    def catch_up(self) -> None:
        """Take in what happened since the last time."""
        sweep = time.monotonic() - self._swept > NOW_AND_THEN
        changed = self._changed_since(LONG_AGAIN if sweep else AGAIN)
        if sweep:
            self._swept = time.monotonic()
            self._seen &= {key for key, *_ in changed}
        fresh = [(kind, subject, facts) for key, kind, subject, facts in changed if key not in self._seen]
        residents = {subject for kind, subject, _ in fresh if kind == "resident"}
        residents |= {UUID(facts["duplicate_id"]) for _, _, facts in fresh if "duplicate_id" in facts}
        for kind in OF_RESIDENTS:
            residents |= self._residents_of(kind, {subject for table, subject, _ in fresh if table == kind})
        for some in _some_at_a_time(residents):
            self._index.replace(some, self._residents(some))
        for table in SOURCES:
            for some in _some_at_a_time({subject for kind, subject, _ in fresh if kind == table}):
                self._index.replace(some, self._others(table, some))
        # Only now: what failed halfway is taken in again.
        self._seen |= {key for key, *_ in changed}
        if changed:
            self._last = max(changed[-1][0], self._last or changed[-1][0])

    def _persist(self, do: Callable[[], None]) -> None:
        while not self._stopped.is_set():
            try:
                do()
            except Exception as error:  # noqa: BLE001 - whatever it is, the index must go on
                # The words of the error may hold a name.
                log.error("The search index waits for the database: %s.", type(error).__name__)
                self._stopped.wait(5)
            else:
                return

    def _read_all(self, key: Any, read: Callable[[Sequence[UUID]], list[Entry]]) -> None:
        for ids in self._keys(key):
            began = time.thread_time()
            entries = read(ids)
            self._index.replace(ids, entries)
            if self._stopped.wait((time.thread_time() - began) * REST):
                return

    def _keys(self, key: Any) -> Iterator[Sequence[UUID]]:
        """Read all keys, some at a time, in short readings: a long one would keep the database from tidying up."""
        after: UUID | None = None
        while True:
            query = select(key).order_by(key).limit(BATCH)
            with self._database.reading() as session:
                ids = session.scalars(query if after is None else query.where(key > after)).all()
            if not ids:
                return
            yield ids
            after = ids[-1]

    def _residents(self, ids: Sequence[UUID]) -> list[Entry]:
        with self._database.reading() as session:
            return entries_of_residents(session, self._database.keystore, ids)

    def _others(self, table: str, ids: Sequence[UUID]) -> list[Entry]:
        with self._database.reading() as session:
            return entries_of(session, table, ids)

    def _residents_of(self, kind: str, subjects: set[UUID]) -> set[UUID]:
        if not subjects:
            return set()
        table: Table = SQLModel.metadata.tables[kind]
        with self._database.reading() as session:
            return set(session.scalars(select(table.c.resident_id).where(table.c.id.in_(subjects))))

    def _changed_since(self, seconds: int) -> list[tuple[UUID, str, UUID, dict[str, str]]]:
        query = select(col(Event.id), col(Event.subject_kind), col(Event.subject_id), col(Event.facts))
        if self._last is not None:
            query = query.where(col(Event.id) >= _earlier(self._last, seconds))
        with self._database.reading() as session:
            return [tuple(row) for row in session.execute(query.order_by(col(Event.id)))]


def _few_arenas() -> None:
    """Let all threads share the memory that was freed: the C library otherwise keeps some apart for each of them."""
    with suppress(OSError, AttributeError):
        CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


M_ARENA_MAX, ARENAS = -8, 2
"""How glibc names that setting, and how many parts it may keep."""


def _give_back() -> None:
    """Give the memory that building took back to the machine: the C library keeps it for each thread otherwise."""
    with suppress(OSError, AttributeError):
        # Other C libraries than glibc have no such thing.
        CDLL(None).malloc_trim(0)


def _some_at_a_time(ids: set[UUID]) -> Iterator[Sequence[UUID]]:
    ordered = sorted(ids)
    return (ordered[first : first + BATCH] for first in range(0, len(ordered), BATCH))


def _earlier(key: UUID, seconds: int) -> UUID:
    """Return the first key of the moment so many seconds before the one in a key (UUIDv7: milliseconds come first)."""
    return UUID(int=max(0, (key.int >> 80) - seconds * 1000) << 80)
