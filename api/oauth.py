"""How a partner's machine gets a token: an application of its own at /oauth, and what it tells of itself.

RFC 6749, RFC 7523 and RFC 8414, for the one grant that machines need. It speaks as those say, not with our problems.
When tokens come from an authorisation server elsewhere, there is nothing here but a word about where.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from api.limits import Count, Counter, Policy, address_in
from bsa.clients.granting import GRANT, Refused, grant
from bsa.clients.queries import signing_keys
from bsa.clients.tokens import ALGORITHMS
from bsa.database import Database
from bsa.errors import OutOfService
from bsa.permissions import Scope

log = logging.getLogger("bsa.oauth")

LARGEST_FORM = 32 * 1024
HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
KEPT_A_WHILE = {**HEADERS, "Cache-Control": "public, max-age=300", "Pragma": ""}
REQUESTS = Policy("tokens", 60)
"""From one address, in a minute: a machine asks for one in ten."""


def create_oauth(database: Database) -> FastAPI:
    """Make the application that gives machines their tokens."""
    oauth = FastAPI(
        title="BSA tokens",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    oauth.state.database = database
    oauth.state.counter = Counter()
    oauth.add_exception_handler(HTTPException, _http_error)
    oauth.add_exception_handler(OutOfService, _out_of_service)
    oauth.add_exception_handler(Exception, _unforeseen)
    oauth.router.routes.extend(
        [
            Route("/token", give_token, methods=["POST"], name="oauth.token"),
            Route("/jwks.json", show_keys, methods=["GET"], name="oauth.keys"),
        ]
    )
    return oauth


def well_known() -> list[Route]:
    """Return the routes under /.well-known/ by which a machine finds where to ask for a token."""
    return [
        Route("/.well-known/oauth-authorization-server", show_server, methods=["GET"], name="oauth.server"),
        Route("/.well-known/openid-configuration", show_server, methods=["GET"], name="oauth.configuration"),
        Route("/.well-known/oauth-protected-resource/api/v1", show_resource, methods=["GET"], name="oauth.resource"),
    ]


async def give_token(request: Request) -> Response:
    """Give a machine a token for a few minutes, when it proves with its own key who it is."""
    database = _here(request)
    count = request.app.state.counter.take(REQUESTS, address_in(request.client.host if request.client else "-"))
    answer = await _answer(request, database, count)
    answer.headers["RateLimit-Policy"], answer.headers["RateLimit"] = str(REQUESTS), str(count)
    return answer


async def _answer(request: Request, database: Database, count: Count) -> Response:
    if count.left < 0:
        words = f"Wait {count.seconds} seconds. A token holds for minutes: ask for another when it is nearly over."
        return _refusal("slow_down", words, 429, {"Retry-After": str(count.seconds)})
    if request.url.query:
        return _refusal("invalid_request", "Send everything in the body: an address is written down on its way.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return _refusal("invalid_request", "Send a form, as application/x-www-form-urlencoded.")
    body = await request.body()
    if len(body) > LARGEST_FORM:
        return _refusal("invalid_request", "This is too large.", 413)
    try:
        sent = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=20)
        granted = await run_in_threadpool(grant, database, sent)
    except ValueError:
        return _refusal("invalid_request", "The form cannot be read.")
    except Refused as refusal:
        return _refusal(refusal.code, str(refusal), 401 if refusal.code == "invalid_client" else 400)
    return _json(
        {
            "access_token": granted.token,
            "token_type": "Bearer",
            "expires_in": granted.seconds,
            "scope": " ".join(granted.scopes),
        }
    )


async def show_keys(request: Request) -> Response:
    """Show the public keys that prove our tokens."""
    return _json({"keys": await run_in_threadpool(_public_keys, _here(request))}, headers=KEPT_A_WHILE)


async def show_server(request: Request) -> Response:
    """Tell what this authorisation server can do (RFC 8414)."""
    settings = _here(request).settings
    told: dict[str, Any] = {
        "issuer": settings.token_issuer,
        "token_endpoint": settings.token_endpoint,
        "jwks_uri": f"{settings.address}/oauth/jwks.json",
        "scopes_supported": [scope.value for scope in Scope],
        "response_types_supported": [],
        "grant_types_supported": [GRANT],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [*ALGORITHMS],
        "service_documentation": str(settings.contact_url),
    }
    return _json(told, headers=KEPT_A_WHILE)


async def show_resource(request: Request) -> Response:
    """Tell who issues the tokens that the API takes (RFC 9728)."""
    settings = request.app.state.database.settings
    told: dict[str, Any] = {
        "resource": f"{settings.address}/api/v1",
        "authorization_servers": [settings.token_issuer],
        "scopes_supported": [scope.value for scope in Scope],
        "bearer_methods_supported": ["header"],
    }
    return _json(told, headers=KEPT_A_WHILE)


def _here(request: Request) -> Database:
    """Return the database of an installation that issues tokens itself; elsewhere there is nothing here."""
    database: Database = request.app.state.database
    if database.settings.oauth_issuer is not None:
        raise HTTPException(404)
    return database


def _public_keys(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [key.public for key in signing_keys(session)]


def _json(told: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] = HEADERS) -> Response:
    sent = {name: value for name, value in headers.items() if value}
    return Response(json.dumps(told), status_code=status, media_type="application/json", headers=sent)


def _refusal(code: str, words: str, status: int = 400, headers: Mapping[str, str] | None = None) -> Response:
    # Quotes and other languages' signs are not allowed in these words.
    plain = words.replace('"', "'").encode("ascii", "replace").decode()
    return _json({"error": code, "error_description": plain}, status, {**HEADERS, **(headers or {})})


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    return _refusal("invalid_request", "This is not offered here.", error.status_code, error.headers)


def _out_of_service(request: Request, error: Exception) -> Response:
    assert isinstance(error, OutOfService)  # noqa: S101 - registered for nothing else
    return _refusal("temporarily_unavailable", str(error), 503, {"Retry-After": str(error.seconds)})


def _unforeseen(request: Request, error: Exception) -> Response:
    # The kind of the error only: its text may hold what somebody sent.
    log.error("unforeseen %s at the token endpoint", type(error).__name__)
    return _refusal("server_error", "Nothing was stored. Try again.", 500)
