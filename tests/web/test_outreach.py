"""The pages of going there unasked: a round, the tally screen, and the doors that are left alone."""

import re
from uuid import UUID

import pytest
from sqlmodel import select

from bsa import clock
from bsa.database import Database
from bsa.outreach.actions import end_round, start_round, tally
from bsa.outreach.models import NoRing, Round, RoundKind, Tallied
from bsa.outreach.shapes import EndingIn, RoundIn, TallyIn

from tests.cast import Cast
from tests.web.conftest import Browse


@pytest.fixture
def held(database: Database, cast: Cast, standing_clock: None) -> Round:
    with database.writing() as session:
        return start_round(session, cast.activator, RoundIn(area_id=cast.here_id, where="Molenstraat"))


def the_round(database: Database) -> tuple[UUID, int]:
    """Return the key of the only round there is, and how often somebody rang."""
    with database.reading() as session:
        held = session.scalars(select(Round)).one()
        return held.id, held.rang


def test_a_round_is_begun_with_a_street_and_counted_at_once(browse: Browse, database: Database, cast: Cast) -> None:
    me = browse("activator")
    assert "No round yet" in me.get("/rounds").text
    form = me.get("/rounds/new").text
    assert f'name="area_id" value="{cast.here_id}"' in form

    answer = me.fill_in("/rounds", area_id=str(cast.here_id), kind="doors", where="Molenstraat")
    round_id, _ = the_round(database)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/rounds/{round_id}"
    page = me.get(f"/rounds/{round_id}").text
    for what in Tallied:
        assert f'id="more-{what}"' in page
    assert "Somebody wants to be known" in page


def test_a_house_number_is_refused_beside_its_field(browse: Browse, cast: Cast) -> None:
    answer = browse("activator").fill_in("/rounds", area_id=str(cast.here_id), kind="doors", where="Molenstraat 14")

    assert answer.status_code == 400
    assert "without a house number" in answer.text
    assert 'value="Molenstraat 14"' in answer.text


def test_a_mistake_keeps_what_was_typed(browse: Browse, cast: Cast) -> None:
    answer = browse("activator").fill_in("/rounds", area_id=str(cast.here_id), kind="doors", occasion="Warmtetrui")

    assert answer.status_code == 400
    assert 'value="Warmtetrui"' in answer.text
    assert re.search(r"<details class=.bsa-disclosure. open", answer.text)


def test_counting_without_scripts_comes_back_to_the_counts(browse: Browse, held: Round, database: Database) -> None:
    me = browse("activator")
    for _ in range(3):
        answer = me.fill_in(f"/rounds/{held.id}/tallies", what="rang", by="1")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/rounds/{held.id}#counts")
    me.fill_in(f"/rounds/{held.id}/tallies", what="rang", by="-1")

    assert the_round(database) == (held.id, 2)


def test_counting_with_htmx_answers_the_counts_alone(browse: Browse, held: Round) -> None:
    me = browse("activator")
    me.headers["HX-Request-Type"] = "partial"
    answer = me.fill_in(f"/rounds/{held.id}/tallies", what="opened", by="1")

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="bsa-tally" id="counts">')
    assert "Opened: 1" in answer.text
    refused = me.fill_in(f"/rounds/{held.id}/tallies", what="talked", by="-1")
    assert refused.status_code == 409
    assert "nothing to take back" in refused.text
    assert "<html" not in refused.text


def test_a_count_below_nothing_is_refused_in_words(browse: Browse, held: Round) -> None:
    answer = browse("activator").fill_in(f"/rounds/{held.id}/tallies", what="rang", by="-1")

    assert answer.status_code == 409
    assert "There is nothing to take back" in answer.text


def test_who_asked_not_to_be_rung_stands_on_top_for_a_colleague(
    browse: Browse, held: Round, database: Database
) -> None:
    me, colleague = browse("activator"), browse("colleague")
    answer = me.fill_in(f"/rounds/{held.id}/no-rings", number="14 A")
    assert answer.status_code == 303
    assert "14" not in answer.headers["location"].replace(str(held.id), "")

    page = colleague.get(f"/rounds/{held.id}").text
    assert "Do not ring" in page
    assert "<li>14a</li>" in page
    assert colleague.fill_in(f"/rounds/{held.id}/no-rings/lifting", number="14a").status_code == 303
    assert "<li>14a</li>" not in colleague.get(f"/rounds/{held.id}").text
    with database.reading() as session:
        assert session.scalars(select(NoRing)).all() == []


def test_what_is_no_house_number_is_said_beside_its_field(browse: Browse, held: Round) -> None:
    answer = browse("activator").fill_in(f"/rounds/{held.id}/no-rings", number="veertien")

    assert answer.status_code == 400
    assert "such as 14, 14a or 14-2" in answer.text
    assert 'value="veertien"' in answer.text


def test_a_round_ends_with_why_and_is_then_read_only(browse: Browse, held: Round) -> None:
    me = browse("activator")
    me.fill_in(f"/rounds/{held.id}/tallies", what="talked", by="1")
    answer = me.fill_in(f"/rounds/{held.id}/ending", weighing="Niemand kent ons", place_note="Achterpad donker")

    assert answer.status_code == 303
    page = me.get(f"/rounds/{held.id}").text
    assert "Niemand kent ons" in page
    assert "Achterpad donker" in page
    assert 'id="more-rang"' not in page
    assert "Go here again" in page
    again = me.get(f"/rounds/new?again={held.id}").text
    assert 'value="Molenstraat"' in again
    assert me.fill_in(f"/rounds/{held.id}/ending").status_code == 409


def test_counts_from_paper_are_written_in(browse: Browse, held: Round, database: Database) -> None:
    me = browse("activator")
    told = {
        "where": "Molenstraat",
        "kind": "doors",
        "held_on": clock.today().isoformat(),
        "rang": "22",
        "opened": "9",
        "talked": "5",
        "no_thanks": "1",
    }
    version = me.version(Round, held.id)
    assert me.fill_in(f"/rounds/{held.id}", version=version, **told | {"rang": "veel"}).status_code == 400
    assert me.fill_in(f"/rounds/{held.id}", version=version, **told).status_code == 303
    assert the_round(database) == (held.id, 22)
    stale = me.fill_in(f"/rounds/{held.id}", version=version, **told | {"where": "Veenweg"})
    assert stale.status_code == 412
    assert 'value="Veenweg"' in stale.text


def test_at_a_place_nobody_rings(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        told = RoundIn(area_id=cast.here_id, where="Buurthuis", kind=RoundKind.PLACE)
        begun = start_round(session, cast.activator, told)
    page = browse("activator").get(f"/rounds/{begun.id}").text

    assert 'id="more-talked"' in page
    assert 'id="more-rang"' not in page
    assert "not to be rung" not in page


def test_the_team_leader_sees_counts_and_no_buttons(browse: Browse, held: Round) -> None:
    page = browse("teamleader").get(f"/rounds/{held.id}").text

    assert "Molenstraat" in page
    assert "more-rang" not in page
    assert "Somebody wants to be known" not in page
    assert "Start a round" not in browse("teamleader").get("/rounds").text


def test_nobody_elsewhere_sees_a_round(browse: Browse, held: Round) -> None:
    assert browse("stranger").get(f"/rounds/{held.id}").status_code == 404
    assert "Molenstraat" not in browse("stranger").get("/rounds").text
    for name in ("corporation", "policy", "privacy", "admin"):
        assert browse(name).get("/rounds").status_code == 403


def test_the_picture_has_its_numbers_in_a_table(browse: Browse, database: Database, cast: Cast, held: Round) -> None:
    with database.writing() as session:
        for _ in range(3):
            tally(session, cast.activator, held.id, TallyIn(what=Tallied.RANG))
        end_round(session, cast.activator, held.id, EndingIn())
    page = browse("activator").get("/rounds").text

    assert "Outreach in Oude Molenbuurt" in page
    assert 'role="img"' in page
    assert re.search(r'<th scope="row">March 2026</th><td class="bsa-number" data-label="Rounds">1</td>', page)


def test_rounds_are_chosen_by_kind_and_by_who_went(browse: Browse, held: Round) -> None:
    assert "Molenstraat" in browse("colleague").get("/rounds").text
    mine = browse("colleague").get("/rounds?mine=true").text
    assert "Molenstraat" not in mine
    assert "No round that fits" in mine
    assert "Molenstraat" not in browse("activator").get("/rounds?kind=place").text


def test_registering_from_a_round_takes_the_neighbourhood_along_and_nothing_else(
    browse: Browse, held: Round, cast: Cast
) -> None:
    me = browse("activator")
    page = me.get(f"/rounds/{held.id}").text
    way = re.search(r'href="(/residents/new[^"]*)"', page)
    assert way is not None
    assert way[1] == f"/residents/new?area_id={cast.here_id}"
    form = me.get(way[1]).text
    assert f'value="{cast.here_id}" selected' in form
    assert "Molenstraat" not in form
