"""The API document as pages, in both languages."""

import pytest

from api.bodies import LARGEST_BODY
from api.envelope import VERSION
from bsa.outbox import MessageType

from tests.web.conftest import Browse


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", ("Onderdelen", "Wat een systeem")), ("en", ("The parts", "What a machine may be allowed"))],
)
def test_the_first_page_says_how_to_begin(browse: Browse, language: str, words: tuple[str, ...]) -> None:
    client = browse()
    client.cookies.set("lang", language)
    page = client.get("/api").text
    for word in (*words, "referrals:read", "/oauth/token", "openapi.json", "/problems", "/api/changes"):
        assert word in page


def test_an_operation_is_found_by_words_and_by_its_address(browse: Browse) -> None:
    client = browse()
    assert "#noteContact" in client.get("/api?text=contacts%20post").text
    assert "#noteContact" not in client.get("/api?text=zzzz").text
    client.cookies.set("lang", "nl")
    assert "#showCommitment" in client.get("/api?text=toezegging").text


def test_a_part_shows_each_operation_with_an_example_and_what_it_takes(browse: Browse) -> None:
    page = browse().get("/api/parts/contacts").text
    assert 'id="noteContact"' in page
    assert "curl -X POST" in page
    assert "happenedOn" in page
    assert "Idempotency-Key" in page
    assert browse().get("/api/parts/nothing").status_code == 404


def test_every_kind_of_message_and_every_version_is_told(browse: Browse) -> None:
    page = browse().get("/api/messages").text
    assert [kind for kind in MessageType if kind.value not in page] == []
    assert VERSION in browse().get("/api/changes").text


def test_what_partners_use_stands_first_and_each_refusal_leads_to_its_page(browse: Browse) -> None:
    page = browse().get("/api").text
    assert page.index("/api/parts/referrals") < page.index("/api/parts/accounts")
    found = browse().get("/api?text=post%20/referrals").text
    assert found.index("#sendReferral") < found.index("#acceptReferral")
    part = browse().get("/api/parts/referrals").text
    assert 'href="/problems/key-reused"' in part
    assert "Idempotency-Key: " in part


def test_what_stands_between_backticks_is_drawn_as_code(browse: Browse) -> None:
    browser = browse()

    assert "its kind in <code>type</code>" in browser.get("/problems").text
    for address in ("/problems", "/problems/stale", "/api/parts/referrals", "/api/messages", "/api/changes"):
        assert "`" not in browser.get(address).text, address


def test_what_is_too_large_is_refused_in_our_own_words(browse: Browse) -> None:
    client, large = browse(), b"x" * (LARGEST_BODY + 1)
    refused = client.post("/api/v1/themes", content=large, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.headers["content-type"]) == (413, "application/problem+json")
    assert refused.headers["api-version"] == VERSION
    page = client.post("/sign-in", content=large, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (page.status_code, "bsa-main" in page.text) == (413, True)


def test_whatever_stands_in_an_address_of_the_api_is_answered_as_the_api_does(browse: Browse) -> None:
    answer = browse().get("/api/v1/meetings/a%0Ab/items")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
