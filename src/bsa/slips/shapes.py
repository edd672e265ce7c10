"""What comes in and goes out about slips."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from bsa.codes import Code
from bsa.commitments.models import Verdict
from bsa.commitments.shapes import QuoteIn
from bsa.shapes import Resource, Shape


class SlipRoundIn(Shape):
    """Slips to hand out: one for each household."""

    slips: int = Field(ge=3, le=300)


class MoreSlipsIn(Shape):
    """Slips to add to a round."""

    slips: int = Field(ge=1, le=300)
    replaces: bool = False
    """The earlier sheet was lost: its slips that nobody used are no longer good."""


class ClosingIn(Shape):
    """Closing a round before its last day."""

    closes_window: bool = True
    """Everybody who wanted to has judged: the time for a verdict ends with it."""
    quotes: list[QuoteIn] = Field(default_factory=list, max_length=20)
    """What residents said beside it, each as they agreed to."""


class SlipVerdict(StrEnum):
    """What a slip can say."""

    KEPT = "kept"
    PARTLY = "partly"
    NOT_KEPT = "not_kept"


class SlipIn(Shape):
    """A slip that somebody has in the hand."""

    code: Code


class SlipVoteIn(SlipIn):
    """What somebody judges by a slip."""

    verdict: SlipVerdict


class SlipOpened(Shape):
    """What a slip asks: which promise, and until when."""

    area_name: str
    institution_name: str
    residents_words: str
    promise: str
    sign: str
    due_on: date
    claimed_on: date | None
    until_on: date


class SlipRoundOut(Resource):
    """A round of slips: how many are out and used; what they said only when it is over, and when enough did."""

    commitment_id: UUID
    area_id: UUID
    handed_out_on: date
    until_on: date
    closed_on: date | None
    overtaken: bool
    """Something happened by which there is something else to judge; these slips count no more."""
    slips: int
    used: int
    outcome: Verdict | None
    """What these slips say by themselves, when they are counted."""
    kept: int | None
    partly: int | None
    not_kept: int | None


class SlipSheet(SlipRoundOut):
    """A round with the codes of the slips that were just made. They are told once, here, and kept nowhere."""

    codes: list[str]
    address: str
    """Where slips are used."""
