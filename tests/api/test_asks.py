"""Asks over JSON."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.api.conftest import ClientOf
from tests.api.test_initiatives import an_initiative
from tests.cast import Cast

PUT = {"happenedOn": "2026-03-24", "replyBy": "2026-04-07", "source": "meeting", "mandate": "operational"}
EVASIVE = {"answer": "evasive", "words": "Dat nemen we mee", "happenedOn": "2026-03-24", "source": "meeting"}
HIGHER = {**PUT, "mandate": "policy", "reason": "De woonconsulent mag dit niet beloven"}
CLOSED = {"happenedOn": "2026-03-24", "reason": "De huizen gaan plat"}


def a_draft(client: TestClient, cast: Cast) -> Response:
    told = {
        "initiativeId": an_initiative(client, cast).rpartition("/")[2],
        "institutionId": str(cast.corporation_id),
        "text": "Herstel de kozijnen van 34 woningen vóór 1 oktober",
    }
    answer = client.post("/asks", json=told)
    assert answer.status_code == 201, answer.text
    return answer


def do(client: TestClient, before: Response, deed: str, told: dict[str, Any]) -> Response:
    """Do a deed to the ask of an earlier answer, at the version of that answer."""
    path = f"/asks/{before.json()['id']}/{deed}"
    return client.post(path, json=told, headers={"If-Match": before.headers["ETag"]})


def test_an_ask_goes_its_whole_way(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    ask = a_draft(client, cast)
    location = ask.headers["Location"]

    for deed, told, state in (
        ("submission", PUT, "asked"),
        ("answers", EVASIVE, "answered"),
        ("repetitions", PUT, "asked_again"),
        ("answers", {**EVASIVE, "answer": "no"}, "answered"),
        ("escalations", HIGHER, "escalated"),
        ("answers", {**EVASIVE, "answer": "yes_if", "words": "Na de asbestcheck"}, "answered"),
        ("closure", CLOSED, "closed"),
    ):
        ask = do(client, ask, deed, told)
        assert (ask.status_code, ask.json()["state"], ask.headers["Location"]) == (201, state, location), deed

    shown = client.get(location).json()
    assert [event["number"] for event in shown["events"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert shown["allowedActions"] == ["see_letters"]
    assert len(client.get(f"{location}/events").json()["items"]) == 8
    answers = client.get(f"{location}/answers").json()["items"]
    assert [one["answer"] for one in answers] == ["evasive", "no", "yes_if"]
    letters = client.get(f"{location}/letters").json()["items"]
    assert [one["kind"] for one in letters] == ["asked", "asked_again", "escalated"]
    letter = client.get(f"{location}/letters/{letters[0]['id']}").json()
    assert letter["to"] == "post@veenhoek.example"
    assert "uiterlijk 7 april 2026" in letter["body"]


def test_a_draft_is_changed_and_discarded(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    ask = a_draft(client, cast)
    location = ask.headers["Location"]

    changed = client.patch(location, json={"text": "Anders"}, headers={"If-Match": ask.headers["ETag"]})
    assert changed.json()["text"] == "Anders"
    assert client.delete(location, headers={"If-Match": ask.headers["ETag"]}).status_code == 412
    assert client.delete(location, headers={"If-Match": changed.headers["ETag"]}).status_code == 204
    assert client.get(location).status_code == 404


@pytest.mark.parametrize("deed", ["submission", "answers", "repetitions", "escalations", "closure"])
def test_each_deed_is_refused_in_the_wrong_state_of_an_old_version_and_for_others(
    client_of: ClientOf, cast: Cast, deed: str
) -> None:
    told = {
        "submission": PUT,
        "answers": EVASIVE,
        "repetitions": PUT,
        "escalations": HIGHER,
        "closure": CLOSED,
    }[deed]
    client = client_of("activator")
    asked = do(client, a_draft(client, cast), "submission", PUT)
    path = f"/asks/{asked.json()['id']}/{deed}"
    here = {"If-Match": asked.headers["ETag"]}

    assert client.post(path, json=told).status_code == 428
    assert client.post(path, json=told, headers={"If-Match": '"1"'}).status_code == 412
    assert client.post(path, json={}, headers=here).status_code == 400
    if deed == "escalations":
        no_higher = client.post(path, json={**told, "mandate": "operational"}, headers=here).json()
        assert [one["location"] for one in no_higher["errors"]] == ["/mandate"]
    for name, status in (("nobody", 401), ("stranger", 404), ("rival", 404), ("policy", 404), ("privacy", 404)):
        assert client_of(name).post(path, json=told, headers=here).status_code == status, name
    corporation = client_of("corporation").post(path, json=told, headers=here)
    assert corporation.status_code == (400 if deed == "answers" else 403)
    closed = do(client, asked, "closure", CLOSED)
    assert do(client, closed, deed, told).status_code == 409


def test_the_institution_answers_itself(client_of: ClientOf, cast: Cast) -> None:
    team, corporation = client_of("activator"), client_of("corporation")
    draft = a_draft(team, cast)
    assert corporation.get(draft.headers["Location"]).status_code == 404
    do(team, draft, "submission", PUT)

    seen = corporation.get(draft.headers["Location"])
    assert (seen.json()["allowedActions"], seen.json()["letters"]) == (["answer_ask"], [])
    told = {"answer": "yes", "happenedOn": "2026-03-24"}
    answered = do(corporation, seen, "answers", told)

    last = answered.json()["events"][-1]
    assert (answered.status_code, last["source"], last["enteredByTeam"]) == (201, "own_sign_in", False)
    assert corporation.get(f"{draft.headers['Location']}/letters").status_code == 403
    assert "record_commitment" in team.get(draft.headers["Location"]).json()["allowedActions"]


def test_asks_are_listed_and_filtered(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("teamleader")
    a_draft(client, cast)
    do(client, a_draft(client, cast), "submission", {**PUT, "happenedOn": "2026-03-01", "replyBy": "2026-03-14"})
    do(client, a_draft(client, cast), "submission", PUT)

    items = client.get("/asks").json()["items"]

    assert [(one["state"], one["overdueDays"]) for one in items] == [("unanswered", 10), ("asked", 0), ("draft", 0)]
    late = client.get("/asks", params={"state": "unanswered", "areaId": str(cast.municipality_id)}).json()["items"]
    assert [one["initiativeTitle"] for one in late] == ["Molenbuurt Warm"]
    assert len(client.get("/asks", params={"open": "true"}).json()["items"]) == 2
    assert len(client_of("corporation").get("/asks").json()["items"]) == 2
    for name, status in (("nobody", 401), ("policy", 403), ("privacy", 403), ("admin", 403)):
        assert client_of(name).get("/asks").status_code == status
    for name in ("stranger", "rival"):
        assert client_of(name).get("/asks").json()["items"] == []
