"""The recipes in docs/statistics.md are run as they stand there, and so is the example."""

import io
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from api.app import create_api
from bsa import clock

from tests.cast import NOW
from tests.conftest import open_walked
from tests.quarters import PUBLISHED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
# One database will do: what is read is the same bytes on both.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def served(
    database_kind: str,
    walked_template: tuple[Path | None, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestClient]:
    """Let `urlopen` reach an installation in which a quarter is published."""
    with (
        clock.standing_at(NOW),
        open_walked(database_kind, walked_template, tmp_path) as (database, _),
        TestClient(create_api(database)) as client,
    ):

        def open_here(url: str, timeout: float = 0) -> io.BytesIO:
            parts = urlsplit(url)
            answer = client.get(f"{parts.path.removeprefix('/api/v1')}?{parts.query}")
            assert answer.status_code == 200, url
            return io.BytesIO(answer.content)

        monkeypatch.setattr("urllib.request.urlopen", open_here)
        monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "examples" / "statistics")])
        monkeypatch.chdir(ROOT)
        yield client
    sys.modules.pop("pull_quarter", None)


def test_the_recipes_in_python_work_as_they_stand(served: TestClient) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(blocks) == 3
    found: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyjstat and pandas, about themselves
        for block in blocks:
            exec(compile(block, "docs/statistics.md", "exec"), found)  # noqa: S102 - our own recipes  # noqa: S102 - our own page
    published = served.get(f"/statistics/releases/{PUBLISHED}/figures").json()
    districts = {one["area"] for one in published["cells"] if one["level"] == "district"}
    assert set(found["needs"].columns) == districts
    frame = found["frame"]
    residents = {table["code"] for table in published["tables"] if not table["exact"]}
    of_residents = frame[frame["table"].isin(residents)]
    assert len(of_residents) == sum(one["table"] in residents for one in published["cells"])
    assert of_residents["value"].isna().sum() == of_residents["reason"].notna().sum()
    assert len(found["reached"]) == 3
    assert len(found["shown"]) < len(found["rows"])
    assert found["hidden"] <= {"<10", "<20 residents"}


def test_the_example_writes_a_file(served: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from importlib import import_module

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_module("pull_quarter").main("http://127.0.0.1:8000", PUBLISHED, str(tmp_path / "figures.csv"))
    assert "are not shown, and are not zero" in capsys.readouterr().out
    assert (tmp_path / "figures.csv").read_text().startswith("period,area,")


def test_every_address_on_the_page_is_there(served: TestClient) -> None:
    paths = {path.replace("2026-Q3", PUBLISHED) for path in re.findall(r"(?m)^\| `(/[^`]*)`", PAGE)}
    assert len(paths) == 7
    for path in paths:
        assert served.get(f"/statistics{path}").status_code == 200, path
    forms = re.findall(r"`(csv|csv-metadata|xlsx|jsonstat|json)`", PAGE)
    assert set(forms) == {"csv", "csv-metadata", "xlsx", "jsonstat", "json"}
