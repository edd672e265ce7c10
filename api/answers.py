"""What every answer of the API carries beside its body: `ETag`, the pages as `Link`, `Location`, how long it stays."""

import json
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import wraps
from hashlib import blake2b, sha256
from typing import Any, TypeVar, cast, get_type_hints
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData, UploadFile

from api.dependencies import SentKey, Session, key_in
from api.errors import MissingKey
from api.inputs import Fault, Inputs, read_strictly
from api.threads import OneThread
from bsa.permissions import Actor
from bsa.sendings import Kept, earlier_answer, keep_answer
from bsa.shapes import Page, Resource

Operation = TypeVar("Operation", bound=Callable[..., Any])


async def sent_key(key: SentKey = None) -> None:
    """Take a key of the sender's own with everything that is made."""


def etag(body: bytes, version: int | None = None) -> str:
    """Return the ETag of what was answered: the version, on which a change is based, and a digest of the whole.

    The digest is there because an answer also shows what its version does not count: others' names, what the calendar
    makes of it, what the caller may do.
    """
    digest = blake2b(body, digest_size=8).hexdigest()
    return f'"{digest}"' if version is None else f'"{version}.{digest}"'


def found_at(path: str) -> Callable[[Operation], Operation]:
    """Declare where what an operation makes is found, when that is not under the path to which it was sent."""

    def declare(operation: Operation) -> Operation:
        operation.found_at = path  # type: ignore[attr-defined]
        return operation

    return declare


def deprecated(*, since: date, sunset: date, instead: str) -> Callable[[Operation], Operation]:
    """Declare that an operation goes: not to be used from a day on, gone on another, and where one reads what instead.

    `docs/api-policy.md` says how long there must be between the two.
    """
    if sunset <= since:
        raise ValueError("An operation is offered for a while after it is said that it goes.")

    def declare(operation: Operation) -> Operation:
        operation.goes = {  # type: ignore[attr-defined]
            "Deprecation": f"@{int(_midnight(since).timestamp())}",
            "Sunset": format_datetime(_midnight(sunset), usegmt=True),
            "Link": f'<{instead}>; rel="deprecation"; type="text/html", <{instead}>; rel="sunset"; type="text/html"',
        }
        return operation

    return declare


def open_data(operation: Operation) -> Operation:
    """Declare that the answer of an operation is the same for everybody, and that others may keep it for a while."""
    operation.open_data = True  # type: ignore[attr-defined]
    return operation


def demands_key(operation: Operation) -> Operation:
    """Declare that an operation is only done under a key of the sender's own, so that sent twice it is done once."""
    operation.demands_key = True  # type: ignore[attr-defined]
    return operation


def tells_once(operation: Operation) -> Operation:
    """Declare that an answer holds a secret that is told once: sent again under its key, it is not told again."""
    operation.tells_once = True  # type: ignore[attr-defined]
    return operation


class Answer(Response):
    """An answer that still knows what the operation returned."""

    media_type = "application/json"

    def __init__(self, result: Any, content: bytes | None, status_code: int) -> None:
        super().__init__(content, status_code)
        self.result = result


@dataclass(slots=True)
class Doing:
    """What is known of a request before its operation is done, and under which key it is."""

    faults: list[Fault]
    key: str | None = None
    request: str = ""
    session: Session | None = None
    actor: Actor | None = None

    def earlier(self, arguments: Mapping[str, Any]) -> Response | None:
        """Return the answer that was given under the key before."""
        session, actor = arguments.get("session"), arguments.get("caller")
        if self.key is None or actor is None or session is None or not session.info["writes"]:
            return None
        kept = earlier_answer(session, actor, self.key, self.request)
        if kept is None:
            self.session, self.actor = session, actor
            return None
        return Response(kept.body or None, kept.status, kept.headers)

    def keep(self, response: Response, *, tells_once: bool) -> None:
        """Keep the answer under its key, in the transaction of what was done."""
        if self.key is None or self.session is None or self.actor is None:
            return
        told = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        kept = Kept(response.status_code, told, bytes(response.body).decode())
        keep_answer(self.session, self.actor, self.key, self.request, None if tells_once else kept)


SAME_FOR_ALL = {"Cache-Control": "public, max-age=300", "Vary": "Accept"}
"""What goes with open data: it is the same for everybody, and others may keep it for a while."""
KEPT_HEADERS = ("content-type", "location", "etag", "link")

_doing: ContextVar[Doing | None] = ContextVar("doing", default=None)


class AnsweringRoute(OneThread):
    """A route that reads the headers of an answer off the object that the operation returned."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._operation = endpoint
        if options.get("status_code") == 201 and options.get("methods") in (["POST"], {"POST"}):
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(sent_key)]
        if hasattr(endpoint, "goes"):
            options["deprecated"] = True
        super().__init__(path, _answering(endpoint, options.get("status_code") or 200), **options)

    def get_inner_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the headers added to what it answers."""
        inputs = Inputs(self.dependant, reads_itself="requestBody" in (self.openapi_extra or {}))
        handle = super().get_inner_handler()
        goes = getattr(self._operation, "goes", None)
        for_a_while = getattr(self._operation, "open_data", False)

        async def handle_and_add(request: Request) -> Response:
            if goes:
                request.scope["bsa.headers"].update(goes)
            doing = Doing(inputs.faults(request))
            if request.method == "POST" and "idempotency-key" in request.headers:
                with suppress(PydanticCustomError):
                    # A key that is none is refused by the parameter, with what else is wrong.
                    doing.key, doing.request = _under_key(request)
            _doing.set(doing)
            try:
                response = await handle(request)
            except RequestValidationError as error:
                raise _together(doing.faults, error) from None
            if isinstance(response, Answer):
                _add_headers(request, response, response.result, getattr(self._operation, "found_at", None))
                if for_a_while:
                    response.headers.update(SAME_FOR_ALL)
                if request.method == "GET" and _is_known(request, response):
                    return _unchanged(response)
                doing.keep(response, tells_once=getattr(self._operation, "tells_once", False))
            return response

        return handle_and_add


def _answering(operation: Callable[..., Any], status: int) -> Callable[..., Any]:
    """Do an operation, check what it returned and write it down."""
    returned = get_type_hints(operation, include_extras=True)["return"]
    demanded = hasattr(operation, "demands_key")
    shape = None if isinstance(returned, type) and issubclass(returned, Response) else TypeAdapter(returned)

    @wraps(operation)
    def answer(**arguments: Any) -> Response:
        doing = _doing.get()
        if doing is not None:
            if doing.faults:
                raise RequestValidationError(doing.faults)
            if demanded and arguments["key"] is None:
                raise MissingKey
            earlier = doing.earlier(arguments)
            if earlier is not None:
                return earlier
        result = operation(**arguments)
        if shape is None:
            return cast("Response", result)
        checked = shape.validate_python(result)
        # What had been made before is found, not made.
        told = 200 if getattr(result, "was_there", False) else status
        return Answer(result, None if status == 204 else shape.dump_json(checked, by_alias=True), told)

    answer.__signature__ = read_strictly(operation)  # type: ignore[attr-defined]
    return answer


def _under_key(request: Request) -> tuple[str | None, str]:
    """Return the key of a request, and in one text what was sent: the same however it is spaced or wrapped."""
    body: Any = getattr(request, "_body", b"")
    form: FormData | None = getattr(request.state, "form", None)
    if form is not None:
        body = sorted((name, _plain(value)) for name, value in form.multi_items())
    elif body:
        with suppress(ValueError, RecursionError):
            body = json.loads(body)
    seen = request.headers.get("if-match")
    said = [request.url.path, request.url.query, seen, body if not isinstance(body, bytes) else body.hex()]
    return key_in(request.headers["idempotency-key"]), json.dumps(said, sort_keys=True)


def _plain(value: str | UploadFile) -> str:
    if isinstance(value, str):
        return value
    value.file.seek(0)
    digest = sha256(value.file.read()).hexdigest()
    value.file.seek(0)
    return digest


def _together(faults: list[Fault], error: RequestValidationError) -> RequestValidationError:
    """Name at once what the shapes refuse and what else is wrong; of one place only what is said first."""
    places = {tuple(fault["loc"]) for fault in faults}
    return RequestValidationError([*faults, *(one for one in error.errors() if tuple(one["loc"]) not in places)])


def _add_headers(request: Request, response: Response, result: Any, found_at: str | None) -> None:
    if isinstance(result, Page):
        response.headers["Link"] = _link(request, result)
    elif request.method == "GET" or isinstance(result, Resource):
        response.headers["ETag"] = etag(bytes(response.body), getattr(result, "version", None))
    if response.status_code == 201 and getattr(result, "id", None) is not None:
        if found_at is not None:
            response.headers["Location"] = f"{request.scope['root_path']}{found_at}/{result.id}"
            return
        # When the path leads through the resource itself, a deed was done to it, and the resource is what came of it.
        before, through, _ = request.url.path.partition(f"/{result.id}")
        response.headers["Location"] = before + through if through else f"{before}/{result.id}"


def _link(request: Request, page: Page[Any]) -> str:
    """Lead to the pages of a list: all with the same filters, opaque cursors, and no counting."""
    path = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    same = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != "cursor"] if query else []
    first = f"<{path}?{urlencode(same)}>" if same else f"<{path}>"
    links = [f'{first}; rel="first"']
    if page.next_cursor:
        links.append(f'<{path}?{urlencode([*same, ("cursor", page.next_cursor)])}>; rel="next"')
    return ", ".join(links)


def _is_known(request: Request, response: Response) -> bool:
    """Tell whether the caller has the answer already; for this, unlike for a change, a weak tag is as good."""
    told = request.headers.get("if-none-match")
    tag = response.headers.get("etag")
    if told is None or tag is None:
        return False
    return told.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in told.split(","))


def _unchanged(response: Response) -> Response:
    names = ("ETag", *SAME_FOR_ALL)
    return Response(
        status_code=304, headers={name: response.headers[name] for name in names if name in response.headers}
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
