"""The rows of initiatives."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from bsa.rows import ChangingRow, Row, one_of


class Origin(StrEnum):
    """Who started it."""

    RESIDENTS = "residents"
    TOGETHER = "together"
    PROFESSIONAL = "professional"


class Phase(StrEnum):
    """How far it is."""

    IDEA = "idea"
    FORMING = "forming"
    ACTING = "acting"
    NEGOTIATING = "negotiating"
    SUSTAINED = "sustained"
    STOPPED = "stopped"


class ParticipantPart(StrEnum):
    """What a resident does in an initiative."""

    TAKES_PART = "takes_part"
    SPEAKS = "speaks"
    ORGANISES = "organises"
    HELPS_NOW_AND_THEN = "helps_now_and_then"


class Initiative(ChangingRow, table=True):
    """A collective initiative in an area. Its texts hold nothing about a person."""

    __tablename__ = "initiative"
    __table_args__ = (
        CheckConstraint("phase <> 'stopped' OR lesson IS NOT NULL", name="stopped_with_lesson"),
        Index("ix_initiative_area_id_started_on", "area_id", "started_on"),
    )

    area_id: UUID = Field(foreign_key="area.id")
    title: str = Field(max_length=200)
    description: str | None = Field(default=None, max_length=4000)
    origin: Origin = Field(sa_type=one_of(Origin))
    joined_existing: bool = False
    """Tells that it was there already and was joined: a first-class answer."""
    phase: Phase = Field(sa_type=one_of(Phase))
    phase_since: date
    started_on: date
    next_step: str | None = Field(default=None, max_length=200)
    next_step_on: date | None = None
    lesson: str | None = Field(default=None, max_length=4000)
    """What was learned, when it stopped."""


class InitiativeTheme(Row, table=True):
    """That an initiative is about a theme."""

    __tablename__ = "initiative_theme"
    __table_args__ = (Index("ix_initiative_theme_initiative_id_theme_id", "initiative_id", "theme_id", unique=True),)

    initiative_id: UUID = Field(foreign_key="initiative.id")
    theme_id: UUID = Field(foreign_key="theme.id", index=True)


class Participant(Row, table=True):
    """That a resident takes part, with the resident's consent to be named inside the team."""

    __tablename__ = "participant"
    __table_args__ = (
        Index(
            "ix_participant_now",
            "initiative_id",
            "resident_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    initiative_id: UUID = Field(foreign_key="initiative.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    part: ParticipantPart = Field(sa_type=one_of(ParticipantPart))
    consented_on: date
    from_on: date
    until_on: date | None = None


class Aim(Row, table=True):
    """What an initiative wants to reach, and by what one would see it."""

    __tablename__ = "aim"

    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    text: str = Field(max_length=200)
    sign: str | None = Field(default=None, max_length=200)
    reached_on: date | None = None


class InitiativePage(ChangingRow, table=True):
    """The public page of an initiative, to which residents can be sent; approved by a person, and naming nobody."""

    __tablename__ = "initiative_page"
    __table_args__ = (CheckConstraint("withdrawn_on IS NULL OR published_on IS NOT NULL", name="out_after_in"),)

    initiative_id: UUID = Field(foreign_key="initiative.id", unique=True)
    area_id: UUID = Field(foreign_key="area.id")
    code: str = Field(max_length=12, unique=True)
    """The short end of its address: easy to read aloud and to type over from a poster."""
    title: str = Field(max_length=120)
    words: str = Field(max_length=1000)
    when_next: str | None = Field(default=None, max_length=200)
    where: str | None = Field(default=None, max_length=200)
    whom_to_call: str | None = Field(default=None, max_length=200)
    """The team's own telephone or address, never a resident's."""
    published_on: date | None = None
    published_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    withdrawn_on: date | None = None
