"""`make bench-ledger`: the pages of the ledger over 10,000 commitments with ten events each, beside 1,000 of them.

Both installations are asked in turn, so that whatever else the machine does falls on both; what counts is the median of
the ratios within each round. The larger one may take at most 1.3 times as long.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import insert
from sqlmodel import Session

from bsa import clock
from bsa.areas.models import Area
from bsa.asks.models import Side, Source
from bsa.commitments.models import Commitment, CommitmentEvent, Visibility
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.database import Database
from bsa.initiatives.models import Initiative, Origin, Phase
from bsa.institutions.models import Institution, InstitutionKind
from bsa.people.actions import create_account, sign_in
from bsa.people.models import Account
from bsa.people.shapes import AccountIn, SignInIn
from bsa.permissions import Role
from web.app import build

from benchmarks import rows, stage

SIZES = (1_000, 10_000)
EVENTS = 10
ROUNDS, WARM = 40, 5
AT_MOST = 1.3


def main() -> None:
    """Measure on SQLite, print a table, and fail when a page takes too much longer."""
    with ExitStack() as open_places:
        asked = {size: open_places.enter_context(_installation(size)) for size in SIZES}
        times = _measure(asked)
    small, large = SIZES
    print(f"{'page':32}{small:>10,}{large:>10,}{'ratio':>8}   times in ms, median of {ROUNDS} rounds")
    slow = []
    for page in times[small]:
        ratio = statistics.median(two / one for one, two in zip(times[small][page], times[large][page], strict=True))
        middles = (1000 * statistics.median(times[size][page]) for size in SIZES)
        print(f"{page:32}" + "".join(f"{middle:10.1f}" for middle in middles) + f"{ratio:8.2f}")
        slow += [page] * (ratio > AT_MOST)
    print(f"FALLS SHORT: {', '.join(slow)}" if slow else f"holds: at most {AT_MOST} times as long")
    sys.exit(bool(slow))


def _measure(asked: dict[int, dict[str, Callable[[], object]]]) -> dict[int, dict[str, list[float]]]:
    times: dict[int, dict[str, list[float]]] = {size: {page: [] for page in pages} for size, pages in asked.items()}
    for turn, page, size in product(range(WARM + ROUNDS), next(iter(asked.values())), SIZES):
        began = time.perf_counter()
        asked[size][page]()
        if turn >= WARM:
            times[size][page].append(time.perf_counter() - began)
    return times


@contextmanager
def _installation(size: int) -> Iterator[dict[str, Callable[[], object]]]:
    """Make an installation with so many commitments in one neighbourhood; give what is asked of it."""
    with TemporaryDirectory(prefix="bsa-bench-") as folder, ExitStack() as closing:
        settings = stage._settings(f"sqlite:///{folder}/bsa.db", f"sqlite:///{folder}/keys.db")
        database = Database(settings)
        database.migrate()
        with database.writing() as session:
            area, worker = _ground(session)
            one = _fill(session, area, worker, size)
            password = SecretStr(rows.PASSWORD)
            cookie = sign_in(session, SignInIn(name=worker.name, password=password), "127.0.0.1") or ""
            area_id = area.id
        rows._analyze(database.engine)
        print(f"{size:,} commitments, {size * EVENTS:,} events: {Path(folder, 'bsa.db').stat().st_size // 1024**2} MB")
        client = closing.enter_context(TestClient(build(database), cookies={"bsa": cookie}))
        pages = {
            "the ledger": "/commitments",
            "the ledger, late ones": "/commitments?late=true",
            "the ledger of the neighbourhood": f"/commitments?area_id={area_id}",
            "one commitment": f"/commitments/{one}",
            "the public ledger": f"/public/{area_id}",
        }
        yield {name: _asking(client, path) for name, path in pages.items()}
        database.close()


def _asking(client: TestClient, path: str) -> Callable[[], object]:
    def ask() -> object:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
        return answer

    return ask


def _ground(session: Session) -> tuple[Area, Account]:
    area = rows._areas(session)[0][0]
    told = AccountIn(name="worker", display_name="Worker", roles=[Role.ACTIVATOR], area_ids=[area.id])
    return area, create_account(session, None, told, rows.PASSWORD)


def _fill(session: Session, area: Area, worker: Account, size: int) -> UUID:
    """Put commitments of one and the same kind there: a tenth of them is public, a fifth is open."""
    institution = Institution(name="Institution", kind=InstitutionKind.HOUSING_CORPORATION)
    today = clock.today()
    initiative = Initiative(
        area_id=area.id,
        title="Initiative",
        origin=Origin.RESIDENTS,
        phase=Phase.NEGOTIATING,
        phase_since=today,
        started_on=today - timedelta(days=900),
    )
    session.add_all([institution, initiative])
    session.flush()
    ask = rows._ask(session, initiative, institution, worker)
    commitments, events = [], []
    for number in range(size):
        key = clock.new_id()
        # As many days in the future, whatever the size: the first page shows the same.
        due_on = today - timedelta(days=number * 800 // size - 30)
        story = _story(key, due_on, worker.id, public=number % 10 == 0, over=number % 5 > 0)
        commitments.append(rows._commitment(session, key, ask, story))
        events += story
    for kind, found in ((Commitment, commitments), (CommitmentEvent, events)):
        session.connection().execute(insert(kind), found)
    return commitments[size // 2]["id"]  # type: ignore[no-any-return]


def _story(commitment_id: UUID, due_on: Any, worker_id: UUID, *, public: bool, over: bool) -> list[dict[str, Any]]:
    """Tell ten events of a commitment."""
    began = due_on - timedelta(days=90)
    seen = Visibility.PUBLIC if public else Visibility.TEAM
    told: list[dict[str, Any]] = [
        {"kind": Kind.RECORDED, "due_on": due_on - timedelta(days=30)},
        {"kind": Kind.CONFIRMED},
        {"kind": Kind.CONTESTED, "words": "Not so."},
        {"kind": Kind.CONFIRMED},
        {"kind": Kind.PUBLISHED, "visibility": seen},
        {"kind": Kind.STARTED},
        {"kind": Kind.MOVED, "due_on": due_on, "residents_agreed": True, "words": "A part is late."},
    ]
    if over:
        told += [
            {"kind": Kind.CLAIMED, "words": "It runs again."},
            {"kind": Kind.JUDGED, "kept": 5, "partly": 1, "not_kept": 1},
            {"kind": Kind.WINDOW_CLOSED},
        ]
    else:
        told += [{"kind": Kind.CONTESTED, "words": "Not so."}, {"kind": Kind.CONFIRMED}]
        told += [{"kind": Kind.PUBLISHED, "visibility": seen}]
    columns = ("words", "due_on", "residents_agreed", "kept", "partly", "not_kept", "visibility", "witnesses")
    return [
        dict.fromkeys(columns)
        | {
            "id": clock.new_id(),
            "created_at": clock.now(),
            "commitment_id": commitment_id,
            "number": number,
            "happened_on": min(began + timedelta(days=number), clock.today()),
            "entered_by_id": worker_id,
            "on_behalf_of": Side.TEAM,
            "source": Source.MEETING,
        }
        | one
        for number, one in enumerate(told, start=1)
    ]


if __name__ == "__main__":
    main()
