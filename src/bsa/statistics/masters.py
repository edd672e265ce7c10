"""The master key of a year of figures: it lives in the key store, and is destroyed when the year can rest.

Frozen numbers need no key. With it, and with a set of counts, somebody could draw a release again and compare.
"""

from uuid import UUID, uuid5

from bsa.keystore import KeyStore

OF_FIGURES = UUID("5b0c7a2e-9d0f-5c55-8a3b-6f1f2f6f0a11")
FIRST_YEAR, LAST_YEAR = 2020, 2099


def owner_of(year: int) -> UUID:
    """Return under which name the key store keeps the master of a year."""
    return uuid5(OF_FIGURES, str(year))


OWNERS = frozenset(owner_of(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))
"""No sweep of keys without rows may take these."""


def master_of(keystore: KeyStore, year: int) -> bytes:
    """Return the master key of a year; it is made when the first quarter of the year is closed."""
    return keystore.secret(owner_of(year))


def destroy_master(keystore: KeyStore, year: int) -> None:
    """Destroy the master key of a year: none of its releases can be drawn again, and none needs to be."""
    keystore.destroy([owner_of(year)])
