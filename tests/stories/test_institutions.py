"""Element 11: double activation. The institution is at work too: it answers, promises, shows, keeps or says why not."""

from io import BytesIO
from typing import Any

from PIL import Image
from sqlmodel import select

from bsa.asks.models import Ask
from bsa.commitments.models import Commitment
from bsa.database import Database
from bsa.people.models import Language
from web.guests import csrf_for
from web.pages import environment

from tests.cast import NOW, Cast
from tests.line import Line
from tests.stories.conftest import Say, Visit, read
from tests.web.conftest import Browser

TODAY = NOW.date().isoformat()


def photo() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "firebrick").save(drawn, "JPEG")
    return drawn.getvalue()


def reported(browser: Browser, line: Line, content: bytes) -> Any:
    told = {"csrf": csrf_for(browser.cookies.get("bsa") or ""), "happened_on": TODAY, "words": "34 van de 34"}
    told["version"] = str(browser.version(Commitment, line.commitment_id))
    return browser.post(f"/commitments/{line.commitment_id}/claims", data=told, files={"file": ("a.jpg", content)})


def test_given_a_question_when_the_institution_signs_in_then_it_answers_with_its_own_words_as_the_source(
    line: Line, visit: Visit, say: Say, database: Database, cast: Cast
) -> None:
    marloes, joost = visit("activator"), visit("corporation")
    asked = {"initiative_id": line.initiative_id, "institution_id": cast.corporation_id, "text": "Plaats verlichting"}
    path = marloes.fill_in("/asks", **asked, voiced_by="residents").headers["location"]
    put = {"happened_on": TODAY, "reply_by": "2026-04-07", "source": "mail", "mandate": "operational"}
    key = path.rsplit("/", 1)[1]
    with database.reading() as session:
        ask = session.scalars(select(Ask).where(Ask.text == asked["text"])).one()
        assert str(ask.id) == key
    assert marloes.fill_in(f"{path}/submission", **put, version=ask.version).status_code == 303

    page = read(joost, joost.get("/").headers["location"])
    assert say("To answer") in page
    assert f"{path}/answers" in page
    answer = {"answer": "yes_if", "words": "Als de buurt meekijkt", "happened_on": TODAY}
    assert joost.fill_in(f"{path}/answers", **answer, version=joost.version(Ask, ask.id)).status_code == 303

    assert say("To answer") not in read(joost, "/portal")
    told = read(marloes, path)
    assert "Als de buurt meekijkt" in told
    assert say("entered by themselves") in told


def test_given_a_promise_when_it_cannot_be_kept_in_time_then_another_day_is_proposed_and_the_first_stays(
    line: Line, visit: Visit, say: Say, language: Language
) -> None:
    marloes, joost = visit("activator"), visit("corporation")
    moved = f"/commitments/{line.commitment_id}/events/moved"
    told = {"due_on": "2026-06-01", "words": "Er zit asbest in", "happened_on": TODAY, "residents_agreed": "false"}

    done = joost.fill_in(moved, **told, version=joost.version(Commitment, line.commitment_id))

    assert done.status_code == 303
    day = environment(language).filters["day"]
    page = read(marloes, f"/commitments/{line.commitment_id}")
    words = "%(institution)s proposes another day: %(day)s. Until the residents agree, the promised day stays."
    assert say(words, institution="De Veenhoek", day=day(NOW.date().replace(month=6, day=1))) in page
    assert day(NOW.date().replace(month=4, day=23)) in page


def test_given_work_done_when_it_is_reported_with_a_photo_then_residents_judge_with_it_before_them(
    line: Line, visit: Visit, say: Say
) -> None:
    marloes, joost = visit("activator"), visit("corporation")
    form = read(joost, f"/commitments/{line.commitment_id}/events/claimed")
    warning = say("No people in the picture: nobody who can be recognised, no number plates, no name beside a door.")
    assert warning in form

    refused = reported(joost, line, b"PK\x05\x06" + b"\0" * 18)
    assert say("An archive (zip) is not taken, also not when it looks like a photo or a PDF.") in refused.text
    assert reported(joost, line, photo()).status_code == 303

    assert say("Residents are judging") in read(joost, "/portal")
    page = read(marloes, f"/commitments/{line.commitment_id}")
    assert say("What was shown") in page
    assert 'src="/evidence/' in page
    # The list that everybody reads names the institution, shows no photo, and nobody who works there.
    assert "/evidence/" not in visit("").get("/public").text


def test_given_a_year_when_anybody_inside_looks_then_the_institution_is_counted_and_nobody_who_works_there(
    line: Line, visit: Visit, say: Say, cast: Cast
) -> None:
    page = read(visit("policy"), f"/institutions/{cast.corporation_id}")

    assert say("The last year in numbers") in page
    assert say("in time") in page
    assert "Corporation van de Cast" not in page
