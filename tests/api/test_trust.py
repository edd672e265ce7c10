"""Trust and appointments through the API: shapes, headers and refusals."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar

from bsa import clock
from bsa.database import Database
from bsa.people.models import Account
from bsa.residents.actions import raise_level
from bsa.residents.models import Informed, RegistrationLevel
from bsa.residents.shapes import LevelIn

from tests.api.conftest import ClientOf
from tests.cast import Cast, a_resident
from tests.doors import pages_on

TODAY = "2026-03-24"


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id)
        told = LevelIn(level=RegistrationLevel.KNOWN, informed_on=clock.today(), informed_how=Informed.SPOKEN)
        return raise_level(session, cast.activator, resident.id, resident.version, told).id


def test_a_stage_is_said_and_listed(client_of: ClientOf, geert: UUID) -> None:
    client = client_of("activator")

    said = client.post(f"/residents/{geert}/relationships", json={"stage": "coming_back", "stageSince": "2026-03-20"})

    assert said.status_code == 201
    (listed,) = client.get(f"/residents/{geert}/relationships").json()["items"]
    assert listed == said.json()
    assert {"stage": "coming_back", "since": "2026-03-20", "stageSince": "2026-03-20"}.items() <= listed.items()
    assert "score" not in str(listed).lower()


def test_a_signal_is_found_where_it_says_and_answered_with_its_version(client_of: ClientOf, geert: UUID) -> None:
    client = client_of("activator")
    taken_up = client.post(f"/residents/{geert}/signals", json={"words": "De lamp is stuk", "cameOn": TODAY})
    assert taken_up.status_code == 201
    place = taken_up.headers["location"].removeprefix("/api/v1")
    shown = client.get(place)
    assert shown.json()["answerBy"] == "2026-03-31"

    answered = client.post(f"{place}/answers", json={"answer": "Vrijdag"}, headers={"If-Match": shown.headers["etag"]})

    assert (answered.status_code, answered.json()["answeredOn"]) == (201, TODAY)
    assert client.get("/signals", params={"open": True}).json()["items"] == []
    again = client.post(f"{place}/answers", json={"answer": "x"}, headers={"If-Match": answered.headers["etag"]})
    assert again.status_code == 409


def test_what_is_sent_twice_under_one_key_is_done_once(client_of: ClientOf, geert: UUID) -> None:
    client, key = client_of("activator"), {"Idempotency-Key": "tik-1"}
    for path, body in (
        (f"/residents/{geert}/signals", {"words": "De lamp is stuk", "cameOn": TODAY}),
        ("/appointments", {"startsAt": "2026-03-25T10:00:00Z", "residentId": str(geert)}),
    ):
        header = {"Idempotency-Key": f"{key['Idempotency-Key']}{path[1:5]}"}
        first, second = (client.post(path, json=body, headers=header) for _ in range(2))
        assert first.json()["id"] == second.json()["id"]
        assert client.post(path, json=body | {"words": "x"}, headers=header).status_code in (400, 422)
    assert len(client.get("/signals").json()["items"]) == len(client.get("/appointments").json()["items"]) == 1


def test_an_appointment_is_changed_with_its_version_and_cancelled(client_of: ClientOf, geert: UUID) -> None:
    client = client_of("activator")
    made = client.post("/appointments", json={"startsAt": "2026-03-25T10:00:00Z", "residentId": str(geert)})
    path = made.headers["location"].removeprefix("/api/v1")
    later = {"startsAt": "2026-03-26T10:00:00+01:00"}

    assert client.patch(path, json=later).status_code == 428
    changed = client.patch(path, json=later, headers={"If-Match": made.headers["etag"]})
    assert changed.json()["startsAt"] == "2026-03-26T09:00:00Z"
    assert client.patch(path, json=later, headers={"If-Match": made.headers["etag"]}).status_code == 412
    cancelled = client.put(f"{path}/cancellation", headers={"If-Match": changed.headers["etag"]})
    assert cancelled.json()["cancelledOn"] == TODAY
    assert client.post("/appointments", json={"startsAt": "2026-03-25T10:00"}).status_code == 400


def test_a_place_with_somebody_by_alias_is_refused_at_its_field(
    client_of: ClientOf, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id, "Man van nr. 14").id
    client = client_of("activator")
    told = {"startsAt": "2026-03-25T10:00:00Z", "residentId": str(alias)}

    refused = client.post("/appointments", json=told | {"place": "Molenstraat 14"})
    made = client.post("/appointments", json=told)

    assert (refused.status_code, made.json()["mayHavePlace"]) == (400, False)
    (fault,) = refused.json()["errors"]
    assert (fault["location"], fault["code"]) == ("/place", "above_level")
    assert "address" not in refused.text
    path, etag = made.headers["location"].removeprefix("/api/v1"), made.headers["etag"]
    assert client.patch(path, json={"place": "Molenstraat 14"}, headers={"If-Match": etag}).status_code == 400


def test_the_calendar_is_read_without_signing_in_by_whoever_has_its_address(
    client_of: ClientOf, geert: UUID, database: Database
) -> None:
    client = client_of("activator")
    client.post("/appointments", json={"startsAt": "2026-03-25T10:00:00Z", "residentId": str(geert), "place": "Thuis"})
    assert client.get("/calendar-address").json() == {"there": False, "since": None}

    address = client.post("/calendar-address").json()["address"]

    path = "/calendar/" + address.rsplit("/", 1)[1]
    anybody = TestClient(pages_on(database))
    answer = anybody.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Bezoek (BSA)"
    for told in ("Geert", "Thuis", str(geert)):
        assert told not in answer.text
    assert client.delete("/calendar-address").status_code == 204
    assert anybody.get(path).status_code == 404


def test_an_account_is_not_ended_while_residents_have_no_next_face(
    client_of: ClientOf, cast: Cast, database: Database, geert: UUID
) -> None:
    with database.reading() as session:
        version = session.get_one(Account, cast.activator.id).version

    refused = client_of("admin").patch(
        f"/accounts/{cast.activator.id}", json={"active": False}, headers={"If-Match": f'"{version}"'}
    )

    assert refused.status_code == 409
    assert ": 1." in refused.json()["detail"]
    assert "Geert" not in refused.text
