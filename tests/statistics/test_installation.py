"""An installation is attacked from outside: a population of which all is known is stored, closed, and published.

Nothing is put in its place: the residents are rows, the real query counts them, and the attacker reads what everybody
may read, in every format and joined. The attacks are those on the method (`tests/statistics_attacks`), and the quarters
are closed a year later.
"""

import csv
import hashlib
import io
import json
import os
import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import Session

from api.app import create_api
from bsa.closing.actions import draw_quarter, publish_release
from bsa.closing.shapes import DrawingIn, PublicationIn
from bsa.database import Database
from bsa.population.reading import read_population
from bsa.population.storing import store_population
from bsa.statistics.counting import NONE, count
from bsa.statistics.cube import (
    AGE_BANDS,
    ALL,
    BY_KEY,
    EXACT_TABLES,
    LADDER,
    LIFE_AREAS,
    OUTCOMES,
    PARTNERS,
    PARTS,
    PHASES,
    TABLES,
    tables_of,
)
from bsa.statistics.display import columns_of
from bsa.statistics.exporting import published_csv
from bsa.statistics.hierarchy import Level
from bsa.statistics.published import Dataset
from bsa.statistics.queries import read_dataset
from bsa.statistics.shapes import WhichRelease

from tests.conftest import settings_for
from tests.statistics_attacks.population import QUARTERS, World, world
from tests.statistics_attacks.published import Publication, Quarter, read_quarter
from tests.statistics_attacks.usefulness import ASKED, exactness
from tests.statistics_attacks.verdict import attack, failures

LONG = bool(os.environ.get("BSA_TEST_LONG"))
PEOPLE = 20_000
REQUESTS = 10_000 if LONG else 30
COLUMNS = ["period", "resident", "neighbourhood", "age_band", "life_area", "phase", "ladder_change"]
COLUMNS += ["outcome", "partner", "part"]
WHERE = WhichRelease(municipality="GM9999")


def as_population(year: World) -> str:
    """Write the people of a made-up municipality as an outsider would bring them."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(
        [
            "period",
            "resident",
            "neighbourhood",
            "age_band",
            "life_area",
            "phase",
            "ladder_change",
            "outcome",
            "partner",
            "part",
        ]
    )
    for quarter in QUARTERS:
        snapshot = year.snapshots[quarter]
        columns = [snapshot.neighbourhood, *(snapshot.cells[key] for key in ("T1", "T2", "T3", "T5", "T10", "T9"))]
        told = zip(year.people[quarter], *columns, strict=True)
        for who, place, age, needs, phase, ladder, referred, part in told:
            outcome, partner = divmod(int(referred[0]), len(PARTNERS.categories))
            is_referred = referred[0] != NONE
            rows.writerow(
                [
                    f"2025-Q{quarter}",
                    who,
                    year.areas.neighbourhoods[place],
                    AGE_BANDS.categories[age[0]],
                    ";".join(LIFE_AREAS.categories[need] for need in needs if need != NONE),
                    PHASES.categories[phase[0]],
                    LADDER.categories[ladder[0]],
                    OUTCOMES.categories[outcome] if is_referred else "",
                    PARTNERS.categories[partner] if is_referred else "",
                    PARTS.categories[part[0]] if part[0] != NONE else "",
                ]
            )
    return text.getvalue()


def known_scores_stay(year: World) -> World:
    """Let whoever was scored once stay scored: scores are not taken back."""
    unknown, last = LADDER.categories.index("unknown"), dict[int, int]()
    for quarter in QUARTERS:
        snapshot = year.snapshots[quarter]
        for row, who in enumerate(year.people[quarter]):
            if snapshot.cells["T5"][row, 0] == unknown:
                snapshot.cells["T5"][row, 0] = last.get(int(who), unknown)
            last[int(who)] = int(snapshot.cells["T5"][row, 0])
        year.counts[quarter] = count(snapshot, year.areas, tables_of(quarter))
    return year


@pytest.fixture(scope="module")
def year() -> World:
    """Make up people in 80 neighbourhoods over four quarters."""
    return known_scores_stay(world(PEOPLE))


@pytest.fixture(scope="module")
def installation(year: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Store the people in an empty installation, and close its four quarters."""
    database = opened(tmp_path_factory.mktemp("attacked"))
    database.migrate()
    living = dict.fromkeys(year.areas.neighbourhoods, 4000)
    with database.writing() as session:
        store_population(session, read_population(as_population(year)), living, lambda done, of: None)
    for quarter in QUARTERS:
        with database.writing() as session:
            _close(session, quarter)
    yield database
    database.close()


def opened(folder: Path) -> Database:
    """Open the installation, as each process does that serves it."""
    return Database(settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db"))


@pytest.fixture(scope="module")
def releases(installation: Database) -> dict[int, Dataset]:
    """Read what is published, from inside."""
    with installation.reading() as session:
        return {quarter: read_dataset(session, f"2025-Q{quarter}", WHERE) for quarter in QUARTERS}


def _close(session: Session, quarter: int) -> None:
    drawn = draw_quarter(session, None, DrawingIn(period=f"2025-Q{quarter}"))
    publish_release(session, None, drawn.id, PublicationIn(previewed=True))


Told = dict[tuple[str, ...], int | None]
"""By table, area and categories: the number, or None where none is shown."""
BY_CODE = {table.code: table for table in (*TABLES, *EXACT_TABLES)}


def in_json(client: TestClient, address: str) -> Told:
    """Read our own JSON."""
    found: Told = {}
    for one in client.get(f"{address}/json").raise_for_status().json()["cells"]:
        categories = [one["categories"][dimension.code] for dimension in BY_CODE[one["table"]].dimensions]
        found[one["table"], one["area"], *categories] = one["value"]
    return found


def in_json_stat(client: TestClient, address: str) -> Told:
    """Read JSON-stat: the values of each table stand in the order of its dimensions."""
    found: Told = {}
    for item in client.get(f"{address}/jsonstat").raise_for_status().json()["link"]["item"]:
        codes = [list(item["dimension"][one]["category"]["index"]) for one in item["id"]]
        for place, cell in enumerate(product(*codes)):
            at = dict(zip(item["id"], cell, strict=True))
            if at.pop("measure") == "value" and item.get("status", {}).get(str(place)) != "not_given":
                area = at.pop("area")
                at.pop("period", None)
                found[item["extension"]["table"], area, *at.values()] = item["value"][place]
    return found


def in_csv(client: TestClient, address: str) -> Told:
    """Read CSV by the description that lies beside it."""
    described = client.get(f"{address}/csv-metadata").raise_for_status().json()["tableSchema"]["columns"]
    names = [column["name"] for column in described]
    text = client.get(f"{address}/csv").raise_for_status().content.decode("utf-8-sig")
    found: Told = {}
    for values in list(csv.reader(io.StringIO(text), delimiter=";"))[1:]:
        row = dict(zip(names, values, strict=True))
        categories = [row[dimension.code] for dimension in BY_CODE[row["table"]].dimensions]
        found[row["table"], row["area"], *categories] = int(row["value"]) if row["value"] else None
    return found


def in_a_workbook(client: TestClient, address: str) -> Told:
    """Read XLSX: a sheet for each table, with its codes before what they are called."""
    found: Told = {}
    book = load_workbook(io.BytesIO(client.get(f"{address}/xlsx").raise_for_status().content), read_only=True)
    for table in (table for table in BY_CODE if table in book.sheetnames):
        for row in book[table].iter_rows(min_row=2, values_only=True):
            number: Any = row[-3]
            found[table, *(str(code) for code in (row[1], *row[4:-3:2]))] = number
    return found


@pytest.fixture(scope="module")
def client(installation: Database) -> Iterator[TestClient]:
    """Ask as anybody may: without an account."""
    with TestClient(create_api(installation)) as asking:
        yield asking


@pytest.fixture(scope="module")
def publication(year: World, client: TestClient) -> Publication:
    """Read what the API publishes as an attacker does."""
    written = {
        quarter: client.get(f"/statistics/releases/2025-Q{quarter}/figures").raise_for_status().content
        for quarter in QUARTERS
    }
    quarters = {}
    for quarter, content in written.items():
        document = json.loads(content)
        about_residents = [one for one in document["cells"] if BY_CODE[one["table"]].key in BY_KEY]
        quarters[quarter] = read_quarter(json.dumps({"cells": about_residents}).encode(), quarter, year.areas)
    return Publication("installation", quarters, noisy=True, written=written)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_all_formats_joined_tell_no_more_than_one(client: TestClient, quarter: int) -> None:
    """A cell that one format hides, or tells otherwise, would be what the others are subtracted from."""
    address = f"/statistics/releases/2025-Q{quarter}/figures"
    told = in_json(client, address)

    assert len(told) > 1_500
    for read in (in_csv, in_a_workbook):
        assert read(client, address) == told
    listed = in_json_stat(client, address)
    # It has a place for every combination; about institutions, one that nobody lists is none.
    assert {cell: value for cell, value in listed.items() if cell in told} == told
    assert not any(value for cell, value in listed.items() if cell not in told)


def test_nobody_is_found_in_what_an_installation_publishes(publication: Publication, year: World) -> None:
    found = attack(publication, year)

    assert failures(found) == []
    assert found.not_adding_up == 0


def test_who_works_out_every_number_that_is_hidden_finds_nobody_either(
    year: World, releases: dict[int, Dataset], publication: Publication
) -> None:
    """Half years, years and own areas are sums of the same frozen numbers: whoever joins them all learns no more."""
    quarters = {}
    for quarter, dataset in releases.items():
        read, values = publication.quarters[quarter], {}
        for (name, level), seen in read.values.items():
            table = BY_KEY[name.removesuffix(ALL)]
            columns = [places for cell, places in columns_of(table, level) if (ALL in cell) == name.endswith(ALL)]
            frozen = dataset.release.cells[table.key, level]
            every = np.stack([frozen[:, places].sum(axis=1) for places in columns], axis=1).astype(np.float64)
            assert np.array_equal(every[~np.isnan(seen)], seen[~np.isnan(seen)])
            values[name, level] = every
        quarters[quarter] = Quarter(values, read.least, read.most)

    found = attack(Publication("worked out", quarters, noisy=True), year)

    assert failures(found) == ["small"]
    assert found.not_adding_up == 0


def test_a_question_has_one_answer_whoever_is_asked_and_when(installation: Database, year: World) -> None:
    """R2. Asked of two workers, and of one that was started again: the same bytes under the same tag."""
    chance = random.Random(REQUESTS)
    addresses = [an_address(chance, year) for _ in range(REQUESTS)]

    first, second = answers(installation, addresses), answers(installation, chance.sample(addresses, REQUESTS))
    fresh = opened(Path(installation.settings.database_url.removeprefix("sqlite:///")).parent)
    third = answers(fresh, addresses)
    fresh.close()

    assert first == second == third
    assert len({code for code, *_ in first.values()}) == 2, "some are found, and some are not there"


def an_address(chance: random.Random, year: World) -> str:
    """Make up what somebody may ask; some of it is not on the list."""
    period = chance.choice(["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2025-H1", "2025-H2", "2025"])
    what = chance.choice(["figures", *(f"tables/{table.code}" for table in TABLES), "tables/income"])
    form = chance.choice(["json", "jsonstat", "csv", "csv-metadata", "xlsx"])
    area = chance.choice([*year.areas.districts, *year.areas.neighbourhoods, "BU00000000"])
    part = chance.choice(
        ["", "?revision=1", "?level=district", f"?area={area}", "?language=en", f"?revision=1&area={area}"]
    )
    return f"/statistics/releases/{period}/{what}/{form}{part}"


def answers(database: Database, addresses: list[str]) -> dict[str, tuple[int, str | None, str]]:
    """Ask, and return what came: the status, the tag and the bytes; of what is not there only that."""
    found = {}
    with TestClient(create_api(database)) as client:
        for address in addresses:
            answer = client.get(address)
            there = answer.status_code == 200
            assert there or answer.status_code == 404
            body = hashlib.sha256(answer.content).hexdigest() if there else ""
            found[address] = (answer.status_code, answer.headers.get("etag") if there else None, body)
    return found


def test_what_is_published_is_about_these_people(releases: dict[int, Dataset], year: World) -> None:
    """Else nothing of the above says anything: the numbers are of use, under the profile that holds by default."""
    found = exactness(year, {quarter: dataset.release for quarter, dataset in releases.items()})

    assert {told: found[told].share for told, most in ASKED.items() if found[told].share > most} == {}


def test_the_exported_table_holds_the_same_numbers_and_none_that_is_small(releases: dict[int, Dataset]) -> None:
    rows = list(csv.DictReader(io.StringIO(published_csv(releases.values()))))
    shown = [int(row["value"]) for row in rows if row["value"]]

    assert len(rows) == sum(len(list(dataset.cells)) for dataset in releases.values())
    assert min(shown) >= 10
    assert len({tuple(row[name] for name in row if name != "value") for row in rows}) == len(rows)
    total = {row["area"]: row["value"] for row in rows if row["period"] == "2025-Q4" and _is_total(row)}
    inside = [int(total[code]) for code in releases[4].codes(Level.DISTRICT)]
    assert int(total["GM9999"]) == sum(inside)


def _is_total(row: dict[str, str]) -> bool:
    rest = [value for name, value in row.items() if name not in ("period", "counted", "area", "value")]
    return row["counted"] == "open_trajectories" and set(rest) == {"*"}
