"""What every answer of the API carries beside its body: the version as `ETag`, the next page as `Link`, `Location`."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from fastapi import Request, Response
from pydantic import TypeAdapter

from api.threads import OneThread
from bsa.shapes import Page, Resource

Operation = TypeVar("Operation", bound=Callable[..., Any])


def etag(version: int) -> str:
    """Return the ETag of a version: it says what a change is based on."""
    return f'"{version}"'


def found_at(path: str) -> Callable[[Operation], Operation]:
    """Declare where what an operation makes is found, when that is not under the path to which it was sent."""

    def declare(operation: Operation) -> Operation:
        operation.found_at = path  # type: ignore[attr-defined]
        return operation

    return declare


class Answer(Response):
    """An answer that still knows what the operation returned."""

    media_type = "application/json"

    def __init__(self, result: Any, content: bytes | None, status_code: int) -> None:
        super().__init__(content, status_code)
        self.result = result


class AnsweringRoute(OneThread):
    """A route that reads the headers of an answer off the object that the operation returned."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._operation = endpoint
        super().__init__(path, _answering(endpoint, options.get("status_code") or 200), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the headers added to what it answers."""
        handle = super().get_route_handler()

        async def handle_and_add(request: Request) -> Response:
            response = await handle(request)
            if isinstance(response, Answer):
                _add_headers(request, response, response.result, getattr(self._operation, "found_at", None))
            return response

        return handle_and_add


def _answering(operation: Callable[..., Any], status: int) -> Callable[..., Any]:
    """Do an operation, check what it returned and write it down."""
    shape = TypeAdapter(get_type_hints(operation, include_extras=True)["return"])

    @wraps(operation)
    def answer(**arguments: Any) -> Answer:
        result = operation(**arguments)
        checked = shape.validate_python(result)
        return Answer(result, None if status == 204 else shape.dump_json(checked, by_alias=True), status)

    return answer


def _add_headers(request: Request, response: Response, result: Any, found_at: str | None) -> None:
    if isinstance(result, Page) and result.next_cursor:
        following = request.url.include_query_params(cursor=result.next_cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    if isinstance(result, Resource):
        response.headers["ETag"] = etag(result.version)
    if response.status_code == 201 and getattr(result, "id", None) is not None:
        if found_at is not None:
            response.headers["Location"] = f"{request.scope['root_path']}{found_at}/{result.id}"
            return
        # When the path leads through the resource itself, a deed was done to it, and the resource is what came of it.
        before, through, _ = request.url.path.partition(f"/{result.id}")
        response.headers["Location"] = before + through if through else f"{before}/{result.id}"
