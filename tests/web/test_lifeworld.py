"""The pages of a lifeworld: one field is enough, strengths first, and impressions for their author alone."""

from uuid import UUID

import pytest
from sqlmodel import select

from bsa.database import Database
from bsa.lifeworld.actions import note_asset, note_sketch_line
from bsa.lifeworld.models import Asset, SketchLine, Voice
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.residents.actions import assign_worker, change_resident, restrict_resident
from bsa.residents.models import Resident
from bsa.residents.shapes import ResidentChange, WorkerIn

from tests.cast import Cast, a_dossier, a_resident
from tests.web.conftest import Browse


@pytest.fixture
def ria(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Open a dossier for Ria, looked after by the activator."""
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Ria").id


@pytest.fixture
def line(database: Database, cast: Cast, ria: UUID) -> UUID:
    """Write down something that Ria said."""
    with database.writing() as session:
        return note_sketch_line(session, cast.activator, ria, SketchLineIn(words="Zondag komt mijn zus")).id


@pytest.fixture
def asset(database: Database, cast: Cast, ria: UUID) -> UUID:
    """Write down something that Ria can."""
    with database.writing() as session:
        return note_asset(session, cast.activator, ria, AssetIn(words="Kent iedereen")).id


def test_the_words_alone_are_enough(browse: Browse, database: Database, ria: UUID) -> None:
    browser = browse("activator")

    said = browser.fill_in(f"/residents/{ria}/sketch-lines", words="Het gaat wel", prompt="")
    can = browser.fill_in(f"/residents/{ria}/assets", words="Kan luisteren")
    thought = browser.fill_in(f"/residents/{ria}/sketch-lines", words="Lijkt moe", voice="worker")

    assert said.headers["location"] == f"/residents/{ria}/lifeworld#said"
    assert can.headers["location"] == f"/residents/{ria}/lifeworld#strengths"
    assert thought.headers["location"] == f"/residents/{ria}/lifeworld#only-for-me"
    text = browser.get(f"/residents/{ria}/lifeworld").text
    assert text.index("Kan luisteren") < text.index("Het gaat wel") < text.index("Lijkt moe")


def test_a_stand_in_reads_what_was_said_and_no_impression(
    browse: Browse, database: Database, cast: Cast, ria: UUID, line: UUID
) -> None:
    with database.writing() as session:
        note_sketch_line(session, cast.activator, ria, SketchLineIn(words="INDRUK", voice=Voice.WORKER))
        wanted = WorkerIn.model_validate({"account_id": cast.colleague.id, "part": "stands_in"})
        assign_worker(session, cast.activator, ria, wanted)

    theirs = browse("colleague").get(f"/residents/{ria}/lifeworld").text

    assert "Zondag komt mijn zus" in theirs
    assert "INDRUK" not in theirs
    assert "INDRUK" in browse("activator").get(f"/residents/{ria}/lifeworld").text


@pytest.mark.parametrize(
    ("form", "field", "told"),
    [
        ("sketch-lines", "line-words", {}),
        ("sketch-lines", "impression-words", {"voice": "worker"}),
        ("assets", "asset-words", {}),
    ],
)
def test_a_mistake_keeps_what_was_typed_in_its_own_form(
    browse: Browse, ria: UUID, form: str, field: str, told: dict[str, str]
) -> None:
    answer = browse("activator").fill_in(f"/residents/{ria}/{form}", words="BSN 111222333", **told)

    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert answer.text.count("BSN 111222333") == 1


def test_below_its_level_a_part_says_how_to_go_on(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        geert = a_resident(session, cast.activator, cast.here_id, "Geert").id

    text = browse("activator").get(f"/residents/{geert}/lifeworld").text

    assert f"/residents/{geert}/level?to=known" in text
    assert f"/residents/{geert}/level?to=dossier" in text
    assert "<textarea" not in text


def test_a_line_is_struck_and_written_anew_or_only_struck(
    browse: Browse, database: Database, ria: UUID, line: UUID
) -> None:
    browser = browse("activator")
    assert "Zondag komt mijn zus" in browser.get(f"/sketch-lines/{line}/strike").text

    wrong = browser.fill_in(f"/sketch-lines/{line}/strike", words="", told_on="2027-01-01")
    done = browser.fill_in(f"/sketch-lines/{line}/strike", words="Zaterdag", prompt="who_matters")
    again = browser.fill_in(f"/sketch-lines/{line}/strike", only="1")

    assert (wrong.status_code, 'id="field-words-error"' in wrong.text) == (400, True)
    assert done.headers["location"] == f"/residents/{ria}/lifeworld#said"
    assert again.status_code == 409
    text = browser.get(f"/residents/{ria}/lifeworld").text
    assert "Zaterdag" in text
    assert "<del" in text
    with database.reading() as session:
        assert len(session.scalars(select(SketchLine)).all()) == 2


def test_striking_an_impression_leaves_it_an_impression(
    browse: Browse, database: Database, cast: Cast, ria: UUID
) -> None:
    with database.writing() as session:
        own = note_sketch_line(session, cast.activator, ria, SketchLineIn(words="Moe", voice=Voice.WORKER)).id

    browse("activator").fill_in(f"/sketch-lines/{own}/strike", words="Verdrietig", voice="resident")

    with database.reading() as session:
        assert {line.voice for line in session.scalars(select(SketchLine))} == {Voice.WORKER}


def test_a_strength_is_struck_and_written_anew_or_only_struck(
    browse: Browse, database: Database, ria: UUID, asset: UUID
) -> None:
    browser = browse("activator")
    assert "Kent iedereen" in browser.get(f"/assets/{asset}/strike").text

    wrong = browser.fill_in(f"/assets/{asset}/strike", words="", kind="people")
    done = browser.fill_in(f"/assets/{asset}/strike", words="Kent de flat", kind="people", wants_to_share="true")
    again = browser.fill_in(f"/assets/{asset}/strike", only="1")

    assert (wrong.status_code, done.status_code, again.status_code) == (400, 303, 409)
    assert "wants to share it" in browser.get(f"/residents/{ria}/lifeworld").text
    with database.reading() as session:
        assert {row.wants_to_share for row in session.scalars(select(Asset))} == {False, True}


def test_nobody_else_gets_the_pages(browse: Browse, ria: UUID, line: UUID, asset: UUID) -> None:
    for name, status in (("colleague", 403), ("stranger", 404), ("teamleader", 404)):
        browser = browse(name)
        for page in (
            f"/residents/{ria}/lifeworld",
            f"/residents/{ria}/sheet",
            f"/sketch-lines/{line}/strike",
            f"/assets/{asset}/strike",
        ):
            answer = browser.get(page)
            assert answer.status_code == status, page
            assert "Ria" not in answer.text


def test_a_record_that_is_restricted_can_be_read_and_not_added_to(
    browse: Browse, database: Database, cast: Cast, ria: UUID, line: UUID
) -> None:
    with database.writing() as session:
        restrict_resident(session, cast.activator, ria, session.get_one(Resident, ria).version)

    answer = browse("activator").get(f"/residents/{ria}/lifeworld")

    assert "Zondag komt mijn zus" in answer.text
    assert "<textarea" not in answer.text
    assert f"/sketch-lines/{line}/strike" not in answer.text


def test_the_sheet_is_ready_to_print_and_holds_no_impression(
    browse: Browse, database: Database, cast: Cast, ria: UUID, line: UUID, asset: UUID
) -> None:
    with database.writing() as session:
        note_sketch_line(session, cast.activator, ria, SketchLineIn(words="INDRUK", voice=Voice.WORKER))

    answer = browse("activator").get(f"/residents/{ria}/sheet")

    assert answer.status_code == 200
    assert "data-print" in answer.text
    assert "Zondag komt mijn zus" in answer.text
    assert "Kent iedereen" in answer.text
    assert "INDRUK" not in answer.text


def test_for_somebody_who_would_rather_not_read_the_sheet_is_questioned_and_can_be_read_aloud(
    browse: Browse, database: Database, cast: Cast, ria: UUID, line: UUID
) -> None:
    with database.writing() as session:
        change = ResidentChange.model_validate({"reading_comfort": "prefers_visit"})
        change_resident(session, cast.activator, ria, session.get_one(Resident, ria).version, change)
    browser = browse("activator")

    asked = browser.get(f"/residents/{ria}/sheet")
    printed = browser.get(f"/residents/{ria}/sheet?even_so=true")
    aloud = browser.get(f"/residents/{ria}/sheet?aloud=true")

    assert asked.status_code == 409
    assert "would rather not read" in asked.text
    assert "Zondag komt mijn zus" not in asked.text
    assert (printed.status_code, "data-print" in printed.text) == (200, True)
    assert (aloud.status_code, "data-print" in aloud.text, "data-read-aloud" in aloud.text) == (200, False, True)
