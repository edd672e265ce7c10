"""Goals in the resident's words: the resident scores first, the two views stand side by side, nothing is averaged."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.goals.actions import end_goal, score_goal, set_goal
from bsa.goals.models import Goal, ScoredBy
from bsa.goals.queries import find_goal, list_goals, show_goal
from bsa.goals.shapes import GoalEndIn, GoalIn, GoalQuery, GoalScoreIn
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedIn
from bsa.residents.actions import restrict_resident
from bsa.residents.models import Resident

from tests.cast import NOW, Cast, a_dossier, a_resident

TODAY = NOW.date()
COOK = GoalIn(
    words="Weer voor mijn dochter koken",
    reached="Ze heeft hier een keer gegeten",
    now="Ik eet alleen, uit de pan",
    more="Ze komt elke week",
)
ALL = GoalQuery()


def says(level: int, by: ScoredBy = ScoredBy.RESIDENT, **more: object) -> GoalScoreIn:
    return GoalScoreIn.model_validate({"level": level, "by": by, **more})


@pytest.fixture
def geert(session: Session, cast: Cast) -> Resident:
    """Open a dossier."""
    return a_dossier(session, cast.activator, cast.here_id)


@pytest.fixture
def goal(session: Session, cast: Cast, geert: Resident) -> Goal:
    """Set a goal."""
    return set_goal(session, cast.activator, geert.id, COOK)


def kinds(session: Session) -> list[str]:
    query = (
        select(Event.kind)
        .where(col(Event.subject_kind).in_(["goal", "goal_score"]))
        .order_by(col(Event.created_at), col(Event.id))
    )
    return list(session.scalars(query))


def test_a_goal_is_set_in_the_residents_words_and_only_reached_must_be_told(
    session: Session, cast: Cast, goal: Goal
) -> None:
    bare = set_goal(session, cast.activator, goal.resident_id, GoalIn(words="Fietsen", reached="Een rondje"))

    shown = show_goal(session, cast.activator, goal.id)
    assert [(level.level, level.words) for level in shown.levels] == [
        (-2, "Ik eet alleen, uit de pan"),
        (0, "Ze heeft hier een keer gegeten"),
        (1, "Ze komt elke week"),
    ]
    assert [level.level for level in show_goal(session, cast.activator, bare.id).levels] == [0]
    assert (shown.scores, shown.resident_sees, shown.worker_sees, shown.talk_about_it) == ([], None, None, False)
    assert kinds(session) == ["goal.set", "goal.set"]
    with pytest.raises(ValidationError):
        GoalIn.model_validate({"words": "Fietsen"})


def test_the_worker_scores_only_after_the_resident(session: Session, cast: Cast, goal: Goal) -> None:
    with pytest.raises(Invalid) as refused:
        score_goal(session, cast.activator, goal.id, says(1, ScoredBy.WORKER))
    assert [(fault.where, fault.code) for fault in refused.value.faults] == [(("by",), "resident_first")]

    score_goal(session, cast.activator, goal.id, says(-1))
    score_goal(session, cast.activator, goal.id, says(1, ScoredBy.WORKER))

    shown = show_goal(session, cast.activator, goal.id)
    assert [(score.by, score.level) for score in shown.scores] == [(ScoredBy.RESIDENT, -1), (ScoredBy.WORKER, 1)]
    assert (shown.resident_sees, shown.worker_sees, shown.talk_about_it) == (-1, 1, True)
    assert kinds(session) == ["goal.set", "goal_score.given", "goal_score.given"]


def test_a_score_of_the_resident_on_a_later_day_does_not_let_the_worker_go_first(session: Session, cast: Cast) -> None:
    with clock.standing_at(NOW - timedelta(days=10)):
        geert = a_dossier(session, cast.activator, cast.here_id)
        goal = set_goal(session, cast.activator, geert.id, COOK)
    score_goal(session, cast.activator, goal.id, says(0))

    with pytest.raises(Invalid):
        score_goal(session, cast.activator, goal.id, says(0, ScoredBy.WORKER, scored_on=TODAY - timedelta(days=3)))


def test_both_views_stay_and_there_is_no_mean_of_them(session: Session, cast: Cast, goal: Goal) -> None:
    for told in (says(-2), says(0, ScoredBy.WORKER), says(0)):
        score_goal(session, cast.activator, goal.id, told)

    shown = show_goal(session, cast.activator, goal.id)

    assert len(shown.scores) == 3
    assert not shown.talk_about_it
    assert not {"mean", "average", "score"} & set(type(shown).model_fields)


def test_the_event_of_a_score_does_not_say_which_level(session: Session, cast: Cast, goal: Goal) -> None:
    score_goal(session, cast.activator, goal.id, says(-2))

    event = session.scalars(select(Event).where(col(Event.kind) == "goal_score.given")).one()

    assert event.facts == {"goal_id": str(goal.id), "by": "resident", "scored_on": TODAY.isoformat()}


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=1)])
def test_a_score_lies_between_the_day_of_the_goal_and_today(
    session: Session, cast: Cast, goal: Goal, day: object
) -> None:
    with pytest.raises(Invalid) as refused:
        score_goal(session, cast.activator, goal.id, says(0, scored_on=day))

    assert refused.value.faults[0].where == ("scored_on",)


@pytest.mark.parametrize("level", [-3, 3])
def test_a_level_outside_the_five_is_refused(level: int) -> None:
    with pytest.raises(ValidationError):
        says(level)


def test_a_goal_ends_once_and_is_scored_no_more(session: Session, cast: Cast, goal: Goal) -> None:
    with pytest.raises(Stale):
        end_goal(session, cast.activator, goal.id, goal.version - 1, GoalEndIn())
    with pytest.raises(Invalid):
        end_goal(session, cast.activator, goal.id, None, GoalEndIn(ended_on=TODAY - timedelta(days=1)))

    end_goal(session, cast.activator, goal.id, goal.version, GoalEndIn())

    assert list_goals(session, cast.activator, goal.resident_id, GoalQuery(open=True)).items == []
    (ended,) = list_goals(session, cast.activator, goal.resident_id, GoalQuery(open=False)).items
    assert (ended.ended_on, ended.allowed_actions) == (TODAY, [])
    with pytest.raises(Conflict):
        score_goal(session, cast.activator, goal.id, says(0))
    with pytest.raises(Conflict):
        end_goal(session, cast.activator, goal.id, None, GoalEndIn())


def test_a_goal_may_be_about_a_need_of_the_same_resident(session: Session, cast: Cast, geert: Resident) -> None:
    ria = a_dossier(session, cast.activator, cast.here_id, "Ria")
    told = NeedIn(life_area=LifeArea.SOCIAL_CONTACTS, words="Ik eet alleen", learned_on=TODAY)
    need, other = (record_need(session, cast.activator, one.id, told) for one in (geert, ria))

    goal = set_goal(session, cast.activator, geert.id, COOK.model_copy(update={"need_id": need.id}))

    assert goal.need_id == need.id
    with pytest.raises(Invalid) as refused:
        set_goal(session, cast.activator, geert.id, COOK.model_copy(update={"need_id": other.id}))
    assert refused.value.faults[0].where == ("need_id",)


def test_goals_wait_for_a_dossier_and_rest_while_the_data_is_restricted(
    session: Session, cast: Cast, goal: Goal, geert: Resident
) -> None:
    alias = a_resident(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid) as refused:
        set_goal(session, cast.activator, alias.id, COOK)
    assert refused.value.faults[0].code == "above_level"

    restrict_resident(session, cast.activator, geert.id, geert.version)
    with pytest.raises(Conflict):
        set_goal(session, cast.activator, geert.id, COOK)
    with pytest.raises(Conflict):
        score_goal(session, cast.activator, goal.id, says(0))
    assert show_goal(session, cast.activator, goal.id).allowed_actions == []


def test_others_are_refused_or_find_nothing(session: Session, cast: Cast, goal: Goal) -> None:
    for actor in (cast.colleague, cast.privacy):
        with pytest.raises(NotAllowed):
            list_goals(session, actor, goal.resident_id, ALL)
        with pytest.raises(NotAllowed):
            score_goal(session, actor, goal.id, says(0))
    for actor in (cast.stranger, cast.teamleader, cast.policy, cast.admin, cast.corporation):
        with pytest.raises(NotFound):
            find_goal(session, actor, goal.id)
        with pytest.raises(NotFound):
            set_goal(session, actor, goal.resident_id, COOK)
