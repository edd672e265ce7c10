"""A question is put together once for each shape; what differs within a shape is a value, and is never kept."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, select
from sqlmodel import col

from bsa import clock
from bsa.commitments.models import Commitment, CommitmentState
from bsa.commitments.queries import visible_to
from bsa.commitments.shapes import CommitmentQuery
from bsa.permissions import Actor, Role
from bsa.questions import TODAY, put

from tests.cast import Cast


def build(actor: Actor, wanted: CommitmentQuery) -> Select[Any]:
    query = select(col(Commitment.id)).where(visible_to(actor))
    if wanted.area_id is not None:
        query = query.where(col(Commitment.area_id) == wanted.area_id)
    if wanted.state is not None:
        query = query.where(col(Commitment.state) == wanted.state)
    return query.where(col(Commitment.due_on) < TODAY)


def test_other_values_fill_the_same_statement(cast: Cast) -> None:
    here, there = uuid4(), uuid4()
    colleague = replace(cast.activator, id=uuid4(), area_ids=frozenset({there}))

    mine, my_values = put(build, cast.activator, CommitmentQuery(area_id=here))
    theirs, their_values = put(build, colleague, CommitmentQuery(area_id=there))

    assert mine is theirs
    assert my_values["my_area_ids"] == [*cast.activator.area_ids]
    assert (their_values["my_area_ids"], their_values["wanted_area_id"]) == ([there], there)


def test_another_role_is_another_statement(cast: Cast) -> None:
    wanted = CommitmentQuery()
    policy_officer = replace(cast.activator, roles=frozenset({Role.POLICY_OFFICER}))

    assert put(build, cast.activator, wanted)[0] is not put(build, policy_officer, wanted)[0]


def test_a_wish_more_or_another_code_is_another_statement(cast: Cast) -> None:
    wishes = [{}, {"area_id": uuid4()}, {"state": CommitmentState.RUNNING}, {"state": CommitmentState.JUDGED}]
    statements = {id(put(build, cast.activator, CommitmentQuery.model_validate(wish))[0]) for wish in wishes}

    assert len(statements) == len(wishes)


def test_no_value_stays_in_a_statement(cast: Cast) -> None:
    statement, values = put(build, cast.activator, CommitmentQuery(area_id=uuid4(), due_from=date(2026, 1, 1)))
    kept = {name: value for name, value in statement.compile().params.items() if value is not None}

    assert kept == {}
    assert {"my_id", "my_area_ids", "wanted_area_id", "wanted_due_from"} <= set(values)


def test_the_day_is_that_of_the_asking(cast: Cast) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    before = put(build, cast.activator, CommitmentQuery())[1]["today"]
    with clock.standing_at(tomorrow):
        assert put(build, cast.activator, CommitmentQuery())[1]["today"] == before + timedelta(days=1)
