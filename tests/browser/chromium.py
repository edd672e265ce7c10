"""Chromium for the browser walk: found, or else installed, or else said loudly to be missing.

As a program, which `make test` runs first, it looks for a Chromium that really opens a page, and installs one where
there is none: with the system's package manager, then by Playwright's own download. What came of it is kept in a small
file for the tests. As a pytest plugin it lends that browser by the fixture `chromium`, skips the tests that ask in
vain, and tells so at the end of the run.

PYTEST_DONT_REWRITE: there is nothing to rewrite, and conftest.py may import this module before pytest does.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

OUTCOME = Path(__file__).parents[2] / "var" / "tests" / "chromium.json"
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
PLACES = ["/usr/bin/chromium", "/snap/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = "data:text/html,<title>It opens</title>"
PATIENCE = 600
MISSING = "no browser"


# As a program


def main() -> None:
    """Find or install a Chromium, and write down what came of it."""
    tried: list[str] = []
    for way in (found, by_package_manager, by_playwright):
        path = way(tried)
        if path:
            break
    OUTCOME.parent.mkdir(parents=True, exist_ok=True)
    OUTCOME.write_text(json.dumps({"path": path, "tried": tried}, indent=2))
    print(f"Browser for the tests: {path}" if path else "NO BROWSER FOR THE TESTS: " + "; ".join(tried), flush=True)


def found(tried: list[str]) -> str | None:
    """Look where a Chromium usually is."""
    with sync_playwright() as playwright:
        candidates = [*filter(None, map(shutil.which, NAMES)), *PLACES, playwright.chromium.executable_path]
        for path in dict.fromkeys(candidates):
            if Path(path).exists() and opens(playwright, path, tried):
                return path
    tried.append("none found that opens a page")
    return None


def by_package_manager(tried: list[str]) -> str | None:
    """Let the system install its own."""
    managers = {
        "apt-get": [["update"], ["install", "--yes", "--no-install-recommends", "chromium"]],
        "dnf": [["install", "--assumeyes", "chromium"]],
        "apk": [["add", "chromium"]],
    }
    manager = next(filter(shutil.which, managers), None)
    if manager is None:
        tried.append("no package manager known here")
        return None
    before = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    waiting = ["-o", "DPkg::Lock::Timeout=300"] if manager == "apt-get" else []
    for step in managers[manager]:
        if not _did([*before, manager, *waiting, *step], tried):
            return None
    return found(tried)


def by_playwright(tried: list[str]) -> str | None:
    """Let Playwright download its own."""
    dependencies = ["--with-deps"] if os.geteuid() == 0 else []
    command = [sys.executable, "-m", "playwright", "install", *dependencies, "chromium"]
    return found(tried) if _did(command, tried) else None


def opens(playwright: Playwright, path: str, tried: list[str]) -> bool:
    """Tell whether this Chromium opens a page."""
    try:
        browser = launched(playwright, path)
        page = browser.new_page()
        page.goto(PAGE)
        title = page.title()
        browser.close()
    except Error as fault:
        tried.append(f"{path} does not open a page: {fault.message.splitlines()[0]}")
        return False
    return title == "It opens"


def launched(playwright: Playwright, path: str) -> Browser:
    """Start this Chromium, quiet towards the network."""
    return playwright.chromium.launch(executable_path=path, args=QUIET)


def _did(command: list[str], tried: list[str]) -> bool:
    """Run one step of an installation."""
    print("Browser for the tests:", " ".join(command), flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as fault:
        tried.append(f"{' '.join(command)}: {fault}")
        return False
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip().splitlines()
        telling = next((line for line in said if re.match(r"E:|.*(rror|ailed)", line)), f"ended with {done.returncode}")
        tried.append(f"{' '.join(command)}: {telling.strip()}")
    return done.returncode == 0


# As a plugin; tests/conftest.py names this module among its plugins.


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Lend a running Chromium, for one module: Playwright keeps an event loop busy in this thread meanwhile."""
    path, why = outcome()
    if path is None:
        pytest.skip(f"{MISSING}: {why}")
    with sync_playwright() as playwright:
        browser = launched(playwright, path)
        yield browser
        browser.close()


@cache
def outcome() -> tuple[str | None, str]:
    """Read which browser there is, or why there is none; look again, without installing, where nobody wrote it down."""
    if OUTCOME.exists():
        written = json.loads(OUTCOME.read_text())
        if written["path"] is None or Path(written["path"]).exists():
            return written["path"], "; ".join(written["tried"])
    tried: list[str] = []
    return found(tried), "; ".join(tried)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.section("BROWSER WALK NOT DONE", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} browser tests were skipped, for there is no browser here:")
        terminalreporter.line(outcome()[1])


if __name__ == "__main__":
    main()
