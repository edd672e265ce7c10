"""A process that does deeds and delivers their messages until it is killed; the parent kills it at random points."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlmodel import col, select

import bsa.registry  # noqa: F401 - a row knows its table once all tables are known
from bsa.database import Database
from bsa.events import Event, note
from bsa.settings import Settings
from bsa.subscriptions.pulse import Courier

ROLLED_BACK_EACH = 5


class Undone(Exception):
    """The deed was not done after all."""


def live(told: dict[str, Any], ask_id: str, institution_id: str, ready: Any) -> None:
    """Do deeds, now and then one in vain, while a courier delivers: until it is killed."""
    database = Database(Settings.model_validate(told))
    courier = Courier(database, threads=2, seconds=0.005, lease=timedelta(seconds=0.5))
    courier.start()
    ask = SimpleNamespace(__tablename__="ask", id=UUID(ask_id), institution_id=UUID(institution_id))
    number = max(numbers_of(database, ask.id), default=0)
    while True:
        number += 1
        if number % ROLLED_BACK_EACH == 0:
            _do(database, ask, -number, in_vain=True)
        _do(database, ask, number)
        # From here on it may be killed: something was done, however slow this machine is.
        ready.set()


def numbers_of(database: Database, ask_id: UUID) -> list[int]:
    """Return the numbers of the deeds that were done, in their order."""
    with database.reading() as session:
        facts = session.scalars(select(Event.facts).where(col(Event.subject_id) == ask_id).order_by(col(Event.id)))
        return [fact["number"] for fact in facts]


def _do(database: Database, ask: SimpleNamespace, number: int, *, in_vain: bool = False) -> None:
    try:
        with database.writing() as session:
            note(session, None, "ask.asked", ask, number=number)
            session.flush()
            if in_vain:
                raise Undone
    except Undone:
        return
