"""What every page is sent with, and the refusal of posts that another site made."""

from contextlib import suppress
from urllib.parse import urlsplit

from fastapi.responses import PlainTextResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import measured_here
from bsa.traces import begin_trace

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
NO_COOKIES = ("/api/", "/oauth/")


class Guard:
    """Refuses posts from other sites and puts the headers on every answer, also on one that failed.

    A browser says where a request comes from: `Sec-Fetch-Site`, or in older ones `Origin`. A request that changes
    something and says neither is refused. The API and the token endpoint are not asked: they take no cookies.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or answer with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin_trace()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in HEADERS.items()
                        if name.lower().encode() not in there
                    ),
                ]
            await send(message)

        if scope["method"] in SAFE or scope["path"].startswith(NO_COOKIES) or _same_site(Headers(scope=scope)):
            with suppress(Exception):
                # It was answered and named in the log by the handler; its text may hold what somebody sent.
                await self._app(measured_here(scope), receive, send_with_headers)
        else:
            refusal = PlainTextResponse("This came from another site and was refused.", status_code=403)
            await refusal(scope, receive, send_with_headers)


def _same_site(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")
