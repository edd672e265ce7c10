"""On the way, as the server sees it: a page that holds nothing, things to choose from, and what is sent once."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from bsa import clock
from bsa.access_log import AccessLine
from bsa.contacts.models import Contact
from bsa.database import Database
from bsa.lifecycle.actions import erase_resident, step_down
from bsa.outreach.models import NoRing, Round
from bsa.residents.actions import restrict_resident
from bsa.residents.models import RegistrationLevel, Resident
from bsa.residents.shapes import LevelIn

from tests.cast import Cast, a_dossier, a_resident
from tests.web.conftest import Browse, Browser

TODAY = "2026-03-24"
CONTACT = {"sends": "contact", "place": "doorstep", "purpose": "being_there", "happened_on": TODAY}


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Geert").id


@pytest.fixture
def marloes(browse: Browse) -> Browser:
    return browse("activator")


def send(browser: Browser, key: str = "one", **fields: Any) -> Any:
    """Send one thing as the device does."""
    told = {"csrf": things(browser)["csrf"]} | fields
    return browser.post("/on-the-way/sendings", data=told, headers={"Idempotency-Key": key})


def things(browser: Browser) -> dict[str, Any]:
    told: dict[str, Any] = browser.get("/on-the-way/things").json()
    return told


def test_the_page_and_its_shell_hold_nothing_of_anybody(browse: Browse, cast: Cast, geert: UUID) -> None:
    marloes = browse("activator")
    page, shell = marloes.get("/on-the-way").text, marloes.get("/on-the-way/shell?lang=en").text

    assert "Geert" not in page
    assert shell == browse().get("/on-the-way/shell?lang=en").text
    for told in (str(cast.activator.id), str(cast.here_id), "Activator van de Cast", things(marloes)["csrf"]):
        assert told not in shell
    assert re.findall(r'name="csrf" value="(\w+)"', shell) == []


@pytest.mark.parametrize(("lang", "words"), [("nl", "Onderweg"), ("en", "On the way")])
def test_the_shell_and_the_worker_are_in_the_language_asked_for(browse: Browse, lang: str, words: str) -> None:
    somebody = browse()
    shell = somebody.get(f"/on-the-way/shell?lang={lang}").text
    worker = somebody.get(f"/sw.js?lang={lang}")
    house = json.loads(worker.text.splitlines()[0].removeprefix("const HOUSE = ").removesuffix(";"))

    assert f"{words}</h1>" in shell
    assert house["shell"] == f"/on-the-way/shell?lang={lang}"
    assert worker.headers["content-type"].startswith("text/javascript")
    assert all(somebody.get(address).status_code == 200 for address in [*house["files"], house["shell"]])
    assert all(address in shell for address in house["files"] if address.endswith((".js", ".css", ".svg")))
    assert "worker-src 'self'" in worker.headers["content-security-policy"]


def test_it_can_be_put_on_the_home_screen(browse: Browse) -> None:
    marloes = browse("activator")
    told = marloes.get("/manifest.webmanifest")

    assert told.headers["content-type"].startswith("application/manifest+json")
    assert marloes.get(told.json()["start_url"]).status_code == 200
    assert marloes.get(told.json()["icons"][0]["src"]).status_code == 200
    assert 'rel="manifest"' in marloes.get("/day").text
    assert 'rel="manifest"' not in browse("admin").get("/accounts").text


def test_a_link_that_asks_for_a_part_gets_the_whole_page(marloes: Browser) -> None:
    answer = marloes.get("/on-the-way", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/on-the-way")


def test_the_things_are_ones_own_and_leave_their_lines(
    marloes: Browser, database: Database, cast: Cast, geert: UUID
) -> None:
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id, "Ria").id
        frozen = a_resident(session, cast.activator, cast.here_id, "Wim")
        restrict_resident(session, cast.activator, frozen.id, frozen.version)
        a_resident(session, cast.colleague, cast.here_id, "Samira")
    told = things(marloes)

    assert {one["name"]: one["notes"] for one in told["residents"]} == {"Geert": True, "Ria": False}
    assert told["areas"] == [{"id": str(cast.here_id), "name": "Oude Molenbuurt"}]
    assert (told["idleMinutes"], told["hours"], told["days"]) == (20, 10, 7)
    with database.reading() as session:
        lines = session.scalars(select(AccessLine)).all()
        assert {line.resident_id for line in lines if line.operation == "on_the_way.things"} >= {geert, alias}


def test_a_round_is_begun_and_counted_in_once(marloes: Browser, database: Database, cast: Cast) -> None:
    begun = {"sends": "round", "where": "Molenstraat", "area_id": str(cast.here_id), "held_on": TODAY}
    first, second = (send(marloes, "round", **begun) for _ in range(2))
    walk = first.json()["round"]["id"]
    assert (first.status_code, second.json()["round"]["id"]) == (201, walk)

    for key, by in (("a", 1), ("a", 1), ("b", 1), ("c", -1)):
        answer = send(marloes, key, sends="tally", subject=walk, what="rang", by=by)
    assert answer.json()["round"]["rang"] == 1
    for _ in range(2):
        door = {"area_id": str(cast.here_id), "street": "Molenstraat", "number": "14 A"}
        assert send(marloes, "door", sends="no_ring", **door).status_code == 201
    assert [one["do_not_ring"] for one in things(marloes)["rounds"]] == [["14a"]]
    with database.reading() as session:
        assert (len(session.scalars(select(Round)).all()), len(session.scalars(select(NoRing)).all())) == (1, 1)


def test_a_contact_is_noted_once_and_a_day_alone_is_no_promise(
    marloes: Browser, database: Database, geert: UUID
) -> None:
    told = CONTACT | {"subject": str(geert), "shareable_note": "Zwaaide", "promise.due_on": TODAY}
    assert [send(marloes, "note", **told).status_code for _ in range(2)] == [201, 201]

    with database.reading() as session:
        assert len(session.scalars(select(Contact)).all()) == 1


def test_what_was_noted_about_a_duplicate_goes_to_the_one_it_went_into(
    marloes: Browser, database: Database, cast: Cast, geert: UUID
) -> None:
    with database.writing() as session:
        twin = a_resident(session, cast.activator, cast.here_id, "Geert").id
    version = marloes.version(Resident, geert)
    assert marloes.fill_in(f"/residents/{geert}/merge", duplicate_id=str(twin), version=version).status_code == 303

    assert send(marloes, **CONTACT, subject=str(twin)).status_code == 201
    with database.reading() as session:
        assert [contact.resident_id for contact in session.scalars(select(Contact))] == [geert]


def test_what_is_refused_comes_back_with_the_words_why(
    marloes: Browser, browse: Browse, database: Database, cast: Cast, geert: UUID
) -> None:
    note = CONTACT | {"subject": str(geert), "shareable_note": "Zwaaide"}
    mistaken = send(marloes, **(note | {"happened_on": "morgen"}))
    assert (mistaken.status_code, mistaken.json()["fields"]) == (400, ["happened_on"])
    assert send(marloes, sends="round", where="Molenstraat 14", area_id=str(cast.here_id)).json()["fields"] == ["where"]
    assert send(marloes, sends="tally", subject="nothing", what="rang", by=1).status_code == 404
    assert send(marloes, sends="poem").status_code == 400
    assert send(browse("colleague"), **note).status_code == 403
    assert send(marloes, "reused", **note).status_code == 201
    assert send(marloes, "reused", **(note | {"place": "street"})).status_code == 422
    assert send(marloes, "a key", **note).status_code == 400

    with database.writing() as session:
        resident = session.get_one(Resident, geert)
        step_down(session, cast.activator, geert, resident.version, LevelIn(level=RegistrationLevel.ALIAS))
    lower = send(marloes, "lower", **note)
    assert lower.status_code == 400
    assert lower.json()["words"] == [
        "This may be kept in a dossier only. Agree it with the resident and raise the level first."
    ]
    with database.writing() as session:
        erase_resident(session, cast.activator, geert, session.get_one(Resident, geert).version)
    assert send(marloes, "gone", **CONTACT, subject=str(geert)).json()["words"] == [
        "There is nothing here, or it is not yours to see."
    ]


def test_nothing_is_taken_without_the_token_of_the_sign_in(marloes: Browser, geert: UUID) -> None:
    told = CONTACT | {"subject": str(geert), "csrf": "0" * 64}

    answer = marloes.post("/on-the-way/sendings", data=told, headers={"Idempotency-Key": "x"})
    assert answer.status_code == 403
    # Not JSON: by that the device knows that it was not looked at, and sends it again.
    assert answer.headers["content-type"].startswith("text/html")


def test_signing_out_clears_the_device_but_not_what_waits_for_somebody_else(browse: Browse) -> None:
    assert browse("activator").post("/sign-out").headers["Clear-Site-Data"] == '"cache", "storage"'
    waiting = browse("activator").post("/sign-out", data={"others_wait": "true"})
    assert waiting.headers["Clear-Site-Data"] == '"cache"'


def test_every_page_inside_knows_whose_the_device_is(marloes: Browser, browse: Browse, cast: Cast) -> None:
    told = things(marloes)

    page = marloes.get("/day").text
    assert f'data-account="{cast.activator.id}" data-sign-in="{told["signIn"]}" data-keeps' in page
    assert told["signIn"] != things(browse("activator"))["signIn"]
    assert told["csrf"] not in (told["signIn"], "")
    assert clock.today().isoformat() == TODAY
