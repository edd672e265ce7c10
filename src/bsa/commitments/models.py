"""The rows of the ledger. The standing of a commitment is what its events add up to; the columns only repeat that."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from bsa import clock
from bsa.asks.models import Side, Source
from bsa.institutions.models import Mandate
from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class CommitmentState(StrEnum):
    """The states of a commitment. Being late is none of them: it is computed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RUNNING = "running"
    CLAIMED = "claimed"
    JUDGED = "judged"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What residents judge; `unjudged` when too few did."""

    KEPT = "kept"
    PARTLY = "partly"
    NOT_KEPT = "not_kept"
    UNJUDGED = "unjudged"


class Visibility(StrEnum):
    """Who may read a commitment, from few to all."""

    TEAM = "team"
    FORUM = "forum"
    NEIGHBOURHOOD = "neighbourhood"
    PUBLIC = "public"


class CommitmentEventKind(StrEnum):
    """What can happen to a commitment."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    STARTED = "started"
    CONTESTED = "contested"
    MOVED = "moved"
    CLAIMED = "claimed"
    JUDGED = "judged"
    WINDOW_CLOSED = "window_closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"


class Commitment(ChangingRow, table=True):
    """What an institution promised. From `state` on, the columns repeat what the events add up to, for lists.

    Time passes without events, so `state` is the state just after the last event; whether the window has closed since
    is told by `window_until` and `outcome_at_close`.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        Index("ix_commitment_area_id_due_on_id", "area_id", "due_on", "id"),
        Index("ix_commitment_institution_id_due_on_id", "institution_id", "due_on", "id"),
        Index("ix_commitment_due_on_id", "due_on", "id"),
        Index(
            "ix_commitment_public",
            "area_id",
            "due_on",
            sqlite_where=text("visibility = 'public'"),
            postgresql_where=text("visibility = 'public'"),
        ),
    )

    ask_id: UUID = Field(foreign_key="ask.id", index=True)
    initiative_id: UUID = Field(foreign_key="initiative.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    institution_id: UUID = Field(foreign_key="institution.id")
    promise: str = Field(max_length=4000)
    """In the institution's words."""
    residents_words: str = Field(max_length=4000)
    """What it means, in the residents' words."""
    sign: str = Field(max_length=400)
    """By what we will see it."""
    condition: str | None = Field(default=None, max_length=400)
    mandate: Mandate = Field(sa_type=one_of(Mandate))

    state: CommitmentState = Field(sa_type=one_of(CommitmentState))
    visibility: Visibility = Field(sa_type=one_of(Visibility))
    first_due_on: date
    due_on: date
    claimed_on: date | None = None
    window_until: date | None = None
    outcome: Verdict | None = Field(default=None, sa_type=one_of(Verdict))
    outcome_at_close: Verdict = Field(default=Verdict.UNJUDGED, sa_type=one_of(Verdict, "outcome_at_close"))
    moved_count: int = 0
    reopened_count: int = 0
    slips_until: date | None = None
    """Slips are out by which residents judge in this window: what they say is counted when their round is closed."""


class CommitmentEvent(Row, table=True):
    """One thing that happened to a commitment, entered by whom, on whose behalf, known from where. Never changed."""

    __tablename__ = "commitment_event"
    __table_args__ = (
        UniqueConstraint("commitment_id", "number"),
        CheckConstraint("kind NOT IN ('recorded', 'moved', 'reopened') OR due_on IS NOT NULL", name="day_given"),
        CheckConstraint(
            "kind NOT IN ('moved', 'reopened', 'withdrawn', 'contested') OR words IS NOT NULL", name="reason_given"
        ),
        CheckConstraint(
            "(kind = 'judged') = (kept IS NOT NULL AND partly IS NOT NULL AND not_kept IS NOT NULL)", name="votes"
        ),
        CheckConstraint("(kind = 'published') = (visibility IS NOT NULL)", name="published_to_whom"),
        CheckConstraint("kept >= 0 AND partly >= 0 AND not_kept >= 0", name="votes_from_0"),
    )

    commitment_id: UUID = Field(foreign_key="commitment.id")
    number: int
    kind: CommitmentEventKind = Field(sa_type=one_of(CommitmentEventKind))
    happened_on: date
    entered_by_id: UUID = Field(foreign_key="account.id")
    on_behalf_of: Side = Field(sa_type=one_of(Side, "on_behalf_of"))
    source: Source = Field(sa_type=one_of(Source))
    words: str | None = Field(default=None, max_length=4000)
    """The reason, the evidence, or what was said."""
    due_on: date | None = None
    residents_agreed: bool | None = None
    kept: int | None = None
    partly: int | None = None
    not_kept: int | None = None
    visibility: Visibility | None = Field(default=None, sa_type=one_of(Visibility))
    witnesses: str | None = Field(default=None, sa_type=SealedText)
    """The keys of the two residents who witnessed a verdict that the team entered; sealed, and never shown.

    A verdict that was counted from slips has none: nobody entered it.
    """

    @property
    def by_slips(self) -> bool:
        """Tell whether this is a verdict that was counted from slips."""
        return self.kind is CommitmentEventKind.JUDGED and self.witnesses is None

    @property
    def entered_on(self) -> date:
        """The day on which it was entered, which may be later than when it happened."""
        return clock.day_of(self.created_at)


class VerdictQuote(Row, table=True):
    """What a resident said at a verdict, sealed; shown outside the team only with consent."""

    __tablename__ = "verdict_quote"

    commitment_id: UUID = Field(foreign_key="commitment.id", index=True)
    event_id: UUID = Field(foreign_key="commitment_event.id")
    words: str = Field(sa_type=SealedText)
    may_be_public: bool
