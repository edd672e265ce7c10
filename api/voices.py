"""What anybody says of the public pages: taken in without an account, answered by the team of the area."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Address, Caller, Reading, SeenVersion, Writing, WritingCaller, needs, open_to_all
from bsa.permissions import Permission
from bsa.shapes import Page
from bsa.voices import actions, queries
from bsa.voices.shapes import (
    VoiceAnswered,
    VoiceAnswerIn,
    VoiceCodeIn,
    VoiceIn,
    VoiceItem,
    VoiceOut,
    VoiceQuery,
    VoiceTaken,
)

router = APIRouter(prefix="/voices", tags=["voices"], route_class=AnsweringRoute)
public = APIRouter(prefix="/public", tags=["public"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_VOICES)
def list_voices(session: Reading, caller: Caller, wanted: Annotated[VoiceQuery, Query()]) -> Page[VoiceItem]:
    """List complaints, corrections and questions in your areas, newest first."""
    return queries.list_voices(session, caller, wanted)


@router.get("/{voice_id}")
@needs(Permission.SEE_VOICES)
def show_voice(session: Reading, caller: Caller, voice_id: UUID) -> VoiceOut:
    """Show what somebody said, and the answer."""
    return queries.show_voice(session, caller, voice_id)


@router.post("/{voice_id}/answers", status_code=201)
@needs(Permission.ANSWER_VOICE)
def answer_voice(
    session: Writing, caller: WritingCaller, voice_id: UUID, version: SeenVersion, told: VoiceAnswerIn
) -> VoiceOut:
    """Answer what somebody said; with that it is settled."""
    return queries.show_voice(session, caller, actions.answer_voice(session, caller, voice_id, version, told).id)


@public.post("/neighbourhoods/{area_id}/voices", status_code=201)
@open_to_all
def take_in(session: Writing, area_id: UUID, told: VoiceIn, address: Address) -> VoiceTaken:
    """Say something of the public ledger of a neighbourhood. The code, by which the answer is read, is told once."""
    voice, code = actions.take_in(session, area_id, told, address)
    return VoiceTaken(code=code, came_on=voice.came_on)


@public.post("/answers")
@open_to_all
def read_answer(session: Writing, told: VoiceCodeIn, address: Address) -> VoiceAnswered:
    """Read by its code what came of something that was said."""
    return actions.read_answer(session, told, address)
