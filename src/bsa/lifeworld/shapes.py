"""What comes in and goes out about a resident's lifeworld."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bsa.lifeworld.models import AssetKind, SketchPrompt, Voice
from bsa.shapes import Line, Out, Shape, Text


class SketchLineIn(Shape):
    """A line of the sketch; the words are enough."""

    words: Text
    prompt: SketchPrompt | None = None
    voice: Voice = Voice.RESIDENT
    """The worker's own impression is for its author only."""
    told_on: date | None = None
    """Without a day, today."""


class SketchStrikeIn(Shape):
    """A line to strike through, and what should have stood there, if anything."""

    correction: SketchLineIn | None = None


class SketchLineOut(Out):
    """A line of the sketch, for those who look after the resident; what is for its author only, for its author."""

    resident_id: UUID
    words: str
    prompt: SketchPrompt | None
    voice: Voice
    for_author_only: bool
    told_on: date
    worker_id: UUID
    worker_name: str
    struck_at: datetime | None
    created_at: datetime
    allowed_actions: list[str] = Field(default_factory=list)


class AssetIn(Shape):
    """Something that a resident has or can."""

    words: Line
    kind: AssetKind = AssetKind.TALENT
    wants_to_share: bool = False
    """Only when the resident said so."""
    told_on: date | None = None
    """Without a day, today."""


class AssetStrikeIn(Shape):
    """A strength to strike through, and what should have stood there, if anything."""

    correction: AssetIn | None = None


class AssetOut(Out):
    """Something that a resident has or can, for those who look after the resident."""

    resident_id: UUID
    words: str
    kind: AssetKind
    wants_to_share: bool
    told_on: date
    worker_id: UUID
    worker_name: str
    struck_at: datetime | None
    created_at: datetime
    allowed_actions: list[str] = Field(default_factory=list)
