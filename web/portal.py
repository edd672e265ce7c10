"""The portal: where somebody of an institution begins; what waits is on one page, with the deed beside it."""

from fastapi import Request, Response

from api.dependencies import Reading, needs
from api.portal import show_portal
from api.track_records import show_track_record
from bsa.permissions import Permission
from web.dependencies import Visitor
from web.pages import Pages, draw

router = Pages("portal", prefix="/portal")


@router.get("")
@needs(Permission.SEE_PORTAL)
def show(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show what waits for the own institution, what is nearest first."""
    portal = show_portal(session, visitor)
    waiting = len(portal.to_answer) + len(portal.to_confirm) + len(portal.late) + len(portal.to_decide)
    answers = show_track_record(session, visitor, portal.institution_id).answers
    return draw(request, "portal/show.html", portal=portal, waiting=waiting, answers=answers)
