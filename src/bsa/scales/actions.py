"""Deeds about scales and scores on them."""

import json
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import N_, Fault, Invalid
from bsa.events import note
from bsa.goals.actions import RESIDENT_FIRST
from bsa.goals.models import ScoredBy
from bsa.permissions import Actor, Permission, require
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import may_keep
from bsa.rows import not_stale
from bsa.scales.models import ScaleDefinition, ScaleScore, WhoScores
from bsa.scales.queries import find_scale
from bsa.scales.shapes import ScaleIn, ScaleScoreIn, ScaleUseIn

SHIPPED = Path(__file__).with_name("shipped.json")
"""The scales that come along, as an export writes them. What says under which terms it may be used is switched on."""


def add_shipped_scales(session: Session) -> list[ScaleDefinition]:
    """Record the scales that come along, each once: one that is there, in whatever edition, is left as it is.

    One without terms comes in switched off, as any other: an installation that took them out writes down its own.
    """
    there = set(session.scalars(select(col(ScaleDefinition.key))))
    added = []
    for written in json.loads(SHIPPED.read_text(encoding="utf-8")):
        terms = str(written.get("licenceNote") or "").strip() or None
        told = ScaleIn.model_validate(written | {"licenceNote": terms})
        if told.key not in there:
            scale = _edition(session, None, told, 1)
            scale.enabled = bool(scale.licence_note)
            added.append(scale)
    session.flush()
    return added


def record_scale(session: Session, actor: Actor, told: ScaleIn) -> ScaleDefinition:
    """Record a scale, switched off. An edition is never changed: the same key again makes the next one."""
    require(actor, Permission.MANAGE_SCALES)
    last = session.scalar(select(func.max(col(ScaleDefinition.edition))).where(col(ScaleDefinition.key) == told.key))
    scale = _edition(session, actor, told, (last or 0) + 1)
    session.flush()
    return scale


def use_scale(
    session: Session, actor: Actor, scale_id: UUID, version: int | None, wanted: ScaleUseIn
) -> ScaleDefinition:
    """Switch a scale on, once it is noted under which terms, or off. One edition of a scale is on at a time."""
    scale = find_scale(session, actor, scale_id)
    require(actor, Permission.MANAGE_SCALES, scale)
    not_stale(scale, version)
    terms = scale.licence_note if wanted.licence_note is None else wanted.licence_note
    if wanted.enabled:
        _refuse_unfit(scale, terms, sure=wanted.sure)
        for other in session.scalars(
            select(ScaleDefinition).where(col(ScaleDefinition.key) == scale.key, col(ScaleDefinition.enabled).is_(True))
        ):
            if other.id != scale.id:
                other.enabled = False
                other.touch()
    scale.licence_note, scale.enabled = terms, wanted.enabled
    scale.touch()
    note(session, actor, "scale_definition.enabled" if wanted.enabled else "scale_definition.disabled", scale)
    session.flush()
    return scale


def score_scale(session: Session, actor: Actor, resident_id: UUID, told: ScaleScoreIn) -> ScaleScore:
    """Write down a score with the resident's agreement: the resident's own first, the worker's beside it."""
    resident = changeable(session, actor, resident_id, Permission.SCORE_SCALE)
    if not may_keep("scale_score.*", resident.level):
        raise Invalid(above_level("level", "scale_score.*"))
    scale = session.get(ScaleDefinition, told.scale_id)
    if scale is None or not scale.enabled:
        raise Invalid(Fault(("scale_id",), "unknown", "Choose a scale that is switched on here."))
    scored_on = told.scored_on or clock.today()
    faults = _faults(scale, told)
    if scored_on > clock.today():
        faults.append(Fault(("scored_on",), "in_future", "This day is still to come."))
    score = ScaleScore(
        resident_id=resident.id,
        scale_id=scale.id,
        domain=told.domain,
        level=told.level,
        by=told.by,
        scored_on=scored_on,
        note=told.note,
        worker_id=actor.id,
    )
    if not faults and scale.who_scores is WhoScores.BOTH and not _resident_went_first(session, score):
        faults.append(Fault(("by",), "resident_first", RESIDENT_FIRST))
    if faults:
        raise Invalid(*faults)
    session.add(score)
    note(session, actor, "scale_score.given", score, scale_id=scale.id, by=told.by, scored_on=scored_on)
    session.flush()
    return score


def _edition(session: Session, actor: Actor | None, told: ScaleIn, edition: int) -> ScaleDefinition:
    scale = ScaleDefinition(
        key=told.key,
        edition=edition,
        title=told.title,
        source=told.source,
        licence_note=told.licence_note or "",
        kind=told.kind,
        levels=[level.model_dump() for level in told.levels],
        domains=[domain.model_dump() for domain in told.domains],
        caution=told.caution.model_dump() if told.caution else {},
        is_measurement=told.is_measurement,
        aggregate_allowed=told.aggregate_allowed,
        who_scores=told.who_scores,
        special_category=told.special_category,
    )
    session.add(scale)
    note(session, actor, "scale_definition.recorded", scale, edition=edition)
    return scale


def _refuse_unfit(scale: ScaleDefinition, terms: str, *, sure: bool) -> None:
    faults = []
    if not terms:
        faults.append(Fault(("licence_note",), "required", "Write down under which terms this scale may be used here."))
    if scale.special_category and not sure:
        faults.append(
            Fault(
                ("sure",),
                "special_category",
                "This scale asks for special categories of data, such as health or convictions. Switch it on only with "
                "a ground in law, after asking the privacy officer.",
            )
        )
    if faults:
        raise Invalid(*faults)


def _faults(scale: ScaleDefinition, told: ScaleScoreIn) -> list[Fault]:
    faults = []
    if told.level not in [level["level"] for level in scale.levels]:
        faults.append(Fault(("level",), "unknown", "Choose one of the levels of this scale."))
    domains = [domain["key"] for domain in scale.domains]
    if told.domain not in (domains or [None]):
        faults.append(Fault(("domain",), "unknown", "Choose one of the parts of this scale."))
    if scale.who_scores is not WhoScores.BOTH and told.by.value != scale.who_scores.value:
        words = {
            WhoScores.RESIDENT: N_("On this scale only the resident scores."),
            WhoScores.WORKER: N_("On this scale only the worker scores."),
        }
        faults.append(Fault(("by",), "not_theirs", words[scale.who_scores]))
    return faults


def _resident_went_first(session: Session, score: ScaleScore) -> bool:
    if score.by is ScoredBy.RESIDENT:
        return True
    earlier = select(col(ScaleScore.id)).where(
        col(ScaleScore.resident_id) == score.resident_id,
        col(ScaleScore.scale_id) == score.scale_id,
        col(ScaleScore.by) == ScoredBy.RESIDENT,
        col(ScaleScore.scored_on) <= score.scored_on,
    )
    if score.domain is not None:
        earlier = earlier.where(col(ScaleScore.domain) == score.domain)
    return session.scalar(earlier.limit(1)) is not None
