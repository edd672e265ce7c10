"""Letters: each ask that is put tells the institution, by mail when it can, on paper always."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlmodel import Session, col, select

from bsa import clock
from bsa.asks.actions import ask_again, escalate, put_ask, record_answer
from bsa.asks.models import AnswerKind, Ask, Letter, Side
from bsa.asks.queries import show_ask, show_letter
from bsa.database import Database
from bsa.errors import NotAllowed, NotFound
from bsa.events import Event
from bsa.institutions.actions import change_institution
from bsa.institutions.queries import find_institution
from bsa.institutions.shapes import InstitutionChange
from bsa.mail import MOST_ATTEMPTS, mail_waiting_letters
from bsa.settings import Settings

from tests.bsa.test_asks import a_contact, a_draft, an_ask, answer, answered, higher_up, in_days, put
from tests.cast import Cast
from tests.post_office import PostOffice, open_post_office


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def mailing(settings: Settings, cast: Cast, post_office: PostOffice) -> Iterator[Database]:
    more = {"smtp_url": SecretStr(post_office.url), "mail_from": "buurtteam@bsa.example", "organisation": "Buurtteam"}
    database = Database(settings.model_copy(update=more))
    yield database
    database.close()


def put_to_carla(session: Session, cast: Cast) -> Ask:
    ask = a_draft(session, cast)
    told = put(contact_id=a_contact(session, cast).id)
    return put_ask(session, cast.activator, ask.id, ask.version, told)


def test_a_letter_goes_with_every_time_it_is_asked_and_with_nothing_else(session: Session, cast: Cast) -> None:
    ask = answered(session, cast, AnswerKind.EVASIVE)
    ask_again(session, cast.activator, ask.id, ask.version, put())
    record_answer(session, cast.activator, ask.id, ask.version, answer(AnswerKind.NO))
    escalate(session, cast.activator, ask.id, ask.version, higher_up())

    letters = show_ask(session, cast.activator, ask.id).letters

    assert [(one.event_number, one.kind.value) for one in letters] == [
        (2, "asked"),
        (4, "asked_again"),
        (6, "escalated"),
    ]
    assert "see_letters" in show_ask(session, cast.activator, ask.id).allowed_actions


def test_a_letter_greets_the_person_and_tells_what_where_and_by_when(session: Session, cast: Cast) -> None:
    ask = put_to_carla(session, cast)
    (listed,) = show_ask(session, cast.activator, ask.id).letters

    letter = show_letter(session, cast.activator, ask.id, listed.id)

    assert (letter.to, letter.salutation) == ("carla@veenhoek.example", "Geachte Carla Nijenhuis,")
    assert letter.subject == "Vraag aan De Veenhoek over Molenbuurt Warm"
    for words in (
        "Bewoners van Oude Molenbuurt",
        ask.text,
        "uiterlijk 7 april 2026",
        f"/asks/{ask.id}",
        "24 maart 2026",
    ):
        assert words in letter.body
    assert not any(place in letter.body for place in ("{", "}", "None"))


def test_without_a_person_it_goes_to_the_general_address(session: Session, cast: Cast) -> None:
    ask = an_ask(session, cast)
    letter_id = show_ask(session, cast.activator, ask.id).letters[0].id

    letter = show_letter(session, cast.activator, ask.id, letter_id)

    assert (letter.to, letter.salutation) == ("post@veenhoek.example", "Geachte heer of mevrouw,")


def test_the_team_speaks_for_itself_when_it_asks(session: Session, cast: Cast) -> None:
    ask = a_draft(session, cast, voiced_by=Side.TEAM)
    put_ask(session, cast.activator, ask.id, ask.version, put())

    letter_id = show_ask(session, cast.activator, ask.id).letters[0].id

    assert "Wij hebben een vraag" in show_letter(session, cast.activator, ask.id, letter_id).body


def test_an_escalation_tells_why(session: Session, cast: Cast) -> None:
    ask = answered(session, cast, AnswerKind.NO)
    escalate(session, cast.activator, ask.id, ask.version, higher_up(reason="{accolades} en al"))

    letter_id = show_ask(session, cast.activator, ask.id).letters[-1].id

    assert "{accolades} en al" in show_letter(session, cast.activator, ask.id, letter_id).body


def test_letters_are_the_teams(session: Session, cast: Cast) -> None:
    ask, other = an_ask(session, cast), an_ask(session, cast)
    letter_id = show_ask(session, cast.activator, ask.id).letters[0].id

    with pytest.raises(NotAllowed):
        show_letter(session, cast.corporation, ask.id, letter_id)
    for name in ("rival", "stranger", "policy"):
        with pytest.raises(NotFound):
            show_letter(session, cast.actors[name], ask.id, letter_id)
    with pytest.raises(NotFound):
        show_letter(session, cast.activator, other.id, letter_id)


def test_whom_a_letter_is_for_is_sealed(session: Session, cast: Cast) -> None:
    put_to_carla(session, cast)

    cells = session.connection().exec_driver_sql("SELECT to_address, salutation_name FROM letter").one()

    assert not any(b"arla" in bytes(cell) for cell in cells)


def test_waiting_letters_are_mailed_once(mailing: Database, cast: Cast, post_office: PostOffice) -> None:
    with mailing.writing() as session:
        ask = put_to_carla(session, cast)

    assert mail_waiting_letters(mailing) == 1
    assert mail_waiting_letters(mailing) == 0

    (message,) = post_office.letters
    assert message["To"] == "carla@veenhoek.example"
    assert message["From"] == "Buurtteam <buurtteam@bsa.example>"
    assert message["Subject"] == "Vraag aan De Veenhoek over Molenbuurt Warm"
    assert ask.text in message.get_content()
    with mailing.reading() as session:
        letter = session.scalars(select(Letter)).one()
        assert (letter.attempts, letter.mailed_at is not None) == (1, True)
        assert session.scalars(select(Event).where(col(Event.kind) == "letter.mailed")).one().facts == {
            "ask_id": str(ask.id)
        }


def test_a_letter_that_cannot_be_delivered_does_not_stop_the_others_and_is_given_up(
    mailing: Database, cast: Cast, post_office: PostOffice
) -> None:
    post_office.unknown.add("carla@veenhoek.example")
    with mailing.writing() as session:
        put_to_carla(session, cast)
        an_ask(session, cast)

    assert mail_waiting_letters(mailing) == 1
    for _ in range(MOST_ATTEMPTS + 2):
        mail_waiting_letters(mailing)

    assert [message["To"] for message in post_office.letters] == ["post@veenhoek.example"]
    with mailing.reading() as session:
        assert sorted(letter.attempts for letter in session.scalars(select(Letter))) == [1, MOST_ATTEMPTS]


def test_an_address_that_is_none_does_not_stop_the_others(
    mailing: Database, cast: Cast, post_office: PostOffice
) -> None:
    with mailing.writing() as session:
        put_to_carla(session, cast)
        an_ask(session, cast)
        first = session.scalars(select(Letter).order_by(col(Letter.created_at))).first()
        assert first is not None
        first.to_address = "geen adres"

    assert mail_waiting_letters(mailing) == 1
    assert [message["To"] for message in post_office.letters] == ["post@veenhoek.example"]


def test_what_no_longer_waits_for_an_answer_is_not_mailed(
    mailing: Database, cast: Cast, post_office: PostOffice
) -> None:
    with mailing.writing() as session:
        answered(session, cast, AnswerKind.YES)
        again = answered(session, cast, AnswerKind.NO)
        ask_again(session, cast.activator, again.id, again.version, put())

    assert mail_waiting_letters(mailing) == 1

    assert "opnieuw" in post_office.letters[0].get_content()


def test_without_an_address_the_letter_is_there_to_print(mailing: Database, cast: Cast) -> None:
    with mailing.writing() as session:
        corporation = find_institution(session, cast.activator, cast.corporation_id)
        change_institution(session, cast.activator, corporation.id, corporation.version, InstitutionChange(email=None))
        ask = an_ask(session, cast)
        (letter,) = show_ask(session, cast.activator, ask.id).letters

    assert mail_waiting_letters(mailing) == 0
    assert (letter.can_be_mailed, letter.written_on) == (False, clock.today())


def test_a_mail_server_that_is_away_costs_no_letter_an_attempt(settings: Settings, cast: Cast) -> None:
    with open_post_office() as office:
        closed = office.url
    more = {"smtp_url": SecretStr(closed), "mail_from": "buurtteam@bsa.example"}
    database = Database(settings.model_copy(update=more))
    with database.writing() as session:
        an_ask(session, cast)

    assert mail_waiting_letters(database) == 0

    with database.reading() as session:
        assert session.scalars(select(Letter)).one().attempts == 0
    database.close()


def test_without_a_mail_server_nothing_is_mailed(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        an_ask(session, cast, days=(in_days(3) - clock.today()).days)

    assert mail_waiting_letters(database) == 0
