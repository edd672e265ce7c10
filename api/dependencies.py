"""What operations ask for: a session, who is calling, and the version that the caller saw.

The operations are plain functions of these, and the pages call them with a visitor of their own. All of these are
coroutines that wait for nothing: a request is done in one thread (see `api.threads`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from sqlmodel import Session as Session

from api.errors import InsufficientScope, MalformedVersion, MissingVersion
from api.limits import address_in
from api.threads import opened
from bsa.access_log import record_reading
from bsa.clients.actions import see_client
from bsa.clients.queries import actor_by_access_token, not_seen_lately
from bsa.clients.tokens import BadToken
from bsa.database import Database
from bsa.errors import NotAllowed, NotSignedIn
from bsa.events import newest as newest_event
from bsa.people.queries import actor_by_token
from bsa.permissions import SCOPES, Actor, Permission, Scope, allows
from bsa.shapes import Shape, without_bsn_as_reference

Operation = TypeVar("Operation", bound=Callable[..., Any])


def needs(*permissions: Permission) -> Callable[[Operation], Operation]:
    """Declare which permissions an operation asks for: the core demands them, a test checks every route for them."""

    def declare(operation: Operation) -> Operation:
        operation.permissions = permissions  # type: ignore[attr-defined]
        return operation

    return declare


def open_to_all(operation: Operation) -> Operation:
    """Declare that an operation needs nobody to be signed in, and shows nothing that is not public."""
    operation.permissions = ()  # type: ignore[attr-defined]
    return operation


def database(request: Request) -> Database:
    """Return the installation's database."""
    found: Database = request.app.state.database
    return found


async def reading(request: Request) -> Session:
    """Open a session that reads; when residents were in the answer, write the access log before the answer leaves."""
    return opened(request, _reading(request))


async def writing(request: Request) -> Session:
    """Open a session that writes; it commits, access log included, before the answer leaves."""
    return opened(request, _writing(request))


async def figures(request: Request) -> Session:
    """Open a session for published figures, which can read no table with a person in it."""
    return opened(request, database(request).figures())


Reading = Annotated[Session, Depends(reading)]
Figures = Annotated[Session, Depends(figures)]
Writing = Annotated[Session, Depends(writing)]


def token_of(request: Request) -> str:
    """Return the bearer token of a request, from its one header and from nowhere else."""
    told = request.headers.getlist("authorization")
    scheme, _, token = told[0].partition(" ") if len(told) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("Send a token that is in force in the header, once: `Authorization: Bearer …`.")
    return token.strip()


async def caller(request: Request, session: Reading) -> Actor:
    """Return who is calling, by the bearer token: a person's own, or one that a machine was given."""
    actor = known(request, session)
    if actor.scopes is not None:
        see_machine(database(request), session, actor)
    return actor


async def writing_caller(request: Request, session: Writing) -> Actor:
    """Return who is calling, in the session that writes: a token that is revoked meanwhile does not write."""
    return known(request, session)


Caller = Annotated[Actor, Depends(caller)]
WritingCaller = Annotated[Actor, Depends(writing_caller)]

OUR_TAG = re.compile(r'"(\d{1,9})(?:\.[0-9a-f]{1,64})?"')
TAGS = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*)?)*')


class Seen(int):
    """What a caller saw when it names more than one version, or any (`*`): equal to each of them."""

    versions: frozenset[int] | None

    @classmethod
    def of(cls, versions: frozenset[int] | None) -> "Seen":
        """Make one of these versions; None is any version."""
        seen = cls(0)
        seen.versions = versions
        return seen

    def __eq__(self, other: object) -> bool:
        return self.versions is None or other in self.versions

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


async def seen_version(
    if_match: Annotated[str | None, Header(description="The ETag that you last saw.")] = None,
) -> int:
    """Return the version that the caller saw, from `If-Match`: what stands before the dot in an ETag of ours.

    A weak tag never matches, nor does one that we never gave.
    """
    if if_match is None:
        raise MissingVersion
    told = if_match.strip()
    match = OUR_TAG.fullmatch(told)
    if match is not None:
        return int(match[1])
    if told == "*":
        return Seen.of(None)
    if not TAGS.fullmatch(told):
        raise MalformedVersion
    tags = (OUR_TAG.fullmatch(tag.strip()) for tag in told.split(","))
    return Seen.of(frozenset(int(tag[1]) for tag in tags if tag))


SeenVersion = Annotated[int, Depends(seen_version)]

KEY = re.compile(r"[\x21-\x7e]{1,100}")


def key_in(told: str | None) -> str | None:
    """Return the key out of its header: a structured string in quotes, as the draft has it, or bare."""
    if told is None:
        return None
    quoted = len(told) > 1 and told[0] == told[-1] == '"'
    key = re.sub(r'\\(["\\])', r"\1", told[1:-1]) if quoted else told
    if not KEY.fullmatch(key):
        raise PydanticCustomError("key", "Send one key of 1 to 100 visible characters, bare or in quotes.")
    return without_bsn_as_reference(key)


SentKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=210,
        description="A key of your own for this one thing: sent again under the same key, it is done once.",
    ),
    AfterValidator(key_in),
]
"""The sender's own key; it goes to `bsa.sendings.once`, with `content_of` what was sent."""


async def address_of(request: Request) -> str:
    """Return the address whence a request comes: for those who guess, and for who sends too much."""
    return address_in(request.client.host if request.client else "-")


Address = Annotated[str, Depends(address_of)]


def last_deed(session: Session) -> UUID | None:
    """Return the key of what was done last in the installation: what was made before that may have grown old."""
    return newest_event(session)


def content_of(*told: object) -> str:
    """Return what was sent, with what it was sent to, as one text: a second sending is told from another by it."""
    return "|".join(one.model_dump_json() if isinstance(one, Shape) else str(one) for one in told)


def known(request: Request, session: Session) -> Actor:
    """Return who is calling; refuse a token that does not count, or does not open this operation."""
    actor = request.state.actor = _bearer(session, token_of(request))
    refuse_scope(request, actor)
    refuse_role(request, actor)
    return actor


def _bearer(session: Session, token: str) -> Actor:
    """Return who bears the token: a digest of ours is looked up, a signed one is proved."""
    if token.count(".") != 2:
        actor = actor_by_token(session, token)
        if actor is None:
            raise NotSignedIn("This token is not in force, or its account has ended.")
        return actor
    try:
        return actor_by_access_token(session, token)
    except BadToken as error:
        raise NotSignedIn(f"This token does not count. {error}") from None


def see_machine(base: Database, session: Session, actor: Actor) -> None:
    """Write down now and then that a machine is in use; at our own token endpoint that is done anyway."""
    if base.settings.oauth_issuer is None:
        return
    client_id = not_seen_lately(session, actor)
    if client_id is not None:
        with base.writing() as writing:
            see_client(writing, client_id)


def permissions_of(request: Request) -> tuple[Permission, ...]:
    """Return which permissions the operation that is called has declared."""
    route = request.scope.get("route")
    declared: tuple[Permission, ...] = getattr(getattr(route, "endpoint", None), "permissions", ())
    return declared


def scopes_for(permissions: Iterable[Permission]) -> list[Scope]:
    """Return the scopes that open an operation with these permissions, each by itself; none: no machine may."""
    return [scope for scope in Scope if not SCOPES[scope].isdisjoint(permissions)]


def refuse_scope(request: Request, actor: Actor) -> None:
    """Refuse an operation to a machine whose token does not open it, before anything is looked up."""
    if actor.scopes is None:
        return
    opening = scopes_for(permissions_of(request))
    if actor.scopes.isdisjoint(opening):
        raise InsufficientScope(opening)


def refuse_role(request: Request, actor: Actor) -> None:
    """Refuse a whole operation to a role that may never do it, before anybody looks at what was sent.

    Only where the path names no thing: of a thing that somebody may not see, also its existence is not told.
    """
    route, declared = request.scope.get("route"), permissions_of(request)
    if "{" not in getattr(route, "path", "{") and declared and not any(allows(actor, one) for one in declared):
        raise NotAllowed


@contextmanager
def _reading(request: Request) -> Iterator[Session]:
    base = database(request)
    with base.reading() as session:
        request.state.session = session
        yield session
    # The connection was given back first: a thread must not hold one while it waits for another.
    residents = session.info["residents_read"]
    if residents:
        with base.logging() as connection:
            record_reading(connection, request.state.actor, _operation(request), residents)


@contextmanager
def _writing(request: Request) -> Iterator[Session]:
    with database(request).writing() as session:
        request.state.session = session
        yield session
        residents = session.info["residents_read"]
        if residents:
            record_reading(session.connection(), request.state.actor, _operation(request), residents)


def _operation(request: Request) -> str:
    route = request.scope.get("route")
    return str(getattr(route, "name", None) or request.url.path)[:80]
