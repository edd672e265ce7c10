"""Passwords: kept as argon2id, compared slowly, made at random when an administrator recovers an account."""

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""The minimum that OWASP names for argon2id; about 0.1 s on a small machine."""

_two_at_a_time = BoundedSemaphore(2)
"""So that a flood of sign-ins takes neither all memory nor all processors."""

_nobody = _hasher.hash(secrets.token_urlsafe())
"""Compared when there is no such account, so that the time of the answer tells nothing."""

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For passwords that are read aloud: no signs that look alike."""


def hash_password(password: str) -> str:
    """Return the hash to keep."""
    with _two_at_a_time:
        return _hasher.hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Tell whether a password fits the kept hash; takes as long when there is none."""
    with _two_at_a_time:
        try:
            _hasher.verify(kept or _nobody, password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def make_password() -> str:
    """Make a password to hand over: four groups of four, about 78 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
