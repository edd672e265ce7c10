"""Invitations: to the general address of an institution, with the meeting for its calendar, and nobody named."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select

from bsa import clock
from bsa.database import Database
from bsa.forums.actions import add_member
from bsa.forums.shapes import ForumMemberIn
from bsa.institutions.models import Institution
from bsa.invitations.mails import mail_invitations
from bsa.meetings.actions import add_agenda_item, cancel_meeting, invite
from bsa.meetings.models import Attendance, Meeting
from bsa.meetings.shapes import AgendaItemIn
from bsa.settings import Settings

from tests.cast import NOW, Cast
from tests.line import walk_the_line
from tests.post_office import PostOffice, open_post_office
from tests.table import a_forum, a_meeting


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def mailing(settings: Settings, post_office: PostOffice) -> Iterator[Database]:
    more = {"smtp_url": SecretStr(post_office.url), "mail_from": "buurtteam@bsa.example", "organisation": "Buurtteam"}
    database = Database(settings.model_copy(update=more))
    with clock.standing_at(NOW):
        yield database
    database.close()


def test_an_invitation_goes_to_the_general_address_once_and_names_nobody(
    mailing: Database, cast: Cast, post_office: PostOffice
) -> None:
    with mailing.writing() as session:
        session.get_one(Institution, cast.rival_id).email = "post@veenrand.example"
        line = walk_the_line(session, cast)
        forum = a_forum(session, cast)
        add_member(session, cast.activator, forum.id, ForumMemberIn(institution_id=cast.rival_id))
        meeting = a_meeting(session, cast, forum.id)
        for told in (AgendaItemIn(ask_id=line.ask_id), AgendaItemIn(title="Rondvraag {met} haken")):
            add_agenda_item(session, cast.activator, meeting.id, told)
        assert mail_waits(mailing) == 0
        invite(session, cast.activator, meeting.id, meeting.version)

    assert mail_invitations(mailing) == 2
    assert mail_invitations(mailing) == 0

    letters = {str(letter["To"]): letter for letter in post_office.letters}
    assert set(letters) == {"post@veenhoek.example", "post@veenrand.example"}
    body = letters["post@veenhoek.example"].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Wijkoverleg" in str(letters["post@veenhoek.example"]["Subject"])
    assert "dinsdag 31 maart" in body
    assert "Vraag aan u: Herstel de kozijnen" in body
    assert "Rondvraag {met} haken" in body
    other = letters["post@veenrand.example"].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Een vraag aan De Veenhoek" in other
    assert "kozijnen" not in other
    for letter in letters.values():
        assert "van de Cast" not in letter.as_string()
        assert [part.get_filename() for part in letter.iter_attachments()] == ["uitnodiging.ics"]


def test_nobody_is_invited_to_what_was_cancelled_or_is_over(
    mailing: Database, cast: Cast, post_office: PostOffice
) -> None:
    with mailing.writing() as session:
        forum = a_forum(session, cast)
        gone, over = (a_meeting(session, cast, forum.id) for _ in range(2))
        for meeting in (gone, over):
            invite(session, cast.activator, meeting.id, meeting.version)
        cancel_meeting(session, cast.activator, gone.id, gone.version)
    with clock.standing_at(NOW + timedelta(days=8)):
        assert mail_invitations(mailing) == 0


def test_sent_again_everybody_is_told_again(mailing: Database, cast: Cast, post_office: PostOffice) -> None:
    with mailing.writing() as session:
        meeting = a_meeting(session, cast, a_forum(session, cast).id)
        invite(session, cast.activator, meeting.id, meeting.version)
        key = meeting.id
    assert mail_invitations(mailing) == 1
    with mailing.writing() as session:
        invite(session, cast.activator, key, session.get_one(Meeting, key).version)
    assert mail_invitations(mailing) == 1
    assert len(post_office.letters) == 2


def mail_waits(database: Database) -> int:
    """Return how many lines were mailed."""
    with database.reading() as session:
        return sum(line.mailed_at is not None for line in session.scalars(select(Attendance)))
