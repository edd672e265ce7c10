"""Suggestions and introductions over JSON."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from bsa.database import Database
from bsa.suggestions.finding import find_everywhere

from tests.api.conftest import ClientOf
from tests.api.test_contacts import NOBODY, a_resident, located
from tests.api.test_needs import seen
from tests.cast import Cast
from tests.shared import LAMPS

TODAY = "2026-03-24"
YES = {"agreed": True, "answeredOn": TODAY}
TITLE = "Donker achterpad"


def lamps(client: TestClient, cast: Cast) -> list[str]:
    """Write down the same question of three households; return the keys of the needs."""
    told = {"lifeArea": "neighbourhood", "learnedOn": TODAY}
    posted = [client.post(f"{a_resident(client, cast)}/needs", json={**told, "words": words}) for words in LAMPS[:3]]
    return [located(one).rsplit("/", 1)[1] for one in posted]


def suggested(client: TestClient, database: Database) -> dict[str, Any]:
    """Let the software look; return the only suggestion in the list."""
    find_everywhere(database)
    (item,) = client.get("/suggestions", params={"state": "open"}).json()["items"]
    return dict(item)


@pytest.fixture
def proposed(client_of: ClientOf, cast: Cast, database: Database) -> str:
    """Take a suggestion up, and propose to bring its residents together; return the path."""
    client = client_of("activator")
    needs = lamps(client, cast)
    path = f"/suggestions/{suggested(client, database)['id']}"
    told = {"title": TITLE, "needIds": needs}
    taken = client.post(f"{path}/taking-up", json=told, headers=seen(client, path)).json()
    return located(client.post(f"/themes/{taken['themeId']}/introductions"))


def test_a_suggestion_says_why_and_is_taken_up(client_of: ClientOf, cast: Cast, database: Database) -> None:
    client = client_of("activator")
    needs = lamps(client, cast)
    item = suggested(client, database)

    assert {name: item[name] for name in ("areaId", "lifeArea", "state", "needs", "households", "mine", "weeks")} == {
        "areaId": str(cast.here_id),
        "lifeArea": "neighbourhood",
        "state": "open",
        "needs": 3,
        "households": 3,
        "mine": 3,
        "weeks": 1,
    }
    assert (item["words"][0], item["firstMonth"], item["allowedActions"]) == (
        "achterpad",
        "2026-03",
        ["decide_suggestion"],
    )
    path = f"/suggestions/{item['id']}"
    assert {one["id"] for one in client.get(path).json()["items"]} == set(needs)
    taken = client.post(
        f"{path}/taking-up", json={"title": TITLE, "needIds": needs[:2]}, headers=(old := seen(client, path))
    )
    assert (taken.status_code, taken.headers["Location"]) == (201, path)
    assert taken.headers["ETag"] == client.get(path).headers["ETag"] != old["If-Match"]
    assert (taken.json()["state"], taken.json()["themeTitle"], taken.json()["words"]) == ("taken_up", TITLE, [])
    linked = client.post(f"{path}/links", json={"needIds": needs[2:]})
    assert (linked.status_code, set(linked.json()["linkedIds"])) == (201, set(needs))


def test_a_suggestion_is_dismissed_by_who_saw_it_as_it_is(client_of: ClientOf, cast: Cast, database: Database) -> None:
    client = client_of("activator")
    lamps(client, cast)
    path = f"/suggestions/{suggested(client, database)['id']}"
    old = seen(client, path)

    for headers, status in (({}, 428), ({"If-Match": '"99"'}, 412)):
        assert client.put(f"{path}/dismissal", headers=headers).status_code == status
        assert client.post(f"{path}/taking-up", json={"title": TITLE}, headers=headers).status_code == status
    gone = client.put(f"{path}/dismissal", headers=old)
    assert (gone.status_code, gone.json()["state"], gone.json()["allowedActions"]) == (200, "dismissed", [])
    assert client.put(f"{path}/dismissal", headers=seen(client, path)).status_code == 409


def test_what_is_wrong_is_said_at_the_field(client_of: ClientOf, cast: Cast, database: Database) -> None:
    client = client_of("activator")
    lamps(client, cast)
    path = f"/suggestions/{suggested(client, database)['id']}"

    for told, code in (({}, "nothing"), ({"title": TITLE, "themeId": NOBODY}, "either")):
        answer = client.post(f"{path}/taking-up", json=told, headers=seen(client, path))
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    strange = client.post(f"{path}/taking-up", json={"title": TITLE, "needIds": [NOBODY]}, headers=seen(client, path))
    assert (strange.status_code, strange.json()["errors"][0]["location"]) == (400, "/needIds")
    assert client.post(f"{path}/links", json={"needIds": [NOBODY]}).status_code == 409
    assert client.get("/suggestions", params={"state": "perhaps"}).status_code == 400
    assert client.get(f"/suggestions/{NOBODY}").status_code == 404


@pytest.mark.parametrize(
    ("name", "listed", "shown", "asked"),
    [
        ("nobody", 401, 401, 401),
        ("colleague", 200, 200, 403),
        ("teamleader", 200, 200, 404),
        ("stranger", 200, 404, 404),
        ("corporation", 403, 404, 404),
        ("policy", 403, 404, 404),
        ("privacy", 403, 404, 404),
        ("admin", 403, 404, 404),
    ],
)
def test_suggestions_and_introductions_are_for_the_team(
    client_of: ClientOf, proposed: str, name: str, listed: int, shown: int, asked: int
) -> None:
    client, other = client_of("activator"), client_of(name)
    path = f"/suggestions/{client.get('/suggestions').json()['items'][0]['id']}"
    resident = client.get(proposed).json()["own"][0]["residentId"]

    assert [other.get(f"/{kind}").status_code for kind in ("suggestions", "introductions")] == [listed, listed]
    assert [other.get(one).status_code for one in (path, proposed)] == [shown, shown]
    assert other.put(f"{proposed}/answers/{resident}", json=YES).status_code == asked


def test_residents_are_asked_and_brought_together(client_of: ClientOf, cast: Cast, proposed: str) -> None:
    client = client_of("activator")
    shown = client.get(proposed).json()
    assert (shown["state"], len(shown["own"]), shown["others"]) == ("asking", 3, [])
    assert client.post(f"/themes/{shown['themeId']}/introductions").status_code == 409
    assert client.put(f"{proposed}/ending").status_code == 428

    answers = [client.put(f"{proposed}/answers/{one['residentId']}", json=YES) for one in shown["own"]]

    assert [(one.status_code, one.json()["state"]) for one in answers] == [
        (200, "asking"),
        (200, "asking"),
        (200, "agreed"),
    ]
    first = f"{proposed}/answers/{shown['own'][0]['residentId']}"
    assert client.put(first, json=YES).status_code == 409
    assert client.put(f"{proposed}/answers/{NOBODY}", json=YES).status_code == 404
    ended = client.put(f"{proposed}/ending", headers=seen(client, proposed))
    assert (ended.json()["state"], ended.json()["allowedActions"]) == ("ended", [])
    assert client.get("/introductions", params={"open": "true"}).json()["items"] == []
