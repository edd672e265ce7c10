"""Deeds about reminders: not now, and the weekly mail."""

from datetime import timedelta

from sqlmodel import Session

from bsa import clock
from bsa.errors import NotFound
from bsa.events import note
from bsa.permissions import Actor, Permission, require
from bsa.reminders.models import ReminderHush, ReminderKind, WeeklyMail
from bsa.reminders.queries import hush_of, weekly_mail_of
from bsa.reminders.shapes import WeeklyMailIn


def hush(session: Session, actor: Actor, kind: ReminderKind) -> ReminderHush:
    """Say nothing of a kind of thing to the actor for some days; then it is told again by itself."""
    require(actor, Permission.SEE_REMINDERS)
    said = hush_of(session, actor.id, kind) or ReminderHush(account_id=actor.id, kind=kind, until_on=clock.today())
    said.until_on = clock.today() + timedelta(days=session.info["settings"].hush_days)
    session.add(said)
    note(session, actor, "reminder_hush.set", said, reminder=kind, until_on=said.until_on)
    session.flush()
    return said


def lift_hush(session: Session, actor: Actor, kind: ReminderKind) -> None:
    """Tell the actor of this kind of thing again."""
    require(actor, Permission.SEE_REMINDERS)
    said = hush_of(session, actor.id, kind)
    if said is None:
        raise NotFound
    note(session, actor, "reminder_hush.lifted", said, reminder=kind)
    session.delete(said)
    session.flush()


def want_weekly_mail(session: Session, actor: Actor, wanted: WeeklyMailIn) -> WeeklyMail:
    """Have the weekly mail from now on, or have it elsewhere."""
    require(actor, Permission.SEE_REMINDERS)
    mail = weekly_mail_of(session, actor.id) or WeeklyMail(account_id=actor.id, address=wanted.address)
    mail.address = wanted.address
    session.add(mail)
    note(session, actor, "weekly_mail.wanted", mail)
    session.flush()
    return mail


def end_weekly_mail(session: Session, actor: Actor) -> None:
    """Have no weekly mail any more; the address is forgotten."""
    require(actor, Permission.SEE_REMINDERS)
    mail = weekly_mail_of(session, actor.id)
    if mail is None:
        raise NotFound
    note(session, actor, "weekly_mail.ended", mail)
    session.delete(mail)
    session.flush()
