"""The line from a promise back to the question it came from, as far as the visitor may see it.

A step that is not for the visitor is left out, so that nobody can count what is hidden.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from api.dependencies import Session
from api.initiatives import list_initiative_themes
from bsa.errors import NotFound
from bsa.permissions import Actor, Permission, allows
from bsa.themes.shapes import ThemeOut
from web.pages import path_of, paths_of


@dataclass(frozen=True)
class Step:
    """One step of the line; without an address there is nothing there yet."""

    kind: str
    href: str | None = None
    current: bool = False
    label: str = ""


def themes_behind(session: Session, visitor: Actor, initiative_id: UUID) -> list[ThemeOut]:
    """Return the themes of an initiative that the visitor may know of, with the needs of own residents behind them."""
    if not (allows(visitor, Permission.SEE_THEMES) and allows(visitor, Permission.SEE_INITIATIVES)):
        return []
    try:
        return list_initiative_themes(session, visitor, initiative_id).items
    except NotFound:
        return []


def needs_behind(themes: list[ThemeOut]) -> list[UUID]:
    """Return the needs of own residents behind some themes, each once."""
    return list(dict.fromkeys(need_id for theme in themes for need_id in theme.need_ids))


def steps_back(request: Request, visitor: Actor, initiative_id: UUID, themes: list[ThemeOut]) -> list[Step]:
    """Return the steps from the need to the initiative."""
    paths: Mapping[str, str] = paths_of(request.app)
    steps = []
    needs = needs_behind(themes)
    if needs:
        alone = len(needs) == 1
        steps.append(Step("deeper", path_of(paths, "needs.show", {"need_id": needs[0]}) if alone else "#origin"))
    if themes:
        alone = len(themes) == 1
        steps.append(Step("theme", path_of(paths, "themes.show", {"theme_id": themes[0].id}) if alone else "#origin"))
    if allows(visitor, Permission.SEE_INITIATIVES):
        steps.append(Step("initiative", path_of(paths, "initiatives.show", {"initiative_id": initiative_id})))
    return steps
