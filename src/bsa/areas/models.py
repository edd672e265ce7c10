"""The rows of areas."""

import re
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from bsa.rows import ChangingRow, one_of


class Level(StrEnum):
    """The levels of the tree, from large to small; an own area lies over neighbourhoods."""

    MUNICIPALITY = "municipality"
    OWN_AREA = "own_area"
    DISTRICT = "district"
    NEIGHBOURHOOD = "neighbourhood"
    COMPLEX = "complex"
    PLACE = "place"


PARENTS: dict[Level, tuple[Level, ...]] = {
    Level.MUNICIPALITY: (),
    Level.OWN_AREA: (Level.MUNICIPALITY,),
    Level.DISTRICT: (Level.MUNICIPALITY,),
    Level.NEIGHBOURHOOD: (Level.DISTRICT,),
    Level.COMPLEX: (Level.NEIGHBOURHOOD,),
    Level.PLACE: (Level.NEIGHBOURHOOD,),
}

CODES: dict[Level, re.Pattern[str]] = {
    Level.MUNICIPALITY: re.compile(r"GM\d{4}"),
    Level.DISTRICT: re.compile(r"WK\d{4}[0-9A-Z]{2}"),
    Level.NEIGHBOURHOOD: re.compile(r"BU\d{4}[0-9A-Z]{4}"),
}
"""The code systems of Statistics Netherlands; other levels carry no code of theirs."""


class Area(ChangingRow, table=True):
    """One area. A code of Statistics Netherlands means something only together with the year of the division."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint(
            "(level = 'municipality' AND length(code) = 6 AND substr(code, 1, 2) = 'GM') OR "
            "(level = 'district' AND length(code) = 8 AND substr(code, 1, 2) = 'WK') OR "
            "(level = 'neighbourhood' AND length(code) = 10 AND substr(code, 1, 2) = 'BU') OR "
            "(level IN ('own_area', 'complex', 'place') AND code IS NULL)",
            name="code_fits_level",
        ),
        CheckConstraint("(code IS NULL) = (division_year IS NULL)", name="code_has_year"),
        CheckConstraint("(level = 'municipality') = (parent_id IS NULL)", name="parent_unless_municipality"),
        Index("ix_area_code_division_year", "code", "division_year", unique=True),
        Index("ix_area_parent_id_level_name", "parent_id", "level", "name", unique=True),
    )

    level: Level = Field(sa_type=one_of(Level))
    name: str = Field(max_length=120)
    code: str | None = Field(default=None, max_length=10)
    division_year: int | None = None
    parent_id: UUID | None = Field(default=None, foreign_key="area.id")
    valid_until: date | None = None
    made_up: bool = False
    """Tells that this is a demo area, with a code that no real area has."""


class AreaInclusion(SQLModel, table=True):
    """Which areas lie in which, each in itself included; also what an own area was laid over."""

    __tablename__ = "area_inclusion"

    outer_id: UUID = Field(foreign_key="area.id", primary_key=True)
    inner_id: UUID = Field(foreign_key="area.id", primary_key=True, index=True)


class PostcodeArea(SQLModel, table=True):
    """In which neighbourhood the four digits of a postcode lie; some lie in more than one."""

    __tablename__ = "postcode_area"

    postcode4: str = Field(max_length=4, primary_key=True)
    area_id: UUID = Field(foreign_key="area.id", primary_key=True, index=True)
