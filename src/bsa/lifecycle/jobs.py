"""What the worker process does about keys, as often as it likes: both jobs can be run again at any moment."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from bsa import clock
from bsa.database import Database
from bsa.residents.models import DoomedKey, Resident

GRACE = timedelta(days=1)
"""A key is made before the row that needs it; after a day, a row that has not come will not come."""


def destroy_doomed_keys(database: Database) -> int:
    """Destroy the keys that an erasure or a merge left to be destroyed; return how many were listed."""
    with database.writing() as session:
        doomed = session.scalars(select(DoomedKey)).all()
        database.keystore.destroy([row.owner_key for row in doomed])
        for row in doomed:
            session.delete(row)
    return len(doomed)


def sweep_orphans(database: Database) -> int:
    """Destroy the keys whose resident never came, or is gone; return how many there were."""
    old = database.keystore.made_before(clock.now() - GRACE)
    with database.reading() as session:
        orphans = old - set(session.scalars(select(col(Resident.id))))
    database.keystore.destroy(orphans)
    return len(orphans)
