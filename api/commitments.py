"""The commitment ledger: what institutions promised, and what residents judge came of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs, open_to_all
from bsa.areas.shapes import AreaOut
from bsa.commitments import actions, queries
from bsa.commitments.shapes import (
    CommitmentEventIn,
    CommitmentEventOut,
    CommitmentIn,
    CommitmentItem,
    CommitmentOut,
    CommitmentQuery,
    LedgerEntry,
    PublicCommitment,
    PublicCounts,
    VerdictIn,
    VerdictOut,
)
from bsa.permissions import Permission
from bsa.shapes import Listing, Page

router = APIRouter(prefix="/commitments", tags=["commitments"], route_class=AnsweringRoute)
public = APIRouter(prefix="/public/neighbourhoods", tags=["public"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_COMMITMENTS)
def list_commitments(
    session: Reading, caller: Caller, wanted: Annotated[CommitmentQuery, Query()]
) -> Page[CommitmentItem]:
    """List commitments by their due day."""
    return queries.list_commitments(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.RECORD_COMMITMENT)
def record_commitment(session: Writing, caller: WritingCaller, promise: CommitmentIn) -> CommitmentOut:
    """Write down what an institution promised in answer to an ask."""
    return queries.commitment_out(session, caller, actions.record_commitment(session, caller, promise))


@router.get("/{commitment_id}")
@needs(Permission.SEE_COMMITMENTS)
def show_commitment(session: Reading, caller: Caller, commitment_id: UUID) -> CommitmentOut:
    """Show a commitment with its history."""
    return queries.show_commitment(session, caller, commitment_id)


@router.get("/{commitment_id}/events")
@needs(Permission.SEE_COMMITMENTS)
def list_events(session: Reading, caller: Caller, commitment_id: UUID) -> Page[CommitmentEventOut]:
    """List everything that happened to a commitment, in order."""
    return Page(items=queries.show_commitment(session, caller, commitment_id).events)


@router.post("/{commitment_id}/events", status_code=201)
@needs(
    Permission.SPEAK_FOR_INSTITUTION,
    Permission.WITHDRAW_COMMITMENT,
    Permission.RECORD_VERDICT,
    Permission.REOPEN_COMMITMENT,
    Permission.PUBLISH_COMMITMENT,
    Permission.AGREE_NEW_DATE,
)
def enter_event(
    session: Writing, caller: WritingCaller, commitment_id: UUID, version: SeenVersion, happened: CommitmentEventIn
) -> CommitmentOut:
    """Enter what happened: confirmed, started, contested, moved, claimed, reopened, withdrawn, published."""
    commitment = actions.enter_event(session, caller, commitment_id, version, happened)
    return queries.commitment_out(session, caller, commitment)


@router.get("/{commitment_id}/verdicts")
@needs(Permission.SEE_COMMITMENTS)
def show_verdict(session: Reading, caller: Caller, commitment_id: UUID) -> VerdictOut:
    """Show where judging stands: the word, and the counts when enough residents judged."""
    return queries.show_commitment(session, caller, commitment_id).verdict


@router.post("/{commitment_id}/verdicts", status_code=201)
@needs(Permission.RECORD_VERDICT)
def record_verdict(
    session: Writing, caller: WritingCaller, commitment_id: UUID, version: SeenVersion, verdict: VerdictIn
) -> CommitmentOut:
    """Enter what residents judged: how many judged what, before two of them as witnesses."""
    commitment = actions.record_verdict(session, caller, commitment_id, version, verdict)
    return queries.commitment_out(session, caller, commitment)


@router.get("/{commitment_id}/preview")
@needs(Permission.PUBLISH_COMMITMENT)
def preview_commitment(session: Reading, caller: Caller, commitment_id: UUID) -> PublicCommitment:
    """Show a commitment as everybody would read it, before it is published."""
    return queries.preview(session, caller, commitment_id)


@public.get("")
@open_to_all
def list_public_neighbourhoods(session: Reading, wanted: Annotated[Listing, Query()]) -> Page[AreaOut]:
    """List the neighbourhoods that have something in the public ledger."""
    return queries.list_public_neighbourhoods(session, wanted)


@public.get("/{area_id}/commitments")
@open_to_all
def list_public_commitments(
    session: Reading, area_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[PublicCommitment]:
    """List what everybody may read of the ledger of a neighbourhood."""
    return queries.list_public(session, area_id, wanted)


@public.get("/{area_id}/events")
@open_to_all
def list_public_events(session: Reading, area_id: UUID, wanted: Annotated[Listing, Query()]) -> Page[LedgerEntry]:
    """List what happened in the public ledger of a neighbourhood, what was entered last first."""
    return queries.list_public_events(session, area_id, wanted)


@public.get("/{area_id}/counts")
@open_to_all
def count_public_commitments(session: Reading, area_id: UUID) -> PublicCounts:
    """Count how the public commitments of a neighbourhood stand."""
    return queries.count_public(session, area_id)


@public.get("/{area_id}/commitments/{commitment_id}")
@open_to_all
def show_public_commitment(session: Reading, area_id: UUID, commitment_id: UUID) -> PublicCommitment:
    """Show a commitment as everybody may read it, with what happened to it."""
    return queries.show_public_commitment(session, area_id, commitment_id)


@public.get("/{area_id}")
@open_to_all
def show_public_neighbourhood(session: Reading, area_id: UUID) -> AreaOut:
    """Show a neighbourhood that has something in the public ledger."""
    return queries.show_public_neighbourhood(session, area_id)
