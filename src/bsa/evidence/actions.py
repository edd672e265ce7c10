"""Deeds with evidence: showing it, and taking it back."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.commitments.models import Commitment
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import events_of, find_commitment
from bsa.errors import N_, Conflict
from bsa.events import note
from bsa.evidence.files import CleanFile
from bsa.evidence.models import Evidence
from bsa.evidence.queries import COUNTED, find_evidence, may_be_shown, may_be_taken_back
from bsa.evidence.shapes import EvidenceIn
from bsa.permissions import Actor, Permission, require

MOST = 10
"""So many files lie with one commitment at the same time."""

TOO_LATE = N_("Residents judged with this before them. It stays with their verdict.")
NOT_YOURS = N_("Whoever showed this can take it back, or the neighbourhood team.")
NOT_NOW = N_("Evidence is added until residents have judged. After that it takes a reopening.")


def may_send(session: Session, actor: Actor, commitment_id: UUID) -> Commitment:
    """Return the commitment with which the actor may show something now; asked before a file is even opened."""
    commitment = find_commitment(session, actor, commitment_id)
    require(actor, Permission.SHOW_EVIDENCE, commitment)
    return commitment


def record_evidence(session: Session, actor: Actor, commitment_id: UUID, file: CleanFile, told: EvidenceIn) -> Evidence:
    """Keep a photo or a PDF with a commitment; with the report that it was kept, once there is one."""
    commitment = may_send(session, actor, commitment_id)
    if not may_be_shown(session, commitment):
        raise Conflict(NOT_NOW)
    if (session.scalar(COUNTED, {"commitment_id": commitment.id}) or 0) >= MOST:
        raise Conflict("There are ten files with this promise already. Take one back first.")
    claims = [event.id for event in events_of(session, commitment.id) if event.kind is Kind.CLAIMED]
    claimed = claims[-1] if claims and commitment.claimed_on is not None else None
    evidence = Evidence(
        commitment_id=commitment.id,
        event_id=claimed,
        institution_id=commitment.institution_id,
        entered_by_id=actor.id,
        entered_by_team=actor.of_the_team,
        media_type=file.media_type,
        caption=told.caption,
        content=file.content,
        digest=file.digest,
    )
    session.add(evidence)
    note(session, actor, "evidence.shown", evidence, commitment_id=commitment.id)
    session.flush()
    return evidence


def take_back(session: Session, actor: Actor, evidence_id: UUID) -> tuple[Evidence, Commitment]:
    """Delete the file of a piece of evidence; that it was there, and what it was, stays."""
    evidence, commitment = find_evidence(session, actor, evidence_id)
    require(actor, Permission.SHOW_EVIDENCE, commitment)
    if evidence.taken_back_on is not None:
        raise Conflict("This was taken back already.")
    if not may_be_taken_back(actor, evidence, commitment, events_of(session, commitment.id)):
        raise Conflict(TOO_LATE if evidence.entered_by_id == actor.id else NOT_YOURS)
    evidence.content = None
    evidence.caption = None
    evidence.taken_back_on = clock.today()
    evidence.taken_back_by_team = actor.of_the_team
    note(session, actor, "evidence.taken_back", evidence, commitment_id=commitment.id)
    session.flush()
    return evidence, commitment
