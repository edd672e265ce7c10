"""The rows of residents."""

from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, Relationship

from bsa import clock
from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class RegistrationLevel(StrEnum):
    """How much is kept about a resident, from least to most; the tally keeps nothing about a person."""

    ALIAS = "alias"
    KNOWN = "known"
    DOSSIER = "dossier"


LEVELS = list(RegistrationLevel)


class ResidentPhase(StrEnum):
    """How far the way together is; an installation may give the phases names of its own."""

    EXPLORE = "explore"
    DEEPEN = "deepen"
    DO = "do"
    ANCHOR = "anchor"
    FINISHED = "finished"


class AgeBand(StrEnum):
    """Age in bands; nobody's birth date is kept."""

    UNDER_18 = "under_18"
    FROM_18 = "18_26"
    FROM_27 = "27_44"
    FROM_45 = "45_66"
    FROM_67 = "67_plus"


class ContactChannel(StrEnum):
    """How a resident wants to be reached."""

    VISIT = "visit"
    PHONE = "phone"
    TEXT_MESSAGE = "text_message"
    EMAIL = "email"
    LETTER = "letter"


class ReadingComfort(StrEnum):
    """Whether a letter is any use."""

    READS = "reads"
    PREFERS_CALL = "prefers_call"
    PREFERS_VISIT = "prefers_visit"


class Informed(StrEnum):
    """How a resident was told what is kept."""

    SPOKEN = "spoken"
    SHEET = "sheet"


class ConsentScope(StrEnum):
    """What a resident agreed to."""

    TO_BE_COUNTED = "to_be_counted"
    TO_BE_INTRODUCED = "to_be_introduced"


class ConsentHow(StrEnum):
    """How a resident agreed."""

    SPOKEN = "spoken"
    WRITTEN = "written"


class WorkerPart(StrEnum):
    """What a worker is to a resident."""

    ASSIGNED = "assigned"
    STANDS_IN = "stands_in"


FIELD_LEVELS: dict[str, RegistrationLevel] = {
    "call_name": RegistrationLevel.ALIAS,
    "area_id": RegistrationLevel.ALIAS,
    "household_id": RegistrationLevel.ALIAS,
    "informed_on": RegistrationLevel.ALIAS,
    "informed_how": RegistrationLevel.ALIAS,
    "preferred_language": RegistrationLevel.ALIAS,
    "reading_comfort": RegistrationLevel.ALIAS,
    "full_name": RegistrationLevel.KNOWN,
    "contact_channel": RegistrationLevel.KNOWN,
    "contact_value": RegistrationLevel.KNOWN,
    "age_band": RegistrationLevel.KNOWN,
    "contact_window": RegistrationLevel.KNOWN,
    "appointment.place": RegistrationLevel.KNOWN,
    "asset.*": RegistrationLevel.KNOWN,
    "signal.*": RegistrationLevel.KNOWN,
    "learning_step.*": RegistrationLevel.KNOWN,
    "referral_resident.*": RegistrationLevel.KNOWN,
    "contact.own_note": RegistrationLevel.DOSSIER,
    "contact.shareable_note": RegistrationLevel.DOSSIER,
    "need.deeper_layers": RegistrationLevel.DOSSIER,
    "sketch_line.*": RegistrationLevel.DOSSIER,
    "own_share.*": RegistrationLevel.DOSSIER,
    "practice_moment.*": RegistrationLevel.DOSSIER,
    "tie.*": RegistrationLevel.DOSSIER,
    "goal.*": RegistrationLevel.DOSSIER,
    "scale_score.*": RegistrationLevel.DOSSIER,
}
"""The matrix field × level: from which registration level on each thing may be kept; `table.*` is every row of it."""


def may_keep(field: str, level: RegistrationLevel) -> bool:
    """Tell whether a field may be kept at this registration level."""
    return LEVELS.index(level) >= LEVELS.index(FIELD_LEVELS[field])


class Household(Row, table=True):
    """A household: a row without names, that residents may share, so that questions can be counted by household."""

    __tablename__ = "household"

    area_id: UUID = Field(foreign_key="area.id", index=True)


class Resident(ChangingRow, table=True):
    """A resident. The key is random: a key in order of time would tell the day of intake."""

    __tablename__ = "resident"
    __table_args__ = (
        CheckConstraint(
            "level <> 'alias' OR (full_name IS NULL AND contact_channel IS NULL AND contact_value IS NULL "
            "AND age_band IS NULL AND contact_window IS NULL)",
            name="alias_keeps_little",
        ),
        CheckConstraint("age_band IS NULL OR age_band <> 'under_18'", name="children_are_not_registered"),
        CheckConstraint("contact_value IS NULL OR contact_channel IS NOT NULL", name="contact_has_channel"),
        Index("ix_resident_area_id_last_contact_on_id", "area_id", "last_contact_on", "id"),
        Index("ix_resident_last_contact_on_id", "last_contact_on", "id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    level: RegistrationLevel = Field(sa_type=one_of(RegistrationLevel))
    call_name: str | None = Field(default=None, sa_type=SealedText)
    """The name to call somebody by, or an alias such as "man of number 14"; empty only on a signpost after a merge."""
    area_id: UUID = Field(foreign_key="area.id")
    household_id: UUID | None = Field(default=None, foreign_key="household.id", index=True)
    informed_on: date
    informed_how: Informed = Field(sa_type=one_of(Informed))
    preferred_language: str | None = Field(default=None, max_length=3)
    """ISO 639 code."""
    reading_comfort: ReadingComfort | None = Field(default=None, sa_type=one_of(ReadingComfort))
    full_name: str | None = Field(default=None, sa_type=SealedText)
    contact_channel: ContactChannel | None = Field(default=None, sa_type=one_of(ContactChannel))
    contact_value: str | None = Field(default=None, sa_type=SealedText)
    contact_window: str | None = Field(default=None, sa_type=SealedText)
    """When somebody likes to be reached: "after ten, not on Friday"."""
    age_band: AgeBand | None = Field(default=None, sa_type=one_of(AgeBand))
    phase: ResidentPhase = Field(default=ResidentPhase.EXPLORE, sa_type=one_of(ResidentPhase))
    phase_since: date = Field(default_factory=clock.today)
    exploring_meant_on: date | None = None
    """The day on which the worker said that exploring for so long is on purpose."""
    last_contact_on: date
    restricted_on: date | None = None
    merged_into_id: UUID | None = Field(default=None, foreign_key="resident.id", index=True)

    workers: list["ResidentWorker"] = Relationship(sa_relationship_kwargs={"lazy": "raise", "viewonly": True})

    def owner(self) -> UUID:
        """A resident's own key seals the resident's own row."""
        return self.id

    def explores_long(self, days: int) -> bool:
        """Tell whether exploring began, or was last said to be on purpose, so many days ago."""
        since = max(self.phase_since, self.exploring_meant_on or self.phase_since)
        return self.phase is ResidentPhase.EXPLORE and since <= clock.today() - timedelta(days=days)

    @property
    def rather_not_reads(self) -> bool:
        """Tell whether the resident said to be called or visited rather than written to."""
        return self.reading_comfort not in (None, ReadingComfort.READS)

    @property
    def worker_ids(self) -> frozenset[UUID]:
        """The accounts that look after this resident now; the permission table asks for this."""
        return frozenset(worker.account_id for worker in self.workers if worker.until_on is None)

    @property
    def assigned_ids(self) -> frozenset[UUID]:
        """The accounts that are assigned now, without those that stand in."""
        return frozenset(
            worker.account_id
            for worker in self.workers
            if worker.until_on is None and worker.part is WorkerPart.ASSIGNED
        )


class ResidentWorker(Row, table=True):
    """That a worker looks after a resident, or stands in, from a day and until a day."""

    __tablename__ = "resident_worker"
    __table_args__ = (
        Index(
            "ix_resident_worker_now",
            "resident_id",
            "account_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        Index("ix_resident_worker_account_id_until_on", "account_id", "until_on"),
    )

    resident_id: UUID = Field(foreign_key="resident.id")
    account_id: UUID = Field(foreign_key="account.id")
    part: WorkerPart = Field(sa_type=one_of(WorkerPart))
    from_on: date
    until_on: date | None = None


class Consent(Row, table=True):
    """That a resident agreed to something; withdrawn, not deleted, so that both are known."""

    __tablename__ = "consent"

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    scope: ConsentScope = Field(sa_type=one_of(ConsentScope))
    how: ConsentHow = Field(sa_type=one_of(ConsentHow))
    given_on: date
    recorded_by_id: UUID = Field(foreign_key="account.id")
    withdrawn_on: date | None = None


class TombstoneKind(StrEnum):
    """Why something about a resident is no longer there."""

    ERASED = "erased"
    STEPPED_DOWN = "stepped_down"
    MERGED = "merged"


class Tombstone(Row, table=True):
    """That something was deleted, when and by whom; not what. `resident_digest` is a keyed digest of the key."""

    __tablename__ = "tombstone"

    kind: TombstoneKind = Field(sa_type=one_of(TombstoneKind))
    resident_digest: str = Field(max_length=64, index=True)
    done_by_id: UUID


class DoomedKey(Row, table=True):
    """A data key that must still be destroyed: written with the erasure, taken away when the key is gone."""

    __tablename__ = "doomed_key"

    owner_key: UUID = Field(unique=True)
