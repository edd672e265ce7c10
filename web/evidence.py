"""Evidence on the pages: reporting a promise as kept with a photo, adding one later, looking at it, taking it back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response

from api.commitments import enter_event, show_commitment
from api.dependencies import Reading, Session, Writing, needs
from api.evidence import admit, open_evidence, record_evidence, take_back_evidence
from api.uploads import LARGEST_UPLOAD, UploadPage, file_in
from api.uploads import Sent as SentFile
from bsa.commitments.shapes import CommitmentEventIn, CommitmentOut, DeedKind
from bsa.evidence.shapes import EvidenceIn
from bsa.permissions import Permission, require
from web.commitments import event_page
from web.dependencies import Sent, Visitor, WritingVisitor, visitor_before
from web.forms import Form, attempt, blank, read, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go

router = Pages("evidence", prefix="/evidence")
of_commitment = Pages("evidence", prefix="/commitments")
to_commitment = Pages("evidence", prefix="/commitments", route_class=UploadPage)


async def known_sender(request: Request, commitment_id: UUID) -> None:
    """Ask who sends something, and whether that may be, before it is opened."""
    visitor_before(request, lambda session, visitor: admit(session, visitor, commitment_id))


async def opened_file(request: Request, _known: Annotated[None, Depends(known_sender)], _sent: Sent) -> SentFile:
    """Make the file that a form of ours sent anew; before the session that writes is opened."""
    return file_in(request)


OpenedFile = Annotated[SentFile, Depends(opened_file)]


@to_commitment.post("/{commitment_id}/claims", max_body_size=LARGEST_UPLOAD)
@needs(Permission.SPEAK_FOR_INSTITUTION)
def create_claim(
    request: Request, file: OpenedFile, session: Writing, visitor: WritingVisitor, sent: Sent, commitment_id: UUID
) -> Response:
    """Report a promise as kept, with a photo or a PDF when there is one: both, or neither."""
    form = read(CommitmentEventIn, sent, guest_of(request), kind=DeedKind.CLAIMED)
    _tell_of_file(form, file)
    version = version_in(sent)

    def deed(happened: CommitmentEventIn) -> CommitmentOut:
        commitment = enter_event(session, visitor, commitment_id, version, happened)
        if file.file is not None:
            record_evidence(file, EvidenceIn(), session, visitor, commitment_id)
        return commitment

    if attempt(session, form, deed):
        return go(request, "commitments.show", "claimed", commitment_id=commitment_id)
    commitment = show_commitment(session, visitor, commitment_id)
    return event_page(request, session, visitor, commitment, DeedKind.CLAIMED, form, form.status)


@of_commitment.get("/{commitment_id}/evidence/new")
@needs(Permission.SHOW_EVIDENCE)
def new(request: Request, session: Reading, visitor: Visitor, commitment_id: UUID) -> Response:
    """Show the form for a photo or a PDF."""
    admit(session, visitor, commitment_id)
    return _new_page(request, session, visitor, commitment_id, blank(guest_of(request)))


@to_commitment.post("/{commitment_id}/evidence", max_body_size=LARGEST_UPLOAD)
@needs(Permission.SHOW_EVIDENCE)
def create(
    request: Request, file: OpenedFile, session: Writing, visitor: WritingVisitor, sent: Sent, commitment_id: UUID
) -> Response:
    """Keep a photo or a PDF with a promise."""
    form = read(EvidenceIn, sent, guest_of(request))
    _tell_of_file(form, file)
    if attempt(session, form, lambda told: record_evidence(file, told, session, visitor, commitment_id)):
        return go(request, "commitments.show", "evidence_shown", "evidence", commitment_id=commitment_id)
    return _new_page(request, session, visitor, commitment_id, form)


@router.get("/{evidence_id}")
@needs(Permission.SEE_COMMITMENTS)
def show(request: Request, session: Reading, visitor: Visitor, evidence_id: UUID) -> Response:
    """Give the file: a photo to look at, a PDF to download."""
    return open_evidence(session, visitor, evidence_id)


@router.post("/{evidence_id}/removal")
@needs(Permission.SHOW_EVIDENCE)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, evidence_id: UUID) -> Response:
    """Delete the file; that it was there stays."""
    gone = take_back_evidence(session, visitor, evidence_id)
    return go(request, "commitments.show", "evidence_taken_back", "evidence", commitment_id=gone.commitment_id)


def _tell_of_file(form: Form[Any], file: SentFile) -> None:
    """Put what is wrong with the file beside it; then nothing is done."""
    if file.refusal is not None:
        form.add(*file.refusal.faults)
        form.shape = None


def _new_page(
    request: Request, session: Session, visitor: Visitor, commitment_id: UUID, form: Form[EvidenceIn]
) -> Response:
    commitment = show_commitment(session, visitor, commitment_id)
    require(visitor, Permission.SHOW_EVIDENCE, commitment)
    return draw(request, "evidence/new.html", form.status if form.errors else 200, commitment=commitment, form=form)
