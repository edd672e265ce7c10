"""Answers that are the same for everybody: how long others may keep them, and those that are kept here.

Published figures never change, so an answer from them is written once and then sent from memory, before any operation
is asked and any thread is taken. An address that names a revision holds for ever; another one for a moment, after which
the first who asks looks whether there is a later revision, while all others still get what there was.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from threading import Lock

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from api.answers import SAME_FOR_ALL, etag

FOR_EVER = "public, max-age=31536000, immutable"
LOOKED_AT_AGAIN = 1.0
"""Seconds after which it is looked whether there is a later revision."""
LARGEST = 64 * 1024 * 1024
"""So many bytes are kept at most in each process; what was not asked for the longest goes first."""
KEPT = "/statistics/releases/"
"""How the addresses begin of which answers are kept."""
Key = tuple[str, bytes, str]
"""Path, query and what is accepted."""


@dataclass(slots=True)
class Kept:
    """One answer."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str
    published_at: datetime | None
    until: float | None
    """None: for ever."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; or that it did not change, to whoever has it."""
        if known(Headers(scope=scope), self.etag, self.published_at):
            headers = [one for one in self.headers if one[0] not in (b"content-length", b"content-type")]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class Memory:
    """What is kept in this process, of one installation."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0
        self._of: object = None
        self._lock = Lock()

    def answer(self, scope: Scope, path: str, of: object) -> Kept | None:
        """Return what is kept of this address; None when it has to be written, or looked at again."""
        if not path.startswith(KEPT):
            return None
        key = _key(scope, path)
        with self._lock:
            if self._of is not of:
                # Another installation, as in tests.
                self._kept.clear()
                self._of, self._size = of, 0
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
            now = time.monotonic()
            if kept.until is not None and kept.until < now:
                kept.until = now + LOOKED_AT_AGAIN
                return None
            return kept

    def keep(self, scope: Scope, path: str, kept: Kept) -> None:
        """Keep an answer."""
        key = _key(scope, path)
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += len(kept.body) - (len(before.body) if before else 0)
            self._kept[key] = kept
            while self._size > LARGEST and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone.body)


def _key(scope: Scope, path: str) -> Key:
    accepted = [value for name, value in scope["headers"] if name == b"accept"]
    return path, scope["query_string"], b",".join(accepted).decode("latin-1")


def known(headers: Headers, tag: str, published_at: datetime | None) -> bool:
    """Tell whether the caller has it already, by its tag or else by its day."""
    told = headers.get("if-none-match")
    if told is not None:
        return told.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in told.split(","))
    since = headers.get("if-modified-since")
    if since is None or published_at is None:
        return False
    try:
        return published_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for open data: in which types, and where the answer is kept."""

    request: Request

    @property
    def path(self) -> str:
        """The address below that of the API."""
        path: str = self.request.scope["path"]
        return path.removeprefix(self.request.scope.get("root_path", ""))

    def send(
        self,
        body: bytes,
        media_type: str,
        *,
        for_ever: bool = False,
        published_at: datetime | None = None,
        links: Iterable[str] = (),
        **headers: str,
    ) -> Response:
        """Answer with open data, and keep the answer."""
        tag = etag(body)
        told = {
            "Content-Type": media_type,
            **SAME_FOR_ALL,
            "ETag": tag,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if for_ever:
            told["Cache-Control"] = FOR_EVER
        if published_at is not None:
            told["Last-Modified"] = format_datetime(published_at, usegmt=True)
        if links:
            told["Link"] = ", ".join(links)
        response = Response(body, headers=told)
        until = None if for_ever else time.monotonic() + LOOKED_AT_AGAIN
        kept = Kept(response.raw_headers, body, tag, published_at, until)
        memory: Memory | None = self.request.scope.get("bsa.open_data")
        if memory is not None and self.path.startswith(KEPT):
            memory.keep(self.request.scope, self.path, kept)
        if known(self.request.headers, tag, published_at):
            shorter = {name: value for name, value in told.items() if name != "Content-Type"}
            return Response(status_code=304, headers=shorter)
        return response


async def asker(request: Request) -> Asker:
    """Return who asks."""
    return Asker(request)
