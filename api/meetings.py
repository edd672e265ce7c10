"""Meetings of forums: their agenda, who came, what was spoken, and the minutes that everybody may read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import (
    Caller,
    Reading,
    SeenVersion,
    SentKey,
    Session,
    Writing,
    WritingCaller,
    content_of,
    needs,
    open_to_all,
)
from bsa.meetings import actions, calendar, minutes, queries
from bsa.meetings.shapes import (
    AgendaItemIn,
    AgendaItemOut,
    AttendanceIn,
    AttendanceOut,
    MeetingActionIn,
    MeetingActionOut,
    MeetingChange,
    MeetingIn,
    MeetingItem,
    MeetingOut,
    MeetingQuery,
    MinuteEntryOut,
    MinuteIn,
    OutcomeIn,
    PlaceIn,
    PublicationIn,
    PublicMeeting,
    PublicMinutes,
    TakeHigherIn,
    TakenHigher,
)
from bsa.permissions import Actor, Permission
from bsa.sendings import once
from bsa.shapes import Listing, Page

router = APIRouter(prefix="/meetings", tags=["meetings"], route_class=AnsweringRoute)
of_commitment = APIRouter(
    prefix="/commitments/{commitment_id}/escalations", tags=["commitments"], route_class=AnsweringRoute
)
public = APIRouter(prefix="/public/neighbourhoods/{area_id}/meetings", tags=["public"], route_class=AnsweringRoute)
public_minutes = APIRouter(prefix="/public/meetings", tags=["public"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_MEETINGS)
def list_meetings(session: Reading, caller: Caller, wanted: Annotated[MeetingQuery, Query()]) -> Page[MeetingItem]:
    """List meetings by their moment."""
    return queries.list_meetings(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.HOLD_MEETING)
def plan_meeting(session: Writing, caller: WritingCaller, told: MeetingIn, key: SentKey = None) -> MeetingOut:
    """Plan a meeting: everybody who sits in the forum is invited, and the residents."""
    meeting = once(
        session,
        caller,
        key,
        content_of("meeting", told),
        lambda: actions.plan_meeting(session, caller, told),
        lambda meeting_id: queries.find_meeting(session, caller, meeting_id),
    )
    return queries.meeting_out(session, caller, meeting)


@router.get("/{meeting_id}")
@needs(Permission.SEE_MEETINGS)
def show_meeting(session: Reading, caller: Caller, meeting_id: UUID) -> MeetingOut:
    """Show a meeting with its agenda, who is invited, and what was entered."""
    return queries.show_meeting(session, caller, meeting_id)


@router.patch("/{meeting_id}")
@needs(Permission.HOLD_MEETING)
def change_meeting(
    session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion, change: MeetingChange
) -> MeetingOut:
    """Change when or where a meeting is, before it begins."""
    return queries.meeting_out(session, caller, actions.change_meeting(session, caller, meeting_id, version, change))


@router.post("/{meeting_id}/cancellation", status_code=201)
@needs(Permission.HOLD_MEETING)
def cancel_meeting(session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion) -> MeetingOut:
    """Cancel a meeting; in calendars it stays, as cancelled."""
    return queries.meeting_out(session, caller, actions.cancel_meeting(session, caller, meeting_id, version))


@router.post("/{meeting_id}/invitations", status_code=201)
@needs(Permission.HOLD_MEETING)
def invite_to_meeting(session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion) -> MeetingOut:
    """Send the invitations, to the general addresses of the institutions that sit in the forum."""
    return queries.meeting_out(session, caller, actions.invite(session, caller, meeting_id, version))


@router.post("/{meeting_id}/opening", status_code=201)
@needs(Permission.HOLD_MEETING)
def open_meeting(session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion) -> MeetingOut:
    """Begin a meeting, on its day or when it is written up afterwards."""
    return queries.meeting_out(session, caller, actions.open_meeting(session, caller, meeting_id, version))


@router.post("/{meeting_id}/closing", status_code=201)
@needs(Permission.HOLD_MEETING)
def close_meeting(session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion) -> MeetingOut:
    """Close a meeting: its minutes are what was entered."""
    return queries.meeting_out(session, caller, actions.close_meeting(session, caller, meeting_id, version))


@router.post("/{meeting_id}/agenda", status_code=201)
@needs(Permission.HOLD_MEETING)
def build_agenda(session: Writing, caller: WritingCaller, meeting_id: UUID) -> MeetingOut:
    """Put on the agenda what is open: what is late first, then what waits; what stands there stays where it is."""
    return queries.meeting_out(session, caller, actions.build_agenda(session, caller, meeting_id))


@router.get("/{meeting_id}/agenda-items")
@needs(Permission.SEE_MEETINGS)
def list_agenda_items(session: Reading, caller: Caller, meeting_id: UUID) -> Page[AgendaItemOut]:
    """List the agenda in its order, each item as it stands today."""
    return Page(items=queries.show_meeting(session, caller, meeting_id).agenda)


@router.post("/{meeting_id}/agenda-items", status_code=201)
@needs(Permission.HOLD_MEETING)
def add_agenda_item(session: Writing, caller: WritingCaller, meeting_id: UUID, told: AgendaItemIn) -> MeetingOut:
    """Put an ask, a commitment, a theme or something else on the agenda, at the end."""
    actions.add_agenda_item(session, caller, meeting_id, told)
    return queries.show_meeting(session, caller, meeting_id)


@router.put("/{meeting_id}/agenda-items/{item_id}/place")
@needs(Permission.HOLD_MEETING)
def move_agenda_item(
    session: Writing, caller: WritingCaller, meeting_id: UUID, item_id: UUID, version: SeenVersion, told: PlaceIn
) -> MeetingOut:
    """Let an item stand elsewhere on the agenda; the version is that of the meeting."""
    meeting = actions.move_agenda_item(session, caller, meeting_id, item_id, version, told)
    return queries.meeting_out(session, caller, meeting)


@router.put("/{meeting_id}/agenda-items/{item_id}/outcome")
@needs(Permission.HOLD_MEETING)
def decide(
    session: Writing, caller: WritingCaller, meeting_id: UUID, item_id: UUID, version: SeenVersion, told: OutcomeIn
) -> MeetingOut:
    """Write down what was decided about an item; the version is that of the meeting."""
    actions.decide(session, caller, meeting_id, item_id, version, told)
    return queries.show_meeting(session, caller, meeting_id)


@router.delete("/{meeting_id}/agenda-items/{item_id}", status_code=204)
@needs(Permission.HOLD_MEETING)
def remove_agenda_item(
    session: Writing, caller: WritingCaller, meeting_id: UUID, item_id: UUID, version: SeenVersion
) -> None:
    """Take an item off the agenda, as long as nothing was said about it; the version is that of the meeting."""
    actions.remove_agenda_item(session, caller, meeting_id, item_id, version)


@router.get("/{meeting_id}/attendance")
@needs(Permission.SEE_MEETINGS)
def list_attendance(session: Reading, caller: Caller, meeting_id: UUID) -> Page[AttendanceOut]:
    """List who was invited and who came: institutions and groups by name, residents by number."""
    return Page(items=queries.show_meeting(session, caller, meeting_id).attendance)


@router.put("/{meeting_id}/attendance")
@needs(Permission.HOLD_MEETING)
def record_attendance(
    session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion, told: AttendanceIn
) -> MeetingOut:
    """Write down who was invited and who came, all of it; the version is that of the meeting."""
    meeting = actions.record_attendance(session, caller, meeting_id, version, told)
    return queries.meeting_out(session, caller, meeting)


@router.get("/{meeting_id}/actions")
@needs(Permission.SEE_MEETINGS)
def list_meeting_actions(session: Reading, caller: Caller, meeting_id: UUID) -> Page[MeetingActionOut]:
    """List what somebody will do after a meeting, by its day."""
    return Page(items=queries.list_actions(session, caller, meeting_id))


@router.post("/{meeting_id}/actions", status_code=201)
@needs(Permission.HOLD_MEETING)
def agree_action(session: Writing, caller: WritingCaller, meeting_id: UUID, told: MeetingActionIn) -> MeetingOut:
    """Write down what an institution or the team will do after the meeting, and by when."""
    actions.agree_action(session, caller, meeting_id, told)
    return queries.show_meeting(session, caller, meeting_id)


@router.post("/{meeting_id}/actions/{action_id}/completion", status_code=201)
@needs(Permission.HOLD_MEETING)
def finish_action(
    session: Writing, caller: WritingCaller, meeting_id: UUID, action_id: UUID, version: SeenVersion
) -> MeetingOut:
    """Write down that what was agreed is done."""
    actions.finish_action(session, caller, meeting_id, action_id, version)
    return queries.show_meeting(session, caller, meeting_id)


@router.get("/{meeting_id}/minutes")
@needs(Permission.SEE_MEETINGS)
def list_minutes(session: Reading, caller: Caller, meeting_id: UUID) -> Page[MinuteEntryOut]:
    """List what was entered in the ledger during a meeting, in the order in which it was."""
    return Page(items=queries.list_minutes(session, caller, meeting_id))


@router.post("/{meeting_id}/minutes", status_code=201)
@needs(Permission.HOLD_MEETING)
def enter_minute(session: Writing, caller: WritingCaller, meeting_id: UUID, told: MinuteIn) -> MeetingOut:
    """Enter what was spoken about an item: it lands at once where the ask or the commitment stands."""
    actions.enter_minute(session, caller, meeting_id, told)
    return queries.show_meeting(session, caller, meeting_id)


@router.get("/{meeting_id}/preview")
@needs(Permission.HOLD_MEETING)
def preview_minutes(session: Reading, caller: Caller, meeting_id: UUID) -> PublicMinutes:
    """Show the minutes as everybody would read them, before they are published."""
    return minutes.preview_minutes(session, caller, meeting_id)


@router.put("/{meeting_id}/publication")
@needs(Permission.HOLD_MEETING)
def publish_minutes(
    session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion, told: PublicationIn
) -> MeetingOut:
    """Let everybody read the minutes, after a person has read the preview."""
    return queries.meeting_out(session, caller, actions.publish_minutes(session, caller, meeting_id, version, told))


@router.delete("/{meeting_id}/publication", status_code=204)
@needs(Permission.HOLD_MEETING)
def take_back_minutes(session: Writing, caller: WritingCaller, meeting_id: UUID, version: SeenVersion) -> None:
    """Take minutes back that everybody could read."""
    actions.take_back_minutes(session, caller, meeting_id, version)


@of_commitment.get("")
@needs(Permission.SEE_MEETINGS)
def list_taken_higher(session: Reading, caller: Caller, commitment_id: UUID) -> Page[TakenHigher]:
    """List when and why a commitment was taken to the policy level."""
    return Page(items=queries.list_taken_higher(session, caller, commitment_id))


@of_commitment.post("", status_code=201)
@needs(Permission.HOLD_MEETING)
def take_higher(session: Writing, caller: WritingCaller, commitment_id: UUID, told: TakeHigherIn) -> Page[TakenHigher]:
    """Take a late commitment to the policy level: on the agenda of its next meeting, with the reason and the day."""
    actions.take_higher(session, caller, commitment_id, told)
    return Page(items=queries.list_taken_higher(session, caller, commitment_id))


@public.get("")
@open_to_all
def list_public_meetings(session: Reading, area_id: UUID, wanted: Annotated[Listing, Query()]) -> Page[PublicMeeting]:
    """List the meetings of a neighbourhood of which everybody may read the minutes, the latest first."""
    return minutes.list_public_meetings(session, area_id, wanted)


@public_minutes.get("/{meeting_id}")
@open_to_all
def show_public_minutes(session: Reading, meeting_id: UUID) -> PublicMinutes:
    """Show minutes that everybody may read: institutions by name, no person at all."""
    return minutes.show_public_minutes(session, meeting_id)


def meetings_at_policy_level(session: Session, caller: Actor, area_id: UUID) -> list[MeetingItem]:
    """Return the coming meetings at the policy level to which something of an area can be taken; for the pages."""
    return queries.next_at_policy_level(session, caller, area_id)


def meeting_in_calendar(session: Session, caller: Actor, meeting_id: UUID) -> bytes:
    """Return a meeting as a file for a calendar; for the pages."""
    return calendar.show_in_calendar(session, caller, meeting_id)


def forum_calendar(session: Session, secret: str) -> bytes:
    """Return the calendar of the forum that has this secret address; for the pages."""
    return calendar.read_forum_calendar(session, secret)
