"""The demo, played once in a whole run, and the command line, run in this process."""

import contextlib
import fcntl
import io
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from bsa import clock
from bsa.cli import main
from bsa.database import Database
from bsa.demo.folder import SETTINGS, Folder
from bsa.settings import Settings


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


def bsa(*words: str | Path, **environment: str) -> Ran:
    """Run a command in an environment with these BSA_ settings and no others."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    others = {name: value for name, value in os.environ.items() if not name.startswith("BSA_")}
    with (
        patch.dict(os.environ, {**others, **environment}, clear=True),
        patch.object(sys, "argv", ["bsa", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ran(code, out.getvalue(), err.getvalue())


def settings_of(folder: Path) -> Settings:
    """Return the settings of a demo's folder."""
    values = Folder(folder).environment()
    return Settings.model_validate({name.removeprefix("BSA_").lower(): value for name, value in values.items()})


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder of the demo; it is played once, whichever process comes first. Copy it before changing it."""
    alone = worker_id == "master"
    shared = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    folder = shared / "played-demo"
    with (shared / "played-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / SETTINGS).exists():
            ran = bsa("demo", "--data", folder, "--no-serve")
            assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def demo_folder(played: Path, tmp_path: Path) -> Path:
    """Return a copy of the demo's folder, to do with as one likes."""
    return Path(shutil.copytree(played, tmp_path / "demo"))


@pytest.fixture(scope="session")
def played_at(played: Path) -> datetime:
    """Return the moment at which the demo was made: its "today"."""
    return datetime.fromtimestamp((played / SETTINGS).stat().st_ctime, UTC)


@pytest.fixture
def demo(demo_folder: Path, played_at: datetime) -> Iterator[Database]:
    """Open the demo, at the moment at which it was made."""
    database = Database(settings_of(demo_folder))
    with clock.standing_at(played_at):
        yield database
    database.close()
