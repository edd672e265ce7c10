"""Finding somebody again: half a word is enough, and what is a colleague's stays a colleague's."""

from collections.abc import Iterator
from html import unescape
from uuid import UUID

import pytest

from bsa.database import Database
from bsa.search.keeper import Keeper

from tests.cast import NOW, Cast, a_dossier
from tests.stories.conftest import Say, Visit


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Open a dossier for Geert, whom the activator looks after."""
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Geert").id


@pytest.fixture
def keeper(database: Database, geert: UUID) -> Iterator[Keeper]:
    """Keep an index, as a process that serves does."""
    keeper = Keeper(database)
    keeper.build()
    yield keeper
    keeper.stop()


def asked_for(visit: Visit, who: str, words: str) -> str:
    answer = visit(who).fill_in("/search", words=words)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_given_a_question_about_mould_when_half_of_the_word_is_typed_then_the_question_is_found_in_its_own_words(
    visit: Visit, say: Say, geert: UUID, keeper: Keeper
) -> None:
    marloes = visit("activator")
    told = {"life_area": "housing", "words": "Die badkamerschimmel komt terug", "learned_on": NOW.date().isoformat()}
    assert marloes.fill_in(f"/residents/{geert}/needs", **told).status_code == 303
    keeper.catch_up()

    page = asked_for(visit, "activator", "schimmel")

    assert "Die <mark>badkamerschimmel</mark> komt terug" in page
    assert say("Needs") in page


def test_given_a_name_heard_wrongly_when_it_is_typed_so_then_the_page_asks_whether_the_right_one_was_meant(
    visit: Visit, say: Say, geert: UUID, keeper: Keeper
) -> None:
    page = asked_for(visit, "activator", "Gert")

    assert say("Did you mean “%(words)s”?", words="geert") in page
    assert f"/residents/{geert}" in page


def test_given_a_colleague_s_resident_when_the_name_is_typed_then_it_says_whom_to_ask_and_opens_nothing(
    visit: Visit, say: Say, geert: UUID, keeper: Keeper
) -> None:
    page = asked_for(visit, "colleague", "Geert")

    assert say("looked after by %(name)s", name="Activator van de Cast") in page
    assert f"/residents/{geert}" not in page


def test_given_somebody_of_the_corporation_when_a_resident_s_name_is_typed_then_nothing_is_found(
    visit: Visit, say: Say, geert: UUID, keeper: Keeper
) -> None:
    assert say("Nothing found") in asked_for(visit, "corporation", "Geert")
