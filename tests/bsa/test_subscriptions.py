"""Subscriptions: messages are written with the deed, put in line, and delivered in order, at least once."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from cloudevents.v1.http import from_http
from sqlmodel import Session, col, select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bsa import clock
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event, note
from bsa.outbox import TYPES, Message, MessageType
from bsa.permissions import Actor, Scope
from bsa.sealing import SealedCell, open_rows
from bsa.settings import Mode
from bsa.subscriptions import actions, queries
from bsa.subscriptions.addresses import check_url
from bsa.subscriptions.cloud import cloud_event
from bsa.subscriptions.delivering import LEASE, WAITS, send_waiting, serve, take, take_due
from bsa.subscriptions.models import (
    Delivery,
    DeliveryAttempt,
    DeliveryFault,
    DeliveryState,
    Subscription,
    SubscriptionEnding,
    SubscriptionState,
)
from bsa.subscriptions.post import Answer, Post
from bsa.subscriptions.shapes import DeliveryQuery, SubscriptionChange, SubscriptionIn, SubscriptionQuery
from bsa.subscriptions.spreading import spread

from tests.cast import NOW, Cast
from tests.conftest import Fresh
from tests.line import walk_the_line
from tests.receiver import RESET, Receiver, open_receiver

ADDRESS = "https://partner.example/bsa"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Open a partner's receiver."""
    with open_receiver() as receiver:
        yield receiver


@pytest.fixture
def active(database: Database, cast: Cast, receiver: Receiver, standing_clock: None) -> UUID:
    """Return a subscription of the corporation whose receiver agreed."""
    subscription_id = subscribed(database, cast.corporation, receiver.url)
    assert send_waiting(database) == 1
    return subscription_id


def subscribed(database: Database, actor: Actor, url: str, *types: MessageType) -> UUID:
    with database.writing() as session:
        return actions.subscribe(session, actor, SubscriptionIn(url=url, types=list(types))).id


def do_deeds(database: Database, cast: Cast, count: int, kind: str = "ask.asked") -> None:
    """Do something of which the corporation hears, so many times."""
    ask = SimpleNamespace(__tablename__="ask", id=uuid4(), institution_id=cast.corporation_id)
    for number in range(count):
        with database.writing() as session:
            note(session, cast.activator, kind, ask, number=number)


def read(database: Database, kind: type[Any], key: UUID) -> Any:
    with database.reading() as session:
        return session.get_one(kind, key)


def deliveries(database: Database, *columns: str) -> list[Any]:
    with database.reading() as session:
        rows = session.scalars(select(Delivery).order_by(col(Delivery.number))).all()
    return [
        tuple(getattr(row, name) for name in columns) if len(columns) > 1 else getattr(row, columns[0]) for row in rows
    ]


# --- the outbox -------------------------------------------------------------------------------------------------------


def test_the_line_of_the_ledger_is_told_to_its_institution_and_to_no_other(session: Session, cast: Cast) -> None:
    walk_the_line(session, cast)
    session.flush()
    messages = session.scalars(select(Message).order_by(col(Message.id))).all()

    assert {message.institution_id for message in messages} == {cast.corporation_id}
    assert [message.type for message in messages] == [
        MessageType.ASK_ASKED,
        MessageType.ASK_ANSWERED,
        MessageType.COMMITMENT_RECORDED,
    ]
    events = {event.id: event for event in session.scalars(select(Event))}
    assert [TYPES[events[message.id].kind] for message in messages] == [message.type for message in messages]


def test_what_was_rolled_back_is_told_to_nobody(database: Database, cast: Cast) -> None:
    ask = SimpleNamespace(__tablename__="ask", id=uuid4(), institution_id=cast.corporation_id)
    with pytest.raises(ZeroDivisionError):
        _ask_and_fail(database, cast.activator, ask)

    with database.reading() as session:
        assert session.scalars(select(Message)).all() == []


def _ask_and_fail(database: Database, actor: Actor, ask: SimpleNamespace) -> None:
    with database.writing() as session:
        note(session, actor, "ask.asked", ask)
        session.flush()
        raise ZeroDivisionError


def test_a_subject_can_keep_a_kind_of_event_from_its_partner(session: Session, cast: Cast) -> None:
    class Quiet:
        __tablename__ = "referral"
        id = uuid4()
        institution_id = cast.corporation_id

        def partner_hears(self, kind: str) -> bool:
            return kind == "referral.requested"

    for kind in ("referral.requested", "referral.accepted"):
        note(session, cast.activator, kind, Quiet())
    session.flush()

    assert session.scalars(select(Message.type)).all() == [MessageType.REFERRAL_REQUESTED]


def test_a_message_holds_keys_codes_and_moments_only(fresh_walked: Fresh) -> None:
    plain = re.compile(r"[A-Za-z0-9:/._+-]{1,200}")
    with fresh_walked() as (database, _), database.reading() as session:
        messages = session.scalars(select(Message)).all()
        events = [cloud_event(message, 1, database.settings) for message in messages]

    assert {message.subject_kind for message in messages} >= {"ask", "commitment"}
    assert {name for event in events for name in event} == {
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "datacontenttype",
        "dataref",
        "sequence",
        "sequencetype",
    }
    assert [event for event in events if not all(plain.fullmatch(value) for value in event.values())] == []
    for event, message in zip(events, messages, strict=True):
        assert event["dataref"].endswith(f"{message.subject_kind}s/{message.subject_id}")


# --- subscribing ------------------------------------------------------------------------------------------------------


def test_a_partner_subscribes_for_its_own_institution(session: Session, cast: Cast) -> None:
    made = actions.subscribe(session, cast.corporation, SubscriptionIn(url=ADDRESS))
    shown = queries.show_secret(session, cast.corporation, made.id)

    assert (shown.institution_id, shown.state, shown.types) == (cast.corporation_id, SubscriptionState.PENDING, [])
    assert shown.secret.startswith("whsec_")
    assert "secret" not in queries.show_subscription(session, cast.corporation, made.id).model_dump()
    assert isinstance(session.execute(select(Subscription.__table__.c.secret)).scalar_one(), SealedCell)  # type: ignore[attr-defined]
    assert session.scalars(select(Event.kind).where(col(Event.subject_kind) == "subscription")).all() == [
        "subscription.made"
    ]


def test_nobody_subscribes_for_another(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid):
        actions.subscribe(session, cast.corporation, SubscriptionIn(url=ADDRESS, institution_id=cast.rival_id))
    with pytest.raises(Invalid):
        actions.subscribe(session, cast.admin, SubscriptionIn(url=ADDRESS))
    with pytest.raises(NotAllowed):
        actions.subscribe(session, cast.activator, SubscriptionIn(url=ADDRESS))
    for_rival = actions.subscribe(session, cast.admin, SubscriptionIn(url=ADDRESS, institution_id=cast.rival_id))
    assert for_rival.institution_id == cast.rival_id


def test_a_machine_subscribes_only_with_the_scope_for_it(session: Session, cast: Cast) -> None:
    reads = replace(cast.corporation, scopes=frozenset({Scope.REFERRALS_READ}))
    manages = replace(cast.corporation, scopes=frozenset({Scope.SUBSCRIPTIONS_MANAGE}))

    with pytest.raises(NotAllowed):
        actions.subscribe(session, reads, SubscriptionIn(url=ADDRESS))
    made = actions.subscribe(session, manages, SubscriptionIn(url=ADDRESS))
    with pytest.raises(NotAllowed):
        queries.show_subscription(session, reads, made.id)
    with pytest.raises(NotAllowed):
        actions.resend_all(session, manages, made.id)


def test_another_partner_sees_nothing_of_it(session: Session, cast: Cast) -> None:
    made = actions.subscribe(session, cast.corporation, SubscriptionIn(url=ADDRESS))

    for somebody in (cast.rival, cast.activator, cast.teamleader):
        with pytest.raises(NotFound):
            queries.show_subscription(session, somebody, made.id)
        with pytest.raises(NotFound):
            queries.list_deliveries(session, somebody, made.id, DeliveryQuery())
    assert queries.list_subscriptions(session, cast.rival, SubscriptionQuery()).items == []
    assert [one.id for one in queries.list_subscriptions(session, cast.admin, SubscriptionQuery()).items] == [made.id]


def test_more_than_twenty_are_refused(session: Session, cast: Cast) -> None:
    for _ in range(actions.MOST_FOR_ONE):
        actions.subscribe(session, cast.corporation, SubscriptionIn(url=ADDRESS))
    with pytest.raises(Conflict):
        actions.subscribe(session, cast.corporation, SubscriptionIn(url=ADDRESS))


def test_a_change_of_an_old_version_is_refused(session: Session, cast: Cast) -> None:
    made = actions.subscribe(session, cast.corporation, SubscriptionIn(url=ADDRESS))
    change = SubscriptionChange(types=[MessageType.ASK_ASKED])

    actions.change_subscription(session, cast.corporation, made.id, made.version, change)
    assert made.types == [MessageType.ASK_ASKED.value]
    with pytest.raises(Stale):
        actions.change_subscription(session, cast.corporation, made.id, made.version - 1, change)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://10.1.2.3/",
        "https://172.16.0.1:8443/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://[ff02::1]/",
        "https://[fec0::1]/",
        "https://192.0.0.192/opc/v2/instance",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://printer.local/",
        "https://db.internal/",
        "http://partner.example/",
        "https://user:secret@partner.example/",
        "https://partner.example:0/",
        "https://partner.example:99999/",
        "https://partner.example/#part",
        "https:///nothing",
        "https://partner.example\\@10.0.0.1/",
    ],
)
def test_an_address_that_is_not_everybodys_is_refused_at_once(database: Database, url: str) -> None:
    settings = database.settings.model_copy(update={"mode": Mode.PRODUCTION, "partner_networks": ""})
    with pytest.raises(Invalid):
        check_url(url, settings)


@pytest.mark.parametrize(
    "url", ["https://partner.example/", "https://93.184.216.34/x?y=1", "https://[2606:4700::1111]/"]
)
def test_an_address_of_everybody_is_taken(database: Database, url: str) -> None:
    check_url(url, database.settings.model_copy(update={"mode": Mode.PRODUCTION, "partner_networks": ""}))


def test_a_network_that_the_installation_names_is_taken(database: Database) -> None:
    settings = database.settings.model_copy(
        update={"mode": Mode.PRODUCTION, "partner_networks": "10.1.2.0/24, fd00::/8"}
    )

    check_url("https://10.1.2.3/", settings)
    check_url("https://[fd00::7]/", settings)
    with pytest.raises(Invalid):
        check_url("https://10.1.3.3/", settings)


# --- the handshake ----------------------------------------------------------------------------------------------------


def test_messages_begin_once_the_receiver_says_that_it_wants_them(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    [asked] = receiver.came
    assert asked.method == "OPTIONS"
    assert asked.headers["WebHook-Request-Origin"] == "127.0.0.1"
    assert read(database, Subscription, active).state is SubscriptionState.ACTIVE


@pytest.mark.parametrize("origin", [None, "elsewhere.example", ""])
def test_without_its_word_it_stays_pending_with_the_reason_until_it_is_asked_again(
    database: Database, cast: Cast, receiver: Receiver, standing_clock: None, origin: str | None
) -> None:
    receiver.allowed_origin = origin
    key = subscribed(database, cast.corporation, receiver.url)
    do_deeds(database, cast, 1)
    spread(database)

    assert (send_waiting(database), send_waiting(database)) == (1, 0)
    kept = read(database, Subscription, key)
    assert (kept.state, kept.fault) == (SubscriptionState.PENDING, DeliveryFault.NO_CONSENT)

    receiver.allowed_origin = "127.0.0.1"
    with database.writing() as session:
        actions.ask_again(session, cast.corporation, key)
    assert send_waiting(database) == 2
    assert receiver.numbers == [1]


def test_another_address_is_asked_first(database: Database, cast: Cast, receiver: Receiver, active: UUID) -> None:
    with database.writing() as session:
        change = SubscriptionChange(url=f"{receiver.url}/new")
        actions.change_subscription(
            session, cast.corporation, active, read(database, Subscription, active).version, change
        )
    do_deeds(database, cast, 1)
    spread(database)
    send_waiting(database)

    assert [(told.method, told.path) for told in receiver.came[1:]] == [
        ("OPTIONS", "/messages/new"),
        ("POST", "/messages/new"),
    ]


# --- a message --------------------------------------------------------------------------------------------------------


def test_a_message_is_read_and_verified_by_libraries_that_are_not_ours(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    with database.reading() as session:
        secret = queries.show_secret(session, cast.corporation, active).secret
    do_deeds(database, cast, 1)
    spread(database)
    send_waiting(database)
    [told] = receiver.messages

    with database.reading() as session:
        [message] = session.scalars(select(Message)).all()
    assert told.headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    event = from_http(dict(told.headers), told.body)
    assert dict(event.get_attributes()) == {
        "specversion": "1.0",
        "id": str(message.id),
        "source": "urn:nld:kvknr:00000000.bsa",
        "type": "nl.toezeggingen.vraag-gesteld.v1",
        "time": "2026-03-24T09:30:00.000Z",
        "datacontenttype": "application/json",
        "dataref": f"http://127.0.0.1:8000/api/v1/asks/{message.subject_id}",
        "sequence": "1",
        "sequencetype": "Integer",
    }
    assert event.get_data() is None
    assert len(told.body) < 20_000
    assert told.headers["webhook-id"] == str(message.id)
    assert verified(secret, told)
    assert not verified(secret[:-5] + "AAAA=", told)


def verified(secret: str, told: Any) -> bool:
    """Verify as a receiver does; the clock of these tests stands, that of the library goes."""
    hook = Webhook(secret)
    moment = datetime.fromtimestamp(int(told.headers["webhook-timestamp"]), UTC)
    signature = hook.sign(told.headers["webhook-id"], moment, told.body.decode())
    return signature in told.headers["webhook-signature"].split(" ")


def test_a_receiver_refuses_an_old_or_changed_message(database: Database, cast: Cast, receiver: Receiver) -> None:
    key = subscribed(database, cast.corporation, receiver.url)
    with database.reading() as session:
        hook = Webhook(queries.show_secret(session, cast.corporation, key).secret)
    do_deeds(database, cast, 1)
    spread(database)
    send_waiting(database)
    [told] = receiver.messages

    headers = {name.lower(): value for name, value in told.headers.items()}
    assert hook.verify(told.body, headers) == told.event
    for changed in (
        {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)},
        {"webhook-id": str(uuid4())},
    ):
        with pytest.raises(WebhookVerificationError):
            hook.verify(told.body, headers | changed)
    with pytest.raises(WebhookVerificationError):
        hook.verify(told.body.replace(b"asks", b"task"), headers)


def test_while_a_secret_changes_both_verify_and_then_the_new_one_alone(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    with database.writing() as session:
        former = queries.show_secret(session, cast.corporation, active).secret
        actions.change_secret(session, cast.corporation, active)
        present = queries.show_secret(session, cast.corporation, active).secret
    do_deeds(database, cast, 1)
    spread(database)
    send_waiting(database)

    assert former != present
    assert verified(former, receiver.messages[0])
    assert verified(present, receiver.messages[0])

    with clock.standing_at(NOW + timedelta(hours=25)):
        do_deeds(database, cast, 1)
        spread(database)
        send_waiting(database)
    assert len(receiver.messages[1].headers["webhook-signature"].split(" ")) == 1


def test_a_receiver_sees_its_own_token(database: Database, cast: Cast, receiver: Receiver) -> None:
    with database.writing() as session:
        told = SubscriptionIn(url=receiver.url, bearer="abcdefghijklmnop")
        actions.subscribe(session, cast.corporation, told)
    send_waiting(database)
    assert receiver.came[0].headers["Authorization"] == "Bearer abcdefghijklmnop"


def test_a_test_message_goes_to_the_one_subscription_that_is_tested(
    database: Database, cast: Cast, receiver: Receiver, standing_clock: None
) -> None:
    tested = subscribed(database, cast.corporation, f"{receiver.url}/a", MessageType.ASK_ASKED)
    subscribed(database, cast.corporation, f"{receiver.url}/b")
    with database.writing() as session:
        actions.send_test(session, cast.corporation, tested)
    spread(database)
    send_waiting(database)

    assert [(told.path, told.event["type"]) for told in receiver.messages] == [
        ("/messages/a", "nl.abonnementen.proefbericht.v1")
    ]


def test_each_subscription_gets_the_types_it_wants_with_numbers_of_its_own(
    database: Database, cast: Cast, receiver: Receiver, standing_clock: None
) -> None:
    subscribed(database, cast.corporation, f"{receiver.url}/all")
    subscribed(database, cast.corporation, f"{receiver.url}/some", MessageType.ASK_CLOSED)
    subscribed(database, cast.rival, f"{receiver.url}/rival")
    do_deeds(database, cast, 2)
    do_deeds(database, cast, 1, "ask.closed")
    do_deeds(database, cast, 1, "ask.drafted")
    assert spread(database) == 3
    assert spread(database) == 0
    send_waiting(database)

    assert [(told.path, told.event["sequence"]) for told in sorted(receiver.messages, key=lambda told: told.path)] == [
        ("/messages/all", "1"),
        ("/messages/all", "2"),
        ("/messages/all", "3"),
        ("/messages/some", "1"),
    ]


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (500, DeliveryFault.REFUSED),
        (404, DeliveryFault.REFUSED),
        (301, DeliveryFault.REDIRECT),
        (307, DeliveryFault.REDIRECT),
        (429, DeliveryFault.BUSY),
        (RESET, DeliveryFault.BROKEN_ANSWER),
    ],
)
def test_a_failure_is_tried_again_later_and_what_comes_after_waits(
    database: Database, cast: Cast, receiver: Receiver, active: UUID, status: int, fault: DeliveryFault
) -> None:
    receiver.answers = [(status, {"Location": f"{receiver.url}/elsewhere"})]
    do_deeds(database, cast, 2)
    spread(database)

    assert send_waiting(database) == 1
    assert send_waiting(database) == 0
    kept = read(database, Subscription, active)
    assert (kept.fault, kept.failing_since) == (fault, NOW)
    assert timedelta(seconds=4.4) < kept.next_attempt_at - NOW < timedelta(seconds=5.6)
    assert [told.path for told in receiver.messages] == ["/messages"]

    with clock.standing_at(NOW + timedelta(seconds=6)):
        assert send_waiting(database) == 2
    assert receiver.numbers == [1, 1, 2]
    assert receiver.messages[0].headers["webhook-id"] == receiver.messages[1].headers["webhook-id"]
    assert receiver.messages[0].headers["webhook-timestamp"] != receiver.messages[1].headers["webhook-timestamp"]
    assert read(database, Subscription, active).fault is None
    with database.reading() as session:
        tries = session.scalars(select(DeliveryAttempt).order_by(col(DeliveryAttempt.id))).all()
    assert [(one.number, one.status, one.fault) for one in tries] == [
        (1, status or None, fault),
        (2, 204, None),
        (1, 204, None),
    ]


@pytest.mark.parametrize(
    ("status", "wish", "waits"),
    [
        (429, "120", timedelta(seconds=120)),
        (503, "Tue, 24 Mar 2026 10:30:00 GMT", timedelta(hours=1)),
        (429, "9999999999", timedelta(hours=24)),
        (429, "soon", timedelta(seconds=5)),
        (500, "120", timedelta(seconds=5)),
    ],
)
def test_a_busy_receiver_says_how_long_to_wait(
    database: Database, cast: Cast, receiver: Receiver, active: UUID, status: int, wish: str, waits: timedelta
) -> None:
    receiver.answers = [(status, {"Retry-After": wish})]
    do_deeds(database, cast, 1)
    spread(database)
    send_waiting(database)

    asked_for = read(database, Subscription, active).next_attempt_at - NOW
    assert abs(asked_for - waits) <= waits * 0.11 if waits.seconds == 5 else asked_for == waits


def test_a_message_is_given_up_after_the_last_wait_and_the_next_one_goes_on(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    receiver.always = 500
    do_deeds(database, cast, 2)
    spread(database)
    moment, waited = NOW, []
    for _ in range(len(WAITS) + 1):
        with clock.standing_at(moment):
            assert send_waiting(database) == 1
            then = read(database, Subscription, active).next_attempt_at
            waited.append(then - moment)
            moment = then

    assert [0.89 < wait / planned < 1.11 for wait, planned in zip(waited, WAITS, strict=False)] == [True] * 7
    assert deliveries(database, "state") == [DeliveryState.DEAD, DeliveryState.WAITING]
    # What is older than a day gets one try.
    with clock.standing_at(moment):
        assert send_waiting(database) == 1
    assert deliveries(database, "state", "attempts") == [(DeliveryState.DEAD, 8), (DeliveryState.DEAD, 1)]

    receiver.always = 204
    with database.writing() as session, clock.standing_at(moment):
        first = queries.list_deliveries(session, cast.admin, active, DeliveryQuery()).items[-1]
        with pytest.raises(NotAllowed):
            actions.resend(session, cast.corporation, first.id)
        actions.resend(session, cast.admin, first.id)
    with clock.standing_at(moment):
        assert send_waiting(database) == 1
        with database.writing() as session:
            with pytest.raises(Conflict):
                actions.resend(session, cast.admin, first.id)
            assert actions.resend_all(session, cast.admin, active) == 1
        send_waiting(database)
    assert deliveries(database, "state") == [DeliveryState.DELIVERED] * 2
    assert receiver.numbers[-2:] == [1, 2]


def test_a_receiver_that_is_gone_ends_the_subscription(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    receiver.answers = [(410, {})]
    do_deeds(database, cast, 3)
    spread(database)
    send_waiting(database)

    ended = read(database, Subscription, active)
    assert (ended.state, ended.ended_because) == (SubscriptionState.ENDED, SubscriptionEnding.GONE)
    assert deliveries(database, "state") == [DeliveryState.DEAD] * 3
    do_deeds(database, cast, 1)
    spread(database)
    assert send_waiting(database) == 0
    assert len(deliveries(database, "id")) == 3
    with database.writing() as session, pytest.raises(Conflict):
        actions.resend_all(session, cast.admin, active)
    with database.writing() as session, pytest.raises(Conflict):
        actions.send_test(session, cast.corporation, active)


def test_while_paused_messages_wait_in_line(database: Database, cast: Cast, receiver: Receiver, active: UUID) -> None:
    def pause(paused: bool) -> None:
        with database.writing() as session:
            version = session.get_one(Subscription, active).version
            actions.change_subscription(session, cast.corporation, active, version, SubscriptionChange(paused=paused))

    pause(True)
    do_deeds(database, cast, 2)
    spread(database)
    assert send_waiting(database) == 0
    pause(False)
    assert send_waiting(database) == 2


def test_an_ended_subscription_keeps_nothing_of_its_secrets(database: Database, cast: Cast, active: UUID) -> None:
    with database.writing() as session:
        before = queries.show_secret(session, cast.corporation, active)
        actions.end_subscription(session, cast.corporation, active, before.version)
    with database.reading() as session:
        kept = session.get_one(Subscription, active)
        open_rows(session, [kept])
        assert kept.secret != before.secret
        assert (kept.former_secret, kept.bearer, kept.ended_because) == (None, None, SubscriptionEnding.ASKED)


# --- one sender at a time ---------------------------------------------------------------------------------------------


def test_one_sender_serves_a_subscription_until_its_lease_runs_out(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    do_deeds(database, cast, 1)
    spread(database)
    lost = take(database, active)
    assert lost is not None

    assert take_due(database) == []
    with clock.standing_at(NOW + LEASE + timedelta(seconds=1)):
        [found] = take_due(database)
        assert serve(database, lost) == 0
        assert serve(database, found) == 1
    assert receiver.numbers == [1]


def test_who_is_killed_between_sending_and_writing_it_down_sends_it_again(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    class Killed(Post):
        def send(self, *told: Any) -> Answer:
            super().send(*told)
            raise KeyboardInterrupt

    do_deeds(database, cast, 1)
    spread(database)
    ticket = take(database, active)
    assert ticket is not None
    with pytest.raises(KeyboardInterrupt):
        serve(database, ticket, Killed(database.settings))
    with clock.standing_at(NOW + LEASE + timedelta(seconds=1)):
        assert send_waiting(database) == 1

    assert receiver.numbers == [1, 1]
    assert len({told.headers["webhook-id"] for told in receiver.messages}) == 1


# --- where messages go ------------------------------------------------------------------------------------------------


def test_a_name_that_means_something_else_at_the_second_sending_is_refused(
    database: Database, receiver: Receiver
) -> None:
    meanings = iter([["127.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["169.254.169.254"], ["::1"], ["127.0.0.1"]])
    post = Post(database.settings, resolve=lambda host, port: next(meanings))
    url = f"http://partner.example:{receiver.port}/messages"
    answers = [post.send("POST", url, {"Host": "partner.example"}, b"{}") for _ in range(5)]

    private = (None, DeliveryFault.PRIVATE_ADDRESS)
    assert [(answer.status, answer.fault) for answer in answers] == [
        (204, None),
        private,
        private,
        private,
        (204, None),
    ]
    assert len(receiver.messages) == 2


def unknown(host: str, port: int) -> list[str]:
    raise socket.gaierror


def test_what_goes_wrong_before_an_answer_has_a_name(database: Database, receiver: Receiver) -> None:
    def fault_of(url: str, resolve: Callable[[str, int], list[str]] = lambda host, port: ["127.0.0.1"]) -> Any:
        return Post(database.settings, resolve, timeout=0.3).send("POST", url, {"Host": "partner.example"}, b"").fault

    here = f"partner.example:{receiver.port}"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert fault_of(f"http://partner.example:{closed.getsockname()[1]}/") is DeliveryFault.UNREACHABLE
    assert fault_of(f"http://{here}/", unknown) is DeliveryFault.UNKNOWN_HOST
    assert {fault_of(url) for url in ("http://partner.example:99999/", "http://partner.example/\xe9")} == {
        DeliveryFault.UNKNOWN_HOST
    }
    assert fault_of(f"https://{here}/") in (DeliveryFault.TLS, DeliveryFault.TIMEOUT)
    receiver.drips = True
    assert fault_of(f"http://{here}/") is DeliveryFault.TIMEOUT
    receiver.drips, receiver.seconds = False, 0.5
    assert fault_of(f"http://{here}/") is DeliveryFault.TIMEOUT


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_the_delivery_log_tells_each_try_and_shows_the_message(
    database: Database, cast: Cast, receiver: Receiver, active: UUID
) -> None:
    receiver.answers = [(500, {})]
    do_deeds(database, cast, 1)
    spread(database)
    send_waiting(database)

    with database.reading() as session:
        [item] = queries.list_deliveries(
            session, cast.corporation, active, DeliveryQuery(state=DeliveryState.WAITING)
        ).items
        shown = queries.show_delivery(session, cast.corporation, item.id)
        with pytest.raises(NotFound):
            queries.show_delivery(session, cast.rival, item.id)
    assert (item.number, item.attempts, item.last_status) == (1, 1, 500)
    assert item.next_attempt_at is not None
    assert [(one.number, one.status) for one in shown.tries] == [(1, 500)]
    assert shown.message == receiver.messages[0].event


def test_messages_of_long_ago_are_forgotten(database: Database, cast: Cast, receiver: Receiver, active: UUID) -> None:
    do_deeds(database, cast, 2)
    spread(database)
    send_waiting(database)
    with clock.standing_at(NOW + timedelta(days=80)):
        do_deeds(database, cast, 1)
        spread(database)
    with clock.standing_at(NOW + timedelta(days=91)), database.writing() as session:
        actions.forget_messages(session)

    assert deliveries(database, "number") == [3]
    with database.reading() as session:
        assert len(session.scalars(select(Message.id)).all()) == 1
        assert session.scalars(select(DeliveryAttempt.id)).all() == []
