"""Tasks, money and scores of aims over JSON."""

from tests.api.conftest import ClientOf
from tests.api.test_initiatives import an_initiative
from tests.cast import Cast


def test_a_task_is_planned_once_taken_up_and_done_as_it_was_last_seen(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    location = an_initiative(client, cast)
    key = {"Idempotency-Key": "phone-1"}

    twice = [client.post(f"{location}/tasks", json={"what": "Zaal regelen"}, headers=key) for _ in range(2)]
    task = twice[0].headers["Location"].removeprefix("/api/v1")
    seen = {"If-Match": client.get(task).headers["ETag"]}
    taken = client.put(f"{task}/uptake", headers=seen)

    assert twice[0].json()["id"] == twice[1].json()["id"]
    assert (taken.json()["mine"], taken.json()["takenUpByName"]) == (True, "Activator van de Cast")
    assert client.put(f"{task}/completion", json={"whoDidIt": "together"}, headers=seen).status_code == 412
    seen = {"If-Match": taken.headers["ETag"]}
    done = client.put(f"{task}/completion", json={"whoDidIt": "together"}, headers=seen).json()
    assert (done["state"], done["whoDidIt"], done["allowedActions"]) == ("done", "together", ["reopen"])
    steps = client.get("/learning-steps", params={"initiativeId": location.rpartition("/")[2]}).json()["items"]
    assert [step["what"] for step in steps] == ["Zaal regelen"]
    assert client.get(f"{location}/tasks", params={"state": "open"}).json()["items"] == []
    assert "takenUpById" not in done


def test_money_is_whole_cents_and_added_up(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    location = an_initiative(client, cast)
    for cents in (12.5, 0, "veel"):
        wrong = client.post(f"{location}/budget-lines", json={"kind": "cost", "what": "Verf", "cents": cents})
        assert wrong.status_code == 400

    booked = client.post(f"{location}/budget-lines", json={"kind": "cost", "what": "Verf", "cents": 1250})

    assert (booked.status_code, booked.json()["paid"]) == (201, False)
    assert client.get(booked.headers["Location"].removeprefix("/api/v1")).headers["ETag"].startswith('"1.')
    assert client.get(f"{location}/budget").json()["leftCents"] == -1250


def test_the_group_scores_an_aim_within_the_scale(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    location = an_initiative(client, cast)
    aim = client.post(f"{location}/aims", json={"text": "Iedereen warm"}).json()["aims"][0]["id"]

    assert client.post(f"/aims/{aim}/scores", json={"level": 3}).status_code == 400
    scored = client.post(f"/aims/{aim}/scores", json={"level": -1})

    assert (scored.status_code, scored.json()["level"]) == (201, -1)
    listed = client.get(f"/aims/{aim}/scores", params={"limit": 1}).json()["items"]
    assert [one.keys() for one in listed] == [{"id", "level", "scoredOn", "createdAt"}]
