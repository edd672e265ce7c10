"""Deeds about the neighbourhood as a place: facts, what is there, the photo of a quarter, and outlines for the map.

Whatever was written here by mistake can be taken out altogether: it says nothing about a person, and should it do so
all the same, it must be able to go.
"""

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, Level
from bsa.areas.queries import find_area, lies_within
from bsa.errors import N_, Conflict, Fault, Invalid, invalid
from bsa.events import note
from bsa.permissions import Actor, Permission, require
from bsa.places.models import AreaShape, LogbookEntry, NeighbourhoodPhoto, PlaceFeature
from bsa.places.outlines import Drawing, Outline, fault_of
from bsa.places.queries import get_of_place, place_of
from bsa.places.shapes import (
    LogbookEntryChange,
    LogbookEntryIn,
    PhotoChange,
    PhotoIn,
    PlaceFeatureChange,
    PlaceFeatureIn,
)
from bsa.quarters import first_day_of, quarter_of
from bsa.rows import locked, not_later

PHOTO_PARTS = ("better", "worse", "people_talk_about", "next_up")
MOST_FAULTS = 100
"""So many mistakes of a file are named at once."""


def note_entry(session: Session, actor: Actor, area_id: UUID, told: LogbookEntryIn) -> LogbookEntry:
    """Note a fact in the logbook of a place."""
    entry = LogbookEntry(
        area_id=_where(session, actor, area_id, told.within_id),
        kind=told.kind,
        happened_on=not_later("happened_on", told.happened_on or clock.today()),
        words=told.words,
        entered_by_id=actor.id,
    )
    session.add(entry)
    note(session, actor, "logbook_entry.noted", entry, sort=entry.kind, happened_on=entry.happened_on)
    session.flush()
    return entry


def change_entry(
    session: Session, actor: Actor, entry_id: UUID, version: int | None, change: LogbookEntryChange
) -> LogbookEntry:
    """Change a line of the logbook."""
    entry = get_of_place(session, actor, LogbookEntry, entry_id, Permission.KEEP_PLACE, version)
    if change.happened_on is not None:
        entry.happened_on = not_later("happened_on", change.happened_on)
    entry.kind = change.kind or entry.kind
    entry.words = change.words or entry.words
    entry.touch()
    note(session, actor, "logbook_entry.changed", entry)
    session.flush()
    return entry


def remove_entry(session: Session, actor: Actor, entry_id: UUID, version: int | None) -> None:
    """Take a line out of the logbook."""
    entry = get_of_place(session, actor, LogbookEntry, entry_id, Permission.KEEP_PLACE, version)
    note(session, actor, "logbook_entry.removed", entry)
    session.delete(entry)
    session.flush()


def note_feature(session: Session, actor: Actor, area_id: UUID, told: PlaceFeatureIn) -> PlaceFeature:
    """Note something that the place has, suffers from, or where people are found."""
    feature = PlaceFeature(
        area_id=_where(session, actor, area_id, told.within_id),
        kind=told.kind,
        name=told.name,
        words=told.words,
        since_on=not_later("since_on", told.since_on or clock.today()),
    )
    session.add(feature)
    note(session, actor, "place_feature.noted", feature, sort=feature.kind)
    session.flush()
    return feature


def change_feature(
    session: Session, actor: Actor, feature_id: UUID, version: int | None, change: PlaceFeatureChange
) -> PlaceFeature:
    """Change what is known of something of the place: also that it is no longer there, or there again."""
    feature = get_of_place(session, actor, PlaceFeature, feature_id, Permission.KEEP_PLACE, version)
    for name in change.model_fields_set:
        setattr(feature, name, getattr(change, name))
    not_later("since_on", feature.since_on)
    if feature.ended_on is not None:
        _not_before(not_later("ended_on", feature.ended_on), feature.since_on)
    feature.touch()
    note(session, actor, "place_feature.changed", feature, ended_on=feature.ended_on)
    session.flush()
    return feature


def remove_feature(session: Session, actor: Actor, feature_id: UUID, version: int | None) -> None:
    """Take something out that was noted by mistake."""
    feature = get_of_place(session, actor, PlaceFeature, feature_id, Permission.KEEP_PLACE, version)
    note(session, actor, "place_feature.removed", feature)
    session.delete(feature)
    session.flush()


def take_photo(session: Session, actor: Actor, area_id: UUID, told: PhotoIn) -> NeighbourhoodPhoto:
    """Write down what changed in a neighbourhood in a quarter, once."""
    area = place_of(session, actor, area_id, Permission.KEEP_PLACE)
    if area.level is not Level.NEIGHBOURHOOD:
        raise Conflict(N_("A photo is of a whole neighbourhood."))
    quarter = told.quarter or quarter_of(clock.today())
    if first_day_of(quarter) > clock.today():
        raise invalid("quarter", "in_future", "This quarter has not begun yet.")
    # One after the other: two at the same moment would both find none.
    session.scalar(locked(session, select(Area).where(col(Area.id) == area.id), Area))
    same = select(col(NeighbourhoodPhoto.id)).where(
        col(NeighbourhoodPhoto.area_id) == area.id, col(NeighbourhoodPhoto.quarter) == quarter
    )
    if session.scalar(same) is not None:
        raise Conflict(N_("There is a photo of this quarter already. Add to that one."))
    photo = NeighbourhoodPhoto(
        area_id=area.id,
        quarter=quarter,
        taken_on=clock.today(),
        entered_by_id=actor.id,
        **{part: getattr(told, part) for part in PHOTO_PARTS},
    )
    session.add(photo)
    note(session, actor, "neighbourhood_photo.taken", photo)
    session.flush()
    return photo


def change_photo(
    session: Session, actor: Actor, photo_id: UUID, version: int | None, change: PhotoChange
) -> NeighbourhoodPhoto:
    """Change the photo of a quarter; something is left in it."""
    photo = get_of_place(session, actor, NeighbourhoodPhoto, photo_id, Permission.KEEP_PLACE, version)
    for part in change.model_fields_set:
        setattr(photo, part, getattr(change, part))
    if not any(getattr(photo, part) for part in PHOTO_PARTS):
        raise invalid("better", "required", "Write something in one of the four; one sentence is enough.")
    photo.touch()
    note(session, actor, "neighbourhood_photo.changed", photo)
    session.flush()
    return photo


def draw_map(session: Session, actor: Actor | None, drawing: Drawing) -> list[Area]:
    """Take over the outlines of a file: all of them, or none and every mistake; `actor` is None for the command line.

    An area that had an outline gets the new one; areas that the file does not name keep theirs.
    """
    if actor is not None:
        require(actor, Permission.DRAW_MAP)
    faults, found = list(drawing.faults), {}
    for outline in drawing.outlines:
        areas = _named(session, outline)
        if len(areas) == 1:
            found[outline.number] = areas[0]
        else:
            faults.append(_not_found(outline, areas))
    times = Counter(area.id for area in found.values())
    faults += [
        fault_of(number, "twice", N_("Feature {number}: {area} is in this file more than once."), area=area.name)
        for number, area in found.items()
        if times[area.id] > 1
    ]
    if faults:
        raise Invalid(*sorted(faults, key=lambda fault: int(fault.facts.get("number", 0)))[:MOST_FAULTS])
    drawn = [found[outline.number] for outline in drawing.outlines]
    before = session.scalars(select(AreaShape).where(col(AreaShape.area_id).in_([area.id for area in drawn])))
    there = {shape.area_id: shape for shape in before}
    for outline, area in zip(drawing.outlines, drawn, strict=True):
        shape = there.get(area.id) or AreaShape(area_id=area.id)
        shape.geometry, shape.uploaded_by_id = outline.geometry, actor.id if actor else None
        session.add(shape)
        note(session, actor, "area_shape.drawn", shape)
    session.flush()
    return drawn


def _where(session: Session, actor: Actor, area_id: UUID, within_id: UUID | None) -> UUID:
    """Return the area that something is about: the one of the path, or a complex or place in it."""
    area = place_of(session, actor, area_id, Permission.KEEP_PLACE)
    if area.level in (Level.MUNICIPALITY, Level.DISTRICT, Level.OWN_AREA) and within_id is None:
        raise invalid("within_id", "too_large", "Choose a neighbourhood, or a complex or place in it.")
    if within_id is None:
        return area.id
    within = find_area(session, actor, within_id, at="within_id")
    inside = select(col(Area.id)).where(col(Area.id) == within.id, lies_within(col(Area.id), area.id))
    if session.scalar(inside) is None:
        raise invalid("within_id", "elsewhere", "Choose a complex or place in this neighbourhood.")
    return within.id


def _not_before(day: date, first: date) -> None:
    if day < first:
        raise invalid("ended_on", "before_begin", "The last day lies before the first.")


def _named(session: Session, outline: Outline) -> list[Area]:
    """Return the areas that a feature may mean: by code those of the latest division, by name all of that name."""
    if outline.code is not None:
        same_code = select(Area).where(col(Area.code) == outline.code)
        found = session.scalars(same_code.order_by(col(Area.division_year).desc()).limit(1)).all()
        if found or outline.name is None:
            return list(found)
    query = select(Area).where(col(Area.name) == outline.name)
    if outline.within is not None:
        around = select(col(Area.id)).where((col(Area.code) == outline.within) | (col(Area.name) == outline.within))
        query = query.where(col(Area.parent_id).in_(around))
    return list(session.scalars(query.limit(2)))


def _not_found(outline: Outline, areas: list[Area]) -> Fault:
    if areas:
        return fault_of(
            outline.number,
            "ambiguous",
            N_("Feature {number}: there is more than one area with this name. Say in which it lies: property within."),
        )
    return fault_of(
        outline.number, "unknown", N_("Feature {number}: there is no such area. Record it first, or use its code.")
    )
