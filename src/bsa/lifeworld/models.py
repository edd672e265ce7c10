"""The rows of a resident's lifeworld."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import Moment, Row, one_of
from bsa.sealing import SealedText


class SketchPrompt(StrEnum):
    """What a line of the sketch is about; none is asked for."""

    GOES_WELL = "goes_well"
    PROUD_OF = "proud_of"
    WHO_MATTERS = "who_matters"
    PINCHES = "pinches"
    NEVER_AGAIN = "never_again"
    INSTITUTIONS = "institutions"
    """What somebody went through with institutions: for the author only, whoever said it."""


class Voice(StrEnum):
    """Who is speaking: the resident, or the worker with an impression."""

    RESIDENT = "resident"
    WORKER = "worker"


class SketchLine(Row, table=True):
    """One line of the sketch. The worker's impression is for its author only; a line is struck, not edited away."""

    __tablename__ = "sketch_line"
    __table_args__ = (
        CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_by_somebody"),
        Index("ix_sketch_line_resident_id_prompt", "resident_id", "prompt"),
    )

    resident_id: UUID = Field(foreign_key="resident.id")
    prompt: SketchPrompt | None = Field(default=None, sa_type=one_of(SketchPrompt))
    voice: Voice = Field(sa_type=one_of(Voice))
    words: str = Field(sa_type=SealedText)
    told_on: date
    worker_id: UUID = Field(foreign_key="account.id")
    struck_at: datetime | None = Field(default=None, sa_type=Moment)
    struck_by_id: UUID | None = Field(default=None, foreign_key="account.id")

    @property
    def for_author_only(self) -> bool:
        """Tell whether nobody but its author ever reads this line."""
        return self.voice is Voice.WORKER or self.prompt is SketchPrompt.INSTITUTIONS


class AssetKind(StrEnum):
    """What somebody has and can."""

    TALENT = "talent"
    EXPERIENCE = "experience"
    THINGS = "things"
    PLACE = "place"
    PEOPLE = "people"


class Asset(Row, table=True):
    """Something that a resident has or can, and perhaps wants to share. It comes before problems."""

    __tablename__ = "asset"
    __table_args__ = (CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_by_somebody"),)

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    kind: AssetKind = Field(sa_type=one_of(AssetKind))
    words: str = Field(sa_type=SealedText)
    wants_to_share: bool = False
    """The resident said so; it is never assumed."""
    told_on: date
    worker_id: UUID = Field(foreign_key="account.id")
    struck_at: datetime | None = Field(default=None, sa_type=Moment)
    struck_by_id: UUID | None = Field(default=None, foreign_key="account.id")
