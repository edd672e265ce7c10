"""Reading needs, always as someone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, Level
from bsa.areas.queries import lies_within
from bsa.errors import NotAllowed, NotFound
from bsa.needs.models import (
    Confirmed,
    HowLearned,
    LayerConfirmation,
    Need,
    NeedLayer,
    TranslationChoice,
    TranslationDecision,
)
from bsa.needs.shapes import DecisionOut, LayerOut, NeedItem, NeedOut, NeedQuery, SharedLayer
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.residents.models import Resident, may_keep
from bsa.residents.queries import get_record, looked_after_by
from bsa.rows import not_stale
from bsa.sealing import note_read, open_cell, open_rows
from bsa.shapes import Page

NEWEST_FIRST = Order((col(Need.opened_on), True), (col(Need.id), True))

Stated = aliased(NeedLayer)
"""The layer at depth 0, in lists."""
Around = aliased(Area)
"""The area around a need's area, in lists."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the need, in a query that joins `Resident`.

    The team knows that there are needs in the own area; what they are, only those who look after the resident know.
    """
    ways: list[ColumnElement[bool]] = []
    if actor.of_the_team:
        ways.append(and_(col(Need.area_id).in_(actor.area_ids), col(Resident.restricted_on).is_(None)))
    if actor.has(Role.ACTIVATOR):
        ways.append(looked_after_by(actor))
    return or_(false(), *ways)


def open_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the need's words are open to the actor, in a query that joins `Resident`."""
    return looked_after_by(actor) if actor.has(Role.ACTIVATOR) else false()


def list_needs(session: Session, actor: Actor, wanted: NeedQuery) -> Page[NeedItem]:
    """List needs, newest first: one's own residents' with the stated question, colleagues' as anonymous cards."""
    require(actor, Permission.SEE_NEEDS)
    if wanted.resident_id:
        get_record(session, actor, wanted.resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST)
    return Page(
        items=needs_listed(session, rows),
        next_cursor=cursor_after(rows[-1].opened_on, rows[-1].id) if more else None,
    )


def _listed(actor: Actor, wanted: NeedQuery) -> Select[*tuple[Any, ...]]:
    query = select_needs(actor)
    if wanted.resident_id is not None:
        query = query.where(col(Need.resident_id) == wanted.resident_id)
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Need.area_id), wanted.area_id))
    if wanted.life_area:
        query = query.where(col(Need.life_area) == wanted.life_area)
    if wanted.open is not None:
        still_open = col(Need.closed_on).is_(None)
        query = query.where(still_open if wanted.open else ~still_open)
    if wanted.mine:
        query = query.where(open_to(actor))
    return query


def select_needs(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select what lists show of the needs that the actor may know of; `needs_listed` draws the rows up."""
    mine = open_to(actor)
    fine = col(Area.level).in_((Level.COMPLEX, Level.PLACE)) & ~mine
    deepest = (
        select(func.max(NeedLayer.depth))
        .where(col(NeedLayer.need_id) == Need.id, col(NeedLayer.struck_at).is_(None))
        .scalar_subquery()
    )
    query: Select[*tuple[Any, ...]] = select(
        col(Need.id),
        col(Need.resident_id),
        col(Need.life_area),
        col(Need.opened_on),
        col(Need.closed_on),
        case((fine, col(Around.id)), else_=col(Area.id)).label("area_id"),
        case((fine, col(Around.name)), else_=col(Area.name)).label("area_name"),
        col(Resident.call_name).label("call_name"),
        col(Stated.id).label("stated_id"),
        col(Stated.words).label("stated"),
        deepest.label("current_depth"),
        mine.label("mine"),
    )
    return (
        query.join(Resident, col(Resident.id) == Need.resident_id)
        .join(Area, col(Area.id) == Need.area_id)
        .outerjoin(Around, col(Around.id) == Area.parent_id)
        .join(Stated, and_(col(Stated.need_id) == Need.id, col(Stated.depth) == 0))
        .where(visible_to(actor))
    )


def needs_listed(session: Session, rows: list[Any]) -> list[NeedItem]:
    """Draw up the rows of `select_needs`; nothing is opened of a need that is not the actor's own."""
    note_read(session, {row.resident_id for row in rows if row.mine})
    return [_own(session, row) if row.mine else _card(row) for row in rows]


def find_need(session: Session, actor: Actor, need_id: UUID) -> Need:
    """Return a need that the actor may know of."""
    need = session.scalar(
        select(Need)
        .join(Resident, col(Resident.id) == Need.resident_id)
        .where(col(Need.id) == need_id, visible_to(actor))
    )
    if need is None:
        raise NotFound
    return need


def get_need(
    session: Session, actor: Actor, need_id: UUID, permission: Permission, version: int | None = None
) -> tuple[Need, Resident]:
    """Return a need with its opened resident, for a deed of somebody who looks after the resident."""
    need = find_need(session, actor, need_id)
    try:
        resident = get_record(session, actor, need.resident_id, permission)
    except (NotFound, NotAllowed):
        # Whose need it is, is not told, and so neither who looks after that resident.
        raise NotAllowed(
            "This is the need of a colleague's resident. Bring it up in the team: who looks after the resident can "
            "open it with you, or make you a stand-in."
        ) from None
    if session.info["writes"]:
        # The resident is locked only now, so the need may have changed after it was found.
        session.refresh(need)
    not_stale(need, version)
    return need, resident


def show_need(session: Session, actor: Actor, need_id: UUID) -> NeedOut:
    """Show a need with its layers."""
    need, resident = get_need(session, actor, need_id, Permission.OPEN_RECORD)
    return need_out(session, actor, need, resident)


def need_out(session: Session, actor: Actor, need: Need, resident: Resident) -> NeedOut:
    """Draw up a need of an opened resident."""
    layers = layers_of(session, need)
    decisions = list(
        session.scalars(
            select(TranslationDecision)
            .where(col(TranslationDecision.need_id) == need.id)
            .order_by(col(TranslationDecision.number))
        )
    )
    open_rows(session, layers, decisions)
    answers = last_answers(session, need)
    names = names_of(
        session, {layer.recorded_by_id for layer in layers} | {decision.decided_by_id for decision in decisions}
    )
    return NeedOut(
        id=need.id,
        version=need.version,
        created_at=need.created_at,
        changed_at=need.changed_at,
        allowed_actions=_allowed(actor, need, resident),
        resident_id=resident.id,
        resident_name=resident.call_name or "",
        area_id=need.area_id,
        area_name=session.get_one(Area, need.area_id).name,
        life_area=need.life_area,
        opened_on=need.opened_on,
        closed_on=need.closed_on,
        ending=need.ending,
        current_depth=max(layer.depth for layer in layers if layer.struck_at is None),
        is_this_the_question=(
            need.closed_on is None
            and need.opened_on <= clock.today() - timedelta(days=_stated_days(session))
            and only_stated(session, need, not_decided=False)
        ),
        layers=[
            LayerOut(
                id=layer.id,
                depth=layer.depth,
                words=layer.words,
                how_learned=layer.how_learned,
                confirmed=answers.get(layer.id, Confirmed.NOT_YET),
                life_area=layer.life_area,
                learned_on=layer.learned_on,
                may_be_shared=layer.may_be_shared,
                recorded_by_name=names.get(layer.recorded_by_id, ""),
                struck_on=clock.day_of(layer.struck_at) if layer.struck_at else None,
                allowed_actions=_allowed_on_layer(actor, need, layer, resident, answers.get(layer.id)),
            )
            for layer in layers
        ],
        decisions=[
            DecisionOut(
                id=decision.id,
                choice=decision.choice,
                reason=decision.reason,
                counted=decision.counted,
                decided_on=decision.decided_on,
                decided_by_name=names.get(decision.decided_by_id, ""),
            )
            for decision in decisions
        ],
    )


def layers_of(session: Session, need: Need) -> list[NeedLayer]:
    """Return the layers of a need from the stated question down, struck ones too, cells closed."""
    return list(
        session.scalars(select(NeedLayer).where(col(NeedLayer.need_id) == need.id).order_by(col(NeedLayer.depth)))
    )


def last_answers(session: Session, need: Need) -> dict[UUID, Confirmed]:
    """Return what the resident said last of each layer."""
    answers = session.scalars(
        select(LayerConfirmation)
        .join(NeedLayer, col(NeedLayer.id) == LayerConfirmation.layer_id)
        .where(col(NeedLayer.need_id) == need.id)
        .order_by(col(LayerConfirmation.number))
    )
    return {answer.layer_id: answer.confirmed for answer in answers}


def shareable_words(session: Session, need: Need) -> list[SharedLayer]:
    """Return what may be passed on of a need, from the stated question down: to a referral, or to a theme."""
    layers = list(
        session.scalars(
            select(NeedLayer)
            .join(Resident, col(Resident.id) == NeedLayer.resident_id)
            .where(col(NeedLayer.need_id) == need.id, may_be_passed_on())
            .order_by(col(NeedLayer.depth))
        )
    )
    open_rows(session, layers)
    return [SharedLayer(depth=layer.depth, words=layer.words) for layer in layers]


def may_be_passed_on() -> ColumnElement[bool]:
    """Return the condition that a layer may be passed on, in a query that joins `Resident`.

    Chosen layer by layer, and only what the resident confirmed; never a hunch, nothing struck, nothing of
    somebody whose data is restricted.
    """
    last = (
        select(col(LayerConfirmation.confirmed))
        .where(col(LayerConfirmation.layer_id) == NeedLayer.id)
        .order_by(col(LayerConfirmation.number).desc())
        .limit(1)
        .correlate(NeedLayer)
        .scalar_subquery()
    )
    return and_(
        col(NeedLayer.may_be_shared).is_(True),
        col(NeedLayer.struck_at).is_(None),
        col(NeedLayer.how_learned) != HowLearned.HUNCH,
        last == Confirmed.YES,
        col(Resident.restricted_on).is_(None),
    )


def only_stated(session: Session, need: Need, *, not_decided: bool) -> bool:
    """Tell whether only the stated question stands and it is taken up individually; `not_decided`: or not decided."""
    return (
        session.scalar(select(col(Need.id)).where(col(Need.id) == need.id, _only_stated(not_decided=not_decided)))
        is not None
    )


def is_this_the_question(session: Session, actor: Actor) -> list[NeedItem]:
    """List the actor's own residents' needs of which only the stated question has been known for long, oldest first.

    They are open, and taken up individually: perhaps there is another question behind the question.
    """
    rows = session.execute(
        select_needs(actor)
        .where(
            open_to(actor),
            col(Need.closed_on).is_(None),
            col(Need.opened_on) <= clock.today() - timedelta(days=_stated_days(session)),
            col(Resident.restricted_on).is_(None),
            _only_stated(not_decided=False),
        )
        .order_by(col(Need.opened_on), col(Need.id))
    ).all()
    return needs_listed(session, list(rows))


def _stated_days(session: Session) -> int:
    days: int = session.info["settings"].stated_question_days
    return days


def _only_stated(*, not_decided: bool) -> ColumnElement[bool]:
    deeper = exists().where(
        col(NeedLayer.need_id) == Need.id, col(NeedLayer.depth) > 0, col(NeedLayer.struck_at).is_(None)
    )
    last = (
        select(col(TranslationDecision.choice))
        .where(col(TranslationDecision.need_id) == Need.id)
        .order_by(col(TranslationDecision.number).desc())
        .limit(1)
        .correlate(Need)
        .scalar_subquery()
    )
    individual: ColumnElement[bool] = last == TranslationChoice.INDIVIDUAL
    return and_(~deeper, or_(individual, last.is_(None)) if not_decided else individual)


def _own(session: Session, row: Any) -> NeedItem:
    return NeedItem(
        id=row.id,
        life_area=row.life_area,
        area_id=row.area_id,
        area_name=row.area_name,
        opened_month=f"{row.opened_on:%Y-%m}",
        open=row.closed_on is None,
        mine=True,
        resident_id=row.resident_id,
        resident_name=open_cell(session, Resident, "call_name", row.resident_id, row.resident_id, row.call_name),
        opened_on=row.opened_on,
        stated=open_cell(session, NeedLayer, "words", row.stated_id, row.resident_id, row.stated),
        current_depth=row.current_depth,
    )


def _card(row: Any) -> NeedItem:
    return NeedItem(
        id=row.id,
        life_area=row.life_area,
        area_id=row.area_id,
        area_name=row.area_name,
        opened_month=f"{row.opened_on:%Y-%m}",
        open=row.closed_on is None,
        mine=False,
    )


def _allowed(actor: Actor, need: Need, resident: Resident) -> list[str]:
    if resident.restricted_on is not None:
        return []
    deeds = [Permission.REOPEN_NEED]
    if need.closed_on is None:
        deeds = [Permission.DECIDE_TRANSLATION, Permission.LINK_NEED, Permission.CLOSE_NEED]
        if may_keep("need.deeper_layers", resident.level):
            deeds.insert(0, Permission.DEEPEN_NEED)
    return [deed.value for deed in deeds if allows(actor, deed, resident)]


def _allowed_on_layer(
    actor: Actor, need: Need, layer: NeedLayer, resident: Resident, answer: Confirmed | None
) -> list[str]:
    if layer.struck_at is not None or resident.restricted_on:
        return []
    deeds = []
    if layer.depth > 0 and need.closed_on is None:
        deeds += [Permission.CONFIRM_LAYER, Permission.STRIKE_LAYER]
    if layer.may_be_shared or (answer is Confirmed.YES and layer.how_learned is not HowLearned.HUNCH):
        deeds.append(Permission.SHARE_LAYER)
    return [deed.value for deed in deeds if allows(actor, deed, resident)]
