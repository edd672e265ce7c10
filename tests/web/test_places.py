"""The pages about the place: the logbook, what is there, the photo of the quarter, the map and its outlines."""

import re
from uuid import UUID

import pytest
from httpx2 import Response
from sqlmodel import col, select

from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.database import Database
from bsa.places.models import AreaShape, LogbookEntry, NeighbourhoodPhoto, PlaceFeature
from bsa.places.shapes import Measure
from web.guests import csrf_for
from web.maps import draw_sheet, step_of

from tests.cast import Cast
from tests.grounds import a_map, geojson, square
from tests.web.conftest import Browse, Browser

FACT = {"words": "De winkel is dicht", "kind": "service", "happened_on": "2026-03-24"}


@pytest.fixture
def here(cast: Cast) -> str:
    return f"/neighbourhoods/{cast.here_id}"


def the_only(database: Database, kind: type[LogbookEntry] | type[PlaceFeature] | type[NeighbourhoodPhoto]) -> UUID:
    with database.reading() as session:
        return session.scalars(select(col(kind.id))).one()


def upload(admin: Browser, content: bytes | None) -> Response:
    files = {} if content is None else {"file": ("map.geojson", content)}
    return admin.post("/areas/map", data={"csrf": csrf_for(admin.cookies.get("bsa") or "")}, files=files)


def test_a_fact_is_written_changed_and_taken_out(browse: Browse, database: Database, here: str) -> None:
    marloes = browse("activator")
    wrong = marloes.fill_in(f"{here}/logbook", **FACT | {"happened_on": "2026-03-25"})
    assert wrong.status_code == 400
    assert "De winkel is dicht</textarea>" in wrong.text
    assert "still to come" in wrong.text

    assert marloes.fill_in(f"{here}/logbook", **FACT).headers["location"] == f"{here}/logbook"
    assert "De winkel is dicht" in marloes.get(f"{here}/logbook?kind=service").text
    assert "Nothing in the logbook yet" in marloes.get(f"{here}/logbook?kind=rule").text

    path = f"/logbook-entries/{the_only(database, LogbookEntry)}"
    assert marloes.fill_in(path, **FACT | {"words": "Open", "version": "0"}).status_code == 412
    emptied = marloes.fill_in(path, **FACT | {"words": "", "version": "1"})
    assert (emptied.status_code, "Fill this in." in emptied.text) == (400, True)
    assert marloes.fill_in(path, **FACT | {"words": "Weer open", "version": "1"}).status_code == 303
    assert "Weer open" in marloes.get(here).text
    assert marloes.fill_in(f"{path}/removal", version="1").status_code == 412
    assert marloes.fill_in(f"{path}/removal", version="2").status_code == 303
    assert "Weer open" not in marloes.get(f"{here}/logbook").text


def test_what_is_there_is_noted_ends_and_comes_back(browse: Browse, database: Database, here: str) -> None:
    marloes = browse("activator")
    assert marloes.fill_in(f"{here}/place", kind="asset").status_code == 400
    marloes.fill_in(f"{here}/place", kind="asset", name="Bankje bij de vijver")
    assert "Bankje bij de vijver" in marloes.get(here).text

    path = f"/place-features/{the_only(database, PlaceFeature)}"
    told = {"kind": "asset", "name": "Bankje", "since_on": "2026-01-01"}
    assert marloes.fill_in(path, **told, ended_on="2026-03-01", version="1").status_code == 303
    assert "Bankje" not in marloes.get(f"{here}/place").text
    assert "until 1 March 2026" in marloes.get(f"{here}/place?here_now=false").text
    assert marloes.fill_in(path, **told, ended_on="", version="2").status_code == 303
    assert "Bankje" in marloes.get(f"{here}/place").text


def test_a_photo_is_taken_once_and_then_added_to(browse: Browse, database: Database, here: str) -> None:
    marloes = browse("activator")
    empty = marloes.fill_in(f"{here}/photos", better="")
    assert (empty.status_code, "one sentence is enough" in empty.text) == (400, True)
    marloes.fill_in(f"{here}/photos", better="Er is licht")
    page = marloes.get(f"{here}/photos").text
    assert "1st quarter 2026" in page
    assert "What got better?" not in page
    again = browse("colleague").fill_in(f"{here}/photos", worse="Vocht")
    assert (again.status_code, "Add to that one" in again.text) == (409, True)

    path = f"/photos/{the_only(database, NeighbourhoodPhoto)}"
    assert marloes.fill_in(path, better="Er is licht", worse="Vocht", version="1").status_code == 303
    assert "Vocht" in marloes.get(f"{here}/photos").text


def test_without_outlines_there_are_tiles_and_always_a_table(
    browse: Browse, database: Database, cast: Cast, here: str
) -> None:
    with database.writing() as session:
        record_area(session, None, AreaIn(level=Level.COMPLEX, name="Molenhof", parent_id=cast.here_id))
    page = browse("activator").get(f"{here}/map").text
    assert '<svg class="bsa-map"' not in page
    assert re.findall(r'bsa-tile__name">([^<]+)<', page) == ["Elsewhere in Oude Molenbuurt", "Molenhof"]
    assert "<table" in page

    assert upload(browse("admin"), geojson(square(6.9, 52.78, naam="Oude Molenbuurt"))).status_code == 200
    drawn = browse("activator").get(f"{here}/map?show=rounds").text
    assert 'role="img" aria-label="Map of Oude Molenbuurt: Rounds, last 90 days.' in drawn
    assert "Not drawn on the map yet" in drawn


def test_a_policy_officer_finds_the_map_and_is_told_of_commitments_alone(browse: Browse, cast: Cast) -> None:
    page = browse("policy").get("/map").text
    assert "Open commitments" in page
    assert "Rounds" not in page
    assert "/logbook" not in page


def test_a_file_with_mistakes_is_refused_as_a_whole(browse: Browse, database: Database) -> None:
    admin = browse("admin")
    assert "Choose the file" in upload(admin, None).text
    wrong = upload(admin, geojson(square(6.9, 52.78, name="Nergens"), square(6.9, 52.78, code="BU0114ZZ01"), {}))
    assert wrong.status_code == 400
    assert "Feature 1: there is no such area" in wrong.text
    assert "Feature 3: this is no GeoJSON feature" in wrong.text
    assert "too large" in upload(admin, b" " * (6 * 1024 * 1024)).text
    assert upload(browse("activator"), geojson()).status_code == 403
    with database.reading() as session:
        assert session.scalars(select(AreaShape)).all() == []


def test_a_sheet_keeps_to_its_edges_and_shows_more_as_a_denser_pattern() -> None:
    sheet = draw_sheet(a_map(), Measure.OPEN_COMMITMENTS)
    numbers = [float(one) for part in sheet.drawn for one in re.findall(r"-?\d+\.\d", part.path)]
    assert min(numbers) >= 0
    assert max(numbers) <= max(sheet.width, sheet.height)
    assert [(part.rest, part.count) for part in sheet.drawn] == [(True, 3), (False, 2)]
    assert [part.name for part in sheet.tiles] == ["Plein"]
    assert [step_of(number).value for number in (0, 1, 2, 3, 5, 6, 60)] == [
        "none",
        "few",
        "few",
        "some",
        "some",
        "many",
        "many",
    ]
