"""Figures on the command line: an own population, closed, exported, closed again; killed halfway; and every mistake."""

import csv
import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from bsa.database import Database
from bsa.population.reading import ATTRIBUTES
from bsa.statistics.masters import master_of
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.noise import release_key

from tests.played import bsa, settings_of

KILLS = 200 if os.environ.get("BSA_TEST_LONG") else 3


def people(many: int = 150) -> str:
    """Make up some people in two neighbourhoods of two districts each."""
    chance = random.Random(4)
    lines = ["period;resident;neighbourhood;life_area;phase"]
    for number in range(many):
        place = chance.choice(["BU99990101", "BU99990102", "BU99990201"])
        needs = " ".join(chance.sample(ATTRIBUTES["life_area"], 2))
        lines += [
            f"{period};p{number};{place};{needs};{chance.choice(ATTRIBUTES['phase'])}"
            for period in ("2025-Q3", "2025-Q4")
        ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put the people into a new folder, by the command."""
    folder = tmp_path_factory.mktemp("seeded")
    file, data = folder / "people.csv", folder / "data"
    file.write_text(people(), encoding="utf-8")
    ran = bsa("statistics", "seed", file, "--data", data)
    assert (ran.code, "150 residents in 3 neighbourhoods" in ran.out) == (0, True), ran
    return data


@pytest.fixture
def data(seeded: Path, tmp_path: Path) -> Path:
    """Copy the installation for one test."""
    return copied(seeded, tmp_path / "data")


def test_a_quarter_is_shown_first_then_published_once_and_exported(data: Path, tmp_path: Path) -> None:
    shown = bsa("statistics", "close", "2025-Q4", "--data", data)
    assert "Nothing was published" in shown.out
    assert bsa("statistics", "list", "--data", data).out == ""

    first = bsa("statistics", "close", "2025-Q4", "--data", data, "--yes")
    again = bsa("statistics", "close", "2025-Q4", "--data", data, "--yes")
    assert (first.code, again.code) == (0, 0)
    assert first.out == again.out

    ran = bsa("statistics", "export", "2025-Q4", "--data", data, "--out", tmp_path / "out")
    assert ran.code == 0
    rows = list(csv.DictReader((tmp_path / "out" / "published.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["area"] for row in rows if row["value"]} >= {"GM9999", "WK999901"}
    assert all(int(row["value"]) >= 10 for row in rows if row["value"])
    sums = list(csv.DictReader((tmp_path / "out" / "hierarchy.csv").read_text(encoding="utf-8").splitlines()))
    assert {"dim": "area", "scheme": "cbs", "parent": "WK999901", "child": "BU99990102"} in sums


def test_a_revision_wants_a_reason_and_is_drawn_anew(data: Path) -> None:
    bsa("statistics", "close", "2025-Q4", "--data", data, "--yes")
    ran = bsa("statistics", "close", "2025-Q4", "--data", data, "--yes", "--reason", "Ten people were entered late")

    assert "r2 is published" in ran.out
    assert [line.split()[2] for line in bsa("statistics", "list", "--data", data).out.splitlines()] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("period", "said"),
    [("2025-Q5", "is no quarter"), ("2099-Q1", "not over yet"), ("2024-Q1", "not known how many people lived")],
)
def test_what_cannot_be_closed_is_refused_in_words(data: Path, period: str, said: str) -> None:
    ran = bsa("statistics", "close", period, "--data", data, "--yes")

    assert ran.code != 0
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_every_mistake_of_a_file_is_named_by_its_line_and_nothing_is_stored(tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(
        "period,resident,neighbourhood,phase\n2025-Q9,a,BU99990101,do\n2025-Q1,,N1,asleep\n2025-Q1,b,BU99990101,do\n"
        "2025-Q1,b,BU99990101,do\n",
        encoding="utf-8",
    )
    ran = bsa("statistics", "seed", file, "--data", tmp_path / "data")
    for words in (
        "line 2: The period '2025-Q9' is no quarter",
        "line 3: The resident has no name",
        "line 3: The neighbourhood 'N1' is no code",
        "line 3: phase cannot be 'asleep'. It is one of: explore",
        "line 5: 'b' is there twice",
    ):
        assert words in ran.err.replace("\n", " ") or words in ran.err
    assert not (tmp_path / "data").exists()

    file.write_text("period,resident,neighbourhood,age\n2025-Q1,a,BU99990101,9\n", encoding="utf-8")
    assert "There is no attribute 'age'" in bsa("statistics", "seed", file, "--data", tmp_path / "data").err


def test_the_page_for_attackers_tells_every_attribute_and_value_that_it_lists() -> None:
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    rows = [line for line in page.partition("## Attack it yourself")[2].splitlines() if line.startswith("| `")]
    listed = dict.fromkeys(word for row in rows for word in row.split("`")[1::2])

    assert [name for name in ATTRIBUTES if name not in listed] == []
    told_elsewhere = {"life_area", "outcome", "partner"}
    values = {value for name, all_ in ATTRIBUTES.items() if name not in told_elsewhere for value in all_}
    assert values - set(listed) == set()
    assert set(listed) - values - {"period", "resident", "neighbourhood", *ATTRIBUTES} == {
        "2025-Q3",
        "BU99990101",
        "WK999901",
        "GM9999",
        ";",
    }


def test_a_population_is_put_into_an_empty_installation_only(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(people(3), encoding="utf-8")

    assert "holds residents already" in bsa("statistics", "seed", file, "--data", data).err


def test_inhabitants_are_taken_in_until_figures_were_drawn_with_them(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "living.csv"
    file.write_text("code;year;inhabitants\nBU99990101;2024;90\nBU99990102;2024;x\n", encoding="utf-8")
    assert "line 3" in bsa("statistics", "inhabitants", file, "--data", data).err
    file.write_text("code;year;inhabitants\nBU99990101;2024;90\n", encoding="utf-8")
    assert bsa("statistics", "inhabitants", file, "--data", data).code == 0
    assert "WK999901-rest" in _areas(data)
    assert "stay as they are" in bsa("statistics", "inhabitants", file, "--data", data).err


def _areas(data: Path) -> str:
    bsa("statistics", "close", "2025-Q4", "--data", data, "--yes")
    bsa("statistics", "export", "2025-Q4", "--data", data, "--out", data.parent / "out")
    return (data.parent / "out" / "published.csv").read_text(encoding="utf-8")


def test_killed_at_any_moment_there_is_one_release_or_none_and_always_the_same(data: Path, tmp_path: Path) -> None:
    """R5. As an undisturbed run of the same installation has it; whoever is killed can be run again."""
    bsa("statistics", "close", "2025-Q4", "--data", data, "--yes")
    assert frozen(data) == []
    began, undisturbed = time.monotonic(), copied(data, tmp_path / "undisturbed")
    bsa("statistics", "close", "2025-Q3", "--data", undisturbed, "--yes")
    took, right = time.monotonic() - began, frozen(undisturbed)
    assert len(right) == 1

    chance, killed = random.Random(8), 0
    for number in range(KILLS):
        # Every time the first time: where a release was left, the next one would only find it.
        here = copied(data, tmp_path / str(number))
        process = multiprocessing.get_context("fork").Process(
            target=bsa, args=("statistics", "close", "2025-Q3", "--data", here, "--yes")
        )
        process.start()
        process.join(chance.uniform(0, took))
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        assert frozen(here) in ([], right)
        assert bsa("statistics", "close", "2025-Q3", "--data", here, "--yes").code == 0
        assert frozen(here) == right
        shutil.rmtree(here)
    assert killed > KILLS / 3


def copied(data: Path, where: Path) -> Path:
    """Copy an installation that nobody has open."""
    return Path(shutil.copytree(data, where))


def frozen(data: Path) -> list[tuple[str, bool]]:
    """Return the numbers of the third quarter as they are stored, and whether they are published."""
    database = Database(settings_of(data))
    query = select(col(StatisticsRelease.frozen), col(StatisticsRelease.published_at)).where(
        col(StatisticsRelease.period) == "2025-Q3"
    )
    with database.reading() as session:
        found = [(numbers, published is not None) for numbers, published in session.execute(query)]
    database.close()
    return found


def test_the_key_of_a_release_is_nowhere_and_its_master_can_be_destroyed(data: Path) -> None:
    """R12. The key follows from the master and the counts; afterwards it is in no file."""
    bsa("statistics", "close", "2025-Q4", "--data", data, "--yes")
    database = Database(settings_of(data))
    with database.reading() as session:
        row = session.scalars(select(StatisticsRelease)).one()
        whole = " ".join(str(value) for value in row.model_dump().values())
    master = master_of(database.keystore, 2025)
    secret = release_key(master, "GM9999 2025-Q4 r1", row.digest)
    database.close()
    assert row.digest in whole
    for key in (secret, master):
        assert key.hex() not in whole
        assert all(key not in file.read_bytes() for file in data.iterdir())

    unsure = bsa("statistics", "forget-key", "2025", "--data", data)
    assert (unsure.code, "Nothing was destroyed" in unsure.err) == (1, True)
    assert bsa("statistics", "forget-key", "2025", "--yes", "--data", data).code == 0
    again = bsa("statistics", "close", "2025-Q4", "--data", data, "--yes")
    assert "was drawn already, from other counts" in again.err
