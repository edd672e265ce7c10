"""What comes in and goes out about initiatives."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.initiatives.models import Origin, ParticipantPart, Phase
from bsa.shapes import Change, Line, Listing, Out, Resource, Shape, Text


class InitiativeIn(Shape):
    """An initiative that starts, or that was there already and is joined. No person stands in its texts."""

    area_id: UUID
    title: Line
    description: Text | None = None
    origin: Origin
    joined_existing: bool = False
    phase: Phase = Phase.IDEA
    started_on: date
    theme_ids: list[UUID] = Field(default_factory=list, max_length=20)
    next_step: Line | None = None
    next_step_on: date | None = None

    @model_validator(mode="after")
    def _it_starts(self) -> Self:
        if self.phase is Phase.STOPPED:
            raise PydanticCustomError("stopped", "What starts has not stopped. Choose another phase.")
        if self.next_step_on is not None and self.next_step is None:
            raise PydanticCustomError("next_step", "Say what the next step is, or leave out its day.")
        return self


class InitiativeChange(Change):
    """What may be changed about an initiative in place; left-out fields stay as they are."""

    may_be_emptied = frozenset({"description", "next_step", "next_step_on"})

    title: Line | None = None
    description: Text | None = None
    origin: Origin | None = None
    joined_existing: bool | None = None
    next_step: Line | None = None
    next_step_on: date | None = None


class PhaseIn(Shape):
    """The phase that an initiative came into, since when, and when it stopped: what was learned."""

    phase: Phase
    since: date
    lesson: Text | None = None


class ParticipantIn(Shape):
    """A resident who takes part, and agreed on that day to be named inside the team as doing so."""

    resident_id: UUID
    part: ParticipantPart
    consented_on: date


class AimIn(Shape):
    """What an initiative wants to reach, and by what one would see it."""

    text: Line
    sign: Line | None = None


class ReachedIn(Shape):
    """The day on which an aim was reached."""

    reached_on: date


class ThemeLinkIn(Shape):
    """The theme that an initiative is about."""

    theme_id: UUID


PageTitle = Annotated[Line, StringConstraints(max_length=120)]
PageWords = Annotated[Text, StringConstraints(max_length=1000)]


class InitiativePageIn(Shape):
    """The texts of an initiative's public page. It names nobody: no resident, no employee."""

    title: PageTitle
    words: PageWords
    """What it is, in plain words."""
    when_next: Line | None = None
    where: Line | None = None
    whom_to_call: Line | None = None
    """The team's own telephone or address."""


class InitiativePageChange(InitiativePageIn):
    """The texts as they are from now on, all of them: what is left out is taken away."""

    previewed: bool = False
    """Asked when everybody can read the page already: that a person read it as it will be, and approves it."""


class PublicationIn(Shape):
    """That a person read the page as everybody will see it, and approves it."""

    previewed: bool = False


class InitiativeQuery(Listing):
    """Which initiatives to list."""

    area_id: UUID | None = None
    phase: Phase | None = None
    theme_id: UUID | None = None
    open: bool | None = None
    """Only those that did not stop, or only those that did."""


class ThemeLink(Out):
    """A theme that an initiative is about."""

    title: str


class ParticipantOut(Out):
    """A resident who takes part, named for those who look after this resident."""

    resident_id: UUID
    call_name: str
    part: ParticipantPart
    consented_on: date
    from_on: date


class AimOut(Out):
    """An aim of an initiative."""

    text: str
    sign: str | None
    reached_on: date | None


class InitiativeItem(Out):
    """An initiative in a list."""

    area_id: UUID
    area_name: str
    title: str
    origin: Origin
    joined_existing: bool
    phase: Phase
    phase_since: date
    started_on: date
    next_step: str | None
    next_step_on: date | None
    participant_count: int
    themes: list[ThemeLink] = Field(default_factory=list)


class InitiativeOut(Resource):
    """An initiative. Of those who take part, only residents whom the caller looks after are named."""

    area_id: UUID
    area_name: str
    title: str
    description: str | None
    origin: Origin
    joined_existing: bool
    phase: Phase
    phase_since: date
    started_on: date
    next_step: str | None
    next_step_on: date | None
    lesson: str | None
    themes: list[ThemeLink] = Field(default_factory=list)
    aims: list[AimOut] = Field(default_factory=list)
    participants: list[ParticipantOut] = Field(default_factory=list)
    participant_count: int
    """All who take part now, named here or not."""


class InitiativePageOut(Resource):
    """The public page of an initiative, for the team that answers for it."""

    initiative_id: UUID
    initiative_title: str
    area_name: str
    code: str
    title: str
    words: str
    when_next: str | None
    where: str | None
    whom_to_call: str | None
    public: bool
    """Tells that everybody can read it now."""
    published_on: date | None
    withdrawn_on: date | None
    long_sentences: bool
    """Its sentences have more words than residents read with ease; it is told, and refused to nobody."""


class PublicInitiative(Shape):
    """What everybody may read of an initiative: no person stands in it."""

    code: str
    area_name: str
    title: str
    words: str
    when_next: str | None
    where: str | None
    whom_to_call: str | None
    published_on: date
    organisation: str
