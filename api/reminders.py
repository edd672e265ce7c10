"""Reminders: what waits for the caller, and the weekly mail of counts."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, Writing, WritingCaller, needs
from bsa.errors import NotFound
from bsa.permissions import Permission
from bsa.reminders import actions, queries
from bsa.reminders.models import ReminderKind
from bsa.reminders.shapes import HushOut, ReminderQuery, Reminders, WeeklyMailIn, WeeklyMailOut

router = APIRouter(prefix="/reminders", tags=["reminders"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_REMINDERS)
def list_reminders(session: Reading, caller: Caller, wanted: Annotated[ReminderQuery, Query()]) -> Reminders:
    """List what waits for you: your promises, signals, questions of the method, and counts of your own areas.

    More than three of a kind are one line, unless you ask for the `whole` list. A team leader gets numbers only.
    """
    return queries.reminders(session, caller, wanted)


@router.get("/mail")
@needs(Permission.SEE_REMINDERS)
def show_weekly_mail(session: Reading, caller: Caller) -> WeeklyMailOut:
    """Tell whether you get the weekly mail, and where."""
    return queries.show_weekly_mail(session, caller)


@router.put("/mail")
@needs(Permission.SEE_REMINDERS)
def want_weekly_mail(session: Writing, caller: WritingCaller, wanted: WeeklyMailIn) -> WeeklyMailOut:
    """Have the weekly mail on Monday morning: how many of each kind wait, and links; nothing about anybody."""
    actions.want_weekly_mail(session, caller, wanted)
    return queries.show_weekly_mail(session, caller)


@router.delete("/mail", status_code=204)
@needs(Permission.SEE_REMINDERS)
def end_weekly_mail(session: Writing, caller: WritingCaller) -> None:
    """Have no weekly mail any more; the address is forgotten."""
    actions.end_weekly_mail(session, caller)


@router.put("/{kind}/hush")
@needs(Permission.SEE_REMINDERS)
def hush(session: Writing, caller: WritingCaller, kind: str) -> HushOut:
    """Hear nothing of this kind for a week; then it is told again by itself."""
    said = actions.hush(session, caller, kind_named(kind))
    return HushOut(kind=said.kind, until=said.until_on)


@router.delete("/{kind}/hush", status_code=204)
@needs(Permission.SEE_REMINDERS)
def lift_hush(session: Writing, caller: WritingCaller, kind: str) -> None:
    """Hear of this kind again."""
    actions.lift_hush(session, caller, kind_named(kind))


def kind_named(name: str) -> ReminderKind:
    """Return the kind of this name; one that is not there is not found."""
    try:
        return ReminderKind(name)
    except ValueError:
        raise NotFound from None
