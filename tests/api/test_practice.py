"""Practising and speaking orders over JSON."""

from tests.api.conftest import ClientOf
from tests.api.test_contacts import a_dossier, located
from tests.cast import Cast


def test_practising_is_planned_changed_and_debriefed_by_version(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)

    path = located(client.post(f"{resident}/practice-moments", json={"scaryThing": "Bellen", "stopWord": "thee"}))
    tag = client.get(path).headers["ETag"]

    assert client.put(f"{path}/debrief", json={"outcome": "partly"}).status_code == 428
    changed = client.patch(path, json={"safeSetting": "Aan tafel"}, headers={"If-Match": tag})
    assert changed.json()["safeSetting"] == "Aan tafel"
    assert client.put(f"{path}/debrief", json={"outcome": "partly"}, headers={"If-Match": tag}).status_code == 412
    done = client.put(f"{path}/debrief", json={"outcome": "partly"}, headers={"If-Match": changed.headers["ETag"]})
    assert (done.json()["outcome"], done.json()["heldOn"]) == ("partly", "2026-03-24")


def test_an_order_that_gives_residents_less_tells_the_sums(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("teamleader")
    told = {"areaId": str(cast.here_id), "title": "Warm", "origin": "together", "startedOn": "2026-03-24"}
    initiative = located(client.post("/initiatives", json=told))
    turns = [{"side": "resident", "who": "Buren", "minutes": 2}, {"side": "institution", "who": "Carla", "minutes": 2}]
    order = {"meetingOn": "2026-04-08", "turns": turns}

    refused = client.post(f"{initiative}/speaking-orders", json=order)
    turns[0]["minutes"] = 5
    made = client.post(f"{initiative}/speaking-orders", json=order)

    (error,) = refused.json()["errors"]
    assert (error["location"], error["code"]) == ("/turns", "residents_have_less")
    assert "2" in error["detail"]
    shown = client.get(located(made))
    assert (shown.json()["residentMinutes"], shown.json()["institutionMinutes"]) == (5, 2)
    assert shown.headers["ETag"].startswith('"1.')
