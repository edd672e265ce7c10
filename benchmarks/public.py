"""`make bench-public`: the public pages of a neighbourhood, read by a hundred at once without a session.

The page, its JSON, its feed and its picture, each beside a bare server that sends the same bytes from memory, in one
run, round by round. An answer that is an error or too late fails the run. Rates depend on the machine: quote ratios.
"""

import json
import os
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen
from uuid import UUID

from sqlalchemy import insert, text

from bsa import clock
from bsa.asks.models import Side, Source
from bsa.commitments.models import Commitment, CommitmentEvent, Visibility
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.database import Database
from bsa.initiatives.models import Initiative, Origin, Phase
from bsa.settings import Settings

from benchmarks import load, memory, quick, rows, stage
from benchmarks.load import Run, Target

READERS = 100
COMMITMENTS, EVENTS = 200, 10
ROUNDS, SECONDS = 5, 3
RESULT = stage.ROOT / "var" / "bench-public.json"

PATHS = {"page": "", "JSON": "/ledger.json", "feed": "/feed.atom", "picture": "/picture.png"}
LENGTH_TOLD = {"transfer-encoding", "date", "server", "connection"}
"""Headers that a server writes by itself."""


def main() -> None:
    """Measure on both databases and print what was found."""
    load.wrk()
    began = time.monotonic()
    facts = quick.machine()
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    found = {}
    for place_of in (stage.postgresql, stage.sqlite):
        with place_of() as place:
            area_id = fill(place.settings)
            with stage.server(stage.APPS["ours"], place.environment()) as ours, bare(ours, area_id) as its:
                figures = measure(
                    {
                        what: {"ours": Target(f"{ours}/public/{area_id}{path}"), "memory": Target(f"{its}/{what}")}
                        for what, path in PATHS.items()
                    }
                )
        found[place.name] = figures
        print(table(place.name, figures))
    RESULT.parent.mkdir(exist_ok=True)
    plain = {
        place: {what: {name: [asdict(run) for run in runs] for name, runs in each.items()} for what, each in of.items()}
        for place, of in found.items()
    }
    RESULT.write_text(json.dumps({"facts": facts, "runs": plain}, indent=1))
    print(f"\nmedians of {ROUNDS} rounds, 0 errors; {time.monotonic() - began:.0f} s; all figures in {RESULT}")


def fill(settings: Settings) -> UUID:
    """Make a neighbourhood of which 200 promises are public, with ten events each; return it."""
    database = Database(settings)
    database.migrate()
    today = clock.today()
    with database.writing() as session:
        places = rows._areas(session)
        area, worker = places[0][0], rows._workers(session, 0, places[0])[0]
        institution = rows._institutions(session)[0]
        initiative = Initiative(
            area_id=area.id,
            title="Warm and dry",
            origin=Origin.RESIDENTS,
            phase=Phase.NEGOTIATING,
            phase_since=today,
            started_on=today - timedelta(days=300),
        )
        session.add(initiative)
        session.flush()
        ask = rows._ask(session, initiative, institution, worker)
        commitments, events = [], []
        for number in range(COMMITMENTS):
            key = clock.new_id()
            story = _story(key, number, worker.id)
            commitments.append(rows._commitment(session, key, ask, story))
            events += story
        session.connection().execute(insert(Commitment), commitments)
        session.connection().execute(insert(CommitmentEvent), events)
        area_id = area.id
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    database.close()
    return area_id


def _story(commitment_id: UUID, number: int, worker_id: UUID) -> list[rows.Values]:
    """Make ten events: promised, moved, reported, judged, reopened, and so on; made public at the end."""
    due_on = clock.today() - timedelta(days=200 - number % 90)
    days = [due_on + timedelta(days=passed) for passed in (-60, -58, -30, 0, 1, 15, 16, 40, 41, 42)]
    later = due_on + timedelta(days=40)
    told: list[rows.Values] = [
        {"kind": Kind.RECORDED, "due_on": due_on},
        {"kind": Kind.CONFIRMED},
        {"kind": Kind.STARTED},
        {"kind": Kind.CLAIMED},
        {"kind": Kind.JUDGED, "kept": 2, "partly": 1, "not_kept": 6},
        {"kind": Kind.WINDOW_CLOSED},
        {"kind": Kind.REOPENED, "due_on": later, "words": "Half of it leaks again."},
        {"kind": Kind.CLAIMED},
        {"kind": Kind.JUDGED, "kept": 5 + number % 3, "partly": 2, "not_kept": 1},
        {"kind": Kind.PUBLISHED, "visibility": Visibility.PUBLIC},
    ]
    assert len(told) == EVENTS
    empty = dict.fromkeys(("words", "due_on", "residents_agreed", "kept", "partly", "not_kept", "visibility"))
    return [
        empty
        | event
        | {
            "id": clock.new_id(),
            "created_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            "happened_on": day,
            "commitment_id": commitment_id,
            "number": place,
            "entered_by_id": worker_id,
            "on_behalf_of": Side.TEAM,
            "source": Source.MEETING,
        }
        for place, (event, day) in enumerate(zip(told, days, strict=True), start=1)
    ]


@contextmanager
def bare(ours: str, area_id: UUID) -> Iterator[str]:
    """Ask our server for each answer once, and start a bare one that sends the same from memory."""
    answers = {}
    for what, path in PATHS.items():
        with urlopen(f"{ours}/public/{area_id}{path}", timeout=60) as answer:
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in LENGTH_TOLD]
            answers[f"/{what}"] = (headers, b64encode(answer.read()).decode())
    with TemporaryDirectory(prefix="bsa-bench-") as folder:
        told = Path(folder) / "answers.json"
        told.write_text(json.dumps(answers))
        told_where = os.environ | {memory.ANSWERS: str(told)}
        with stage.server("benchmarks.memory:create_app", told_where) as its:
            yield its


def measure(asked: dict[str, dict[str, Target]]) -> quick.Figures:
    """Warm each up, then go round: each thing of each server in turn."""
    sizes = {(what, name): load.size_of(target) for what, each in asked.items() for name, target in each.items()}
    for (what, name), size in sizes.items():
        load.run(asked[what][name], size, seconds=1, connections=READERS)
    figures: quick.Figures = {what: {name: [] for name in each} for what, each in asked.items()}
    for _, what in product(range(ROUNDS), figures):
        for name, runs in figures[what].items():
            runs.append(load.run(asked[what][name], sizes[what, name], SECONDS, READERS))
    return figures


def table(place: str, figures: quick.Figures) -> str:
    """Draw the medians of one database."""
    lines = [
        f"\n{place}: {COMMITMENTS} public commitments with {EVENTS} events each, {READERS} readers; times in ms",
        f"{'':10}{'server':>10}{'req/s':>9}{'p50':>9}{'p95':>9}{'p99':>9}{'ours/it':>9}",
    ]
    for what, servers in figures.items():
        for name, runs in servers.items():
            middle: Run = quick.median(runs)
            ratio = "" if name == "ours" else f"{quick.ratio_to(servers, name):9.3f}"
            label = what if name == "ours" else ""
            lines.append(
                f"{label:10}{name:>10}{middle.rate:9.0f}{middle.p50:9.1f}{middle.p95:9.1f}{middle.p99:9.1f}{ratio}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
