"""What comes in and goes out about subscriptions of partners."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bsa.outbox import MessageType
from bsa.shapes import Change, Listing, Out, Resource, Shape
from bsa.subscriptions.models import DeliveryFault, DeliveryState, SubscriptionEnding, SubscriptionState

MessageAddress = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=500)]
"""Where messages are sent: a whole address."""
Bearer = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~+/=-]{16,500}$")]
"""A token that the receiver wants to see; `Bearer` is put before it."""


def _each_once(types: list[MessageType]) -> list[MessageType]:
    if len(set(types)) != len(types):
        raise PydanticCustomError("twice", "Name each type of message once.")
    return types


Types = Annotated[list[MessageType], Field(max_length=len(MessageType)), AfterValidator(_each_once)]
"""Types of messages; none named: all, also those that come later."""


class SubscriptionIn(Shape):
    """Where to send messages of what happens, and which."""

    url: MessageAddress = Field(description="Where messages are sent, over https.")
    types: Types = Field(default=[], description="The types of messages you want; none named: all.")
    bearer: Bearer | None = Field(
        default=None, description="A token that your receiver wants to see in `Authorization`; it is never shown again."
    )
    institution_id: UUID | None = Field(
        default=None, description="For whom; only an administrator says so. Others subscribe for their own institution."
    )


class SubscriptionChange(Change):
    """What may be changed about a subscription; left-out fields stay as they are."""

    may_be_emptied = frozenset({"bearer"})

    url: MessageAddress | None = Field(
        default=None, description="Another address is asked first whether it wants messages."
    )
    types: Types | None = None
    bearer: Bearer | None = Field(default=None, description="Null: no token any more.")
    paused: bool | None = Field(default=None, description="While paused, messages wait in line.")


class SubscriptionQuery(Listing):
    """Which subscriptions to list."""

    institution_id: UUID | None = None
    state: SubscriptionState | None = None


class SubscriptionItem(Out):
    """A subscription in a list, with what waits and what is dead in its line now."""

    institution_id: UUID
    institution_name: str
    url: str
    state: SubscriptionState
    fault: DeliveryFault | None
    failing_since: datetime | None
    waiting: int
    dead: int


class SubscriptionOut(Resource):
    """A subscription. Its secret is not in here: it is shown once, when it is made."""

    institution_id: UUID
    institution_name: str
    url: str
    types: list[MessageType]
    state: SubscriptionState
    has_bearer: bool
    former_secret_until: datetime | None
    """Until then messages are signed with the former secret too."""
    fault: DeliveryFault | None
    """What is wrong with the receiver, while it is."""
    failing_since: datetime | None
    ended_at: datetime | None
    ended_because: SubscriptionEnding | None


class SubscriptionSecret(SubscriptionOut):
    """A subscription with its secret, in this answer only: verify with it that a message is ours."""

    secret: str = Field(description="`whsec_` and base64, as libraries for Standard Webhooks take it.")


class DeliveryQuery(Listing):
    """Which deliveries to list."""

    state: DeliveryState | None = None


class DeliveryItem(Out):
    """What became of one message."""

    number: int
    """Its place in the order of this subscription."""
    message_id: UUID
    type: MessageType
    happened_at: datetime
    state: DeliveryState
    attempts: int
    last_status: int | None
    last_fault: DeliveryFault | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    allowed_actions: list[str] = Field(default_factory=list)


class AttemptOut(Shape):
    """One try to deliver."""

    number: int
    attempted_at: datetime
    status: int | None
    fault: DeliveryFault | None
    milliseconds: int


class DeliveryOut(DeliveryItem):
    """What became of one message, each try, and how the message looks."""

    subscription_id: UUID
    tries: list[AttemptOut]
    message: dict[str, Any] = Field(description="The CloudEvent, as it is sent.")


class ResentOut(Shape):
    """How many deliveries were put in line again."""

    resent: int
