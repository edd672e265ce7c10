"""Searching on the pages: a field everywhere, groups of what was found, and kind words when there is nothing."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlmodel import Session, select

from bsa import clock
from bsa.access_log import AccessLine
from bsa.database import Database
from bsa.needs.actions import record_need
from bsa.needs.shapes import NeedIn
from bsa.search.keeper import Keeper

from tests.cast import Cast, a_resident
from tests.line import Line
from tests.web.conftest import Browse


@pytest.fixture
def keeper(database: Database, line: Line) -> Iterator[Keeper]:
    """Keep an index of the walked line."""
    keeper = Keeper(database)
    keeper.build()
    yield keeper
    keeper.stop()


def test_every_page_has_a_field_to_search_in(browse: Browse, line: Line) -> None:
    assert 'action="/search"' in browse("activator").get("/day").text
    assert 'action="/search"' not in browse().get("/public").text


def test_what_was_found_stands_in_groups_with_a_way_there(browse: Browse, line: Line, keeper: Keeper) -> None:
    answer = browse("activator").fill_in("/search", words="kachel geert")
    assert answer.status_code == 200
    assert "Nothing found" in answer.text

    answer = browse("activator").fill_in("/search", words="kach")

    assert f'href="/needs/{line.need_id}"' in answer.text
    assert "<mark>kachel</mark>" in answer.text
    assert 'value="kach"' in answer.text


def test_what_was_typed_stands_in_no_address(browse: Browse, line: Line, keeper: Keeper) -> None:
    text = browse("activator").fill_in("/search", words="kachel").text

    assert "words=" not in text
    assert "?" not in "".join(part.split('"')[0] for part in text.split('action="')[1:])


def test_a_colleague_sees_whom_to_ask_and_no_way_in(browse: Browse, line: Line, keeper: Keeper) -> None:
    text = browse("colleague").fill_in("/search", words="geert").text

    assert "looked after by Activator van de Cast" in text
    assert f"/residents/{line.resident_id}" not in text


def test_an_institution_finds_its_own_and_nobody(browse: Browse, line: Line, keeper: Keeper) -> None:
    browser = browse("corporation")

    assert f'href="/commitments/{line.commitment_id}"' in browser.fill_in("/search", words="kozijnen").text
    assert "Nothing found" in browser.fill_in("/search", words="geert").text
    assert "Nothing found" in browse("rival").fill_in("/search", words="kozijnen").text


def test_a_typing_error_is_asked_about(browse: Browse, line: Line, keeper: Keeper) -> None:
    text = browse("activator").fill_in("/search", words="kagchel").text

    assert "Did you mean “kachel”?" in text
    assert f'href="/needs/{line.need_id}"' in text


def test_an_empty_field_is_named_and_nothing_is_looked_for(browse: Browse, line: Line, keeper: Keeper) -> None:
    answer = browse("activator").fill_in("/search", words="  ")

    assert answer.status_code == 400
    assert 'id="search-error"' in answer.text


def test_more_of_one_kind_comes_on_a_page_of_its_own(
    browse: Browse, database: Database, cast: Cast, line: Line, keeper: Keeper
) -> None:
    with database.writing() as session:
        for number in range(30):
            a_resident(session, cast.activator, cast.here_id, f"Man van {number}")
    keeper.catch_up()
    browser = browse("activator")

    text = browser.fill_in("/search", words="man").text
    assert text.count("Man</mark> van") == 5
    assert "Show all of these" in text

    text = browser.fill_in("/search", words="man", kind="resident", limit="20").text
    assert text.count("Man</mark> van") == 20
    cursor = text.split('name="cursor" value="')[1].split('"')[0]
    assert browser.fill_in("/search", words="man", kind="resident", cursor=cursor).text.count("Man</mark> van") == 5


def test_while_the_index_is_made_that_is_said(browse: Browse, line: Line) -> None:
    text = browse("activator").fill_in("/search", words="kachel").text

    assert "The list to search in is still being made." in text


def test_who_was_found_was_read(browse: Browse, database: Database, cast: Cast, line: Line, keeper: Keeper) -> None:
    browse("activator").fill_in("/search", words="kachel")

    with database.reading() as session:
        lines = session.scalars(select(AccessLine).where(AccessLine.operation == "search.create")).all()
        assert {one.resident_id for one in lines if one.resident_id} == {line.resident_id}


def a_need(session: Session, cast: Cast, resident_id: UUID, words: str) -> UUID:
    """Record a need."""
    told = {"life_area": "housing", "words": words, "learned_on": clock.today()}
    return record_need(session, cast.activator, resident_id, NeedIn.model_validate(told)).id


def test_what_somebody_wrote_cannot_become_part_of_the_page(
    browse: Browse, database: Database, cast: Cast, line: Line, keeper: Keeper
) -> None:
    with database.writing() as session:
        a_need(session, cast, line.resident_id, "<script>alert(1)</script> vochtplek <b>")
    keeper.catch_up()

    text = browse("activator").fill_in("/search", words='vochtplek <b>"').text

    assert "<script>alert" not in text
    assert "<b>" not in text
