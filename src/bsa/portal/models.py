"""The rows of the portal: what an institution was told of by mail, so that it is told once."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from bsa.rows import Row, one_of


class NoticeKind(StrEnum):
    """Of what an institution is told."""

    ANSWER_DUE = "answer_due"
    ANSWER_OVERDUE = "answer_overdue"
    COMMITMENT_DUE = "commitment_due"
    JUDGING = "judging"


class InstitutionNotice(Row, table=True):
    """That an institution was told once of a day that comes near, or that residents judge."""

    __tablename__ = "institution_notice"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "due_on", "days"),)

    institution_id: UUID = Field(foreign_key="institution.id", index=True)
    kind: NoticeKind = Field(sa_type=one_of(NoticeKind))
    subject_id: UUID
    """The ask or the commitment."""
    due_on: date
    """The day that it is about: when that is moved, it is told anew."""
    days: int
    """So many days before, at most."""
