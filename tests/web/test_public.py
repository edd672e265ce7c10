"""What everybody may read, without signing in."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from html import escape
from io import BytesIO
from time import sleep
from typing import Any

import feedparser
import pytest
from fastapi import Response
from PIL import Image

from bsa import clock
from bsa.areas.models import Area
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.database import Database
from web import public, shared

from tests.cast import Cast
from tests.conventions.test_statements import counting
from tests.line import Line, a_commitment
from tests.web.conftest import Browse

ENGLISH = {"Accept-Language": "en"}


def publish(database: Database, cast: Cast, line: Line, visibility: str = "public") -> None:
    told = {"kind": "published", "visibility": visibility, "previewed": True, "happened_on": clock.today()}
    with database.writing() as session:
        version = session.get_one(Commitment, line.commitment_id).version
        enter_event(session, cast.activator, line.commitment_id, version, CommitmentEventIn.model_validate(told))


def test_nothing_is_public_by_itself(browse: Browse, line: Line, cast: Cast) -> None:
    anybody = browse()

    assert "Nothing is public yet" in anybody.get("/public").text
    assert anybody.get(f"/public/{cast.here_id}").status_code == 404


def test_a_neighbourhood_reads_its_promises_in_its_own_words(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    anybody = browse()

    listed = anybody.get("/public").text
    assert "Oude Molenbuurt" in listed
    assert "Nieuwe Veenbuurt" not in listed
    assert anybody.get(f"/public/{cast.there_id}").status_code == 404
    page = anybody.get(f"/public/{cast.here_id}").text
    assert "What was promised to Oude Molenbuurt</h1>" in page
    assert "Onze ramen tochten niet meer." in page
    assert "Still to come" in page
    assert "van de Cast" not in page


def test_a_promise_whose_day_has_passed_stands_first(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    for days in (31, 60):
        with clock.standing_at(clock.now() + timedelta(days=days)):
            assert "The day has passed</h2>" in browse().get(f"/public/{cast.here_id}").text.replace(
                ' <span class="bsa-count">1</span>', ""
            )


def test_a_promise_has_a_page_of_its_own_with_all_that_happened(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    moved = {"kind": "moved", "words": "Geheim van Joost", "due_on": "2026-06-01", "residents_agreed": True}
    with database.writing() as session:
        version = session.get_one(Commitment, line.commitment_id).version
        told = CommitmentEventIn.model_validate({"happened_on": clock.today()} | moved)
        enter_event(session, cast.activator, line.commitment_id, version, told)
    path = f"/public/{cast.here_id}/commitments/{line.commitment_id}"
    assert browse().get(path).status_code == 404
    publish(database, cast, line)

    page = browse().get(path).text

    assert "Date moved" in page
    assert "New day: June 1, 2026." in page or "New day: 1 June 2026." in page
    assert "Geheim van Joost" not in page
    assert "May be read by" not in page


def test_the_feed_is_read_by_a_reader_of_feeds(browse: Browse, database: Database, line: Line, cast: Cast) -> None:
    publish(database, cast, line)
    anybody = browse()
    path = f"/public/{cast.here_id}/feed.atom"

    answer = anybody.get(path, params={"lang": "en"})

    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.title == "What was promised to Oude Molenbuurt"
    [entry] = read.entries
    assert entry.title == "De Veenhoek: Commitment written down"
    assert "Agreed day: " in entry.summary
    assert entry.link.endswith(f"/public/{cast.here_id}/commitments/{line.commitment_id}")
    assert feedparser.parse(anybody.get(path).content).feed.title == "Toegezegd aan Oude Molenbuurt"
    assert anybody.get(f"/public/{cast.there_id}/feed.atom").status_code == 404


def test_the_feed_takes_no_proposed_day_for_a_promised_one(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    moved = {"kind": "moved", "words": "Het werd later.", "due_on": "2026-06-01", "residents_agreed": False}
    with database.writing() as session:
        version = session.get_one(Commitment, line.commitment_id).version
        told = CommitmentEventIn.model_validate({"happened_on": clock.today()} | moved)
        enter_event(session, cast.activator, line.commitment_id, version, told)

    read = feedparser.parse(browse().get(f"/public/{cast.here_id}/feed.atom", params={"lang": "en"}).content)

    [summary] = [entry.summary for entry in read.entries if "Date moved" in entry.title]
    assert summary.endswith("The residents have not agreed yet, so the promised day stays.")


def test_machines_and_caches_need_not_fetch_again_what_they_have(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    anybody = browse()
    anybody.cookies.clear()
    for name in ("/feed.atom", "/ledger.json", "/picture.png", ""):
        first = anybody.get(f"/public/{cast.here_id}{name}")
        assert first.headers["cache-control"] == "public, max-age=120", name
        again = anybody.get(first.request.url.path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert browse("activator").get(f"/public/{cast.here_id}").headers["cache-control"] == "no-store"


def test_the_ledger_is_json_and_the_picture_has_the_size_that_is_shared(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    told = browse().get(f"/public/{cast.here_id}/ledger.json").json()
    assert told["neighbourhood"] == "Oude Molenbuurt"
    assert told["counts"]["open"] == 1
    assert told["commitments"][0]["residentsWords"] == "Onze ramen tochten niet meer."
    picture = browse().get(f"/public/{cast.here_id}/picture.png")
    assert picture.headers["content-type"] == "image/png"
    assert Image.open(BytesIO(picture.content)).size == (1200, 630)
    page = browse().get(f"/public/{cast.here_id}").text
    assert (
        f'<meta property="og:image" content="http://127.0.0.1:8000/public/{cast.here_id}/picture.png?lang=en">' in page
    )


MACHINES = ("/feed.atom", "/ledger.json", "/picture.png")


def test_a_crowd_has_a_page_drawn_once_and_each_reads_it_in_the_own_language(
    browse: Browse, database: Database, line: Line, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, cast, line)
    drawn = Counter[str]()

    def counted(name: str, real: Any, *told: Any) -> Any:
        drawn[name] += 1
        return real(*told)

    for name in ("list_public_commitments", "list_public_events", "share_picture"):
        monkeypatch.setattr(public, name, partial(counted, name, getattr(public, name)))
    anybody = browse()
    anybody.cookies.clear()

    for _ in range(5):
        assert anybody.get(f"/public/{cast.here_id}").status_code == 200
        assert "Toegezegd aan Oude Molenbuurt" in anybody.get(f"/public/{cast.here_id}").text
        assert "What was promised to Oude" in anybody.get(f"/public/{cast.here_id}", headers=ENGLISH).text
        for name in MACHINES:
            assert anybody.get(f"/public/{cast.here_id}{name}").status_code == 200

    assert drawn == {"list_public_commitments": 3, "list_public_events": 1, "share_picture": 1}


def test_a_longer_list_takes_no_more_statements_and_a_kept_one_only_what_was_done_last(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    anybody, path = browse(), f"/public/{cast.here_id}"

    def asked() -> int:
        with counting() as statements:
            assert anybody.get(path).status_code == 200
        return len(statements)

    # What was done last; the rows, their quotes and their events; the neighbourhood; the counts.
    assert [asked(), asked()] == [6, 1]
    for days in range(10):
        with database.writing() as session:
            other = a_commitment(session, cast, line.ask_id, clock.today() + timedelta(days=40 + days))
        publish(database, cast, replace(line, commitment_id=other.id))
    assert [asked(), asked()] == [6, 1]


def test_what_is_drawn_for_somebody_is_kept_for_nobody(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    path, anybody, activator = f"/public/{cast.here_id}", browse(), browse("activator")
    name = "Activator van de Cast"
    assert name in activator.get(path).text
    assert name not in anybody.get(path).text
    assert name in activator.get(path).text
    # A word about a deed is said once, to whoever did it.
    anybody.cookies.set("flash", "saved")
    assert "bsa-flash" in anybody.get(path).text
    assert "bsa-flash--ok" not in browse().get(path).text
    assert browse().get(path).headers["cache-control"] == "no-store"


def test_what_is_taken_back_is_gone_at_once_also_for_who_goes_by_days(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    with database.writing() as session:
        other = a_commitment(session, cast, line.ask_id, clock.today() + timedelta(days=40))
    publish(database, cast, line)
    publish(database, cast, replace(line, commitment_id=other.id))
    anybody = browse()
    anybody.cookies.clear()
    paths = [f"/public/{cast.here_id}{name}" for name in ("", "/feed.atom", "/ledger.json")]
    before = [anybody.get(path) for path in paths]
    assert all(str(other.id) in answer.text for answer in before)

    publish(database, cast, replace(line, commitment_id=other.id), "neighbourhood")

    for path, answer in zip(paths, before, strict=True):
        later = {"If-Modified-Since": "Wed, 24 Mar 2027 09:30:00 GMT"}
        for headers in ({}, later, {"If-None-Match": answer.headers["etag"]}):
            again = anybody.get(path, headers=headers)
            assert again.status_code == 200
            assert str(other.id) not in again.text
    publish(database, cast, line, "team")
    assert {anybody.get(f"/public/{cast.here_id}{name}").status_code for name in ("", *MACHINES)} == {404}


def test_what_is_kept_grows_old_with_the_day_and_after_some_seconds(
    browse: Browse, database: Database, line: Line, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(database, cast, line)
    path = f"/public/{cast.here_id}/ledger.json"
    assert browse().get(path).json()["counts"]["late"] == 0
    with clock.standing_at(clock.now() + timedelta(days=31)):
        assert browse().get(path).json()["counts"]["late"] == 1
    # Something changed without a deed, or by one that was written in another order than its key.
    assert browse().get(path).json()["neighbourhood"] == "Oude Molenbuurt"
    with database.writing() as session:
        session.get_one(Area, cast.here_id).name = "Molenbuurt"
    monkeypatch.setattr(shared, "SECONDS", -1)
    assert browse().get(path).json()["neighbourhood"] == "Molenbuurt"


def test_a_hundred_at_once_wait_for_one_drawing(database: Database) -> None:
    store, drawn = shared.Kept(), list[int]()

    def make() -> Response:
        drawn.append(1)
        sleep(0.05)
        return Response("page")

    def ask(_number: int) -> bytes:
        with database.reading() as session:
            return bytes(store.answer(session, "key", make).body)

    with ThreadPoolExecutor(20) as readers:
        assert set(readers.map(ask, range(100))) == {b"page"}
    assert len(drawn) == 1
    with database.reading() as session:
        for number in range(200):
            store.answer(session, number, lambda: Response("other"))
    assert len(store._made) == shared.MOST
    assert len(store._making) == shared.MOST


def test_a_reader_of_feeds_gets_no_page_in_a_page(browse: Browse, database: Database, line: Line, cast: Cast) -> None:
    publish(database, cast, line)
    marked = "<img src=x onerror=alert(1)> ]]> & onze ramen"
    with database.writing() as session:
        session.get_one(Commitment, line.commitment_id).residents_words = marked

    answer = browse().get(f"/public/{cast.here_id}/feed.atom")

    # It is HTML for who reads it: what comes out of the XML must still be words.
    assert f'<summary type="html">{escape(escape(marked, quote=False), quote=False)}' in answer.text
