"""Network, goals and scales: in her own words, the resident first, and the two views side by side."""

from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa.database import Database
from bsa.goals.models import Goal
from bsa.scales.models import ScaleDefinition

from tests.around import LADDER
from tests.cast import Cast, a_dossier
from tests.stories.conftest import Say, Visit, read


@pytest.fixture
def samira(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Samira agreed to a record."""
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Samira").id


def test_given_samira_names_her_sister_when_she_is_put_on_the_map_then_the_picture_and_the_table_say_the_same(
    samira: UUID, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    told = {"who": "Mijn zus", "circle": "family", "closeness": "near", "wanted": "more", "support": ["emotional"]}

    marloes.fill_in(f"/residents/{samira}/ties", **told)

    page = read(marloes, f"/residents/{samira}/network")
    picture, table = page.partition('<svg class="bsa-map"')[2].split("</svg>")[0], page.partition("<tbody>")[2]
    assert "Mijn zus" in picture
    assert say("family") in picture
    assert f"{say('family')}, {say('near')}" in table
    assert say("emotional support") in table
    assert say("Only those who look after this resident see this. It is in no search, no export and no figure.") in page


def test_given_a_goal_in_her_words_when_marloes_wants_to_score_first_then_samira_is_asked_first(
    database: Database, samira: UUID, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    marloes.fill_in(f"/residents/{samira}/goals", words="Praten met de juf", reached="Ik deed het gesprek zelf")
    with database.reading() as session:
        goal = session.scalars(select(Goal.id)).one()

    refused = marloes.fill_in(f"/goals/{goal}/scores", by="worker", level=0)
    assert refused.status_code == 400
    assert say("The resident goes first.") in refused.text

    marloes.fill_in(f"/goals/{goal}/scores", by="resident", level=-1)
    marloes.fill_in(f"/goals/{goal}/scores", by="worker", level=0)
    page = read(marloes, f"/residents/{samira}/goals")
    assert "“Praten met de juf”" in page
    assert say("You two see it differently. That is something to talk about, not to settle here.") in page
    assert say("on the way") in page


def test_given_a_ladder_when_she_does_not_agree_then_nothing_is_kept_and_when_she_does_both_views_stand_there(
    database: Database, samira: UUID, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    with database.reading() as session:
        ladder = session.scalars(select(ScaleDefinition.id).where(col(ScaleDefinition.key) == LADDER)).one()
    path, told = f"/residents/{samira}/scale-scores", {"scale_id": ladder, "by": "resident", "level": 2}

    refused = marloes.fill_in(path, **told)
    assert refused.status_code == 400
    assert say("Ask the resident first. Nothing is scored that the resident did not agree to.") in refused.text

    marloes.fill_in(path, **told, agreed="true", note="Ik ga naar de markt")
    marloes.fill_in(path, **(told | {"by": "worker", "level": 3}), agreed="true")
    page = read(marloes, f"/residents/{samira}/scales")
    assert "“Ik ga naar de markt”" in page
    assert say("the worker") in page
    assert say("Source: %(source)s", source="Niveaus: VNG en gemeenten") in page


def test_given_a_colleague_who_does_not_look_after_her_when_they_look_then_there_is_nothing_to_see(
    samira: UUID, visit: Visit
) -> None:
    marloes, daan = visit("activator"), visit("colleague")
    marloes.fill_in(f"/residents/{samira}/ties", who="Zus", circle="family")

    assert daan.get(f"/residents/{samira}/network").status_code == 403
