"""Agreements on working together: who shares what with whom, on which ground, until when."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.agreements import actions, queries
from bsa.agreements.shapes import AgreementChange, AgreementOut, AgreementQuery, WorkingAgreementIn
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/agreements", tags=["agreements"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_AGREEMENTS)
def list_agreements(session: Reading, caller: Caller, wanted: Annotated[AgreementQuery, Query()]) -> Page[AgreementOut]:
    """List agreements by their last day, the soonest first."""
    return queries.list_agreements(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.KEEP_AGREEMENT)
def make_agreement(
    session: Writing, caller: WritingCaller, told: WorkingAgreementIn, key: SentKey = None
) -> AgreementOut:
    """Write down what was agreed on working together."""
    agreement = once(
        session,
        caller,
        key,
        content_of("agreement", told),
        lambda: actions.make_agreement(session, caller, told),
        lambda agreement_id: queries.find_agreement(session, caller, agreement_id),
    )
    return queries.show_agreement(session, caller, agreement.id)


@router.get("/{agreement_id}")
@needs(Permission.SEE_AGREEMENTS)
def show_agreement(session: Reading, caller: Caller, agreement_id: UUID) -> AgreementOut:
    """Show an agreement."""
    return queries.show_agreement(session, caller, agreement_id)


@router.patch("/{agreement_id}")
@needs(Permission.KEEP_AGREEMENT)
def change_agreement(
    session: Writing, caller: WritingCaller, agreement_id: UUID, version: SeenVersion, change: AgreementChange
) -> AgreementOut:
    """Change what an agreement says, or prolong it."""
    actions.change_agreement(session, caller, agreement_id, version, change)
    return queries.show_agreement(session, caller, agreement_id)


@router.post("/{agreement_id}/ending", status_code=201)
@needs(Permission.KEEP_AGREEMENT)
def end_agreement(session: Writing, caller: WritingCaller, agreement_id: UUID, version: SeenVersion) -> AgreementOut:
    """End an agreement before its last day; it stays readable."""
    actions.end_agreement(session, caller, agreement_id, version)
    return queries.show_agreement(session, caller, agreement_id)
