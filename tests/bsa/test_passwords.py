"""Passwords are kept at the strength of argon2id that OWASP names as the least; other tests hash quickly."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from bsa.people import passwords

from tests.kept import QUICK_HASHER, REAL_HASHER


def test_a_password_is_hashed_slowly_and_known_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert passwords._hasher is QUICK_HASHER
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)

    kept = passwords.hash_password("Zonnebloem")

    told = extract_parameters(kept)
    assert told.type is Type.ID
    assert (told.time_cost, told.memory_cost, told.parallelism) == (2, 19_456, 1)
    assert passwords.is_password("Zonnebloem", kept)
    assert not passwords.is_password("zonnebloem", kept)
    assert not passwords.is_password("Zonnebloem", None)
