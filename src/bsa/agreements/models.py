"""The rows of agreements on working together."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow


class Agreement(ChangingRow, table=True):
    """An agreement on working together: who shares what with whom, on which ground, until when."""

    __tablename__ = "agreement"
    __table_args__ = (CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),)

    area_id: UUID = Field(foreign_key="area.id", index=True)
    institution_id: UUID = Field(foreign_key="institution.id", index=True)
    title: str = Field(max_length=200)
    shares: str = Field(max_length=2000)
    ground: str = Field(max_length=400)
    valid_from: date
    valid_until: date
    ended_on: date | None = None
