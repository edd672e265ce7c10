"""Element 1: understand how life looks from inside before there is any plan; a phase, not a form."""

from datetime import timedelta
from uuid import UUID

from bsa import clock
from bsa.database import Database
from bsa.residents.models import Resident

from tests.cast import NOW, Cast, a_dossier
from tests.stories.conftest import Say, Visit, read


def given_somebody_met_weeks_ago(database: Database, cast: Cast) -> UUID:
    with clock.standing_at(NOW - timedelta(days=50)), database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Geert").id


def test_given_a_first_evening_when_only_the_words_are_written_down_then_they_stand_large_and_first(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert = given_somebody_met_weeks_ago(database, cast)
    marloes, life = visit("activator"), f"/residents/{geert}/lifeworld"
    assert say("Nothing is written down yet, and that is fine. Listen first.") in read(marloes, life)

    marloes.fill_in(f"/residents/{geert}/sketch-lines", words="Mijn zus belt op zondag")
    marloes.fill_in(f"/residents/{geert}/sketch-lines", words="De kast maakte ik zelf", prompt="proud_of")

    page = read(marloes, life)
    assert page.index("Mijn zus belt op zondag") < page.index(say("Proud of")) < page.index("De kast maakte ik zelf")


def test_given_an_impression_when_a_colleague_stands_in_then_it_is_not_there(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert = given_somebody_met_weeks_ago(database, cast)
    marloes, life = visit("activator"), f"/residents/{geert}/lifeworld"
    marloes.fill_in(f"/residents/{geert}/sketch-lines", words="Ik denk trots, geen onwil", voice="worker")
    marloes.fill_in(f"/residents/{geert}/sketch-lines", words="Nooit antwoord gehad", prompt="institutions")
    marloes.fill_in(f"/residents/{geert}/workers", account_id=str(cast.colleague.id), part="stands_in")

    page = read(marloes, life)
    assert page.index(say("Only for me")) < page.index("Ik denk trots, geen onwil")
    theirs = read(visit("colleague"), life)
    assert "Ik denk trots" not in theirs
    assert "Nooit antwoord" not in theirs


def test_given_six_weeks_of_exploring_when_it_is_on_purpose_then_one_tap_says_so_and_it_is_asked_again_later(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert = given_somebody_met_weeks_ago(database, cast)
    marloes = visit("activator")
    question = say("Still exploring with %(name)s: on purpose?", name="Geert")
    assert question in read(marloes, "/day")
    assert say("exploring") in read(marloes, "/residents")

    version = marloes.version(Resident, geert)
    done = marloes.fill_in(f"/residents/{geert}/exploring", version=version, back="day")

    assert done.headers["location"] == "/day"
    assert question not in read(marloes, "/day")
    with clock.standing_at(NOW + timedelta(days=42)):
        assert question in read(visit("activator"), "/day")


def test_given_time_enough_when_the_question_deepens_then_the_phase_goes_on_and_can_be_looked_for(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert = given_somebody_met_weeks_ago(database, cast)
    marloes = visit("activator")

    marloes.fill_in(f"/residents/{geert}/phase", phase="deepen", version=marloes.version(Resident, geert))

    assert say("going deeper") in read(marloes, f"/residents/{geert}")
    assert "Geert" in read(marloes, "/residents?mine=true&phase=deepen")
    assert say("Nobody found") in read(marloes, "/residents?mine=true&phase=explore")
