"""Element 9, once there is something to do together: tasks, a group with rights, and a page to be sent to."""

import re
from html import unescape

from bsa.database import Database

from tests.bsa.test_lifecycle import an_initiative
from tests.cast import NOW, Cast
from tests.stories.conftest import Say, Visit, read

TODAY = NOW.date().isoformat()


def test_given_a_task_when_residents_did_it_alone_then_the_initiative_shows_that_the_doing_shifts(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        initiative = an_initiative(session, cast)
    marloes, path = visit("activator"), f"/initiatives/{initiative}"
    assert say("Nobody is obliged. When it is done, tell who did it.") in read(marloes, f"{path}/tasks")

    marloes.fill_in(f"{path}/tasks", what="Zaal geregeld", by_on="2026-03-20")
    assert say("late, by %(day)s", day="").strip() in read(marloes, path)
    task = re.findall(r'href="(/tasks/[^"]+)"', read(marloes, path))[0]
    marloes.fill_in(f"{task}/completion", version="1", who_did_it="resident_alone", done_on=TODAY)

    assert say("the resident alone").capitalize() in read(marloes, f"{path}/tasks")
    steps = read(visit("teamleader"), f"{path}/steps")
    assert "Zaal geregeld" in steps
    assert 'role="img"' in steps


def test_given_a_first_meeting_when_the_group_becomes_a_committee_then_it_reads_in_plain_words_what_it_may(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        initiative = an_initiative(session, cast)
    marloes = visit("activator")

    made = marloes.fill_in("/groups", initiative_id=str(initiative), kind="tenants_committee", founded_on=TODAY)
    group = made.headers["location"]
    page = read(marloes, group)
    assert say("being set up") in page
    assert say("Before the landlord changes something, it has at least six weeks to give advice.") in page
    assert say("Institutions never see who is in a group.") in page

    told = {"name": "Molenbuurt Warm", "kind": "tenants_committee", "founded_on": TODAY, "recognised_on": TODAY}
    marloes.fill_in(group, version="1", institution_id=str(cast.corporation_id), **told)

    assert say("recognised") in read(marloes, group)
    assert visit("corporation").get(group).status_code == 404


def test_given_a_page_that_a_person_approved_when_somebody_types_its_code_then_it_reads_without_signing_in(
    database: Database, cast: Cast, visit: Visit, say: Say, language: object
) -> None:
    with database.writing() as session:
        initiative = an_initiative(session, cast)
    marloes, path = visit("activator"), f"/initiatives/{initiative}/page"
    refused = marloes.fill_in(path, title="Warm", words="Bel Activator van de Cast")
    assert refused.status_code == 400
    assert say("This names {who}. Leave the name out: the page names nobody.").partition("{")[0] in unescape(
        refused.text
    )

    marloes.fill_in(path, title="Warm", words="Kom ook.", whom_to_call="0591 12 34 56")
    assert say("So everybody will see it") in read(marloes, path)
    marloes.fill_in(f"{path}/publication", version="1", previewed="true")
    code = re.findall(r'href="(/i/\w+)"', read(marloes, path))[0]
    assert say("Point your telephone at the square, or go to") in read(marloes, f"{path}/poster")

    resident = visit("")
    resident.cookies.set("lang", str(language))
    page = read(resident, code)
    assert "0591 12 34 56" in page
    assert say("You are welcome. You need not sign up, and nobody sees that you looked here.") in page
    marloes.fill_in(f"{path}/withdrawal")
    assert resident.get(code).status_code == 404
