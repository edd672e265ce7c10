"""Questions to the database that are put together once and then only filled in.

To put a statement together, and to find it among those that were compiled, takes longer than the database takes to
answer it. So a query is built once for each *shape* of a question: the roles of whoever asks, and which wishes there
are. The builder gets an actor and a wish in which every value is a place: `col(Ask.area_id).in_(actor.area_ids)` reads
the same, but is a place for areas. Wishes that choose between conditions (codes, yes or no, or nothing) stay as they
are; so a builder asks `is not None`, never whether a value is true, and takes the day from `TODAY`. Nothing of anybody
is kept: neither a row, nor a right, nor a value.
"""

from collections.abc import Callable, Hashable
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Select, String, Uuid, bindparam
from sqlalchemy.types import TypeEngine

from bsa import clock
from bsa.permissions import Actor, Purpose, Role
from bsa.rows import Moment
from bsa.shapes import Shape

TODAY = bindparam("today", type_=Date)
"""The place for the day on which it is asked."""

TYPES: dict[type, TypeEngine[Any]] = {
    UUID: Uuid(),
    date: Date(),
    datetime: Moment(),
    int: Integer(),
    str: String(),
}
"""The values for which there is a place; all others are part of the shape."""

Builder = Callable[..., Select[*tuple[Any, ...]]]
Asker = tuple[frozenset[Role], Purpose, bool]
Wish = tuple[tuple[str, Any], ...]


def put(
    build: Builder, actor: Actor | None, wanted: Shape | None = None, *more: Hashable
) -> tuple[Select[*tuple[Any, ...]], dict[str, Any]]:
    """Return the statement that `build` makes for an actor and what is wanted, and the values for its places."""
    values: dict[str, Any] = {"today": clock.today()}
    asker: Asker | None = None
    if actor is not None:
        asker = (actor.roles, actor.purpose, actor.institution_id is not None)
        values |= {"my_id": actor.id, "my_area_ids": [*actor.area_ids], "my_institution_id": actor.institution_id}
    wish: list[tuple[str, Any]] = []
    for name, value in wanted or ():
        if type(value) in TYPES:
            values[f"wanted_{name}"] = value
            wish.append((name, type(value)))
        else:
            wish.append((name, value))
    kind: Any = type(wanted)
    return _put_together(build, asker, kind, tuple(wish), more), values


def forget() -> None:
    """Forget what was put together: for tests that plant a fault in a condition."""
    _put_together.cache_clear()


@lru_cache(maxsize=1000)
def _put_together(
    build: Builder, asker: Asker | None, kind: type[Any], wish: Wish, more: tuple[Hashable, ...]
) -> Select[*tuple[Any, ...]]:
    wanted = None
    if issubclass(kind, Shape):
        places = {name: _place(f"wanted_{name}", value) if isinstance(value, type) else value for name, value in wish}
        wanted = kind.model_construct(None, **places)
    return build(_anybody(*asker) if asker else None, wanted, *more)


def _anybody(roles: frozenset[Role], purpose: Purpose, of_an_institution: bool) -> Actor:
    """Return an actor with these roles, and places for the rest."""
    return Actor(
        id=_place("my_id", UUID),
        name="",
        roles=roles,
        area_ids=_place("my_area_ids", UUID),
        institution_id=_place("my_institution_id", UUID) if of_an_institution else None,
        purpose=purpose,
    )


def _place(name: str, kind: type) -> Any:
    return bindparam(name, type_=TYPES[kind])
