"""What was put in through every form about a resident is gone when the resident is erased; and the check can see it."""

from dataclasses import replace
from uuid import UUID

from fastapi.testclient import TestClient

from bsa.database import Database

from tests.bsa.test_lifecycle import every_text
from tests.conftest import Fresh
from tests.conventions.pages import PAGES, PageDeed
from tests.conventions.test_pages import ask, browser_on

MARKER = "Zonnebloem-{number}"
FREE_TEXT = (
    "call_name",
    "full_name",
    "contact_value",
    "contact_window",
    "own_note",
    "shareable_note",
    "text",
    "words",
    "reason",
    "promise.text",
    "what_was_done",
    "what",
    "own_words",
    "scary_thing",
    "safe_setting",
    "who_is_there",
    "stop_word",
    "debrief",
    "next_bit_bolder",
    "who",
    "reached",
    "now",
    "note",
    "answer",
)
ABOUT_GEERT = (
    "/residents/{geert}/edit",
    "/residents/{geert}/contacts",
    "/on-the-way/sendings",
    "/residents/{geert}/promises",
    "/residents/{geert}/sketch-lines",
    "/residents/{geert}/assets",
    "/sketch-lines/{line}/strike",
    "/assets/{asset}/strike",
    "/residents/{geert}/needs",
    "/residents/{geert}/shares",
    "/residents/{geert}/steps",
    "/residents/{geert}/practice",
    "/practice-moments/{practice}/debrief",
    "/needs/{need}/steps",
    "/needs/{need}/layers",
    "/needs/{need}/decisions",
    "/residents/{geert}/ties",
    "/ties/{tie}/edit",
    "/residents/{geert}/goals",
    "/residents/{geert}/scale-scores",
    "/residents/{geert}/signals",
    "/signals/{signal}/answers",
    "/appointments/{appointment}",
    "/handovers/{handover}/agreements",
)
WITH_A_PLACE = ("/appointments/{appointment}", "/handovers/{handover}/agreements")
"""Forms in which the place is told in words; in others it is a code."""


def marked(row: PageDeed, number: int) -> tuple[PageDeed, list[str]]:
    """Return the form with a marker in each of its free texts, and the markers."""
    fields = dict(row.form)
    if row.path in ("/residents/{geert}/contacts", "/on-the-way/sendings"):
        fields |= {"own_note": "", "shareable_note": "", "promise.text": "", "promise.due_on": "2026-06-01"}
    if row.path == "/residents/{geert}/contacts":
        fields |= {"who_did_it": "together", "what_was_done": ""}
    if row.path == "/residents/{geert}/edit":
        fields |= {
            "full_name": "",
            "contact_channel": "phone",
            "contact_value": "",
            "contact_window": "",
            "age_band": "45_66",
        }
    if row.path in WITH_A_PLACE:
        fields["place"] = ""
    texts = (*FREE_TEXT, "place") if row.path in WITH_A_PLACE else FREE_TEXT
    markers = {name: f"{MARKER.format(number=number)}-{name}" for name in fields if name in texts}
    return replace(row, form=fields | markers), list(markers.values())


def put_in(client: TestClient, things: dict[str, str]) -> list[str]:
    """Send every form about the resident with markers in it; return the markers."""
    all_markers: list[str] = []
    rows = [row for row in PAGES if row.method == "POST" and row.path in ABOUT_GEERT]
    assert len(rows) == len(ABOUT_GEERT)
    for number, row in enumerate(rows):
        form, markers = marked(row, number)
        assert markers, row
        version = _version_now(client, things, row)
        answer = ask(client, form, things, "activator", form={"version": version} if row.version_of else {})
        assert answer.status_code in (201, 303), (row, answer.text[-3000:])
        all_markers += markers
    return all_markers


def _version_now(client: TestClient, things: dict[str, str], row: PageDeed) -> str:
    bonds = {name: f"{name}s" for name in ("signal", "appointment", "handover")}
    kinds = {"need": "needs", "tie": "ties", "practice": "practice-moments"} | bonds
    kind = kinds.get(row.version_of, "residents")
    path = f"/api/v1/{kind}/{things[row.version_of or 'geert']}"
    answer = client.get(path, headers={"Authorization": f"Bearer {things['activator_token']}"})
    return str(answer.json()["version"])


def found(database: Database, markers: list[str]) -> set[str]:
    everything = "\n".join(every_text(database))
    return {marker for marker in markers if marker in everything}


def test_nothing_that_any_form_took_is_left_after_erasing(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), browser_on(database) as client:
        markers = put_in(client, things)
        assert len(markers) >= 10
        assert found(database, markers) == set(markers)

        erase = next(row for row in PAGES if row.path == "/residents/{geert}/erasure" and row.method == "POST")
        version = _version_now(client, things, erase)
        assert ask(client, erase, things, "activator", form={"version": version}).status_code == 303

        assert found(database, markers) == set()


def test_the_key_alone_is_enough(fresh_walked: Fresh) -> None:
    """As in a backup of the rows: they are all there, and without the key they say nothing."""
    with fresh_walked() as (database, things), browser_on(database) as client:
        markers = put_in(client, things)
        database.keystore.destroy([UUID(things["geert"])])
        assert found(database, markers) == set()
