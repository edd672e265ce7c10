"""Scales that an installation may switch on, and scores of a resident on them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from api.limits import limited
from bsa.permissions import Permission
from bsa.scales import actions, queries
from bsa.scales.shapes import (
    ScaleIn,
    ScaleOut,
    ScaleQuery,
    ScaleScoreIn,
    ScaleScoreOut,
    ScaleScoreQuery,
    ScaleUseIn,
)
from bsa.shapes import Page

router = APIRouter(prefix="/scales", tags=["scales"], route_class=AnsweringRoute)
scores = APIRouter(prefix="/scale-scores", tags=["scales"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/scale-scores", tags=["scales"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_SCALES)
def list_scales(session: Reading, caller: Caller, wanted: Annotated[ScaleQuery, Query()]) -> Page[ScaleOut]:
    """List the scales, the latest edition of each first."""
    return queries.list_scales(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.MANAGE_SCALES)
def record_scale(session: Writing, caller: WritingCaller, told: ScaleIn) -> ScaleOut:
    """Record a scale, or import one: switched off. The same key again makes the next edition."""
    return queries.scale_out(caller, actions.record_scale(session, caller, told))


@router.get("/{scale_id}")
@needs(Permission.SEE_SCALES)
def show_scale(session: Reading, caller: Caller, scale_id: UUID) -> ScaleOut:
    """Show an edition of a scale."""
    return queries.show_scale(session, caller, scale_id)


@router.get("/{scale_id}/definition", dependencies=[Depends(limited("exports"))])
@needs(Permission.SEE_SCALES)
def export_scale(session: Reading, caller: Caller, scale_id: UUID) -> ScaleIn:
    """Give the definition of a scale, as `POST /scales` of another installation takes it."""
    return queries.export_scale(session, caller, scale_id)


@router.put("/{scale_id}/use")
@needs(Permission.MANAGE_SCALES)
def use_scale(
    session: Writing, caller: WritingCaller, scale_id: UUID, version: SeenVersion, wanted: ScaleUseIn
) -> ScaleOut:
    """Switch a scale on, with the terms under which it may be used, or off."""
    return queries.scale_out(caller, actions.use_scale(session, caller, scale_id, version, wanted))


@of_resident.get("")
@needs(Permission.OPEN_RECORD)
def list_scale_scores(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[ScaleScoreQuery, Query()]
) -> Page[ScaleScoreOut]:
    """List the scores of a resident, newest first: the resident's own and the worker's, side by side."""
    return queries.list_scale_scores(session, caller, resident_id, wanted)


@of_resident.post("", status_code=201)
@found_at("/scale-scores")
@needs(Permission.SCORE_SCALE)
def score_scale(session: Writing, caller: WritingCaller, resident_id: UUID, told: ScaleScoreIn) -> ScaleScoreOut:
    """Write down a score, with the resident's agreement; the resident goes first."""
    return queries.score_out(actions.score_scale(session, caller, resident_id, told))


@scores.get("/{score_id}")
@needs(Permission.OPEN_RECORD)
def show_scale_score(session: Reading, caller: Caller, score_id: UUID) -> ScaleScoreOut:
    """Show a score."""
    return queries.show_scale_score(session, caller, score_id)
