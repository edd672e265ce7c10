"""Slips in the demo: handed out after a report or a silence, used by households, and counted into a verdict."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.commitments.models import Commitment, CommitmentState
from bsa.commitments.queries import list_commitments
from bsa.commitments.shapes import CommitmentQuery, QuoteIn
from bsa.demo.days import Days
from bsa.demo.stage import Stage, version_of
from bsa.slips.actions import close_round, hand_out_slips, vote
from bsa.slips.models import SlipRound
from bsa.slips.shapes import ClosingIn, SlipRoundIn, SlipVerdict, SlipVoteIn

ADDRESS = "192.0.2.1"
"""Whence the demo's households judge: an address for documents."""

TO_SPARE = 3


def hand_out(session: Session, stage: Stage, worker: str, commitment_id: UUID, slips: int) -> None:
    """Make slips, and remember the codes: here, the households have them."""
    version = version_of(session, Commitment, commitment_id)
    held, codes = hand_out_slips(session, stage.actor(worker), commitment_id, version, SlipRoundIn(slips=slips))
    stage.slips[commitment_id] = (held.id, codes)


def use(session: Session, stage: Stage, commitment_id: UUID, kept: int, partly: int, not_kept: int) -> None:
    """Let households judge by their slips."""
    _, codes = stage.slips[commitment_id]
    said = [SlipVerdict.KEPT] * kept + [SlipVerdict.PARTLY] * partly + [SlipVerdict.NOT_KEPT] * not_kept
    for verdict in said:
        vote(session, SlipVoteIn(code=codes.pop(), verdict=verdict), ADDRESS)


def count(
    session: Session, stage: Stage, worker: str, commitment_id: UUID, quotes: list[QuoteIn], *, closes: bool = True
) -> None:
    """Close the round: what the slips said is one verdict."""
    round_id, _ = stage.slips.pop(commitment_id)
    told = ClosingIn(closes_window=closes, quotes=quotes)
    close_round(session, stage.actor(worker), round_id, version_of(session, SlipRound, round_id), told)


def judge_at_once(
    session: Session,
    stage: Stage,
    worker: str,
    commitment_id: UUID,
    votes: tuple[int, int, int],
    quotes: list[QuoteIn],
    *,
    closes: bool,
) -> None:
    """Hand out slips at a meeting, have them used there, and count them."""
    hand_out(session, stage, worker, commitment_id, sum(votes) + TO_SPARE)
    use(session, stage, commitment_id, *votes)
    count(session, stage, worker, commitment_id, quotes, closes=closes)


def tell_slips(days: Days) -> None:
    """Have slips out today, about what was reported lately: some are used, and nobody sees yet what they say."""

    def go_round(session: Session, stage: Stage) -> None:
        reported = CommitmentQuery(state=CommitmentState.CLAIMED, limit=200)
        for worker in ("activator", "sanne", "ibrahim", "lotte"):
            for commitment in list_commitments(session, stage.actor(worker), reported).items:
                if commitment.id not in stage.slips and commitment.claimed_on and commitment.claimed_on < clock.today():
                    hand_out(session, stage, worker, commitment.id, 24)
                    use(session, stage, commitment.id, 4, 2, 1)

    days.add(days.today, go_round)
