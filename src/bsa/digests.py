"""Keyed digests: to recognise a value again without keeping it, and without anybody else being able to guess it."""

import hmac
from hashlib import sha256

from sqlmodel import Session


def keyed_digest(session: Session, purpose: str, value: str) -> str:
    """Return the digest (64 hexadecimal digits) of a value for one purpose, under the installation's key.

    Digests of the same value for two purposes cannot be compared.
    """
    key: bytes = session.info["keystore"].digest_key()
    return hmac.new(key, f"{purpose}|{value}".encode(), sha256).hexdigest()
