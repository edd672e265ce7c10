"""Slips by which residents judge: making and printing them for the team, and judging by one, on any telephone."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.commitments import show_commitment
from api.dependencies import Address, Reading, Session, Writing, database, needs, open_to_all
from api.slips import (
    close_slip_round,
    create_slip_round,
    create_slips,
    list_slip_rounds,
    open_slip,
    show_slip_round,
    vote,
)
from bsa.codes import in_groups
from bsa.errors import N_
from bsa.people.models import Language
from bsa.permissions import Actor, Permission, allows, require
from bsa.shapes import Listing
from bsa.slips.shapes import ClosingIn, MoreSlipsIn, SlipIn, SlipRoundIn, SlipSheet, SlipVerdict, SlipVoteIn
from web.commitments import QUOTES, read_quotes, with_quotes
from web.dependencies import MaybeVisitor, Sent, Visitor, WritingVisitor
from web.forms import Form, attempt, blank, read, version_in
from web.guests import guest_of
from web.languages import translations
from web.pages import Pages, draw, environment, go
from web.qr import square

router = Pages("slips", prefix="/commitments/{commitment_id}/slips")
rounds = Pages("slip_rounds", prefix="/slip-rounds")
judge = Pages("judge", prefix="/judge")

MANY, SOME = "30", "10"
"""Slips to begin with, and to add."""

ON_A_SLIP: dict[str, str] = {
    "title": N_("What do you say?"),
    "how": N_("Point your phone at the square. Or go to:"),
    "code": N_("Your code"),
    "nobody": N_("Nobody knows what you choose. Each slip counts once."),
    "until": N_("You can judge until:"),
    "reminder": N_("Do you still have your slip?"),
    "reminder_how": N_("Judge now. You need the code on your slip."),
}
"""What stands on paper, in both languages: whoever gets it in the letter box chose none."""


@router.get("")
@needs(Permission.SEE_SLIPS)
def index(request: Request, session: Reading, visitor: Visitor, commitment_id: UUID) -> Response:
    """Show the slips about a promise, and what can be done with them now."""
    return _page(request, session, visitor, commitment_id, blank(guest_of(request), slips=MANY))


@router.post("")
@needs(Permission.HAND_OUT_SLIPS)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, commitment_id: UUID) -> Response:
    """Make slips, and show them to print: this once."""
    form = read(SlipRoundIn, sent, guest_of(request))
    version = version_in(sent)
    sheet = attempt(session, form, lambda told: create_slip_round(session, visitor, commitment_id, version, told))
    if sheet:
        return _sheet_page(request, session, visitor, sheet)
    return _page(request, session, visitor, commitment_id, form)


@rounds.post("/{round_id}/slips")
@needs(Permission.HAND_OUT_SLIPS)
def create_more(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, round_id: UUID) -> Response:
    """Make more slips in a round, and show them to print: this once."""
    form = read(MoreSlipsIn, sent, guest_of(request), prefix="more")
    version = version_in(sent)
    sheet = attempt(session, form, lambda told: create_slips(session, visitor, round_id, version, told))
    if sheet:
        return _sheet_page(request, session, visitor, sheet)
    return _page(request, session, visitor, show_slip_round(session, visitor, round_id).commitment_id, form)


@rounds.post("/{round_id}/closing")
@needs(Permission.HAND_OUT_SLIPS)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, round_id: UUID) -> Response:
    """Close a round: what the slips said becomes one verdict."""
    rows = read_quotes(sent, guest_of(request))
    given = {"closes_window": "closes_window" in sent, "quotes": [row.shape for row in rows.values() if row.shape]}
    form = with_quotes(read(ClosingIn, sent, guest_of(request), "close", **given), rows)
    form.values |= {name: str(text) for name, text in sent.items() if name.startswith(("quote_", "public_"))}
    version = version_in(sent)
    closed = attempt(session, form, lambda told: close_slip_round(session, visitor, round_id, version, told))
    if closed:
        where = {"commitment_id": closed.commitment_id}
        return go(request, "commitments.show", "verdict_recorded", fragment="verdict", **where)
    return _page(request, session, visitor, show_slip_round(session, visitor, round_id).commitment_id, form)


@rounds.get("/{round_id}/reminder")
@needs(Permission.SEE_SLIPS)
def reminder(request: Request, session: Reading, visitor: Visitor, round_id: UUID) -> Response:
    """Show the one reminder, to print and hang in the hall: that one can still judge, and until when."""
    held = show_slip_round(session, visitor, round_id)
    address = _address(request)
    return draw(
        request,
        "slips/reminder.html",
        round=held,
        commitment=show_commitment(session, visitor, held.commitment_id),
        said=_said(held.until_on),
        address=address.partition("://")[2],
        square=square(address),
    )


@judge.get("")
@open_to_all
def new(request: Request, visitor: MaybeVisitor) -> Response:
    """Ask for the code of a slip. A square on paper brings it along behind a #, which no server gets to see."""
    return draw(request, "judge/new.html", form=blank(guest_of(request)))


@judge.post("")
@open_to_all
def show(request: Request, session: Writing, visitor: MaybeVisitor, sent: Sent, address: Address) -> Response:
    """Show what a slip asks."""
    form = read(SlipIn, sent, guest_of(request))
    return _judge_page(request, session, form, address)


@judge.post("/verdicts")
@open_to_all
def create_verdict(request: Request, session: Writing, visitor: MaybeVisitor, sent: Sent, address: Address) -> Response:
    """Judge by a slip."""
    form = read(SlipVoteIn, sent, guest_of(request))

    def deed(told: SlipVoteIn) -> bool:
        vote(session, told, address)
        return True

    if attempt(session, form, deed):
        return go(request, "judge.thanks")
    if form.status == 409:
        return draw(request, "judge/over.html", 409, message=form.errors[""][0])
    if "code" in form.errors:
        return draw(request, "judge/new.html", form.status, form=form)
    return _judge_page(request, session, read(SlipIn, sent, guest_of(request)), address, form)


@judge.get("/thanks")
@open_to_all
def thanks(request: Request, visitor: MaybeVisitor) -> Response:
    """Thank somebody who judged."""
    return draw(request, "judge/thanks.html")


def _judge_page(
    request: Request, session: Session, form: Form[SlipIn], address: str, answered: Form[SlipVoteIn] | None = None
) -> Response:
    asked = attempt(session, form, lambda told: open_slip(session, told, address))
    if asked is None and form.status == 409:
        return draw(request, "judge/over.html", 409, message=form.errors[""][0])
    if asked is None or form.shape is None:
        return draw(request, "judge/new.html", form.status, form=form)
    return draw(
        request,
        "judge/show.html",
        answered.status if answered else 200,
        asked=asked,
        code=form.shape.code,
        form=answered or blank(guest_of(request)),
        verdicts=list(SlipVerdict),
    )


def _page(request: Request, session: Session, visitor: Actor, commitment_id: UUID, form: Form[Any]) -> Response:
    guest = guest_of(request)
    commitment = show_commitment(session, visitor, commitment_id)
    found = list_slip_rounds(session, visitor, commitment_id, Listing())
    may = allows(visitor, Permission.HAND_OUT_SLIPS, commitment)
    return draw(
        request,
        "slips/index.html",
        form.status if form.errors else 200,
        commitment=commitment,
        rounds=found.items,
        may_hand_out=may and commitment.verdict.window_open and not any(_waits(one) for one in found.items),
        form=form if not form.prefix else blank(guest, slips=MANY),
        more=form if form.prefix == "more" else blank(guest, "more", slips=SOME),
        closing=form if form.prefix == "close" else blank(guest, "close", closes_window="true"),
        rows=range(1, QUOTES + 1),
        minimum=database(request).settings.verdict_minimum_voters,
    )


def _waits(held: Any) -> bool:
    return held.closed_on is None and not held.overtaken


def _sheet_page(request: Request, session: Session, visitor: Actor, sheet: SlipSheet) -> Response:
    commitment = show_commitment(session, visitor, sheet.commitment_id)
    require(visitor, Permission.HAND_OUT_SLIPS, commitment)
    address = _address(request)
    return draw(
        request,
        "slips/sheet.html",
        201,
        commitment=commitment,
        round=sheet,
        slips=[(in_groups(code), square(f"{address}#{code}")) for code in sheet.codes],
        said=_said(sheet.until_on),
        address=address.partition("://")[2],
    )


def _address(request: Request) -> str:
    return f"{str(database(request).settings.base_url).rstrip('/')}/judge"


def _said(until_on: date) -> dict[str, dict[str, str]]:
    return {
        language.value: {name: translations(language).gettext(words) for name, words in ON_A_SLIP.items()}
        | {"day": environment(language).filters["day"](until_on)}
        for language in Language
    }
