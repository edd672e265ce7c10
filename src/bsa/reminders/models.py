"""The rows of reminders."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from bsa.rows import ChangingRow
from bsa.sealing import SealedText


class WeeklyMail(ChangingRow, table=True):
    """That somebody wants the weekly mail: counts and links, and where to send it."""

    __tablename__ = "weekly_mail"

    account_id: UUID = Field(foreign_key="account.id", unique=True)
    address: str = Field(sa_type=SealedText)
    last_sent_on: date | None = None
