"""Addresses at the moment that somebody stands before them: written one way, turned into digests, and forgotten.

An address is never kept. What is kept cannot be turned back without the installation's key; whoever holds that key can
try all the numbers of a street, and that is what a round along the street does.
"""

import re
from collections.abc import Collection, Iterator
from itertools import product
from string import ascii_lowercase
from unicodedata import combining, normalize
from uuid import UUID

from sqlmodel import Session

from bsa.digests import keyed_digest

HIGHEST = 1999
"""Of house numbers. What can be noted can also be found again: both go by this, and by the additions below."""
ADDITIONS = ("", *ascii_lowercase, "bis", *(f"-{number}" for number in range(1, 21)))
NUMBER = re.compile(r"(?P<number>[1-9]\d{0,3})(?P<addition>[a-z]|bis|[-/](?:[1-9]|1\d|20))?")
AFTER_A_WORD = re.compile(r"[^\W\d]\W*(?!\d+(?:e|de|ste)\b)\d")
"""A number behind a word; `2e` and `2de` are words themselves."""


def holds_house_number(where: str) -> bool:
    """Tell whether the name of a street was written with a number behind it."""
    return AFTER_A_WORD.search(where.casefold()) is not None


def same_street(street: str) -> str:
    """Return a street's name as it is compared: no case, accents, spaces, dots or hyphens; `str.` is `straat`."""
    plain = "".join(sign for sign in _plain(street) if sign.isalnum())
    return re.sub(r"str$", "straat", plain)


def same_number(number: str) -> str | None:
    """Return a house number as it is compared (`14`, `14a`, `14bis`, `14-2`), or None when it is not written as one."""
    found = NUMBER.fullmatch("".join(_plain(number).split()))
    if found is None or int(found["number"]) > HIGHEST:
        return None
    return found["number"] + (found["addition"] or "").replace("/", "-")


def street_digest(session: Session, neighbourhood_id: UUID, street: str) -> str:
    """Return the digest of a street in a neighbourhood."""
    return keyed_digest(session, "no_ring_street", f"{neighbourhood_id}|{same_street(street)}")


def address_digest(session: Session, neighbourhood_id: UUID, street: str, number: str) -> str:
    """Return the digest of an address, its number written as `same_number` writes it."""
    return keyed_digest(session, "no_ring", f"{neighbourhood_id}|{same_street(street)}|{number}")


def numbers_behind(session: Session, neighbourhood_id: UUID, street: str, digests: Collection[str]) -> list[str]:
    """Return the house numbers of a street to which these digests belong, by trying until all are found."""
    wanted, found = set(digests), []
    for number in _numbers() if wanted else ():
        digest = address_digest(session, neighbourhood_id, street, number)
        if digest in wanted:
            wanted.discard(digest)
            found.append(number)
            if not wanted:
                break
    return found


def _numbers() -> Iterator[str]:
    return (f"{number}{addition}" for number, addition in product(range(1, HIGHEST + 1), ADDITIONS))


def _plain(text: str) -> str:
    return "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))
