"""The limit: as little as can stand between a request and its rows, with everything that the application must do.

Bare Starlette, the driver itself, SQL as text, orjson (or, where it is not installed, pydantic's serializer), one hop
to a thread for a request. It asks for the token, the rows and the keys, unwraps the keys, opens the cells, and writes
the access log in one transaction before the answer leaves. No objects, no checks, no rights beyond the areas.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

from bsa.settings import Settings

dumps: Callable[[object], bytes]
try:
    from orjson import dumps  # type: ignore[import-not-found, no-redef, unused-ignore]
except ImportError:
    from pydantic_core import to_json as dumps

HERE = ZoneInfo("Europe/Amsterdam")
NOBODY = UUID(int=0)
Row = Sequence[Any]

TOKEN = """
SELECT account.id, access_token.purpose,
  (SELECT {joined_role} FROM account_role WHERE account_id = account.id),
  (SELECT {joined_area} FROM area_inclusion JOIN account_area ON account_area.area_id = area_inclusion.outer_id
   WHERE account_area.account_id = account.id)
FROM access_token JOIN account ON account.id = access_token.account_id
WHERE account.active AND token_digest = {0} AND ends_at > {0} AND revoked_at IS NULL"""

RESIDENTS = """
SELECT resident.id, resident.version, resident.call_name, resident.level, resident.area_id, area.name,
  last_contact_on, restricted_on, account.id, account.display_name, EXISTS
    (SELECT 1 FROM resident_worker WHERE resident_id = resident.id AND account_id = {0} AND until_on IS NULL)
FROM (
  SELECT * FROM resident
  WHERE (area_id IN ({areas}) AND restricted_on IS NULL OR EXISTS
      (SELECT 1 FROM resident_worker WHERE resident_id = resident.id AND account_id = {0} AND until_on IS NULL))
    AND merged_into_id IS NULL
  ORDER BY last_contact_on DESC, id DESC LIMIT 51
) AS resident
JOIN area ON area.id = resident.area_id
LEFT JOIN account ON account.id = (
  SELECT account_id FROM resident_worker
  WHERE resident_id = resident.id AND part = 'assigned' AND until_on IS NULL ORDER BY from_on, id LIMIT 1)
ORDER BY last_contact_on DESC, resident.id DESC"""

COMMITMENT = """
SELECT commitment.id, commitment.version, ask_id, initiative_id, initiative.title, commitment.area_id, area.name,
  institution_id, institution.name, promise, residents_words, mandate, visibility,
  CASE WHEN {over} THEN 'judged' ELSE state END,
  CASE WHEN {over} THEN outcome_at_close ELSE outcome END,
  first_due_on, due_on, claimed_on, state <> 'withdrawn' AND claimed_on IS NULL AND due_on < {0}
    AND coalesce(CASE WHEN {over} THEN outcome_at_close ELSE outcome END, 'unjudged') = 'unjudged',
  moved_count, reopened_count"""
OVER = "(window_until < {0} AND outcome IS NULL AND state IN ('proposed', 'confirmed', 'running', 'claimed'))"
JOINED = """
JOIN initiative ON initiative.id = commitment.initiative_id
JOIN area ON area.id = commitment.area_id
JOIN institution ON institution.id = commitment.institution_id"""
COMMITMENTS = f"""{COMMITMENT}
FROM (SELECT * FROM commitment WHERE area_id IN ({{areas}}) ORDER BY due_on, id LIMIT 51) AS commitment {JOINED}
ORDER BY due_on, commitment.id"""
ONE_COMMITMENT = f"""{COMMITMENT}, sign, commitment.created_at, commitment.changed_at
FROM commitment {JOINED} WHERE commitment.id = {{0}} AND commitment.area_id IN ({{areas}})"""
EVENTS = """
SELECT commitment_event.id, number, kind, happened_on, on_behalf_of, source, words, due_on, residents_agreed, kept,
  partly, not_kept, account.id, account.display_name
FROM commitment_event JOIN account ON account.id = entered_by_id WHERE commitment_id = {0} ORDER BY number"""
KEYS = "SELECT owner_id, wrapped_by, wrapped FROM data_key WHERE owner_id IN ({keys})"
LOG = """
INSERT INTO access_line (id, created_at, reading_id, account_id, purpose, operation, residents, resident_id)
VALUES ({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0})"""

ITEM = ("id", "version", "callName", "level", "areaId", "areaName", "lastContactOn", "restricted", "workerName", "mine")
PROMISE = (
    *("id", "version", "askId", "initiativeId", "initiativeTitle", "areaId", "areaName", "institutionId"),
    *("institutionName", "promise", "residentsWords", "mandate", "visibility", "state", "outcome", "firstDueOn"),
    *("dueOn", "claimedOn", "late", "movedCount", "reopenedCount"),
)
EVENT = (
    *("id", "number", "kind", "happenedOn", "onBehalfOf", "source", "words", "dueOn", "residentsAgreed"),
    *("kept", "partly", "notKept", "enteredBy"),
)


class Place:
    """The database of one thread: a connection to the rows and one to the keys."""

    def __init__(self, settings: Settings) -> None:
        self.lite = settings.database_url.startswith("sqlite")
        if self.lite:
            self.rows = _sqlite(settings.database_url, settings.database_key)
            self.keys = _sqlite(settings.keys_url, settings.keys_database_key)
        else:
            self.rows = psycopg.connect(_address(settings.database_url), autocommit=True)
            self.keys = psycopg.connect(_address(settings.keys_url), autocommit=True)
        self.mark = "?" if self.lite else "%s"
        self.joined = "group_concat({}, ' ')" if self.lite else "string_agg({}::text, ' ')"

    def key(self, value: UUID) -> object:
        """Return a key as the driver wants it."""
        return value.hex if self.lite else value

    def ask(self, connection: Any, query: str, values: Sequence[object] = (), **parts: str) -> list[Row]:
        """Ask one statement."""
        text = query.format(self.mark, **parts)
        return connection.execute(text, values).fetchall()  # type: ignore[no-any-return]

    def uuid(self, value: Any) -> UUID:
        """Return a key that the driver gave."""
        return UUID(value) if self.lite else value


class Limit:
    """The four answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ring = {name: AESGCM(key) for name, key in settings.ring.keys.items()}
        self._threads = threading.local()
        self._staff = self._open_keys(self._place(), [NOBODY])[NOBODY]
        self._logging = threading.Lock()

    def residents(self, request: Request) -> Response:
        """Answer with a list of 50 residents."""
        place = self._place()
        me, areas, purpose = self._caller(place, request)
        rows = place.ask(place.rows, RESIDENTS, [me, *areas, me], areas=_marks(place, areas))[:50]
        ids = [place.uuid(row[0]) for row in rows]
        keys = self._open_keys(place, ids)
        items = []
        for key, row in zip(ids, rows, strict=True):
            name = _open(keys[key], row[2], "resident", "call_name", key, key)
            worker = place.uuid(row[8])
            worker_name = _open(self._staff, row[9], "account", "display_name", worker, NOBODY)
            values = (key, row[1], name, row[3], place.uuid(row[4]), row[5], row[6], row[7] is not None, worker_name)
            items.append(dict(zip(ITEM, (*values, bool(row[10])), strict=True)))
        self._log(place, me, purpose, ids)
        return _answer({"items": items})

    def commitments(self, request: Request) -> Response:
        """Answer with a list of 50 commitments."""
        place = self._place()
        _, areas, _ = self._caller(place, request)
        rows = self._promises(place, COMMITMENTS, areas, areas)[:50]
        return _answer({"items": [_promise(place, row) for row in rows]})

    def commitment(self, request: Request) -> Response:
        """Answer with one commitment and its events."""
        place = self._place()
        _, areas, _ = self._caller(place, request)
        key = place.key(UUID(request.path_params["key"]))
        row = self._promises(place, ONE_COMMITMENT, [key, *areas], areas)[0]
        events = []
        for event in place.ask(place.rows, EVENTS, [key]):
            worker = place.uuid(event[12])
            name = _open(self._staff, event[13], "account", "display_name", worker, NOBODY)
            events.append(dict(zip(EVENT, (place.uuid(event[0]), *event[1:12], name), strict=True)))
        return _answer(_promise(place, row) | {"sign": row[21], "createdAt": row[22], "events": events})

    def _place(self) -> Place:
        place: Place | None = getattr(self._threads, "place", None)
        if place is None:
            place = self._threads.place = Place(self._settings)
        return place

    def _caller(self, place: Place, request: Request) -> tuple[object, list[object], str]:
        digest = sha256(request.headers["authorization"][7:].encode()).hexdigest()
        now = datetime.now(HERE).astimezone().isoformat(" ") if place.lite else datetime.now(HERE)
        joined_role, joined_area = place.joined.format("role"), place.joined.format("inner_id")
        ((me, purpose, _, areas),) = place.ask(
            place.rows, TOKEN, [digest, now], joined_role=joined_role, joined_area=joined_area
        )
        return me, [place.key(UUID(area)) for area in areas.split()], purpose

    def _promises(self, place: Place, query: str, values: list[object], areas: list[object]) -> list[Row]:
        today = datetime.now(HERE).date()
        day = today.isoformat() if place.lite else today
        over = OVER.format(place.mark)
        return place.ask(place.rows, query, [day, day, day, day, *values], over=over, areas=_marks(place, areas))

    def _open_keys(self, place: Place, owners: list[UUID]) -> dict[UUID, AESGCM]:
        rows = place.ask(place.keys, KEYS, [place.key(owner) for owner in owners], keys=_marks(place, owners))
        keys = {}
        for owner, name, wrapped in rows:
            key = place.uuid(owner)
            keys[key] = AESGCM(self._ring[name].decrypt(wrapped[:12], wrapped[12:], key.bytes))
        return keys

    def _log(self, place: Place, me: object, purpose: str, residents: list[UUID]) -> None:
        reading, now = place.key(uuid7()), datetime.now(HERE)
        moment = now.isoformat(" ") if place.lite else now
        lines = [
            (place.key(uuid7()), moment, reading, me, purpose, "list_residents", len(residents), place.key(resident))
            for resident in residents
        ]
        lines.append((reading, moment, reading, me, purpose, "list_residents", len(residents), None))
        query = LOG.format(place.mark)
        if place.lite:
            with self._logging:
                place.rows.execute("BEGIN IMMEDIATE")
                place.rows.executemany(query, lines)
                place.rows.execute("COMMIT")
        else:
            with place.rows.transaction():
                place.rows.cursor().executemany(query, lines)


def _promise(place: Place, row: Row) -> dict[str, object]:
    keys = (0, 2, 3, 5, 7)
    values = [place.uuid(value) if number in keys else value for number, value in enumerate(row[:21])]
    values[18] = bool(values[18])
    return dict(zip(PROMISE, values, strict=True))


def _open(key: AESGCM, cell: bytes, table: str, column: str, row: UUID, owner: UUID) -> str:
    return key.decrypt(cell[1:13], cell[13:], f"v1|{table}|{column}|{row}|{owner}".encode()).decode()


def _marks(place: Place, values: Sequence[object]) -> str:
    return ",".join([place.mark] * len(values))


def _answer(body: dict[str, object]) -> Response:
    return Response(dumps(body), media_type="application/json")


def _sqlite(url: str, key: Any) -> Any:
    connection = sqlcipher.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA key = \"x'{key.get_secret_value()}'\"")
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 20000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _address(url: str) -> str:
    return urlsplit(url)._replace(scheme="postgresql").geturl()


def create_app() -> Starlette:
    """Make the server, over the installation that the settings name."""
    limit = Limit(Settings())
    return Starlette(
        routes=[
            Route("/residents", limit.residents),
            Route("/commitments", limit.commitments),
            Route("/commitments/{key}", limit.commitment),
        ]
    )
