"""What comes in is read as JSON means it, and a query as the document says: what looks alike is not taken for it.

Pydantic reads forms kindly: `"5"` for a number, `0` for a day in 1970, a midnight for a day. Pages need that; from a
program it hides a mistake. So a body is read strictly, and the keys of a query are held against what they may be.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from inspect import Signature, signature
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import InitErrorDetails, PydanticCustomError

FORMS: dict[type, tuple[re.Pattern[str], str, str]] = {
    bool: (re.compile(r"true|false"), "bool_format", "Write true or false."),
    int: (re.compile(r"-?[0-9]{1,18}"), "int_format", "Write a whole number."),
    date: (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "date_format", "Write a day as 2026-03-24."),
}

Fault = dict[str, Any]


class Inputs:
    """What one operation takes."""

    def __init__(self, dependant: Dependant, *, reads_itself: bool = False) -> None:
        self._dependant = dependant
        self._reads_itself = reads_itself
        """Whether the operation reads what is sent by itself, such as a whole map."""

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
        elif b"\\u0000" in body and not self._reads_itself:
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
        return self._reads_itself or bool(_all(self._dependant, "body_params"))


class _Kind:
    """What a key of a query holds: one value or many, and how that is written."""

    def __init__(self, annotation: Any) -> None:
        kinds = list(_kinds_in(annotation))
        self.many = any(kind in (list, set, tuple, frozenset) for kind in kinds)
        self.form = next((FORMS[kind] for kind in kinds if kind in FORMS), None)


def read_strictly(operation: Callable[..., Any]) -> Signature:
    """Return what an operation is called with, its body read as JSON means it.

    No number out of a text, no day out of a number, names as the document has them.
    """
    told = signature(operation)
    hints = get_type_hints(operation, include_extras=True)
    return told.replace(
        parameters=[
            one.replace(annotation=_strict(hints[name]) if _is_body(hints[name]) else one.annotation)
            for name, one in told.parameters.items()
        ]
    )


def _is_body(kind: Any) -> bool:
    """Tell whether FastAPI takes this from the body: shapes, unless it is told to take them from elsewhere."""
    if get_origin(kind) in (Union, UnionType):
        return any(_is_body(part) for part in get_args(kind))
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _strict(kind: Any) -> Any:
    inside: TypeAdapter[Any] = TypeAdapter(kind)

    def read(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, BaseModel):
            return value
        # Of bytes it is known already that they are no JSON.
        told = value if isinstance(value, bytes) else json.dumps(value)
        shape = inside.validate_json(told, strict=True, by_alias=True, by_name=False)
        wrong = list(_no_days(shape, value, ()))
        if wrong:
            raise ValidationError.from_exception_data("body", wrong)
        return shape

    return Annotated[kind, WrapValidator(read)]


def _no_days(shape: Any, told: Any, place: tuple[str | int, ...]) -> Iterator[InitErrorDetails]:
    """Find what was taken for a day and is written as none: Pydantic reads `"0"` as one in 1970, also strictly."""
    if isinstance(shape, BaseModel) and isinstance(told, dict):
        for name, field in type(shape).model_fields.items():
            key = field.alias or name
            if key in told:
                yield from _no_days(getattr(shape, name), told[key], (*place, key))
    elif isinstance(shape, list | tuple) and isinstance(told, list):
        for number, (one, other) in enumerate(zip(shape, told, strict=False)):
            yield from _no_days(one, other, (*place, number))
    elif type(shape) is date and isinstance(told, str) and not FORMS[date][0].fullmatch(told):
        yield {"type": PydanticCustomError("date_format", "Write a day as 2026-03-24."), "loc": place, "input": None}


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
