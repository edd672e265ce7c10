"""The rows of asks. The state of an ask is what its events add up to; the columns beside them only repeat that."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.institutions.models import Mandate
from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class AskState(StrEnum):
    """The states of an ask; `unanswered` is computed from the day on which an answer was due."""

    DRAFT = "draft"
    ASKED = "asked"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    ASKED_AGAIN = "asked_again"
    ESCALATED = "escalated"
    CLOSED = "closed"


class AskEventKind(StrEnum):
    """What can happen to an ask."""

    DRAFTED = "drafted"
    ASKED = "asked"
    ANSWERED = "answered"
    ASKED_AGAIN = "asked_again"
    ESCALATED = "escalated"
    CLOSED = "closed"
    ANSWER_STRUCK = "answer_struck"
    """The last answer was entered wrongly, and does not count."""


class AnswerKind(StrEnum):
    """What an institution can answer; evasive is an answer of its own."""

    YES = "yes"
    YES_IF = "yes_if"
    NO = "no"
    EVASIVE = "evasive"


class Side(StrEnum):
    """On whose behalf something is entered."""

    TEAM = "team"
    RESIDENTS = "residents"
    INSTITUTION = "institution"


class Source(StrEnum):
    """From where it is known what was said on another's behalf."""

    MEETING = "meeting"
    TELEPHONE = "telephone"
    MAIL = "mail"
    LETTER = "letter"
    PAPER_SLIP = "paper_slip"
    OWN_SIGN_IN = "own_sign_in"


class Ask(ChangingRow, table=True):
    """What is asked of an institution. From `state` on, the columns repeat what the events add up to, for lists.

    Time passes without events, so `state` is the state just after the last event: whether the ask is unanswered is told
    by `reply_by`.
    """

    __tablename__ = "ask"
    __table_args__ = (
        CheckConstraint("voiced_by IN ('team', 'residents')", name="voiced_by_us"),
        CheckConstraint("state <> 'unanswered'", name="unanswered_is_computed"),
        CheckConstraint("(state = 'draft') = (times_asked = 0)", name="a_draft_was_not_asked"),
        CheckConstraint("state = 'draft' OR reply_by IS NOT NULL", name="asked_with_day"),
        Index("ix_ask_area_id_state_reply_by", "area_id", "state", "reply_by"),
        Index("ix_ask_institution_id_state", "institution_id", "state"),
    )

    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    institution_id: UUID = Field(foreign_key="institution.id")
    text: str = Field(max_length=4000)
    voiced_by: Side = Field(sa_type=one_of(Side, "voiced_by"))

    state: AskState = Field(sa_type=one_of(AskState))
    reply_by: date | None = None
    last_answer: AnswerKind | None = Field(default=None, sa_type=one_of(AnswerKind, "last_answer"))
    mandate: Mandate | None = Field(default=None, sa_type=one_of(Mandate))
    """The level that was asked last, or that answered."""
    times_asked: int = 0
    last_event_on: date


class AskEvent(Row, table=True):
    """One thing that happened to an ask; never changed afterwards."""

    __tablename__ = "ask_event"
    __table_args__ = (
        UniqueConstraint("ask_id", "number"),
        CheckConstraint("(kind = 'answered') = (answer IS NOT NULL)", name="answered_with_answer"),
        CheckConstraint("kind NOT IN ('asked', 'asked_again', 'escalated') OR reply_by IS NOT NULL", name="reply_by"),
        CheckConstraint(
            "kind NOT IN ('escalated', 'closed', 'answer_struck') OR words IS NOT NULL", name="reason_given"
        ),
        CheckConstraint("kind IN ('drafted', 'closed') OR mandate IS NOT NULL", name="level_given"),
    )

    ask_id: UUID = Field(foreign_key="ask.id")
    number: int
    kind: AskEventKind = Field(sa_type=one_of(AskEventKind))
    happened_on: date
    entered_by_id: UUID = Field(foreign_key="account.id")
    on_behalf_of: Side = Field(sa_type=one_of(Side, "on_behalf_of"))
    source: Source = Field(sa_type=one_of(Source))
    answer: AnswerKind | None = Field(default=None, sa_type=one_of(AnswerKind))
    words: str | None = Field(default=None, max_length=4000)
    """What was said, the condition, or the reason."""
    reply_by: date | None = None
    mandate: Mandate | None = Field(default=None, sa_type=one_of(Mandate))
    contact_id: UUID | None = Field(default=None, foreign_key="institution_contact.id")


class Letter(Row, table=True):
    """The letter that tells an institution of an ask: mailed when mail is set up, and always there to print."""

    __tablename__ = "letter"

    ask_id: UUID = Field(foreign_key="ask.id", index=True)
    ask_event_id: UUID = Field(foreign_key="ask_event.id", unique=True)
    institution_id: UUID = Field(foreign_key="institution.id")
    to_address: str | None = Field(default=None, sa_type=SealedText)
    salutation_name: str | None = Field(default=None, sa_type=SealedText)
    mailed_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    attempts: int = 0
