"""What happened: one event for each deed, in the same transaction as the deed.

History, reminders and figures all read events; beside one that a partner hears of stands its message. An event says
that something happened to which subject in which area; it holds codes, numbers, days and keys, never text.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field, Session, col, select

from bsa.outbox import tell
from bsa.permissions import Actor
from bsa.rows import Row

CODE = re.compile(r"[a-z0-9_.]{1,40}")


class Event(Row, table=True):
    """One deed that was done."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject_kind_subject_id", "subject_kind", "subject_id"),)

    kind: str = Field(max_length=60, index=True)
    subject_kind: str = Field(max_length=40)
    subject_id: UUID
    actor_id: UUID | None = None
    area_id: UUID | None = Field(default=None, index=True)
    institution_id: UUID | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


def note(session: Session, actor: Actor | None, kind: str, subject: Any, **facts: Any) -> Event:
    """Write the event of a deed: `note(session, actor, "commitment.recorded", commitment, due_on=...)`.

    `actor` is None for what the software does by itself. Free text among the facts is a programming error.
    """
    event = Event(
        kind=kind,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        actor_id=actor.id if actor else None,
        area_id=getattr(subject, "area_id", None),
        institution_id=getattr(subject, "institution_id", None),
        facts={name: _plain(value) for name, value in facts.items() if value is not None},
    )
    session.add(event)
    tell(session, event.id, kind, subject)
    return event


def newest(session: Session) -> UUID | None:
    """Return the key of the event that was written last."""
    found: UUID | None = session.scalar(select(col(Event.id)).order_by(col(Event.id).desc()).limit(1))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, StrEnum) or (isinstance(value, str) and CODE.fullmatch(value)):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    raise TypeError("An event holds codes, numbers, days and keys, never text.")
