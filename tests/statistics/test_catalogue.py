"""The catalogue has every property that DCAT-AP-NL 3 asks for, and one that is left out is found."""

import copy
import json
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from rdflib import Graph

from bsa.statistics.formats.catalogue import Publisher, write
from bsa.statistics.shapes import ReleaseOut

SITE = "https://bsa.example"
REQUIRED = {
    "dcat:Catalog": {
        "dct:title": (1, 2),
        "dct:description": (1, 2),
        "dct:publisher": (1, 1),
        "dcat:contactPoint": (1, 1),
        "dcat:dataset": (1, 99),
    },
    "dcat:Dataset": {
        "dct:title": (1, 2),
        "dct:description": (1, 2),
        "dct:identifier": (1, 1),
        "dct:publisher": (1, 1),
        "dct:creator": (1, 1),
        "dcat:contactPoint": (1, 99),
        "dcat:theme": (1, 99),
        "dct:accessRights": (1, 1),
        "dcat:version": (0, 1),
        "adms:status": (0, 1),
    },
    "dcat:Distribution": {
        "dcat:accessURL": (1, 1),
        "dct:license": (1, 1),
        "dcat:downloadURL": (0, 1),
        "dcat:accessService": (0, 1),
    },
    "dcat:DataService": {
        "dct:title": (1, 2),
        "dct:description": (1, 2),
        "dct:identifier": (1, 1),
        "dct:publisher": (1, 1),
        "dcat:contactPoint": (1, 99),
        "dcat:theme": (1, 99),
        "dct:accessRights": (1, 1),
        "dct:license": (1, 1),
        "dcat:endpointURL": (1, 1),
        "dcat:endpointDescription": (1, 1),
    },
    "foaf:Agent": {"foaf:name": (1, 2)},
}
"""Of each class how often each property is there at least and at most."""


def releases() -> list[ReleaseOut]:
    return [
        ReleaseOut(
            period=f"2026-Q{quarter}",
            municipality="GM9999",
            municipality_name="Emmerveen",
            revision=quarter,
            status="provisional" if quarter == 2 else "definitive",
            definitive_on=None if quarter == 2 else date(2026, 9, 1),
            published_at=datetime(2026, 7, quarter, 12, tzinfo=UTC),
            division_year=2026,
            method="sdc1.1",
            reason="Twee contacten stonden in het verkeerde kwartaal." if quarter == 2 else None,
            fingerprint="0" * 64,
        )
        for quarter in (1, 2)
    ]


def catalogue() -> dict[str, Any]:
    publisher = Publisher("Sedna", SITE, "Team cijfers", "https://example.org/contact", "cijfers@example.org")
    written: dict[str, Any] = json.loads(write(publisher, releases()))
    return written


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for name, inner in value.items():
            if name != "@context":
                yield from nodes(inner)


def missing(document: dict[str, Any]) -> list[str]:
    found = []
    for node in nodes(document):
        for name, (least, most) in REQUIRED.get(node["@type"], {}).items():
            value = node.get(name, [])
            count = len(value) if isinstance(value, list) else 1
            if not least <= count <= most:
                found.append(f"{node['@type']} {name}")
    return found


def test_every_required_property_is_there() -> None:
    document = catalogue()
    assert {node["@type"] for node in nodes(document)} >= set(REQUIRED)
    assert missing(document) == []


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, names in REQUIRED.items() for name, (least, _) in names.items() if least],
)
def test_a_property_that_is_left_out_is_found(kind: str, name: str) -> None:
    document = copy.deepcopy(catalogue())
    del next(node for node in nodes(document) if node["@type"] == kind)[name]
    assert f"{kind} {name}" in missing(document)


def test_it_is_linked_data_that_a_program_of_others_reads() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, about itself
        graph = Graph().parse(data=json.dumps(catalogue()), format="json-ld")
    found = graph.query(
        "PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/> "
        "SELECT ?url WHERE { ?c a dcat:Catalog ; dcat:dataset ?d . ?d dcat:distribution ?x . "
        "?x dcat:accessURL ?url ; dct:license <http://publications.europa.eu/resource/authority/licence/CC0> }"
    )
    addresses = {str(row[0]) for row in found}  # type: ignore[index]
    assert len(addresses) == 8
    assert f"{SITE}/api/v1/statistics/releases/2026-Q2/figures/csv?municipality=GM9999&revision=2" in addresses


def test_a_revision_says_why_and_what_is_provisional_says_so() -> None:
    first, second = catalogue()["dcat:dataset"]
    assert "adms:versionNotes" not in first
    assert second["adms:versionNotes"]["@value"].startswith("Twee contacten")
    assert {one["adms:status"]["@id"].rpartition("/")[2] for one in second["dcat:distribution"]} == {"DEVELOP"}
    assert {one["adms:status"]["@id"].rpartition("/")[2] for one in first["dcat:distribution"]} == {"COMPLETED"}
