"""What the tests of conventions share: one walked installation for all that changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bsa import clock
from bsa.database import Database

from tests.cast import NOW
from tests.conftest import open_walked
from tests.doors import api_on


@pytest.fixture(scope="module")
def shared_walked(
    database_kind: str, walked_template: tuple[Path | None, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, dict[str, str], TestClient]]:
    """Open one copy for a whole module, with a client of its API: for requests that change nothing."""
    with (
        clock.standing_at(NOW),
        open_walked(database_kind, walked_template, tmp_path_factory.mktemp("shared")) as (database, things),
        TestClient(api_on(database)) as client,
    ):
        yield database, things, client
