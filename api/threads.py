"""One thread for a whole request: its session, who is calling, the operation, the access log and the commit."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

Result = TypeVar("Result")


class OneThread(APIRoute):
    """A route that is done in one thread from beginning to end; on the event loop only bodies come and answers go.

    FastAPI goes to a thread for each plain function and comes back. Each way there costs as much as a small statement;
    and whoever comes back with the lock of the one writer finds the threads taken by those who wait for that lock.
    So dependencies are coroutines that never wait for anything: here they are simply run to their end.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint if iscoroutinefunction(endpoint) else _as_coroutine(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, in a thread."""
        handle = self.get_inner_handler()

        async def handle_and_end(request: Request) -> Response:
            with ExitStack() as request.state.opened:
                return await handle(request)

        async def in_one_thread(request: Request) -> Response:
            if request.method not in ("GET", "HEAD"):
                await self.receive(request)
            return await run_in_threadpool(run_to_end, handle_and_end(request))

        return in_one_thread

    def get_inner_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what is done in the thread, before what was opened for the request is ended."""
        return super().get_route_handler()

    async def receive(self, request: Request) -> None:
        """Read what was sent; it is kept in the request, so that whoever asks for it later does not wait."""
        await request.body()


def opened(request: Request, what: AbstractContextManager[Result]) -> Result:
    """Open something for this request; it is ended in the same thread, before the answer leaves."""
    stack: ExitStack = request.state.opened
    return stack.enter_context(what)


def run_to_end(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that waits for nothing, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    coroutine.close()
    raise RuntimeError("Something waits in a request's thread: a dependency must be `async def` and wait for nothing.")


def _as_coroutine(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    async def done(**arguments: Any) -> Any:
        return operation(**arguments)

    return done
