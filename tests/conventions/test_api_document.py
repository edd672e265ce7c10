"""The API document: that it keeps the rules for Dutch government APIs, says what the code does, and is complete."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from api import described
from api.answers import deprecated
from api.changelog import RELEASES, page
from api.dependencies import open_to_all
from api.document import HEADERS, Offered, document_of, in_language, operations_of
from api.envelope import VERSION
from bsa.database import Database
from bsa.outbox import TYPES
from bsa.permissions import SCOPES, Scope

from tests import examples
from tests.conventions.deeds import WHO
from tests.conventions.design_rules import Document, faults, operations, resolved
from tests.conventions.test_documents import DOCS
from tests.conventions.test_properties import READINGS
from tests.doors import api_on

pytestmark = pytest.mark.without_sql

Walked = tuple[Database, dict[str, str], TestClient]


@pytest.fixture(scope="module")
def document(shared_walked: Walked) -> Document:
    read: Document = shared_walked[2].get("/openapi.json").json()
    return read


@pytest.fixture(scope="module")
def offered(shared_walked: Walked) -> list[Offered]:
    return list(operations_of(api_on(shared_walked[0]).routes))


# --- the rules --------------------------------------------------------------------------------------------------------


def test_the_document_keeps_the_rules_for_dutch_government_apis(document: Document) -> None:
    assert len(list(operations(document))) > 300
    assert faults(document) == []


def test_the_document_is_openapi(document: Document) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def a_part(document: Document) -> Document:
    """Return a conforming document of a few operations, small enough to be changed and looked through often."""
    part = deepcopy(
        {name: value for name, value in document.items() if name not in ("paths", "components", "webhooks")}
    )
    kept = ("/areas", "/areas/{areaId}", "/residents/{residentId}/contacts", "/meetings", "/public/neighbourhoods")
    part["paths"] = {path: deepcopy(document["paths"][path]) for path in kept}
    part["components"] = {"securitySchemes": deepcopy(document["components"]["securitySchemes"])}
    waiting = [part["paths"]]
    while waiting:
        for kind, name in re.findall(r'"#/components/(\w+)/(\w+)"', json.dumps(waiting.pop())):
            within = part["components"].setdefault(kind, {})
            if name not in within:
                within[name] = deepcopy(document["components"][kind][name])
                waiting.append(within[name])
    return part


def schema(document: Document, **properties: Any) -> None:
    document["components"]["schemas"]["Extra"] = {"type": "object", "properties": properties}


def path(document: Document, name: str) -> None:
    document["paths"][name] = document["paths"].pop("/meetings")


def listing(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/areas"]["get"]
    return found


def parameter(name: str, place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "schema": {"type": "string"}, "description": "Nederlands.\n\nEnglish."}


def respond(document: Document, status: str, response: dict[str, Any]) -> None:
    listing(document)["responses"][status] = response


VERSIONED = {"API-Version": {"$ref": "#/components/headers/ApiVersion"}}
MOMENT = {"type": "string", "format": "date-time"}
TIME = {"type": "string", "format": "time"}

MUTATIONS: dict[str, tuple[str, Callable[[Document], Any]]] = {
    "an older OpenAPI": ("/core/doc-openapi", lambda it: it.update(openapi="2.0")),
    "no OpenAPI version": ("/core/doc-openapi", lambda it: it.pop("openapi")),
    "a version of two parts": ("/core/semver", lambda it: it["info"].update(version="1.2")),
    "no contact": ("/core/doc-openapi-contact", lambda it: it["info"].pop("contact")),
    "a contact without mail": ("/core/doc-openapi-contact", lambda it: it["info"]["contact"].pop("email")),
    "a mail address that is none": (
        "/core/doc-openapi-contact",
        lambda it: it["info"]["contact"].update(email="helpdesk"),
    ),
    "no licence": ("licence", lambda it: it["info"].pop("license")),
    "one language": ("/core/doc-language", lambda it: it["info"].update(description="Only English.")),
    "no servers": ("/core/uri-version", lambda it: it.pop("servers")),
    "a server without version": (
        "/core/uri-version",
        lambda it: it["servers"][0].update(url="https://bsa.example/api"),
    ),
    "a server of a minor version": (
        "/core/uri-version",
        lambda it: it["servers"][0].update(url="https://bsa.example/v1.2"),
    ),
    "a relative server": ("/core/uri-version", lambda it: it["servers"][0].update(url="/api/v1")),
    "the version twice": ("/core/uri-version", lambda it: path(it, "/v1/meetings")),
    "a trailing slash": ("/core/no-trailing-slash", lambda it: path(it, "/meetings/")),
    "snake case in a path": ("/core/path-segments-kebab-case", lambda it: path(it, "/budget_lines")),
    "camel case in a path": ("/core/path-segments-kebab-case", lambda it: path(it, "/budgetLines")),
    "an extension": ("/core/path-segments-kebab-case", lambda it: path(it, "/figures/area.csv")),
    "a hyphen in front": ("/core/path-segments-kebab-case", lambda it: path(it, "/-meetings")),
    "an underscore in the middle": ("/core/path-segments-kebab-case", lambda it: path(it, "/_search/meetings")),
    "snake case in a query": (
        "/core/query-keys-camel-case",
        lambda it: listing(it)["parameters"].append(parameter("page_size")),
    ),
    "snake case in a query of a whole path": (
        "/core/query-keys-camel-case",
        lambda it: it["paths"]["/areas"].update(parameters=[parameter("page_size")]),
    ),
    "a token in a query": (
        "/core/transport/no-sensitive-uris",
        lambda it: listing(it)["parameters"].append(parameter("accessToken")),
    ),
    "a citizen number in a query": (
        "/core/transport/no-sensitive-uris",
        lambda it: listing(it)["parameters"].append(parameter("bsn")),
    ),
    "a key in a query as security": (
        "/core/transport/no-sensitive-uris",
        lambda it: it["components"]["securitySchemes"].update(
            key={"type": "apiKey", "in": "query", "name": "key", "description": "x"}
        ),
    ),
    "TRACE": ("/core/http-methods", lambda it: it["paths"]["/areas"].update(trace=listing(it))),
    "an operation without a description": ("/core/doc-language", lambda it: listing(it).pop("description")),
    "an operation without tags": ("tags", lambda it: listing(it).pop("tags")),
    "a tag without a description": ("tags", lambda it: it.update(tags=[])),
    "a parameter without a description": (
        "/core/doc-language",
        lambda it: listing(it)["parameters"].append({**parameter("wide"), "description": ""}),
    ),
    "an operation id twice": ("operation-id", lambda it: listing(it).update(operationId="planMeeting")),
    "an operation id in snake case": ("operation-id", lambda it: listing(it).update(operationId="list_areas")),
    "a parameter that is not declared": ("path-params", lambda it: path(it, "/meetings/{meetingId}")),
    "nobody said who may": ("security", lambda it: listing(it).pop("security")),
    "open to all without saying so in the path": ("security", lambda it: listing(it).update(security=[])),
    "a scope that is not declared": ("security", lambda it: listing(it).update(security=[{"oauth2": ["all"]}])),
    "no version on a success": (
        "/core/version-header",
        lambda it: listing(it)["responses"]["200"]["headers"].pop("API-Version"),
    ),
    "no version on a refusal": (
        "/core/version-header",
        lambda it: it["components"]["responses"]["NotAllowed"]["headers"].pop("API-Version"),
    ),
    "no headers at all": ("/core/version-header", lambda it: listing(it)["responses"]["200"].pop("headers")),
    "a refusal without content": (
        "/core/error-handling/problem-details",
        lambda it: it["components"]["responses"]["NotFound"].pop("content"),
    ),
    "a refusal in plain JSON": (
        "/core/error-handling/problem-details",
        lambda it: respond(it, "410", {"description": "x", "headers": VERSIONED, "content": {"application/json": {}}}),
    ),
    "a problem without a detail": (
        "/core/error-handling/problem-details",
        lambda it: it["components"]["schemas"]["Problem"]["required"].remove("detail"),
    ),
    "no 400": ("/core/error-handling/invalid-input", lambda it: listing(it)["responses"].pop("400")),
    "a 422": (
        "/core/error-handling/invalid-input",
        lambda it: respond(it, "422", {"$ref": "#/components/responses/BadRequest"}),
    ),
    "no success": ("responses", lambda it: listing(it)["responses"].pop("200")),
    "the error of the framework": (
        "/core/hide-implementation",
        lambda it: it["components"]["schemas"].update(HTTPValidationError={"type": "object"}),
    ),
    "a schema in snake case": ("schema-names", lambda it: it["components"]["schemas"].update(area_out={})),
    "a property in snake case": ("/core/naming", lambda it: schema(it, due_on={"type": "string", "format": "date"})),
    "a date without a format": (
        "/core/date-time/date-omit-time-portion",
        lambda it: schema(it, startdatum={"type": "string"}),
    ),
    "a date as an instant": (
        "/core/date-time/date-omit-time-portion",
        lambda it: schema(it, createdDate=MOMENT),
    ),
    "a day as an instant": ("/core/date-time/format", lambda it: schema(it, happenedOn=MOMENT)),
    "an instant as a day": (
        "/core/date-time/format",
        lambda it: schema(it, createdAt={"type": "string", "format": "date"}),
    ),
    "an instant named as two": ("/core/date-time/format", lambda it: schema(it, creationDateTime=MOMENT)),
    "a time with an unknown zone": ("/core/date-time/format", lambda it: schema(it, opens=TIME)),
    "a time that may be absent": (
        "/core/date-time/format",
        lambda it: schema(it, opens={"anyOf": [TIME, {"type": "null"}]}),
    ),
    "a date whose format is hidden": (
        "/core/date-time/format",
        lambda it: schema(it, dueOn={"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}),
    ),
    "an instant of no zone": (
        "/core/date-time/format",
        lambda it: schema(it, seen={"type": "string", "format": "date-time-local"}),
    ),
}


def test_a_part_of_the_document_keeps_the_rules_too(document: Document) -> None:
    assert faults(a_part(document)) == []


def test_each_break_of_a_rule_is_found(document: Document) -> None:
    part = a_part(document)
    assert len(MUTATIONS) >= 38
    missed = []
    for name, (rule, change) in MUTATIONS.items():
        changed = deepcopy(part)
        change(changed)
        if not any(fault.startswith(f"{rule}:") for fault in faults(changed)):
            missed.append(name)
    assert missed == []


# --- both languages, examples, links ----------------------------------------------------------------------------------


def test_every_operation_says_in_dutch_what_its_code_says_in_english(offered: list[Offered]) -> None:
    written = json.loads((described.FOLDER / "dutch.json").read_text(encoding="utf-8"))
    told = {one.told for one in offered}
    assert sorted(told - written.keys()) == []
    assert sorted(written.keys() - told) == []
    assert [english for english, dutch in written.items() if english == dutch] == []


def test_every_tag_and_parameter_has_its_words(document: Document) -> None:
    tags = {tag for _, _, one in operations(document) for tag in one["tags"]}
    names = {one["name"] for _, _, operation in operations(document) for one in operation.get("parameters", [])}
    assert sorted(tags - described.TAGS.keys()) == []
    assert sorted(names - described.PARAMETERS.keys()) == []


def test_a_description_is_read_in_either_language() -> None:
    assert in_language("Nee.\n\nNo.", "nl") == "Nee."
    assert in_language("Nee.\n\nNo.", "en") == "No."


def test_the_examples_are_what_the_tests_send_to_the_real_api(offered: list[Offered]) -> None:
    """Make them anew with `make documents`. Of each deed that they show, `test_rights` sees that it succeeds."""
    assert examples.FILE.read_text(encoding="utf-8") == examples.written(examples.examples(offered))


def test_every_operation_that_takes_something_has_an_example(document: Document) -> None:
    missing: list[str] = []
    for method, at, operation in operations(document):
        places = [one for one in operation.get("parameters", []) if one["in"] == "path"]
        missing += [f"{method} {at}: {one['name']}" for one in places if "example" not in one]
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json" and "example" not in content:
                missing.append(f"{method} {at}: body")
    assert missing == []


def test_what_the_examples_read_is_there(document: Document, shared_walked: Walked) -> None:
    _, things, client = shared_walked
    made = {examples.Made()[name]: value for name, value in things.items()}
    allowed = {examples.pattern(deed.path): deed for deed in reversed(READINGS) if examples.succeeds(deed)}
    asked = 0
    for method, at, operation in operations(document):
        keys = {one["name"]: one["example"] for one in operation.get("parameters", []) if one["in"] == "path"}
        if method != "get" or not keys:
            continue
        deed = allowed[examples.pattern(at)]
        who = next(who for who in WHO if deed.answer_to(who) == 200)
        filled = at.format_map({name: made[key] for name, key in keys.items()})
        query = deed.path.partition("?")[2].format_map(things)
        answer = client.get(f"{filled}?{query}", headers={"Authorization": f"Bearer {things[f'{who}_token']}"})
        assert answer.status_code == 200, (at, answer.text)
        asked += 1
    assert asked > 80


def links(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for method, at, operation in operations(document):
        for response in operation["responses"].values():
            for link in resolved(document, response).get("links", {}).values():
                yield f"{method} {at}", link


def test_every_link_leads_to_an_operation_with_all_that_its_path_asks(document: Document) -> None:
    known = {one["operationId"]: one for _, _, one in operations(document)}
    found = list(links(document))
    assert len(found) > 300
    for where, link in found:
        target = known[link["operationId"]]
        places = {f"path.{one['name']}" for one in target.get("parameters", []) if one["in"] == "path"}
        assert places <= set(link["parameters"]), (where, link)


def test_what_is_made_is_linked_to_where_it_is_found(document: Document) -> None:
    made = {(where, link["operationId"]) for where, link in links(document)}
    assert ("post /residents", "showResident") in made
    assert ("post /initiatives/{initiativeId}/aims", "listAims") in made
    assert ("post /initiatives/{initiativeId}/aims", "reachAim") not in made
    assert ("post /residents/{residentId}/contacts", "showContact") in made
    assert sum(where.startswith("post ") and name.startswith("show") for where, name in made) > 30


# --- who may, and messages --------------------------------------------------------------------------------------------


def test_the_scopes_of_an_operation_are_those_that_open_it(document: Document, offered: list[Offered]) -> None:
    said = {operation["operationId"]: operation["security"] for _, _, operation in operations(document)}
    for one in offered:
        wanted = [scope.value for scope in Scope if not SCOPES[scope].isdisjoint(one.permissions)]
        assert [scopes["oauth2"][0] for scopes in said[one.operation_id] if "oauth2" in scopes] == wanted
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == {scope.value for scope in Scope}
    assert flow["tokenUrl"].startswith("http")


def test_machines_are_sent_to_who_issues_their_tokens(database: Database) -> None:
    elsewhere = {"oauth_issuer": "https://idp.example", "oauth_token_url": None}
    for told, expected in (
        ({}, database.settings.token_endpoint),
        (elsewhere, "https://idp.example"),
        ({**elsewhere, "oauth_token_url": "https://idp.example/token"}, "https://idp.example/token"),
    ):
        api = FastAPI(servers=[{"url": "https://bsa.example/api/v1"}])
        api.state.database = SimpleNamespace(settings=database.settings.model_copy(update=told))
        flows = document_of(api)["components"]["securitySchemes"]["oauth2"]["flows"]
        assert flows["clientCredentials"]["tokenUrl"] == expected


def test_what_is_done_once_only_demands_its_key(document: Document, offered: list[Offered]) -> None:
    demanding = {one.operation_id for one in offered if one.demands_key}
    assert demanding == {"sendReferral"}
    for _, _, operation in operations(document):
        for one in operation.get("parameters", []):
            if one["name"] == "Idempotency-Key":
                assert bool(one.get("required")) == (operation["operationId"] in demanding)
    assert {"200", "201"} <= document["paths"]["/referrals"]["post"]["responses"].keys()


def test_every_type_of_message_is_a_webhook(document: Document) -> None:
    assert set(document["webhooks"]) == set(TYPES.values())
    for item in document["webhooks"].values():
        body = item["post"]["requestBody"]["content"]
        assert list(body) == ["application/cloudevents+json"]


def test_what_goes_is_marked_with_its_days(database: Database) -> None:
    api = FastAPI(servers=[{"url": "https://bsa.example/api/v1"}])
    api.state.database = database

    @api.get("/areas", tags=["areas"])
    @deprecated(since=date(2027, 1, 1), sunset=date(2027, 7, 1), instead="https://bsa.example/api")
    @open_to_all
    def list_areas() -> dict[str, str]:
        """List areas by name."""
        return {}

    drawn = document_of(api)
    operation = drawn["paths"]["/areas"]["get"]
    assert operation["deprecated"] is True
    assert {"Deprecation", "Sunset", "Link"} <= operation["responses"]["200"]["headers"].keys()
    assert {"Deprecation", "Sunset"} <= drawn["components"]["headers"].keys()


def test_every_header_of_the_document_is_used(document: Document) -> None:
    written = json.dumps(document)
    declared = document["components"]["headers"]
    assert [name for name in declared if f'"#/components/headers/{name}"' not in written] == []
    assert set(HEADERS) - set(declared) <= {"Deprecation", "Sunset"}


# --- how it is served, and what changed -------------------------------------------------------------------------------


def test_the_document_is_for_everybody_and_is_sent_once(shared_walked: Walked) -> None:
    client = shared_walked[2]
    answer = client.get("/openapi.json")
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert answer.headers["content-type"] == "application/json"
    again = client.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert client.get("/openapi.json", headers={"If-None-Match": '"other"'}).status_code == 200


def test_every_version_of_the_api_is_in_its_changelog(document: Document) -> None:
    assert document["info"]["version"] == VERSION == RELEASES[0].version
    assert [one.version for one in RELEASES] == sorted(
        (one.version for one in RELEASES), key=lambda version: [int(part) for part in version.split(".")], reverse=True
    )
    assert (DOCS / "api-changelog.md").read_text(encoding="utf-8") == page()
