"""How alike texts are, and which of many belong together, without comparing each with each.

A text becomes a row of numbers: its stems, the parts of its compounds and the pieces of its words, each weighed by how
rare it is, folded into a fixed number of places (feature hashing). Where a model of sentences is installed (see
`meaning`), each text has a second row that says what it means. Two texts are alike when their words are, or their
meanings, or both a little.

Many texts are compared in blocks: those that share a stem, and those whose meaning lies nearest to the same pivot. A
block is never larger than a few times the square root of all there are, so that twice as many texts take less than
three times as long.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isqrt, log
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bsa.suggestions.wording import Splitter, grams_of, stem, words_of

Rows = NDArray[np.float32]

PLACES = 1024
"""So many numbers say which words a text has."""
WHOLE, PIECE = 1.0, 0.25
"""How much a stem counts, and a piece of a word."""
COMMON: dict[str, Any] = json.loads(Path(__file__).with_name("common.json").read_text(encoding="utf-8"))
"""How often words and pieces of words stand in what people say at a door, counted in the made-up needs of
`evaluation/`: so that where there are few needs, what is common everywhere is not taken for what they share."""

FEW = 1500
"""Up to so many texts are compared each with each."""
IN_A_BLOCK = 4
"""A block has at most so many times the square root of all."""
NEAREST = 3
"""So many pivots a meaning goes to."""
CLOSEST = 30
"""Of each text so many others are kept in a block."""
TOGETHER = 256
"""So many rows are multiplied at a time."""


@dataclass(frozen=True)
class Bar:
    """From when on two texts are alike: by their words, by their meaning, or by both together."""

    words: float
    meaning: float = 2.0
    both: float = 2.0
    share: float = 0.5
    """How much the words count when both are weighed."""


WORDS_ALONE = Bar(words=0.08)
WITH_MEANING = Bar(words=0.12, both=0.15)
"""Both were chosen on one half of the evaluation set, and are reported on the other: see docs/suggestions.md."""


@dataclass(frozen=True)
class Likeness:
    """Texts as numbers, by their words and perhaps by their meaning."""

    words: Rows
    stems: Sequence[frozenset[str]]
    meaning: Rows | None
    """A row of zeros is a text of which no meaning is known."""
    bar: Bar

    def among(self, rows: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return how alike these texts are to those, as a table: from 1 on they are alike."""
        by_words = self.words[rows] @ self.words[others].T
        found: NDArray[np.float32] = by_words / self.bar.words
        if self.meaning is not None:
            by_meaning = self.meaning[rows] @ self.meaning[others].T
            both = self.bar.share * by_words + (1 - self.bar.share) * by_meaning
            found = np.maximum(found, np.maximum(by_meaning / self.bar.meaning, both / self.bar.both))
        return found


def by_words(texts: Sequence[str]) -> tuple[Rows, list[frozenset[str]]]:
    """Return texts as rows of numbers by their words, each of length one; and the stems and parts in each."""
    read = [features_of(text, splitter) for splitter in [Splitter(texts)] for text in texts]
    here = Counter(feature for features, _ in read for feature in features)
    count = len(texts) + COMMON["texts"]
    places: dict[str, tuple[int, float, float]] = {}
    for feature, times in here.items():
        digest = crc32(feature.encode())
        # One bit of the digest tells the sign, so that two features in one place cancel out on average.
        rare = log(count / (1 + times + COMMON["features"].get(feature, 0)))
        places[feature] = (digest % PLACES, 1.0 if digest >> 20 & 1 else -1.0, max(rare, 0.0))
    rows = np.zeros((len(texts), PLACES), dtype=np.float32)
    for row, (features, _) in zip(rows, read, strict=True):
        for feature, weight in features.items():
            place, sign, rare = places[feature]
            row[place] += sign * rare * weight
    return unit(rows), [stems for _, stems in read]


def features_of(text: str, splitter: Splitter) -> tuple[dict[str, float], frozenset[str]]:
    """Return what a text has, and what each counts before it is weighed by how rare it is; and its stems and parts."""
    words = words_of(text)
    stems = frozenset(one for word in words for one in (stem(word), *splitter.parts(word)))
    features = dict.fromkeys(stems, WHOLE)
    for gram in {gram for word in words for gram in grams_of(word)}:
        features[f"~{gram}"] = PIECE
    return features, stems


def unit(rows: Rows) -> Rows:
    """Bring each row to length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def pairs(likeness: Likeness, days: Sequence[int], within: int) -> dict[tuple[int, int], float]:
    """Return which texts are alike, the earlier of the two first, and how much.

    Texts are in the order in which they were told: `days` ascends. Those that were told more than so many days apart
    are not compared, and of each only those that are most alike are kept.
    """
    found: dict[tuple[int, int], float] = {}
    told = np.asarray(days)
    for block in _blocks(likeness):
        day = told[block]
        for begin in range(0, len(block), TOGETHER):
            rows = block[begin : begin + TOGETHER]
            end = int(np.searchsorted(day, day[begin : begin + TOGETHER][-1] + within, side="right"))
            table = likeness.among(rows, block[begin:end])
            apart = day[None, begin:end] - day[begin : begin + len(rows), None]
            table[(apart > within) | (block[None, begin:end] <= rows[:, None])] = 0
            _leave_the_closest(table)
            for down, right in zip(*np.nonzero(table >= 1), strict=True):
                found[int(rows[down]), int(block[begin + right])] = float(table[down, right])
    return found


def _leave_the_closest(table: NDArray[np.float32]) -> None:
    """Of a text that is alike to very many, leave those that are most alike: the rest would only be weighed in vain."""
    if table.shape[1] > CLOSEST:
        many = np.flatnonzero(np.count_nonzero(table >= 1, axis=1) > CLOSEST)
        if len(many):
            least = np.partition(table[many], -CLOSEST, axis=1)[:, -CLOSEST]
            table[many] = np.where(table[many] >= least[:, None], table[many], 0)


def _blocks(likeness: Likeness) -> Iterator[NDArray[np.intp]]:
    """Return which texts to compare with each other: ascending, each block small."""
    count = len(likeness.stems)
    if count <= FEW:
        yield np.arange(count)
        return
    largest = IN_A_BLOCK * isqrt(count)
    by_stem: dict[str, list[int]] = defaultdict(list)
    for number, stems in enumerate(likeness.stems):
        for one in stems:
            by_stem[one].append(number)
    for members in by_stem.values():
        yield from _cut(np.array(members), largest)
    if likeness.meaning is not None:
        for bucket in _around_pivots(likeness.meaning):
            yield from _cut(bucket, largest)


def _cut(members: NDArray[np.intp], largest: int) -> Iterator[NDArray[np.intp]]:
    """Cut a block that is too large, overlapping by half: texts are in the order in which they were told."""
    if len(members) < 2:
        return
    if len(members) <= largest:
        yield members
        return
    for begin in range(0, len(members) - largest // 2, largest // 2):
        yield members[begin : begin + largest]


def _around_pivots(meaning: Rows) -> Iterator[NDArray[np.intp]]:
    """Put each meaning with the pivots that are nearest to it; pivots are texts at even distances in the list."""
    count = len(meaning)
    pivots = meaning[np.linspace(0, count - 1, isqrt(count)).astype(np.intp)]
    nearest = np.concatenate(
        [
            np.argpartition(-(meaning[begin : begin + TOGETHER] @ pivots.T), NEAREST, axis=1)[:, :NEAREST]
            for begin in range(0, count, TOGETHER)
        ]
    )
    rows = np.repeat(np.arange(count), NEAREST)
    order = np.argsort(nearest.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(nearest.ravel(), minlength=len(pivots)))
    return (bucket for bucket in np.split(rows[order], ends[:-1]))
