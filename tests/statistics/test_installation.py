"""An installation is attacked from outside: a population of which all is known is stored, closed, and published.

Nothing is put in its place: the residents are rows, the real query counts them, and the attacker reads what everybody
may read. The attacks are those on the method (`tests/statistics_attacks`), and the quarters are closed a year later.
"""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from bsa.closing.actions import draw_quarter, publish_release
from bsa.closing.shapes import DrawingIn, PublicationIn
from bsa.database import Database
from bsa.population.reading import read_population
from bsa.population.storing import store_population
from bsa.statistics.counting import NONE, count
from bsa.statistics.cube import AGE_BANDS, LADDER, LIFE_AREAS, OUTCOMES, PARTNERS, PARTS, PHASES, tables_of
from bsa.statistics.display import as_json
from bsa.statistics.exporting import published_csv
from bsa.statistics.hierarchy import Level
from bsa.statistics.published import Dataset
from bsa.statistics.queries import read_dataset
from bsa.statistics.shapes import WhichRelease

from tests.conftest import settings_for
from tests.statistics_attacks.population import QUARTERS, World, world
from tests.statistics_attacks.published import Publication, read_quarter
from tests.statistics_attacks.usefulness import ASKED, exactness
from tests.statistics_attacks.verdict import attack, failures

LONG = bool(os.environ.get("BSA_TEST_LONG"))
PEOPLE = 20_000 if LONG else 6_000
"""The attacks on the method itself (`tests/statistics_attacks`) always take 20,000."""
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
def releases(year: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Dataset]]:
    """Store the people in an empty installation, close its four quarters, and read what is published."""
    folder: Path = tmp_path_factory.mktemp("attacked")
    database = Database(settings_for(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db"))
    database.migrate()
    living = dict.fromkeys(year.areas.neighbourhoods, 4000)
    with database.writing() as session:
        store_population(session, read_population(as_population(year)), living, lambda done, of: None)
    for quarter in QUARTERS:
        with database.writing() as session:
            _close(session, quarter)
    with database.reading() as session:
        yield {quarter: read_dataset(session, f"2025-Q{quarter}", WHERE) for quarter in QUARTERS}
    database.close()


def _close(session: Session, quarter: int) -> None:
    drawn = draw_quarter(session, None, DrawingIn(period=f"2025-Q{quarter}"))
    publish_release(session, None, drawn.id, PublicationIn(previewed=True))


@pytest.fixture(scope="module")
def publication(year: World, releases: dict[int, Dataset]) -> Publication:
    """Read the published bytes as an attacker does."""
    written = {quarter: as_json(dataset.release) for quarter, dataset in releases.items()}
    quarters = {quarter: read_quarter(written[quarter], quarter, year.areas) for quarter in QUARTERS}
    return Publication("installation", quarters, noisy=True, written=written)


def test_nobody_is_found_in_what_an_installation_publishes(publication: Publication, year: World) -> None:
    found = attack(publication, year)

    assert failures(found) == []
    assert found.not_adding_up == 0


def test_what_is_published_is_about_these_people(releases: dict[int, Dataset], year: World) -> None:
    """Else nothing of the above says anything: the numbers are of use, under the profile that holds by default."""
    found = exactness(year, {quarter: dataset.release for quarter, dataset in releases.items()})

    # A municipality of 6,000 has numbers a third as large, and the noise is the same.
    smaller = 20_000 / PEOPLE
    assert [told for told, most in ASKED.items() if found[told].share >= most * smaller] == []


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
