"""The neighbourhood as a place: facts, what is there, the photo of a quarter, and a map that never shows a door."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.outreach.actions import start_round
from bsa.outreach.shapes import RoundIn
from bsa.permissions import Actor
from bsa.places.actions import (
    change_entry,
    change_feature,
    change_photo,
    draw_map,
    note_entry,
    note_feature,
    remove_entry,
    remove_feature,
    take_photo,
)
from bsa.places.models import AreaShape, FeatureKind, LogbookKind
from bsa.places.outlines import LARGEST_MAP, MOST_KEPT, area_of, from_rd, read_outlines
from bsa.places.queries import list_features, list_logbook, list_photos, show_entry, show_feature, show_map, show_photo
from bsa.places.shapes import (
    LogbookEntryChange,
    LogbookEntryIn,
    LogbookQuery,
    MapCounts,
    Measure,
    PhotoChange,
    PhotoIn,
    PlaceFeatureChange,
    PlaceFeatureIn,
    PlaceFeatureQuery,
)
from bsa.quarters import first_day_of, quarter_of
from bsa.reminders.models import ReminderKind
from bsa.reminders.queries import reminders
from bsa.reminders.shapes import ReminderOut, ReminderQuery
from bsa.shapes import Listing

from tests.cast import NOW, Cast
from tests.grounds import geojson, square
from tests.line import walk_the_line

TODAY = NOW.date()
FACT = LogbookEntryIn(kind=LogbookKind.SERVICE, words="De supermarkt is dicht.")
ASSET = PlaceFeatureIn(kind=FeatureKind.ASSET, name="Buurthuis De Wiek")
OUTSIDERS = ("stranger", "corporation", "policy", "privacy", "admin")


def a_complex(session: Session, cast: Cast, name: str = "Molenstraat") -> UUID:
    """Record a block in the neighbourhood, in reach of the team here."""
    block = record_area(session, None, AreaIn(level=Level.COMPLEX, name=name, parent_id=cast.here_id)).id
    for who in ("activator", "colleague", "teamleader"):
        cast.actors[who] = replace(cast.actors[who], area_ids=cast.actors[who].area_ids | {block})
    return block


def events(session: Session, like: str) -> list[str]:
    return list(session.scalars(select(Event.kind).where(col(Event.kind).like(f"{like}.%")).order_by(col(Event.id))))


def due(session: Session, actor: Actor) -> list[ReminderOut]:
    found = reminders(session, actor, ReminderQuery(whole=True)).items
    return [one for one in found if one.kind is ReminderKind.PHOTO_DUE]


def codes(content: bytes) -> list[tuple[Any, str]]:
    return [(fault.facts.get("number"), fault.code) for fault in read_outlines(content).faults]


# --- logbook ----------------------------------------------------------------------------------------------------------


def test_a_fact_is_noted_changed_and_can_go_altogether(session: Session, cast: Cast) -> None:
    entry = note_entry(session, cast.activator, cast.here_id, FACT)
    assert (entry.happened_on, entry.entered_by_id) == (TODAY, cast.activator.id)

    changed = LogbookEntryChange(kind=LogbookKind.WORKS, happened_on=TODAY - timedelta(days=1))
    change_entry(session, cast.colleague, entry.id, entry.version, changed)
    told = show_entry(session, cast.teamleader, entry.id)
    assert (told.kind, told.words, told.area_name) == (LogbookKind.WORKS, FACT.words, "Oude Molenbuurt")
    assert told.allowed_actions == ["keep_place"]
    with pytest.raises(Stale):
        remove_entry(session, cast.activator, entry.id, entry.version - 1)

    remove_entry(session, cast.activator, entry.id, entry.version)
    assert list_logbook(session, cast.activator, cast.here_id, LogbookQuery()).items == []
    assert events(session, "logbook_entry") == [
        "logbook_entry.noted",
        "logbook_entry.changed",
        "logbook_entry.removed",
    ]


def test_a_fact_may_be_about_one_block_and_is_found_from_the_neighbourhood(session: Session, cast: Cast) -> None:
    block = a_complex(session, cast)
    note_entry(session, cast.activator, cast.here_id, FACT.model_copy(update={"within_id": block}))
    note_entry(session, cast.activator, cast.here_id, FACT)

    assert len(list_logbook(session, cast.activator, cast.here_id, LogbookQuery()).items) == 2
    assert [one.area_name for one in list_logbook(session, cast.activator, block, LogbookQuery()).items] == [
        "Molenstraat"
    ]


def test_what_is_elsewhere_or_still_to_come_is_refused(session: Session, cast: Cast) -> None:
    for wrong, at in (
        ({"within_id": cast.there_id}, "within_id"),
        ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
    ):
        with pytest.raises(Invalid) as refused:
            note_entry(session, cast.activator, cast.here_id, FACT.model_copy(update=wrong))
        assert [fault.where for fault in refused.value.faults] == [(at,)]
    with pytest.raises(ValidationError, match="BSN"):
        LogbookEntryIn(kind=LogbookKind.RULE, words="Meneer met 123456782 klaagt")


@pytest.mark.parametrize("who", OUTSIDERS)
def test_outside_the_team_of_the_area_nobody_knows_of_the_place(session: Session, cast: Cast, who: str) -> None:
    actor = cast.actors[who]
    entry = note_entry(session, cast.activator, cast.here_id, FACT)
    feature = note_feature(session, cast.activator, cast.here_id, ASSET)
    photo = take_photo(session, cast.activator, cast.here_id, PhotoIn(better="Licht"))

    for ask in (
        lambda: list_logbook(session, actor, cast.here_id, LogbookQuery()),
        lambda: list_features(session, actor, cast.here_id, PlaceFeatureQuery()),
        lambda: list_photos(session, actor, cast.here_id, Listing()),
        lambda: show_entry(session, actor, entry.id),
        lambda: show_feature(session, actor, feature.id),
        lambda: show_photo(session, actor, photo.id),
        lambda: note_entry(session, actor, cast.here_id, FACT),
        lambda: remove_feature(session, actor, feature.id, None),
    ):
        with pytest.raises(NotFound):
            ask()


def test_the_logbook_is_filtered_and_comes_in_pages(session: Session, cast: Cast) -> None:
    for days, kind in ((0, "works"), (3, "rule"), (9, "works")):
        told = LogbookEntryIn(kind=LogbookKind(kind), words="x", happened_on=TODAY - timedelta(days=days))
        note_entry(session, cast.activator, cast.here_id, told)

    first = list_logbook(session, cast.activator, cast.here_id, LogbookQuery(limit=2))
    rest = list_logbook(session, cast.activator, cast.here_id, LogbookQuery(cursor=first.next_cursor))
    assert [(TODAY - one.happened_on).days for one in [*first.items, *rest.items]] == [0, 3, 9]

    wanted = LogbookQuery(kind=LogbookKind.WORKS, from_on=TODAY - timedelta(days=5), until_on=TODAY)
    assert len(list_logbook(session, cast.activator, cast.here_id, wanted).items) == 1


# --- what is there ----------------------------------------------------------------------------------------------------


def test_what_is_there_ends_comes_back_and_can_go_altogether(session: Session, cast: Cast) -> None:
    feature = note_feature(session, cast.activator, cast.here_id, ASSET)
    over = PlaceFeatureChange(ended_on=TODAY - timedelta(days=1), since_on=TODAY - timedelta(days=9))
    change_feature(session, cast.activator, feature.id, feature.version, over)
    here = PlaceFeatureQuery(here_now=True)
    assert list_features(session, cast.activator, cast.here_id, here).items == []
    gone = list_features(session, cast.activator, cast.here_id, PlaceFeatureQuery(here_now=False))
    assert [one.name for one in gone.items] == ["Buurthuis De Wiek"]

    change_feature(session, cast.activator, feature.id, feature.version, PlaceFeatureChange(ended_on=None))
    assert len(list_features(session, cast.activator, cast.here_id, here).items) == 1
    nuisance = PlaceFeatureQuery(kind=FeatureKind.NUISANCE)
    assert list_features(session, cast.activator, cast.here_id, nuisance).items == []

    backwards = PlaceFeatureChange(ended_on=TODAY - timedelta(days=30))
    with pytest.raises(Invalid):
        change_feature(session, cast.activator, feature.id, None, backwards)
    with pytest.raises(ValidationError):
        PlaceFeatureChange(name=None)
    remove_feature(session, cast.activator, feature.id, None)
    assert events(session, "place_feature")[-1] == "place_feature.removed"


def test_what_is_good_comes_first_also_over_pages(session: Session, cast: Cast) -> None:
    for name, kind in (("Afval", "nuisance"), ("Bankje", "finding_place"), ("Zwembad", "asset"), ("Tuin", "asset")):
        note_feature(session, cast.activator, cast.here_id, PlaceFeatureIn(kind=FeatureKind(kind), name=name))

    found, wanted = [], PlaceFeatureQuery(limit=1)
    for _ in range(4):
        page = list_features(session, cast.activator, cast.here_id, wanted)
        found += [one.name for one in page.items]
        wanted = PlaceFeatureQuery(limit=1, cursor=page.next_cursor)
    assert found == ["Tuin", "Zwembad", "Bankje", "Afval"]


# --- the photo of a quarter -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "quarter", "begins"),
    [
        (date(2026, 1, 1), "2026-Q1", date(2026, 1, 1)),
        (date(2026, 3, 31), "2026-Q1", date(2026, 1, 1)),
        (date(2026, 4, 1), "2026-Q2", date(2026, 4, 1)),
        (date(2026, 12, 31), "2026-Q4", date(2026, 10, 1)),
    ],
)
def test_a_day_lies_in_its_quarter(day: date, quarter: str, begins: date) -> None:
    assert (quarter_of(day), first_day_of(quarter)) == (quarter, begins)


def test_a_photo_is_taken_once_a_quarter_and_added_to(session: Session, cast: Cast) -> None:
    photo = take_photo(session, cast.activator, cast.here_id, PhotoIn(better="Licht op het pad"))
    assert photo.quarter == "2026-Q1"
    with pytest.raises(Conflict):
        take_photo(session, cast.colleague, cast.here_id, PhotoIn(worse="Vocht"))

    change_photo(session, cast.colleague, photo.id, photo.version, PhotoChange(worse="Vocht"))
    assert (photo.better, photo.worse) == ("Licht op het pad", "Vocht")
    with pytest.raises(Invalid):
        change_photo(session, cast.activator, photo.id, None, PhotoChange(better=None, worse=None))
    take_photo(session, cast.activator, cast.here_id, PhotoIn(quarter="2025-Q4", worse="Donker"))
    told = list_photos(session, cast.teamleader, cast.here_id, Listing()).items
    assert [one.quarter for one in told] == ["2026-Q1", "2025-Q4"]


def test_a_photo_says_something_of_a_neighbourhood_in_a_quarter_that_began(session: Session, cast: Cast) -> None:
    with pytest.raises(ValidationError, match="one sentence"):
        PhotoIn()
    with pytest.raises(Invalid):
        take_photo(session, cast.activator, cast.here_id, PhotoIn(quarter="2026-Q2", better="x"))
    block = a_complex(session, cast)
    with pytest.raises(Conflict):
        take_photo(session, cast.activator, block, PhotoIn(better="x"))


def test_the_team_is_reminded_of_a_photo_only_where_it_keeps_the_place(session: Session, cast: Cast) -> None:
    assert due(session, cast.activator) == []
    note_entry(session, cast.activator, cast.here_id, FACT)
    (line,) = due(session, cast.activator)
    assert (line.subject, line.opens, line.opens_id) == ("Oude Molenbuurt", "areas", cast.here_id)
    assert (due(session, cast.teamleader)[0].count, due(session, cast.stranger)) == (1, [])

    take_photo(session, cast.colleague, cast.here_id, PhotoIn(better="Licht"))
    assert due(session, cast.activator) == []
    with clock.standing_at(NOW.replace(month=4, day=21)):
        assert due(session, cast.activator) == []
    with clock.standing_at(NOW.replace(month=4, day=22)):
        assert len(due(session, cast.activator)) == 1


# --- the map ----------------------------------------------------------------------------------------------------------


def test_a_map_counts_what_people_do_and_what_was_promised(session: Session, cast: Cast) -> None:
    walk_the_line(session, cast, due_on=TODAY)
    block = a_complex(session, cast)
    start_round(session, cast.activator, RoundIn(area_id=cast.here_id, where="Molenstraat"))

    with clock.standing_at(NOW + timedelta(days=3)):
        whole, part = show_map(session, cast.activator, cast.here_id).features
    counts = (whole.properties.initiatives, whole.properties.open_commitments, whole.properties.late_commitments)
    assert (whole.id, whole.properties.whole, counts, whole.properties.rounds) == (cast.here_id, True, (1, 1, 1), 1)
    assert (part.id, part.properties.level, part.properties.initiatives) == (block, Level.COMPLEX, 0)
    with clock.standing_at(NOW + timedelta(days=120)):
        assert show_map(session, cast.activator, cast.here_id).features[0].properties.rounds == 0


def test_a_map_knows_nothing_of_residents_or_nuisances() -> None:
    assert set(Measure) == {"initiatives", "open_commitments", "late_commitments", "rounds"}
    assert set(MapCounts.model_fields) == {"name", "level", "whole", *Measure}


def test_the_municipality_sees_on_the_map_what_was_published_and_no_more(session: Session, cast: Cast) -> None:
    line = walk_the_line(session, cast, due_on=TODAY + timedelta(days=9))
    before = show_map(session, cast.policy, cast.municipality_id).features
    assert [one.properties.name for one in before] == ["Emmen", "Nieuwe Veenbuurt", "Oude Molenbuurt"]
    assert {one.properties.open_commitments for one in before} == {0}
    assert {(one.properties.initiatives, one.properties.rounds) for one in before} == {(None, None)}

    published = {"kind": "published", "visibility": "public", "previewed": True, "happened_on": TODAY}
    version = session.get_one(Commitment, line.commitment_id).version
    shown = CommitmentEventIn.model_validate(published)
    enter_event(session, cast.activator, line.commitment_id, version, shown)
    told = show_map(session, cast.policy, cast.municipality_id).features
    assert [one.properties.open_commitments for one in told] == [1, 0, 1]
    for who in ("stranger", "corporation", "privacy", "admin"):
        with pytest.raises(NotFound):
            show_map(session, cast.actors[who], cast.here_id)


def test_outlines_are_taken_over_by_code_and_by_name_and_drawn_anew(session: Session, cast: Cast) -> None:
    a_complex(session, cast)
    by_code, by_name = square(6.90, 52.78, buurtcode="BU0114ZZ01"), square(6.901, 52.781, 0.002, naam="Molenstraat")
    drawn = draw_map(session, cast.admin, read_outlines(geojson(by_code, by_name)))
    assert [area.name for area in drawn] == ["Oude Molenbuurt", "Molenstraat"]

    draw_map(session, None, read_outlines(geojson(square(6.95, 52.78, code="BU0114ZZ01"))))
    geometries = [one.geometry for one in show_map(session, cast.activator, cast.here_id).features]
    assert geometries[1]
    assert geometries[0]
    assert geometries[0]["coordinates"][0][0] == [6.95, 52.78]
    assert len(session.scalars(select(AreaShape)).all()) == 2
    assert events(session, "area_shape") == ["area_shape.drawn"] * 3


def test_every_mistake_in_a_file_is_named_and_nothing_is_stored(session: Session, cast: Cast) -> None:
    for parent in (cast.here_id, cast.there_id):
        record_area(session, None, AreaIn(level=Level.COMPLEX, name="Hof", parent_id=parent))
    point = {"type": "Feature", "properties": {"name": "Hof"}, "geometry": {"type": "Point", "coordinates": [6.9, 52]}}
    content = geojson(
        square(6.90, 52.78, code="BU0114ZZ01"),
        point,
        square(6.90, 52.78, name="Nergens"),
        square(6.90, 52.78, name="Hof"),
        square(6.90, 52.78, name="Hof", within="Oude Molenbuurt"),
        square(6.92, 52.78, code="BU0114ZZ01"),
    )
    with pytest.raises(Invalid) as refused:
        draw_map(session, cast.admin, read_outlines(content))

    assert [(fault.facts["number"], fault.code) for fault in refused.value.faults] == [
        ("1", "twice"),
        ("2", "not_a_polygon"),
        ("3", "unknown"),
        ("4", "ambiguous"),
        ("6", "twice"),
    ]
    assert session.scalars(select(AreaShape)).all() == []


@pytest.mark.parametrize("who", ["activator", "teamleader", "policy", "privacy", "corporation"])
def test_only_an_administrator_draws_the_map(session: Session, cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        draw_map(session, cast.actors[who], read_outlines(geojson(square(6.9, 52.78, code="BU0114ZZ01"))))


# --- reading outlines -------------------------------------------------------------------------------------------------


def shaped(kind: str, coordinates: Any) -> bytes:
    geometry = {"type": kind, "coordinates": coordinates}
    return geojson({"type": "Feature", "properties": {"name": "Hof"}, "geometry": geometry})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "json"),
        (b"\xff\xfe", "json"),
        (b"[" * 100_000, "json"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "json"),
        (b"9" * 10_000, "json"),
        (b"[]", "collection"),
        (b'{"type": "Feature"}', "collection"),
        (b'{"type": "FeatureCollection", "features": {}}', "collection"),
        (geojson(), "empty"),
        (geojson(*[None] * 2001), "too_many"),
        (b" " * (LARGEST_MAP + 1), "too_large"),
        (geojson(None), "feature"),
        (geojson({"type": "Feature", "geometry": None, "properties": None}), "unnamed"),
        (geojson({"type": "Feature", "geometry": None, "properties": {"name": "Hof"}}), "not_a_polygon"),
        (shaped("LineString", [[6.9, 52.7], [6.8, 52.7]]), "not_a_polygon"),
        (shaped("Polygon", []), "coordinates"),
        (shaped("Polygon", [[[6.9, 52.7], [6.8, 52.7], [6.8, 52.6]]]), "ring"),
        (shaped("Polygon", [[[6.9, 52.7], [6.8, 52.7], [6.8, 52.6], [6.9, 52.6]]]), "ring"),
        (shaped("Polygon", [[[6.9, "52.7"]] * 4]), "coordinates"),
        (shaped("Polygon", [[[6.9, True]] * 4]), "coordinates"),
        (shaped("Polygon", [[[6.9, 10**400]] * 4]), "coordinates"),
        (shaped("MultiPolygon", [[[[52.7, 6.9], [52.8, 6.9], [52.8, 6.8], [52.7, 6.9]]]]), "elsewhere"),
        (geojson(square(6.9, 52.7, 0.0001, name="Nummer 14")), "too_small"),
        (shaped("Polygon", [[[6.9, 52.7]] * 20_001]), "too_fine"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_map_is_refused_with_the_reason(content: bytes, code: str) -> None:
    assert [found for _, found in codes(content)] == [code]


def test_a_file_in_the_dutch_grid_is_kept_in_degrees(session: Session, cast: Cast) -> None:
    ring = [[257_000, 533_000], [258_000, 533_000], [258_000, 534_000], [257_000, 534_000], [257_000, 533_000]]
    (outline,) = read_outlines(shaped("Polygon", [ring])).outlines
    west, south = outline.geometry["coordinates"][0][0]

    assert (round(west, 2), round(south, 2)) == (6.9, 52.77)
    assert abs(area_of([(x, y) for x, y in outline.geometry["coordinates"][0]]) - 1_000_000) < 5_000
    assert from_rd(155_000, 463_000) == (5.38720621, 52.15517440)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.002, 0.02), min_size=8, max_size=600))
def test_an_outline_stays_closed_and_small_whatever_its_form(far: list[float]) -> None:
    from math import cos, pi, sin

    around = [2 * pi * number / len(far) for number in range(len(far))]
    ring = [[6.9 + size * cos(turn), 52.8 + size * sin(turn)] for size, turn in zip(far, around, strict=True)]
    drawing = read_outlines(shaped("Polygon", [[*ring, ring[0]]]))

    assert drawing.faults == []
    kept = drawing.outlines[0].geometry["coordinates"][0]
    assert kept[0] == kept[-1]
    assert 4 <= len(kept) <= MOST_KEPT + 1


def test_what_a_file_says_more_is_not_kept() -> None:
    feature = square(6.9, 52.78, code="BU0114ZZ01", inwoners=12, contact="Jan")
    (outline,) = read_outlines(geojson(feature)).outlines
    kept = json.dumps(outline.geometry)
    assert "Jan" not in kept
    assert "12" not in _texts(outline.geometry)


def _texts(geometry: dict[str, Any]) -> Iterable[str]:
    return [value for value in geometry.values() if isinstance(value, str)]
