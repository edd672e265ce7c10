"""What is asked of institutions, by whom it was asked again, and what they answered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from api.asks import (
    ask_again,
    change_draft,
    close_ask,
    discard_draft,
    draft_ask,
    escalate_ask,
    list_asks,
    put_ask,
    record_answer,
    show_ask,
    show_letter,
    strike_answer,
)
from api.commitments import list_commitments
from api.dependencies import Reading, Session, Writing, needs
from api.initiatives import list_initiatives
from bsa import clock
from bsa.asks.models import AnswerKind, AskEventKind, AskState, Side, Source
from bsa.asks.shapes import AnswerIn, AskChange, AskIn, AskOut, AskQuery, ClosureIn, EscalationIn, PutIn, StrikeAnswerIn
from bsa.commitments.shapes import CommitmentItem, CommitmentQuery
from bsa.errors import N_, Conflict
from bsa.initiatives.shapes import InitiativeQuery
from bsa.institutions.models import Mandate
from bsa.people.models import Language
from bsa.permissions import Actor, Permission, allows, require
from web.choices import ALL, SAID, Choice, institutions, own_neighbourhoods, people_at
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, asked, attempt, blank, read, version_in
from web.guests import guest_of
from web.line import Step, needs_behind, steps_back, themes_behind
from web.pages import Pages, draw, environment, go, path_of, paths_of

router = Pages("asks", prefix="/asks")

Told = TypeVar("Told", bound=BaseModel)

REPLY_WITHIN = timedelta(days=21)
"""What a form proposes as the day for an answer."""

NOT_NOW = N_("This cannot be done with this question as it stands now.")

DRAFTS = AskQuery(state=AskState.DRAFT, limit=ALL)
OPEN = AskQuery(open=True)


@router.get("")
@needs(Permission.SEE_ASKS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List asks, those without an answer first; opened without filters, those that still need something."""
    form = asked(AskQuery, request)
    bare = not request.query_params
    if bare:
        form.values["open"] = "true"
    wanted = (None if bare else form.shape) or OPEN
    page = list_asks(session, visitor, wanted)
    filters = form.values | {"cursor": page.next_cursor}
    return draw(
        request,
        "asks/index.html",
        form.status if form.errors else 200,
        form=form,
        asks=sorted(page.items, key=lambda ask: ask.overdue_days == 0),
        drafts=list_asks(session, visitor, DRAFTS).items if bare and visitor.of_the_team else [],
        next_href=path_of(paths_of(request.app), "asks.index", filters) if page.next_cursor else "",
        filtered=not bare,
        areas=own_neighbourhoods(session, visitor),
        institutions=institutions(session, visitor),
        states=[state for state in AskState if visitor.of_the_team or state is not AskState.DRAFT],
        may_draft=allows(visitor, Permission.DRAFT_ASK),
    )


@router.get("/new")
@needs(Permission.DRAFT_ASK)
def new(
    request: Request,
    session: Reading,
    visitor: Visitor,
    initiative_id: UUID | None = None,
    institution_id: UUID | None = None,
) -> Response:
    """Show the form for what is to be asked."""
    require(visitor, Permission.DRAFT_ASK)
    form = blank(
        guest_of(request),
        initiative_id=str(initiative_id or ""),
        institution_id=str(institution_id or ""),
        voiced_by=Side.RESIDENTS.value,
    )
    return _draft_page(request, session, visitor, form)


@router.post("")
@needs(Permission.DRAFT_ASK)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Draft what is to be asked."""
    form = read(AskIn, sent, guest_of(request))
    ask = attempt(session, form, lambda told: draft_ask(session, visitor, told))
    if ask:
        return go(request, "asks.show", "ask_drafted", ask_id=ask.id)
    return _draft_page(request, session, visitor, form)


@router.get("/{ask_id}")
@needs(Permission.SEE_ASKS)
def show(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show what was asked and answered, and what was promised from it."""
    ask = show_ask(session, visitor, ask_id)
    promises = _promises(session, visitor, ask)
    themes = themes_behind(session, visitor, ask.initiative_id)
    steps = [*steps_back(request, visitor, ask.initiative_id, themes), Step("ask", current=True)]
    paths = paths_of(request.app)
    if len(promises) == 1:
        steps.append(Step("commitment", path_of(paths, "commitments.show", {"commitment_id": promises[0].id})))
    else:
        steps.append(Step("commitment", "#promises" if promises else None))
    return draw(
        request,
        "asks/show.html",
        ask=ask,
        promises=promises,
        steps=steps,
        themes=themes,
        need_ids=needs_behind(themes),
        knows_initiative=allows(visitor, Permission.SEE_INITIATIVES),
        letters={letter.event_number: letter for letter in ask.letters},
    )


@router.get("/{ask_id}/edit")
@needs(Permission.DRAFT_ASK)
def edit(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show the form to change a draft, or to throw it away."""
    ask = _ask_for(session, visitor, ask_id, Permission.DRAFT_ASK)
    form = blank(
        guest_of(request), text=ask.text, institution_id=str(ask.institution_id), voiced_by=ask.voiced_by.value
    )
    return _edit_page(request, session, visitor, ask, form)


@router.post("/{ask_id}")
@needs(Permission.DRAFT_ASK)
def update(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID) -> Response:
    """Change a draft."""
    form = read(AskChange, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda change: change_draft(session, visitor, ask_id, version, change)):
        return go(request, "asks.show", "saved", ask_id=ask_id)
    return _edit_page(request, session, visitor, show_ask(session, visitor, ask_id), form)


@router.post("/{ask_id}/removal")
@needs(Permission.DRAFT_ASK)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID) -> Response:
    """Throw a draft away."""
    discard_draft(session, visitor, ask_id, version_in(sent))
    return go(request, "asks.index", "draft_discarded")


@router.get("/{ask_id}/submission")
@needs(Permission.PUT_ASK)
def new_submission(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show the form for putting a draft to the institution."""
    ask = _ask_for(session, visitor, ask_id, Permission.PUT_ASK)
    return _deed_page(request, session, visitor, ask, "submission", _put_form(request, ask))


@router.post("/{ask_id}/submission")
@needs(Permission.PUT_ASK)
def create_submission(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID
) -> Response:
    """Write down that a draft was put to the institution."""
    return _do(request, session, visitor, sent, ask_id, "submission", PutIn, put_ask, "asks.show", "ask_put")


@router.get("/{ask_id}/repetitions")
@needs(Permission.ASK_AGAIN)
def new_repetition(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show the form for asking again."""
    ask = _ask_for(session, visitor, ask_id, Permission.ASK_AGAIN)
    return _deed_page(request, session, visitor, ask, "repetition", _put_form(request, ask))


@router.post("/{ask_id}/repetitions")
@needs(Permission.ASK_AGAIN)
def create_repetition(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID
) -> Response:
    """Write down that it was asked again."""
    return _do(request, session, visitor, sent, ask_id, "repetition", PutIn, ask_again, "asks.show", "ask_put")


@router.get("/{ask_id}/escalations")
@needs(Permission.ESCALATE_ASK)
def new_escalation(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show the form for taking it to a higher level."""
    ask = _ask_for(session, visitor, ask_id, Permission.ESCALATE_ASK)
    form = _put_form(request, ask)
    form.values["mandate"] = Mandate.BOARD if ask.mandate is Mandate.POLICY else Mandate.POLICY
    return _deed_page(request, session, visitor, ask, "escalation", form)


@router.post("/{ask_id}/escalations")
@needs(Permission.ESCALATE_ASK)
def create_escalation(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID
) -> Response:
    """Write down that it went to a higher level."""
    return _do(
        request, session, visitor, sent, ask_id, "escalation", EscalationIn, escalate_ask, "asks.show", "ask_put"
    )


@router.get("/{ask_id}/answers")
@needs(Permission.ANSWER_ASK)
def new_answer(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show the form for what the institution answered."""
    ask = _ask_for(session, visitor, ask_id, Permission.ANSWER_ASK)
    struck = ask.events[-2] if ask.events[-1].kind is AskEventKind.ANSWER_STRUCK else None
    form = blank(
        guest_of(request),
        happened_on=(struck.happened_on if struck else clock.today()).isoformat(),
        source=struck.source if struck else Source.MEETING,
        words=(struck.words if struck else None) or "",
    )
    return _deed_page(request, session, visitor, ask, "answer", form)


@router.post("/{ask_id}/answers")
@needs(Permission.ANSWER_ASK)
def create_answer(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID) -> Response:
    """Write down what the institution answered."""
    return _do(
        request, session, visitor, sent, ask_id, "answer", AnswerIn, record_answer, "asks.show", "answer_recorded"
    )


@router.get("/{ask_id}/corrections")
@needs(Permission.STRIKE_ANSWER)
def new_correction(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show the form for an answer that was entered wrongly."""
    ask = _ask_for(session, visitor, ask_id, Permission.STRIKE_ANSWER)
    return _deed_page(request, session, visitor, ask, "correction", blank(guest_of(request)))


@router.post("/{ask_id}/corrections")
@needs(Permission.STRIKE_ANSWER)
def create_correction(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID
) -> Response:
    """Strike it through, and go on to what was really answered."""
    done = ("asks.new_answer", "answer_struck")
    return _do(request, session, visitor, sent, ask_id, "correction", StrikeAnswerIn, strike_answer, *done)


@router.get("/{ask_id}/closure")
@needs(Permission.CLOSE_ASK)
def new_closure(request: Request, session: Reading, visitor: Visitor, ask_id: UUID) -> Response:
    """Show the form for asking no further."""
    ask = _ask_for(session, visitor, ask_id, Permission.CLOSE_ASK)
    form = blank(guest_of(request), happened_on=clock.today().isoformat())
    return _deed_page(request, session, visitor, ask, "closure", form)


@router.post("/{ask_id}/closure")
@needs(Permission.CLOSE_ASK)
def create_closure(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, ask_id: UUID) -> Response:
    """Close it, with the reason."""
    return _do(request, session, visitor, sent, ask_id, "closure", ClosureIn, close_ask, "asks.show", "ask_closed")


@router.get("/{ask_id}/letters/{letter_id}")
@needs(Permission.SEE_LETTERS)
def letter(request: Request, session: Reading, visitor: Visitor, ask_id: UUID, letter_id: UUID) -> Response:
    """Show a letter as it is printed; the letter is Dutch, whatever language the page is in."""
    shown = show_letter(session, visitor, ask_id, letter_id)
    written_on = environment(Language.DUTCH).filters["day"](shown.written_on)
    return draw(request, "asks/letter.html", letter=shown, written_on=written_on)


def _ask_for(session: Session, visitor: Actor, ask_id: UUID, permission: Permission) -> AskOut:
    """Return an ask for the form of a deed, or refuse as the deed would be refused."""
    ask = show_ask(session, visitor, ask_id)
    require(visitor, permission, ask)
    if permission not in ask.allowed_actions:
        raise Conflict(NOT_NOW)
    return ask


def _do(
    request: Request,
    session: Session,
    visitor: Actor,
    sent: FormData,
    ask_id: UUID,
    deed: str,
    shape: type[Told],
    operation: Callable[[Session, Actor, UUID, int, Told], AskOut],
    page: str,
    flash: str,
) -> Response:
    """Do a deed with what was sent and go on to a page, or show its form again with what is wrong."""
    form = read(shape, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda told: operation(session, visitor, ask_id, version, told)):
        return go(request, page, flash, ask_id=ask_id)
    return _deed_page(request, session, visitor, show_ask(session, visitor, ask_id), deed, form)


def _put_form(request: Request, ask: AskOut) -> Form[Any]:
    today = clock.today()
    return blank(
        guest_of(request),
        happened_on=today.isoformat(),
        reply_by=(today + REPLY_WITHIN).isoformat(),
        source=Source.MAIL,
        mandate=ask.mandate or "",
    )


def _deed_page(request: Request, session: Session, visitor: Actor, ask: AskOut, deed: str, form: Form[Any]) -> Response:
    return draw(
        request,
        "asks/deed.html",
        form.status if form.errors else 200,
        ask=ask,
        deed=deed,
        form=form,
        answers=list(AnswerKind),
        mandates=list(Mandate),
        # Whoever signs in for the institution is the source.
        sources=SAID if visitor.of_the_team else [],
        people=people_at(session, visitor, ask.institution_id) if visitor.of_the_team else [],
        tomorrow=(clock.today() + timedelta(days=1)).isoformat(),
    )


def _draft_page(request: Request, session: Session, visitor: Actor, form: Form[Any]) -> Response:
    return draw(
        request,
        "asks/new.html",
        form.status if form.errors else 200,
        form=form,
        initiatives=_initiatives(session, visitor),
        institutions=institutions(session, visitor),
    )


def _edit_page(request: Request, session: Session, visitor: Actor, ask: AskOut, form: Form[Any]) -> Response:
    return draw(
        request,
        "asks/edit.html",
        form.status if form.errors else 200,
        ask=ask,
        form=form,
        institutions=institutions(session, visitor),
    )


def _initiatives(session: Session, visitor: Actor) -> list[Choice]:
    found = list_initiatives(session, visitor, InitiativeQuery(open=True, limit=ALL)).items
    return [(one.id, f"{one.title} – {one.area_name}") for one in found]


def _promises(session: Session, visitor: Actor, ask: AskOut) -> list[CommitmentItem]:
    return list_commitments(session, visitor, CommitmentQuery(ask_id=ask.id, limit=ALL)).items
