"""Contacts with residents, and what the worker promised them: noting, striking, settling."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from api.contacts import list_contacts, note_contact, show_contact, strike_contact
from api.dependencies import Reading, Session, Writing, needs
from api.promises import make_promise, settle_promise, show_promise
from api.residents import show_resident
from bsa import clock
from bsa.contacts.models import ContactPlace, ContactPurpose
from bsa.contacts.shapes import ContactIn, ContactOut, CorrectionIn, PromiseIn, PromiseOut, SettlementIn, StrikeIn
from bsa.permissions import Actor, Permission
from bsa.residents.models import may_keep
from bsa.shapes import Listing, Shape
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, version_in
from web.guests import guest_of
from web.learning import DoneSent, flash_of, record_done
from web.pages import Pages, draw, go
from web.residents import record_page

router = Pages("contacts")
promises = Pages("promises")


class ContactSent(ContactIn, DoneSent):
    """A contact as the form sends it: with who did what was done there, if anything was."""


class SettlementSent(SettlementIn, DoneSent):
    """How a promise ended, and who did what was promised."""


@router.get("/residents/{resident_id}/contacts")
@needs(Permission.OPEN_RECORD)
def index(
    request: Request, session: Reading, visitor: Visitor, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Response:
    """List all contacts with a resident."""
    return draw(
        request,
        "contacts/index.html",
        resident=show_resident(session, visitor, resident_id),
        contacts=list_contacts(session, visitor, resident_id, wanted),
        first=wanted.cursor is None,
    )


@router.post("/residents/{resident_id}/contacts")
@needs(Permission.NOTE_CONTACT)
def create(request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent) -> Response:
    """Note a contact, and what was promised there; a day without a promise is no promise."""
    none = {} if str(sent.get("promise.text", "")).strip() else {"promise": None}
    form = read(ContactSent, sent, guest_of(request), prefix="contact", **none)

    def deed(told: ContactSent) -> str:
        contact = ContactIn.model_validate(told.model_dump(include=set(ContactIn.model_fields)))
        note_contact(session, visitor, resident_id, contact)
        return flash_of(record_done(session, visitor, told, resident_id, "", told.happened_on), "contact_noted")

    flash = attempt(session, form, deed)
    if flash:
        return go(request, "residents.show", flash, resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, contact_form=form)


@router.get("/contacts/{contact_id}/strike")
@needs(Permission.STRIKE_CONTACT)
def edit(request: Request, session: Reading, visitor: Visitor, contact_id: UUID) -> Response:
    """Show the form to strike a contact through, and to write it as it should be."""
    contact = show_contact(session, visitor, contact_id)
    values = {name: getattr(contact, name) or "" for name in CorrectionIn.model_fields}
    values["happened_on"] = contact.happened_on.isoformat()
    return _strike_page(request, session, visitor, contact, blank(guest_of(request), **values))


@router.post("/contacts/{contact_id}/strike")
@needs(Permission.STRIKE_CONTACT)
def update(request: Request, session: Writing, visitor: WritingVisitor, contact_id: UUID, sent: Sent) -> Response:
    """Strike a contact through; what should have stood there is written beside it, if anything."""
    # What is not written again need not be right.
    kind: type[Shape] = Nothing if sent.get("only") else CorrectionIn
    form = read(kind, sent, guest_of(request))

    def deed(told: Shape) -> ContactOut:
        correction = told if isinstance(told, CorrectionIn) else None
        return strike_contact(session, visitor, contact_id, StrikeIn(correction=correction))

    stands = attempt(session, form, deed)
    if stands is not None:
        return go(request, "residents.show", "contact_struck", "contacts", resident_id=stands.resident_id)
    return _strike_page(request, session, visitor, show_contact(session, visitor, contact_id), form, form.status)


@promises.post("/residents/{resident_id}/promises")
@needs(Permission.MAKE_PROMISE)
def create_promise(
    request: Request, session: Writing, visitor: WritingVisitor, resident_id: UUID, sent: Sent
) -> Response:
    """Write down what the worker promises."""
    form = read(PromiseIn, sent, guest_of(request), prefix="promise")
    if attempt(session, form, lambda told: make_promise(session, visitor, resident_id, told)):
        return go(request, "residents.show", "promise_made", "promises", resident_id=resident_id)
    return record_page(request, session, visitor, resident_id, form.status, promise_form=form)


@promises.post("/promises/{promise_id}/settlement")
@needs(Permission.SETTLE_PROMISE)
def settle(request: Request, session: Writing, visitor: WritingVisitor, promise_id: UUID, sent: Sent) -> Response:
    """Write down how a promise ended; then back to where the button stood."""
    form = read(SettlementSent, sent, guest_of(request), prefix="settle")

    def deed(told: SettlementSent) -> tuple[PromiseOut, str]:
        ended = SettlementIn(outcome=told.outcome, settled_on=told.settled_on)
        promise = settle_promise(session, visitor, promise_id, version_in(sent), ended)
        on = promise.settled_on or clock.today()
        done = record_done(session, visitor, told, promise.resident_id, promise.text, on)
        return promise, flash_of(done, "promise_settled")

    settled = attempt(session, form, deed)
    if settled is None:
        found = show_promise(session, visitor, promise_id)
        return record_page(request, session, visitor, found.resident_id, form.status, settle_form=form)
    promise, flash = settled
    if sent.get("back") == "day":
        return go(request, "day.show", flash)
    return go(request, "residents.show", flash, "promises", resident_id=promise.resident_id)


def _strike_page(
    request: Request,
    session: Session,
    visitor: Actor,
    contact: ContactOut,
    form: Form[Any],
    status: int = 200,
) -> Response:
    resident = show_resident(session, visitor, contact.resident_id)
    return draw(
        request,
        "contacts/edit.html",
        status,
        contact=contact,
        resident=resident,
        form=form,
        notes=may_keep("contact.own_note", resident.level),
        meeting_places=list(ContactPlace),
        purposes=list(ContactPurpose),
    )
