"""The key ring: the few keys that wrap all data keys. It comes from the settings and never touches a database."""

import base64
import binascii
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


class WrongKeyRing(Exception):
    """The ring is missing, unreadable, or not the one that wrapped the data keys."""


@dataclass(frozen=True)
class KeyRing:
    """Named keys of 32 bytes; the first wraps new data keys, every one of them unwraps what it wrapped."""

    keys: dict[str, bytes]

    @classmethod
    def read(cls, text: str) -> "KeyRing":
        """Read `name:base64,name:base64`; raise `WrongKeyRing` in words, never with the key itself."""
        keys: dict[str, bytes] = {}
        for number, part in enumerate(text.split(","), start=1):
            name, colon, encoded = part.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not (name and colon and len(name) <= 32 and len(key) == KEY_BYTES):
                raise WrongKeyRing(f"Key {number} of the ring must read name:base64 of exactly 32 bytes.")
            if name in keys:
                raise WrongKeyRing(f"Key {number} of the ring repeats the name of an earlier key.")
            keys[name] = key
        return cls(keys)

    @classmethod
    def make(cls, name: str = "k1") -> "KeyRing":
        """Make a ring with one fresh random key."""
        return cls({name: os.urandom(KEY_BYTES)})

    def write(self) -> str:
        """Return the text that `read` reads."""
        return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in self.keys.items())

    @property
    def current(self) -> str:
        """The name of the key that wraps."""
        return next(iter(self.keys))

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        return {name: AESGCM(key) for name, key in self.keys.items()}

    def wrap(self, data_key: bytes, bound_to: bytes) -> bytes:
        """Encrypt a data key with the current key, bound to whose key it is."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ciphers[self.current].encrypt(nonce, data_key, bound_to)

    def unwrap(self, name: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """Decrypt a data key; raise `WrongKeyRing` when the ring does not hold its key or does not fit."""
        if name not in self.keys:
            raise WrongKeyRing(f"The key ring does not hold the key {name!r} that wrapped this data.")
        try:
            return self._ciphers[name].decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)
        except InvalidTag:
            raise WrongKeyRing(f"The key {name!r} of the ring is not the one that wrapped this data.") from None
