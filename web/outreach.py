"""On the street: rounds along doors and at places, the tally screen, and the doors that are left alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.outreach import (
    change_round,
    create_ending,
    create_no_ring,
    create_round,
    create_tally,
    lift_no_ring,
    list_rounds,
    show_outreach,
    show_round,
)
from bsa.errors import Invalid
from bsa.outreach.models import RoundKind, Tallied
from bsa.outreach.shapes import (
    AddressIn,
    EndingIn,
    HouseNumber,
    OutreachMonth,
    RoundChange,
    RoundIn,
    RoundOut,
    RoundQuery,
    TallyIn,
)
from bsa.permissions import Actor, Permission, require
from bsa.shapes import Shape
from web.choices import own_neighbourhoods
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, asked, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("rounds", prefix="/rounds")

PICTURED = 6
"""So many months stand in the picture; the table under it has the whole year."""
TALLEST = 96
"""Of a bar, in units of the picture."""

COUNTED = {RoundKind.DOORS: list(Tallied), RoundKind.PLACE: [Tallied.TALKED, Tallied.NO_THANKS]}
"""What is counted where: at a place nobody rings."""


class DoorIn(Shape):
    """The number of a house in the street of a round."""

    number: HouseNumber


@dataclass(frozen=True)
class Bar:
    """One bar of the picture."""

    kind: str
    count: int
    x: int
    y: int
    height: int


@router.get("")
@needs(Permission.SEE_ROUNDS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List rounds, and picture the outreach of one neighbourhood: the chosen one, or where somebody went last."""
    form = asked(RoundQuery, request)
    if form.shape is None:
        raise Invalid
    rounds = list_rounds(session, visitor, form.shape)
    areas = own_neighbourhoods(session, visitor)
    shown = form.shape.area_id or next((one.area_id for one in rounds.items), None)
    outreach = show_outreach(session, visitor, shown) if shown else None
    return draw(
        request,
        "rounds/index.html",
        rounds=rounds,
        form=form,
        areas=areas,
        outreach=outreach,
        pictured=_bars(outreach.months[-PICTURED:]) if outreach else [],
        counted=COUNTED,
        kinds=list(RoundKind),
    )


@router.get("/new")
@needs(Permission.GO_ROUND)
def new(
    request: Request, session: Reading, visitor: Visitor, area_id: UUID | None = None, again: UUID | None = None
) -> Response:
    """Show the form to begin a round; `again` is a round to go once more."""
    require(visitor, Permission.GO_ROUND)
    areas = own_neighbourhoods(session, visitor)
    before = show_round(session, visitor, again) if again else None
    wanted = area_id or (before.area_id if before else areas[0][0] if len(areas) == 1 else "")
    form = blank(
        guest_of(request),
        area_id=str(wanted),
        kind=(before.kind if before else RoundKind.DOORS).value,
        where=before.where if before else "",
    )
    return _new_page(request, session, visitor, form)


@router.post("")
@needs(Permission.GO_ROUND)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Begin a round, and go on to count."""
    form = read(RoundIn, sent, guest_of(request))
    begun = attempt(session, form, lambda told: create_round(session, visitor, told))
    if begun:
        return go(request, "rounds.show", round_id=begun.id)
    return _new_page(request, session, visitor, form)


@router.get("/{round_id}")
@needs(Permission.SEE_ROUNDS)
def show(request: Request, session: Reading, visitor: Visitor, round_id: UUID) -> Response:
    """Show a round: while it goes on, the tally screen."""
    return _page(request, show_round(session, visitor, round_id))


@router.post("/{round_id}/tallies")
@needs(Permission.GO_ROUND)
def create_count(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, round_id: UUID) -> Response:
    """Count one more, or take one back; htmx gets the counts alone."""
    form = read(TallyIn, sent, guest_of(request), prefix="tally", by=-1 if sent.get("by") == "-1" else 1)
    counted = attempt(session, form, lambda told: create_tally(session, visitor, round_id, told))
    if request.headers.get("HX-Request-Type") == "partial":
        held = counted or show_round(session, visitor, round_id)
        status = 200 if counted else form.status
        said = form.shape.what.value if counted and form.shape else ""
        return draw(
            request, "rounds/_counts.html", status, held=held, counted=COUNTED[held.kind], tally=form, said=said
        )
    if counted:
        return go(request, "rounds.show", fragment="counts", round_id=round_id)
    return _page(request, show_round(session, visitor, round_id), tally=form)


@router.post("/{round_id}/ending")
@needs(Permission.GO_ROUND)
def create_end(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, round_id: UUID) -> Response:
    """End a round, with what is worth keeping of it."""
    form = read(EndingIn, sent, guest_of(request), prefix="ending")
    if attempt(session, form, lambda told: create_ending(session, visitor, round_id, told)):
        return go(request, "rounds.show", "round_ended", round_id=round_id)
    return _page(request, show_round(session, visitor, round_id), ending=form)


@router.get("/{round_id}/edit")
@needs(Permission.GO_ROUND)
def edit(request: Request, session: Reading, visitor: Visitor, round_id: UUID) -> Response:
    """Show the form to put right what was written about a round."""
    held = show_round(session, visitor, round_id)
    require(visitor, Permission.GO_ROUND, held)
    values = {name: getattr(held, name) for name in RoundChange.model_fields}
    form = blank(guest_of(request), **{name: "" if value is None else str(value) for name, value in values.items()})
    return _edit_page(request, held, form)


@router.post("/{round_id}")
@needs(Permission.GO_ROUND)
def update(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, round_id: UUID) -> Response:
    """Put right what was written about a round."""
    form = read_change(RoundChange, sent, guest_of(request))
    if attempt(session, form, lambda told: change_round(session, visitor, round_id, version_in(sent), told)):
        return go(request, "rounds.show", "saved", round_id=round_id)
    return _edit_page(request, show_round(session, visitor, round_id), form, form.status)


@router.post("/{round_id}/no-rings")
@needs(Permission.RESPECT_NO_RING)
def create_door(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, round_id: UUID) -> Response:
    """Note that somebody in this street asked not to be rung; the street is known from the round."""
    held = show_round(session, visitor, round_id)
    form = read(DoorIn, sent, guest_of(request), prefix="door")
    if attempt(session, form, lambda door: create_no_ring(session, visitor, _address(held, door))):
        return go(request, "rounds.show", "no_ring_noted", round_id=round_id)
    return _page(request, held, door=form)


@router.post("/{round_id}/no-rings/lifting")
@needs(Permission.RESPECT_NO_RING)
def destroy_door(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, round_id: UUID) -> Response:
    """Forget that somebody in this street asked not to be rung."""
    held = show_round(session, visitor, round_id)
    form = read(DoorIn, sent, guest_of(request), prefix="lifting")
    if attempt(session, form, lambda door: lift_no_ring(session, visitor, _address(held, door))):
        return go(request, "rounds.show", "no_ring_lifted", round_id=round_id)
    return _page(request, held, lifting=form)


def _address(held: RoundOut, door: DoorIn) -> AddressIn:
    return AddressIn(area_id=held.area_id, street=held.where, number=door.number)


def _new_page(request: Request, session: Session, visitor: Actor, form: Form[Any]) -> Response:
    return draw(
        request,
        "rounds/new.html",
        form.status if form.errors else 200,
        form=form,
        areas=own_neighbourhoods(session, visitor),
        kinds=list(RoundKind),
    )


def _edit_page(request: Request, held: RoundOut, form: Form[Any], status: int = 200) -> Response:
    return draw(request, "rounds/edit.html", status, held=held, form=form, kinds=list(RoundKind))


def _page(request: Request, held: RoundOut, **refused: Form[Any]) -> Response:
    """Draw the page of a round; a form that was refused stands in it as it was sent."""
    guest = guest_of(request)
    forms = {
        "tally": blank(guest, prefix="tally"),
        "door": blank(guest, prefix="door"),
        "lifting": blank(guest, prefix="lifting"),
        "ending": blank(guest, prefix="ending", weighing=held.weighing or "", place_note=held.place_note or ""),
    } | refused
    return draw(
        request,
        "rounds/show.html",
        next((form.status for form in refused.values()), 200),
        held=held,
        counted=COUNTED[held.kind],
        numbers=[(number, number) for number in held.do_not_ring or []],
        said="",
        **forms,
    )


def _bars(months: Sequence[OutreachMonth]) -> list[tuple[str, list[Bar]]]:
    """Return the bars of each month, the highest count of all as tall as the picture."""
    kinds = (Tallied.RANG, Tallied.OPENED, Tallied.TALKED)
    highest = max((getattr(month, kind) for month in months for kind in kinds), default=0) or 1
    drawn = []
    for place, month in enumerate(months):
        bars = []
        for which, kind in enumerate(kinds):
            count = getattr(month, kind)
            height = max(round(TALLEST * count / highest), 1)
            bars.append(Bar(kind, count, 54 * place + 5 + 15 * which, 14 + TALLEST - height, height))
        drawn.append((month.month, bars))
    return drawn
