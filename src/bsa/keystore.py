"""The separate store of data keys: one for each resident, one for what belongs to none, each wrapped by the ring.

It lives apart from the data (another encrypted file; on PostgreSQL another schema and role) and is backed up apart, so
that destroying a resident's key makes that resident unreadable in every backup of the data as well.
A key is written before the row that needs it; a key whose row never came is an orphan, and is swept.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from bsa import clock
from bsa.errors import OutOfService
from bsa.keyring import KEY_BYTES, KeyRing, WrongKeyRing

metadata = MetaData()

data_key = Table(
    "data_key",
    metadata,
    Column("owner_id", Uuid, primary_key=True),
    Column("wrapped_by", String(32), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

WANTED = select(data_key.c.owner_id, data_key.c.wrapped_by, data_key.c.wrapped).where(
    data_key.c.owner_id.in_(bindparam("owners", expanding=True))
)

INSTALLATION = UUID(int=0)
"""The owner of the key for what belongs to no resident: staff, institution contacts, witnesses, letters."""


class KeyStore:
    """Hands out opened data keys by their owner, and destroys them."""

    def __init__(self, engine: Engine, ring: KeyRing) -> None:
        self._engine = engine
        # One statement needs no transaction; on SQLite it would also wait for the lock of those who write.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._ring = ring
        self._installation: AESGCM | None = None
        self._digests: bytes | None = None

    def prepare(self, *, fresh: bool) -> None:
        """Make the store ready, or refuse to start.

        `fresh` tells that the database holds nothing yet: only then may an installation key be made. A store without
        its installation key beside a database with rows is a lost store, and making a new one would hide that.
        """
        if fresh:
            metadata.create_all(self._engine)
            if not self._has(INSTALLATION):
                self.create(INSTALLATION)
        self.check()

    def check(self) -> None:
        """Raise `WrongKeyRing` unless the installation's key is there and opens with this ring."""
        try:
            there = self._has(INSTALLATION)
        except SQLAlchemyError:
            there = False
        if not there:
            raise WrongKeyRing("The key store is missing or empty, while the database is in use. Restore it first.")
        self._installation = self.keys([INSTALLATION])[INSTALLATION]

    def installation(self) -> AESGCM:
        """Return the key for what belongs to no resident; it is never destroyed, so it is kept at hand."""
        if self._installation is None:
            self.check()
        if self._installation is None:
            raise OutOfService
        return self._installation

    def digest_key(self) -> bytes:
        """Return the key for digests: derived from the installation's key, so that it changes with nothing else."""
        if self._digests is None:
            raw = self._raw([INSTALLATION])[INSTALLATION]
            self._digests = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"bsa digests v1").derive(raw)
        return self._digests

    def keys(self, owners: Iterable[UUID]) -> dict[UUID, AESGCM]:
        """Fetch and unwrap the keys of these owners in one statement; an owner whose key was destroyed is left out."""
        return {owner: AESGCM(key) for owner, key in self._raw(owners).items()}

    def secret(self, owner: UUID) -> bytes:
        """Return the secret of an owner, such as a year of figures; the first time it is made."""
        if not self._has(owner):
            self.create(owner)
        return self._raw([owner])[owner]

    def create(self, owner: UUID) -> AESGCM:
        """Make, wrap and store a new key; commits at once, before the row that it is for."""
        key = os.urandom(KEY_BYTES)
        row = {
            "owner_id": owner,
            "wrapped_by": self._ring.current,
            "wrapped": self._ring.wrap(key, owner.bytes),
            "created_at": clock.now(),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(data_key).values(row))
        except SQLAlchemyError as error:
            raise OutOfService from error
        return AESGCM(key)

    def destroy(self, owners: Iterable[UUID]) -> None:
        """Destroy the keys of these owners; a key that is already gone is no error, so the job can be run again."""
        doomed = [owner for owner in owners if owner != INSTALLATION]
        if doomed:
            with self._engine.begin() as connection:
                connection.execute(delete(data_key).where(data_key.c.owner_id.in_(doomed)))

    def made_before(self, moment: datetime) -> set[UUID]:
        """Return the owners of resident keys made before `moment`: those among which orphans are looked for."""
        with self._engine.connect() as connection:
            made = select(data_key.c.owner_id).where(data_key.c.created_at < moment)
            return {owner for owner in connection.scalars(made) if owner != INSTALLATION}

    def _has(self, owner: UUID) -> bool:
        with self._engine.connect() as connection:
            return connection.scalar(select(data_key.c.owner_id).where(data_key.c.owner_id == owner)) is not None

    def _raw(self, owners: Iterable[UUID]) -> dict[UUID, bytes]:
        wanted = list(owners)
        if not wanted:
            return {}
        try:
            with self._reading.connect() as connection:
                rows = connection.execute(WANTED, {"owners": wanted}).all()
        except SQLAlchemyError as error:
            raise OutOfService from error
        return {row.owner_id: self._ring.unwrap(row.wrapped_by, row.wrapped, row.owner_id.bytes) for row in rows}
