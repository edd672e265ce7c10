"""One request to a receiver: to an address that was looked at, within so many seconds, and no redirect followed."""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpcore2
from httpcore2 import NetworkBackend, NetworkStream, SyncBackend

from bsa.settings import Settings
from bsa.subscriptions.addresses import PrivateAddress, Resolve, allowed_address, look_up, networks_of
from bsa.subscriptions.models import DeliveryFault

TIMEOUT_SECONDS = 15.0
"""For a request in all, from looking up the name to the end of the answer that is read."""
MOST_READ = 1024
"""What a receiver says beyond its status is never kept, and beyond so many bytes not even read; keys are longer."""


@dataclass(frozen=True)
class Answer:
    """What came of a request: a status, or what went wrong before there was one."""

    milliseconds: int
    status: int | None = None
    fault: DeliveryFault | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    """The beginning of what was said."""


class Post:
    """Sends requests. Each has a connection of its own: a name is looked up, and looked at, every time."""

    def __init__(
        self,
        settings: Settings,
        resolve: Resolve = look_up,
        timeout: float = TIMEOUT_SECONDS,
        most_read: int = MOST_READ,
    ) -> None:
        self._most_read = most_read
        self._timeout = timeout
        self._settings = settings
        self._resolve = resolve
        self._trusted = ssl.create_default_context()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send one request and say what came of it; never raises for what a receiver does."""
        began = time.monotonic()
        until = began + self._timeout
        way = _Checked(self._settings, self._resolve, until)
        wait = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        status, fault, told, content = None, None, {}, b""
        try:
            with (
                httpcore2.ConnectionPool(ssl_context=self._trusted, network_backend=way, http2=False) as pool,
                pool.stream(
                    method,
                    url,
                    headers=[(name.encode(), value.encode()) for name, value in headers.items()],
                    content=body,
                    extensions={"timeout": wait},
                ) as response,
            ):
                status = response.status
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                content = _read_little(response, self._most_read)
        except PrivateAddress:
            fault = DeliveryFault.PRIVATE_ADDRESS
        except _UnknownHost:
            fault = DeliveryFault.UNKNOWN_HOST
        except (ValueError, TypeError):
            # No address at all; where keys are found an administrator types it.
            fault = DeliveryFault.UNKNOWN_HOST
        except _NotTrusted:
            fault = DeliveryFault.TLS
        except httpcore2.TimeoutException:
            fault = DeliveryFault.TIMEOUT
        except (httpcore2.ProtocolError, httpcore2.ReadError):
            fault = DeliveryFault.BROKEN_ANSWER
        except (httpcore2.NetworkError, httpcore2.UnsupportedProtocol, OSError):
            fault = DeliveryFault.UNREACHABLE
        spent = int((time.monotonic() - began) * 1000)
        return Answer(spent, status, None if status is not None else fault, told, content)


def _read_little(response: Any, most: int) -> bytes:
    """Read the beginning of what the receiver says, so that it sees a reader; the status counts whatever comes."""
    read = bytearray()
    with suppress(httpcore2.TimeoutException, httpcore2.ProtocolError, httpcore2.NetworkError):
        for part in response.iter_stream():
            read += part
            if len(read) > most:
                break
    return bytes(read)


class _UnknownHost(Exception):
    """Nobody knows the name."""


class _NotTrusted(Exception):
    """The certificate is not right, or there is no TLS at all."""


class _Checked(NetworkBackend):
    """Connects to the address that was looked at, and lets nothing last beyond the end of the request."""

    def __init__(self, settings: Settings, resolve: Resolve, until: float) -> None:
        self._networks, self._resolve, self._until = networks_of(settings), resolve, until

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        """Connect to what the name means now, if that is allowed."""
        try:
            address = allowed_address(host, port, self._networks, self._resolve)
        except (socket.gaierror, UnicodeError) as error:
            raise _UnknownHost from error
        stream = SyncBackend().connect_tcp(address, port, _left(self._until), local_address, socket_options)
        return _Timed(stream, self._until)


class _Timed(NetworkStream):
    """A connection on which everything together ends at one moment."""

    def __init__(self, stream: NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what comes, until the end."""
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, until the end."""
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        """Go on over TLS; the certificate must be that of the name, whatever address was connected to."""
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._until))
        except httpcore2.ConnectError as error:
            raise _NotTrusted from error
        return _Timed(stream, self._until)

    def get_extra_info(self, info: str) -> Any:
        """Say what the connection knows of itself."""
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    """Return the seconds until the end, or say that it has come."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left
