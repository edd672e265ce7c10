"""The pages of the ledger: a promise written down, kept track of, judged and published by forms."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlmodel import col, select

from bsa import clock
from bsa.asks.models import Source
from bsa.commitments.models import Commitment, CommitmentEvent, CommitmentEventKind, CommitmentState, VerdictQuote
from bsa.database import Database
from bsa.sealing import open_rows

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse, Browser


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def state_of(database: Database, commitment_id: UUID) -> CommitmentState:
    with database.reading() as session:
        return session.get_one(Commitment, commitment_id).state


def enter(browser: Browser, line: Line, kind: str, /, **told: Any) -> int:
    told = {"happened_on": in_days(0), "source": "meeting", "version": version(browser, line)} | told
    return browser.fill_in(f"/commitments/{line.commitment_id}/events/{kind}", **told).status_code


def judge(browser: Browser, line: Line, **told: Any) -> Response:
    votes = {
        "version": version(browser, line),
        "kept": 4,
        "partly": 1,
        "not_kept": 0,
        "happened_on": in_days(0),
        "source": "paper_slip",
        "witness_1": str(line.resident_id),
        "witness_2": str(line.other_resident_id),
    }
    return browser.fill_in(f"/commitments/{line.commitment_id}/verdicts", **(votes | told))


def version(browser: Browser, line: Line) -> int:
    return browser.version(Commitment, line.commitment_id)


@pytest.mark.parametrize("name", ["activator", "colleague", "teamleader", "corporation"])
def test_the_ledger_is_open_to_the_team_and_the_institution(browse: Browse, line: Line, name: str) -> None:
    browser = browse(name)

    assert "Onze ramen tochten niet meer." in browser.get("/commitments").text
    assert browser.get(f"/commitments/{line.commitment_id}").status_code == 200


@pytest.mark.parametrize("name", ["stranger", "rival", "policy"])
def test_what_is_not_theirs_is_not_there_for_others(browse: Browse, line: Line, name: str) -> None:
    browser = browse(name)

    assert "Onze ramen tochten niet meer." not in browser.get("/commitments").text
    assert browser.get(f"/commitments/{line.commitment_id}").status_code == 404


def test_filters_and_ready_views(browse: Browse, line: Line) -> None:
    activator = browse("activator")

    assert "Onze ramen" in activator.get("/commitments", params={"due_from": in_days(29), "state": ""}).text
    assert "Nothing fits this filter" in activator.get("/commitments", params={"late": "true"}).text
    assert activator.get("/commitments", params={"due_from": "gisteren"}).status_code == 400
    with clock.standing_at(clock.now() + timedelta(days=31)):
        assert "Onze ramen" in browse("activator").get("/commitments", params={"late": "true"}).text


def test_the_line_leads_back_to_the_need_for_those_who_may_see_it(browse: Browse, line: Line) -> None:
    page = f"/commitments/{line.commitment_id}"
    need, theme = f"/needs/{line.need_id}", f"/themes/{line.theme_id}"

    mine, colleagues, institutions = (browse(name).get(page).text for name in ("activator", "colleague", "corporation"))

    assert need in mine
    assert theme in mine
    assert theme in colleagues
    assert need not in colleagues
    assert "Step 4 of 5" in colleagues
    assert theme not in institutions
    assert f"/asks/{line.ask_id}" in institutions
    assert "Step 2 of 3" in institutions


def test_a_promise_is_written_down_from_its_answer(browse: Browse, line: Line, database: Database) -> None:
    activator = browse("activator")
    assert f"ask_id={line.ask_id}" in activator.get("/commitments/new").text
    form = activator.get("/commitments/new", params={"ask_id": str(line.ask_id)})
    assert "Na de asbestcheck" in form.text
    told = {
        "ask_id": str(line.ask_id),
        "promise": "We zetten een container",
        "residents_words": "Geen rommel meer",
        "due_on": in_days(10),
        "mandate": "policy",
        "promised_on": in_days(0),
        "source": "meeting",
    }

    without_sign = activator.fill_in("/commitments", **told)
    assert without_sign.status_code == 400
    assert "Geen rommel meer" in without_sign.text
    assert 'id="field-sign-error"' in without_sign.text
    done = activator.fill_in("/commitments", sign="De container staat er", **told)

    assert done.status_code == 303
    assert "Geen rommel meer" in activator.get(done.headers["location"]).text


def test_only_the_team_writes_promises_down(browse: Browse, line: Line) -> None:
    assert browse("corporation").get("/commitments/new").status_code == 403
    assert browse("corporation").get("/commitments/new", params={"ask_id": str(line.ask_id)}).status_code == 403


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("confirmed", {}),
        ("contested", {"words": "Dit zeiden wij niet"}),
        ("moved", {"words": "Asbest", "due_on": "2026-06-01", "residents_agreed": "true"}),
        ("claimed", {"words": "Alle kozijnen zitten erin"}),
        ("withdrawn", {"words": "Geen geld"}),
        ("published", {"visibility": "public", "previewed": "true"}),
    ],
)
def test_what_happens_is_entered_by_the_team(browse: Browse, line: Line, kind: str, told: dict[str, str]) -> None:
    activator = browse("activator")
    assert activator.get(f"/commitments/{line.commitment_id}/events/{kind}").status_code == 200

    assert enter(activator, line, kind, version=1, **told) == 412
    assert enter(activator, line, kind, **told) == 303

    assert activator.get(f"/commitments/{line.commitment_id}").status_code == 200


@pytest.mark.parametrize(
    ("kind", "told", "field"),
    [
        ("moved", {"due_on": "2026-06-01", "residents_agreed": "true"}, "words"),
        ("moved", {"words": "Asbest", "residents_agreed": "true"}, "due_on"),
        ("moved", {"words": "Asbest", "due_on": "2026-06-01"}, "residents_agreed"),
        ("moved", {"words": "Asbest", "due_on": "2026-01-01", "residents_agreed": "true"}, "due_on"),
        ("confirmed", {"happened_on": "2027-01-01"}, "happened_on"),
        ("published", {"visibility": "public"}, "previewed"),
    ],
)
def test_a_mistake_stands_beside_its_field(
    browse: Browse, line: Line, kind: str, told: dict[str, str], field: str
) -> None:
    path = f"/commitments/{line.commitment_id}/events/{kind}"
    told = {"happened_on": in_days(0), "source": "meeting"} | told

    activator = browse("activator")
    sent = activator.fill_in(path, version=version(activator, line), **told)

    assert sent.status_code == 400
    assert f'id="field-{field}-error"' in sent.text
    assert told.get("words", "") in sent.text


def test_an_institution_speaks_for_itself(browse: Browse, line: Line, database: Database) -> None:
    corporation = browse("corporation")
    form = corporation.get(f"/commitments/{line.commitment_id}/events/confirmed").text
    assert 'name="source"' not in form

    assert enter(corporation, line, "confirmed", source="") == 303
    assert "You propose a new day" in corporation.get(f"/commitments/{line.commitment_id}/events/moved").text
    told = {"words": "Asbest", "due_on": "2026-06-01", "residents_agreed": "false"}
    assert enter(corporation, line, "moved", source="", **told) == 303

    with database.reading() as session:
        events = session.scalars(select(CommitmentEvent).order_by(col(CommitmentEvent.number))).all()
        assert [event.source for event in events[1:]] == [Source.OWN_SIGN_IN, Source.OWN_SIGN_IN]
        assert session.get_one(Commitment, line.commitment_id).due_on == clock.today() + timedelta(days=30)


def test_an_institution_neither_judges_nor_publishes(browse: Browse, line: Line) -> None:
    corporation = browse("corporation")
    page = corporation.get(f"/commitments/{line.commitment_id}").text

    assert "events/claimed" in page
    assert "events/published" not in page
    assert corporation.get(f"/commitments/{line.commitment_id}/events/published").status_code == 403
    assert enter(corporation, line, "published", visibility="public", previewed="true") == 403
    assert corporation.get(f"/commitments/{line.commitment_id}/verdicts/new").status_code == 403


def test_a_form_that_does_not_fit_the_state_is_refused(browse: Browse, line: Line) -> None:
    activator = browse("activator")

    assert activator.get(f"/commitments/{line.commitment_id}/events/reopened").status_code == 409
    assert activator.get(f"/commitments/{line.commitment_id}/verdicts/new").status_code == 409
    assert enter(activator, line, "reopened", words="Nog eens", due_on=in_days(9)) == 409
    assert activator.get(f"/commitments/{line.commitment_id}/events/nonsense").status_code == 400


def test_residents_judge_and_have_it_taken_up_again(browse: Browse, line: Line, database: Database) -> None:
    activator, path = browse("activator"), f"/commitments/{line.commitment_id}"
    assert enter(activator, line, "claimed") == 303
    form = activator.get(f"{path}/verdicts/new")
    assert "Geert" in form.text
    told = {"kept": 1, "partly": 3, "not_kept": 2, "close_window": "true"}
    quotes = {"quote_1": "Het tocht nog", "public_1": "true", "quote_3": "Bij mij wel"}

    done = judge(activator, line, **told, **quotes)

    assert done.status_code == 303
    page = activator.get(path).text
    assert "Partly kept" in page
    assert "Judged by 6 households" in page
    assert "Geert" not in page
    with database.reading() as session:
        said = list(session.scalars(select(VerdictQuote).order_by(col(VerdictQuote.id))))
        open_rows(session, said)
        assert [(quote.words, quote.may_be_public) for quote in said] == [
            ("Het tocht nog", True),
            ("Bij mij wel", False),
        ]
    assert activator.get(f"{path}/events/reopened").status_code == 200
    assert enter(activator, line, "reopened", words="Het moet af", due_on=in_days(20)) == 303
    assert state_of(database, line.commitment_id) is CommitmentState.RUNNING


def test_the_time_for_a_verdict_can_be_closed_early(browse: Browse, line: Line, database: Database) -> None:
    activator, path = browse("activator"), f"/commitments/{line.commitment_id}"
    enter(activator, line, "claimed")
    assert judge(activator, line, version=1).status_code == 412
    assert judge(activator, line).status_code == 303
    assert activator.get(f"{path}/events/window_closed").status_code == 200

    assert enter(activator, line, "window_closed") == 303

    with database.reading() as session:
        kinds = session.scalars(select(CommitmentEvent.kind).order_by(col(CommitmentEvent.number))).all()
    assert kinds[-1] is CommitmentEventKind.WINDOW_CLOSED


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"witness_2": ""}, "witness_1"),
        ({"kept": "veel"}, "kept"),
        ({"kept": 0, "partly": 0}, "kept"),
        ({"quote_2": "x" * 201}, "quote_2"),
        ({"happened_on": "2027-01-01"}, "happened_on"),
    ],
)
def test_a_verdict_with_a_mistake_keeps_what_was_typed(
    browse: Browse, line: Line, told: dict[str, Any], field: str
) -> None:
    activator = browse("activator")
    enter(activator, line, "claimed")

    sent = judge(activator, line, quote_1="Mooi", **told)

    assert sent.status_code == 400
    assert f'id="field-{field}-error"' in sent.text
    assert 'value="Mooi"' in sent.text
    assert f'value="{line.resident_id}" selected' in sent.text


def test_the_same_witness_twice_is_refused(browse: Browse, line: Line) -> None:
    activator = browse("activator")
    enter(activator, line, "claimed")

    assert "two different residents" in judge(activator, line, witness_2=str(line.resident_id)).text


def test_a_team_leader_does_not_judge(browse: Browse, line: Line) -> None:
    teamleader = browse("teamleader")
    enter(teamleader, line, "claimed")

    assert "verdicts/new" not in teamleader.get(f"/commitments/{line.commitment_id}").text
    assert teamleader.get(f"/commitments/{line.commitment_id}/verdicts/new").status_code == 403
    assert judge(teamleader, line).status_code == 403


def test_a_policy_officer_reads_what_is_published_and_changes_nothing(browse: Browse, line: Line) -> None:
    assert enter(browse("activator"), line, "published", visibility="neighbourhood", previewed="true") == 303
    policy = browse("policy")

    page = policy.get(f"/commitments/{line.commitment_id}").text

    assert "Onze ramen tochten niet meer." in page
    assert "/events/" not in page
    assert f"/asks/{line.ask_id}" not in page
    assert enter(policy, line, "claimed") == 403


def test_the_preview_shows_what_everybody_reads_afterwards(browse: Browse, line: Line, cast: Cast) -> None:
    activator = browse("activator")
    preview = activator.get(f"/commitments/{line.commitment_id}/events/published").text
    shown = preview[preview.index("<article") : preview.index("</article>")]
    assert browse().get(f"/public/{cast.here_id}").status_code == 404

    assert enter(activator, line, "published", visibility="public", previewed="true") == 303

    assert shown in browse().get(f"/public/{cast.here_id}").text


def test_a_day_moved_without_consent_is_told_as_such(browse: Browse, line: Line) -> None:
    activator = browse("activator")
    told = {"words": "Asbest", "due_on": "2026-06-01", "residents_agreed": "false"}
    assert enter(activator, line, "moved", **told) == 303

    page = activator.get(f"/commitments/{line.commitment_id}").text

    assert "moved 1 time" in page
    assert "The residents have not agreed yet, so the promised day stays." in page
    assert date.fromisoformat(in_days(30)).strftime("%Y") in page
