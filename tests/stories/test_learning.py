"""Element 7: learning by doing it together; who did it is the measure, and never how well."""

from uuid import UUID

from bsa.database import Database

from tests.bsa.test_lifecycle import an_initiative
from tests.cast import NOW, Cast, a_dossier
from tests.stories.conftest import Say, Visit, read

TODAY = NOW.date().isoformat()
GENTLY = "You did this alone a few times now. Who could do it next time, or together with you?"


def given_geert(database: Database, cast: Cast) -> UUID:
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Geert").id


def test_given_a_contact_where_something_was_done_when_it_is_noted_then_who_did_it_is_too(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert, marloes = given_geert(database, cast), visit("activator")
    contact = {"happened_on": TODAY, "place": "at_home", "purpose": "doing_something"}
    assert say("We did something: who did it?") in read(marloes, f"/residents/{geert}")

    without = marloes.fill_in(f"/residents/{geert}/contacts", **contact, who_did_it="together")
    done = marloes.fill_in(
        f"/residents/{geert}/contacts", **contact, who_did_it="resident_alone", what_was_done="Formulier ingevuld"
    )

    assert without.status_code == 400
    assert say("Say in a few words what was done.") in without.text
    assert done.status_code == 303
    page = read(marloes, f"/residents/{geert}/steps")
    assert "Formulier ingevuld" in page
    assert say("the resident alone") in page


def test_given_the_third_time_alone_when_it_is_written_down_then_it_gently_asks_who_could_next_time(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert, marloes = given_geert(database, cast), visit("activator")
    path = f"/residents/{geert}/steps"

    for what in ("Corporatie gebeld", "De corporatie bellen"):
        marloes.fill_in(path, what=what, who_did_it="worker", done_on=TODAY)
        assert say(GENTLY) not in read(marloes, path)
    marloes.fill_in(path, what="corporatie gebeld", who_did_it="worker", done_on=TODAY)
    assert say(GENTLY) in read(marloes, path)

    marloes.fill_in(path, what="Corporatie gebeld", who_did_it="together", done_on=TODAY)
    assert say(GENTLY) not in read(marloes, path)


def test_given_a_promise_that_was_kept_when_it_is_settled_then_its_words_say_what_was_done(
    database: Database, cast: Cast, visit: Visit
) -> None:
    geert, marloes = given_geert(database, cast), visit("activator")
    marloes.fill_in(f"/residents/{geert}/promises", text="Folie brengen en plakken", due_on=TODAY)
    page = read(marloes, f"/residents/{geert}")
    settle = page.partition('action="/promises/')[2].partition("/settlement")[0]

    ended = {"version": "1", "back": "resident", "outcome": "kept", "who_did_it": "together"}
    marloes.fill_in(f"/promises/{settle}/settlement", **ended)

    assert "Folie brengen en plakken" in read(marloes, f"/residents/{geert}/steps")


def test_given_an_initiative_when_the_doing_moves_to_residents_then_a_picture_shows_it_and_counts_no_worker(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        initiative = an_initiative(session, cast)
    marloes, hatim = visit("activator"), visit("teamleader")
    area = f"/neighbourhoods/{cast.here_id}/learning"

    for number, who in enumerate(("worker", "together", "resident_with_worker_there", "resident_alone") * 3):
        if number == 9:
            assert say("Too few to say anything") in read(hatim, area)
        marloes.fill_in(f"/initiatives/{initiative}/steps", what="Zaal geregeld", who_did_it=who, done_on=TODAY)

    for path in (f"/initiatives/{initiative}/steps", area):
        page = read(hatim, path)
        assert 'role="img"' in page
        assert say("the resident teaches another").capitalize() in page
        assert "Activator van de Cast" not in page.partition("<main")[2]
    assert say("The same in numbers") in read(hatim, area)
    assert visit("policy").get(area).status_code == 403
