"""Reading areas. Everybody who is signed in may see them all: they say nothing about a person."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, select
from sqlmodel import Session, col

from bsa.areas.models import Area, AreaInclusion, Level
from bsa.areas.shapes import AreaOut, AreaQuery
from bsa.errors import NotFound, invalid
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.shapes import Page

BY_NAME = Order((col(Area.name), False), (col(Area.id), False))


def lies_within(column: SQLColumnExpression[UUID], area_id: UUID | SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Return the condition that the area in `column` is `area_id` or lies in it."""
    within = select(col(AreaInclusion.inner_id)).where(col(AreaInclusion.outer_id) == area_id)
    # An area that is a column is the one of the query around, however deep this stands in it.
    return column.in_(within.correlate_except(AreaInclusion))


def list_areas(session: Session, actor: Actor, wanted: AreaQuery) -> Page[AreaOut]:
    """List areas by name."""
    require(actor, Permission.SEE_AREAS)
    rows, more = fetch(session, actor, wanted, _listed, BY_NAME)
    areas = [row[0] for row in rows]
    return Page(
        items=[area_out(actor, area) for area in areas],
        next_cursor=cursor_after(areas[-1].name, areas[-1].id) if more else None,
    )


def _listed(actor: Actor, wanted: AreaQuery) -> Select[*tuple[Any, ...]]:
    query = select(Area)
    if wanted.level:
        query = query.where(col(Area.level) == wanted.level)
    if wanted.within_id is not None:
        query = query.where(lies_within(col(Area.id), wanted.within_id))
    if wanted.code is not None:
        query = query.where(col(Area.code) == wanted.code)
    if wanted.mine:
        query = query.where(col(Area.id).in_(actor.area_ids))
    return query


def get_area(session: Session, actor: Actor, area_id: UUID) -> Area:
    """Return an area."""
    require(actor, Permission.SEE_AREAS)
    area = session.get(Area, area_id)
    if area is None:
        raise NotFound
    return area


def find_area(session: Session, actor: Actor, area_id: UUID, *, at: str) -> Area:
    """Return the area that was named in the field `at`, or refuse that field."""
    area = session.get(Area, area_id)
    if area is None:
        raise invalid(at, "unknown", "There is no such area. Choose one from the list.")
    if area.level in (Level.MUNICIPALITY, Level.DISTRICT, Level.OWN_AREA):
        raise invalid(at, "too_large", "Choose a neighbourhood, or a complex or place in it.")
    return area


def area_out(actor: Actor | None, area: Area) -> AreaOut:
    """Draw up an area; `actor` is None on public pages."""
    may_change = actor is not None and allows(actor, Permission.RECORD_AREA, area)
    return AreaOut(
        id=area.id,
        version=area.version,
        created_at=area.created_at,
        changed_at=area.changed_at,
        allowed_actions=[Permission.RECORD_AREA.value] if may_change else [],
        level=area.level,
        name=area.name,
        code=area.code,
        division_year=area.division_year,
        parent_id=area.parent_id,
        made_up=area.made_up,
    )
