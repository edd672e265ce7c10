"""Killed at any point: every deed that was done is told at least once, in order, and none that was not."""

import os
import random
import signal
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any
from uuid import UUID, uuid4

import pytest
from cloudevents.v1.http import from_http
from sqlmodel import col, select
from standardwebhooks.webhooks import Webhook

from bsa import clock
from bsa.database import Database
from bsa.events import Event
from bsa.outbox import Message
from bsa.subscriptions import actions, queries
from bsa.subscriptions.delivering import send_waiting
from bsa.subscriptions.models import Delivery, DeliveryState
from bsa.subscriptions.shapes import SubscriptionIn
from bsa.subscriptions.spreading import spread

from tests.cast import Cast
from tests.killed import live, numbers_of
from tests.receiver import Receiver, open_receiver

LONG = bool(os.environ.get("BSA_TEST_LONG"))
KILLS, DEEDS = (200, 1000) if LONG else (8, 40)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Open a partner's receiver."""
    with open_receiver() as receiver:
        yield receiver


def test_whenever_the_process_is_killed_each_deed_is_told_in_order_and_none_that_was_not_done(
    database: Database, cast: Cast, receiver: Receiver
) -> None:
    with database.writing() as session:
        made = actions.subscribe(session, cast.corporation, SubscriptionIn(url=receiver.url))
        hook = Webhook(queries.show_secret(session, cast.corporation, made.id).secret)
    assert send_waiting(database) == 1
    ask_id, kills, chance = uuid4(), 0, random.Random(5)

    verified = 0
    while kills < KILLS or len(numbers_of(database, ask_id)) < DEEDS:
        child, ready = _begin(database, ask_id, cast.corporation_id)
        ready.wait(60)
        # Long enough to do something, short enough to be in the midst of it.
        time.sleep(chance.uniform(0.0, 0.12))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join(20)
        kills += 1
        # As they come: what was sent minutes ago a receiver takes no more.
        verified = _verify(hook, receiver, verified)
    _deliver_the_rest(database)
    _verify(hook, receiver, verified)

    with database.reading() as session:
        messages = session.scalars(select(Message).order_by(col(Message.id))).all()
        told = {message.id for message in messages}
        events = session.scalars(select(Event).where(col(Event.subject_id) == ask_id).order_by(col(Event.id))).all()
    assert [event.id for event in events] == [message.id for message in messages]
    assert len(events) >= DEEDS
    assert min(event.facts["number"] for event in events) > 0
    for request in receiver.messages:
        assert UUID(from_http(dict(request.headers), request.body)["id"]) in told
    first = list(dict.fromkeys((int(one.event["sequence"]), one.event["id"]) for one in receiver.messages))
    assert [number for number, _ in first] == list(range(1, len(events) + 1))
    assert [key for _, key in first] == [str(event.id) for event in events]


def _verify(hook: Webhook, receiver: Receiver, verified: int) -> int:
    """Verify what came in after the first so many; return how many came in."""
    came = receiver.messages
    for request in came[verified:]:
        hook.verify(request.body, {name.lower(): value for name, value in request.headers.items()})
    return len(came)


def _begin(database: Database, ask_id: UUID, institution_id: UUID) -> tuple[BaseProcess, Any]:
    # Forked off a server that has loaded everything and holds no connection: a process in a few hundredths of a second.
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.killed"])
    ready = context.Event()
    told = {name: getattr(database.settings, name) for name in type(database.settings).model_fields}
    child = context.Process(target=live, args=(told, str(ask_id), str(institution_id), ready), daemon=True)
    child.start()
    return child, ready


def _deliver_the_rest(database: Database) -> None:
    """Deliver what still waits, as the next worker does once the leases of the killed have run out."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        spread(database)
        send_waiting(database)
        with database.reading() as session:
            if session.scalar(select(Delivery.id).where(col(Delivery.state) == DeliveryState.WAITING)) is None:
                return
        time.sleep(0.1)
    raise AssertionError(f"Something still waits at {clock.now()}.")
