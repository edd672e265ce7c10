"""A thing that is sent under a key of the sender's own is done once, however often and however quickly it comes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, func, select

from api.dependencies import content_of
from bsa import clock
from bsa.contacts.models import Contact
from bsa.contacts.shapes import ContactIn
from bsa.database import Database
from bsa.sendings import ANSWERS_KEPT, KEPT, Sending, forget_old

from tests.api.conftest import ClientOf
from tests.api.test_contacts import CONTACT, PROMISE, a_dossier
from tests.cast import NOW, Cast

# Two at the same moment: each database lets them wait for each other in its own way.
pytestmark = pytest.mark.on_every_database

KEY = {"Idempotency-Key": "3f2c-1"}


@pytest.fixture
def client(client_of: ClientOf) -> TestClient:
    return client_of("activator")


@pytest.fixture
def contacts(client: TestClient, cast: Cast) -> str:
    return f"{a_dossier(client, cast)}/contacts"


def counted(database: Database, kind: type[Any] = Contact) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_the_same_key_twice_gives_the_same_answer_and_one_row(
    client: TestClient, contacts: str, database: Database
) -> None:
    told = CONTACT | {"promise": PROMISE}
    first, second = (client.post(contacts, json=told, headers=KEY) for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first.headers["Location"] == second.headers["Location"]
    assert counted(database) == 1


def test_without_a_key_twice_is_twice(client: TestClient, contacts: str, database: Database) -> None:
    for _ in range(2):
        client.post(contacts, json=CONTACT)

    assert counted(database) == 2


def test_the_same_key_for_something_else_is_refused(client: TestClient, contacts: str, database: Database) -> None:
    client.post(contacts, json=CONTACT, headers=KEY)

    answer = client.post(contacts, json=CONTACT | {"place": "street"}, headers=KEY)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert counted(database) == 1


def test_a_key_belongs_to_its_sender(
    client_of: ClientOf, client: TestClient, contacts: str, cast: Cast, database: Database
) -> None:
    client.post(contacts, json=CONTACT, headers=KEY)
    theirs = f"{a_dossier(client_of('colleague'), cast)}/contacts"

    assert client_of("colleague").post(theirs, json=CONTACT, headers=KEY).status_code == 201
    assert counted(database) == 2


def test_what_was_refused_can_be_sent_again_under_its_key(client: TestClient, contacts: str) -> None:
    assert client.post(contacts, json=CONTACT | {"happenedOn": "2027-01-01"}, headers=KEY).status_code == 400
    assert client.post(contacts, json=CONTACT, headers=KEY).status_code == 201


def test_what_is_sent_again_after_the_resident_was_erased_is_not_found(
    client: TestClient, contacts: str, database: Database
) -> None:
    client.post(contacts, json=CONTACT, headers=KEY)
    resident = contacts.removesuffix("/contacts")
    version = client.get(resident).headers["ETag"]
    assert client.delete(resident, headers={"If-Match": version}).status_code == 204

    assert client.post(contacts, json=CONTACT, headers=KEY).status_code == 404
    assert counted(database) == 0


@pytest.mark.parametrize("key", ["", "x" * 101, "a b", "a\tb", "caf\xe9", "123456782", "1234-56-782"])
def test_a_key_that_is_not_one_is_refused(client: TestClient, contacts: str, key: str, database: Database) -> None:
    answer = client.post(contacts, json=CONTACT, headers=[(b"Idempotency-Key", key.encode("latin-1"))])

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["in"] == "header"
    assert counted(database) == 0


@pytest.mark.parametrize("key", ["x", "x" * 100, "!~"])
def test_a_key_of_visible_signs_is_taken(client: TestClient, contacts: str, key: str) -> None:
    assert client.post(contacts, json=CONTACT, headers={"Idempotency-Key": key}).status_code == 201


def test_what_is_nested_beyond_reading_is_refused_with_its_key(client: TestClient, contacts: str) -> None:
    sent = client.post(contacts, content=b"[" * 30_000, headers=KEY | {"Content-Type": "application/json"})

    assert sent.status_code == 400


def at_the_same_moment(times: int, do: Callable[[], Any]) -> list[Any]:
    """Do something in so many threads, which all begin together."""
    start = Barrier(times)

    def begin() -> Any:
        start.wait()
        return do()

    with ThreadPoolExecutor(times) as pool:
        return [one.result() for one in [pool.submit(begin) for _ in range(times)]]


def test_at_the_same_moment_it_is_done_once(client: TestClient, contacts: str, database: Database) -> None:
    answers = at_the_same_moment(8, lambda: client.post(contacts, json=CONTACT, headers=KEY))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (counted(database), counted(database, Sending)) == (1, 1)


def test_of_a_sending_no_word_is_kept_and_nothing_to_guess_by(
    client: TestClient, contacts: str, database: Database
) -> None:
    told = CONTACT | {"ownNote": "Zonnebloem"}
    resident = contacts.split("/")[2]
    client.post(contacts, json=told, headers=KEY)

    with database.reading() as session:
        (digest,) = session.scalars(select(col(Sending.content_digest)))
        (sending,) = session.scalars(select(Sending))
    # Whoever has the database only cannot try what was sent: the digest has a key.
    assert digest != sha256(content_of("contact", resident, ContactIn.model_validate(told)).encode()).hexdigest()
    # The answer is sealed with the resident's own key.
    assert sending.answer is not None
    assert b"Zonnebloem" not in sending.answer
    assert sending.owners == resident


def test_old_keys_are_forgotten_but_not_while_a_device_may_still_send(
    client: TestClient, contacts: str, database: Database, cast: Cast
) -> None:
    assert KEPT.days > database.settings.device_days
    client.post(contacts, json=CONTACT, headers=KEY)

    with database.writing() as session:
        # From a page nothing is answered that is worth keeping: the key and what it made are.
        session.add(Sending(account_id=cast.activator.id, key="page", content_digest="0" * 64))

    for kept, left in ((ANSWERS_KEPT, ["page"]), (KEPT, [])):
        with clock.standing_at(NOW + kept - timedelta(hours=1)), database.writing() as session:
            forget_old(session)
            assert len(session.scalars(select(col(Sending.key))).all()) == len(left) + 1
        with clock.standing_at(NOW + kept + timedelta(hours=1)), database.writing() as session:
            forget_old(session)
            assert session.scalars(select(col(Sending.key))).all() == left
