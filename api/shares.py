"""My part and their part: between a resident and the workers who are assigned; for everybody else there is none."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SentKey, Writing, WritingCaller, content_of, needs
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Listing, Page
from bsa.shares import actions, queries
from bsa.shares.shapes import OwnShareIn, OwnShareOut, ShareAskIn

router = APIRouter(prefix="/own-shares", tags=["my part and their part"], route_class=AnsweringRoute)
of_resident = APIRouter(
    prefix="/residents/{resident_id}/own-shares", tags=["my part and their part"], route_class=AnsweringRoute
)


@of_resident.get("")
@needs(Permission.WRITE_OWN_SHARE)
def list_own_shares(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[OwnShareOut]:
    """List both columns of a resident to whom you are assigned, newest first; struck entries too."""
    return queries.list_own_shares(session, caller, resident_id, wanted)


@of_resident.post("", status_code=201)
@found_at("/own-shares")
@needs(Permission.WRITE_OWN_SHARE)
def write_own_share(
    session: Writing, caller: WritingCaller, resident_id: UUID, told: OwnShareIn, key: SentKey = None
) -> OwnShareOut:
    """Write an entry that the resident wrote, or that you wrote together; a worker alone writes none."""
    share = once(
        session,
        caller,
        key,
        content_of("own_share", resident_id, told),
        lambda: actions.write_share(session, caller, resident_id, told),
        lambda share_id: queries.find_share(session, caller, share_id),
    )
    return queries.show_share(session, caller, share.id)


@router.get("/{share_id}")
@needs(Permission.WRITE_OWN_SHARE)
def show_own_share(session: Reading, caller: Caller, share_id: UUID) -> OwnShareOut:
    """Show an entry."""
    return queries.show_share(session, caller, share_id)


@router.delete("/{share_id}")
@needs(Permission.WRITE_OWN_SHARE)
def strike_own_share(session: Writing, caller: WritingCaller, share_id: UUID) -> OwnShareOut:
    """Strike an entry through; it stays readable, as struck."""
    return queries.show_share(session, caller, actions.strike_share(session, caller, share_id).id)


@router.post("/{share_id}/asks", status_code=201)
@found_at("/own-shares")
@needs(Permission.WRITE_OWN_SHARE, Permission.DRAFT_ASK)
def ask_for_their_part(session: Writing, caller: WritingCaller, share_id: UUID, told: ShareAskIn) -> OwnShareOut:
    """Draft an ask to an institution out of their part: only the words that the resident approved go along.

    The answer is the entry, which now knows its ask; the ask does not know from whom it came.
    """
    return queries.show_share(session, caller, actions.ask_for_their_part(session, caller, share_id, told).id)
