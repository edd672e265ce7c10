"""What everybody may read, without signing in."""

from datetime import timedelta
from io import BytesIO

import feedparser
from PIL import Image

from bsa import clock
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.database import Database

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse


def publish(database: Database, cast: Cast, line: Line) -> None:
    told = {"kind": "published", "visibility": "public", "previewed": True, "happened_on": clock.today()}
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
    assert entry.link.endswith(f"/public/{cast.here_id}/commitments/{line.commitment_id}")
    assert feedparser.parse(anybody.get(path).content).feed.title == "Toegezegd aan Oude Molenbuurt"
    assert anybody.get(f"/public/{cast.there_id}/feed.atom").status_code == 404


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
    since = anybody.get(f"/public/{cast.here_id}/feed.atom").headers["last-modified"]
    path = f"/public/{cast.here_id}/feed.atom"
    assert anybody.get(path, headers={"If-Modified-Since": since}).status_code == 304
    assert anybody.get(path, headers={"If-Modified-Since": "gisteren"}).status_code == 200
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
