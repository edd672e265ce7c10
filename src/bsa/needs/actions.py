"""Deeds about needs."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import Conflict, Fault, Invalid, NotFound, Question, invalid
from bsa.events import note
from bsa.needs.models import (
    SENSITIVE,
    Confirmed,
    HowLearned,
    LayerConfirmation,
    LifeArea,
    Need,
    NeedEnding,
    NeedLayer,
    TranslationChoice,
    TranslationDecision,
)
from bsa.needs.queries import get_need, last_answers, layers_of, only_stated
from bsa.needs.shapes import ClosingIn, ConfirmationIn, DecisionIn, LayerIn, NeedIn, SharingIn
from bsa.permissions import Actor, Permission
from bsa.residents.actions import above_level, changeable, consents_to
from bsa.residents.models import ConsentScope, Resident, may_keep
from bsa.rows import not_later

ENDED_BY_US = frozenset({NeedEnding.SOLVED, NeedEnding.HELPED_ELSEWHERE})
"""The endings after which a question that was never asked is easily forgotten."""


def record_need(session: Session, actor: Actor, resident_id: UUID, told: NeedIn) -> Need:
    """Record a need with the stated question, verbatim; that is layer 0, and it stays as it is."""
    resident = changeable(session, actor, resident_id, Permission.RECORD_NEED)
    need = Need(
        resident_id=resident.id,
        area_id=resident.area_id,
        life_area=told.life_area,
        opened_on=not_later("learned_on", told.learned_on),
    )
    session.add(need)
    session.flush()
    stated = LayerIn(
        words=told.words,
        how_learned=HowLearned.SAID,
        confirmed=Confirmed.YES,
        life_area=told.life_area,
        learned_on=told.learned_on,
    )
    _add_layer(session, actor, need, 0, stated)
    note(session, actor, "need.recorded", need, life_area=told.life_area, learned_on=told.learned_on)
    session.flush()
    return need


def deepen_need(session: Session, actor: Actor, need_id: UUID, version: int | None, told: LayerIn) -> Need:
    """Add a layer under those that are there. The need's own area of life stays the stated one: colleagues see it."""
    need, resident = changeable_need(session, actor, need_id, Permission.DEEPEN_NEED, version)
    faults = []
    if not may_keep("need.deeper_layers", resident.level):
        faults.append(above_level("words", "need.deeper_layers"))
    if told.how_learned is HowLearned.HUNCH and told.confirmed is not Confirmed.NOT_YET:
        faults.append(
            Fault(
                ("confirmed",),
                "hunch",
                "A hunch is nobody's answer yet. Note it as not yet confirmed, and ask when the time is right.",
            )
        )
    if told.learned_on > clock.today():
        faults.append(Fault(("learned_on",), "in_future", "This day is still to come."))
    if faults:
        raise Invalid(*faults)
    depth = layers_of(session, need)[-1].depth + 1
    _add_layer(session, actor, need, depth, told)
    need.touch()
    note(session, actor, "need.deepened", need, depth=depth, how_learned=told.how_learned, confirmed=told.confirmed)
    session.flush()
    return need


def confirm_layer(
    session: Session, actor: Actor, need_id: UUID, layer_id: UUID, version: int | None, answer: ConfirmationIn
) -> Need:
    """Add what the resident said when asked whether a layer is it; `version` is the need's."""
    need, layer = _standing_layer(session, actor, need_id, layer_id, Permission.CONFIRM_LAYER, version)
    if layer.depth == 0:
        raise Conflict("The stated question is what the resident said; what it turned out to be is a deeper layer.")
    asked_on = not_later("asked_on", answer.asked_on)
    session.add(
        LayerConfirmation(
            layer_id=layer.id,
            resident_id=layer.resident_id,
            number=1 + _how_many(session, col(LayerConfirmation.layer_id) == layer.id),
            confirmed=answer.confirmed,
            asked_on=asked_on,
        )
    )
    layer.may_be_shared = layer.may_be_shared and answer.confirmed is Confirmed.YES
    need.touch()
    note(session, actor, "need.layer_confirmed", need, depth=layer.depth, confirmed=answer.confirmed)
    session.flush()
    return need


def strike_layer(session: Session, actor: Actor, need_id: UUID, layer_id: UUID, version: int | None) -> Need:
    """Strike through a deeper layer that was not it; its text stays. `version` is the need's."""
    need, layer = _standing_layer(session, actor, need_id, layer_id, Permission.STRIKE_LAYER, version)
    if layer.depth == 0:
        raise Conflict("The stated question stays; what it turned out to be is a deeper layer.")
    layer.struck_at, layer.struck_by_id, layer.may_be_shared = clock.now(), actor.id, False
    need.touch()
    note(session, actor, "need.layer_struck", need, depth=layer.depth)
    session.flush()
    return need


def share_layer(
    session: Session, actor: Actor, need_id: UUID, layer_id: UUID, version: int | None, wanted: SharingIn
) -> Need:
    """Choose whether a layer may be passed on; only what the resident confirmed may, and a hunch never."""
    need, _ = unrestricted_need(session, actor, need_id, Permission.SHARE_LAYER, version)
    layer = _layer_of(session, need, layer_id)
    if wanted.may_be_shared:
        if layer.how_learned is HowLearned.HUNCH:
            raise Conflict(
                "A hunch is never passed on. Write down what the resident says of it, as a layer of its own."
            )
        if last_answers(session, need).get(layer.id) is not Confirmed.YES:
            raise Conflict("Only what the resident confirmed may be passed on. Ask the resident first.")
    layer.may_be_shared = wanted.may_be_shared
    need.touch()
    note(session, actor, "need.sharing_chosen", need, depth=layer.depth, may_be_shared=wanted.may_be_shared)
    session.flush()
    return need


def decide_translation(session: Session, actor: Actor, need_id: UUID, version: int | None, told: DecisionIn) -> Need:
    """Decide what is done with a need: by oneself, with others, both, or first making it safe."""
    need, resident = changeable_need(session, actor, need_id, Permission.DECIDE_TRANSLATION, version)
    faults = _decision_faults(session, need, resident, told)
    if faults:
        raise Invalid(*faults)
    session.add(
        TranslationDecision(
            need_id=need.id,
            resident_id=need.resident_id,
            number=1 + _how_many(session, col(TranslationDecision.need_id) == need.id),
            choice=told.choice,
            reason=told.reason,
            counted=told.counted,
            decided_on=told.decided_on,
            decided_by_id=actor.id,
        )
    )
    need.touch()
    note(session, actor, "need.translation_decided", need, choice=told.choice, counted=told.counted)
    session.flush()
    return need


def close_need(session: Session, actor: Actor, need_id: UUID, version: int | None, ended: ClosingIn) -> Need:
    """Close a need with how it ended."""
    need, _ = changeable_need(session, actor, need_id, Permission.CLOSE_NEED, version)
    closed_on = not_later("closed_on", ended.closed_on)
    if closed_on < need.opened_on:
        raise invalid("closed_on", "before_opened", "A need cannot end before it was heard.")
    if ended.ending in ENDED_BY_US and not ended.is_the_question and only_stated(session, need, not_decided=True):
        raise Question(
            "Only the stated question is known so far. Is this the question?",
            "is_the_question",
        )
    need.ending, need.closed_on = ended.ending, closed_on
    need.touch()
    note(session, actor, "need.closed", need, ending=ended.ending, closed_on=closed_on)
    session.flush()
    return need


def reopen_need(session: Session, actor: Actor, need_id: UUID, version: int | None) -> Need:
    """Open a closed need again; that it was closed stays among the events."""
    need, _ = unrestricted_need(session, actor, need_id, Permission.REOPEN_NEED, version)
    if need.closed_on is None:
        raise Conflict("This need is open.")
    need.ending, need.closed_on = None, None
    need.touch()
    note(session, actor, "need.reopened", need)
    session.flush()
    return need


def changeable_need(
    session: Session, actor: Actor, need_id: UUID, permission: Permission, version: int | None = None
) -> tuple[Need, Resident]:
    """Return an open need with its resident, to whom something may be done."""
    need, resident = unrestricted_need(session, actor, need_id, permission, version)
    if need.closed_on is not None:
        raise Conflict("This need is closed. Open it again first.")
    return need, resident


def unrestricted_need(
    session: Session, actor: Actor, need_id: UUID, permission: Permission, version: int | None = None
) -> tuple[Need, Resident]:
    """Return a need, perhaps closed, with its resident, to whom something may be done."""
    need, resident = get_need(session, actor, need_id, permission, version)
    return need, changeable(session, actor, resident.id, permission)


def _standing_layer(
    session: Session, actor: Actor, need_id: UUID, layer_id: UUID, permission: Permission, version: int | None
) -> tuple[Need, NeedLayer]:
    need, _ = changeable_need(session, actor, need_id, permission, version)
    return need, _layer_of(session, need, layer_id)


def _layer_of(session: Session, need: Need, layer_id: UUID) -> NeedLayer:
    layer = session.get(NeedLayer, layer_id)
    if layer is None or layer.need_id != need.id:
        raise NotFound
    if layer.struck_at is not None:
        raise Conflict("This layer was struck.")
    return layer


def _add_layer(session: Session, actor: Actor, need: Need, depth: int, told: LayerIn) -> None:
    layer = NeedLayer(
        need_id=need.id,
        resident_id=need.resident_id,
        depth=depth,
        words=told.words,
        how_learned=told.how_learned,
        life_area=told.life_area,
        learned_on=told.learned_on,
        may_be_shared=depth == 0,
        recorded_by_id=actor.id,
    )
    session.add(layer)
    session.flush()
    session.add(
        LayerConfirmation(
            layer_id=layer.id,
            resident_id=need.resident_id,
            number=1,
            confirmed=told.confirmed,
            asked_on=told.learned_on,
        )
    )


def _how_many(session: Session, of_these: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(of_these)) or 0


def _decision_faults(session: Session, need: Need, resident: Resident, told: DecisionIn) -> list[Fault]:
    faults = []
    with_others = told.choice in (TranslationChoice.COLLECTIVE, TranslationChoice.BOTH)
    if with_others and _sensitive(session, need) and not _made_safe(session, need):
        faults.append(
            Fault(
                ("choice",),
                "make_safe_first",
                "This touches on money, the mind, substances or safety at home. First decide to make it safe; "
                "it can go to a group after that, when the resident wants it.",
            )
        )
    if told.counted and consents_to(session, resident.id, ConsentScope.TO_BE_COUNTED) is None:
        faults.append(
            Fault(
                ("counted",),
                "no_consent",
                "The resident did not agree to be counted. Ask, note the consent with the resident, and decide again.",
            )
        )
    if told.decided_on > clock.today():
        faults.append(Fault(("decided_on",), "in_future", "This day is still to come."))
    return faults


def _sensitive(session: Session, need: Need) -> bool:
    """Tell whether the need, or a layer of it that stands, is about something where shame or danger comes first."""
    standing: list[LifeArea] = [layer.life_area for layer in layers_of(session, need) if layer.struck_at is None]
    return not SENSITIVE.isdisjoint([need.life_area, *standing])


def _made_safe(session: Session, need: Need) -> bool:
    return (
        session.scalar(
            select(col(TranslationDecision.id)).where(
                col(TranslationDecision.need_id) == need.id,
                col(TranslationDecision.choice) == TranslationChoice.MAKE_SAFE_FIRST,
            )
        )
        is not None
    )
