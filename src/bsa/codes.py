"""Codes on paper: short secrets that somebody types in from a slip, made so that a slip of the pen is noticed.

Ten signs of Crockford's base 32 (no I, L, O and U, so that nobody reads one for another) and a check sign after them:
50 random bits, too many to guess. The check is the number modulo 37; codes of which the check sign would be one of the
five odd ones (`*~$=U`) are not made, for an old telephone hides those.
"""

import secrets
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
CHECK = 37
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\t": None})
"""What somebody may write for a sign, and what is left out."""


def new_code() -> str:
    """Make a code."""
    while True:
        number = secrets.randbelow(len(SIGNS) ** LENGTH)
        if number % CHECK < len(SIGNS):
            signs = "".join(SIGNS[number // len(SIGNS) ** place % len(SIGNS)] for place in reversed(range(LENGTH)))
            return signs + SIGNS[number % CHECK]


def in_groups(code: str) -> str:
    """Write a code in groups, as it is printed: `7K3M 9QRT 0X2`."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


def is_code(code: str) -> bool:
    """Tell whether this can be a code: its signs are of the alphabet, and the last one checks the others."""
    if len(code) != LENGTH + 1 or not set(code) <= set(SIGNS):
        return False
    number = 0
    for sign in code[:LENGTH]:
        number = number * len(SIGNS) + SIGNS.index(sign)
    return number % CHECK == SIGNS.index(code[-1])


def _read(text: object) -> object:
    return text.upper().translate(READ_AS) if isinstance(text, str) else text


def _checked(code: str) -> str:
    if not is_code(code):
        raise PydanticCustomError(
            "code", "This code is not right. Look once more: it has eleven signs, digits and capital letters."
        )
    return code


Code = Annotated[str, StringConstraints(max_length=40), BeforeValidator(_read), AfterValidator(_checked)]
"""A code as somebody types it: small or large, with or without spaces, O for 0 and I for 1."""
