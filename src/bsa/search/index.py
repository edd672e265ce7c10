"""The index of a process, in its memory only: which words stand in what, and who could be shown it.

It holds no texts: words with numbers behind them, and the numbers' keys. Beside the words of a text stand marks of
those to whom it could be shown (an area, a worker, an institution), so that a search begins at what is one's own. The
marks only make the search quick: what it finds is asked from the database again, with the rules of each feature.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from threading import Lock
from typing import Any
from uuid import UUID

import sqlcipher3.dbapi2 as sqlcipher

from bsa.search import words as kin

TABLES = (
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_mode = MEMORY",
    # One list of numbers for each word, no places in the text. Lists for the beginnings of words too would take a
    # sixth more; without them two letters cost a twelfth of a second at most, with 300,000 needs.
    """CREATE VIRTUAL TABLE inverted USING fts5(body, content = '', contentless_delete = 1, detail = none,
      tokenize = "unicode61 remove_diacritics 0 tokenchars '_'")""",
    # An owner has a number here: a key beside each entry, and an index of those, took as much as all words.
    "CREATE TABLE owner (id INTEGER PRIMARY KEY, key BLOB UNIQUE)",
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, owner INTEGER, subject BLOB, part INTEGER, sort TEXT)",
    "CREATE INDEX entry_owner ON entry (owner)",
    "CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, word TEXT UNIQUE)",
    "CREATE VIRTUAL TABLE parts USING fts5(piece, content = '', detail = none, columnsize = 0, tokenize = 'trigram')",
)

MOST_KIN = 60
"""So many words at most stand for one that was typed."""


class Part(Enum):
    """Which part of a resident an entry holds: what the area sees, what only the own workers see, or both."""

    BOTH = 0
    AREA = 1
    OWN = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One text, or several that are found together, with the marks of those to whom they could be shown."""

    subject: bytes
    owner: bytes
    """What the entry goes with: of what is a resident's, the resident; otherwise itself."""
    words: list[str]
    marks: list[str]
    part: Part = Part.BOTH
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Where something was found."""

    subject: UUID
    part: Part
    sort: str


@dataclass(frozen=True)
class Wanted:
    """One word that was typed, with the words of the index that stand for it."""

    word: str
    begins: bool = False
    """Whether words that begin so are meant too."""
    kin: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    near: frozenset[str] = frozenset()

    def hits(self, present: set[str]) -> set[str]:
        """Return which of the words that are present stand for it."""
        found = present & (self.kin | self.near | {self.word})
        for first, last in self.pairs:
            if first in present and last in present:
                found |= {first, last}
        return found | {one for one in present if self.begins and one.startswith(self.word)}


Tier = list[Wanted]


class Index:
    """The index; safe to use from many threads."""

    def __init__(self) -> None:
        self.ready = False
        """Whether everything that was there at the start is in it."""
        self._lock = Lock()
        self._last = 0
        self._rows = sqlcipher.connect(":memory:", isolation_level=None, check_same_thread=False)
        for statement in TABLES:
            self._rows.execute(statement)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._rows.close()

    def replace(self, owners: Iterable[UUID], entries: Iterable[Entry]) -> None:
        """Put in entries in the place of all that these owners had; without entries they are gone."""
        gone, fresh = json.dumps([owner.hex for owner in owners]), list(entries)
        with self._changing():
            old = self._rows.execute(
                "SELECT entry.id FROM owner JOIN entry ON entry.owner = owner.id "
                "WHERE key IN (SELECT unhex(value) FROM json_each(?))",
                [gone],
            ).fetchall()
            self._rows.executemany("DELETE FROM inverted WHERE rowid = ?", old)
            self._rows.executemany("DELETE FROM entry WHERE id = ?", old)
            self._rows.execute("DELETE FROM owner WHERE key IN (SELECT unhex(value) FROM json_each(?))", [gone])
            self._add(fresh)

    def look(self, typed: Sequence[str], marks: Sequence[str]) -> "Look":
        """Begin to look for words among all that has one of these marks."""
        return Look(self, typed, marks)

    def in_order(self, found: Iterable[int], after: Found | None, how_many: int) -> list[Found]:
        """Return what stands under these numbers, by the sort text, what has none the newest first."""
        query = "SELECT subject, part, sort FROM entry WHERE id IN (SELECT value FROM json_each(?))"
        values: list[Any] = [json.dumps(list(found))]
        if after is not None:
            query += " AND (sort > ? OR (sort = ? AND subject < ?))"
            values += [after.sort, after.sort, after.subject.bytes]
        with self._lock:
            rows = self._rows.execute(f"{query} ORDER BY sort, subject DESC LIMIT ?", [*values, how_many]).fetchall()
        return [Found(UUID(bytes=subject), Part(part), sort) for subject, part, sort in rows]

    def matching(self, match: str) -> set[int]:
        """Return the numbers of the entries that match; every word in it is letters and digits, between quotes."""
        with self._lock:
            rows = self._rows.execute("SELECT rowid FROM inverted WHERE inverted MATCH ?", [match]).fetchall()
        return {number for (number,) in rows}

    def widened(self, word: str) -> Wanted:
        """Return a word with its kin."""
        with self._lock:
            return Wanted(word, len(word) > 1, self._kin(word), self._pairs(word))

    def loosened(self, wide: Wanted) -> Wanted:
        """Return a word with its kin and what is a typing error or two away."""
        with self._lock:
            return replace(wide, near=self._near(wide.word))

    def place_of(self, subject: UUID) -> Found:
        """Return where something stands in the order of what is found; what is no longer there, at the end."""
        with self._lock:
            row = self._rows.execute(
                "SELECT part, sort FROM owner JOIN entry ON entry.owner = owner.id WHERE key = ? AND subject = key",
                [subject.bytes],
            ).fetchone()
        # What goes with an owner other than itself has no name to sort by.
        return Found(subject, Part.BOTH, "") if row is None else Found(subject, Part(row[0]), row[1])

    def holds(self, subject: UUID) -> bool:
        """Tell whether there is anything of this subject in it; it looks through everything."""
        with self._lock:
            return self._rows.execute("SELECT 1 FROM entry WHERE subject = ?", [subject.bytes]).fetchone() is not None

    def size(self) -> tuple[int, int]:
        """Return how many entries it has, and how many bytes it takes."""
        with self._lock:
            entries = self._rows.execute("SELECT count(*) FROM entry").fetchone()[0]
            pages = self._rows.execute("PRAGMA page_count").fetchone()[0]
            return entries, pages * self._rows.execute("PRAGMA page_size").fetchone()[0]

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change several things as one: alone each row would be a transaction, and each word a piece of the index."""
        with self._lock:
            self._rows.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")

    def _add(self, entries: Sequence[Entry]) -> None:
        # A number is never given again: what was deleted is still under it, until the index tidies up.
        numbered = list(enumerate(entries, start=self._last + 1))
        self._last += len(entries)
        self._learn(set().union(*(entry.words for entry in entries)))
        owners = self._numbers({one.owner for one in entries})
        self._rows.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
            [(number, owners[one.owner], one.subject, one.part.value, one.sort) for number, one in numbered],
        )
        self._rows.executemany(
            "INSERT INTO inverted (rowid, body) VALUES (?, ?)",
            [(number, " ".join([*one.words, *one.marks])) for number, one in numbered],
        )

    def _numbers(self, keys: set[bytes]) -> dict[bytes, int]:
        """Return the number of each owner; who has none gets one."""
        self._rows.executemany("INSERT OR IGNORE INTO owner (key) VALUES (?)", [(key,) for key in keys])
        rows = self._rows.execute(
            "SELECT key, id FROM owner WHERE key IN (SELECT unhex(value) FROM json_each(?))",
            [json.dumps([key.hex() for key in keys])],
        )
        return dict(rows.fetchall())

    def _learn(self, met: set[str]) -> None:
        fresh = sorted(met - self._known(met))
        last = self._rows.execute("SELECT coalesce(max(id), 0) FROM vocabulary").fetchone()[0]
        numbered = list(enumerate(fresh, start=last + 1))
        self._rows.executemany("INSERT INTO vocabulary VALUES (?, ?)", numbered)
        self._rows.executemany("INSERT INTO parts (rowid, piece) VALUES (?, ?)", numbered)

    def _known(self, candidates: Iterable[str]) -> set[str]:
        rows = self._rows.execute(
            "SELECT word FROM vocabulary WHERE word IN (SELECT value FROM json_each(?))", [json.dumps(list(candidates))]
        )
        return {word for (word,) in rows}

    def _kin(self, word: str) -> frozenset[str]:
        """Return the plural or singular, and compounds with the word in them that do not begin with it."""
        found = self._known(kin.forms(word)) if len(word) >= 3 else set()
        if len(word) >= kin.PART:
            found |= set(self._with([word], lambda other: word in other[1:]))
        return frozenset(found)

    def _pairs(self, word: str) -> frozenset[tuple[str, str]]:
        """Return the two words of which it may be a compound."""
        pairs = set(kin.halves(word))
        known = self._known({half for pair in pairs for half in pair})
        return frozenset(pair for pair in pairs if known.issuperset(pair))

    def _near(self, word: str) -> frozenset[str]:
        """Return the words that are a typing error or two away."""
        forgiven = kin.errors_forgiven(word)
        if not forgiven:
            return frozenset()
        found = self._known(kin.misspellings(word))
        if forgiven == 2:
            # Two errors leave one of three parts as it is.
            third = len(word) // 3
            parts = [word[:third], word[third : 2 * third], word[2 * third :]]
            found |= set(self._with(parts, lambda other: 0 < kin.apart(word, other, 2) <= 2))
        return frozenset(sorted(found)[:MOST_KIN])

    def _with(self, parts: Sequence[str], fits: Callable[[str], bool]) -> Iterator[str]:
        """Return words of the index with one of these parts (of three letters or more) in them, short ones first."""
        match = " OR ".join(f"({' AND '.join(_trigrams(part))})" for part in parts)
        rows = self._rows.execute(
            "SELECT word FROM parts JOIN vocabulary ON vocabulary.id = parts.rowid WHERE parts MATCH ? "
            "ORDER BY length(word), word",
            [match],
        )
        found = (word for (word,) in rows if fits(word))
        return (word for word, _ in zip(found, range(MOST_KIN), strict=False))


class Look:
    """One search: what is looked for, from narrow to wide, each worked out once and only when it is asked for.

    The tiers: the words themselves; their beginnings; their kin; what is nearly so.
    """

    TIERS = 4

    def __init__(self, index: Index, typed: Sequence[str], marks: Sequence[str]) -> None:
        self._index = index
        self._typed = typed
        self._any = _any(marks)
        self._tiers: dict[int, Tier] = {}
        self._words: dict[tuple[str, bool], set[int]] = {}
        self._others: dict[tuple[int, str], set[int]] = {}
        self._marked: dict[tuple[str, ...], set[int]] = {}

    def tier(self, number: int) -> Tier:
        """Return what is looked for in a tier."""
        if number not in self._tiers:
            if number == 0:
                self._tiers[number] = [Wanted(word) for word in self._typed]
            elif number == 1:
                self._tiers[number] = [Wanted(word, begins=len(word) > 1) for word in self._typed]
            elif number == 2:
                self._tiers[number] = [self._index.widened(word) for word in self._typed]
            else:
                self._tiers[number] = [self._index.loosened(one) for one in self.tier(2)]
        return self._tiers[number]

    def find(self, number: int, marks: Sequence[str], after: Found | None, how_many: int) -> list[Found]:
        """Return where all words of a tier stand with one of the marks, and not all of the tier before.

        In order of the sort text, what has none the newest first; after one that was found already.
        """
        found = self._entries(number, marks)
        if number and found:
            found = found - self._entries(number - 1, marks)
        return self._index.in_order(found, after, how_many) if found else []

    def _entries(self, number: int, marks: Sequence[str]) -> set[int]:
        found = self._with_marks(marks)
        for one in self.tier(number):
            here = self._with_word(one)
            if number >= 2:
                here = here | self._with_others(number, one)
            found = found & here
            if not found:
                break
        return found

    def _with_word(self, one: Wanted) -> set[int]:
        key = (one.word, one.begins)
        if key not in self._words:
            self._words[key] = self._index.matching(f'"{one.word}"{" *" if one.begins else ""} AND ({self._any})')
        return self._words[key]

    def _with_others(self, number: int, one: Wanted) -> set[int]:
        """Return where the kin stands, or what is near."""
        if (number, one.word) not in self._others:
            ways = [f'"{other}"' for other in sorted(one.kin | one.near)]
            ways += [f'("{first}" AND "{last}")' for first, last in sorted(one.pairs)]
            found = self._index.matching(f"({' OR '.join(ways)}) AND ({self._any})") if ways else set()
            self._others[number, one.word] = found
        return self._others[number, one.word]

    def _with_marks(self, marks: Sequence[str]) -> set[int]:
        key = tuple(marks)
        if key not in self._marked:
            self._marked[key] = self._index.matching(_any(marks))
        return self._marked[key]


def _any(marks: Sequence[str]) -> str:
    return " OR ".join(f'"{mark}"' for mark in marks)


def _trigrams(part: str) -> list[str]:
    return [f'"{part[at : at + 3]}"' for at in range(len(part) - 2)]
