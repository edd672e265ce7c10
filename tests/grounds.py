"""The neighbourhood as a place, in the walked installation; and outlines as an administrator would upload them."""

import json
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session

from bsa.areas.models import Level
from bsa.places.actions import draw_map, note_entry, note_feature, take_photo
from bsa.places.models import FeatureKind, LogbookKind
from bsa.places.outlines import read_outlines
from bsa.places.shapes import LogbookEntryIn, MapCounts, MapFeature, MapOut, PhotoIn, PlaceFeatureIn

from tests.cast import Cast


def keep_the_place(session: Session, cast: Cast) -> dict[str, UUID]:
    """Note a fact, something that is there and a photo of the quarter, and draw the neighbourhood."""
    me = cast.activator
    fact = LogbookEntryIn(kind=LogbookKind.SERVICE, words="De laatste supermarkt is dicht.")
    asset = PlaceFeatureIn(kind=FeatureKind.ASSET, name="Buurthuis De Wiek")
    draw_map(session, cast.admin, read_outlines(geojson(square(6.90, 52.78, code="BU0114ZZ01"))))
    return {
        "logbook_entry": note_entry(session, me, cast.here_id, fact).id,
        "place_feature": note_feature(session, me, cast.here_id, asset).id,
        "photo": take_photo(session, me, cast.here_id, PhotoIn(better="Er is licht op het achterpad")).id,
    }


def square(west: float, south: float, size: float = 0.01, **properties: Any) -> dict[str, Any]:
    """Return a feature of GeoJSON: a square."""
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def geojson(*features: Any) -> bytes:
    """Return a file with these features."""
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def a_map() -> MapOut:
    """Return a map of a neighbourhood: one block is drawn, a place is not."""
    levels = {"Buurt": Level.NEIGHBOURHOOD, "Hof": Level.COMPLEX, "Plein": Level.PLACE}
    outlines = {"Buurt": square(6.90, 52.78, 0.02), "Hof": square(6.905, 52.785, 0.005)}
    counts = {"Buurt": 6, "Hof": 2, "Plein": 1}
    return MapOut(
        features=[
            MapFeature(
                id=uuid4(),
                geometry=outlines[name]["geometry"] if name in outlines else None,
                properties=MapCounts(
                    name=name,
                    level=level,
                    whole=name == "Buurt",
                    initiatives=0,
                    open_commitments=counts[name],
                    late_commitments=0,
                    rounds=0,
                ),
            )
            for name, level in levels.items()
        ]
    )
