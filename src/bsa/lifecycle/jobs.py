"""What the worker process does about keys, as often as it likes: both jobs can be run again at any moment."""

import logging
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from bsa import clock
from bsa.database import Database
from bsa.referrals.models import Referral
from bsa.residents.models import DoomedKey, Resident
from bsa.statistics.masters import OWNERS

log = logging.getLogger("bsa.jobs")

GRACE = timedelta(days=1)
"""A key is made before the row that needs it; after a day, a row that has not come will not come."""

RECENT = timedelta(days=7)
"""An orphan is swept within days. An older key without a row means that rows were lost, not that a row never came."""

MOST_ORPHANS = 10
"""A registration that fails halfway is rare. More orphans than this mean an old backup, or another's database."""


def destroy_doomed_keys(database: Database) -> int:
    """Destroy the keys that an erasure or a merge left to be destroyed; return how many were listed."""
    with database.writing() as session:
        doomed = session.scalars(select(DoomedKey)).all()
        database.keystore.destroy([row.owner_key for row in doomed])
        for row in doomed:
            session.delete(row)
    return len(doomed)


def sweep_orphans(database: Database) -> int:
    """Destroy the keys whose owner never came; return how many. When there are too many, destroy none and say so."""
    database.check()
    long_ago = database.keystore.made_before(clock.now() - RECENT)
    old = database.keystore.made_before(clock.now() - GRACE) - long_ago
    with database.reading() as session:
        owners = {*session.scalars(select(col(Resident.id))), *session.scalars(select(col(Referral.id)))}
    orphans = old - OWNERS - owners
    if len(orphans) > MOST_ORPHANS:
        log.error("%d keys have no owner; none was destroyed. Was an old backup restored?", len(orphans))
        return 0
    database.keystore.destroy(orphans)
    return len(orphans)
