"""The API document: what every operation takes and answers, for those who write a program against it."""

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi


def document_of(api: FastAPI) -> dict[str, Any]:
    """Draw up the API document: input that is not right is answered with 400 here, never with FastAPI's 422."""
    if api.openapi_schema is None:
        document = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            contact=api.contact,
            license_info=api.license_info,
            servers=api.servers,
            routes=api.routes,
        )
        for path, operations in document["paths"].items():
            for operation in operations.values():
                operation["security"] = [] if path.startswith("/public/") else [{"bearer": []}]
                _say_how_it_refuses(operation)
        schemas = document["components"]["schemas"]
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        schemas["Problem"] = PROBLEM
        document["components"]["securitySchemes"] = {"bearer": BEARER}
        api.openapi_schema = document
    return api.openapi_schema


def _say_how_it_refuses(operation: MutableMapping[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for status in ("400", "401", "403", "404"):
        responses.setdefault(
            status,
            {
                "description": "Refused",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
    for response in responses.values():
        response.setdefault("headers", {})["API-Version"] = {"schema": {"type": "string"}, "description": "API version"}


BEARER: dict[str, Any] = {
    "type": "http",
    "scheme": "bearer",
    "description": "A bearer token of an account. It fixes the purpose for which residents are read.",
}

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "detail"],
                "properties": {
                    "in": {"type": "string"},
                    "location": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}

DESCRIPTION = """\
Buurtgerichte Sociale Activering: bewoners, vragen, initiatieven en toezeggingen van instellingen.
De begrippenlijst Nederlands-Engels staat in `docs/words.md`.

Neighbourhood social activation: residents, needs, collective initiatives and commitments of institutions.
"""
