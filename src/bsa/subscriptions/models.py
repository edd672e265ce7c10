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


class DeliveryState(StrEnum):
    """How far a delivery is; a dead one can be sent again by an administrator."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Subscription(ChangingRow, table=True):
    """That a partner wants to hear of what happens, and at which address."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_when"),
        Index("ix_subscription_institution_id_state", "institution_id", "state"),
    )

    institution_id: UUID = Field(foreign_key="institution.id")
    account_id: UUID = Field(foreign_key="account.id")
    """Who made it: a person, or the account of a machine."""
    url: str = Field(max_length=500)
    types: list[str] = Field(default_factory=list, sa_type=JSON)
    """Types of messages; none given: all."""
    state: SubscriptionState = Field(sa_type=one_of(SubscriptionState))
    secret: str = Field(sa_type=SealedText)
    former_secret: str | None = Field(default=None, sa_type=SealedText)
    """While secrets change, messages carry a signature by each."""
    former_until: datetime | None = Field(default=None, sa_type=Moment)
    bearer: str | None = Field(default=None, sa_type=SealedText)
    """What the receiver wants to see in `Authorization`."""
    last_number: int = 0
    """The order number of the last message; messages are numbered from 1."""
    failing_since: datetime | None = Field(default=None, sa_type=Moment)
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    """Until then one sender is at work on this subscription."""
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_because: str | None = Field(default=None, max_length=40)


class Delivery(Row, table=True):
    """One message to one subscription, in its place in the order."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("subscription_id", "message_id"),
        UniqueConstraint("subscription_id", "number"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_when"),
        Index("ix_delivery_subscription_id_state_number", "subscription_id", "state", "number"),
        Index("ix_delivery_state_next_attempt_at", "state", "next_attempt_at"),
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
    fault: str | None = Field(default=None, max_length=40)
    """A code, when there was no answer: `timeout`, `private_address`, `tls` …"""
    milliseconds: int = Field(ge=0)
