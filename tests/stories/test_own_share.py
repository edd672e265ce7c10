"""Element 6: conscious co-producer of one's dependence; my part and their part, always beside each other."""

from uuid import UUID

from sqlmodel import select

from bsa.asks.models import Ask
from bsa.database import Database
from bsa.initiatives.models import Initiative
from bsa.residents.actions import assign_worker
from bsa.residents.models import WorkerPart
from bsa.residents.shapes import WorkerIn
from bsa.shares.models import OwnShare

from tests.bsa.test_lifecycle import an_initiative
from tests.cast import NOW, Cast, a_dossier
from tests.stories.conftest import Say, Visit, read

TODAY = NOW.date().isoformat()


def given_geert(database: Database, cast: Cast) -> UUID:
    with database.writing() as session:
        geert = a_dossier(session, cast.activator, cast.here_id, "Geert")
        stands_in = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
        assign_worker(session, cast.activator, geert.id, stands_in)
        an_initiative(session, cast)
        return geert.id


def test_given_a_couch_when_two_columns_are_filled_then_both_stand_beside_each_other(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert, marloes = given_geert(database, cast), visit("activator")

    for side, words in (("mine", "Ik zeg niks"), ("theirs", "Ze bellen nooit terug")):
        entry = {"side": side, "prompt": "keeps_it", "words": words, "author": "together", "written_on": TODAY}
        assert marloes.fill_in(f"/residents/{geert}/shares", **entry).headers["location"].endswith(f"#{side}")

    page = read(marloes, f"/residents/{geert}/shares")
    for words in (say("my part").capitalize(), say("their part").capitalize(), "Ik zeg niks", "Ze bellen nooit terug"):
        assert words in page
    sheet = read(marloes, f"/residents/{geert}/shares/sheet")
    assert say("This is yours. Nobody sees it unless you say so.") in sheet
    assert "Ik zeg niks" in sheet
    assert "Ik zeg niks" not in read(marloes, f"/residents/{geert}/shares/sheet?empty=true")


def test_given_their_part_when_the_resident_approves_words_then_only_those_go_to_the_institution(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert, marloes = given_geert(database, cast), visit("activator")
    entry = {"side": "theirs", "prompt": "keeps_it", "words": "Ze lachen me uit", "author": "resident"}
    marloes.fill_in(f"/residents/{geert}/shares", **entry)
    with database.reading() as session:
        share_id = session.scalars(select(OwnShare.id)).one()
        initiative_id = session.scalars(select(Initiative.id)).one()
    assert say("This stays here:") in read(marloes, f"/own-shares/{share_id}/asks/new")

    asked = {"institution_id": cast.corporation_id, "initiative_id": initiative_id, "approved_on": TODAY}
    named = marloes.fill_in(f"/own-shares/{share_id}/asks", **asked, approved_words="Bel Geert terug")
    done = marloes.fill_in(f"/own-shares/{share_id}/asks", **asked, approved_words="Bel binnen een week terug")

    assert named.status_code == 400
    assert say("This names the resident. Leave the name out: others read it.") in named.text
    page = read(visit("teamleader"), done.headers["location"])
    assert "Bel binnen een week terug" in page
    assert "Ze lachen me uit" not in page
    assert "Geert" not in page
    with database.reading() as session:
        assert session.scalars(select(Ask)).one().text == "Bel binnen een week terug"


def test_given_what_stands_there_when_somebody_else_looks_then_nothing_shows_that_there_is_any(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    geert, marloes, stand_in = given_geert(database, cast), visit("activator"), visit("colleague")
    pages = (f"/residents/{geert}", f"/residents/{geert}/level?to=alias", f"/residents/{geert}/contacts")
    before = [stand_in.get(page).text for page in pages]

    entry = {"side": "mine", "prompt": "keeps_it", "words": "Zonnebloem", "author": "together"}
    marloes.fill_in(f"/residents/{geert}/shares", **entry)

    assert [stand_in.get(page).text for page in pages] == before
    refused = stand_in.get(f"/residents/{geert}/shares")
    assert refused.status_code == 403
    assert say("This is between the resident and the worker who is assigned; it opens for nobody else.") in refused.text
    assert say("My part, their part") not in stand_in.get(f"/residents/{geert}").text
    for name in ("stranger", "teamleader", "corporation", "policy", "admin"):
        assert visit(name).get(f"/residents/{geert}/shares").status_code in (403, 404)
