"""The keys of an authorisation server elsewhere: fetched from the address that the settings name, and kept a while."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from bsa.clients.keys import LARGEST
from bsa.errors import OutOfService
from bsa.settings import Settings

log = logging.getLogger(__name__)

KEPT = 600.0
"""Seconds for which fetched keys are kept."""
AGAIN = 20.0
"""Seconds after which they are fetched again for a key that is not among them, or after a failure."""
TIMEOUT = 5.0


@dataclass(frozen=True)
class _Fetched:
    at: float
    keys: dict[str, dict[str, Any]]


_fetched: dict[str, _Fetched] = {}
_tried: dict[str, float] = {}
_one_at_a_time = Lock()


def outside_key(settings: Settings, kid: object) -> dict[str, Any] | None:
    """Return the key of the authorisation server that has this `kid`; None when it has none.

    The address is the operator's own choice: it is not checked as the address of a partner would be.
    """
    address = str(settings.oauth_jwks_url)
    known = _fetched.get(address)
    if not isinstance(kid, str):
        return None
    if known is None or monotonic() - known.at > KEPT or kid not in known.keys:
        known = _fetch_again(address, known, kid)
    return known.keys.get(kid)


def forget_fetched() -> None:
    """Forget all fetched keys: for tests."""
    _fetched.clear()
    _tried.clear()


def _fetch_again(address: str, known: _Fetched | None, kid: str) -> _Fetched:
    with _one_at_a_time:
        present = _fetched.get(address)
        if present is not None and present is not known and kid in present.keys:
            return present  # Somebody else was quicker.
        if monotonic() - _tried.get(address, float("-inf")) < AGAIN:
            if present is None:
                raise OutOfService
            return present
        _tried[address] = monotonic()
        try:
            fetched = _Fetched(monotonic(), _signing_keys(json.loads(_read(address))))
        except Exception as error:  # noqa: BLE001 - whatever it is: the keys of before count, for as long as there are
            log.error("The keys of the authorisation server cannot be fetched: %s.", type(error).__name__)
            if present is None:
                raise OutOfService from None
            return present
        _fetched[address] = fetched
        return fetched


def _read(address: str) -> bytes:
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path)).read_bytes()[:LARGEST]
    # Only here: most installations never need it.
    import httpx2

    answer = httpx2.get(address, timeout=TIMEOUT, follow_redirects=False)
    answer.raise_for_status()
    return bytes(answer.content[:LARGEST])


def _signing_keys(told: Any) -> dict[str, dict[str, Any]]:
    """Return its public keys by `kid`; one that is no signing key of a kind that we know is left out."""
    kept = ("kty", "n", "e", "crv", "x", "y", "kid", "alg")
    return {
        key["kid"]: {name: key[name] for name in kept if name in key}
        for key in told["keys"]
        if key.get("kty") in ("RSA", "EC") and key.get("kid") and key.get("use", "sig") == "sig"
    }
