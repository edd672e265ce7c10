"""Published figures are read by a way of their own, on which no table with a person in it can be read."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bsa.database import OF_FIGURES, Database
from bsa.registry import METADATA
from bsa.settings import Settings

ROLE = "bsa_figures"


@pytest.fixture
def reader(settings: Settings, database: Database) -> Database:
    """Open the installation as docs/operating.md says: on PostgreSQL with a role for figures."""
    if database.dialect == "postgresql":
        with database.engine.begin() as connection:
            if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": ROLE}) is None:
                connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN"))
            connection.execute(text(f"GRANT SELECT ON statistics_release TO {ROLE}"))
    return Database(settings.model_copy(update={"figures_role": ROLE}))


def test_of_all_tables_only_those_of_figures_can_be_read(reader: Database) -> None:
    opened = {name for name in METADATA.tables if _can_read(reader, name)}

    assert opened == OF_FIGURES
    with reader.reading() as session:
        assert session.execute(text("SELECT count(*) FROM resident")).scalar() is not None
    reader.close()


def _can_read(reader: Database, table: str) -> bool:
    try:
        with reader.figures() as session:
            session.execute(text(f'SELECT * FROM "{table}" LIMIT 1')).all()
    except SQLAlchemyError as refused:
        return not any(said in str(refused) for said in ("prohibited", "permission denied", "not authorized"))
    return True


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM statistics_release",
        "SELECT * FROM (SELECT id FROM resident) AS inside",
        "DROP TABLE statistics_release",
    ],
)
def test_nothing_else_can_be_done_there(reader: Database, statement: str) -> None:
    with pytest.raises(SQLAlchemyError), reader.figures() as session:
        session.execute(text(statement))
    reader.close()
