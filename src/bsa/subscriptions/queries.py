"""Reading subscriptions and what was delivered, always as someone."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, false, func, or_, select, true
from sqlmodel import Session, col

from bsa.errors import NotFound
from bsa.institutions.models import Institution
from bsa.outbox import Message, MessageType
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.rows import locked, not_stale
from bsa.sealing import open_rows
from bsa.settings import Settings
from bsa.shapes import Page
from bsa.subscriptions.cloud import cloud_event
from bsa.subscriptions.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Subscription,
    SubscriptionState,
)
from bsa.subscriptions.shapes import (
    AttemptOut,
    DeliveryItem,
    DeliveryOut,
    DeliveryQuery,
    SubscriptionItem,
    SubscriptionOut,
    SubscriptionQuery,
    SubscriptionSecret,
)

NEWEST_FIRST = Order((col(Subscription.id), True))
LAST_FIRST = Order((col(Delivery.number), True), (col(Delivery.id), True))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the subscription: a partner of its own."""
    ways: list[ColumnElement[bool]] = []
    if actor.has(Role.ADMINISTRATOR):
        ways.append(true())
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(col(Subscription.institution_id) == actor.institution_id)
    return or_(false(), *ways)


def list_subscriptions(session: Session, actor: Actor, wanted: SubscriptionQuery) -> Page[SubscriptionItem]:
    """List subscriptions, the newest first, with what waits and what is dead."""
    require(actor, Permission.SEE_SUBSCRIPTIONS)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST)
    items = [
        SubscriptionItem(
            id=one.id,
            institution_id=one.institution_id,
            institution_name=name,
            url=one.url,
            state=one.state,
            fault=one.fault,
            failing_since=one.failing_since,
            waiting=waiting,
            dead=dead,
        )
        for one, name, waiting, dead in rows
    ]
    return Page(items=items, next_cursor=cursor_after(items[-1].id) if more else None)


def _listed(actor: Actor, wanted: SubscriptionQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Subscription,
            col(Institution.name),
            _number(DeliveryState.WAITING),
            _number(DeliveryState.DEAD),
        )
        .join(Institution, col(Institution.id) == Subscription.institution_id)
        .where(visible_to(actor))
    )
    if wanted.institution_id is not None:
        query = query.where(col(Subscription.institution_id) == wanted.institution_id)
    if wanted.state:
        query = query.where(col(Subscription.state) == wanted.state)
    return query


def _number(state: DeliveryState) -> ColumnElement[int]:
    counted = select(func.count()).where(col(Delivery.subscription_id) == Subscription.id, col(Delivery.state) == state)
    return counted.correlate(Subscription).scalar_subquery().label(state.value)


def find_subscription(
    session: Session, actor: Actor, subscription_id: UUID, version: int | None = None
) -> Subscription:
    """Return a subscription that the actor may know of; locked when the session writes."""
    query = select(Subscription).where(col(Subscription.id) == subscription_id, visible_to(actor))
    found = session.scalar(locked(session, query, Subscription))
    if found is None:
        raise NotFound
    require(actor, Permission.SEE_SUBSCRIPTIONS, found)
    not_stale(found, version)
    return found


def show_subscription(session: Session, actor: Actor, subscription_id: UUID) -> SubscriptionOut:
    """Show a subscription."""
    return SubscriptionOut(**_told(session, actor, find_subscription(session, actor, subscription_id)))


def show_secret(session: Session, actor: Actor, subscription_id: UUID) -> SubscriptionSecret:
    """Show a subscription with its secret: in the answer to making one, and nowhere else."""
    found = find_subscription(session, actor, subscription_id)
    require(actor, Permission.KEEP_SUBSCRIPTION, found)
    open_rows(session, [found])
    return SubscriptionSecret(**_told(session, actor, found), secret=found.secret)


def _told(session: Session, actor: Actor, one: Subscription) -> dict[str, Any]:
    deeds = {
        Permission.KEEP_SUBSCRIPTION: one.state is not SubscriptionState.ENDED,
        Permission.RESEND_DELIVERY: one.state in (SubscriptionState.ACTIVE, SubscriptionState.PAUSED),
    }
    return {
        "id": one.id,
        "version": one.version,
        "created_at": one.created_at,
        "changed_at": one.changed_at,
        "allowed_actions": [deed.value for deed, possible in deeds.items() if possible and allows(actor, deed, one)],
        "institution_id": one.institution_id,
        "institution_name": session.scalars(
            select(col(Institution.name)).where(col(Institution.id) == one.institution_id)
        ).one(),
        "url": one.url,
        "types": [MessageType(type_) for type_ in one.types],
        "state": one.state,
        "has_bearer": one.bearer is not None,
        "former_secret_until": one.former_until,
        "fault": one.fault,
        "failing_since": one.failing_since,
        "ended_at": one.ended_at,
        "ended_because": one.ended_because,
    }


def list_deliveries(session: Session, actor: Actor, subscription_id: UUID, wanted: DeliveryQuery) -> Page[DeliveryItem]:
    """List what became of the messages to one subscription, the last first."""
    subscription = find_subscription(session, actor, subscription_id)
    rows, more = fetch(session, actor, wanted, _delivered, LAST_FIRST, subscription_id=subscription_id)
    items = [DeliveryItem(**_item(actor, subscription, *row)) for row in rows]
    return Page(items=items, next_cursor=cursor_after(items[-1].number, items[-1].id) if more else None)


def _delivered(actor: Actor, wanted: DeliveryQuery) -> Select[*tuple[Any, ...]]:
    query = _with_last_attempt().where(col(Delivery.subscription_id) == bindparam("subscription_id", type_=Uuid))
    return query.where(col(Delivery.state) == wanted.state) if wanted.state else query


def _with_last_attempt() -> Select[*tuple[Any, ...]]:
    return (
        select(Delivery, Message, col(DeliveryAttempt.status), col(DeliveryAttempt.fault))
        .join(Message, col(Message.id) == Delivery.message_id)
        .outerjoin(
            DeliveryAttempt,
            (col(DeliveryAttempt.delivery_id) == Delivery.id) & (col(DeliveryAttempt.number) == Delivery.attempts),
        )
    )


def find_delivery(session: Session, actor: Actor, delivery_id: UUID) -> tuple[Delivery, Subscription]:
    """Return a delivery and its subscription, when the actor may know of that; the latter locked when it writes."""
    subscription_id = session.scalar(select(col(Delivery.subscription_id)).where(col(Delivery.id) == delivery_id))
    if subscription_id is None:
        raise NotFound
    subscription = find_subscription(session, actor, subscription_id)
    return session.get_one(Delivery, delivery_id), subscription


def show_delivery(session: Session, actor: Actor, delivery_id: UUID) -> DeliveryOut:
    """Show what became of one message, with each try."""
    _, subscription = find_delivery(session, actor, delivery_id)
    row = session.execute(_with_last_attempt().where(col(Delivery.id) == delivery_id)).one()
    tries = session.scalars(
        select(DeliveryAttempt)
        .where(col(DeliveryAttempt.delivery_id) == delivery_id)
        .order_by(col(DeliveryAttempt.number))
    )
    settings: Settings = session.info["settings"]
    return DeliveryOut(
        **_item(actor, subscription, *row),
        subscription_id=subscription.id,
        tries=[
            AttemptOut(
                number=one.number,
                attempted_at=one.created_at,
                status=one.status,
                fault=one.fault,
                milliseconds=one.milliseconds,
            )
            for one in tries
        ],
        message=cloud_event(row[1], row[0].number, settings),
    )


def _item(
    actor: Actor, subscription: Subscription, delivery: Delivery, message: Message, status: int | None, fault: Any
) -> dict[str, Any]:
    can_resend = delivery.state is DeliveryState.DEAD and subscription.state is not SubscriptionState.ENDED
    resend = can_resend and allows(actor, Permission.RESEND_DELIVERY, subscription)
    return {
        "id": delivery.id,
        "number": delivery.number,
        "message_id": message.id,
        "type": message.type,
        "happened_at": message.created_at,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_status": status,
        "last_fault": fault,
        "next_attempt_at": delivery.next_attempt_at,
        "delivered_at": delivery.delivered_at,
        "allowed_actions": [Permission.RESEND_DELIVERY.value] if resend else [],
    }
