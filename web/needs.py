"""Needs: the stated question, the question behind it, and the line from there to what institutions promised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.asks import list_asks
from api.commitments import list_commitments
from api.dependencies import Reading, Session, Writing, needs
from api.initiatives import list_initiatives
from api.needs import (
    close_need,
    confirm_layer,
    decide_translation,
    deepen_need,
    record_need,
    reopen_need,
    share_layer,
    show_need,
    strike_layer,
)
from api.residents import show_resident
from api.themes import link_need, list_themes
from bsa import clock
from bsa.asks.shapes import AskItem, AskQuery
from bsa.commitments.shapes import CommitmentItem, CommitmentQuery
from bsa.errors import NotFound
from bsa.initiatives.shapes import InitiativeItem, InitiativeQuery
from bsa.learning.models import WhoDidIt
from bsa.needs.models import SENSITIVE, Confirmed, HowLearned, LifeArea, NeedEnding, TranslationChoice
from bsa.needs.shapes import ClosingIn, ConfirmationIn, DecisionIn, LayerIn, LayerOut, NeedIn, NeedOut, SharingIn
from bsa.permissions import Actor, Permission
from bsa.residents.models import ConsentScope
from bsa.shapes import Shape
from bsa.themes.shapes import LinkIn, ThemeOut, ThemeQuery
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, version_in
from web.guests import guest_of
from web.learning import blank_step
from web.line import Step
from web.pages import Pages, draw, go, path_of, paths_of

router = Pages("needs")


class ThemeChoice(Shape):
    """The theme to which a need belongs."""

    theme_id: UUID


@dataclass(frozen=True)
class Line:
    """What came of a need, as far as this visitor may see it."""

    themes: Sequence[ThemeOut] = ()
    initiatives: Sequence[InitiativeItem] = ()
    asks: Sequence[AskItem] = ()
    commitments: Sequence[CommitmentItem] = ()


@router.get("/residents/{resident_id}/needs/new")
@needs(Permission.RECORD_NEED)
def new(request: Request, session: Reading, visitor: Visitor, resident_id: UUID) -> Response:
    """Show the form for a question."""
    form = blank(guest_of(request), learned_on=clock.today().isoformat())
    return _new_page(request, session, visitor, resident_id, form)


@router.post("/residents/{resident_id}/needs")
@needs(Permission.RECORD_NEED)
def create(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Write down a question in the resident's words."""
    form = read(NeedIn, sent, guest_of(request))
    need = attempt(session, form, lambda told: record_need(session, visitor, resident_id, told))
    if need is not None:
        return go(request, "needs.show", "need_recorded", need_id=need.id)
    return _new_page(request, session, visitor, resident_id, form, form.status)


@router.get("/needs/{need_id}")
@needs(Permission.OPEN_RECORD)
def show(request: Request, session: Reading, visitor: Visitor, need_id: UUID) -> Response:
    """Show a need with its layers, and what came of it."""
    return _page(request, session, visitor, need_id)


@router.get("/needs/{need_id}/layers/new")
@needs(Permission.DEEPEN_NEED)
def new_layer(request: Request, session: Reading, visitor: Visitor, need_id: UUID) -> Response:
    """Show the form for a layer deeper."""
    need = show_need(session, visitor, need_id)
    form = blank(
        guest_of(request),
        learned_on=clock.today().isoformat(),
        how_learned=HowLearned.SAID,
        confirmed=Confirmed.YES,
        life_area=need.layers[-1].life_area,
    )
    return _layer_form(request, need, form)


@router.post("/needs/{need_id}/layers")
@needs(Permission.DEEPEN_NEED)
def create_layer(request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, sent: Sent) -> Response:
    """Add a layer."""
    form = read(LayerIn, sent, guest_of(request))
    need = attempt(session, form, lambda told: deepen_need(session, visitor, need_id, version_in(sent), told))
    if need is not None:
        fragment = f"layer-{need.layers[-1].depth}"
        return go(request, "needs.show", "need_deepened", fragment, need_id=need_id)
    return _layer_form(request, show_need(session, visitor, need_id), form, form.status)


@router.get("/needs/{need_id}/layers/{layer_id}")
@needs(Permission.CONFIRM_LAYER, Permission.STRIKE_LAYER, Permission.SHARE_LAYER)
def layer(request: Request, session: Reading, visitor: Visitor, need_id: UUID, layer_id: UUID) -> Response:
    """Show one layer: to write down what the resident says of it, to pass it on or not, or to strike it through."""
    form = blank(guest_of(request), asked_on=clock.today().isoformat(), confirmed=Confirmed.YES)
    return _layer_page(request, show_need(session, visitor, need_id), layer_id, form)


@router.post("/needs/{need_id}/layers/{layer_id}/confirmations")
@needs(Permission.CONFIRM_LAYER)
def create_confirmation(
    request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, layer_id: UUID, sent: Sent
) -> Response:
    """Write down what the resident said when asked whether a layer is it."""
    form = read(ConfirmationIn, sent, guest_of(request))

    def deed(answer: ConfirmationIn) -> NeedOut:
        return confirm_layer(session, visitor, need_id, layer_id, version_in(sent), answer)

    need = attempt(session, form, deed)
    if need is not None:
        return go(request, "needs.show", "layer_confirmed", _fragment(need, layer_id), need_id=need_id)
    return _layer_page(request, show_need(session, visitor, need_id), layer_id, form, form.status)


@router.post("/needs/{need_id}/layers/{layer_id}/strike")
@needs(Permission.STRIKE_LAYER)
def destroy_layer(
    request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, layer_id: UUID, sent: Sent
) -> Response:
    """Strike a layer through."""
    form = read(Nothing, sent, guest_of(request))
    need = attempt(session, form, lambda _: strike_layer(session, visitor, need_id, layer_id, version_in(sent)))
    if need is not None:
        return go(request, "needs.show", "layer_struck", _fragment(need, layer_id), need_id=need_id)
    return _layer_page(request, show_need(session, visitor, need_id), layer_id, form, form.status)


@router.post("/needs/{need_id}/layers/{layer_id}/sharing")
@needs(Permission.SHARE_LAYER)
def create_sharing(
    request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, layer_id: UUID, sent: Sent
) -> Response:
    """Choose whether a layer may be passed on."""
    form = read(SharingIn, sent, guest_of(request), prefix="sharing")
    need = attempt(
        session, form, lambda wanted: share_layer(session, visitor, need_id, layer_id, version_in(sent), wanted)
    )
    if need is not None:
        flash = "layer_shared" if _layer(need, layer_id).may_be_shared else "layer_kept"
        return go(request, "needs.show", flash, _fragment(need, layer_id), need_id=need_id)
    return _layer_page(request, show_need(session, visitor, need_id), layer_id, form, form.status)


@router.get("/needs/{need_id}/decisions/new")
@needs(Permission.DECIDE_TRANSLATION)
def new_decision(request: Request, session: Reading, visitor: Visitor, need_id: UUID) -> Response:
    """Show the form for what is done with a need."""
    need = show_need(session, visitor, need_id)
    first = TranslationChoice.MAKE_SAFE_FIRST if _safe_first(need) else ""
    form = blank(guest_of(request), decided_on=clock.today().isoformat(), choice=first)
    return _decision_page(request, session, visitor, need_id, form)


@router.post("/needs/{need_id}/decisions")
@needs(Permission.DECIDE_TRANSLATION)
def create_decision(request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, sent: Sent) -> Response:
    """Write down what is done with a need."""
    form = read(DecisionIn, sent, guest_of(request))

    def deed(told: DecisionIn) -> NeedOut:
        return decide_translation(session, visitor, need_id, version_in(sent), told)

    if attempt(session, form, deed):
        return go(request, "needs.show", "decision_made", "decisions", need_id=need_id)
    return _decision_page(request, session, visitor, need_id, form, form.status)


@router.post("/needs/{need_id}/themes")
@needs(Permission.LINK_NEED)
def create_theme_link(
    request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, sent: Sent
) -> Response:
    """Link a need to a theme that plays in its area."""
    form = read(ThemeChoice, sent, guest_of(request), prefix="theme")
    if attempt(session, form, lambda chosen: link_need(session, visitor, chosen.theme_id, LinkIn(need_id=need_id))):
        return go(request, "needs.show", "linked", "led-to", need_id=need_id)
    return _page(request, session, visitor, need_id, form, form.status)


@router.get("/needs/{need_id}/ending")
@needs(Permission.CLOSE_NEED)
def ending(request: Request, session: Reading, visitor: Visitor, need_id: UUID) -> Response:
    """Show the form to close a need with how it ended."""
    form = blank(guest_of(request), closed_on=clock.today().isoformat())
    return _ending_page(request, show_need(session, visitor, need_id), form)


@router.post("/needs/{need_id}/ending")
@needs(Permission.CLOSE_NEED)
def close(request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, sent: Sent) -> Response:
    """Close a need."""
    form = read(ClosingIn, sent, guest_of(request))
    if attempt(session, form, lambda ended: close_need(session, visitor, need_id, version_in(sent), ended)):
        return go(request, "needs.show", "need_closed", need_id=need_id)
    return _ending_page(request, show_need(session, visitor, need_id), form, form.status)


@router.post("/needs/{need_id}/reopening")
@needs(Permission.REOPEN_NEED)
def reopen(request: Request, session: Writing, visitor: WritingVisitor, need_id: UUID, sent: Sent) -> Response:
    """Open a closed need again."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: reopen_need(session, visitor, need_id, version_in(sent))):
        return go(request, "needs.show", "need_reopened", need_id=need_id)
    return _page(request, session, visitor, need_id, form, form.status)


def line_of(session: Session, visitor: Actor, need: NeedOut) -> Line:
    """Follow a need through its themes to what institutions promised, as far as the visitor may see."""
    themes = list_themes(session, visitor, ThemeQuery(need_id=need.id)).items
    initiatives = _each(themes, lambda theme: list_initiatives(session, visitor, InitiativeQuery(theme_id=theme.id)))
    asks = _each(initiatives, lambda one: list_asks(session, visitor, AskQuery(initiative_id=one.id)))
    commitments = _each(
        initiatives, lambda one: list_commitments(session, visitor, CommitmentQuery(initiative_id=one.id))
    )
    return Line(themes, initiatives, asks, commitments)


def _each(sources: Sequence[Any], listed: Callable[[Any], Any]) -> list[Any]:
    """Return what belongs to any of the sources, each once."""
    found = {item.id: item for source in sources for item in listed(source).items}
    return list(found.values())


def _steps(request: Request, need: NeedOut, line: Line) -> list[Step]:
    """Draw the line through the first of each kind; where there are more, the page lists them."""
    paths = paths_of(request.app)

    def to(name: str, key: str, found: Sequence[Any]) -> str | None:
        return path_of(paths, name, {key: found[0].id}) if found else None

    judged = [commitment for commitment in line.commitments if commitment.outcome]
    verdict = to("commitments.show", "commitment_id", judged)
    deeper = need.current_depth > 0
    return [
        Step("contact", path_of(paths, "residents.show", {"resident_id": need.resident_id}) + "#contacts"),
        Step("question", "#layer-0", current=not deeper),
        Step("deeper", f"#layer-{need.current_depth}" if deeper else None, current=deeper),
        Step("theme", to("themes.show", "theme_id", line.themes)),
        Step("initiative", to("initiatives.show", "initiative_id", line.initiatives)),
        Step("ask", to("asks.show", "ask_id", line.asks)),
        Step("commitment", to("commitments.show", "commitment_id", line.commitments)),
        Step("verdict", f"{verdict}#verdict" if verdict else None),
    ]


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    need_id: UUID,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    need = show_need(session, visitor, need_id)
    line = line_of(session, visitor, need)
    linking = Permission.LINK_NEED in need.allowed_actions
    around = list_themes(session, visitor, ThemeQuery(open=True, limit=200)).items if linking else []
    linked = {theme.id for theme in line.themes}
    return draw(
        request,
        "needs/show.html",
        status,
        need=need,
        came_of_it=line,
        steps=_steps(request, need, line),
        open_themes=[(theme.id, theme.title) for theme in around if theme.id not in linked],
        form=form or blank(guest_of(request), "theme"),
        step_form=blank_step(request),
        who_codes=list(WhoDidIt),
    )


def _new_page(
    request: Request, session: Session, visitor: Actor, resident_id: UUID, form: Form[Any], status: int = 200
) -> Response:
    resident = show_resident(session, visitor, resident_id)
    return draw(request, "needs/new.html", status, resident=resident, form=form, life_areas=list(LifeArea))


def _layer_form(request: Request, need: NeedOut, form: Form[Any], status: int = 200) -> Response:
    return draw(
        request,
        "needs/new_layer.html",
        status,
        need=need,
        form=form,
        life_areas=list(LifeArea),
        ways=list(HowLearned),
        answers=list(Confirmed),
    )


def _layer_page(request: Request, need: NeedOut, layer_id: UUID, form: Form[Any], status: int = 200) -> Response:
    found = _layer(need, layer_id)
    return draw(request, "needs/layer.html", status, need=need, layer=found, form=form, answers=list(Confirmed))


def _layer(need: NeedOut, layer_id: UUID) -> LayerOut:
    for found in need.layers:
        if found.id == layer_id:
            return found
    raise NotFound


def _fragment(need: NeedOut, layer_id: UUID) -> str:
    return f"layer-{_layer(need, layer_id).depth}"


def _safe_first(need: NeedOut) -> bool:
    """Tell whether shame or danger comes first in a need, and it was not decided yet to make it safe."""
    standing = {need.life_area} | {layer.life_area for layer in need.layers if layer.struck_on is None}
    decided = any(decision.choice is TranslationChoice.MAKE_SAFE_FIRST for decision in need.decisions)
    return not SENSITIVE.isdisjoint(standing) and not decided


def _decision_page(
    request: Request, session: Session, visitor: Actor, need_id: UUID, form: Form[Any], status: int = 200
) -> Response:
    need = show_need(session, visitor, need_id)
    consents = show_resident(session, visitor, need.resident_id).consents
    return draw(
        request,
        "needs/new_decision.html",
        status,
        need=need,
        form=form,
        choices=list(TranslationChoice),
        safe_first=_safe_first(need),
        may_count=any(
            consent.scope is ConsentScope.TO_BE_COUNTED and consent.withdrawn_on is None for consent in consents
        ),
    )


def _ending_page(request: Request, need: NeedOut, form: Form[Any], status: int = 200) -> Response:
    return draw(request, "needs/ending.html", status, need=need, form=form, endings=list(NeedEnding))
