"""Telling whether two short texts name the same thing: "De corporatie gebeld" and "corporatie bellen".

Not clever, and it need not be: it only decides when a gentle question is asked. Case, accents, small words and the
commonest Dutch endings are taken away; what is left must be equal, in any order.
"""

import re
import unicodedata

WORD = re.compile(r"\w+")
SMALL_WORDS = frozenset(
    WORD.findall("""
    de het een en of in op aan met voor naar van bij te tot om uit over dat die dit er ik hij ze zij we wij je jij u
    mijn zijn haar hem hun ons is was heb heeft hebben gedaan doen weer nog ook even samen opnieuw alleen
    the a an and or to of for with at on by again once more his her their our my
    """)
)
ENDINGS = ("tjes", "jes", "tje", "ten", "den", "en", "je", "te", "de", "e", "t", "d", "s")
SHORTEST = 3
VOICELESS = str.maketrans({"v": "f", "z": "s"})


def gist(words: str) -> frozenset[str]:
    """Return what a short text is about, as the stems of its words."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    found = WORD.findall(plain)
    return frozenset(_stem(word) for word in found if word not in SMALL_WORDS) or frozenset(found)


def _stem(word: str) -> str:
    # A participle: gebeld, gemaakt.
    if word.startswith("ge") and len(word) > 2 + SHORTEST and word.endswith(("d", "t", "en")):
        word = word[2:]
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            word = word[: -len(ending)]
            break
    # Doubled sounds are a matter of spelling: bellen and bel, maken and maakt.
    word = re.sub(r"([a-z])\1", r"\1", word)
    return word[:-1] + word[-1:].translate(VOICELESS)
