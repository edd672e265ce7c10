"""How pages refuse: a page in the visitor's language that says what happened and how to go on."""

import logging
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.errors import status_of
from bsa.errors import N_, MovedTo, NotSignedIn, OutOfService, Refusal
from web.guests import guest_of
from web.languages import translations
from web.pages import draw

log = logging.getLogger("bsa.web")

TITLES: dict[int, str] = {
    400: N_("Something is not right"),
    403: N_("This is not for you to do"),
    404: N_("There is nothing here"),
    405: N_("This cannot be done here"),
    409: N_("This does not fit the present state"),
    412: N_("Somebody changed this meanwhile"),
    413: N_("This is too large"),
    429: N_("Wait a moment"),
    500: N_("Something went wrong on our side"),
    503: N_("Out of service for a moment"),
}

DETAILS: dict[int, str] = {
    400: N_("The address or the form holds something that cannot be read. Go back and try again."),
    404: N_("There is nothing at this address, or it is not yours to see."),
    405: N_("Go back and use the buttons on the page."),
    413: N_("At most 1 MiB can be sent at once."),
    500: N_("Nothing was stored. Try again; if it stays, tell whoever runs this installation."),
}


def answer_with_pages(app: FastAPI) -> None:
    """Let an application answer every error as a page."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unforeseen)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for nothing else
    if isinstance(error, NotSignedIn):
        return _to_sign_in(request)
    if isinstance(error, MovedTo):
        return _to_the_other(request, error.key)
    status = status_of(error)
    response = _page(request, status, error.message, error.facts)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = error.facts["seconds"]
    if isinstance(error, OutOfService):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _to_the_other(request: Request, key: str) -> Response:
    """Send somebody on to the same page of the resident into whom this one was merged; after a post, to the record."""
    merged = str(request.path_params.get("resident_id", ""))
    path = request.url.path
    here = path.replace(merged, key) if merged and request.method == "GET" else f"/residents/{key}"
    return RedirectResponse(here, status_code=303)


def _to_sign_in(request: Request) -> Response:
    """Send somebody to the sign-in page, and back afterwards when it was only looking."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = "/sign-in" + (f"?next={quote(back)}" if request.method == "GET" and back != "/" else "")
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _invalid_request(request: Request, error: Exception) -> Response:
    return _page(request, 400, DETAILS[400], {})


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    response = _page(request, error.status_code, DETAILS.get(error.status_code, DETAILS[400]), {})
    response.headers.update(error.headers or {})
    return response


def _unforeseen(request: Request, error: Exception) -> Response:
    # The kind of the error only: its text may hold what somebody sent.
    log.error("unforeseen %s at %s", type(error).__name__, getattr(request.scope.get("route"), "name", "-"))
    return _page(request, 500, DETAILS[500], {})


def _page(request: Request, status: int, detail: str, facts: dict[str, str]) -> Response:
    say = translations(guest_of(request).language).gettext
    title = TITLES.get(status, TITLES[400])
    return draw(request, "error.html", status, title=say(title), detail=say(detail).format(**facts))
