"""Own promises: what workers promised residents, by when; and a worker's own day."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.contacts import actions, queries
from bsa.contacts.shapes import Day, PromiseCount, PromiseIn, PromiseOut, PromiseQuery, SettlementIn
from bsa.permissions import Permission
from bsa.shapes import Page

router = APIRouter(prefix="/promises", tags=["promises"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/promises", tags=["promises"], route_class=AnsweringRoute)
day = APIRouter(prefix="/day", tags=["promises"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.OPEN_RECORD)
def list_promises(session: Reading, caller: Caller, wanted: Annotated[PromiseQuery, Query()]) -> Page[PromiseOut]:
    """List promises to residents whom you look after, by the day they are due."""
    return queries.list_promises(session, caller, wanted)


@of_resident.post("", status_code=201)
@found_at("/promises")
@needs(Permission.MAKE_PROMISE)
def make_promise(session: Writing, caller: WritingCaller, resident_id: UUID, told: PromiseIn) -> PromiseOut:
    """Write down what you promise a resident, by when."""
    return queries.show_promise(session, caller, actions.make_promise(session, caller, resident_id, told).id)


@router.get("/overdue")
@needs(Permission.SEE_PROMISE_COUNTS)
def count_broken_promises(session: Reading, caller: Caller) -> Page[PromiseCount]:
    """Count the team's overdue promises for each of your areas: numbers, and nothing about whom or what."""
    return Page(items=queries.count_broken_promises(session, caller))


@router.get("/{promise_id}")
@needs(Permission.OPEN_RECORD)
def show_promise(session: Reading, caller: Caller, promise_id: UUID) -> PromiseOut:
    """Show a promise."""
    return queries.show_promise(session, caller, promise_id)


@router.put("/{promise_id}/outcome")
@needs(Permission.SETTLE_PROMISE)
def settle_promise(
    session: Writing, caller: WritingCaller, promise_id: UUID, version: SeenVersion, ended: SettlementIn
) -> PromiseOut:
    """Write down how a promise ended: kept, not kept, or no longer wanted."""
    return queries.show_promise(session, caller, actions.settle_promise(session, caller, promise_id, version, ended).id)


@day.get("")
@needs(Permission.SEE_OWN_DAY)
def show_day(session: Reading, caller: Caller) -> Day:
    """Show your own day: what you promised, by the day it is due, and whom you saw today."""
    return queries.show_day(session, caller)
