"""Deeds about subscriptions. Nothing is sent from here: the worker does what was asked a second later."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import Conflict, invalid
from bsa.events import note
from bsa.institutions.models import Institution
from bsa.institutions.queries import institution_named
from bsa.outbox import Message
from bsa.permissions import Actor, Permission, Role, require
from bsa.rows import not_stale
from bsa.sealing import open_rows
from bsa.settings import Settings
from bsa.subscriptions.addresses import check_url
from bsa.subscriptions.delivering import end
from bsa.subscriptions.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    Subscription,
    SubscriptionEnding,
    SubscriptionState,
)
from bsa.subscriptions.queries import find_delivery, find_subscription
from bsa.subscriptions.shapes import SubscriptionChange, SubscriptionIn
from bsa.subscriptions.signing import make_secret

MOST_FOR_ONE = 20
"""Subscriptions of one institution that are in use; each has its messages sent."""


def subscribe(session: Session, actor: Actor, told: SubscriptionIn) -> Subscription:
    """Subscribe an institution to messages; they begin once its receiver says that it wants them."""
    require(actor, Permission.KEEP_SUBSCRIPTION)
    institution_id = _for_whom(session, actor, told.institution_id)
    check_url(told.url, session.info["settings"])
    in_use = session.scalars(
        select(col(Subscription.id)).where(
            col(Subscription.institution_id) == institution_id, col(Subscription.state) != SubscriptionState.ENDED
        )
    ).all()
    if len(in_use) >= MOST_FOR_ONE:
        raise Conflict("There are twenty subscriptions in use already. End one that is no longer needed.")
    subscription = Subscription(
        institution_id=institution_id,
        account_id=actor.id,
        url=told.url,
        types=[type_.value for type_ in told.types],
        secret=make_secret(),
        bearer=told.bearer,
        next_attempt_at=clock.now(),
    )
    session.add(subscription)
    note(session, actor, "subscription.made", subscription)
    session.flush()
    return subscription


def change_subscription(
    session: Session, actor: Actor, subscription_id: UUID, version: int, change: SubscriptionChange
) -> Subscription:
    """Change where messages go, which, or whether they wait; a new address is asked first whether it wants them."""
    subscription = _in_use(session, actor, subscription_id, version)
    if change.url is not None and change.url != subscription.url:
        check_url(change.url, session.info["settings"])
        subscription.url = change.url
        _ask_first(subscription)
    if change.types is not None:
        subscription.types = [type_.value for type_ in change.types]
    if "bearer" in change.model_fields_set:
        subscription.bearer = change.bearer
    if change.paused is not None:
        _pause(subscription, paused=change.paused)
    subscription.touch()
    note(session, actor, "subscription.changed", subscription)
    session.flush()
    return subscription


def change_secret(session: Session, actor: Actor, subscription_id: UUID) -> Subscription:
    """Make a new secret; for the hours that are set, messages are signed with the former one too."""
    subscription = _in_use(session, actor, subscription_id)
    settings: Settings = session.info["settings"]
    open_rows(session, [subscription])
    subscription.former_secret = subscription.secret
    subscription.former_until = clock.now() + timedelta(hours=settings.secret_hours)
    subscription.secret = make_secret()
    subscription.touch()
    note(session, actor, "subscription.secret_changed", subscription)
    session.flush()
    return subscription


def ask_again(session: Session, actor: Actor, subscription_id: UUID) -> Subscription:
    """Ask the receiver again whether it wants our messages."""
    subscription = _in_use(session, actor, subscription_id)
    if subscription.state is not SubscriptionState.PENDING:
        raise Conflict("This receiver said already that it wants our messages.")
    _ask_first(subscription)
    subscription.touch()
    note(session, actor, "subscription.asked", subscription)
    session.flush()
    return subscription


def send_test(session: Session, actor: Actor, subscription_id: UUID) -> Subscription:
    """Put a test message in line; it goes to this subscription only, whatever types it wants."""
    subscription = _in_use(session, actor, subscription_id)
    note(session, actor, "subscription.tested", subscription)
    session.flush()
    return subscription


def end_subscription(session: Session, actor: Actor, subscription_id: UUID, version: int) -> None:
    """End a subscription for good; what still waits in its line is never sent."""
    subscription = _in_use(session, actor, subscription_id, version)
    end(session, subscription, SubscriptionEnding.ASKED)
    note(session, actor, "subscription.ended", subscription, because=SubscriptionEnding.ASKED)
    session.flush()


def resend(session: Session, actor: Actor, delivery_id: UUID) -> Delivery:
    """Put a delivery that was given up in line again; it gets one more try, before what waits."""
    delivery, subscription = find_delivery(session, actor, delivery_id)
    require(actor, Permission.RESEND_DELIVERY, subscription)
    _not_ended(subscription)
    if delivery.state is not DeliveryState.DEAD:
        raise Conflict("Only what was given up is sent again: this was delivered, or still waits its turn.")
    delivery.state, delivery.next_attempt_at = DeliveryState.WAITING, None
    if subscription.state is SubscriptionState.ACTIVE:
        subscription.next_attempt_at = None
    note(session, actor, "subscription.resent", subscription, delivery_id=delivery.id, number=delivery.number)
    session.flush()
    return delivery


def resend_all(session: Session, actor: Actor, subscription_id: UUID) -> int:
    """Put everything that was given up in line again, in its old order; return how many there are."""
    subscription = find_subscription(session, actor, subscription_id)
    require(actor, Permission.RESEND_DELIVERY, subscription)
    _not_ended(subscription)
    dead = col(Delivery.subscription_id) == subscription.id, col(Delivery.state) == DeliveryState.DEAD
    count = len(session.scalars(select(col(Delivery.id)).where(*dead)).all())
    session.execute(update(Delivery).where(*dead).values(state=DeliveryState.WAITING))
    if subscription.state is SubscriptionState.ACTIVE:
        subscription.next_attempt_at = None
    note(session, actor, "subscription.resent", subscription, count=count)
    session.flush()
    return count


def forget_messages(session: Session) -> None:
    """Forget messages of long ago, with how they were delivered."""
    settings: Settings = session.info["settings"]
    before = clock.now() - timedelta(days=settings.message_days)
    messages = select(col(Message.id)).where(col(Message.created_at) < before)
    deliveries = select(col(Delivery.id)).where(col(Delivery.message_id).in_(messages))
    for old in (
        delete(DeliveryAttempt).where(col(DeliveryAttempt.delivery_id).in_(deliveries)),
        delete(Delivery).where(col(Delivery.message_id).in_(messages)),
        delete(Message).where(col(Message.created_at) < before),
    ):
        session.execute(old, execution_options={"synchronize_session": False})


def _for_whom(session: Session, actor: Actor, named: UUID | None) -> UUID:
    """Return the institution that subscribes: of a partner, its own, whatever the body says."""
    if actor.has(Role.ADMINISTRATOR):
        if named is None:
            raise invalid("institution_id", "missing", "Say for which institution.")
        return institution_named(session, actor, named, at="institution_id").id
    if actor.institution_id is None or named not in (None, actor.institution_id):
        raise invalid("institution_id", "not_yours", "You subscribe for your own institution only. Leave this out.")
    return session.get_one(Institution, actor.institution_id).id


def _in_use(session: Session, actor: Actor, subscription_id: UUID, version: int | None = None) -> Subscription:
    subscription = find_subscription(session, actor, subscription_id)
    require(actor, Permission.KEEP_SUBSCRIPTION, subscription)
    not_stale(subscription, version)
    _not_ended(subscription)
    return subscription


def _not_ended(subscription: Subscription) -> None:
    if subscription.state is SubscriptionState.ENDED:
        raise Conflict("This subscription has ended. Make another one.")


def _ask_first(subscription: Subscription) -> None:
    subscription.state = SubscriptionState.PENDING
    subscription.fault = subscription.failing_since = None
    subscription.next_attempt_at = clock.now()


def _pause(subscription: Subscription, *, paused: bool) -> None:
    if paused and subscription.state is SubscriptionState.PENDING:
        raise Conflict("Nothing is sent yet: the receiver has not said that it wants our messages.")
    if paused:
        subscription.state = SubscriptionState.PAUSED
    elif subscription.state is SubscriptionState.PAUSED:
        subscription.state, subscription.next_attempt_at = SubscriptionState.ACTIVE, None
