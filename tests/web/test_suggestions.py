"""Pages of suggestions and introductions: what waits on the board, deciding, and asking everybody first."""

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from bsa.database import Database
from bsa.initiatives.actions import start_initiative
from bsa.initiatives.models import Initiative, Origin
from bsa.initiatives.shapes import InitiativeIn
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea, Need
from bsa.needs.shapes import NeedIn
from bsa.suggestions.actions import propose_introduction, take_up
from bsa.suggestions.models import Introduction, IntroductionAnswer, Suggestion
from bsa.suggestions.shapes import TakingUpIn
from bsa.themes.models import Theme, ThemeNeed

from tests.cast import NOW, Cast, a_resident
from tests.shared import LAMPS, SPEEDING, alike, found
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()


@pytest.fixture
def suggestion(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Three questions that sound alike: two of the activator's residents and one of the colleague's."""
    with database.writing() as session:
        alike(session, [cast.activator, cast.activator, cast.colleague], cast.here_id)
        return found(session, cast.here_id).id


def own_needs(session: Session, words: tuple[str, ...] = LAMPS[:2]) -> list[Any]:
    return list(session.scalars(select(col(Need.id)).order_by(col(Need.id))))[: len(words)]


def test_a_suggestion_waits_on_the_board_with_why_and_without_a_word_of_others(
    browse: Browse, cast: Cast, suggestion: UUID
) -> None:
    me, leader = browse("activator"), browse("teamleader")

    board = me.get(f"/themes?area_id={cast.here_id}").text
    assert "3 questions from 3 households" in board
    assert "<q>achterpad</q>" in board
    page = me.get(f"/suggestions/{suggestion}").text
    assert LAMPS[0] in page
    assert LAMPS[2] not in page
    assert "Of residents of colleagues" in page
    for words in LAMPS:
        assert words not in leader.get(f"/suggestions/{suggestion}").text
    assert "3 questions from 3 households" in leader.get("/suggestions").text
    assert browse("stranger").get(f"/suggestions/{suggestion}").status_code == 404
    assert "Nothing new" in browse("stranger").get("/suggestions").text


def test_taking_it_up_names_a_theme_and_the_colleague_links_the_own_question(
    browse: Browse, database: Database, suggestion: UUID
) -> None:
    me, colleague = browse("activator"), browse("colleague")
    with database.reading() as session:
        mine = own_needs(session)

    answer = me.fill_in(
        f"/suggestions/{suggestion}/taking-up",
        version=me.version(Suggestion, suggestion),
        choice="new",
        title="Donker achterpad",
        need_ids=[str(key) for key in mine],
    )

    assert answer.status_code == 303
    assert "Taken up." in me.get(answer.headers["location"]).text
    assert "Donker achterpad" in colleague.get("/suggestions").text
    page = colleague.get(f"/suggestions/{suggestion}").text
    assert "Does yours belong to it?" in page
    assert LAMPS[2] in page
    with database.reading() as session:
        theirs = next(key for key in session.scalars(select(col(Need.id))) if key not in mine)
    answer = colleague.fill_in(f"/suggestions/{suggestion}/links", need_ids=[str(theirs)])
    assert answer.status_code == 303
    with database.reading() as session:
        assert len(session.scalars(select(ThemeNeed)).all()) == 3


def test_what_was_typed_stays_when_something_is_missing_or_somebody_was_first(browse: Browse, suggestion: UUID) -> None:
    me = browse("activator")
    version = me.version(Suggestion, suggestion)
    path = f"/suggestions/{suggestion}/taking-up"

    nameless = me.fill_in(path, version=version, choice="new")
    assert nameless.status_code == 400
    assert "Give the theme a name" in nameless.text
    nothing = me.fill_in(path, version=version, title="Licht voor ons")
    assert nothing.status_code == 400
    assert "Choose what they belong to" in nothing.text
    assert "Licht voor ons" in nothing.text
    stale = me.fill_in(path, version=version + 7, choice="new", title="Licht voor ons")
    assert stale.status_code == 412
    assert "Licht voor ons" in stale.text
    assert me.fill_in(path, version=version, choice="theme:nonsense").status_code == 404
    assert me.fill_in(f"/suggestions/{suggestion}/links").status_code in (400, 409)


def test_an_initiative_that_runs_is_joined(browse: Browse, database: Database, cast: Cast, suggestion: UUID) -> None:
    me = browse("activator")
    with database.writing() as session:
        told = InitiativeIn(
            area_id=cast.here_id, title="Licht in de buurt", origin=Origin.RESIDENTS, started_on=NOW.date()
        )
        initiative = start_initiative(session, cast.activator, told).id

    assert "Join “Licht in de buurt”" in me.get(f"/suggestions/{suggestion}").text
    answer = me.fill_in(
        f"/suggestions/{suggestion}/taking-up",
        version=me.version(Suggestion, suggestion),
        choice=f"initiative:{initiative}",
        title="Donker achterpad",
    )

    assert answer.status_code == 303
    assert "Licht in de buurt" in me.get(answer.headers["location"]).text
    assert me.version(Initiative, initiative) > 1


def test_a_dismissed_suggestion_leaves_the_board(browse: Browse, cast: Cast, suggestion: UUID) -> None:
    leader = browse("teamleader")
    version = leader.version(Suggestion, suggestion)

    assert leader.fill_in(f"/suggestions/{suggestion}/dismissal", version=version + 3).status_code == 412
    assert leader.fill_in(f"/suggestions/{suggestion}/dismissal", version=version).status_code == 303

    assert "3 questions from 3 households" not in leader.get(f"/themes?area_id={cast.here_id}").text
    assert "Dismissed on" in leader.get(f"/suggestions/{suggestion}").text


def test_the_list_goes_on_where_there_is_more(
    browse: Browse, database: Database, cast: Cast, suggestion: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.suggestions.MANY", 1)
    with database.writing() as session:
        alike(session, [cast.activator] * 3, cast.here_id, SPEEDING)
        other = found(session, cast.here_id).id
    me = browse("activator")

    first = me.get(f"/suggestions?area_id={cast.here_id}")
    assert [f"/suggestions/{one}" in first.text for one in (other, suggestion)] == [True, False]
    (more,) = re.findall(r'href="(/suggestions\?[^"]*cursor=[^"]*)"', first.text)
    second = me.get(unescape(more))
    assert [f"/suggestions/{one}" in second.text for one in (other, suggestion)] == [False, True]
    assert "cursor=" not in second.text


@pytest.fixture
def introduction(database: Database, cast: Cast, suggestion: UUID) -> UUID:
    """Those who share the theme are being asked."""
    with database.writing() as session:
        told = TakingUpIn(title="Donker achterpad", need_ids=own_needs(session))
        taken = take_up(session, cast.activator, suggestion, None, told)
        assert taken.theme_id is not None
        return propose_introduction(session, cast.activator, taken.theme_id).id


def test_it_is_proposed_on_the_page_of_the_theme(browse: Browse, database: Database, introduction: UUID) -> None:
    me = browse("activator")
    with database.reading() as session:
        theme = session.scalars(select(col(Theme.id))).one()
    assert "residents are being asked" in me.get(f"/themes/{theme}").text
    refused = me.fill_in(f"/themes/{theme}/introductions")
    assert refused.status_code == 409
    assert "being asked already" in refused.text

    version = me.version(Introduction, introduction)
    assert me.fill_in(f"/introductions/{introduction}/ending", version=version + 1).status_code == 412
    assert me.fill_in(f"/introductions/{introduction}/ending", version=version).status_code == 303
    assert "Ask who wants to meet" in me.get(f"/themes/{theme}").text
    assert me.fill_in(f"/themes/{theme}/introductions").status_code == 303


def test_each_resident_is_asked_and_only_the_own_worker_sees_the_answer(
    browse: Browse, database: Database, introduction: UUID
) -> None:
    me, colleague = browse("activator"), browse("colleague")
    with database.reading() as session:
        first, second = session.scalars(
            select(col(IntroductionAnswer.resident_id)).order_by(col(IntroductionAnswer.id))
        ).all()
    path = f"/introductions/{introduction}"

    empty = me.fill_in(f"{path}/answers/{first}", answered_on=TODAY)
    assert empty.status_code == 400
    assert me.fill_in(f"{path}/answers/{first}", agreed="true", answered_on="2026-12-31").status_code == 400
    assert me.fill_in(f"{path}/answers/{first}", agreed="false", answered_on=TODAY).status_code == 303
    assert "Said no on" in me.get(path).text
    assert "Said no" not in colleague.get(path).text
    assert colleague.fill_in(f"{path}/answers/{first}", agreed="true", answered_on=TODAY).status_code == 403
    for resident in (first, second):
        told = {"agreed": "true", "how": "spoken", "answered_on": TODAY}
        assert me.fill_in(f"{path}/answers/{resident}", **told).status_code == 303
    assert "all said yes" in me.get(path).text
    assert "May I bring you together?" in me.get("/suggestions").text


def test_making_it_safe_is_chosen_beforehand_where_shame_or_danger_comes_first(
    browse: Browse, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id)
        keys = [
            record_need(
                session, cast.activator, resident.id, NeedIn(life_area=area, words="Brieven", learned_on=NOW.date())
            ).id
            for area in (LifeArea.MONEY, LifeArea.HOUSING)
        ]

    sensitive, other = (browse("activator").get(f"/needs/{key}/decisions/new").text for key in keys)

    assert 'value="make_safe_first" checked' in sensitive
    assert "Shame or danger may come first here" in sensitive
    assert "checked" not in other
