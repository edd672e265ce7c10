"""For who builds a partner's system: the page, the example and the simulation, each beside a demo that is served."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.errors import PROBLEMS

from tests.played import bsa

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "integrate.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "partner"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE = 120
PRACTICE = "Huisartsenpraktijk Het Veenpad"
SCOPES = "referrals:read referrals:write subscriptions:manage"


@dataclass(frozen=True)
class Demo:
    """A demo that is served: its folder, where it answers, and the environment for programs beside it."""

    folder: Path
    address: str
    environment: dict[str, str]

    def as_team(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Do something as the activator of the demo."""
        token = bsa("token", "activator", "--data", self.folder).out.strip()
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return httpx2.request(method, f"{self.address}/api/v1{path}", headers=headers, timeout=PATIENCE, **more)


@pytest.fixture(scope="module")
def demo_served(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Serve a copy of the demo, in a process of its own, as `make demo` does."""
    folder = Path(shutil.copytree(played, tmp_path_factory.mktemp("integrator") / "demo"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BSA_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command = [sys.executable, "-m", "bsa.cli", "demo", "--data", str(folder), "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = next((line for line in server.stdout if line.startswith("ready ")), "")
        assert ready, "The demo ended before it was ready."
        try:
            yield Demo(folder, ready.split()[1], environment)
        finally:
            server.terminate()
            server.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def differing(shown: Any, real: Any, place: str = "") -> list[str]:
    """Say where an answer is not as it is shown: what is left out may be anything, and so may what is `…`."""
    if shown == "…" and isinstance(real, str) and real:
        return []
    if isinstance(shown, dict) and isinstance(real, dict):
        missing = [f"{place}/{name} is missing" for name in shown.keys() - real.keys()]
        there = [name for name in shown if name in real]
        return missing + [fault for name in there for fault in differing(shown[name], real[name], f"{place}/{name}")]
    if isinstance(shown, list) and isinstance(real, list) and len(shown) == len(real):
        return [fault for i, one in enumerate(shown) for fault in differing(one, real[i], f"{place}/{i}")]
    return [] if shown == real else [f"{place}: {shown!r} is {real!r}"]


def script(blocks: list[tuple[str, str]]) -> str:
    """Put the blocks of the page into one program for a shell; what each prints goes into a file of its own."""
    lines = ["set -euo pipefail"]
    for number, (kind, text) in enumerate(blocks):
        if kind == "python":
            name = text.splitlines()[0].removeprefix("# ")
            lines.append(f"cat > {name} << 'END OF FILE'\n{text}END OF FILE")
        elif kind == "sh":
            lines.append(f"echo 'block {number}' >&2\n{{\n{text}}} > {number}.out")
    return "\n".join(lines)


def test_every_block_of_the_page_runs_and_answers_as_it_is_shown(demo_served: Demo, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo").symlink_to(demo_served.folder)
    there = demo_served.address.removeprefix("http://")
    page = PAGE.replace("127.0.0.1:8000", there).replace("9001", str(free_port()))
    blocks = BLOCK.findall(page)
    assert {kind for kind, _ in blocks} == {"sh", "python", "json"}

    ran = subprocess.run(
        ["bash", "-c", script(blocks)],
        cwd=tmp_path,
        env=demo_served.environment,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    faults, shown = [], 0
    for number, (kind, text) in enumerate(blocks):
        if kind == "json":
            shown += 1
            said = json.loads((tmp_path / f"{number - 1}.out").read_text())
            faults += [f"block {number}{fault}" for fault in differing(json.loads(text), said)]
    assert shown > 5
    assert faults == []
    assert (
        tmp_path / f"{max(n for n, (kind, _) in enumerate(blocks) if kind == 'sh')}.out"
    ).read_text() == "withdrawn\n"


def test_an_answer_that_is_not_as_shown_is_found() -> None:
    shown = {"id": "…", "items": [{"state": "seen"}]}

    assert differing(shown, {"id": "1", "items": [{"state": "seen", "more": 1}]}) == []
    assert differing(shown, {"items": [{"state": "active"}]}) == [
        "/id is missing",
        "/items/0/state: 'seen' is 'active'",
    ]


def test_the_page_says_what_to_do_about_each_problem() -> None:
    told = set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"(?m)^\| [345]\d\d \| ([^|]+) \|", PAGE))))

    assert set(PROBLEMS) - told == set()


@contextmanager
def running(demo: Demo, folder: Path, *words: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run the example until it is stopped."""
    with subprocess.Popen(
        [sys.executable, str(EXAMPLE / "partner.py"), *words],
        cwd=folder,
        env=demo.environment | more,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(PATIENCE)


def test_the_example_refers_is_told_verifies_and_polls(demo_served: Demo, tmp_path: Path) -> None:
    def partner(*words: str) -> str:
        command = [sys.executable, str(EXAMPLE / "partner.py"), *words]
        done = subprocess.run(
            command, cwd=tmp_path, env=demo_served.environment | settings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    settings: dict[str, str] = {"BSA_ADDRESS": demo_served.address}
    partner("keys")
    registered = bsa(
        *("client", "add", "The example", "--institution", PRACTICE, "--jwks", tmp_path / "jwks.json"),
        *("--scope", SCOPES, "--data", demo_served.folder),
    )
    settings["CLIENT_ID"] = registered.out.split("client id ")[1].split()[0]
    url = f"http://127.0.0.1:{free_port()}/messages"
    with running(demo_served, tmp_path, "listen", url, **settings) as listening:
        assert listening.stdout is not None
        assert listening.stdout.readline() == f"listening at {url}\n"
        key = partner("refer", str(EXAMPLE / "referral.json")).split()[0]
        assert partner("refer", str(EXAMPLE / "referral.json")).split()[0] == key
        assert listening.stdout.readline().split()[1:3] == ["nl.verwijzingen.verwijzing-ingediend.v1", key]

        # The team sees it, opens it, and takes it on.
        seen = demo_served.as_team("GET", f"/referrals/{key}").json()
        assert (seen["state"], seen["content"]["callName"]) == ("requested", "Samira")
        taken = demo_served.as_team("POST", f"/referrals/{key}/acceptance", json={}, headers={"If-Match": "*"})
        assert taken.status_code == 201, taken.text

        said = listening.stdout.readline().split()
        if said[1] == "nl.verwijzingen.verwijzing-gezien.v1":
            # The minute went by in between.
            said = listening.stdout.readline().split()
        assert said[1:] == ["nl.verwijzingen.verwijzing-geaccepteerd.v1", key, "accepted"]
        # What is not signed with the secret is refused.
        assert httpx2.post(url, content=b"{}", headers={"webhook-id": "1"}).status_code == 401
    assert json.loads(partner("feedback", key))["accepted"] is True
    assert [line.split()[1:] for line in partner("poll").splitlines() if key in line] == [[key, "accepted"]]
    assert partner("poll") == ""


def test_a_partner_is_played_beside_the_demo(demo_served: Demo) -> None:
    ran = bsa(
        "partner", "simulate", "--once", "--minutes", "2", "--data", demo_served.folder, "--at", demo_served.address
    )

    assert ran.code == 0, ran.err
    assert "Said yes." in ran.out
    assert re.search(r"sent → received   \[message 1, nl\.verwijzingen\.verwijzing-ingediend\.v1\]", ran.out), ran.out
    assert ran.out.endswith("Over. The subscription has ended and the system is shut out.\n")
    [line] = [
        line for line in bsa("client", "list", "--data", demo_served.folder).out.splitlines() if "Simulatie" in line
    ]
    assert line.endswith("shut out")


def test_a_partner_is_not_played_where_it_cannot_be_or_must_not(demo_served: Demo, tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    ran = bsa("partner", "simulate", "--data", demo_served.folder, "--at", nowhere)
    assert (ran.code, f"Nothing answers at {nowhere}" in ran.err) == (1, True)

    real = Path(shutil.copytree(demo_served.folder, tmp_path / "real"))
    settings = real / "demo.env"
    settings.write_text(settings.read_text().replace("BSA_MODE=demo", "BSA_MODE=production"))
    ran = bsa("partner", "simulate", "--data", real, "--at", demo_served.address)
    assert (ran.code, "not referred to an installation with real ones" in ran.err) == (1, True)
    assert "Traceback" not in ran.err

    # Another installation than the one that is served there.
    settings.write_text(settings.read_text().replace("BSA_MODE=production", "BSA_MODE=demo"))
    ran = bsa("partner", "simulate", "--data", real, "--at", demo_served.address)
    assert (ran.code, "gives no token" in ran.err) == (1, True)
