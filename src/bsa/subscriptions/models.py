"""The rows of subscriptions and of what is delivered to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class SubscriptionState(StrEnum):
    """Whether a subscription gets messages."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class SubscriptionEnding(StrEnum):
    """Why a subscription ended: the partner or an administrator ended it, or the receiver says it is gone for good."""

    ASKED = "asked"
    GONE = "gone"


class DeliveryState(StrEnum):
    """How far a delivery is; a dead one can be sent again by an administrator."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class DeliveryFault(StrEnum):
    """What went wrong with a request to a receiver."""

    UNKNOWN_HOST = "unknown_host"
    PRIVATE_ADDRESS = "private_address"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN_ANSWER = "broken_answer"
    REDIRECT = "redirect"
    REFUSED = "refused"
    BUSY = "busy"
    GONE = "gone"
    NO_CONSENT = "no_consent"
    """The answer to the handshake does not say that the receiver wants our messages."""


class Subscription(ChangingRow, table=True):
    """That a partner wants to hear of what happens, and at which address.

    The version goes up with what the partner sees; what the sender keeps for itself (numbers, leases, the next time)
    changes without.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_when"),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_why"),
        Index("ix_subscription_institution_id_state", "institution_id", "state"),
    )

    institution_id: UUID = Field(foreign_key="institution.id")
    account_id: UUID = Field(foreign_key="account.id")
    """Who made it: a person, or the account of a machine."""
    url: str = Field(max_length=500)
    types: list[str] = Field(default_factory=list, sa_type=JSON)
    """Types of messages; none given: all."""
    state: SubscriptionState = Field(default=SubscriptionState.PENDING, sa_type=one_of(SubscriptionState))
    secret: str = Field(sa_type=SealedText)
    former_secret: str | None = Field(default=None, sa_type=SealedText)
    """While secrets change, messages carry a signature by each."""
    former_until: datetime | None = Field(default=None, sa_type=Moment)
    bearer: str | None = Field(default=None, sa_type=SealedText)
    """What the receiver wants to see in `Authorization`."""
    fault: DeliveryFault | None = Field(default=None, sa_type=one_of(DeliveryFault))
    """What went wrong last, while it still does."""
    failing_since: datetime | None = Field(default=None, sa_type=Moment)
    last_number: int = 0
    """The order number of the last message; messages are numbered from 1."""
    next_attempt_at: datetime | None = Field(default=None, sa_type=Moment)
    """Of a pending one: when the receiver is asked whether it wants messages; of an active one: not before."""
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    """Until then one sender is at work on this subscription; this very moment is its ticket."""
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_because: SubscriptionEnding | None = Field(default=None, sa_type=one_of(SubscriptionEnding))


class Delivery(Row, table=True):
    """One message to one subscription, in its place in the order."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("subscription_id", "message_id"),
        UniqueConstraint("subscription_id", "number"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_when"),
        Index("ix_delivery_subscription_id_state_number", "subscription_id", "state", "number"),
    )

    subscription_id: UUID = Field(foreign_key="subscription.id")
    message_id: UUID = Field(foreign_key="message.id", index=True)
    number: int
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=one_of(DeliveryState))
    attempts: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=Moment)
    delivered_at: datetime | None = Field(default=None, sa_type=Moment)


class DeliveryAttempt(Row, table=True):
    """One try to deliver: when, what was answered, and how long it took. Never what the receiver said."""

    __tablename__ = "delivery_attempt"

    delivery_id: UUID = Field(foreign_key="delivery.id", index=True)
    number: int
    status: int | None = None
    fault: DeliveryFault | None = Field(default=None, sa_type=one_of(DeliveryFault, "attempt_fault"))
    milliseconds: int = Field(ge=0)
