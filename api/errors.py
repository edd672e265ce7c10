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

log = logging.getLogger("bsa.api")


class MissingVersion(Refusal):
    """A change came without `If-Match`."""

    message = "Send If-Match with the ETag that you last saw, so that nobody's change is overwritten."


class MalformedVersion(Refusal):
    """`If-Match` holds no ETag of ours."""

    message = "If-Match must hold one strong ETag as this API gives it, in quotes."


class InsufficientScope(Refusal):
    """A machine's token does not open this operation; `scopes` are those that would."""

    message = "The token does not open this operation."

    def __init__(self, scopes: Sequence[str]) -> None:
        self.scopes = scopes
        words = f"Ask for one with a scope of: {', '.join(scopes)}." if scopes else "No machine may do this."
        super().__init__(f"{self.message} {words}")


STATUS: dict[type[Refusal], HTTPStatus] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    MalformedVersion: HTTPStatus.BAD_REQUEST,
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
    OutOfService: HTTPStatus.SERVICE_UNAVAILABLE,
    MovedTo: HTTPStatus.MOVED_PERMANENTLY,
}

TITLES: dict[int, str] = {
    400: "The input is not right",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "This method is not offered here",
    409: "It does not fit the present state",
    412: "Changed since you saw it",
    413: "Too large",
    415: "This content type is not taken",
    428: "The version is missing",
    429: "Too many attempts",
    500: "Something went wrong on our side",
    503: "Out of service",
}


def answer_with_problems(app: FastAPI) -> None:
    """Let an application answer every error as problem details."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unforeseen)


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem answer."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors is not None:
        body["errors"] = list(errors)
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=status,
        media_type="application/problem+json",
        headers=dict(headers or {}),
    )


def faults_of(error: RequestValidationError) -> list[dict[str, Any]]:
    """Return the faults of a request as `errors[]`: where (`in`, and a JSON pointer or a name), what, and a code."""
    found = []
    for fault in error.errors():
        place, *path = fault["loc"] or ("body",)
        if fault["type"] == "json_invalid":
            found.append({"in": "body", "detail": "This is not JSON.", "code": "json_invalid"})
            continue
        location = "/" + "/".join(str(part) for part in path) if place == "body" else ".".join(str(p) for p in path)
        entry = {"in": str(place), "detail": str(fault["msg"]), "code": str(fault["type"])}
        if path:
            entry["location"] = location
        found.append(entry)
    return found


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for nothing else
    status = STATUS[type(error)]
    headers: dict[str, str] = {}
    errors = None
    if isinstance(error, Invalid):
        errors = [_fault(fault) for fault in error.faults]
    if isinstance(error, Question):
        # Sent again with this field true, it is done.
        place = {"in": "query"} if request.method == "GET" else {"in": "body"}
        location = to_camel(error.answer) if request.method == "GET" else "/" + to_camel(error.answer)
        errors = [{**place, "location": location, "detail": str(error), "code": "question"}]
    if isinstance(error, NotSignedIn):
        token_sent = "authorization" in request.headers
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if token_sent else "Bearer"
    if isinstance(error, InsufficientScope):
        wanted = f', scope="{" ".join(error.scopes)}"' if error.scopes else ""
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope"{wanted}'
    if isinstance(error, TooManyAttempts):
        headers["Retry-After"] = error.facts["seconds"]
    if isinstance(error, MovedTo) and "resident_id" in request.path_params:
        headers["Location"] = request.url.path.replace(str(request.path_params["resident_id"]), error.key)
    return problem(status, str(error), errors=errors, headers=headers)


def _fault(fault: Fault) -> dict[str, Any]:
    # A cursor is the only thing in a query that the core itself refuses.
    entry = {
        "in": "query" if fault.code == "cursor" else "body",
        "detail": fault.message.format(**fault.facts),
        "code": fault.code,
    }
    if fault.where:
        entry["location"] = "/" + "/".join(
            to_camel(part) if isinstance(part, str) else str(part) for part in fault.where
        )
    return entry


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    return problem(400, "Something in what you sent is not right; `errors` names it all.", errors=faults_of(error))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    told = {
        404: "There is nothing here, or it is not yours to see.",
        405: "This method is not offered here; `Allow` names those that are.",
        413: "At most 1 MiB can be sent, and a file of at most 10 MB where one is taken.",
    }
    return problem(error.status_code, told.get(error.status_code, str(error.detail)), headers=error.headers)


def _unforeseen(request: Request, error: Exception) -> Response:
    # The kind of the error only: its text may hold what somebody sent.
    log.error("unforeseen %s at %s", type(error).__name__, getattr(request.scope.get("route"), "name", "-"))
    return problem(500, "Nothing was stored. Try again; if it stays, tell whoever runs this installation.")
