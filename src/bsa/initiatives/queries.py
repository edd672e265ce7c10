"""Reading initiatives, always as someone."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, false, func, select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.errors import NotFound, invalid
from bsa.initiatives.codes import read_code
from bsa.initiatives.models import Aim, Initiative, InitiativePage, InitiativeTheme, Participant, Phase
from bsa.initiatives.shapes import (
    AimOut,
    InitiativeItem,
    InitiativeOut,
    InitiativePageOut,
    InitiativeQuery,
    ParticipantOut,
    PublicInitiative,
    ThemeLink,
)
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.questions import put
from bsa.residents.models import Resident
from bsa.residents.queries import looked_after_by
from bsa.rows import locked, not_stale
from bsa.sealing import note_read, open_cell
from bsa.shapes import Page
from bsa.themes.models import Theme
from bsa.themes.queries import show_themes
from bsa.themes.shapes import ThemeOut

MOST_WORDS = 15
"""The most words that the sentences of a page for residents have on average, when it is easy to read."""

NEWEST_FIRST = Order((col(Initiative.started_on), True), (col(Initiative.id), True))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the initiative: the team, in its own areas."""
    return col(Initiative.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def list_initiatives(session: Session, actor: Actor, wanted: InitiativeQuery) -> Page[InitiativeItem]:
    """List initiatives, the last started first."""
    require(actor, Permission.SEE_INITIATIVES)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST)
    themes = _themes_of(session, actor, [row.Initiative.id for row in rows])
    items = [
        InitiativeItem.model_construct(
            id=row.Initiative.id,
            area_id=row.Initiative.area_id,
            area_name=row.area_name,
            title=row.Initiative.title,
            origin=row.Initiative.origin,
            joined_existing=row.Initiative.joined_existing,
            phase=row.Initiative.phase,
            phase_since=row.Initiative.phase_since,
            started_on=row.Initiative.started_on,
            next_step=row.Initiative.next_step,
            next_step_on=row.Initiative.next_step_on,
            participant_count=row.participant_count,
            themes=themes.get(row.Initiative.id, []),
        )
        for row in rows
    ]
    last = rows[-1].Initiative if more else None
    return Page(items=items, next_cursor=cursor_after(last.started_on, last.id) if last else None)


def _listed(actor: Actor, wanted: InitiativeQuery) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(Initiative, col(Area.name).label("area_name"), _participants_now().label("participant_count"))
        .join(Area, col(Area.id) == Initiative.area_id)
        .where(visible_to(actor))
    )
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Initiative.area_id), wanted.area_id))
    if wanted.phase:
        query = query.where(col(Initiative.phase) == wanted.phase)
    if wanted.theme_id is not None:
        about_theme = exists().where(
            col(InitiativeTheme.initiative_id) == Initiative.id, col(InitiativeTheme.theme_id) == wanted.theme_id
        )
        query = query.where(about_theme)
    if wanted.open is not None:
        stopped = col(Initiative.phase) == Phase.STOPPED
        query = query.where(~stopped if wanted.open else stopped)
    return query


def find_initiative(session: Session, actor: Actor, initiative_id: UUID) -> Initiative:
    """Return an initiative that the actor may know of; locked when the session writes."""
    query = select(Initiative).where(col(Initiative.id) == initiative_id, visible_to(actor))
    initiative = session.scalar(locked(session, query, Initiative))
    if initiative is None:
        raise NotFound
    return initiative


def get_initiative(
    session: Session, actor: Actor, initiative_id: UUID, permission: Permission, version: int | None = None
) -> Initiative:
    """Return an initiative for a deed that the actor may do to it."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, permission, initiative)
    not_stale(initiative, version)
    return initiative


def initiative_named(session: Session, actor: Actor, initiative_id: UUID, *, at: str) -> Initiative:
    """Return the initiative that was named in the field `at`, or refuse that field."""
    initiative = session.scalar(select(Initiative).where(col(Initiative.id) == initiative_id, visible_to(actor)))
    if initiative is None:
        raise invalid(at, "unknown", "There is no such initiative in your areas. Choose one from the list.")
    return initiative


def show_initiative(session: Session, actor: Actor, initiative_id: UUID) -> InitiativeOut:
    """Show an initiative."""
    return initiative_out(session, actor, find_initiative(session, actor, initiative_id))


def list_themes_of(session: Session, actor: Actor, initiative_id: UUID) -> list[ThemeOut]:
    """List the themes that an initiative is about, with the needs of own residents behind them."""
    initiative = find_initiative(session, actor, initiative_id)
    links = select(col(InitiativeTheme.theme_id)).where(col(InitiativeTheme.initiative_id) == initiative.id)
    return show_themes(session, actor, session.scalars(links))


def initiative_out(session: Session, actor: Actor, initiative: Initiative) -> InitiativeOut:
    """Draw up an initiative."""
    area_name, participant_count = session.execute(
        select(col(Area.name), _participants_now())
        .join(Initiative, col(Initiative.area_id) == Area.id)
        .where(col(Initiative.id) == initiative.id)
    ).one()
    aims = session.scalars(select(Aim).where(col(Aim.initiative_id) == initiative.id).order_by(col(Aim.id))).all()
    return InitiativeOut(
        id=initiative.id,
        version=initiative.version,
        created_at=initiative.created_at,
        changed_at=initiative.changed_at,
        allowed_actions=_allowed(actor, initiative),
        area_id=initiative.area_id,
        area_name=area_name,
        title=initiative.title,
        description=initiative.description,
        origin=initiative.origin,
        joined_existing=initiative.joined_existing,
        phase=initiative.phase,
        phase_since=initiative.phase_since,
        started_on=initiative.started_on,
        next_step=initiative.next_step,
        next_step_on=initiative.next_step_on,
        lesson=initiative.lesson,
        themes=_themes_of(session, actor, [initiative.id]).get(initiative.id, []),
        aims=[aim_out(aim) for aim in aims],
        participants=_named_participants(session, actor, initiative.id),
        participant_count=participant_count,
    )


def find_page(session: Session, actor: Actor, initiative_id: UUID) -> InitiativePage:
    """Return the public page of an initiative that the actor may know of, published or not."""
    initiative = find_initiative(session, actor, initiative_id)
    require(actor, Permission.PUBLISH_INITIATIVE, initiative)
    query = select(InitiativePage).where(col(InitiativePage.initiative_id) == initiative.id)
    page = session.scalar(locked(session, query, InitiativePage))
    if page is None:
        raise NotFound
    return page


def show_page(session: Session, actor: Actor, initiative_id: UUID) -> InitiativePageOut:
    """Show the public page of an initiative to the team, as it is or will be."""
    page = find_page(session, actor, initiative_id)
    initiative_title, area_name = session.execute(
        select(col(Initiative.title), col(Area.name))
        .join(Area, col(Area.id) == Initiative.area_id)
        .where(col(Initiative.id) == initiative_id)
    ).one()
    return InitiativePageOut(
        id=page.id,
        version=page.version,
        created_at=page.created_at,
        changed_at=page.changed_at,
        allowed_actions=[Permission.PUBLISH_INITIATIVE.value],
        initiative_id=page.initiative_id,
        initiative_title=initiative_title,
        area_name=area_name,
        code=page.code,
        title=page.title,
        words=page.words,
        when_next=page.when_next,
        where=page.where,
        whom_to_call=page.whom_to_call,
        public=is_public(page),
        published_on=page.published_on,
        withdrawn_on=page.withdrawn_on,
        long_sentences=_words_in_a_sentence(page.words) > MOST_WORDS,
    )


def show_public_initiative(session: Session, code: str) -> PublicInitiative:
    """Show what everybody may read of an initiative, by the short code of its page."""
    row = session.execute(
        select(InitiativePage, col(Area.name))
        .join(Area, col(Area.id) == InitiativePage.area_id)
        .where(col(InitiativePage.code) == read_code(code))
    ).first()
    if row is None or not is_public(row[0]):
        raise NotFound
    page, area_name = row
    return PublicInitiative(
        code=page.code,
        area_name=area_name,
        title=page.title,
        words=page.words,
        when_next=page.when_next,
        where=page.where,
        whom_to_call=page.whom_to_call,
        published_on=page.published_on,
        organisation=session.info["settings"].organisation,
    )


def is_public(page: InitiativePage) -> bool:
    """Tell whether everybody can read a page."""
    return page.published_on is not None and page.withdrawn_on is None


def _words_in_a_sentence(text: str) -> float:
    """Return how many words the sentences of a text have on average."""
    sentences = [one for one in re.split(r"(?<=[.!?])\s+|\n+", text) if one.strip()]
    return sum(len(one.split()) for one in sentences) / len(sentences) if sentences else 0


def aim_out(aim: Aim) -> AimOut:
    """Draw up an aim."""
    return AimOut(id=aim.id, text=aim.text, sign=aim.sign, reached_on=aim.reached_on)


def _named_participants(session: Session, actor: Actor, initiative_id: UUID) -> list[ParticipantOut]:
    rows = session.execute(
        select(Participant, col(Resident.call_name))
        .join(Resident, col(Resident.id) == Participant.resident_id)
        .where(
            col(Participant.initiative_id) == initiative_id,
            col(Participant.until_on).is_(None),
            looked_after_by(actor),
        )
        .order_by(col(Participant.from_on), col(Participant.id))
    ).all()
    note_read(session, [participant.resident_id for participant, _ in rows])
    return [
        ParticipantOut(
            id=participant.id,
            resident_id=participant.resident_id,
            call_name=open_cell(
                session, Resident, "call_name", participant.resident_id, participant.resident_id, call_name
            )
            or "",
            part=participant.part,
            consented_on=participant.consented_on,
            from_on=participant.from_on,
        )
        for participant, call_name in rows
    ]


def _themes_of(session: Session, actor: Actor, ids: Iterable[UUID]) -> dict[UUID, list[ThemeLink]]:
    """Return the themes of initiatives; those of areas beyond the actor's reach are left out."""
    wanted = list(ids)
    if not wanted:
        return {}
    links, values = put(_links, actor)
    found: dict[UUID, list[ThemeLink]] = {}
    for initiative_id, theme_id, title in session.execute(links, values | {"initiative_ids": wanted}):
        found.setdefault(initiative_id, []).append(ThemeLink(id=theme_id, title=title))
    return found


def _links(actor: Actor, _wanted: None) -> Select[*tuple[Any, ...]]:
    these = col(InitiativeTheme.initiative_id).in_(bindparam("initiative_ids", expanding=True))
    query: Select[*tuple[Any, ...]] = select(col(InitiativeTheme.initiative_id), col(Theme.id), col(Theme.title)).join(
        Theme, col(Theme.id) == InitiativeTheme.theme_id
    )
    return query.where(these, col(Theme.area_id).in_(actor.area_ids)).order_by(col(Theme.title), col(Theme.id))


def _participants_now() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(Participant)
        .where(col(Participant.initiative_id) == Initiative.id, col(Participant.until_on).is_(None))
        .correlate(Initiative)
        .scalar_subquery()
    )


def _allowed(actor: Actor, initiative: Initiative) -> list[str]:
    deeds = [
        Permission.CHANGE_INITIATIVE,
        Permission.DRAFT_ASK,
        Permission.KEEP_BUDGET,
        Permission.SCORE_AIM,
        Permission.KEEP_GROUP,
        Permission.PUBLISH_INITIATIVE,
    ]
    allowed = [deed.value for deed in deeds if allows(actor, deed, initiative)]
    if initiative.phase is not Phase.STOPPED and allows(actor, Permission.PLAN_TASK, initiative):
        allowed.append(Permission.PLAN_TASK.value)
    # Whether somebody may take part hangs on the resident; here it is enough that the actor can have residents.
    if initiative.phase is not Phase.STOPPED and allows(actor, Permission.ADD_PARTICIPANT):
        allowed.append(Permission.ADD_PARTICIPANT.value)
    return allowed
