"""How far a meeting is, read off its moments, and what may be done then."""

from datetime import date
from enum import StrEnum

from bsa import clock
from bsa.meetings.models import Meeting
from bsa.permissions import Actor, Permission, allows


class MeetingState(StrEnum):
    """How far a meeting is; read off its moments."""

    PLANNED = "planned"
    GOING_ON = "going_on"
    CLOSED = "closed"
    CANCELLED = "cancelled"


DEEDS: dict[str, frozenset[MeetingState]] = {
    "change": frozenset({MeetingState.PLANNED}),
    "cancel": frozenset({MeetingState.PLANNED}),
    "invite": frozenset({MeetingState.PLANNED}),
    "agenda": frozenset({MeetingState.PLANNED, MeetingState.GOING_ON}),
    "open": frozenset({MeetingState.PLANNED}),
    "enter": frozenset({MeetingState.GOING_ON}),
    "attendance": frozenset({MeetingState.PLANNED, MeetingState.GOING_ON}),
    "act": frozenset({MeetingState.GOING_ON}),
    "close": frozenset({MeetingState.GOING_ON}),
    "publish": frozenset({MeetingState.CLOSED}),
}
"""In which states each deed may be done; all of them are the team's."""


def state_of(meeting: Meeting) -> MeetingState:
    """Tell how far a meeting is."""
    if meeting.cancelled_on is not None:
        return MeetingState.CANCELLED
    if meeting.closed_at is not None:
        return MeetingState.CLOSED
    return MeetingState.GOING_ON if meeting.opened_at is not None else MeetingState.PLANNED


def held_on(meeting: Meeting) -> date:
    """Return the day of a meeting."""
    return clock.day_of(meeting.starts_at)


def may(meeting: Meeting, deed: str) -> bool:
    """Tell whether a deed may be done to a meeting now."""
    if deed == "open" and held_on(meeting) > clock.today():
        return False
    return state_of(meeting) in DEEDS[deed]


def allowed_deeds(actor: Actor, meeting: Meeting) -> list[str]:
    """Return the deeds that this actor may do to a meeting now."""
    if not allows(actor, Permission.HOLD_MEETING, meeting):
        return []
    found = [deed for deed in DEEDS if may(meeting, deed)]
    if meeting.published_on is not None:
        found = [deed for deed in found if deed != "publish"] + ["unpublish"]
    return found
