"""Reminders over the API: shapes, what is named and what only counted, and what is refused."""

from bsa import clock
from bsa.contacts.actions import make_promise
from bsa.contacts.shapes import PromiseIn
from bsa.database import Database

from tests.api.conftest import ClientOf
from tests.cast import Cast, a_resident


def promised(database: Database, cast: Cast, *names: str) -> None:
    with database.writing() as session:
        for name in names:
            resident = a_resident(session, cast.activator, cast.here_id, name)
            make_promise(session, cast.activator, resident.id, PromiseIn(text="Bellen", due_on=clock.today()))


def test_what_waits_is_named_and_says_where_it_is_found(client_of: ClientOf, database: Database, cast: Cast) -> None:
    promised(database, cast, "Geert")

    answer = client_of("activator").get("/reminders").json()

    (line,) = answer["items"]
    assert line == {
        "kind": "promise_due",
        "count": 1,
        "subject": "Geert",
        "opens": "promises",
        "opensId": line["opensId"],
        "since": "2026-03-24",
        "until": None,
        "times": None,
    }
    assert answer["hushed"] == []
    assert client_of("activator").get(f"/promises/{line['opensId']}").json()["text"] == "Bellen"


def test_more_than_three_are_one_line_unless_the_whole_list_is_asked_for(
    client_of: ClientOf, database: Database, cast: Cast
) -> None:
    promised(database, cast, "Geert", "Ria", "Fenna", "Samira")
    client = client_of("activator")

    assert [(line["count"], line["subject"]) for line in client.get("/reminders").json()["items"]] == [(4, None)]
    assert len(client.get("/reminders?whole=true").json()["items"]) == 4


def test_not_now_and_again(client_of: ClientOf, database: Database, cast: Cast) -> None:
    promised(database, cast, "Geert")
    client = client_of("activator")

    assert client.put("/reminders/promise_due/hush").json() == {"kind": "promise_due", "until": "2026-03-31"}
    assert client.get("/reminders").json() == {
        "items": [],
        "hushed": [{"kind": "promise_due", "until": "2026-03-31"}],
    }
    assert client.delete("/reminders/promise_due/hush").status_code == 204
    assert client.delete("/reminders/promise_due/hush").status_code == 404
    assert client.put("/reminders/everything/hush").status_code == 404


def test_the_weekly_mail_is_wanted_and_ended(client_of: ClientOf) -> None:
    client = client_of("teamleader")
    none = {"wanted": False, "address": None, "lastSentOn": None, "possible": False}
    assert client.get("/reminders/mail").json() == none

    answer = client.put("/reminders/mail", json={"address": "hatim@buurtteam.example"})
    assert (answer.status_code, answer.json()["address"]) == (200, "hatim@buurtteam.example")
    assert client.delete("/reminders/mail").status_code == 204
    assert client.get("/reminders/mail").json() == none

    refused = client.put("/reminders/mail", json={"address": "hatim"})
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
