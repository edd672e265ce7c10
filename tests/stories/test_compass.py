"""The compass: what of the twelve elements is alive here, read off what was noted anyway, and what is sleeping."""

from datetime import timedelta

from sqlmodel import Session

from bsa import clock
from bsa.contacts.actions import note_contact
from bsa.contacts.shapes import ContactIn
from bsa.database import Database
from bsa.permissions import Actor

from tests.cast import NOW, Cast, a_dossier
from tests.line import walk_the_line
from tests.stories.conftest import Say, Visit, read


def a_contact(session: Session, actor: Actor, cast: Cast) -> str:
    resident = a_dossier(session, actor, cast.here_id)
    told = {"happened_on": clock.today(), "place": "at_home", "purpose": "being_there"}
    note_contact(session, actor, resident.id, ContactIn.model_validate(told))
    return str(resident.id)


def row_of(page: str, element: str) -> str:
    """Return the row of the table about an element."""
    (found,) = [row for row in page.split("<tr>") if f". {element}<" in row]
    return found


def test_given_a_line_that_was_walked_when_the_compass_opens_then_its_elements_are_alive_and_others_not_yet(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        walk_the_line(session, cast)

    page = read(visit("activator"), f"/neighbourhoods/{cast.here_id}/compass")

    assert say("Which of the twelve elements of the method are to be seen in %(area)s.", area="Oude Molenbuurt") in page
    assert say("alive") in row_of(page, say("From my wish to ours"))
    assert say("alive") in row_of(page, say("Institutions move too"))
    assert say("not yet") in row_of(page, say("Practising where it is safe"))


def test_given_nothing_for_three_months_when_the_compass_opens_then_trust_is_sleeping_and_nobody_is_blamed(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with clock.standing_at(NOW - timedelta(days=91)), database.writing() as session:
        a_contact(session, cast.activator, cast)

    page = read(visit("teamleader"), f"/neighbourhoods/{cast.here_id}/compass")

    assert say("sleeping") in row_of(page, say("A bond of trust"))
    assert "Activator" not in page.partition("<main")[2]


def test_given_a_resident_when_the_compass_of_the_way_opens_then_each_element_leads_to_where_it_can_be_done(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        resident_id = a_contact(session, cast.activator, cast)
    marloes = visit("activator")

    page = read(marloes, f"/residents/{resident_id}/compass")

    assert say("Which of the twelve elements are to be seen on the way that you go together.") in page
    assert say("alive") in row_of(page, say("A bond of trust"))
    assert f'href="/residents/{resident_id}/network"' in row_of(page, say("Joining in with context and experience"))
    marloes.fill_in(f"/residents/{resident_id}/ties", who="Zus", circle="family")
    page = read(marloes, f"/residents/{resident_id}/compass")
    assert say("alive") in row_of(page, say("Joining in with context and experience"))


def test_given_the_compass_when_it_is_read_then_it_asks_for_nothing(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    page = read(visit("activator"), f"/neighbourhoods/{cast.here_id}/compass")

    assert "<form" not in page.partition('id="content"')[2].partition("<footer")[0]
    assert say("sleeping") in page
