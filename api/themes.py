"""Themes that needs share, and the board on which they hang."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.board import queries as board_queries
from bsa.board.shapes import BoardOut
from bsa.needs.shapes import NeedItem
from bsa.permissions import Permission
from bsa.shapes import Listing, Page
from bsa.themes import actions, queries
from bsa.themes.shapes import LinkIn, ThemeChange, ThemeIn, ThemeOut, ThemeQuery

router = APIRouter(prefix="/themes", tags=["themes"], route_class=AnsweringRoute)
board = APIRouter(prefix="/areas/{area_id}/board", tags=["themes"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_THEMES)
def list_themes(session: Reading, caller: Caller, wanted: Annotated[ThemeQuery, Query()]) -> Page[ThemeOut]:
    """List themes in your areas, newest first."""
    return queries.list_themes(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.NAME_THEME)
def name_theme(session: Writing, caller: WritingCaller, told: ThemeIn) -> ThemeOut:
    """Name a theme that more than one resident shares, in words that tell nothing about a person."""
    return queries.show_theme(session, caller, actions.name_theme(session, caller, told).id)


@router.get("/{theme_id}")
@needs(Permission.SEE_THEMES)
def show_theme(session: Reading, caller: Caller, theme_id: UUID) -> ThemeOut:
    """Show a theme with how many needs and households share it."""
    return queries.show_theme(session, caller, theme_id)


@router.patch("/{theme_id}")
@needs(Permission.CHANGE_THEME)
def change_theme(
    session: Writing, caller: WritingCaller, theme_id: UUID, version: SeenVersion, change: ThemeChange
) -> ThemeOut:
    """Put a theme in better words."""
    return queries.show_theme(session, caller, actions.change_theme(session, caller, theme_id, version, change).id)


@router.put("/{theme_id}/closing")
@needs(Permission.CLOSE_THEME)
def close_theme(session: Writing, caller: WritingCaller, theme_id: UUID, version: SeenVersion) -> ThemeOut:
    """Close a theme that no longer plays."""
    return queries.show_theme(session, caller, actions.close_theme(session, caller, theme_id, version).id)


@router.get("/{theme_id}/needs")
@needs(Permission.SEE_THEMES)
def list_theme_needs(
    session: Reading, caller: Caller, theme_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[NeedItem]:
    """List the needs of residents whom you look after that belong to a theme; of others' the theme has the counts."""
    return queries.list_theme_needs(session, caller, theme_id, wanted)


@router.post("/{theme_id}/needs", status_code=201)
@needs(Permission.LINK_NEED)
def link_need(session: Writing, caller: WritingCaller, theme_id: UUID, link: LinkIn) -> ThemeOut:
    """Link a need of a resident whom you look after to a theme."""
    return queries.show_theme(session, caller, actions.link_need(session, caller, theme_id, link.need_id).id)


@router.delete("/{theme_id}/needs/{need_id}")
@needs(Permission.LINK_NEED)
def unlink_need(session: Writing, caller: WritingCaller, theme_id: UUID, need_id: UUID) -> ThemeOut:
    """Take a need out of a theme."""
    return queries.show_theme(session, caller, actions.unlink_need(session, caller, theme_id, need_id).id)


@board.get("")
@needs(Permission.SEE_THEMES, Permission.SEE_INITIATIVES)
def show_board(session: Reading, caller: Caller, area_id: UUID) -> BoardOut:
    """Show the theme board of an area: needs, themes and initiatives that are open there now."""
    return board_queries.show_board(session, caller, area_id)
