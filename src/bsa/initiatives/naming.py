"""Looking for names of people in what everybody will read."""

import re
from collections.abc import Iterable

SHORTEST_FIRST_NAME = 4
"""Shorter first names are too often a word of the language: Wil, Jan, Bas."""


def named_in(text: str | None, names: Iterable[str], first_names_of: Iterable[str] = ()) -> str | None:
    """Return a name that stands in a text, if there is one.

    A name of more words is found however it is written. One word, such as a first name, is found only with its capital:
    many names are words as well. Of those in `first_names_of`, the first word alone is looked for too.
    """
    if not text:
        return None
    alone = [name.split()[0] for name in first_names_of if " " in name.strip()]
    wanted = [*names, *(first for first in alone if len(first) >= SHORTEST_FIRST_NAME)]
    for name in filter(None, (one.strip() for one in wanted)):
        if re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE if " " in name else 0):
            return name
    return None
