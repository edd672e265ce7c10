"""The rows of groups of residents."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from bsa.rows import ChangingRow, Row, one_of


class GroupKind(StrEnum):
    """What sort of group it is; the kinds have different rights."""

    RESIDENTS_GROUP = "residents_group"
    TENANTS_COMMITTEE = "tenants_committee"
    TENANTS_ORGANISATION = "tenants_organisation"
    CONSULTATION_PARTNER = "consultation_partner"


class Group(ChangingRow, table=True):
    """A group of residents, with or without statutory rights. Not every group is "the residents"."""

    __tablename__ = "resident_group"
    __table_args__ = (
        CheckConstraint("kind = 'residents_group' OR founded_on IS NOT NULL", name="founded"),
        Index("ix_resident_group_area_id_name", "area_id", "name"),
    )

    area_id: UUID = Field(foreign_key="area.id")
    """The neighbourhood, or the complex that it speaks for."""
    name: str = Field(max_length=200)
    kind: GroupKind = Field(sa_type=one_of(GroupKind))
    initiative_id: UUID | None = Field(default=None, foreign_key="initiative.id", index=True)
    institution_id: UUID | None = Field(default=None, foreign_key="institution.id", index=True)
    """The landlord before whom it has rights, or the municipality that recognised it."""
    homes: int | None = None
    """How many homes it speaks for."""
    founded_on: date | None = None
    recognised_on: date | None = None
    ended_on: date | None = None


class GroupPart(StrEnum):
    """What a member does."""

    MEMBER = "member"
    SPEAKS = "speaks"
    CHAIRS = "chairs"
    WRITES = "writes"
    KEEPS_MONEY = "keeps_money"


class GroupMember(Row, table=True):
    """That a resident is in a group, with consent to be named inside the team."""

    __tablename__ = "group_member"
    __table_args__ = (
        Index(
            "ix_group_member_now",
            "group_id",
            "resident_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    group_id: UUID = Field(foreign_key="resident_group.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    part: GroupPart = Field(sa_type=one_of(GroupPart))
    consented_on: date
    from_on: date
    until_on: date | None = None
