"""Areas, for the administrator: the tree, and what may be added to it by hand."""

from uuid import UUID

from fastapi import Request, Response

from api.areas import change_area, list_areas, record_area, show_area
from api.dependencies import Reading, Writing, needs
from bsa.areas.models import PARENTS, Level
from bsa.areas.shapes import AreaChange, AreaIn, AreaOut, AreaQuery
from bsa.errors import NotFound
from bsa.permissions import Permission, require
from web.choices import Choice
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("areas", prefix="/areas")

BY_HAND = (Level.COMPLEX, Level.PLACE, Level.OWN_AREA)
"""The levels without a code; the others come from the list of Statistics Netherlands, by the command line."""
MOST = 20
"""As many times 200 areas as the page fetches."""


@router.get("")
@needs(Permission.RECORD_AREA)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the areas as the tree that they are."""
    require(visitor, Permission.RECORD_AREA)
    areas, complete = _all(session, visitor, AreaQuery(limit=200))
    inner: dict[UUID | None, list[AreaOut]] = {}
    for area in sorted(areas, key=lambda area: (list(Level).index(area.level), area.name)):
        inner.setdefault(area.parent_id, []).append(area)
    return draw(request, "areas/index.html", inner=inner, complete=complete, levels=BY_HAND)


@router.get("/new")
@needs(Permission.RECORD_AREA)
def new(
    request: Request, session: Reading, visitor: Visitor, level: Level = Level.COMPLEX, parent_id: UUID | None = None
) -> Response:
    """Show the form for a complex, a place or an own area."""
    require(visitor, Permission.RECORD_AREA)
    return _new(request, session, visitor, level, blank(guest_of(request), parent_id=str(parent_id or "")))


@router.post("")
@needs(Permission.RECORD_AREA)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Record a complex, a place or an own area."""
    form = read(AreaIn, sent, guest_of(request))
    if attempt(session, form, lambda told: record_area(session, visitor, told)):
        return go(request, "areas.index", "area_recorded")
    level = str(sent.get("level", ""))
    if level not in {one.value for one in Level}:
        raise NotFound
    return _new(request, session, visitor, Level(level), form)


@router.get("/{area_id}/edit")
@needs(Permission.RECORD_AREA)
def edit(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show the form to give an area another name."""
    require(visitor, Permission.RECORD_AREA)
    area = show_area(session, visitor, area_id)
    return _edit(request, area, blank(guest_of(request), name=area.name))


@router.post("/{area_id}")
@needs(Permission.RECORD_AREA)
def update(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, area_id: UUID) -> Response:
    """Give an area another name."""
    form = read(AreaChange, sent, guest_of(request))
    if attempt(session, form, lambda change: change_area(session, visitor, area_id, version_in(sent), change)):
        return go(request, "areas.index", "saved")
    return _edit(request, show_area(session, visitor, area_id), form)


def _new(request: Request, session: Reading, visitor: Visitor, level: Level, form: Form[AreaIn]) -> Response:
    if level not in BY_HAND:
        raise NotFound
    neighbourhoods: list[Choice] = []
    if level is Level.OWN_AREA:
        neighbourhoods = _choices(session, visitor, Level.NEIGHBOURHOOD)
    return draw(
        request,
        "areas/new.html",
        form.status if form.errors else 200,
        form=form,
        level=level,
        levels=BY_HAND,
        parents=_choices(session, visitor, PARENTS[level][0]),
        neighbourhoods=neighbourhoods,
    )


def _edit(request: Request, area: AreaOut, form: Form[AreaChange]) -> Response:
    return draw(request, "areas/edit.html", form.status if form.errors else 200, area=area, form=form)


def _choices(session: Reading, visitor: Visitor, level: Level) -> list[Choice]:
    areas, _ = _all(session, visitor, AreaQuery(level=level, limit=200))
    return [(area.id, area.name) for area in areas]


def _all(session: Reading, visitor: Visitor, wanted: AreaQuery) -> tuple[list[AreaOut], bool]:
    """Return all areas that are wanted, page after page, and whether these are all."""
    found: list[AreaOut] = []
    for _ in range(MOST):
        page = list_areas(session, visitor, wanted)
        found.extend(page.items)
        if page.next_cursor is None:
            return found, True
        wanted = wanted.model_copy(update={"cursor": page.next_cursor})
    return found, False
