"""Subscriptions of partners to messages of what happens, and what became of each message."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, tells_once
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page
from bsa.subscriptions import actions, queries
from bsa.subscriptions.shapes import (
    DeliveryItem,
    DeliveryOut,
    DeliveryQuery,
    ResentOut,
    SubscriptionChange,
    SubscriptionIn,
    SubscriptionItem,
    SubscriptionOut,
    SubscriptionQuery,
    SubscriptionSecret,
)

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"], route_class=AnsweringRoute)
deliveries = APIRouter(prefix="/deliveries", tags=["subscriptions"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_SUBSCRIPTIONS)
def list_subscriptions(
    session: Reading, caller: Caller, wanted: Annotated[SubscriptionQuery, Query()]
) -> Page[SubscriptionItem]:
    """List subscriptions, the newest first: your institution's, or for an administrator all."""
    return queries.list_subscriptions(session, caller, wanted)


@router.post("", status_code=201)
@tells_once
@needs(Permission.KEEP_SUBSCRIPTION)
def subscribe(session: Writing, caller: WritingCaller, told: SubscriptionIn, key: SentKey = None) -> SubscriptionSecret:
    """Subscribe to messages. The secret is in this answer only.

    The worker asks your receiver by OPTIONS whether it wants our messages; then they begin.
    """
    subscription = once(
        session,
        caller,
        key,
        content_of("subscription", told),
        lambda: actions.subscribe(session, caller, told),
        lambda subscription_id: queries.find_subscription(session, caller, subscription_id),
    )
    return queries.show_secret(session, caller, subscription.id)


@router.get("/{subscription_id}")
@needs(Permission.SEE_SUBSCRIPTIONS)
def show_subscription(session: Reading, caller: Caller, subscription_id: UUID) -> SubscriptionOut:
    """Show a subscription."""
    return queries.show_subscription(session, caller, subscription_id)


@router.patch("/{subscription_id}")
@needs(Permission.KEEP_SUBSCRIPTION)
def change_subscription(
    session: Writing, caller: WritingCaller, subscription_id: UUID, version: SeenVersion, change: SubscriptionChange
) -> SubscriptionOut:
    """Change where messages go, which, or let them wait; a new address is asked first whether it wants them."""
    actions.change_subscription(session, caller, subscription_id, version, change)
    return queries.show_subscription(session, caller, subscription_id)


@router.delete("/{subscription_id}", status_code=204)
@needs(Permission.KEEP_SUBSCRIPTION)
def end_subscription(session: Writing, caller: WritingCaller, subscription_id: UUID, version: SeenVersion) -> None:
    """End a subscription for good; what still waits in its line is never sent."""
    actions.end_subscription(session, caller, subscription_id, version)


@router.post("/{subscription_id}/secrets", status_code=201)
@tells_once
@needs(Permission.KEEP_SUBSCRIPTION)
def change_secret(session: Writing, caller: WritingCaller, subscription_id: UUID) -> SubscriptionSecret:
    """Make a new secret, shown in this answer only; for a day messages are signed with the former one too."""
    actions.change_secret(session, caller, subscription_id)
    return queries.show_secret(session, caller, subscription_id)


@router.post("/{subscription_id}/handshakes", status_code=201)
@needs(Permission.KEEP_SUBSCRIPTION)
def ask_receiver_again(session: Writing, caller: WritingCaller, subscription_id: UUID) -> SubscriptionOut:
    """Have a receiver asked again whether it wants our messages, after it was out of reach or said nothing."""
    actions.ask_again(session, caller, subscription_id)
    return queries.show_subscription(session, caller, subscription_id)


@router.post("/{subscription_id}/test-messages", status_code=201)
@needs(Permission.KEEP_SUBSCRIPTION)
def send_test(session: Writing, caller: WritingCaller, subscription_id: UUID) -> SubscriptionOut:
    """Put a test message in line; it goes to this subscription only, whatever types it wants."""
    actions.send_test(session, caller, subscription_id)
    return queries.show_subscription(session, caller, subscription_id)


@router.get("/{subscription_id}/deliveries")
@needs(Permission.SEE_SUBSCRIPTIONS)
def list_deliveries(
    session: Reading, caller: Caller, subscription_id: UUID, wanted: Annotated[DeliveryQuery, Query()]
) -> Page[DeliveryItem]:
    """List what became of each message, the last first: its number, how often it was tried, and what was answered."""
    return queries.list_deliveries(session, caller, subscription_id, wanted)


@router.post("/{subscription_id}/resendings", status_code=201)
@needs(Permission.RESEND_DELIVERY)
def resend_all(session: Writing, caller: WritingCaller, subscription_id: UUID) -> ResentOut:
    """Put everything that was given up in line again, in its old order; each gets one more try."""
    return ResentOut(resent=actions.resend_all(session, caller, subscription_id))


@deliveries.get("/{delivery_id}")
@needs(Permission.SEE_SUBSCRIPTIONS)
def show_delivery(session: Reading, caller: Caller, delivery_id: UUID) -> DeliveryOut:
    """Show what became of one message: each try, and the message as it is sent."""
    return queries.show_delivery(session, caller, delivery_id)


@deliveries.post("/{delivery_id}/resendings", status_code=201)
@needs(Permission.RESEND_DELIVERY)
def resend(session: Writing, caller: WritingCaller, delivery_id: UUID) -> DeliveryOut:
    """Put one delivery that was given up in line again; it gets one more try, before what waits."""
    actions.resend(session, caller, delivery_id)
    return queries.show_delivery(session, caller, delivery_id)
