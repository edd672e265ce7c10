"""What all shapes share: what comes in is complete, bounded and frozen; what goes out is an explicit list of fields."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

NINE_DIGITS = re.compile(r"(?<![^\W_])(\d{9})(?![^\W_])")
"""By themselves: among letters, as in the key of something, nine digits are not a number of a person."""
BESIDE_BSN = re.compile(r"\b(?:bsn|burgerservicenummer|sofinummer)\W{0,5}(\d{8,9})(?!\d)", re.IGNORECASE)


class Shape(BaseModel):
    """The base of all shapes: camelCase in JSON, unknown fields refused, nothing changed afterwards."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )


class Change(Shape):
    """What may be changed about something: what is left out stays as it is, and null takes away what was there.

    Nothing is taken away unless the shape names it.
    """

    may_be_emptied: ClassVar[frozenset[str]] = frozenset()

    # Afterwards: after a step of our own before it, Pydantic would not take a text for a day where it is strict.
    @field_validator("*", mode="after")
    @classmethod
    def _is_kept(cls, value: Any, field: ValidationInfo) -> Any:
        if value is None and field.field_name not in cls.may_be_emptied:
            raise PydanticCustomError("emptied", "This is never empty. Leave it out to keep it as it is.")
        return value


def holds_bsn(text: str) -> bool:
    """Tell whether a text holds what is probably a citizen service number.

    An isolated run of nine digits that passes the 11-proof, or eight or nine digits right beside the word. A telephone
    number has ten digits; a case number should start with a letter.
    """
    numbers = [*NINE_DIGITS.findall(text), *(number.zfill(9) for number in BESIDE_BSN.findall(text))]
    return any(_passes_11_proof(number) for number in numbers)


def is_bsn(text: str) -> bool:
    """Tell whether a reference is probably a citizen service number, however its digits are set apart."""
    digits = "".join(sign for sign in text if sign.isdecimal())
    return len(digits) == 9 and not any(sign.isalpha() for sign in text) and _passes_11_proof(digits)


def without_bsn_as_reference(text: str) -> str:
    """Refuse a reference that is a citizen service number; of somebody's own texts more is taken."""
    if is_bsn(text):
        raise PydanticCustomError(
            "bsn", "This looks like a citizen service number (BSN), which may not be kept here. Put a letter before it."
        )
    return text


def _passes_11_proof(number: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11 == 0


def _without_bsn(text: str) -> str:
    if holds_bsn(text):
        raise PydanticCustomError(
            "bsn",
            "This looks like a citizen service number (BSN), which may not be kept here. Leave it out; "
            "if it is another number, put a letter before it or a space in it.",
        )
    return text


NO_SIGNS = "\ufffe\uffff"


def _without_control(text: str) -> str:
    # The last two are no signs at all, and no XML may hold them: a feed with one is read by nobody.
    if any(
        (ord(sign) < 32 and sign not in "\n\t") or 0xD800 <= ord(sign) <= 0xDFFF or sign in NO_SIGNS for sign in text
    ):
        raise PydanticCustomError("control_characters", "Leave out control characters; use plain text.")
    return text


def _with_unix_ends(text: Any) -> Any:
    return text.replace("\r\n", "\n").replace("\r", "\n") if isinstance(text, str) else text


def _free_text(longest: int) -> tuple[Any, ...]:
    return (
        StringConstraints(min_length=1, max_length=longest, strip_whitespace=True),
        BeforeValidator(_with_unix_ends),
        AfterValidator(_without_control),
        AfterValidator(_without_bsn),
    )


_line, _text = _free_text(200), _free_text(4000)
Line = Annotated[str, _line[0], _line[1], _line[2], _line[3]]
"""One line of free text, at most 200 characters, without a BSN."""
Text = Annotated[str, _text[0], _text[1], _text[2], _text[3]]
"""Free text, at most 4,000 characters, without a BSN."""

FULL_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
"""RFC 3339 with capitals; `-00:00` says that the zone is not known."""
READ: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def _full_moment(value: Any) -> Any:
    if isinstance(value, str) and (not FULL_MOMENT.fullmatch(value) or value.endswith("-00:00")):
        raise _no_moment()
    if isinstance(value, int | float):
        raise _no_moment()
    # Read here: after a step of our own Pydantic would not take a text for a moment where it is strict.
    return READ.validate_python(value) if isinstance(value, str) else value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise _no_moment() from None


def _no_moment() -> PydanticCustomError:
    return PydanticCustomError("moment", "Write a full moment with its zone, for example 2026-03-24T19:30:00Z.")


MomentIn = Annotated[AwareDatetime, BeforeValidator(_full_moment), AfterValidator(_in_utc)]
"""A moment that came from outside: with its zone, turned to UTC."""


class Out(Shape):
    """The base of what goes out as a resource."""

    id: UUID


class Resource(Out):
    """A resource that is changed in place, with its version and the deeds that this caller may do to it now."""

    version: int
    created_at: datetime
    changed_at: datetime
    allowed_actions: list[str] = Field(default_factory=list)


Item = TypeVar("Item")


class Page(Shape, Generic[Item]):
    """One page of a list. There is no total: counting costs more than the page."""

    items: list[Item]
    next_cursor: str | None = Field(default=None, exclude=True)


class Listing(Shape):
    """What every list takes: how many, and from where on."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200)
