"""What comes in and goes out about scales and scores on them."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.goals.models import ScoredBy
from bsa.scales.models import ScaleKind, WhoScores
from bsa.shapes import Line, Listing, Out, Resource, Shape, Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
"""A short name for machines: `participation_ladder`."""


class Said(Shape):
    """The same in the two languages of the pages."""

    nl: Line
    en: Line


class ScaleLevel(Shape):
    """One level of a scale."""

    level: int = Field(ge=0, le=20)
    label: Said
    line: Said | None = None
    """One line that says what it looks like."""


class ScaleDomain(Shape):
    """One part of life that a profile scores by itself."""

    key: Key
    label: Said


class ScaleIn(Shape):
    """A definition of a scale, as it is written, exported and imported."""

    key: Key
    """The same key again makes the next edition."""
    title: Line
    source: Annotated[Text, Field(max_length=400)]
    """Who made it: shown wherever the scale is."""
    licence_note: Annotated[Text, Field(max_length=1000)] | None = None
    """Under which terms it is used here; without it, it cannot be switched on."""
    kind: ScaleKind
    levels: list[ScaleLevel] = Field(min_length=2, max_length=12)
    domains: list[ScaleDomain] = Field(default_factory=list, max_length=20)
    caution: Said | None = None
    """What to keep in mind with it."""
    is_measurement: bool = True
    aggregate_allowed: bool = False
    who_scores: WhoScores = WhoScores.BOTH
    special_category: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.aggregate_allowed and not self.is_measurement:
            raise PydanticCustomError("aggregate_allowed", "What is no measurement cannot be added up.")
        numbers = [level.level for level in self.levels]
        if numbers != sorted(set(numbers)):
            raise PydanticCustomError("levels", "Give each level its own number, from low to high.")
        keys = [domain.key for domain in self.domains]
        if len(keys) != len(set(keys)):
            raise PydanticCustomError("domains", "Give each part its own key.")
        if self.kind is ScaleKind.PROFILE and len(keys) < 3:
            raise PydanticCustomError("domains", "A profile has at least three parts.")
        if self.kind is ScaleKind.ORDINAL and keys:
            raise PydanticCustomError("domains", "A ladder has no parts. Choose a profile to score parts of life.")
        return self


class ScaleUseIn(Shape):
    """Whether a scale can be used here."""

    enabled: bool
    licence_note: Annotated[Text, Field(max_length=1000)] | None = None
    """Under which terms; left out, what was noted before stands."""
    sure: bool = False
    """For a scale with special categories of data: that there is a ground for it."""


class ScaleQuery(Listing):
    """Which scales to list."""

    enabled: bool | None = None


class ScaleOut(Resource):
    """An edition of a scale."""

    key: str
    edition: int
    title: str
    source: str
    licence_note: str
    kind: ScaleKind
    levels: list[ScaleLevel]
    domains: list[ScaleDomain]
    caution: Said | None
    is_measurement: bool
    aggregate_allowed: bool
    who_scores: WhoScores
    special_category: bool
    enabled: bool


def _agreed(agreed: bool) -> bool:
    if not agreed:
        raise PydanticCustomError(
            "not_agreed", "Ask the resident first. Nothing is scored that the resident did not agree to."
        )
    return agreed


class ScaleScoreIn(Shape):
    """A score of a resident on a scale; without a day, today."""

    scale_id: UUID
    domain: Key | None = None
    """Which part of life, on a profile."""
    level: int
    by: ScoredBy
    agreed: Annotated[bool, AfterValidator(_agreed)] = Field(default=False, validate_default=True)
    """That the resident agreed to it being scored and kept."""
    scored_on: date | None = None
    note: Line | None = None


class ScaleScoreQuery(Listing):
    """Which scores of a resident to list."""

    scale_id: UUID | None = None


class ScaleScoreOut(Out):
    """A score, for those who look after the resident."""

    resident_id: UUID
    scale_id: UUID
    domain: str | None
    level: int
    by: ScoredBy
    scored_on: date
    note: str | None
