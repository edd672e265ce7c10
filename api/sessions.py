"""Signing in and out, for the pages; these operations have no route of their own in the API."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.database import Database
from bsa.people import actions, queries
from bsa.people.models import Language
from bsa.people.shapes import SignInIn
from bsa.permissions import Actor


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, with what a page greets by."""

    actor: Actor
    sign_in_id: UUID
    display_name: str
    language: Language
    seen_lately: bool
    """Tells that the last sign of life is less than a minute old, so that it need not be written again."""


def sign_in(base: Database, asked: SignInIn, address: str) -> str | None:
    """Sign in and return the token for the cookie; None when name or password is wrong."""
    with base.writing() as session:
        return actions.sign_in(session, asked, address)


def sign_out(session: Session, token: str) -> None:
    """End the sign-in on the server."""
    actions.sign_out(session, token)


def who_is_signed_in(session: Session, token: str) -> SignedIn | None:
    """Return who bears the cookie's token; None when it ended or was idle for too long."""
    found = queries.actor_by_sign_in(session, token)
    if found is None:
        return None
    actor, row = found
    idle = clock.now() - row.seen_at
    if idle > timedelta(minutes=session.info["settings"].session_idle_minutes):
        return None
    return SignedIn(
        actor=actor,
        sign_in_id=row.sign_in_id,
        display_name=queries.opened_name(session, row.account_id, row.display_name),
        language=row.language,
        seen_lately=idle < timedelta(minutes=1),
    )


def see(base: Database, sign_in_id: UUID) -> None:
    """Write down that a signed-in person is active."""
    with base.writing() as session:
        actions.see_sign_in(session, sign_in_id)


def choose_language(session: Session, caller: Actor, language: Language) -> None:
    """Keep the language in which somebody reads the pages."""
    actions.choose_language(session, caller, language)
