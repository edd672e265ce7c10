"""A forum's calendar as RFC 5545 has it: which forum meets when and where, and no name of anybody."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from icalendar import Calendar, Event
from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.models import Area
from bsa.forums.models import Forum
from bsa.forums.queries import forum_of_calendar
from bsa.meetings.models import Meeting
from bsa.meetings.queries import find_meeting
from bsa.permissions import Actor

LOOKS_BACK = timedelta(days=60)


def read_forum_calendar(session: Session, secret: str) -> bytes:
    """Return the calendar of the forum that has this secret address."""
    forum = forum_of_calendar(session, secret)
    since = clock.now() - LOOKS_BACK
    meetings = session.scalars(
        select(Meeting)
        .where(col(Meeting.forum_id) == forum.id, col(Meeting.starts_at) >= since)
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    ).all()
    return draw_calendar(session, forum, meetings)


def show_in_calendar(session: Session, actor: Actor, meeting_id: UUID) -> bytes:
    """Return one meeting, to put in one's own calendar."""
    meeting = find_meeting(session, actor, meeting_id)
    return draw_calendar(session, session.get_one(Forum, meeting.forum_id), [meeting])


def draw_calendar(session: Session, forum: Forum, meetings: Sequence[Meeting]) -> bytes:
    """Write the calendar: the same meeting has the same UID for ever."""
    base = str(session.info["settings"].base_url)
    area_name = session.get_one(Area, forum.area_id).name
    calendar = Calendar()
    calendar.add("prodid", "-//BSA//neighbourhood social activation//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{forum.name} – {area_name}")
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for meeting in meetings:
        event = Event()
        event.add("uid", f"meeting-{meeting.id}@{urlsplit(base).hostname}")
        event.add("dtstamp", meeting.changed_at.replace(microsecond=0))
        event.add("last-modified", meeting.changed_at.replace(microsecond=0))
        event.add("sequence", meeting.version - 1)
        event.add("dtstart", meeting.starts_at.astimezone(clock.HERE))
        event.add("dtend", (meeting.starts_at + timedelta(minutes=meeting.minutes)).astimezone(clock.HERE))
        event.add("summary", forum.name)
        event.add("location", f"{meeting.place}, {area_name}" if meeting.place else area_name)
        event.add("url", f"{base.rstrip('/')}/meetings/{meeting.id}")
        event.add("status", "CANCELLED" if meeting.cancelled_on else "CONFIRMED")
        event.add("transp", "TRANSPARENT" if meeting.cancelled_on else "OPAQUE")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written
