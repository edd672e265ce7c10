"""The pages of double activation: who opens them, and what they say when there is little to say."""

import pytest

from bsa.areas.models import Area
from bsa.database import Database

from tests.cast import Cast
from tests.line import walk_the_line
from tests.web.conftest import Browse


@pytest.mark.parametrize("who", ["activator", "policy"])
def test_with_too_little_it_says_so_and_tells_nothing(browse: Browse, database: Database, cast: Cast, who: str) -> None:
    with database.writing() as session:
        walk_the_line(session, cast)

    page = browse(who).get(f"/neighbourhoods/{cast.here_id}/double-activation?quarter=2026-Q1").text

    assert "Too few to say anything" in page
    assert "1 commitment was in play" in page
    assert "This quarter is not over yet" in page
    assert "<table" not in page
    assert "bsa-sides" not in page


def test_one_goes_from_quarter_to_quarter_until_now(browse: Browse, cast: Cast) -> None:
    browser, path = browse("teamleader"), f"/neighbourhoods/{cast.here_id}/double-activation"

    last_over = browser.get(path).text
    assert f'href="{path}?quarter=2025-Q3"' in last_over
    assert f'href="{path}?quarter=2026-Q1"' in last_over
    assert f'href="{path}?quarter=2026-Q2"' not in browser.get(f"{path}?quarter=2026-Q1").text
    assert browser.get(f"{path}?quarter=2026-Q2").status_code == 400


def test_the_neighbourhood_page_leads_there_and_the_list_holds_every_area_in_reach(
    browse: Browse, database: Database, cast: Cast
) -> None:
    path = f"/neighbourhoods/{cast.here_id}/double-activation"
    assert f'href="{path}"' in browse("activator").get(f"/neighbourhoods/{cast.here_id}").text

    page = browse("policy").get("/double-activation").text

    with database.reading() as session:
        municipality = session.get_one(Area, cast.municipality_id).name
    assert f'href="{path}"' in page
    assert municipality in page


def test_the_list_is_not_for_institutions(browse: Browse, cast: Cast) -> None:
    assert browse("corporation").get("/double-activation").status_code == 403
