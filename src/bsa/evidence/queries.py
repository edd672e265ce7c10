"""Reading evidence, always as someone: who may read a commitment may see what was shown with it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.commitments.models import Commitment, CommitmentEvent, CommitmentState
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import events_of, find_commitment, rules_of
from bsa.commitments.queries import visible_to as commitments_visible_to
from bsa.commitments.standing import OPEN_STATES, standing
from bsa.errors import NotFound
from bsa.evidence.files import CleanFile
from bsa.evidence.models import Evidence
from bsa.evidence.shapes import EvidenceOut
from bsa.institutions.models import Institution
from bsa.permissions import Actor, Permission, allows
from bsa.questions import put
from bsa.rows import locked

TAKE_BACK = "take_back"
"""The name under `allowed_actions` of deleting the file again."""

WITHOUT_CONTENT = [column for column in Evidence.__table__.columns if column.name != "content"]  # type: ignore[attr-defined]
"""A list reads no files."""


def list_evidence(session: Session, actor: Actor, commitment_id: UUID) -> list[EvidenceOut]:
    """List what was shown with a commitment, the first first."""
    commitment = find_commitment(session, actor, commitment_id)
    return _drawn(session, actor, commitment, session.execute(OF_COMMITMENT, {"commitment_id": commitment.id}).all())


def show_evidence(session: Session, actor: Actor, evidence_id: UUID) -> EvidenceOut:
    """Show what is known of a piece of evidence, without the file."""
    evidence, commitment = find_evidence(session, actor, evidence_id)
    return evidence_out(session, actor, evidence, commitment)


def open_evidence(session: Session, actor: Actor, evidence_id: UUID) -> CleanFile:
    """Return the file of a piece of evidence; once it was taken back, there is none."""
    evidence, _ = find_evidence(session, actor, evidence_id)
    if evidence.content is None:
        raise NotFound
    return CleanFile(evidence.media_type, evidence.content)


def find_evidence(session: Session, actor: Actor, evidence_id: UUID) -> tuple[Evidence, Commitment]:
    """Return a piece of evidence of a commitment that the actor may read; locked when the session writes."""
    query, values = put(_one, actor)
    found = session.execute(locked(session, query, Evidence), values | {"evidence_id": evidence_id}).one_or_none()
    if found is None:
        raise NotFound
    evidence, commitment = found
    return evidence, commitment


def evidence_out(session: Session, actor: Actor, evidence: Evidence, commitment: Commitment) -> EvidenceOut:
    """Draw up a piece of evidence."""
    rows = session.execute(OF_COMMITMENT.where(col(Evidence.id) == evidence.id), {"commitment_id": commitment.id}).all()
    return _drawn(session, actor, commitment, rows)[0]


def may_be_shown(session: Session, commitment: Commitment) -> bool:
    """Tell whether evidence may be added: while it is to be kept, and while residents judge."""
    today, rules = clock.today(), rules_of(session)
    stands = standing(events_of(session, commitment.id), today, rules)
    return stands.state in OPEN_STATES or (stands.state is CommitmentState.CLAIMED and stands.window_open(today))


def may_be_taken_back(actor: Actor, evidence: Any, commitment: Commitment, events: Sequence[CommitmentEvent]) -> bool:
    """Tell whether the actor may delete the file: who showed it, until it was judged; the team, whenever it must go.

    The team may, for a photo in which somebody can be recognised has to go, whoever showed it and however late.
    """
    if evidence.taken_back_on is not None or not allows(actor, Permission.SHOW_EVIDENCE, commitment):
        return False
    return actor.of_the_team or (evidence.entered_by_id == actor.id and not _judged_since(evidence, commitment, events))


def _judged_since(evidence: Any, commitment: Commitment, events: Sequence[CommitmentEvent]) -> bool:
    """Tell whether residents judged, or could have judged, with this before them."""
    judging = (Kind.JUDGED, Kind.WINDOW_CLOSED)
    if any(event.kind in judging and event.created_at >= evidence.created_at for event in events):
        return True
    return commitment.window_until is not None and clock.today() > commitment.window_until


def _drawn(session: Session, actor: Actor, commitment: Commitment, rows: Sequence[Any]) -> list[EvidenceOut]:
    if not rows:
        return []
    events = events_of(session, commitment.id)
    return [
        EvidenceOut(
            id=row.id,
            commitment_id=row.commitment_id,
            event_number=row.event_number,
            institution_id=row.institution_id,
            institution_name=row.institution_name,
            media_type=row.media_type,
            caption=row.caption,
            digest=row.digest,
            shown_on=clock.day_of(row.created_at),
            shown_at=row.created_at,
            entered_by_team=row.entered_by_team,
            taken_back_on=row.taken_back_on,
            taken_back_by_team=bool(row.taken_back_by_team),
            allowed_actions=[TAKE_BACK] if may_be_taken_back(actor, row, commitment, events) else [],
        )
        for row in rows
    ]


def _one(actor: Actor, _wanted: None) -> Select[Any]:
    found: Select[Any] = select(Evidence, Commitment)  # type: ignore[assignment]
    return found.join(Commitment, col(Commitment.id) == Evidence.commitment_id).where(
        col(Evidence.id) == bindparam("evidence_id", type_=Uuid), commitments_visible_to(actor)
    )


OF_COMMITMENT: Select[Any] = (
    select(
        *WITHOUT_CONTENT,
        col(CommitmentEvent.number).label("event_number"),
        col(Institution.name).label("institution_name"),
    )
    .select_from(Evidence)
    .join(Institution, col(Institution.id) == Evidence.institution_id)
    .outerjoin(CommitmentEvent, col(CommitmentEvent.id) == Evidence.event_id)
    .where(col(Evidence.commitment_id) == bindparam("commitment_id", type_=Uuid))
    .order_by(col(Evidence.id))
)
COUNTED = select(func.count()).where(
    col(Evidence.commitment_id) == bindparam("commitment_id", type_=Uuid), col(Evidence.taken_back_on).is_(None)
)
