"""What comes in and goes out when something is looked for."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.shapes import Out, Shape


class SearchKind(StrEnum):
    """What can be found, in the order in which it is shown."""

    RESIDENT = "resident"
    NEED = "need"
    THEME = "theme"
    INITIATIVE = "initiative"
    ASK = "ask"
    COMMITMENT = "commitment"
    INSTITUTION = "institution"
    PLACE = "place"


def _on_one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


SearchWords = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), AfterValidator(_on_one_line)
]
"""What is looked for. It is not kept anywhere, so a number in it is no matter."""


class SearchIn(Shape):
    """What to look for. It is sent in the body: words in an address would stand in logs."""

    words: SearchWords
    kind: SearchKind | None = None
    """Only this kind of thing; without it, the first few of each kind."""
    limit: int = Field(default=5, ge=1, le=100)
    """How many of each kind."""
    cursor: str | None = Field(default=None, max_length=200)
    """Where the page before ended; only with a kind."""

    @model_validator(mode="after")
    def _a_page_is_of_one_kind(self) -> Self:
        if self.cursor and self.kind is None:
            raise PydanticCustomError("kind", "Say of which kind you want more.")
        return self


class Piece(Shape):
    """A piece of a text; `marked` tells that it is one of the words that were looked for."""

    # The pieces are put together again, with the spaces between them.
    model_config = ConfigDict(str_strip_whitespace=False)

    text: str
    marked: bool


class Hit(Out):
    """One thing that was found, with as much of it as the caller may read."""

    title: list[Piece]
    excerpt: list[Piece] = Field(default_factory=list)
    area_id: UUID | None = None
    area_name: str | None = None
    about: str | None = None
    """Whose it is, or who looks after it: a resident, a worker, an institution."""
    allowed_actions: list[str] = Field(default_factory=list)


class HitGroup(Shape):
    """What was found of one kind."""

    kind: SearchKind
    hits: list[Hit]
    next_cursor: str | None = None


class SearchOut(Shape):
    """What was found, by kind; kinds of which nothing was found are left out."""

    groups: list[HitGroup]
    complete: bool
    """False while the index is being built: there may be more."""
    close: bool = False
    """Nothing stands there so; this comes close."""
    meant: str | None = None
    """The words that were probably meant, when only something close was found."""
