"""Theme suggestions, on which a person decides; and introductions, for which everybody is asked first."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from api.dependencies import Reading, Session, Writing, needs
from api.suggestions import (
    answer_introduction,
    dismiss_suggestion,
    end_introduction,
    link_suggested,
    list_introductions,
    list_suggestions,
    propose_introduction,
    show_introduction,
    show_suggestion,
    take_up,
)
from bsa import clock
from bsa.errors import N_, Fault, Invalid, NotFound
from bsa.permissions import Actor, Permission, allows
from bsa.residents.models import ConsentHow
from bsa.shapes import Line, Page, Shape, Text
from bsa.suggestions.models import SuggestionState
from bsa.suggestions.shapes import (
    IntroductionAnswerIn,
    IntroductionOut,
    IntroductionQuery,
    LinksIn,
    SuggestionItem,
    SuggestionOut,
    SuggestionQuery,
    TakingUpIn,
)
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("suggestions", prefix="/suggestions")
introductions = Pages("introductions")

MANY = 200
OFFERED = 8
"""So many themes and initiatives are offered to join, the nearest first."""
NEW = "new"


class TakingUpSent(Shape):
    """What the form sends: what to join, or a new theme with its name; and which own questions belong to it."""

    choice: str = ""
    title: Line | None = None
    description: Text | None = None
    need_ids: list[UUID] = Field(default_factory=list, max_length=100)


@router.get("")
@needs(Permission.SEE_SUGGESTIONS, Permission.SEE_INTRODUCTIONS)
def index(
    request: Request, session: Reading, visitor: Visitor, area_id: UUID | None = None, cursor: str | None = None
) -> Response:
    """List what waits for a decision, what a colleague took up with questions of one's own, and who is being asked."""
    return draw(
        request,
        "suggestions/index.html",
        suggestions=_waiting(session, visitor, area_id, cursor),
        area_id=area_id,
        to_link=to_link(session, visitor, area_id),
        asking=asking(session, visitor),
    )


@router.get("/{suggestion_id}")
@needs(Permission.SEE_SUGGESTIONS)
def show(request: Request, session: Reading, visitor: Visitor, suggestion_id: UUID) -> Response:
    """Show a suggestion: why, which questions, and what is there already that they may join."""
    return _page(request, session, visitor, suggestion_id)


@router.post("/{suggestion_id}/taking-up")
@needs(Permission.DECIDE_SUGGESTION)
def create_taking_up(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, suggestion_id: UUID
) -> Response:
    """Take a suggestion up; on to the theme."""
    form = read(TakingUpSent, sent, guest_of(request))

    def deed(told: TakingUpSent) -> SuggestionOut:
        return take_up(session, visitor, suggestion_id, version_in(sent), _taking_up(told))

    taken = attempt(session, form, deed)
    if taken is not None:
        return go(request, "themes.show", "suggestion_taken_up", theme_id=taken.theme_id)
    return _page(request, session, visitor, suggestion_id, taking_up=form)


@router.post("/{suggestion_id}/dismissal")
@needs(Permission.DECIDE_SUGGESTION)
def create_dismissal(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, suggestion_id: UUID
) -> Response:
    """Dismiss a suggestion for good."""
    form = read(Nothing, sent, guest_of(request), prefix="dismissal")
    if attempt(session, form, lambda _: dismiss_suggestion(session, visitor, suggestion_id, version_in(sent))):
        return go(request, "suggestions.index", "suggestion_dismissed")
    return _page(request, session, visitor, suggestion_id, dismissal=form)


@router.post("/{suggestion_id}/links")
@needs(Permission.LINK_NEED)
def create_links(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, suggestion_id: UUID
) -> Response:
    """Link questions of own residents to what a colleague took the suggestion up as."""
    form = read(LinksIn, sent, guest_of(request), prefix="links")
    linked = attempt(session, form, lambda told: link_suggested(session, visitor, suggestion_id, told))
    if linked is not None:
        return go(request, "themes.show", "linked", "needs", theme_id=linked.theme_id)
    return _page(request, session, visitor, suggestion_id, links=form)


@introductions.post("/themes/{theme_id}/introductions")
@needs(Permission.PROPOSE_INTRODUCTION)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, theme_id: UUID) -> Response:
    """Propose to bring together those who share a theme."""
    form = read(Nothing, sent, guest_of(request))
    made = attempt(session, form, lambda _: propose_introduction(session, visitor, theme_id))
    if made is not None:
        return go(request, "introductions.show", "introduction_proposed", introduction_id=made.id)
    return draw(request, "introductions/refused.html", form.status, form=form, theme_id=theme_id)


@introductions.get("/introductions/{introduction_id}", name="introductions.show")
@needs(Permission.SEE_INTRODUCTIONS)
def show_asking(request: Request, session: Reading, visitor: Visitor, introduction_id: UUID) -> Response:
    """Show whom to ask, and when all said yes: who the others are."""
    return _introduction_page(request, session, visitor, introduction_id)


@introductions.post("/introductions/{introduction_id}/answers/{resident_id}")
@needs(Permission.ASK_FOR_INTRODUCTION)
def create_answer(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, introduction_id: UUID, resident_id: UUID
) -> Response:
    """Write down what an own resident said."""
    form = read(IntroductionAnswerIn, sent, guest_of(request), prefix=f"answer-{resident_id}")

    def deed(told: IntroductionAnswerIn) -> IntroductionOut:
        return answer_introduction(session, visitor, introduction_id, resident_id, told)

    if attempt(session, form, deed):
        return go(request, "introductions.show", "introduction_answered", introduction_id=introduction_id)
    return _introduction_page(request, session, visitor, introduction_id, **{str(resident_id): form})


@introductions.post("/introductions/{introduction_id}/ending")
@needs(Permission.PROPOSE_INTRODUCTION)
def create_ending(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, introduction_id: UUID
) -> Response:
    """End the asking."""
    form = read(Nothing, sent, guest_of(request), prefix="ending")
    if attempt(session, form, lambda _: end_introduction(session, visitor, introduction_id, version_in(sent))):
        return go(request, "introductions.show", "introduction_ended", introduction_id=introduction_id)
    return _introduction_page(request, session, visitor, introduction_id, ending=form)


def waiting(session: Session, visitor: Actor, area_id: UUID | None = None) -> list[SuggestionItem]:
    """Return the suggestions on which nobody decided yet."""
    return _waiting(session, visitor, area_id, None).items


def to_link(session: Session, visitor: Actor, area_id: UUID | None = None) -> list[SuggestionItem]:
    """Return what a colleague took up, where questions of own residents may belong to it too."""
    if not allows(visitor, Permission.LINK_NEED):
        return []
    wanted = SuggestionQuery(area_id=area_id, state=SuggestionState.TAKEN_UP, limit=MANY)
    taken = list_suggestions(session, visitor, wanted).items
    return [one for one in taken if Permission.LINK_NEED.value in one.allowed_actions]


def asking(session: Session, visitor: Actor) -> list[IntroductionOut]:
    """Return the introductions for which own residents are still to be asked, or that all agreed to."""
    return list_introductions(session, visitor, IntroductionQuery(open=True, mine=True, limit=MANY)).items


def _waiting(session: Session, visitor: Actor, area_id: UUID | None, cursor: str | None) -> Page[SuggestionItem]:
    wanted = SuggestionQuery(area_id=area_id, state=SuggestionState.OPEN, limit=MANY, cursor=cursor)
    return list_suggestions(session, visitor, wanted)


def _taking_up(told: TakingUpSent) -> TakingUpIn:
    kind, _, key = told.choice.partition(":")
    if kind not in ("theme", "initiative", NEW):
        raise Invalid(Fault(("choice",), "required", N_("Choose what they belong to, or name a new theme.")))
    if kind == NEW and told.title is None:
        raise Invalid(Fault(("title",), "required", N_("Give the theme a name that fits more than one household.")))
    try:
        chosen = UUID(key) if key else None
    except ValueError:
        raise NotFound from None
    return TakingUpIn(
        theme_id=chosen if kind == "theme" else None,
        initiative_id=chosen if kind == "initiative" else None,
        title=None if kind == "theme" else told.title,
        description=None if kind == "theme" else told.description,
        need_ids=told.need_ids,
    )


def _page(request: Request, session: Session, visitor: Actor, suggestion_id: UUID, **refused: Form[Any]) -> Response:
    """Draw the page of a suggestion; a form that was refused stands in it as it was sent."""
    suggestion = show_suggestion(session, visitor, suggestion_id)
    guest = guest_of(request)
    own = [need for need in suggestion.items if need.mine]
    unlinked = [need for need in own if need.id not in suggestion.linked_ids]
    forms = {
        "taking_up": blank(guest, choice=_nearest(suggestion), need_ids=[str(need.id) for need in own]),
        "dismissal": blank(guest, "dismissal"),
        "links": blank(guest, "links", need_ids=[str(need.id) for need in unlinked]),
    } | refused
    return draw(
        request,
        "suggestions/show.html",
        next((form.status for form in refused.values()), 200),
        suggestion=suggestion,
        own=own,
        unlinked=unlinked,
        others=[need for need in suggestion.items if not need.mine],
        themes=suggestion.themes[:OFFERED],
        initiatives=_initiatives_nearby(suggestion),
        forms_of=forms,
    )


def _nearest(suggestion: SuggestionOut) -> str:
    """Return what is chosen beforehand: the theme that holds some of these questions; otherwise nothing."""
    held = [theme for theme in suggestion.themes if theme.needs]
    if held:
        return f"theme:{held[0].id}"
    return "" if suggestion.themes or suggestion.initiatives else NEW


def _initiatives_nearby(suggestion: SuggestionOut) -> list[Any]:
    """Return the initiatives to join, those about a theme of these questions first."""
    held = {theme.id for theme in suggestion.themes if theme.needs}
    nearest = sorted(suggestion.initiatives, key=lambda one: held.isdisjoint(one.theme_ids))
    return nearest[:OFFERED]


def _introduction_page(
    request: Request, session: Session, visitor: Actor, introduction_id: UUID, **refused: Form[Any]
) -> Response:
    guest = guest_of(request)
    introduction = show_introduction(session, visitor, introduction_id)
    today = clock.today().isoformat()
    forms = {
        str(side.resident_id): blank(
            guest,
            f"answer-{side.resident_id}",
            agreed="" if side.agreed is None else str(side.agreed).lower(),
            how=ConsentHow.SPOKEN,
            answered_on=today,
        )
        for side in introduction.own
    }
    return draw(
        request,
        "introductions/show.html",
        next((form.status for form in refused.values()), 200),
        introduction=introduction,
        forms_of=forms | {"ending": blank(guest, "ending")} | refused,
        hows=list(ConsentHow),
    )
