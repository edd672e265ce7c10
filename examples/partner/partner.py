"""A tiny partner of an installation of BSA: it refers, hears what comes of it, and asks now and then.

    python partner.py keys                  make a pair of keys; hand jwks.json over, once
    python partner.py refer referral.json   refer somebody
    python partner.py listen URL            be told what happens, at this address of this machine
    python partner.py poll                  ask what changed since the last time
    python partner.py feedback ID           read what came of one referral

Two settings come from the environment, BSA_ADDRESS and CLIENT_ID; what must be remembered stands in files here.
"""

import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx2
from cloudevents.v1.http import CloudEvent, from_http
from joserfc import jwt
from joserfc.jwk import ECKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

ADDRESS = os.environ.get("BSA_ADDRESS", "http://127.0.0.1:8000")
PRIVATE, PUBLIC, POLLED = Path("private.json"), Path("jwks.json"), Path("polled.json")
TRIES = 5


class Partner:
    """Talks with one installation: fetches tokens by itself, and sends again what did not come through."""

    def __init__(self, client_id: str, key: ECKey) -> None:
        self._client_id, self._key = client_id, key
        self._token, self._until = "", 0.0
        self._http = httpx2.Client(base_url=ADDRESS, timeout=30)
        server = self._http.get("/.well-known/oauth-authorization-server").raise_for_status()
        self._token_endpoint: str = server.json()["token_endpoint"]

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        """Call the API; wait as long as it asks, and try again when the line breaks off.

        That is safe: reading changes nothing, and whatever makes something carries a key of its own.
        """
        for number in range(1, TRIES + 1):
            sent = {"Authorization": f"Bearer {self._bearer()}", **(headers or {})}
            try:
                answer = self._http.request(method, path, headers=sent, **more)
            except httpx2.TransportError:
                if number == TRIES:
                    raise
                time.sleep(2**number)
                continue
            if answer.status_code not in (429, 503) or number == TRIES:
                break
            time.sleep(float(answer.headers.get("Retry-After", 2**number)))
        if answer.is_error:
            # Problem details: one sentence for people, and all that is wrong with its place.
            raise SystemExit(json.dumps(answer.json(), indent=2, ensure_ascii=False))
        return answer

    def refer(self, told: dict[str, Any]) -> httpx2.Response:
        """Send a referral. The key follows from what is sent: after a crash the same referral has the same key."""
        key = str(uuid5(NAMESPACE_URL, json.dumps(told, sort_keys=True)))
        return self.call("POST", "/api/v1/referrals", {"Idempotency-Key": key}, json=told)

    def changed_since(self, moment: str) -> Iterator[dict[str, Any]]:
        """Go through what changed at or after a moment, page by page, in the order in which it changed."""
        answer = self.call("GET", "/api/v1/referrals", params={"updatedSince": moment})
        yield from answer.json()["items"]
        while "next" in answer.links:
            answer = self.call("GET", answer.links["next"]["url"])
            yield from answer.json()["items"]

    def _bearer(self) -> str:
        """Return a token; ask for another when it is nearly over. Each assertion counts once, for a minute."""
        if time.time() < self._until:
            return self._token
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self._client_id, "sub": self._client_id, "aud": self._token_endpoint}
        claims |= {"iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(32)}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key),
        }
        answer = self._http.post(self._token_endpoint, data=form)
        told = answer.json()
        if answer.is_error:
            raise SystemExit(f"No token: {told['error']}. {told['error_description']}")
        self._token, self._until = told["access_token"], now + told["expires_in"] - 30
        return self._token


class Receiver(BaseHTTPRequestHandler):
    """Takes messages: verifies each, answers at once, and leaves the work to others."""

    webhook: Webhook
    inbox: Queue[CloudEvent] = Queue()

    def do_OPTIONS(self) -> None:
        """Answer the handshake: yes, whoever asks may send messages here."""
        self._answer(200, {"WebHook-Allowed-Origin": self.headers["WebHook-Request-Origin"]})

    def do_POST(self) -> None:
        """Take a message that was signed with our secret; of what fails, the sender tries again."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.webhook.verify(body, headers)
        except WebhookVerificationError:
            self._answer(401, {})
            return
        self.inbox.put(from_http(headers, body))
        self._answer(204, {})

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def listen(partner: Partner, url: str) -> None:
    """Receive at this address, subscribe it, and say of each message what it is about, until interrupted."""
    place = urlsplit(url)
    with ThreadingHTTPServer((place.hostname or "", place.port or 80), Receiver) as server:
        made = partner.call("POST", "/api/v1/subscriptions", {"Idempotency-Key": str(uuid4())}, json={"url": url})
        Receiver.webhook = Webhook(made.json()["secret"])
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"listening at {url}", flush=True)
        known: set[str] = set()
        try:
            while True:
                event = Receiver.inbox.get()
                if event["id"] not in known:  # At least once: now and then a message comes twice.
                    known.add(event["id"])
                    # Only the path, so that the token goes nowhere else.
                    about = partner.call("GET", urlsplit(event["dataref"]).path).json()
                    print(event["sequence"], event["type"], about["id"], about["state"], flush=True)
        finally:
            etag = partner.call("GET", made.headers["Location"]).headers["ETag"]
            partner.call("DELETE", made.headers["Location"], {"If-Match": etag})


def poll(partner: Partner) -> None:
    """Say what changed since the last time. Both ends count: what is known already by its version is left out."""
    since, known = "2000-01-01T00:00:00Z", dict[str, int]()
    if POLLED.exists():
        since, known = json.loads(POLLED.read_text())
    for referral in partner.changed_since(since):
        if known.get(referral["id"]) != referral["version"]:
            print(referral["changedAt"], referral["id"], referral["state"])
        since, known[referral["id"]] = referral["changedAt"], referral["version"]
    POLLED.write_text(json.dumps([since, known]))


def make_keys() -> None:
    """Make a pair of keys, once: the private one stays here, the public one is handed over."""
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig"}, auto_kid=True)
    PRIVATE.touch(mode=0o600, exist_ok=False)
    PRIVATE.write_text(json.dumps(key.as_dict(private=True)))
    PUBLIC.write_text(json.dumps({"keys": [key.as_dict(private=False)]}, indent=2))


def main(command: str, *told: str) -> None:
    """Do what was asked."""
    if command == "keys":
        make_keys()
        return
    partner = Partner(os.environ["CLIENT_ID"], ECKey.import_key(json.loads(PRIVATE.read_text())))
    if command == "refer":
        receipt = partner.refer(json.loads(Path(told[0]).read_text())).json()
        print(receipt["id"], receipt["state"], "seen by", receipt["seenBy"], "decided by", receipt["decideBy"])
    elif command == "listen":
        listen(partner, told[0])
    elif command == "poll":
        poll(partner)
    elif command == "feedback":
        print(partner.call("GET", f"/api/v1/referrals/{told[0]}/feedback").text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    # Also who is stopped by a supervisor ends the subscription.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        main(*sys.argv[1:])
    except httpx2.TransportError as error:
        raise SystemExit(f"{ADDRESS} does not answer: {error}") from None
    except KeyboardInterrupt:
        pass
