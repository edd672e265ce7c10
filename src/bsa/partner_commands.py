"""`bsa partner …`: a partner's system, played by this program beside an installation without real people."""

import json
import secrets
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from queue import Empty, Queue
from random import Random
from threading import Thread
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import typer

from bsa import clock
from bsa.clients.actions import register_client, revoke_client
from bsa.clients.granting import ASSERTION, GRANT
from bsa.clients.shapes import ClientIn
from bsa.clients.tokens import make_key, sign
from bsa.database import Database
from bsa.demo.partners import FEMKE, PRACTICE
from bsa.opening import CannotGoOn, DataOption, institution_named, opened_installation
from bsa.permissions import Scope
from bsa.referrals.models import FeedbackLevel
from bsa.settings import Mode
from bsa.subscriptions.signing import signed

partner = typer.Typer(no_args_is_help=True, help="Partners' systems, played to see what goes to and fro.")

SCOPES = [Scope.REFERRALS_READ, Scope.REFERRALS_WRITE, Scope.SUBSCRIPTIONS_MANAGE]
PUBLIC = ("kty", "crv", "x", "y", "kid", "alg", "use")
ANOTHER_AFTER = 120.0
"""Seconds after which somebody else is referred."""


@partner.command("simulate")
def simulate(
    at: Annotated[
        str | None, typer.Option("--at", metavar="URL", help="Where it is served; without it, where its settings say.")
    ] = None,
    institution: Annotated[str, typer.Option(help="Whose system is played: the name of an institution.")] = PRACTICE,
    minutes: Annotated[float, typer.Option(min=0.1, max=600, help="For so long.")] = 10,
    once: Annotated[
        bool, typer.Option("--once", help="Refer one person, and end when the first message about that has come.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Play a partner beside a demo that is served: refer made-up people, and say what is heard of them.

    It registers a system of its own and takes messages on a free port of this machine; at the end both are gone.
    """
    with opened_installation(data) as database:
        if database.settings.mode is Mode.PRODUCTION:
            raise CannotGoOn(
                "Made-up people are not referred to an installation with real ones. Play a partner beside a demo: "
                "bsa demo, and bsa partner simulate in another window."
            )
        address = (at or database.settings.address).rstrip("/")
        with closing(_Way(address)) as way:
            way.find_endpoint()
            with _registered(database, institution) as (client_id, key):
                way.sign_with(client_id, key)
                say(f"{institution} has a system at {address} now, and may {', '.join(SCOPES)}.")
                with suppress(KeyboardInterrupt), _subscribed(way) as came:
                    _play(way, came, time.monotonic() + minutes * 60, once=once)
    say("Over. The subscription has ended and the system is shut out.")


def say(words: str) -> None:
    """Say what happened, and when."""
    typer.echo(f"{datetime.now(UTC).astimezone(clock.HERE):%H:%M:%S}  {words}")


class _Way:
    """The way to the API of an installation that is served, with a token for each call."""

    def __init__(self, address: str) -> None:
        # Only here: no other command goes out.
        import httpx2

        self._http = httpx2.Client(base_url=address, timeout=60)
        self._lost = httpx2.TransportError
        self._address = address
        self._token, self._until = "", 0.0

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def find_endpoint(self) -> None:
        """Find where tokens are given."""
        found = self._ask("GET", "/.well-known/oauth-authorization-server")
        if found.status_code != 200:
            raise CannotGoOn(f"What answers at {self._address} gives no tokens itself, so no partner can be played.")
        self._endpoint = str(found.json()["token_endpoint"])

    def sign_with(self, client_id: UUID, key: dict[str, Any]) -> None:
        """Ask for tokens as this client, with this key."""
        self._client_id, self._key = str(client_id), key

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Call the API and return the answer; say in words what it refuses."""
        headers = {"Authorization": f"Bearer {self._bearer()}", **more.pop("headers", {})}
        answer = self._ask(method, f"/api/v1{path}", headers=headers, **more)
        if answer.status_code >= 400:
            problem = answer.json()
            more_words = "".join(f"\n{fault['detail']}" for fault in problem.get("errors", ()))
            raise CannotGoOn(f"{method} {path} was refused: {problem['detail']}{more_words}")
        return answer

    def _bearer(self) -> str:
        now = int(time.time())
        if now < self._until:
            return self._token
        claims = {"iss": self._client_id, "sub": self._client_id, "aud": self._endpoint, "iat": now, "exp": now + 60}
        assertion = sign(claims | {"jti": secrets.token_urlsafe(24)}, self._key, "ES256", "JWT")
        form = {"grant_type": GRANT, "client_assertion_type": ASSERTION, "client_assertion": assertion}
        answer = self._ask("POST", urlsplit(self._endpoint).path, data=form)
        told = answer.json()
        if answer.status_code != 200:
            raise CannotGoOn(
                f"{self._address} gives no token: {told['error_description']} Is it this installation that is served "
                "there? Name its folder with --data, and where it is served with --at."
            )
        self._token, self._until = told["access_token"], now + told["expires_in"] - 30
        return self._token

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            return self._http.request(method, path, **more)
        except self._lost:
            raise CannotGoOn(
                f"Nothing answers at {self._address}. Serve the demo first (bsa demo), or say with --at where it is."
            ) from None


class _Receiver(BaseHTTPRequestHandler):
    """Takes messages that carry the signature of the subscription."""

    server: "_Server"

    def do_OPTIONS(self) -> None:
        """Answer that messages are welcome."""
        say("Asked whether messages are welcome here. Said yes.")
        self._answer(200, {"WebHook-Allowed-Origin": self.headers.get("WebHook-Request-Origin", "*")})

    def do_POST(self) -> None:
        """Take a message."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            key, moment = UUID(self.headers["webhook-id"]), int(self.headers["webhook-timestamp"])
            wanted = signed([self.server.secret], key, datetime.fromtimestamp(moment, UTC), body)["webhook-signature"]
            if wanted not in self.headers["webhook-signature"].split():
                raise ValueError
            self.server.came.put(json.loads(body))
        except (ValueError, TypeError, AttributeError):
            say("A message came whose signature is not right. It was refused.")
            self._answer(401, {})
            return
        self._answer(204, {})

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    secret = ""
    came: "Queue[dict[str, Any]]"


@contextmanager
def _registered(database: Database, institution: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Register a system that is shut out at the end."""
    key = make_key("ES256")
    keys = {"keys": [{name: key[name] for name in PUBLIC if name in key}]}
    with database.writing() as session:
        told = ClientIn(
            name=f"Simulatie {secrets.token_hex(3)}",
            institution_id=institution_named(session, institution),
            scopes=SCOPES,
            keys=keys,
        )
        client_id = register_client(session, None, told).id
    try:
        yield client_id, key
    finally:
        with database.writing() as session:
            revoke_client(session, None, client_id, None)


@contextmanager
def _subscribed(way: _Way) -> Iterator["Queue[dict[str, Any]]"]:
    """Receive on a free port of this machine, and end the subscription at the end."""
    with _Server(("127.0.0.1", 0), _Receiver) as server:
        server.came = Queue()
        url = f"http://127.0.0.1:{server.server_address[1]}/messages"
        made = way.call("POST", "/subscriptions", json={"url": url}, headers={"Idempotency-Key": str(uuid4())}).json()
        server.secret = made["secret"]
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        say(f"Subscribed: messages come to {url}.")
        try:
            yield server.came
        finally:
            there = f"/subscriptions/{made['id']}"
            with suppress(CannotGoOn):
                way.call("DELETE", there, headers={"If-Match": way.call("GET", there).headers["ETag"]})
            server.shutdown()


def _play(way: _Way, came: "Queue[dict[str, Any]]", until: float, *, once: bool) -> None:
    """Refer somebody now and then, and follow what is heard of each, until it is over."""
    chance = Random()  # noqa: S311 - who is made up next needs no secret
    words = tomllib.loads(files("bsa.demo").joinpath("simulated.nl.toml").read_text(encoding="utf-8"))
    heard: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    next_at = 0.0
    while (now := time.monotonic()) < until:
        if now >= next_at and not (once and names):
            told = _made_up(chance, words)
            receipt = way.call("POST", "/referrals", json=told, headers={"Idempotency-Key": str(uuid4())}).json()
            names[receipt["id"]], heard[receipt["id"]] = told["resident"]["callName"], ["sent"]
            next_at = now + ANOTHER_AFTER
            say(f"Referred {told['resident']['callName']}: “{told['question']}” ({receipt['id']})")
            say(f"  To be seen by {receipt['seenBy']}, decided by {receipt['decideBy']}.")
            say(f"  What we may hear, by what was agreed: {told['feedback'].replace('_', ' ')}.")
        try:
            event = came.get(timeout=min(1.0, until - now))
        except Empty:
            continue
        _follow(way, event, names, heard)
        if once and any(len(path) > 1 for path in heard.values()):
            return


def _follow(way: _Way, event: dict[str, Any], names: dict[str, str], heard: dict[str, list[str]]) -> None:
    """Look where a message says, and say how it stands now."""
    key = event["dataref"].rpartition("/")[2]
    if key not in names:
        say(f"Message {event['sequence']}: {event['type']}, about something else of ours.")
        return
    feedback = way.call("GET", f"/referrals/{key}/feedback").json()
    path = heard[key]
    # Received is what the first message tells; the states follow as far as was agreed.
    path.append("received" if feedback["state"] == "requested" else feedback["state"].replace("_", " "))
    outcome = f" ({feedback['outcome'].replace('_', ' ')})" if feedback["outcome"] else ""
    say(f"{names[key]}: {' → '.join(dict.fromkeys(path))}{outcome}   [message {event['sequence']}, {event['type']}]")


def _made_up(chance: Random, words: dict[str, Any]) -> dict[str, Any]:
    """Return a referral of somebody who does not exist."""
    asked = chance.choice(words["asked"])
    scope = ["name", "contact", "question"]
    told = {
        "externalRef": f"SIM-{secrets.token_hex(4)}",
        "referrer": FEMKE.model_dump(mode="json", by_alias=True),
        "resident": {
            "callName": chance.choice(words["names"]),
            "contact": {"channel": "phone", "value": f"06 00 00 01 {chance.randrange(100):02}"},
        },
        "areaCode": "BU0114ZZ01",
        "question": asked["question"],
        "residentKnows": True,
        "feedback": chance.choice([FeedbackLevel.STATUS, FeedbackLevel.STATUS_AND_OUTCOME]).value,
    }
    if "view" in asked:
        told["referrerView"] = asked["view"]
        scope.append("referrer_view")
    consent = {"givenOn": clock.today().isoformat(), "how": "spoken", "byWhom": FEMKE.name, "scope": scope}
    return told | {"consentShare": consent}
