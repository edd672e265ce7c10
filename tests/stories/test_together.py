"""Element 9: from what somebody wants alone to what people want together; a person decides, and all are asked first."""

from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa.database import Database
from bsa.needs.models import Need
from bsa.suggestions.models import IntroductionAnswer, Suggestion

from tests.cast import NOW, Cast
from tests.shared import LAMPS, alike, found
from tests.stories.conftest import Say, Visit, read

TODAY = NOW.date().isoformat()


@pytest.fixture
def suggestion(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Three households miss the same lamps; one of them is a colleague's."""
    with database.writing() as session:
        alike(session, [cast.activator, cast.activator, cast.colleague], cast.here_id)
        return found(session, cast.here_id).id


def test_given_three_alike_when_the_team_looks_then_it_reads_why_and_decides_and_all_are_asked(
    database: Database, cast: Cast, visit: Visit, say: Say, suggestion: UUID
) -> None:
    marloes, daan = visit("activator"), visit("colleague")

    board = read(marloes, f"/themes?area_id={cast.here_id}")
    assert say("Do these questions belong together?") in board
    assert "achterpad" in board
    page = read(marloes, f"/suggestions/{suggestion}")
    for words in ("They belong together", "They do not belong together", "Of residents of colleagues"):
        assert say(words) in page
    assert LAMPS[2] not in page

    with database.reading() as session:
        needs = list(session.scalars(select(col(Need.id)).order_by(col(Need.id))))
    taken = marloes.fill_in(
        f"/suggestions/{suggestion}/taking-up",
        version=marloes.version(Suggestion, suggestion),
        choice="new",
        title="Donker achterpad",
        need_ids=[str(key) for key in needs[:2]],
    )
    assert say("Taken up by a colleague") in read(daan, f"/themes?area_id={cast.here_id}")
    daan.fill_in(f"/suggestions/{suggestion}/links", need_ids=[str(needs[2])])

    theme = taken.headers["location"].partition("#")[0]
    assert say("Ask who wants to meet") in read(marloes, theme)
    introduction = marloes.fill_in(f"{theme}/introductions").headers["location"]
    with database.reading() as session:
        sides = list(session.scalars(select(col(IntroductionAnswer.resident_id)).order_by(col(IntroductionAnswer.id))))
    for resident in sides:
        for worker in (marloes, daan):
            worker.fill_in(f"{introduction}/answers/{resident}", agreed="true", how="spoken", answered_on=TODAY)
        if resident != sides[-1]:
            assert say("All said yes: bring them together") not in read(marloes, introduction)
    assert say("All said yes: bring them together") in read(marloes, introduction)
    assert "Buur 2" in read(marloes, introduction)
