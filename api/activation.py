"""Double activation: how far residents and institutions both move, in an area and a quarter."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, needs
from bsa.activation import queries
from bsa.activation.shapes import DoubleActivationOut, QuarterQuery
from bsa.permissions import Permission

of_area = APIRouter(prefix="/areas/{area_id}/double-activation", tags=["double activation"], route_class=AnsweringRoute)


@of_area.get("")
@needs(Permission.SEE_DOUBLE_ACTIVATION)
def show_double_activation(
    session: Reading, caller: Caller, area_id: UUID, wanted: Annotated[QuarterQuery, Query()]
) -> DoubleActivationOut:
    """Show how far both sides move in an area and a quarter: the lower of them, and what it is made of."""
    return queries.show_double_activation(session, caller, area_id, wanted)
