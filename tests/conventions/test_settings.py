"""The settings: the example names every one of them, with its default, and gives no secret away."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from bsa.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
LINE = re.compile(r"^(# )?(BSA_[A-Z_]+)=(.*)$", re.MULTILINE)
OF_COMPOSE = {"BSA_POSTGRES_PASSWORD", "BSA_DATABASE_PASSWORD", "BSA_KEYS_PASSWORD"}
FIELDS = {f"BSA_{name.upper()}": field for name, field in Settings.model_fields.items()}
SECRETS = OF_COMPOSE | {name for name, field in FIELDS.items() if "SecretStr" in str(field.annotation)}


def named(text: str) -> list[str]:
    return [name for _, name, _ in LINE.findall(text)]


def test_the_example_names_every_setting_once_and_no_other() -> None:
    assert sorted(named(EXAMPLE)) == sorted({*FIELDS, *OF_COMPOSE})


def test_a_setting_that_is_left_out_is_found() -> None:
    assert set(named(EXAMPLE.replace("BSA_TOKEN_DAYS", "BSA_TOKEN_WEEKS"))) != {*FIELDS, *OF_COMPOSE}


def test_the_secrets_are_known() -> None:
    assert len(SECRETS) == 3 + 4


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_has_no_value_in_the_example(name: str) -> None:
    assert [value for _, other, value in LINE.findall(EXAMPLE) if other == name] == [""]


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_what_is_commented_out_shows_its_default(name: str) -> None:
    [(commented, value)] = [(bool(sign), value) for sign, other, value in LINE.findall(EXAMPLE) if other == name]
    default = FIELDS[name].default
    if commented:
        assert default is not PydanticUndefined
        assert value == ("" if default is None else str(default))


def test_compose_asks_for_nothing_that_the_example_does_not_name() -> None:
    asked = set(re.findall(r"\$\{(BSA_[A-Z_]+)", (ROOT / "compose.yaml").read_text()))

    assert asked >= OF_COMPOSE
    assert asked <= set(named(EXAMPLE))
