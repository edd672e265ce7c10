"""The pages that only say something: accessibility, and privacy in plain words."""

from fastapi import Request, Response

from api.dependencies import open_to_all
from web.dependencies import MaybeVisitor
from web.pages import Pages, draw

router = Pages("pages")


@router.get("/accessibility")
@open_to_all
def accessibility(request: Request, visitor: MaybeVisitor) -> Response:
    """Say how accessible the pages are, and whom to tell when they are not."""
    settings = request.app.state.database.settings
    return draw(request, "texts/accessibility.html", email=settings.contact_email)


@router.get("/privacy")
@open_to_all
def privacy(request: Request, visitor: MaybeVisitor) -> Response:
    """Say in plain words what is kept about residents, who sees it, and what one can ask."""
    settings = request.app.state.database.settings
    return draw(request, "texts/privacy.html", email=settings.contact_email)
