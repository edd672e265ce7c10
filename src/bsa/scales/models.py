"""The rows of configurable scales."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bsa.goals.models import ScoredBy
from bsa.rows import ChangingRow, Row, one_of
from bsa.sealing import SealedText


class ScaleKind(StrEnum):
    """How a scale is built."""

    ORDINAL = "ordinal"
    PROFILE = "profile"


class WhoScores(StrEnum):
    """Whose view a scale takes."""

    RESIDENT = "resident"
    WORKER = "worker"
    BOTH = "both"


class ScaleDefinition(ChangingRow, table=True):
    """A scale that an installation may switch on, once it is written down under which terms."""

    __tablename__ = "scale_definition"
    __table_args__ = (
        UniqueConstraint("key", "edition"),
        CheckConstraint("NOT enabled OR licence_note <> ''", name="enabled_with_terms"),
        CheckConstraint("NOT aggregate_allowed OR is_measurement", name="only_measurements_add_up"),
    )

    key: str = Field(max_length=40)
    edition: int = 1
    title: str = Field(max_length=200)
    source: str = Field(max_length=400)
    """Who made it: shown wherever the scale is."""
    licence_note: str = Field(default="", max_length=1000)
    kind: ScaleKind = Field(sa_type=one_of(ScaleKind))
    levels: list[Any] = Field(default_factory=list, sa_type=JSON)
    """`[{"level": 1, "label": {"nl": …, "en": …}, "line": {"nl": …, "en": …}}, …]`; empty when there are none."""
    domains: list[Any] = Field(default_factory=list, sa_type=JSON)
    """`[{"key": …, "label": {"nl": …, "en": …}}, …]`; empty for one scale without domains."""
    caution: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What to keep in mind with it, `{"nl": …, "en": …}`: shown wherever the scale is. Empty when there is nothing."""
    is_measurement: bool = True
    aggregate_allowed: bool = False
    """False keeps its scores out of every aggregate."""
    who_scores: WhoScores = Field(sa_type=one_of(WhoScores))
    special_category: bool = False
    enabled: bool = False


class ScaleScore(Row, table=True):
    """A score of a resident on a scale, with the resident's agreement; followed by a later one, never changed."""

    __tablename__ = "scale_score"
    __table_args__ = (Index("ix_scale_score_resident_id_scale_id_scored_on", "resident_id", "scale_id", "scored_on"),)

    resident_id: UUID = Field(foreign_key="resident.id")
    scale_id: UUID = Field(foreign_key="scale_definition.id", index=True)
    domain: str | None = Field(default=None, max_length=40)
    level: int
    by: ScoredBy = Field(sa_type=one_of(ScoredBy))
    scored_on: date
    note: str | None = Field(default=None, sa_type=SealedText)
    worker_id: UUID = Field(foreign_key="account.id")
