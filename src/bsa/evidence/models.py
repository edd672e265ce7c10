"""The rows of evidence that a promise was kept."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field

from bsa.rows import Row


class Evidence(Row, table=True):
    """A photo or a PDF that an institution shows with what it reports; made anew on arrival, without metadata."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("media_type IN ('image/jpeg', 'image/png', 'application/pdf')", name="known_type"),
        CheckConstraint("(taken_back_on IS NULL) = (content IS NOT NULL)", name="there_until_taken_back"),
        CheckConstraint("(taken_back_on IS NULL) = (taken_back_by_team IS NULL)", name="taken_back_by_somebody"),
    )

    commitment_id: UUID = Field(foreign_key="commitment.id", index=True)
    event_id: UUID | None = Field(default=None, foreign_key="commitment_event.id")
    institution_id: UUID = Field(foreign_key="institution.id")
    entered_by_id: UUID = Field(foreign_key="account.id")
    entered_by_team: bool
    """Entered by the team on behalf of the institution."""
    media_type: str = Field(max_length=40)
    caption: str | None = Field(default=None, max_length=200)
    content: bytes | None = Field(default=None, sa_type=LargeBinary)
    digest: str = Field(max_length=64)
    """SHA-256 of the content, which stays when the content is taken back."""
    taken_back_on: date | None = None
    taken_back_by_team: bool | None = None
