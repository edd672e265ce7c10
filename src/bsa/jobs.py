"""The work that nobody asks for: mailing letters and the weekly mail, destroying keys, forgetting sign-ins that ended.

One table says what is done and when. The worker process does it through its queue; the demo, which is one process,
through a thread. Every job can be done twice or left out once without harm, so several workers need not agree.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from bsa import clock
from bsa.clients.jobs import fetch_keys, keep_keys
from bsa.database import Database
from bsa.invitations.mails import mail_invitations
from bsa.lifecycle.jobs import destroy_doomed_keys, sweep_orphans
from bsa.mail import mail_waiting_letters
from bsa.people.actions import forget_ended
from bsa.portal.mails import mail_institutions
from bsa.referrals.assigning import free_left
from bsa.referrals.jobs import see_opened, wipe_old
from bsa.reminders.weekly import mail_weekly
from bsa.sendings import forget_old
from bsa.slips.actions import count_passed
from bsa.subscriptions.actions import forget_messages
from bsa.subscriptions.delivering import send_waiting
from bsa.subscriptions.spreading import spread
from bsa.suggestions.finding import find_after_new_needs, find_everywhere
from bsa.traces import traced
from bsa.voices.actions import forget_hours

log = logging.getLogger(__name__)


def _each_minute(minute: datetime) -> bool:
    return True


def _now_and_then(minute: datetime) -> bool:
    return minute.minute % 5 == 0


def _at_night(minute: datetime) -> bool:
    return (minute.hour, minute.minute) == (1, 27)


def _on_monday_morning(minute: datetime) -> bool:
    """From half past seven in the Netherlands; until noon for a worker or a mail server that came up late."""
    here = minute.astimezone(clock.HERE)
    return here.weekday() == 0 and (7, 30) <= (here.hour, here.minute) < (12, 0) and here.minute % 10 == 0


def _in_the_morning(minute: datetime) -> bool:
    """On working days from half past seven in the Netherlands, until noon for a worker that came up late."""
    here = minute.astimezone(clock.HERE)
    return here.weekday() < 5 and (7, 30) <= (here.hour, here.minute) < (12, 0) and here.minute % 10 == 0


def _forget_ended(database: Database) -> None:
    with database.writing() as session:
        forget_ended(session)
        forget_old(session)


def _send_messages(database: Database) -> None:
    """Pick up what the pulse of the worker left lying, or all where there is no pulse."""
    spread(database)
    send_waiting(database)


def _forget_messages(database: Database) -> None:
    with database.writing() as session:
        forget_messages(session)


def _forget_hours(database: Database) -> None:
    with database.writing() as session:
        forget_hours(session)


@dataclass(frozen=True)
class Job:
    """One thing to do again and again; `when` tells for a minute (UTC) whether it is due."""

    name: str
    when: Callable[[datetime], bool]
    do: Callable[[Database], object]


JOBS = (
    Job("mail_waiting_letters", _each_minute, mail_waiting_letters),
    Job("mail_invitations", _each_minute, mail_invitations),
    Job("mail_weekly", _on_monday_morning, mail_weekly),
    Job("mail_institutions", _in_the_morning, mail_institutions),
    Job("send_messages", _each_minute, _send_messages),
    Job("forget_messages", _at_night, _forget_messages),
    Job("destroy_doomed_keys", _now_and_then, destroy_doomed_keys),
    Job("count_slips", _now_and_then, count_passed),
    Job("forget_hours", _now_and_then, _forget_hours),
    Job("sweep_orphans", _at_night, sweep_orphans),
    Job("see_opened", _each_minute, see_opened),
    Job("free_left_referrals", _now_and_then, free_left),
    Job("wipe_old_referrals", _at_night, wipe_old),
    Job("suggest_after_new_needs", _each_minute, find_after_new_needs),
    Job("suggest_everywhere", _at_night, find_everywhere),
    Job("forget_ended", _at_night, _forget_ended),
    Job("fetch_client_keys", _each_minute, fetch_keys),
    Job("keep_signing_key", _at_night, keep_keys),
)


class Rounds(Thread):
    """Does the due jobs each minute in this process, until it is stopped: for the demo, which has no worker."""

    def __init__(self, database: Database) -> None:
        super().__init__(name="rounds", daemon=True)
        self._database = database
        self._stopped = Event()

    def run(self) -> None:
        """Go round until stopped."""
        while not self._stopped.wait(_until_next_minute(datetime.now(UTC))):
            do_due_jobs(self._database, datetime.now(UTC))

    def stop(self) -> None:
        """Stop, and wait until the round that is going on is over."""
        self._stopped.set()
        self.join()


def do_due_jobs(database: Database, minute: datetime) -> None:
    """Do every job that is due in this minute; one that fails is named in the log and keeps no other from its turn."""
    for job in JOBS:
        if job.when(minute):
            try:
                with traced():
                    job.do(database)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
                # The words of the error may hold an address or a name.
                log.error("The job %s failed: %s.", job.name, type(error).__name__)


def _until_next_minute(moment: datetime) -> float:
    following = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return (following - moment).total_seconds()
