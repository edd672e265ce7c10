"""Institutions, and for those who may know them: the people there."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.institutions import actions, queries
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
from bsa.permissions import Permission
from bsa.shapes import Page

router = APIRouter(prefix="/institutions", tags=["institutions"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_INSTITUTIONS)
def list_institutions(
    session: Reading, caller: Caller, wanted: Annotated[InstitutionQuery, Query()]
) -> Page[InstitutionOut]:
    """List institutions by name."""
    return queries.list_institutions(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.RECORD_INSTITUTION)
def record_institution(session: Writing, caller: WritingCaller, told: InstitutionIn) -> InstitutionOut:
    """Record an institution."""
    return queries.institution_out(caller, actions.record_institution(session, caller, told))


@router.get("/{institution_id}")
@needs(Permission.SEE_INSTITUTIONS)
def show_institution(session: Reading, caller: Caller, institution_id: UUID) -> InstitutionOut:
    """Show an institution."""
    return queries.show_institution(session, caller, institution_id)


@router.patch("/{institution_id}")
@needs(Permission.RECORD_INSTITUTION)
def change_institution(
    session: Writing, caller: WritingCaller, institution_id: UUID, version: SeenVersion, change: InstitutionChange
) -> InstitutionOut:
    """Change an institution's name, kind or general addresses."""
    institution = actions.change_institution(session, caller, institution_id, version, change)
    return queries.institution_out(caller, institution)


@router.get("/{institution_id}/contacts")
@needs(Permission.SEE_INSTITUTION_CONTACTS)
def list_institution_contacts(
    session: Reading, caller: Caller, institution_id: UUID, wanted: Annotated[InstitutionContactQuery, Query()]
) -> Page[InstitutionContactOut]:
    """List the people of an institution."""
    return queries.list_contacts(session, caller, institution_id, wanted)


@router.post("/{institution_id}/contacts", status_code=201)
@needs(Permission.RECORD_INSTITUTION)
def record_institution_contact(
    session: Writing, caller: WritingCaller, institution_id: UUID, told: InstitutionContactIn
) -> InstitutionContactOut:
    """Record somebody at an institution."""
    return queries.contact_out(caller, actions.record_contact(session, caller, institution_id, told))


@router.get("/{institution_id}/contacts/{contact_id}")
@needs(Permission.SEE_INSTITUTION_CONTACTS)
def show_institution_contact(
    session: Reading, caller: Caller, institution_id: UUID, contact_id: UUID
) -> InstitutionContactOut:
    """Show somebody at an institution."""
    return queries.show_contact(session, caller, institution_id, contact_id)


@router.patch("/{institution_id}/contacts/{contact_id}")
@needs(Permission.RECORD_INSTITUTION)
def change_institution_contact(
    session: Writing,
    caller: WritingCaller,
    institution_id: UUID,
    contact_id: UUID,
    version: SeenVersion,
    change: InstitutionContactChange,
) -> InstitutionContactOut:
    """Change what is kept about somebody at an institution."""
    contact = actions.change_contact(session, caller, institution_id, contact_id, version, change)
    return queries.contact_out(caller, contact)


@router.put("/{institution_id}/contacts/{contact_id}/departure")
@needs(Permission.RECORD_INSTITUTION)
def record_departure(
    session: Writing,
    caller: WritingCaller,
    institution_id: UUID,
    contact_id: UUID,
    version: SeenVersion,
    told: ContactLeftIn,
) -> InstitutionContactOut:
    """Write down that somebody no longer works at the institution."""
    contact = actions.contact_left(session, caller, institution_id, contact_id, version, told)
    return queries.contact_out(caller, contact)
