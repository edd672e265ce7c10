"""What holds for every answer of the API, also for one that failed, and what is answered before any operation is asked.

The headers that every answer carries, HEAD as a GET without its body, OPTIONS and the full `Allow`, the trace, and how
much one caller may ask. It stands around the whole application, so that also an unforeseen error comes out like this.
"""

from contextlib import suppress
from functools import cached_property
from re import Pattern

from fastapi import FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import measured_here
from api.errors import QuotaExceeded, answered, problem
from api.limits import Counter, Known, Policy, Use, address_in
from api.open_data import Kept, Memory
from bsa.traces import begin_trace

VERSION = "1.1.0"
"""Of the API, not of the software: the major is that of its path, and a break after the first release is a new one."""

HEADERS = {
    "API-Version": VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Vary": "Accept, Authorization",
}

ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
OPEN_TO_ALL = (b"access-control-allow-origin", b"*")
FOR_ALL = ("/public/", "/statistics/")
"""What is read at these addresses is for everybody."""
ORDER = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Envelope:
    """Stands around the API."""

    def __init__(self, app: ASGIApp, api: FastAPI, requests_a_minute: int) -> None:
        self._app = app
        self._api = api
        self._policy = Policy("caller", requests_a_minute)
        self._counter = Counter()
        self._known = Known()
        self._open_data = Memory()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with all that belongs to an answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = begin_trace(headers.get("traceparent"))
        method, path = scope["method"], _path_in(scope)
        token = _token_in(headers)
        use = Use(self._counter, self._caller(scope, token), self._policy.quota)
        own: dict[str, str] = {}
        # A copy: the server looks at its own, to know that no body follows on HEAD.
        scope = {
            **measured_here(scope),
            "method": "GET" if method == "HEAD" else method,
            "state": {**scope.get("state", {})},
            "app": self._api,
            "bsa.use": use,
            "bsa.headers": own,
            "bsa.open_data": self._open_data,
        }

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = {**use.headers(), **own, "traceparent": trace.parent}
                if message["status"] == 405:
                    told["Allow"] = self._allow(path)
                added = [(name.lower().encode(), value.encode()) for name, value in told.items()]
                there = [one for one in message["headers"] if one[0] != b"allow" or message["status"] != 405]
                names = {name for name, _ in there}
                if self._is_open(method, path):
                    added.append(OPEN_TO_ALL)
                message["headers"] = [
                    *there,
                    *(one for one in (*ENCODED, *added) if one[0] not in names or one[0] == b"link"),
                ]
                self._remember(scope, token)
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        before = self._before(scope, method, path, use)
        with suppress(Exception):
            # It was answered and named in the log by the handler; its text may hold what somebody sent.
            await (before or self._app)(scope, receive, send_with_headers)

    def _before(self, scope: Scope, method: str, path: str, use: Use) -> Response | Kept | None:
        """Return what is answered without asking any operation."""
        request = Request(scope)
        try:
            use.take(self._policy)
        except QuotaExceeded as refusal:
            return answered(request, refusal)
        if "\0" in path:
            return problem(request, 404, "There is nothing here, or it is not yours to see.")
        if method == "OPTIONS":
            allow = self._allow(path)
            if not allow:
                return problem(request, 404, "There is nothing here, or it is not yours to see.")
            return Response(status_code=204, headers={"Allow": allow})
        if method in ("GET", "HEAD"):
            return self._open_data.answer(scope, path, self._api.state.database)
        return None

    def _caller(self, scope: Scope, token: str | None) -> str:
        """Return who is asking: the account of a token that was found good, or else the address."""
        account = self._known.account(token) if token else None
        client = scope.get("client")
        return account or f"address {address_in(client[0] if client else '-')}"

    def _remember(self, scope: Scope, token: str | None) -> None:
        actor = scope.get("state", {}).get("actor")
        if token and actor is not None:
            self._known.remember(token, str(actor.id))

    def _allow(self, path: str) -> str:
        """Name every method that is offered at a path, whichever routes offer it."""
        offered: set[str] = set()
        for pattern, methods in self._offered:
            if pattern.match(path):
                offered |= methods
        if "GET" in offered:
            offered.add("HEAD")
        return ", ".join(method for method in ORDER if method in {*offered, "OPTIONS"}) if offered else ""

    @cached_property
    def _offered(self) -> list[tuple[Pattern[str], set[str]]]:
        return [
            (compile_path(context.path)[0], set(context.methods or ()))
            for context in iter_route_contexts(self._api.routes)
            if context.path and getattr(context, "methods", None)
        ]

    @staticmethod
    def _is_open(method: str, path: str) -> bool:
        """Tell whether any page of anybody may read the answer: the document, and what is public."""
        return path == "/openapi.json" or (method in ("GET", "HEAD") and path.startswith(FOR_ALL))


def _path_in(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _token_in(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
