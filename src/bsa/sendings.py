"""What a device or a partner sent under a key of its own, so that sending it twice does it once.

The key is written in the same transaction as what it did. A second sending under the same key, by the same account,
finds what the first one made; with another content it is refused. No content is kept: only its digest.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from bsa.errors import KeyReused
from bsa.permissions import Actor
from bsa.rows import Row

Made = TypeVar("Made", bound=Row)


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
    digest = sha256(content.encode()).hexdigest()
    earlier = session.scalar(select(Sending).where(col(Sending.account_id) == actor.id, col(Sending.key) == key))
    if earlier is not None:
        if earlier.content_digest != digest:
            raise KeyReused
        return find(earlier.made_id)
    made = do()
    session.add(Sending(account_id=actor.id, key=key, content_digest=digest, made_id=made.id))
    session.flush()
    return made
