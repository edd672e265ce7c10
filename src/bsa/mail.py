"""Mailing what waits: the job of the worker process. Nothing is mailed from inside a request.

Whatever is mailed is claimed before it is handed over. A letter is marked after: whatever goes wrong in between, it is
tried at most eight times, and a letter that came twice carries the same message id.
"""

import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa import clock
from bsa.asks.models import Ask, Letter
from bsa.asks.queries import letter_out
from bsa.asks.shapes import LetterOut
from bsa.asks.standing import WAITING
from bsa.database import Database
from bsa.events import note
from bsa.settings import Settings

MOST_ATTEMPTS = 8
TIMEOUT_SECONDS = 20

log = logging.getLogger(__name__)


class NoPostOffice(Exception):
    """The mail server is not reached, not trusted, or does not let us in; no letter is to blame."""


def mail_waiting_letters(database: Database) -> int:
    """Mail the letters that were not mailed yet, and return how many went out; without a mail server, none."""
    mailed = 0
    for letter_id in hand_over(database, "Letter", _waiting, _claim):
        with database.writing() as session:
            letter = session.get_one(Letter, letter_id)
            letter.mailed_at = clock.now()
            note(session, None, "letter.mailed", letter, ask_id=letter.ask_id)
        mailed += 1
    return mailed


def hand_over(
    database: Database,
    kind: str,
    waiting: Callable[[Session], Sequence[UUID]],
    claim: Callable[[Database, UUID], EmailMessage | None],
) -> Iterator[UUID]:
    """Mail one by one what waits, and give the key of each as soon as it went out; without a mail server, none.

    `claim` makes it ours in a transaction of its own and composes it; None when another worker was first, or when there
    is nothing to send. `kind` is what the log calls it.
    """
    if database.settings.smtp_url is None:
        return
    with database.reading() as session:
        keys = waiting(session)
    for key in keys:
        try:
            went_out = _send(database, kind, key, claim)
        except NoPostOffice as error:
            log.warning("The mail server cannot be used (%s); what waits is sent in the next round.", error)
            return
        if went_out:
            yield key


def addressed(settings: Settings, to: str, subject: str, language: str) -> EmailMessage:
    """Return an e-mail from the organisation, still empty; a ValueError when the address is none."""
    message = EmailMessage()
    message["From"] = Address(settings.organisation, addr_spec=str(settings.mail_from))
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    message["Content-Language"] = language
    return message


def compose(letter: LetterOut, settings: Settings) -> EmailMessage:
    """Return the e-mail in which a letter goes out."""
    message = addressed(settings, letter.to or "", letter.subject, "nl")
    message["Message-ID"] = f"<letter-{letter.id}@{str(settings.mail_from).rpartition('@')[2]}>"
    message.set_content(letter.body)
    return message


def _waiting(session: Session) -> list[UUID]:
    """Find the letters to mail, the oldest first: of an ask that still waits for an answer, only its last letter."""
    later = aliased(Letter)
    superseded = exists().where(col(later.ask_id) == Letter.ask_id, col(later.created_at) > Letter.created_at)
    found = session.scalars(
        select(col(Letter.id))
        .join(Ask, col(Ask.id) == Letter.ask_id)
        .where(
            col(Letter.mailed_at).is_(None),
            col(Letter.to_address).is_not(None),
            col(Letter.attempts) < MOST_ATTEMPTS,
            col(Ask.state).in_(WAITING),
            ~superseded,
        )
        .order_by(col(Letter.created_at))
    )
    return list(found)


def _send(database: Database, kind: str, key: UUID, claim: Callable[[Database, UUID], EmailMessage | None]) -> bool:
    # Connected before it is claimed: while the server is away, no attempt and no week is lost.
    server = _post_office(database.settings)
    try:
        message = claim(database, key)
        if message is None:
            return False
        server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        # The words of the error may hold an address; its name says enough.
        log.warning("%s %s was not sent: %s.", kind, key, type(error).__name__)
        return False
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    return True


def _claim(database: Database, letter_id: UUID) -> EmailMessage | None:
    """Count an attempt and compose the e-mail; None when another worker was first, or the letter cannot be written."""
    with database.writing() as session:
        letter = session.get_one(Letter, letter_id)
        taken = session.scalar(
            update(Letter)
            .where(
                col(Letter.id) == letter_id,
                col(Letter.attempts) == letter.attempts,
                col(Letter.attempts) < MOST_ATTEMPTS,
                col(Letter.mailed_at).is_(None),
            )
            .values(attempts=letter.attempts + 1)
            .returning(col(Letter.id))
        )
        if taken is None:
            return None
        try:
            return compose(letter_out(session, letter), database.settings)
        except ValueError as error:
            log.warning("Letter %s cannot be addressed: %s.", letter_id, type(error).__name__)
            return None


def _post_office(settings: Settings) -> smtplib.SMTP:
    """Connect to the mail server: always over TLS, but for a server on this machine itself."""
    if settings.smtp_url is None:
        raise NoPostOffice("none is set")
    url = urlsplit(settings.smtp_url.get_secret_value())
    host, trusted = url.hostname or "", ssl.create_default_context()
    try:
        if url.scheme == "smtps":
            return _signed_in(smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT_SECONDS, context=trusted), url)
        server = smtplib.SMTP(host, url.port or 587, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trusted)
        elif not _is_this_machine(host):
            server.close()
            raise NoPostOffice("it offers no TLS")
        return _signed_in(server, url)
    except (smtplib.SMTPException, OSError) as error:
        raise NoPostOffice(type(error).__name__) from error


def _signed_in(server: smtplib.SMTP, url: SplitResult) -> smtplib.SMTP:
    if url.username:
        try:
            server.login(unquote(url.username), unquote(url.password or ""))
        except smtplib.SMTPException:
            server.close()
            raise
    return server


def _is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
