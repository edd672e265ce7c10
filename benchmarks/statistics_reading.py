"""`make bench-statistics`, reading: a published table, asked for by two hundred at once.

Each format beside a bare Starlette handler that returns the same bytes, in one run, round by round. An answer that is
an error or too late fails the run. Rates depend on the machine: quote ratios.
"""

import json
import os
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import bsa.registry  # noqa: F401 - a row knows its table once all tables are known
from bsa import clock
from bsa.database import Database
from bsa.settings import Settings
from bsa.statistics.cube import tables_of
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.profile import STRICT
from bsa.statistics.release import draw
from bsa.statistics.releases import Wanted, frozen_of

from benchmarks import load, quick, stage
from benchmarks.load import Target
from tests.statistics_attacks.population import world

READERS = 200
ROUNDS, SECONDS = 5, 3
RESULT = stage.ROOT / "var" / "bench-statistics-reading.json"
ANSWERS = "BENCH_ANSWERS"
LEAST = 0.6
PERIOD = "2025-Q4"
HERE = f"/api/v1/statistics/releases/{PERIOD}"
PATHS = {
    "JSON": f"{HERE}/tables/needs?revision=1",
    "JSON, last revision": f"{HERE}/tables/needs",
    "JSON-stat": f"{HERE}/tables/needs/jsonstat?revision=1",
    "CSV": f"{HERE}/tables/needs/csv?revision=1",
    "XLSX, all": f"{HERE}/figures/xlsx?revision=1",
}
"""A municipality of 80 neighbourhoods."""


def main() -> None:
    """Measure and print what was found."""
    load.wrk()
    began = time.monotonic()
    facts = quick.machine()
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    with stage.sqlite() as place:
        fill(place.settings)
        with stage.server(stage.APPS["ours"], place.environment()) as ours, bare(ours) as its:
            asked = {
                what: {"ours": Target(f"{ours}{path}"), "bare": Target(f"{its}/{number}")}
                for number, (what, path) in enumerate(PATHS.items())
            }
            figures = measure(asked)
    RESULT.parent.mkdir(exist_ok=True)
    plain = {
        what: {name: [asdict(run) for run in runs] for name, runs in each.items()} for what, each in figures.items()
    }
    RESULT.write_text(json.dumps({"facts": facts, "runs": plain}, indent=1))
    print(table(figures))
    print(f"\nmedians of {ROUNDS} rounds, 0 errors; {time.monotonic() - began:.0f} s; all figures in {RESULT}")
    slow = [what for what, servers in figures.items() if quick.ratio_to(servers, "bare") < LEAST]
    if slow:
        raise SystemExit(f"under {LEAST} times the bare handler: {', '.join(slow)}")


def fill(settings: Settings) -> None:
    """Publish a quarter of a made-up municipality."""
    database = Database(settings)
    database.migrate()
    there = world()
    counts, tables = there.counts[4], tables_of(4)
    drawn = draw(f"GM9999 {PERIOD} r1", tables, counts, there.areas, b"master key of a benchmark", STRICT)
    names = {code: f"Buurt {code}" for code in (*there.areas.districts, *there.areas.neighbourhoods)}
    wanted = Wanted(period=PERIOD, hierarchy=there.areas, division_year=2025, names={"GM9999": "Veendam"} | names)
    with database.writing() as session:
        session.add(
            StatisticsRelease(
                municipality="GM9999",
                period=PERIOD,
                revision=1,
                division_year=2025,
                method="sdc1.1",
                digest=drawn.digest,
                frozen=frozen_of(drawn, wanted, []),
                published_at=clock.now(),
                fingerprint="0" * 64,
            )
        )
    database.close()


@contextmanager
def bare(ours: str) -> Iterator[str]:
    """Ask our server for each answer once, and start a bare one whose handler returns the same."""
    answers = {}
    for number, path in enumerate(PATHS.values()):
        with urlopen(f"{ours}{path}", timeout=60) as answer:
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in ("date", "server")}
            answers[f"/{number}"] = (headers, b64encode(answer.read()).decode())
    with TemporaryDirectory(prefix="bsa-bench-") as folder:
        told = Path(folder) / "answers.json"
        told.write_text(json.dumps(answers))
        with stage.server("benchmarks.statistics_reading:create_app", os.environ | {ANSWERS: str(told)}) as its:
            yield its


def create_app() -> Starlette:
    """Make the bare server: a handler that returns bytes."""
    from base64 import b64decode

    told = json.loads(Path(os.environ[ANSWERS]).read_text())
    answers = {path: (headers, b64decode(body)) for path, (headers, body) in told.items()}

    async def answer(request: Request) -> Response:
        headers, body = answers[request.url.path]
        return Response(body, headers=headers)

    return Starlette(routes=[Route("/{number}", answer)])


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


def table(figures: quick.Figures) -> str:
    """Draw the medians."""
    lines = [f"\n{READERS} readers; times in ms", f"{'':22}{'server':>7}{'req/s':>9}{'p50':>9}{'p99':>9}{'ours/it':>9}"]
    for what, servers in figures.items():
        for name, runs in servers.items():
            middle = quick.median(runs)
            ratio = "" if name == "ours" else f"{quick.ratio_to(servers, name):9.3f}"
            label = what if name == "ours" else ""
            lines.append(f"{label:22}{name:>7}{middle.rate:9.0f}{middle.p50:9.1f}{middle.p99:9.1f}{ratio}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
