"""The examples of the API document: what the table of deeds sends to the real API, with made-up keys in it.

`python -m tests.examples` writes them down for the document (`make documents`).
"""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from api.document import Offered

from tests.conventions.deeds import DEEDS, Deed
from tests.walked import filled

FILE = Path(__file__).parents[1] / "api" / "examples.json"

NO_KEYS = {
    "initiative_code": "MWQ4XK7P",
    "slip_code": "K7QX29MHTR",
    "voice_code": "RT4M9XK2PQ",
    "reminder": "promise_overdue",
    "open_period": "2026-Q3",
    "figures_table": "needs",
    "figures_form": "csv",
}
"""Things that are told from each other by something else than a key."""


class Made(dict[str, str]):
    """A made-up key for each thing, always the same."""

    def __missing__(self, name: str) -> str:
        return NO_KEYS.get(name) or str(UUID(bytes=sha256(name.encode()).digest()[:16], version=4))


def examples(offered: list[Offered]) -> dict[str, dict[str, Any]]:
    """Return the example of each operation that takes anything in its path or its body."""
    by_route = {(one.method.upper(), pattern(one.path)): one for one in offered}
    found: dict[str, dict[str, Any]] = {}
    # What succeeds for somebody goes first; of the rest, the things at least are there.
    for deed in sorted(DEEDS, key=succeeds, reverse=True):
        operation = by_route[deed.method, pattern(deed.path)]
        example = example_of(deed, operation)
        if example and operation.operation_id not in found:
            found[operation.operation_id] = example
    return dict(sorted(found.items()))


def example_of(deed: Deed, operation: Offered) -> dict[str, Any]:
    """Return a deed as an example: the keys in its path by the names of the parameters, and its body."""
    values = re.findall(r"\{(\w+)\}", deed.path.partition("?")[0])
    names = re.findall(r"\{(\w+)\}", operation.path)
    example: dict[str, Any] = {}
    if names:
        example["path"] = {name: Made()[value] for name, value in zip(names, values, strict=True)}
    if deed.body is not None:
        example["body"] = filled(deed.body, Made())
    return example


def succeeds(deed: Deed) -> bool:
    """Tell whether the deed succeeds for anybody."""
    return any(status.startswith("2") for status in deed.answers.split())


def written(found: dict[str, dict[str, Any]]) -> str:
    """Return the examples as they stand in their file."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def pattern(path: str) -> str:
    """Return a path with every thing in it left out."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0])


if __name__ == "__main__":
    from api.app import ROUTERS
    from api.document import operations_of

    OFFERED = list(operations_of([route for feature in ROUTERS for route in feature.routes]))
    FILE.write_text(written(examples(OFFERED)), encoding="utf-8")
