"""Practising for those who look after the resident, and the speaking order of a meeting for the team."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Writing, WritingCaller, content_of, needs
from bsa.permissions import Permission
from bsa.practice import actions, queries
from bsa.practice.shapes import DebriefIn, PracticeChange, PracticeIn, PracticeOut, SpeakingOrderIn, SpeakingOrderOut
from bsa.sendings import once
from bsa.shapes import Listing, Page

router = APIRouter(prefix="/practice-moments", tags=["practice"], route_class=AnsweringRoute)
of_resident = APIRouter(
    prefix="/residents/{resident_id}/practice-moments", tags=["practice"], route_class=AnsweringRoute
)
orders = APIRouter(prefix="/speaking-orders", tags=["practice"], route_class=AnsweringRoute)
of_initiative = APIRouter(
    prefix="/initiatives/{initiative_id}/speaking-orders", tags=["practice"], route_class=AnsweringRoute
)


@of_resident.get("")
@needs(Permission.PRACTISE)
def list_practice_moments(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[PracticeOut]:
    """List what was and will be practised with a resident whom you look after, the last day first."""
    return queries.list_practice(session, caller, resident_id, wanted)


@of_resident.post("", status_code=201)
@found_at("/practice-moments")
@needs(Permission.PRACTISE)
def plan_practice(
    session: Writing, caller: WritingCaller, resident_id: UUID, told: PracticeIn, key: SentKey = None
) -> PracticeOut:
    """Plan to practise something scary in a safe setting, for an event that is coming."""
    moment = once(
        session,
        caller,
        key,
        content_of("practice_moment", resident_id, told),
        lambda: actions.plan_practice(session, caller, resident_id, told),
        lambda practice_id: queries.find_practice(session, caller, practice_id),
    )
    return queries.show_practice(session, caller, moment.id)


@router.get("/{practice_id}")
@needs(Permission.PRACTISE)
def show_practice(session: Reading, caller: Caller, practice_id: UUID) -> PracticeOut:
    """Show a practice moment."""
    return queries.show_practice(session, caller, practice_id)


@router.patch("/{practice_id}")
@needs(Permission.PRACTISE)
def change_practice(
    session: Writing, caller: WritingCaller, practice_id: UUID, version: SeenVersion, change: PracticeChange
) -> PracticeOut:
    """Change what is practised, or how."""
    return queries.show_practice(
        session, caller, actions.change_practice(session, caller, practice_id, version, change).id
    )


@router.put("/{practice_id}/debrief")
@needs(Permission.PRACTISE)
def debrief_practice(
    session: Writing, caller: WritingCaller, practice_id: UUID, version: SeenVersion, told: DebriefIn
) -> PracticeOut:
    """Write down how it went, and what the next bit bolder is. There is no failing, and no mark."""
    return queries.show_practice(
        session, caller, actions.debrief_practice(session, caller, practice_id, version, told).id
    )


@of_initiative.get("")
@needs(Permission.SEE_SPEAKING_ORDER)
def list_speaking_orders(
    session: Reading, caller: Caller, initiative_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[SpeakingOrderOut]:
    """List the speaking orders of an initiative, the last meeting first."""
    return queries.list_speaking_orders(session, caller, initiative_id, wanted)


@of_initiative.post("", status_code=201)
@found_at("/speaking-orders")
@needs(Permission.SET_SPEAKING_ORDER)
def make_speaking_order(
    session: Writing, caller: WritingCaller, initiative_id: UUID, told: SpeakingOrderIn
) -> SpeakingOrderOut:
    """Make the speaking order of a meeting; residents together get more time than all others together."""
    order = actions.make_speaking_order(session, caller, initiative_id, told)
    return queries.show_speaking_order(session, caller, order.id)


@orders.get("/{order_id}")
@needs(Permission.SEE_SPEAKING_ORDER)
def show_speaking_order(session: Reading, caller: Caller, order_id: UUID) -> SpeakingOrderOut:
    """Show a speaking order; residents are named for those who look after them."""
    return queries.show_speaking_order(session, caller, order_id)


@orders.put("/{order_id}")
@needs(Permission.SET_SPEAKING_ORDER)
def set_speaking_order(
    session: Writing, caller: WritingCaller, order_id: UUID, version: SeenVersion, told: SpeakingOrderIn
) -> SpeakingOrderOut:
    """Set a speaking order as a whole; `turnId` keeps a turn of it with whoever speaks there."""
    order = actions.set_speaking_order(session, caller, order_id, version, told)
    return queries.show_speaking_order(session, caller, order.id)
