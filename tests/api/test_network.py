"""Network, goals and scales through the API: shapes, headers and errors."""

from typing import Any

from fastapi.testclient import TestClient

from tests.api.conftest import ClientOf
from tests.cast import NOW, Cast

TODAY = NOW.date().isoformat()
RESIDENT = {"callName": "Geert", "informedOn": TODAY, "informedHow": "spoken"}
TIE = {"who": "Mijn zus", "circle": "family", "emotional": True}
GOAL = {"words": "Koken", "reached": "Ze at hier", "now": "Ik eet uit de pan"}


def located(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def a_dossier(client: TestClient, cast: Cast) -> str:
    path = located(client.post("/residents", json=RESIDENT | {"areaId": str(cast.here_id)}))
    told = {"level": "dossier", "informedOn": TODAY, "informedHow": "sheet"}
    seen = {"If-Match": client.get(path).headers["ETag"]}
    assert client.put(f"{path}/level", json=told, headers=seen).status_code == 200
    return path


def scale(client: TestClient, key: str) -> str:
    return next(str(one["id"]) for one in client.get("/scales").json()["items"] if one["key"] == key)


def test_a_tie_is_noted_changed_and_ended_on_the_version_that_was_seen(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)

    tie = located(client.post(f"{resident}/ties", json=TIE))
    assert tie.startswith("/ties/")
    seen = {"If-Match": client.get(tie).headers["ETag"]}
    assert client.patch(tie, json={"wanted": "more"}).status_code == 428
    changed = client.patch(tie, json={"wanted": "more"}, headers=seen)
    assert (changed.json()["wanted"], changed.json()["emotional"], changed.json()["practical"]) == ("more", True, False)
    assert client.put(f"{tie}/ending", json={}, headers=seen).status_code == 412
    now = {"If-Match": changed.headers["ETag"]}
    assert client.put(f"{tie}/ending", json={}, headers=now).json()["endedOn"] == TODAY
    assert client.get(f"{resident}/ties", params={"open": True}).json()["items"] == []


def test_ties_come_page_by_page(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    for _ in range(3):
        located(client.post(f"{resident}/ties", json=TIE))

    first = client.get(f"{resident}/ties", params={"limit": 2})
    second = client.get(first.links["next"]["url"])

    assert len({one["id"] for one in first.json()["items"] + second.json()["items"]}) == 3


def test_a_name_that_is_too_long_is_named_by_its_field(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    answer = client.post(f"{a_dossier(client, cast)}/ties", json=TIE | {"who": "x" * 61})

    assert answer.status_code == 400
    assert [one["location"] for one in answer.json()["errors"]] == ["/who"]


def test_a_goal_shows_both_views_and_no_mean(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    goal = located(client.post(f"{a_dossier(client, cast)}/goals", json=GOAL))

    refused = client.post(f"{goal}/scores", json={"level": 1, "by": "worker"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "resident_first")
    client.post(f"{goal}/scores", json={"level": -1, "by": "resident"})
    shown = client.post(f"{goal}/scores", json={"level": 1, "by": "worker"}).json()

    assert (shown["residentSees"], shown["workerSees"], shown["talkAboutIt"]) == (-1, 1, True)
    assert [level["level"] for level in shown["levels"]] == [-2, 0]
    assert not any("average" in name or "mean" in name for name in shown)


def test_a_score_needs_the_residents_agreement(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    told = {"scaleId": scale(client, "participation_ladder"), "level": 2, "by": "resident"}

    refused = client.post(f"{resident}/scale-scores", json=told)
    assert (refused.status_code, refused.json()["errors"][0]["location"]) == (400, "/agreed")

    score = located(client.post(f"{resident}/scale-scores", json=told | {"agreed": True}))
    assert client.get(score).json()["level"] == 2


def test_a_definition_is_taken_as_it_was_given(client_of: ClientOf, cast: Cast) -> None:
    admin = client_of("admin")
    given = admin.get(f"/scales/{scale(admin, 'conversation_wheel')}/definition").json()

    made = admin.post("/scales", json=given)

    assert made.status_code == 201
    assert (made.json()["edition"], made.json()["enabled"]) == (2, False)
    seen = {"If-Match": made.headers["ETag"]}
    assert admin.put(f"/scales/{made.json()['id']}/use", json={"enabled": True}, headers=seen).json()["enabled"]
    assert [one["edition"] for one in admin.get("/scales", params={"enabled": True}).json()["items"]].count(2) == 1


def test_the_compass_names_twelve_elements_and_nobody(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)

    here = client.get(f"/areas/{cast.here_id}/compass").json()
    way = client.get(f"{resident}/compass").json()

    assert [one["number"] for one in here["elements"]] == list(range(1, 13))
    assert {one["state"] for one in way["elements"]} == {"alive", "not_yet"}
    told = str(here) + str(way)
    assert not any(str(actor.id) in told for actor in cast.actors.values())
