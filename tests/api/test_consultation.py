"""Terms by law over JSON."""

from typing import Any

from fastapi.testclient import TestClient

from tests.api.conftest import ClientOf
from tests.cast import Cast


def begun(client: TestClient, cast: Cast, **more: Any) -> dict[str, Any]:
    """Found a committee and begin a track; return it as it was answered."""
    group = {
        "areaId": str(cast.here_id),
        "name": "Bewonerscommissie",
        "kind": "tenants_committee",
        "institutionId": str(cast.corporation_id),
        "homes": 34,
    }
    group_id = client.post("/groups", json=group).json()["id"]
    told = {"groupId": group_id, "subject": "Kozijnen", "kind": "renovation", "begunOn": "2026-03-02"}
    answer = client.post("/tracks", json=told | more)
    assert answer.status_code == 201, answer.text
    track: dict[str, Any] = answer.json()
    return track


def test_every_step_says_its_day_its_rule_and_where_that_stands(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    track = begun(client, cast)

    assert [step["clock"] for step in track["steps"]] == ["advice", "support", "reasons", "execution", "objection"]
    assert track["steps"][0] == {
        "clock": "advice",
        "rule": "six_weeks",
        "source": "Wet op het overleg huurders verhuurder, artikel 5 lid 1",
        "state": "running",
        "fromOn": "2026-03-02",
        "dueOn": "2026-04-13",
        "countedOn": "2026-04-13",
        "extendedOn": None,
        "why": None,
        "metOn": None,
    }
    assert track["nextStep"] == track["steps"][0]
    assert track["allowedActions"] == ["keep_track"]
    assert client.get(f"/tracks/{track['id']}").json() == track
    seen_by_landlord = client_of("corporation").get(f"/tracks/{track['id']}").json()
    assert (seen_by_landlord["allowedActions"], seen_by_landlord["mayHappen"]) == ([], [])


def test_what_happened_is_written_once_for_a_key_and_moves_the_days(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    path = f"/tracks/{begun(client, cast)['id']}"
    advised = {"kind": "advised", "happenedOn": "2026-03-20"}

    first = client.post(f"{path}/events", json=advised, headers={"Idempotency-Key": "een"})
    again = client.post(f"{path}/events", json=advised, headers={"Idempotency-Key": "een"})
    other = client.post(f"{path}/events", json=advised | {"words": "x"}, headers={"Idempotency-Key": "een"})
    answer = {"kind": "reasons_received", "happenedOn": "2026-03-23", "deviates": True}
    reasons = client.post(f"{path}/events", json=answer).json()

    assert [first.status_code, again.status_code, other.status_code] == [201, 201, 422]
    assert len(again.json()["events"]) == 2
    assert reasons["nextStep"]["dueOn"] == "2026-03-26"
    listed = client.get(f"{path}/events").json()["items"]
    assert [event["kind"] for event in listed] == ["informed", "advised", "reasons_received"]
    struck = client.delete(f"{path}/events/{listed[2]['id']}").json()
    assert struck["steps"][2]["state"] == "running"


def test_mistakes_are_named_by_field(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    path = f"/tracks/{begun(client, cast)['id']}"

    without = client.post(f"{path}/events", json={"kind": "polled", "homes": 34})
    later = client.post(f"{path}/events", json={"kind": "advised", "happenedOn": "2026-05-01"})
    unfit = client.post(f"{path}/events", json={"kind": "consulted"})
    unversioned = client.patch(path, json={"subject": "Dak"})

    assert [answer.status_code for answer in (without, later, unfit, unversioned)] == [400, 400, 409, 428]
    assert "inFavour" in without.text or "in_favour" in without.text


def test_tracks_are_listed_by_group_area_and_kind(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    track = begun(client, cast)
    yearly = {"groupId": track["groupId"], "subject": "Overleg", "kind": "yearly", "begunOn": "2026-01-05"}
    client.post("/tracks", json=yearly)

    listed = client.get("/tracks", params={"groupId": track["groupId"], "limit": 1})
    assert [item["subject"] for item in listed.json()["items"]] == ["Kozijnen"]
    assert 'rel="next"' in listed.headers["Link"]
    only = client.get("/tracks", params={"areaId": str(cast.here_id), "kind": "yearly"}).json()["items"]
    assert [(item["subject"], item["nextStep"]["dueOn"]) for item in only] == [("Overleg", "2027-01-05")]
