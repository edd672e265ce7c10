"""Working together on both levels: a meeting prepared in one click, minuted while people talk, and read by all."""

import re
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from bsa import clock
from bsa.asks.models import Ask
from bsa.database import Database
from bsa.forums.models import Forum
from bsa.institutions.models import Mandate
from bsa.meetings.models import Meeting
from bsa.meetings.queries import show_meeting
from bsa.people.models import Language

from tests.cast import NOW, Cast
from tests.line import Line
from tests.stories.conftest import Say, Visit, read
from tests.table import a_forum, a_meeting

WORDS = {
    Language.DUTCH: ("Overleg", "Volgende bijeenkomst", "Wie uitgenodigd was en wie er was", "Opgeschaald naar"),
    Language.ENGLISH: ("Consultation", "Next meeting", "Who was invited and who came", "Taken to the policy level"),
}


def test_what_is_promised_at_the_table_stands_in_the_ledger_before_anybody_goes_home(
    visit: Visit, say: Say, language: Language, database: Database, cast: Cast, line: Line
) -> None:
    """Given a forum and an answered ask; when the meeting is held on one screen; then the minutes are the ledger."""
    marloes = visit("activator")
    told = {"name": "Wijkoverleg", "area_id": cast.here_id, "level": "operational", "rhythm": "six_weekly"}
    made = marloes.fill_in("/forums", **told, institution_ids=[str(cast.corporation_id)])
    forum = made.headers["location"]
    assert WORDS[language][0] in read(marloes, "/forums")
    assert say("Plan a meeting") in read(marloes, f"/meetings/new?forum_id={forum.rsplit('/', 1)[1]}")

    planned = marloes.fill_in(
        "/meetings", forum_id=forum.rsplit("/", 1)[1], starts_at="2026-03-24T19:30", minutes="90", place="De Wiek"
    )
    meeting = planned.headers["location"]
    version = marloes.version(Meeting, UUID(meeting.rsplit("/", 1)[1]))
    marloes.fill_in(f"{meeting}/agenda")
    marloes.fill_in(f"{meeting}/agenda-items", about=f"ask:{line.ask_id}")
    version = marloes.version(Meeting, UUID(meeting.rsplit("/", 1)[1]))
    assert marloes.fill_in(f"{meeting}/opening", version=version).headers["location"] == f"{meeting}/now"
    assert WORDS[language][1] in read(marloes, f"/neighbourhoods/{cast.here_id}")

    with database.reading() as session:
        agenda = show_meeting(session, cast.activator, UUID(meeting.rsplit("/", 1)[1])).agenda
        item = next(one for one in agenda if one.ask_id == line.ask_id)
    now = read(marloes, f"{meeting}/now?item={item.id}")
    assert 'data-key="p"' in now
    assert say("A promise") in now
    promise = {
        "promise": "Wij plaatsen een modelwoning.",
        "residents_words": "We kunnen eerst voelen dat het warm is.",
        "sign": "De deur is open",
        "due_on": "2026-06-01",
        "mandate": "operational",
    }
    entered = marloes.fill_in(f"{meeting}/agenda-items/{item.id}/events/promised", version=item.version, **promise)
    assert entered.status_code == 303

    ledger = read(visit("corporation"), "/commitments")
    assert "We kunnen eerst voelen dat het warm is." in ledger
    key = UUID(meeting.rsplit("/", 1)[1])
    came = {"persons.residents": "11", "came": f"institution:{cast.corporation_id}"}
    assert marloes.fill_in(f"{meeting}/attendance", version=marloes.version(Meeting, key), **came).status_code == 303
    version = marloes.version(Meeting, key)
    assert marloes.fill_in(f"{meeting}/closing", version=version).headers["location"] == f"{meeting}/minutes"
    minutes = read(visit("corporation"), f"{meeting}/minutes")
    assert WORDS[language][2] in minutes
    assert "Wij plaatsen een modelwoning." in minutes
    assert "van de Cast" not in re.sub(r"<header.*?</header>", "", minutes, flags=re.DOTALL)


def test_minutes_are_read_by_everybody_only_after_somebody_approved_them(
    visit: Visit, say: Say, database: Database, cast: Cast, line: Line
) -> None:
    """Given a closed meeting; when its minutes are approved; then anybody reads them, and no more than was approved."""
    with database.writing() as session:
        meeting = a_meeting(session, cast, a_forum(session, cast).id, days=0)
        path = f"/meetings/{meeting.id}"
    marloes, anybody = visit("activator"), visit("")

    def version() -> int:
        return marloes.version(Meeting, UUID(path.rsplit("/", 1)[1]))

    marloes.fill_in(f"{path}/agenda-items", about=f"commitment:{line.commitment_id}")
    marloes.fill_in(f"{path}/opening", version=version())
    with database.reading() as session:
        item = show_meeting(session, cast.activator, UUID(path.rsplit("/", 1)[1])).agenda[0]
    marloes.fill_in(f"{path}/agenda-items/{item.id}/outcome", version=version(), outcome="Samen gaan kijken in april")
    marloes.fill_in(f"{path}/closing", version=version())
    assert anybody.get(f"/public{path}").status_code == 404

    unread = marloes.fill_in(f"{path}/publication", version=version())
    assert unread.status_code == 400
    assert say("This is what everybody would read") in unread.text
    assert marloes.fill_in(f"{path}/publication", version=version(), previewed="true").status_code == 303

    public = read(anybody, f"/public{path}")
    assert "Samen gaan kijken in april" in public
    assert "Onze ramen tochten niet meer" not in public
    assert "De Veenhoek" in public


def test_what_stays_late_goes_to_the_policy_level_with_its_reason(
    visit: Visit, say: Say, language: Language, database: Database, cast: Cast, line: Line
) -> None:
    """Given a promise late for over thirty days; when it is taken higher; then the policy table reads why."""
    with database.writing() as session:
        forum = a_forum(session, cast)
        policy = a_forum(session, cast, Mandate.POLICY, forum.id)
        session.get_one(Ask, line.ask_id).mandate = Mandate.OPERATIONAL
        ids = (forum.id, policy.id)
    with clock.standing_at(NOW + timedelta(days=70)):
        with database.writing() as session:
            meeting = a_meeting(session, cast, ids[1])
            path = f"/meetings/{meeting.id}"
        marloes, commitment = visit("activator"), f"/commitments/{line.commitment_id}"
        assert f"{commitment}/escalations/new" in read(marloes, commitment)
        assert say("Take higher?") in read(marloes, "/reminders")

        done = marloes.fill_in(f"{commitment}/escalations", reason="Al twee keer beloofd, en het is stil.")

        assert done.headers["location"] == f"{commitment}#higher"
        assert WORDS[language][3] in read(marloes, commitment)
        assert "Al twee keer beloofd, en het is stil." in read(visit("corporation"), path)
        assert say("Take higher?") not in read(marloes, "/reminders")


def test_the_twins_know_each_other(visit: Visit, database: Database, cast: Cast) -> None:
    """Given a forum at each level; when one is opened; then the other is one tap away."""
    with database.writing() as session:
        forum = a_forum(session, cast)
        policy = a_forum(session, cast, Mandate.POLICY, forum.id)
        here, there = f"/forums/{forum.id}", f"/forums/{policy.id}"
    marloes = visit("activator")

    assert f'href="{there}"' in read(marloes, here)
    assert f'href="{here}"' in read(marloes, there)
    with database.reading() as session:
        assert len(session.scalars(select(Forum).where(col(Forum.twin_id).is_not(None))).all()) == 2
