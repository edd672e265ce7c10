"""What comes in and goes out about asks."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from bsa.asks.models import AnswerKind, AskEventKind, AskState, Side, Source
from bsa.institutions.models import Mandate
from bsa.shapes import Change, Listing, Out, Resource, Shape, Text


def _we_ask(voiced_by: Side) -> Side:
    if voiced_by is Side.INSTITUTION:
        raise PydanticCustomError("voiced_by", "An ask is voiced by residents or by the team, not by an institution.")
    return voiced_by


def _higher_up(mandate: Mandate) -> Mandate:
    if mandate is Mandate.OPERATIONAL:
        raise PydanticCustomError("mandate", "Escalate to the policy level or to the board.")
    return mandate


AskingSide = Annotated[Side, AfterValidator(_we_ask)]
"""Who voices an ask: residents, or the team."""
HigherMandate = Annotated[Mandate, AfterValidator(_higher_up)]
"""A level above the operational one."""


class AskIn(Shape):
    """An ask to draft: of whom, out of which initiative, and who voices it. No resident is named in its text."""

    initiative_id: UUID
    institution_id: UUID
    text: Text
    voiced_by: AskingSide = Side.RESIDENTS


class AskChange(Change):
    """What may be changed about a draft; left-out fields stay as they are."""

    institution_id: UUID | None = None
    text: Text | None = None
    voiced_by: AskingSide | None = None


class PutIn(Shape):
    """That an ask is put to the institution, or put again: when, how, to whom, and by when an answer is due."""

    happened_on: date
    reply_by: date
    source: Source
    contact_id: UUID | None = None
    mandate: Mandate | None = None
    """The level that is asked; left out, it is the level of the person who is asked."""


class EscalationIn(Shape):
    """That an ask goes to a higher level of the institution, and why."""

    happened_on: date
    reply_by: date
    reason: Text
    mandate: HigherMandate
    source: Source
    contact_id: UUID | None = None


class AnswerIn(Shape):
    """What the institution answered, in its words, and from where it is known."""

    answer: AnswerKind
    words: Text | None = None
    """The institution's words: the condition of a yes-if, the reason of a no, or what was said instead of an answer."""
    happened_on: date
    source: Source | None = None
    """From where the team knows it; left out by an institution that signs in itself."""
    contact_id: UUID | None = None
    mandate: Mandate | None = None
    """The level that answered; left out, it is the level of the person who answered."""

    @model_validator(mode="after")
    def _words_unless_it_is_a_plain_yes(self) -> Self:
        if self.words is None and self.answer is not AnswerKind.YES:
            raise PydanticCustomError(
                "words_needed", "Write what was said: the condition, the reason, or the words without an answer."
            )
        return self


class StrikeAnswerIn(Shape):
    """Why the last answer was entered wrongly; it stays readable, struck through."""

    reason: Text


class ClosureIn(Shape):
    """That nothing more is asked, and why."""

    happened_on: date
    reason: Text


class AskQuery(Listing):
    """Which asks to list."""

    area_id: UUID | None = None
    institution_id: UUID | None = None
    initiative_id: UUID | None = None
    state: AskState | None = None
    open: bool | None = None
    """Only those that still need something: an answer that is due, or one that settles nothing (no, evasive)."""


class AskEventOut(Out):
    """One thing that happened to an ask."""

    number: int
    kind: AskEventKind
    happened_on: date
    entered_at: datetime
    entered_by_name: str | None
    """Who entered it; an institution is not told the names of the team."""
    entered_by_team: bool
    """Tells that the team entered it on another's behalf."""
    on_behalf_of: Side
    source: Source
    answer: AnswerKind | None
    words: str | None
    reply_by: date | None
    mandate: Mandate | None
    contact_id: UUID | None
    contact_name: str | None
    struck: bool
    """Tells that it is an answer that was entered wrongly, and does not count."""


class LetterItem(Out):
    """A letter that goes with an ask."""

    event_number: int
    kind: AskEventKind
    written_on: date
    mailed_at: datetime | None
    can_be_mailed: bool
    """Tells that there is an e-mail address to mail it to."""


class LetterOut(LetterItem):
    """A letter, to read and to print."""

    ask_id: UUID
    organisation: str
    institution_name: str
    postal_address: str | None
    to: str | None
    salutation: str
    subject: str
    body: str
    attempts: int


class AskItem(Out):
    """An ask in a list."""

    initiative_id: UUID
    initiative_title: str
    institution_id: UUID
    institution_name: str
    area_id: UUID
    area_name: str
    text: str
    voiced_by: Side
    state: AskState
    """As it stands today."""
    last_answer: AnswerKind | None
    mandate: Mandate | None
    times_asked: int
    reply_by: date | None
    overdue_days: int


class AskOut(Resource):
    """An ask with all that happened to it."""

    initiative_id: UUID
    initiative_title: str
    institution_id: UUID
    institution_name: str
    area_id: UUID
    area_name: str
    text: str
    voiced_by: Side
    state: AskState
    """As it stands today."""
    last_answer: AnswerKind | None
    mandate: Mandate | None
    times_asked: int
    reply_by: date | None
    overdue_days: int
    events: list[AskEventOut] = Field(default_factory=list)
    letters: list[LetterItem] = Field(default_factory=list)
    """For the team."""
