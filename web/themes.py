"""Themes: the board on which needs hang together, and what can be said about a theme without naming anybody."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from api.dependencies import Reading, Writing, needs
from api.initiatives import link_theme, list_initiatives, unlink_theme
from api.needs import list_needs
from api.suggestions import list_introductions
from api.themes import (
    change_theme,
    close_theme,
    link_need,
    list_theme_needs,
    name_theme,
    show_board,
    show_theme,
    unlink_need,
)
from bsa.errors import N_
from bsa.initiatives.shapes import InitiativeQuery, ThemeLinkIn
from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedItem, NeedQuery
from bsa.permissions import Permission, allows, require
from bsa.shapes import Listing, Shape
from bsa.suggestions.shapes import IntroductionQuery
from bsa.themes.shapes import LinkIn, ThemeChange, ThemeIn, ThemeOut
from web.choices import own_neighbourhoods
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.line import Step
from web.pages import Pages, draw, go, path_of, paths_of
from web.suggestions import to_link, waiting

router = Pages("themes", prefix="/themes")

MANY = 200


ASKED = {"need_ids": N_("Choose at least one question."), "theme_id": N_("Choose a theme.")}
"""What the board asks for when something was not picked."""


class NeedsToLink(Shape):
    """Needs that were picked on the board, and the theme to which they belong."""

    need_ids: list[UUID] = Field(min_length=1, max_length=100)
    theme_id: UUID


class InitiativeToLink(Shape):
    """The initiative that is about a theme."""

    initiative_id: UUID


@router.get("")
@needs(Permission.SEE_THEMES, Permission.SEE_INITIATIVES, Permission.SEE_SUGGESTIONS)
def index(request: Request, session: Reading, visitor: Visitor, area_id: UUID | None = None) -> Response:
    """Show the theme board of a neighbourhood; without a choice, of the first own one."""
    return _board(request, session, visitor, area_id, blank(guest_of(request)))


@router.post("/links")
@needs(Permission.LINK_NEED)
def create_links(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, area_id: UUID | None = None
) -> Response:
    """Link the needs that were picked to a theme, or go on to name a new theme from them."""
    if sent.get("deed") == "name":
        picked = [("need_ids", str(key)) for key in sent.getlist("need_ids")]
        within = [("area_id", str(area_id))] if area_id else []
        return RedirectResponse(
            f"{paths_of(request.app)['themes.new']}?{urlencode([*within, *picked])}", status_code=303
        )
    form = read(NeedsToLink, sent, guest_of(request))
    for name, words in ASKED.items():
        if name in form.errors:
            form.errors[name] = [form.in_language(words)]

    def deed(shape: NeedsToLink) -> list[ThemeOut]:
        return [link_need(session, visitor, shape.theme_id, LinkIn(need_id=need_id)) for need_id in shape.need_ids]

    if attempt(session, form, deed):
        return go(request, "themes.index", "linked", area_id=area_id)
    return _board(request, session, visitor, area_id, form)


@router.get("/new")
@needs(Permission.NAME_THEME)
def new(
    request: Request,
    session: Reading,
    visitor: Visitor,
    area_id: UUID | None = None,
    need_ids: Annotated[list[UUID] | None, Query(max_length=100)] = None,
) -> Response:
    """Show the form for a new theme, with the needs that were picked."""
    require(visitor, Permission.NAME_THEME)
    own = _own_needs(session, visitor)
    picked = [need for need in own if need.id in (need_ids or [])]
    form = blank(
        guest_of(request),
        area_id=str(area_id or (picked[0].area_id if picked else "")),
        need_ids=[str(need.id) for need in picked],
        life_area=_most_frequent([need.life_area for need in picked]),
    )
    return _new(request, session, visitor, form, own)


@router.post("")
@needs(Permission.NAME_THEME)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Name a theme, and link the needs that made it visible."""
    form = read(ThemeIn, sent, guest_of(request))
    theme = attempt(session, form, lambda told: name_theme(session, visitor, told))
    if theme:
        return go(request, "themes.show", "theme_named", theme_id=theme.id)
    form.errors.setdefault("need_ids", []).extend(form.errors.pop("need_id", []))
    if not form.errors["need_ids"]:
        del form.errors["need_ids"]
    return _new(request, session, visitor, form, _own_needs(session, visitor))


@router.get("/{theme_id}")
@needs(Permission.SEE_THEMES, Permission.SEE_INITIATIVES, Permission.SEE_INTRODUCTIONS)
def show(request: Request, session: Reading, visitor: Visitor, theme_id: UUID) -> Response:
    """Show a theme with the needs and the initiatives that belong to it."""
    return _page(request, session, visitor, theme_id)


@router.get("/{theme_id}/edit")
@needs(Permission.CHANGE_THEME)
def edit(request: Request, session: Reading, visitor: Visitor, theme_id: UUID) -> Response:
    """Show the form to put a theme in better words."""
    theme = show_theme(session, visitor, theme_id)
    form = blank(
        guest_of(request),
        title=theme.title,
        description=theme.description or "",
        life_area=theme.life_area.value,
    )
    return draw(request, "themes/edit.html", theme=theme, form=form, life_areas=list(LifeArea))


@router.post("/{theme_id}")
@needs(Permission.CHANGE_THEME)
def update(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, theme_id: UUID) -> Response:
    """Put a theme in better words."""
    form = read_change(ThemeChange, sent, guest_of(request))
    if attempt(session, form, lambda told: change_theme(session, visitor, theme_id, version_in(sent), told)):
        return go(request, "themes.show", "saved", theme_id=theme_id)
    theme = show_theme(session, visitor, theme_id)
    return draw(request, "themes/edit.html", form.status, theme=theme, form=form, life_areas=list(LifeArea))


@router.post("/{theme_id}/closing")
@needs(Permission.CLOSE_THEME)
def create_closing(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, theme_id: UUID) -> Response:
    """Close a theme that no longer plays."""
    form = read(Nothing, sent, guest_of(request), prefix="closing")
    if attempt(session, form, lambda _: close_theme(session, visitor, theme_id, version_in(sent))):
        return go(request, "themes.show", "theme_closed", theme_id=theme_id)
    return _page(request, session, visitor, theme_id, closing=form)


@router.post("/{theme_id}/needs")
@needs(Permission.LINK_NEED)
def create_need_link(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, theme_id: UUID
) -> Response:
    """Link a need of an own resident to the theme."""
    form = read(LinkIn, sent, guest_of(request), prefix="need")
    if attempt(session, form, lambda link: link_need(session, visitor, theme_id, link)):
        return go(request, "themes.show", "linked", "needs", theme_id=theme_id)
    return _page(request, session, visitor, theme_id, need=form)


@router.post("/{theme_id}/needs/{need_id}/unlinking")
@needs(Permission.LINK_NEED)
def destroy_need_link(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, theme_id: UUID, need_id: UUID
) -> Response:
    """Take a need out of the theme."""
    form = read(Nothing, sent, guest_of(request), prefix="need")
    if attempt(session, form, lambda _: unlink_need(session, visitor, theme_id, need_id)):
        return go(request, "themes.show", "unlinked", "needs", theme_id=theme_id)
    return _page(request, session, visitor, theme_id, need=form)


@router.post("/{theme_id}/initiatives")
@needs(Permission.CHANGE_INITIATIVE)
def create_initiative_link(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, theme_id: UUID
) -> Response:
    """Write down that an initiative is about the theme; from the board one goes back to the board."""
    form = read(InitiativeToLink, sent, guest_of(request), prefix="initiative")
    link = ThemeLinkIn(theme_id=theme_id)
    if attempt(session, form, lambda told: link_theme(session, visitor, told.initiative_id, link)):
        if sent.get("from") == "board":
            area_id = show_theme(session, visitor, theme_id).area_id
            return go(request, "themes.index", "linked", f"theme-{theme_id}", area_id=area_id)
        return go(request, "themes.show", "linked", "initiatives", theme_id=theme_id)
    return _page(request, session, visitor, theme_id, initiative=form)


@router.post("/{theme_id}/initiatives/{initiative_id}/unlinking")
@needs(Permission.CHANGE_INITIATIVE)
def destroy_initiative_link(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, theme_id: UUID, initiative_id: UUID
) -> Response:
    """Take away that an initiative is about the theme."""
    unlink_theme(session, visitor, initiative_id, theme_id)
    return go(request, "themes.show", "unlinked", "initiatives", theme_id=theme_id)


def _board(
    request: Request, session: Reading, visitor: Visitor, area_id: UUID | None, form: Form[NeedsToLink]
) -> Response:
    neighbourhoods = own_neighbourhoods(session, visitor)
    shown = area_id or (neighbourhoods[0][0] if neighbourhoods else None)
    status = form.status if form.errors else 200
    if shown is None:
        return draw(request, "themes/index.html", status, board=None)
    board = show_board(session, visitor, shown)
    return draw(
        request,
        "themes/index.html",
        status,
        board=board,
        needs=sorted(board.needs, key=lambda card: (card.linked, not card.need.mine)),
        themes_by_need=_themes_by_need([on_board.theme for on_board in board.themes]),
        neighbourhoods=neighbourhoods,
        suggestions=waiting(session, visitor, shown),
        to_link=to_link(session, visitor, shown),
        form=form,
    )


def _new(request: Request, session: Reading, visitor: Visitor, form: Form[ThemeIn], own: list[NeedItem]) -> Response:
    return draw(
        request,
        "themes/new.html",
        form.status if form.errors else 200,
        form=form,
        own=own,
        neighbourhoods=own_neighbourhoods(session, visitor),
        life_areas=list(LifeArea),
    )


def _page(request: Request, session: Reading, visitor: Visitor, theme_id: UUID, **refused: Form[Any]) -> Response:
    """Draw the page of a theme; a form that was refused stands in it as it was sent."""
    theme = show_theme(session, visitor, theme_id)
    linked = list_theme_needs(session, visitor, theme_id, Listing(limit=MANY)).items
    initiatives = list_initiatives(session, visitor, InitiativeQuery(theme_id=theme_id, limit=MANY)).items
    others = list_initiatives(session, visitor, InitiativeQuery(area_id=theme.area_id, open=True, limit=MANY)).items
    may_link = Permission.LINK_NEED.value in theme.allowed_actions
    paths = paths_of(request.app)
    steps = [
        *([Step("deeper", _only(paths, "needs.show", "need_id", theme.need_ids, "#needs"))] if theme.need_ids else []),
        Step("theme", current=True),
        Step(
            "initiative",
            _only(paths, "initiatives.show", "initiative_id", [one.id for one in initiatives], "#initiatives"),
        ),
    ]
    guest = guest_of(request)
    forms = {name: blank(guest, prefix=name) for name in ("need", "initiative", "closing")} | refused
    return draw(
        request,
        "themes/show.html",
        next((form.status for form in refused.values()), 200),
        theme=theme,
        linked=linked,
        linkable=[need for need in _own_needs(session, visitor, theme.area_id) if need.id not in theme.need_ids]
        if may_link
        else [],
        initiatives=initiatives,
        steps=steps,
        others=[one for one in others if one.id not in {linked.id for linked in initiatives}],
        introductions=list_introductions(session, visitor, IntroductionQuery(theme_id=theme_id)).items,
        forms_of=forms,
    )


def _only(paths: dict[str, str], name: str, key: str, ids: list[UUID], otherwise: str) -> str | None:
    """Return the way to the only one there is, or to the place on this page that lists them all."""
    if not ids:
        return None
    return path_of(paths, name, {key: ids[0]}) if len(ids) == 1 else otherwise


def _own_needs(session: Reading, visitor: Visitor, area_id: UUID | None = None) -> list[NeedItem]:
    """Return the open needs of residents whom the visitor looks after."""
    if not allows(visitor, Permission.LINK_NEED):
        return []
    return list_needs(session, visitor, NeedQuery(area_id=area_id, mine=True, open=True, limit=MANY)).items


def _themes_by_need(themes: list[ThemeOut]) -> dict[UUID, list[ThemeOut]]:
    found: dict[UUID, list[ThemeOut]] = {}
    for theme in themes:
        for need_id in theme.need_ids:
            found.setdefault(need_id, []).append(theme)
    return found


def _most_frequent(life_areas: list[LifeArea]) -> str:
    return max(life_areas, key=life_areas.count).value if life_areas else ""
