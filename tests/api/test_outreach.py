"""Rounds and doors over JSON: shapes, headers, keys of the sender's own, and how it refuses."""

from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import select

from bsa.database import Database
from bsa.events import Event
from bsa.outreach.models import Round

from tests.api.conftest import ClientOf
from tests.cast import Cast


def a_round(client: TestClient, cast: Cast, **more: Any) -> Any:
    answer = client.post("/rounds", json={"areaId": str(cast.here_id), "where": "Molenstraat", **more})
    assert answer.status_code == 201, answer.text
    return answer


def test_a_round_is_begun_counted_and_ended(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    begun = a_round(client, cast)
    path = begun.headers["Location"]
    assert begun.headers["ETag"] == client.get(path).headers["ETag"]
    assert begun.json() | {"kind": "doors", "heldOn": "2026-03-24", "doNotRing": [], "suggestAnotherWay": False} == (
        begun.json()
    )

    counted = client.post(f"{path}/tallies", json={"what": "rang"})
    assert counted.status_code == 201
    assert counted.headers["Location"] == path
    assert (counted.json()["rang"], counted.json()["noThanks"]) == (1, 0)
    assert client.post(f"{path}/tallies", json={"what": "rang", "by": -1}).json()["rang"] == 0
    ended = client.post(f"{path}/ending", json={"placeNote": "Het achterpad is donker"})
    assert (ended.status_code, ended.json()["endedOn"], ended.json()["doNotRing"]) == (201, "2026-03-24", None)


def test_below_nothing_and_ended_twice_are_conflicts(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    path = a_round(client, cast).headers["Location"]

    below = client.post(f"{path}/tallies", json={"what": "talked", "by": -1})
    assert below.status_code == 409
    assert below.json()["detail"] == "There is nothing to take back: this count is 0."
    client.post(f"{path}/ending", json={})
    assert client.post(f"{path}/ending", json={}).status_code == 409


def test_a_tally_is_one_more_or_one_less(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    path = a_round(client, cast).headers["Location"]

    for told in ({"what": "rang", "by": 2}, {"what": "rang", "by": 0}, {"what": "shouted"}, {}):
        assert client.post(f"{path}/tallies", json=told).status_code == 400


def test_what_comes_twice_under_one_key_counts_once(client_of: ClientOf, cast: Cast, database: Database) -> None:
    client = client_of("activator")
    first = a_round_under(client, cast, "round-1")
    assert a_round_under(client, cast, "round-1").json()["id"] == first.json()["id"]
    path = first.headers["Location"]
    for _ in range(3):
        sent = client.post(f"{path}/tallies", json={"what": "rang"}, headers={"Idempotency-Key": "ring-1"})
        assert sent.json()["rang"] == 1
    client.post(f"{path}/tallies", json={"what": "rang"}, headers={"Idempotency-Key": "ring-2"})
    other = client.post(f"{path}/tallies", json={"what": "opened"}, headers={"Idempotency-Key": "ring-2"})

    assert other.status_code == 422
    with database.reading() as session:
        assert [held.rang for held in session.scalars(select(Round))] == [2]


def a_round_under(client: TestClient, cast: Cast, key: str) -> Any:
    told = {"areaId": str(cast.here_id), "where": "Molenstraat"}
    return client.post("/rounds", json=told, headers={"Idempotency-Key": key})


def test_a_round_is_changed_on_the_version_that_was_seen(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    begun = a_round(client, cast)
    path, seen = begun.headers["Location"], {"If-Match": begun.headers["ETag"]}

    assert client.patch(path, json={"rang": 22, "opened": 9}, headers=seen).json()["rang"] == 22
    assert client.patch(path, json={"rang": 23}, headers=seen).status_code == 412
    assert client.patch(path, json={"rang": 23}).status_code == 428
    assert client.patch(path, json={"rang": None}, headers=seen).status_code == 400


def test_a_house_number_in_a_street_is_named_at_its_field(client_of: ClientOf, cast: Cast) -> None:
    answer = client_of("activator").post("/rounds", json={"areaId": str(cast.here_id), "where": "Molenstraat 14"})

    assert answer.status_code == 400
    assert [(fault["location"], fault["code"]) for fault in answer.json()["errors"]] == [("/where", "house_number")]


def test_rounds_are_listed_in_pages_and_by_days(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    for day in ("2026-01-12", "2026-02-09", "2026-03-09"):
        a_round(client, cast, heldOn=day)

    first = client.get("/rounds", params={"limit": 2})
    assert [one["heldOn"] for one in first.json()["items"]] == ["2026-03-09", "2026-02-09"]
    assert "weighing" not in first.json()["items"][0]
    assert 'rel="next"' in first.headers["Link"]
    some = client.get("/rounds", params={"from": "2026-01-01", "until": "2026-01-31", "mine": True})
    assert [one["heldOn"] for one in some.json()["items"]] == ["2026-01-12"]
    assert client.get("/rounds", params={"areaId": str(cast.there_id)}).json()["items"] == []


def test_a_door_is_left_alone_and_its_address_comes_back_nowhere(
    client_of: ClientOf, cast: Cast, database: Database
) -> None:
    client = client_of("activator")
    door = {"areaId": str(cast.here_id), "street": "Zonnebloemstr.", "number": "14 A"}

    assert client.post("/no-rings/checks", json=door).json() == {"ring": True}
    noted = client.post("/no-rings", json=door)
    assert (noted.status_code, noted.json()) == (201, {"ring": False})
    assert "Location" not in noted.headers
    assert client.post("/no-rings", json=door).status_code == 201
    same = door | {"street": "ZONNEBLOEM-straat", "number": "14a"}
    assert client_of("colleague").post("/no-rings/checks", json=same).json() == {"ring": False}
    assert client.get(a_round(client, cast, where="Zonnebloemstraat").headers["Location"]).json()["doNotRing"] == [
        "14a"
    ]
    assert client.post("/no-rings/liftings", json=same).json() == {"ring": True}
    assert client.post("/no-rings/liftings", json=same).status_code == 409
    with database.reading() as session:
        assert "onnebloem" not in repr([event.facts for event in session.scalars(select(Event))])


def test_what_is_no_house_number_is_refused_without_being_repeated(client_of: ClientOf, cast: Cast) -> None:
    door = {"areaId": str(cast.here_id), "street": "Zonnebloemstraat", "number": "veertien-hoog"}
    answer = client_of("activator").post("/no-rings", json=door)

    assert answer.status_code == 400
    assert [fault["code"] for fault in answer.json()["errors"]] == ["house_number"]
    assert "veertien" not in answer.text


def test_outreach_of_an_area_is_counted_month_by_month(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    path = a_round(client, cast, heldOn="2026-01-12").headers["Location"]
    client.post(f"{path}/tallies", json={"what": "rang"})

    shown = client_of("teamleader").get(f"/areas/{cast.here_id}/outreach").json()
    assert shown["areaName"] == "Oude Molenbuurt"
    assert shown["months"][-3] == {"month": "2026-01", "rounds": 1, "rang": 1, "opened": 0, "talked": 0, "noThanks": 0}
