"""The API document as pages: what every operation takes and answers, for those who write a program against it.

Drawn from the document itself, so that nothing is said twice; all of it can be read without scripts and on a telephone.
"""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from api.changelog import RELEASES
from api.dependencies import open_to_all
from api.document import CODE_OF, document_of, first_words, in_language
from bsa.errors import NotFound
from web.dependencies import MaybeVisitor
from web.guests import guest_of
from web.pages import Pages, draw

router = Pages("api_document", prefix="/api")

Document = dict[str, Any]


@router.get("")
@open_to_all
def index(request: Request, visitor: MaybeVisitor, text: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Show how the API is used, its parts, and the operations in which something is found."""
    api, language = _api(request), guest_of(request).language.value
    document, operations = document_of(api), _operations(api, language)
    words = text.casefold().split()
    parts = [_part(tag, language, operations) for tag in document["tags"]]
    found = sorted((one for one in operations if words and one.holds(words)), key=lambda one: one.rank(words))
    flow = document["components"]["securitySchemes"]["oauth2"].get("flows", {}).get("clientCredentials", {})
    scopes = [(name, in_language(told, language)) for name, told in flow.get("scopes", {}).items()]
    return draw(
        request,
        "api_document/index.html",
        document=document,
        parts=parts,
        scopes=scopes,
        token_url=flow.get("tokenUrl"),
        text=text,
        found=found,
    )


@router.get("/parts/{part}")
@open_to_all
def show(request: Request, visitor: MaybeVisitor, part: str) -> Response:
    """Show the operations of one part."""
    api, language = _api(request), guest_of(request).language.value
    document = document_of(api)
    tag = next((tag for tag in document["tags"] if _slug(tag["name"]) == part), None)
    if tag is None:
        raise NotFound
    operations = [one for one in _operations(api, language) if one.part == part]
    return draw(request, "api_document/show.html", part=_part(tag, language, operations), operations=operations)


@router.get("/messages")
@open_to_all
def messages(request: Request, visitor: MaybeVisitor) -> Response:
    """Show which messages partners can subscribe to, and how one looks."""
    document, language = document_of(_api(request)), guest_of(request).language.value
    told = [(kind, in_language(item["post"]["description"], language)) for kind, item in document["webhooks"].items()]
    example = json.dumps(document["components"]["schemas"]["CloudEvent"]["example"], indent=2)
    return draw(request, "api_document/messages.html", messages=told, example=example)


@router.get("/changes")
@open_to_all
def changes(request: Request, visitor: MaybeVisitor) -> Response:
    """Show what changed in the API, version by version."""
    return draw(
        request, "api_document/changes.html", releases=RELEASES, english=guest_of(request).language.value == "en"
    )


@dataclass(frozen=True)
class Part:
    """One part of the API."""

    name: str
    told: str
    scopes: bool
    """Whether a partner's machine may do something in it."""
    open: bool
    """Whether all of it is open to everybody."""

    @property
    def key(self) -> str:
        """Its part of an address."""
        return _slug(self.name)


@dataclass(frozen=True)
class Told:
    """One thing that an operation takes or gives."""

    name: str
    kind: str
    required: bool
    description: str = ""


@dataclass(frozen=True)
class Answered:
    """One answer that can come."""

    status: str
    told: str
    problem: str | None
    """The page that explains it, of a refusal that has one."""


@dataclass(frozen=True)
class Operation:
    """One operation, in words."""

    key: str
    part: str
    method: str
    path: str
    summary: str
    description: str
    scopes: list[str]
    open: bool
    deprecated: bool
    parameters: list[Told]
    takes: list[Told]
    gives: list[Told]
    answers: list[Answered]
    example: str

    def holds(self, words: list[str]) -> bool:
        """Tell whether all words stand somewhere in it."""
        everything = f"{self.key} {self.method} {self.path} {self.description} {' '.join(self.scopes)}".casefold()
        return all(word in everything for word in words)

    def rank(self, words: list[str]) -> tuple[int, int]:
        """Say how far down it stands among what was found: after what has more of the words in its address."""
        address = f"{self.method} {self.path}".casefold()
        return -sum(word in address for word in words), len(self.path)


def _part(tag: Document, language: str, operations: list[Operation]) -> Part:
    own = [one for one in operations if one.part == _slug(tag["name"])]
    return Part(
        tag["name"],
        in_language(tag["description"], language),
        any(one.scopes for one in own),
        all(one.open for one in own),
    )


def _api(request: Request) -> FastAPI:
    mounted: list[FastAPI] = [route.app for route in request.app.routes if getattr(route, "path", "") == "/api/v1"]
    return mounted[0]


@cache
def _operations(api: FastAPI, language: str) -> list[Operation]:
    # The document is drawn up once, and so is what the pages show of it.
    document = document_of(api)
    return [
        _operation(document, language, method, path, one)
        for path, item in document["paths"].items()
        for method, one in item.items()
    ]


def _operation(document: Document, language: str, method: str, path: str, one: Document) -> Operation:
    description = in_language(one["description"], language)
    responses = {status: _resolved(document, response) for status, response in one["responses"].items()}
    success = next(response for status, response in responses.items() if status.startswith("2"))
    return Operation(
        key=one["operationId"],
        part=_slug(one["tags"][0]),
        method=method.upper(),
        path=path,
        summary=one["summary"] if language == "nl" else first_words(description),
        description=description,
        scopes=[scope for way in one["security"] for scope in way.get("oauth2", ())],
        open=one["security"] == [],
        deprecated=bool(one.get("deprecated")),
        parameters=[
            Told(
                parameter["name"],
                _kind(document, parameter["schema"]),
                bool(parameter.get("required")),
                in_language(parameter["description"], language),
            )
            for parameter in one.get("parameters", ())
        ],
        takes=list(_fields(document, _schema(one.get("requestBody", {})))),
        gives=list(_fields(document, _schema(success))),
        answers=[
            Answered(status, in_language(response["description"], language), CODE_OF.get(int(status)))
            for status, response in responses.items()
        ],
        example=_curl(document, method, path, one),
    )


def _schema(holder: Document) -> Document:
    contents: list[Document] = list(holder.get("content", {}).values())
    found: Document = contents[0].get("schema", {}) if contents else {}
    return found


def _fields(document: Document, schema: Document, before: str = "", depth: int = 0) -> Iterator[Told]:
    schema = _resolved(document, schema)
    for name, inner in schema.get("properties", {}).items():
        yield Told(f"{before}{name}", _kind(document, inner), name in schema.get("required", ()))
        within = _within(document, inner)
        if depth < 2 and within.get("properties"):
            many = "[]." if _resolved(document, inner).get("type") == "array" else "."
            yield from _fields(document, within, f"{before}{name}{many}", depth + 1)


def _within(document: Document, schema: Document) -> Document:
    schema = _resolved(document, schema)
    for one in (schema.get("items", {}), *schema.get("anyOf", ())):
        if "$ref" in one:
            return _resolved(document, one)
    return schema


def _kind(document: Document, schema: Document) -> str:
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        return " | ".join(_kind(document, one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(str(code) for code in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_kind(document, schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or schema.get("const") or "")


def _resolved(document: Document, one: Document) -> Document:
    while "$ref" in one:
        *_, kind, name = one["$ref"].split("/")
        one = document["components"][kind][name]
    return one


def _curl(document: Document, method: str, path: str, one: Document) -> str:
    """Write an operation down as it is asked on a command line."""
    lines = ["curl" if method == "get" else f"curl -X {method.upper()}"]
    if one["security"]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    for parameter in one.get("parameters", ()):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", str(parameter.get("example", "…")))
        if parameter["in"] == "header" and parameter.get("required"):
            lines.append(f"-H {shlex.quote(parameter['name'] + ': ' + str(parameter.get('example', '…')))}")
    for kind, content in one.get("requestBody", {}).get("content", {}).items():
        if "example" in content:
            lines.append(f"-H {shlex.quote(f'Content-Type: {kind}')}")
            lines.append(f"-d {shlex.quote(json.dumps(content['example'], ensure_ascii=False))}")
    lines.append(f"'{document['servers'][0]['url']}{path}'")
    return " \\\n  ".join(lines)


def _slug(name: str) -> str:
    return name.replace(" ", "-")
