"""What comes in and goes out about meetings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from bsa.asks.models import AnswerKind, AskEventKind, AskState
from bsa.commitments.models import CommitmentEventKind, CommitmentState, Verdict
from bsa.institutions.models import Mandate
from bsa.meetings.models import AgendaKind
from bsa.meetings.standing import MeetingState
from bsa.shapes import Change, Line, Listing, MomentIn, Out, Resource, Shape, Text

Length = Annotated[int, Field(ge=15, le=480)]
"""How long a meeting takes, in minutes."""
Words = Annotated[Text, StringConstraints(max_length=1000)]
"""What was decided, or why; at most 1,000 characters."""
What = Annotated[Text, StringConstraints(max_length=400)]
"""What somebody will do; at most 400 characters."""


class MeetingIn(Shape):
    """A meeting to plan."""

    forum_id: UUID
    starts_at: MomentIn
    minutes: Length = 90
    place: Line | None = None


class MeetingChange(Change):
    """What may be changed about a meeting before it begins; left-out fields stay as they are."""

    may_be_emptied = frozenset({"place"})

    starts_at: MomentIn | None = None
    minutes: Length | None = None
    place: Line | None = None


class MeetingQuery(Listing):
    """Which meetings to list."""

    area_id: UUID | None = None
    forum_id: UUID | None = None
    coming: bool | None = None
    """True: neither closed nor cancelled. False: the others."""
    latest_first: bool = False


class AgendaItemIn(Shape):
    """Something to put on the agenda: an ask, a commitment, a theme, or a title of its own."""

    ask_id: UUID | None = None
    commitment_id: UUID | None = None
    theme_id: UUID | None = None
    title: Line | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        told = [self.ask_id, self.commitment_id, self.theme_id, self.title]
        if sum(one is not None for one in told) != 1:
            raise PydanticCustomError("title", "Choose something from the list, or write a title: one of the two.")
        return self


class PlaceIn(Shape):
    """Where on the agenda an item should stand."""

    number: int = Field(ge=1, le=200)


class OutcomeIn(Shape):
    """What was decided about an item; without words: nothing after all."""

    outcome: Words | None = None


class AttendanceLineIn(Shape):
    """Who was invited, and who came; without an institution and without a group: the residents, by number."""

    institution_id: UUID | None = None
    group_id: UUID | None = None
    invited: bool = True
    came: bool | None = None
    """Left out: not known yet."""
    persons: int = Field(default=0, ge=0, le=1000)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.institution_id is not None and self.group_id is not None:
            raise PydanticCustomError("group_id", "A line is about an institution, a group, or the residents.")
        return self


class AttendanceIn(Shape):
    """Who was invited to a meeting and who came; takes the place of what was known before."""

    lines: list[AttendanceLineIn] = Field(max_length=100)


class MeetingActionIn(Shape):
    """Something that somebody will do after a meeting; without an institution it is the team."""

    what: What
    institution_id: UUID | None = None
    by_on: date


class SpokenAskIn(Shape):
    """That an ask was put at the table, for the first time or again; the answer comes later."""

    reply_by: date
    mandate: Mandate | None = None
    """Left out: the level of the table."""


class SpokenAnswerIn(Shape):
    """What an institution answered at the table. An ask that no longer waits for an answer was then asked again."""

    answer: AnswerKind
    words: Text | None = None
    mandate: Mandate | None = None
    """Left out: the level of the table."""

    @model_validator(mode="after")
    def _words_unless_it_is_a_plain_yes(self) -> Self:
        if self.words is None and self.answer is not AnswerKind.YES:
            raise PydanticCustomError(
                "words_needed", "Write what was said: the condition, the reason, or the words without an answer."
            )
        return self


class SpokenPromiseIn(Shape):
    """What an institution promised at the table, after its yes."""

    promise: Text
    residents_words: Text
    sign: Line
    condition: Line | None = None
    due_on: date
    mandate: Mandate | None = None
    """Left out: the level of the table."""


class SpokenDeedKind(StrEnum):
    """What can be said at the table about a commitment that is there."""

    CONFIRMED = "confirmed"
    STARTED = "started"
    MOVED = "moved"
    CLAIMED = "claimed"


class SpokenDeedIn(Shape):
    """What was said at the table about a commitment: confirmed, started, another day, done."""

    kind: SpokenDeedKind
    words: Text | None = None
    due_on: date | None = None
    residents_agreed: bool | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind is SpokenDeedKind.MOVED:
            if self.words is None:
                raise PydanticCustomError("words", "Give the reason: it stays with the promise.")
            if self.due_on is None:
                raise PydanticCustomError("due_on", "Say by which day it will be done now.")
            if self.residents_agreed is None:
                raise PydanticCustomError("residents_agreed", "With a new day, say whether the residents agreed to it.")
        elif self.due_on is not None or self.residents_agreed is not None:
            raise PydanticCustomError("due_on", "A day goes with moving the day, and with nothing else.")
        return self


class SpokenKind(StrEnum):
    """What can be entered while people talk: the four fields of `MinuteIn`."""

    ASKED = "asked"
    ANSWERED = "answered"
    PROMISED = "promised"
    HAPPENED = "happened"


class MinuteIn(Shape):
    """Something that was spoken about an item of the agenda, to enter in the ledger: one of the four."""

    agenda_item_id: UUID
    version: int | None = None
    """The version of the ask or the commitment that was seen; left out: as it is now."""
    asked: SpokenAskIn | None = None
    answered: SpokenAnswerIn | None = None
    promised: SpokenPromiseIn | None = None
    happened: SpokenDeedIn | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        told = [self.asked, self.answered, self.promised, self.happened]
        if sum(one is not None for one in told) != 1:
            raise PydanticCustomError("one", "Enter one thing at a time: asked, answered, promised or happened.")
        return self


class PublicationIn(Shape):
    """That a person read the minutes as everybody would, and approves them."""

    previewed: bool = False


class TakeHigherIn(Shape):
    """That a late commitment goes to the policy level: why, and to which meeting."""

    reason: Words
    meeting_id: UUID | None = None
    """Left out: the next meeting of a forum at the policy level of that area."""


class TakenHigher(Out):
    """That a commitment was taken to the policy level: when, why, to which meeting, and what was decided there."""

    meeting_id: UUID
    forum_name: str
    meeting_on: date
    taken_higher_on: date
    reason: str
    outcome: str | None


class AttendanceOut(Out):
    """Who was invited and who came: institutions and groups by name, residents by number."""

    institution_id: UUID | None
    institution_name: str | None
    group_id: UUID | None
    group_name: str | None
    invited: bool
    came: bool | None
    persons: int
    mailed_at: datetime | None
    can_be_mailed: bool
    """The institution has a general e-mail address."""


class MinuteEntryOut(Out):
    """Something that was entered in the ledger during a meeting."""

    number: int
    agenda_item_id: UUID | None
    ask_id: UUID | None
    commitment_id: UUID | None
    ask_event: AskEventKind | None
    commitment_event: CommitmentEventKind | None
    institution_name: str
    answer: AnswerKind | None
    words: str | None
    """What was said; of a promise, what was promised. Not shown to those who may not read the ask or commitment."""
    reply_by: date | None
    due_on: date | None
    residents_agreed: bool | None


class AgendaItemOut(Out):
    """An item of an agenda, with how it stands today."""

    number: int
    kind: AgendaKind
    ask_id: UUID | None
    commitment_id: UUID | None
    theme_id: UUID | None
    title: str | None
    """What it is called; None for an ask or a commitment that the reader may not read."""
    institution_id: UUID | None
    institution_name: str | None
    version: int | None
    """Of the ask or the commitment."""
    ask_state: AskState | None
    last_answer: AnswerKind | None
    reply_by: date | None
    overdue_days: int
    commitment_state: CommitmentState | None
    outcome_of_residents: Verdict | None
    late: bool
    due_on: date | None
    moved_count: int
    reason: str | None
    """Why it was taken here from the operational level."""
    taken_higher_on: date | None
    outcome: str | None
    entries: list[MinuteEntryOut]
    can: list[str]
    """What can be entered about it now: asked, answered, promised, confirmed, started, moved, claimed."""


class MeetingActionOut(Resource):
    """Something that somebody will do after a meeting."""

    meeting_id: UUID
    meeting_on: date
    what: str
    institution_id: UUID | None
    institution_name: str | None
    by_on: date
    done_on: date | None
    late: bool


class MeetingItem(Out):
    """A meeting in a list."""

    version: int
    forum_id: UUID
    forum_name: str
    level: Mandate
    area_id: UUID
    area_name: str
    starts_at: datetime
    minutes: int
    place: str | None
    state: MeetingState
    published_on: date | None


class MeetingOut(Resource):
    """A meeting with its agenda, who is invited, and what was entered."""

    forum_id: UUID
    forum_name: str
    level: Mandate
    area_id: UUID
    area_name: str
    starts_at: datetime
    minutes: int
    place: str | None
    state: MeetingState
    invited_on: date | None
    opened_at: datetime | None
    closed_at: datetime | None
    published_on: date | None
    cancelled_on: date | None
    agenda: list[AgendaItemOut]
    attendance: list[AttendanceOut]
    actions: list[MeetingActionOut]
    """Agreed at this meeting."""
    earlier_actions: list[MeetingActionOut]
    """Agreed at earlier meetings of the same forum, and not done before this one."""


class NextMeeting(Shape):
    """When a forum would meet again by its rhythm."""

    forum_id: UUID
    proposed_at: MomentIn
    minutes: int
    place: str | None


class PublicEntry(Shape):
    """Something that was entered at a meeting, as everybody may read it."""

    institution_name: str
    ask_event: AskEventKind | None
    commitment_event: CommitmentEventKind | None
    answer: AnswerKind | None
    words: str | None
    due_on: date | None


class PublicAgendaItem(Shape):
    """An item of the agenda, as everybody may read it."""

    number: int
    kind: AgendaKind
    title: str | None
    """What it is called; None for a commitment that is not public."""
    institution_name: str | None
    outcome: str | None
    entries: list[PublicEntry]


class PublicAction(Shape):
    """Something that somebody will do, as everybody may read it: the team or an institution, never a person."""

    what: str
    institution_name: str | None
    by_on: date
    done_on: date | None


class PublicPresence(Shape):
    """Who was invited and who came, as everybody may read it."""

    name: str | None
    """An institution or a group; None: the residents."""
    came: bool | None
    persons: int | None
    """How many residents came; of institutions and groups it is not told."""


class PublicMinutes(Out):
    """The minutes of a meeting as everybody may read them: institutions by name, no person at all."""

    forum_name: str
    level: Mandate
    area_id: UUID
    area_name: str
    held_on: date
    published_on: date | None
    present: list[PublicPresence]
    agenda: list[PublicAgendaItem]
    actions: list[PublicAction]


class PublicMeeting(Out):
    """A meeting of which everybody may read the minutes, in a list."""

    forum_name: str
    area_id: UUID
    held_on: date
    published_on: date
