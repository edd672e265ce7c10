"""What the theme board shows."""

from uuid import UUID

from bsa.initiatives.shapes import InitiativeItem
from bsa.needs.shapes import NeedItem
from bsa.shapes import Shape
from bsa.themes.shapes import ThemeOut


class BoardNeed(Shape):
    """A need on the board, and whether it belongs to a theme already."""

    need: NeedItem
    linked: bool


class BoardTheme(Shape):
    """A theme on the board, and the initiatives on the board that are about it."""

    theme: ThemeOut
    initiative_ids: list[UUID]


class BoardOut(Shape):
    """The board of an area: what is open there now, the newest 200 in each column."""

    area_id: UUID
    area_name: str
    needs: list[BoardNeed]
    """First those that belong to no theme yet."""
    themes: list[BoardTheme]
    initiatives: list[InitiativeItem]
