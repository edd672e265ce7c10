"""An authorisation server that is not ours: it publishes its keys on a real socket, and signs tokens with them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

from bsa import clock

from tests.machines import key_of, public, signed

AUDIENCE = "urn:example:bsa"


class AuthorisationServer(HTTPServer):
    """Publishes the keys in `keys`, and counts how often it is asked for them; broken, it answers 500."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.keys = [key_of("elsewhere")]
        self.asked = 0
        self.broken = False

    @property
    def issuer(self) -> str:
        """Its own name, as it stands in its tokens."""
        return f"http://127.0.0.1:{self.server_port}/realms/partners/"

    @property
    def jwks_url(self) -> str:
        """Where its keys are."""
        return f"{self.issuer}certs"

    def token(self, client: str, key: dict[str, Any] | None = None, **claims: Any) -> str:
        """Issue a token as such servers do: `typ` JWT, the client in `azp`."""
        now = int(clock.now().timestamp())
        told = {"iss": self.issuer, "aud": AUDIENCE, "azp": client, "exp": now + 300, "iat": now, "jti": "x" * 22}
        return signed(key or self.keys[0], told | {"scope": "openid ledger:read"} | claims, typ="JWT")


class _Answers(BaseHTTPRequestHandler):
    server: AuthorisationServer

    def do_GET(self) -> None:
        self.server.asked += 1
        body = json.dumps(public(*self.server.keys)).encode()
        self.send_response(500 if self.server.broken else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def authorisation_server() -> Iterator[AuthorisationServer]:
    """Let one answer."""
    with AuthorisationServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
