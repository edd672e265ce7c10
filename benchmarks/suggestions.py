"""`make bench-suggestions`: how long it takes to find what may share a question among the needs of one area.

The seconds are those of one processor, so that what else the machine does meanwhile does not count.
Everything but the database itself: the sealed words and vectors are opened, compared and gathered, all of one area of
life, told over two years. Each size runs in a process of its own, so that its memory is its own. The vectors are made
up: as many directions as there would be themes, with noise around them.
"""

import os
import random
import resource
import subprocess
import sys
import time
from math import log
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bsa.suggestions.grouping import Rule, Told, groups
from bsa.suggestions.likeness import WITH_MEANING, Likeness, by_words, pairs, unit
from bsa.suggestions.meaning import packed, unpacked

from benchmarks.dutch import Dutch

SIZES = (1_000, 10_000, 50_000)
DAYS = 730
LENGTH, NOISE = 512, 2.6
RULE = Rule(needs=3, households=3, days=90)
ONE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
MOST_SECONDS, MOST_MEGABYTES = 30.0, 500.0
"""What is promised of 10,000 needs."""
PAGE = Path(__file__).resolve().parents[1] / "docs" / "suggestions.md"
BEGIN, END = "<!-- bench: written by make bench-suggestions -->", "<!-- end of bench -->"


def main() -> int:
    if len(sys.argv) > 1:
        one(int(sys.argv[1]))
        return 0
    lines = ["| needs | seconds | megabytes | groups | grows as |", "| --- | --- | --- | --- | --- |"]
    before: tuple[int, float] | None = None
    kept = True
    for size in SIZES:
        program = [sys.executable, str(Path(__file__).resolve()), str(size)]
        said = subprocess.run(program, capture_output=True, text=True, check=True, env=os.environ | ONE).stdout.split()
        seconds, megabytes, found = float(said[0]), float(said[1]), int(said[2])
        power = log(seconds / before[1]) / log(size / before[0]) if before else None
        kept &= power is None or power < 2
        if size == 10_000:
            kept &= seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
        grows = f"n^{power:.2f}" if power is not None else ""
        lines.append(f"| {size:,} | {seconds:.1f} | {megabytes:.0f} | {found:,} | {grows} |")
        before = (size, seconds)
    print("\n".join(lines))
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}" + rest.partition(END)[2], encoding="utf-8")
    print("as promised" if kept else "NOT as promised")
    return 0 if kept else 1


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
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(found))


def prepared(size: int) -> tuple[list[AESGCM], list[tuple[bytes, bytes]], list[Told]]:
    chance, numbers = random.Random(size), np.random.default_rng(size)
    dutch = Dutch(chance)
    keys = [AESGCM(AESGCM.generate_key(256)) for _ in range(1_000)]
    themes = unit(numbers.standard_normal((max(10, size // 40), LENGTH)).astype(np.float32))
    sealed = []
    for number in range(size):
        direction = themes[chance.randrange(len(themes))]
        vector = direction + NOISE * numbers.standard_normal(LENGTH).astype(np.float32) / np.sqrt(LENGTH)
        box = keys[number % len(keys)]
        sealed.append((shut(box, dutch.saying()), shut(box, packed(unit(vector[None])[0]))))
    told = sorted((Told(chance.randrange(DAYS), chance.randrange(size)) for _ in range(size)), key=lambda one: one.day)
    return keys, sealed, told


def shut(box: AESGCM, text: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + box.encrypt(nonce, text.encode(), None)


if __name__ == "__main__":
    sys.exit(main())
