"""Needs: the stated question, and layer by layer the question behind it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.needs import actions, queries
from bsa.needs.shapes import (
    ClosingIn,
    ConfirmationIn,
    DecisionIn,
    DecisionOut,
    LayerIn,
    LayerOut,
    NeedIn,
    NeedItem,
    NeedOut,
    NeedQuery,
    SharingIn,
    Sheet,
    SheetQuery,
)
from bsa.needs.sheet import show_sheet as sheet_of
from bsa.permissions import Permission
from bsa.shapes import Page

sheet = APIRouter(prefix="/residents/{resident_id}/sheet", tags=["residents"], route_class=AnsweringRoute)
router = APIRouter(prefix="/needs", tags=["needs"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/needs", tags=["needs"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_NEEDS)
def list_needs(session: Reading, caller: Caller, wanted: Annotated[NeedQuery, Query()]) -> Page[NeedItem]:
    """List needs, newest first. Of a colleague's resident it is an anonymous card: no resident, no words, no day."""
    return queries.list_needs(session, caller, wanted)


@of_resident.post("", status_code=201)
@found_at("/needs")
@needs(Permission.RECORD_NEED)
def record_need(session: Writing, caller: WritingCaller, resident_id: UUID, told: NeedIn) -> NeedOut:
    """Record a need with the question as the resident put it; those words stay as they are."""
    return queries.show_need(session, caller, actions.record_need(session, caller, resident_id, told).id)


@router.get("/{need_id}")
@needs(Permission.OPEN_RECORD)
def show_need(session: Reading, caller: Caller, need_id: UUID) -> NeedOut:
    """Show a need with its layers, from the stated question down."""
    return queries.show_need(session, caller, need_id)


@router.get("/{need_id}/layers")
@needs(Permission.OPEN_RECORD)
def list_layers(session: Reading, caller: Caller, need_id: UUID) -> Page[LayerOut]:
    """List the layers of a need, from the stated question down, struck ones too."""
    return Page(items=queries.show_need(session, caller, need_id).layers)


@router.post("/{need_id}/layers", status_code=201)
@needs(Permission.DEEPEN_NEED)
def deepen_need(session: Writing, caller: WritingCaller, need_id: UUID, version: SeenVersion, told: LayerIn) -> NeedOut:
    """Add a layer under those that are there: the question behind the question."""
    return queries.show_need(session, caller, actions.deepen_need(session, caller, need_id, version, told).id)


@router.post("/{need_id}/layers/{layer_id}/confirmations", status_code=201)
@needs(Permission.CONFIRM_LAYER)
def confirm_layer(
    session: Writing,
    caller: WritingCaller,
    need_id: UUID,
    layer_id: UUID,
    version: SeenVersion,
    answer: ConfirmationIn,
) -> NeedOut:
    """Add what the resident said when asked whether a layer is it; the last answer counts."""
    need = actions.confirm_layer(session, caller, need_id, layer_id, version, answer)
    return queries.show_need(session, caller, need.id)


@router.delete("/{need_id}/layers/{layer_id}")
@needs(Permission.STRIKE_LAYER)
def strike_layer(
    session: Writing, caller: WritingCaller, need_id: UUID, layer_id: UUID, version: SeenVersion
) -> NeedOut:
    """Strike through a deeper layer that was not it. The layer stays, struck."""
    need = actions.strike_layer(session, caller, need_id, layer_id, version)
    return queries.show_need(session, caller, need.id)


@router.post("/{need_id}/layers/{layer_id}/sharing")
@needs(Permission.SHARE_LAYER)
def share_layer(
    session: Writing, caller: WritingCaller, need_id: UUID, layer_id: UUID, version: SeenVersion, wanted: SharingIn
) -> NeedOut:
    """Choose whether a layer may be passed on, to a referral or a theme; only what the resident confirmed may."""
    need = actions.share_layer(session, caller, need_id, layer_id, version, wanted)
    return queries.show_need(session, caller, need.id)


@router.get("/{need_id}/decisions")
@needs(Permission.OPEN_RECORD)
def list_decisions(session: Reading, caller: Caller, need_id: UUID) -> Page[DecisionOut]:
    """List what was decided to do with a need; the last one counts."""
    return Page(items=queries.show_need(session, caller, need_id).decisions)


@router.post("/{need_id}/decisions", status_code=201)
@needs(Permission.DECIDE_TRANSLATION)
def decide_translation(
    session: Writing, caller: WritingCaller, need_id: UUID, version: SeenVersion, told: DecisionIn
) -> NeedOut:
    """Decide what is done with a need: by oneself, with others, both, or first making it safe."""
    need = actions.decide_translation(session, caller, need_id, version, told)
    return queries.show_need(session, caller, need.id)


@router.put("/{need_id}/ending")
@needs(Permission.CLOSE_NEED)
def close_need(
    session: Writing, caller: WritingCaller, need_id: UUID, version: SeenVersion, ended: ClosingIn
) -> NeedOut:
    """Close a need with how it ended."""
    return queries.show_need(session, caller, actions.close_need(session, caller, need_id, version, ended).id)


@router.delete("/{need_id}/ending")
@needs(Permission.REOPEN_NEED)
def reopen_need(session: Writing, caller: WritingCaller, need_id: UUID, version: SeenVersion) -> NeedOut:
    """Open a closed need again."""
    return queries.show_need(session, caller, actions.reopen_need(session, caller, need_id, version).id)


@sheet.get("")
@needs(Permission.OPEN_RECORD)
def show_sheet(session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[SheetQuery, Query()]) -> Sheet:
    """Show what you wrote down together, in the resident's own words; never what only a worker thought.

    For a resident who would rather not read it is asked first (409); `evenSo` answers that.
    """
    return sheet_of(session, caller, resident_id, even_so=wanted.even_so)
