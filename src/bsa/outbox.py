"""Messages for partners, written in the same transaction as the deed that they tell of.

A message says that something happened and where to look (`dataref`); it holds nothing about a person. `bsa.events`
writes one beside each event whose kind stands in the table below; the worker delivers them (`bsa.subscriptions`).
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from bsa.rows import Moment, Row

TYPES: dict[str, str] = {}
"""Kind of event → type of message (CloudEvents NL GOV: reverse domain, source in the plural, one version)."""


class Message(Row, table=True):
    """One message; its key is the `id` of the CloudEvent."""

    __tablename__ = "message"

    event_id: UUID = Field(foreign_key="event.id", unique=True)
    type: str = Field(max_length=120)
    institution_id: UUID = Field(foreign_key="institution.id", index=True)
    """Only this partner's subscriptions get it."""
    subject_kind: str = Field(max_length=40)
    subject_id: UUID
    spread_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    """When it was put in line for each subscription that wants it."""
