"""Mailing the invitations to a meeting: to the general address of each institution, with the meeting for its calendar.

It names nobody. Of what is asked of others or promised by others it tells only that there is something. It is claimed
before it is handed over, and tried at most eight times.
"""

import logging
import tomllib
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.asks.models import Ask, AskState
from bsa.commitments.models import Commitment, Visibility
from bsa.database import Database
from bsa.events import note
from bsa.forums.models import Forum
from bsa.institutions.models import Institution
from bsa.mail import MOST_ATTEMPTS, addressed, hand_over
from bsa.meetings.calendar import draw_calendar
from bsa.meetings.models import AgendaItem, Attendance, Meeting
from bsa.meetings.queries import COMING, items_of
from bsa.themes.models import Theme

WORDS = Path(__file__).with_name("mail.nl.toml")
SHOWN = 160

log = logging.getLogger(__name__)


def mail_invitations(database: Database) -> int:
    """Mail the invitations that wait, and return how many went out; without a mail server, none."""
    mailed = 0
    for attendance_id in hand_over(database, "Invitation", _waiting, _claim):
        with database.writing() as session:
            line = session.get_one(Attendance, attendance_id)
            line.mailed_at = clock.now()
            note(session, None, "invitation.mailed", session.get_one(Meeting, line.meeting_id))
        mailed += 1
    return mailed


def compose(session: Session, meeting: Meeting, institution: Institution) -> EmailMessage:
    """Return the invitation of an institution, in plain text, with the meeting as a file."""
    settings, words = session.info["settings"], _words()
    forum = session.get_one(Forum, meeting.forum_id)
    begin = meeting.starts_at.astimezone(clock.HERE)
    day = f"{words['weekdays'][begin.weekday()]} {begin.day} {words['months'][begin.month - 1]}"
    places = {
        "organisation": settings.organisation,
        "institution": institution.name,
        "forum": forum.name,
        "area": session.get_one(Area, meeting.area_id).name,
        "day": day,
        "hour": begin.strftime("%H:%M"),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "link": f"{str(settings.base_url).rstrip('/')}/meetings/{meeting.id}",
    }
    told = [_told(session, item, institution) for item in items_of(session, meeting)]
    agenda = [f"{number}. {line}" for number, line in enumerate(filter(None, told), start=1)]
    facts = [words["when"], *([words["where"]] if meeting.place else [])]
    parts = [
        words["greeting"],
        words["intro"].format(**places),
        "\n".join(fact.format(**places) for fact in facts),
        "\n".join([words["agenda"], *agenda]) if agenda else words["nothing"],
        *(words[name].format(**places) for name in ("look", "how", "closing")),
    ]
    subject = " ".join(words["subject"].format(**places).split())
    message = addressed(settings, institution.email or "", subject, "nl")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(parts) + "\n")
    file = draw_calendar(session, forum, [meeting])
    message.add_attachment(file, maintype="text", subtype="calendar", filename="uitnodiging.ics")
    return message


def _waiting(session: Session) -> list[UUID]:
    """Find who is invited, has an address, and was not mailed since the invitations were sent."""
    found = session.scalars(
        select(col(Attendance.id))
        .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .join(Institution, col(Institution.id) == Attendance.institution_id)
        .where(
            COMING,
            col(Meeting.invited_on).is_not(None),
            col(Meeting.starts_at) > clock.now(),
            col(Attendance.invited).is_(True),
            col(Attendance.mailed_at).is_(None),
            col(Attendance.attempts) < MOST_ATTEMPTS,
            col(Institution.email).is_not(None),
        )
        .order_by(col(Meeting.starts_at), col(Attendance.id))
    )
    return list(found)


def _claim(database: Database, attendance_id: UUID) -> EmailMessage | None:
    """Count an attempt and compose the mail; None when another worker was first, or it cannot be addressed."""
    with database.writing() as session:
        line = session.get_one(Attendance, attendance_id)
        taken = session.scalar(
            update(Attendance)
            .where(
                col(Attendance.id) == attendance_id,
                col(Attendance.attempts) == line.attempts,
                col(Attendance.mailed_at).is_(None),
            )
            .values(attempts=line.attempts + 1)
            .returning(col(Attendance.id))
        )
        if taken is None or line.institution_id is None:
            return None
        meeting = session.get_one(Meeting, line.meeting_id)
        try:
            return compose(session, meeting, session.get_one(Institution, line.institution_id))
        except ValueError as error:
            log.warning("Invitation %s cannot be addressed: %s.", attendance_id, type(error).__name__)
            return None


def _told(session: Session, item: AgendaItem, institution: Institution) -> str | None:
    """Tell an item as this institution may know of it."""
    words = _words()
    if item.ask_id is not None:
        ask = session.get_one(Ask, item.ask_id)
        if ask.state is AskState.DRAFT:
            return None
        own, kind, text = ask.institution_id == institution.id, "ask", ask.text
        owner = ask.institution_id
    elif item.commitment_id is not None:
        commitment = session.get_one(Commitment, item.commitment_id)
        own, kind, text = commitment.institution_id == institution.id, "commitment", commitment.promise
        owner = commitment.institution_id
        if not own and commitment.visibility is not Visibility.TEAM:
            return _short(commitment.residents_words)
    else:
        return session.get_one(Theme, item.theme_id).title if item.theme_id else item.title
    if own:
        # What people wrote is put in as it is: it is no pattern with places.
        return str(words[f"own_{kind}"]).replace("{words}", _short(text))
    return str(words[f"other_{kind}"]).format(institution=session.get_one(Institution, owner).name)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "…"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
