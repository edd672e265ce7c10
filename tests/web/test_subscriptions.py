"""The pages of messages to partners: subscribing, what was sent, and sending again what was given up."""

from uuid import UUID

import pytest
from sqlmodel import select

from bsa.database import Database
from bsa.subscriptions.models import Delivery, DeliveryState, Subscription, SubscriptionState

from tests.cast import Cast
from tests.delivered import ADDRESS, a_subscription
from tests.web.conftest import Browse


@pytest.fixture
def things(database: Database, cast: Cast, standing_clock: None) -> dict[str, UUID]:
    """Make a subscription with what became of its messages."""
    with database.writing() as session:
        return a_subscription(session, cast)


def read(database: Database, key: UUID) -> Subscription:
    with database.reading() as session:
        return session.get_one(Subscription, key)


def test_nobody_has_subscribed_yet(browse: Browse) -> None:
    assert "Nobody hears of anything yet" in browse("corporation").get("/subscriptions").text


def test_a_partner_subscribes_and_sees_the_secret_once(browse: Browse, database: Database) -> None:
    browser = browse("corporation")
    sent = browser.fill_in("/subscriptions", url=ADDRESS, types=["nl.toezeggingen.vraag-gesteld.v1"])
    with database.reading() as session:
        [made] = session.scalars(select(Subscription)).all()

    assert sent.status_code == 201
    assert "whsec_" in sent.text
    assert made.types == ["nl.toezeggingen.vraag-gesteld.v1"]
    for path in ("/subscriptions", f"/subscriptions/{made.id}", f"/subscriptions/{made.id}/edit"):
        assert "whsec_" not in browser.get(path).text


def test_an_address_of_our_own_is_refused_beside_its_field(browse: Browse) -> None:
    sent = browse("corporation").fill_in("/subscriptions", url="https://10.0.0.1/x")

    assert sent.status_code == 400
    assert "public addresses only" in sent.text
    assert 'value="https://10.0.0.1/x"' in sent.text


def test_an_administrator_says_for_which_institution(browse: Browse, cast: Cast, database: Database) -> None:
    browser = browse("admin")
    assert "Of which institution" in browser.get("/subscriptions/new").text
    assert browser.fill_in("/subscriptions", url=ADDRESS).status_code == 400
    assert browser.fill_in("/subscriptions", url=ADDRESS, institution_id=str(cast.rival_id)).status_code == 201


def test_the_page_tells_what_became_of_each_message(browse: Browse, things: dict[str, UUID]) -> None:
    page = browse("corporation").get(f"/subscriptions/{things['subscription']}").text
    for words in ("Question put", "given up", "arrived", "waits", "the receiver refused it", "(500)"):
        assert words in page
    assert "Send all of it again" not in page

    message = browse("corporation").get(f"/deliveries/{things['delivery']}").text
    for words in ("Message 1", "80 ms", "specversion", "nl.toezeggingen.vraag-gesteld.v1", "/api/v1/asks/"):
        assert words in message
    assert "Send it again" not in message


def test_what_is_given_up_is_sent_again_by_an_administrator(
    browse: Browse, things: dict[str, UUID], database: Database
) -> None:
    browser = browse("admin")
    assert "Send all of it again" in browser.get(f"/subscriptions/{things['subscription']}").text
    assert "Send all of it again" not in browser.get(f"/subscriptions/{things['unasked']}").text
    assert "Send it again" in browser.get(f"/deliveries/{things['delivery']}").text
    assert browser.fill_in(f"/deliveries/{things['delivery']}/resendings").status_code == 303
    with database.reading() as session:
        assert session.get_one(Delivery, things["delivery"]).state is DeliveryState.WAITING
    again = browser.fill_in(f"/deliveries/{things['delivery']}/resendings")
    assert again.status_code == 409
    assert "Only what was given up" in again.text
    assert browser.fill_in(f"/subscriptions/{things['subscription']}/resendings").status_code == 303


def test_messages_wait_and_go_on(browse: Browse, things: dict[str, UUID], database: Database) -> None:
    browser, key = browse("corporation"), things["subscription"]
    for paused, state in (("true", SubscriptionState.PAUSED), ("false", SubscriptionState.ACTIVE)):
        version = browser.version(Subscription, key)
        assert browser.fill_in(f"/subscriptions/{key}/pause", paused=paused, version=version).status_code == 303
        assert read(database, key).state is state
    assert browser.fill_in(f"/subscriptions/{key}/pause", paused="true", version=0).status_code == 412
    unasked = things["unasked"]
    version = browser.version(Subscription, unasked)
    assert browser.fill_in(f"/subscriptions/{unasked}/pause", paused="true", version=version).status_code == 409


def test_address_types_and_token_are_changed(browse: Browse, things: dict[str, UUID], database: Database) -> None:
    browser, path = browse("corporation"), f"/subscriptions/{things['subscription']}"

    def change(**told: str) -> int:
        version = browser.version(Subscription, things["subscription"])
        return browser.fill_in(f"{path}/edit", **({"version": version, "url": ADDRESS} | told)).status_code

    assert change(bearer="abcdefghijklmnop", types="nl.toezeggingen.vraag-gesteld.v1") == 303
    kept = read(database, things["subscription"])
    assert (kept.bearer is not None, kept.types) == (True, ["nl.toezeggingen.vraag-gesteld.v1"])
    assert change() == 303
    kept = read(database, things["subscription"])
    assert (kept.bearer is not None, kept.types) == (True, [])
    assert change(without_bearer="true") == 303
    assert read(database, things["subscription"]).bearer is None
    assert change(url="nonsense") == 400
    assert change(version="0") == 412


def test_the_receiver_is_asked_again_and_a_test_message_sent(browse: Browse, things: dict[str, UUID]) -> None:
    browser = browse("corporation")
    assert browser.fill_in(f"/subscriptions/{things['unasked']}/handshakes").status_code == 303
    assert browser.fill_in(f"/subscriptions/{things['subscription']}/handshakes").status_code == 409
    assert browser.fill_in(f"/subscriptions/{things['subscription']}/test-messages").status_code == 303


def test_a_new_secret_is_shown_once_and_messages_end(
    browse: Browse, things: dict[str, UUID], database: Database
) -> None:
    browser, path = browse("corporation"), f"/subscriptions/{things['subscription']}"
    assert "whsec_" in browser.fill_in(f"{path}/secrets").text
    version = browser.version(Subscription, things["subscription"])
    assert browser.fill_in(f"{path}/ending", version=version).status_code == 303
    assert read(database, things["subscription"]).state is SubscriptionState.ENDED
    assert "Nothing is sent there any more." in browser.get(path).text
    assert browser.fill_in(f"{path}/secrets").status_code == 409
