"""Institutions over JSON."""

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import ClientOf
from tests.cast import Cast

CARLA = {"name": "Carla Nijenhuis", "mandate": "policy", "email": "carla@veenhoek.example", "phone": "0591 12 34 56"}


def path_of(cast: Cast, more: str = "") -> str:
    return f"/institutions/{cast.corporation_id}{more}"


def recorded(client: TestClient, cast: Cast) -> tuple[str, str]:
    answer = client.post(path_of(cast, "/contacts"), json=CARLA)
    assert answer.status_code == 201
    return answer.headers["Location"], answer.headers["ETag"]


def test_an_institution_is_recorded_shown_changed_and_listed(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    told = {"name": "Schuldhulp Emmen-demo", "kind": "debt_help", "postalAddress": "Markt 1\r\n7811 AA Emmen"}

    created = client.post("/institutions", json=told)

    assert created.status_code == 201
    shown = client.get(created.headers["Location"])
    assert shown.json()["postalAddress"] == "Markt 1\n7811 AA Emmen"
    changed = client.patch(
        created.headers["Location"],
        json={"email": "info@schuldhulp.example"},
        headers={"If-Match": shown.headers["ETag"]},
    )
    assert (changed.status_code, changed.json()["email"]) == (200, "info@schuldhulp.example")
    names = [one["name"] for one in client.get("/institutions", params={"limit": 2}).json()["items"]]
    assert names == ["De Veenhoek", "GGZ Veenrand"]


def test_a_list_goes_on_at_its_next_link(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("policy")

    first = client.get("/institutions", params={"limit": 1})
    second = client.get(first.links["next"]["url"])

    assert [one["name"] for one in second.json()["items"]] == ["GGZ Veenrand"]
    assert "next" not in second.links


def test_every_fault_is_named_at_once(client_of: ClientOf, cast: Cast) -> None:
    told = {"name": "", "kind": "bakery", "email": "geen adres", "postalAddress": "x" * 401, "extra": 1}

    answer = client_of("activator").post("/institutions", json=told)

    assert answer.status_code == 400
    assert {one["location"] for one in answer.json()["errors"]} == {
        "/name",
        "/kind",
        "/email",
        "/postalAddress",
        "/extra",
    }
    twin = client_of("activator").post("/institutions", json={"name": "De Veenhoek", "kind": "other"})
    assert [one["code"] for one in twin.json()["errors"]] == ["exists"]


@pytest.mark.parametrize(("name", "status"), [("nobody", 401), ("corporation", 403), ("policy", 403), ("privacy", 403)])
def test_who_may_not_record_is_refused(client_of: ClientOf, cast: Cast, name: str, status: int) -> None:
    assert client_of(name).post("/institutions", json={"name": "X", "kind": "other"}).status_code == status


def test_a_change_needs_the_version_that_was_seen(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    etag = client.get(path_of(cast)).headers["ETag"]
    assert client.patch(path_of(cast), json={"email": None}).status_code == 428
    assert client.patch(path_of(cast), json={"email": None}, headers={"If-Match": etag}).status_code == 200
    assert client.patch(path_of(cast), json={"email": None}, headers={"If-Match": etag}).status_code == 412


def test_people_are_recorded_changed_and_leave(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    location, etag = recorded(client, cast)

    changed = client.patch(location, json={"job": "manager vastgoed"}, headers={"If-Match": etag})
    assert changed.json()["job"] == "manager vastgoed"
    left = client.put(
        f"{location}/departure", json={"leftOn": "2026-03-24"}, headers={"If-Match": changed.headers["ETag"]}
    )
    assert (left.status_code, left.json()["leftOn"]) == (200, "2026-03-24")
    again = client.patch(location, json={"job": None}, headers={"If-Match": left.headers["ETag"]})
    assert again.status_code == 409
    assert client.get(path_of(cast, "/contacts")).json()["items"] == []
    assert len(client.get(path_of(cast, "/contacts"), params={"left": True}).json()["items"]) == 1


def test_people_are_not_for_everybody(client_of: ClientOf, cast: Cast) -> None:
    location, _ = recorded(client_of("activator"), cast)

    for name, listed, shown in (
        ("corporation", 200, 200),
        ("admin", 200, 200),
        ("stranger", 200, 200),
        ("policy", 403, 404),
        ("rival", 404, 404),
        ("privacy", 404, 404),
        ("nobody", 401, 401),
    ):
        client = client_of(name)
        assert client.get(path_of(cast, "/contacts")).status_code == listed, name
        assert client.get(location).status_code == shown, name
    elsewhere = location.replace(str(cast.corporation_id), str(cast.rival_id))
    assert client_of("activator").get(elsewhere).status_code == 404
