"""Pages of the portal and of evidence: what waits, a report with a photo, and a year in numbers."""

from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select

from bsa import clock
from bsa.commitments.models import Commitment, CommitmentState
from bsa.database import Database
from bsa.evidence.files import LARGEST_FILE, REASONS, TOO_LARGE
from bsa.evidence.models import Evidence
from web.guests import csrf_for

from tests.cast import NOW, Cast
from tests.line import Line, an_answered_ask
from tests.web.conftest import Browse, Browser

TODAY = NOW.date().isoformat()


def a_photo(*, size: tuple[int, int] = (40, 30), extra: bytes = b"") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Zonnebloem"
    drawn = BytesIO()
    Image.new("RGB", size, "firebrick").save(drawn, "JPEG", exif=exif)
    return drawn.getvalue() + extra


def send(browser: Browser, path: str, content: bytes | None = None, **fields: Any) -> Any:
    """Send a form with a file as a browser does."""
    told = {"csrf": csrf_for(browser.cookies.get("bsa") or "")} | fields
    return browser.post(path, data=told, files={"file": ("", b"") if content is None else ("IMG_1.jpg", content)})


def reports(browser: Browser, line: Line, content: bytes | None, **fields: Any) -> Any:
    version = str(browser.version(Commitment, line.commitment_id))
    told = {"happened_on": TODAY, "words": "34 van de 34 kozijnen", "version": version} | fields
    return send(browser, f"/commitments/{line.commitment_id}/claims", content, **told)


def commitment_state(database: Database, line: Line) -> CommitmentState:
    with database.reading() as session:
        return session.get_one(Commitment, line.commitment_id).state


def shown(database: Database) -> list[Evidence]:
    with database.reading() as session:
        return list(session.scalars(select(Evidence)))


def test_somebody_of_an_institution_begins_with_what_waits(
    browse: Browse, line: Line, cast: Cast, database: Database
) -> None:
    with database.writing() as session:
        an_answered_ask(session, cast, line.initiative_id)
    joost = browse("corporation")
    assert joost.get("/").headers["location"] == "/portal"

    page = joost.get("/portal").text

    assert "1 thing wants a word from you" in page
    assert "Wij herstellen de kozijnen van 34 woningen." in page
    assert joost.get("/portal").text.index("Waiting for you") < page.index("Did you promise this?")


def test_a_promise_is_confirmed_with_one_tap(browse: Browse, line: Line, database: Database) -> None:
    joost = browse("corporation")
    version = joost.version(Commitment, line.commitment_id)

    told = joost.fill_in(f"/commitments/{line.commitment_id}/events/confirmed", happened_on=TODAY, version=version)

    assert told.status_code == 303
    assert commitment_state(database, line) is CommitmentState.CONFIRMED
    assert "Did you promise this?" not in joost.get("/portal").text


def test_with_nothing_to_do_the_portal_says_so(browse: Browse) -> None:
    page = browse("rival").get("/portal").text

    assert "Nothing waits for a word from you now." in page
    assert "All done" in page


def test_what_is_late_stands_in_the_portal_until_when_residents_judge(browse: Browse, line: Line) -> None:
    joost = browse("corporation")
    version = joost.version(Commitment, line.commitment_id)
    joost.fill_in(f"/commitments/{line.commitment_id}/events/confirmed", happened_on=TODAY, version=version)

    with clock.standing_at(NOW + timedelta(days=32)):
        page = browse("corporation").get("/portal").text

    assert "The day has passed" in page
    assert "Residents judge until 7 May 2026." in page


def test_a_proposed_day_waits_for_the_residents_and_the_team_agrees_with_two_taps(
    browse: Browse, line: Line, database: Database
) -> None:
    joost, marloes = browse("corporation"), browse("activator")
    moved = f"/commitments/{line.commitment_id}/events/moved"
    fields = {"due_on": "2026-06-01", "words": "Er zit asbest in", "residents_agreed": "false", "happened_on": TODAY}
    version = joost.version(Commitment, line.commitment_id)
    assert joost.fill_in(moved, **fields, version=version).status_code == 303

    page = unescape(marloes.get(f"/commitments/{line.commitment_id}").text)
    assert "De Veenhoek proposes another day: 1 June 2026." in page
    assert f"{moved}?agreed=true" in page
    assert "The residents agree" not in joost.get(f"/commitments/{line.commitment_id}").text
    form = marloes.get(f"{moved}?agreed=true").text
    assert 'value="2026-06-01"' in form
    assert "Er zit asbest in" in form
    version = marloes.version(Commitment, line.commitment_id)
    marloes.fill_in(moved, **fields | {"residents_agreed": "true"}, version=version, source="telephone")

    with database.reading() as session:
        commitment = session.get_one(Commitment, line.commitment_id)
    assert (commitment.due_on.isoformat(), commitment.moved_count) == ("2026-06-01", 1)


def test_a_promise_is_reported_with_a_photo_in_one_go(browse: Browse, line: Line, database: Database) -> None:
    joost = browse("corporation")

    assert reports(joost, line, a_photo()).status_code == 303

    (photo,) = shown(database)
    assert commitment_state(database, line) is CommitmentState.CLAIMED
    assert photo.event_id is not None
    for reader in (joost, browse("activator")):
        assert f'src="/evidence/{photo.id}"' in reader.get(f"/commitments/{line.commitment_id}").text
        file = reader.get(f"/evidence/{photo.id}")
        assert file.headers["content-type"] == "image/jpeg"
        assert b"Zonnebloem" not in file.content
        assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-disposition"].startswith("inline;")


def test_a_promise_is_reported_without_a_photo_as_well(browse: Browse, line: Line, database: Database) -> None:
    assert reports(browse("corporation"), line, None).status_code == 303

    assert shown(database) == []
    assert commitment_state(database, line) is CommitmentState.CLAIMED


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg><script>alert(1)</script></svg>", REASONS["kind"]),
        (a_photo()[:-200], REASONS["broken"]),
        (a_photo(extra=b"<script>alert(1)</script>"), REASONS["two_in_one"]),
        (b"\0" * (LARGEST_FILE + 1), TOO_LARGE),
        (b"\0" * (50 * 1024 * 1024), TOO_LARGE),
    ],
    ids=["svg", "broken", "polyglot", "10 MB and 1 byte", "50 MB"],
)
def test_a_file_that_is_refused_leaves_what_was_typed_and_reports_nothing(
    browse: Browse, line: Line, database: Database, content: bytes, why: str
) -> None:
    answer = reports(browse("corporation"), line, content)

    page = unescape(answer.text)
    assert answer.status_code == 400
    assert why in page
    assert "34 van de 34 kozijnen" in page
    assert "Choose the photo or the PDF again" in page
    assert (shown(database), commitment_state(database, line)) == ([], CommitmentState.PROPOSED)


def test_a_form_that_is_larger_than_anything_is_not_read(browse: Browse, line: Line) -> None:
    assert reports(browse("corporation"), line, b"\0" * (65 * 1024 * 1024)).status_code == 413


def test_an_old_form_is_refused_and_keeps_the_words(browse: Browse, line: Line, database: Database) -> None:
    answer = reports(browse("corporation"), line, a_photo(), version="0")

    assert answer.status_code == 412
    assert "34 van de 34 kozijnen" in answer.text
    assert shown(database) == []


def test_a_photo_is_added_later_with_words_for_who_cannot_see_it(browse: Browse, line: Line) -> None:
    joost = browse("corporation")
    path = f"/commitments/{line.commitment_id}/evidence"
    form = joost.get(f"{path}/new").text
    assert "No people in the picture" in form
    assert 'enctype="multipart/form-data"' in form
    assert "Choose a photo or a PDF." in send(joost, path, None, caption="Het raam").text
    assert 'value="Het raam"' in send(joost, path, b"nothing", caption="Het raam").text

    assert send(joost, path, a_photo(), caption="Het raam sluit").status_code == 303

    assert 'alt="Het raam sluit"' in joost.get(f"/commitments/{line.commitment_id}").text


def test_it_is_taken_back_with_a_word_before_the_button(browse: Browse, line: Line, database: Database) -> None:
    joost = browse("corporation")
    send(joost, f"/commitments/{line.commitment_id}/evidence", a_photo())
    (photo,) = shown(database)
    assert "cannot be brought back" in joost.get(f"/commitments/{line.commitment_id}").text

    assert joost.fill_in(f"/evidence/{photo.id}/removal").status_code == 303

    page = joost.get(f"/commitments/{line.commitment_id}").text
    assert "Taken back by De Veenhoek on 24 March 2026." in page
    assert joost.get(f"/evidence/{photo.id}").status_code == 404
    assert shown(database)[0].content is None


def test_nobody_sends_without_being_signed_in_or_from_elsewhere(browse: Browse, line: Line, database: Database) -> None:
    path = f"/commitments/{line.commitment_id}/evidence"

    assert send(browse(), path, a_photo()).status_code in (303, 403)
    assert send(browse("corporation"), path, a_photo(), csrf="0" * 64).status_code == 403
    assert send(browse("rival"), path, a_photo()).status_code == 404
    assert shown(database) == []


@pytest.mark.parametrize("who", ["activator", "policy", "corporation"])
def test_the_year_of_an_institution_stands_in_numbers_on_its_page(
    browse: Browse, line: Line, cast: Cast, who: str
) -> None:
    page = browse(who).get(f"/institutions/{cast.corporation_id}").text

    assert "The last year in numbers" in page
    assert "Too few answers to say how long one takes." in page
    record = page[page.index('id="track-record"') :].partition("</section>")[0]
    assert "van de Cast" not in record
