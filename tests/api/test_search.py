"""Searching through the API: the words in the body, the answer by kind, the page of one kind."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bsa.database import Database
from bsa.search.keeper import Keeper

from tests.conftest import Fresh
from tests.doors import api_on


@pytest.fixture
def walked(fresh_walked: Fresh) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """Open the walked installation, with an index of it."""
    with fresh_walked() as (database, things):
        keeper = Keeper(database)
        keeper.build()
        with TestClient(api_on(database)) as client:
            yield client, things
        keeper.stop()


def ask(client: TestClient, things: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = client.post("/searches", json=body, headers={"Authorization": f"Bearer {things['activator_token']}"})
    return {"status": answer.status_code, **answer.json()}


def test_an_answer_has_groups_of_hits_with_the_words_marked(walked: tuple[TestClient, dict[str, str]]) -> None:
    client, things = walked

    answer = ask(client, things, words="Kachel")

    assert answer == {
        "status": 200,
        "groups": [
            {
                "kind": "need",
                "hits": [
                    {
                        "id": things["need"],
                        "title": [{"text": "Ik zoek een ", "marked": False}, {"text": "kachel", "marked": True}],
                        "excerpt": [],
                        "areaId": things["here"],
                        "areaName": "Oude Molenbuurt",
                        "about": "Geert",
                        "allowedActions": ["open_record"],
                    }
                ],
                "nextCursor": None,
            }
        ],
        "complete": True,
        "close": False,
        "meant": None,
    }


def test_a_deeper_layer_stands_in_the_excerpt(walked: tuple[TestClient, dict[str, str]]) -> None:
    client, things = walked

    (group,) = ask(client, things, words="durf klagen")["groups"]

    assert [piece["text"] for piece in group["hits"][0]["excerpt"] if piece["marked"]] == ["durf", "klagen"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "words"),
        ({"words": " "}, "words"),
        ({"words": "x" * 101}, "words"),
        ({"words": "x", "kind": "note"}, "kind"),
        ({"words": "x", "limit": 101}, "limit"),
        ({"words": "x", "cursor": "abc"}, ""),
        ({"words": "x", "kind": "need", "cursor": "abc"}, "cursor"),
        ({"words": "x", "all": True}, "all"),
    ],
)
def test_what_is_not_right_is_named(
    walked: tuple[TestClient, dict[str, str]], body: dict[str, Any], where: str
) -> None:
    client, things = walked

    answer = ask(client, things, **body)

    assert answer["status"] == 400
    assert where in str(answer["errors"])


def test_words_that_mean_something_to_the_index_are_only_words(walked: tuple[TestClient, dict[str, str]]) -> None:
    client, things = walked

    for words in ('kachel" OR "geert', "kachel*", "NOT kachel", "_nw", "(kachel", "kachel AND geert", "'; DROP TABLE"):
        answer = ask(client, things, words=words)
        assert answer["status"] == 200, words
    assert ask(client, things, words="kachel NEAR ik")["groups"] == []


def test_a_process_that_has_no_index_yet_answers_that_it_is_not_complete(
    fresh_walked: Fresh, database: Database
) -> None:
    with fresh_walked() as (base, things), TestClient(api_on(base)) as client:
        assert ask(client, things, words="kachel") == {
            "status": 200,
            "groups": [],
            "complete": False,
            "close": False,
            "meant": None,
        }
