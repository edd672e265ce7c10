"""What everybody may read: the commitments that a neighbourhood made public."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.commitments import list_public_commitments, list_public_neighbourhoods, show_public_neighbourhood
from api.dependencies import Reading, open_to_all
from bsa.commitments.models import CommitmentState
from bsa.commitments.shapes import PublicCommitment
from bsa.shapes import Listing
from web.dependencies import MaybeVisitor
from web.pages import Pages, draw

router = Pages("public", prefix="/public")

GROUPS = ("late", "judging", "coming", "judged", "withdrawn")
"""In which order a neighbourhood reads of its promises: what is due first, what is over last."""


@router.get("")
@open_to_all
def index(request: Request, session: Reading, visitor: MaybeVisitor, wanted: Annotated[Listing, Query()]) -> Response:
    """List the neighbourhoods with something in the public ledger."""
    return draw(request, "public/index.html", neighbourhoods=list_public_neighbourhoods(session, wanted))


@router.get("/{area_id}")
@open_to_all
def show(
    request: Request, session: Reading, visitor: MaybeVisitor, area_id: UUID, wanted: Annotated[Listing, Query()]
) -> Response:
    """Show what was promised to a neighbourhood, and what came of it."""
    commitments = list_public_commitments(session, area_id, wanted)
    grouped = [(group, [one for one in commitments.items if _group(one) == group]) for group in GROUPS]
    return draw(
        request,
        "public/show.html",
        area=show_public_neighbourhood(session, area_id),
        commitments=commitments,
        groups=[(group, promises) for group, promises in grouped if promises],
    )


def _group(commitment: PublicCommitment) -> str:
    if commitment.late:
        return "late"
    if commitment.state in (CommitmentState.JUDGED, CommitmentState.WITHDRAWN):
        return commitment.state.value
    return "judging" if commitment.verdict.window_open else "coming"
