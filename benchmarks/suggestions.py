"""`make bench-suggestions`: how long it takes to find what may share a question among the needs of one area.

The seconds are those of one processor, so that what else the machine does meanwhile does not count.
First without the database: the sealed words and vectors are opened, compared and gathered, all of one area of life,
told over two years. Then the whole nightly job, on encrypted SQLite: each need is of another resident with a key of
its own, and what is found is written down. Each size runs in a process of its own, so that its memory is its own. The
vectors are made up: as many directions as there would be themes, with noise around them.
"""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray
from pydantic import SecretStr
from sqlalchemy import insert, text

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.database import Database
from bsa.keyring import KEY_BYTES, KeyRing
from bsa.keystore import data_key
from bsa.needs.models import Confirmed, HowLearned, LayerConfirmation, LifeArea, Need, NeedLayer
from bsa.people.actions import create_account
from bsa.people.shapes import AccountIn
from bsa.permissions import Role
from bsa.residents.models import Informed, ReadingComfort, RegistrationLevel, Resident, ResidentPhase
from bsa.rows import Row
from bsa.sealing import sealer
from bsa.settings import Mode, Settings
from bsa.suggestions.finding import find_everywhere
from bsa.suggestions.grouping import Rule, Told, groups
from bsa.suggestions.likeness import WITH_MEANING, Likeness, Rows, by_words, pairs, unit
from bsa.suggestions.meaning import METHOD, packed, unpacked
from bsa.suggestions.models import NeedVector

from benchmarks.dutch import Dutch

SIZES = (1_000, 10_000, 50_000)
WITH_DATABASE = (1_000, 10_000)
DAYS = 730
LENGTH, NOISE = 512, 2.6
RULE = Rule(needs=3, households=3, days=90)
ONE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
PLACES = ((Level.MUNICIPALITY, "GM0114"), (Level.DISTRICT, "WK011400"), (Level.NEIGHBOURHOOD, "BU01140001"))
MOST_SECONDS, MOST_MEGABYTES = 30.0, 500.0
"""What is promised of 10,000 needs."""
PAGE = Path(__file__).resolve().parents[1] / "docs" / "suggestions.md"
BEGIN, END = "<!-- {name}: written by make bench-suggestions -->", "<!-- end of {name} -->"
KINDS: tuple[type[Row], ...] = (Resident, Need, NeedLayer, LayerConfirmation, NeedVector)
"""The tables that are filled, in this order."""


def main() -> int:
    if len(sys.argv) > 1:
        size, *(more) = sys.argv[1:]
        {"": one, "fill": fill, "job": job}["".join(more[:1])](int(size), *more[1:])
        return 0
    kept = True
    page = PAGE.read_text(encoding="utf-8")
    for name, sizes, measure in (("bench", SIZES, without_database), ("job", WITH_DATABASE, with_database)):
        lines, holds = measured(sizes, measure)
        kept &= holds
        print("\n".join(lines))
        begin, end = BEGIN.format(name=name), END.format(name=name)
        head, _, rest = page.partition(begin)
        page = f"{head}{begin}\n" + "\n".join(lines) + f"\n{end}" + rest.partition(end)[2]
    PAGE.write_text(page, encoding="utf-8")
    print("as promised" if kept else "NOT as promised")
    return 0 if kept else 1


def measured(sizes: Sequence[int], measure: Callable[[int], list[str]]) -> tuple[list[str], bool]:
    """Measure each size; return the lines of a table, and whether what is promised holds."""
    lines = ["| needs | seconds | megabytes | groups | grows as |", "| --- | --- | --- | --- | --- |"]
    before: tuple[int, float] | None = None
    kept = True
    for size in sizes:
        said = measure(size)
        seconds, megabytes, found = float(said[0]), float(said[1]), int(said[2])
        power = log(seconds / before[1]) / log(size / before[0]) if before else None
        kept &= power is None or power < 2
        if size == 10_000:
            kept &= seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
        grows = f"n^{power:.2f}" if power is not None else ""
        lines.append(f"| {size:,} | {seconds:.1f} | {megabytes:.0f} | {found:,} | {grows} |")
        before = (size, seconds)
    return lines, kept


def without_database(size: int) -> list[str]:
    return said_by(str(size))


def with_database(size: int) -> list[str]:
    with TemporaryDirectory(prefix="bsa-bench-") as folder:
        said_by(str(size), "fill", folder)
        return said_by(str(size), "job", folder)


def said_by(*arguments: str) -> list[str]:
    """Run this program in a process of its own, and return the words that it says."""
    program = [sys.executable, "-m", "benchmarks.suggestions", *arguments]
    return subprocess.run(program, capture_output=True, text=True, check=True, env=os.environ | ONE).stdout.split()


def one(size: int) -> None:
    """Find among so many, and say in how many seconds, with how many megabytes, and how many groups."""
    keys, sealed, told = prepared(size)
    began = time.process_time()
    texts, vectors = [], np.zeros((size, LENGTH), dtype=np.float32)
    for number, (words, vector) in enumerate(sealed):
        box = keys[number % len(keys)]
        texts.append(box.decrypt(words[:12], words[12:], None).decode())
        vectors[number] = unpacked(box.decrypt(vector[:12], vector[12:], None).decode())
    words_of_all, stems = by_words(texts)
    alike = pairs(Likeness(words_of_all, stems, unit(vectors), WITH_MEANING), [one.day for one in told], RULE.days)
    found = groups(told, alike, RULE)
    seconds = time.process_time() - began
    print(seconds, megabytes(), len(found))


def job(size: int, folder: str) -> None:
    """Do the nightly job, and say the same of it."""
    database = Database(settings_in(folder))
    began = time.process_time()
    found = find_everywhere(database)
    print(time.process_time() - began, megabytes(), found)
    database.close()


def fill(size: int, folder: str) -> None:
    """Fill an installation with needs of one neighbourhood and area of life; put in directly, sealed as always."""
    chance, numbers = random.Random(size), np.random.default_rng(size)
    dutch, themes = Dutch(chance), directions(size, numbers)
    database = Database(settings_in(folder))
    database.migrate()
    now, today = clock.now(), clock.today()
    with database.writing() as session:
        around = None
        for level, code in PLACES:
            told = AreaIn(level=level, name=code, code=code, division_year=2026, parent_id=around and around.id)
            around = record_area(session, None, told)
        area_id = around.id if around else None
        worker = create_account(
            session, None, AccountIn(name="worker", display_name="Worker", roles=[Role.ACTIVATOR], area_ids=[area_id])
        )
        session.flush()
        tables: dict[type[Row], list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        box = sealer(session)
        residents = [clock.new_id() for _ in range(size)]
        make_keys(database, residents)
        box.fetch(residents)
        for key in residents:
            need, layer, vector = clock.new_id(), clock.new_id(), clock.new_id()
            on = today - timedelta(days=chance.randrange(DAYS))
            own = {"resident_id": key, "created_at": now}
            changing = {"created_at": now, "changed_at": now, "version": 1}
            meant = packed(meaning(themes, chance, numbers))
            tables[Resident].append(
                changing
                | {
                    "id": key,
                    "level": RegistrationLevel.ALIAS,
                    "call_name": box.seal("Resident", "resident", "call_name", key, key),
                    "area_id": area_id,
                    "informed_on": on,
                    "informed_how": Informed.SPOKEN,
                    "preferred_language": "nl",
                    "reading_comfort": ReadingComfort.READS,
                    "phase": ResidentPhase.EXPLORE,
                    "phase_since": on,
                    "last_contact_on": on,
                }
            )
            tables[Need].append(
                changing
                | {
                    "id": need,
                    "resident_id": key,
                    "area_id": area_id,
                    "life_area": LifeArea.NEIGHBOURHOOD,
                    "opened_on": on,
                }
            )
            tables[NeedLayer].append(
                own
                | {
                    "id": layer,
                    "need_id": need,
                    "depth": 0,
                    "words": box.seal(dutch.saying(), "need_layer", "words", layer, key),
                    "how_learned": HowLearned.SAID,
                    "life_area": LifeArea.NEIGHBOURHOOD,
                    "learned_on": on,
                    "may_be_shared": True,
                    "recorded_by_id": worker.id,
                }
            )
            tables[LayerConfirmation].append(
                own
                | {
                    "id": clock.new_id(),
                    "layer_id": layer,
                    "number": 1,
                    "confirmed": Confirmed.YES,
                    "asked_on": on,
                }
            )
            tables[NeedVector].append(
                own
                | {
                    "id": vector,
                    "need_id": need,
                    "method": METHOD,
                    "numbers": box.seal(meant, "need_vector", "numbers", vector, key),
                }
            )
        for kind, rows in tables.items():
            session.connection().execute(insert(kind), rows)
        session.connection().execute(text("ANALYZE"))
    database.close()


def make_keys(database: Database, residents: Sequence[UUID]) -> None:
    """Make the residents' keys in one transaction; the key store itself makes each in its own."""
    ring, now = database.settings.ring, clock.now()
    rows = [
        {
            "owner_id": key,
            "wrapped_by": ring.current,
            "wrapped": ring.wrap(os.urandom(KEY_BYTES), key.bytes),
            "created_at": now,
        }
        for key in residents
    ]
    with database.keys_engine.begin() as connection:
        connection.execute(insert(data_key), rows)


def settings_in(folder: str) -> Settings:
    """Return the settings of an installation in a folder, its keys known to whoever runs this."""
    return Settings(
        mode=Mode.DEVELOPMENT,
        database_url=f"sqlite:///{folder}/bsa.db",
        database_key=SecretStr("5a" * 32),
        keys_url=f"sqlite:///{folder}/keys.db",
        keys_database_key=SecretStr("5a" * 32),
        key_ring=SecretStr(KeyRing({"bench": bytes(range(32))}).write()),
    )


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def directions(size: int, numbers: np.random.Generator) -> Rows:
    """Return what the made-up themes of so many needs mean."""
    return unit(numbers.standard_normal((max(10, size // 40), LENGTH)).astype(np.float32))


def meaning(themes: Rows, chance: random.Random, numbers: np.random.Generator) -> NDArray[np.float32]:
    """Return what a need of one of these themes means."""
    direction = themes[chance.randrange(len(themes))]
    around: Rows = direction + NOISE * numbers.standard_normal(LENGTH).astype(np.float32) / np.sqrt(LENGTH)
    return unit(around[None])[0]


def prepared(size: int) -> tuple[list[AESGCM], list[tuple[bytes, bytes]], list[Told]]:
    chance, numbers = random.Random(size), np.random.default_rng(size)
    dutch = Dutch(chance)
    keys = [AESGCM(AESGCM.generate_key(256)) for _ in range(1_000)]
    themes = directions(size, numbers)
    sealed = []
    for number in range(size):
        vector = meaning(themes, chance, numbers)
        box = keys[number % len(keys)]
        sealed.append((shut(box, dutch.saying()), shut(box, packed(vector))))
    told = sorted((Told(chance.randrange(DAYS), chance.randrange(size)) for _ in range(size)), key=lambda one: one.day)
    return keys, sealed, told


def shut(box: AESGCM, text: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + box.encrypt(nonce, text.encode(), None)


if __name__ == "__main__":
    sys.exit(main())
