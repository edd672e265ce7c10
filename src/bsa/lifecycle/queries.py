"""Reading what a step down would cost, before it is taken."""

from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, func, select
from sqlmodel import Session, col

from bsa.errors import invalid
from bsa.needs.models import NeedLayer
from bsa.permissions import Actor, Permission, allows
from bsa.registry import METADATA
from bsa.residents.models import FIELD_LEVELS, LEVELS, RegistrationLevel, Resident, may_keep
from bsa.residents.queries import get_record
from bsa.residents.shapes import LevelLoss

SECRET: dict[str, Permission] = {"own_share.*": Permission.WRITE_OWN_SHARE}
"""Of what only those who may read it may know whether there is any; it goes all the same."""


def losses(session: Session, actor: Actor, resident_id: UUID, level: RegistrationLevel) -> list[LevelLoss]:
    """Tell what a step down to this level would delete: each field with how many there are of it."""
    resident = get_record(session, actor, resident_id, Permission.CHANGE_RESIDENT)
    refuse_not_lower(resident, level)
    found = [
        LevelLoss(field=field, count=_how_many(session, resident, field))
        for field in FIELD_LEVELS
        if not may_keep(field, level) and (field not in SECRET or allows(actor, SECRET[field], resident))
    ]
    return [loss for loss in found if loss.count]


def refuse_not_lower(resident: Resident, level: RegistrationLevel) -> None:
    """Refuse a level that is not below the present one."""
    if LEVELS.index(level) >= LEVELS.index(resident.level):
        raise invalid("level", "not_lower", "The resident is at this level already, or below it.")


def of_this(resident: Resident, field: str) -> ColumnElement[bool]:
    """Return the condition for the rows that hold a field of the matrix that lies outside the resident's own row."""
    if field.endswith(".*"):
        return table_of(field).c.resident_id == resident.id
    if field == "need.deeper_layers":
        return (col(NeedLayer.resident_id) == resident.id) & (col(NeedLayer.depth) > 0)
    cell = cell_of(field)
    return (cell.table.c.resident_id == resident.id) & cell.is_not(None)


def table_of(field: str) -> Table:
    """Return the table of a field `table.*`: every row of it, of this resident, may be kept or not."""
    return METADATA.tables[field.removesuffix(".*")]


def cell_of(field: str) -> Column[str]:
    """Return the column of a field `table.column`: one cell in rows that stay."""
    table, _, column = field.partition(".")
    return METADATA.tables[table].columns[column]


def _how_many(session: Session, resident: Resident, field: str) -> int:
    if "." not in field:
        return int(getattr(resident, field) is not None)
    return session.scalar(select(func.count()).where(of_this(resident, field))) or 0
