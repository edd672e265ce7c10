"""The rows of appointments."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class AppointmentKind(StrEnum):
    """What an appointment is for."""

    VISIT = "visit"
    JOINT_VISIT = "joint_visit"
    PRACTICE = "practice"
    MEETING = "meeting"
    OTHER = "other"


class Appointment(ChangingRow, table=True):
    """When a worker is expected somewhere; perhaps with a resident, an initiative, a colleague."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 720", name="has_a_length"),
        Index("ix_appointment_account_id_starts_at", "account_id", "starts_at"),
        Index("ix_appointment_with_account_id_starts_at", "with_account_id", "starts_at"),
    )

    account_id: UUID = Field(foreign_key="account.id")
    with_account_id: UUID | None = Field(default=None, foreign_key="account.id")
    """A colleague who comes along."""
    resident_id: UUID | None = Field(default=None, foreign_key="resident.id", index=True)
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    kind: AppointmentKind = Field(sa_type=one_of(AppointmentKind))
    starts_at: datetime = Field(sa_type=Moment)
    minutes: int = 60
    place: str | None = Field(default=None, sa_type=SealedText)
    cancelled_on: date | None = None


class CalendarAddress(Row, table=True):
    """The secret address of a worker's calendar; only its digest is kept. A new one ends the old one."""

    __tablename__ = "calendar_address"

    account_id: UUID = Field(foreign_key="account.id", unique=True)
    token_digest: str = Field(max_length=64, unique=True)
