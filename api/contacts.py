"""Contacts with residents, for those who look after them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SentKey, Writing, WritingCaller, content_of, needs
from bsa.contacts import actions, queries
from bsa.contacts.shapes import ContactIn, ContactOut, StrikeIn
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Listing, Page

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/contacts", tags=["contacts"], route_class=AnsweringRoute)


@of_resident.get("")
@needs(Permission.OPEN_RECORD)
def list_contacts(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[ContactOut]:
    """List the contacts with a resident, newest first, struck ones too. The author's own note is for the author."""
    return queries.list_contacts(session, caller, resident_id, wanted)


@of_resident.post("", status_code=201)
@found_at("/contacts")
@needs(Permission.NOTE_CONTACT)
def note_contact(
    session: Writing, caller: WritingCaller, resident_id: UUID, told: ContactIn, key: SentKey = None
) -> ContactOut:
    """Note a contact, and in the same go what you promised."""
    contact = once(
        session,
        caller,
        key,
        content_of("contact", resident_id, told),
        lambda: actions.note_contact(session, caller, resident_id, told),
        lambda contact_id: queries.find_contact(session, caller, contact_id),
    )
    return queries.show_contact(session, caller, contact.id)


@router.get("/{contact_id}")
@needs(Permission.OPEN_RECORD)
def show_contact(session: Reading, caller: Caller, contact_id: UUID) -> ContactOut:
    """Show a contact."""
    return queries.show_contact(session, caller, contact_id)


@router.post("/{contact_id}/corrections", status_code=201)
@found_at("/contacts")
@needs(Permission.STRIKE_CONTACT)
def strike_contact(session: Writing, caller: WritingCaller, contact_id: UUID, told: StrikeIn) -> ContactOut:
    """Strike through a contact that you noted wrongly, and write what should have stood there, if anything.

    The answer is what stands now: the correction, or the struck contact when there is none.
    """
    return queries.show_contact(
        session, caller, actions.strike_contact(session, caller, contact_id, told.correction).id
    )
