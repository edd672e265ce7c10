"""`make bench-partners`: how soon a partner has its message, beside one whose receiver is dead, slow or silent.

The real worker delivers, from its own process. The other partner has 2,000 messages in line. For every message of the
live one is measured how long after the deed was committed it arrived; the ratio is to the same worker with no backlog.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlmodel import col, select

import bsa.registry  # noqa: F401 - a row knows its table once all tables are known
from bsa import clock
from bsa.database import Database
from bsa.events import note
from bsa.institutions.models import Institution, InstitutionKind
from bsa.people.models import Account
from bsa.settings import Mode
from bsa.subscriptions.delivering import send_waiting
from bsa.subscriptions.models import Subscription, SubscriptionState
from bsa.subscriptions.signing import make_secret
from bsa.subscriptions.spreading import spread

from benchmarks import stage
from benchmarks.quick import machine
from tests.receiver import Receiver, open_receiver

BACKLOG = 2000
MESSAGES, EACH = 40, 0.25
BESIDE = ("nobody", "a dead one", "a slow one", "a silent one")
"""Dead: nothing listens. Slow: each answer takes a second. Silent: it never answers."""


def main() -> None:
    """Measure on both databases, and print medians, the slowest of twenty, and ratios."""
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    print(f"\n{MESSAGES} messages to the live partner, {BACKLOG} in line for the other; milliseconds from the deed\n")
    print("| database | beside | median | p95 | median / alone | delivered to the other meanwhile |")
    print("| --- | --- | --- | --- | --- | --- |")
    for place_of in (stage.sqlite, stage.postgresql):
        with place_of() as place:
            settings = place.settings.model_copy(update={"mode": Mode.DEVELOPMENT, "partner_networks": "127.0.0.0/8"})
            place = stage.Place(place.name, settings, place.plain_url)
            database = Database(settings)
            database.migrate()
            alone = 0.0
            for beside in BESIDE:
                took, came = measure(database, place, beside)
                alone = alone or median(took)
                slowest = quantiles(took, n=20)[-1]
                ratio = median(took) / alone
                print(f"| {place.name} | {beside} | {median(took):.0f} | {slowest:.0f} | {ratio:.2f} | {came} |")
            database.close()


def measure(database: Database, place: stage.Place, beside: str) -> tuple[list[float], int]:
    """Return how long each message of the live partner took, and how many the other got meanwhile."""
    with open_receiver() as live, open_receiver() as other:
        one, two = (_partner(database, receiver.url) for receiver in (live, other))
        assert send_waiting(database) == 2
        if beside != "nobody":
            with database.writing() as session:
                for _ in range(BACKLOG):
                    note(session, None, "ask.asked", two)
            spread(database)
        other.seconds = {"a slow one": 1.0, "a silent one": 60.0}.get(beside, 0.0)
        if beside == "a dead one":
            _move(database, two.institution_id, "http://127.0.0.1:9/messages")
        with _worker(place):
            took = _deeds(database, one, live)
        with database.writing() as session:
            for subscription in session.scalars(select(Subscription)):
                subscription.state = SubscriptionState.PAUSED
                subscription.leased_until = None
        return took, len(other.messages)


def _deeds(database: Database, ask: Any, live: Receiver) -> list[float]:
    """Do something each quarter of a second, and say for each how long its message took."""
    done: dict[str, float] = {}
    for _ in range(MESSAGES):
        _noted(database, ask, done)
        time.sleep(EACH)
    _wait(lambda: done.keys() <= {told.event["id"] for told in live.messages})
    return [(told.at - done[told.event["id"]]) * 1000 for told in live.messages if told.event["id"] in done]


def _noted(database: Database, ask: Any, done: dict[str, float]) -> None:
    with database.writing() as session:
        event = note(session, None, "ask.asked", ask)
    done[str(event.id)] = time.monotonic()


def _wait(until: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


def _partner(database: Database, url: str) -> Any:
    with database.writing() as session:
        institution = Institution(name=f"Partner {clock.new_id()}", kind=InstitutionKind.HOUSING_CORPORATION)
        account = Account(name=f"p{clock.new_id().hex[-20:]}", display_name="Partner")
        session.add_all([institution, account])
        session.flush()
        session.add(
            Subscription(
                institution_id=institution.id,
                account_id=account.id,
                url=url,
                secret=make_secret(),
                next_attempt_at=clock.now(),
            )
        )
        return SimpleNamespace(__tablename__="ask", id=clock.new_id(), institution_id=institution.id)


def _move(database: Database, institution_id: UUID, url: str) -> None:
    with database.writing() as session:
        for subscription in session.scalars(
            select(Subscription).where(col(Subscription.institution_id) == institution_id)
        ):
            subscription.url = url


@contextmanager
def _worker(place: stage.Place) -> Iterator[None]:
    """Run the worker as an installation runs it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bsa.cli", "worker"], env=place.environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(2)
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
