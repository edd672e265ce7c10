"""Deeds with slips: handing them out, judging by one, and counting what they said into one verdict.

A vote leaves two marks, in one transaction: the slip is used, and a count went up. Nothing ties the one to the other,
and no event tells when somebody voted: whoever walked along the doors would know who it was.
"""

from uuid import UUID

from sqlmodel import Session, col, select

from bsa import clock
from bsa.codes import new_code
from bsa.commitments.actions import count_slips
from bsa.commitments.deeds import REFUSED
from bsa.commitments.models import Commitment, CommitmentEventKind, Verdict, VerdictQuote
from bsa.commitments.queries import events_of, find_commitment, rules_of
from bsa.commitments.standing import standing
from bsa.database import Database
from bsa.digests import keyed_digest
from bsa.errors import N_, Conflict, invalid
from bsa.events import note
from bsa.people.actions import refuse_hurry, slow_down
from bsa.permissions import Actor, Permission, require
from bsa.slips.models import Slip, SlipCount, SlipRound
from bsa.slips.queries import find_round, find_slip, lock_commitment, open_rounds_past, slip_opened, votes_of
from bsa.slips.shapes import ClosingIn, MoreSlipsIn, SlipIn, SlipOpened, SlipRoundIn, SlipVoteIn

MOST_SLIPS = 1000
"""In one round, all sheets together."""

USED = N_("This slip has been used already. Each slip counts once.")
OVER = N_("The time to judge is over. This slip can no longer be used.")
OVERTAKEN = N_("Something new happened with this promise. Ask for a new slip: then you judge how it is now.")


def hand_out_slips(
    session: Session, actor: Actor, commitment_id: UUID, version: int, told: SlipRoundIn
) -> tuple[SlipRound, list[str]]:
    """Make slips for a commitment that residents may judge now; return the round, and the codes for this once."""
    commitment = find_commitment(session, actor, commitment_id, version)
    require(actor, Permission.HAND_OUT_SLIPS, commitment)
    stands = standing(events_of(session, commitment.id), clock.today(), rules_of(session))
    if commitment.slips_until is not None and commitment.slips_until < clock.today():
        raise Conflict("The slips are being counted. Try again in a few minutes.")
    if stands.window_until is None or not stands.window_open(clock.today()):
        raise Conflict(REFUSED[CommitmentEventKind.JUDGED])
    if commitment.slips_until is not None:
        raise Conflict("Slips are out already. Add slips to them, or close that round first.")
    _end_overtaken(session, commitment)
    handed_out = SlipRound(
        commitment_id=commitment.id,
        area_id=commitment.area_id,
        handed_out_on=clock.today(),
        handed_out_by_id=actor.id,
        until_on=stands.window_until,
    )
    session.add(handed_out)
    commitment.slips_until = stands.window_until
    commitment.touch()
    session.flush()
    # All there from the beginning, so that no row tells when its first vote came.
    session.add_all(
        SlipCount(round_id=handed_out.id, verdict=verdict, votes=0)
        for verdict in Verdict
        if verdict is not Verdict.UNJUDGED
    )
    codes = _make_slips(session, handed_out.id, told.slips)
    note(session, actor, "slip_round.handed_out", handed_out, slips=told.slips, until_on=handed_out.until_on)
    session.flush()
    return handed_out, codes


def add_slips(
    session: Session, actor: Actor, round_id: UUID, version: int, told: MoreSlipsIn
) -> tuple[SlipRound, list[str]]:
    """Make more slips in a round; or new ones for a sheet that was lost, whose slips are then no longer good."""
    held = find_round(session, actor, round_id, version)
    require(actor, Permission.HAND_OUT_SLIPS, held)
    _refuse_what_is_over(lock_commitment(session, held.commitment_id), held)
    unused = session.scalars(select(Slip).where(col(Slip.round_id) == held.id, ~col(Slip.used))).all()
    if told.replaces:
        for slip in unused:
            session.delete(slip)
        session.flush()
    there = len(session.scalars(select(Slip.id).where(col(Slip.round_id) == held.id)).all())
    if there + told.slips > MOST_SLIPS:
        raise invalid("slips", "too_many", "That is too many slips for one round.")
    codes = _make_slips(session, held.id, told.slips)
    held.touch()
    note(session, actor, "slip_round.added_to", held, slips=told.slips, replaces=told.replaces)
    session.flush()
    return held, codes


def close_round(session: Session, actor: Actor, round_id: UUID, version: int, told: ClosingIn) -> SlipRound:
    """Close a round before its last day; what the slips said becomes one verdict."""
    held = find_round(session, actor, round_id, version)
    require(actor, Permission.HAND_OUT_SLIPS, held)
    commitment = lock_commitment(session, held.commitment_id)
    _refuse_what_is_over(commitment, held)
    if votes_of(session, held.id).voters < rules_of(session).minimum_voters:
        # A round that is closed after one vote would tell what that one said.
        raise Conflict("Too few slips were used to close now. The round closes by itself on its last day.")
    _count(session, actor, commitment, held, closes=told.closes_window)
    if held.event_id is not None:
        session.add_all(
            VerdictQuote(
                commitment_id=commitment.id, event_id=held.event_id, words=said.words, may_be_public=said.may_be_public
            )
            for said in told.quotes
        )
    session.flush()
    return held


def open_slip(session: Session, told: SlipIn, address: str) -> SlipOpened:
    """Say to whoever has a slip in the hand what it asks; `address` is whence it comes, for who guesses."""
    slip = _slip_in_hand(session, told, address)
    held = session.get_one(SlipRound, slip.round_id)
    commitment = session.get_one(Commitment, held.commitment_id)
    _refuse_vote(commitment, held, slip)
    return slip_opened(session, commitment, held)


def vote(session: Session, told: SlipVoteIn, address: str) -> None:
    """Judge by a slip. Of two votes with one slip, and of a vote and the closing of its round, one is first."""
    slip = _slip_in_hand(session, told, address)
    held = session.get_one(SlipRound, slip.round_id)
    commitment = lock_commitment(session, held.commitment_id)
    session.refresh(held)
    session.refresh(slip)
    _refuse_vote(commitment, held, slip)
    slip.used = True
    said = select(SlipCount).where(
        col(SlipCount.round_id) == held.id, col(SlipCount.verdict) == Verdict(told.verdict.value)
    )
    session.scalars(said).one().votes += 1
    session.flush()


def count_passed(database: Database) -> int:
    """Count every round of which the last day is over; return how many. A job does it."""
    with database.reading() as session:
        passed = open_rounds_past(session)
    for round_id in passed:
        with database.writing() as session:
            held = session.get_one(SlipRound, round_id)
            commitment = lock_commitment(session, held.commitment_id)
            session.refresh(held)
            if held.closed_on is None:
                _count(session, None, commitment, held, closes=False)
    return len(passed)


def _make_slips(session: Session, round_id: UUID, number: int) -> list[str]:
    codes = [new_code() for _ in range(number)]
    # In another order than on the sheet: which slip of the sheet was used is nobody's affair.
    digests = sorted(keyed_digest(session, "slip", code) for code in codes)
    session.add_all(Slip(round_id=round_id, code_digest=digest) for digest in digests)
    session.flush()
    return codes


def _end_overtaken(session: Session, commitment: Commitment) -> None:
    open_ones = select(SlipRound).where(
        col(SlipRound.commitment_id) == commitment.id, col(SlipRound.closed_on).is_(None)
    )
    for held in session.scalars(open_ones):
        held.closed_on = clock.today()
        held.touch()
        note(session, None, "slip_round.overtaken", held)


def _count(
    session: Session, actor: Actor | None, commitment: Commitment, held: SlipRound, *, closes: bool
) -> SlipRound:
    """Close a round, and enter what its slips said when anything was said that is still asked."""
    votes = votes_of(session, held.id)
    overtaken = commitment.slips_until != held.until_on
    if not overtaken and votes.voters:
        event = count_slips(session, actor, commitment, held.handed_out_by_id, votes, closes=closes)
        held.event_id = event.id
    elif not overtaken:
        commitment.slips_until = None
        commitment.touch()
    held.closed_on = clock.today()
    held.touch()
    note(session, actor, "slip_round.overtaken" if overtaken else "slip_round.closed", held)
    session.flush()
    return held


def _slip_in_hand(session: Session, told: SlipIn, address: str) -> Slip:
    who = [keyed_digest(session, "slip", f"address|{address}")]
    refuse_hurry(session, who)
    slip = find_slip(session, told.code)
    if slip is None:
        slow_down(session, who)
        # Kept although this is refused: that somebody guessed is what the next guess waits for.
        session.commit()
        raise invalid("code", "unknown", "We do not know this code. Look once more at what stands on the slip.")
    return slip


def _refuse_what_is_over(commitment: Commitment, held: SlipRound) -> None:
    if held.closed_on is not None or clock.today() > held.until_on:
        raise Conflict("This round is closed.")
    if commitment.slips_until != held.until_on:
        raise Conflict("Something new happened with this promise. These slips count no more; hand out new ones.")


def _refuse_vote(commitment: Commitment, held: SlipRound, slip: Slip) -> None:
    if slip.used:
        raise Conflict(USED)
    if held.event_id is not None or clock.today() > held.until_on:
        raise Conflict(OVER)
    if commitment.slips_until != held.until_on:
        raise Conflict(OVERTAKEN)
