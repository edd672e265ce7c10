"""Deeds about agreements on working together."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.agreements.models import Agreement
from bsa.agreements.queries import find_agreement
from bsa.agreements.shapes import AgreementChange, WorkingAgreementIn
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, invalid
from bsa.events import note
from bsa.institutions.queries import institution_named
from bsa.permissions import Actor, Permission, require


def make_agreement(session: Session, actor: Actor, told: WorkingAgreementIn) -> Agreement:
    """Write down what was agreed on working together."""
    require(actor, Permission.KEEP_AGREEMENT)
    area = find_area(session, actor, told.area_id, at="area_id")
    if area.id not in actor.area_ids:
        raise invalid("area_id", "elsewhere", "Choose a neighbourhood of your own.")
    agreement = Agreement(
        area_id=area.id,
        institution_id=institution_named(session, actor, told.institution_id, at="institution_id").id,
        title=told.title,
        shares=told.shares,
        ground=told.ground,
        valid_from=told.valid_from,
        valid_until=told.valid_until,
    )
    session.add(agreement)
    note(session, actor, "agreement.made", agreement, valid_until=agreement.valid_until)
    session.flush()
    return agreement


def change_agreement(
    session: Session, actor: Actor, agreement_id: UUID, version: int | None, change: AgreementChange
) -> Agreement:
    """Change what an agreement says, or prolong it."""
    agreement = _kept(session, actor, agreement_id, version)
    agreement.title = change.title or agreement.title
    agreement.shares = change.shares or agreement.shares
    agreement.ground = change.ground or agreement.ground
    if change.valid_until is not None:
        if change.valid_until < agreement.valid_from:
            raise invalid("valid_until", "before_begin", "The last day lies before the first.")
        agreement.valid_until = change.valid_until
    agreement.touch()
    note(session, actor, "agreement.changed", agreement, valid_until=agreement.valid_until)
    session.flush()
    return agreement


def end_agreement(session: Session, actor: Actor, agreement_id: UUID, version: int | None) -> Agreement:
    """End an agreement before its last day; it stays readable."""
    agreement = _kept(session, actor, agreement_id, version)
    agreement.ended_on = clock.today()
    agreement.touch()
    note(session, actor, "agreement.ended", agreement)
    session.flush()
    return agreement


def _kept(session: Session, actor: Actor, agreement_id: UUID, version: int | None) -> Agreement:
    agreement = find_agreement(session, actor, agreement_id)
    require(actor, Permission.KEEP_AGREEMENT, agreement, instead=N_("Only the team keeps the agreement."))
    if agreement.ended_on is not None:
        raise Conflict("This agreement has ended. Make a new one.")
    return find_agreement(session, actor, agreement.id, version)
