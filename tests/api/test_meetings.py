"""Forums, meetings and agreements over JSON: shapes, headers and errors."""

from fastapi.testclient import TestClient

from bsa.database import Database

from tests.conftest import Fresh
from tests.doors import api_on


def bearer(things: dict[str, str], who: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {things[f'{who}_token']}", **more}


def api(database: Database) -> TestClient:
    return TestClient(api_on(database))


def test_a_meeting_tells_its_agenda_and_what_may_be_done(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), api(database) as client:
        answer = client.get(f"/meetings/{things['going_on']}", headers=bearer(things, "activator"))
        shown = answer.json()
        assert answer.headers["etag"].startswith(f'"{shown["version"]}.')
        assert [item["kind"] for item in shown["agenda"]] == ["ask", "commitment", "other"]
        assert shown["agenda"][0]["can"] == ["answered"]
        assert {"enter", "close"} <= set(shown["allowedActions"])
        read = client.get(f"/meetings/{things['going_on']}", headers=bearer(things, "corporation")).json()
        assert (read["allowedActions"], read["agenda"][0]["can"]) == ([], [])


def test_sending_a_meeting_twice_plans_it_once(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), api(database) as client:
        told = {"forumId": things["forum"], "startsAt": "2026-06-03T19:30:00+02:00"}
        sent = bearer(things, "activator", **{"Idempotency-Key": "een"})
        made = [client.post("/meetings", json=told, headers=sent) for _ in range(2)]
        assert [answer.status_code for answer in made] == [201, 201]
        assert made[0].json()["id"] == made[1].json()["id"]
        assert made[0].headers["location"].endswith(f"/meetings/{made[0].json()['id']}")


def test_one_thing_is_entered_at_a_time(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), api(database) as client:
        both = {
            "agendaItemId": things["asked_item"],
            "answered": {"answer": "yes"},
            "asked": {"replyBy": "2026-06-01"},
        }
        path = f"/meetings/{things['going_on']}/minutes"
        refused = client.post(path, json=both, headers=bearer(things, "activator"))
        assert refused.status_code == 400
        entered = client.post(path, json=both | {"asked": None}, headers=bearer(things, "activator"))
        assert entered.status_code == 201
        lines = client.get(path, headers=bearer(things, "corporation")).json()["items"]
        assert [(line["askEvent"], line["answer"]) for line in lines] == [("answered", "yes")]
        ask = client.get(f"/asks/{things['asked']}", headers=bearer(things, "activator")).json()
        assert ask["lastAnswer"] == "yes"


def test_published_minutes_need_no_token_and_name_nobody(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), api(database) as client:
        listed = client.get(f"/public/neighbourhoods/{things['here']}/meetings").json()["items"]
        assert [meeting["id"] for meeting in listed] == [things["public_meeting"]]
        answer = client.get(f"/public/meetings/{things['public_meeting']}")
        assert "van de Cast" not in answer.text
        assert client.get(f"/public/meetings/{things['closed_meeting']}").status_code == 404
