"""A partner's receiver for tests: it answers over a real socket and can be told to fail."""

import json
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

RESET = 0
"""In the place of a status: the connection is torn down."""


@dataclass
class Told:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def event(self) -> dict[str, Any]:
        """Return the CloudEvent in it."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """What came in, and how the next requests are answered."""

    url: str = ""
    came: list[Told] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Statuses and headers for the next messages, in order; after these each is taken."""
    always: int = 204
    allowed_origin: str | None = "*"
    seconds: float = 0.0
    """So long an answer takes."""
    drips: bool = False
    """The answer comes one sign at a time."""
    port: int = 0

    @property
    def messages(self) -> list[Told]:
        """Return the messages that came in, without the handshakes."""
        return [told for told in self.came if told.method == "POST"]

    @property
    def numbers(self) -> list[int]:
        """Return the order numbers of the messages, as they came in."""
        return [int(told.event["sequence"]) for told in self.messages]


class _Handler(BaseHTTPRequestHandler):
    def do_OPTIONS(self) -> None:
        receiver = self._note()
        headers = {} if receiver.allowed_origin is None else {"WebHook-Allowed-Origin": receiver.allowed_origin}
        self._answer(200, headers)

    def do_POST(self) -> None:
        receiver = self._note()
        status, headers = receiver.answers.pop(0) if receiver.answers else (receiver.always, {})
        time.sleep(receiver.seconds)
        if status == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        if receiver.drips:
            for sign in b"HTTP/1.1 200 OK\r\n":
                self.wfile.write(bytes([sign]))
                self.wfile.flush()
                time.sleep(0.1)
        self._answer(status, headers)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _note(self) -> Receiver:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            # Of a sender that was killed at it: half a request never came.
            raise ConnectionAbortedError
        receiver.came.append(Told(self.command, self.path, dict(self.headers.items()), body))
        return receiver

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a sender that went away."""


@contextmanager
def open_receiver() -> Iterator[Receiver]:
    """Open a receiver on this machine."""
    receiver = Receiver()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.receiver = receiver  # type: ignore[attr-defined]
        receiver.port = server.server_address[1]
        receiver.url = f"http://127.0.0.1:{receiver.port}/messages"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
