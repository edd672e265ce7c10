"""Reading the theme board, always as someone: each column shows what its own feature lets the actor see."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.areas.queries import lies_within
from bsa.board.shapes import BoardNeed, BoardOut, BoardTheme
from bsa.errors import NotFound
from bsa.initiatives.queries import list_initiatives
from bsa.initiatives.shapes import InitiativeQuery
from bsa.needs.models import Need
from bsa.needs.queries import needs_listed, select_needs
from bsa.permissions import Actor, Permission, require
from bsa.themes.models import Theme, ThemeNeed
from bsa.themes.queries import list_themes
from bsa.themes.shapes import ThemeQuery

COLUMN = 200
"""As many as a column shows."""


def show_board(session: Session, actor: Actor, area_id: UUID) -> BoardOut:
    """Show the board of an area in the actor's reach."""
    require(actor, Permission.SEE_THEMES)
    require(actor, Permission.SEE_INITIATIVES)
    area = session.scalar(select(Area).where(col(Area.id) == area_id, col(Area.id).in_(actor.area_ids)))
    if area is None:
        raise NotFound
    themes = list_themes(session, actor, ThemeQuery(area_id=area.id, open=True, limit=COLUMN)).items
    initiatives = list_initiatives(session, actor, InitiativeQuery(area_id=area.id, open=True, limit=COLUMN)).items
    return BoardOut(
        area_id=area.id,
        area_name=area.name,
        needs=_needs(session, actor, area.id),
        themes=[
            BoardTheme(
                theme=theme,
                initiative_ids=[
                    initiative.id for initiative in initiatives if theme.id in [about.id for about in initiative.themes]
                ],
            )
            for theme in themes
        ],
        initiatives=initiatives,
    )


def _needs(session: Session, actor: Actor, area_id: UUID) -> list[BoardNeed]:
    linked = exists().where(
        col(ThemeNeed.need_id) == Need.id, col(ThemeNeed.theme_id) == Theme.id, col(Theme.closed_on).is_(None)
    )
    query = (
        select_needs(actor)
        .add_columns(linked.label("linked"))
        .where(lies_within(col(Need.area_id), area_id), col(Need.closed_on).is_(None))
        .order_by(linked, col(Need.opened_on).desc(), col(Need.id).desc())
        .limit(COLUMN)
    )
    rows = list(session.execute(query).all())
    return [
        BoardNeed(need=need, linked=bool(row.linked))
        for need, row in zip(needs_listed(session, rows), rows, strict=True)
    ]
