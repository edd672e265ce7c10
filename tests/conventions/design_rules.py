"""The rules for Dutch government APIs (NLgov REST API Design Rules 2.2.0) that can be read off an API document.

Each fault begins with the rule that it breaks. Some rules are stricter here than the official linter: it looks at some
names and some places only, and a rule on what is not there never finds anything.
"""

import re
from collections.abc import Iterator
from typing import Any

FOR_ALL = ("/public/", "/statistics/")
Document = dict[str, Any]

METHODS = {"get", "put", "post", "delete", "patch"}
BESIDE_METHODS = {"parameters", "summary", "description", "servers", "$ref"}
PROBLEM = "application/problem+json"

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|\{[a-z][A-Za-z0-9]*\}|_[a-z0-9]+")
CAMEL = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*")
PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?")
SECRET = re.compile(r"bsn|token|secret|password|name|words|birth", re.IGNORECASE)
DAY = re.compile(r"(^d|D|_d|start|eind|end|birth|due)(ate|atum|date|datum)$")
TOLD = re.compile(r"\S[\s\S]*\n\n[\s\S]*\S")
"""Two paragraphs: Dutch, and English below it."""


def faults(document: Document) -> list[str]:
    """Say which rules a document breaks, and where."""
    return [
        *_about_the_whole(document),
        *(fault for path, item in document.get("paths", {}).items() for fault in _about_a_path(document, path, item)),
        *_about_operations(document),
        *_about_schemas(document),
    ]


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return every operation with its method and its path."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation


def resolved(document: Document, one: Any) -> Any:
    """Return what a reference leads to."""
    while isinstance(one, dict) and "$ref" in one:
        found: Any = document
        for part in one["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        one = found
    return one


def _about_the_whole(document: Document) -> Iterator[str]:
    if not re.fullmatch(r"3\.\d+\.\d+", str(document.get("openapi", ""))):
        yield "/core/doc-openapi: the document is not OpenAPI 3"
    info = document.get("info", {})
    if not SEMVER.fullmatch(str(info.get("version", ""))):
        yield "/core/semver: info.version is no semantic version"
    yield from _about_the_makers(document, info)
    yield from _about_servers(document)


def _about_the_makers(document: Document, info: Document) -> Iterator[str]:
    contact = info.get("contact", {})
    for name in ("name", "url", "email"):
        if not contact.get(name):
            yield f"/core/doc-openapi-contact: info.contact has no {name}"
    if "@" not in str(contact.get("email", "@")):
        yield "/core/doc-openapi-contact: info.contact.email is no address"
    if not TOLD.fullmatch(str(info.get("description", "")).strip()):
        yield "/core/doc-language: info.description is not in Dutch and in English"
    if not info.get("license", {}).get("identifier"):
        yield "licence: info.license has no identifier"
    if not document.get("externalDocs", {}).get("url"):
        yield "/core/changelog: no externalDocs"


def _about_servers(document: Document) -> Iterator[str]:
    servers = document.get("servers", [])
    if not servers:
        yield "/core/uri-version: no server"
    for server in servers:
        if not re.fullmatch(r"https?://[^/]+(/[^/]+)*/v\d+", server.get("url", "")):
            yield f"/core/uri-version: {server.get('url')} is not absolute, or does not end in its major version alone"
    schemes = document.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        if not scheme.get("description"):
            yield f"security: {name} has no description"
        if scheme.get("in") in ("query", "cookie"):
            yield f"/core/transport/no-sensitive-uris: {name} is not taken from a header"


def _about_a_path(document: Document, path: str, item: dict[str, Any]) -> Iterator[str]:
    if path != "/" and path.endswith("/"):
        yield f"/core/no-trailing-slash: {path}"
    segments = path.strip("/").split("/")
    if any(not SEGMENT.fullmatch(one) for one in segments):
        yield f"/core/path-segments-kebab-case: {path}"
    if any(one.startswith("_") for one in segments[:-1]):
        yield f"/core/path-segments-kebab-case: {path}: only the last part may begin with _"
    if re.fullmatch(r"v\d+", segments[0]):
        yield f"/core/uri-version: {path} has the version again"
    for key in item:
        if key not in METHODS | BESIDE_METHODS:
            yield f"/core/http-methods: {key} {path}"
    for parameter in item.get("parameters", []):
        yield from _about_a_parameter(document, path, parameter)


def _about_operations(document: Document) -> Iterator[str]:
    tags = {one["name"]: one.get("description", "") for one in document.get("tags", [])}
    schemes = document.get("components", {}).get("securitySchemes", {})
    ids: set[str] = set()
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        name = operation.get("operationId", "")
        if not CAMEL.fullmatch(name) or name in ids:
            yield f"operation-id: {where}: {name!r} is missing, not in camelCase or not the only one"
        ids.add(name)
        if not operation.get("summary") or not TOLD.fullmatch(operation.get("description", "")):
            yield f"/core/doc-language: {where} has no summary, or is not described in Dutch and in English"
        if not operation.get("tags"):
            yield f"tags: {where} has none"
        for tag in operation.get("tags", []):
            if not TOLD.fullmatch(tags.get(tag, "")):
                yield f"tags: {tag} is not described in Dutch and in English"
        yield from _about_security(where, path, operation, schemes)
        for parameter in operation.get("parameters", []):
            yield from _about_a_parameter(document, where, parameter)
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        if declared != set(re.findall(r"\{([^}]+)\}", path)):
            yield f"path-params: {where} does not declare what stands in its path"
        yield from _about_responses(document, method, where, operation)


def _about_security(where: str, path: str, operation: Document, schemes: Document) -> Iterator[str]:
    if "security" not in operation:
        yield f"security: {where} does not say who may call it"
    elif path.startswith(FOR_ALL) != (operation["security"] == []):
        yield f"security: {where}: open to all is exactly what lies under /public/ and /statistics/"
    for one in operation.get("security", []):
        for scheme, scopes in one.items():
            flows = schemes.get(scheme, {}).get("flows", {})
            known = {scope for flow in flows.values() for scope in flow.get("scopes", {})}
            if scheme not in schemes or not set(scopes) <= known:
                yield f"security: {where} asks for {scheme} {scopes}, which is not declared"


def _about_a_parameter(document: Document, where: str, parameter: dict[str, Any]) -> Iterator[str]:
    parameter = resolved(document, parameter)
    name = parameter["name"]
    if parameter["in"] == "query" and not CAMEL.fullmatch(name):
        yield f"/core/query-keys-camel-case: {where}: {name}"
    if parameter["in"] in ("query", "path") and SECRET.search(name):
        yield f"/core/transport/no-sensitive-uris: {where}: {name}"
    if not TOLD.fullmatch(parameter.get("description", "")):
        yield f"/core/doc-language: {where}: {name} is not described in Dutch and in English"


def _about_responses(document: Document, method: str, where: str, operation: dict[str, Any]) -> Iterator[str]:
    responses = operation.get("responses", {})
    parameters = operation.get("parameters", [])
    if not any(status.startswith("2") for status in responses):
        yield f"responses: {where} says of no success"
    if (parameters or "requestBody" in operation or method in ("put", "post", "patch")) and "400" not in responses:
        yield f"/core/error-handling/invalid-input: {where} does not say 400"
    if "422" in responses and not any(one["name"] == "Idempotency-Key" for one in parameters):
        yield f"/core/error-handling/invalid-input: {where} says 422 where no key is taken"
    if operation.get("security") and not {"401", "403"} <= responses.keys():
        yield f"/core/http-response-code: {where} does not say 401 and 403"
    for status, reference in responses.items():
        yield from _about_a_response(document, f"{where} {status}", status, resolved(document, reference))


def _about_a_response(document: Document, where: str, status: str, response: Document) -> Iterator[str]:
    if "API-Version" not in response.get("headers", {}):
        yield f"/core/version-header: {where}"
    if not response.get("description"):
        yield f"responses: {where} is not described"
    if status[0] in "45":
        content = response.get("content", {})
        if list(content) != [PROBLEM]:
            yield f"/core/error-handling/problem-details: {where} is no problem"
            return
        schema = resolved(document, content[PROBLEM].get("schema", {}))
        if not {"status", "title", "detail"} <= set(schema.get("properties", {})) & set(schema.get("required", [])):
            yield f"/core/error-handling/problem-details: {where} lacks status, title or detail"


def _about_schemas(document: Document) -> Iterator[str]:
    components = document.get("components", {})
    for name, schema in components.get("schemas", {}).items():
        if not PASCAL.fullmatch(name):
            yield f"schema-names: {name} is not in UpperCamelCase"
        if name in ("HTTPValidationError", "ValidationError"):
            yield f"/core/hide-implementation: {name}"
        yield from _about_a_schema(name, schema)
    for method, path, operation in operations(document):
        yield from _about_a_schema(f"{method} {path}", [operation.get("requestBody"), operation.get("parameters")])
        yield from _about_a_schema(f"{method} {path}", list(operation.get("responses", {}).values()))


def _about_a_schema(where: str, schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _about_a_schema(where, one)
    if not isinstance(schema, dict):
        return
    for name, inner in schema.get("properties", {}).items() if isinstance(schema.get("properties"), dict) else ():
        if isinstance(inner, dict):
            yield from _about_a_property(where, name, inner)
    if schema.get("format") in ("time", "date-time-local"):
        yield f"/core/date-time/format: {where} has a {schema['format']}"
    for key, inner in schema.items():
        if key not in ("example", "examples", "default", "enum", "const"):
            yield from _about_a_schema(where, inner)


def _about_a_property(where: str, name: str, schema: dict[str, Any]) -> Iterator[str]:
    if not CAMEL.fullmatch(name):
        yield f"/core/naming: {where}.{name} is not in camelCase"
    formats = {schema.get("format"), *(one.get("format") for one in schema.get("anyOf", []))} - {None}
    inside = {one.get("format") for one in schema.get("anyOf", [])} - {None}
    if len(inside) == 1 and "format" not in schema:
        yield f"/core/date-time/format: {where}.{name} has its format only inside anyOf"
    if DAY.search(name) and formats != {"date"}:
        yield f"/core/date-time/date-omit-time-portion: {where}.{name} is no date"
    if re.search(r"DateTime|datetime|Timestamp", name):
        yield f"/core/date-time/format: {where}.{name}: name an instant …At"
    if re.search(r"[a-z]On$", name) and schema.get("type") != "boolean" and formats not in ({"date"}, set()):
        yield f"/core/date-time/format: {where}.{name} is named as a day and is none"
    if re.search(r"[a-z]At$", name) and formats != {"date-time"}:
        yield f"/core/date-time/format: {where}.{name} is named as an instant and is none"
