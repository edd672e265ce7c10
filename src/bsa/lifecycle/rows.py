"""Whatever belongs to a resident, found in the tables themselves, so that a new table cannot be forgotten."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Table, delete, select, update
from sqlmodel import Session

from bsa.registry import METADATA
from bsa.sealing import SealedText, sealer


def tables_of_residents() -> Sequence[Table]:
    """Return every table whose rows belong to a resident, those that are leaned on first.

    Such a table has a `resident_id` with a foreign key. The access log has none on purpose: who looked stays known.
    """
    return [
        table
        for table in METADATA.sorted_tables
        if "resident_id" in table.columns and table.columns["resident_id"].foreign_keys
    ]


def leaning_on(table: Table) -> Sequence[Table]:
    """Return the residents' tables whose rows are part of rows of this one, and this one last."""
    parts = {
        other.name for other in tables_of_residents() if any(key.column.table is table for key in other.foreign_keys)
    }
    return [other for other in reversed(tables_of_residents()) if other.name in parts] + [table]


def move_rows(session: Session, from_id: UUID, to_id: UUID) -> None:
    """Give all rows of one resident to another: each sealed cell is opened, and sealed anew under the other's key."""
    box = sealer(session)
    box.fetch([from_id, to_id])
    for table in tables_of_residents():
        sealed = [column for column in table.columns if isinstance(column.type, SealedText)]
        for row in session.execute(select(table).where(table.c.resident_id == from_id)).mappings().all():
            moved: dict[str, object] = {"resident_id": to_id}
            for column in sealed:
                if row[column] is not None:
                    text = box.open(row[column], table.name, column.name, row["id"], from_id)
                    moved[column.name] = box.seal(text, table.name, column.name, row["id"], to_id)
            session.execute(update(table).where(table.c.id == row["id"]).values(moved))


def delete_rows(session: Session, resident_ids: Sequence[UUID]) -> None:
    """Delete all rows that belong to these residents, those that lean on others first."""
    for table in reversed(tables_of_residents()):
        session.execute(delete(table).where(table.c.resident_id.in_(resident_ids)))
