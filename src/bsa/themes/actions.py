"""Deeds about themes."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, NotFound, invalid
from bsa.events import note
from bsa.needs.actions import changeable_need, unrestricted_need
from bsa.needs.models import Need
from bsa.permissions import Actor, Permission, require
from bsa.themes.models import Theme, ThemeNeed
from bsa.themes.queries import get_theme
from bsa.themes.shapes import ThemeChange, ThemeIn


def name_theme(session: Session, actor: Actor, told: ThemeIn) -> Theme:
    """Name a theme that more than one resident shares, and link the needs that made it visible."""
    theme = Theme(
        area_id=find_area(session, actor, told.area_id, at="area_id").id,
        title=told.title,
        description=told.description,
        life_area=told.life_area,
        opened_on=clock.today(),
    )
    require(actor, Permission.NAME_THEME, theme, instead=N_("Name themes in an area of your own."))
    needs = [_need_named(session, actor, need_id) for need_id in dict.fromkeys(told.need_ids)]
    session.add(theme)
    session.flush()
    note(session, actor, "theme.named", theme, life_area=theme.life_area)
    for need in needs:
        _link(session, actor, theme, need)
    session.flush()
    return theme


def change_theme(session: Session, actor: Actor, theme_id: UUID, version: int | None, change: ThemeChange) -> Theme:
    """Put a theme in better words."""
    theme = _open_theme(session, actor, theme_id, Permission.CHANGE_THEME, version)
    for name in change.model_fields_set:
        setattr(theme, name, getattr(change, name))
    theme.touch()
    note(session, actor, "theme.changed", theme)
    session.flush()
    return theme


def close_theme(session: Session, actor: Actor, theme_id: UUID, version: int | None) -> Theme:
    """Close a theme that no longer plays; its links stay."""
    theme = _open_theme(session, actor, theme_id, Permission.CLOSE_THEME, version)
    theme.closed_on = clock.today()
    theme.touch()
    note(session, actor, "theme.closed", theme, closed_on=theme.closed_on)
    session.flush()
    return theme


def link_need(session: Session, actor: Actor, theme_id: UUID, need_id: UUID) -> Theme:
    """Link a need of an own resident to a theme; inside the team it counts from now on."""
    theme = _open_theme(session, actor, theme_id, Permission.SEE_THEMES, None)
    need = _need_named(session, actor, need_id)
    if _link_between(session, theme, need) is not None:
        raise Conflict("This need belongs to the theme already.")
    _link(session, actor, theme, need)
    theme.touch()
    session.flush()
    return theme


def unlink_need(session: Session, actor: Actor, theme_id: UUID, need_id: UUID) -> Theme:
    """Take a need out of a theme; also a closed one."""
    theme = _open_theme(session, actor, theme_id, Permission.SEE_THEMES, None)
    need, _ = unrestricted_need(session, actor, need_id, Permission.LINK_NEED)
    link = _link_between(session, theme, need)
    if link is None:
        raise NotFound
    session.delete(link)
    theme.touch()
    note(session, actor, "theme.need_unlinked", theme, need_id=need.id)
    session.flush()
    return theme


def _open_theme(session: Session, actor: Actor, theme_id: UUID, permission: Permission, version: int | None) -> Theme:
    theme = get_theme(session, actor, theme_id, permission, version)
    if theme.closed_on is not None:
        raise Conflict("This theme is closed. Name it anew if it plays again.")
    return theme


def _need_named(session: Session, actor: Actor, need_id: UUID) -> Need:
    """Return the open need that was named in what was sent, or refuse that field."""
    try:
        need, _ = changeable_need(session, actor, need_id, Permission.LINK_NEED)
    except NotFound:
        raise invalid("need_id", "unknown", "There is no such need among those you can see.") from None
    return need


def _link_between(session: Session, theme: Theme, need: Need) -> ThemeNeed | None:
    return session.scalar(
        select(ThemeNeed).where(col(ThemeNeed.theme_id) == theme.id, col(ThemeNeed.need_id) == need.id)
    )


def _link(session: Session, actor: Actor, theme: Theme, need: Need) -> None:
    link = ThemeNeed(theme_id=theme.id, need_id=need.id, resident_id=need.resident_id, linked_on=clock.today())
    session.add(link)
    note(session, actor, "theme.need_linked", theme, need_id=need.id)
