"""The network map of a resident: a picture with a table beside it, and a short form to add somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.network import change_tie, end_tie, list_ties, note_tie, show_tie
from api.residents import show_resident
from bsa.network.models import Circle, Closeness, Wanted
from bsa.network.shapes import TieChange, TieEndIn, TieIn, TieOut, TieQuery
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from web.circles import point
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("network")

MANY = 200
SUPPORT = ("practical", "company", "advice", "emotional")
"""The four kinds of support, each a field of a tie."""

CENTRE = 180.0
RINGS: dict[Closeness, float] = {Closeness.NEAR: 62, Closeness.MIDDLE: 106, Closeness.FAR: 150}
SECTOR = 360 / len(Circle)


@dataclass(frozen=True)
class Spot:
    """Where somebody stands in the picture."""

    tie: TieOut
    x: float
    y: float
    support: list[str]
    anchor: str
    """On which side of the place the name is written, so that it stays in the picture."""
    name: str
    above: bool
    """The name stands above the place instead of below: neighbours on the same ring would cover each other's."""


@router.get("/residents/{resident_id}/network")
@needs(Permission.OPEN_RECORD)
def index(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show who is around a resident."""
    return _page(request, session, visitor, resident_id)


@router.post("/residents/{resident_id}/ties")
@needs(Permission.DRAW_NETWORK)
def create(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Note somebody around a resident."""
    form = _read(TieIn, sent, request)
    if attempt(session, form, lambda told: note_tie(session, visitor, resident_id, told)):
        return go(request, "network.index", "tie_noted", "map", resident_id=resident_id)
    return _page(request, session, visitor, resident_id, form.status, form)


@router.get("/ties/{tie_id}/edit")
@needs(Permission.DRAW_NETWORK)
def edit(request: Request, session: Reading, visitor: Visitor, tie_id: UUID) -> Response:
    """Show the form to change what is told about somebody, or to say that it ended."""
    tie = show_tie(session, visitor, tie_id)
    values: dict[str, Any] = {name: getattr(tie, name) for name in ("who", "circle", "closeness", "wanted")}
    values["support"] = _support(tie)
    return _edit_page(request, session, visitor, tie, blank(guest_of(request), **values))


@router.post("/ties/{tie_id}/edit")
@needs(Permission.DRAW_NETWORK)
def update(request: Request, session: Writing, visitor: WritingVisitor, tie_id: UUID, sent: Sent) -> Response:
    """Change what is told about somebody."""
    form = _read(TieChange, sent, request)
    tie = attempt(session, form, lambda change: change_tie(session, visitor, tie_id, version_in(sent), change))
    if tie:
        return go(request, "network.index", "saved", "map", resident_id=tie.resident_id)
    return _edit_page(request, session, visitor, show_tie(session, visitor, tie_id), form, form.status)


@router.post("/ties/{tie_id}/ending")
@needs(Permission.DRAW_NETWORK)
def end(request: Request, session: Writing, visitor: WritingVisitor, tie_id: UUID, sent: Sent) -> Response:
    """Write down that somebody is no longer around."""
    form = read(TieEndIn, sent, guest_of(request))
    tie = attempt(session, form, lambda ended: end_tie(session, visitor, tie_id, version_in(sent), ended))
    if tie:
        return go(request, "network.index", "tie_ended", "map", resident_id=tie.resident_id)
    return _edit_page(request, session, visitor, show_tie(session, visitor, tie_id), form, form.status)


def spots(ties: Sequence[TieOut]) -> list[Spot]:
    """Return where everybody stands: the circle they come from is the direction, how near is the distance."""
    found = []
    for number, circle in enumerate(Circle):
        here = sorted((tie for tie in ties if tie.circle is circle), key=lambda tie: list(RINGS).index(tie.closeness))
        for place, tie in enumerate(here):
            x, y = point(CENTRE, RINGS[tie.closeness], number * SECTOR + (place + 0.5) * SECTOR / len(here))
            anchor = "start" if x < CENTRE / 2 else "end" if x > CENTRE * 1.5 else "middle"
            name = tie.who if len(tie.who) <= 14 else f"{tie.who[:13].rstrip()}…"
            found.append(Spot(tie, x, y, _support(tie), anchor, name, above=place % 2 == 1 and y > CENTRE / 3))
    return found


def _read(shape: type[Any], sent: Any, request: Request) -> Form[Any]:
    """Read the form; the kinds of support are one group of boxes there, and a field each in the shape."""
    chosen = sent.getlist("support")
    boxes: dict[str, Any] = {name: name in chosen or sent.get(name) == "true" for name in SUPPORT}
    form = read(shape, sent, guest_of(request), **boxes)
    form.values["support"] = chosen
    return form


def _support(tie: TieOut) -> list[str]:
    return [name for name in SUPPORT if getattr(tie, name)]


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    resident_id: UUID,
    status: int = 200,
    form: Form[Any] | None = None,
) -> Response:
    resident = show_resident(session, visitor, resident_id)
    ties = list_ties(session, visitor, resident_id, TieQuery(limit=MANY)).items
    present = [tie for tie in ties if tie.ended_on is None]
    return draw(
        request,
        "network/index.html",
        status,
        resident=resident,
        ties=present,
        former=[tie for tie in ties if tie.ended_on is not None],
        spots=spots(present),
        allowed=may_keep("tie.*", resident.level),
        support_of={tie.id: _support(tie) for tie in present},
        form=form or blank(guest_of(request), circle="", closeness=Closeness.MIDDLE, wanted=Wanted.SAME),
        **_choices(),
    )


def _edit_page(
    request: Request, session: Session, visitor: Actor, tie: TieOut, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request,
        "network/edit.html",
        status,
        tie=tie,
        resident=show_resident(session, visitor, tie.resident_id),
        form=form,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    return {
        "circles": list(Circle),
        "degrees_of_closeness": list(Closeness),
        "wishes": list(Wanted),
        "kinds_of_support": SUPPORT,
        "rings": list(RINGS.items()),
        "sectors": [point(CENTRE, RINGS[Closeness.FAR] + 8, number * SECTOR) for number in range(len(Circle))],
    }
