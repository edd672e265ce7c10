"""Closing a quarter: counted by one query, drawn once, explained, published, and never changed."""

from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.asks.models import AskEvent
from bsa.closing.actions import (
    add_story,
    agree_task,
    choose_profile,
    draw_quarter,
    explain_deviation,
    make_definitive,
    publish_release,
    take_story_back,
)
from bsa.closing.models import ProfileName
from bsa.closing.queries import deviations_of, present_profile, preview_quarter, show_closing, show_profile
from bsa.closing.shapes import (
    DrawingIn,
    ExplanationIn,
    ProfileChoiceIn,
    PublicationIn,
    SocietalTaskIn,
    StoryIn,
)
from bsa.commitments.models import CommitmentEvent
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed
from bsa.headcount.areas import NotKnownHowMany, municipality_named, published_areas
from bsa.headcount.institutions import count_institutions
from bsa.lifecycle.actions import erase_resident
from bsa.people.queries import actor_by_name
from bsa.permissions import Purpose
from bsa.residents.models import ConsentHow
from bsa.settings import Settings
from bsa.statistics.budget import BudgetSpent
from bsa.statistics.models import Inhabitants, StatisticsRelease
from bsa.statistics.profile import FLOOR, STANDARD, STRICT, Profile, TooLoose
from bsa.statistics.published import dataset_of
from bsa.statistics.queries import list_releases, read_dataset
from bsa.statistics.releases import cost_of, opened
from bsa.statistics.shapes import ReleaseQuery, WhichRelease

from tests.cast import NOW, Cast
from tests.conftest import Fresh

QUARTER = "2025-Q4"


def inhabitants(session: Session, year: int = 2024) -> None:
    """Take in public figures for all areas with a code that have none yet."""
    known = select(col(Inhabitants.code)).where(col(Inhabitants.year) == year)
    codes = session.scalars(select(col(Area.code)).where(col(Area.code).is_not(None), col(Area.code).not_in(known)))
    session.add_all([Inhabitants(code=code or "", year=year, number=4000) for code in codes.all()])
    session.flush()


def test_without_public_figures_nothing_is_drawn(session: Session, cast: Cast) -> None:
    with pytest.raises(NotKnownHowMany, match="BU"):
        draw_quarter(session, None, DrawingIn(period=QUARTER))


def test_a_quarter_is_drawn_once_and_stays(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        inhabitants(session)
        row = draw_quarter(session, None, DrawingIn(period=QUARTER))
        again = draw_quarter(session, None, DrawingIn(period=QUARTER))
        assert again.id == row.id
        publish_release(session, None, row.id, PublicationIn(previewed=True))
    with database.reading() as session:
        assert [one.period for one in list_releases(session, ReleaseQuery()).items] == [QUARTER]
        dataset = read_dataset(session, QUARTER, WhichRelease())
    assert all(one.value is None or one.value >= 10 for one in dataset.cells if one.margin95)
    changes: tuple[dict[str, object], ...] = (
        {"frozen": "{}"},
        {"published_at": None, "fingerprint": None},
        {"words": "other"},
    )
    for change in changes:
        with pytest.raises(IntegrityError, match="not changed"):
            _change(database, change)


def _change(database: Database, change: dict[str, object]) -> None:
    with database.engine.begin() as connection:
        connection.execute(update(StatisticsRelease).values(change))


READY = PublicationIn(previewed=True)


def drawn(session: Session, cast: Cast) -> StatisticsRelease:
    """Let the team leader draw the quarter."""
    inhabitants(session)
    return draw_quarter(session, cast.teamleader, DrawingIn(period=QUARTER))


def a_story(number: int = 1) -> StoryIn:
    """Tell a story."""
    return StoryIn(
        title=f"Verhaal {number}", words="We doen het samen.", consented_on=NOW.date(), consent_how=ConsentHow.WRITTEN
    )


def test_a_deviation_wants_a_sentence_before_it_is_published(session: Session, cast: Cast) -> None:
    task = agree_task(session, cast.policy, SocietalTaskIn(year=2025, name="Rondkomen", planned=900))
    row = drawn(session, cast)
    (one,) = deviations_of(session, row)
    assert (one.name, one.expected, one.deviates, one.explanation) == ("Rondkomen", 900, True, None)

    with pytest.raises(Conflict, match="Rondkomen"):
        publish_release(session, cast.teamleader, row.id, READY)
    explain_deviation(session, cast.teamleader, row.id, task.id, ExplanationIn(words="Twee mensen waren ziek."))
    explain_deviation(session, cast.teamleader, row.id, task.id, ExplanationIn(words="Drie mensen waren ziek."))
    publish_release(session, cast.teamleader, row.id, READY)

    said = read_dataset(session, QUARTER, WhichRelease()).words["explanations"]
    assert [(one["name"], one["planned"], one["explanation"]) for one in said] == [
        ("Rondkomen", 900, "Drie mensen waren ziek.")
    ]
    with pytest.raises(Conflict, match="stays as it is"):
        explain_deviation(session, cast.teamleader, row.id, task.id, ExplanationIn(words="Nee."))


def test_three_stories_at_most_and_each_can_be_taken_back_until_it_is_published(session: Session, cast: Cast) -> None:
    row = drawn(session, cast)
    stories = [add_story(session, cast.teamleader, row.id, a_story(number)) for number in (1, 2, 3)]
    with pytest.raises(Conflict, match="three stories"):
        add_story(session, cast.teamleader, row.id, a_story(4))
    take_story_back(session, cast.teamleader, row.id, stories[1].id)
    add_story(session, cast.teamleader, row.id, a_story(5))
    with pytest.raises(Invalid, match="previewed"):
        publish_release(session, cast.teamleader, row.id, PublicationIn(previewed=False))
    publish_release(session, cast.teamleader, row.id, READY)

    dataset = read_dataset(session, QUARTER, WhichRelease())
    assert [story["title"] for story in dataset.words["stories"]] == ["Verhaal 1", "Verhaal 5", "Verhaal 3"]
    assert show_closing(session, cast.teamleader, row.id).stories == []


def test_only_who_may_closes_and_what_is_not_over_cannot_be_closed(session: Session, cast: Cast) -> None:
    inhabitants(session)
    for actor in (cast.activator, cast.policy, cast.privacy, cast.corporation):
        with pytest.raises(NotAllowed):
            draw_quarter(session, actor, DrawingIn(period=QUARTER))
    with pytest.raises(Invalid, match="not_over"):
        draw_quarter(session, cast.teamleader, DrawingIn(period="2026-Q1"))
    preview = preview_quarter(session, cast.teamleader, DrawingIn(period=QUARTER))
    assert (preview.over, preview.spent) == (True, 0)
    assert 0.5 < preview.best_guess < 0.65


def test_a_year_that_would_tell_too_much_is_refused_before_anything_is_counted(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R6. Each revision is charged like a release; the refusal does not hang on what would have been counted."""
    row, revisions = drawn(session, cast), 0
    release, _ = opened(row)
    left = release.profile.year_budget - cost_of(row).whole
    while left >= cost_of(row).whole:
        left -= cost_of(row).whole
        revisions += 1
    assert revisions >= 3
    for number in range(revisions):
        draw_quarter(session, cast.teamleader, DrawingIn(period=QUARTER, reason=f"Verbetering {number}"))
    monkeypatch.setattr("bsa.closing.actions.count_residents", lambda *told: pytest.fail("It was counted."))
    with pytest.raises(BudgetSpent):
        draw_quarter(session, cast.teamleader, DrawingIn(period=QUARTER, reason="Nog een"))


def test_the_privacy_officer_alone_chooses_less_noise_and_nothing_is_looser_than_that(
    session: Session, cast: Cast
) -> None:
    choice = ProfileChoiceIn(profile=ProfileName.STANDARD, words="Besproken met de FG van de gemeente op 3 maart.")
    assert present_profile(session) == STRICT
    with pytest.raises(NotAllowed):
        choose_profile(session, cast.teamleader, choice)
    choose_profile(session, cast.privacy, choice)
    assert present_profile(session) == STANDARD
    assert read_profile(drawn(session, cast)) == STANDARD
    with pytest.raises(TooLoose):
        Profile(neighbourhood_variance=10)


def test_the_settings_of_an_installation_make_a_profile_stricter_and_never_looser(session: Session, cast: Cast) -> None:
    given: Settings = session.info["settings"]
    session.info["settings"] = given.model_copy(
        update={"figures_shown_from": 15, "figures_district_variance": 150, "figures_year_budget": Decimal("1.5")}
    )
    # A variance between the two profiles holds for the looser one alone.
    assert present_profile(session) == replace(STRICT, shown_from=15, year_budget=Fraction(3, 2))
    inhabitants(session)
    assert preview_quarter(session, cast.teamleader, DrawingIn(period=QUARTER)).budget == 1.5
    choice = ProfileChoiceIn(profile=ProfileName.STANDARD, words="Besproken met de FG van de gemeente op 3 maart.")
    choose_profile(session, cast.privacy, choice)
    expected = replace(STANDARD, shown_from=15, district_variance=150, year_budget=Fraction(3, 2))
    assert present_profile(session) == expected
    assert show_profile(session, cast.teamleader).profile == ProfileName.STANDARD
    assert read_profile(drawn(session, cast)) == expected

    told = given.model_dump()
    for name, looser in {"shown_from": 9, "district_variance": 99, "year_budget": "2.21", "share_between": 4}.items():
        with pytest.raises(ValidationError, match=f"figures_{name}"):
            Settings(**told | {f"figures_{name}": looser})


def test_the_settings_know_every_parameter_and_begin_at_its_floor(session: Session) -> None:
    settings: Settings = session.info["settings"]
    begun = {field.name: getattr(settings, f"figures_{field.name}") for field in fields(Profile)}
    assert begun == {field.name: FLOOR.get(field.name, field.default) for field in fields(Profile)}


def read_profile(row: StatisticsRelease) -> Profile:
    """Return the parameters with which a release was drawn."""
    return dataset_of(row).profile


def test_erasing_a_resident_changes_nothing_that_is_published(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), database.writing() as session:
        inhabitants(session)
        row = draw_quarter(session, None, DrawingIn(period=QUARTER))
        publish_release(session, None, row.id, READY)
        before = (row.frozen, row.words, row.fingerprint)
        make_definitive(session, actor_by_name(session, "teamleader", Purpose.OWN_NEIGHBOURHOOD), row.id)
        me = actor_by_name(session, "activator", Purpose.OWN_NEIGHBOURHOOD)
        erase_resident(session, me, UUID(things["geert"]), None)
        session.refresh(row)
        assert (row.frozen, row.words, row.fingerprint) == before


def test_what_institutions_did_is_counted_from_their_events(fresh_walked: Fresh) -> None:
    quarter = "2026-Q1"
    with fresh_walked() as (database, _), database.writing() as session:
        inhabitants(session, 2025)
        areas = published_areas(session, municipality_named(session, None), 2026, STRICT)
        rows = count_institutions(session, quarter, areas.hierarchy)
        asked = {event.ask_id for event in session.scalars(select(AskEvent)) if event.kind.value == "asked"}
        events = session.scalars(select(CommitmentEvent))
        made = {event.commitment_id for event in events if event.kind.value == "recorded"}
        whole = [row for row in rows if row["level"] == "municipality"]

        assert sum(row["value"] for row in whole if row["table"] == "I1") == len(asked)
        recent = [row["value"] for row in whole if row["table"] == "I2" and row["cell"][1] == "made"]
        assert 0 < sum(recent) <= len(made)
        due = sum(row["value"] for row in whole if row["table"] == "I2" and row["cell"][1] == "due")
        assert sum(row["value"] for row in whole if row["table"] == "I3") == due
        assert rows == count_institutions(session, quarter, areas.hierarchy)
