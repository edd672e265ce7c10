"""Element 11, both sides: residents did much and an institution evaded, told without naming anybody."""

from datetime import timedelta

from bsa import clock
from bsa.asks.actions import draft_ask, put_ask, record_answer
from bsa.asks.models import AnswerKind, Source
from bsa.asks.shapes import AnswerIn, AskIn, PutIn
from bsa.database import Database
from bsa.institutions.models import Mandate
from bsa.learning.actions import record_step
from bsa.learning.models import WhoDidIt
from bsa.learning.shapes import LearningStepIn

from tests.cast import Cast
from tests.line import Line, a_commitment
from tests.stories.conftest import Say, Visit, read


def given_a_busy_quarter(database: Database, cast: Cast, line: Line) -> None:
    with database.writing() as session:
        for number in range(4):
            a_commitment(session, cast, line.ask_id, clock.today() + timedelta(days=5 + number))
        for who in [WhoDidIt.RESIDENT_ALONE] * 8 + [WhoDidIt.WORKER] * 2:
            told = LearningStepIn(what="Gebeld", who_did_it=who, initiative_id=line.initiative_id)
            record_step(session, cast.activator, told)
        ask = draft_ask(
            session,
            cast.activator,
            AskIn(initiative_id=line.initiative_id, institution_id=cast.corporation_id, text="Lampen"),
        )
        today = clock.today()
        put = PutIn(
            happened_on=today, reply_by=today + timedelta(days=9), source=Source.MAIL, mandate=Mandate.OPERATIONAL
        )
        put_ask(session, cast.activator, ask.id, ask.version, put)
        evaded = AnswerIn(answer=AnswerKind.EVASIVE, words="Wie weet", happened_on=today, source=Source.MAIL)
        record_answer(session, cast.activator, ask.id, ask.version, evaded)


def test_given_a_busy_quarter_when_team_and_municipality_look_then_both_read_which_side_lags_and_nobody_is_named(
    database: Database, cast: Cast, line: Line, visit: Visit, say: Say
) -> None:
    given_a_busy_quarter(database, cast, line)

    for who in ("teamleader", "policy"):
        page = read(visit(who), f"/neighbourhoods/{cast.here_id}/double-activation?quarter=2026-Q1")

        assert say("The side that lags: institutions.") in page
        assert say("left out: there was nothing to count") in page
        residents, institutions = (say("%(number)s %%", number=number) for number in (90, 50))
        picture = "How far each side moves: residents %(residents)s, institutions %(institutions)s"
        assert say(picture, residents=residents, institutions=institutions) in page
        assert (say("%(counted)s of %(of)s", counted=8, of=10) in page) == (who == "teamleader")
        for name in ("Geert", "van de Cast", "De Veenhoek"):
            assert name not in page.replace("Teamleader van de Cast", "").replace("Policy van de Cast", "")


def test_given_little_that_happened_when_the_team_looks_then_it_says_that_there_is_too_little(
    cast: Cast, line: Line, visit: Visit, say: Say
) -> None:
    page = read(visit("activator"), f"/neighbourhoods/{cast.here_id}/double-activation?quarter=2026-Q1")

    assert say("Too few to say anything") in page
    assert say("The side that lags: institutions.") not in page
