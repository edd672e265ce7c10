"""What comes in and goes out about theme suggestions and about introductions."""

from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedItem
from bsa.residents.models import ConsentHow
from bsa.shapes import Line, Listing, Out, Resource, Shape, Text
from bsa.suggestions.models import SuggestionState


class SuggestionQuery(Listing):
    """Which suggestions to list."""

    area_id: UUID | None = None
    life_area: LifeArea | None = None
    state: SuggestionState | None = None


class SuggestionItem(Resource):
    """A suggestion in a list: needs that may share a question, and why; nothing that is one person's."""

    area_id: UUID
    area_name: str
    life_area: LifeArea
    state: SuggestionState
    found_on: date
    decided_on: date | None
    theme_id: UUID | None
    theme_title: str | None
    """What it was taken up as."""
    needs: int
    households: int
    """Residents without a household count for one each."""
    words: list[str]
    """Words that at least three households used, the commonest first; none once somebody decided."""
    place_name: str | None
    """The complex or place, when enough households of it are among them."""
    first_month: str
    last_month: str
    """`2026-03`: when the first and the last of them was told."""
    weeks: int
    """Within how many weeks they were told."""
    mine: int
    """How many are of residents whom the caller looks after."""
    to_link: int
    """How many of those do not belong to the theme yet; only once it was taken up."""


class ThemeNearby(Out):
    """A theme that plays in the same place already, and how many of these needs belong to it."""

    title: str
    needs: int
    initiatives: list[str]
    """What residents do about it already."""


class InitiativeNearby(Out):
    """An initiative that runs in the same place, which may be joined."""

    title: str
    theme_ids: list[UUID]


class SuggestionOut(SuggestionItem):
    """A suggestion with its needs: the caller's own residents' with their words, others' as anonymous cards."""

    items: list[NeedItem]
    linked_ids: list[UUID]
    """The caller's own residents' needs that belong to the theme by now."""
    themes: list[ThemeNearby]
    """Themes that are open there, those with some of these needs first."""
    initiatives: list[InitiativeNearby]


class TakingUpIn(Shape):
    """What a suggestion is taken up as: a theme or an initiative that is there already, or a new theme."""

    theme_id: UUID | None = None
    initiative_id: UUID | None = None
    """The initiative that residents join with it; its theme is used, or it gets the new one."""
    title: Line | None = None
    """The name of a new theme, in words that fit more than one household."""
    description: Text | None = None
    need_ids: list[UUID] = Field(default_factory=list, max_length=100)
    """Needs of one's own residents that belong to it."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.theme_id is not None and self.title is not None:
            raise PydanticCustomError("either", "Choose a theme that is there, or name a new one: not both.")
        if self.theme_id is None and self.initiative_id is None and self.title is None:
            raise PydanticCustomError("nothing", "Choose a theme or an initiative that is there, or name a new theme.")
        return self


class LinksIn(Shape):
    """Needs of one's own residents that belong to what a suggestion was taken up as."""

    need_ids: list[UUID] = Field(min_length=1, max_length=100)


class IntroductionState(StrEnum):
    """How far an introduction is. Who said no is told to nobody: then it stays with asking."""

    ASKING = "asking"
    AGREED = "agreed"
    ENDED = "ended"


class IntroductionQuery(Listing):
    """Which introductions to list."""

    theme_id: UUID | None = None
    open: bool | None = None
    """Only those that go on, or only those that ended."""
    mine: bool = False
    """Only those with residents whom the caller looks after."""


class IntroductionAnswerIn(Shape):
    """What a resident said when asked; a yes is a consent."""

    agreed: bool
    how: ConsentHow = ConsentHow.SPOKEN
    answered_on: date


class OwnSide(Shape):
    """A resident whom the caller looks after, and what this resident said."""

    resident_id: UUID
    resident_name: str
    agreed: bool | None
    answered_on: date | None


class OtherSide(Shape):
    """Somebody else who said yes, and whom to go through: only when all said yes."""

    resident_name: str
    worker_names: list[str]


class IntroductionOut(Resource):
    """A proposal to bring residents with the same question together. Who they are is told at the end."""

    theme_id: UUID
    theme_title: str
    area_id: UUID
    area_name: str
    state: IntroductionState
    proposed_on: date
    proposed_by_name: str
    ended_on: date | None
    own: list[OwnSide]
    others: list[OtherSide]
