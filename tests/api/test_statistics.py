"""Published figures through the API: open to all, in every format, kept as open data."""

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import col, select

from api import open_data
from api.app import create_api
from api.open_data import Kept, Memory
from bsa import clock
from bsa.areas.models import Area, AreaInclusion, Level
from bsa.closing.actions import draw_quarter, publish_release
from bsa.closing.shapes import DrawingIn, PublicationIn
from bsa.database import Database
from bsa.statistics.models import StatisticsRelease

from tests.cast import NOW
from tests.conftest import Fresh, open_walked
from tests.conventions.test_statements import counting
from tests.quarters import DRAWN, PUBLISHED

R1 = f"/statistics/releases/{PUBLISHED}"
TABLE = f"{R1}/tables/needs"
FORMS = {
    "json": "application/json",
    "jsonstat": "application/vnd.json-stat+json",
    "csv": "text/csv; charset=utf-8; header=present",
    "csv-metadata": "application/csvm+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pytest.fixture(scope="module")
def published(
    database_kind: str, walked_template: tuple[Path | None, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """Read what is published in an installation where the line was walked, without a token."""
    with (
        clock.standing_at(NOW),
        open_walked(database_kind, walked_template, tmp_path_factory.mktemp("figures")) as (database, _),
        TestClient(create_api(database)) as client,
    ):
        yield client


def publish(database: Database, period: str, reason: str | None = None) -> None:
    with database.writing() as session:
        row = draw_quarter(session, None, DrawingIn(period=period, reason=reason))
        publish_release(session, None, row.id, PublicationIn(previewed=True))


def test_figures_are_read_in_every_format_and_kept_by_whoever_wants(published: TestClient) -> None:
    client = published
    listed = client.get("/statistics/releases")
    (release,) = listed.json()["items"]
    assert (release["period"], release["revision"], release["status"]) == (PUBLISHED, 1, "provisional")
    assert listed.headers["cache-control"] == "public, max-age=300"
    shown = client.get(R1)
    assert shown.headers["vary"] == "Accept"
    assert {table["code"] for table in shown.json()["tables"]} >= {"open_trajectories", "needs", "asks"}
    assert shown.json()["stories"] == []

    for path in (f"{R1}/figures", TABLE):
        plain = client.get(path)
        for form, kind in FORMS.items():
            answer = client.get(f"{path}/{form}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
            assert 'rel="license"' in answer.headers["link"]
            assert answer.headers["last-modified"].endswith("GMT")
            assert answer.headers["access-control-allow-origin"] == "*"
            bare = kind.partition(";")[0]
            if form != "csv-metadata":
                asked = client.get(path, headers={"Accept": f"{bare}, */*;q=0.1"})
                assert (asked.headers["content-type"], asked.content) == (kind, answer.content)
        assert plain.content == client.get(f"{path}/json").content
    refused = client.get(TABLE, headers={"Accept": "image/png"})
    assert (refused.status_code, refused.headers["cache-control"]) == (406, "no-store")


def test_a_format_leads_to_what_describes_it_and_to_the_others(published: TestClient) -> None:
    answer = published.get(f"{TABLE}/csv?revision=1&language=en")
    assert (
        f'</statistics/releases/{PUBLISHED}/tables/needs/csv-metadata?revision=1&language=en>; rel="describedby"'
        in (answer.headers["link"])
    )
    assert f'{TABLE}/jsonstat?revision=1&language=en>; rel="alternate"' in answer.headers["link"]
    assert answer.headers["content-language"] == "en"
    assert answer.headers["content-disposition"] == f'attachment; filename="GM0114-{PUBLISHED}-r1-needs.csv"'
    metadata = published.get(f"{TABLE}/csv-metadata?revision=1&language=en").json()
    assert metadata["url"].endswith(f"{TABLE}/csv?revision=1&language=en")
    assert answer.content.decode("utf-8-sig").splitlines()[0].startswith("Period;Area;Name")


def test_an_address_that_names_a_revision_holds_for_ever(published: TestClient) -> None:
    for query, kept in (("?revision=1", "public, max-age=31536000, immutable"), ("", "public, max-age=300")):
        first = published.get(f"{TABLE}{query}")
        assert first.headers["cache-control"] == kept
        for headers in (
            {"If-None-Match": first.headers["etag"]},
            {"If-None-Match": f'"x", W/{first.headers["etag"]}'},
            {"If-Modified-Since": first.headers["last-modified"]},
        ):
            again = published.get(f"{TABLE}{query}", headers=headers)
            assert (again.status_code, again.content) == (304, b"")
            assert (again.headers["cache-control"], again.headers["etag"]) == (kept, first.headers["etag"])
        assert published.get(f"{TABLE}{query}", headers={"If-None-Match": '"other"'}).content == first.content
        head = published.head(f"{TABLE}{query}")
        assert (head.content, head.headers["content-length"]) == (b"", str(len(first.content)))


def test_a_part_is_asked_for_by_level_or_by_area(published: TestClient) -> None:
    whole = published.get(TABLE).json()["cells"]
    districts = published.get(f"{TABLE}?level=district").json()["cells"]
    assert districts == [one for one in whole if one["level"] == "district"]
    area = districts[0]["area"]
    assert published.get(f"{TABLE}?area={area}").json()["cells"] == [one for one in whole if one["area"] == area]
    book = load_workbook(io.BytesIO(published.get(f"{R1}/figures/xlsx?level=municipality").content))
    assert "needs" in book.sheetnames


def test_what_is_not_on_the_list_is_not_there(published: TestClient) -> None:
    for path in (
        "/statistics/releases/2025-Q4",
        "/statistics/releases/2025-H2/figures",
        "/statistics/releases/2025-M01",
        f"{R1}/tables/income",
        f"{R1}/tables/age",
        f"{TABLE}/pdf",
        f"{TABLE}?level=street",
        f"{TABLE}?level=own_area",
        f"{TABLE}?area=BU01140000",
        f"{TABLE}?revision=2",
        f"{TABLE}?municipality=GM0363",
        f"{R1}/tables/referrals_by_partner?level=district",
    ):
        assert published.get(path).status_code == 404, path
    for query in ("sex=f", "age=66", "revision=0", "language=fr", "level=district&level=neighbourhood"):
        assert published.get(f"{TABLE}?{query}").status_code == 400, query


def test_revisions_sums_and_own_areas_follow_from_releases_that_never_change(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, _):
        own_id, code = an_own_area(database)
        with TestClient(create_api(database)) as client:
            before = client.get(f"{TABLE}?revision=1").content
            assert client.get("/statistics/releases/2025-H2").status_code == 404
        # The quarter that was drawn before does not know the own area.
        publish(database, DRAWN)
        publish(database, PUBLISHED, "Een nagekomen contact.")
        with TestClient(create_api(database)) as client:
            assert client.get(f"{TABLE}?revision=1").content == before
            latest = client.get(TABLE).json()
            assert (latest["revision"], latest["reason"]) == (2, "Een nagekomen contact.")
            assert len(client.get("/statistics/releases").json()["items"]) == 2
            assert len(client.get("/statistics/releases?allRevisions=true").json()["items"]) == 3

            half = client.get("/statistics/releases/2025-H2/tables/reached/json").json()
            assert (half["cbsPeriod"], half["revision"], half["reason"]) == ("2025HJ02", 2, "Een nagekomen contact.")
            assert client.get("/statistics/releases/2025-H2/figures?revision=1").json()["reason"] is None
            assert client.get("/statistics/releases/2025-H2/figures?revision=3").status_code == 404
            assert client.get("/statistics/releases/2025-H2").json()["fingerprint"]
            assert client.get("/statistics/releases/2025").status_code == 404

            assert client.get(R1).json()["ownAreas"] == [{"code": own_id, "name": "Veenpark", "neighbourhoods": [code]}]
            (cell,) = client.get(f"{R1}/tables/open_trajectories?level=own_area").json()["cells"]
            assert (cell["area"], cell["level"]) == (own_id, "own_area")
            assert client.get(f"{R1}/tables/referrals?level=own_area").status_code == 404
            assert client.get(f"{TABLE}?level=own_area&revision=1").status_code == 404
        # Saying that figures are definitive changes what is said of them, and no byte of them.
        with database.writing() as session:
            row = session.scalars(select(StatisticsRelease).where(col(StatisticsRelease.revision) == 2)).one()
            row.definitive_on = clock.today()
        with TestClient(create_api(database)) as client:
            assert client.get(R1).json()["status"] == "definitive"
            assert client.get(TABLE).json() == latest


def an_own_area(database: Database) -> tuple[str, str]:
    """Make an own area over one neighbourhood; return its key, and the code of the neighbourhood."""
    with database.writing() as session:
        town = session.scalars(select(Area).where(col(Area.level) == Level.MUNICIPALITY)).one()
        inner = session.scalars(select(Area).where(col(Area.level) == Level.NEIGHBOURHOOD)).first()
        assert inner is not None
        own = Area(level=Level.OWN_AREA, name="Veenpark", parent_id=town.id)
        session.add(own)
        session.flush()
        session.add_all([AreaInclusion(outer_id=own.id, inner_id=one) for one in (own.id, inner.id)])
        return str(own.id), inner.code or ""


def test_the_catalogue_leads_to_files_that_are_there(published: TestClient) -> None:
    answer = published.get("/statistics/catalogue")
    assert answer.headers["content-type"] == "application/ld+json"
    (dataset,) = answer.json()["dcat:dataset"]
    for distribution in dataset["dcat:distribution"]:
        path = distribution["dcat:accessURL"]["@id"].partition("/api/v1")[2]
        assert published.get(path).status_code == 200
    assert published.get("/statistics/catalogue", headers={"Accept": "application/json"}).headers["content-type"] == (
        "application/json"
    )


def test_what_is_read_needs_no_record_and_no_account(published: TestClient) -> None:
    with counting() as statements:
        first = f"{TABLE}?revision=1&language=en"
        for path in (first, f"{R1}/figures/xlsx", "/statistics/releases", "/statistics/catalogue"):
            assert published.get(path).status_code == 200
    tables = {name for told in statements for name in re.findall(r"(?:FROM|JOIN) \"?(\w+)", told)}
    assert tables == {"statistics_release"}
    with counting() as statements:
        # The address names a revision, so its answer is in memory; and what is not on the list is not looked for.
        assert published.get(first).status_code == 200
        assert published.get(f"{R1}/tables/income").status_code == 404
    assert statements == []


def test_an_answer_without_a_revision_is_looked_at_again_after_a_moment(
    published: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{TABLE}?level=municipality"
    published.get(path)
    with counting() as statements:
        published.get(path)
        assert statements == []
        later = time.monotonic() + 2
        monkeypatch.setattr(time, "monotonic", lambda: later)
        published.get(path)
    assert len(statements) > 0


def test_what_was_not_asked_for_the_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_data, "LARGEST", 25)
    memory, scopes = Memory(), [{"query_string": f"n={number}".encode(), "headers": []} for number in range(3)]
    house, path = object(), f"{open_data.KEPT}x"
    assert memory.answer(scopes[0], path, house) is None
    for scope in scopes:
        memory.keep(scope, path, Kept([], b"0123456789", '"x"', None, None))
    assert [memory.answer(scope, path, house) is not None for scope in scopes] == [False, True, True]
    assert memory.answer(scopes[1], "/areas", house) is None
    assert memory.answer(scopes[1], path, object()) is None


def test_the_list_of_tables_is_told_in_two_languages(published: TestClient) -> None:
    dutch = published.get("/statistics/tables").json()
    english = published.get("/statistics/tables?language=en").json()
    assert len(dutch["items"]) == len(english["items"]) == 14
    assert dutch["items"][2]["title"] == "Vragen naar leefgebied"
    assert english["items"][2]["dimensions"][0]["categories"][0] == {"code": "housing", "label": "housing"}
    assert english["items"][2]["events"] == ["need.recorded", "resident.registered", "contact.noted"]
