"""Alembic's entrance: runs the migrations on the engine that it is handed, or on the installation's own."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

from bsa.database import open_engine
from bsa.registry import METADATA
from bsa.rows import Moment
from bsa.sealing import SealedText
from bsa.settings import Settings


def as_plain_type(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our own column types as the plain ones that they are in the database, so that a migration never changes."""
    if kind != "type":
        return False
    if isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, SealedText):
        return "sa.LargeBinary()"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def migrate(connection: Connection) -> None:
    """Run the wanted migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        render_item=as_plain_type,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = context.config.attributes.get("engine")
if engine is None:
    settings = Settings()
    engine = open_engine(settings.database_url, settings.database_key)

with engine.connect() as connection:
    migrate(connection)
    connection.commit()
