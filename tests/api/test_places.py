"""The neighbourhood as a place over JSON: headers, keys of a sender's own, and a body limit for one route only."""

import json

from api.bodies import LARGEST_BODY
from bsa.places.outlines import LARGEST_MAP

from tests.api.conftest import ClientOf
from tests.cast import Cast
from tests.grounds import geojson, square

JSON = {"Content-Type": "application/json"}
FACT = {"kind": "service", "words": "De supermarkt is dicht."}


def test_a_fact_is_noted_once_for_a_key_and_found_where_the_answer_says(client_of: ClientOf, cast: Cast) -> None:
    client, path = client_of("activator"), f"/areas/{cast.here_id}/logbook-entries"
    first, again = (client.post(path, json=FACT, headers={"Idempotency-Key": "k1"}) for _ in range(2))

    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["location"].endswith(f"/logbook-entries/{first.json()['id']}")
    found = client.get(f"/logbook-entries/{first.json()['id']}")
    assert (found.headers["etag"][:3], found.json()["allowedActions"]) == ('"1.', ["keep_place"])
    assert len(client.get(path).json()["items"]) == 1
    other = client.post(path, json=FACT | {"words": "Anders"}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422


def test_a_line_is_changed_and_removed_by_its_version(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    key = client.post(f"/areas/{cast.here_id}/logbook-entries", json=FACT).json()["id"]

    assert client.patch(f"/logbook-entries/{key}", json={"words": None}, headers={"If-Match": '"1"'}).status_code == 400
    assert client.delete(f"/logbook-entries/{key}").status_code == 428
    assert client.delete(f"/logbook-entries/{key}", headers={"If-Match": '"1"'}).status_code == 204
    assert client.get(f"/logbook-entries/{key}").status_code == 404


def test_the_map_is_geojson_with_counts(client_of: ClientOf, cast: Cast) -> None:
    drawn = client_of("admin").post(
        "/area-shapes", content=geojson(square(6.9, 52.78, code="BU0114ZZ01")), headers=JSON
    )
    assert (drawn.status_code, drawn.json()) == (201, {"areas": ["Oude Molenbuurt"]})

    told = client_of("activator").get(f"/areas/{cast.here_id}/map").json()
    (feature,) = told["features"]
    assert (told["type"], feature["type"], feature["geometry"]["type"]) == ("FeatureCollection", "Feature", "Polygon")
    assert feature["properties"] == {
        "name": "Oude Molenbuurt",
        "level": "neighbourhood",
        "whole": True,
        "initiatives": 0,
        "openCommitments": 0,
        "lateCommitments": 0,
        "rounds": 0,
    }


def test_a_file_with_mistakes_names_them_all_by_the_place_of_the_feature(client_of: ClientOf, cast: Cast) -> None:
    content = geojson(square(6.9, 52.78, name="Nergens"), square(52.7, 6.9, code="BU0114ZZ01"))
    answer = client_of("admin").post("/area-shapes", content=content, headers=JSON)

    assert answer.status_code == 400
    assert [(one["location"], one["code"]) for one in answer.json()["errors"]] == [
        ("/features/0", "unknown"),
        ("/features/1", "elsewhere"),
    ]
    assert "Feature 1" in answer.json()["errors"][0]["detail"]


def test_a_map_may_be_larger_than_other_bodies_and_no_larger_than_five_megabytes(
    client_of: ClientOf, cast: Cast
) -> None:
    admin = client_of("admin")
    padded = json.loads(geojson(square(6.9, 52.78, code="BU0114ZZ01"))) | {"note": "x" * LARGEST_BODY}
    assert admin.post("/area-shapes", json=padded).status_code == 201
    assert admin.post("/area-shapes", content=b" " * (LARGEST_MAP + 1), headers=JSON).status_code == 413
    path = f"/areas/{cast.here_id}/logbook-entries"
    assert client_of("activator").post(path, json=FACT | {"words": "x" * LARGEST_BODY}).status_code == 413
    assert admin.post("/area-shapes", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415


def test_of_whoever_may_not_draw_nothing_is_read(client_of: ClientOf, cast: Cast) -> None:
    for who, status in (("nobody", 401), ("activator", 403)):
        assert client_of(who).post("/area-shapes", content=b"no map at all", headers=JSON).status_code == status
