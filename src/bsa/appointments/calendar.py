"""A worker's calendar as RFC 5545 has it: when and in which neighbourhood, and nothing of anybody.

It is read by a telephone or a mail program, whose maker may read along. So it tells what a stranger may know: that
there is an appointment. Whoever wants to know more signs in.
"""

from collections.abc import Sequence
from datetime import timedelta

from icalendar import Calendar, Event

from bsa import clock
from bsa.appointments.models import AppointmentKind
from bsa.appointments.queries import CalendarEntry
from bsa.people.models import Language

VISITS = (AppointmentKind.VISIT, AppointmentKind.JOINT_VISIT)
SUMMARIES = {
    Language.DUTCH: ("Bezoek (BSA)", "Afspraak (BSA)"),
    Language.ENGLISH: ("Visit (BSA)", "Appointment (BSA)"),
}
"""What an appointment is called in a calendar: a visit, and anything else."""


def draw_calendar(entries: Sequence[CalendarEntry], language: Language, host: str) -> bytes:
    """Write the calendar: the same appointment has the same UID for ever, and the same entry the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//BSA//neighbourhood social activation//NL")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "BSA")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, language, host))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _event(entry: CalendarEntry, language: Language, host: str) -> Event:
    visit, other = SUMMARIES[language]
    event = Event()
    event.add("uid", f"{entry.id}@{host}")
    # Without a METHOD the stamp is the moment of the last change.
    event.add("dtstamp", entry.changed_at.replace(microsecond=0))
    event.add("last-modified", entry.changed_at.replace(microsecond=0))
    event.add("sequence", entry.version - 1)
    event.add("dtstart", entry.starts_at.astimezone(clock.HERE))
    event.add("dtend", (entry.starts_at + timedelta(minutes=entry.minutes)).astimezone(clock.HERE))
    event.add("summary", visit if entry.kind in VISITS else other)
    event.add("location", entry.area_name)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    return event
