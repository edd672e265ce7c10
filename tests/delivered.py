"""A subscription of the corporation with what became of its messages, as the worker leaves it."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.outbox import Message, MessageType
from bsa.permissions import Actor
from bsa.subscriptions.actions import subscribe
from bsa.subscriptions.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryFault,
    DeliveryState,
    Subscription,
    SubscriptionState,
)
from bsa.subscriptions.shapes import SubscriptionIn

from tests.cast import Cast

ADDRESS = "https://partner.example/bsa"


def a_subscription(session: Session, cast: Cast) -> dict[str, UUID]:
    """Subscribe twice: to an address that agreed and then failed, and to one that was not asked yet."""
    subscription = subscribe(session, cast.corporation, SubscriptionIn(url=ADDRESS))
    pending = subscribe(session, cast.corporation, SubscriptionIn(url=f"{ADDRESS}/new"))
    subscription.state, subscription.next_attempt_at = SubscriptionState.ACTIVE, None
    session.flush()
    dead = a_delivery(session, subscription, DeliveryState.DEAD)
    a_delivery(session, subscription, DeliveryState.DELIVERED)
    a_delivery(session, subscription, DeliveryState.WAITING)
    return {"subscription": subscription.id, "unasked": pending.id, "delivery": dead.id}


def a_delivery(session: Session, subscription: Subscription, state: DeliveryState) -> Delivery:
    """Put a message in the line of a subscription, and let it come as far as this."""
    message = Message(
        type=MessageType.ASK_ASKED,
        institution_id=subscription.institution_id,
        subject_kind="ask",
        subject_id=clock.new_id(),
        spread_at=clock.now(),
    )
    subscription.last_number += 1
    session.add(message)
    session.flush()
    tried = state is not DeliveryState.WAITING
    delivery = Delivery(
        subscription_id=subscription.id,
        message_id=message.id,
        number=subscription.last_number,
        state=state,
        attempts=1 if tried else 0,
        delivered_at=clock.now() if state is DeliveryState.DELIVERED else None,
    )
    session.add(delivery)
    session.flush()
    if tried:
        fault = DeliveryFault.REFUSED if state is DeliveryState.DEAD else None
        status = 500 if fault else 204
        session.add(DeliveryAttempt(delivery_id=delivery.id, number=1, status=status, fault=fault, milliseconds=80))
        session.flush()
    return delivery


def many(session: Session, me: Actor, institution_id: UUID, number: int) -> UUID:
    """Put more than so many subscriptions of an institution in the list, and as many messages to the last."""
    for _ in range(number + 1):
        subscription = Subscription(institution_id=institution_id, account_id=me.id, url=ADDRESS, secret="whsec_")
        session.add(subscription)
    session.flush()
    for _ in range(number + 1):
        a_delivery(session, subscription, DeliveryState.DELIVERED)
    return subscription.id
