"""The compass: which elements of the method are to be seen in an area, or on the way with a resident."""

from uuid import UUID

from fastapi import APIRouter

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, needs
from bsa.compass import queries
from bsa.compass.shapes import AreaCompass, ResidentCompass
from bsa.permissions import Permission

of_area = APIRouter(prefix="/areas/{area_id}/compass", tags=["compass"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/compass", tags=["compass"], route_class=AnsweringRoute)


@of_area.get("")
@needs(Permission.SEE_COMPASS)
def show_area_compass(session: Reading, caller: Caller, area_id: UUID) -> AreaCompass:
    """Show which of the twelve elements are alive in an area. It is read off events, and never off who did them."""
    return queries.show_area_compass(session, caller, area_id)


@of_resident.get("")
@needs(Permission.OPEN_RECORD)
def show_resident_compass(session: Reading, caller: Caller, resident_id: UUID) -> ResidentCompass:
    """Show which of the twelve elements are alive on the way with a resident."""
    return queries.show_resident_compass(session, caller, resident_id)
