"""Element 4: going there unasked, with nothing in the hand but four counts, and leaving alone who wants to be."""

import re
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session

from bsa import clock
from bsa.database import Database
from bsa.outreach.actions import change_round, start_round
from bsa.outreach.models import Round
from bsa.outreach.shapes import RoundChange, RoundIn
from bsa.registry import METADATA

from tests.cast import Cast
from tests.stories.conftest import Say, Visit, read
from tests.web.conftest import Browser


def given_a_round(marloes: Browser, cast: Cast, street: str = "Molenstraat") -> str:
    begun = marloes.fill_in("/rounds", area_id=str(cast.here_id), kind="doors", where=street)
    assert begun.status_code == 303
    return str(begun.headers["location"])


def when_counted(marloes: Browser, path: str, **counts: int) -> None:
    for what, times in counts.items():
        for _ in range(times):
            assert marloes.fill_in(f"{path}/tallies", what=what, by="1").status_code == 303


def counts_on(page: str) -> dict[str, int]:
    found = re.findall(r'id="more-(\w+)".*?bsa-tally__number">(\d+)<', page)
    return {what: int(number) for what, number in found}


def whole_content(database: Database) -> str:
    with database.engine.connect() as connection:
        return "\n".join(
            repr(row) for table in METADATA.sorted_tables for row in connection.execute(select(table)).all()
        )


def residents_in(database: Database) -> int:
    with database.engine.connect() as connection:
        return len(connection.execute(select(METADATA.tables["resident"])).all())


def test_given_a_street_when_we_ring_along_it_then_four_counts_stay_and_nobody(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    path = given_a_round(marloes, cast)

    when_counted(marloes, path, rang=22, opened=9, talked=5, no_thanks=1)
    marloes.fill_in(f"{path}/tallies", what="rang", by="-1")
    marloes.fill_in(f"{path}/tallies", what="rang", by="1")

    page = read(marloes, path)
    assert counts_on(page) == {"rang": 22, "opened": 9, "talked": 5, "no_thanks": 1}
    for word in ("Rang", "Opened", "Talked", "No, thanks"):
        assert say(word) in page
    assert residents_in(database) == 0


def test_given_somebody_who_says_do_not_come_back_when_a_colleague_goes_there_then_that_door_stands_on_top(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes, daan = visit("activator"), visit("colleague")
    path = given_a_round(marloes, cast, "Zonnebloemstraat")
    assert say("Somebody asks not to be rung") in read(marloes, path)
    assert marloes.fill_in(f"{path}/no-rings", number="31 bis").status_code == 303

    page = read(daan, given_a_round(daan, cast, "Zonnebloemstr."))

    assert say("Do not ring") in page
    assert page.index("<li>31bis</li>") < page.index('id="more-rang"')
    assert "31bis" not in whole_content(database).lower()


def test_given_somebody_who_changed_their_mind_when_we_say_so_then_we_may_ring_again(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    path = given_a_round(marloes, cast)
    marloes.fill_in(f"{path}/no-rings", number="31")

    assert say("Did somebody change their mind?") in read(marloes, path)
    marloes.fill_in(f"{path}/no-rings/lifting", number="31")

    assert say("Do not ring") + "</h2>" not in read(marloes, path)


def test_given_a_house_number_when_it_is_typed_as_the_street_then_it_is_refused(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    refused = visit("activator").fill_in("/rounds", area_id=str(cast.here_id), kind="doors", where="Molenstraat 31")

    assert refused.status_code == 400
    words = say("Write the street without a house number. A number that belongs to its name is written in words.")
    assert words in refused.text


def test_given_a_round_when_it_ends_then_why_we_went_there_uninvited_is_weighed(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes, hatim = visit("activator"), visit("teamleader")
    path = given_a_round(marloes, cast)
    when_counted(marloes, path, rang=2, talked=1)
    assert say("Why did you go there uninvited?") in read(marloes, path)

    marloes.fill_in(f"{path}/ending", weighing="Wie het koud heeft, meldt zich niet", place_note="Achterpad donker")

    page = read(hatim, path)
    assert "Wie het koud heeft, meldt zich niet" in page
    assert say("About the place") in page
    assert "more-rang" not in page
    with database.reading() as session:
        assert session.scalars(select(Round)).one().ended_on == clock.today()


def test_given_rounds_that_bring_no_more_talks_when_we_would_go_again_then_another_way_is_suggested(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    with database.writing() as session:
        for weeks in (6, 4, 2):
            given_a_round_of_before(session, cast, weeks)

    page = read(visit("activator"), given_a_round(visit("activator"), cast))

    assert say("Another way in?") in page
    words = say(
        "We were in this street a few times, and no more people came to talk. Ringing once more will seldom help. "
        "Perhaps a neighbour who is known here, the caretaker or the food bank opens a door."
    )
    assert words in page


def given_a_round_of_before(session: Session, cast: Cast, weeks: int) -> None:
    on = clock.today() - timedelta(weeks=weeks)
    held = start_round(session, cast.activator, RoundIn(area_id=cast.here_id, where="Molenstraat", held_on=on))
    change_round(session, cast.activator, held.id, None, RoundChange(rang=20, opened=4, talked=1))


def test_given_a_talk_when_somebody_wants_to_be_known_then_that_is_a_step_of_its_own(
    database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    path = given_a_round(marloes, cast, "Zonnebloemstraat")
    page = read(marloes, path)
    assert say("Somebody wants to be known: register by alias") in page
    way = re.search(r'href="(/residents/new[^"]*)"', page)
    assert way is not None

    form = read(marloes, way[1])
    assert "Zonnebloemstraat" not in form
    known = marloes.fill_in(
        "/residents",
        call_name="Man van nr. 14",
        area_id=str(cast.here_id),
        informed_on=clock.today().isoformat(),
        informed_how="spoken",
    )

    assert known.status_code == 303
    assert residents_in(database) == 1
    assert path.split("/")[-1] not in read(marloes, known.headers["location"])
