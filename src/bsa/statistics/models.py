"""The rows of published figures. None holds a key to a person, and none an exact count of persons."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from bsa.rows import Moment, Row


class Inhabitants(SQLModel, table=True):
    """How many people live in an area, by the public figures of a year. Small areas are put together by these alone."""

    __tablename__ = "inhabitants"
    __table_args__ = (CheckConstraint("number >= 0", name="none_or_more"),)

    code: str = Field(primary_key=True, max_length=10)
    year: int = Field(primary_key=True)
    number: int


class StatisticsRelease(Row, table=True):
    """The figures of a municipality about one period, drawn once and never changed: its numbers are one document.

    Drawn is not published: in between the team explains what differs from what was planned. After that only the day on
    which it became definitive is added.
    """

    __tablename__ = "statistics_release"
    __table_args__ = (
        UniqueConstraint("municipality", "period", "revision"),
        CheckConstraint("revision > 0", name="revision_from_1"),
        CheckConstraint("(revision = 1) = (reason IS NULL)", name="revised_with_reason"),
        CheckConstraint("(published_at IS NULL) = (fingerprint IS NULL)", name="published_with_fingerprint"),
        CheckConstraint("definitive_on IS NULL OR published_at IS NOT NULL", name="definitive_when_published"),
    )

    municipality: str = Field(max_length=6)
    """Its code: `GM0344`."""
    period: str = Field(max_length=7)
    """Such as `2026-Q3`."""
    revision: int = 1
    division_year: int
    """The year of the division of areas: codes mean something only together with it."""
    method: str = Field(max_length=20)
    """Which method and which cube: `sdc1.1`."""
    digest: str = Field(max_length=64)
    """Keyed, of the counts: tells whether they are the same, and nothing else."""
    frozen: str = Field(sa_type=Text)
    """The numbers, with the areas and the parameters: JSON, always the same bytes."""
    reason: str | None = Field(default=None, max_length=1000)
    """Why there is a revision: the change log."""
    words: str = Field(default="", sa_type=Text)
    """Explanations and stories as they were published: JSON."""
    published_at: datetime | None = Field(default=None, sa_type=Moment)
    fingerprint: str | None = Field(default=None, max_length=64)
    """SHA-256 over `frozen` and `words`: whoever has it can tell that nothing was changed afterwards."""
    definitive_on: date | None = None
