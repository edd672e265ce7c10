"""The neighbourhood page, where the team begins: what plays here, who acts, what was promised. No list of residents."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.accounts import list_colleagues
from api.areas import list_areas, show_area
from api.asks import list_asks
from api.commitments import list_commitments, show_public_neighbourhood
from api.dependencies import Reading, needs, open_to_all
from api.initiatives import list_initiatives
from api.meetings import list_meetings
from api.places import list_features, list_logbook, list_photos
from api.themes import list_themes
from bsa.areas.models import Level
from bsa.areas.shapes import AreaOut, AreaQuery
from bsa.asks.shapes import AskItem, AskQuery
from bsa.commitments.models import Verdict
from bsa.commitments.shapes import CommitmentItem, CommitmentQuery
from bsa.errors import NotFound
from bsa.initiatives.shapes import InitiativeQuery
from bsa.meetings.shapes import MeetingQuery
from bsa.people.shapes import ColleagueQuery
from bsa.permissions import Permission
from bsa.places.models import FeatureKind
from bsa.places.shapes import LogbookEntryOut, LogbookQuery, PhotoOut, PlaceFeatureOut, PlaceFeatureQuery
from bsa.shapes import Listing, Page
from bsa.themes.shapes import ThemeQuery
from web.consultation import tracks_of
from web.dependencies import MaybeVisitor, Visitor
from web.guests import guest_of
from web.pages import Pages, draw, paths_of
from web.places import places_for

home = Pages("home")
router = Pages("neighbourhoods", prefix="/neighbourhoods")

MANY = 200
"""As many of each as the page counts; where there are more, it says so."""


@home.get("/", name="home.show")
@open_to_all
def begin(request: Request, visitor: MaybeVisitor) -> Response:
    """Send everybody to where they begin: the first place of their menu."""
    paths = paths_of(request.app)
    if visitor is None:
        return RedirectResponse(paths["public.index"], status_code=303)
    places = places_for(guest_of(request), "/", paths)
    return RedirectResponse(places[0].href if places else paths["public.index"], status_code=303)


@router.get("")
@needs(Permission.SEE_THEMES, Permission.SEE_INITIATIVES, Permission.SEE_ASKS, Permission.SEE_COMMITMENTS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the own neighbourhoods; show it at once when there is only one."""
    areas = list_areas(session, visitor, AreaQuery(level=Level.NEIGHBOURHOOD, mine=True, limit=MANY))
    if len(areas.items) == 1:
        return show(request, session, visitor, areas.items[0].id)
    initiatives = list_initiatives(session, visitor, InitiativeQuery(open=True, limit=MANY))
    asks = list_asks(session, visitor, AskQuery(open=True, limit=MANY))
    late = list_commitments(session, visitor, CommitmentQuery(late=True, limit=MANY))
    around = _neighbourhood_around(session, visitor, areas)
    return draw(
        request,
        "neighbourhoods/index.html",
        areas=areas,
        # Counted only when everything was fetched: a number that may be too small says nothing.
        initiatives=None if initiatives.next_cursor else _counted((one.area_id for one in initiatives.items), around),
        asks=None if asks.next_cursor else _counted((one.area_id for one in asks.items), around),
        late=None if late.next_cursor else _counted((one.area_id for one in late.items), around),
    )


@router.get("/{area_id}")
@needs(Permission.SEE_THEMES, Permission.SEE_INITIATIVES, Permission.SEE_ASKS, Permission.SEE_COMMITMENTS)
def show(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show what plays in a neighbourhood, who acts, what was asked and promised, and what is next."""
    if area_id not in visitor.area_ids:
        raise NotFound
    themes = list_themes(session, visitor, ThemeQuery(area_id=area_id, open=True, limit=MANY))
    initiatives = list_initiatives(session, visitor, InitiativeQuery(area_id=area_id, open=True, limit=MANY))
    asks = list_asks(session, visitor, AskQuery(area_id=area_id, open=True, limit=MANY))
    # Late is also what was never claimed nor judged: it is open, and does not sink under what is over.
    still_open = list_commitments(session, visitor, CommitmentQuery(area_id=area_id, open=True, limit=MANY))
    over = list_commitments(
        session, visitor, CommitmentQuery(area_id=area_id, open=False, latest_first=True, limit=MANY)
    )
    late = [commitment for commitment in still_open.items if commitment.late]
    return draw(
        request,
        "neighbourhoods/show.html",
        area=show_area(session, visitor, area_id),
        themes=themes,
        initiatives=initiatives,
        next_steps=sorted(
            (initiative for initiative in initiatives.items if initiative.next_step),
            key=lambda initiative: initiative.next_step_on or date.max,
        ),
        asks=asks,
        commitments=[*late, *(commitment for commitment in still_open.items if not commitment.late)],
        judged=[commitment for commitment in over.items if commitment.outcome],
        kept=sum(1 for commitment in over.items if commitment.outcome is Verdict.KEPT),
        late=late,
        more_late=still_open.next_cursor is not None and len(late) == MANY,
        colleagues=list_colleagues(session, visitor, ColleagueQuery(area_id=area_id, limit=MANY)),
        institutions=_institutions([*asks.items, *still_open.items, *over.items]),
        meetings=list_meetings(session, visitor, MeetingQuery(area_id=area_id, coming=True, limit=3)).items,
        tracks=tracks_of(session, visitor, area_id=area_id),
        is_public=_is_public(session, area_id),
        place=_place(session, visitor, area_id),
    )


@dataclass(frozen=True)
class Place:
    """What the page of a neighbourhood tells of the place itself: a little of each."""

    facts: Sequence[LogbookEntryOut]
    good: Sequence[PlaceFeatureOut]
    photo: PhotoOut | None


def _place(session: Reading, visitor: Visitor, area_id: UUID) -> Place:
    good = PlaceFeatureQuery(kind=FeatureKind.ASSET, here_now=True, limit=5)
    photos = list_photos(session, visitor, area_id, Listing(limit=1)).items
    return Place(
        facts=list_logbook(session, visitor, area_id, LogbookQuery(limit=2)).items,
        good=list_features(session, visitor, area_id, good).items,
        photo=photos[0] if photos else None,
    )


def _is_public(session: Reading, area_id: UUID) -> bool:
    try:
        show_public_neighbourhood(session, area_id)
    except NotFound:
        return False
    return True


def _neighbourhood_around(session: Reading, visitor: Visitor, areas: Page[AreaOut]) -> dict[UUID, UUID]:
    """Return the neighbourhood around every own area that lies in one, by the key of the area."""
    around = {area.id: area.id for area in areas.items}
    for level in (Level.COMPLEX, Level.PLACE):
        inner = list_areas(session, visitor, AreaQuery(level=level, mine=True, limit=MANY))
        around |= {area.id: area.parent_id for area in inner.items if area.parent_id}
    return around


def _counted(area_ids: Iterable[UUID], around: dict[UUID, UUID]) -> Counter[UUID]:
    return Counter(around[area_id] for area_id in area_ids if area_id in around)


def _institutions(items: Iterable[AskItem | CommitmentItem]) -> list[tuple[UUID, str]]:
    """Return the institutions that have to do with what is listed, by name."""
    return sorted({(item.institution_id, item.institution_name) for item in items}, key=lambda found: found[1])
