"""The one clock: every moment and every day that the software knows comes from here.

Moments are aware and in UTC. Days are the days of the Netherlands, because a promise "by 1 October" is kept or broken
on a Dutch calendar. The demo and the tests stand the clock at another moment; nothing else may.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from time import time_ns
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

HERE = ZoneInfo("Europe/Amsterdam")

_standing_at: datetime | None = None
_keys_made = count()


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _standing_at or datetime.now(UTC)


def today() -> date:
    """Return the present day in the Netherlands."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day in the Netherlands on which a moment fell."""
    return moment.astimezone(HERE).date()


def new_id() -> UUID:
    """Return a key that sorts by the moment it was made (UUIDv7, RFC 9562)."""
    if _standing_at is None:
        return uuid7()
    # While the clock stands, the moment at which a key is really made takes the place of what is drawn by lot: keys of
    # one moment sort as they were made, also when the clock is stood at it again, and before those of any later one.
    made = (time_ns() << 13 | next(_keys_made) & 0x1FFF) & (1 << 74) - 1
    moment = round(_standing_at.timestamp() * 1000)
    return UUID(int=moment << 80 | 0x7 << 76 | made >> 62 << 64 | 0b10 << 62 | made & (1 << 62) - 1)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Stand the whole process's clock at `moment` (aware) for the time of the block.

    For the demo, which is played on the days of its story, and for tests. It is process-wide on purpose: a request
    that a test sends is answered in another thread.
    """
    global _standing_at
    before, _standing_at = _standing_at, moment.astimezone(UTC)
    try:
        yield
    finally:
        _standing_at = before
