"""The pages of forums, meetings and agreements: done once, with a mistake, and when it was stale."""

from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa.agreements.models import Agreement
from bsa.commitments.models import Commitment
from bsa.database import Database
from bsa.forums.models import Forum, ForumMember
from bsa.meetings.models import AgendaItem, Attendance, Meeting, MeetingAction

from tests.cast import Cast
from tests.line import Line
from tests.table import an_overdue_commitment, sit_together
from tests.web.conftest import Browse


@pytest.fixture
def table(database: Database, cast: Cast, line: Line) -> dict[str, object]:
    """Sit together."""
    with database.writing() as session:
        return sit_together(session, cast, line.ask_id, line.ask_id, line.commitment_id)


def test_an_empty_page_says_how_to_begin(browse: Browse) -> None:
    page = browse("activator").get("/forums").text
    assert "Nobody sits together yet" in page
    assert 'href="/forums/new"' in page
    assert "No agreement in force" in browse("activator").get("/agreements").text


def test_a_forum_is_made_and_a_mistake_keeps_what_was_typed(browse: Browse, database: Database, cast: Cast) -> None:
    browser = browse("activator")
    wrong = browser.fill_in("/forums", area_id=cast.here_id, rhythm="monthly", institution_ids=[cast.corporation_id])
    assert wrong.status_code == 400
    assert 'id="field-name-error"' in wrong.text
    assert f'value="{cast.corporation_id}" checked' in wrong.text

    made = browser.fill_in(
        "/forums", name="Buurttafel", area_id=cast.here_id, rhythm="monthly", institution_ids=[cast.corporation_id]
    )
    assert made.status_code == 303
    page = browser.get(made.headers["location"]).text
    assert "De Veenhoek" in page
    assert "By its rhythm it would be" in page
    made = browser.fill_in(f"{made.headers['location']}/members", who="")
    assert made.status_code == 400
    with database.reading() as session:
        assert len(session.scalars(select(ForumMember)).all()) == 1


def test_a_forum_is_changed_refused_when_stale_and_ended(
    browse: Browse, database: Database, table: dict[str, UUID]
) -> None:
    browser, path = browse("activator"), f"/forums/{table['forum']}"
    stale = browser.fill_in(path, version=99, name="Anders", rhythm="weekly")
    assert stale.status_code == 412
    assert 'value="Anders"' in stale.text
    version = browser.version(Forum, table["forum"])
    assert browser.fill_in(path, version=version, name="Anders", rhythm="weekly").status_code == 303
    assert browser.fill_in(f"{path}/ending", version=99).status_code == 412
    assert browser.fill_in(f"{path}/ending", version=browser.version(Forum, table["forum"])).status_code == 303
    assert browser.get(f"{path}/edit").status_code == 409
    with database.reading() as session:
        assert session.get_one(Forum, table["forum"]).ended_on is not None


def test_the_calendar_is_given_to_whoever_has_the_address(browse: Browse, table: dict[str, UUID]) -> None:
    answer = browse().get(f"/forum-calendars/{table['forum_calendar']}.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "van de Cast" not in answer.text
    assert str(table["forum_calendar"]) in browse("corporation").get(f"/forums/{table['forum']}").text
    assert browse().get("/forum-calendars/anders.ics").status_code == 404
    one = browse("corporation").get(f"/meetings/{table['meeting']}/meeting.ics")
    assert one.text.count("BEGIN:VEVENT") == 1


def test_a_meeting_is_planned_with_a_day_and_its_agenda_reordered(
    browse: Browse, database: Database, table: dict[str, UUID]
) -> None:
    browser, path = browse("activator"), f"/meetings/{table['going_on']}"
    wrong = browser.fill_in("/meetings", forum_id=table["forum"], starts_at="", minutes="90")
    assert wrong.status_code == 400
    assert 'id="field-starts_at-error"' in wrong.text
    version = browser.version(Meeting, table["going_on"])
    moved = browser.fill_in(f"{path}/agenda-items/{table['own_item']}/place", version=version, number=1)
    assert moved.status_code == 303
    assert browser.fill_in(f"{path}/agenda-items/{table['own_item']}/place", version=1, number=1).status_code == 412
    with database.reading() as session:
        assert session.get_one(AgendaItem, table["own_item"]).number == 1
    nothing = browser.fill_in(f"{path}/agenda-items", about="", title="")
    assert nothing.status_code == 400
    assert "one of the two" in nothing.text


def test_what_is_said_is_entered_on_one_screen_without_scripts(
    browse: Browse, line: Line, table: dict[str, UUID]
) -> None:
    browser, path = browse("activator"), f"/meetings/{table['going_on']}"
    version = browser.version(Commitment, line.commitment_id)
    page = browser.get(f"{path}/now?item={table['promised_item']}").text
    assert '<summary data-key="d"' in page
    entered = f"{path}/agenda-items/{table['promised_item']}/events/happened"
    missing = browser.fill_in(entered, version=version, kind="moved", due_on="2026-09-01", residents_agreed="true")
    assert missing.status_code == 400
    assert '<details class="bsa-disclosure bsa-now__box" id="box-happened" open>' in missing.text
    assert 'value="2026-09-01"' in missing.text
    stale = browser.fill_in(entered, version=99, kind="confirmed")
    assert stale.status_code == 412
    assert browser.fill_in(entered, version=version, kind="confirmed").status_code == 303
    again = browser.fill_in(f"{path}/agenda-items/{table['own_item']}/events/answered", version=1, answer="yes")
    assert again.status_code == 409
    assert "not about a question" in again.text


def test_who_came_and_what_will_be_done_is_written_down(
    browse: Browse, database: Database, cast: Cast, table: dict[str, UUID]
) -> None:
    browser, path = browse("activator"), f"/meetings/{table['going_on']}"
    came = {"came": f"institution:{cast.corporation_id}", "persons.residents": "11"}
    seen = {"version": browser.version(Meeting, table["going_on"])}
    first = browser.fill_in(f"{path}/attendance", **seen, **came, also=f"institution:{cast.rival_id}")
    assert first.status_code == 303
    # A colleague with the page of before does not wipe out who was there.
    assert browser.fill_in(f"{path}/attendance", **seen, **{"persons.residents": "3"}).status_code == 412
    assert browser.fill_in(f"{path}/attendance", **seen, **{"persons.residents": "veel"}).status_code == 400
    assert browser.fill_in(f"{path}/actions", what="Lamp melden").status_code == 400
    assert browser.fill_in(f"{path}/actions", what="Lamp melden", by_on="2026-06-01").status_code == 303
    with database.reading() as session:
        lines = session.scalars(select(Attendance).where(col(Attendance.meeting_id) == table["going_on"])).all()
        assert sorted((line.institution_id is None, line.came, line.persons) for line in lines) == [
            (False, True, 0),
            (False, True, 0),
            (True, True, 11),
        ]
        assert "Lamp melden" in {action.what for action in session.scalars(select(MeetingAction))}


def test_only_a_late_commitment_is_taken_higher(
    browse: Browse, database: Database, cast: Cast, line: Line, table: dict[str, UUID]
) -> None:
    browser = browse("activator")
    with database.writing() as session:
        late = an_overdue_commitment(session, cast, line.ask_id)
    page = browser.get(f"/commitments/{late}").text
    assert "Late for 40 days" in page
    assert browser.get(f"/commitments/{line.commitment_id}/escalations/new").status_code == 409
    assert browser.fill_in(f"/commitments/{late}/escalations", reason="").status_code == 400
    assert browser.fill_in(f"/commitments/{late}/escalations", reason="Al lang stil").status_code == 303
    again = browser.fill_in(f"/commitments/{late}/escalations", reason="Nog eens")
    assert again.status_code == 409
    assert "Nog eens" in again.text


def test_an_agreement_is_made_prolonged_and_ended(
    browse: Browse, database: Database, cast: Cast, table: dict[str, UUID]
) -> None:
    browser, path = browse("activator"), f"/agreements/{table['agreement']}"
    told = {"title": "Samen", "shares": "Planning", "ground": "Geen namen"}
    days = {"valid_from": "2026-03-24", "valid_until": "2026-03-01"}
    wrong = browser.fill_in("/agreements", area_id=cast.here_id, institution_id=cast.corporation_id, **told, **days)
    assert wrong.status_code == 400
    assert "The last day lies before the first." in wrong.text
    assert browser.fill_in(path, version=9, **told, valid_until="2027-03-01").status_code == 412
    assert browser.fill_in(path, version=1, **told, valid_until="2026-04-01").status_code == 303
    assert "ends soon" in browse("privacy").get(path).text
    version = browser.version(Agreement, table["agreement"])
    assert browser.fill_in(f"{path}/ending", version=version).status_code == 303
    assert browser.get(f"{path}/edit").status_code == 409
