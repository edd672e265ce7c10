"""Areas: the tree of municipality, district, neighbourhood, complex and place, and own areas laid over it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.areas import actions, queries
from bsa.areas.shapes import AreaChange, AreaIn, AreaOut, AreaQuery
from bsa.permissions import Permission
from bsa.shapes import Page

router = APIRouter(prefix="/areas", tags=["areas"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_AREAS)
def list_areas(session: Reading, caller: Caller, wanted: Annotated[AreaQuery, Query()]) -> Page[AreaOut]:
    """List areas by name."""
    return queries.list_areas(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.RECORD_AREA)
def record_area(session: Writing, caller: WritingCaller, told: AreaIn) -> AreaOut:
    """Record an area in the tree."""
    return queries.area_out(caller, actions.record_area(session, caller, told))


@router.get("/{area_id}")
@needs(Permission.SEE_AREAS)
def show_area(session: Reading, caller: Caller, area_id: UUID) -> AreaOut:
    """Show an area."""
    return queries.area_out(caller, queries.get_area(session, caller, area_id))


@router.patch("/{area_id}")
@needs(Permission.RECORD_AREA)
def change_area(
    session: Writing, caller: WritingCaller, area_id: UUID, version: SeenVersion, change: AreaChange
) -> AreaOut:
    """Give an area another name."""
    return queries.area_out(caller, actions.change_area(session, caller, area_id, version, change))
