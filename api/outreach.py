"""Going there unasked: rounds with counts and nothing about persons, and the doors that are left alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.outreach import actions, queries
from bsa.outreach.shapes import (
    AddressIn,
    EndingIn,
    OutreachOut,
    RingOut,
    RoundChange,
    RoundIn,
    RoundItem,
    RoundOut,
    RoundQuery,
    TallyIn,
)
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/rounds", tags=["outreach"], route_class=AnsweringRoute)
no_rings = APIRouter(prefix="/no-rings", tags=["outreach"], route_class=AnsweringRoute)
of_area = APIRouter(prefix="/areas/{area_id}/outreach", tags=["outreach"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_ROUNDS)
def list_rounds(session: Reading, caller: Caller, wanted: Annotated[RoundQuery, Query()]) -> Page[RoundItem]:
    """List rounds in your areas, newest first."""
    return queries.list_rounds(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.GO_ROUND)
def create_round(session: Writing, caller: WritingCaller, told: RoundIn, key: SentKey = None) -> RoundOut:
    """Begin a round along the doors of a street, or at a place where people are."""
    begun = once(
        session,
        caller,
        key,
        content_of("round", told),
        lambda: actions.start_round(session, caller, told),
        lambda round_id: queries.get_round(session, caller, round_id, Permission.GO_ROUND),
    )
    return queries.show_round(session, caller, begun.id)


@router.get("/{round_id}")
@needs(Permission.SEE_ROUNDS)
def show_round(session: Reading, caller: Caller, round_id: UUID) -> RoundOut:
    """Show a round; while it goes along doors, also the house numbers where not to ring."""
    return queries.show_round(session, caller, round_id)


@router.patch("/{round_id}")
@needs(Permission.GO_ROUND)
def change_round(
    session: Writing, caller: WritingCaller, round_id: UUID, version: SeenVersion, change: RoundChange
) -> RoundOut:
    """Put right what was written about a round, its counts too."""
    return queries.show_round(session, caller, actions.change_round(session, caller, round_id, version, change).id)


@router.post("/{round_id}/tallies", status_code=201)
@needs(Permission.GO_ROUND)
def create_tally(
    session: Writing, caller: WritingCaller, round_id: UUID, told: TallyIn, key: SentKey = None
) -> RoundOut:
    """Count one more, or take one back; the answer is the round. Under the same key it is counted once.

    Only counts are kept, no tally by itself. What a device could not send in time is still counted some days after the
    round was ended.
    """
    held = once(
        session,
        caller,
        key,
        content_of("tally", round_id, told),
        lambda: actions.tally(session, caller, round_id, told),
        lambda made_id: queries.get_round(session, caller, made_id, Permission.GO_ROUND),
    )
    return queries.show_round(session, caller, held.id)


@router.post("/{round_id}/ending", status_code=201)
@needs(Permission.GO_ROUND)
def create_ending(session: Writing, caller: WritingCaller, round_id: UUID, told: EndingIn) -> RoundOut:
    """End a round, with why you went there uninvited and what you noticed about the place."""
    return queries.show_round(session, caller, actions.end_round(session, caller, round_id, told).id)


@no_rings.post("", status_code=201)
@needs(Permission.RESPECT_NO_RING)
def create_no_ring(session: Writing, caller: WritingCaller, asked: AddressIn) -> RingOut:
    """Note for the whole team that somebody asked not to be rung. No address is kept, only a keyed digest of it."""
    actions.note_no_ring(session, caller, asked)
    return RingOut(ring=False)


@no_rings.post("/checks")
@needs(Permission.RESPECT_NO_RING)
def check_no_ring(session: Reading, caller: Caller, asked: AddressIn) -> RingOut:
    """Tell whether you may ring at the address before which you stand."""
    return queries.may_ring(session, caller, asked)


@no_rings.post("/liftings")
@needs(Permission.RESPECT_NO_RING)
def lift_no_ring(session: Writing, caller: WritingCaller, asked: AddressIn) -> RingOut:
    """Forget that somebody asked not to be rung, because that somebody changed their mind."""
    actions.lift_no_ring(session, caller, asked)
    return RingOut(ring=True)


@of_area.get("")
@needs(Permission.SEE_ROUNDS)
def show_outreach(session: Reading, caller: Caller, area_id: UUID) -> OutreachOut:
    """Show how outreach went in an area, counted month by month."""
    return queries.show_outreach(session, caller, area_id)
