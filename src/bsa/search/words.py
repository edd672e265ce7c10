"""What counts as a word, which words are kin to it, and how far two words are apart.

Words are folded: no capitals, no accents. What is kin to a Dutch word is found among the words that stand in the index,
so that nothing is made up: its plural and its singular, compounds that it is part of, and words that are nearly so.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

LONGEST = 40
"""A longer run of signs is not a word that anybody types; only its beginning counts."""

WORD = re.compile(rf"([^\W_]{{1,{LONGEST}}})[^\W_]*")

VOWELS = "aeiou"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NEAR = 4
"""From this length on one typing error is forgiven."""
NEARER = 9
"""From this length on two are."""
PART = 4
"""A part of a compound has at least so many letters."""


def fold(text: str) -> str:
    """Take capitals and accents away."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, in their order."""
    return WORD.findall(fold(text))


def places_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Return where each word of a text begins and ends, and the word folded; the text is in composed form."""
    for found in WORD.finditer(text):
        for word in words_of(found[0])[:1]:
            yield found.start(), found.end(), word


def composed(text: str) -> str:
    """Write each letter with its accent as one sign, so that a word is not cut where an accent stands."""
    return unicodedata.normalize("NFC", text)


def forms(word: str) -> set[str]:
    """Return what may be the plural or singular of a Dutch word, or the word inflected: raam, ramen; huis, huizen."""
    found: set[str] = set()
    for ending in ("en", "e", "s"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3:
            found |= {rest} | (_closed(rest) if ending != "s" else set())
    for stem in {word} | _opened(word):
        found |= {stem + "en", stem + "e"}
    found.add(word + "s")
    return found - {word}


def halves(word: str) -> Iterator[tuple[str, str]]:
    """Return every way to see a word as a compound of two, without what joins them: badkamer + schimmel."""
    for cut in range(PART, len(word) - PART + 1):
        for joint in ("", "s", "e", "en"):
            first = word[:cut].removesuffix(joint) if joint else word[:cut]
            if len(first) >= PART and (not joint or word[:cut].endswith(joint)):
                yield first, word[cut:]


def misspellings(word: str) -> set[str]:
    """Return everything that is one typing error away: a letter too many, too few, another, or two turned round."""
    cuts = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    return (
        {left + right[1:] for left, right in cuts if right}
        | {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
        | {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
        | {left + letter + right for left, right in cuts for letter in LETTERS}
    ) - {word}


def errors_forgiven(word: str) -> int:
    """Tell how many typing errors are forgiven in a word of this length."""
    return 2 if len(word) >= NEARER else 1 if len(word) >= NEAR else 0


def apart(one: str, other: str, most: int) -> int:
    """Count the typing errors between two words, as far as `most`; one more means: further apart than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for down, letter in enumerate(one, start=1):
        before, last, row = row, before, [down]
        for right, against in enumerate(other, start=1):
            steps = min(before[right] + 1, row[right - 1] + 1, before[right - 1] + (letter != against))
            if last and right > 1 and letter == other[right - 2] and one[down - 2] == against:
                steps = min(steps, last[right - 2] + 1)
            row.append(steps)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def marked(text: str, hit: Callable[[str], bool], longest: int) -> list[tuple[str, bool]]:
    """Return a text in pieces, telling of each whether it is a word that was looked for; a long text around the first.

    A text without such a word is given from its beginning.
    """
    text = composed(text)
    places = [(begin, end) for begin, end, word in places_of(text) if hit(word)]
    first, last = _window(text, places[0][0] if places else 0, longest)
    pieces: list[tuple[str, bool]] = []
    at = first
    for begin, end in places:
        if begin >= at and end <= last:
            pieces += [(text[at:begin], False), (text[begin:end], True)]
            at = end
    pieces.append((text[at:last], False))
    pieces = [("…", False)] * (first > 0) + pieces + [("…", False)] * (last < len(text))
    return [piece for piece in pieces if piece[0]]


def _window(text: str, at: int, longest: int) -> tuple[int, int]:
    """Choose what to show of a text that is too long: whole words around a place."""
    if len(text) <= longest:
        return 0, len(text)
    first = max(0, min(at - longest // 3, len(text) - longest))
    last = min(len(text), first + longest)
    if first > 0:
        space = text.find(" ", first, at)
        first = space + 1 if space >= 0 else at
    if last < len(text):
        space = text.rfind(" ", at, last)
        last = space if space > at else last
    return first, last


def _closed(stem: str) -> set[str]:
    """Return how a stem is written when no ending follows: bruiv → bruif, huiz → huis, buss → bus, ram → raam."""
    found = {stem[:-1] + {"v": "f", "z": "s"}[stem[-1]]} if stem[-1] in "vz" else set()
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in VOWELS:
        found.add(stem[:-1])
    for one in {stem} | found:
        if len(one) >= 3 and one[-2] in VOWELS and one[-1] not in VOWELS and one[-3] not in VOWELS:
            found.add(one[:-1] + one[-2] + one[-1])
    return found


def _opened(word: str) -> set[str]:
    """Return how a word is written before an ending: brief → briev, huis → huiz, bus → buss, raam → ram."""
    if len(word) < 3 or word[-1] in VOWELS:
        return set()
    found = {word[:-1] + {"f": "v", "s": "z"}[word[-1]]} if word[-1] in "fs" else set()
    if word[-2] in VOWELS and word[-3] not in VOWELS:
        found.add(word + word[-1])
    for one in {word} | found:
        if len(one) >= 4 and one[-2] == one[-3] and one[-2] in VOWELS:
            found.add(one[:-2] + one[-1])
    return found
