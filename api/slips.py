"""Slips by which residents judge: rounds of them for the team, and what everybody does who has one in the hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at, tells_once
from api.dependencies import Address, Caller, Reading, SeenVersion, Session, Writing, WritingCaller, needs, open_to_all
from bsa.permissions import Actor, Permission
from bsa.shapes import Listing, Page
from bsa.slips import actions, queries
from bsa.slips.shapes import (
    ClosingIn,
    MoreSlipsIn,
    SlipIn,
    SlipOpened,
    SlipRoundIn,
    SlipRoundOut,
    SlipSheet,
    SlipVoteIn,
)

router = APIRouter(prefix="/slip-rounds", tags=["slips"], route_class=AnsweringRoute)
of_commitment = APIRouter(prefix="/commitments/{commitment_id}/slip-rounds", tags=["slips"], route_class=AnsweringRoute)
public = APIRouter(prefix="/public/slips", tags=["public"], route_class=AnsweringRoute)


@of_commitment.get("")
@needs(Permission.SEE_SLIPS)
def list_slip_rounds(
    session: Reading, caller: Caller, commitment_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[SlipRoundOut]:
    """List the rounds of slips about a commitment, newest first."""
    return queries.list_rounds(session, caller, commitment_id, wanted)


@of_commitment.post("", status_code=201)
@tells_once
@needs(Permission.HAND_OUT_SLIPS)
@found_at("/slip-rounds")
def create_slip_round(
    session: Writing, caller: WritingCaller, commitment_id: UUID, version: SeenVersion, told: SlipRoundIn
) -> SlipSheet:
    """Make slips by which residents judge a commitment now. The codes are told once: print them from this answer."""
    held, codes = actions.hand_out_slips(session, caller, commitment_id, version, told)
    return _sheet(session, caller, held.id, codes)


@router.get("/{round_id}")
@needs(Permission.SEE_SLIPS)
def show_slip_round(session: Reading, caller: Caller, round_id: UUID) -> SlipRoundOut:
    """Show a round: how many slips are out and used; what they said when it is over and enough did."""
    return queries.show_round(session, caller, round_id)


@router.post("/{round_id}/slips", status_code=201)
@tells_once
@needs(Permission.HAND_OUT_SLIPS)
def create_slips(
    session: Writing, caller: WritingCaller, round_id: UUID, version: SeenVersion, told: MoreSlipsIn
) -> SlipSheet:
    """Make more slips in a round, or new ones for a sheet that was lost. The codes are told once."""
    held, codes = actions.add_slips(session, caller, round_id, version, told)
    return _sheet(session, caller, held.id, codes)


@router.post("/{round_id}/closing", status_code=201)
@needs(Permission.HAND_OUT_SLIPS)
def close_slip_round(
    session: Writing, caller: WritingCaller, round_id: UUID, version: SeenVersion, told: ClosingIn
) -> SlipRoundOut:
    """Close a round before its last day: what the slips said becomes one verdict."""
    return queries.show_round(session, caller, actions.close_round(session, caller, round_id, version, told).id)


@public.post("/openings")
@open_to_all
def open_slip(session: Writing, told: SlipIn, address: Address) -> SlipOpened:
    """Say what a slip asks; 409 when it was used, or the time is over."""
    return actions.open_slip(session, told, address)


@public.post("/votes", status_code=204)
@open_to_all
def vote(session: Writing, told: SlipVoteIn, address: Address) -> None:
    """Judge by a slip, once; 409 when it was used, or the time is over."""
    actions.vote(session, told, address)


def _sheet(session: Session, caller: Actor, round_id: UUID, codes: list[str]) -> SlipSheet:
    base = str(session.info["settings"].base_url).rstrip("/")
    shown = queries.show_round(session, caller, round_id)
    return SlipSheet(**dict(shown), codes=codes, address=f"{base}/judge")
