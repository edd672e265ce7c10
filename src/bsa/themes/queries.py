"""Reading themes, always as someone."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, exists, false, func, select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.errors import NotFound
from bsa.needs.models import Need
from bsa.needs.queries import NEWEST_FIRST as NEWEST_NEED_FIRST
from bsa.needs.queries import get_need, needs_listed, open_to, select_needs
from bsa.needs.queries import visible_to as needs_visible_to
from bsa.needs.shapes import NeedItem
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.questions import put
from bsa.residents.models import Resident
from bsa.rows import locked, not_stale
from bsa.shapes import Listing, Page
from bsa.themes.models import Theme, ThemeNeed
from bsa.themes.shapes import ThemeOut, ThemeQuery

NEWEST_FIRST = Order((col(Theme.opened_on), True), (col(Theme.id), True))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the theme: the team, in its own area."""
    return col(Theme.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def list_themes(session: Session, actor: Actor, wanted: ThemeQuery) -> Page[ThemeOut]:
    """List themes, newest first."""
    require(actor, Permission.SEE_THEMES)
    if wanted.need_id:
        get_need(session, actor, wanted.need_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST)
    items = _drawn_up(session, actor, rows)
    return Page(items=items, next_cursor=cursor_after(items[-1].opened_on, items[-1].id) if more else None)


def get_theme(
    session: Session, actor: Actor, theme_id: UUID, permission: Permission, version: int | None = None
) -> Theme:
    """Return a theme for a deed; locked when the session writes."""
    theme = session.scalar(locked(session, select(Theme).where(col(Theme.id) == theme_id, visible_to(actor)), Theme))
    if theme is None:
        raise NotFound
    require(actor, permission, theme)
    not_stale(theme, version)
    return theme


def show_theme(session: Session, actor: Actor, theme_id: UUID) -> ThemeOut:
    """Show a theme."""
    rows = session.execute(_themes(actor).where(col(Theme.id) == theme_id)).all()
    if not rows:
        raise NotFound
    return _drawn_up(session, actor, rows)[0]


def list_theme_needs(session: Session, actor: Actor, theme_id: UUID, wanted: Listing) -> Page[NeedItem]:
    """List the needs of own residents that belong to a theme, newest first; of others' the theme has the counts."""
    require(actor, Permission.SEE_THEMES)
    if session.scalar(select(col(Theme.id)).where(col(Theme.id) == theme_id, visible_to(actor))) is None:
        raise NotFound
    rows, more = fetch(session, actor, wanted, _own_of_theme, NEWEST_NEED_FIRST, theme_id=theme_id)
    return Page(
        items=needs_listed(session, rows),
        next_cursor=cursor_after(rows[-1].opened_on, rows[-1].id) if more else None,
    )


def show_themes(session: Session, actor: Actor, theme_ids: Iterable[UUID]) -> list[ThemeOut]:
    """Show those of some themes that the actor may know of, the newest first."""
    query = _themes(actor).where(col(Theme.id).in_(list(theme_ids)))
    rows = session.execute(query.order_by(col(Theme.opened_on).desc(), col(Theme.id).desc())).all()
    return _drawn_up(session, actor, rows)


def _listed(actor: Actor, wanted: ThemeQuery) -> Select[*tuple[Any, ...]]:
    query = _themes(actor)
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Theme.area_id), wanted.area_id))
    if wanted.life_area:
        query = query.where(col(Theme.life_area) == wanted.life_area)
    if wanted.need_id is not None:
        linked = exists().where(col(ThemeNeed.theme_id) == Theme.id, col(ThemeNeed.need_id) == wanted.need_id)
        query = query.where(linked)
    if wanted.open is not None:
        still_open = col(Theme.closed_on).is_(None)
        query = query.where(still_open if wanted.open else ~still_open)
    return query


def _own_of_theme(actor: Actor, _wanted: Listing) -> Select[*tuple[Any, ...]]:
    theme_id = bindparam("theme_id", type_=Uuid)
    belongs = exists().where(col(ThemeNeed.need_id) == Need.id, col(ThemeNeed.theme_id) == theme_id)
    return select_needs(actor).where(open_to(actor), belongs)


def _themes(actor: Actor) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(
        Theme,
        col(Area.name).label("area_name"),
        _count(actor, func.count()).label("needs"),
        _count(actor, func.count(func.coalesce(Resident.household_id, Resident.id).distinct())).label("households"),
    )
    return query.join(Area, col(Area.id) == Theme.area_id).where(visible_to(actor))


def _count(actor: Actor, what: ColumnElement[int]) -> Any:
    """Return how many of what hangs on a theme the actor may know of."""
    return (
        select(what)
        .select_from(ThemeNeed)
        .join(Need, col(Need.id) == ThemeNeed.need_id)
        .join(Resident, col(Resident.id) == Need.resident_id)
        .where(col(ThemeNeed.theme_id) == Theme.id, needs_visible_to(actor))
        .correlate(Theme)
        .scalar_subquery()
    )


def _drawn_up(session: Session, actor: Actor, rows: Iterable[Any]) -> list[ThemeOut]:
    found = list(rows)
    own = _own_needs(session, actor, [row.Theme.id for row in found])
    return [
        ThemeOut(
            id=row.Theme.id,
            version=row.Theme.version,
            created_at=row.Theme.created_at,
            changed_at=row.Theme.changed_at,
            allowed_actions=_allowed(actor, row.Theme),
            area_id=row.Theme.area_id,
            area_name=row.area_name,
            title=row.Theme.title,
            description=row.Theme.description,
            life_area=row.Theme.life_area,
            opened_on=row.Theme.opened_on,
            closed_on=row.Theme.closed_on,
            needs=row.needs,
            households=row.households,
            need_ids=own.get(row.Theme.id, []),
        )
        for row in found
    ]


def _own_needs(session: Session, actor: Actor, theme_ids: list[UUID]) -> dict[UUID, list[UUID]]:
    own: dict[UUID, list[UUID]] = {}
    links, values = put(_links, actor)
    for link in session.execute(links, values | {"theme_ids": theme_ids}):
        own.setdefault(link.theme_id, []).append(link.need_id)
    return own


def _links(actor: Actor, _wanted: None) -> Select[*tuple[Any, ...]]:
    return (
        select(col(ThemeNeed.theme_id), col(ThemeNeed.need_id))
        .join(Resident, col(Resident.id) == ThemeNeed.resident_id)
        .where(col(ThemeNeed.theme_id).in_(bindparam("theme_ids", expanding=True)), open_to(actor))
        .order_by(col(ThemeNeed.linked_on), col(ThemeNeed.id))
    )


def _allowed(actor: Actor, theme: Theme) -> list[str]:
    if theme.closed_on is not None:
        return []
    deeds = [deed for deed in (Permission.CHANGE_THEME, Permission.CLOSE_THEME) if allows(actor, deed, theme)]
    # Which need may be linked depends on whose it is; that there may be one at all, on the role.
    if allows(actor, Permission.LINK_NEED):
        deeds.append(Permission.LINK_NEED)
    return [deed.value for deed in deeds]
