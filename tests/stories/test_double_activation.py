"""Element 11, the residents' side: those who were promised something judge it, each alone, and everybody reads it."""

import re

from bsa import clock
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.database import Database

from tests.cast import Cast
from tests.line import Line
from tests.stories.conftest import Say, Visit, read
from tests.web.conftest import Browser

CODE = re.compile(r"<strong>(\w{4} \w{4} \w{3})</strong>")


def given_a_report(database: Database, cast: Cast, line: Line) -> None:
    with database.writing() as session:
        for told in ({"kind": "published", "visibility": "public", "previewed": True}, {"kind": "claimed"}):
            version = session.get_one(Commitment, line.commitment_id).version
            happened = CommitmentEventIn.model_validate({"happened_on": clock.today()} | told)
            enter_event(session, cast.activator, line.commitment_id, version, happened)


def given_slips(marloes: Browser, line: Line, slips: int) -> list[str]:
    version = marloes.version(Commitment, line.commitment_id)
    sheet = marloes.fill_in(f"/commitments/{line.commitment_id}/slips", slips=slips, version=version)
    assert sheet.status_code == 201
    return CODE.findall(sheet.text)


def in_tongue(browser: Browser, say: Say) -> Browser:
    browser.cookies.set("lang", "nl" if say("Sign in") != "Sign in" else "en")
    return browser


def test_given_slips_in_the_letter_boxes_when_households_judge_then_everybody_reads_what_came_of_it_and_nobody_who(
    database: Database, cast: Cast, line: Line, visit: Visit, say: Say
) -> None:
    given_a_report(database, cast, line)
    marloes, resident = visit("activator"), in_tongue(visit(""), say)
    codes = given_slips(marloes, line, 8)

    for code, verdict in zip(codes, ["kept"] * 4 + ["partly"], strict=False):
        asked = resident.fill_in("/judge", code=code)
        assert say("Was the promise kept?") in asked.text
        assert resident.fill_in("/judge/verdicts", code=code, verdict=verdict).status_code == 303
    page = read(marloes, f"/commitments/{line.commitment_id}/slips")
    assert say("What was said is not shown before it is counted.") in page
    closing = re.compile(r'action="(/slip-rounds/[^"]+)/closing".*?name="version" value="(\d+)"', re.DOTALL)
    path, version = closing.findall(page)[0]
    assert marloes.fill_in(f"{path}/closing", version=version, closes_window="true").status_code == 303

    public = read(resident, f"/public/{cast.here_id}")
    assert say("Residents say: this was kept.") in public
    assert say("Judged by residents") in public
    assert "Geert" not in public
    assert "van de Cast" not in public


def test_given_a_slip_that_was_used_when_it_is_used_again_then_it_says_so_plainly(
    database: Database, cast: Cast, line: Line, visit: Visit, say: Say
) -> None:
    given_a_report(database, cast, line)
    [code, *_] = given_slips(visit("activator"), line, 3)
    resident = in_tongue(visit(""), say)
    resident.fill_in("/judge/verdicts", code=code, verdict="not_kept")

    again = resident.fill_in("/judge", code=code)

    assert say("This slip cannot be used") in again.text
    assert say("This slip has been used already. Each slip counts once.") in again.text


def test_given_a_list_that_is_not_right_when_somebody_says_so_then_the_team_answers_without_knowing_who(
    database: Database, cast: Cast, line: Line, visit: Visit, say: Say
) -> None:
    given_a_report(database, cast, line)
    marloes, passer_by = visit("activator"), in_tongue(visit(""), say)
    assert say("Is something not right? Tell us") in read(passer_by, f"/public/{cast.here_id}")
    told = {"kind": "correction", "words": "Bij ons op de hoek tocht het nog"}
    taken = passer_by.fill_in(f"/public/{cast.here_id}/voices", **told)
    code = CODE.findall(taken.text)[0]

    inbox = read(marloes, "/voices")
    assert say("something is not right") in inbox
    path = re.findall(r'href="(/voices/[0-9a-f-]{36})"', inbox)[0]
    assert marloes.fill_in(f"{path}/answers", version=1, answer="Wij vragen het na.").status_code == 303

    assert "Wij vragen het na." in passer_by.fill_in("/answers", code=code).text
