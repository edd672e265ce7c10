"""The administrator's page of areas."""

import pytest

from tests.cast import Cast
from tests.web.conftest import Browse


def test_the_administrator_sees_the_tree_and_how_a_list_is_imported(browse: Browse) -> None:
    page = browse("admin").get("/areas").text
    for words in ("Emmen", "Wijk Demo", "Oude Molenbuurt", "BU0114ZZ01", "bsa areas import FILE"):
        assert words in page


@pytest.mark.parametrize("name", ["activator", "teamleader", "corporation", "policy", "privacy"])
def test_nobody_else_adds_or_renames(browse: Browse, cast: Cast, name: str) -> None:
    browser = browse(name)
    told = {"level": "complex", "name": "Van mij", "parent_id": str(cast.here_id)}
    assert browser.fill_in("/areas", **told).status_code == 403
    assert browser.fill_in(f"/areas/{cast.here_id}", name="Van mij", version="1").status_code == 403
    assert [browser.get(path).status_code for path in ("/areas", "/areas/new", f"/areas/{cast.here_id}/edit")] == [
        403,
        403,
        403,
    ]


@pytest.mark.parametrize("level", ["complex", "place"])
def test_a_complex_or_a_place_is_added(browse: Browse, cast: Cast, level: str) -> None:
    browser = browse("admin")
    form = browser.get("/areas/new", params={"level": level, "parent_id": str(cast.here_id)}).text
    assert f'value="{cast.here_id}" selected' in form
    told = {"level": level, "name": "De Molen", "parent_id": str(cast.here_id)}
    assert browser.fill_in("/areas", **told).status_code == 303
    assert "De Molen" in browser.get("/areas").text
    twin = browser.fill_in("/areas", **told)
    assert twin.status_code == 400
    assert "with this name here already" in twin.text
    assert 'value="De Molen"' in twin.text


def test_an_own_area_lies_over_neighbourhoods(browse: Browse, cast: Cast) -> None:
    browser = browse("admin")
    told = {"level": "own_area", "name": "Zuid", "covers_ids": [str(cast.here_id), str(cast.there_id)]}
    answer = browser.fill_in("/areas", **told)
    assert answer.status_code == 400
    assert f'value="{cast.here_id}" checked' in answer.text
    assert browser.fill_in("/areas", parent_id=str(cast.municipality_id), **told).status_code == 303


def test_what_has_a_code_is_not_added_by_hand(browse: Browse, cast: Cast) -> None:
    browser = browse("admin")
    assert browser.get("/areas/new", params={"level": "district"}).status_code == 404
    assert browser.fill_in("/areas", level="district", name="Zuid").status_code == 404


def test_an_area_is_renamed(browse: Browse, cast: Cast) -> None:
    browser, area = browse("admin"), f"/areas/{cast.here_id}"
    assert browser.fill_in(area, name="", version="1").status_code == 400
    assert browser.fill_in(area, name="Molenbuurt", version="1").status_code == 303
    stale = browser.fill_in(area, name="Oude Buurt", version="1")
    assert stale.status_code == 412
    assert 'value="Oude Buurt"' in stale.text
    assert browser.get("/areas/00000000-0000-4000-8000-000000000000/edit").status_code == 404


def test_a_name_too_long_to_keep_is_refused(browse: Browse, cast: Cast) -> None:
    answer = browse("admin").fill_in("/areas", level="place", name="x" * 121, parent_id=str(cast.here_id))
    assert answer.status_code == 400
    assert "This is too much: at most 120." in answer.text
