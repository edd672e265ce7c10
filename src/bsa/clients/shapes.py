"""What comes in and goes out about partners' machines."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from bsa.permissions import Scope
from bsa.shapes import Change, Line, Listing, Resource, Shape

ClientName = Annotated[Line, Field(max_length=80)]
KeysUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@?#]+(/[^\s#]*)?$", max_length=300)]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,120}$")]


class ClientIn(Shape):
    """A machine of a partner to register."""

    name: ClientName
    institution_id: UUID
    scopes: list[Scope] = Field(min_length=1, max_length=10)
    area_ids: list[UUID] = Field(default_factory=list, max_length=100)
    keys: dict[str, Any] | None = Field(default=None, description="Its public keys: a JWKS.")
    keys_url: KeysUrl | None = Field(default=None, description="Or where they are found, to be fetched from.")
    external_id: ExternalId | None = Field(
        default=None, description="What it is called by the authorisation server, when tokens come from elsewhere."
    )


class ClientChange(Change):
    """What may be changed; left-out fields stay as they are."""

    name: ClientName | None = None
    scopes: list[Scope] | None = Field(default=None, min_length=1, max_length=10)
    area_ids: list[UUID] | None = Field(default=None, max_length=100)
    external_id: ExternalId | None = None


class KeysIn(Shape):
    """New public keys of a machine, and for how long the old ones go on counting."""

    keys: dict[str, Any] | None = Field(default=None, description="The new public keys: a JWKS.")
    keys_url: KeysUrl | None = Field(default=None, description="Or where they are found from now on.")
    overlap_hours: int = Field(default=24, ge=0, le=720)


class ClientQuery(Listing):
    """Which machines to list."""

    institution_id: UUID | None = None
    revoked: bool | None = None


class ClientKeyOut(Shape):
    """A public key of a machine."""

    kid: str
    kind: str
    """`RSA` or `EC`."""
    ends_at: datetime | None
    """Until when it counts, when another takes over."""


class ClientOut(Resource):
    """A machine of a partner, for the administrator. Its `id` is its client id."""

    name: str
    institution_id: UUID
    institution: str
    scopes: list[Scope]
    area_ids: list[UUID]
    keys: list[ClientKeyOut]
    keys_url: str | None
    keys_fetched_at: datetime | None
    keys_fault: str | None
    external_id: str | None
    last_seen_at: datetime | None
    revoked_at: datetime | None


class GrantedToken(Shape):
    """A token that a machine was given."""

    token: str
    seconds: int
    scopes: list[Scope]
