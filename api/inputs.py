"""What comes in is read as JSON means it, and a query as the document says: what looks alike is not taken for it.

Pydantic reads forms kindly: `"5"` for a number, `0` for a day in 1970, a midnight for a day. Pages need that; from a
program it hides a mistake. So a body is read strictly, and the keys of a query are held against what they may be.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, TypeAdapter

FORMS: dict[type, tuple[re.Pattern[str], str, str]] = {
    bool: (re.compile(r"true|false"), "bool_format", "Write true or false."),
    int: (re.compile(r"-?[0-9]{1,18}"), "int_format", "Write a whole number."),
    date: (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "date_format", "Write a day as 2026-03-24."),
}

Fault = dict[str, Any]


class Inputs:
    """What one operation takes."""

    def __init__(self, dependant: Dependant) -> None:
        self._dependant = dependant

    def read_strictly(self) -> None:
        """Let the body of the operation be read as JSON means it."""
        for field in _all(self._dependant, "body_params"):
            inside = field._type_adapter
            if isinstance(inside, TypeAdapter):
                field._type_adapter = _Strictly(inside)

    def faults(self, request: Request) -> list[Fault]:
        """Return what is wrong with a request that no shape tells."""
        return [*self._query_faults(request.scope["query_string"].decode("latin-1")), *self._body_faults(request)]

    def _query_faults(self, query: str) -> Iterator[Fault]:
        if not query:
            return
        seen: set[str] = set()
        for key, value in parse_qsl(query, keep_blank_values=True):
            kind = self._keys.get(key)
            if kind is None:
                yield _fault(("query", key), "extra_forbidden", "This key is not known here.")
            elif key in seen and not kind.many:
                yield _fault(("query", key), "repeated", "Send this key once.")
            elif "\0" in value:
                yield _fault(("query", key), "control_characters", "Leave out control characters; use plain text.")
            elif kind.form and not kind.form[0].fullmatch(value):
                yield _fault(("query", key), kind.form[1], kind.form[2])
            seen.add(key)

    def _body_faults(self, request: Request) -> Iterator[Fault]:
        body: bytes = getattr(request, "_body", b"")
        if not self._takes_body:
            if body.strip() not in (b"", b"{}"):
                yield _fault(("body",), "extra_forbidden", "Nothing is sent here: leave the body out.")
        elif b"\\u0000" in body:
            # A database would refuse it later, and not in words.
            yield from _with_nul(("body",), json.loads(body))

    @cached_property
    def _keys(self) -> dict[str, "_Kind"]:
        found: dict[str, _Kind] = {}
        for field in _all(self._dependant, "query_params"):
            kind = field.field_info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, inner in kind.model_fields.items():
                    found[inner.validation_alias or inner.alias or name] = _Kind(inner.annotation)  # type: ignore[index]
            else:
                found[field.alias] = _Kind(kind)
        return found

    @cached_property
    def _takes_body(self) -> bool:
        return bool(_all(self._dependant, "body_params"))


class _Kind:
    """What a key of a query holds: one value or many, and how that is written."""

    def __init__(self, annotation: Any) -> None:
        kinds = list(_kinds_in(annotation))
        self.many = any(kind in (list, set, tuple, frozenset) for kind in kinds)
        self.form = next((FORMS[kind] for kind in kinds if kind in FORMS), None)


class _Strictly:
    """Reads a body as JSON means it: no number out of a text, no day out of a number, names as in the document."""

    def __init__(self, inside: TypeAdapter[Any]) -> None:
        self._inside = inside

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)

    def validate_python(self, value: Any, **_: Any) -> Any:
        """Check what was sent."""
        if isinstance(value, bytes):
            return self._inside.validate_json(value, strict=True, by_alias=True, by_name=False)
        return self._inside.validate_json(json.dumps(value), strict=True, by_alias=True, by_name=False)


def _all(dependant: Dependant, kind: str) -> list[Any]:
    """Return the fields of one kind that an operation and all that it depends on take."""
    found = list(getattr(dependant, kind))
    for inner in dependant.dependencies:
        found += _all(inner, kind)
    return found


def _with_nul(place: tuple[str | int, ...], value: Any) -> Iterator[Fault]:
    if isinstance(value, str) and "\0" in value:
        yield _fault(place, "control_characters", "Leave out control characters; use plain text.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _with_nul((*place, key), inner)
            if "\0" in key:
                yield _fault((*place, key), "control_characters", "Leave out control characters; use plain text.")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _with_nul((*place, number), inner)


def _kinds_in(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType, Annotated):
        for part in get_args(annotation)[: 1 if origin is Annotated else None]:
            yield from _kinds_in(part)
    elif origin is not None:
        yield origin
        for part in get_args(annotation):
            yield from _kinds_in(part)
    elif annotation is not NoneType:
        yield annotation


def _fault(place: tuple[str | int, ...], code: str, message: str) -> Fault:
    return {"type": code, "loc": place, "msg": message, "input": None}
