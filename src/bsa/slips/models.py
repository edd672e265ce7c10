"""The rows of paper slips by which residents judge."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from bsa.commitments.models import Verdict
from bsa.rows import ChangingRow, Row, one_of


class SlipRound(ChangingRow, table=True):
    """Slips handed out for one verdict window; counted into one verdict when it closes."""

    __tablename__ = "slip_round"
    __table_args__ = (Index("ix_slip_round_commitment_id", "commitment_id"),)

    commitment_id: UUID = Field(foreign_key="commitment.id")
    area_id: UUID = Field(foreign_key="area.id")
    handed_out_on: date
    handed_out_by_id: UUID = Field(foreign_key="account.id")
    until_on: date
    closed_on: date | None = None
    event_id: UUID | None = Field(default=None, foreign_key="commitment_event.id")


class Slip(Row, table=True):
    """One slip: the digest of its code, and whether it was used. Nothing ties it to a person, nor to what was voted."""

    __tablename__ = "slip"

    round_id: UUID = Field(foreign_key="slip_round.id", index=True)
    code_digest: str = Field(max_length=64, unique=True)
    used: bool = False


class SlipCount(Row, table=True):
    """How many slips of a round said what; added to in the transaction that uses a slip."""

    __tablename__ = "slip_count"
    __table_args__ = (
        Index("ix_slip_count_round_id_verdict", "round_id", "verdict", unique=True),
        CheckConstraint("verdict <> 'unjudged' AND votes >= 0", name="a_vote"),
    )

    round_id: UUID = Field(foreign_key="slip_round.id")
    verdict: Verdict = Field(sa_type=one_of(Verdict))
    votes: int = 0
