"""Element 4, going there unasked, where there is no signal: what is noted waits on the device, and counts once."""

from typing import Any

from sqlmodel import select

from bsa.contacts.models import Contact, Promise
from bsa.database import Database
from bsa.outreach.models import Round
from bsa.people.models import Language
from bsa.residents.models import Resident

from tests.cast import Cast, a_dossier
from tests.stories.conftest import Say, Visit, read
from tests.web.conftest import Browser


def sent(browser: Browser, key: str, **fields: Any) -> Any:
    """Send what the device kept, under the key that it made."""
    csrf = browser.get("/on-the-way/things").json()["csrf"]
    answer = browser.post("/on-the-way/sendings", data={"csrf": csrf, **fields}, headers={"Idempotency-Key": key})
    return answer.json()


def test_given_no_signal_when_the_page_opens_then_it_is_there_in_the_readers_language_and_about_nobody(
    database: Database, cast: Cast, visit: Visit, say: Say, language: Language
) -> None:
    with database.writing() as session:
        a_dossier(session, cast.activator, cast.here_id, "Geert")
    marloes = visit("activator")

    # The browser keeps this, and shows it where nothing can be fetched.
    kept = read(marloes, f"/on-the-way/shell?lang={language.value}")

    for words in ("On the way", "Undo the last", "Do not ring:", "Kept on this device.", "Not yet sent ({number})"):
        assert say(words) in kept
    assert "Geert" not in kept
    assert "Geert" in marloes.get("/on-the-way/things").text


def test_given_a_street_without_signal_when_it_is_back_then_each_door_counts_once_however_often_it_was_sent(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    street = {"sends": "round", "where": "Molenstraat", "area_id": str(cast.here_id), "kind": "doors"}

    # The answer got lost on the way, so the device sends everything again.
    for _ in range(2):
        begun = sent(marloes, "the-round", **street)["round"]["id"]
        for door in range(4):
            sent(marloes, f"door-{door}", sends="tally", subject=begun, what="rang", by=1)

    with database.reading() as session:
        assert [walk.rang for walk in session.scalars(select(Round))] == [4]
    assert "Molenstraat" in read(marloes, f"/rounds/{begun}")


def test_given_a_talk_at_the_door_when_it_is_sent_then_the_promise_stands_on_top_of_the_day(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        geert = a_dossier(session, cast.activator, cast.here_id, "Geert").id
    marloes = visit("activator")
    note = {
        "sends": "contact",
        "subject": str(geert),
        "place": "doorstep",
        "purpose": "being_there",
        "happened_on": "2026-03-24",
        "own_note": "Was verdrietig",
        "promise.text": "Folie meebrengen",
        "promise.due_on": "2026-03-24",
    }

    for _ in range(2):
        sent(marloes, "the-talk", **note)

    day = read(marloes, "/day")
    assert say("Promised by me") in day
    assert "Folie meebrengen" in day
    assert "Was verdrietig" in read(marloes, f"/residents/{geert}/contacts")
    with database.reading() as session:
        assert (len(session.scalars(select(Contact)).all()), len(session.scalars(select(Promise)).all())) == (1, 1)


def test_given_that_the_resident_stepped_back_meanwhile_when_a_note_comes_late_then_it_is_refused_in_plain_words(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        geert = a_dossier(session, cast.activator, cast.here_id, "Geert").id
    marloes = visit("activator")
    version = marloes.version(Resident, geert)
    assert marloes.fill_in(f"/residents/{geert}/level", level="alias", version=version).status_code == 303

    told = {"sends": "contact", "subject": str(geert), "place": "doorstep", "purpose": "being_there"}
    refused = sent(marloes, "late", **told, happened_on="2026-03-24", shareable_note="Zwaaide")

    assert refused["words"] == [
        say("This may be kept in a dossier only. Agree it with the resident and raise the level first.")
    ]
    assert "Zwaaide" not in read(marloes, f"/residents/{geert}/contacts")
