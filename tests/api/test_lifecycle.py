"""Stepping down, merging and erasing over JSON."""

import pytest

from tests.api.conftest import ClientOf
from tests.api.test_contacts import CONTACT, NOBODY, REFUSED, a_dossier, a_resident, located
from tests.api.test_needs import seen
from tests.cast import Cast


def test_a_step_down_is_foretold_and_taken(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    located(client.post(f"{resident}/contacts", json={**CONTACT, "ownNote": "voor mij"}))

    losses = client.get(f"{resident}/losses", params={"level": "alias"}).json()["items"]
    assert losses == [{"field": "contact.own_note", "count": 1}]
    old = seen(client, resident)
    assert client.put(f"{resident}/level", json={"level": "alias"}).status_code == 428
    stepped = client.put(f"{resident}/level", json={"level": "alias"}, headers=old)
    assert (stepped.status_code, stepped.json()["level"]) == (200, "alias")
    assert client.put(f"{resident}/level", json={"level": "alias"}, headers=old).status_code == 412
    assert [one["ownNote"] for one in client.get(f"{resident}/contacts").json()["items"]] == [None]


def test_a_merge_leaves_a_signpost(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident, duplicate = a_resident(client, cast), a_resident(client, cast, "Gerrit")
    contact = located(client.post(f"{duplicate}/contacts", json=CONTACT))
    duplicate_id = duplicate.rsplit("/", 1)[1]

    merged = client.post(f"{resident}/merges", json={"duplicateId": duplicate_id}, headers=seen(client, resident))

    assert (merged.status_code, merged.json()["callName"]) == (201, "Geert")
    assert client.get(contact).json()["residentId"] == merged.json()["id"]
    for below in ("", "/contacts"):
        moved = client.get(duplicate + below, follow_redirects=False)
        assert (moved.status_code, moved.headers["Location"]) == (301, resident + below)
    wrong = client.post(f"{resident}/merges", json={"duplicateId": NOBODY}, headers=seen(client, resident))
    assert (wrong.status_code, wrong.json()["errors"][0]["location"]) == (400, "/duplicateId")


@pytest.mark.parametrize("name", ["activator", "privacy"])
def test_an_erased_resident_is_nowhere(client_of: ClientOf, cast: Cast, name: str) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)
    contact = located(client.post(f"{resident}/contacts", json=CONTACT))

    assert client_of(name).delete(resident).status_code == 428
    headers = seen(client, resident)
    assert client_of(name).delete(resident, headers=headers).status_code == 204

    assert client.get(resident).status_code == 404
    assert client.get(contact).status_code == 404
    assert client.get("/residents").json()["items"] == []
    assert client_of(name).delete(resident, headers=headers).status_code == 404


@pytest.mark.parametrize(("name", "status"), REFUSED)
def test_whoever_does_not_look_after_a_resident_shrinks_and_ends_nothing(
    client_of: ClientOf, cast: Cast, name: str, status: int
) -> None:
    client, other = client_of("activator"), client_of(name)
    resident = a_resident(client, cast)
    duplicate_id = a_resident(client, cast, "Gerrit").rsplit("/", 1)[1]
    headers = seen(client, resident)

    answers = [
        other.get(f"{resident}/losses", params={"level": "alias"}),
        other.put(f"{resident}/level", json={"level": "alias"}, headers=headers),
        other.post(f"{resident}/merges", json={"duplicateId": duplicate_id}, headers=headers),
        other.delete(resident, headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [status] * len(answers)
