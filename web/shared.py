"""Answers that are the same for everybody: a cache between us and the readers may keep them for a moment."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from threading import Lock

from fastapi import Request, Response

from api.dependencies import Session, last_deed
from bsa import clock

FOR_ALL = "public, max-age=120"
"""Long enough that a crowd asks a cache and not us; short enough that what is withdrawn is gone when it matters."""
SECONDS = 10
"""So long we ourselves answer with what was made before, at the most, while nothing happened in the installation."""
MOST = 64
"""So many answers are kept; whichever was asked for longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that was made, with all that it hangs on."""

    stamp: Hashable
    at: float
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def answer(self) -> Response:
        """Answer with it once more."""
        response = Response(self.body)
        response.headers.update(dict(self.headers))
        return response


class Kept:
    """Public answers in the memory of this process.

    A list of two hundred promises takes a quarter of a second to draw, and a hundred readers come at once: each would
    have it drawn again. So it is drawn once for all of them, and the others wait for that one. Nothing is kept of an
    answer for somebody in particular; whoever asks says so. What is kept is not told once anything was done in the
    installation, whatever it was: every deed writes an event in its own transaction. Two deeds at the same moment can
    be written in another order than their keys; for that it is not told either after a few seconds.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def answer(self, session: Session, key: Hashable, make: Callable[[], Response]) -> Response:
        """Answer with what is kept under a key; when there is none, or it has grown old, make it."""
        # Asked before anything is read: what happens meanwhile makes this answer old at once.
        stamp = (last_deed(session), clock.today())
        with self._lock:
            making = self._making.setdefault(key, Lock())
            while len(self._making) > MOST:
                self._making.pop(next(iter(self._making)))
        made = self._fresh(key, stamp)
        if made is None:
            with making:
                made = self._fresh(key, stamp)
                if made is None:
                    return self._make(key, stamp, make)
        return made.answer()

    def _fresh(self, key: Hashable, stamp: Hashable) -> Made | None:
        with self._lock:
            made = self._made.get(key)
            if made is None or made.stamp != stamp or time.monotonic() - made.at > SECONDS:
                return None
            self._made.move_to_end(key)
            return made

    def _make(self, key: Hashable, stamp: Hashable, make: Callable[[], Response]) -> Response:
        began, response = time.monotonic(), make()
        if response.status_code == 200 and "set-cookie" not in response.headers:
            response.headers["ETag"] = etag_of(response)
            headers = tuple((name, value) for name, value in response.headers.items() if name != "content-length")
            with self._lock:
                self._made[key] = Made(stamp, began, bytes(response.body), headers)
                self._made.move_to_end(key)
                while len(self._made) > MOST:
                    self._made.popitem(last=False)
        return response


def made_once(request: Request, session: Session, key: Hashable, make: Callable[[], Response]) -> Response:
    """Answer with what is the same for everybody under this key, made once for many readers."""
    state = request.app.state
    if getattr(state, "kept_for", None) is not state.database:
        state.kept, state.kept_for = Kept(), state.database
    kept_here: Kept = state.kept
    return kept_here.answer(session, key, make)


def etag_of(response: Response) -> str:
    """Return the digest of an answer, by which who has it knows it again."""
    return f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'


def dated(response: Response, modified: datetime | None) -> Response:
    """Say when something of an answer changed last."""
    if modified is not None:
        response.headers["Last-Modified"] = format_datetime(modified.replace(microsecond=0), usegmt=True)
    return response


def kept(request: Request, response: Response) -> Response:
    """Let caches keep an answer; who has it already hears that nothing changed.

    That is told by the digest alone. By its day an answer from which something was taken back is older than the one
    before it, and whoever goes by days would keep what is no longer public.
    """
    response.headers["Cache-Control"] = FOR_ALL
    if "ETag" not in response.headers:
        response.headers["ETag"] = etag_of(response)
    seen = request.headers.get("if-none-match", "")
    if response.headers["ETag"] not in [tag.strip().removeprefix("W/") for tag in seen.split(",")]:
        return response
    told = {
        name: response.headers[name]
        for name in ("Cache-Control", "ETag", "Last-Modified", "Vary")
        if name in response.headers
    }
    return Response(status_code=304, headers=told)
