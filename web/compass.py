"""The compass: the twelve elements of the method as a picture, for a neighbourhood and for the way with a resident."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request, Response

from api.compass import show_area_compass, show_resident_compass
from api.dependencies import Reading, needs
from api.residents import show_resident
from bsa.compass.elements import Element
from bsa.compass.shapes import CompassOut, ElementOut
from bsa.permissions import Actor, Permission, allows
from web.circles import point, ring_segment
from web.dependencies import Visitor
from web.pages import Pages, draw, path_of, paths_of

router = Pages("compass")

CENTRE, INNER, OUTER = 160.0, 66.0, 150.0

IN_AREA: dict[Element, str] = {
    Element.LIFEWORLD: "residents.index",
    Element.CONTEXT: "residents.index",
    Element.TRUST: "signals.index",
    Element.OUTREACH: "rounds.index",
    Element.QUESTION_BEHIND: "residents.index",
    Element.OWN_SHARE: "residents.index",
    Element.LEARNING: "learning.of_area",
    Element.PRACTICE: "initiatives.index",
    Element.TOGETHER: "themes.index",
    Element.NEIGHBOURHOOD: "initiatives.index",
    Element.DOUBLE_ACTIVATION: "asks.index",
    Element.COOPERATION: "commitments.index",
}
"""Where each element can be done, in a neighbourhood."""

WITH_RESIDENT: dict[Element, str] = {
    Element.LIFEWORLD: "lifeworld.show",
    Element.CONTEXT: "network.index",
    Element.TRUST: "trust.show",
    Element.OUTREACH: "contacts.index",
    Element.QUESTION_BEHIND: "needs.new",
    Element.OWN_SHARE: "goals.index",
    Element.LEARNING: "learning.of_resident",
    Element.PRACTICE: "practice.index",
    Element.TOGETHER: "themes.index",
    Element.NEIGHBOURHOOD: "initiatives.index",
    Element.DOUBLE_ACTIVATION: "asks.index",
    Element.COOPERATION: "commitments.index",
}
"""The same on the way with a resident."""

ONLY_FOR = {"residents.index": Permission.SEE_RESIDENTS, "signals.index": Permission.RECORD_SIGNAL}
"""Pages that not everybody of the team may open: for others the element has no link."""

NARROWED = {"residents.index", "themes.index", "initiatives.index", "asks.index", "commitments.index"}
"""Lists that are narrowed to an area by their address."""


@dataclass(frozen=True)
class Piece:
    """An element as a piece of the ring, with the way to where it can be done."""

    element: ElementOut
    path: str
    x: float
    y: float
    href: str
    """Where it can be done; empty when that is not for this visitor."""


@router.get("/neighbourhoods/{area_id}/compass")
@needs(Permission.SEE_COMPASS)
def show(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show which elements are alive in a neighbourhood."""
    compass = show_area_compass(session, visitor, area_id)
    return draw(
        request,
        "compass/show.html",
        compass=compass,
        pieces=_pieces(request, visitor, compass, IN_AREA, area_id=area_id),
    )


@router.get("/residents/{resident_id}/compass")
@needs(Permission.OPEN_RECORD)
def of_resident(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show which elements are alive on the way with a resident."""
    compass = show_resident_compass(session, visitor, resident_id)
    resident = show_resident(session, visitor, resident_id)
    where = dict(WITH_RESIDENT)
    if Permission.WRITE_OWN_SHARE in resident.allowed_actions:
        where[Element.OWN_SHARE] = "shares.index"
    return draw(
        request,
        "compass/of_resident.html",
        resident=resident,
        compass=compass,
        pieces=_pieces(request, visitor, compass, where, resident_id=resident_id, area_id=resident.area_id),
    )


def _pieces(
    request: Request, visitor: Actor, compass: CompassOut, where: dict[Element, str], **keys: UUID
) -> list[Piece]:
    paths, angle = paths_of(request.app), 360 / len(Element)
    found = []
    for number, element in enumerate(compass.elements):
        name = where[element.element]
        kept = {
            key: value
            for key, value in keys.items()
            if "{" + key + "}" in paths[name] or (key == "area_id" and name in NARROWED)
        }
        x, y = point(CENTRE, (INNER + OUTER) / 2, (number + 0.5) * angle)
        path = ring_segment(CENTRE, INNER, OUTER, number * angle + 1, (number + 1) * angle - 1)
        may = name not in ONLY_FOR or allows(visitor, ONLY_FOR[name])
        found.append(Piece(element, path, x, y, path_of(paths, name, kept) if may else ""))
    return found
