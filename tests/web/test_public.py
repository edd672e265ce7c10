"""What everybody may read, without signing in."""

from datetime import timedelta

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
