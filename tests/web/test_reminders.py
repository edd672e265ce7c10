"""What waits: quietly on the day page, each thing by itself on its own page; not now; and the weekly mail."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from bsa import clock
from bsa.contacts.actions import make_promise
from bsa.contacts.shapes import PromiseIn
from bsa.database import Database
from bsa.people.actions import sign_in
from bsa.people.models import Language
from bsa.people.queries import actor_by_name
from bsa.people.shapes import SignInIn
from bsa.permissions import Purpose
from bsa.practice.actions import plan_practice
from bsa.practice.shapes import PracticeIn
from bsa.reminders.models import ReminderKind
from bsa.reminders.queries import reminders
from bsa.reminders.shapes import ReminderOut, ReminderQuery
from web.pages import environment, paths_of
from web.reminders import grouped

from tests.cast import NOW, PASSWORD, Cast, a_dossier, a_resident
from tests.conftest import Fresh
from tests.conventions.test_pages import browser_on
from tests.doors import pages_on
from tests.web.conftest import Browse


def promised(session: Session, cast: Cast, name: str = "Geert") -> None:
    resident = a_resident(session, cast.activator, cast.here_id, name)
    make_promise(session, cast.activator, resident.id, PromiseIn(text="Bellen", due_on=clock.today()))


def practised(session: Session, cast: Cast, *names: str) -> None:
    for name in names:
        resident = a_dossier(session, cast.activator, cast.here_id, name)
        told = {"scary_thing": "Bellen met de corporatie", "planned_on": clock.today()}
        plan_practice(session, cast.activator, resident.id, PracticeIn.model_validate(told))


def test_the_day_page_tells_what_waits_and_leads_there(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        practised(session, cast, "Geert")

    with clock.standing_at(NOW + timedelta(days=1)):
        browser = browse("activator")
        page = browser.get("/day").text
        assert "Practised with Geert: talk it over?" in page
        key = page.split("/practice-moments/", 1)[1].split('"', 1)[0]
        assert browser.get(f"/practice-moments/{key}").status_code == 200
        assert "corporatie" not in page


def test_more_than_three_of_a_kind_are_one_line_there_and_each_by_itself_on_the_page(
    browse: Browse, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        practised(session, cast, "Geert", "Ria", "Fenna", "Samira")

    with clock.standing_at(NOW + timedelta(days=1)):
        browser = browse("activator")
        day, whole = browser.get("/day").text, browser.get("/reminders").text
    assert "Practised with 4 residents: talk it over?" in day
    assert 'href="/reminders#to_debrief"' in day
    assert [name for name in ("Geert", "Ria", "Fenna", "Samira") if f"Practised with {name}" not in whole] == []
    assert 'id="to_debrief"' in whole


def test_a_promise_that_is_due_stands_on_the_day_page_once(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        promised(session, cast)

    browser = browse("activator")
    assert browser.get("/day").text.count(">Bellen<") == 1
    assert "Promised to Geert" not in browser.get("/day").text
    assert "Promised to Geert" in browser.get("/reminders").text


def test_not_now_puts_a_kind_aside_from_the_day_page_and_it_can_be_shown_again(
    browse: Browse, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        practised(session, cast, "Geert")
    with clock.standing_at(NOW + timedelta(days=1)):
        browser = browse("activator")

        answer = browser.fill_in("/reminders/to_debrief/hush", back="day")
        assert (answer.status_code, answer.headers["location"]) == (303, "/day")
        day = browser.get("/day").text
        assert "Put aside for a week. It comes back by itself." in day
        assert "talk it over?" not in day
        page = browser.get("/reminders").text
        assert "until 1 April 2026" in page

        answer = browser.fill_in("/reminders/to_debrief/hush/lifting")
        assert answer.headers["location"] == "/reminders#to_debrief"
        assert "talk it over?" in browser.get("/day").text
        assert browser.fill_in("/reminders/everything/hush").status_code == 404


def test_exploring_that_is_put_aside_is_not_asked_on_the_day_page(
    browse: Browse, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        a_resident(session, cast.activator, cast.here_id, "Geert")
    with clock.standing_at(NOW + timedelta(days=43)):
        browser = browse("activator")
        assert "Still exploring with Geert: on purpose?" in browser.get("/day").text

        browser.fill_in("/reminders/still_exploring/hush", back="day")
        assert "Still exploring with Geert" not in browser.get("/day").text


def test_a_team_leader_finds_numbers_and_no_name(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        promised(session, cast, "Geert")
    with clock.standing_at(NOW + timedelta(days=1)):
        page = browse("teamleader").get("/reminders").text
    assert "1 promise of the team, its day is past" in page
    assert "Geert" not in page


def test_where_nothing_waits_there_is_tea(browse: Browse) -> None:
    assert "Nothing waits" in browse("activator").get("/reminders").text
    assert "What waits" not in browse("activator").get("/day").text


def test_the_weekly_mail_is_wanted_with_an_address_and_stopped(browse: Browse) -> None:
    browser = browse("activator")
    page = browser.get("/reminders/mail").text
    assert "No mail server is set here yet." in page
    assert "Stop the weekly mail" not in page

    wrong = browser.fill_in("/reminders/mail", address="marloes")
    assert wrong.status_code == 400
    assert 'value="marloes"' in wrong.text
    assert 'id="field-address-error"' in wrong.text

    assert browser.fill_in("/reminders/mail", address="marloes@buurtteam.example").status_code == 303
    assert 'value="marloes@buurtteam.example"' in browser.get("/reminders/mail").text
    assert "marloes@buurtteam.example" in browser.get("/reminders").text
    assert browser.fill_in("/reminders/mail/ending").status_code == 303
    assert "marloes@buurtteam.example" not in browser.get("/reminders/mail").text


ONLY_COUNTED = {
    ReminderKind.TEAM_PROMISES,
    ReminderKind.WINDOW_CLOSING,
    ReminderKind.COMMITMENT_LATE,
    ReminderKind.TAKE_HIGHER,
    ReminderKind.AGREEMENT_ENDS,
    ReminderKind.ASK_OVERDUE,
    ReminderKind.TRACK_DUE,
    ReminderKind.VOICE_WAITS,
}
"""What never names anything."""


@pytest.mark.parametrize("kind", list(ReminderKind))
def test_every_kind_has_words_for_one_and_for_many_in_both_languages(kind: ReminderKind) -> None:
    def said(language: Language, subject: str | None, count: int) -> str:
        line = ReminderOut(kind=kind, count=count, subject=subject, opens=None, opens_id=None, since=None, until=None)
        module: object = environment(language).get_template("reminders/_line.html").module
        return str(module.sentence(line)).strip()  # type: ignore[attr-defined]

    told = {said(language, None, count) for language in Language for count in (1, 2)}
    assert len(told) == 4
    assert kind.value not in told
    if kind not in ONLY_COUNTED:
        assert len({said(language, "Geert", 1) for language in Language}) == 2


def test_everything_that_waits_as_time_goes_by_can_be_opened(fresh_walked: Fresh) -> None:
    kinds = set()
    with fresh_walked() as (database, _), browser_on(database) as client:
        for days in (1, 8, 20, 40, 70):
            with clock.standing_at(NOW + timedelta(days=days)):
                for who in ("activator", "colleague", "teamleader"):
                    with database.writing() as session:
                        actor = actor_by_name(session, who, Purpose.OWN_NEIGHBOURHOOD)
                        lines = reminders(session, actor, ReminderQuery(whole=True)).items
                        asked = SignInIn(name=who, password=SecretStr(PASSWORD), purpose=Purpose.OWN_NEIGHBOURHOOD)
                        cookie = sign_in(session, asked, "127.0.0.1")
                    kinds |= {line.kind for line in lines}
                    told = [told for group in grouped(paths_of(pages_on(database)), lines) for told in group.lines]
                    for href in {one.href for one in told}:
                        answer = client.get(href, headers={"Cookie": f"bsa={cookie}"})
                        assert answer.status_code == 200, (who, href)
    assert len(kinds) > 6
