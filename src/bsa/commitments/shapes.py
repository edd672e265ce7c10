"""What comes in and goes out about commitments."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bsa.asks.models import Side, Source
from bsa.commitments.models import CommitmentEventKind, CommitmentState, Verdict, Visibility
from bsa.institutions.models import Mandate
from bsa.shapes import Line, Listing, Out, Resource, Shape, Text


class CommitmentIn(Shape):
    """A promise to write down, from an ask that was answered with yes or yes-if."""

    ask_id: UUID
    promise: Text
    residents_words: Text
    sign: Line
    condition: Line | None = None
    due_on: date
    mandate: Mandate
    promised_on: date
    source: Source = Source.MEETING


class DeedKind(StrEnum):
    """The deeds that are entered as an event; judging has an entrance of its own."""

    CONFIRMED = "confirmed"
    STARTED = "started"
    CONTESTED = "contested"
    MOVED = "moved"
    CLAIMED = "claimed"
    WINDOW_CLOSED = "window_closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"


NEEDS_WORDS = frozenset({DeedKind.CONTESTED, DeedKind.MOVED, DeedKind.REOPENED, DeedKind.WITHDRAWN})
NEEDS_DAY = frozenset({DeedKind.MOVED, DeedKind.REOPENED})


class CommitmentEventIn(Shape):
    """Something that happened to a commitment."""

    kind: DeedKind
    happened_on: date
    source: Source = Source.MEETING
    words: Text | None = None
    """The reason, or with a claim what was done."""
    due_on: date | None = None
    """With `moved` and `reopened`: the new day."""
    residents_agreed: bool | None = None
    """With `moved`: whether the residents agreed."""
    visibility: Visibility | None = None
    """With `published`: who may read it from now on."""
    previewed: bool = False
    """With `published` to the neighbourhood or to all: that a person read the preview and approves it."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind in NEEDS_WORDS and self.words is None:
            raise PydanticCustomError("reason", "Give the reason: it stays with the promise.")
        if self.kind in NEEDS_DAY and self.due_on is None:
            raise PydanticCustomError("due_on", "Say by which day it will be done now.")
        if (self.kind is DeedKind.MOVED) != (self.residents_agreed is not None):
            raise PydanticCustomError("residents_agreed", "With a new day, say whether the residents agreed to it.")
        if (self.kind is DeedKind.PUBLISHED) != (self.visibility is not None):
            raise PydanticCustomError("visibility", "Say who may read it from now on.")
        return self


class QuoteIn(Shape):
    """What a resident said at a verdict."""

    words: Line
    may_be_public: bool = False


class VerdictIn(Shape):
    """A verdict of residents: how many judged what; never who."""

    kept: int = Field(ge=0, le=5000)
    partly: int = Field(ge=0, le=5000)
    not_kept: int = Field(ge=0, le=5000)
    happened_on: date
    source: Source = Source.MEETING
    witness_ids: list[UUID] = Field(min_length=2, max_length=2)
    """Two residents who were there when the votes were counted; kept sealed, never shown."""
    quotes: list[QuoteIn] = Field(default_factory=list, max_length=20)
    close_window: bool = False
    """Everybody who wants to has judged: close the window now."""

    @model_validator(mode="after")
    def _somebody_judged(self) -> Self:
        if self.kept + self.partly + self.not_kept == 0:
            raise PydanticCustomError("votes", "Nobody judged yet: fill in at least one vote.")
        if len(set(self.witness_ids)) < 2:
            raise PydanticCustomError("witnesses", "Name two different residents who saw the votes counted.")
        return self


class CommitmentQuery(Listing):
    """Which commitments to list."""

    area_id: UUID | None = None
    institution_id: UUID | None = None
    initiative_id: UUID | None = None
    ask_id: UUID | None = None
    state: CommitmentState | None = None
    outcome: Verdict | None = None
    late: bool | None = None
    open: bool | None = None
    """True: still to be kept or judged, or late and judged by nobody. False: the others."""
    latest_first: bool = False
    due_from: date | None = None
    due_until: date | None = None


class CommitmentEventOut(Out):
    """Something that happened, as it was entered."""

    number: int
    kind: CommitmentEventKind
    happened_on: date
    entered_by: str
    on_behalf_of: Side
    source: Source
    entered_by_team: bool
    """Entered by the team on another's behalf; the institution can contest it."""
    words: str | None
    due_on: date | None
    residents_agreed: bool | None
    visibility: Visibility | None
    kept: int | None
    partly: int | None
    not_kept: int | None


class QuoteOut(Out):
    """What a resident said at a verdict."""

    words: str
    may_be_public: bool


class VerdictOut(Shape):
    """Where judging stands. Below the smallest number of voters that is shown, only the word is given."""

    outcome: Verdict | None
    window_open: bool
    window_until: date | None
    kept: int | None
    partly: int | None
    not_kept: int | None


class CommitmentItem(Out):
    """A commitment in a list."""

    version: int
    ask_id: UUID
    initiative_id: UUID
    initiative_title: str
    area_id: UUID
    area_name: str
    institution_id: UUID
    institution_name: str
    promise: str
    residents_words: str
    mandate: Mandate
    visibility: Visibility
    state: CommitmentState
    outcome: Verdict | None
    first_due_on: date
    due_on: date
    claimed_on: date | None
    late: bool
    moved_count: int
    reopened_count: int


class CommitmentOut(Resource):
    """A commitment with its history."""

    ask_id: UUID
    initiative_id: UUID
    initiative_title: str
    area_id: UUID
    area_name: str
    institution_id: UUID
    institution_name: str
    promise: str
    residents_words: str
    sign: str
    condition: str | None
    mandate: Mandate
    visibility: Visibility
    state: CommitmentState
    first_due_on: date
    due_on: date
    proposed_due_on: date | None
    """Another day that the institution proposed, to which the residents have not agreed."""
    claimed_on: date | None
    late: bool
    contested: bool
    moved_count: int
    reopened_count: int
    verdict: VerdictOut
    events: list[CommitmentEventOut]
    quotes: list[QuoteOut]


class PublicEvent(Out):
    """Something that happened to a public commitment: what, when and for which day, without anybody's words.

    The words of an event are read by nobody before it is public, and may name somebody; so they stay inside.
    """

    kind: CommitmentEventKind
    happened_on: date
    on_behalf_of: Side
    due_on: date | None
    residents_agreed: bool | None


class PublicCommitment(Out):
    """A commitment as everybody may read it: the institution by name, no person at all."""

    institution_name: str
    promise: str
    residents_words: str
    sign: str
    condition: str | None
    state: CommitmentState
    first_due_on: date
    due_on: date
    late: bool
    moved_count: int
    reopened_count: int
    verdict: VerdictOut
    quotes: list[str]
    events: list[PublicEvent]
    changed_at: datetime
    """When the last thing happened to it."""


class LedgerEntry(Out):
    """The latest that happened in the public ledger of an area, and to what."""

    kind: CommitmentEventKind
    happened_on: date
    entered_at: datetime
    due_on: date | None
    residents_agreed: bool | None
    commitment_id: UUID
    institution_name: str
    residents_words: str


class PublicCounts(Shape):
    """How the public commitments of an area stand, in numbers."""

    kept: int
    partly: int
    not_kept: int
    unjudged: int
    late: int
    """Also counted among the open ones or the unjudged."""
    open: int
    withdrawn: int
