"""Needs over JSON."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from bsa.access_log import AccessLine
from bsa.database import Database

from tests.api.conftest import ClientOf
from tests.api.test_contacts import NOBODY, a_dossier, a_resident, located
from tests.cast import Cast

NEED = {"lifeArea": "housing", "words": "Ik wil een kachel.", "learnedOn": "2026-03-23"}
LAYER = {
    "words": "Ik leef in één kamer.",
    "howLearned": "said",
    "confirmed": "not_yet",
    "lifeArea": "housing",
    "learnedOn": "2026-03-24",
}
ANSWER = {"confirmed": "yes", "askedOn": "2026-03-24"}
DECISION = {"choice": "collective", "reason": "Anderen ook.", "decidedOn": "2026-03-24"}
ENDING = {"ending": "solved_together", "closedOn": "2026-03-24"}


def seen(client: TestClient, path: str) -> dict[str, str]:
    """Return the header with the version that a client sees."""
    return {"If-Match": client.get(path).headers["ETag"]}


def test_a_need_is_peeled_layer_by_layer_decided_on_and_closed(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    need = located(client.post(f"{resident}/needs", json=NEED))

    deepened = client.post(f"{need}/layers", json=LAYER, headers=seen(client, need))
    assert (deepened.status_code, deepened.json()["currentDepth"], deepened.headers["Location"]) == (201, 1, need)
    layer = f"{need}/layers/{deepened.json()['layers'][1]['id']}"
    confirmed = client.post(f"{layer}/confirmations", json=ANSWER, headers=seen(client, need))
    assert confirmed.json()["layers"][1]["confirmed"] == "yes"
    decided = client.post(f"{need}/decisions", json=DECISION, headers=seen(client, need))
    assert decided.json()["decisions"][0]["choice"] == "collective"
    assert len(client.get(f"{need}/decisions").json()["items"]) == 1
    struck = client.delete(layer, headers=seen(client, need))
    assert (struck.json()["currentDepth"], struck.json()["layers"][1]["struckOn"]) == (0, "2026-03-24")
    closed = client.put(f"{need}/ending", json=ENDING, headers=seen(client, need))
    assert (closed.json()["ending"], closed.json()["allowedActions"]) == ("solved_together", ["reopen_need"])
    assert client.post(f"{need}/layers", json=LAYER, headers=seen(client, need)).status_code == 409
    reopened = client.delete(f"{need}/ending", headers=seen(client, need))
    assert (reopened.status_code, reopened.json()["closedOn"]) == (200, None)
    words = [one["words"] for one in client.get(f"{need}/layers").json()["items"]]
    assert words == ["Ik wil een kachel.", "Ik leef in één kamer."]


def test_every_deed_to_a_need_asks_for_the_version_that_was_seen(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    need = located(client.post(f"{a_dossier(client, cast)}/needs", json=NEED))
    old = seen(client, need)
    layer_id = client.post(f"{need}/layers", json=LAYER, headers=old).json()["layers"][1]["id"]

    for headers, status in (({}, 428), (old, 412)):
        answers = [
            client.post(f"{need}/layers", json=LAYER, headers=headers),
            client.post(f"{need}/layers/{layer_id}/confirmations", json=ANSWER, headers=headers),
            client.delete(f"{need}/layers/{layer_id}", headers=headers),
            client.post(f"{need}/decisions", json=DECISION, headers=headers),
            client.put(f"{need}/ending", json=ENDING, headers=headers),
            client.delete(f"{need}/ending", headers=headers),
        ]
        assert [answer.status_code for answer in answers] == [status] * len(answers)


@pytest.mark.parametrize(
    ("name", "status", "listed"),
    [
        ("nobody", 401, 401),
        ("colleague", 403, 200),
        ("teamleader", 403, 200),
        ("stranger", 404, 200),
        ("corporation", 404, 403),
        ("policy", 404, 403),
        ("privacy", 404, 403),
        ("admin", 404, 403),
    ],
)
def test_whoever_does_not_look_after_the_resident_gets_no_need(
    client_of: ClientOf, cast: Cast, name: str, status: int, listed: int
) -> None:
    client, other = client_of("activator"), client_of(name)
    need = located(client.post(f"{a_dossier(client, cast)}/needs", json=NEED))
    headers = seen(client, need)
    layer_id = client.post(f"{need}/layers", json=LAYER, headers=headers).json()["layers"][1]["id"]

    answers = [
        other.get(need),
        other.get(f"{need}/layers"),
        other.get(f"{need}/decisions"),
        other.post(f"{need}/layers", json=LAYER, headers=headers),
        other.post(f"{need}/layers/{layer_id}/confirmations", json=ANSWER, headers=headers),
        other.delete(f"{need}/layers/{layer_id}", headers=headers),
        other.post(f"{need}/decisions", json=DECISION, headers=headers),
        other.put(f"{need}/ending", json=ENDING, headers=headers),
        other.delete(f"{need}/ending", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [status] * len(answers)
    assert other.get("/needs").status_code == listed


def test_colleagues_get_an_anonymous_card_and_leave_no_line(
    client_of: ClientOf, cast: Cast, database: Database
) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)
    need = located(client.post(f"{resident}/needs", json=NEED))

    (card,) = client_of("colleague").get("/needs").json()["items"]
    (own,) = client.get("/needs").json()["items"]

    assert {name: value for name, value in card.items() if value is not None} == {
        "id": need.rsplit("/", 1)[1],
        "lifeArea": "housing",
        "areaId": str(cast.here_id),
        "areaName": "Oude Molenbuurt",
        "openedMonth": "2026-03",
        "open": True,
        "mine": False,
    }
    assert (own["stated"], own["residentName"], own["mine"]) == ("Ik wil een kachel.", "Geert", True)
    with database.reading() as session:
        listing = col(AccessLine.operation) == "list_needs"
        readers = set(session.scalars(select(AccessLine.account_id).where(listing)))
    assert readers == {cast.activator.id}


def test_a_need_is_recorded_only_by_who_looks_after_the_resident(client_of: ClientOf, cast: Cast) -> None:
    resident = a_resident(client_of("activator"), cast)

    statuses = {
        name: client_of(name).post(f"{resident}/needs", json=NEED).status_code
        for name in ("nobody", "colleague", "stranger", "teamleader", "corporation", "policy", "privacy", "admin")
    }

    assert statuses == {
        "nobody": 401,
        "colleague": 403,
        "stranger": 404,
        "teamleader": 404,
        "corporation": 404,
        "policy": 404,
        "privacy": 403,
        "admin": 404,
    }


def test_what_is_wrong_with_a_layer_or_a_decision_is_said_at_the_field(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    need = located(client.post(f"{a_resident(client, cast)}/needs", json={**NEED, "lifeArea": "money"}))

    hunch = {**LAYER, "howLearned": "hunch", "confirmed": "yes"}
    layer = client.post(f"{need}/layers", json=hunch, headers=seen(client, need))
    decision = client.post(f"{need}/decisions", json={**DECISION, "counted": True}, headers=seen(client, need))

    assert {one["location"]: one["code"] for one in layer.json()["errors"]} == {
        "/words": "above_level",
        "/confirmed": "hunch",
    }
    assert {one["location"]: one["code"] for one in decision.json()["errors"]} == {
        "/choice": "make_safe_first",
        "/counted": "no_consent",
    }


def test_unknown_needs_and_layers_are_not_found(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    need = located(client.post(f"{resident}/needs", json=NEED))
    other = located(client.post(f"{resident}/needs", json=NEED))
    headers = seen(client, other)
    layer_id = client.post(f"{need}/layers", json=LAYER, headers=seen(client, need)).json()["layers"][1]["id"]

    assert client.get(f"/needs/{NOBODY}").status_code == 404
    assert client.delete(f"{need}/layers/{NOBODY}", headers=seen(client, need)).status_code == 404
    # A layer of another need is not there.
    assert client.delete(f"{other}/layers/{layer_id}", headers=headers).status_code == 404
    assert client.get("/needs", params={"residentId": NOBODY}).status_code == 404
