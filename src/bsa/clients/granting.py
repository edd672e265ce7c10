"""The token endpoint: a machine proves with its own key who it is, and is given a token for a few minutes.

Client credentials with `private_key_jwt` (RFC 6749, RFC 7523, the Dutch OAuth profile), and nothing else.
"""

import json
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bsa import clock
from bsa.clients.actions import ALGORITHM, keep_signing_key, see_client
from bsa.clients.keys import key_for
from bsa.clients.models import Client, UsedAssertion
from bsa.clients.queries import find_active, scopes_of, signing_keys
from bsa.clients.shapes import GrantedToken
from bsa.clients.tokens import LEEWAY, BadToken, Unproved, open_token, prove, sign
from bsa.database import Database
from bsa.permissions import Scope
from bsa.sealing import open_rows

GRANT = "client_credentials"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 300
"""Seconds for which an assertion may hold."""
RANDOM_ENOUGH = re.compile(r"[\x21-\x7e]{22,255}")
"""A `jti` of 128 bits takes 22 signs in base64url."""
NOT_KNOWN = "The client is not known here, or the signature does not fit one of its keys."


class Refused(Exception):
    """The request for a token is refused, with a code of RFC 6749 §5.2 and words for whoever builds the machine."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        super().__init__(words)


def grant(database: Database, sent: Mapping[str, Sequence[str]]) -> GrantedToken:
    """Give the machine that asks a token, or raise `Refused`."""
    client_id = _form(sent)
    token = _read(_one(sent, "client_assertion", required=True), client_id, database)
    with database.reading() as session:
        _find(session, token)
    with database.writing() as session:
        # Again: it may have been shut out in between, and now nobody else writes about it.
        client = _find(session, token)
        scopes = _scopes(client, _one(sent, "scope"))
        _use_up(session, client, token)
        see_client(session, client.id)
        return issue_access_token(session, client, scopes)


def issue_access_token(session: Session, client: Client, scopes: list[Scope]) -> GrantedToken:
    """Issue a machine a token, signed with the present key of this installation."""
    settings, now = session.info["settings"], int(clock.now().timestamp())
    seconds = settings.access_token_minutes * 60
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "sub": str(client.id),
        "azp": str(client.id),
        "client_id": str(client.id),
        "iat": now,
        "exp": now + seconds,
        "jti": secrets.token_urlsafe(16),
        "scope": " ".join(scopes),
    }
    return GrantedToken(token=sign(claims, _signing_key(session), ALGORITHM, "at+jwt"), seconds=seconds, scopes=scopes)


def _form(sent: Mapping[str, Sequence[str]]) -> str | None:
    """Check what was sent beside the assertion; return the client id, if it was named."""
    if _one(sent, "grant_type", required=True) != GRANT:
        raise Refused("unsupported_grant_type", f"Send grant_type={GRANT}.")
    if _one(sent, "client_assertion_type") != ASSERTION or "client_secret" in sent:
        raise Refused("invalid_client", f"Send client_assertion_type={ASSERTION}, and no client_secret.")
    return _one(sent, "client_id")


def _one(sent: Mapping[str, Sequence[str]], name: str, *, required: bool = False) -> str | None:
    values = [value for value in sent.get(name, ()) if value]
    if len(values) > 1:
        raise Refused("invalid_request", f"Send {name} once.")
    if required and not values:
        code = "invalid_client" if name == "client_assertion" else "invalid_request"
        raise Refused(code, f"Send {name}.")
    return values[0] if values else None


def _read(assertion: str | None, client_id: str | None, database: Database) -> Unproved:
    """Read an assertion and refuse one that could never count; nothing of this tells whether the client exists."""
    try:
        token = open_token(assertion or "")
        name = token.text("iss")
        if token.text("sub") != name or client_id not in (None, name):
            raise BadToken("iss and sub must both be the client id.")
        if database.settings.token_endpoint not in token.names("aud"):
            raise BadToken(f"aud must be {database.settings.token_endpoint}.")
        now = clock.now().timestamp()
        token.in_force(now)
        if token.second("iat") > now + LEEWAY:
            raise BadToken("iat lies in the future. Is your clock right?")
        if token.second("exp") > now + LONGEST + LEEWAY:
            raise BadToken("exp may lie 5 minutes ahead at most.")
        if not RANDOM_ENOUGH.fullmatch(token.text("jti")):
            raise BadToken("jti must hold 128 random bits, at least 22 visible signs.")
    except BadToken as error:
        raise Refused("invalid_client", f"The client assertion is not right. {error}") from None
    return token


def _find(session: Session, token: Unproved) -> Client:
    """Return the machine that signed the assertion.

    One that is not known is checked against a key that nobody has: it takes as long, and the words are the same.
    """
    client = find_active(session, token.text("iss"))
    key = key_for(client.keys, token.header.get("kid"), clock.now().timestamp()) if client else None
    proved = prove(token, key or DECOYS[token.header["alg"]])
    if client is None or key is None or not proved:
        raise Refused("invalid_client", NOT_KNOWN)
    return client


def _scopes(client: Client, wanted: str | None) -> list[Scope]:
    registered = scopes_of(client.scopes)
    if wanted is None:
        return registered
    words = wanted.split(" ")
    if not set(words) <= {scope.value for scope in registered}:
        raise Refused("invalid_scope", f"This client may ask for: {' '.join(registered)}.")
    return [scope for scope in registered if scope.value in words]


def _use_up(session: Session, client: Client, token: Unproved) -> None:
    """Write down that the assertion was used; refuse one that was used before."""
    digest = sha256(f"{client.id}|{token.text('jti')}".encode()).hexdigest()
    ends_at = datetime.fromtimestamp(token.second("exp") + 2 * LEEWAY, UTC)
    session.add(UsedAssertion(digest=digest, ends_at=ends_at))
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise Refused("invalid_client", "This assertion was used before (jti). Make a new one each time.") from None


def _signing_key(session: Session) -> dict[str, str]:
    """Return the private key that signs now; the first time it is made."""
    present = next(iter(signing_keys(session)), None)
    if present is None or present.private is None:
        keep_signing_key(session)
        present = signing_keys(session)[0]
    open_rows(session, [present])
    found: dict[str, str] = json.loads(present.private or "{}")
    return found


DECOY_RSA = {
    "kty": "RSA",
    "e": "AQAB",
    # An odd number of 2048 bits: to check a signature against it takes as long as against a real key.
    "n": urlsafe_b64encode(b"\xff" * 255 + b"\xef").rstrip(b"=").decode(),
}
DECOY_EC = {
    "kty": "EC",
    "crv": "P-256",
    # The base point of the curve.
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
DECOYS = {"RS256": DECOY_RSA, "PS256": DECOY_RSA, "ES256": DECOY_EC}
"""Against these an assertion of a machine that is not known here is checked: nobody is let in by them."""
