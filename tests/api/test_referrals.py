"""Referrals over the API: what is asked for, what is answered, and that what is sent often is done once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, func, select

from bsa import clock
from bsa.database import Database
from bsa.events import Event
from bsa.referrals.jobs import see_opened, wipe_old
from bsa.referrals.models import Referral, ReferralEvent

from tests.api.conftest import ClientOf
from tests.at_once import at_once
from tests.cast import Cast
from tests.referred import a_group, told

MANY = 50
"""So many threads send at once."""


@pytest.fixture
def partner(client_of: ClientOf) -> TestClient:
    return client_of("corporation")


def send(client: TestClient, body: dict[str, Any], key: str = "k-1") -> Any:
    return client.post("/referrals", json=body, headers={"Idempotency-Key": key})


def _send_and_keep(answers: list[Any], client: TestClient, body: dict[str, Any], key: str) -> None:
    answers.append(send(client, body, key))


def places(answer: Any) -> dict[str, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {fault["location"]: fault["code"] for fault in answer.json()["errors"]}


def test_a_referral_is_answered_with_a_shell_and_when_it_will_be_seen_and_decided(partner: TestClient) -> None:
    answer = send(partner, told(urgency="call_today"))

    assert answer.status_code == 201
    shell = answer.json()
    assert answer.headers["Location"].endswith(f"/referrals/{shell['id']}")
    assert (shell["state"], shell["seenBy"], shell["decideBy"]) == ("requested", "2026-03-25", "2026-03-31")
    assert "Samira" not in answer.text
    whole = partner.get(f"/referrals/{shell['id']}")
    assert whole.json()["content"]["callName"] == "Samira"
    assert whole.json()["allowedActions"] == ["withdraw", "mark_error"]


def test_without_a_key_it_is_not_taken_and_says_how(partner: TestClient) -> None:
    answer = partner.post("/referrals", json=told())

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


def test_another_content_under_the_same_key_is_refused(partner: TestClient) -> None:
    first = send(partner, told(externalRef="A-1"))
    again = send(partner, told(externalRef="A-1"))
    other = send(partner, told(externalRef="A-2"))

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.content == first.content
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_same_reference_under_another_key_is_the_one_that_is_there(partner: TestClient) -> None:
    first, again = send(partner, told(externalRef="A-1"), "k-1"), send(partner, told(externalRef="A-1"), "k-2")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]


def test_every_fault_is_named_at_once_with_a_pointer(partner: TestClient) -> None:
    wrong = told(areaCode=None, residentKnows=False, referrer={"name": "Femke"}, institutionId="x", birthDate="1980")

    assert places(send(partner, wrong)) == {
        "/referrer/role": "missing",
        "/referrer/callback": "missing",
        "/institutionId": "extra_forbidden",
        "/birthDate": "extra_forbidden",
        "/areaCode": "required",
        "/residentKnows": "discuss_first",
    }
    assert places(send(partner, a_group(address="Molenstraat 14"))) == {"/address": "group"}
    assert places(send(partner, told(areaCode=None, postcode4="9999"))) == {"/postcode4": "unknown"}


@pytest.mark.on_every_database
def test_what_many_send_at_once_is_made_once(partner: TestClient, database: Database) -> None:
    """Under one key all get the same answer, byte by byte; under keys of their own all but one find it there."""
    for name, keys in (("one", ["same"] * MANY), ("each", [f"own-{number}" for number in range(MANY)])):
        body, answers = told(externalRef=name), list[Any]()
        deeds = [partial(_send_and_keep, answers, partner, body, key) for key in keys]
        assert at_once(*deeds) == [None] * MANY

        counted = Counter(answer.status_code for answer in answers)
        assert counted == ({201: MANY} if name == "one" else {201: 1, 200: MANY - 1})
        assert len({answer.content for answer in answers} if name == "one" else {a.json()["id"] for a in answers}) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 2


def decide(answers: list[Any], client: TestClient, path: str, deed: str, tag: str, **body: Any) -> Callable[[], None]:
    def send_it() -> None:
        answers.append((deed, client.post(f"{path}/{deed}", json=body, headers={"If-Match": tag})))

    return send_it


def happened(database: Database, key: str) -> tuple[list[str], list[str]]:
    """Return the events of a referral by their own table and by the one of all events; they tell the same."""
    with database.reading() as session:
        own = select(col(ReferralEvent.state)).where(col(ReferralEvent.referral_id) == UUID(key))
        noted = select(col(Event.kind)).where(col(Event.subject_id) == UUID(key))
        states = [state.value for state in session.scalars(own.order_by(col(ReferralEvent.number)))]
        kinds = session.scalars(noted.order_by(col(Event.id))).all()
        return states, [kind.removeprefix("referral.") for kind in kinds]


@pytest.mark.on_every_database
def test_of_two_who_take_it_on_at_once_one_does_and_the_other_is_told(
    partner: TestClient, client_of: ClientOf, database: Database
) -> None:
    workers = [client_of("activator"), client_of("colleague")] * 2
    for number in range(3):
        key = send(partner, told(), f"k-{number}").json()["id"]
        path, answers = f"/referrals/{key}", list[Any]()
        tag = workers[0].get(path).headers["ETag"]
        assert at_once(*[decide(answers, one, path, "acceptance", tag) for one in workers]) == [None] * 4

        assert sorted(answer.status_code for _, answer in answers) == [201, 409, 409, 409]
        assert all("accepted" in answer.json()["detail"] for _, answer in answers if answer.status_code == 409)
        assert happened(database, key) == (["requested", "accepted"],) * 2


@pytest.mark.on_every_database
@pytest.mark.parametrize("feedback", ["status_and_outcome", "nothing"])
def test_taken_back_and_taken_on_at_once_both_stand_in_one_order_or_the_later_one_is_refused(
    partner: TestClient, client_of: ClientOf, database: Database, feedback: str
) -> None:
    """Who hears nothing of what the team does is told nothing by a refusal either: the no of the resident stands."""
    worker = client_of("activator")
    for number in range(4):
        key = send(partner, told(feedback=feedback), f"k-{number}").json()["id"]
        path, answers = f"/referrals/{key}", list[Any]()
        tags = [one.get(path).headers["ETag"] for one in (partner, worker)]
        back = decide(answers, partner, path, "withdrawal", tags[0], bySide="resident")
        on = decide(answers, worker, path, "acceptance", tags[1])
        assert at_once(*((back, on) if number % 2 else (on, back))) == [None, None]

        came = {deed: answer.status_code for deed, answer in answers}
        if came["acceptance"] == 409:
            order = ["requested", "withdrawn"]
            assert came["withdrawal"] == 201
        else:
            silent = feedback == "nothing"
            order = ["requested", "accepted", *(["withdrawn"] if silent else [])]
            assert came == {"acceptance": 201, "withdrawal": 201 if silent else 412}
        assert happened(database, key) == (order, order)
        if "withdrawn" not in order:
            tag = partner.get(path).headers["ETag"]
            decide(answers, partner, path, "withdrawal", tag, bySide="resident")()
            assert happened(database, key) == ([*order, "withdrawn"],) * 2
        assert worker.get(path).json()["state"] == "withdrawn"


@pytest.mark.on_every_database
def test_opening_it_makes_it_seen_by_itself_and_reading_alone_writes_nothing(
    partner: TestClient, client_of: ClientOf, database: Database
) -> None:
    path = f"/referrals/{send(partner, told()).json()['id']}"
    partner.get(path)
    client_of("teamleader").get(path)
    client_of("colleague").get("/referrals")
    assert see_opened(database) == 0

    client_of("colleague").get(path)
    assert partner.get(path).json()["state"] == "requested"
    assert see_opened(database) == 1
    assert see_opened(database) == 0
    seen = partner.get(path).json()
    assert (seen["state"], seen["seenAt"] is None) == ("seen", False)
    assert [event["state"] for event in partner.get(f"{path}/events").json()["items"]] == ["requested", "seen"]


def test_a_deed_asks_for_the_version_and_says_what_may_follow(partner: TestClient, client_of: ClientOf) -> None:
    path = f"/referrals/{send(partner, told()).json()['id']}"
    worker = client_of("activator")
    tag = worker.get(path).headers["ETag"]
    taken = worker.post(f"{path}/acceptance", json={}, headers={"If-Match": tag})

    assert taken.status_code == 201
    assert worker.post(f"{path}/attempts", json={"reached": True}).status_code == 428
    assert worker.post(f"{path}/attempts", json={"reached": True}, headers={"If-Match": tag}).status_code == 412
    late = client_of("colleague").post(f"{path}/acceptance", json={}, headers={"If-Match": taken.headers["ETag"]})
    assert late.status_code == 409
    assert "completed" in late.json()["detail"]


def test_who_polls_gets_what_changed_since_in_order(partner: TestClient, client_of: ClientOf) -> None:
    first, second = (send(partner, told(), f"k-{number}").json() for number in range(2))
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        since = clock.now().isoformat().replace("+00:00", "Z")
        worker = client_of("activator")
        path = f"/referrals/{first['id']}"
        worker.post(f"{path}/acceptance", json={}, headers={"If-Match": worker.get(path).headers["ETag"]})
        changed = partner.get("/referrals", params={"updatedSince": since}).json()["items"]
        every = partner.get("/referrals", params={"updatedSince": "2026-01-01T00:00:00Z", "limit": 1})

    assert [(item["id"], item["state"]) for item in changed] == [(first["id"], "accepted")]
    assert [item["id"] for item in every.json()["items"]] == [second["id"]]
    after = partner.get(every.headers["Link"].split('>; rel="next"')[0].rsplit("<", 1)[1].replace("/api/v1", ""))
    assert [item["id"] for item in after.json()["items"]] == [first["id"]]


def test_another_partner_finds_nothing_by_any_way(partner: TestClient, client_of: ClientOf) -> None:
    body = told()
    key = send(partner, body).json()["id"]
    rival = client_of("rival")

    for path in ("", "/events", "/feedback", "/message"):
        theirs, nobodys = (
            rival.get(f"/referrals/{one}{path}") for one in (key, "019d1f2d-f9c0-7cbd-8daa-3e371045de34")
        )
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json() | {"instance": None} == nobodys.json() | {"instance": None}
    assert rival.get("/referrals", params={"externalRef": body["externalRef"]}).json()["items"] == []
    again = told(retryOfId=key)
    assert places(send(rival, again)) == {"/retryOfId": "unknown"}


def test_what_is_over_for_long_is_wiped_with_its_key(
    partner: TestClient, client_of: ClientOf, database: Database, cast: Cast
) -> None:
    declined, kept = (send(partner, told(), f"k-{number}").json()["id"] for number in range(2))
    worker = client_of("activator")
    tag = worker.get(f"/referrals/{declined}").headers["ETag"]
    worker.post(f"/referrals/{declined}/refusal", json={"reason": "no_place"}, headers={"If-Match": tag})
    assert wipe_old(database) == 0
    with clock.standing_at(clock.now() + timedelta(days=31)):
        assert wipe_old(database) == 1

    with database.reading() as session:
        rows = session.scalars(select(Referral).order_by(col(Referral.id))).all()
        assert [(row.question is None, row.wiped_at is None) for row in rows] == [(True, False), (False, True)]
        assert set(database.keystore.keys([row.id for row in rows])) == {rows[1].id}
    assert str(rows[1].id) == kept


@pytest.mark.parametrize("number", ["123 456 782", "1234.56.782", "123\u200b456782", "\uff11\uff12\uff13 456 782"])
def test_a_citizen_service_number_is_no_reference_however_it_is_written(partner: TestClient, number: str) -> None:
    sent = partner.post("/referrals", json=told(externalRef=number), headers={"Idempotency-Key": "once"})

    assert (sent.status_code, [error["code"] for error in sent.json()["errors"]]) == (400, ["bsn"])
