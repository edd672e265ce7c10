"""The API document (OpenAPI 3.1): what every operation takes and answers, for those who write a program against it.

FastAPI draws a first one from the routes; here it is brought to what the operations really do and to the rules for
Dutch government APIs: 400 and never FastAPI's 422, problem details, the headers, scopes, both languages.
"""

import json
import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from http import HTTPStatus
from inspect import getdoc
from typing import Any, get_type_hints

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic.alias_generators import to_camel
from starlette.routing import BaseRoute

from api.answers import etag
from api.dependencies import scopes_for
from api.described import DESCRIPTION, MESSAGES, PARAMETERS, REFUSALS, SCOPE_WORDS, TAGS, dutch_of, example_of
from api.envelope import VERSION
from api.errors import CODES, OF_STATUS, STATUS, TITLES
from bsa.outbox import MessageType
from bsa.permissions import Permission, Scope
from bsa.settings import Settings
from bsa.shapes import Page, Resource

REFUSED = {
    400: "BadRequest",
    401: "NotSignedIn",
    403: "NotAllowed",
    404: "NotFound",
    406: "NotAcceptable",
    409: "Conflict",
    412: "Stale",
    413: "TooLarge",
    415: "UnknownContentType",
    422: "KeyReused",
    428: "VersionMissing",
    429: "TooMany",
    500: "Unforeseen",
    503: "OutOfService",
}
"""Every refusal that an operation can answer with, by its status, with the name of its response in the document."""

CODE_OF: dict[int, str] = {
    **OF_STATUS,
    **{int(STATUS[kind]): code for kind, code in reversed(CODES.items())},
}
"""What a refusal is called by its status, and its page; of a status with several, the plainest."""

HEADERS: dict[str, dict[str, Any]] = {
    "ApiVersion": {
        "description": "De versie van de API.\n\nThe version of the API.",
        "required": True,
        "schema": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "example": VERSION,
    },
    "Etag": {
        "description": "De versie van dit ding: voor `If-Match` en `If-None-Match`.\n\n"
        "The version of this thing: for `If-Match` and `If-None-Match`.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "Link": {
        "description": 'De volgende bladzijde, als die er is: `rel="next"`.\n\nThe next page, if there is one.',
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Waar staat wat gemaakt is.\n\nWhere what was made is found.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "Hoeveel verzoeken er nog over zijn, en wanneer het er weer meer zijn.\n\n"
        "How many requests are left, and when there are more again.",
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {
        "description": "Hoeveel verzoeken er in welke tijd mogen.\n\nHow many requests are taken in which time.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Na zoveel seconden kan het weer.\n\nIt can be tried again after so many seconds.",
        "schema": {"type": "string"},
    },
    "WwwAuthenticate": {
        "description": "Welk bewijs wordt gevraagd.\n\nWhich credential is asked for.",
        "schema": {"type": "string"},
    },
    "Deprecation": {
        "description": "Sinds wanneer dit verouderd is (RFC 9745).\n\nSince when this is deprecated.",
        "schema": {"type": "string"},
    },
    "Sunset": {
        "description": "Wanneer dit ophoudt (RFC 8594).\n\nWhen this ends.",
        "schema": {"type": "string"},
    },
}
OF_WHAT_GOES = ("Deprecation", "Sunset")
EVERYWHERE = {"API-Version": "ApiVersion", "RateLimit": "RateLimit", "RateLimit-Policy": "RateLimitPolicy"}

METHODS = ("get", "post", "put", "patch", "delete")
PEOPLE = "bearer"
MACHINES = "oauth2"


def document_of(api: FastAPI) -> dict[str, Any]:
    """Return the document of the API; it is drawn up once."""
    if api.openapi_schema is None:
        api.openapi_schema = _Drawing(api).document
    return api.openapi_schema


def offer_document(api: FastAPI) -> None:
    """Answer with the document to everybody, and to those who have it already that it did not change."""

    @cache
    def written() -> tuple[bytes, str]:
        content = json.dumps(document_of(api), ensure_ascii=False).encode()
        return content, etag(content)

    async def show_document(request: Request) -> Response:
        content, tag = await run_in_threadpool(written)
        known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
        if tag in known or known == ["*"]:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(content, media_type="application/json", headers={"ETag": tag})

    api.add_route("/openapi.json", show_document, methods=["GET"], include_in_schema=False)


@dataclass(frozen=True)
class Offered:
    """One operation as it stands in the code."""

    method: str
    path: str
    """As in the document: `/residents/{residentId}`."""
    name: str
    told: str
    """What it does, in English."""
    permissions: tuple[Permission, ...]
    answers: Any
    """The type of what it returns."""
    found_at: str | None
    goes: bool
    """Whether it is said that it goes (`api.answers.deprecated`)."""
    demands_key: bool = False
    """Whether it is only done under a key of the sender's own."""

    @property
    def operation_id(self) -> str:
        """The name of the operation in the document."""
        return to_camel(self.name)

    @property
    def answers_resource(self) -> bool:
        """Tell whether the answer is one thing with a version."""
        return isinstance(self.answers, type) and issubclass(self.answers, Resource)

    @property
    def may_be_there(self) -> bool:
        """Tell whether it can be that nothing is made, because it is there already."""
        return "was_there" in getattr(self.answers, "model_fields", ())

    @property
    def answers_page(self) -> bool:
        """Tell whether the answer is a page of a list."""
        return isinstance(self.answers, type) and issubclass(self.answers, Page)


def operations_of(routes: Sequence[BaseRoute]) -> Iterator[Offered]:
    """Return every operation that is offered."""
    for context in iter_route_contexts(routes):
        operation = context.endpoint
        if operation is None or not hasattr(operation, "permissions"):
            continue
        for method in sorted(context.methods or ()):
            if method.lower() in METHODS:
                yield Offered(
                    method.lower(),
                    _in_camel_case(context.path or ""),
                    operation.__name__,
                    _as_paragraph(getdoc(operation) or ""),
                    operation.permissions,
                    get_type_hints(operation).get("return"),
                    getattr(operation, "found_at", None),
                    hasattr(operation, "goes"),
                    hasattr(operation, "demands_key"),
                )


class _Drawing:
    """The drawing of one document."""

    def __init__(self, api: FastAPI) -> None:
        self._api = api
        self._offered = {(one.method, one.path): one for one in operations_of(api.routes)}

    @cached_property
    def document(self) -> dict[str, Any]:
        """The whole document."""
        api = self._api
        drawn = get_openapi(
            title=api.title,
            version=api.version,
            openapi_version="3.1.0",
            description=DESCRIPTION,
            contact=api.contact,
            license_info=api.license_info,
            servers=api.servers,
            routes=api.routes,
        )
        drawn = _with_names_renamed(drawn)
        base = str(api.servers[0]["url"]).removesuffix("/api/v1")
        drawn["externalDocs"] = {
            "description": "Uitleg, begrippen en wijzigingen. / Explanation, words and changes.",
            "url": f"{base}/api",
        }
        drawn["paths"] = {_in_camel_case(path): operations for path, operations in drawn["paths"].items()}
        for path, operations in drawn["paths"].items():
            for method, operation in operations.items():
                self._complete(operation, self._offered[method, path])
        for path, operations in drawn["paths"].items():
            for method, operation in operations.items():
                self._link(drawn["paths"], operation, self._offered[method, path])
        used = {tag for operations in drawn["paths"].values() for one in operations.values() for tag in one["tags"]}
        drawn["tags"] = [{"name": tag, "description": _both(*TAGS.get(tag, (tag, tag)))} for tag in sorted(used)]
        components = drawn.setdefault("components", {})
        components.setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(name, None)
        for schema in components["schemas"].values():
            _say_formats(schema)
        components["schemas"]["Problem"] = PROBLEM
        components["responses"] = {name: _refusal(status, base) for status, name in REFUSED.items()}
        goes = any(one.goes for one in self._offered.values())
        components["headers"] = {name: told for name, told in HEADERS.items() if goes or name not in OF_WHAT_GOES}
        components["securitySchemes"] = {PEOPLE: BEARER, MACHINES: _oauth2(api.state.database.settings)}
        components["schemas"]["CloudEvent"] = CLOUD_EVENT
        drawn["components"] = dict(sorted(components.items()))
        drawn["webhooks"] = {kind.value: {"post": _webhook(kind)} for kind in MessageType}
        return drawn

    def _complete(self, operation: MutableMapping[str, Any], offered: Offered) -> None:
        dutch = dutch_of(offered.told)
        operation["operationId"] = offered.operation_id
        operation["summary"] = first_words(dutch)
        operation["description"] = _both(dutch, offered.told)
        operation["security"] = _security(offered)
        if offered.goes:
            operation["deprecated"] = True
        self._describe_parameters(operation, offered)
        self._show_example(operation, offered)
        self._say_what_comes_back(operation, offered)

    def _describe_parameters(self, operation: MutableMapping[str, Any], offered: Offered) -> None:
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                parameter["name"] = to_camel(parameter["name"])
            if parameter["name"].lower() == "if-match":
                # Without it the answer is 428: for the caller that is the same as required.
                parameter.update(name="If-Match", required=True, schema={"type": "string"})
                parameter["example"] = '"1"'
            if parameter["name"] == "Idempotency-Key" and offered.demands_key:
                plain = next(one for one in parameter["schema"]["anyOf"] if one["type"] == "string")
                parameter.update(required=True, schema=plain, example="7b0c8d5e-1f7a-4c57-9a6e-0c2f4b1d9e63")
            parameter["description"] = _both(*PARAMETERS.get(parameter["name"], (parameter["name"],) * 2))
        if offered.method == "get":
            name = "If-None-Match"
            told = {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
            operation.setdefault("parameters", []).append({**told, "description": _both(*PARAMETERS[name])})

    def _show_example(self, operation: MutableMapping[str, Any], offered: Offered) -> None:
        example = example_of(offered.operation_id)
        for media_type in operation.get("requestBody", {}).get("content", {}).values():
            if "body" in example:
                media_type["example"] = example["body"]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path" and parameter["name"] in example.get("path", {}):
                parameter["example"] = example["path"][parameter["name"]]

    def _say_what_comes_back(self, operation: MutableMapping[str, Any], offered: Offered) -> None:
        responses = operation["responses"]
        responses.pop("422", None)
        if offered.may_be_there:
            responses["200"] = {"content": responses["201"]["content"]}
        for status, response in responses.items():
            if status.startswith("2"):
                response["description"] = _both(*SUCCESS[status])
                response["headers"] = {
                    name: {"$ref": f"#/components/headers/{key}"} for name, key in _headers(operation, offered, status)
                }
        if offered.method == "get":
            responses["304"] = {
                "description": _both("Niet veranderd sinds u keek.", "Not changed since you saw it."),
                "headers": {
                    name: {"$ref": f"#/components/headers/{key}"}
                    for name, key in {**EVERYWHERE, "ETag": "Etag"}.items()
                },
            }
        if any(one["name"] == "residentId" and one["in"] == "path" for one in operation.get("parameters", [])):
            responses["301"] = {
                "description": _both(
                    "Deze bewoner staat nu onder een andere sleutel.", "This resident is under another key now."
                ),
                "headers": {
                    name: {"$ref": f"#/components/headers/{key}"}
                    for name, key in {**EVERYWHERE, "Location": "Location"}.items()
                },
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
        for status in _refusals(operation, offered):
            responses[str(status)] = {"$ref": f"#/components/responses/{REFUSED[status]}"}
        operation["responses"] = dict(sorted(responses.items()))

    def _link(
        self, paths: Mapping[str, Mapping[str, Any]], operation: MutableMapping[str, Any], offered: Offered
    ) -> None:
        """Say what can be done next with what is in the answer."""
        for status, response in operation["responses"].items():
            if not status.startswith("2") or status == "204":
                continue
            links = dict(_links(self._offered, paths, offered))
            if links:
                response["links"] = links


def _links(
    offered: Mapping[tuple[str, str], Offered], paths: Mapping[str, Mapping[str, Any]], start: Offered
) -> Iterator[tuple[str, dict[str, Any]]]:
    own = start.found_at or start.path
    own = _in_camel_case(own)
    known = dict.fromkeys(_parameters_of(start.path), "")
    parent = offered.get(("get", own.rpartition("/")[0]))
    if start.method == "post" and parent is not None and parent.answers is start.answers:
        # What comes back is the thing to which it was done, and not what was added to it.
        start = replace(start, method="get", path=parent.path)
    for (method, path), target in offered.items():
        places = _parameters_of(path)
        if not places or (path == start.path and method == start.method):
            continue
        if start.answers_page and method == "get" and _is_one_of(own, path):
            key = "$response.body#/items/0/id"
        elif start.method == "post" and not start.answers_page and _is_one_of(own, path):
            key = "$response.body#/id"
        elif start.method == "get" and start.answers_resource and path.startswith(start.path):
            key = ""
        else:
            continue
        filled = {name: f"$request.path.{name}" for name in places if name in known}
        missing = [name for name in places if name not in filled]
        if len(missing) != (1 if key else 0):
            continue
        if missing:
            filled[missing[0]] = key
        named = {f"path.{name}": value for name, value in filled.items()}
        asks = {one["name"] for one in paths[path][method].get("parameters", []) if one["in"] == "header"}
        if "If-Match" in asks and start.answers_resource:
            named["header.If-Match"] = "$response.header.ETag"
        yield target.operation_id, {"operationId": target.operation_id, "parameters": named}


def _is_one_of(collection: str, path: str) -> bool:
    """Tell whether the path is of one thing out of a collection, or of what hangs on it."""
    return re.match(re.escape(collection) + r"/\{[^}/]+\}(/|$)", path) is not None


def _parameters_of(path: str) -> list[str]:
    return re.findall(r"\{([^}]+)\}", path)


def _security(offered: Offered) -> list[dict[str, list[str]]]:
    if not offered.permissions:
        return []
    return [{PEOPLE: []}, *({MACHINES: [scope.value]} for scope in scopes_for(offered.permissions))]


def _refusals(operation: Mapping[str, Any], offered: Offered) -> list[int]:
    asked = {(one["in"], one["name"]) for one in operation.get("parameters", [])}
    has_body = "requestBody" in operation
    changes = offered.method != "get"
    when = {
        400: True,
        401: bool(offered.permissions),
        403: bool(offered.permissions),
        404: bool(asked) or has_body,
        406: True,
        409: True,
        412: ("header", "If-Match") in asked,
        413: has_body,
        415: has_body,
        422: ("header", "Idempotency-Key") in asked,
        428: ("header", "If-Match") in asked,
        429: True,
        500: True,
        503: True,
    }
    when[409] = changes or bool(asked)
    return [status for status, possible in when.items() if possible]


def _headers(operation: Mapping[str, Any], offered: Offered, status: str) -> Iterator[tuple[str, str]]:
    yield from EVERYWHERE.items()
    if offered.answers_resource or offered.method == "get":
        yield "ETag", "Etag"
    if offered.answers_page:
        yield "Link", "Link"
    if status == "201":
        yield "Location", "Location"
    if operation.get("deprecated"):
        yield from zip(OF_WHAT_GOES, OF_WHAT_GOES, strict=True)
        yield "Link", "Link"


def _refusal(status: int, base: str) -> dict[str, Any]:
    dutch, english = REFUSALS[status]
    headers = dict(EVERYWHERE)
    if status in (429, 503):
        headers["Retry-After"] = "RetryAfter"
    if status == 401:
        headers["WWW-Authenticate"] = "WwwAuthenticate"
    example: dict[str, Any] = {
        "type": f"{base}/problems/{CODE_OF[status]}",
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": english,
    }
    if status == 400:
        example["errors"] = [
            {"in": "body", "location": "/callName", "code": "missing", "detail": "Field required"},
        ]
    return {
        "description": _both(dutch, english),
        "headers": {name: {"$ref": f"#/components/headers/{key}"} for name, key in headers.items()},
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }


def _oauth2(settings: Settings) -> dict[str, Any]:
    return {
        "type": "oauth2",
        "description": "Voor de systemen van partners: OAuth 2.0 client credentials met private_key_jwt.\n\n"
        "For the systems of partners: OAuth 2.0 client credentials with private_key_jwt.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": settings.token_url,
                "scopes": {one.value: _both(*SCOPE_WORDS[one]) for one in Scope},
            }
        },
    }


def _webhook(kind: MessageType) -> dict[str, Any]:
    dutch, english = MESSAGES[kind]
    return {
        "operationId": to_camel(f"receive_{kind.name.lower()}"),
        "summary": dutch,
        "description": _both(
            f"{dutch} Ondertekend als Standard Webhooks; `dataref` zegt waar te lezen is wat u mag lezen.",
            f"{english} Signed as Standard Webhooks; `dataref` says where to read what you may read.",
        ),
        "tags": ["subscriptions"],
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
                "description": _both(*told),
                "example": example,
            }
            for name, told, example in WEBHOOK_HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/cloudevents+json": {
                    "schema": {"$ref": "#/components/schemas/CloudEvent"},
                    "example": {**CLOUD_EVENT["example"], "type": kind.value},
                }
            },
        },
        "responses": {
            # The receiver answers this, and not this API: so there is no version of ours on it.
            "2XX": {"description": _both("Ontvangen.", "Received.")},
            "410": {"description": _both("Het abonnement houdt op.", "The subscription ends.")},
            "429": {
                "description": _both(
                    "Later, zoals `Retry-After` zegt; ook bij elk ander antwoord wordt het nog eens geprobeerd.",
                    "Later, as `Retry-After` says; after any other answer it is tried again too.",
                )
            },
        },
    }


def _both(dutch: str, english: str) -> str:
    return f"{dutch}\n\n{english}"


def in_language(description: str, language: str) -> str:
    """Return the half of a description that is in this language."""
    dutch, _, english = description.partition("\n\n")
    return english if language == "en" and english else dutch


def first_words(told: str) -> str:
    """Return what stands before the first pause: enough for a list."""
    return re.split(r"[.:;]( |$)", told)[0]


def _as_paragraph(told: str) -> str:
    return " ".join(told.split())


def _in_camel_case(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: "{" + to_camel(found[1]) + "}", path)


def _with_names_renamed(document: dict[str, Any]) -> dict[str, Any]:
    """Give schemas names in UpperCamelCase: `Page_ContactOut_` → `ContactOutPage`."""
    written = json.dumps(document)
    for name in sorted(document.get("components", {}).get("schemas", {}), key=len, reverse=True):
        page = re.fullmatch(r"Page_(\w+)_", name)
        within = re.fullmatch(r"bsa__(\w+?)__shapes__(\w+)", name)
        if page:
            new = f"{page[1]}Page"
        elif within:
            new = "".join(part.capitalize() for part in within[1].split("_")) + within[2]
        else:
            new = "".join(part[:1].upper() + part[1:] for part in re.split(r"[_-]", name))
        if new != name:
            written = written.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{new}"')
            written = written.replace(f'"{name}": {{', f'"{new}": {{').replace(
                f'"title": "{name}"', f'"title": "{new}"'
            )
    renamed: dict[str, Any] = json.loads(written)
    return renamed


def _say_formats(schema: Any) -> None:
    """Write the format also beside an `anyOf`, where those look who do not look inside; a time is a local one."""
    if isinstance(schema, list):
        for one in schema:
            _say_formats(one)
    if not isinstance(schema, dict):
        return
    if schema.get("format") == "time":
        schema["format"] = "time-local"
    for value in schema.values():
        _say_formats(value)
    formats = {one["format"] for one in schema.get("anyOf", ()) if isinstance(one, dict) and "format" in one}
    if len(formats) == 1 and "format" not in schema:
        schema["format"] = formats.pop()


SUCCESS = {
    "200": ("Gelukt.", "Done."),
    "201": ("Gemaakt.", "Made."),
    "202": ("Aangenomen.", "Accepted."),
    "204": ("Gelukt; er is niets te zeggen.", "Done; there is nothing to say."),
}

BEARER: dict[str, Any] = {
    "type": "http",
    "scheme": "bearer",
    "description": "Een token van een account. Het legt vast waarvoor bewoners worden gelezen.\n\n"
    "A bearer token of an account. It fixes the purpose for which residents are read.",
}

WEBHOOK_HEADERS = (
    (
        "webhook-id",
        ("De sleutel van het bericht, dezelfde bij elke poging.", "The key of the message, the same at each attempt."),
        "019d1f2d-f9d7-7893-9d46-d3b0463b1657",
    ),
    (
        "webhook-timestamp",
        ("Het moment van deze poging, in seconden.", "The moment of this attempt, in seconds."),
        "1774346400",
    ),
    (
        "webhook-signature",
        (
            "De handtekening; twee, zolang het geheim gewisseld wordt.",
            "The signature; two while the secret is being changed.",
        ),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
)

CLOUD_EVENT: dict[str, Any] = {
    "title": "CloudEvent",
    "description": "Een bericht volgens CloudEvents NL GOV 1.1, zonder persoonsgegevens.\n\n"
    "A message by CloudEvents NL GOV 1.1, without personal data.",
    "type": "object",
    "additionalProperties": False,
    "required": [
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "datacontenttype",
        "dataref",
        "sequence",
        "sequencetype",
    ],
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string", "format": "uri-reference"},
        "type": {"type": "string", "enum": [kind.value for kind in MessageType]},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string", "const": "application/json"},
        "dataref": {"type": "string", "format": "uri"},
        "sequence": {"type": "string", "pattern": r"^\d+$"},
        "sequencetype": {"type": "string", "const": "Integer"},
    },
    "example": {
        "specversion": "1.0",
        "id": "019d1f2d-f9d7-7893-9d46-d3b0463b1657",
        "source": "urn:nld:kvknr:00000000.bsa",
        "type": MessageType.REFERRAL_ACCEPTED.value,
        "time": "2026-03-24T10:00:00.000Z",
        "datacontenttype": "application/json",
        "dataref": "https://bsa.example/api/v1/referrals/019d1f2d-f9d1-757d-a161-d8742fcdc14a",
        "sequence": "1",
        "sequencetype": "Integer",
    },
}

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Een weigering volgens RFC 9457.\n\nA refusal by RFC 9457.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 300, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "detail"],
                "properties": {
                    "in": {"type": "string", "enum": ["body", "query", "path", "header", "cookie"]},
                    "location": {"type": "string"},
                    "index": {"type": "integer"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
