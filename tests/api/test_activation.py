"""Double activation through the API: its shape, and which quarters it takes."""

import pytest

from bsa.database import Database

from tests.api.conftest import ClientOf
from tests.cast import Cast
from tests.line import walk_the_line


def test_it_tells_both_sides_and_every_ingredient(database: Database, cast: Cast, client_of: ClientOf) -> None:
    with database.writing() as session:
        walk_the_line(session, cast)

    answer = client_of("policy").get(f"/areas/{cast.here_id}/double-activation", params={"quarter": "2026-Q1"})

    assert answer.status_code == 200
    told = answer.json()
    assert (told["quarter"], told["running"], told["enough"], told["score"]) == ("2026-Q1", True, False, None)
    assert (told["commitments"], told["commitmentsLeast"], told["quarterBefore"]) == (1, 5, "2025-Q4")
    assert {one["side"] for one in told["ingredients"]} == {"residents", "institutions"}
    assert {name for one in told["ingredients"] for name in one} == {"ingredient", "side", "value", "counted", "of"}


@pytest.mark.parametrize("quarter", ["2026", "2026-Q5", "2026-q1", "2026-Q2", "1999-Q1"])
def test_a_quarter_that_is_none_or_still_to_come_is_refused(cast: Cast, client_of: ClientOf, quarter: str) -> None:
    answer = client_of("activator").get(f"/areas/{cast.here_id}/double-activation", params={"quarter": quarter})

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert "quarter" in answer.text
