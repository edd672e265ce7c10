"""What a short text is made of: its words, their Dutch stems, the parts of compounds, and pieces of words.

All of it is done here, on this machine, and nothing is kept. Texts in other languages go through the same mill: their
pieces still tell when the same word stands in two of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W\d_]+")
SENTENCE = re.compile(r"[.!?…:\n]+")
SHORTEST = 3
"""A shorter word says nothing by itself."""
PART = 4
"""A part of a compound has at least so many letters: speel-tuin, deur-kier."""
GRAMS = (3, 4, 5)

SMALL_WORDS = frozenset(
    WORD.findall("""
    aan achter afgelopen al alle alleen alles als altijd ander andere bent ben bij bijna binnen boven daar daarna dan
    dat de deze die dit doe doen doet door dus dwars een eens eerst elk elke en er erg ergens even gaan gaat gedaan geen
    geweest gewoon goed haar had heb hebben hebt heel heeft helemaal hem hen het hier hij hoe hun iedereen iemand iets
    ik in is jaar jij jou jouw kan keer komen komt kon krijg krijgen kun kunnen kunt langs liever maar mag mannen meer
    men mensen met mij mijn moet moeten naar naast nergens net niemand niet niets nodig nog nooit nou nu of om omdat
    ons onze ook op over paar per samen sinds soms staat steeds te tegen terug terwijl toch toe tot tussen twee uit
    uur van vaak veel verder voor vroeger waar waarom wanneer want waren was wat week weer weg weken wel werd wie
    wij wil willen word worden wordt zal zat ze zei zeggen zegt zelf zich zij zijn zit zitten zo zoek zoeken zoekt zou
    zouden zoveel zonder drie vier vijf dag dagen nacht nachts avond avonds ochtends maand maanden winters zomers
    weekend graag eigenlijk misschien daarom
    hele man vrouw mannen vrouwen kind kinderen zoon dochter zoontje dochtertje kleinzoon kleindochter
    moeder vader jongen meisje mevrouw meneer
    a about again all alone always am an and any anywhere are around as at be because been but by can cannot could day
    did do does down every everything for from get go had has have he her here him his how i if in into is it its just
    like look looking me months more must my near never next no nobody not now of off on once one only or our out over
    own say says she since so some somebody someone that the their them then there they this to too up us very want was
    we week weeks what when where who will with without would year years you your
    husband wife son daughter mother father kid kids child children man woman
    bir bu da de ve çok için ile ama gibi daha her hep artık var yok ne nasıl ben bana benim bizim ki
    się nie na do to jest w z i a o że co jak dla od po za ale mi mam mnie u tam tu już są
    في من على إلى عن هذا هذه لا ما أن كل مع لم و أو منذ كان هو هي
    """)
)
"""Words that say nothing of what a text is about."""


def folded(text: str) -> str:
    """Take capitals and accents away; letters of other scripts stay."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


_SMALL = frozenset(folded(word) for word in SMALL_WORDS)


def words_of(text: str) -> list[str]:
    """Return the words of a text that say something, folded, in their order; numbers are none."""
    return [word for word in WORD.findall(folded(text)) if len(word) >= SHORTEST and word not in _SMALL]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the Dutch stem of a folded word."""
    stemmed: str = snowballstemmer.stemmer("dutch").stemWord(word)
    return stemmed if len(stemmed) >= SHORTEST else word


def grams_of(word: str) -> Iterator[str]:
    """Return the pieces of a word, of three to five letters, its beginning and end marked."""
    marked = f"<{word}>"
    for length in GRAMS:
        for at in range(len(marked) - length + 1):
            yield marked[at : at + length]


class Splitter:
    """Sees compounds in words by the words that are there themselves: nothing is made up, and no list is shipped."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known = {stem(word) for text in texts for word in words_of(text) if len(word) >= PART}
        self._seen: dict[str, Sequence[str]] = {}

    def parts(self, word: str) -> Sequence[str]:
        """Return the stems of the two parts of a compound: one at least is a word that stands by itself somewhere."""
        if word not in self._seen:
            self._seen[word] = self._split(word)
        return self._seen[word]

    def _split(self, word: str) -> Sequence[str]:
        whole = stem(word)
        best: Sequence[str] = ()
        for cut in range(PART, len(word) - PART + 1):
            left = next((one for one in _unjoined(word[:cut]) if one in self._known), None)
            right = stem(word[cut:])
            found = [one for one in (left, right if right in self._known else None) if one and one != whole]
            if len(found) > len(best) or (len(found) == len(best) and sum(map(len, found)) > sum(map(len, best))):
                best = found
        return best


def names_in(texts: Iterable[str]) -> set[str]:
    """Return the words that are mostly written with a capital inside a sentence: names, which are not shown."""
    inside: dict[str, list[bool]] = {}
    for text in texts:
        for sentence in SENTENCE.split(text):
            for word in WORD.findall(sentence)[1:]:
                inside.setdefault(folded(word), []).append(word[0].isupper())
    return {word for word, capitals in inside.items() if sum(capitals) * 2 > len(capitals)}


def _unjoined(part: str) -> Iterator[str]:
    """Return the stem of a first part with and without what joins it to the second: verlichting-s, zonne, boeken."""
    yield stem(part)
    for joint in ("s", "en", "e"):
        rest = part.removesuffix(joint)
        if rest != part and len(rest) >= PART:
            yield stem(rest)
