"""Learning by doing: who did it, how that shifts, and the gentle question after the third time alone."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound
from bsa.events import Event
from bsa.learning.actions import record_step, strike_step
from bsa.learning.models import LearningStep, WhoDidIt
from bsa.learning.queries import (
    done_alone_again,
    list_steps,
    shift_of_area,
    shift_of_initiative,
    shift_of_resident,
    show_step,
)
from bsa.learning.sameness import gist
from bsa.learning.shapes import LearningStepIn, LearningStepOut, ShiftBy, StepQuery
from bsa.permissions import Actor
from bsa.residents.actions import restrict_resident
from bsa.residents.models import Resident

from tests.bsa.test_lifecycle import an_initiative
from tests.cast import Cast, a_dossier, a_resident

TODAY = date(2026, 3, 24)
TOMORROW = TODAY + timedelta(days=1)


def a_step(who: str = "together", what: str = "Corporatie gebeld", **more: object) -> LearningStepIn:
    return LearningStepIn.model_validate({"what": what, "who_did_it": who, **more})


def done(session: Session, actor: Actor, told: LearningStepIn) -> LearningStepOut:
    return show_step(session, actor, record_step(session, actor, told).id)


def alone(session: Session, actor: Actor, resident: Resident, *whats: str) -> list[bool]:
    return [done(session, actor, a_step("worker", what, resident_id=resident.id)).ask_who_next_time for what in whats]


def test_a_step_is_written_down_and_listed_in_the_record(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    told = a_step("resident_with_worker_there", resident_id=resident.id, own_words="Ik durfde!")
    step = record_step(session, cast.activator, told)

    (shown,) = list_steps(session, cast.activator, StepQuery(resident_id=resident.id)).items
    assert (shown.id, shown.what, shown.own_words, shown.resident_name) == (
        step.id,
        "Corporatie gebeld",
        "Ik durfde!",
        "Geert",
    )
    assert (shown.who_did_it, shown.done_on, shown.mine) == (WhoDidIt.RESIDENT_WITH_WORKER_THERE, TODAY, True)
    assert shown.allowed_actions == ["record_own_step"]


def test_its_event_knows_who_did_it_where_and_no_word(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    step = record_step(session, cast.activator, a_step(resident_id=resident.id))

    event = session.scalars(select(Event).where(col(Event.subject_id) == step.id)).one()
    assert (event.kind, event.area_id) == ("learning_step.recorded", cast.here_id)
    assert event.facts == {"who_did_it": "together", "done_on": "2026-03-24"}


def test_an_alias_has_no_steps_yet(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    with pytest.raises(Invalid) as refused:
        record_step(session, cast.activator, a_step(resident_id=resident.id))

    assert refused.value.faults[0].code == "above_level"


def test_a_step_belongs_somewhere_and_own_words_are_somebodys() -> None:
    with pytest.raises(ValidationError, match="with whom"):
        a_step()
    with pytest.raises(ValidationError, match="somebody's"):
        a_step(initiative_id=clock.new_id(), own_words="Ik durfde")
    with pytest.raises(ValidationError):
        StepQuery()


def test_others_write_and_read_no_steps_of_a_resident(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    step = record_step(session, cast.activator, a_step(resident_id=resident.id))

    with pytest.raises(NotAllowed):
        record_step(session, cast.colleague, a_step(resident_id=resident.id))
    for name in ("stranger", "teamleader"):
        with pytest.raises(Invalid):
            record_step(session, cast.actors[name], a_step(resident_id=resident.id))
    with pytest.raises(NotAllowed):
        show_step(session, cast.colleague, step.id)
    for name in ("stranger", "teamleader", "corporation", "policy"):
        with pytest.raises(NotFound):
            show_step(session, cast.actors[name], step.id)
    with pytest.raises(NotFound):
        list_steps(session, cast.teamleader, StepQuery(resident_id=resident.id))
    with pytest.raises(NotAllowed):
        shift_of_resident(session, cast.colleague, resident.id, ShiftBy.MONTH)


def test_the_team_sees_an_initiatives_steps_and_of_residents_only_that_somebody_did_it(
    session: Session, cast: Cast
) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    initiative_id = an_initiative(session, cast)
    record_step(session, cast.activator, a_step(initiative_id=initiative_id, what="Zaal geregeld"))
    told = a_step("resident_alone", "Brief geschreven", resident_id=resident.id, initiative_id=initiative_id)
    record_step(session, cast.activator, told)

    def seen_by(actor: Actor) -> set[tuple[str | None, str | None, bool]]:
        items = list_steps(session, actor, StepQuery(initiative_id=initiative_id)).items
        return {(one.what, one.resident_name, one.resident_id is not None) for one in items}

    assert seen_by(cast.activator) == {("Zaal geregeld", None, False), ("Brief geschreven", "Geert", True)}
    for other in (cast.colleague, cast.teamleader):
        assert seen_by(other) == {("Zaal geregeld", None, False), (None, None, False)}
    with pytest.raises(NotFound):
        list_steps(session, cast.stranger, StepQuery(initiative_id=initiative_id))


def test_a_team_leader_writes_down_what_the_initiative_did(session: Session, cast: Cast) -> None:
    step = record_step(session, cast.teamleader, a_step(initiative_id=an_initiative(session, cast)))

    assert show_step(session, cast.colleague, step.id).mine is False
    strike_step(session, cast.colleague, step.id)
    assert show_step(session, cast.colleague, step.id).struck_at is not None


def test_a_step_is_struck_once_and_counts_no_more(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    step = record_step(session, cast.activator, a_step(resident_id=resident.id))
    with pytest.raises(NotAllowed):
        strike_step(session, cast.colleague, step.id)

    strike_step(session, cast.activator, step.id)

    assert shift_of_resident(session, cast.activator, resident.id, ShiftBy.MONTH).enough is False
    with pytest.raises(Conflict):
        strike_step(session, cast.activator, step.id)


def test_a_restricted_resident_and_a_day_to_come_are_refused(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid):
        record_step(session, cast.activator, a_step(resident_id=resident.id, done_on=TOMORROW))
    restrict_resident(session, cast.activator, resident.id, resident.version)
    with pytest.raises(Conflict):
        record_step(session, cast.activator, a_step(resident_id=resident.id))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("De corporatie gebeld", "corporatie bellen"),
        ("Formulier ingevuld", "het FORMULIER ingevuld"),
        ("Brieven schrijven", "een brief schrijven"),
        ("Café geregeld", "cafe regelen"),
        ("Samen formulieren gemaakt", "formulier maken"),
    ],
)
def test_the_same_thing_in_other_words_is_the_same_thing(one: str, other: str) -> None:
    assert gist(one) == gist(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Corporatie gebeld", "Gemeente gebeld"), ("Brief geschreven", "Brief gelezen"), ("!", "?!a")]
)
def test_another_thing_is_another_thing(one: str, other: str) -> None:
    assert gist(one) != gist(other)


def test_the_third_time_alone_gently_asks_who_could_next_time(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)

    asked = alone(
        session,
        cast.activator,
        resident,
        "Corporatie gebeld",
        "De corporatie bellen",
        "Brief gelezen",
        "corporatie gebeld",
    )

    assert asked == [False, False, False, True]
    (again,) = done_alone_again(session, cast.activator)
    assert (again.what, again.times, again.resident_name) == ("corporatie gebeld", 3, "Geert")
    assert done_alone_again(session, cast.colleague) == []


def test_once_it_was_done_together_the_question_is_answered(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    alone(session, cast.activator, resident, *["Corporatie gebeld"] * 3)

    done(session, cast.activator, a_step("together", resident_id=resident.id))

    assert done_alone_again(session, cast.activator) == []
    assert alone(session, cast.activator, resident, "Corporatie gebeld") == [False]


def test_the_same_thing_for_two_residents_is_not_yet_a_habit_but_in_one_initiative_it_is(
    session: Session, cast: Cast
) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    ria = a_dossier(session, cast.activator, cast.here_id, "Ria")
    alone(session, cast.activator, geert, "Corporatie gebeld")
    assert alone(session, cast.activator, ria, *["Corporatie gebeld"] * 2) == [False, False]

    initiative_id = an_initiative(session, cast)
    told = a_step("worker", "Zaal gehuurd", initiative_id=initiative_id)
    assert [done(session, cast.teamleader, told).ask_who_next_time for _ in range(3)] == [False, False, True]
    # Nobody is asked about what somebody else did.
    (newest, *_) = list_steps(session, cast.activator, StepQuery(initiative_id=initiative_id)).items
    assert newest.ask_who_next_time is False
    (again,) = done_alone_again(session, cast.teamleader)
    assert (again.initiative_title, again.resident_id) == ("Molenbuurt Warm", None)


def test_the_shift_counts_who_did_it_by_period_with_empty_periods_between(session: Session, cast: Cast) -> None:
    initiative_id = an_initiative(session, cast)
    for day, who in (("2025-11-03", "worker"), ("2025-12-01", "worker"), ("2026-03-01", "resident_alone")):
        record_step(session, cast.activator, a_step(who, initiative_id=initiative_id, done_on=day))

    shift = shift_of_initiative(session, cast.colleague, initiative_id, ShiftBy.MONTH)

    assert [(one.period, one.worker, one.resident_alone) for one in shift.periods] == [
        ("2025-11", 1, 0),
        ("2025-12", 1, 0),
        ("2026-01", 0, 0),
        ("2026-02", 0, 0),
        ("2026-03", 0, 1),
    ]
    quarters = shift_of_initiative(session, cast.teamleader, initiative_id, ShiftBy.QUARTER).periods
    assert [(one.period, one.worker) for one in quarters] == [("2025-Q4", 2), ("2026-Q1", 0)]
    with pytest.raises(NotFound):
        shift_of_initiative(session, cast.stranger, initiative_id, ShiftBy.MONTH)


def test_a_neighbourhood_is_not_drawn_before_its_tenth_step(session: Session, cast: Cast) -> None:
    initiative_id = an_initiative(session, cast)
    for _ in range(9):
        record_step(session, cast.activator, a_step(initiative_id=initiative_id))
    few = shift_of_area(session, cast.teamleader, cast.here_id, ShiftBy.QUARTER)
    assert (few.enough, few.least, few.periods) == (False, 10, [])

    record_step(session, cast.activator, a_step(initiative_id=initiative_id))

    assert [one.together for one in shift_of_area(session, cast.teamleader, cast.here_id, ShiftBy.QUARTER).periods] == [
        10
    ]
    with pytest.raises(NotFound):
        shift_of_area(session, cast.stranger, cast.here_id, ShiftBy.QUARTER)
    with pytest.raises(NotAllowed):
        shift_of_area(session, cast.policy, cast.here_id, ShiftBy.QUARTER)


def test_nothing_that_goes_out_counts_a_worker() -> None:
    names = {name for shape in (LearningStepOut,) for name in shape.model_fields}
    assert not any("worker" in name for name in names)
    assert "worker_id" in LearningStep.model_fields
