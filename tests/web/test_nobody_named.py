"""Nothing public names a resident or an employee: a word is planted wherever somebody could be named."""

import re

from sqlmodel import select

from bsa import clock
from bsa.commitments.actions import enter_event, record_verdict
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn, VerdictIn
from bsa.database import Database
from bsa.institutions.actions import record_contact
from bsa.institutions.shapes import InstitutionContactIn
from bsa.people.models import Account
from bsa.residents.models import Resident
from bsa.voices.actions import answer_voice, take_in
from bsa.voices.models import VoiceKind
from bsa.voices.shapes import VoiceAnswerIn, VoiceIn

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse

MARK = "Merkwaardig"


def plant(database: Database, cast: Cast, line: Line) -> None:
    """Put the word into every text beside the promise itself, which a person read before it was published."""
    me, today = cast.activator, clock.today()
    with database.writing() as session:
        for kind, column in ((Account, "display_name"), (Resident, "call_name")):
            for row in session.scalars(select(kind)):
                setattr(row, column, f"{MARK} {row.id.hex[-4:]}")
        person = {"name": MARK, "job": MARK, "mandate": "policy", "email": "merkwaardig@veenhoek.example"}
        record_contact(session, me, cast.corporation_id, InstitutionContactIn.model_validate(person))
        happened = (
            {"kind": "confirmed", "words": MARK},
            {"kind": "moved", "words": MARK, "due_on": "2026-06-01", "residents_agreed": True},
            {"kind": "published", "visibility": "public", "previewed": True},
            {"kind": "contested", "words": MARK},
            {"kind": "claimed", "words": MARK},
        )
        for told in happened:
            version = session.get_one(Commitment, line.commitment_id).version
            event = CommitmentEventIn.model_validate({"happened_on": today} | told)
            enter_event(session, me, line.commitment_id, version, event)
        verdict = {
            "kept": 2,
            "partly": 1,
            "not_kept": 1,
            "happened_on": today,
            "witness_ids": [line.resident_id, line.other_resident_id],
            "quotes": [{"words": MARK}, {"words": "Het tocht niet meer", "may_be_public": True}],
            "close_window": True,
        }
        version = session.get_one(Commitment, line.commitment_id).version
        record_verdict(session, me, line.commitment_id, version, VerdictIn.model_validate(verdict))
        said = VoiceIn(kind=VoiceKind.COMPLAINT, words=MARK, reply_to=MARK, commitment_id=line.commitment_id)
        voice, _ = take_in(session, cast.here_id, said, "192.0.2.7")
        answer_voice(session, me, voice.id, voice.version, VoiceAnswerIn(answer=MARK))


def crawl(browse: Browse) -> dict[str, str]:
    """Follow every link that somebody without an account finds; return the text of each address."""
    anybody, found, to_read = browse(), {}, ["/", "/public", "/judge", "/judge/thanks", "/answers", "/sign-in"]
    while to_read:
        path = to_read.pop()
        if path in found:
            continue
        answer = anybody.get(path)
        found[path] = answer.text if "image" not in answer.headers.get("content-type", "") else ""
        links = re.findall(r'(?:href|content)="(?:http://127\.0\.0\.1:8000)?(/(?!static|api)[^"#]*)', found[path])
        links += [answer.headers.get("location", "")]
        to_read += [link.replace("&amp;", "&") for link in links if link and link not in found]
    return found


def test_no_public_page_names_a_resident_or_an_employee(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    plant(database, cast, line)

    found = crawl(browse)

    of_here = [path for path in found if str(cast.here_id) in path]
    assert len(of_here) >= 6
    assert any(path.endswith(".json") for path in of_here)
    assert any("feed.atom" in path for path in of_here)
    assert "Het tocht niet meer" in found[f"/public/{cast.here_id}"]
    named = {path for path, text in found.items() if MARK.lower() in text.lower()}
    assert named == set()
    api = browse()
    for path in ("", "/commitments", "/events", "/counts", f"/commitments/{line.commitment_id}"):
        answer = api.get(f"/api/v1/public/neighbourhoods/{cast.here_id}{path}")
        assert answer.status_code == 200
        assert MARK not in answer.text
    # Four judged: the word, and no counts.
    assert '"kept":2' not in api.get(f"/api/v1/public/neighbourhoods/{cast.here_id}/commitments").text


def test_the_crawl_would_find_a_name(browse: Browse, database: Database, line: Line, cast: Cast) -> None:
    plant(database, cast, line)
    with database.writing() as session:
        session.get_one(Commitment, line.commitment_id).residents_words = f"{MARK} zei dat het tocht"

    assert [path for path, text in crawl(browse).items() if MARK in text]
