"""The rows of institutions."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from bsa.rows import ChangingRow, one_of
from bsa.sealing import SealedText


class InstitutionKind(StrEnum):
    """What sort of institution it is; figures are given by this, not by name."""

    HOUSING_CORPORATION = "housing_corporation"
    MUNICIPALITY = "municipality"
    WELFARE = "welfare"
    HEALTH_CARE = "health_care"
    MENTAL_HEALTH_CARE = "mental_health_care"
    DEBT_HELP = "debt_help"
    POLICE = "police"
    SCHOOL = "school"
    RESIDENTS_ORGANISATION = "residents_organisation"
    OTHER = "other"


class Mandate(StrEnum):
    """At which level somebody may promise."""

    OPERATIONAL = "operational"
    POLICY = "policy"
    BOARD = "board"


class Institution(ChangingRow, table=True):
    """An institution. Its name is public; its people are not."""

    __tablename__ = "institution"

    name: str = Field(max_length=200, unique=True)
    kind: InstitutionKind = Field(sa_type=one_of(InstitutionKind))
    email: str | None = Field(default=None, max_length=200)
    """The general address to which letters are mailed; no person's."""
    postal_address: str | None = Field(default=None, max_length=400)

    @property
    def institution_id(self) -> UUID:
        """The permission table and the events ask everything that belongs to an institution for this."""
        return self.id


class InstitutionContact(ChangingRow, table=True):
    """Somebody at an institution. Name and addresses are personal and sealed; the mandate is not."""

    __tablename__ = "institution_contact"

    institution_id: UUID = Field(foreign_key="institution.id", index=True)
    mandate: Mandate = Field(sa_type=one_of(Mandate))
    name: str = Field(sa_type=SealedText)
    job: str | None = Field(default=None, sa_type=SealedText)
    email: str | None = Field(default=None, sa_type=SealedText)
    phone: str | None = Field(default=None, sa_type=SealedText)
    left_on: date | None = None
