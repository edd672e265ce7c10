"""The mail to an institution: what is due, at most once a day and each thing once, to its general address.

It holds what was asked of the institution and what it promised itself, and nobody: neither who asked, nor who works
there, nor what residents judged. It is claimed before it is handed over: with two workers, and when one is killed in
between, it comes once or not at all, and never twice.
"""

import logging
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.asks.models import Ask
from bsa.asks.standing import WAITING
from bsa.commitments.models import Commitment, CommitmentState
from bsa.commitments.standing import OPEN_STATES
from bsa.database import Database
from bsa.events import note
from bsa.institutions.models import Institution
from bsa.mail import addressed, hand_over
from bsa.portal.models import InstitutionNotice, NoticeKind
from bsa.settings import Settings

ANSWER_STEPS = (7, 1)
COMMITMENT_STEPS = (14, 7, 1)
"""So many days before, at most, an institution is told; each step once."""
LOOKS_BACK = timedelta(days=14)
"""An answer that is longer overdue is not news: it is asked again, with a letter."""
SHOWN = 160

WORDS = Path(__file__).with_name("mail.nl.toml")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to tell: what it is about, and the words for it."""

    institution_id: UUID
    kind: NoticeKind
    subject_id: UUID
    due_on: date
    days: int
    area: str
    words: str

    @property
    def told_by(self) -> tuple[NoticeKind, UUID, date, int]:
        """By what it is known that it was told."""
        return self.kind, self.subject_id, self.due_on, self.days


def mail_institutions(database: Database) -> int:
    """Tell every institution what is due and was not told; return how many mails went out."""
    return sum(1 for _ in hand_over(database, "The mail to institution", _waiting, _claim))


def untold(session: Session) -> dict[UUID, list[Line]]:
    """Find what is due and was not told, by institution; only of those that have an address and were not told today."""
    found = [*_answers(session), *_promises(session)]
    subjects = {line.subject_id for line in found}
    rows = session.scalars(select(InstitutionNotice).where(col(InstitutionNotice.subject_id).in_(subjects))).all()
    told = {(row.kind, row.subject_id, row.due_on, row.days) for row in rows}
    today = {row.institution_id for row in rows if clock.day_of(row.created_at) == clock.today()}
    waiting: dict[UUID, list[Line]] = defaultdict(list)
    for line in sorted(found, key=lambda line: (line.due_on, line.kind, line.words)):
        if line.told_by not in told and line.institution_id not in today:
            waiting[line.institution_id].append(line)
    return waiting


def compose(settings: Settings, institution: Institution, lines: list[Line]) -> EmailMessage:
    """Return the mail, in plain text."""
    words = _words()
    places = {
        "organisation": settings.organisation,
        "institution": institution.name,
        "link": f"{str(settings.base_url).rstrip('/')}/portal",
    }
    told = "\n".join(
        # What people wrote is put in as it is: it is no pattern with places.
        f"- {words['kinds'][line.kind.value].format(day=_in_dutch(line.due_on), area=line.area, words=line.words)}"
        for line in lines
    )
    parts = [words["greeting"], words["intro"].format(**places), told]
    parts += [words[name].format(**places) for name in ("look", "how", "closing")]
    subject = " ".join(words["subject"].format(**places).split())
    message = addressed(settings, institution.email or "", subject, "nl")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(parts) + "\n")
    return message


def _waiting(session: Session) -> list[UUID]:
    return list(untold(session))


def _claim(database: Database, institution_id: UUID) -> EmailMessage | None:
    """Write down what is told now, and compose the mail; None when another worker was first."""
    try:
        with database.writing() as session:
            lines = untold(session).get(institution_id)
            if not lines:
                return None
            session.add_all(
                InstitutionNotice(
                    institution_id=institution_id,
                    kind=line.kind,
                    subject_id=line.subject_id,
                    due_on=line.due_on,
                    days=line.days,
                )
                for line in lines
            )
            session.flush()
            institution = session.get_one(Institution, institution_id)
            note(session, None, "institution_notice.sent", institution, lines=len(lines))
            return compose(database.settings, institution, lines)
    except IntegrityError:
        return None
    except ValueError as error:
        log.warning("The mail to institution %s cannot be addressed: %s.", institution_id, type(error).__name__)
        return None


def _answers(session: Session) -> list[Line]:
    """Find answers that are due soon, or that were due lately."""
    today = clock.today()
    query = _with_address(Ask).where(
        col(Ask.state).in_(WAITING),
        col(Ask.last_event_on) < today,
        col(Ask.reply_by).between(today - LOOKS_BACK, today + timedelta(days=ANSWER_STEPS[0])),
    )
    lines = []
    for ask, area in session.execute(query):
        left = (ask.reply_by - today).days
        kind, step = (NoticeKind.ANSWER_DUE, _step(left, ANSWER_STEPS)) if left >= 0 else (NoticeKind.ANSWER_OVERDUE, 0)
        lines.append(Line(ask.institution_id, kind, ask.id, ask.reply_by, step, area, _short(ask.text)))
    return lines


def _promises(session: Session) -> list[Line]:
    """Find commitments that are due soon, and those that residents judge since they were reported."""
    today = clock.today()
    soon = and_(
        col(Commitment.state).in_(OPEN_STATES),
        col(Commitment.due_on).between(today, today + timedelta(days=COMMITMENT_STEPS[0])),
    )
    judging = and_(col(Commitment.state) == CommitmentState.CLAIMED, col(Commitment.window_until) >= today)
    lines = []
    for one, area in session.execute(_with_address(Commitment).where(or_(soon, judging))):
        claimed = one.state is CommitmentState.CLAIMED
        due_on = one.window_until if claimed else one.due_on
        kind = NoticeKind.JUDGING if claimed else NoticeKind.COMMITMENT_DUE
        step = 0 if claimed else _step((one.due_on - today).days, COMMITMENT_STEPS)
        lines.append(Line(one.institution_id, kind, one.id, due_on, step, area, _short(one.promise)))
    return lines


def _with_address(kind: Any) -> Select[Any]:
    found: Select[Any] = select(kind, col(Area.name))
    return (
        found.join(Area, col(Area.id) == kind.area_id)
        .join(Institution, col(Institution.id) == kind.institution_id)
        .where(col(Institution.email).is_not(None))
    )


def _step(left: int, steps: tuple[int, ...]) -> int:
    return min(step for step in steps if left <= step)


def _short(text: str) -> str:
    """Return the beginning of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[:SHOWN].rsplit(" ", 1)[0] + " …"


def _in_dutch(day: date) -> str:
    return f"{day.day} {_words()['months']['names'][day.month - 1]} {day.year}"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
