"""Who is looking at a page: a signed-in visitor, or anybody."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request

from bsa.people.models import Language
from bsa.permissions import Actor, Permission, Purpose, allows
from bsa.settings import Settings
from web.languages import wanted_by


@dataclass(frozen=True)
class Guest:
    """Whoever looks at a page; `actor` is None for anybody."""

    language: Language
    actor: Actor | None = None
    name: str = ""
    csrf: str = ""
    device: str = ""
    """By what a device knows this sign-in again."""

    @property
    def roles(self) -> set[str]:
        """The roles, as codes."""
        return {role.value for role in self.actor.roles} if self.actor else set()

    @property
    def purpose(self) -> Purpose | None:
        """The purpose chosen at sign-in."""
        return self.actor.purpose if self.actor else None

    def may(self, permission: str, subject: object = None) -> bool:
        """Tell whether the visitor may do this at all: templates ask it before they draw a way to a form."""
        return self.actor is not None and allows(self.actor, Permission(permission), subject)


def guest_of(request: Request) -> Guest:
    """Return who is looking: set by the visitor dependency, otherwise anybody with a language."""
    known: Guest | None = getattr(request.state, "guest", None)
    if known is not None:
        return known
    chosen = request.cookies.get("lang", "")
    language = Language(chosen) if chosen in {one.value for one in Language} else None
    token = request.cookies.get(cookie_name(request.app.state.database.settings), "")
    return Guest(language or wanted_by(request.headers.get("accept-language", "")), csrf=csrf_for(token))


def cookie_name(settings: Settings) -> str:
    """Return the name of the session cookie: over https one that a browser binds to this host alone."""
    return "__Host-bsa" if settings.secure else "bsa"


def csrf_for(token: str) -> str:
    """Return the token that forms of this sign-in carry."""
    return hmac.new(token.encode(), b"csrf", sha256).hexdigest()


def device_for(token: str) -> str:
    """Return by what a device knows this sign-in again; nobody can sign in with it."""
    return hmac.new(token.encode(), b"device", sha256).hexdigest()[:32]
