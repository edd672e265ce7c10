"""What comes in and goes out about my part and their part."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bsa.shapes import Out, Shape, Text
from bsa.shares.models import Author, SharePrompt, ShareSide


class OwnShareIn(Shape):
    """An entry in one of the two columns, written by the resident or by the two together."""

    side: ShareSide
    prompt: SharePrompt
    words: Text
    author: Author
    written_on: date | None = None
    """Left out: today."""


class ShareAskIn(Shape):
    """Their part, as an ask to an institution: in the words that the resident agreed may go along, and no others."""

    institution_id: UUID
    initiative_id: UUID
    approved_words: Text
    approved_on: date


class OwnShareOut(Out):
    """An entry, for the resident's assigned workers alone."""

    resident_id: UUID
    side: ShareSide
    prompt: SharePrompt
    words: str
    author: Author
    written_on: date
    worker_name: str
    ask_id: UUID | None
    """The ask that their part became."""
    struck_at: datetime | None
    created_at: datetime
    allowed_actions: list[str] = Field(default_factory=list)
