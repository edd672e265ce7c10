"""What anybody says of the public list, by a form without an account; and the team that answers."""

import re

import pytest
from sqlmodel import select

from bsa.database import Database
from bsa.voices.models import PublicVoice

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse, Browser
from tests.web.test_public import publish

CODE = re.compile(r"<strong>(\w{4} \w{4} \w{3})</strong>")


def voices(database: Database) -> list[PublicVoice]:
    with database.reading() as session:
        return list(session.scalars(select(PublicVoice)))


def test_anybody_speaks_the_team_answers_and_the_code_reads_it(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    anybody, activator = browse(), browse("activator")
    page = f"/public/{cast.here_id}/voices"
    form = anybody.get(f"{page}/new", params={"commitment_id": str(line.commitment_id)}).text
    assert "Onze ramen tochten niet meer." in form
    told = {"kind": "correction", "words": "Bij ons tocht het nog", "commitment_id": str(line.commitment_id)}

    taken = anybody.fill_in(page, **told)

    assert taken.status_code == 201
    code = CODE.findall(taken.text)[0]
    [voice] = voices(database)
    assert "no answer yet" in anybody.fill_in("/answers", code=code).text
    assert "Bij ons tocht het nog" in activator.get("/voices").text
    shown = activator.get(f"/voices/{voice.id}").text
    assert f"/commitments/{line.commitment_id}" in shown
    assert activator.fill_in(f"/voices/{voice.id}/answers", version=voice.version, answer="").status_code == 400
    answer = {"version": voice.version, "answer": "De schilder komt maandag."}
    assert activator.fill_in(f"/voices/{voice.id}/answers", **answer).status_code == 303
    assert activator.fill_in(f"/voices/{voice.id}/answers", **answer).status_code == 412
    assert "De schilder komt maandag." in anybody.fill_in("/answers", code=code).text
    assert "Nothing waits for an answer" in activator.get("/voices").text
    assert "Bij ons tocht het nog" in activator.get("/voices", params={"open": "false"}).text


def test_what_was_typed_stays_when_something_is_wrong(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    page = f"/public/{cast.here_id}/voices"
    sent = browse().fill_in(page, words="Mijn nummer is 123456782", commitment_id=str(line.commitment_id))
    assert sent.status_code == 400
    assert "Mijn nummer is 123456782" in sent.text
    assert 'id="field-kind-error"' in sent.text
    assert 'id="field-words-error"' in sent.text
    assert "Onze ramen tochten niet meer." in sent.text
    assert browse().fill_in("/answers", code="00000000000").status_code == 400
    assert browse().get(f"/public/{cast.there_id}/voices/new").status_code == 404


@pytest.mark.parametrize("sign", ["\0", "\x0b", "\ufffe", "\uffff"])
def test_no_sign_comes_in_that_would_break_a_feed(
    browse: Browse, database: Database, line: Line, cast: Cast, sign: str
) -> None:
    publish(database, cast, line)
    told = {"kind": "question", "words": f"Wan{sign}neer?"}
    assert browse().fill_in(f"/public/{cast.here_id}/voices", **told).status_code == 400


def test_what_fills_in_a_field_that_nobody_sees_is_no_person(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    told = {"kind": "question", "words": "Buy now", "website": "https://spam.example"}
    answer = browse().fill_in(f"/public/{cast.here_id}/voices", **told)
    assert answer.status_code == 201
    assert CODE.findall(answer.text)
    assert voices(database) == []


def test_too_many_in_an_hour_are_asked_to_wait(browse: Browse, database: Database, line: Line, cast: Cast) -> None:
    publish(database, cast, line)
    anybody = browse()
    path, told = f"/public/{cast.here_id}/voices", {"kind": "question", "words": "Wanneer?"}
    assert [anybody.fill_in(path, **told).status_code for _ in range(6)] == [201] * 5 + [429]


def test_who_has_countless_addresses_or_names_another_counts_as_one(
    browse: Browse, database: Database, line: Line, cast: Cast
) -> None:
    publish(database, cast, line)
    app = browse().app
    path, told = f"/public/{cast.here_id}/voices", {"kind": "question", "words": "Wanneer?"}

    def sent(address: str, **headers: str) -> int:
        from_there = {"sec-fetch-site": "same-origin"} | headers
        with Browser(app, headers=from_there, client=(address, 50000)) as anybody:
            return anybody.fill_in(path, **told).status_code

    home = [f"2001:db8:0:7:{number:x}::1" for number in range(6)]
    assert [sent(address) for address in home] == [201] * 5 + [429]
    assert sent("2001:db8:0:8::1") == 201
    # A telephone of the older kind, as a server of the newer kind names it.
    assert [sent("::ffff:192.0.2.1") for _ in range(5)] == [201] * 5
    assert sent("192.0.2.1") == 429
    assert sent("::ffff:192.0.2.2") == 201
    assert sent("192.0.2.1", **{"x-forwarded-for": "198.51.100.9", "forwarded": "for=198.51.100.9"}) == 429


def test_the_day_page_says_how_many_wait(browse: Browse, database: Database, line: Line, cast: Cast) -> None:
    publish(database, cast, line)
    browse().fill_in(f"/public/{cast.here_id}/voices", kind="question", words="Wanneer?")
    assert "1 reaction on the public list waits for an answer" in browse("teamleader").get("/day").text
