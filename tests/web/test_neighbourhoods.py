"""Where everybody begins, and the neighbourhood page."""

import pytest
from sqlmodel import Session, select

from bsa.database import Database
from bsa.needs.models import LifeArea
from bsa.people.models import Account, AccountArea
from bsa.themes.actions import name_theme
from bsa.themes.shapes import ThemeIn

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse


@pytest.mark.parametrize(
    ("name", "begins_at"),
    [
        ("", "/public"),
        ("activator", "/neighbourhoods"),
        ("teamleader", "/neighbourhoods"),
        ("corporation", "/portal"),
        ("policy", "/commitments"),
        ("privacy", "/residents"),
        ("admin", "/institutions"),
    ],
)
def test_everybody_begins_at_the_first_place_of_their_menu(browse: Browse, name: str, begins_at: str) -> None:
    answer = browse(name).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, begins_at)


@pytest.mark.parametrize("name", ["activator", "colleague", "teamleader"])
def test_the_only_neighbourhood_is_shown_at_once(browse: Browse, line: Line, name: str) -> None:
    page = browse(name).get("/neighbourhoods")
    assert page.status_code == 200
    for words in ("Oude Molenbuurt", "Molenbuurt Warm", "Tocht en schimmel", "De Veenhoek", "Activator van de Cast"):
        assert words in page.text


def test_the_neighbourhood_page_names_no_resident(browse: Browse, line: Line, cast: Cast) -> None:
    page = browse("activator").get(f"/neighbourhoods/{cast.here_id}").text
    assert "Geert" not in page
    assert "kachel" not in page


def test_more_neighbourhoods_come_as_a_list(browse: Browse, line: Line, cast: Cast, database: Database) -> None:
    _reach_too(database, cast)
    page = browse("activator").get("/neighbourhoods").text
    assert f"/neighbourhoods/{cast.here_id}" in page
    assert f"/neighbourhoods/{cast.there_id}" in page
    assert "1 initiative" in page


def test_who_acts_is_told_for_this_neighbourhood_alone(browse: Browse, cast: Cast, database: Database) -> None:
    _reach_too(database, cast)
    browser = browse("activator")
    assert "Stranger van de Cast" not in browser.get(f"/neighbourhoods/{cast.here_id}").text
    assert "Stranger van de Cast" in browser.get(f"/neighbourhoods/{cast.there_id}").text


def test_nothing_of_another_neighbourhood_stands_on_the_page(browse: Browse, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        _theme_there(session, cast)
    assert "Elders" not in browse("activator").get("/neighbourhoods").text
    assert "Elders" in browse("stranger").get("/neighbourhoods").text


def test_another_neighbourhood_is_not_found(browse: Browse, cast: Cast) -> None:
    assert browse("stranger").get(f"/neighbourhoods/{cast.here_id}").status_code == 404
    assert browse("corporation").get(f"/neighbourhoods/{cast.here_id}").status_code == 404


@pytest.mark.parametrize("name", ["policy", "privacy", "admin", "corporation"])
def test_who_is_not_of_the_team_has_no_neighbourhood_page(browse: Browse, cast: Cast, name: str) -> None:
    assert browse(name).get("/neighbourhoods").status_code == 403


def test_anybody_is_asked_to_sign_in(browse: Browse) -> None:
    assert browse().get("/neighbourhoods").headers["location"].startswith("/sign-in")


def _reach_too(database: Database, cast: Cast) -> None:
    """Let the activator work in the other neighbourhood too."""
    with database.writing() as session:
        account = session.scalars(select(Account).where(Account.name == "activator")).one()
        session.add(AccountArea(account_id=account.id, area_id=cast.there_id))


def _theme_there(session: Session, cast: Cast) -> None:
    name_theme(session, cast.stranger, ThemeIn(area_id=cast.there_id, title="Elders", life_area=LifeArea.NEIGHBOURHOOD))
