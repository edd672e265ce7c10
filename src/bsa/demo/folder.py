"""The folder of a demo: two encrypted files, and the settings that open them, with keys of its own.

While the story is being played the settings stand in a file marked unfinished. A start that was cut off leaves that
mark, and is begun anew; a folder with anything that the demo did not make is left alone.
"""

import secrets
from pathlib import Path

from bsa.keyring import KeyRing

SETTINGS = "demo.env"
UNFINISHED = "demo.env.unfinished"
DATABASE = "demo.sqlite3"
KEYS = "demo-keys.sqlite3"
JOBS = "demo-jobs.sqlite3"
OWN = frozenset(
    {SETTINGS, UNFINISHED, *(name + end for name in (DATABASE, KEYS, JOBS) for end in ("", "-wal", "-shm", "-journal"))}
)
"""Every file that a demo makes."""

ORGANISATION = "Welzijn Zuidoost"
TELEPHONE = "0591 00 00 00"
"""For what cannot wait: a number that nobody has."""


class NotOurFolder(Exception):
    """The folder holds something that the demo did not make, or no demo."""


class Folder:
    """A folder in which a demo is, or will be."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def finished(self) -> bool:
        """Tell whether the story was played here to its end."""
        return (self.path / SETTINGS).is_file()

    def clear(self) -> None:
        """Delete what a demo made here; refuse when there is anything else."""
        if not self.path.exists():
            return
        if not self.path.is_dir():
            raise NotOurFolder(f"{self.path} is not a folder. Name another with --data.")
        there = {entry.name for entry in self.path.iterdir()}
        strange = sorted(there - OWN)
        if strange or (there and not there & {SETTINGS, UNFINISHED}):
            named = ", ".join(strange or sorted(there))
            raise NotOurFolder(
                f"{self.path} holds something that the demo did not make ({named[:200]}), so nothing was touched. "
                "Name another folder with --data, or move it away."
            )
        # The settings go last: as long as they are there, what is left is known to be a demo's.
        for name in sorted(there, key=lambda name: name in (SETTINGS, UNFINISHED)):
            (self.path / name).unlink()

    def begin(self) -> None:
        """Make the folder with fresh random keys, readable to nobody else."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = {
            "BSA_MODE": "demo",
            "BSA_ORGANISATION": ORGANISATION,
            "BSA_REFERRAL_PHONE": TELEPHONE,
            "BSA_DATABASE_KEY": secrets.token_hex(32),
            "BSA_KEYS_DATABASE_KEY": secrets.token_hex(32),
            "BSA_KEY_RING": KeyRing.make("demo").write(),
        }
        file = self.path / UNFINISHED
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")

    def finish(self) -> None:
        """Mark the demo complete."""
        (self.path / UNFINISHED).rename(self.path / SETTINGS)

    def remember(self, base_url: str) -> None:
        """Write down where the demo is served, so that commands beside it name that address."""
        lines = (self.path / SETTINGS).read_text(encoding="utf-8").splitlines()
        told = f"BSA_BASE_URL={base_url}"
        if told in lines:
            return
        kept = [line for line in lines if not line.startswith("BSA_BASE_URL=")]
        # Beside it and then in its place: cut off halfway, its keys would be gone.
        beside = self.path / UNFINISHED
        beside.touch(mode=0o600)
        beside.write_text("".join(f"{line}\n" for line in [*kept, told]), encoding="utf-8")
        beside.replace(self.path / SETTINGS)

    def environment(self, base_url: str | None = None) -> dict[str, str]:
        """Return the settings of this demo as the environment has them; the files are where the folder now is."""
        file = self.path / (SETTINGS if self.finished else UNFINISHED)
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise NotOurFolder(f"There is no demo in {self.path}. Make one: bsa demo --data {self.path}") from None
        found = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        # A partner that is tried out beside a demo runs on the same machine.
        found = {"BSA_PARTNER_NETWORKS": "127.0.0.0/8,::1/128"} | found
        found |= {
            "BSA_DATABASE_URL": f"sqlite:///{self.path / DATABASE}",
            "BSA_KEYS_URL": f"sqlite:///{self.path / KEYS}",
            "BSA_JOBS_URL": f"sqlite:///{self.path / JOBS}",
        }
        return found | ({"BSA_BASE_URL": base_url} if base_url else {})
