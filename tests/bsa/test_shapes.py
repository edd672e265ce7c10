"""What counts as a citizen service number in a text, and what does not; what a change may take away."""

from datetime import date
from uuid import UUID

import pytest
from pydantic import ValidationError

from bsa.shapes import Change, holds_bsn


@pytest.mark.parametrize(
    "text",
    ["111222333", "Zijn nummer is 111222333.", "(123456782)", "bsn: 12345672", "BSN123456782", "sofinummer 111222333"],
)
def test_a_number_by_itself_that_passes_the_proof_is_refused(text: str) -> None:
    assert holds_bsn(text)


@pytest.mark.parametrize(
    "text", ["111222334", "0612345678", "1112223330", "A111222333", "111 222 333", "Nummer 12345672", "€ 111.222.333"]
)
def test_another_number_and_one_with_a_letter_or_a_space_is_taken_as_the_message_says(text: str) -> None:
    assert not holds_bsn(text)


def test_a_key_of_something_is_never_taken_for_one() -> None:
    # Nine digits among letters, as a key has them now and then.
    assert not holds_bsn("019d1f2d-f9e8-7a2e-ba46-e111222333f9")
    assert not any(
        holds_bsn(f"Zaak {UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)}") for number in range(20_000)
    )


class Renaming(Change):
    may_be_emptied = frozenset({"remark"})

    call_name: str | None = None
    number: int | None = None
    since: date | None = None
    remark: str | None = None


def test_a_change_names_all_that_it_may_not_take_away_with_what_else_is_wrong() -> None:
    with pytest.raises(ValidationError) as refused:
        Renaming.model_validate({"callName": None, "number": None, "remark": "", "more": 1})

    found = {(fault["loc"], fault["type"]) for fault in refused.value.errors()}
    assert found == {(("callName",), "emptied"), (("number",), "emptied"), (("more",), "extra_forbidden")}


def test_a_change_is_read_strictly_as_any_other_shape() -> None:
    read = Renaming.model_validate_json('{"since": "2026-03-24"}', strict=True)
    assert read.since == date(2026, 3, 24)


def test_a_change_leaves_what_is_left_out_and_takes_away_what_may_be() -> None:
    assert Renaming.model_validate({"remark": None}).model_fields_set == {"remark"}
