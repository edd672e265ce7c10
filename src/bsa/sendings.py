"""What a device or a partner sent under a key of its own, so that sending it twice does it once.

The key is written in the same transaction as what it did. A second sending under the same key, by the same account,
finds what the first one made; with another content it is refused. No content is kept: only its keyed digest.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from sqlalchemy import UniqueConstraint, delete, func
from sqlmodel import Field, Session, col, select

from bsa import clock
from bsa.digests import keyed_digest
from bsa.errors import KeyReused
from bsa.permissions import Actor
from bsa.rows import Row

Made = TypeVar("Made", bound=Row)

KEPT = timedelta(days=30)
"""Longer than any device keeps what it could not send."""


class Sending(Row, table=True):
    """One thing that was sent and done."""

    __tablename__ = "sending"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    account_id: UUID = Field(foreign_key="account.id")
    key: str = Field(max_length=100)
    content_digest: str = Field(max_length=64)
    made_id: UUID
    """The key of what it made."""


def once(
    session: Session,
    actor: Actor,
    key: str | None,
    content: str,
    do: Callable[[], Made],
    find: Callable[[UUID], Made],
) -> Made:
    """Do something once for a key: `do` the first time, `find` what was made after that.

    `content` is what was sent, with what it was sent to, as one text; without a key it is simply done.
    """
    if key is None:
        return do()
    _wait_for_twin(session, actor, key)
    digest = keyed_digest(session, "sending", content)
    earlier = session.scalar(select(Sending).where(col(Sending.account_id) == actor.id, col(Sending.key) == key))
    if earlier is not None:
        if earlier.content_digest != digest:
            raise KeyReused
        return find(earlier.made_id)
    made = do()
    session.add(Sending(account_id=actor.id, key=key, content_digest=digest, made_id=made.id))
    session.flush()
    return made


def forget_old(session: Session) -> None:
    """Forget the keys of long ago: nobody sends under them any more."""
    session.execute(delete(Sending).where(col(Sending.created_at) < clock.now() - KEPT))


def _wait_for_twin(session: Session, actor: Actor, key: str) -> None:
    """Let a second sending under the same key at the same moment wait until the first is done, and then find it.

    On SQLite nobody else writes meanwhile anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(f"{actor.id}|{key}".encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
