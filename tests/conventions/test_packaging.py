"""What installs, packs and runs the application: the lock files, the Makefile, the image."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
LOCKED = re.compile(r"^[a-z0-9][a-z0-9.-]*(\[[a-z,]+\])?==\S+( ; .+?)?( --hash=sha256:[0-9a-f]{64})+$")
ADDRESS = re.compile(r"://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b", re.MULTILINE)


def without_comments(text: str) -> list[str]:
    return [line for line in re.sub(r"(?m)^\s*#.*$", "", text).replace("\\\n", "").splitlines() if line.strip()]


def not_locked(text: str) -> list[str]:
    """Find what does not say which version and which files it means."""
    requirements = [re.sub(r"\s+", " ", line).strip() for line in without_comments(text)]
    return [line for line in requirements if not LOCKED.match(line)]


def listed(name: str) -> list[str]:
    """Read what a file of wishes asks for itself."""
    wishes = without_comments((ROOT / "requirements" / name).read_text())
    return [wish.strip() for wish in wishes if not wish.startswith("-r ")]


def targets() -> set[str]:
    """Name what make can be asked for."""
    lines = re.findall(r"^([a-z][a-z -]*):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {target for line in lines for target in line.split()}


def test_there_is_a_lock_file_for_each_use() -> None:
    assert [lock.name for lock in LOCKS] == ["build.txt", "run.txt", "semantic.txt", "test.txt"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_every_locked_requirement_has_its_version_and_hashes(lock: Path) -> None:
    assert without_comments(lock.read_text())
    assert not_locked(lock.read_text()) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_no_lock_file_names_an_address(lock: Path) -> None:
    assert ADDRESS.findall(lock.read_text()) == []


@pytest.mark.parametrize(
    "line", ["jinja2==3.1.6", "jinja2 --hash=sha256:" + "0" * 64, "jinja2>=3", "jinja2 @ file:///tmp"]
)
def test_a_requirement_without_version_or_hash_is_found(line: str) -> None:
    assert not_locked(LOCKS[0].read_text() + line) == [line]


@pytest.mark.parametrize("line", ["--index-url x", "    # from https://example.org/simple", "-f wheels"])
def test_an_address_in_a_lock_file_is_found(line: str) -> None:
    assert ADDRESS.findall(LOCKS[0].read_text() + line)


@pytest.mark.parametrize("name", ["build", "run", "test"])
def test_everything_wished_for_is_locked(name: str) -> None:
    locked = (ROOT / "requirements" / f"{name}.txt").read_text()
    wished = [re.split(r"[\[ ;]", wish)[0] for wish in listed(f"{name}.in")]

    assert [wish for wish in wished if not re.search(rf"^{wish}(\[[a-z,]+\])?==", locked, re.MULTILINE)] == []


def test_what_is_run_and_what_is_tested_have_the_same_versions() -> None:
    versions = {lock.name: dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock.read_text(), re.MULTILINE)) for lock in LOCKS}
    run, test = versions["run.txt"], versions["test.txt"]

    assert run
    assert {name: test.get(name) for name in run} == run


def test_the_package_depends_on_what_is_locked_for_running() -> None:
    assert PROJECT["project"]["dependencies"] == listed("run.in")


@pytest.mark.parametrize("command", ["demo", "test"])
def test_the_commands_of_the_readme_are_there(command: str) -> None:
    assert re.search(rf"\bmake {command}\b", (ROOT / "README.md").read_text())
    assert command in targets()


def test_the_documents_name_no_command_that_make_does_not_know() -> None:
    documents = [path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if path.exists()]
    named = {
        name
        for path in documents
        for name in re.findall(r"(?:`|^ +)make ([a-z][a-z-]*)", path.read_text(), re.MULTILINE)
    }

    assert named
    assert named <= targets()


def test_the_integration_runs_what_the_readme_says() -> None:
    run = ROOT / ".ci" / "run"

    assert os.access(run, os.X_OK)
    assert "make test\n" in run.read_text()


def test_the_packed_application_has_its_pages_words_and_migrations(tmp_path: Path) -> None:
    for folder in ["src/bsa", "api", "web", "migrations"]:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ["pyproject.toml", "LICENSE", "README.md", ".gitignore"]:
        shutil.copy(ROOT / name, tmp_path)

    packing = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "dist"]
    subprocess.run(packing, cwd=tmp_path, check=True, capture_output=True)

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = set(files(tmp_path / "src", "bsa")) | set(files(tmp_path, "api")) | set(files(tmp_path, "web"))
    wanted |= {f"bsa/{name}" for name in files(tmp_path, "migrations")}
    assert any(name.startswith("bsa/migrations/versions/0") for name in wanted)
    assert wanted - packed == set()


def files(root: Path, folder: str) -> Iterator[str]:
    """Name every file under a folder."""
    return (str(path.relative_to(root)) for path in (root / folder).rglob("*") if path.is_file())


def linted(dockerfile: Path) -> str:
    """Let hadolint say what is wrong with an image's recipe."""
    hadolint = Path(sys.executable).with_name("hadolint")
    return subprocess.run([hadolint, "--no-color", dockerfile], capture_output=True, text=True).stdout


def test_the_recipe_of_the_image_is_without_fault() -> None:
    assert linted(ROOT / "Dockerfile") == ""


@pytest.mark.parametrize(
    ("planted", "rule"),
    [("RUN apt-get install curl", "DL3008"), ("FROM python:latest", "DL3007"), ("USER root", "DL3002")],
)
def test_a_fault_in_the_recipe_is_found(tmp_path: Path, planted: str, rule: str) -> None:
    faulty = tmp_path / "Dockerfile"
    faulty.write_text(f"{(ROOT / 'Dockerfile').read_text()}\n{planted}\n")

    assert rule in linted(faulty)


def test_the_image_runs_as_somebody_without_rights_and_tells_how_it_is() -> None:
    last = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]

    assert re.search(r"^USER [1-9]\d+$", last, re.MULTILINE)
    assert "/health/live" in last


def test_no_image_is_taken_from_an_address() -> None:
    recipes = (ROOT / "Dockerfile").read_text() + (ROOT / "compose.yaml").read_text()
    images = re.findall(r"^\s*(?:FROM|image:) (\S+)", recipes, re.MULTILINE)

    assert images
    assert [image for image in images if "/" in image or ":" not in image] == []


def test_no_secret_of_the_composition_has_a_default() -> None:
    composition = (ROOT / "compose.yaml").read_text().replace("$$", "")  # left for the shell
    filled_in = re.findall(r"\$(\{BSA_\w+:\?[^}]*\})?", composition)

    assert len(filled_in) > 5
    assert all(filled_in)
