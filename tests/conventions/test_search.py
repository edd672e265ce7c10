"""A marker in every text that there can be about a resident, looked for by everybody: found only where it may be read.

A text that is new is to be found by nobody, until somebody decides otherwise here.
"""

import random
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlmodel import Session

from bsa import clock
from bsa.database import Database
from bsa.lifeworld.models import SketchLine, SketchPrompt, Voice
from bsa.needs.actions import deepen_need, record_need
from bsa.needs.shapes import LayerIn, NeedIn
from bsa.search.keeper import Keeper
from bsa.search.queries import find
from bsa.search.shapes import SearchIn

from tests.bsa.test_lifecycle import a_full_life
from tests.cast import Cast, a_dossier

OWN = {"activator"}
FOUND_BY: dict[str, set[str]] = {
    "call": {"activator", "colleague", "privacy"},
    "full": OWN,
    "stated": OWN,
    "deeper": OWN,
}
"""Who finds which text; every other is found by nobody."""

FEWEST = 20
"""Texts in which a marker stands; with fewer the test has lost its way."""


class Words:
    """Hands out a word for each name that is like no other word."""

    def __init__(self) -> None:
        self.by_name: dict[str, str] = {}
        self._chance = random.Random(5)

    def __call__(self, name: str) -> str:
        """Return the word of a name."""
        return self.by_name.setdefault(name, "".join(self._chance.choices("bcdfghjklmnpqrstvwxz", k=14)))


@pytest.fixture
def planted(database: Database, cast: Cast, standing_clock: None) -> Iterator[Words]:
    """Plant a word in every text, and keep an index of it."""
    words = Words()
    with database.writing() as session:
        life = a_full_life(session, cast, words)  # type: ignore[arg-type]
        session.add(
            SketchLine(
                resident_id=life.id,
                prompt=SketchPrompt.PINCHES,
                voice=Voice.WORKER,
                words=words("impression"),
                told_on=clock.today(),
                worker_id=cast.activator.id,
            )
        )
        session.flush()
        a_hunch(session, cast, life.id, words("hunch"))
    keeper = Keeper(database)
    keeper.build()
    yield words
    keeper.stop()


def a_hunch(session: Session, cast: Cast, resident_id: UUID, words: str) -> None:
    """Write down what only the worker thinks."""
    told = {"life_area": "housing", "learned_on": clock.today()}
    need = record_need(
        session, cast.activator, resident_id, NeedIn.model_validate(told | {"words": "Niets bijzonders"})
    )
    hunch = told | {"words": words, "how_learned": "hunch", "confirmed": "not_yet"}
    deepen_need(session, cast.activator, need.id, None, LayerIn.model_validate(hunch))


def who_finds(database: Database, cast: Cast, words: str) -> set[str]:
    """Return who is shown anything at all: a hit, a suggestion, or that there is more."""
    shown = set()
    for who, actor in cast.actors.items():
        with database.reading() as session:
            answer = find(session, actor, SearchIn(words=words))
            if answer.groups or answer.meant or answer.close or session.info["residents_read"]:
                shown.add(who)
    return shown


def test_each_text_is_found_by_those_who_may_read_it_and_by_nobody_else(
    database: Database, cast: Cast, planted: Words
) -> None:
    assert len(planted.by_name) >= FEWEST

    found = {name: who_finds(database, cast, word) for name, word in planted.by_name.items()}

    assert found == {name: FOUND_BY.get(name, set()) for name in planted.by_name}


def test_neither_its_beginning_nor_a_typing_error_leads_to_what_is_hidden(
    database: Database, cast: Cast, planted: Words
) -> None:
    for name, word in planted.by_name.items():
        for tried in (word[:6], word[:-1] + "y"):
            assert who_finds(database, cast, tried) == FOUND_BY.get(name, set()), (name, tried)


def test_two_words_of_which_one_is_hidden_are_not_found_together(
    database: Database, cast: Cast, planted: Words
) -> None:
    with database.writing() as session:
        a_dossier(session, cast.colleague, cast.here_id, "Bep")

    assert who_finds(database, cast, f"{planted('call')} {planted('full')}") == OWN
    assert who_finds(database, cast, f"{planted('stated')} {planted('own')}") == set()
