"""What others made lies in `web/static/vendor` whole, with its licence, and untouched."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

VENDOR = Path(__file__).parents[2] / "web" / "static" / "vendor"
MOST_BYTES = 1_000_000


def faults_in(vendor: Path) -> list[str]:
    """Tell what differs between the manifest and the folder."""
    packages: list[dict[str, Any]] = json.loads((vendor / "manifest.json").read_text())["packages"]
    listed = {name: digest for package in packages for name, digest in package["files"].items()}
    lying = {str(file.relative_to(vendor)) for file in vendor.rglob("*") if file.is_file()} - {"manifest.json"}
    return [
        *(f"not in the manifest: {name}" for name in sorted(lying - listed.keys())),
        *(f"missing: {name}" for name in sorted(listed.keys() - lying)),
        *(f"changed: {name}" for name in sorted(listed.keys() & lying) if digest_of(vendor / name) != listed[name]),
        *(f"no licence: {package['name']}" for package in packages if not has_licence(package)),
    ]


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def has_licence(package: dict[str, Any]) -> bool:
    return bool(package["licence"]) and any(Path(name).stem == "LICENSE" for name in package["files"])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VENDOR, tmp_path / "vendor"))


def test_every_vendored_file_is_the_one_its_makers_published() -> None:
    assert len(list(VENDOR.rglob("*"))) > 8
    assert faults_in(VENDOR) == []


@pytest.mark.parametrize("name", ["htmx/htmx.min.js", "utrecht/index.css", "voorbeeld/theme.css"])
def test_one_changed_byte_is_found(copy: Path, name: str) -> None:
    changed = bytearray((copy / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (copy / name).write_bytes(changed)

    assert faults_in(copy) == [f"changed: {name}"]


def test_a_file_that_nobody_listed_is_found(copy: Path) -> None:
    (copy / "htmx" / "extra.js").write_text("")

    assert faults_in(copy) == ["not in the manifest: htmx/extra.js"]


def test_a_lost_licence_is_found(copy: Path) -> None:
    (copy / "htmx" / "LICENSE").unlink()

    assert faults_in(copy) == ["missing: htmx/LICENSE"]


def test_the_manifest_names_no_address() -> None:
    assert "://" not in (VENDOR / "manifest.json").read_text()


def test_all_of_it_together_stays_light() -> None:
    assert sum(file.stat().st_size for file in VENDOR.rglob("*") if file.is_file()) < MOST_BYTES


def test_the_theme_is_the_one_that_the_pages_name() -> None:
    layout = VENDOR.parents[1] / "templates" / "layout.html"

    assert ".voorbeeld-theme {" in (VENDOR / "voorbeeld" / "theme.css").read_text()
    assert 'class="voorbeeld-theme ' in layout.read_text()
