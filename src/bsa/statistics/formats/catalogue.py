"""The catalogue of published figures for registers of open data: DCAT-AP-NL 3, as JSON-LD.

A dataset for each period that is published, its last revision, with a distribution for each format; and the API as a
data service.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bsa.quarters import first_day_of, last_day_of
from bsa.statistics.formats import CSV, EU_LICENCE, JSON, JSON_STAT, XLSX
from bsa.statistics.indicators import LANGUAGES, Language, period_told, word
from bsa.statistics.shapes import ReleaseOut

EU = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TYPES = {
    # Which part of the address asks for it, its media type, and what the European list of file types calls it.
    "csv": (CSV, "CSV"),
    "xlsx": (XLSX, "XLSX"),
    "jsonstat": (JSON_STAT, "JSON"),
    "json": (JSON, "JSON"),
}
SOCIAL = f"{EU}/data-theme/SOCI"
"""Population and society."""
OPEN = f"{EU}/access-right/PUBLIC"
QUARTERLY = f"{EU}/frequency/QUARTERLY"
DUTCH = f"{EU}/language/NLD"
STATUS = {
    "provisional": f"{EU}/distribution-status/DEVELOP",
    "definitive": f"{EU}/distribution-status/COMPLETED",
}

Node = dict[str, Any]


@dataclass(frozen=True)
class Publisher:
    """Who publishes, and where."""

    name: str
    site: str
    """Where the pages are, without a slash at the end."""
    contact_name: str
    contact_url: str
    contact_email: str

    @property
    def base(self) -> str:
        """Where the API of figures is."""
        return f"{self.site}/api/v1/statistics"


def write(publisher: Publisher, releases: Sequence[ReleaseOut]) -> bytes:
    """Write the catalogue of these releases."""
    about = f"{publisher.base}/catalogue"
    catalogue = {
        "@context": CONTEXT,
        "@id": about,
        "@type": "dcat:Catalog",
        "dct:title": _both("catalogue", organisation=publisher.name),
        "dct:description": _both("catalogue_told"),
        **_who(publisher),
        "dct:creator": {"@id": publisher.site},
        "dct:language": {"@id": DUTCH},
        "dct:license": {"@id": EU_LICENCE},
        "foaf:homepage": {"@id": f"{publisher.site}/"},
        "dcat:themeTaxonomy": {"@id": f"{EU}/data-theme"},
        "dcat:dataset": [_dataset(publisher, one) for one in releases],
        "dcat:service": _service(publisher),
    }
    if releases:
        catalogue["dct:modified"] = _moment(max(one.published_at for one in releases))
    return json.dumps(catalogue, separators=(",", ":"), ensure_ascii=False).encode()


def _who(publisher: Publisher) -> Node:
    return {
        "dct:publisher": {"@id": publisher.site, "@type": "foaf:Agent", "foaf:name": _dutch(publisher.name)},
        "dcat:contactPoint": {
            "@id": f"{publisher.base}/catalogue#contact",
            "@type": "vcard:Organization",
            "vcard:fn": _dutch(publisher.contact_name),
            "vcard:hasEmail": {"@id": f"mailto:{publisher.contact_email}"},
            "vcard:hasURL": {"@id": publisher.contact_url},
        },
    }


def _dataset(publisher: Publisher, one: ReleaseOut) -> Node:
    about = f"{publisher.base}/releases/{one.period}?municipality={one.municipality}"
    dataset = {
        "@id": about,
        "@type": "dcat:Dataset",
        "dct:title": [
            _text(
                word("title", language, name=one.municipality_name, period=period_told(one.period, language)), language
            )
            for language in LANGUAGES
        ],
        "dct:description": _both("catalogue_told"),
        "dct:identifier": about,
        **_who(publisher),
        "dct:creator": {"@id": publisher.site},
        "dcat:theme": {"@id": SOCIAL},
        "dct:accessRights": {"@id": OPEN},
        "dct:language": {"@id": DUTCH},
        "dct:accrualPeriodicity": {"@id": QUARTERLY},
        "dct:issued": _moment(one.published_at),
        "dct:modified": _moment(one.published_at),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(first_day_of(one.period).isoformat()),
            "dcat:endDate": _day(last_day_of(one.period).isoformat()),
        },
        "dct:spatial": {
            "@id": f"http://standaarden.overheid.nl/owms/terms/{one.municipality}",
            "@type": "dct:Location",
            "skos:prefLabel": _dutch(one.municipality_name),
        },
        "dcat:version": f"r{one.revision}",
        "dcat:landingPage": {
            "@id": f"{publisher.site}/figures?period={one.period}&municipality={one.municipality}",
            "@type": "foaf:Document",
        },
        "dcat:keyword": [_dutch(word) for word in ("sociale activering", "wijken en buurten", "welzijn")],
        "dcat:distribution": [_distribution(publisher, one, kind) for kind in TYPES],
    }
    if one.reason:
        dataset["adms:versionNotes"] = _dutch(one.reason)
    return dataset


def _distribution(publisher: Publisher, one: ReleaseOut, kind: str) -> Node:
    media_type, name = TYPES[kind]
    here = f"{publisher.base}/releases/{one.period}/figures"
    which = f"?municipality={one.municipality}&revision={one.revision}"
    address = f"{here}{which}" if kind == "json" else f"{here}/{kind}{which}"
    distribution = {
        "@id": f"{address}#{kind}",
        "@type": "dcat:Distribution",
        "dct:title": _dutch(f"{word('title', 'nl', name=one.municipality_name, period=one.period)} ({kind})"),
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dct:license": {"@id": EU_LICENCE},
        "dct:language": {"@id": DUTCH},
        "dct:format": {"@id": f"{EU}/file-type/{name}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
        "dcat:accessService": {"@id": f"{publisher.base}/catalogue#service"},
        "adms:status": {"@id": STATUS[one.status]},
    }
    if kind == "jsonstat":
        distribution["dct:conformsTo"] = {"@id": "https://json-stat.org/full/", "@type": "dct:Standard"}
        distribution["dcat:mediaType"] = {"@id": f"https://www.iana.org/assignments/media-types/{JSON}"}
    return distribution


def _service(publisher: Publisher) -> Node:
    return {
        "@id": f"{publisher.base}/catalogue#service",
        "@type": "dcat:DataService",
        "dct:title": _both("service", organisation=publisher.name),
        "dct:description": _both("catalogue_told"),
        "dct:identifier": f"{publisher.base}/catalogue#service",
        **_who(publisher),
        "dct:creator": {"@id": publisher.site},
        "dcat:theme": {"@id": SOCIAL},
        "dct:accessRights": {"@id": OPEN},
        "dct:license": {"@id": EU_LICENCE},
        "dct:language": {"@id": DUTCH},
        "dcat:keyword": _dutch("sociale activering"),
        "dcat:endpointURL": {"@id": publisher.base},
        "dcat:endpointDescription": {"@id": f"{publisher.site}/api/v1/openapi.json"},
    }


def _both(key: str, **values: object) -> list[Node]:
    return [_text(word(key, language, **values), language) for language in LANGUAGES]


def _dutch(text: str) -> Node:
    return _text(text, "nl")


def _text(text: str, language: Language) -> Node:
    return {"@value": text, "@language": language}


def _day(text: str) -> Node:
    return {"@value": text, "@type": "xsd:date"}


def _moment(at: Any) -> Node:
    return {"@value": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "@type": "xsd:dateTime"}
