"""Reading scales, and scores of a resident, always as someone."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlmodel import Session, col

from bsa.errors import NotFound
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.residents.models import Resident
from bsa.residents.queries import get_record, visible_to
from bsa.scales.models import ScaleDefinition, ScaleScore
from bsa.scales.shapes import (
    Said,
    ScaleDomain,
    ScaleIn,
    ScaleLevel,
    ScaleOut,
    ScaleQuery,
    ScaleScoreOut,
    ScaleScoreQuery,
)
from bsa.sealing import open_rows
from bsa.shapes import Page

BY_KEY = Order(
    (col(ScaleDefinition.key), False), (col(ScaleDefinition.edition), True), (col(ScaleDefinition.id), False)
)
NEWEST_FIRST = Order((col(ScaleScore.scored_on), True), (col(ScaleScore.id), True))


def list_scales(session: Session, actor: Actor, wanted: ScaleQuery) -> Page[ScaleOut]:
    """List scales by key, the latest edition of each first."""
    require(actor, Permission.SEE_SCALES)
    rows, more = fetch(session, actor, wanted, _listed, BY_KEY)
    scales = [row[0] for row in rows]
    return Page(
        items=[scale_out(actor, scale) for scale in scales],
        next_cursor=cursor_after(scales[-1].key, scales[-1].edition, scales[-1].id) if more else None,
    )


def _listed(_actor: Actor, wanted: ScaleQuery) -> Select[Any]:
    query = select(ScaleDefinition)
    if wanted.enabled is not None:
        query = query.where(col(ScaleDefinition.enabled).is_(wanted.enabled))
    return query


def find_scale(session: Session, actor: Actor, scale_id: UUID) -> ScaleDefinition:
    """Return an edition of a scale, for those who may see scales."""
    if not allows(actor, Permission.SEE_SCALES):
        raise NotFound
    scale = session.get(ScaleDefinition, scale_id)
    if scale is None:
        raise NotFound
    return scale


def show_scale(session: Session, actor: Actor, scale_id: UUID) -> ScaleOut:
    """Show an edition of a scale."""
    return scale_out(actor, find_scale(session, actor, scale_id))


def export_scale(session: Session, actor: Actor, scale_id: UUID) -> ScaleIn:
    """Give the definition of a scale as another installation takes it."""
    scale = find_scale(session, actor, scale_id)
    return ScaleIn(
        key=scale.key,
        title=scale.title,
        source=scale.source,
        licence_note=scale.licence_note or None,
        kind=scale.kind,
        levels=_levels(scale),
        domains=_domains(scale),
        caution=_caution(scale),
        is_measurement=scale.is_measurement,
        aggregate_allowed=scale.aggregate_allowed,
        who_scores=scale.who_scores,
        special_category=scale.special_category,
    )


def scale_out(actor: Actor, scale: ScaleDefinition) -> ScaleOut:
    """Draw up an edition of a scale."""
    return ScaleOut(
        id=scale.id,
        version=scale.version,
        created_at=scale.created_at,
        changed_at=scale.changed_at,
        allowed_actions=[Permission.MANAGE_SCALES.value] if allows(actor, Permission.MANAGE_SCALES, scale) else [],
        key=scale.key,
        edition=scale.edition,
        title=scale.title,
        source=scale.source,
        licence_note=scale.licence_note,
        kind=scale.kind,
        levels=_levels(scale),
        domains=_domains(scale),
        caution=_caution(scale),
        is_measurement=scale.is_measurement,
        aggregate_allowed=scale.aggregate_allowed,
        who_scores=scale.who_scores,
        special_category=scale.special_category,
        enabled=scale.enabled,
    )


def list_scale_scores(
    session: Session, actor: Actor, resident_id: UUID, wanted: ScaleScoreQuery
) -> Page[ScaleScoreOut]:
    """List the scores of a resident, newest first."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed_scores, NEWEST_FIRST, resident_id=resident.id)
    scores = [row[0] for row in rows]
    open_rows(session, scores)
    return Page(
        items=[score_out(score) for score in scores],
        next_cursor=cursor_after(scores[-1].scored_on, scores[-1].id) if more else None,
    )


def _listed_scores(_actor: Actor, wanted: ScaleScoreQuery) -> Select[Any]:
    query = select(ScaleScore).where(col(ScaleScore.resident_id) == bindparam("resident_id", type_=Uuid))
    if wanted.scale_id is not None:
        query = query.where(col(ScaleScore.scale_id) == wanted.scale_id)
    return query


def show_scale_score(session: Session, actor: Actor, score_id: UUID) -> ScaleScoreOut:
    """Show a score."""
    score = session.scalar(
        select(ScaleScore)
        .join(Resident, col(Resident.id) == ScaleScore.resident_id)
        .where(col(ScaleScore.id) == score_id, visible_to(actor))
    )
    if score is None:
        raise NotFound
    get_record(session, actor, score.resident_id, Permission.OPEN_RECORD)
    open_rows(session, [score])
    return score_out(score)


def score_out(score: ScaleScore) -> ScaleScoreOut:
    """Draw up an opened score."""
    return ScaleScoreOut(
        id=score.id,
        resident_id=score.resident_id,
        scale_id=score.scale_id,
        domain=score.domain,
        level=score.level,
        by=score.by,
        scored_on=score.scored_on,
        note=score.note,
    )


def scores_to_add_up() -> Select[*tuple[Any, ...]]:
    """Return the query of every score that may go into a figure. Figures have no other way to scores: a test looks
    after that.

    A scale whose maker forbids adding up, or that is no measurement, is not in here, and nothing of a resident whose
    data is restricted.
    """
    return (
        select(
            col(ScaleDefinition.key).label("scale"),
            col(ScaleScore.resident_id).label("resident_id"),
            col(ScaleScore.level).label("level"),
            col(ScaleScore.by).label("by"),
            col(ScaleScore.scored_on).label("scored_on"),
        )
        .join(ScaleDefinition, col(ScaleDefinition.id) == ScaleScore.scale_id)
        .join(Resident, col(Resident.id) == ScaleScore.resident_id)
        .where(
            col(ScaleDefinition.aggregate_allowed).is_(True),
            col(ScaleDefinition.is_measurement).is_(True),
            col(Resident.restricted_on).is_(None),
        )
    )


def adds_up(session: Session, scale: str) -> bool:
    """Tell whether an installation uses a scale of which scores may go into figures."""
    used = select(col(ScaleDefinition.id)).where(
        col(ScaleDefinition.key) == scale, col(ScaleDefinition.enabled), col(ScaleDefinition.aggregate_allowed)
    )
    return session.scalar(used.limit(1)) is not None


def _levels(scale: ScaleDefinition) -> list[ScaleLevel]:
    return [ScaleLevel.model_validate(level) for level in scale.levels]


def _domains(scale: ScaleDefinition) -> list[ScaleDomain]:
    return [ScaleDomain.model_validate(domain) for domain in scale.domains]


def _caution(scale: ScaleDefinition) -> Said | None:
    return Said.model_validate(scale.caution) if scale.caution else None
