"""Deeds about areas."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa.areas.models import PARENTS, Area, AreaInclusion, Level
from bsa.areas.queries import get_area
from bsa.areas.shapes import AreaChange, AreaIn
from bsa.errors import N_, Fault, Invalid
from bsa.events import note
from bsa.permissions import Actor, Permission, require
from bsa.rows import not_stale

WRONG_PARENT: dict[Level, str] = {
    Level.MUNICIPALITY: N_("Choose the municipality in which it lies."),
    Level.DISTRICT: N_("Choose the district in which it lies."),
    Level.NEIGHBOURHOOD: N_("Choose the neighbourhood in which it lies."),
}
"""What is said of an area whose parent is of another level than the one in which it must lie."""


def record_area(session: Session, actor: Actor | None, told: AreaIn, *, made_up: bool = False) -> Area:
    """Record an area in the tree; `actor` is None for the command line."""
    if actor is not None:
        require(actor, Permission.RECORD_AREA)
    parent = _parent(session, told)
    _refuse_twins(session, told)
    area = Area(
        level=told.level,
        name=told.name,
        code=told.code,
        division_year=told.division_year,
        parent_id=parent.id if parent else None,
        made_up=made_up,
    )
    session.add(area)
    session.flush()
    outer = session.scalars(
        select(col(AreaInclusion.outer_id)).where(col(AreaInclusion.inner_id) == area.parent_id)
    ).all()
    session.add_all([AreaInclusion(outer_id=key, inner_id=area.id) for key in {*outer, area.id}])
    _lay_over(session, area, told.covers_ids)
    note(session, actor, "area.recorded", area, level=area.level)
    session.flush()
    return area


def change_area(session: Session, actor: Actor, area_id: UUID, version: int, change: AreaChange) -> Area:
    """Give an area another name."""
    area = get_area(session, actor, area_id)
    require(actor, Permission.RECORD_AREA, area)
    not_stale(area, version)
    area.name = change.name
    area.touch()
    note(session, actor, "area.changed", area)
    session.flush()
    return area


def _parent(session: Session, told: AreaIn) -> Area | None:
    allowed = PARENTS[told.level]
    if not allowed:
        if told.parent_id is not None:
            raise Invalid(Fault(("parent_id",), "no_parent", "A municipality lies in no other area."))
        return None
    parent = session.get(Area, told.parent_id) if told.parent_id else None
    if parent is None or parent.level not in allowed:
        raise Invalid(Fault(("parent_id",), "wrong_parent", WRONG_PARENT[allowed[0]]))
    return parent


def _refuse_twins(session: Session, told: AreaIn) -> None:
    same_name = (
        (col(Area.parent_id) == told.parent_id) & (col(Area.level) == told.level) & (col(Area.name) == told.name)
    )
    if told.parent_id and session.scalar(select(col(Area.id)).where(same_name)) is not None:
        raise Invalid(Fault(("name",), "exists", "There is an area with this name here already."))
    same_code = (col(Area.code) == told.code) & (col(Area.division_year) == told.division_year)
    if told.code and session.scalar(select(col(Area.id)).where(same_code)) is not None:
        raise Invalid(Fault(("code",), "exists", "This code is recorded for this year already."))


def _lay_over(session: Session, area: Area, covered: list[UUID]) -> None:
    if not covered:
        return
    if area.level is not Level.OWN_AREA:
        raise Invalid(Fault(("covers_ids",), "not_own_area", "Only an own area lies over neighbourhoods."))
    found = session.scalars(
        select(col(Area.id)).where(col(Area.id).in_(covered), col(Area.level) == Level.NEIGHBOURHOOD)
    ).all()
    if set(found) != set(covered):
        raise Invalid(Fault(("covers_ids",), "unknown", "An own area lies over neighbourhoods; one of these is none."))
    inner = session.scalars(select(col(AreaInclusion.inner_id)).where(col(AreaInclusion.outer_id).in_(found))).all()
    session.add_all([AreaInclusion(outer_id=area.id, inner_id=key) for key in set(inner)])
