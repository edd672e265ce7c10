"""Evidence: what an institution shows with a promise. The file itself is sent and fetched as it is."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.answers import AnsweringRoute, found_at
from api.dependencies import (
    Caller,
    Reading,
    SentKey,
    Session,
    Writing,
    WritingCaller,
    content_of,
    database,
    known,
    needs,
)
from api.negotiation import gives
from api.uploads import LARGEST_UPLOAD, MULTIPART, Sent, UploadRoute, file_in, form_of, takes_file
from bsa.evidence import actions, queries
from bsa.evidence.models import Evidence
from bsa.evidence.shapes import EvidenceIn, EvidenceOut
from bsa.permissions import Actor, Permission
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/evidence", tags=["evidence"], route_class=AnsweringRoute)
files = APIRouter(prefix="/evidence", tags=["evidence"], route_class=AnsweringRoute)
of_commitment = APIRouter(prefix="/commitments", tags=["evidence"], route_class=AnsweringRoute)
to_commitment = APIRouter(prefix="/commitments", tags=["evidence"], route_class=UploadRoute)

TOLD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A photo (JPEG or PNG) or a PDF of at most 10 MB. It is made anew, without "
                            "metadata. Nobody may be recognised in it.",
                        },
                        "caption": {"type": "string", "maxLength": 200},
                    },
                }
            }
        },
    }
}
SAFELY = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Whatever a browser takes a file for, it may do nothing with it."""
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
FILES: dict[int | str, dict[str, Any]] = {200: {"content": {media_type: {} for media_type in ENDINGS}}}


async def sent_file(request: Request, commitment_id: UUID) -> Sent:
    """Open what was sent, after it was asked who sends it and whether that may be."""
    with database(request).reading() as session:
        actor = known(request, session)
        admit(session, actor, commitment_id)
    return file_in(request)


def admit(session: Session, caller: Actor, commitment_id: UUID) -> None:
    """Refuse whoever may show nothing with a commitment, before what was sent is opened."""
    actions.may_send(session, caller, commitment_id)


async def told_with_file(request: Request, sent: Annotated[Sent, Depends(sent_file)]) -> EvidenceIn:
    """Read the words that were sent beside the file."""
    form = form_of(request)
    words = {name: value for name, value in form.items() if name != "file" and value} if form else {}
    try:
        return EvidenceIn.model_validate(words)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from None


SentFile = Annotated[Sent, Depends(sent_file)]
Told = Annotated[EvidenceIn, Depends(told_with_file)]


@of_commitment.get("/{commitment_id}/evidence")
@needs(Permission.SEE_COMMITMENTS)
def list_evidence(session: Reading, caller: Caller, commitment_id: UUID) -> Page[EvidenceOut]:
    """List what was shown with a commitment, the first first; there are never more than a few."""
    return Page(items=queries.list_evidence(session, caller, commitment_id))


@to_commitment.post("/{commitment_id}/evidence", status_code=201, max_body_size=LARGEST_UPLOAD, openapi_extra=TOLD)
@takes_file
@found_at("/evidence")
@needs(Permission.SHOW_EVIDENCE)
def record_evidence(
    sent: SentFile,
    told: Told,
    session: Writing,
    caller: WritingCaller,
    commitment_id: UUID,
    key: SentKey = None,
) -> EvidenceOut:
    """Show a photo or a PDF with a commitment; it is made anew, without metadata."""
    file = sent.taken()

    def do() -> Evidence:
        return actions.record_evidence(session, caller, commitment_id, file, told)

    def find(evidence_id: UUID) -> Evidence:
        return queries.find_evidence(session, caller, evidence_id)[0]

    content = content_of(commitment_id, told, file.digest)
    return _out(session, caller, once(session, caller, key, content, do, find))


@router.get("/{evidence_id}")
@needs(Permission.SEE_COMMITMENTS)
def show_evidence(session: Reading, caller: Caller, evidence_id: UUID) -> EvidenceOut:
    """Show what is known of a piece of evidence, without the file."""
    return queries.show_evidence(session, caller, evidence_id)


@router.delete("/{evidence_id}")
@needs(Permission.SHOW_EVIDENCE)
def take_back_evidence(session: Writing, caller: WritingCaller, evidence_id: UUID) -> EvidenceOut:
    """Delete the file of a piece of evidence; that it was there stays."""
    evidence, commitment = actions.take_back(session, caller, evidence_id)
    return queries.evidence_out(session, caller, evidence, commitment)


@files.get("/{evidence_id}/content", response_class=Response, responses=FILES)
@gives(*ENDINGS)
@needs(Permission.SEE_COMMITMENTS)
def open_evidence(session: Reading, caller: Caller, evidence_id: UUID) -> Response:
    """Fetch the file: a photo to look at, a PDF to download."""
    file = queries.open_evidence(session, caller, evidence_id)
    how = "attachment" if file.media_type == "application/pdf" else "inline"
    name = f"evidence-{str(evidence_id)[-8:]}.{ENDINGS[file.media_type]}"
    return Response(
        file.content,
        media_type=file.media_type,
        headers={"Content-Disposition": f'{how}; filename="{name}"', **SAFELY},
    )


def _out(session: Session, caller: Actor, evidence: Evidence) -> EvidenceOut:
    return queries.show_evidence(session, caller, evidence.id)
