"""Having keys destroyed with what they open: right after the commit, and again by a job when that fails."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from bsa.keystore import KeyStore
from bsa.residents.models import DoomedKey


def doom(session: Session, owners: Sequence[UUID]) -> None:
    """Have the keys of these owners destroyed, once the rows that they open are gone for good."""
    already = set(session.scalars(select(col(DoomedKey.owner_key)).where(col(DoomedKey.owner_key).in_(owners))))
    session.add_all([DoomedKey(owner_key=owner) for owner in owners if owner not in already])
    session.info["doomed"] |= set(owners)
    session.info["after_commit"].append(partial(_destroy, session.info["keystore"], owners))


def _destroy(keystore: KeyStore, owners: Sequence[UUID]) -> None:
    # The deed is done and cannot be refused any more; the job destroys what is left over.
    with suppress(SQLAlchemyError):
        keystore.destroy(owners)
