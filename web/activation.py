"""Double activation: how far residents and institutions both move, as a picture with its ingredients beside it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.activation import show_double_activation
from api.areas import list_areas
from api.dependencies import Reading, needs
from bsa.activation.formula import SIDES
from bsa.activation.shapes import QuarterQuery
from bsa.areas.models import Level
from bsa.areas.shapes import AreaQuery
from bsa.permissions import Permission, require
from web.dependencies import Visitor
from web.pages import Pages, draw

router = Pages("activation")

LEVELS = (Level.MUNICIPALITY, Level.DISTRICT, Level.OWN_AREA, Level.NEIGHBOURHOOD)
MANY = 200


@router.get("/double-activation")
@needs(Permission.SEE_DOUBLE_ACTIVATION, Permission.SEE_AREAS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the areas in reach, by name within their level; never by their number."""
    require(visitor, Permission.SEE_DOUBLE_ACTIVATION)
    found = {level: list_areas(session, visitor, AreaQuery(level=level, mine=True, limit=MANY)) for level in LEVELS}
    return draw(
        request,
        "activation/index.html",
        levels={level.value: areas.items for level, areas in found.items() if areas.items},
    )


@router.get("/neighbourhoods/{area_id}/double-activation")
@needs(Permission.SEE_DOUBLE_ACTIVATION)
def show(
    request: Request, session: Reading, visitor: Visitor, area_id: UUID, wanted: Annotated[QuarterQuery, Query()]
) -> Response:
    """Show how far both sides move in an area and a quarter, and what that is made of."""
    return draw(
        request,
        "activation/show.html",
        found=show_double_activation(session, visitor, area_id, wanted),
        sides=[side.value for side in SIDES],
    )
