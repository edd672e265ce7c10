"""The two columns on pages: written, struck, made an ask; with what was typed when something is not right."""

from uuid import UUID

import pytest

from bsa.database import Database
from bsa.residents.actions import restrict_resident
from bsa.residents.models import Resident
from bsa.shares.actions import write_share
from bsa.shares.shapes import OwnShareIn

from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()
ENTRY = {"side": "theirs", "prompt": "keeps_it", "words": "Ze bellen nooit terug", "author": "together"}


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Open a dossier for Geert, looked after by the activator."""
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id).id


@pytest.fixture
def share(database: Database, cast: Cast, geert: UUID) -> UUID:
    """Write their part."""
    with database.writing() as session:
        return write_share(session, cast.activator, geert, OwnShareIn.model_validate(ENTRY)).id


def test_a_mistake_keeps_what_was_typed_in_its_own_column(browse: Browse, geert: UUID) -> None:
    answer = browse("activator").fill_in(f"/residents/{geert}/shares", **ENTRY | {"author": ""})

    assert answer.status_code == 400
    assert 'id="theirs-author-error"' in answer.text
    assert 'id="mine-author-error"' not in answer.text
    assert "Ze bellen nooit terug" in answer.text


def test_an_entry_is_struck_once(browse: Browse, geert: UUID, share: UUID) -> None:
    browser = browse("activator")

    first, second = (browser.fill_in(f"/own-shares/{share}/strike") for _ in range(2))

    assert first.headers["location"] == f"/residents/{geert}/shares#theirs"
    assert second.status_code == 409
    assert "struck through" in browser.get(f"/residents/{geert}/shares").text


def test_without_an_initiative_the_page_says_where_to_begin(browse: Browse, share: UUID) -> None:
    text = browse("activator").get(f"/own-shares/{share}/asks/new").text

    assert "/initiatives/new" in text
    assert 'name="approved_words"' not in text


def test_what_goes_along_is_never_filled_in_beforehand(browse: Browse, cast: Cast, share: UUID) -> None:
    browser = browse("activator")
    told = {"area_id": cast.here_id, "title": "Warm", "origin": "together", "started_on": TODAY, "phase": "idea"}
    browser.fill_in("/initiatives", **told)

    form = browser.get(f"/own-shares/{share}/asks/new").text.partition('name="approved_words"')[2]

    assert form.partition(">")[2].lstrip().startswith("</textarea>")
    refused = browser.fill_in(f"/own-shares/{share}/asks", approved_words="Bel terug", approved_on=TODAY)
    assert refused.status_code == 400
    assert "Bel terug" in refused.text


def test_below_a_dossier_and_while_frozen_there_is_nothing_to_write_in(
    browse: Browse, database: Database, cast: Cast, geert: UUID
) -> None:
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id, "Ria").id
        restrict_resident(session, cast.activator, geert, session.get_one(Resident, geert).version)
    browser = browse("activator")

    for resident in (alias, geert):
        page = browser.get(f"/residents/{resident}/shares")
        assert page.status_code == 200
        assert 'id="mine-words"' not in page.text
    assert "to=dossier" in browser.get(f"/residents/{alias}/shares").text
