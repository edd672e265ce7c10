"""Machines of partners for the tests: their keys, made once, how they sign, and tokens for them."""

import json
import secrets
from collections.abc import Iterable
from functools import cache
from typing import Any
from warnings import catch_warnings

from joserfc import jws
from joserfc.jwk import ECKey, JWKRegistry, RSAKey
from joserfc.jws import JWSRegistry
from sqlmodel import Session

from bsa import clock
from bsa.clients.actions import register_client
from bsa.clients.granting import ASSERTION, GRANT, issue_access_token
from bsa.clients.models import Client
from bsa.clients.shapes import ClientIn
from bsa.database import Database
from bsa.permissions import Scope

from tests.cast import Cast

ANY = JWSRegistry(algorithms=["RS256", "PS256", "ES256", "ES384", "HS256", "none"], strict_check_header=False)
"""What somebody can sign with who keeps to no rules."""


@cache
def key_of(name: str, kind: str = "EC", size: str | int = "P-256") -> dict[str, Any]:
    """Return the private key of somebody, as a JWK named by `name`."""
    with catch_warnings(action="ignore"):  # of one that is too short
        key: RSAKey | ECKey = RSAKey.generate_key(int(size)) if kind == "RSA" else ECKey.generate_key(str(size))
    return {**key.as_dict(private=True), "kid": name}


def public(*keys: dict[str, Any]) -> dict[str, Any]:
    """Return the JWKS of the public halves of keys."""
    secret = {"d", "p", "q", "dp", "dq", "qi"}
    return {"keys": [{name: value for name, value in key.items() if name not in secret} for key in keys]}


def signed(key: dict[str, Any], claims: dict[str, Any], **header: Any) -> str:
    """Sign claims as anybody could: with any key, any algorithm and any header; one that is None is left out."""
    told = {"alg": "RS256" if key.get("kty") == "RSA" else "ES256", "kid": key.get("kid"), **header}
    material = {name: value for name, value in key.items() if name not in ("kid", "alg", "use")}
    return jws.serialize_compact(
        {name: value for name, value in told.items() if value is not None},
        json.dumps({name: value for name, value in claims.items() if value is not None}),
        JWKRegistry.import_key(material),
        registry=ANY,
    )


def a_machine(
    session: Session,
    cast: Cast,
    scopes: Iterable[Scope] = tuple(Scope),
    name: str = "Leefplein van De Veenhoek",
    key: dict[str, Any] | None = None,
    **told: Any,
) -> Client:
    """Register a machine of the corporation."""
    given = {
        "name": name,
        "institution_id": cast.corporation_id,
        "scopes": list(scopes),
        "keys": public(key or key_of("one")),
        **told,
    }
    return register_client(session, cast.admin, ClientIn.model_validate(given))


def bearer(database: Database, cast: Cast, *scopes: Scope, **told: Any) -> str:
    """Register a machine of the corporation with these scopes, and return a token of it."""
    with database.writing() as session:
        return token_of(session, a_machine(session, cast, scopes, **told))


def token_of(session: Session, client: Client, *scopes: Scope) -> str:
    """Return a token of a machine, for all that is registered or for some of it."""
    return issue_access_token(session, client, list(scopes) or [Scope(code) for code in client.scopes]).token


def claims_for(client_id: object, audience: str, **more: Any) -> dict[str, Any]:
    """Return the claims of an assertion as they should be; what is given stands above them."""
    now = int(clock.now().timestamp())
    return {
        "iss": str(client_id),
        "sub": str(client_id),
        "aud": audience,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_urlsafe(16),
        **more,
    }


def form(assertion: str, **more: str) -> dict[str, str]:
    """Return the form with which a machine asks for a token."""
    return {"grant_type": GRANT, "client_assertion_type": ASSERTION, "client_assertion": assertion, **more}
