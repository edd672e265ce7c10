"""Contacts and own promises over JSON."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from bsa.access_log import AccessLine
from bsa.database import Database

from tests.api.conftest import ClientOf
from tests.cast import Cast

CONTACT = {"happenedOn": "2026-03-24", "place": "doorstep", "purpose": "being_there"}
PROMISE = {"text": "radiatorfolie brengen", "dueOn": "2026-03-26"}
NOBODY = "00000000-0000-4000-8000-000000000000"
REFUSED = [
    ("nobody", 401),
    ("colleague", 403),
    ("stranger", 404),
    ("teamleader", 404),
    ("corporation", 404),
    ("policy", 404),
    ("admin", 404),
]
"""What each of the cast gets of the record of the activator's resident."""


def a_resident(client: TestClient, cast: Cast, name: str = "Geert") -> str:
    """Register a resident, and return the path."""
    told = {"callName": name, "areaId": str(cast.here_id), "informedOn": "2026-03-24", "informedHow": "spoken"}
    answer = client.post("/residents", json=told)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def a_dossier(client: TestClient, cast: Cast) -> str:
    """Register a resident at level dossier, and return the path."""
    path = a_resident(client, cast)
    told = {"level": "dossier", "informedOn": "2026-03-24", "informedHow": "sheet"}
    answer = client.put(f"{path}/level", json=told, headers={"If-Match": client.get(path).headers["ETag"]})
    assert answer.status_code == 200, answer.text
    return path


def located(answer: Any) -> str:
    """Return where what was made is found."""
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def test_a_contact_is_noted_with_a_promise_and_found_again(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)

    contact = located(client.post(f"{resident}/contacts", json={**CONTACT, "promise": PROMISE}))

    shown = client.get(contact).json()
    assert (shown["workerName"], shown["allowedActions"]) == ("Activator van de Cast", ["strike_contact"])
    assert [one["id"] for one in client.get(f"{resident}/contacts").json()["items"]] == [shown["id"]]
    (promise,) = client.get("/promises", params={"mine": True, "open": True}).json()["items"]
    assert (promise["text"], promise["residentName"]) == ("radiatorfolie brengen", "Geert")
    day = client.get("/day").json()
    assert [one["id"] for one in day["promises"]] == [promise["id"]]
    assert [one["residentName"] for one in day["contacts"]] == ["Geert"]


def test_every_fault_of_a_contact_is_named_at_once(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)

    told = {**CONTACT, "happenedOn": "2026-03-25", "ownNote": "voor mij", "promise": {**PROMISE, "dueOn": "2026-03-01"}}
    answer = client.post(f"{resident}/contacts", json=told)

    assert answer.status_code == 400
    assert {one["location"]: one["code"] for one in answer.json()["errors"]} == {
        "/ownNote": "above_level",
        "/happenedOn": "in_future",
        "/promise/dueOn": "before_made",
    }


def test_a_stand_in_reads_the_shareable_note_and_never_the_other(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    contact = located(
        client.post(f"{resident}/contacts", json={**CONTACT, "ownNote": "voor mij", "shareableNote": "voor ons"})
    )
    worker = {"accountId": str(cast.colleague.id), "part": "stands_in"}
    assert client.post(f"{resident}/workers", json=worker).status_code == 201

    theirs = client_of("colleague").get(contact).json()

    assert (theirs["ownNote"], theirs["shareableNote"], theirs["allowedActions"]) == (None, "voor ons", [])
    answer = client_of("colleague").post(f"{contact}/corrections", json={})
    assert (answer.status_code, "who noted" in answer.json()["detail"]) == (403, True)


def test_a_contact_is_struck_and_written_anew(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)
    wrong = located(client.post(f"{resident}/contacts", json=CONTACT))

    right = located(client.post(f"{wrong}/corrections", json={"correction": {**CONTACT, "place": "at_home"}}))

    assert client.get(right).json()["correctsId"] == client.get(wrong).json()["id"]
    assert client.get(wrong).json()["struckAt"] is not None
    assert client.post(f"{wrong}/corrections", json={}).status_code == 409
    assert len(client.get(f"{resident}/contacts").json()["items"]) == 2


def test_contacts_come_page_by_page(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)
    for _ in range(3):
        located(client.post(f"{resident}/contacts", json=CONTACT))

    first = client.get(f"{resident}/contacts", params={"limit": 2})
    second = client.get(first.links["next"]["url"])

    assert len({one["id"] for one in first.json()["items"] + second.json()["items"]}) == 3
    assert "next" not in second.links


def test_a_promise_is_settled_on_the_version_that_was_seen(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)
    promise = located(client.post(f"{resident}/promises", json=PROMISE))
    seen = {"If-Match": client.get(promise).headers["ETag"]}

    assert client.put(f"{promise}/outcome", json={"outcome": "kept"}).status_code == 428
    settled = client.put(f"{promise}/outcome", json={"outcome": "kept"}, headers=seen)
    assert (settled.status_code, settled.json()["outcome"], settled.json()["settledOn"]) == (200, "kept", "2026-03-24")
    assert client.put(f"{promise}/outcome", json={"outcome": "kept"}, headers=seen).status_code == 412
    again = {"If-Match": settled.headers["ETag"]}
    assert client.put(f"{promise}/outcome", json={"outcome": "kept"}, headers=again).status_code == 409


@pytest.mark.parametrize(("name", "status"), REFUSED)
def test_whoever_does_not_look_after_a_resident_gets_no_contact_and_no_promise(
    client_of: ClientOf, cast: Cast, name: str, status: int
) -> None:
    client, other = client_of("activator"), client_of(name)
    resident = a_resident(client, cast)
    contact = located(client.post(f"{resident}/contacts", json=CONTACT))
    promise = located(client.post(f"{resident}/promises", json=PROMISE))
    seen = {"If-Match": client.get(promise).headers["ETag"]}

    answers = [
        other.get(f"{resident}/contacts"),
        other.post(f"{resident}/contacts", json=CONTACT),
        other.get(contact),
        other.post(f"{contact}/corrections", json={}),
        other.post(f"{resident}/promises", json=PROMISE),
        other.get(promise),
        other.put(f"{promise}/outcome", json={"outcome": "kept"}, headers=seen),
    ]

    assert [answer.status_code for answer in answers] == [status] * len(answers)


def test_unknown_keys_are_not_found(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    assert client.get(f"/contacts/{NOBODY}").status_code == 404
    assert client.post(f"/contacts/{NOBODY}/corrections", json={}).status_code == 404
    assert client.get(f"/promises/{NOBODY}").status_code == 404
    assert client.get(f"/residents/{NOBODY}/contacts").status_code == 404
    assert client.post(f"/residents/{NOBODY}/promises", json=PROMISE).status_code == 404


def test_the_team_leader_gets_counts_of_overdue_promises_only(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    a_resident(client, cast)

    assert client_of("teamleader").get("/promises/overdue").json() == {"items": []}
    assert client_of("teamleader").get("/promises").status_code == 403
    assert client_of("teamleader").get("/day").json()["promises"] == []
    for name in ("activator", "colleague", "policy", "privacy", "admin", "corporation"):
        assert client_of(name).get("/promises/overdue").status_code == 403
    assert client_of("corporation").get("/day").status_code == 403


def test_reading_contacts_and_promises_leaves_a_line_for_the_resident(
    client_of: ClientOf, cast: Cast, database: Database
) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)
    contact = located(client.post(f"{resident}/contacts", json={**CONTACT, "promise": PROMISE}))

    for path in (contact, f"{resident}/contacts", "/promises", "/day"):
        assert client.get(path).status_code == 200

    with database.reading() as session:
        lines = session.scalars(select(AccessLine).where(col(AccessLine.resident_id).is_not(None)))
        read = {(line.operation, str(line.resident_id)) for line in lines}
    assert {resident_id for _, resident_id in read} == {resident.rsplit("/", 1)[1]}
    operations = {operation for operation, _ in read}
    assert {"note_contact", "show_contact", "list_contacts", "list_promises", "show_day"} <= operations
