"""The public keys of a partner's machine: read from a JWKS with every mistake at once, and replaced with an overlap."""

import json
import re
from base64 import urlsafe_b64decode
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from bsa.errors import N_, Fault

MOST_KEYS = 10
LARGEST = 64 * 1024
SMALLEST_RSA = 2048
LARGEST_RSA = 8192
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
KEPT = ("kty", "n", "e", "crv", "x", "y", "kid", "alg", "use")
FITTING = {"RSA": ("RS256", "PS256"), "EC": ("ES256",)}
KEY_ID = re.compile(r"[\x21-\x7e]{1,100}")

NO_JWKS = N_("This is no JWKS: a JSON object with a list “keys”, each a public key.")
NO_KEY = N_("There is no key in it.")
TOO_MANY = N_("There are more than ten keys in it. Leave out what you no longer use.")
PRIVATE_KEY = N_(
    "Key {number} is a private or secret key. Nobody but your own system may have it: make a new pair, and send only "
    "the public half."
)
OTHER_KIND = N_("Key {number} is of a kind that is not taken. Use RSA, or EC with the curve P-256.")
TOO_SHORT = N_("Key {number} is RSA of {bits} bits. Use 2048 at least, and at most 8192.")
NOT_READ = N_("Key {number} cannot be read.")
OTHER_ALGORITHM = N_("Key {number} is meant for something else. Its “alg” may be RS256, PS256 or ES256, its “use” sig.")
BAD_ID = N_("The “kid” of key {number} is longer than 100 signs, or holds spaces.")
SAME_ID = N_("Two keys have the same “kid”. Give each its own.")


class BadKeys(Exception):
    """What should be a JWKS is not right; `faults` names everything at once."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message.format(**fault.facts) for fault in faults))


def read_keys(told: object, *, at: str = "keys") -> list[dict[str, Any]]:
    """Return the public keys of a JWKS, each with a `kid`; or raise `BadKeys` about the field `at`."""
    if isinstance(told, str):
        try:
            told = json.loads(told) if len(told) <= LARGEST else None
        except (ValueError, RecursionError):
            told = None
    entries = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadKeys(Fault((at,), "no_jwks", NO_JWKS))
    if not entries or len(entries) > MOST_KEYS:
        raise BadKeys(Fault((at,), "number_of_keys", TOO_MANY if entries else NO_KEY))
    faults: list[Fault] = []
    keys: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        wrong = _wrong(entry)
        if wrong is None:
            keys.append(_public(entry))
        else:
            code, message, facts = wrong
            faults.append(Fault((at,), code, message, {"number": str(number), **facts}))
    if len({key["kid"] for key in keys}) < len(keys):
        faults.append(Fault((at,), "same_id", SAME_ID))
    if faults:
        raise BadKeys(*faults)
    return keys


def replaced(old: list[dict[str, Any]], new: list[dict[str, Any]], until: int, now: float) -> list[dict[str, Any]]:
    """Return the keys after a rotation: the new ones, and the old ones that go on counting until a second."""
    kept = {key["kid"] for key in new}
    leaving = [
        {**key, "exp": min(until, int(key.get("exp", until)))}
        for key in old
        if key["kid"] not in kept and key.get("exp", until) > now
    ]
    return [*new, *(key for key in leaving if key["exp"] > now)]


def key_for(keys: list[dict[str, Any]], kid: object, now: float) -> dict[str, Any] | None:
    """Return the key that counts under this `kid`; without a `kid` the one key, if there is just one."""
    counting = [key for key in keys if key.get("exp", now + 1) > now]
    if kid is None:
        return counting[0] if len(counting) == 1 else None
    return next((key for key in counting if key["kid"] == kid), None)


def _wrong(entry: dict[str, Any]) -> tuple[str, str, dict[str, str]] | None:
    """Say what is wrong with a key, if anything."""
    kind = entry.get("kty")
    if PRIVATE & entry.keys() or kind == "oct":
        return "private_key", PRIVATE_KEY, {}
    if kind not in FITTING or (kind == "EC" and entry.get("crv") != "P-256"):
        return "kind_of_key", OTHER_KIND, {}
    if entry.get("alg") not in (None, *FITTING[kind]) or entry.get("use") not in (None, "sig"):
        return "algorithm", OTHER_ALGORITHM, {}
    if "kid" in entry and not (isinstance(entry["kid"], str) and KEY_ID.fullmatch(entry["kid"])):
        return "key_id", BAD_ID, {}
    try:
        bits = _bits(entry) if kind == "RSA" else SMALLEST_RSA
        if not SMALLEST_RSA <= bits <= LARGEST_RSA:
            return "size_of_key", TOO_SHORT, {"bits": str(bits)}
        _imported(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return "not_read", NOT_READ, {}
    return None


def _bits(entry: dict[str, Any]) -> int:
    """Return how long an RSA key is."""
    number = str(entry["n"])
    return int.from_bytes(urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()


def _public(entry: dict[str, Any]) -> dict[str, Any]:
    key = {name: entry[name] for name in KEPT if name in entry}
    return {"kid": _imported(entry).thumbprint(), **key}


def _imported(entry: dict[str, Any]) -> RSAKey | ECKey:
    material: dict[str, Any] = {name: entry[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in entry}
    return RSAKey.import_key(material) if entry["kty"] == "RSA" else ECKey.import_key(material)
