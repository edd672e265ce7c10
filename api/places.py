"""The neighbourhood as a place: its logbook, what it has, the photo of each quarter, and the map."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from api.answers import AnsweringRoute, found_at
from api.dependencies import (
    Caller,
    Reading,
    SeenVersion,
    SentKey,
    Session,
    Writing,
    WritingCaller,
    content_of,
    database,
    known,
    needs,
)
from bsa.permissions import Actor, Permission, require
from bsa.places import actions, queries
from bsa.places.outlines import LARGEST_MAP, Drawing, read_outlines
from bsa.places.shapes import (
    DrawnOut,
    LogbookEntryChange,
    LogbookEntryIn,
    LogbookEntryOut,
    LogbookQuery,
    MapOut,
    PhotoChange,
    PhotoIn,
    PhotoOut,
    PlaceFeatureChange,
    PlaceFeatureIn,
    PlaceFeatureOut,
    PlaceFeatureQuery,
)
from bsa.sendings import once
from bsa.shapes import Listing, Page

of_area = APIRouter(prefix="/areas", tags=["places"], route_class=AnsweringRoute)
logbook = APIRouter(prefix="/logbook-entries", tags=["places"], route_class=AnsweringRoute)
features = APIRouter(prefix="/place-features", tags=["places"], route_class=AnsweringRoute)
photos = APIRouter(prefix="/photos", tags=["places"], route_class=AnsweringRoute)


class MapRoute(AnsweringRoute):
    """A route that takes a whole map; of nobody, nothing is read."""

    async def receive(self, request: Request) -> None:
        """Read what was sent, when somebody says who they are."""
        if "authorization" in request.headers:
            await super().receive(request)


outlines = APIRouter(prefix="/area-shapes", tags=["places"], route_class=MapRoute)

GEOJSON: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "features"],
                    "description": "A GeoJSON FeatureCollection of at most 5 MB, in WGS 84 or in the Dutch grid (RD): "
                    "polygons of which the properties hold the `code` of an area or its `name`, and perhaps `within`. "
                    "When something in it is wrong, nothing is stored.",
                    "properties": {
                        "type": {"const": "FeatureCollection"},
                        "features": {"type": "array", "items": {"type": "object"}},
                    },
                }
            }
        },
    }
}


async def sent_drawing(request: Request) -> Drawing:
    """Read the outlines that were sent, after it was asked who sends them; before a session that writes is opened."""
    with database(request).reading() as session:
        actor = known(request, session)
        may_draw(session, actor)
    return read_outlines(await request.body())


def may_draw(session: Session, caller: Actor) -> None:
    """Refuse whoever may draw no map, before what was sent is read."""
    require(caller, Permission.DRAW_MAP)


SentDrawing = Annotated[Drawing, Depends(sent_drawing)]


# --- logbook ----------------------------------------------------------------------------------------------------------


@of_area.get("/{area_id}/logbook-entries")
@needs(Permission.SEE_PLACES)
def list_logbook(
    session: Reading, caller: Caller, area_id: UUID, wanted: Annotated[LogbookQuery, Query()]
) -> Page[LogbookEntryOut]:
    """List the logbook of an area and of what lies in it, newest first."""
    return queries.list_logbook(session, caller, area_id, wanted)


@of_area.post("/{area_id}/logbook-entries", status_code=201)
@found_at("/logbook-entries")
@needs(Permission.KEEP_PLACE)
def note_entry(
    session: Writing, caller: WritingCaller, area_id: UUID, told: LogbookEntryIn, key: SentKey = None
) -> LogbookEntryOut:
    """Note a fact in the logbook of a place: no names, nothing about persons."""
    entry = once(
        session,
        caller,
        key,
        content_of("logbook", area_id, told),
        lambda: actions.note_entry(session, caller, area_id, told),
        lambda entry_id: queries.find_entry(session, caller, entry_id),
    )
    return queries.show_entry(session, caller, entry.id)


@logbook.get("/{entry_id}")
@needs(Permission.SEE_PLACES)
def show_entry(session: Reading, caller: Caller, entry_id: UUID) -> LogbookEntryOut:
    """Show a line of the logbook."""
    return queries.show_entry(session, caller, entry_id)


@logbook.patch("/{entry_id}")
@needs(Permission.KEEP_PLACE)
def change_entry(
    session: Writing, caller: WritingCaller, entry_id: UUID, version: SeenVersion, change: LogbookEntryChange
) -> LogbookEntryOut:
    """Change a line of the logbook."""
    actions.change_entry(session, caller, entry_id, version, change)
    return queries.show_entry(session, caller, entry_id)


@logbook.delete("/{entry_id}", status_code=204)
@needs(Permission.KEEP_PLACE)
def remove_entry(session: Writing, caller: WritingCaller, entry_id: UUID, version: SeenVersion) -> None:
    """Take a line out of the logbook."""
    actions.remove_entry(session, caller, entry_id, version)


# --- what the place has, suffers from, and where people are found -----------------------------------------------------


@of_area.get("/{area_id}/place-features")
@needs(Permission.SEE_PLACES)
def list_features(
    session: Reading, caller: Caller, area_id: UUID, wanted: Annotated[PlaceFeatureQuery, Query()]
) -> Page[PlaceFeatureOut]:
    """List what an area has, where people are found and what is a bother: what is good first."""
    return queries.list_features(session, caller, area_id, wanted)


@of_area.post("/{area_id}/place-features", status_code=201)
@found_at("/place-features")
@needs(Permission.KEEP_PLACE)
def note_feature(
    session: Writing, caller: WritingCaller, area_id: UUID, told: PlaceFeatureIn, key: SentKey = None
) -> PlaceFeatureOut:
    """Note something that the place has, suffers from, or where people are found."""
    feature = once(
        session,
        caller,
        key,
        content_of("place-feature", area_id, told),
        lambda: actions.note_feature(session, caller, area_id, told),
        lambda feature_id: queries.find_feature(session, caller, feature_id),
    )
    return queries.show_feature(session, caller, feature.id)


@features.get("/{feature_id}")
@needs(Permission.SEE_PLACES)
def show_feature(session: Reading, caller: Caller, feature_id: UUID) -> PlaceFeatureOut:
    """Show something of a place."""
    return queries.show_feature(session, caller, feature_id)


@features.patch("/{feature_id}")
@needs(Permission.KEEP_PLACE)
def change_feature(
    session: Writing, caller: WritingCaller, feature_id: UUID, version: SeenVersion, change: PlaceFeatureChange
) -> PlaceFeatureOut:
    """Change what is known of something of the place: also that it is no longer there, or there again."""
    actions.change_feature(session, caller, feature_id, version, change)
    return queries.show_feature(session, caller, feature_id)


@features.delete("/{feature_id}", status_code=204)
@needs(Permission.KEEP_PLACE)
def remove_feature(session: Writing, caller: WritingCaller, feature_id: UUID, version: SeenVersion) -> None:
    """Take something out that was noted by mistake."""
    actions.remove_feature(session, caller, feature_id, version)


# --- the photo of a quarter -------------------------------------------------------------------------------------------


@of_area.get("/{area_id}/photos")
@needs(Permission.SEE_PLACES)
def list_photos(session: Reading, caller: Caller, area_id: UUID, wanted: Annotated[Listing, Query()]) -> Page[PhotoOut]:
    """List the photos of the quarters, newest first: what changed, in words."""
    return queries.list_photos(session, caller, area_id, wanted)


@of_area.post("/{area_id}/photos", status_code=201)
@found_at("/photos")
@needs(Permission.KEEP_PLACE)
def take_photo(session: Writing, caller: WritingCaller, area_id: UUID, told: PhotoIn, key: SentKey = None) -> PhotoOut:
    """Write down what changed in a neighbourhood in a quarter, once."""
    photo = once(
        session,
        caller,
        key,
        content_of("photo", area_id, told),
        lambda: actions.take_photo(session, caller, area_id, told),
        lambda photo_id: queries.find_photo(session, caller, photo_id),
    )
    return queries.show_photo(session, caller, photo.id)


@photos.get("/{photo_id}")
@needs(Permission.SEE_PLACES)
def show_photo(session: Reading, caller: Caller, photo_id: UUID) -> PhotoOut:
    """Show the photo of a quarter."""
    return queries.show_photo(session, caller, photo_id)


@photos.patch("/{photo_id}")
@needs(Permission.KEEP_PLACE)
def change_photo(
    session: Writing, caller: WritingCaller, photo_id: UUID, version: SeenVersion, change: PhotoChange
) -> PhotoOut:
    """Change the photo of a quarter."""
    actions.change_photo(session, caller, photo_id, version, change)
    return queries.show_photo(session, caller, photo_id)


# --- the map ----------------------------------------------------------------------------------------------------------


@of_area.get("/{area_id}/map")
@needs(Permission.SEE_MAP)
def show_map(session: Reading, caller: Caller, area_id: UUID) -> MapOut:
    """Show what plays in an area and in each of those in it, as GeoJSON; complexes are the finest there are."""
    return queries.show_map(session, caller, area_id)


@outlines.post("", status_code=201, max_body_size=LARGEST_MAP, openapi_extra=GEOJSON)
@needs(Permission.DRAW_MAP)
def draw_map(drawing: SentDrawing, session: Writing, caller: WritingCaller) -> DrawnOut:
    """Take over the outlines of areas from GeoJSON: all of them, or none and every mistake."""
    return DrawnOut(areas=[area.name for area in actions.draw_map(session, caller, drawing)])
