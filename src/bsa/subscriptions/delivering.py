"""Delivering messages: in order, at least once, by one sender at a time for each subscription.

A sender takes a lease on a subscription, which is its ticket, and sends the head of the line until nothing is due, a
receiver fails, or its turn is over. What came of a request is written after it: who is killed in between sends it
again. Nothing is sent while a transaction is open, and nothing from inside a request of ours.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, exists, or_, select, update
from sqlmodel import Session, col

from bsa import clock
from bsa.database import Database
from bsa.events import note
from bsa.outbox import Message
from bsa.sealing import open_rows
from bsa.settings import Settings
from bsa.subscriptions.addresses import host_of
from bsa.subscriptions.cloud import CONTENT_TYPE, body_of, cloud_event
from bsa.subscriptions.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryFault,
    DeliveryState,
    Subscription,
    SubscriptionEnding,
    SubscriptionState,
)
from bsa.subscriptions.post import Answer, Post
from bsa.subscriptions.signing import make_secret, signed

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 5 * 60, 30 * 60, 2 * 60 * 60, 8 * 60 * 60, 24 * 60 * 60)
)
"""How long is waited after each failure, give or take a tenth; after the last of these a delivery is dead."""
OLD = timedelta(hours=24)
"""A message that is older gets one try: when a receiver was away for long, its line moves on."""
LONGEST_WISH = timedelta(hours=24)
"""So long a receiver can have us wait by `Retry-After`."""
TURN = timedelta(seconds=20)
"""So long a sender serves one subscription before another may have its turn."""
LEASE = timedelta(seconds=60)
"""Longer than a request can take: whoever holds a lease that ran out is dead."""
TAKEN = frozenset({200, 201, 202, 204})
BUSY = frozenset({429, 503})
AGENT = "BSA"
MOST_AT_ONCE = 100
SWEEP_SECONDS = 40

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ticket:
    """The right to send to one subscription, until somebody else got it."""

    subscription_id: UUID
    lease: datetime


@dataclass(frozen=True)
class _Letter:
    """One request that is due, drawn up."""

    delivery_id: UUID | None
    """None: the handshake."""
    method: str
    url: str
    headers: dict[str, str]
    body: bytes


def take_due(database: Database, lease: timedelta = LEASE) -> list[Ticket]:
    """Take the subscriptions for which something is due and whom nobody serves; whoever gets a ticket serves it."""
    tickets = (take(database, subscription_id, lease) for subscription_id in due(database))
    return [ticket for ticket in tickets if ticket is not None]


def due(database: Database) -> list[UUID]:
    """Find the subscriptions for which something is due and whom nobody serves; those that never failed come first."""
    order = (col(Subscription.failing_since).is_not(None), col(Subscription.next_attempt_at), col(Subscription.id))
    with database.reading() as session:
        return list(session.scalars(select(col(Subscription.id)).where(_due()).order_by(*order).limit(MOST_AT_ONCE)))


def take(database: Database, subscription_id: UUID, lease: timedelta = LEASE) -> Ticket | None:
    """Take one subscription, if something is due for it and nobody serves it."""
    with database.writing() as session:
        until = session.scalar(
            update(Subscription)
            .where(col(Subscription.id) == subscription_id, _due())
            .values(leased_until=clock.now() + lease)
            .returning(col(Subscription.leased_until))
            .execution_options(synchronize_session=False)
        )
    return Ticket(subscription_id, until) if until is not None else None


def serve(
    database: Database,
    ticket: Ticket,
    post: Post | None = None,
    lease: timedelta = LEASE,
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Send what is due for a subscription, one after the other, and give the ticket back; return how many went out.

    `goes_on` is asked between two requests: a worker that stops lets the rest wait.
    """
    post = post or Post(database.settings)
    until, sent = clock.now() + TURN, 0
    while True:
        letter = _next_letter(database, ticket)
        if letter is None:
            break
        answer = post.send(letter.method, letter.url, letter.headers, letter.body)
        renewed = _write_down(database, ticket, letter, answer, lease)
        sent += 1
        if renewed is None:
            return sent
        ticket = renewed
        if clock.now() >= until or not goes_on():
            break
    with database.writing() as session:
        session.execute(_ours(ticket).values(leased_until=None))
    return sent


def send_waiting(database: Database) -> int:
    """Serve what is due, one subscription after the other, for less than a minute: what the pulse left lying."""
    until, sent = time.monotonic() + SWEEP_SECONDS, 0
    for subscription_id in due(database):
        ticket = take(database, subscription_id)
        if ticket is not None:
            sent += serve(database, ticket)
        if time.monotonic() > until:
            break
    return sent


def _due() -> ColumnElement[bool]:
    """Return the condition that something is due for a subscription whom nobody serves."""
    now = clock.now()
    waiting = exists().where(
        col(Delivery.subscription_id) == Subscription.id, col(Delivery.state) == DeliveryState.WAITING
    )
    at_once = or_(col(Subscription.next_attempt_at).is_(None), col(Subscription.next_attempt_at) <= now)
    return and_(
        or_(col(Subscription.leased_until).is_(None), col(Subscription.leased_until) <= now),
        or_(
            and_(col(Subscription.state) == SubscriptionState.PENDING, col(Subscription.next_attempt_at) <= now),
            and_(col(Subscription.state) == SubscriptionState.ACTIVE, at_once, waiting),
        ),
    )


def _next_letter(database: Database, ticket: Ticket) -> _Letter | None:
    """Draw up the request that is due next; None when there is none, or somebody else serves this subscription."""
    with database.reading() as session:
        subscription = session.get(Subscription, ticket.subscription_id)
        if subscription is None or subscription.leased_until != ticket.lease:
            return None
        open_rows(session, [subscription])
        now, settings = clock.now(), database.settings
        if subscription.state is SubscriptionState.PENDING:
            due = subscription.next_attempt_at is not None and subscription.next_attempt_at <= now
            return _handshake(subscription, settings) if due else None
        if subscription.state is not SubscriptionState.ACTIVE:
            return None
        if subscription.next_attempt_at is not None and subscription.next_attempt_at > now:
            return None
        head = session.execute(
            select(Delivery, Message)
            .join(Message, col(Message.id) == Delivery.message_id)
            .where(col(Delivery.subscription_id) == subscription.id, col(Delivery.state) == DeliveryState.WAITING)
            .order_by(col(Delivery.number))
            .limit(1)
        ).first()
        return _letter(subscription, head[0], head[1], settings, now) if head else None


def _letter(
    subscription: Subscription, delivery: Delivery, message: Message, settings: Settings, now: datetime
) -> _Letter:
    body = body_of(cloud_event(message, delivery.number, settings))
    secrets = [subscription.secret]
    if subscription.former_secret and subscription.former_until and subscription.former_until > now:
        secrets.append(subscription.former_secret)
    headers = {
        "Host": _host_header(subscription.url),
        "User-Agent": AGENT,
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        **signed(secrets, message.id, now, body),
    }
    if subscription.bearer:
        headers["Authorization"] = f"Bearer {subscription.bearer}"
    return _Letter(delivery.id, "POST", subscription.url, headers, body)


def _handshake(subscription: Subscription, settings: Settings) -> _Letter:
    headers = {
        "Host": _host_header(subscription.url),
        "User-Agent": AGENT,
        "Connection": "close",
        "WebHook-Request-Origin": host_of(str(settings.base_url)),
        "WebHook-Request-Rate": "*",
    }
    if subscription.bearer:
        headers["Authorization"] = f"Bearer {subscription.bearer}"
    return _Letter(None, "OPTIONS", subscription.url, headers, b"")


def _host_header(url: str) -> str:
    return url.split("/", 3)[2]


def _write_down(database: Database, ticket: Ticket, letter: _Letter, answer: Answer, lease: timedelta) -> Ticket | None:
    """Write down what came of a request and keep the subscription for the next; None when it was lost meanwhile."""
    with database.writing() as session:
        until = session.scalar(
            _ours(ticket).values(leased_until=clock.now() + lease).returning(col(Subscription.leased_until))
        )
        if until is None:
            return None
        subscription = session.get_one(Subscription, ticket.subscription_id)
        fault = _fault_of(answer)
        if letter.delivery_id is None:
            _shaken(session, subscription, letter, answer, fault, database.settings)
        else:
            delivery = session.get_one(Delivery, letter.delivery_id)
            message = session.get_one(Message, delivery.message_id)
            _delivered(session, subscription, delivery, message, letter, answer, fault)
        return Ticket(ticket.subscription_id, until)


def _shaken(
    session: Session,
    subscription: Subscription,
    letter: _Letter,
    answer: Answer,
    fault: DeliveryFault | None,
    settings: Settings,
) -> None:
    """Let a subscription begin when its receiver said that it wants our messages; otherwise keep the reason."""
    if subscription.state is not SubscriptionState.PENDING or subscription.url != letter.url:
        return
    origin = answer.headers.get("webhook-allowed-origin", "").strip().lower()
    if fault is None and origin not in ("*", host_of(str(settings.base_url)).lower()):
        fault = DeliveryFault.NO_CONSENT
    if fault is None:
        subscription.state = SubscriptionState.ACTIVE
    subscription.fault = fault
    subscription.failing_since = None
    subscription.next_attempt_at = None
    subscription.touch()
    note(session, None, "subscription.refused" if fault else "subscription.agreed", subscription, fault=fault)


def _delivered(
    session: Session,
    subscription: Subscription,
    delivery: Delivery,
    message: Message,
    letter: _Letter,
    answer: Answer,
    fault: DeliveryFault | None,
) -> None:
    delivery.attempts += 1
    session.add(
        DeliveryAttempt(
            delivery_id=delivery.id,
            number=delivery.attempts,
            status=answer.status,
            fault=fault,
            milliseconds=answer.milliseconds,
        )
    )
    delivery.next_attempt_at = None
    if fault is None:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, clock.now()
        if subscription.url == letter.url:
            subscription.next_attempt_at = None
            _feels(subscription, None)
        return
    if subscription.state is SubscriptionState.ENDED:
        delivery.state = DeliveryState.DEAD
        return
    if subscription.url != letter.url:
        # Meanwhile the partner named another address: it says nothing about that one.
        return
    if fault is DeliveryFault.GONE:
        end(session, subscription, SubscriptionEnding.GONE)
        note(session, None, "subscription.ended", subscription, because=SubscriptionEnding.GONE)
        return
    spent = delivery.attempts > len(WAITS) or clock.now() - message.created_at > OLD
    if spent:
        # The next in line gets its try after a short wait: a receiver that is away is not asked without a pause.
        delivery.state = DeliveryState.DEAD
        subscription.next_attempt_at = clock.now() + _wait(answer, 1)
        note(session, None, "subscription.gave_up", subscription, delivery_id=delivery.id, number=delivery.number)
    else:
        delivery.next_attempt_at = subscription.next_attempt_at = clock.now() + _wait(answer, delivery.attempts)
    _feels(subscription, fault)


def end(session: Session, subscription: Subscription, because: SubscriptionEnding) -> None:
    """End a subscription: what still waits in its line is never sent."""
    subscription.state, subscription.ended_at, subscription.ended_because = (
        SubscriptionState.ENDED,
        clock.now(),
        because,
    )
    subscription.next_attempt_at = subscription.former_secret = subscription.former_until = subscription.bearer = None
    # What signed its messages is gone with it.
    subscription.secret = make_secret()
    subscription.touch()
    session.execute(
        update(Delivery)
        .where(col(Delivery.subscription_id) == subscription.id, col(Delivery.state) == DeliveryState.WAITING)
        .values(state=DeliveryState.DEAD, next_attempt_at=None)
    )


def _feels(subscription: Subscription, fault: DeliveryFault | None) -> None:
    """Keep what is wrong with a receiver, and since when; only what changed makes a new version."""
    if subscription.fault is fault:
        return
    subscription.fault = fault
    subscription.failing_since = (subscription.failing_since or clock.now()) if fault else None
    subscription.touch()


def _fault_of(answer: Answer) -> DeliveryFault | None:
    """Say what is wrong with an answer; None when it says that the message was taken."""
    if answer.status is None:
        return answer.fault
    if answer.status in TAKEN:
        return None
    if answer.status == 410:
        return DeliveryFault.GONE
    if answer.status in BUSY:
        return DeliveryFault.BUSY
    return DeliveryFault.REDIRECT if 300 <= answer.status < 400 else DeliveryFault.REFUSED


def _wait(answer: Answer, attempts: int) -> timedelta:
    """Return how long to wait after so many failures: give or take a tenth, and not before the receiver wants it."""
    planned = WAITS[min(attempts, len(WAITS)) - 1] * random.uniform(0.9, 1.1)  # noqa: S311 - so that not all come at once
    wished = _wish(answer.headers.get("retry-after", "")) if answer.status in BUSY else timedelta(0)
    return max(planned, min(wished, LONGEST_WISH))


def _wish(text: str) -> timedelta:
    """Read `Retry-After`: seconds, or a moment."""
    if text.strip().isdigit():
        return timedelta(seconds=min(int(text.strip()[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return timedelta(0)
    return max(moment.replace(tzinfo=moment.tzinfo or UTC) - clock.now(), timedelta(0))


def _ours(ticket: Ticket) -> Update:
    return (
        update(Subscription)
        .where(col(Subscription.id) == ticket.subscription_id, col(Subscription.leased_until) == ticket.lease)
        .execution_options(synchronize_session=False)
    )
