"""How the API refuses: problem details (RFC 9457), every fault of the input at once, nothing of how it is built."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException

from bsa.errors import (
    Conflict,
    Fault,
    Invalid,
    KeyReused,
    MovedTo,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OutOfService,
    Question,
    Refusal,
    Stale,
    TooManyAttempts,
)
from bsa.permissions import SCOPES, Actor
from bsa.traces import present_trace

log = logging.getLogger("bsa.api")


class MissingVersion(Refusal):
    """A change came without `If-Match`."""

    message = "Send If-Match with the ETag that you last saw, so that nobody's change is overwritten."


class MalformedVersion(Refusal):
    """`If-Match` holds no ETag of ours."""

    message = "If-Match must hold ETags as this API gives them, in quotes and with commas between, or `*`."


class MissingKey(Refusal):
    """Something that must be done once came without a key of the sender's own."""

    message = "Send Idempotency-Key with a key of your own for this one thing, so that sending it twice does it once."


class QuotaExceeded(Refusal):
    """More was asked than is taken from one caller; wait `seconds`."""

    message = "More was asked than is taken from one caller. Wait {seconds} seconds, as Retry-After says."

    def __init__(self, policy: str, seconds: int) -> None:
        self.policy = policy
        super().__init__(seconds=str(seconds))


class InsufficientScope(NotAllowed):
    """A machine's token does not open this operation; `scopes` are those that would."""

    message = "The token does not open this operation."

    def __init__(self, scopes: Sequence[str]) -> None:
        self.scopes = scopes
        words = f"Ask for one with a scope of: {', '.join(scopes)}." if scopes else "No machine may do this."
        super().__init__(f"{self.message} {words}")


STATUS: dict[type[Refusal], HTTPStatus] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    MalformedVersion: HTTPStatus.BAD_REQUEST,
    MissingKey: HTTPStatus.BAD_REQUEST,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    InsufficientScope: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Question: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    MissingVersion: HTTPStatus.PRECONDITION_REQUIRED,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    QuotaExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    OutOfService: HTTPStatus.SERVICE_UNAVAILABLE,
    MovedTo: HTTPStatus.MOVED_PERMANENTLY,
}

TITLES: dict[int, str] = {
    301: "It moved",
    400: "The input is not right",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "This method is not offered here",
    406: "No type that you accept is offered",
    409: "It does not fit the present state",
    412: "Changed since you saw it",
    413: "Too large",
    415: "This content type is not taken",
    422: "This key was used for something else",
    428: "The version is missing",
    429: "Too many attempts",
    500: "Something went wrong on our side",
    503: "Out of service",
}


CODES: dict[type[Refusal], str] = {
    Invalid: "invalid-input",
    MalformedVersion: "invalid-input",
    MissingKey: "key-missing",
    NotSignedIn: "not-signed-in",
    NotAllowed: "not-allowed",
    NotFound: "not-found",
    Conflict: "conflict",
    Question: "question",
    Stale: "stale",
    KeyReused: "key-reused",
    MissingVersion: "version-missing",
    TooManyAttempts: "too-many-requests",
    OutOfService: "out-of-service",
    MovedTo: "moved",
}
"""What a problem is called: the last part of the address of the page that explains it."""

OF_STATUS: dict[int, str] = {
    400: "invalid-input",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    500: "server-error",
    503: "out-of-service",
}
"""The same, for what the machinery below the operations refuses."""

NO_SCOPE = "insufficient-scope"
PROBLEMS = (*dict.fromkeys([*CODES.values(), *OF_STATUS.values(), NO_SCOPE]),)
"""Every problem that has a page."""

QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"


def answer_with_problems(app: FastAPI) -> None:
    """Let an application answer every error as problem details."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unforeseen)


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: Sequence[Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Return a problem answer; `code` is one of `PROBLEMS` or, of a problem that is known elsewhere, its address."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": _type(request, status, code), "title": title, "status": status, "detail": detail}
    trace = present_trace()
    if trace is not None:
        body["instance"] = trace.urn
    if errors is not None:
        body["errors"] = list(errors)
    return Response(
        json.dumps(body | more, ensure_ascii=False),
        status_code=status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def answered(request: Request, refusal: Refusal) -> Response:
    """Return the problem answer to a refusal, for what refuses before any operation is reached."""
    return _refusal(request, refusal)


def _type(request: Request, status: int, code: str | None) -> str:
    code = code or OF_STATUS.get(status)
    if code is None:
        return "about:blank"
    if ":" in code:
        return code
    return f"{str(request.app.state.database.settings.base_url).rstrip('/')}/problems/{code}"


def faults_of(error: RequestValidationError) -> list[dict[str, Any]]:
    """Return the faults of a request as `errors[]`: where (`in`, and a JSON pointer or a name), what, and a code."""
    found: list[dict[str, Any]] = []
    for fault in error.errors():
        place, *path = fault["loc"] or ("body",)
        if fault["type"] == "json_invalid":
            entry = {"in": "body", "detail": "This is not JSON.", "code": "json_invalid"}
        else:
            entry = {"in": str(place), "detail": str(fault["msg"]), "code": str(fault["type"])}
            if path:
                entry["location"] = pointer(path) if place == "body" else ".".join(str(part) for part in path)
        if entry not in found:
            found.append(entry)
    return found


def status_of(refusal: Refusal) -> HTTPStatus:
    """Return the status of a refusal; one that has no row of its own has that of the kind that it is of."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def pointer(path: Sequence[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a place in a body."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for nothing else
    status = status_of(error)
    headers: dict[str, str] = {}
    errors = None
    if isinstance(error, Invalid):
        errors = [_fault(fault) for fault in error.faults]
    if isinstance(error, Question):
        # Sent again with this field true, it is done.
        place = {"in": "query"} if request.method == "GET" else {"in": "body"}
        location = to_camel(error.answer) if request.method == "GET" else "/" + to_camel(error.answer)
        errors = [{**place, "location": location, "detail": str(error), "code": "question"}]
    code, more = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), None), {}
    if isinstance(error, NotSignedIn):
        token_sent = "authorization" in request.headers
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if token_sent else "Bearer"
    if isinstance(error, NotAllowed) and (scopes := _scopes_wanted(request)) is not None:
        code = NO_SCOPE
        asked = f', scope="{" ".join(scopes)}"' if scopes else ""
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope"{asked}'
    if isinstance(error, TooManyAttempts | QuotaExceeded):
        headers["Retry-After"] = error.facts["seconds"]
    if isinstance(error, OutOfService):
        headers["Retry-After"] = str(error.seconds)
    if isinstance(error, QuotaExceeded):
        code, more = QUOTA_EXCEEDED, {"violated-policies": [error.policy]}
    if isinstance(error, MovedTo) and "resident_id" in request.path_params:
        headers["Location"] = request.url.path.replace(str(request.path_params["resident_id"]), error.key)
    return problem(request, status, str(error), code=code, errors=errors, headers=headers, **more)


def _scopes_wanted(request: Request) -> list[str] | None:
    """Return the scopes that would open an operation, when the token of a machine has none of them."""
    actor: Actor | None = getattr(request.state, "actor", None)
    wanted = set(getattr(getattr(request.scope.get("route"), "endpoint", None), "permissions", ()))
    if actor is None or actor.scopes is None:
        return None
    opening = [scope for scope, opened in SCOPES.items() if wanted & opened]
    return [scope.value for scope in opening] if actor.scopes.isdisjoint(opening) else None


def _fault(fault: Fault) -> dict[str, Any]:
    # A cursor is the only thing in a query that the core itself refuses.
    entry = {
        "in": "query" if fault.code == "cursor" else "body",
        "detail": fault.message.format(**fault.facts),
        "code": fault.code,
    }
    if fault.where and entry["in"] == "query":
        entry["location"] = to_camel(str(fault.where[0]))
    elif fault.where:
        entry["location"] = pointer([to_camel(part) if isinstance(part, str) else part for part in fault.where])
    return entry


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    return problem(
        request, 400, "Something in what you sent is not right; `errors` names it all.", errors=faults_of(error)
    )


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    told = {
        404: "There is nothing here, or it is not yours to see.",
        405: "This method is not offered here; `Allow` names those that are.",
        413: "At most 1 MiB can be sent, and a file of at most 10 MB where one is taken.",
    }
    return problem(request, error.status_code, told.get(error.status_code, str(error.detail)), headers=error.headers)


def _unforeseen(request: Request, error: Exception) -> Response:
    # The kind of the error only: its text may hold what somebody sent.
    log.error("unforeseen %s at %s", type(error).__name__, getattr(request.scope.get("route"), "name", "-"))
    return problem(request, 500, "Nothing was stored. Try again; if it stays, tell whoever runs this installation.")
