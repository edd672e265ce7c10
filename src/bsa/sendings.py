"""What a device or a partner sent under a key of its own, so that sending it twice does it once.

The key is written in the same transaction as what it did. A second sending under the same key, by the same account,
finds what the first one made (`once`), or gets the answer of the first as it was (`earlier_answer`); with another
content it is refused. No content is kept, only its keyed digest. An answer is kept for two days, sealed with the keys
of all whose data is in it, one within the other: where one of these keys is destroyed it cannot be opened any more.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint, delete, func, or_
from sqlmodel import Field, Session, col, select

from bsa import clock
from bsa.digests import keyed_digest
from bsa.errors import N_, Conflict, KeyReused, NotFound
from bsa.keystore import INSTALLATION
from bsa.permissions import Actor
from bsa.rows import Row
from bsa.sealing import CannotOpen, SealedCell, note_read, sealer

Made = TypeVar("Made", bound=Row)

KEPT = timedelta(days=30)
"""Longer than any device keeps what it could not send."""

ANSWERS_KEPT = timedelta(days=2)
"""Longer than a partner goes on trying."""

TOLD_ONCE = N_("This was done, but its answer held a secret that is told once. Make a new one.")


class Sending(Row, table=True):
    """One thing that was sent and done."""

    __tablename__ = "sending"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    account_id: UUID = Field(foreign_key="account.id")
    key: str = Field(max_length=100)
    content_digest: str = Field(max_length=64)
    made_id: UUID | None = None
    """The key of what it made."""
    request_digest: str | None = Field(default=None, max_length=64)
    """Of the request as it came, when its answer is kept too."""
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Sealed; none when a secret was in it."""
    owners: str = Field(default="", max_length=4000)
    """With whose keys the answer is sealed, the innermost first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it went out."""

    status: int
    headers: dict[str, str]
    body: str


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
    earlier = _sent(session, actor, key)
    if earlier is not None:
        if earlier.content_digest != digest or earlier.made_id is None:
            raise KeyReused
        return find(earlier.made_id)
    made = do()
    session.add(Sending(account_id=actor.id, key=key, content_digest=digest, made_id=made.id))
    session.flush()
    return made


def earlier_answer(session: Session, actor: Actor, key: str, request: str) -> Kept | None:
    """Return what was answered to this request before, if it was; refuse the key when it was for another.

    Whose data is in the answer is noted as read once more.
    """
    _wait_for_twin(session, actor, key)
    earlier = _sent(session, actor, key)
    if earlier is None or earlier.request_digest is None:
        return None
    if earlier.request_digest != keyed_digest(session, "request", request):
        raise KeyReused
    if earlier.answer is None:
        raise Conflict(TOLD_ONCE)
    owners = [UUID(owner) for owner in earlier.owners.split()]
    note_read(session, [owner for owner in owners if owner != INSTALLATION])
    text = b64encode(earlier.answer).decode()
    try:
        for owner in reversed(owners):
            text = sealer(session).open(SealedCell(b64decode(text)), "sending", "answer", earlier.id, owner)
    except CannotOpen:
        raise NotFound from None
    return Kept(**json.loads(text))


def keep_answer(session: Session, actor: Actor, key: str, request: str, answer: Kept | None) -> None:
    """Keep what was answered to a request, beside what it did; None: that it was, for its answer held a secret."""
    digest = keyed_digest(session, "request", request)
    sending = _sent(session, actor, key)
    if sending is None:
        sending = Sending(account_id=actor.id, key=key, content_digest=digest)
        session.add(sending)
    sending.request_digest = digest
    if answer is not None:
        # Whose key goes with this deed has no data in the answer any more, and it would never open again.
        owners = sorted(session.info["residents_read"] - session.info["doomed"]) or [INSTALLATION]
        text = json.dumps(asdict(answer))
        for owner in owners:
            cell = sealer(session).seal(text, "sending", "answer", sending.id, owner)
            text = b64encode(cell).decode()
        sending.answer = b64decode(text)
        sending.owners = " ".join(str(owner) for owner in owners)
    session.flush()


def forget_answers(session: Session, owners: Iterable[UUID]) -> None:
    """Forget every kept answer with data of one of these: what it says may not be kept any more, or not like this."""
    named: Sequence[UUID] = list(owners)
    if named:
        holding = or_(*(col(Sending.owners).contains(str(owner)) for owner in named))
        session.execute(delete(Sending).where(holding).execution_options(synchronize_session=False))


def forget_old(session: Session) -> None:
    """Forget the keys of long ago: nobody sends under them any more."""
    now = clock.now()
    session.execute(delete(Sending).where(col(Sending.created_at) < now - KEPT))
    answered = col(Sending.request_digest).is_not(None)
    session.execute(delete(Sending).where(answered, col(Sending.created_at) < now - ANSWERS_KEPT))


def _sent(session: Session, actor: Actor, key: str) -> Sending | None:
    return session.scalar(select(Sending).where(col(Sending.account_id) == actor.id, col(Sending.key) == key))


def _wait_for_twin(session: Session, actor: Actor, key: str) -> None:
    """Let a second sending under the same key at the same moment wait until the first is done, and then find it.

    On SQLite nobody else writes meanwhile anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(f"{actor.id}|{key}".encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
