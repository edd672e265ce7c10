"""Who read which residents, when and for what: one line for the reading, one for each resident in its answer.

The lines are written before the answer leaves; when they cannot be written, the answer does not leave.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Index, Table, Uuid, bindparam, column, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field

from bsa import clock
from bsa.errors import OutOfService
from bsa.permissions import Actor, Purpose
from bsa.rows import Row, one_of
from bsa.traces import present_trace


class AccessLine(Row, table=True):
    """One line: the reading itself when `resident_id` is empty, otherwise one resident who was in its answer.

    Nothing here is a foreign key: who looked must stay known after the resident is erased and the worker has left. Of a
    referral that was opened the key of the referral stands in the place of the resident's: who it is about is often not
    registered here, and its content has a key of its own.
    A line says which operation was done, never what was in the answer.
    """

    __tablename__ = "access_line"
    __table_args__ = (Index("ix_access_line_resident_id_created_at", "resident_id", "created_at"),)

    reading_id: UUID = Field(index=True)
    account_id: UUID
    purpose: Purpose = Field(sa_type=one_of(Purpose))
    operation: str = Field(max_length=80)
    residents: int = Field(ge=0)
    resident_id: UUID | None = None
    trace_id: str | None = Field(default=None, max_length=32)
    """In which piece of work it was done: the same as in the log, and as with a partner that sent its trace along."""


def record_reading(connection: Connection, actor: Actor, operation: str, residents: Iterable[UUID]) -> None:
    """Write the lines of one reading in one bulk insert; raise `OutOfService` when that fails."""
    subjects = sorted(residents)
    reading_id = clock.new_id()
    trace = present_trace()
    line = {
        "reading_id": reading_id,
        "created_at": clock.now(),
        "account_id": actor.id,
        "purpose": actor.purpose,
        "operation": operation,
        "residents": len(subjects),
        "trace_id": trace.id if trace else None,
    }
    ids, whose = [reading_id, *(clock.new_id() for _ in subjects)], [None, *subjects]
    try:
        if connection.dialect.name == "postgresql":
            connection.execute(AT_ONCE, {"ids": ids, "whose": whose, **line})
        else:
            lines = [{"id": one, "resident_id": resident, **line} for one, resident in zip(ids, whose, strict=True)]
            connection.execute(insert(TABLE), lines)
    except SQLAlchemyError as error:
        raise OutOfService from error


TABLE: Table = AccessLine.__table__  # type: ignore[attr-defined]
SAME = ("reading_id", "created_at", "account_id", "purpose", "operation", "residents", "trace_id")
LINES = (
    func.unnest(bindparam("ids", type_=ARRAY(Uuid)), bindparam("whose", type_=ARRAY(Uuid)))
    .table_valued(column("id", Uuid), column("resident_id", Uuid), name="line")
    .render_derived()
)
# PostgreSQL's driver sends many rows one by one; as two arrays they take an eighth of the time.
AT_ONCE = insert(TABLE).from_select(
    ["id", "resident_id", *SAME],
    select(LINES.c.id, LINES.c.resident_id, *(bindparam(name, type_=TABLE.c[name].type) for name in SAME)),
)
