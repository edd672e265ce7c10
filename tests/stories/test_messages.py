"""Element 12: working together. The institution's own system hears at once what was asked, and nothing of anybody."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa.asks.models import Ask
from bsa.database import Database
from bsa.subscriptions.delivering import send_waiting
from bsa.subscriptions.models import Delivery, Subscription
from bsa.subscriptions.spreading import spread

from tests.cast import NOW, Cast
from tests.line import Line
from tests.receiver import Receiver, open_receiver
from tests.stories.conftest import Say, Visit, read

TODAY = NOW.date().isoformat()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Open the receiver of the corporation's system."""
    with open_receiver() as receiver:
        yield receiver


def work(database: Database) -> None:
    """Do what the worker does a second later."""
    spread(database)
    send_waiting(database)


def test_given_a_system_that_listens_when_the_team_asks_something_then_it_hears_where_to_look_and_nothing_else(
    line: Line, visit: Visit, say: Say, database: Database, cast: Cast, receiver: Receiver
) -> None:
    joost, marloes, beheer = visit("corporation"), visit("activator"), visit("admin")
    assert say("Nobody hears of anything yet") in read(joost, "/subscriptions")
    made = joost.fill_in("/subscriptions", url=receiver.url)
    assert say("The secret of these messages") in made.text
    work(database)
    with database.reading() as session:
        path = f"/subscriptions/{session.scalars(select(Subscription.id)).one()}"
    assert say("messages go out") in read(joost, path)

    receiver.answers = [(500, {})]
    asked = {"initiative_id": line.initiative_id, "institution_id": cast.corporation_id, "text": "Geert wil licht"}
    there = marloes.fill_in("/asks", **asked, voiced_by="residents").headers["location"]
    put = {"happened_on": TODAY, "reply_by": "2026-04-07", "source": "mail", "mandate": "operational"}
    with database.reading() as session:
        version = session.get_one(Ask, UUID(there.rsplit("/", 1)[1])).version
    assert marloes.fill_in(f"{there}/submission", **put, version=version).status_code == 303
    work(database)

    page = read(joost, path)
    assert say("question put").capitalize() in page
    assert say("the receiver refused it") in page
    assert say("waits") in page
    told = receiver.messages[-1]
    assert json.loads(told.body)["dataref"].endswith(f"/api/v1{there}")
    assert "Geert" not in told.body.decode()
    assert "licht" not in told.body.decode()

    with database.reading() as session:
        delivery = session.scalars(select(Delivery.id).order_by(col(Delivery.number).desc())).first()
    shown = read(beheer, f"/deliveries/{delivery}")
    for words in ("Each try", "How it looks", "Next try"):
        assert say(words) in shown
