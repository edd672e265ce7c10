"""What comes in and goes out about what anybody says of a public page."""

from datetime import date
from uuid import UUID

from bsa.codes import Code
from bsa.shapes import Line, Listing, Out, Resource, Shape, Text
from bsa.voices.models import VoiceKind


class VoiceIn(Shape):
    """A complaint, a correction or a question."""

    kind: VoiceKind
    words: Text
    commitment_id: UUID | None = None
    """About which promise, if about one."""
    reply_to: Line | None = None
    """How somebody wants to hear back, if at all; the answer can also be read with the code."""


class VoiceTaken(Shape):
    """That it was taken in; the code is told once, here."""

    code: str
    came_on: date


class VoiceCodeIn(Shape):
    """The code by which somebody reads the answer."""

    code: Code


class VoiceAnswered(Shape):
    """What came of it, for who has the code."""

    kind: VoiceKind
    area_name: str
    words: str
    came_on: date
    answer: str | None
    settled_on: date | None


class VoiceQuery(Listing):
    """Which voices to list."""

    area_id: UUID | None = None
    open: bool | None = None
    """True: not answered yet. False: answered."""
    kind: VoiceKind | None = None


class VoiceItem(Out):
    """A voice in the list."""

    version: int
    kind: VoiceKind
    area_id: UUID
    area_name: str
    commitment_id: UUID | None
    words: str
    came_on: date
    settled_on: date | None


class VoiceOut(Resource):
    """A voice, with how to answer and the answer."""

    kind: VoiceKind
    area_id: UUID
    area_name: str
    commitment_id: UUID | None
    residents_words: str | None
    """The promise that it is about, in the residents' words."""
    words: str
    reply_to: str | None
    came_on: date
    answer: str | None
    settled_on: date | None
    settled_by: str | None


class VoiceAnswerIn(Shape):
    """The answer; with it the voice is settled."""

    answer: Text
