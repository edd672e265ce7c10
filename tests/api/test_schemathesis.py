"""Requests that nobody thought of, drawn from the API document by schemathesis, all answered as the document says.

Four phases: the examples, the edges of every schema, random input, and walks along the links from one operation to the
next. The seed is fixed. `make test` takes a share of the operations, `make test-long` all of them, as more people.
"""

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema
from sqlmodel import col, select
from starlette.testclient import TestClient

from bsa.clients.models import Client
from bsa.database import Database

from tests.conftest import Fresh
from tests.doors import pages_on
from tests.examples import Made
from tests.machines import token_of

log = logging.getLogger(__name__)

LONG = bool(os.environ.get("BSA_TEST_LONG"))
NOT_FOR_LONG = ["changePassword", "recoverAccount"]
"""What ends the token with which all others are asked."""


@dataclass
class Run:
    """What came of a run."""

    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    by_phase: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def run(
    database: Database, things: dict[str, str], who: str, phases: dict[str, int], *, only: str | None = None
) -> Run:
    """Ask the API, mounted as it is served, as somebody; `phases` with how many examples of each operation."""
    app = pages_on(database)
    document = TestClient(app).get("/api/v1/openapi.json").text
    for name, key in things.items():
        # The examples get the keys of what is really there.
        document = document.replace(f'"{Made()[name]}"', f'"{key}"')
    config = _config(things.get(f"{who}_token"), phases)
    schema: BaseSchema = schemathesis.openapi.from_dict(json.loads(document), config=config)
    schema.app = app
    schema = schema.exclude(operation_id=NOT_FOR_LONG)
    if only:
        schema = schema.include(path_regex=only)
    found = Run()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _count(found, event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.faults.append(f"{type(event).__name__} {getattr(event, 'value', getattr(event, 'exception', ''))}")
    log.info("%s: %s cases, %s, %s", who, found.asked, dict(found.by_phase), sorted(found.statuses.items()))
    return found


def _config(token: str | None, phases: dict[str, int]) -> SchemathesisConfig:
    every = ("examples", "coverage", "fuzzing", "stateful")
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "continue-on-failure": True,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "generation": {"database": "none"},
            "phases": {
                phase: {
                    "enabled": phase in phases,
                    **({"generation": {"max-examples": phases[phase]}} if phases.get(phase) else {}),
                    # Only our own links: the guessed ones put any key in any place.
                    **({"inference": {"algorithms": []}} if phase == "stateful" else {}),
                }
                for phase in every
            },
            "checks": {
                # What is right by its form can still be refused by the state of things, and by the rules of the house
                # that no schema can tell (a day in the future, what the level of a resident allows).
                "positive_data_acceptance": {"enabled": False},
                # A version that is missing is 428, and nothing is said before it is known who asks.
                "missing_required_header": {"expected-statuses": [400, 401, 403, 404, 409, 428]},
            },
        }
    )


def _count(found: Run, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    found.asked += len(recorder.interactions)
    found.by_phase[event.phase.value] += len(recorder.interactions)
    for interaction in recorder.interactions.values():
        if interaction.response is not None:
            found.statuses[int(interaction.response.status_code)] += 1
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                told = check.failure_info.failure
                found.faults.append(
                    f"{recorder.label}: {check.name}: {told.title}: {told.message[:300]}\n"
                    f"  {check.failure_info.code_sample[:400]}"
                )


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep what is drawn out of the folder of the project."""
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path / "hypothesis"))


EDGES = {"examples": 1, "coverage": 0}
WALKS = {"stateful": 300 if LONG else 15}
SHARE = None if LONG else r"^/(referrals|needs|public)"
WHO_WALKS = None if LONG else r"^/(themes|initiatives|areas)"


@pytest.fixture
def walked(fresh_walked: Fresh) -> Iterator[tuple[Database, dict[str, str]]]:
    """Open an installation with something in every state, in which somebody may ask as much as they like."""
    with fresh_walked() as (database, things):
        database.settings = database.settings.model_copy(update={"requests_a_minute": 100_000})
        yield database, things


def test_whatever_is_asked_is_answered_as_the_document_says(walked: tuple[Database, dict[str, str]]) -> None:
    found = run(*walked, "activator", EDGES, only=SHARE)
    assert "\n".join(found.faults) == ""
    assert found.by_phase["coverage"] > (12_000 if LONG else 1_900)
    assert found.statuses[200] > 50
    assert found.statuses[400] > 1_000


def test_whoever_follows_the_links_finds_what_was_made(walked: tuple[Database, dict[str, str]]) -> None:
    found = run(*walked, "activator", WALKS, only=WHO_WALKS)
    assert "\n".join(found.faults) == ""
    assert found.statuses[200] + found.statuses[201] > 10


@pytest.mark.skipif(not LONG, reason="at full size only")
@pytest.mark.parametrize("who", ["admin", "corporation", "teamleader", "nobody", "machine"])
def test_it_holds_whoever_asks(who: str, walked: tuple[Database, dict[str, str]]) -> None:
    database, things = walked
    with database.writing() as session:
        client = session.scalars(select(Client).where(col(Client.revoked_at).is_(None))).first()
        assert client is not None
        things = {**things, "machine_token": token_of(session, client)}
    found = run(database, things, who, {**EDGES, "fuzzing": 10})
    assert "\n".join(found.faults) == ""
    assert found.asked > 5_000
