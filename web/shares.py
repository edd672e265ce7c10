"""My part and their part: two columns, filled in together on a couch; and their part as an ask to an institution."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.initiatives import list_initiatives
from api.residents import show_resident
from api.shares import ask_for_their_part, list_own_shares, show_own_share, strike_own_share, write_own_share
from bsa import clock
from bsa.initiatives.shapes import InitiativeQuery
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from bsa.shapes import Listing
from bsa.shares.models import Author, SharePrompt, ShareSide
from bsa.shares.shapes import OwnShareIn, OwnShareOut, ShareAskIn
from web.choices import ALL, institutions
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("shares")

EVERYTHING = Listing(limit=ALL)


@router.get("/residents/{resident_id}/shares")
@needs(Permission.WRITE_OWN_SHARE)
def index(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show the two columns, side by side."""
    return _page(request, session, visitor, resident_id)


@router.post("/residents/{resident_id}/shares")
@needs(Permission.WRITE_OWN_SHARE)
def create(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Write an entry in one of the columns."""
    side = "theirs" if sent.get("side") == "theirs" else "mine"
    form = read(OwnShareIn, sent, guest_of(request), prefix=side)
    if attempt(session, form, lambda told: write_own_share(session, visitor, resident_id, told)):
        return go(request, "shares.index", "share_written", side, resident_id=resident_id)
    return _page(request, session, visitor, resident_id, form.status, **{side: form})


@router.get("/residents/{resident_id}/shares/sheet")
@needs(Permission.WRITE_OWN_SHARE)
def sheet(request: Request, session: Reading, visitor: Visitor, resident_id: UUID, empty: bool = False) -> Response:
    """Show the sheet for paper: with what stands there, or empty to write on."""
    shares = list_own_shares(session, visitor, resident_id, EVERYTHING).items
    return draw(
        request,
        "shares/sheet.html",
        resident=show_resident(session, visitor, resident_id),
        columns=_columns([] if empty else shares),
        prompts=list(SharePrompt),
        empty=empty,
    )


@router.post("/own-shares/{share_id}/strike")
@needs(Permission.WRITE_OWN_SHARE)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, share_id: UUID, sent: Sent) -> Response:
    """Strike an entry through."""
    resident_id = show_own_share(session, visitor, share_id).resident_id
    form = read(Nothing, sent, guest_of(request), prefix="strike")
    share = attempt(session, form, lambda _: strike_own_share(session, visitor, share_id))
    if share is not None:
        return go(request, "shares.index", "share_struck", share.side, resident_id=resident_id)
    return _page(request, session, visitor, resident_id, form.status, strike=form)


@router.get("/own-shares/{share_id}/asks/new")
@needs(Permission.WRITE_OWN_SHARE, Permission.DRAFT_ASK)
def new_ask(request: Request, session: Reading, visitor: Visitor, share_id: UUID) -> Response:
    """Show the form to make an ask of their part; what goes along is written anew, with the resident."""
    form = blank(guest_of(request), approved_on=clock.today().isoformat())
    return _ask_page(request, session, visitor, show_own_share(session, visitor, share_id), form)


@router.post("/own-shares/{share_id}/asks")
@needs(Permission.WRITE_OWN_SHARE, Permission.DRAFT_ASK)
def create_ask(request: Request, session: Writing, visitor: WritingVisitor, share_id: UUID, sent: Sent) -> Response:
    """Draft the ask, in the words that the resident approved."""
    share = show_own_share(session, visitor, share_id)
    form = read(ShareAskIn, sent, guest_of(request))
    asked = attempt(session, form, lambda told: ask_for_their_part(session, visitor, share_id, told))
    if asked is not None:
        return go(request, "asks.show", "ask_drafted", ask_id=asked.ask_id)
    return _ask_page(request, session, visitor, share, form, form.status)


def _page(
    request: Request, session: Session, visitor: Actor, resident_id: UUID, status: int = 200, **refused: Form[Any]
) -> Response:
    shares = list_own_shares(session, visitor, resident_id, EVERYTHING).items
    resident = show_resident(session, visitor, resident_id)
    return draw(
        request,
        "shares/index.html",
        status,
        resident=resident,
        columns=_columns(shares),
        writes=Permission.WRITE_OWN_SHARE in resident.allowed_actions and may_keep("own_share.*", resident.level),
        prompts=list(SharePrompt),
        authors=list(Author),
        forms_of={
            **{
                side.value: blank(guest_of(request), side.value, written_on=clock.today().isoformat())
                for side in ShareSide
            },
            "strike": blank(guest_of(request), "strike"),
        }
        | refused,
    )


def _columns(shares: list[OwnShareOut]) -> dict[str, list[OwnShareOut]]:
    """Return both columns, each in the order in which it was written."""
    return {side.value: [share for share in reversed(shares) if share.side is side] for side in ShareSide}


def _ask_page(
    request: Request, session: Session, visitor: Actor, share: OwnShareOut, form: Form[Any], status: int = 200
) -> Response:
    around = list_initiatives(session, visitor, InitiativeQuery(open=True, limit=ALL)).items
    return draw(
        request,
        "shares/ask.html",
        status,
        share=share,
        form=form,
        initiatives=[(one.id, one.title) for one in around],
        institutions=institutions(session, visitor),
    )
