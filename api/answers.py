"""What every answer of the API carries beside its body: the version as `ETag`, the next page as `Link`, `Location`."""

from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from bsa.shapes import Page, Resource

Operation = TypeVar("Operation", bound=Callable[..., Any])

_answer: ContextVar[list[Any]] = ContextVar("answer")


def etag(version: int) -> str:
    """Return the ETag of a version: it says what a change is based on."""
    return f'"{version}"'


def found_at(path: str) -> Callable[[Operation], Operation]:
    """Declare where what an operation makes is found, when that is not under the path to which it was sent."""

    def declare(operation: Operation) -> Operation:
        operation.found_at = path  # type: ignore[attr-defined]
        return operation

    return declare


class AnsweringRoute(APIRoute):
    """A route that reads the headers of an answer off the object that the operation returned."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _remembering(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the headers added to what it answers."""
        handle = super().get_route_handler()

        async def handle_and_add(request: Request) -> Response:
            remembered: list[Any] = []
            token = _answer.set(remembered)
            try:
                response = await handle(request)
            finally:
                _answer.reset(token)
            if remembered:
                _add_headers(request, response, remembered[0], getattr(self.endpoint, "found_at", None))
            return response

        return handle_and_add


def _remembering(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    if iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    def remember(*args: Any, **kwargs: Any) -> Any:
        result = endpoint(*args, **kwargs)
        _answer.get().append(result)
        return result

    return remember


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
