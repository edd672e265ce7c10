"""The rows of needs."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.rows import ChangingRow, Moment, Row, one_of
from bsa.sealing import SealedText


class LifeArea(StrEnum):
    """What part of life a need is about."""

    HOUSING = "housing"
    MONEY = "money"
    HEALTH = "health"
    MENTAL_HEALTH = "mental_health"
    SUBSTANCES = "substances"
    SAFETY_AT_HOME = "safety_at_home"
    SOCIAL_CONTACTS = "social_contacts"
    WORK_AND_LEARNING = "work_and_learning"
    UPBRINGING = "upbringing"
    NEIGHBOURHOOD = "neighbourhood"


SENSITIVE = frozenset({LifeArea.MONEY, LifeArea.MENTAL_HEALTH, LifeArea.SUBSTANCES, LifeArea.SAFETY_AT_HOME})
"""Areas of life in which shame or danger comes first: they are not made collective without making it safe."""


class HowLearned(StrEnum):
    """How the worker came to know a layer; a hunch stays visibly a hunch."""

    SAID = "said"
    SHOWN = "shown"
    TOLD_BY_OTHERS = "told_by_others"
    HUNCH = "hunch"


class Confirmed(StrEnum):
    """Whether the resident says: yes, that is it."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO = "no"


class NeedEnding(StrEnum):
    """How a need ended."""

    SOLVED = "solved"
    SOLVED_TOGETHER = "solved_together"
    CARRIED_ON_ALONE = "carried_on_alone"
    HELPED_ELSEWHERE = "helped_elsewhere"
    NO_LONGER_WANTED = "no_longer_wanted"
    MOVED_AWAY = "moved_away"


class TranslationChoice(StrEnum):
    """What is done with a question: by oneself, with others, both, or first making it safe."""

    INDIVIDUAL = "individual"
    COLLECTIVE = "collective"
    BOTH = "both"
    MAKE_SAFE_FIRST = "make_safe_first"


class Need(ChangingRow, table=True):
    """A resident's need. What it is about stands in its layers."""

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint("(closed_on IS NULL) = (ending IS NULL)", name="closed_with_ending"),
        UniqueConstraint("id", "resident_id", name="uq_need_id_resident_id"),
        Index("ix_need_area_id_opened_on", "area_id", "opened_on"),
    )

    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    area_id: UUID = Field(foreign_key="area.id")
    life_area: LifeArea = Field(sa_type=one_of(LifeArea))
    opened_on: date
    closed_on: date | None = None
    ending: NeedEnding | None = Field(default=None, sa_type=one_of(NeedEnding))


class NeedLayer(Row, table=True):
    """One layer: 0 is the stated question, verbatim; deeper ones are the question behind it. Never overwritten."""

    __tablename__ = "need_layer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["need_id", "resident_id"], ["need.id", "need.resident_id"], deferrable=True, initially="DEFERRED"
        ),
        UniqueConstraint("need_id", "depth"),
        CheckConstraint("depth >= 0", name="depth_from_0"),
        CheckConstraint("depth > 0 OR struck_at IS NULL", name="stated_question_stays"),
        CheckConstraint("(struck_at IS NULL) = (struck_by_id IS NULL)", name="struck_by_somebody"),
    )

    need_id: UUID
    resident_id: UUID = Field(index=True)
    depth: int
    words: str = Field(sa_type=SealedText)
    how_learned: HowLearned = Field(sa_type=one_of(HowLearned))
    life_area: LifeArea = Field(sa_type=one_of(LifeArea))
    learned_on: date
    may_be_shared: bool = False
    """Chosen layer by layer: what a referral or a theme may see. The stated question may, unless it is switched off."""
    recorded_by_id: UUID = Field(foreign_key="account.id")
    struck_at: datetime | None = Field(default=None, sa_type=Moment)
    struck_by_id: UUID | None = Field(default=None, foreign_key="account.id")


class LayerConfirmation(Row, table=True):
    """What the resident said when asked whether a layer is it; the last one counts."""

    __tablename__ = "layer_confirmation"
    __table_args__ = (UniqueConstraint("layer_id", "number"),)

    layer_id: UUID = Field(foreign_key="need_layer.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    number: int
    confirmed: Confirmed = Field(sa_type=one_of(Confirmed))
    asked_on: date


class TranslationDecision(Row, table=True):
    """What is done with a need, and why, and whether the resident agrees to be counted in; the last one counts."""

    __tablename__ = "translation_decision"
    __table_args__ = (UniqueConstraint("need_id", "number"),)

    need_id: UUID = Field(foreign_key="need.id")
    resident_id: UUID = Field(foreign_key="resident.id", index=True)
    number: int
    choice: TranslationChoice = Field(sa_type=one_of(TranslationChoice))
    reason: str = Field(sa_type=SealedText)
    counted: bool
    decided_on: date
    decided_by_id: UUID = Field(foreign_key="account.id")
