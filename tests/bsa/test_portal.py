"""The portal of an institution: what waits for it, and the mail that says so once."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlmodel import Session, col, select

from bsa import clock
from bsa.asks.actions import draft_ask, put_ask
from bsa.asks.models import Ask
from bsa.asks.shapes import AskIn, PutIn
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.queries import show_commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.database import Database
from bsa.errors import NotAllowed
from bsa.events import Event
from bsa.institutions.models import Institution
from bsa.permissions import Actor
from bsa.portal.mails import mail_institutions, untold
from bsa.portal.models import InstitutionNotice, NoticeKind
from bsa.portal.queries import show_portal
from bsa.settings import Settings

from tests.cast import NOW, Cast
from tests.line import Line, a_commitment, walk_the_line
from tests.post_office import PostOffice, open_post_office

TODAY = NOW.date()


def on(day: date) -> Any:
    return clock.standing_at(NOW + (day - TODAY))


def in_days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def line(session: Session, cast: Cast) -> Line:
    return walk_the_line(session, cast)


def put(session: Session, cast: Cast, line: Line, reply_by: date, text: str = "Plaats verlichting") -> UUID:
    told = AskIn(initiative_id=line.initiative_id, institution_id=cast.corporation_id, text=text)
    ask = draft_ask(session, cast.activator, told)
    how = {"happened_on": clock.today(), "reply_by": reply_by, "source": "mail", "mandate": "operational"}
    return put_ask(session, cast.activator, ask.id, ask.version, PutIn.model_validate(how)).id


def enter(session: Session, actor: Actor, commitment_id: UUID, kind: str, **more: Any) -> None:
    commitment = session.get_one(Commitment, commitment_id)
    told = CommitmentEventIn.model_validate({"kind": kind, "happened_on": clock.today(), **more})
    enter_event(session, actor, commitment.id, commitment.version, told)


# --- what waits -------------------------------------------------------------------------------------------------------


def test_an_institution_finds_what_waits_where_it_belongs(session: Session, cast: Cast, line: Line) -> None:
    asked = put(session, cast, line, in_days(9))
    soon, reported = (a_commitment(session, cast, line.ask_id, in_days(days)).id for days in (9, 20))
    for commitment_id in (soon, reported):
        enter(session, cast.corporation, commitment_id, "confirmed")
    enter(session, cast.corporation, reported, "claimed")

    portal = show_portal(session, cast.corporation)

    assert portal.institution_name == "De Veenhoek"
    assert [ask.id for ask in portal.to_answer] == [asked]
    assert [one.id for one in portal.to_confirm] == [line.commitment_id]
    assert [(one.id, one.days_left) for one in portal.coming] == [(soon, 9)]
    assert [(one.id, one.judged_until) for one in portal.judging] == [(reported, in_days(14))]
    assert (portal.late, portal.judged, portal.further) == ([], [], 0)


def test_what_is_late_and_what_was_judged_stand_apart(session: Session, cast: Cast, line: Line) -> None:
    enter(session, cast.corporation, line.commitment_id, "confirmed")
    with on(in_days(31)):
        portal = show_portal(session, cast.corporation)
        assert [(one.id, one.days_left, one.judged_until) for one in portal.late] == [
            (line.commitment_id, -1, in_days(44))
        ]
    with on(in_days(60)):
        portal = show_portal(session, cast.corporation)
        # Nobody judged the silence: it stays late until it is reported.
        assert [one.id for one in portal.judged] == [line.commitment_id]


def test_an_institution_finds_nothing_of_another(session: Session, cast: Cast, line: Line) -> None:
    put(session, cast, line, in_days(9))
    portal = show_portal(session, cast.rival)

    assert (portal.institution_name, portal.to_answer, portal.to_confirm) == ("GGZ Veenrand", [], [])


def test_the_portal_is_for_institutions(session: Session, cast: Cast) -> None:
    for actor in (cast.activator, cast.teamleader, cast.policy, cast.privacy, cast.admin):
        with pytest.raises(NotAllowed):
            show_portal(session, actor)


# --- another day ------------------------------------------------------------------------------------------------------


def test_a_proposed_day_changes_nothing_until_residents_agree_and_is_one_move(
    session: Session, cast: Cast, line: Line
) -> None:
    first = show_commitment(session, cast.corporation, line.commitment_id).due_on
    told = {"words": "Asbest", "due_on": in_days(60)}
    enter(session, cast.corporation, line.commitment_id, "moved", residents_agreed=False, **told)

    proposed = show_commitment(session, cast.corporation, line.commitment_id)
    assert (proposed.due_on, proposed.proposed_due_on, proposed.moved_count) == (first, in_days(60), 1)

    with pytest.raises(NotAllowed):
        enter(session, cast.corporation, line.commitment_id, "moved", residents_agreed=True, **told)
    enter(session, cast.activator, line.commitment_id, "moved", residents_agreed=True, **told)

    agreed = show_commitment(session, cast.corporation, line.commitment_id)
    assert (agreed.due_on, agreed.proposed_due_on, agreed.moved_count) == (in_days(60), None, 1)
    assert agreed.first_due_on == first


def test_agreeing_to_another_day_than_was_proposed_is_another_move(session: Session, cast: Cast, line: Line) -> None:
    for actor, day, agreed in ((cast.corporation, 60, False), (cast.activator, 45, True)):
        told = {"words": "Asbest", "due_on": in_days(day), "residents_agreed": agreed}
        enter(session, actor, line.commitment_id, "moved", **told)

    moved = show_commitment(session, cast.corporation, line.commitment_id)
    assert (moved.due_on, moved.moved_count) == (in_days(45), 2)


# --- the mail ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


@pytest.fixture
def mailing(settings: Settings, cast: Cast, post_office: PostOffice, standing_clock: None) -> Iterator[Database]:
    more = {"smtp_url": SecretStr(post_office.url), "mail_from": "buurtteam@bsa.example", "organisation": "Buurtteam"}
    database = Database(settings.model_copy(update=more))
    yield database
    database.close()


def told_on(session: Session, day: date) -> list[tuple[str, int]]:
    with on(day):
        found = untold(session)
        for lines in found.values():
            session.add_all(
                InstitutionNotice(
                    institution_id=one.institution_id,
                    kind=one.kind,
                    subject_id=one.subject_id,
                    due_on=one.due_on,
                    days=one.days,
                )
                for one in lines
            )
        session.flush()
        return [(line.kind.value, line.days) for lines in found.values() for line in lines]


def test_a_promise_is_told_of_three_times_and_each_time_once(session: Session, cast: Cast, line: Line) -> None:
    found = {number: told_on(session, in_days(number)) for number in range(33)}

    assert {number: lines for number, lines in found.items() if lines} == {
        16: [("commitment_due", 14)],
        23: [("commitment_due", 7)],
        29: [("commitment_due", 1)],
    }


def test_a_worker_that_was_down_tells_what_is_nearest_and_no_more(session: Session, cast: Cast, line: Line) -> None:
    assert told_on(session, in_days(25)) == [("commitment_due", 7)]
    assert told_on(session, in_days(30)) == [("commitment_due", 1)]


def test_an_answer_is_told_of_before_and_once_after_its_day(session: Session, cast: Cast, line: Line) -> None:
    put(session, cast, line, in_days(10))

    found = {number: told_on(session, in_days(number)) for number in range(15)}

    assert {number: lines for number, lines in found.items() if lines} == {
        3: [("answer_due", 7)],
        9: [("answer_due", 1)],
        11: [("answer_overdue", 0)],
    }


def test_on_the_day_of_the_letter_nothing_else_comes(session: Session, cast: Cast, line: Line) -> None:
    put(session, cast, line, in_days(5))

    assert told_on(session, TODAY) == []
    assert told_on(session, in_days(1)) == [("answer_due", 7)]


def test_that_residents_judge_is_told_and_a_new_day_is_told_anew(session: Session, cast: Cast, line: Line) -> None:
    other = a_commitment(session, cast, line.ask_id, in_days(14)).id
    assert told_on(session, TODAY) == [("commitment_due", 14)]
    moved = {"words": "Asbest", "due_on": in_days(20), "residents_agreed": True}
    enter(session, cast.activator, other, "moved", **moved)
    with on(in_days(1)):
        enter(session, cast.corporation, line.commitment_id, "claimed")

    assert told_on(session, in_days(2)) == [("judging", 0)]
    assert told_on(session, in_days(6)) == [("commitment_due", 14)]


def test_an_institution_without_an_address_is_told_nothing(session: Session, cast: Cast, line: Line) -> None:
    session.get_one(Institution, cast.corporation_id).email = None
    session.flush()

    assert told_on(session, in_days(29)) == []


def test_one_mail_goes_to_the_general_address_and_names_nobody(
    mailing: Database, cast: Cast, post_office: PostOffice
) -> None:
    with mailing.writing() as session:
        line = walk_the_line(session, cast)
        put(session, cast, line, in_days(30), "Verlichting\nin het {achterpad} " + "en verder " * 30)
    with on(in_days(29)):
        assert [mail_institutions(mailing), mail_institutions(mailing)] == [1, 0]

    (letter,) = post_office.letters
    text = letter.get_content()
    assert letter["To"] == "post@veenhoek.example"
    assert letter["Subject"] == "Buurtteam: wat er bij u openstaat"
    assert "- Toegezegd voor 23 april 2026 (Oude Molenbuurt): Wij herstellen de kozijnen" in text
    assert "- Antwoord gevraagd vóór of op 23 april 2026 (Oude Molenbuurt): Verlichting in het {achterpad}" in text
    assert "/portal" in text
    assert max(len(line) for line in text.splitlines() if line.startswith("-")) < 260
    for name in ("Geert", "Ria", "van de Cast"):
        assert name not in letter.as_string()
    with mailing.reading() as session:
        kinds = set(session.scalars(select(InstitutionNotice.kind)))
        event = session.scalars(select(Event).where(col(Event.kind) == "institution_notice.sent")).one()
    assert kinds == {NoticeKind.ANSWER_DUE, NoticeKind.COMMITMENT_DUE}
    assert (event.actor_id, event.facts) == (None, {"lines": 2})


def test_what_comes_later_on_the_same_day_waits_for_the_next(
    mailing: Database, cast: Cast, post_office: PostOffice
) -> None:
    with mailing.writing() as session:
        line = walk_the_line(session, cast, in_days(7))
    assert mail_institutions(mailing) == 1
    with mailing.writing() as session:
        enter(session, cast.corporation, line.commitment_id, "claimed")

    assert mail_institutions(mailing) == 0
    with on(in_days(1)):
        assert mail_institutions(mailing) == 1
    assert "bewoners oordelen tot en met 7 april 2026" in post_office.letters[-1].get_content()


def test_without_a_mail_server_nothing_is_told_and_nothing_is_lost(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    with database.writing() as session:
        walk_the_line(session, cast, in_days(7))

    assert mail_institutions(database) == 0
    with database.reading() as session:
        assert session.scalars(select(InstitutionNotice)).all() == []
        assert session.scalars(select(Ask)).all()
