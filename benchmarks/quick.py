"""`make bench-quick`: our lists and pages beside two reference servers, in one run, round by round.

It prints a table for each database and writes all figures to var/bench-quick.json. Rates depend on the machine and on
what else it does; quote the ratios.
"""

import json
import os
import platform
import statistics
import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import product
from pathlib import Path
from urllib.error import HTTPError

from benchmarks import load, stage
from benchmarks.load import Run, Target
from benchmarks.rows import COMMITMENTS, RESIDENTS, Filled, fill

ROUNDS = 5
LISTS = ("50 residents", "50 commitments")
OVER_TUTORIAL, OVER_LIMIT = 1.0, 0.35
RESULT = stage.ROOT / "var" / "bench-quick.json"

Figures = dict[str, dict[str, list[Run]]]


def main() -> None:
    """Measure on both databases and print what was found."""
    load.wrk()
    began = time.monotonic()
    facts = machine()
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    found = {}
    for place_of in (stage.postgresql, stage.sqlite):
        with place_of() as place:
            filled = fill(place.settings, place.plain_url)
            with stage.servers(place) as addresses:
                figures = measure(targets(addresses, filled))
        found[place.name] = figures
        print(table(place.name, figures))
    write(facts, found)
    print(f"\nmedians of {ROUNDS} rounds; {time.monotonic() - began:.0f} s; all figures in {RESULT}")
    for line in verdicts(found):
        print(line)


def targets(addresses: dict[str, str], filled: Filled) -> dict[str, dict[str, Target]]:
    """Name what is asked of each server: ours with everything on, the limit with the same token."""
    bearer = (f"Authorization: Bearer {filled.token}",)
    paths = dict(zip(LISTS, ("residents?limit=50", "commitments?limit=50"), strict=True))
    paths["one commitment"] = f"commitments/{filled.commitment_id}"
    asked = {
        what: {
            "ours": Target(f"{addresses['ours']}/api/v1/{path}", bearer),
            "limit": Target(f"{addresses['limit']}/{path}", bearer),
            "tutorial": Target(f"{addresses['tutorial']}/{path}"),
        }
        for what, path in paths.items()
    }
    asked["neighbourhood page"] = {
        "ours": Target(f"{addresses['ours']}/neighbourhoods/{filled.area_id}", (f"Cookie: bsa={filled.cookie}",)),
        "tutorial": Target(f"{addresses['tutorial']}/page"),
    }
    return asked


def measure(asked: dict[str, dict[str, Target]]) -> Figures:
    """Warm each up, then go round: each thing of each server in turn, five times."""
    sizes = {}
    for what, servers in asked.items():
        for name, target in servers.items():
            try:
                sizes[what, name] = load.size_of(target)
            except HTTPError as error:
                print(f"left out: {what} of {name} answers {error.code}")
                continue
            load.run(target, sizes[what, name], seconds=1)
    figures: Figures = {what: {name: [] for name in each if (what, name) in sizes} for what, each in asked.items()}
    for _, what in product(range(ROUNDS), figures):
        for name, runs in figures[what].items():
            runs.append(load.run(asked[what][name], sizes[what, name]))
    return figures


def table(place: str, figures: Figures) -> str:
    """Draw the medians of one database."""
    lines = [
        f"\n{place}: {RESIDENTS:,} residents, {COMMITMENTS:,} commitments, {load.CONNECTIONS} connections; times in ms",
        f"{'':20}{'server':>10}{'req/s':>9}{'p50':>8}{'p99':>8}{'ours/it':>9}",
    ]
    for what, servers in figures.items():
        for name, runs in servers.items():
            middle = median(runs)
            ratio = "" if name == "ours" else f"{ratio_to(servers, name):9.2f}"
            label = what if name == next(iter(servers)) else ""
            lines.append(f"{label:20}{name:>10}{middle.rate:9.0f}{middle.p50:8.1f}{middle.p99:8.1f}{ratio}")
    return "\n".join(lines)


def median(runs: list[Run]) -> Run:
    """Return the medians, each figure for itself."""
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p95", "p99")))


def ratio_to(servers: dict[str, list[Run]], name: str) -> float:
    """Return our rate divided by another's: the median of the ratios within each round."""
    return statistics.median(ours.rate / its.rate for ours, its in zip(servers["ours"], servers[name], strict=True))


def verdicts(found: dict[str, Figures]) -> list[str]:
    """Say of each list whether it holds what was promised of it."""
    said = []
    for place, what in product(found, LISTS):
        servers = found[place][what]
        for name, wanted in (("tutorial", OVER_TUTORIAL), ("limit", OVER_LIMIT)):
            ratio = ratio_to(servers, name)
            word = "holds" if ratio >= wanted else "FALLS SHORT"
            said.append(f"{word:12}{place}, {what}: {ratio:.2f} × {name}, wanted {wanted}")
    return said


def machine() -> dict[str, str]:
    """Say on what it was measured."""
    processor = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    packages = ("fastapi", "starlette", "sqlmodel", "sqlalchemy", "pydantic", "psycopg", "sqlcipher3", "uvicorn")
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} × {processor}, {platform.system()} {platform.release()}",
        "load before": " ".join(f"{one:.1f}" for one in os.getloadavg()),
        "python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in packages),
        "json of the limit": _json_of_limit(),
        "durability": "PostgreSQL fsync=on, synchronous_commit=on; SQLite WAL, synchronous=FULL, encrypted",
    }


def write(facts: dict[str, str], found: dict[str, Figures]) -> None:
    """Keep every figure."""
    RESULT.parent.mkdir(exist_ok=True)
    plain = {
        place: {
            what: {name: [asdict(run) for run in runs] for name, runs in servers.items()}
            for what, servers in figures.items()
        }
        for place, figures in found.items()
    }
    RESULT.write_text(json.dumps({"facts": facts, "runs": plain}, indent=1))


def _json_of_limit() -> str:
    try:
        return f"orjson {version('orjson')}"
    except ModuleNotFoundError:
        return f"pydantic_core {version('pydantic_core')} (orjson is not installed)"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


if __name__ == "__main__":
    main()
