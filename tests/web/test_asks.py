"""The pages of asks: drafted, put, answered, asked again, taken higher and closed by forms."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa import clock
from bsa.asks.actions import draft_ask, put_ask, record_answer
from bsa.asks.models import AnswerKind, Ask, AskEvent, AskState, Letter, Source
from bsa.asks.shapes import AnswerIn, AskIn, PutIn
from bsa.database import Database
from bsa.institutions.models import Mandate

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse

WORDS = "Licht op het achterpad"


def a_draft(database: Database, cast: Cast, line: Line) -> UUID:
    with database.writing() as session:
        told = AskIn(initiative_id=line.initiative_id, institution_id=cast.corporation_id, text=WORDS)
        return draft_ask(session, cast.activator, told).id


def asked(database: Database, cast: Cast, line: Line) -> UUID:
    ask_id, today = a_draft(database, cast, line), clock.today()
    told = PutIn(
        happened_on=today, reply_by=today + timedelta(days=14), source=Source.MAIL, mandate=Mandate.OPERATIONAL
    )
    with database.writing() as session:
        put_ask(session, cast.activator, ask_id, session.get_one(Ask, ask_id).version, told)
    return ask_id


def evaded(database: Database, cast: Cast, line: Line) -> UUID:
    ask_id = asked(database, cast, line)
    told = AnswerIn(
        answer=AnswerKind.EVASIVE, words="We nemen het mee", happened_on=clock.today(), source=Source.MEETING
    )
    with database.writing() as session:
        record_answer(session, cast.activator, ask_id, session.get_one(Ask, ask_id).version, told)
    return ask_id


def state_of(database: Database, ask_id: UUID) -> AskState:
    with database.reading() as session:
        return session.get_one(Ask, ask_id).state


def test_the_list_shows_what_is_open_and_the_drafts_of_the_team(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    a_draft(database, cast, line)

    page = browse("activator").get("/asks")

    assert page.status_code == 200
    assert WORDS in page.text
    assert "Being drafted" in page.text


def test_the_list_puts_what_is_overdue_first(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    asked(database, cast, line)
    with clock.standing_at(clock.now() + timedelta(days=17)):
        page = browse("activator").get("/asks")

    assert "3 days over" in page.text


def test_a_filter_that_nothing_fits_says_so(browse: Browse, line: Line) -> None:
    page = browse("activator").get("/asks", params={"state": "escalated", "area_id": "", "open": ""})

    assert page.status_code == 200
    assert "Nothing fits this filter" in page.text


def test_a_broken_filter_is_told_beside_its_field(browse: Browse, line: Line) -> None:
    page = browse("activator").get("/asks", params={"state": "nonsense"})

    assert page.status_code == 400
    assert "Choose one of these." in page.text


def test_an_institution_sees_what_it_was_asked_but_no_draft(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    draft, ask = a_draft(database, cast, line), asked(database, cast, line)
    corporation = browse("corporation")

    assert f"/asks/{ask}" in corporation.get("/asks").text
    assert f"/asks/{draft}" not in corporation.get("/asks").text
    assert corporation.get(f"/asks/{draft}").status_code == 404
    assert browse("rival").get(f"/asks/{ask}").status_code == 404


@pytest.mark.parametrize("name", ["policy", "privacy", "admin"])
def test_asks_are_not_for_everybody(browse: Browse, line: Line, name: str) -> None:
    assert browse(name).get("/asks").status_code == 403
    assert browse(name).get(f"/asks/{line.ask_id}").status_code == 404


def test_another_area_and_nobody_at_all_see_nothing(browse: Browse, line: Line) -> None:
    assert browse("stranger").get(f"/asks/{line.ask_id}").status_code == 404
    assert browse().get(f"/asks/{line.ask_id}").headers["location"].startswith("/sign-in")


def test_a_draft_is_made_from_an_initiative(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    activator = browse("activator")
    page = activator.get("/asks/new", params={"initiative_id": str(line.initiative_id)})
    assert f'value="{line.initiative_id}" selected' in page.text

    sent = activator.fill_in(
        "/asks",
        initiative_id=str(line.initiative_id),
        institution_id=str(cast.corporation_id),
        text=WORDS,
        voiced_by="residents",
    )

    assert sent.status_code == 303
    assert activator.get(sent.headers["location"]).status_code == 200


def test_a_draft_without_an_institution_keeps_what_was_typed(browse: Browse, line: Line) -> None:
    sent = browse("activator").fill_in("/asks", initiative_id=str(line.initiative_id), text=WORDS, voiced_by="team")

    assert sent.status_code == 400
    assert WORDS in sent.text
    assert 'id="field-institution_id-error"' in sent.text


def test_a_draft_is_changed_and_thrown_away(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    activator, draft = browse("activator"), a_draft(database, cast, line)
    assert WORDS in activator.get(f"/asks/{draft}/edit").text

    changed = activator.fill_in(
        f"/asks/{draft}", version=activator.version(Ask, draft), text="Zes lampen op het achterpad"
    )
    assert changed.status_code == 303
    stale = activator.fill_in(f"/asks/{draft}", version=1, text="Zeven lampen")
    assert stale.status_code == 412
    assert "Zeven lampen" in stale.text
    assert (
        activator.fill_in(f"/asks/{draft}", version=activator.version(Ask, draft), text="bsn 111222333").status_code
        == 400
    )

    assert activator.fill_in(f"/asks/{draft}/removal", version=activator.version(Ask, draft)).status_code == 303
    assert activator.get(f"/asks/{draft}").status_code == 404


def test_a_draft_is_put_and_its_letter_can_be_printed(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    activator, draft, today = browse("activator"), a_draft(database, cast, line), clock.today()
    assert activator.get(f"/asks/{draft}/submission").status_code == 200
    told = {"happened_on": today.isoformat(), "reply_by": (today + timedelta(days=21)).isoformat(), "source": "mail"}

    nobody = activator.fill_in(f"/asks/{draft}/submission", version=activator.version(Ask, draft), **told)
    assert nobody.status_code == 400
    assert 'id="field-mandate-error"' in nobody.text
    done = activator.fill_in(
        f"/asks/{draft}/submission", version=activator.version(Ask, draft), mandate="policy", **told
    )
    assert done.status_code == 303
    assert activator.fill_in(f"/asks/{draft}/submission", version=1, mandate="policy", **told).status_code == 412
    assert (
        activator.fill_in(
            f"/asks/{draft}/submission", version=activator.version(Ask, draft), mandate="policy", **told
        ).status_code
        == 409
    )

    with database.reading() as session:
        letter = session.scalars(select(Letter.id).where(col(Letter.ask_id) == draft)).one()
    page = activator.get(f"/asks/{draft}/letters/{letter}")
    assert "bsa-look-letter" in page.text
    assert "Geachte heer of mevrouw" in page.text
    assert "24 maart 2026" in page.text
    assert browse("corporation").get(f"/asks/{draft}/letters/{letter}").status_code == 403


def test_the_team_enters_an_answer(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    activator, ask = browse("activator"), asked(database, cast, line)
    assert "How do we know it?" in activator.get(f"/asks/{ask}/answers").text
    told = {"happened_on": clock.today().isoformat(), "source": "telephone"}

    without_words = activator.fill_in(f"/asks/{ask}/answers", version=activator.version(Ask, ask), answer="no", **told)
    assert without_words.status_code == 400
    assert 'id="field-words-error"' in without_words.text
    assert (
        activator.fill_in(
            f"/asks/{ask}/answers", version=activator.version(Ask, ask), answer="no", words="Kan niet", **told
        ).status_code
        == 303
    )

    page = activator.get(f"/asks/{ask}")
    assert "Answer: no" in page.text
    assert "entered by the team" in page.text
    assert "said on the telephone" in page.text


def test_an_institution_answers_itself_without_naming_a_source(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    corporation, ask = browse("corporation"), asked(database, cast, line)
    form = corporation.get(f"/asks/{ask}/answers").text
    assert 'name="source"' not in form

    told = {"answer": "yes", "words": "Ja", "happened_on": clock.today().isoformat()}
    assert corporation.fill_in(f"/asks/{ask}/answers", version=corporation.version(Ask, ask), **told).status_code == 303

    with database.reading() as session:
        last = session.scalars(
            select(AskEvent).where(col(AskEvent.ask_id) == ask).order_by(col(AskEvent.number).desc())
        ).first()
        assert last is not None
        assert last.source is Source.OWN_SIGN_IN


def test_an_evasive_answer_is_asked_again_or_taken_higher(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    activator, today = browse("activator"), clock.today()
    told = {"happened_on": today.isoformat(), "reply_by": (today + timedelta(days=7)).isoformat(), "source": "letter"}
    again, higher = evaded(database, cast, line), evaded(database, cast, line)
    assert activator.get(f"/asks/{again}/repetitions").status_code == 200
    assert activator.get(f"/asks/{higher}/escalations").status_code == 200

    assert (
        activator.fill_in(
            f"/asks/{again}/repetitions", version=activator.version(Ask, again), mandate="policy", **told
        ).status_code
        == 303
    )
    no_reason = activator.fill_in(
        f"/asks/{higher}/escalations", version=activator.version(Ask, higher), mandate="policy", **told
    )
    assert no_reason.status_code == 400
    assert 'id="field-reason-error"' in no_reason.text
    told["reason"] = "Er kwam geen antwoord"
    assert (
        activator.fill_in(
            f"/asks/{higher}/escalations", version=activator.version(Ask, higher), mandate="board", **told
        ).status_code
        == 303
    )

    assert state_of(database, again) is AskState.ASKED_AGAIN
    assert state_of(database, higher) is AskState.ESCALATED


def test_a_wrong_answer_is_struck_through_and_the_right_one_entered_from_its_words(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    activator, ask = browse("activator"), evaded(database, cast, line)
    assert activator.get(f"/asks/{ask}/corrections").status_code == 200
    assert activator.fill_in(f"/asks/{ask}/corrections", version=activator.version(Ask, ask)).status_code == 400

    struck = activator.fill_in(
        f"/asks/{ask}/corrections", version=activator.version(Ask, ask), reason="Dat zei een ander."
    )

    assert (struck.status_code, struck.headers["location"]) == (303, f"/asks/{ask}/answers")
    form = activator.get(f"/asks/{ask}/answers").text
    with database.reading() as session:
        words = session.scalars(select(AskEvent).where(col(AskEvent.ask_id) == ask, col(AskEvent.number) == 3)).one()
    assert words.words
    assert words.words in form
    assert "Dat zei een ander." in activator.get(f"/asks/{ask}").text
    assert state_of(database, ask) is AskState.ASKED


def test_an_ask_is_closed_with_the_reason(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    activator, ask = browse("activator"), evaded(database, cast, line)
    assert activator.get(f"/asks/{ask}/closure").status_code == 200
    told = {"happened_on": clock.today().isoformat()}

    assert activator.fill_in(f"/asks/{ask}/closure", version=activator.version(Ask, ask), **told).status_code == 400
    assert (
        activator.fill_in(
            f"/asks/{ask}/closure", version=activator.version(Ask, ask), reason="Niet meer nodig", **told
        ).status_code
        == 303
    )

    assert activator.get(f"/asks/{ask}/closure").status_code == 409


def test_buttons_are_those_of_the_allowed_deeds(browse: Browse, database: Database, cast: Cast, line: Line) -> None:
    ask = asked(database, cast, line)
    activator, corporation = browse("activator"), browse("corporation")

    for_team, for_institution = activator.get(f"/asks/{ask}").text, corporation.get(f"/asks/{ask}").text

    assert f"/asks/{ask}/closure" in for_team
    assert f"/asks/{ask}/answers" in for_institution
    assert f"/asks/{ask}/closure" not in for_institution
    assert corporation.get(f"/asks/{ask}/closure").status_code == 403
