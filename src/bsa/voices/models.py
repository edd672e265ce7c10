"""The rows of what anybody may say without an account."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class VoiceKind(StrEnum):
    """What somebody says about a public page."""

    CORRECTION = "correction"
    COMPLAINT = "complaint"
    QUESTION = "question"


class PublicVoice(ChangingRow, table=True):
    """A complaint, a correction or a question by anybody; sealed, for the team of the area."""

    __tablename__ = "public_voice"
    __table_args__ = (
        CheckConstraint("(settled_on IS NULL) = (answer IS NULL)", name="settled_with_answer"),
        Index("ix_public_voice_area_id_settled_on", "area_id", "settled_on"),
    )

    area_id: UUID = Field(foreign_key="area.id")
    commitment_id: UUID | None = Field(default=None, foreign_key="commitment.id", index=True)
    kind: VoiceKind = Field(sa_type=one_of(VoiceKind))
    words: str = Field(sa_type=SealedText)
    reply_to: str | None = Field(default=None, sa_type=SealedText)
    """How somebody wants to hear back, if at all."""
    code_digest: str = Field(max_length=64, unique=True)
    """Of the code by which somebody reads the answer without an account."""
    came_on: date
    answer: str | None = Field(default=None, sa_type=SealedText)
    settled_on: date | None = None
    settled_by_id: UUID | None = Field(default=None, foreign_key="account.id")


class VoiceHour(Row, table=True):
    """How much came from one address in one hour, under a keyed digest of both; forgotten when the hour is over."""

    __tablename__ = "voice_hour"

    who: str = Field(max_length=64, unique=True)
    until: datetime = Field(sa_type=Moment, index=True)
    sent: int = 0
