"""Institutions: who works there and may promise what, and what was asked of them and promised by them."""

from collections import Counter
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from api.asks import list_asks
from api.commitments import list_commitments
from api.dependencies import Reading, Writing, needs
from api.institutions import (
    change_institution,
    change_institution_contact,
    list_institution_contacts,
    list_institutions,
    record_departure,
    record_institution,
    record_institution_contact,
    show_institution,
    show_institution_contact,
)
from api.track_records import show_track_record
from bsa import clock
from bsa.asks.models import AnswerKind, AskState
from bsa.asks.shapes import AskItem, AskQuery
from bsa.commitments.models import Verdict
from bsa.commitments.shapes import CommitmentItem, CommitmentQuery
from bsa.errors import Invalid
from bsa.institutions.models import InstitutionKind, Mandate
from bsa.institutions.shapes import (
    ContactLeftIn,
    InstitutionChange,
    InstitutionContactChange,
    InstitutionContactIn,
    InstitutionContactOut,
    InstitutionContactQuery,
    InstitutionIn,
    InstitutionOut,
    InstitutionQuery,
)
from bsa.permissions import Permission, Role, allows, require
from web.consultation import tracks_of
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, asked, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("institutions", prefix="/institutions")

MANY = 200


@router.get("")
@needs(Permission.SEE_INSTITUTIONS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List institutions by name; somebody of an institution comes to the own one at once."""
    if visitor.has(Role.INSTITUTION_CONTACT) and visitor.institution_id and not visitor.of_the_team:
        return show(request, session, visitor, visitor.institution_id)
    form = asked(InstitutionQuery, request)
    if form.shape is None:
        raise Invalid
    return draw(
        request,
        "institutions/index.html",
        institutions=list_institutions(session, visitor, form.shape),
        form=form,
        kinds=list(InstitutionKind),
    )


@router.get("/new")
@needs(Permission.RECORD_INSTITUTION)
def new(request: Request, visitor: Visitor) -> Response:
    """Show the form for an institution."""
    require(visitor, Permission.RECORD_INSTITUTION)
    return draw(request, "institutions/new.html", form=blank(guest_of(request)), kinds=list(InstitutionKind))


@router.post("")
@needs(Permission.RECORD_INSTITUTION)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Record an institution."""
    form = read(InstitutionIn, sent, guest_of(request))
    institution = attempt(session, form, lambda told: record_institution(session, visitor, told))
    if institution:
        return go(request, "institutions.show", "institution_recorded", institution_id=institution.id)
    return draw(request, "institutions/new.html", form.status, form=form, kinds=list(InstitutionKind))


@router.get("/{institution_id}")
@needs(Permission.SEE_INSTITUTIONS)
def show(request: Request, session: Reading, visitor: Visitor, institution_id: UUID) -> Response:
    """Show an institution: its people, and how it answered what was asked and kept what it promised."""
    people: list[InstitutionContactOut] = []
    asks: list[AskItem] = []
    commitments: list[CommitmentItem] = []
    institution = show_institution(session, visitor, institution_id)
    if Permission.SEE_INSTITUTION_CONTACTS.value in institution.allowed_actions:
        wanted = InstitutionContactQuery(left=True, limit=MANY)
        people = list_institution_contacts(session, visitor, institution_id, wanted).items
    sees_asks, sees_commitments = (
        allows(visitor, permission) for permission in (Permission.SEE_ASKS, Permission.SEE_COMMITMENTS)
    )
    if sees_asks:
        asks = list_asks(session, visitor, AskQuery(institution_id=institution_id, limit=MANY)).items
    if sees_commitments:
        of_this_one = CommitmentQuery(institution_id=institution_id, latest_first=True, limit=MANY)
        commitments = list_commitments(session, visitor, of_this_one).items
    return draw(
        request,
        "institutions/show.html",
        institution=institution,
        present=[person for person in people if person.left_on is None],
        left=[person for person in people if person.left_on],
        sees_asks=sees_asks,
        sees_commitments=sees_commitments,
        asks=asks,
        answers=_answers(asks),
        commitments=sorted(commitments, key=lambda commitment: not commitment.late),
        outcomes={outcome: sum(one.outcome is outcome for one in commitments) for outcome in Verdict},
        late=sum(commitment.late for commitment in commitments),
        tracks=tracks_of(session, visitor, institution_id=institution_id),
        track_record=show_track_record(session, visitor, institution_id),
    )


@router.get("/{institution_id}/edit")
@needs(Permission.RECORD_INSTITUTION)
def edit(request: Request, session: Reading, visitor: Visitor, institution_id: UUID) -> Response:
    """Show the form to change an institution."""
    institution = show_institution(session, visitor, institution_id)
    require(visitor, Permission.RECORD_INSTITUTION)
    form = blank(
        guest_of(request),
        name=institution.name,
        kind=institution.kind.value,
        email=institution.email or "",
        postal_address=institution.postal_address or "",
    )
    return _edit(request, institution, form)


@router.post("/{institution_id}")
@needs(Permission.RECORD_INSTITUTION)
def update(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, institution_id: UUID) -> Response:
    """Change an institution."""
    form = read_change(InstitutionChange, sent, guest_of(request))

    def deed(change: InstitutionChange) -> InstitutionOut:
        return change_institution(session, visitor, institution_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "institutions.show", "saved", institution_id=institution_id)
    return _edit(request, show_institution(session, visitor, institution_id), form)


@router.get("/{institution_id}/contacts/new")
@needs(Permission.RECORD_INSTITUTION)
def new_contact(request: Request, session: Reading, visitor: Visitor, institution_id: UUID) -> Response:
    """Show the form for somebody at an institution."""
    institution = show_institution(session, visitor, institution_id)
    require(visitor, Permission.RECORD_INSTITUTION)
    return _new_contact(request, institution, blank(guest_of(request)))


@router.post("/{institution_id}/contacts")
@needs(Permission.RECORD_INSTITUTION)
def create_contact(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, institution_id: UUID
) -> Response:
    """Record somebody at an institution."""
    form = read(InstitutionContactIn, sent, guest_of(request))
    if attempt(session, form, lambda told: record_institution_contact(session, visitor, institution_id, told)):
        return go(request, "institutions.show", "person_recorded", "people", institution_id=institution_id)
    return _new_contact(request, show_institution(session, visitor, institution_id), form)


@router.get("/{institution_id}/contacts/{contact_id}/edit")
@needs(Permission.RECORD_INSTITUTION)
def edit_contact(
    request: Request, session: Reading, visitor: Visitor, institution_id: UUID, contact_id: UUID
) -> Response:
    """Show the form to change what is kept about somebody at an institution, or that this person left."""
    require(visitor, Permission.RECORD_INSTITUTION)
    return _edit_contact(request, session, visitor, institution_id, contact_id)


@router.post("/{institution_id}/contacts/{contact_id}")
@needs(Permission.RECORD_INSTITUTION)
def update_contact(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, institution_id: UUID, contact_id: UUID
) -> Response:
    """Change what is kept about somebody at an institution."""
    form = read_change(InstitutionContactChange, sent, guest_of(request))

    def deed(change: InstitutionContactChange) -> InstitutionContactOut:
        return change_institution_contact(session, visitor, institution_id, contact_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "institutions.show", "saved", "people", institution_id=institution_id)
    return _edit_contact(request, session, visitor, institution_id, contact_id, form=form)


@router.post("/{institution_id}/contacts/{contact_id}/departure")
@needs(Permission.RECORD_INSTITUTION)
def create_departure(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, institution_id: UUID, contact_id: UUID
) -> Response:
    """Write down that somebody no longer works at the institution."""
    form = read(ContactLeftIn, sent, guest_of(request), prefix="left")

    def deed(told: ContactLeftIn) -> InstitutionContactOut:
        return record_departure(session, visitor, institution_id, contact_id, version_in(sent), told)

    if attempt(session, form, deed):
        return go(request, "institutions.show", "person_left", "people", institution_id=institution_id)
    return _edit_contact(request, session, visitor, institution_id, contact_id, departure=form)


def _edit(request: Request, institution: InstitutionOut, form: Form[InstitutionChange]) -> Response:
    status = form.status if form.errors else 200
    return draw(
        request, "institutions/edit.html", status, institution=institution, form=form, kinds=list(InstitutionKind)
    )


def _new_contact(request: Request, institution: InstitutionOut, form: Form[InstitutionContactIn]) -> Response:
    status = form.status if form.errors else 200
    return draw(
        request, "institutions/new_contact.html", status, institution=institution, form=form, mandates=list(Mandate)
    )


def _edit_contact(
    request: Request,
    session: Reading,
    visitor: Visitor,
    institution_id: UUID,
    contact_id: UUID,
    **refused: Form[Any],
) -> Response:
    person = show_institution_contact(session, visitor, institution_id, contact_id)
    guest = guest_of(request)
    forms = {
        "form": blank(
            guest,
            name=person.name,
            mandate=person.mandate.value,
            job=person.job or "",
            email=person.email or "",
            phone=person.phone or "",
        ),
        "departure": blank(guest, prefix="left", left_on=clock.today().isoformat()),
    }
    return draw(
        request,
        "institutions/edit_contact.html",
        next((form.status for form in refused.values()), 200),
        institution=show_institution(session, visitor, institution_id),
        person=person,
        mandates=list(Mandate),
        **(forms | refused),
    )


def _answers(asks: list[AskItem]) -> dict[str, int]:
    """Count how the last answers were, and how often there was none by the date."""
    counts = Counter(ask.last_answer.value for ask in asks if ask.last_answer)
    return {
        **{kind.value: counts[kind.value] for kind in AnswerKind},
        AskState.UNANSWERED.value: sum(ask.state is AskState.UNANSWERED for ask in asks),
    }
