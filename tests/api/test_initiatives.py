"""Initiatives over JSON."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from bsa.access_log import AccessLine
from bsa.database import Database

from tests.api.conftest import ClientOf
from tests.cast import Cast


def an_initiative(client: TestClient, cast: Cast, **more: Any) -> str:
    told = {"areaId": str(cast.here_id), "title": "Molenbuurt Warm", "origin": "together", "startedOn": "2026-03-01"}
    answer = client.post("/initiatives", json={**told, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def a_resident(client: TestClient, cast: Cast) -> str:
    told = {
        "callName": "Geert",
        "areaId": str(cast.here_id),
        "informedOn": "2026-03-24",
        "informedHow": "spoken",
    }
    answer = client.post("/residents", json=told)
    consent = {"scope": "to_be_introduced", "how": "spoken", "givenOn": "2026-03-24"}
    assert client.post(f"{answer.headers['Location']}/consents", json=consent).status_code == 201
    return str(answer.json()["id"])


def test_an_initiative_is_started_changed_and_moved_on(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    location = an_initiative(client, cast)
    etag = client.get(location).headers["ETag"]

    changed = client.patch(location, json={"nextStep": "Kozijnen tellen"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["nextStep"]) == (200, "Kozijnen tellen")
    stale = client.post(
        f"{location}/phases", json={"phase": "acting", "since": "2026-03-20"}, headers={"If-Match": etag}
    )
    assert stale.status_code == 412
    moved = client.post(
        f"{location}/phases",
        json={"phase": "acting", "since": "2026-03-20"},
        headers={"If-Match": changed.headers["ETag"]},
    )
    assert (moved.status_code, moved.json()["phase"], moved.headers["Location"]) == (201, "acting", location)
    stopped = client.post(
        f"{location}/phases",
        json={"phase": "stopped", "since": "2026-03-24"},
        headers={"If-Match": moved.headers["ETag"]},
    )
    assert [(one["location"], one["code"]) for one in stopped.json()["errors"]] == [("/lesson", "required")]


def test_a_resident_takes_part_and_leaves_and_the_reading_is_logged(
    client_of: ClientOf, cast: Cast, database: Database
) -> None:
    client = client_of("activator")
    location, resident_id = an_initiative(client, cast), a_resident(client, cast)
    told = {"residentId": resident_id, "part": "speaks", "consentedOn": "2026-03-24"}

    added = client.post(f"{location}/participants", json=told)

    assert (added.status_code, added.json()["participantCount"]) == (201, 1)
    (participant,) = client.get(f"{location}/participants").json()["items"]
    assert participant["callName"] == "Geert"
    with database.reading() as session:
        lines = session.scalars(select(AccessLine)).all()
        read = {line.operation for line in lines if str(line.resident_id) == resident_id}
    assert {"add_participant", "list_participants"} <= read
    assert client_of("colleague").get(location).json()["participants"] == []
    assert client_of("colleague").delete(f"{location}/participants/{participant['id']}").status_code == 403
    assert client.delete(f"{location}/participants/{participant['id']}").status_code == 204
    assert client.get(location).json()["participantCount"] == 0


def test_without_consent_nobody_takes_part(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    location = an_initiative(client, cast)
    resident_id = a_resident(client, cast)
    consent_id = client.get(f"/residents/{resident_id}").json()["consents"][0]["id"]
    client.delete(f"/residents/{resident_id}/consents/{consent_id}")

    told = {"residentId": resident_id, "part": "speaks", "consentedOn": "2026-03-24"}
    answer = client.post(f"{location}/participants", json=told)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["location"] == "/residentId"


def test_aims_are_set_and_reached(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("teamleader")
    location = an_initiative(client, cast)

    client.post(f"{location}/aims", json={"text": "Warm voor de winter", "sign": "19 graden"})
    (aim,) = client.get(f"{location}/aims").json()["items"]
    reached = client.put(f"{location}/aims/{aim['id']}/attainment", json={"reachedOn": "2026-03-24"})

    assert reached.json()["aims"][0]["reachedOn"] == "2026-03-24"
    assert client.put(f"{location}/aims/{aim['id']}/attainment", json={"reachedOn": "2026-03-24"}).status_code == 409


def test_an_unknown_theme_is_refused(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    location = an_initiative(client, cast)
    answer = client.post(f"{location}/themes", json={"themeId": str(cast.here_id)})
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (400, "/themeId")
    assert client.delete(f"{location}/themes/{cast.here_id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "listed", "shown"),
    [
        ("nobody", 401, 401),
        ("stranger", 200, 404),
        ("corporation", 403, 404),
        ("policy", 403, 404),
        ("privacy", 403, 404),
        ("admin", 403, 404),
    ],
)
def test_for_everybody_else_it_does_not_exist(
    client_of: ClientOf, cast: Cast, name: str, listed: int, shown: int
) -> None:
    location = an_initiative(client_of("activator"), cast)

    answer = client_of(name).get("/initiatives")

    assert answer.status_code == listed
    assert answer.json().get("items", []) == []
    assert client_of(name).get(location).status_code == shown
    assert client_of(name).post(f"{location}/aims", json={"text": "X"}).status_code == shown


def test_initiatives_are_filtered(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    an_initiative(client, cast)
    an_initiative(client, cast, title="Moestuin", phase="acting")

    answer = client.get("/initiatives", params={"phase": "acting", "open": "true", "areaId": str(cast.municipality_id)})

    assert [one["title"] for one in answer.json()["items"]] == ["Moestuin"]
    assert client.get("/initiatives", params={"phase": "dreaming"}).status_code == 400
