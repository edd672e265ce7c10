"""Personal text is sealed on its way into the database and opened on purpose on its way out: here, and nowhere else.

A sealed column holds `version ‖ nonce ‖ AES-256-GCM(text)`. The associated data binds the cell to its table, column,
row and owner, so that a cell moved anywhere else does not open. A loaded row carries its cells closed; `open_rows`
opens them and notes whose they are, which is how the access log knows who was read. A cell that nobody opened is not
text, and no output shape takes it.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary, Table, event, inspect
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeDecorator

from bsa.keystore import INSTALLATION, KeyStore

VERSION = b"\x01"
NONCE_BYTES = 12


class SealedCell(bytes):
    """A sealed text as it lies in the database."""


class CannotOpen(Exception):
    """A cell does not open: another row's, another owner's, damaged, or its key is destroyed."""


class SealedText(TypeDecorator[str]):
    """A text column whose cells are sealed. In Python a value is `str` when open and `SealedCell` when closed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Let only sealed cells into the database."""
        if value is not None and not isinstance(value, SealedCell):
            raise TypeError("Text for a sealed column must go through the session, which seals it.")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Hand out the cell closed."""
        return None if value is None else SealedCell(value)


class Sealer:
    """Seals and opens cells with the keys of one session's owners; each key is fetched once."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._keys: dict[UUID, AESGCM] = {}

    def fetch(self, owners: Iterable[UUID]) -> None:
        """Fetch the keys of these owners that are not yet at hand, in one statement."""
        missing = {owner for owner in owners if owner not in self._keys}
        if INSTALLATION in missing:
            missing.discard(INSTALLATION)
            self._keys[INSTALLATION] = self._store.installation()
        self._keys.update(self._store.keys(missing))

    def make_key(self, owner: UUID) -> None:
        """Make the key of a new owner."""
        self._keys[owner] = self._store.create(owner)

    def seal(self, text: str, table: str, column: str, row: UUID, owner: UUID) -> SealedCell:
        """Seal a text for one cell."""
        self.fetch([owner])
        if owner not in self._keys:
            raise CannotOpen("The owner of this cell has no key.")
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[owner].encrypt(nonce, text.encode(), _bound(table, column, row, owner))
        return SealedCell(VERSION + nonce + sealed)

    def open(self, cell: SealedCell, table: str, column: str, row: UUID, owner: UUID) -> str:
        """Open one cell; raise `CannotOpen` when it is not the cell of this place, or its key is gone."""
        if owner not in self._keys:
            self.fetch([owner])
        if owner not in self._keys:
            raise CannotOpen("This cell has no key.")
        return open_with(self._keys[owner], cell, table, column, str(row), str(owner))


def open_with(key: AESGCM, cell: bytes, table: str, column: str, row: str, owner: str) -> str:
    """Open one cell with a key that is at hand; row and owner are their keys as text, with the lines between."""
    if cell[:1] != VERSION:
        raise CannotOpen("This cell is of an unknown version.")
    nonce, sealed = cell[1 : 1 + NONCE_BYTES], cell[1 + NONCE_BYTES :]
    try:
        return key.decrypt(nonce, sealed, _bound(table, column, row, owner)).decode()
    except InvalidTag:
        raise CannotOpen("This cell does not belong here, or is damaged.") from None


def sealer(session: Session) -> Sealer:
    """Return the session's sealer."""
    return cast(Sealer, session.info["sealer"])


def open_rows(session: Session, *batches: Iterable[Any]) -> None:
    """Open all sealed cells of these rows in place, with one fetch of keys, and note which residents were read."""
    rows = [row for batch in batches for row in batch if row is not None]
    owners = {row.owner() for row in rows}
    note_read(session, owners - {INSTALLATION})
    box = sealer(session)
    for row in rows:
        table = row.__table__.name
        for column in sealed_columns(type(row)):
            value = row.__dict__.get(column)
            if isinstance(value, SealedCell):
                set_committed_value(row, column, box.open(value, table, column, row.id, row.owner()))


def open_cell(
    session: Session, kind: type[Any], column: str, row: UUID | None, owner: UUID | None, cell: Any
) -> str | None:
    """Open one cell of a row that was read by columns; the caller fetches keys and notes readers for the whole page."""
    if row is None or cell is None:
        return None
    if owner is not None and owner not in session.info["residents_read"]:
        raise CannotOpen("Note that this resident is read before opening: nothing is opened without a trace.")
    return sealer(session).open(cell, kind.__table__.name, column, row, owner or INSTALLATION)


def note_read(session: Session, residents: Iterable[UUID]) -> None:
    """Note that data of these residents goes into the answer, for the access log, and fetch their keys."""
    whose = set(residents)
    session.info["residents_read"].update(whose)
    sealer(session).fetch(whose)


def sealed_columns(kind: type[Any]) -> Sequence[str]:
    """Return the names of the sealed columns of a row class."""
    return [column.name for column in cast(Table, kind.__table__).columns if isinstance(column.type, SealedText)]


def _bound(table: str, column: str, row: UUID | str, owner: UUID | str) -> bytes:
    # Of a resident's own row both are one key, which is written once: half of what binding costs in a list.
    said = str(row)
    return f"v1|{table}|{column}|{said}|{said if owner is row else owner}".encode()


@event.listens_for(Session, "before_flush")
def _seal_before_flush(session: Session, _context: UOWTransaction, _objects: Any) -> None:
    for row in [*session.new, *session.dirty]:
        for column in sealed_columns(type(row)):
            value = row.__dict__.get(column)
            if isinstance(value, str) and inspect(row).attrs[column].history.has_changes():
                cell = sealer(session).seal(value, row.__table__.name, column, row.id, row.owner())
                session.info.setdefault("sealed", []).append((row, column, value))
                setattr(row, column, cell)


@event.listens_for(Session, "after_flush_postexec")
def _open_after_flush(session: Session, _context: UOWTransaction) -> None:
    for row, column, value in session.info.pop("sealed", ()):
        set_committed_value(row, column, value)
