"""What comes in and goes out about closing a quarter."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from bsa.closing.models import ProfileName
from bsa.needs.models import LifeArea
from bsa.residents.models import ConsentHow
from bsa.shapes import Change, Line, Listing, Resource, Shape, Text

Quarter = Annotated[str, StringConstraints(pattern=r"^20\d{2}-Q[1-4]$")]
"""A quarter, as `2026-Q3`."""
Words = Annotated[Text, StringConstraints(max_length=1000)]
"""At most 1,000 characters."""
Planned = Annotated[int, Field(ge=0, le=10_000_000)]
Year = Annotated[int, Field(ge=2020, le=2099)]


class SocietalTaskIn(Shape):
    """A task that was agreed on with the municipality for a year, and how many residents it plans to reach."""

    municipality: str | None = Field(default=None, pattern=r"^GM\d{4}$")
    """Its code; needed only where the team works in more than one."""
    year: Year
    name: Annotated[Line, StringConstraints(max_length=120)]
    planned: Planned
    life_areas: list[LifeArea] = Field(default_factory=list, max_length=len(LifeArea))
    """Which needs belong to it; left out when everybody who is reached counts."""


class SocietalTaskChange(Change):
    """What may be changed about a task; left-out fields stay as they are."""

    name: Annotated[Line, StringConstraints(max_length=120)] | None = None
    planned: Planned | None = None
    life_areas: list[LifeArea] | None = Field(default=None, max_length=len(LifeArea))


class SocietalTaskQuery(Listing):
    """Which tasks to list."""

    year: Year | None = None


class SocietalTaskOut(Resource):
    """A task that was agreed on with the municipality."""

    municipality: str
    year: int
    name: str
    planned: int
    life_areas: list[LifeArea]


class DrawingIn(Shape):
    """Which quarter to draw."""

    period: Quarter
    municipality: str | None = Field(default=None, pattern=r"^GM\d{4}$")
    """Its code; needed only where the team works in more than one."""
    reason: Words | None = None
    """Why a revision is drawn; left out for the first time."""


class PreviewQuery(Shape):
    """Of which quarter a preview is asked."""

    period: Quarter
    municipality: str | None = Field(default=None, pattern=r"^GM\d{4}$")
    """Its code; needed only where the team works in more than one."""


class ExplanationIn(Shape):
    """Why something differs from what was planned."""

    words: Words


class StoryIn(Shape):
    """A story whose teller read it and agreed that everybody may read it; names are changed."""

    title: Line
    words: Text
    consented_on: date
    consent_how: ConsentHow


class StoryOut(Shape):
    """A story that is to be published."""

    id: UUID
    number: int
    title: str
    words: str
    consented_on: date
    consent_how: ConsentHow


class DeviationOut(Shape):
    """What was planned beside what was reached, as published; and what the team says of the difference."""

    task_id: UUID
    name: str
    planned: int
    """For the year."""
    expected: int
    """Of it, by the end of the period."""
    reached: int | None
    """As published; null where it is not shown."""
    margin95: int
    deviates: bool
    """The difference is more than the margin, and more than a tenth of what was expected: it wants an explanation."""
    explanation: str | None


class PreviewOut(Shape):
    """What closing a quarter would publish; there is no figure about residents in it."""

    period: str
    municipality: str
    municipality_name: str
    over: bool
    """The quarter has ended."""
    tables: list[str]
    neighbourhoods: int
    put_together: list[str]
    """Codes of the areas that are too small by public figures, and are published together."""
    profile: ProfileName
    cost: float
    """What the release tells about one resident at most (mu squared)."""
    spent: float
    """What was told already about this year."""
    budget: float
    """What may be told about one year."""
    best_guess: float
    """How often the best possible guess about one resident would be right, by this release alone."""


class PublicationIn(Shape):
    """That somebody saw what will be public."""

    previewed: bool


class ProfileChoiceIn(Shape):
    """How strongly figures are protected from now on, and why."""

    profile: ProfileName
    words: Annotated[Text, StringConstraints(max_length=2000)]


class ProfileMeaning(Shape):
    """What a profile means, worked out for four quarters without a revision."""

    profile: ProfileName
    margins: dict[str, int]
    """By level, within how much of the number that was counted a number is, 95 times of 100."""
    cost: float
    """What the dearest quarter tells about one resident at most (mu squared)."""
    year_cost: float
    """The same for four quarters."""
    year_budget: float
    best_guess: float
    """How often the best possible guess whether somebody is counted would be right, by one quarter."""
    best_guess_year: float
    """The same by four quarters."""
    best_guess_need: float
    """How often the best possible guess about one need would be right, by one quarter."""


class ProfileChoiceOut(Shape):
    """How strongly figures are protected."""

    profile: ProfileName
    words: str | None
    """Why; null as long as nobody chose."""
    chosen_at: datetime | None
    choices: list[ProfileMeaning]
    """What may be chosen, and what each means."""
    allowed_actions: list[str]


class ClosingQuery(Listing):
    """Which quarters to list."""

    period: Quarter | None = None


class ClosingItem(Resource):
    """A quarter that was drawn, and whether it is published."""

    period: str
    municipality: str
    revision: int
    reason: str | None
    published_at: datetime | None
    definitive_on: date | None
    fingerprint: str | None


class ClosingOut(ClosingItem):
    """A quarter that was drawn: what was planned and reached, what is said of it, and whether it is published."""

    deviations: list[DeviationOut]
    stories: list[StoryOut]
