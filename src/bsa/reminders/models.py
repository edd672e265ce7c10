"""The rows of reminders: what somebody does not want to be reminded of now, and who wants the weekly mail."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from bsa.rows import Row, one_of
from bsa.sealing import SealedText


class ReminderKind(StrEnum):
    """What can wait for somebody, in the order in which it is told: first what was promised, last what is counted."""

    PROMISE_DUE = "promise_due"
    SIGNAL_WAITS = "signal_waits"
    HANDOVER_WAITS = "handover_waits"
    REFERRAL_WAITS = "referral_waits"
    REFERRAL_REVIEW = "referral_review"
    TO_DEBRIEF = "to_debrief"
    TO_PRACTISE = "to_practise"
    NOT_SEEN = "not_seen"
    STILL_EXPLORING = "still_exploring"
    THE_QUESTION = "the_question"
    TO_INTRODUCE = "to_introduce"
    DONE_ALONE = "done_alone"
    STREET_QUIET = "street_quiet"
    TEAM_PROMISES = "team_promises"
    WINDOW_CLOSING = "window_closing"
    COMMITMENT_LATE = "commitment_late"
    TAKE_HIGHER = "take_higher"
    ASK_OVERDUE = "ask_overdue"
    AGREEMENT_ENDS = "agreement_ends"
    TRACK_DUE = "track_due"
    VOICE_WAITS = "voice_waits"
    PHOTO_DUE = "photo_due"


class ReminderHush(Row, table=True):
    """That somebody does not want to be reminded of one kind of thing until a day."""

    __tablename__ = "reminder_hush"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    account_id: UUID = Field(foreign_key="account.id")
    kind: ReminderKind = Field(sa_type=one_of(ReminderKind))
    until_on: date
    """The first day on which it is told again."""


class WeeklyMail(Row, table=True):
    """That somebody wants the weekly mail: counts and links, and where to send it."""

    __tablename__ = "weekly_mail"

    account_id: UUID = Field(foreign_key="account.id", unique=True)
    address: str = Field(sa_type=SealedText)
    last_sent_on: date | None = None
    """Written before the mail is handed over: what breaks off in between is not sent twice."""
