"""Signed tokens (JWT), read with suspicion: what one says is believed only after its signature was proved.

The keys are those that we know beforehand. A token that brings its own, or says where to fetch them (`jwk`, `jku`,
`x5u`, `x5c`), is proved by ours all the same.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, RSAKey
from joserfc.jws import CompactSignature, JWSRegistry

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Asymmetric ones only: neither `none`, nor one for which a public key would be the secret."""

LARGEST = 12_000
LEEWAY = 30
"""Seconds by which two clocks may differ."""


class BadToken(Exception):
    """A token that is not believed. Its words tell an honest sender what to mend, and nobody who exists here."""


class Suspicious(JWSRegistry):
    """The few algorithms that count, and room for a certificate in the header, which nobody reads."""

    max_header_length = 8192


REGISTRY = Suspicious(algorithms=ALGORITHMS, strict_check_header=False)


@dataclass(frozen=True)
class Unproved:
    """A token as it was sent: nothing that it says is believed yet."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: CompactSignature

    def text(self, claim: str) -> str:
        """Return a claim that is text, or refuse the token."""
        value = self.claims.get(claim)
        if not isinstance(value, str) or not value:
            raise BadToken(f"The claim {claim} is missing or no text.")
        return value

    def second(self, claim: str) -> float:
        """Return a claim that is a moment in seconds, or refuse the token."""
        value = self.claims.get(claim)
        with suppress(OverflowError):
            if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
                return float(value)
        raise BadToken(f"The claim {claim} is missing or no number of seconds.")

    def names(self, claim: str) -> list[str]:
        """Return a claim that is one text or a list of them."""
        value = self.claims.get(claim)
        names = value if isinstance(value, list) else [value]
        return [name for name in names if isinstance(name, str)]

    def in_force(self, now: float) -> None:
        """Refuse a token that has expired, or does not count yet."""
        if self.second("exp") <= now - LEEWAY:
            raise BadToken("It has expired (exp).")
        if "nbf" in self.claims and self.second("nbf") > now + LEEWAY:
            raise BadToken("It does not count yet (nbf).")


def open_token(text: str) -> Unproved:
    """Read a token, proving nothing; refuse what could never be proved."""
    if len(text) > LARGEST:
        raise BadToken("It is too large.")
    try:
        signed = jws.extract_compact(text.encode("ascii"), registry=REGISTRY)
        claims = json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError):
        raise BadToken("It is no signed JSON web token.") from None
    header = signed.headers()
    if header.get("alg") not in ALGORITHMS:
        raise BadToken(f"Sign it with one of {', '.join(ALGORITHMS)}.")
    if "crit" in header or "b64" in header:
        raise BadToken("Its header asks for something that is not known here (crit).")
    if not isinstance(claims, dict):
        raise BadToken("Its payload is no JSON object.")
    return Unproved(header, claims, signed)


def prove(token: Unproved, key: dict[str, Any]) -> bool:
    """Tell whether this key, a public JWK, signed the token."""
    if key.get("alg") not in (None, token.header["alg"]):
        return False
    try:
        return bool(jws.validate_compact(token.signed, _imported(json.dumps(key, sort_keys=True)), registry=REGISTRY))
    except (JoseError, ValueError, SecurityWarning):
        # A key of another kind than the algorithm asks for.
        return False


def sign(claims: dict[str, Any], key: dict[str, Any], algorithm: str, kind: str) -> str:
    """Sign claims with a private JWK; `kind` says in the header what for a token it is."""
    header = {"alg": algorithm, "kid": key["kid"], "typ": kind}
    payload = json.dumps(claims, separators=(",", ":"))
    return jws.serialize_compact(header, payload, _imported(json.dumps(key, sort_keys=True)), registry=REGISTRY)


def make_key(algorithm: str) -> dict[str, Any]:
    """Make a private key for an algorithm, as a JWK that is named by its thumbprint."""
    key: RSAKey | ECKey
    key = ECKey.generate_key("P-256") if algorithm == "ES256" else RSAKey.generate_key(2048)
    return {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": algorithm, "use": "sig"}


@lru_cache(maxsize=256)
def _imported(key: str) -> Any:
    """Import a JWK; the same few sign and are proved by again and again."""
    return JWKRegistry.import_key(json.loads(key))
