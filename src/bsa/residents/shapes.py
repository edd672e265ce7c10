"""What comes in and goes out about residents."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from bsa.residents.models import (
    AgeBand,
    ConsentHow,
    ConsentScope,
    ContactChannel,
    Informed,
    ReadingComfort,
    RegistrationLevel,
    ResidentPhase,
    WorkerPart,
)
from bsa.shapes import Change, Line, Listing, Out, Resource, Shape

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639: `nl`, `tr`, `ar`."""


ContactValue = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
"""A telephone number or an address: no free text, so a number in it is not taken for a citizen service number."""


class ResidentIn(Shape):
    """A resident to register, by alias: what somebody is called here, where, and that it was told."""

    call_name: Line
    area_id: UUID
    informed_on: date
    informed_how: Informed
    household_of_id: UUID | None = None
    """A resident with whom the household is shared."""
    preferred_language: LanguageCode | None = None
    reading_comfort: ReadingComfort | None = None


class ResidentChange(Change):
    """What may be changed in place; left-out fields stay as they are."""

    may_be_emptied = frozenset(
        {
            "household_of_id",
            "preferred_language",
            "reading_comfort",
            "full_name",
            "contact_channel",
            "contact_value",
            "contact_window",
            "age_band",
        }
    )

    call_name: Line | None = None
    area_id: UUID | None = None
    household_of_id: UUID | None = None
    preferred_language: LanguageCode | None = None
    reading_comfort: ReadingComfort | None = None
    full_name: Line | None = None
    contact_channel: ContactChannel | None = None
    contact_value: ContactValue | None = None
    contact_window: Line | None = None
    """When somebody likes to be reached: "after ten, not on Friday"."""
    age_band: AgeBand | None = None
    even_so: bool = False
    """Letters even so, to somebody who would rather not read."""


class ResidentPhaseIn(Shape):
    """The phase in which the way together is now."""

    phase: ResidentPhase


class LevelIn(Shape):
    """The registration level to go to, up or down; going up, when and how the resident was told."""

    level: RegistrationLevel
    informed_on: date | None = None
    informed_how: Informed | None = None


class LevelLoss(Shape):
    """What a step down would delete: which field, and how many of it."""

    field: str
    count: int


class WorkerIn(Shape):
    """A worker to assign, or to stand in."""

    account_id: UUID
    part: WorkerPart


class WorkerOut(Out):
    """A worker who looks after a resident."""

    account_id: UUID
    name: str
    part: WorkerPart
    from_on: date
    until_on: date | None


class ConsentIn(Shape):
    """Something that a resident agreed to."""

    scope: ConsentScope
    how: ConsentHow
    given_on: date


class ConsentOut(Out):
    """A consent, perhaps withdrawn."""

    scope: ConsentScope
    how: ConsentHow
    given_on: date
    withdrawn_on: date | None


class MergeIn(Shape):
    """The duplicate that goes into this resident."""

    duplicate_id: UUID


class ResidentQuery(Listing):
    """Which residents to list."""

    area_id: UUID | None = None
    mine: bool = False
    """Only those whom the caller looks after."""
    level: RegistrationLevel | None = None
    phase: ResidentPhase | None = None
    restricted: bool = False
    """Only those whose data is restricted; for the privacy officer and for their workers."""


class ResidentItem(Out):
    """What a colleague in the same area sees of a resident."""

    version: int
    call_name: str
    level: RegistrationLevel
    phase: ResidentPhase
    area_id: UUID
    area_name: str
    worker_name: str | None
    last_contact_on: date
    mine: bool
    restricted: bool
    allowed_actions: list[str] = Field(default_factory=list)


class StillExploring(Out):
    """A resident with whom the worker has been exploring for long; perhaps that is on purpose."""

    version: int
    call_name: str
    phase_since: date
    exploring_meant_on: date | None
    """The day on which it was last said to be on purpose."""


class ResidentOut(Resource):
    """A resident's record, for those who look after the resident."""

    call_name: str
    level: RegistrationLevel
    area_id: UUID
    area_name: str
    household_id: UUID | None
    informed_on: date
    informed_how: Informed
    preferred_language: str | None
    reading_comfort: ReadingComfort | None
    full_name: str | None
    contact_channel: ContactChannel | None
    contact_value: str | None
    contact_window: str | None
    age_band: AgeBand | None
    phase: ResidentPhase
    phase_since: date
    exploring_meant_on: date | None
    still_exploring: bool
    """Exploring for so long that it is asked whether that is on purpose."""
    last_contact_on: date
    restricted_on: date | None
    workers: list[WorkerOut] = Field(default_factory=list)
    consents: list[ConsentOut] = Field(default_factory=list)
