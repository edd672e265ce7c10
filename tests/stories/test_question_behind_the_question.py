"""Element 5: the first question is the way in; what lies behind it is found together, layer by layer."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa import clock
from bsa.database import Database
from bsa.needs.actions import decide_translation, record_need
from bsa.needs.models import LifeArea, Need, NeedLayer, TranslationChoice
from bsa.needs.queries import shareable_words
from bsa.needs.shapes import DecisionIn, NeedIn

from tests.cast import NOW, Cast, a_dossier
from tests.stories.conftest import Say, Visit, read

TODAY = NOW.date().isoformat()


def given_a_man_who_wants_a_stove(database: Database, cast: Cast) -> UUID:
    """Hear the question five weeks ago, and take it up individually."""
    with clock.standing_at(NOW - timedelta(days=35)), database.writing() as session:
        me, geert = cast.activator, a_dossier(session, cast.activator, cast.here_id, "Geert")
        told = NeedIn(life_area=LifeArea.HOUSING, words="Ik wil een kachel", learned_on=clock.today())
        need = record_need(session, me, geert.id, told)
        choice = TranslationChoice.INDIVIDUAL
        decision = DecisionIn(choice=choice, reason="Kachel zoeken", decided_on=clock.today())
        decide_translation(session, me, need.id, None, decision)
        return need.id


def deeper(words: str, how_learned: str, confirmed: str, version: int) -> dict[str, object]:
    told = {"words": words, "how_learned": how_learned, "confirmed": confirmed, "version": version}
    return told | {"life_area": "housing", "learned_on": TODAY}


def layer_at(database: Database, need: UUID, depth: int) -> UUID:
    with database.reading() as session:
        found = select(col(NeedLayer.id)).where(col(NeedLayer.need_id) == need, col(NeedLayer.depth) == depth)
        return session.scalars(found).one()


def passed_on(database: Database, need: UUID) -> list[str]:
    with database.reading() as session:
        return [layer.words for layer in shareable_words(session, session.get_one(Need, need))]


def test_given_a_stated_question_when_it_deepens_then_every_layer_keeps_its_words_and_how_they_came(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    need, marloes = given_a_man_who_wants_a_stove(database, cast), visit("activator")

    told = deeper("Ik leef in één kamer", "said", "yes", marloes.version(Need, need))
    marloes.fill_in(f"/needs/{need}/layers", **told)

    page = read(marloes, f"/needs/{need}")
    assert page.index("Ik wil een kachel") < page.index("Ik leef in één kamer")
    for words in ("The stated question", "confirmed by the resident", "the resident said it"):
        assert say(words) in page
    assert say("Behind the question, layer %(number)d", number=1) in page


def test_given_a_hunch_when_it_is_written_down_then_it_is_visibly_a_hunch_and_never_passed_on(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    need, marloes = given_a_man_who_wants_a_stove(database, cast), visit("activator")

    told = deeper("Misschien schulden", "hunch", "not_yet", marloes.version(Need, need))
    marloes.fill_in(f"/needs/{need}/layers", **told)

    assert say("a hunch, not a fact") in read(marloes, f"/needs/{need}")
    sharing = f"/needs/{need}/layers/{layer_at(database, need, 1)}/sharing"
    refused = marloes.fill_in(sharing, may_be_shared="true", version=marloes.version(Need, need))
    assert refused.status_code == 409
    assert passed_on(database, need) == ["Ik wil een kachel"]


def test_given_a_confirmed_layer_when_the_resident_agrees_then_that_one_goes_along_and_no_other(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    need, marloes = given_a_man_who_wants_a_stove(database, cast), visit("activator")
    for words in ("Ik leef in één kamer", "Ze luisteren toch niet"):
        marloes.fill_in(f"/needs/{need}/layers", **deeper(words, "said", "yes", marloes.version(Need, need)))
    assert passed_on(database, need) == ["Ik wil een kachel"]

    sharing = f"/needs/{need}/layers/{layer_at(database, need, 1)}/sharing"
    marloes.fill_in(sharing, may_be_shared="true", version=marloes.version(Need, need))

    assert passed_on(database, need) == ["Ik wil een kachel", "Ik leef in één kamer"]
    assert say("may be passed on") in read(marloes, f"/needs/{need}")


@pytest.mark.parametrize("ending", ["solved", "helped_elsewhere"])
def test_given_only_the_stated_question_when_it_is_closed_then_it_is_asked_whether_that_is_the_question(
    database: Database, cast: Cast, visit: Visit, say: Say, ending: str
) -> None:
    need, marloes = given_a_man_who_wants_a_stove(database, cast), visit("activator")
    told = {"ending": ending, "closed_on": TODAY, "version": marloes.version(Need, need)}

    asked = marloes.fill_in(f"/needs/{need}/ending", **told)

    assert asked.status_code == 409
    for words in ("Only the stated question is known so far. Is this the question?", "Yes, this is it"):
        assert say(words) in asked.text
    assert say("Go on looking") in asked.text
    meant = marloes.fill_in(f"/needs/{need}/ending", **told, is_the_question="true")
    assert meant.status_code == 303


def test_given_a_month_with_only_the_stated_question_when_the_need_opens_then_a_gentle_line_asks(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    need, marloes = given_a_man_who_wants_a_stove(database, cast), visit("activator")
    line = say("Perhaps it is. Perhaps there is another one behind it, when the time is right.")
    assert line in read(marloes, f"/needs/{need}")

    told = deeper("Ik leef in één kamer", "said", "yes", marloes.version(Need, need))
    marloes.fill_in(f"/needs/{need}/layers", **told)

    assert line not in read(marloes, f"/needs/{need}")
