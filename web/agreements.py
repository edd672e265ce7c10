"""Agreements on working together: who shares what with whom, on which ground, until when."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.agreements import change_agreement, end_agreement, list_agreements, make_agreement, show_agreement
from api.dependencies import Reading, Session, Writing, needs
from bsa import clock
from bsa.agreements.shapes import AgreementChange, AgreementOut, AgreementQuery, WorkingAgreementIn
from bsa.errors import Conflict
from bsa.permissions import Actor, Permission, require
from web.choices import ALL, institutions, own_neighbourhoods
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("agreements", prefix="/agreements")


@router.get("")
@needs(Permission.SEE_AGREEMENTS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the agreements in force, the first to end first; and those that are over."""
    return draw(
        request,
        "agreements/index.html",
        agreements=list_agreements(session, visitor, AgreementQuery(valid=True, limit=ALL)).items,
        over=list_agreements(session, visitor, AgreementQuery(valid=False, limit=ALL)).items,
    )


@router.get("/new")
@needs(Permission.KEEP_AGREEMENT)
def new(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the form for an agreement, for a year."""
    today = clock.today()
    form = blank(
        guest_of(request),
        valid_from=today.isoformat(),
        valid_until=today.replace(year=today.year + 1, day=min(today.day, 28)).isoformat(),
    )
    return _new_page(request, session, visitor, form)


@router.post("")
@needs(Permission.KEEP_AGREEMENT)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Write down what was agreed."""
    form = read(WorkingAgreementIn, sent, guest_of(request))
    agreement = attempt(session, form, lambda told: make_agreement(session, visitor, told))
    if agreement:
        return go(request, "agreements.show", "agreement_made", agreement_id=agreement.id)
    return _new_page(request, session, visitor, form)


@router.get("/{agreement_id}")
@needs(Permission.SEE_AGREEMENTS)
def show(request: Request, session: Reading, visitor: Visitor, agreement_id: UUID) -> Response:
    """Show an agreement."""
    return draw(request, "agreements/show.html", agreement=show_agreement(session, visitor, agreement_id))


@router.get("/{agreement_id}/edit")
@needs(Permission.KEEP_AGREEMENT)
def edit(request: Request, session: Reading, visitor: Visitor, agreement_id: UUID) -> Response:
    """Show the form to change or to prolong an agreement."""
    agreement = show_agreement(session, visitor, agreement_id)
    require(visitor, Permission.KEEP_AGREEMENT, agreement)
    if Permission.KEEP_AGREEMENT.value not in agreement.allowed_actions:
        raise Conflict("This agreement has ended. Make a new one.")
    return draw(request, "agreements/edit.html", agreement=agreement, form=_as_it_is(request, agreement))


@router.post("/{agreement_id}")
@needs(Permission.KEEP_AGREEMENT)
def update(request: Request, session: Writing, visitor: WritingVisitor, agreement_id: UUID, sent: Sent) -> Response:
    """Change or prolong an agreement."""
    form = read_change(AgreementChange, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda change: change_agreement(session, visitor, agreement_id, version, change)):
        return go(request, "agreements.show", "saved", agreement_id=agreement_id)
    agreement = show_agreement(session, visitor, agreement_id)
    return draw(request, "agreements/edit.html", form.status, agreement=agreement, form=form)


@router.post("/{agreement_id}/ending")
@needs(Permission.KEEP_AGREEMENT)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, agreement_id: UUID, sent: Sent) -> Response:
    """End an agreement before its last day."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: end_agreement(session, visitor, agreement_id, version_in(sent))):
        return go(request, "agreements.show", "agreement_ended", agreement_id=agreement_id)
    agreement = show_agreement(session, visitor, agreement_id)
    again = _as_it_is(request, agreement)
    again.errors = form.errors
    return draw(request, "agreements/edit.html", form.status, agreement=agreement, form=again)


def _new_page(request: Request, session: Session, visitor: Actor, form: Form[Any]) -> Response:
    return draw(
        request,
        "agreements/new.html",
        form.status if form.errors else 200,
        form=form,
        areas=own_neighbourhoods(session, visitor),
        institutions=institutions(session, visitor),
    )


def _as_it_is(request: Request, agreement: AgreementOut) -> Form[Any]:
    return blank(
        guest_of(request),
        title=agreement.title,
        shares=agreement.shares,
        ground=agreement.ground,
        valid_until=agreement.valid_until.isoformat(),
    )
