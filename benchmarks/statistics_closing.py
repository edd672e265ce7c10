"""`make bench-statistics`: closing a quarter, beside the bare `GROUP BY CUBE` query over the same tables.

The bare query counts rows by area, age band, phase and life area: residents with their contacts, and with their needs.
It protects nobody, counts nobody once, and is the least that any such figures cost. Both are asked in turn. On SQLite,
which has no CUBE, the same groupings are one statement with UNION ALL. Smaller by default; with
LONG=1 at full size: 1,000,000 residents with
5,000,000 contacts on PostgreSQL, 100,000 residents on SQLite.
"""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import product
from uuid import UUID

from sqlalchemy import Connection, text
from sqlmodel import Session

from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.closing.actions import draw_quarter
from bsa.closing.shapes import DrawingIn
from bsa.database import Database
from bsa.people.actions import create_account
from bsa.people.shapes import AccountIn
from bsa.permissions import Role
from bsa.scales.actions import add_shipped_scales
from bsa.statistics.inhabitants import take_inhabitants

from benchmarks import stage
from benchmarks.quick import machine

FULL = bool(os.environ.get("LONG"))
RESIDENTS = {"PostgreSQL": 1_000_000 if FULL else 100_000, "SQLite": 100_000 if FULL else 20_000}
CONTACTS = 5
"""For each resident."""
NEIGHBOURHOODS = 80
ROUNDS = 3
QUARTER, LAST = "2025-Q4", date(2025, 12, 31)
MOST_TIMES = {"PostgreSQL": 3.0, "SQLite": 5.0}
MOST_MEGABYTES = 500
"""What is promised."""

KEY = {"PostgreSQL": "gen_random_uuid()", "SQLite": "lower(hex(randomblob(16)))"}
NUMBERS = {
    "PostgreSQL": "generate_series(1, {many}) AS numbers(n)",
    "SQLite": "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {many}) SELECT n FROM c) "
    "AS numbers",
}
DAY = {"PostgreSQL": "DATE '{day}' - CAST({back} AS int)", "SQLite": "date('{day}', '-' || ({back}) || ' days')"}
CHANCE = {"PostgreSQL": "CAST(floor(random() * 8) AS int)", "SQLite": "(abs(random()) % 8)"}
BEFORE = {
    "PostgreSQL": "resident.last_contact_on - CAST((n - 1) * 60 AS int)",
    "SQLite": "date(resident.last_contact_on, '-' || ((n - 1) * 60) || ' days')",
}
ROWS = (
    """
    INSERT INTO resident (id, created_at, version, changed_at, level, area_id, informed_on, informed_how,
        age_band, phase, phase_since, last_contact_on)
    SELECT {key}, CURRENT_TIMESTAMP, 1, CURRENT_TIMESTAMP, 'known', {area}, {last}, 'spoken',
        {age}, {phase}, {since}, {last} FROM {residents}
    """,
    """
    INSERT INTO contact (id, created_at, resident_id, area_id, worker_id, happened_on, place, purpose)
    SELECT {key}, CURRENT_TIMESTAMP, resident.id, resident.area_id, {worker}, {before}, 'doorstep', 'being_there'
        FROM resident CROSS JOIN {contacts}
    """,
    """
    INSERT INTO need (id, created_at, version, changed_at, resident_id, area_id, life_area, opened_on)
    SELECT {key}, CURRENT_TIMESTAMP, 1, CURRENT_TIMESTAMP, resident.id, resident.area_id, {life_area}, {opened}
        FROM resident CROSS JOIN {needs}
    """,
)
DIMENSIONS = ("area_id", "age_band", "phase")


def main() -> None:
    """Measure on both databases; fail when a promise is not kept."""
    print("\n".join(f"{name}: {value}" for name, value in machine().items()))
    kept = True
    for place_of in (stage.sqlite,) if os.environ.get("ONLY") == "sqlite" else (stage.postgresql, stage.sqlite):
        with place_of() as place:
            kept &= measure(place)
    if not kept:
        sys.exit(1)


def measure(place: stage.Place) -> bool:
    """Fill a place, close a quarter and ask the bare query in turn, and say what came of it."""
    kind = place.name.split()[0]
    database = Database(place.settings)
    database.migrate()
    began = time.monotonic()
    fill(database, kind)
    print(
        f"\n{place.name}: {RESIDENTS[kind]:,} residents, {RESIDENTS[kind] * CONTACTS:,} contacts; "
        f"filled in {time.monotonic() - began:.0f} s"
    )
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_timed(lambda: _bare(database, kind)))
        ours.append(_timed(lambda: _closed(database)))
    database.close()
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  closing {statistics.median(ours):.2f} s, the bare query {statistics.median(bare):.2f} s")
    promises = [
        (ratio <= MOST_TIMES[kind], f"{ratio:.2f} × the bare query", f"{MOST_TIMES[kind]:.0f} ×"),
        (memory <= MOST_MEGABYTES, f"{memory:.0f} MB at most in our process", f"{MOST_MEGABYTES} MB"),
    ]
    for kept, words, most in promises:
        print(f"  {'holds' if kept else 'FALLS SHORT':12}{words} (wanted: {most})")
    return all(kept for kept, *_ in promises)


def _timed(do: Callable[[], None]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


def _closed(database: Database) -> None:
    """Close a quarter to the last step, and leave nothing behind."""
    with database._session(database.engine) as session:
        draw_quarter(session, None, DrawingIn(period=QUARTER))
        session.rollback()


def _bare(database: Database, kind: str) -> None:
    contacts = "resident JOIN contact ON contact.resident_id = resident.id WHERE contact.happened_on <= :last"
    needs = "resident JOIN need ON need.resident_id = resident.id WHERE need.opened_on <= :last"
    asked = [(DIMENSIONS, contacts, "resident"), ((*DIMENSIONS, "life_area"), needs, "resident")]
    with database.engine.connect() as connection:
        for dimensions, tables, _ in asked:
            names = {name: f"need.{name}" if name == "life_area" else f"resident.{name}" for name in dimensions}
            if kind == "PostgreSQL":
                columns = ", ".join(names.values())
                query = f"SELECT {columns}, count(*) FROM {tables} GROUP BY CUBE ({columns})"
            else:
                query = " UNION ALL ".join(_grouped(names, wanted, tables) for wanted in _subsets(dimensions))
            connection.execute(text(query), {"last": LAST.isoformat()} if kind == "SQLite" else {"last": LAST}).all()
        connection.rollback()


def _subsets(dimensions: tuple[str, ...]) -> list[tuple[str, ...]]:
    chosen = product((True, False), repeat=len(dimensions))
    return [tuple(name for name, on in zip(dimensions, some, strict=True) if on) for some in chosen]


def _grouped(names: dict[str, str], wanted: tuple[str, ...], tables: str) -> str:
    columns = ", ".join(names[name] if name in wanted else "NULL" for name in names)
    grouped = ", ".join(names[name] for name in wanted)
    return f"SELECT {columns}, count(*) FROM {tables}" + (f" GROUP BY {grouped}" if grouped else "")


def fill(database: Database, kind: str) -> None:
    """Fill an empty installation by SQL: through the actions it would take days."""
    with database.writing() as session:
        areas = _areas(session)
        told = AccountIn(name="counted", display_name="Counted", roles=[Role.ACTIVATOR], area_ids=areas[:1])
        worker = create_account(session, None, told).id
        add_shipped_scales(session)
    values = {
        "key": KEY[kind],
        "worker": _literal(kind, worker),
        "area": _chosen("n", [_literal(kind, key) for key in areas]),
        "age": _chosen("n", ["'18_26'", "'27_44'", "'45_66'", "'67_plus'", "NULL"]),
        "phase": _chosen("n", [f"'{phase}'" for phase in ("explore", "deepen", "do", "anchor", "finished")]),
        "life_area": _chosen(CHANCE[kind], ["'housing'", "'money'", "'health'", "'upbringing'"]),
        "last": DAY[kind].format(day="2026-01-20", back="n % 400"),
        "since": DAY[kind].format(day="2025-12-01", back="n % 300"),
        "opened": DAY[kind].format(day="2025-11-01", back="n * 40"),
        "before": BEFORE[kind],
        "residents": NUMBERS[kind].format(many=RESIDENTS[kind]),
        "contacts": NUMBERS[kind].format(many=CONTACTS),
        "needs": NUMBERS[kind].format(many=2),
    }
    with database.engine.begin() as connection:
        _keep_pages(connection, kind, 500_000)
        for statement in ROWS:
            connection.execute(text(statement.format(**values)))
        _keep_pages(connection, kind, 2_000)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _keep_pages(connection: Connection, kind: str, kilobytes: int) -> None:
    """Keep so much of an encrypted file in memory: keys are random, and most pages are written many times."""
    if kind == "SQLite":
        connection.execute(text(f"PRAGMA cache_size = -{kilobytes}"))


def _literal(kind: str, key: UUID) -> str:
    return f"CAST('{key}' AS uuid)" if kind == "PostgreSQL" else f"'{key.hex}'"


def _chosen(number: str, values: list[str]) -> str:
    """Return the value at the place of a number, round and round."""
    cases = " ".join(f"WHEN {place} THEN {value}" for place, value in enumerate(values))
    return f"CASE {number} % {len(values)} {cases} END"


def _areas(session: Session) -> list[UUID]:
    living, found = {}, []
    city = record_area(session, None, AreaIn(level=Level.MUNICIPALITY, name="Town", code="GM9999", division_year=2025))
    for number in range(NEIGHBOURHOODS):
        code = f"{number // 8 + 1:02}"
        if number % 8 == 0:
            told = AreaIn(level=Level.DISTRICT, name=code, code=f"WK9999{code}", division_year=2025, parent_id=city.id)
            district = record_area(session, None, told)
            living[told.code or "", 2024] = 20_000
        inner = f"BU9999{code}{number % 8 + 1:02}"
        told = AreaIn(level=Level.NEIGHBOURHOOD, name=inner, code=inner, division_year=2025, parent_id=district.id)
        found.append(record_area(session, None, told).id)
        living[inner, 2024] = 2_500
    take_inhabitants(session, living)
    return found


if __name__ == "__main__":
    main()
