"""Putting messages in line: a place with a number for each subscription that wants them, one spreader at a time."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from bsa import clock
from bsa.database import Database
from bsa.outbox import Message
from bsa.subscriptions.models import Delivery, DeliveryState, Subscription, SubscriptionState

BATCH = 500
LOCK = 0x62736173
"""Who holds it spreads: with two at once, two messages would get the same number."""


def spread(database: Database) -> int:
    """Put the messages that were not put in line yet in the line of each subscription that wants them.

    Returns how many messages there were. A subscription that is not active yet, or paused, keeps its place: nothing is
    lost while its receiver is away.
    """
    spread_in_all = 0
    while there_are_new(database):
        with database.writing() as session:
            count = _spread_some(session)
        spread_in_all += count
        if count < BATCH:
            break
    return spread_in_all


def there_are_new(database: Database) -> bool:
    """Tell whether there is a message that was not put in line yet."""
    with database.reading() as session:
        return session.scalar(select(col(Message.id)).where(col(Message.spread_at).is_(None)).limit(1)) is not None


def _spread_some(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    messages = list(
        session.scalars(select(Message).where(col(Message.spread_at).is_(None)).order_by(col(Message.id)).limit(BATCH))
    )
    wanting = _subscriptions_of(session, {message.institution_id for message in messages})
    places = []
    for message in messages:
        for line in wanting[message.institution_id]:
            if _wants(line, message):
                line.last += 1
                places.append(
                    {
                        "id": clock.new_id(),
                        "created_at": clock.now(),
                        "subscription_id": line.key,
                        "message_id": message.id,
                        "number": line.last,
                        "state": DeliveryState.WAITING,
                        "attempts": 0,
                    }
                )
    if places:
        session.execute(insert(Delivery), places)
    for line in {line.key: line for lines in wanting.values() for line in lines}.values():
        if line.last != line.first:
            numbered = update(Subscription).where(col(Subscription.id) == line.key)
            session.execute(numbered.values(last_number=line.last))
    session.execute(
        update(Message).where(col(Message.id).in_([message.id for message in messages])).values(spread_at=clock.now())
    )
    return len(messages)


class _Line:
    """The line of one subscription, while messages are put in it."""

    def __init__(self, subscription: Subscription) -> None:
        self.key, self.types, self.since = subscription.id, set(subscription.types), subscription.created_at
        self.first = self.last = subscription.last_number


def _subscriptions_of(session: Session, institutions: set[UUID]) -> dict[UUID, list[_Line]]:
    lines: dict[UUID, list[_Line]] = defaultdict(list)
    query = (
        select(Subscription)
        .where(col(Subscription.institution_id).in_(institutions), col(Subscription.state) != SubscriptionState.ENDED)
        .order_by(col(Subscription.id))
    )
    # Nobody ends one of them meanwhile: what is ended has no line.
    for subscription in session.scalars(query.with_for_update()):
        lines[subscription.institution_id].append(_Line(subscription))
    return lines


def _wants(line: _Line, message: Message) -> bool:
    if message.subject_kind == Subscription.__tablename__:
        return message.subject_id == line.key
    return message.created_at >= line.since and (not line.types or message.type in line.types)
