"""Reading the neighbourhood as a place, always as someone: the team in its areas; the map also as policy officer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, case, exists, false, func, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, AreaInclusion, Level
from bsa.areas.queries import lies_within
from bsa.commitments.models import Commitment
from bsa.commitments.queries import LATE, OVER
from bsa.commitments.queries import visible_to as commitments_visible_to
from bsa.errors import NotFound
from bsa.initiatives.models import Initiative, Phase
from bsa.initiatives.queries import visible_to as initiatives_visible_to
from bsa.outreach.models import Round
from bsa.outreach.queries import REMEMBERED_DAYS
from bsa.outreach.queries import visible_to as rounds_visible_to
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.places.models import AreaShape, FeatureKind, LogbookEntry, NeighbourhoodPhoto, PlaceFeature
from bsa.places.shapes import (
    LogbookEntryOut,
    LogbookQuery,
    MapCounts,
    MapFeature,
    MapOut,
    PhotoOut,
    PlaceFeatureOut,
    PlaceFeatureQuery,
)
from bsa.quarters import first_day_of, quarter_of
from bsa.questions import TODAY
from bsa.rows import ChangingRow, locked, not_stale
from bsa.shapes import Listing, Page

AREA = bindparam("area_id", type_=Uuid)
"""The place for the area of which something is listed."""

NEWEST_FACTS_FIRST = Order((col(LogbookEntry.happened_on), True), (col(LogbookEntry.id), True))
RANK = case({FeatureKind.ASSET: 0, FeatureKind.FINDING_PLACE: 1}, value=col(PlaceFeature.kind), else_=2)
ASSETS_FIRST = Order((RANK, False), (col(PlaceFeature.name), False), (col(PlaceFeature.id), False))
"""What is good here, then where people are, then what is a bother; each by name."""
NEWEST_PHOTOS_FIRST = Order((col(NeighbourhoodPhoto.quarter), True), (col(NeighbourhoodPhoto.id), True))

GOES_ON = col(Initiative.phase) != Phase.STOPPED
HERE_NOW = or_(col(PlaceFeature.ended_on).is_(None), col(PlaceFeature.ended_on) >= TODAY)

SHOWN_WITHIN: dict[Level, tuple[Level, ...]] = {
    Level.MUNICIPALITY: (Level.NEIGHBOURHOOD,),
    Level.OWN_AREA: (Level.NEIGHBOURHOOD,),
    Level.DISTRICT: (Level.NEIGHBOURHOOD,),
    Level.NEIGHBOURHOOD: (Level.COMPLEX, Level.PLACE),
    Level.COMPLEX: (),
    Level.PLACE: (),
}
"""Which areas a map shows in the one that was asked for; complexes and places are the finest there are."""

Kept = TypeVar("Kept", LogbookEntry, PlaceFeature, NeighbourhoodPhoto)


@dataclass(frozen=True, slots=True)
class Here:
    """An area as what a deed is done in: what the rules of rights look at."""

    area_id: UUID


def place_of(session: Session, actor: Actor, area_id: UUID, permission: Permission) -> Area:
    """Return an area of which the actor may do this; what lies elsewhere is not found."""
    if not allows(actor, permission, Here(area_id)):
        raise NotFound
    return session.get_one(Area, area_id)


def visible_to(actor: Actor, kind: type[Kept]) -> ColumnElement[bool]:
    """Return the condition that the actor may know of a row about a place: the team, in its own areas."""
    return col(kind.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def get_of_place(
    session: Session, actor: Actor, kind: type[Kept], key: UUID, permission: Permission, version: int | None = None
) -> Kept:
    """Return a row about a place for a deed that the actor may do to it; locked when the session writes."""
    row: Kept | None = session.scalar(
        locked(session, select(kind).where(col(kind.id) == key, visible_to(actor, kind)), kind)
    )
    if row is None:
        raise NotFound
    require(actor, permission, row)
    not_stale(row, version)
    return row


# --- logbook ----------------------------------------------------------------------------------------------------------


def list_logbook(session: Session, actor: Actor, area_id: UUID, wanted: LogbookQuery) -> Page[LogbookEntryOut]:
    """List the logbook of an area and of what lies in it, newest first."""
    area = place_of(session, actor, area_id, Permission.SEE_PLACES)
    rows, more = fetch(session, actor, wanted, _logbook, NEWEST_FACTS_FIRST, area_id=area.id)
    last = rows[-1][0] if more else None
    return Page(
        items=[_entry_out(actor, *row) for row in rows],
        next_cursor=cursor_after(last.happened_on, last.id) if last else None,
    )


def _logbook(actor: Actor, wanted: LogbookQuery) -> Select[*tuple[Any, ...]]:
    query = _with_area(LogbookEntry).where(
        visible_to(actor, LogbookEntry), lies_within(col(LogbookEntry.area_id), AREA)
    )
    if wanted.kind:
        query = query.where(col(LogbookEntry.kind) == wanted.kind)
    if wanted.from_on is not None:
        query = query.where(col(LogbookEntry.happened_on) >= wanted.from_on)
    if wanted.until_on is not None:
        query = query.where(col(LogbookEntry.happened_on) <= wanted.until_on)
    return query


def find_entry(session: Session, actor: Actor, entry_id: UUID) -> LogbookEntry:
    """Return a line of the logbook that the actor may know of."""
    return get_of_place(session, actor, LogbookEntry, entry_id, Permission.SEE_PLACES)


def show_entry(session: Session, actor: Actor, entry_id: UUID) -> LogbookEntryOut:
    """Show a line of the logbook."""
    entry = find_entry(session, actor, entry_id)
    return _entry_out(actor, entry, session.get_one(Area, entry.area_id).name)


def _entry_out(actor: Actor, entry: LogbookEntry, area_name: str) -> LogbookEntryOut:
    return LogbookEntryOut(
        **_as_resource(actor, entry, area_name),
        kind=entry.kind,
        happened_on=entry.happened_on,
        words=entry.words,
    )


# --- what the place has, suffers from, and where people are found -----------------------------------------------------


def list_features(session: Session, actor: Actor, area_id: UUID, wanted: PlaceFeatureQuery) -> Page[PlaceFeatureOut]:
    """List what an area and what lies in it has, where people are found and what is a bother: what is good first."""
    area = place_of(session, actor, area_id, Permission.SEE_PLACES)
    rows, more = fetch(session, actor, wanted, _features, ASSETS_FIRST, area_id=area.id)
    last = rows[-1][0] if more else None
    return Page(
        items=[_feature_out(actor, feature, area_name) for feature, area_name, _ in rows],
        next_cursor=cursor_after(rows[-1].rank, last.name, last.id) if last else None,
    )


def _features(actor: Actor, wanted: PlaceFeatureQuery) -> Select[*tuple[Any, ...]]:
    query = (
        _with_area(PlaceFeature)
        .add_columns(RANK.label("rank"))
        .where(visible_to(actor, PlaceFeature), lies_within(col(PlaceFeature.area_id), AREA))
    )
    if wanted.kind:
        query = query.where(col(PlaceFeature.kind) == wanted.kind)
    if wanted.here_now is not None:
        query = query.where(HERE_NOW if wanted.here_now else ~HERE_NOW)
    return query


def find_feature(session: Session, actor: Actor, feature_id: UUID) -> PlaceFeature:
    """Return something of a place that the actor may know of."""
    return get_of_place(session, actor, PlaceFeature, feature_id, Permission.SEE_PLACES)


def show_feature(session: Session, actor: Actor, feature_id: UUID) -> PlaceFeatureOut:
    """Show something of a place."""
    feature = find_feature(session, actor, feature_id)
    return _feature_out(actor, feature, session.get_one(Area, feature.area_id).name)


def _feature_out(actor: Actor, feature: PlaceFeature, area_name: str) -> PlaceFeatureOut:
    return PlaceFeatureOut(
        **_as_resource(actor, feature, area_name),
        kind=feature.kind,
        name=feature.name,
        words=feature.words,
        since_on=feature.since_on,
        ended_on=feature.ended_on,
    )


# --- the photo of a quarter -------------------------------------------------------------------------------------------


def list_photos(session: Session, actor: Actor, area_id: UUID, wanted: Listing) -> Page[PhotoOut]:
    """List the photos of the quarters, newest first."""
    area = place_of(session, actor, area_id, Permission.SEE_PLACES)
    rows, more = fetch(session, actor, wanted, _photos, NEWEST_PHOTOS_FIRST, area_id=area.id)
    last = rows[-1][0] if more else None
    return Page(
        items=[_photo_out(actor, *row) for row in rows],
        next_cursor=cursor_after(last.quarter, last.id) if last else None,
    )


def _photos(actor: Actor, wanted: Listing) -> Select[*tuple[Any, ...]]:
    within = lies_within(col(NeighbourhoodPhoto.area_id), AREA)
    return _with_area(NeighbourhoodPhoto).where(visible_to(actor, NeighbourhoodPhoto), within)


def find_photo(session: Session, actor: Actor, photo_id: UUID) -> NeighbourhoodPhoto:
    """Return the photo of a quarter that the actor may know of."""
    return get_of_place(session, actor, NeighbourhoodPhoto, photo_id, Permission.SEE_PLACES)


def show_photo(session: Session, actor: Actor, photo_id: UUID) -> PhotoOut:
    """Show the photo of a quarter."""
    photo = find_photo(session, actor, photo_id)
    return _photo_out(actor, photo, session.get_one(Area, photo.area_id).name)


def photos_due(session: Session, actor: Actor) -> list[tuple[UUID, str, date]]:
    """Return the own neighbourhoods without a photo of this quarter, when that quarter is some weeks old.

    Only where the team began with the place: a logbook, something that is there, an earlier photo. Nobody who never
    looked at this page is asked for it.
    """
    today = clock.today()
    quarter = quarter_of(today)
    begun = first_day_of(quarter)
    if not actor.of_the_team or today < begun + timedelta(days=session.info["settings"].photo_days):
        return []
    kept = [
        exists().where(lies_within(col(kind.area_id), col(Area.id)))
        for kind in (LogbookEntry, PlaceFeature, NeighbourhoodPhoto)
    ]
    taken = exists().where(col(NeighbourhoodPhoto.area_id) == Area.id, col(NeighbourhoodPhoto.quarter) == quarter)
    found = session.execute(
        select(col(Area.id), col(Area.name))
        .where(col(Area.level) == Level.NEIGHBOURHOOD, col(Area.id).in_(actor.area_ids), or_(*kept), ~taken)
        .order_by(col(Area.name))
    )
    return [(key, name, begun) for key, name in found]


def _photo_out(actor: Actor, photo: NeighbourhoodPhoto, area_name: str) -> PhotoOut:
    return PhotoOut(
        **_as_resource(actor, photo, area_name),
        quarter=photo.quarter,
        better=photo.better,
        worse=photo.worse,
        people_talk_about=photo.people_talk_about,
        next_up=photo.next_up,
        taken_on=photo.taken_on,
    )


# --- the map ----------------------------------------------------------------------------------------------------------


def show_map(session: Session, actor: Actor, area_id: UUID) -> MapOut:
    """Show what plays in an area and in each of those in it, with their outlines where there are any."""
    area = place_of(session, actor, area_id, Permission.SEE_MAP)
    inner = session.scalars(
        select(Area)
        .where(
            lies_within(col(Area.id), area.id),
            col(Area.id) != area.id,
            col(Area.level).in_(SHOWN_WITHIN[area.level]),
        )
        .order_by(col(Area.level), col(Area.name), col(Area.id))
    ).all()
    shown = [area, *inner]
    keys = [one.id for one in shown]
    outlines = _outlines(session, keys)
    of_team, since = actor.of_the_team, clock.today() - timedelta(days=REMEMBERED_DAYS)
    initiatives = _counted(session, Initiative, keys, initiatives_visible_to(actor), GOES_ON) if of_team else {}
    rounds = _counted(session, Round, keys, rounds_visible_to(actor), col(Round.held_on) > since) if of_team else {}
    promises = _promises(session, actor, keys)
    return MapOut(
        features=[
            MapFeature(
                id=one.id,
                geometry=outlines.get(one.id),
                properties=MapCounts(
                    name=one.name,
                    level=one.level,
                    whole=one is area,
                    initiatives=initiatives.get(one.id, 0) if of_team else None,
                    open_commitments=promises.get(one.id, (0, 0))[0],
                    late_commitments=promises.get(one.id, (0, 0))[1],
                    rounds=rounds.get(one.id, 0) if of_team else None,
                ),
            )
            for one in shown
        ]
    )


def _outlines(session: Session, keys: Iterable[UUID]) -> Mapping[UUID, dict[str, Any]]:
    found = session.execute(
        select(col(AreaShape.area_id), col(AreaShape.geometry)).where(col(AreaShape.area_id).in_(list(keys)))
    )
    return {key: geometry for key, geometry in found.all()}  # noqa: C416 - rows are no pairs to mypy


def _counted(
    session: Session, kind: type[Initiative] | type[Round], keys: list[UUID], *of_these: ColumnElement[bool]
) -> dict[UUID, int]:
    """Count rows for every area of the map, with what lies in it."""
    found = session.execute(
        select(col(AreaInclusion.outer_id), func.count())
        .join(kind, col(kind.area_id) == AreaInclusion.inner_id)
        .where(col(AreaInclusion.outer_id).in_(keys), *of_these)
        .group_by(col(AreaInclusion.outer_id))
    )
    return {key: number for key, number in found.all()}  # noqa: C416 - rows are no pairs to mypy


def _promises(session: Session, actor: Actor, keys: list[UUID]) -> dict[UUID, tuple[int, int]]:
    found = session.execute(
        select(col(AreaInclusion.outer_id), func.count(), func.sum(case((LATE, 1), else_=0)))
        .join(Commitment, col(Commitment.area_id) == AreaInclusion.inner_id)
        .where(and_(col(AreaInclusion.outer_id).in_(keys), commitments_visible_to(actor), ~OVER))
        .group_by(col(AreaInclusion.outer_id)),
        {"today": clock.today()},
    )
    return {key: (number, late) for key, number, late in found}


def _with_area(kind: type[Kept]) -> Select[*tuple[Any, ...]]:
    return select(kind, col(Area.name)).join(Area, col(Area.id) == kind.area_id)


def _as_resource(actor: Actor, row: ChangingRow, area_name: str) -> dict[str, Any]:
    area_id: UUID = row.area_id  # type: ignore[attr-defined]
    return {
        "id": row.id,
        "version": row.version,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "allowed_actions": [Permission.KEEP_PLACE.value] if allows(actor, Permission.KEEP_PLACE, row) else [],
        "area_id": area_id,
        "area_name": area_name,
    }
