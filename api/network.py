"""The network of a resident, for those who look after the resident."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.network import actions, queries
from bsa.network.shapes import TieChange, TieEndIn, TieIn, TieOut, TieQuery
from bsa.permissions import Permission
from bsa.shapes import Page

router = APIRouter(prefix="/ties", tags=["ties"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/ties", tags=["ties"], route_class=AnsweringRoute)


@of_resident.get("")
@needs(Permission.OPEN_RECORD)
def list_ties(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[TieQuery, Query()]
) -> Page[TieOut]:
    """List who is around a resident, as the resident tells it. They are third parties: take them no further."""
    return queries.list_ties(session, caller, resident_id, wanted)


@of_resident.post("", status_code=201)
@found_at("/ties")
@needs(Permission.DRAW_NETWORK)
def note_tie(session: Writing, caller: WritingCaller, resident_id: UUID, told: TieIn) -> TieOut:
    """Note somebody around a resident: a first name or a role."""
    return queries.show_tie(session, caller, actions.note_tie(session, caller, resident_id, told).id)


@router.get("/{tie_id}")
@needs(Permission.OPEN_RECORD)
def show_tie(session: Reading, caller: Caller, tie_id: UUID) -> TieOut:
    """Show a tie."""
    return queries.show_tie(session, caller, tie_id)


@router.patch("/{tie_id}")
@needs(Permission.DRAW_NETWORK)
def change_tie(
    session: Writing, caller: WritingCaller, tie_id: UUID, version: SeenVersion, change: TieChange
) -> TieOut:
    """Change what is told about somebody around a resident."""
    return queries.show_tie(session, caller, actions.change_tie(session, caller, tie_id, version, change).id)


@router.put("/{tie_id}/ending")
@needs(Permission.DRAW_NETWORK)
def end_tie(session: Writing, caller: WritingCaller, tie_id: UUID, version: SeenVersion, ended: TieEndIn) -> TieOut:
    """Write down that somebody is no longer around."""
    return queries.show_tie(session, caller, actions.end_tie(session, caller, tie_id, version, ended).id)
