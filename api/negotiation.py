"""Which types are taken and which are given: 415 for what is sent as another, 406 for what is wanted as another.

Both are told before anybody looks at what was sent.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

Operation = TypeVar("Operation", bound=Callable[..., Any])

JSON = "application/json"
PATCH = "application/merge-patch+json"
PROBLEM = "application/problem+json"


def gives(*types: str) -> Callable[[Operation], Operation]:
    """Declare the types that an operation answers with, when that is not JSON."""

    def declare(operation: Operation) -> Operation:
        operation.gives = types  # type: ignore[attr-defined]
        return operation

    return declare


async def agree_on_types(request: Request) -> None:
    """Refuse a body of a type that the operation does not take, and an answer of a type that it does not give."""
    operation = getattr(request.scope.get("route"), "endpoint", None)
    _taken(request, getattr(operation, "takes", None))
    wanted = request.headers.getlist("accept")
    if wanted and wanted != ["*/*"]:
        offered = (*getattr(operation, "gives", (JSON,)), PROBLEM)
        if not any(_accepts(wanted, kind) for kind in offered):
            raise HTTPException(406, f"This is answered as {' or '.join(offered[:-1])}; ask for that in Accept.")


def _taken(request: Request, takes: str | None) -> None:
    headers = request.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise HTTPException(
            415, "Send the body as it is, without Content-Encoding.", headers={"Accept-Encoding": "identity"}
        )
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if takes is not None:
        if kind != takes:
            raise HTTPException(415, f"Send a form with a file, with Content-Type: {takes}.", headers={"Accept": takes})
    elif request.method == "PATCH":
        if kind not in (JSON, PATCH):
            both = f"{PATCH}, {JSON}"
            raise HTTPException(
                415, f"Send JSON, with Content-Type: {PATCH}.", headers={"Accept-Patch": both, "Accept": both}
            )
    elif kind != JSON:
        raise HTTPException(415, f"Send JSON, with Content-Type: {JSON}.", headers={"Accept": JSON})


def chosen(request: Request, offered: Sequence[str]) -> str:
    """Return which of these types the caller likes best; of those liked as well, the first."""
    wanted = request.headers.getlist("accept")
    return max(offered, key=lambda kind: _liking(wanted, kind)) if wanted else offered[0]


def _accepts(wanted: list[str], kind: str) -> bool:
    return _liking(wanted, kind) > 0


def _liking(wanted: list[str], kind: str) -> float:
    """Tell how much a type is liked, from 0 to 1: the range that says it most exactly decides."""
    best, quality = 0, 0.0
    for one in ",".join(wanted).split(","):
        name, *parameters = (part.strip().lower() for part in one.split(";"))
        if name == kind:
            exact = 3
        elif name == kind.partition("/")[0] + "/*":
            exact = 2
        elif name in ("*/*", "*"):
            exact = 1
        else:
            continue
        if exact > best:
            best, quality = exact, _quality(parameters)
    return quality


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 1.0
    return 1.0
