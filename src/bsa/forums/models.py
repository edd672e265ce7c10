"""The rows of the open structure of consultation: forums at two levels, and who belongs to them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.institutions.models import Mandate
from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class Rhythm(StrEnum):
    """How often a forum meets."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    SIX_WEEKLY = "six_weekly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    WHEN_NEEDED = "when_needed"


class Forum(ChangingRow, table=True):
    """An open structure of consultation in an area, at the operational or at the policy level."""

    __tablename__ = "forum"
    __table_args__ = (CheckConstraint("level IN ('operational', 'policy')", name="one_of_two_levels"),)

    area_id: UUID = Field(foreign_key="area.id", index=True)
    name: str = Field(max_length=200)
    level: Mandate = Field(sa_type=one_of(Mandate, "level"))
    rhythm: Rhythm = Field(sa_type=one_of(Rhythm))
    twin_id: UUID | None = Field(default=None, foreign_key="forum.id")
    """The forum at the other level to which it escalates, or from which questions come."""
    ended_on: date | None = None


class ForumMember(Row, table=True):
    """Who belongs to a forum: an institution, a group of residents, or the team."""

    __tablename__ = "forum_member"
    __table_args__ = (
        CheckConstraint("institution_id IS NULL OR group_id IS NULL", name="one_of_them"),
        Index("ix_forum_member_forum_id", "forum_id"),
    )

    forum_id: UUID = Field(foreign_key="forum.id")
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    group_id: UUID | None = Field(default=None, foreign_key="resident_group.id", index=True)
    from_on: date
    until_on: date | None = None


class ForumCalendar(Row, table=True):
    """The secret address of a forum's calendar, for all who sit in it. A new one ends the old one.

    Kept sealed, and not only as a digest: it is handed out again to whoever joins.
    """

    __tablename__ = "forum_calendar"

    forum_id: UUID = Field(foreign_key="forum.id", unique=True)
    token: str = Field(sa_type=SealedText)
    token_digest: str = Field(max_length=64, unique=True)
