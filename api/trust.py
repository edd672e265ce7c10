"""The bond of trust: where it stands, signals that want an answer, and handing over with a face."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.permissions import Permission
from bsa.sendings import once
from bsa.shapes import Listing, Page
from bsa.trust import actions, queries
from bsa.trust.shapes import (
    AgreementIn,
    CompletionIn,
    GoesAlong,
    HandoverIn,
    HandoverOut,
    HandoverQuery,
    LonelyCount,
    LonelyResident,
    RelationshipIn,
    RelationshipOut,
    SignalAnswerIn,
    SignalIn,
    SignalOut,
    SignalQuery,
)

relationships = APIRouter(prefix="/residents/{resident_id}/relationships", tags=["trust"], route_class=AnsweringRoute)
signals = APIRouter(prefix="/signals", tags=["trust"], route_class=AnsweringRoute)
signals_of_resident = APIRouter(prefix="/residents/{resident_id}/signals", tags=["trust"], route_class=AnsweringRoute)
handovers = APIRouter(prefix="/handovers", tags=["trust"], route_class=AnsweringRoute)
handovers_of_resident = APIRouter(
    prefix="/residents/{resident_id}/handovers", tags=["trust"], route_class=AnsweringRoute
)


@relationships.get("")
@needs(Permission.OPEN_RECORD)
def list_relationships(session: Reading, caller: Caller, resident_id: UUID) -> Page[RelationshipOut]:
    """List where it stands between a resident and each worker, your own first."""
    return Page(items=queries.list_relationships(session, caller, resident_id))


@relationships.post("", status_code=201)
@needs(Permission.RECORD_RELATIONSHIP)
def move_relationship(
    session: Writing, caller: WritingCaller, resident_id: UUID, told: RelationshipIn
) -> RelationshipOut:
    """Say where it stands between a resident and you; there is one for each worker, and you say your own."""
    actions.move_relationship(session, caller, resident_id, told)
    return queries.list_relationships(session, caller, resident_id)[0]


@signals.get("")
@needs(Permission.RECORD_SIGNAL)
def list_signals(session: Reading, caller: Caller, wanted: Annotated[SignalQuery, Query()]) -> Page[SignalOut]:
    """List what residents whom you look after pointed out, the oldest first."""
    return queries.list_signals(session, caller, wanted)


@signals.get("/{signal_id}")
@needs(Permission.RECORD_SIGNAL)
def show_signal(session: Reading, caller: Caller, signal_id: UUID) -> SignalOut:
    """Show a signal."""
    return queries.show_signal(session, caller, signal_id)


@signals.post("/{signal_id}/answers", status_code=201)
@needs(Permission.RECORD_SIGNAL)
def answer_signal(
    session: Writing, caller: WritingCaller, signal_id: UUID, version: SeenVersion, told: SignalAnswerIn
) -> SignalOut:
    """Write down what the resident was answered."""
    return queries.show_signal(session, caller, actions.answer_signal(session, caller, signal_id, version, told).id)


@signals_of_resident.get("")
@needs(Permission.OPEN_RECORD)
def list_signals_of(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[SignalOut]:
    """List what a resident pointed out, the oldest first."""
    narrowed = SignalQuery(resident_id=resident_id, limit=wanted.limit, cursor=wanted.cursor)
    return queries.list_signals(session, caller, narrowed)


@signals_of_resident.post("", status_code=201)
@found_at("/signals")
@needs(Permission.RECORD_SIGNAL)
def record_signal(
    session: Writing, caller: WritingCaller, resident_id: UUID, told: SignalIn, key: SentKey = None
) -> SignalOut:
    """Take up something that a resident pointed out."""
    signal = once(
        session,
        caller,
        key,
        content_of("signal", resident_id, told),
        lambda: actions.record_signal(session, caller, resident_id, told),
        lambda signal_id: queries.find_signal(session, caller, signal_id),
    )
    return queries.show_signal(session, caller, signal.id)


@handovers.get("")
@needs(Permission.SEE_HANDOVERS)
def list_handovers(session: Reading, caller: Caller, wanted: Annotated[HandoverQuery, Query()]) -> Page[HandoverOut]:
    """List what you hand over or take over, the newest first: what to call the resident, and where; no record."""
    return queries.list_handovers(session, caller, wanted)


@handovers.get("/needed")
@needs(Permission.SEE_HANDOVERS)
def list_lonely_residents(
    session: Reading, caller: Caller, wanted: Annotated[Listing, Query()]
) -> Page[LonelyResident]:
    """List whom you would leave without a face: nobody else is assigned, and no next face is agreed."""
    return queries.list_lonely_residents(session, caller, wanted)


@handovers.get("/counts")
@needs(Permission.SEE_HANDOVER_COUNTS)
def count_lonely_residents(session: Reading, caller: Caller) -> Page[LonelyCount]:
    """Count for each of your areas how many residents have one worker only; numbers of no worker, and no names."""
    return Page(items=queries.count_lonely_residents(session, caller))


@handovers.get("/{handover_id}")
@needs(Permission.SEE_HANDOVERS)
def show_handover(session: Reading, caller: Caller, handover_id: UUID) -> HandoverOut:
    """Show a handover that you give or take."""
    return queries.show_handover(session, caller, handover_id)


@handovers.get("/{handover_id}/luggage")
@needs(Permission.SEE_HANDOVERS)
def what_goes_along(session: Reading, caller: Caller, handover_id: UUID) -> GoesAlong:
    """Count what goes along with a handover when it is finished."""
    return queries.what_goes_along(session, caller, handover_id)


@handovers.post("/{handover_id}/agreements", status_code=201)
@needs(Permission.AGREE_HANDOVER)
def agree_handover(
    session: Writing, caller: WritingCaller, handover_id: UUID, version: SeenVersion, told: AgreementIn
) -> HandoverOut:
    """Write down that the resident agreed, and plan the visit together in the same step."""
    return _shown(session, caller, actions.agree_handover(session, caller, handover_id, version, told).id)


@handovers.post("/{handover_id}/refusal", status_code=201)
@needs(Permission.AGREE_HANDOVER)
def decline_handover(session: Writing, caller: WritingCaller, handover_id: UUID, version: SeenVersion) -> HandoverOut:
    """Write down that the resident does not want it; you stay, or propose another colleague."""
    return _shown(session, caller, actions.decline_handover(session, caller, handover_id, version).id)


@handovers.post("/{handover_id}/completion", status_code=201)
@needs(Permission.FINISH_HANDOVER)
def finish_handover(
    session: Writing, caller: WritingCaller, handover_id: UUID, version: SeenVersion, told: CompletionIn
) -> HandoverOut:
    """Finish a handover after the visit together: the colleague is assigned, and what was open goes along."""
    return _shown(session, caller, actions.finish_handover(session, caller, handover_id, version, told).id)


@handovers.post("/{handover_id}/cancellation", status_code=201)
@needs(Permission.FINISH_HANDOVER)
def call_off_handover(session: Writing, caller: WritingCaller, handover_id: UUID, version: SeenVersion) -> HandoverOut:
    """Call a handover off; either of the two workers may."""
    return _shown(session, caller, actions.call_off_handover(session, caller, handover_id, version).id)


@handovers_of_resident.get("")
@needs(Permission.OPEN_RECORD)
def list_handovers_of(session: Reading, caller: Caller, resident_id: UUID) -> Page[HandoverOut]:
    """List the handovers of a resident whom you look after, the newest first."""
    return Page(items=queries.list_handovers_of(session, caller, resident_id))


@handovers_of_resident.post("", status_code=201)
@found_at("/handovers")
@needs(Permission.PROPOSE_HANDOVER)
def propose_handover(session: Writing, caller: WritingCaller, resident_id: UUID, told: HandoverIn) -> HandoverOut:
    """Propose that a colleague becomes the face of a resident; nothing changes until the resident agrees."""
    return _shown(session, caller, actions.propose_handover(session, caller, resident_id, told).id)


def _shown(session: Writing, caller: WritingCaller, handover_id: UUID) -> HandoverOut:
    return queries.show_handover(session, caller, handover_id)
