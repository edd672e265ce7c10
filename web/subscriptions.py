"""Subscriptions of partners: where messages go, what became of each, and how one looks."""

import json
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.subscriptions import (
    ask_receiver_again,
    change_secret,
    change_subscription,
    end_subscription,
    list_deliveries,
    list_subscriptions,
    resend,
    resend_all,
    send_test,
    show_delivery,
    show_subscription,
    subscribe,
)
from bsa.errors import Invalid
from bsa.outbox import MessageType
from bsa.permissions import Actor, Permission, Role, require
from bsa.subscriptions.models import DeliveryState, SubscriptionState
from bsa.subscriptions.shapes import (
    DeliveryQuery,
    SubscriptionChange,
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionQuery,
)
from web.choices import institutions
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("subscriptions", prefix="/subscriptions")
deliveries = Pages("deliveries", prefix="/deliveries")


@router.get("")
@needs(Permission.SEE_SUBSCRIPTIONS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List subscriptions: the own institution's, or for an administrator all."""
    filters = asked(SubscriptionQuery, request)
    if filters.shape is None:
        raise Invalid
    found = list_subscriptions(session, visitor, filters.shape)
    return draw(
        request,
        "subscriptions/index.html",
        subscriptions=found,
        filters=filters,
        states=list(SubscriptionState),
        of_all=visitor.has(Role.ADMINISTRATOR),
    )


@router.get("/new")
@needs(Permission.KEEP_SUBSCRIPTION)
def new(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the form to subscribe."""
    require(visitor, Permission.KEEP_SUBSCRIPTION)
    return _new(request, session, visitor, blank(guest_of(request)))


@router.post("")
@needs(Permission.KEEP_SUBSCRIPTION)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Subscribe, and show the secret once."""
    form = read(SubscriptionIn, sent, guest_of(request))
    made = attempt(session, form, lambda told: subscribe(session, visitor, told))
    if made is None:
        return _new(request, session, visitor, form, form.status)
    return draw(request, "subscriptions/secret.html", 201, subscription=made, secret=made.secret, fresh=True)


@router.get("/{subscription_id}")
@needs(Permission.SEE_SUBSCRIPTIONS)
def show(request: Request, session: Reading, visitor: Visitor, subscription_id: UUID) -> Response:
    """Show a subscription, with what became of its messages."""
    return _page(request, session, visitor, subscription_id)


@router.get("/{subscription_id}/edit")
@needs(Permission.KEEP_SUBSCRIPTION)
def edit(request: Request, session: Reading, visitor: Visitor, subscription_id: UUID) -> Response:
    """Show the form to change where messages go, and which."""
    subscription = show_subscription(session, visitor, subscription_id)
    require(visitor, Permission.KEEP_SUBSCRIPTION, subscription)
    form = blank(guest_of(request), url=subscription.url, types=[type_.value for type_ in subscription.types])
    return _edit(request, subscription, form)


@router.post("/{subscription_id}/edit")
@needs(Permission.KEEP_SUBSCRIPTION)
def update(request: Request, session: Writing, visitor: WritingVisitor, subscription_id: UUID, sent: Sent) -> Response:
    """Change where messages go, and which."""
    told: dict[str, Any] = {"types": sent.getlist("types")}
    if sent.get("without_bearer"):
        told["bearer"] = None
    form = read(SubscriptionChange, sent, guest_of(request), **told)

    def deed(change: SubscriptionChange) -> SubscriptionOut:
        return change_subscription(session, visitor, subscription_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "subscriptions.show", "saved", subscription_id=subscription_id)
    return _edit(request, show_subscription(session, visitor, subscription_id), form, form.status)


@router.post("/{subscription_id}/pause")
@needs(Permission.KEEP_SUBSCRIPTION)
def create_pause(
    request: Request, session: Writing, visitor: WritingVisitor, subscription_id: UUID, sent: Sent
) -> Response:
    """Let messages wait in line, or go on."""
    form = read(SubscriptionChange, sent, guest_of(request))

    def deed(change: SubscriptionChange) -> SubscriptionOut:
        return change_subscription(session, visitor, subscription_id, version_in(sent), change)

    done = attempt(session, form, deed)
    if done is None:
        return _page(request, session, visitor, subscription_id, form)
    flash = "messages_paused" if done.state is SubscriptionState.PAUSED else "messages_go_on"
    return go(request, "subscriptions.show", flash, subscription_id=subscription_id)


@router.post("/{subscription_id}/secrets")
@needs(Permission.KEEP_SUBSCRIPTION)
def create_secret(
    request: Request, session: Writing, visitor: WritingVisitor, subscription_id: UUID, sent: Sent
) -> Response:
    """Make a new secret, and show it once."""
    form = read(Nothing, sent, guest_of(request))
    made = attempt(session, form, lambda _: change_secret(session, visitor, subscription_id))
    if made is None:
        return _page(request, session, visitor, subscription_id, form)
    return draw(request, "subscriptions/secret.html", 201, subscription=made, secret=made.secret, fresh=False)


@router.post("/{subscription_id}/handshakes")
@needs(Permission.KEEP_SUBSCRIPTION)
def create_handshake(
    request: Request, session: Writing, visitor: WritingVisitor, subscription_id: UUID, sent: Sent
) -> Response:
    """Have the receiver asked again."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: ask_receiver_again(session, visitor, subscription_id)):
        return go(request, "subscriptions.show", "receiver_asked", subscription_id=subscription_id)
    return _page(request, session, visitor, subscription_id, form)


@router.post("/{subscription_id}/test-messages")
@needs(Permission.KEEP_SUBSCRIPTION)
def create_test_message(
    request: Request, session: Writing, visitor: WritingVisitor, subscription_id: UUID, sent: Sent
) -> Response:
    """Send a test message."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: send_test(session, visitor, subscription_id)):
        return go(request, "subscriptions.show", "test_message_sent", subscription_id=subscription_id)
    return _page(request, session, visitor, subscription_id, form)


@router.post("/{subscription_id}/ending")
@needs(Permission.KEEP_SUBSCRIPTION)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, subscription_id: UUID, sent: Sent) -> Response:
    """End a subscription for good."""
    form = read(Nothing, sent, guest_of(request))

    def deed(_: Nothing) -> bool:
        end_subscription(session, visitor, subscription_id, version_in(sent))
        return True

    if attempt(session, form, deed):
        return go(request, "subscriptions.show", "subscription_ended", subscription_id=subscription_id)
    return _page(request, session, visitor, subscription_id, form)


@router.post("/{subscription_id}/resendings")
@needs(Permission.RESEND_DELIVERY)
def create_resending(
    request: Request, session: Writing, visitor: WritingVisitor, subscription_id: UUID, sent: Sent
) -> Response:
    """Put everything that was given up in line again."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: resend_all(session, visitor, subscription_id)):
        return go(request, "subscriptions.show", "messages_resent", subscription_id=subscription_id)
    return _page(request, session, visitor, subscription_id, form)


@deliveries.get("/{delivery_id}")
@needs(Permission.SEE_SUBSCRIPTIONS)
def show_message(request: Request, session: Reading, visitor: Visitor, delivery_id: UUID) -> Response:
    """Show what became of one message, each try, and how it looks."""
    return _message(request, session, visitor, delivery_id, blank(guest_of(request)))


@deliveries.post("/{delivery_id}/resendings")
@needs(Permission.RESEND_DELIVERY)
def create_one_resending(
    request: Request, session: Writing, visitor: WritingVisitor, delivery_id: UUID, sent: Sent
) -> Response:
    """Put one message that was given up in line again."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: resend(session, visitor, delivery_id)):
        return go(request, "deliveries.show_message", "messages_resent", delivery_id=delivery_id)
    return _message(request, session, visitor, delivery_id, form, form.status)


def _page(
    request: Request, session: Session, visitor: Actor, subscription_id: UUID, form: Form[Any] | None = None
) -> Response:
    filters = asked(DeliveryQuery, request)
    return draw(
        request,
        "subscriptions/show.html",
        form.status if form else 200,
        subscription=show_subscription(session, visitor, subscription_id),
        deliveries=list_deliveries(session, visitor, subscription_id, filters.shape or DeliveryQuery()),
        filters=filters,
        states=list(DeliveryState),
        form=form or blank(guest_of(request)),
    )


def _new(request: Request, session: Session, visitor: Actor, form: Form[Any], status: int = 200) -> Response:
    of_all = visitor.has(Role.ADMINISTRATOR)
    return draw(
        request,
        "subscriptions/new.html",
        status,
        form=form,
        types=_types(),
        institutions=institutions(session, visitor) if of_all else None,
    )


def _edit(request: Request, subscription: SubscriptionOut, form: Form[Any], status: int = 200) -> Response:
    return draw(request, "subscriptions/edit.html", status, subscription=subscription, form=form, types=_types())


def _message(
    request: Request, session: Session, visitor: Actor, delivery_id: UUID, form: Form[Any], status: int = 200
) -> Response:
    delivery = show_delivery(session, visitor, delivery_id)
    return draw(
        request,
        "subscriptions/message.html",
        status,
        delivery=delivery,
        subscription=show_subscription(session, visitor, delivery.subscription_id),
        text=json.dumps(delivery.message, indent=2),
        form=form,
    )


def _types() -> list[str]:
    """Return what one can choose from; a test message goes to whoever asks for one."""
    return [type_.value for type_ in MessageType if type_ is not MessageType.TEST]
