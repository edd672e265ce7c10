"""The rows of my part and their part."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import Moment, Row, one_of
from bsa.sealing import SealedText


class ShareSide(StrEnum):
    """Whose part it is."""

    MINE = "mine"
    THEIRS = "theirs"


class SharePrompt(StrEnum):
    """What an entry is about."""

    ALREADY_DOING = "already_doing"
    KEEPS_IT = "keeps_it"
    TRY_DIFFERENTLY = "try_differently"


class Author(StrEnum):
    """Who wrote it: the resident, or the two together. A worker alone writes none."""

    RESIDENT = "resident"
    TOGETHER = "together"


class OwnShare(Row, table=True):
    """One entry in one of two columns; for the resident and the assigned worker only."""

    __tablename__ = "own_share"
    __table_args__ = (
        CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_by_somebody"),
        CheckConstraint("ask_id IS NULL OR side = 'theirs'", name="only_their_part_is_asked"),
        Index("ix_own_share_resident_id_side", "resident_id", "side"),
    )

    resident_id: UUID = Field(foreign_key="resident.id")
    side: ShareSide = Field(sa_type=one_of(ShareSide, "side"))
    prompt: SharePrompt = Field(sa_type=one_of(SharePrompt))
    words: str = Field(sa_type=SealedText)
    author: Author = Field(sa_type=one_of(Author))
    written_on: date
    worker_id: UUID = Field(foreign_key="account.id")
    ask_id: UUID | None = Field(default=None, foreign_key="ask.id", ondelete="SET NULL", index=True)
    """The ask that their part became; a draft that is discarded leaves nothing behind here."""
    struck_at: datetime | None = Field(default=None, sa_type=Moment)
    struck_by_id: UUID | None = Field(default=None, foreign_key="account.id")
