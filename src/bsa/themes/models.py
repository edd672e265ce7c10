"""The rows of themes."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from bsa.needs.models import LifeArea
from bsa.rows import ChangingRow, Row, one_of


class Theme(ChangingRow, table=True):
    """A shared theme in an area; its text holds nothing about a person."""

    __tablename__ = "theme"
    __table_args__ = (Index("ix_theme_area_id_opened_on", "area_id", "opened_on"),)

    area_id: UUID = Field(foreign_key="area.id")
    title: str = Field(max_length=200)
    description: str | None = Field(default=None, max_length=4000)
    life_area: LifeArea = Field(sa_type=one_of(LifeArea))
    opened_on: date
    closed_on: date | None = None


class ThemeNeed(Row, table=True):
    """That a need belongs to a theme. `resident_id` stands here so that erasing a resident takes the link along."""

    __tablename__ = "theme_need"
    __table_args__ = (Index("ix_theme_need_theme_id_need_id", "theme_id", "need_id", unique=True),)

    theme_id: UUID = Field(foreign_key="theme.id")
    need_id: UUID = Field(foreign_key="need.id", index=True)
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    linked_on: date
