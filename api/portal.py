"""The portal: what waits for an institution, for who signs in for it."""

from fastapi import APIRouter

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, needs
from bsa.permissions import Permission
from bsa.portal import queries
from bsa.portal.shapes import PortalOut

router = APIRouter(prefix="/portal", tags=["institutions"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_PORTAL)
def show_portal(session: Reading, caller: Caller) -> PortalOut:
    """Show what waits for the own institution: to answer, to confirm, to keep; and what residents judge and judged."""
    return queries.show_portal(session, caller)
