"""The pages of the network, goals, scales and the compass: done once, with a mistake, and when it was stale."""

import json
from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa.database import Database
from bsa.goals.models import Goal, GoalScore
from bsa.network.models import Tie
from bsa.residents.actions import restrict_resident
from bsa.residents.models import Resident
from bsa.scales.models import ScaleDefinition, ScaleScore
from bsa.scales.queries import export_scale

from tests.around import LADDER, look_around
from tests.cast import Cast, a_dossier, a_resident
from tests.web.conftest import Browse


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Open a dossier."""
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id).id


@pytest.fixture
def around(database: Database, cast: Cast, geert: UUID) -> dict[str, object]:
    """Put one of each there."""
    with database.writing() as session:
        return look_around(session, cast.activator, geert)


def scale(database: Database, key: str) -> ScaleDefinition:
    with database.reading() as session:
        found = session.scalars(select(ScaleDefinition).where(col(ScaleDefinition.key) == key)).one()
        session.expunge(found)
        return found


def test_an_empty_map_says_how_to_begin_and_a_full_one_is_a_picture_with_a_table(
    browse: Browse, database: Database, cast: Cast, geert: UUID
) -> None:
    page = browse("activator").get(f"/residents/{geert}/network").text
    assert "Nobody stands here yet." in page
    assert '<svg class="bsa-map"' not in page

    with database.writing() as session:
        look_around(session, cast.activator, geert)
    page = browse("activator").get(f"/residents/{geert}/network").text
    assert 'class="bsa-map"' in page
    assert 'role="img"' in page
    assert page.count("Zus") >= 2


def test_somebody_is_put_on_the_map_in_one_short_form(browse: Browse, database: Database, geert: UUID) -> None:
    told = {
        "who": "Sjoerd",
        "circle": "friends",
        "closeness": "near",
        "wanted": "more",
        "support": ["company", "advice"],
    }

    answer = browse("activator").fill_in(f"/residents/{geert}/ties", **told)

    assert answer.headers["location"] == f"/residents/{geert}/network#map"
    with database.reading() as session:
        tie = session.scalars(select(Tie)).one()
        assert (tie.company, tie.advice, tie.practical, tie.emotional) == (True, True, False, False)


def test_a_mistake_keeps_what_was_typed_and_ticked(browse: Browse, geert: UUID) -> None:
    answer = browse("activator").fill_in(f"/residents/{geert}/ties", who="Sjoerd", support=["company"])

    assert answer.status_code == 400
    assert 'value="Sjoerd"' in answer.text
    assert 'value="company" checked' in answer.text
    assert 'id="field-circle-error"' in answer.text


def test_a_tie_is_changed_ended_and_refused_when_stale(
    browse: Browse, database: Database, geert: UUID, around: dict[str, UUID]
) -> None:
    browser, tie = browse("activator"), around["tie"]
    told = {"who": "Mijn zus Els", "circle": "family", "closeness": "far", "wanted": "less", "support": ["emotional"]}

    assert browser.get(f"/ties/{tie}/edit").status_code == 200
    stale = browser.fill_in(f"/ties/{tie}/edit", version=9, **told)
    assert stale.status_code == 412
    assert 'value="Mijn zus Els"' in stale.text
    done = browser.fill_in(f"/ties/{tie}/edit", version=browser.version(Tie, tie), **told)
    assert done.status_code == 303
    ended = browser.fill_in(f"/ties/{tie}/ending", version=browser.version(Tie, tie))
    assert ended.status_code == 303
    assert "who was there before" in browser.get(f"/residents/{geert}/network").text


def test_below_a_dossier_the_parts_say_what_they_need(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id).id
    browser = browse("activator")

    for part, words in (
        ("network", "A network map needs a record."),
        ("goals", "Goals need a record."),
        ("scales", "Scales need a record."),
    ):
        page = browser.get(f"/residents/{alias}/{part}").text
        assert words in page
        assert "bsa-form" not in page.partition("<main")[2]


def test_a_goal_is_set_and_scored_the_resident_first(browse: Browse, database: Database, geert: UUID) -> None:
    browser = browse("activator")
    missing = browser.fill_in(f"/residents/{geert}/goals", words="Koken", now="Alleen")
    assert missing.status_code == 400
    assert 'value="Koken"' in missing.text
    assert 'id="goal-reached-error"' in missing.text

    browser.fill_in(f"/residents/{geert}/goals", words="Koken", reached="Ze at hier")
    with database.reading() as session:
        goal_id = session.scalars(select(Goal.id)).one()
    refused = browser.fill_in(f"/goals/{goal_id}/scores", by="worker", level=1)
    assert refused.status_code == 400
    assert "The resident goes first." in refused.text
    assert browser.fill_in(f"/goals/{goal_id}/scores", by="resident", level=-1).status_code == 303
    assert browser.fill_in(f"/goals/{goal_id}/scores", by="worker", level=1).status_code == 303

    page = browser.get(f"/residents/{geert}/goals").text
    assert "You two see it differently." in page
    assert page.count("bsa-chart__dot--worker") >= 2
    with database.reading() as session:
        assert len(session.scalars(select(GoalScore)).all()) == 2


def test_a_goal_is_ended_once(browse: Browse, geert: UUID, around: dict[str, UUID]) -> None:
    browser, goal = browse("activator"), around["goal"]

    assert browser.fill_in(f"/goals/{goal}/ending", version=9).status_code == 412
    assert browser.fill_in(f"/goals/{goal}/ending", version=browser.version(Goal, goal)).status_code == 303
    again = browser.fill_in(f"/goals/{goal}/ending", version=browser.version(Goal, goal))
    assert again.status_code == 409
    assert "1 goal that ended" in browser.get(f"/residents/{geert}/goals").text


def test_a_ladder_is_filled_in_with_agreement_only(browse: Browse, database: Database, geert: UUID) -> None:
    browser, ladder = browse("activator"), scale(database, LADDER)

    refused = browser.fill_in(f"/residents/{geert}/scale-scores", scale_id=ladder.id, by="resident", level=2, note="Ja")
    assert refused.status_code == 400
    assert "Ask the resident first." in refused.text
    assert 'value="Ja"' in refused.text
    done = browser.fill_in(
        f"/residents/{geert}/scale-scores", scale_id=ladder.id, by="resident", level=2, agreed="true"
    )
    assert done.status_code == 303

    page = browser.get(f"/residents/{geert}/scales").text
    assert "Contacts outside the home" in page
    assert "Paid work is at the top." in page


def test_a_wheel_takes_the_parts_that_were_filled_in(browse: Browse, database: Database, geert: UUID) -> None:
    browser, wheel = browse("activator"), scale(database, "participation_wheel")
    told = {"scale_id": wheel.id, "wheel": "level.independent", "by": "resident", "agreed": "true"}

    empty = browser.fill_in(f"/residents/{geert}/scale-scores", **told)
    assert empty.status_code == 400
    assert "Choose at least one." in empty.text
    done = browser.fill_in(
        f"/residents/{geert}/scale-scores",
        **told,
        **{"level.contacts": "3", "level.learning": "1", "level.paid_work": ""},
    )
    assert done.status_code == 303
    with database.reading() as session:
        scores = {score.domain: score.level for score in session.scalars(select(ScaleScore))}
    assert scores == {"contacts": 3, "learning": 1}
    wrong = browser.fill_in(f"/residents/{geert}/scale-scores", **told, **{"level.contacts": "x"})
    assert wrong.status_code == 400


def test_a_restricted_record_can_be_read_and_not_added_to(
    browse: Browse, database: Database, cast: Cast, geert: UUID, around: dict[str, object]
) -> None:
    with database.writing() as session:
        restrict_resident(session, cast.activator, geert, session.get_one(Resident, geert).version)
    browser = browse("activator")

    for part in ("network", "goals", "scales", "compass"):
        page = browser.get(f"/residents/{geert}/{part}")
        assert page.status_code == 200
        assert "bsa-form" not in page.text.partition("<main")[2]
    assert browser.fill_in(f"/residents/{geert}/ties", who="Sjoerd", circle="friends").status_code == 409


def test_an_administrator_writes_a_scale_and_switches_it_on_with_its_terms(browse: Browse, database: Database) -> None:
    browser = browse("admin")
    told = {
        "key": "calm",
        "title": "Rust",
        "source": "Wij",
        "kind": "ordinal",
        "who_scores": "both",
        "levels": "1 | onrustig | restless\n2 | rustig | calm | Slaapt goed | Sleeps well",
        "is_measurement": "true",
    }
    wrong = browser.fill_in("/scales", **(told | {"levels": "1 | onrustig"}))
    assert wrong.status_code == 400
    assert "1 | onrustig" in wrong.text

    made = browser.fill_in("/scales", **told)
    assert made.status_code == 303
    calm = scale(database, "calm")
    assert calm.levels[1]["line"] == {"nl": "Slaapt goed", "en": "Sleeps well"}
    path = f"/scales/{calm.id}/use"
    refused = browser.fill_in(path, version=calm.version, enabled="true")
    assert refused.status_code == 400
    assert 'id="field-licence_note-error"' in refused.text
    assert browser.fill_in(path, version=0, enabled="true", licence_note="Van ons").status_code == 412
    assert browser.fill_in(path, version=calm.version, enabled="true", licence_note="Van ons").status_code == 303
    assert scale(database, "calm").enabled


def test_a_special_category_warns_before_it_is_switched_on(browse: Browse, database: Database) -> None:
    browser = browse("admin")
    told = {"key": "ill", "title": "Ziek", "source": "X", "kind": "ordinal", "levels": "1 | a | a\n2 | b | b"}
    browser.fill_in("/scales", **told, licence_note="Mag", special_category="true")
    ill = scale(database, "ill")

    assert "special categories of data" in browser.get(f"/scales/{ill.id}").text
    path = f"/scales/{ill.id}/use"
    assert browser.fill_in(path, version=ill.version, enabled="true", licence_note="Mag").status_code == 400
    done = browser.fill_in(path, version=ill.version, enabled="true", licence_note="Mag", sure="true")
    assert done.status_code == 303


def test_a_scale_goes_out_as_a_file_and_comes_in_as_the_next_edition(
    browse: Browse, database: Database, cast: Cast
) -> None:
    browser, wheel = browse("admin"), scale(database, "participation_wheel")

    file = browser.get(f"/scales/{wheel.id}/definition")
    assert file.headers["content-disposition"] == 'attachment; filename="participation_wheel.json"'
    with database.reading() as session:
        assert file.json() == json.loads(export_scale(session, cast.admin, wheel.id).model_dump_json(by_alias=True))
    assert browser.fill_in("/scales/imports", definition=file.text).status_code == 303
    wrong = browser.fill_in("/scales/imports", definition="geen json")
    assert wrong.status_code == 400
    assert "geen json" in wrong.text
    assert f'value="{wheel.key}"' in browser.get(f"/scales/new?of={wheel.id}").text


def test_the_compass_links_every_element_to_where_it_can_be_done(browse: Browse, cast: Cast, geert: UUID) -> None:
    browser = browse("activator")

    for path in (f"/neighbourhoods/{cast.here_id}/compass", f"/residents/{geert}/compass"):
        page = browser.get(path).text
        assert page.count('class="bsa-compass__piece ') == 12 + 3
        table = page.partition("<tbody>")[2].partition("</tbody>")[0]
        links = [part.partition('"')[0] for part in table.split('href="')[1:]]
        assert len(links) == 12
        assert [link for link in links if browser.get(link.replace("&amp;", "&")).status_code != 200] == []
    assert "/compass" in browser.get(f"/neighbourhoods/{cast.here_id}").text


def test_a_team_leader_gets_links_only_to_what_is_open_to_the_role(browse: Browse, cast: Cast) -> None:
    browser = browse("teamleader")

    page = browser.get(f"/neighbourhoods/{cast.here_id}/compass").text

    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    links = [part.partition('"')[0] for part in table.split('href="')[1:]]
    assert 5 < len(links) < 12
    assert [link for link in links if browser.get(link.replace("&amp;", "&")).status_code != 200] == []


@pytest.mark.parametrize(
    ("who", "status"), [("colleague", 403), ("stranger", 404), ("teamleader", 404), ("admin", 404)]
)
def test_others_see_none_of_it(browse: Browse, geert: UUID, around: dict[str, object], who: str, status: int) -> None:
    for part in ("network", "goals", "scales", "compass"):
        answer = browse(who).get(f"/residents/{geert}/{part}")
        assert answer.status_code == status
        assert "Zus" not in answer.text
