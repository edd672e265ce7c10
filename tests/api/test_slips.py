"""Slips and voices through the API: shapes, headers, and how it refuses."""

from datetime import timedelta

import pytest

from bsa import clock
from bsa.commitments.actions import enter_event
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn
from bsa.database import Database

from tests.api.conftest import ClientOf
from tests.cast import Cast
from tests.line import Line, walk_the_line


@pytest.fixture
def line(database: Database, cast: Cast, standing_clock: None) -> Line:
    """Walk the line; the promise is public, and reported as kept."""
    with database.writing() as session:
        walked = walk_the_line(session, cast)
        for told in ({"kind": "published", "visibility": "public", "previewed": True}, {"kind": "claimed"}):
            version = session.get_one(Commitment, walked.commitment_id).version
            happened = CommitmentEventIn.model_validate({"happened_on": clock.today()} | told)
            enter_event(session, cast.activator, walked.commitment_id, version, happened)
        return walked


def test_from_handing_out_to_the_verdict(client_of: ClientOf, line: Line) -> None:
    me, anybody = client_of("activator"), client_of("nobody")
    path = f"/commitments/{line.commitment_id}"
    seen = me.get(path).headers["etag"]
    made = me.post(f"{path}/slip-rounds", json={"slips": 6}, headers={"If-Match": seen})
    assert made.status_code == 201
    sheet = made.json()
    assert made.headers["location"] == f"/slip-rounds/{sheet['id']}"
    assert (len(sheet["codes"]), sheet["address"]) == (6, "http://127.0.0.1:8000/judge")
    shown = me.get(f"/slip-rounds/{sheet['id']}")
    assert "codes" not in shown.json()
    version, _, _ = made.headers["etag"].partition(".")
    assert (shown.json()["slips"], shown.json()["used"], shown.headers["etag"].partition(".")[0]) == (6, 0, version)

    asked = anybody.post("/public/slips/openings", json={"code": sheet["codes"][0]})
    assert asked.json()["residentsWords"] == "Onze ramen tochten niet meer."
    for code in sheet["codes"][:5]:
        assert anybody.post("/public/slips/votes", json={"code": code, "verdict": "kept"}).status_code == 204
    twice = anybody.post("/public/slips/votes", json={"code": sheet["codes"][0], "verdict": "kept"})
    assert (twice.status_code, twice.headers["content-type"]) == (409, "application/problem+json")
    wrong = anybody.post("/public/slips/votes", json={"code": "00000000000", "verdict": "unjudged"})
    assert {fault["location"] for fault in wrong.json()["errors"]} == {"/verdict"} or wrong.status_code == 400

    closing = me.post(f"/slip-rounds/{sheet['id']}/closing", json={}, headers={"If-Match": shown.headers["etag"]})
    assert (closing.status_code, closing.json()["kept"]) == (201, 5)
    assert me.get(f"{path}/verdicts").json()["outcome"] == "kept"
    assert [one["id"] for one in me.get(f"{path}/slip-rounds").json()["items"]] == [sheet["id"]]


def test_somebody_speaks_and_reads_the_answer(client_of: ClientOf, line: Line, cast: Cast) -> None:
    me, anybody = client_of("activator"), client_of("nobody")
    told = {"kind": "question", "words": "Wanneer?", "commitmentId": str(line.commitment_id)}
    taken = anybody.post(f"/public/neighbourhoods/{cast.here_id}/voices", json=told)
    assert taken.status_code == 201
    [voice] = me.get("/voices").json()["items"]
    path = f"/voices/{voice['id']}"
    seen = me.get(path).headers["etag"]
    assert me.post(f"{path}/answers", json={"answer": "Maandag"}).status_code == 428
    assert me.post(f"{path}/answers", json={"answer": "Maandag"}, headers={"If-Match": seen}).status_code == 201
    assert anybody.post("/public/answers", json={"code": taken.json()["code"]}).json()["answer"] == "Maandag"
    for _ in range(4):
        anybody.post(f"/public/neighbourhoods/{cast.here_id}/voices", json=told)
    refused = anybody.post(f"/public/neighbourhoods/{cast.here_id}/voices", json=told)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)


def test_everybody_reads_what_happened_and_the_counts(client_of: ClientOf, line: Line, cast: Cast) -> None:
    anybody, here = client_of("nobody"), f"/public/neighbourhoods/{cast.here_id}"
    events = anybody.get(f"{here}/events").json()["items"]
    assert [one["kind"] for one in events] == ["claimed", "recorded"]
    assert anybody.get(f"{here}/counts").json()["open"] == 1
    one = anybody.get(f"{here}/commitments/{line.commitment_id}").json()
    assert [event["kind"] for event in one["events"]] == ["recorded", "claimed"]
    assert not {"words", "enteredBy", "witnesses"} & {key for event in one["events"] for key in event}
    with clock.standing_at(clock.now() + timedelta(days=20)):
        counts = anybody.get(f"{here}/counts").json()
    assert (counts["open"], counts["unjudged"], counts["late"]) == (0, 1, 0)
