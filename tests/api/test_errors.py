"""What the core refuses has a status and an explanation, also where its kind was made long after the list of kinds."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import web.app  # noqa: F401 - every kind of refusal is known once all is imported
from api.errors import answer_with_problems
from bsa.errors import Conflict, Question
from bsa.headcount.areas import NotKnownHowMany
from bsa.statistics.budget import BudgetSpent

from tests.conftest import settings_for


def conflicts(kind: type[Conflict] = Conflict) -> Iterator[type[Conflict]]:
    """Return all kinds of conflict but the question, which is made of more than its words."""
    yield kind
    for inner in kind.__subclasses__():
        if inner is not Question:
            yield from conflicts(inner)


def refusing(kind: type[Conflict]) -> Callable[[], None]:
    def refuse() -> None:
        raise kind(kind.message.format_map(defaultdict(lambda: "3")))

    return refuse


def test_there_are_kinds_to_look_at() -> None:
    assert {Conflict, NotKnownHowMany, BudgetSpent} <= set(conflicts())


@pytest.mark.parametrize("kind", list(conflicts()), ids=lambda kind: kind.__name__)
def test_whatever_kind_of_conflict_it_is_it_is_answered_as_one(kind: type[Conflict]) -> None:
    app = FastAPI()
    app.state.database = SimpleNamespace(settings=settings_for("sqlite:///none.db", "sqlite:///none.db"))
    answer_with_problems(app)
    app.get("/")(refusing(kind))
    answer = TestClient(app, raise_server_exceptions=False).get("/")

    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert answer.json()["type"].endswith("/problems/conflict")
