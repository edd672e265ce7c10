"""The neighbourhood as a place: its logbook, what it has, the photo of each quarter, the map, and drawing that map."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response

from api.areas import list_areas, show_area
from api.dependencies import Reading, Session, Writing, needs
from api.places import (
    change_entry,
    change_feature,
    change_photo,
    draw_map,
    list_features,
    list_logbook,
    list_photos,
    may_draw,
    note_entry,
    note_feature,
    remove_entry,
    remove_feature,
    show_entry,
    show_feature,
    show_map,
    show_photo,
    take_photo,
)
from api.uploads import LARGEST_UPLOAD, UploadPage, form_of
from bsa import clock
from bsa.areas.models import Level
from bsa.areas.shapes import AreaQuery
from bsa.errors import N_, Fault, Invalid, NotFound
from bsa.permissions import Actor, Permission
from bsa.places.models import FeatureKind, LogbookKind
from bsa.places.outlines import NO_FILE, Drawing, read_outlines
from bsa.places.shapes import (
    LogbookEntryChange,
    LogbookEntryIn,
    LogbookEntryOut,
    LogbookQuery,
    Measure,
    PhotoChange,
    PhotoIn,
    PhotoOut,
    PlaceFeatureChange,
    PlaceFeatureIn,
    PlaceFeatureOut,
    PlaceFeatureQuery,
)
from bsa.quarters import quarter_of
from bsa.shapes import Listing, Shape
from web.choices import Choice
from web.dependencies import Sent, Visitor, WritingVisitor, visitor_before
from web.forms import Form, Nothing, asked, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.maps import Step, draw_sheet, measures_of, rest_of
from web.pages import Pages, draw, go

router = Pages("places", prefix="/neighbourhoods")
logbook_lines = Pages("places", prefix="/logbook-entries")
features_there = Pages("places", prefix="/place-features")
photos_taken = Pages("places", prefix="/photos")
maps = Pages("places", prefix="/map")
drawing = Pages("places", prefix="/areas/map", route_class=UploadPage)

MANY = 200


class MapQuery(Shape):
    """Which count a map shows."""

    show: Measure | None = None


# --- logbook ----------------------------------------------------------------------------------------------------------


@router.get("/{area_id}/logbook")
@needs(Permission.SEE_PLACES)
def logbook(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show the logbook of a place, with a form for a fact."""
    form = blank(guest_of(request), kind=LogbookKind.PUBLIC_SPACE.value, happened_on=clock.today().isoformat())
    return _logbook(request, session, visitor, area_id, form)


@router.post("/{area_id}/logbook")
@needs(Permission.KEEP_PLACE)
def create_entry(request: Request, session: Writing, visitor: WritingVisitor, area_id: UUID, sent: Sent) -> Response:
    """Note a fact."""
    form = read(LogbookEntryIn, sent, guest_of(request))
    if attempt(session, form, lambda told: note_entry(session, visitor, area_id, told)):
        return go(request, "places.logbook", "fact_noted", area_id=area_id)
    return _logbook(request, session, visitor, area_id, form)


@logbook_lines.get("/{entry_id}/edit")
@needs(Permission.KEEP_PLACE)
def edit_entry(request: Request, session: Reading, visitor: Visitor, entry_id: UUID) -> Response:
    """Show the form to change a line of the logbook, or to take it out."""
    entry = show_entry(session, visitor, entry_id)
    form = blank(guest_of(request), kind=entry.kind.value, words=entry.words, happened_on=entry.happened_on.isoformat())
    return _edit_entry(request, entry, form)


@logbook_lines.post("/{entry_id}")
@needs(Permission.KEEP_PLACE)
def update_entry(request: Request, session: Writing, visitor: WritingVisitor, entry_id: UUID, sent: Sent) -> Response:
    """Change a line of the logbook."""
    form, version = read_change(LogbookEntryChange, sent, guest_of(request)), version_in(sent)
    entry = attempt(session, form, lambda change: change_entry(session, visitor, entry_id, version, change))
    if entry:
        return _back(request, session, visitor, "places.logbook", "saved", entry.area_id)
    return _edit_entry(request, show_entry(session, visitor, entry_id), form)


@logbook_lines.post("/{entry_id}/removal")
@needs(Permission.KEEP_PLACE)
def destroy_entry(request: Request, session: Writing, visitor: WritingVisitor, entry_id: UUID, sent: Sent) -> Response:
    """Take a line out of the logbook."""
    entry, version = show_entry(session, visitor, entry_id), version_in(sent)
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: _done(remove_entry, session, visitor, entry_id, version)):
        return _back(request, session, visitor, "places.logbook", "taken_out", entry.area_id)
    return _edit_entry(request, entry, _as_it_is(form, entry))


# --- what is there ----------------------------------------------------------------------------------------------------


@router.get("/{area_id}/place")
@needs(Permission.SEE_PLACES)
def features(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show what a place has, suffers from, and where people are found, with a form to add to it."""
    form = blank(guest_of(request), kind=FeatureKind.ASSET.value)
    return _features(request, session, visitor, area_id, form)


@router.post("/{area_id}/place")
@needs(Permission.KEEP_PLACE)
def create_feature(request: Request, session: Writing, visitor: WritingVisitor, area_id: UUID, sent: Sent) -> Response:
    """Note something of the place."""
    form = read(PlaceFeatureIn, sent, guest_of(request))
    if attempt(session, form, lambda told: note_feature(session, visitor, area_id, told)):
        return go(request, "places.features", "feature_noted", area_id=area_id)
    return _features(request, session, visitor, area_id, form)


@features_there.get("/{feature_id}/edit")
@needs(Permission.KEEP_PLACE)
def edit_feature(request: Request, session: Reading, visitor: Visitor, feature_id: UUID) -> Response:
    """Show the form to change something of the place, to say that it is over, or to take it out."""
    feature = show_feature(session, visitor, feature_id)
    return _edit_feature(request, feature, _as_it_is(blank(guest_of(request)), feature))


@features_there.post("/{feature_id}")
@needs(Permission.KEEP_PLACE)
def update_feature(
    request: Request, session: Writing, visitor: WritingVisitor, feature_id: UUID, sent: Sent
) -> Response:
    """Change something of the place."""
    form, version = read_change(PlaceFeatureChange, sent, guest_of(request)), version_in(sent)
    feature = attempt(session, form, lambda change: change_feature(session, visitor, feature_id, version, change))
    if feature:
        return _back(request, session, visitor, "places.features", "saved", feature.area_id)
    return _edit_feature(request, show_feature(session, visitor, feature_id), form)


@features_there.post("/{feature_id}/removal")
@needs(Permission.KEEP_PLACE)
def destroy_feature(
    request: Request, session: Writing, visitor: WritingVisitor, feature_id: UUID, sent: Sent
) -> Response:
    """Take something out that was noted by mistake."""
    feature, version = show_feature(session, visitor, feature_id), version_in(sent)
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: _done(remove_feature, session, visitor, feature_id, version)):
        return _back(request, session, visitor, "places.features", "taken_out", feature.area_id)
    return _edit_feature(request, feature, _as_it_is(form, feature))


# --- the photo of a quarter -------------------------------------------------------------------------------------------


@router.get("/{area_id}/photos")
@needs(Permission.SEE_PLACES)
def photos(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show the photos of the quarters, with a form for this one when there is none."""
    return _photos(request, session, visitor, area_id, blank(guest_of(request)))


@router.post("/{area_id}/photos")
@needs(Permission.KEEP_PLACE)
def create_photo(request: Request, session: Writing, visitor: WritingVisitor, area_id: UUID, sent: Sent) -> Response:
    """Write down what changed."""
    form = read(PhotoIn, sent, guest_of(request))
    if attempt(session, form, lambda told: take_photo(session, visitor, area_id, told)):
        return go(request, "places.photos", "photo_taken", area_id=area_id)
    return _photos(request, session, visitor, area_id, form)


@photos_taken.get("/{photo_id}/edit")
@needs(Permission.KEEP_PLACE)
def edit_photo(request: Request, session: Reading, visitor: Visitor, photo_id: UUID) -> Response:
    """Show the form to add to a photo, or to change it."""
    photo = show_photo(session, visitor, photo_id)
    return _edit_photo(request, photo, _as_it_is(blank(guest_of(request)), photo))


@photos_taken.post("/{photo_id}")
@needs(Permission.KEEP_PLACE)
def update_photo(request: Request, session: Writing, visitor: WritingVisitor, photo_id: UUID, sent: Sent) -> Response:
    """Change a photo."""
    form, version = read_change(PhotoChange, sent, guest_of(request)), version_in(sent)
    photo = attempt(session, form, lambda change: change_photo(session, visitor, photo_id, version, change))
    if photo:
        return go(request, "places.photos", "saved", area_id=photo.area_id)
    return _edit_photo(request, show_photo(session, visitor, photo_id), form)


# --- the map ----------------------------------------------------------------------------------------------------------


@maps.get("")
@needs(Permission.SEE_MAP)
def whole_map(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the map of the largest area in reach."""
    areas = list_areas(session, visitor, AreaQuery(mine=True, limit=MANY)).items
    if not areas:
        raise NotFound
    largest = min(areas, key=lambda area: (list(Level).index(area.level), area.name))
    return _map(request, session, visitor, largest.id)


@router.get("/{area_id}/map")
@needs(Permission.SEE_MAP)
def show(request: Request, session: Reading, visitor: Visitor, area_id: UUID) -> Response:
    """Show what plays in an area and in each of those in it: as a picture, and as a table."""
    return _map(request, session, visitor, area_id)


async def known_drawer(request: Request) -> None:
    """Ask who sends a map, before it is read."""
    visitor_before(request, may_draw)


async def sent_map(request: Request, _known: Annotated[None, Depends(known_drawer)], _sent: Sent) -> Drawing:
    """Read the file that a form of ours sent, before the session that writes is opened."""
    form = form_of(request)
    file = form.get("file") if form is not None else None
    if file is None or isinstance(file, str) or not file.filename:
        return Drawing(faults=[Fault(("file",), "missing", NO_FILE)])
    return read_outlines(file.file.read())


SentMap = Annotated[Drawing, Depends(sent_map)]


@drawing.get("")
@needs(Permission.DRAW_MAP)
def new_map(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the form for a file with outlines."""
    may_draw(session, visitor)
    return draw(request, "places/draw.html", form=blank(guest_of(request)), drawn=[], mistakes=[])


@drawing.post("", max_body_size=LARGEST_UPLOAD)
@needs(Permission.DRAW_MAP)
def create_map(request: Request, told: SentMap, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Take over the outlines of a file, and say of which areas; or name every mistake in it."""
    form = read(Nothing, sent, guest_of(request))
    try:
        drawn = draw_map(told, session, visitor).areas
    except Invalid as refusal:
        session.rollback()
        return _refused_map(request, form, refusal)
    return draw(request, "places/draw.html", form=form, drawn=drawn, mistakes=[])


# --- drawing the pages ------------------------------------------------------------------------------------------------


def _logbook(request: Request, session: Session, visitor: Actor, area_id: UUID, form: Form[Any]) -> Response:
    wanted = _wanted(LogbookQuery, request)
    return draw(
        request,
        "places/logbook.html",
        form.status if form.errors else 200,
        entries=list_logbook(session, visitor, area_id, wanted.shape or LogbookQuery()),
        area=show_area(session, visitor, area_id),
        wanted=wanted,
        form=form,
        kinds=list(LogbookKind),
        within=_within(session, visitor, area_id),
    )


def _features(request: Request, session: Session, visitor: Actor, area_id: UUID, form: Form[Any]) -> Response:
    wanted = _wanted(PlaceFeatureQuery, request)
    query = wanted.shape or PlaceFeatureQuery()
    here_now = query.here_now is not False
    return draw(
        request,
        "places/features.html",
        form.status if form.errors else 200,
        features=list_features(session, visitor, area_id, query.model_copy(update={"here_now": here_now})),
        area=show_area(session, visitor, area_id),
        here_now=here_now,
        wanted=wanted,
        form=form,
        kinds=list(FeatureKind),
        within=_within(session, visitor, area_id),
    )


def _photos(request: Request, session: Session, visitor: Actor, area_id: UUID, form: Form[Any]) -> Response:
    wanted = asked(Listing, request) if request.method == "GET" else blank(guest_of(request))
    page, this_quarter = wanted.shape or Listing(), quarter_of(clock.today())
    first = list_photos(session, visitor, area_id, Listing(limit=1)).items
    area = show_area(session, visitor, area_id)
    return draw(
        request,
        "places/photos.html",
        form.status if form.errors else 200,
        photos=list_photos(session, visitor, area_id, page),
        area=area,
        form=form,
        quarter=this_quarter,
        due=area.level is Level.NEIGHBOURHOOD and (not first or first[0].quarter != this_quarter),
    )


def _map(request: Request, session: Session, visitor: Actor, area_id: UUID) -> Response:
    told = show_map(session, visitor, area_id)
    measures = measures_of(told)
    wanted = asked(MapQuery, request).shape
    measure = wanted.show if wanted and wanted.show in measures else measures[0]
    return draw(
        request,
        "places/map.html",
        told=told,
        area=told.features[0].properties,
        area_id=area_id,
        measure=measure,
        measures=measures,
        sheet=draw_sheet(told, measure),
        steps=list(Step),
        rest={one: rest_of(told, one) for one in measures},
    )


def _edit_entry(request: Request, entry: LogbookEntryOut, form: Form[Any]) -> Response:
    status = form.status if form.errors else 200
    return draw(request, "places/edit_entry.html", status, entry=entry, form=form, kinds=list(LogbookKind))


def _edit_feature(request: Request, feature: PlaceFeatureOut, form: Form[Any]) -> Response:
    status = form.status if form.errors else 200
    return draw(request, "places/edit_feature.html", status, feature=feature, form=form, kinds=list(FeatureKind))


def _edit_photo(request: Request, photo: PhotoOut, form: Form[Any]) -> Response:
    return draw(request, "places/edit_photo.html", form.status if form.errors else 200, photo=photo, form=form)


def _done(deed: Callable[..., None], *told: Any) -> bool:
    """Do a deed that leaves nothing to show."""
    deed(*told)
    return True


def _refused_map(request: Request, form: Form[Any], refusal: Invalid) -> Response:
    """Say what is wrong with the file beside its field; what is wrong in it stands in a list of its own."""
    within = [fault for fault in refusal.faults if fault.where[0] == "features"]
    form.add(*(fault for fault in refusal.faults if fault not in within))
    if within:
        form.add(Fault(("file",), "mistakes", N_("Nothing was stored. Mend what is named below, and upload it again.")))
    mistakes = [form.in_language(fault.message).format(**fault.facts) for fault in within]
    return draw(request, "places/draw.html", 400, form=form, drawn=[], mistakes=mistakes)


def _as_it_is(form: Form[Any], shown: Shape) -> Form[Any]:
    """Fill a form with what is known now."""
    known = shown.model_dump(mode="json", by_alias=False)
    form.values |= {name: value for name, value in known.items() if isinstance(value, str)}
    return form


def _wanted(query: type[Any], request: Request) -> Form[Any]:
    """Read the filters of a list; where a form was sent, there are none."""
    form = asked(query, request) if request.method == "GET" else blank(guest_of(request))
    form.prefix = "wanted"
    return form


def _within(session: Session, visitor: Actor, area_id: UUID) -> list[Choice]:
    """Return the complexes and places in an area, for what is about one of them."""
    found = list_areas(session, visitor, AreaQuery(within_id=area_id, mine=True, limit=MANY)).items
    return [(one.id, one.name) for one in found if one.level in (Level.COMPLEX, Level.PLACE) and one.id != area_id]


def _back(request: Request, session: Session, visitor: Actor, page: str, flash: str, area_id: UUID) -> Response:
    """Go back to the list of the neighbourhood, also from what is about one block in it."""
    area = show_area(session, visitor, area_id)
    around = area.parent_id if area.level in (Level.COMPLEX, Level.PLACE) else None
    inside = around is not None and around in visitor.area_ids
    return go(request, page, flash, area_id=around if inside else area.id)
