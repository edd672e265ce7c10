"""What comes in and goes out about needs."""

from datetime import date
from uuid import UUID

from pydantic import Field

from bsa.lifeworld.models import AssetKind, SketchPrompt
from bsa.needs.models import Confirmed, HowLearned, LifeArea, NeedEnding, TranslationChoice
from bsa.shapes import Listing, Out, Resource, Shape, Text


class NeedIn(Shape):
    """A need to record: the question as the resident put it, in the resident's words."""

    life_area: LifeArea
    words: Text
    learned_on: date


class LayerIn(Shape):
    """A deeper layer: the question behind the question, and how it came to light."""

    words: Text
    how_learned: HowLearned
    confirmed: Confirmed
    life_area: LifeArea
    learned_on: date


class ConfirmationIn(Shape):
    """What the resident said when asked whether this is it."""

    confirmed: Confirmed
    asked_on: date


class DecisionIn(Shape):
    """What is done with a need, why, and whether the resident is counted in when it is told that there are more."""

    choice: TranslationChoice
    reason: Text
    counted: bool = False
    decided_on: date


class ClosingIn(Shape):
    """How a need ended, and when."""

    ending: NeedEnding
    closed_on: date
    is_the_question: bool = False
    """That the stated question was the whole question, where only that one is known."""


class SharingIn(Shape):
    """Whether a layer may be passed on."""

    may_be_shared: bool


class SharedLayer(Shape):
    """A layer that may be passed on, with how deep it lies."""

    depth: int
    words: str


class NeedQuery(Listing):
    """Which needs to list."""

    resident_id: UUID | None = None
    area_id: UUID | None = None
    life_area: LifeArea | None = None
    open: bool | None = None
    mine: bool = False
    """Only those of residents whom the caller looks after."""


class NeedItem(Out):
    """A need in a list. Of a colleague's resident it is an anonymous card: no resident, no words, no day."""

    life_area: LifeArea
    area_id: UUID
    area_name: str
    """For a card the neighbourhood, also when the need itself is kept at a complex or place in it."""
    opened_month: str
    """`2026-03`."""
    open: bool
    mine: bool
    resident_id: UUID | None = None
    resident_name: str | None = None
    opened_on: date | None = None
    stated: str | None = None
    """The stated question."""
    current_depth: int | None = None


class LayerOut(Out):
    """A layer, perhaps struck through."""

    depth: int
    words: str
    how_learned: HowLearned
    confirmed: Confirmed
    life_area: LifeArea
    learned_on: date
    may_be_shared: bool
    """Whether a referral or a theme may pass it on."""
    recorded_by_name: str
    struck_on: date | None
    allowed_actions: list[str] = Field(default_factory=list)


class DecisionOut(Out):
    """What was decided to do with a need; the last one counts."""

    choice: TranslationChoice
    reason: str
    counted: bool
    decided_on: date
    decided_by_name: str


class NeedOut(Resource):
    """A need with its layers, for those who look after the resident."""

    resident_id: UUID
    resident_name: str
    area_id: UUID
    area_name: str
    life_area: LifeArea
    opened_on: date
    closed_on: date | None
    ending: NeedEnding | None
    current_depth: int
    """The deepest layer that stands."""
    is_this_the_question: bool
    """Long open with only the stated question, and taken up individually: is this the question?"""
    layers: list[LayerOut]
    decisions: list[DecisionOut]


class SaidAsset(Shape):
    """A strength on the sheet."""

    kind: AssetKind
    words: str
    wants_to_share: bool


class SaidLine(Shape):
    """A line of the sketch on the sheet."""

    prompt: SketchPrompt | None
    words: str


class SaidNeed(Shape):
    """A question on the sheet: what the resident asked, and what the resident confirmed to be behind it."""

    life_area: LifeArea
    words: list[str]


class Sheet(Shape):
    """What we wrote down together: the resident's own words, to give to the resident."""

    resident_id: UUID
    resident_name: str
    on: date
    assets: list[SaidAsset]
    lines: list[SaidLine]
    needs: list[SaidNeed]


class SheetQuery(Shape):
    """How to ask for the sheet."""

    even_so: bool = False
    """In writing even so, for somebody who would rather not read."""
