"""Asks: what is asked of an institution, and what it answers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.asks import actions, queries
from bsa.asks.models import AskEventKind
from bsa.asks.shapes import (
    AnswerIn,
    AskChange,
    AskEventOut,
    AskIn,
    AskItem,
    AskOut,
    AskQuery,
    ClosureIn,
    EscalationIn,
    LetterItem,
    LetterOut,
    PutIn,
    StrikeAnswerIn,
)
from bsa.permissions import Permission
from bsa.shapes import Page

router = APIRouter(prefix="/asks", tags=["asks"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_ASKS)
def list_asks(session: Reading, caller: Caller, wanted: Annotated[AskQuery, Query()]) -> Page[AskItem]:
    """List asks by the day on which an answer is due."""
    return queries.list_asks(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.DRAFT_ASK)
def draft_ask(session: Writing, caller: WritingCaller, told: AskIn) -> AskOut:
    """Draft what is to be asked of an institution."""
    return queries.ask_out(session, caller, actions.draft_ask(session, caller, told))


@router.get("/{ask_id}")
@needs(Permission.SEE_ASKS)
def show_ask(session: Reading, caller: Caller, ask_id: UUID) -> AskOut:
    """Show an ask with all that happened to it."""
    return queries.show_ask(session, caller, ask_id)


@router.patch("/{ask_id}")
@needs(Permission.DRAFT_ASK)
def change_draft(
    session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion, change: AskChange
) -> AskOut:
    """Change a draft; what was asked stays as it was asked."""
    return queries.ask_out(session, caller, actions.change_draft(session, caller, ask_id, version, change))


@router.delete("/{ask_id}", status_code=204)
@needs(Permission.DRAFT_ASK)
def discard_draft(session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion) -> None:
    """Throw a draft away, as if it was never made."""
    actions.discard_draft(session, caller, ask_id, version)


@router.post("/{ask_id}/submission", status_code=201)
@needs(Permission.PUT_ASK)
def put_ask(session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion, told: PutIn) -> AskOut:
    """Write down that a draft was put to the institution; its letter is written with it."""
    return queries.ask_out(session, caller, actions.put_ask(session, caller, ask_id, version, told))


@router.get("/{ask_id}/answers")
@needs(Permission.SEE_ASKS)
def list_answers(session: Reading, caller: Caller, ask_id: UUID) -> Page[AskEventOut]:
    """List what the institution answered, in order."""
    events = queries.show_ask(session, caller, ask_id).events
    return Page(items=[event for event in events if event.kind is AskEventKind.ANSWERED])


@router.post("/{ask_id}/answers", status_code=201)
@needs(Permission.ANSWER_ASK)
def record_answer(
    session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion, told: AnswerIn
) -> AskOut:
    """Write down what the institution answered; an institution that signs in answers here itself."""
    return queries.ask_out(session, caller, actions.record_answer(session, caller, ask_id, version, told))


@router.post("/{ask_id}/corrections", status_code=201)
@needs(Permission.STRIKE_ANSWER)
def strike_answer(
    session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion, told: StrikeAnswerIn
) -> AskOut:
    """Strike through the last answer, which was entered wrongly; the ask waits again for the right one."""
    return queries.ask_out(session, caller, actions.strike_answer(session, caller, ask_id, version, told))


@router.post("/{ask_id}/repetitions", status_code=201)
@needs(Permission.ASK_AGAIN)
def ask_again(session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion, told: PutIn) -> AskOut:
    """Write down that it was asked again, after an answer that settles nothing or after silence."""
    return queries.ask_out(session, caller, actions.ask_again(session, caller, ask_id, version, told))


@router.post("/{ask_id}/escalations", status_code=201)
@needs(Permission.ESCALATE_ASK)
def escalate_ask(
    session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion, told: EscalationIn
) -> AskOut:
    """Write down that the ask went to the policy level or to the board, and why."""
    return queries.ask_out(session, caller, actions.escalate(session, caller, ask_id, version, told))


@router.post("/{ask_id}/closure", status_code=201)
@needs(Permission.CLOSE_ASK)
def close_ask(session: Writing, caller: WritingCaller, ask_id: UUID, version: SeenVersion, told: ClosureIn) -> AskOut:
    """Close an ask, with the reason."""
    return queries.ask_out(session, caller, actions.close_ask(session, caller, ask_id, version, told))


@router.get("/{ask_id}/events")
@needs(Permission.SEE_ASKS)
def list_ask_events(session: Reading, caller: Caller, ask_id: UUID) -> Page[AskEventOut]:
    """List everything that happened to an ask, in order."""
    return Page(items=queries.show_ask(session, caller, ask_id).events)


@router.get("/{ask_id}/letters")
@needs(Permission.SEE_LETTERS)
def list_letters(session: Reading, caller: Caller, ask_id: UUID) -> Page[LetterItem]:
    """List the letters that went with an ask, in order."""
    return Page(items=queries.list_letters(session, caller, ask_id))


@router.get("/{ask_id}/letters/{letter_id}")
@needs(Permission.SEE_LETTERS)
def show_letter(session: Reading, caller: Caller, ask_id: UUID, letter_id: UUID) -> LetterOut:
    """Show a letter, to read and to print."""
    return queries.show_letter(session, caller, ask_id, letter_id)
