"""The weekly mail, for who asked for it: how many of each kind wait, and where to look. Nothing about anybody.

It is claimed for the week before it is handed over: with two workers, and when one is killed in between, it comes once
or not at all, and never twice.
"""

import logging
import tomllib
from collections import Counter
from datetime import date, timedelta
from email.message import EmailMessage
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlmodel import Session, col

from bsa import clock
from bsa.database import Database
from bsa.events import note
from bsa.mail import addressed, hand_over
from bsa.people.models import Account, Language
from bsa.people.queries import actor_of
from bsa.permissions import Permission, Purpose, allows
from bsa.reminders.models import ReminderKind, WeeklyMail
from bsa.reminders.queries import reminders
from bsa.reminders.shapes import ReminderQuery
from bsa.sealing import open_rows
from bsa.settings import Settings

WORDS = Path(__file__).with_name("weekly.toml")

log = logging.getLogger(__name__)


def mail_weekly(database: Database) -> int:
    """Send the mail of this week to everybody who wants it and did not get it yet; return how many went out."""
    return sum(1 for _ in hand_over(database, "Weekly mail", _waiting, _claim))


def compose(settings: Settings, address: str, language: Language, counts: dict[ReminderKind, int]) -> EmailMessage:
    """Return the weekly mail: the same in plain text and in HTML."""
    words = _words()[language.value]
    base = str(settings.base_url).rstrip("/")
    own_page = f"{base}/reminders/mail"
    message = addressed(settings, address, words["subject"], language.value)
    message["List-Unsubscribe"] = f"<{own_page}>"
    message["Auto-Submitted"] = "auto-generated"
    closing = words["closing"].format(organisation=settings.organisation)
    lines = [(words["kinds"][kind.value], counts[kind], f"{base}/reminders#{kind.value}") for kind in counts]
    message.set_content(_plain(words, lines, f"{base}/reminders", closing, own_page))
    message.add_alternative(_html(words, lines, f"{base}/reminders", closing, own_page, language.value), subtype="html")
    return message


def _plain(words: dict[str, Any], lines: list[tuple[str, int, str]], page: str, closing: str, own_page: str) -> str:
    told = "\n".join(f"- {label}: {count}\n  {link}" for label, count, link in lines)
    parts = (
        words["greeting"],
        words["intro"],
        told,
        f"{words['look']}: {page}",
        words["calm"],
        closing,
        f"{words['why']} {own_page}",
    )
    return "\n\n".join(parts) + "\n"


def _html(
    words: dict[str, Any],
    lines: list[tuple[str, int, str]],
    page: str,
    closing: str,
    own_page: str,
    language: str,
) -> str:
    told = "".join(f"<li>{_link(link, label)}: <strong>{count}</strong></li>" for label, count, link in lines)
    signed = escape(closing).replace("\n", "<br>")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(words['subject'])}</title></head><body>"
        f"<p>{escape(words['greeting'])}</p><p>{escape(words['intro'])}</p><ul>{told}</ul>"
        f"<p>{_link(page, words['look'])}</p><p>{escape(words['calm'])}</p><p>{signed}</p>"
        f"<p>{escape(words['why'])} {_link(own_page, own_page)}</p></body></html>\n"
    )


def _link(address: str, label: str) -> str:
    return f'<a href="{escape(address)}">{escape(label)}</a>'


def _waiting(session: Session) -> list[UUID]:
    return list(session.scalars(select(col(WeeklyMail.id)).where(_not_this_week()).order_by(col(WeeklyMail.id))))


def _claim(database: Database, mail_id: UUID) -> EmailMessage | None:
    """Take the mail of this week and compose it; None when it was taken, or when there is nothing to tell."""
    with database.writing() as session:
        taken = session.scalar(
            update(WeeklyMail)
            .where(col(WeeklyMail.id) == mail_id, _not_this_week())
            .values(last_sent_on=clock.today())
            .returning(col(WeeklyMail.id))
        )
        return _composed(session, database.settings, mail_id) if taken else None


def _composed(session: Session, settings: Settings, mail_id: UUID) -> EmailMessage | None:
    mail = session.get_one(WeeklyMail, mail_id)
    actor = actor_of(session, mail.account_id, Purpose.OWN_NEIGHBOURHOOD)
    if actor is None or not allows(actor, Permission.SEE_REMINDERS):
        return None
    counts: Counter[ReminderKind] = Counter()
    for line in reminders(session, actor, ReminderQuery()).items:
        counts[line.kind] += line.count
    if not counts:
        return None
    open_rows(session, [mail])
    note(session, None, "weekly_mail.sent", mail)
    try:
        language = session.get_one(Account, mail.account_id).language
        return compose(settings, mail.address, language, dict(counts))
    except ValueError as error:
        log.warning("Weekly mail %s cannot be addressed: %s.", mail_id, type(error).__name__)
        return None


def _not_this_week() -> ColumnElement[bool]:
    return or_(col(WeeklyMail.last_sent_on).is_(None), col(WeeklyMail.last_sent_on) < _monday(clock.today()))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
