"""Evidence through the API: a form with a file, headers that let a browser do nothing with it, errors that say why."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Fresh
from tests.conventions.deeds import A_PICTURE
from tests.doors import api_on


@pytest.fixture
def asked(fresh_walked: Fresh) -> Iterator[tuple[TestClient, dict[str, str]]]:
    with fresh_walked() as (database, things), TestClient(api_on(database)) as client:
        client.headers["Authorization"] = f"Bearer {things['corporation_token']}"
        yield client, things


def send(client: TestClient, things: dict[str, str], content: bytes = A_PICTURE, **more: Any) -> Any:
    sent: dict[str, Any] = {"files": {"file": ("a.png", content)}, "data": {"caption": "De ramen"}} | more
    return client.post(f"/commitments/{things['proposed']}/evidence", **sent)


def test_a_file_comes_back_as_it_was_made_anew(asked: tuple[TestClient, dict[str, str]]) -> None:
    client, things = asked

    made = send(client, things)

    assert made.status_code == 201
    assert made.headers["location"] == f"/evidence/{made.json()['id']}"
    assert made.json()["caption"] == "De ramen"
    assert made.json()["allowedActions"] == ["take_back"]
    file = client.get(f"{made.headers['location']}/content")
    assert file.headers["content-type"] == "image/png"
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["cache-control"] == "no-store"
    assert len(client.get(f"/commitments/{things['proposed']}/evidence").json()["items"]) == 2


def test_the_same_sending_is_kept_once(asked: tuple[TestClient, dict[str, str]]) -> None:
    client, things = asked
    key: dict[str, Any] = {"headers": {"Idempotency-Key": "photo-1"}}

    first, second = send(client, things, **key), send(client, things, **key)

    assert first.json()["id"] == second.json()["id"]
    assert send(client, things, data={"caption": "Iets anders"}, **key).status_code == 422


def test_every_fault_is_told_where_it_is(asked: tuple[TestClient, dict[str, str]]) -> None:
    client, things = asked
    wrong = [
        (send(client, things, b"<svg/>"), 400, "/file"),
        (send(client, things, b""), 400, "/file"),
        (send(client, things, data={"caption": "x" * 201}), 400, "/caption"),
        (send(client, things, data={"isAdmin": "true"}), 400, "/isAdmin"),
    ]

    found = [(answer.status_code, answer.json()["errors"][0]["location"]) for answer, _, _ in wrong]

    assert found == [(status, place) for _, status, place in wrong]
    assert client.post(f"/commitments/{things['proposed']}/evidence", json={}).status_code == 415


def test_a_track_record_and_a_portal_speak_camel_case(asked: tuple[TestClient, dict[str, str]]) -> None:
    client, things = asked

    record = client.get(f"/institutions/{things['corporation']}/track-record").json()
    portal = client.get("/portal").json()

    assert set(record) == {"institutionId", "since", "until", "answers", "keeping", "attendance", "referrals"}
    assert {"toAnswer", "toConfirm", "late", "coming", "judging", "judged"} <= set(portal)
    assert "daysLeft" in portal["toConfirm"][0]
