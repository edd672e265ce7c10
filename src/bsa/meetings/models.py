"""The rows of meetings. What is said in one about an ask or a commitment lands in the ledger itself."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, Moment, Row, one_of


class Meeting(ChangingRow, table=True):
    """One meeting. Its minutes are what was entered during it; persons are spoken of as themes only."""

    __tablename__ = "meeting"
    __table_args__ = (Index("ix_meeting_forum_id_starts_at", "forum_id", "starts_at"),)

    forum_id: UUID = Field(foreign_key="forum.id")
    area_id: UUID = Field(foreign_key="area.id", index=True)
    starts_at: datetime = Field(sa_type=Moment)
    minutes: int = 90
    place: str | None = Field(default=None, max_length=200)
    invited_on: date | None = None
    """When the invitations were sent, or began to wait for the mail."""
    opened_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    published_on: date | None = None
    cancelled_on: date | None = None


class Attendance(Row, table=True):
    """Who was invited to a meeting, and whether somebody came; institutions and groups by name, residents by number.

    Without an institution and without a group it is the neighbourhood's residents.
    """

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("meeting_id", "institution_id"),
        UniqueConstraint("meeting_id", "group_id"),
        CheckConstraint("institution_id IS NULL OR group_id IS NULL", name="one_of_them"),
        CheckConstraint("persons >= 0", name="from_0"),
    )

    meeting_id: UUID = Field(foreign_key="meeting.id")
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    group_id: UUID | None = Field(default=None, foreign_key="resident_group.id")
    invited: bool = True
    came: bool | None = None
    persons: int = 0
    """How many came; with residents the only thing that is kept of them."""
    mailed_at: datetime | None = Field(default=None, sa_type=Moment)
    attempts: int = 0


class AgendaKind(StrEnum):
    """What an item is about."""

    ASK = "ask"
    COMMITMENT = "commitment"
    THEME = "theme"
    OTHER = "other"


class AgendaItem(Row, table=True):
    """One item of an agenda, in its order."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint(
            "(kind = 'ask') = (ask_id IS NOT NULL) AND (kind = 'commitment') = (commitment_id IS NOT NULL) "
            "AND (kind = 'theme') = (theme_id IS NOT NULL) AND (kind <> 'other' OR title IS NOT NULL)",
            name="about_something",
        ),
        CheckConstraint("(reason IS NULL) = (taken_higher_on IS NULL)", name="taken_with_reason"),
    )

    meeting_id: UUID = Field(foreign_key="meeting.id")
    number: int
    kind: AgendaKind = Field(sa_type=one_of(AgendaKind))
    ask_id: UUID | None = Field(default=None, foreign_key="ask.id", index=True)
    commitment_id: UUID | None = Field(default=None, foreign_key="commitment.id", index=True)
    theme_id: UUID | None = Field(default=None, foreign_key="theme.id", index=True)
    title: str | None = Field(default=None, max_length=200)
    outcome: str | None = Field(default=None, max_length=1000)
    """What was decided about it, when it led to nothing in the ledger."""
    reason: str | None = Field(default=None, max_length=1000)
    """Why it was taken to this table, when it was taken there from the operational level."""
    taken_higher_on: date | None = None


class MinuteEntry(Row, table=True):
    """That something was entered in the ledger during a meeting: its minutes are these, in their order."""

    __tablename__ = "minute_entry"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint("(ask_event_id IS NULL) <> (commitment_event_id IS NULL)", name="one_deed"),
    )

    meeting_id: UUID = Field(foreign_key="meeting.id")
    number: int
    agenda_item_id: UUID | None = Field(default=None, foreign_key="agenda_item.id", index=True)
    ask_event_id: UUID | None = Field(default=None, foreign_key="ask_event.id", index=True)
    commitment_event_id: UUID | None = Field(default=None, foreign_key="commitment_event.id", index=True)


class MeetingAction(ChangingRow, table=True):
    """Something that somebody will do after a meeting, by when."""

    __tablename__ = "meeting_action"

    meeting_id: UUID = Field(foreign_key="meeting.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    what: str = Field(max_length=400)
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    """The institution that will; without one it is the team."""
    by_on: date
    done_on: date | None = None
