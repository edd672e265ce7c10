"""The bond of trust: where it stands, signals that want an answer, and handing over with a face."""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.appointments.actions import cancel_appointment, make_appointment
from bsa.appointments.models import Appointment
from bsa.appointments.shapes import AppointmentIn
from bsa.contacts.actions import make_promise
from bsa.contacts.models import Promise
from bsa.contacts.shapes import PromiseIn
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.people.models import Account
from bsa.people.shapes import AccountChange
from bsa.permissions import Actor, Role
from bsa.residents.actions import assign_worker, raise_level, restrict_resident
from bsa.residents.models import Informed, RegistrationLevel, Resident, WorkerPart
from bsa.residents.queries import find_resident
from bsa.residents.shapes import LevelIn, WorkerIn
from bsa.shapes import Listing
from bsa.trust.actions import (
    agree_handover,
    answer_signal,
    call_off_handover,
    change_account,
    decline_handover,
    finish_handover,
    move_relationship,
    propose_handover,
    record_signal,
)
from bsa.trust.deeds import STEPS, HandoverDeed, may_follow
from bsa.trust.models import Handover, HandoverReason, HandoverState, Signal, Stage
from bsa.trust.queries import (
    count_lonely_residents,
    list_handovers,
    list_handovers_of,
    list_lonely_residents,
    list_relationships,
    list_signals,
    quiet_relationships,
    show_handover,
    show_signal,
    what_goes_along,
)
from bsa.trust.shapes import (
    AgreementIn,
    CompletionIn,
    HandoverIn,
    HandoverQuery,
    RelationshipIn,
    SignalAnswerIn,
    SignalIn,
    SignalOut,
    SignalQuery,
)
from bsa.trust.working_days import after_working_days, is_working_day, last_overdue

from tests.cast import NOW, Cast, a_resident

TODAY = date(2026, 3, 24)
ALL = Listing()
VISIT = datetime(2026, 3, 26, 9, 0, tzinfo=UTC)


def a_known(session: Session, cast: Cast, name: str = "Geert") -> Resident:
    resident = a_resident(session, cast.activator, cast.here_id, name)
    told = LevelIn(level=RegistrationLevel.KNOWN, informed_on=TODAY, informed_how=Informed.SPOKEN)
    return raise_level(session, cast.activator, resident.id, resident.version, told)


def at(stage: Stage, since: date | None = None) -> RelationshipIn:
    return RelationshipIn(stage=stage, stage_since=since)


def a_signal(session: Session, cast: Cast, resident: Resident, came_on: date = TODAY) -> Signal:
    told = SignalIn(words="De lamp in het portiek is stuk", came_on=came_on)
    return record_signal(session, cast.activator, resident.id, told)


def a_handover(session: Session, cast: Cast, resident: Resident) -> Handover:
    told = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.LEAVES)
    return propose_handover(session, cast.activator, resident.id, told)


def agreed(session: Session, cast: Cast, resident: Resident) -> Handover:
    told = AgreementIn(agreed_on=TODAY, starts_at=VISIT, place="Bij Geert thuis")
    return agree_handover(session, cast.activator, a_handover(session, cast, resident).id, None, told)


def after_the_visit() -> AbstractContextManager[None]:
    return clock.standing_at(VISIT + timedelta(hours=2))


def events(session: Session, kind: str) -> list[Event]:
    return list(session.scalars(select(Event).where(col(Event.kind) == kind)))


# --- where it stands --------------------------------------------------------------------------------------------------


def test_each_worker_says_the_own_stage_and_sees_that_of_the_other(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    stands_in = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, stands_in)

    move_relationship(session, cast.activator, resident.id, at(Stage.TALKING, date(2026, 3, 20)))
    move_relationship(session, cast.colleague, resident.id, at(Stage.FIRST_CONTACT))

    mine, other = list_relationships(session, cast.colleague, resident.id)
    assert (mine.account_id, mine.stage, mine.allowed_actions) == (
        cast.colleague.id,
        Stage.FIRST_CONTACT,
        ["record_relationship"],
    )
    assert (other.account_name, other.stage, other.since, other.allowed_actions) == (
        "Activator van de Cast",
        Stage.TALKING,
        date(2026, 3, 20),
        [],
    )


def test_moving_writes_an_event_without_the_stage_and_tapping_twice_writes_one(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    for _ in range(2):
        move_relationship(session, cast.activator, resident.id, at(Stage.COMING_BACK))

    (moved,) = events(session, "relationship.moved")
    assert (moved.subject_id, moved.area_id) == (resident.id, cast.here_id)
    assert "coming_back" not in str(moved.facts)


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_is_one_step_away_from_every_other(session: Session, cast: Cast, stage: Stage) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    move_relationship(session, cast.activator, resident.id, at(Stage.TRUSTED, date(2026, 3, 20)))

    moved = move_relationship(session, cast.activator, resident.id, at(stage))

    assert (moved.stage, moved.since_on) == (stage, date(2026, 3, 20))


def test_a_stage_is_refused_to_others_for_a_day_to_come_and_backwards(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    move_relationship(session, cast.activator, resident.id, at(Stage.TALKING))

    with pytest.raises(NotAllowed):
        move_relationship(session, cast.colleague, resident.id, at(Stage.TALKING))
    with pytest.raises(NotAllowed):
        list_relationships(session, cast.colleague, resident.id)
    with pytest.raises(NotFound):
        move_relationship(session, cast.stranger, resident.id, at(Stage.TALKING))
    with pytest.raises(NotFound):
        list_relationships(session, cast.teamleader, resident.id)
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(Invalid):
            move_relationship(session, cast.activator, resident.id, at(Stage.TRUSTED, day))
    restrict_resident(session, cast.activator, resident.id, resident.version)
    with pytest.raises(Conflict):
        move_relationship(session, cast.activator, resident.id, at(Stage.DAMAGED))


def test_a_long_silence_is_noticed_where_somebody_came_back(session: Session, cast: Cast) -> None:
    quiet, new, seen = (a_resident(session, cast.activator, cast.here_id, name) for name in ("Ria", "Abdi", "Fenna"))
    for resident, stage in ((quiet, Stage.TRUSTED), (new, Stage.FIRST_CONTACT), (seen, Stage.TALKING)):
        move_relationship(session, cast.activator, resident.id, at(stage))
    seen.last_contact_on = TODAY + timedelta(days=20)
    session.flush()

    with clock.standing_at(NOW + timedelta(days=42)):
        assert quiet_relationships(session, cast.activator) == []
    with clock.standing_at(NOW + timedelta(days=43)):
        (found,) = quiet_relationships(session, cast.activator)
        assert (found.id, found.resident_name, found.last_contact_on) == (quiet.id, "Ria", TODAY)
        assert quiet_relationships(session, cast.colleague) == []


# --- signals ----------------------------------------------------------------------------------------------------------


def test_working_days_leave_out_weekends_and_dutch_holidays() -> None:
    # Good Friday and Easter Monday of 2026 are 3 and 6 April.
    assert not is_working_day(date(2026, 4, 6))
    assert after_working_days(date(2026, 3, 24), 5) == date(2026, 3, 31)
    assert after_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert after_working_days(date(2026, 3, 28), 1) == date(2026, 3, 30)


@pytest.mark.parametrize("day", [date(2026, 4, 1) + timedelta(days=number) for number in range(40)])
def test_the_last_overdue_day_is_the_last_one_whose_working_days_are_over(day: date) -> None:
    last = last_overdue(day, 5)
    assert after_working_days(last, 5) < day <= after_working_days(last + timedelta(days=1), 5)


def unanswered(session: Session, actor: Actor) -> list[SignalOut]:
    """List what the actor took up and did not answer yet, as the day page does."""
    return list_signals(session, actor, SignalQuery(mine=True, open=True)).items


def test_a_signal_is_overdue_after_five_working_days_and_answered_once(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    signal = a_signal(session, cast, resident)

    with clock.standing_at(NOW + timedelta(days=7)):
        assert [one.overdue for one in unanswered(session, cast.activator)] == [False]
        assert list_signals(session, cast.activator, SignalQuery(overdue=True)).items == []
    with clock.standing_at(NOW + timedelta(days=8)):
        (shown,) = list_signals(session, cast.activator, SignalQuery(overdue=True)).items
        assert (shown.overdue, shown.answer_by, shown.words) == (True, date(2026, 3, 31), signal.words)

        answered = answer_signal(
            session, cast.activator, signal.id, signal.version, SignalAnswerIn(answer="Morgen komt de monteur")
        )

        assert answered.answered_on == clock.today()
        assert unanswered(session, cast.activator) == []
        assert show_signal(session, cast.activator, signal.id).allowed_actions == []
        with pytest.raises(Conflict):
            answer_signal(session, cast.activator, signal.id, None, SignalAnswerIn(answer="Nog eens"))
    assert len(events(session, "signal.recorded")) == len(events(session, "signal.answered")) == 1


def test_signals_are_refused_below_the_level_and_to_others(session: Session, cast: Cast) -> None:
    alias = a_resident(session, cast.activator, cast.here_id, "Man van nr. 14")
    known = a_known(session, cast)
    signal = a_signal(session, cast, known)
    answer = SignalAnswerIn(answer="Gebeld")

    with pytest.raises(Invalid):
        a_signal(session, cast, alias)
    with pytest.raises(Invalid):
        a_signal(session, cast, known, TODAY + timedelta(days=1))
    with pytest.raises(NotAllowed):
        answer_signal(session, cast.colleague, signal.id, None, answer)
    with pytest.raises(NotFound):
        answer_signal(session, cast.stranger, signal.id, None, answer)
    with pytest.raises(NotFound):
        show_signal(session, cast.teamleader, signal.id)
    with pytest.raises(NotAllowed):
        list_signals(session, cast.teamleader, SignalQuery())
    with pytest.raises(Stale):
        answer_signal(session, cast.activator, signal.id, 0, answer)
    with pytest.raises(Invalid):
        answer_signal(
            session,
            cast.activator,
            signal.id,
            None,
            SignalAnswerIn(answer="Eerder", answered_on=TODAY - timedelta(days=1)),
        )
    assert list_signals(session, cast.colleague, SignalQuery()).items == []


def test_signals_are_narrowed(session: Session, cast: Cast) -> None:
    geert, ria = a_known(session, cast), a_known(session, cast, "Ria")
    old, new = a_signal(session, cast, geert, date(2026, 3, 1)), a_signal(session, cast, ria)
    answer_signal(session, cast.activator, new.id, None, SignalAnswerIn(answer="Gedaan"))

    def found(**wanted: Any) -> list[object]:
        return [one.id for one in list_signals(session, cast.activator, SignalQuery(**wanted)).items]

    assert found() == [old.id, new.id]
    assert found(open=True) == found(overdue=True) == found(resident_id=geert.id) == [old.id]
    assert found(open=False) == [new.id]
    assert found(mine=True, area_id=cast.here_id) == [old.id, new.id]
    assert found(area_id=cast.there_id) == []


# --- handing over -----------------------------------------------------------------------------------------------------


def test_a_handover_shows_the_next_face_a_name_and_a_neighbourhood_and_opens_nothing(
    session: Session, cast: Cast
) -> None:
    resident = a_known(session, cast)
    handover = a_handover(session, cast, resident)

    (shown,) = list_handovers(session, cast.colleague, HandoverQuery(open=True)).items

    assert (shown.resident_name, shown.area_name, shown.state) == (
        "Geert",
        "Oude Molenbuurt",
        HandoverState.PROPOSED,
    )
    assert shown.allowed_actions == ["call_off"]
    assert show_handover(session, cast.activator, handover.id).allowed_actions == ["agree", "decline", "call_off"]
    assert cast.colleague.id not in find_resident(session, cast.activator, resident.id).worker_ids
    with pytest.raises(NotAllowed):
        list_handovers_of(session, cast.colleague, resident.id)
    for nobody in (cast.stranger, cast.teamleader, cast.admin):
        with pytest.raises(NotFound):
            show_handover(session, nobody, handover.id)


def test_the_agreement_plans_the_visit_together(session: Session, cast: Cast) -> None:
    handover = agreed(session, cast, a_known(session, cast))

    visit = session.get_one(Appointment, handover.joint_visit_id)
    assert (visit.account_id, visit.with_account_id, visit.starts_at) == (cast.activator.id, cast.colleague.id, VISIT)
    shown = show_handover(session, cast.colleague, handover.id)
    assert (shown.state, shown.agreed_on, shown.visit_at) == (HandoverState.AGREED, TODAY, VISIT)
    assert len(events(session, "handover.agreed")) == len(events(session, "appointment.made")) == 1


def test_after_the_visit_the_next_face_looks_after_the_resident_and_nothing_open_is_lost(
    session: Session, cast: Cast
) -> None:
    resident = a_known(session, cast)
    promise = make_promise(
        session, cast.activator, resident.id, PromiseIn(text="Folie brengen", due_on=date(2026, 4, 1))
    )
    signal = a_signal(session, cast, resident)
    later = make_appointment(
        session,
        cast.activator,
        AppointmentIn(starts_at=VISIT + timedelta(days=7), resident_id=resident.id, with_account_id=cast.colleague.id),
    )
    handover = agreed(session, cast, resident)
    with pytest.raises(Conflict):
        finish_handover(session, cast.colleague, handover.id, None, CompletionIn())

    with after_the_visit():
        assert what_goes_along(session, cast.activator, handover.id).model_dump() == {
            "promises": 1,
            "signals": 1,
            "appointments": 1,
        }
        finish_handover(session, cast.colleague, handover.id, handover.version, CompletionIn())

        assert find_resident(session, cast.activator, resident.id).assigned_ids == {cast.colleague.id}
        assert session.get_one(Promise, promise.id).worker_id == cast.colleague.id
        assert [one.id for one in unanswered(session, cast.colleague)] == [signal.id]
        assert (later.account_id, later.with_account_id) == (cast.colleague.id, None)
        (shown,) = list_handovers_of(session, cast.colleague, resident.id)
        assert (shown.state, shown.ended_on, shown.allowed_actions) == (HandoverState.DONE, VISIT.date(), [])
        with pytest.raises(NotAllowed):
            list_signals(session, cast.activator, SignalQuery(resident_id=resident.id))
    assert len(events(session, "handover.done")) == len(events(session, "resident.worker_released")) == 1


def test_who_hands_over_may_stay_as_a_stand_in_and_a_stand_in_may_become_the_face(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    assign_worker(
        session,
        cast.activator,
        resident.id,
        WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN),
    )
    handover = agreed(session, cast, resident)

    with after_the_visit():
        finish_handover(session, cast.activator, handover.id, None, CompletionIn(stays_as_stand_in=True))

    found = find_resident(session, cast.activator, resident.id)
    assert set(found.assigned_ids) == {cast.colleague.id}
    assert set(found.worker_ids) == {cast.colleague.id, cast.activator.id}


def test_the_resident_may_say_no_and_then_the_face_stays(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    handover = agreed(session, cast, resident)

    decline_handover(session, cast.activator, handover.id, None)

    assert handover.state is HandoverState.DECLINED
    assert session.get_one(Appointment, handover.joint_visit_id).cancelled_on == TODAY
    assert find_resident(session, cast.activator, resident.id).assigned_ids == {cast.activator.id}
    # Another colleague can be proposed.
    a_handover(session, cast, resident)


def test_when_the_visit_is_cancelled_another_is_planned(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    handover = agreed(session, cast, resident)
    again = AgreementIn(agreed_on=TODAY, starts_at=VISIT + timedelta(days=1))
    with pytest.raises(Conflict):
        agree_handover(session, cast.activator, handover.id, None, again)
    assert handover.joint_visit_id
    cancel_appointment(session, cast.activator, handover.joint_visit_id, None)
    with after_the_visit(), pytest.raises(Conflict):
        finish_handover(session, cast.activator, handover.id, None, CompletionIn())

    agree_handover(session, cast.activator, handover.id, None, again)

    assert show_handover(session, cast.activator, handover.id).visit_at == again.starts_at


def test_a_handover_is_refused_to_whom_it_is_not_and_twice(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    to_colleague = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.ABSENCE)

    for whom in (cast.activator.id, cast.stranger.id, cast.teamleader.id):
        with pytest.raises(Invalid):
            propose_handover(
                session, cast.activator, resident.id, HandoverIn(to_account_id=whom, reason=HandoverReason.LEAVES)
            )
    with pytest.raises(NotAllowed):
        propose_handover(session, cast.colleague, resident.id, to_colleague)
    with pytest.raises(NotFound):
        propose_handover(session, cast.stranger, resident.id, to_colleague)
    handover = a_handover(session, cast, resident)
    with pytest.raises(Conflict):
        a_handover(session, cast, resident)
    with pytest.raises(NotAllowed):
        decline_handover(session, cast.colleague, handover.id, None)
    with pytest.raises(Stale):
        decline_handover(session, cast.activator, handover.id, 0)
    with pytest.raises(NotFound):
        call_off_handover(session, cast.stranger, handover.id, None)
    with pytest.raises(Invalid):
        agree_handover(
            session,
            cast.activator,
            handover.id,
            None,
            AgreementIn(agreed_on=TODAY, starts_at=VISIT - timedelta(days=5)),
        )
    call_off_handover(session, cast.colleague, handover.id, None)
    for deed in (decline_handover, call_off_handover):
        with pytest.raises(Conflict):
            deed(session, cast.activator, handover.id, None)


def test_who_stands_in_cannot_hand_over(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    stands_in = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, stands_in)

    with pytest.raises(NotAllowed, match="stands in"):
        propose_handover(
            session,
            cast.colleague,
            resident.id,
            HandoverIn(to_account_id=cast.activator.id, reason=HandoverReason.ABSENCE),
        )


def test_a_restricted_resident_is_not_handed_over(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    handover = a_handover(session, cast, resident)
    restrict_resident(session, cast.activator, resident.id, resident.version)

    with pytest.raises(Conflict):
        call_off_handover(session, cast.activator, handover.id, None)
    assert show_handover(session, cast.activator, handover.id).allowed_actions == []


@pytest.mark.parametrize("deed", list(HandoverDeed))
@pytest.mark.parametrize("state", list(HandoverState))
def test_only_what_is_under_way_goes_on(deed: HandoverDeed, state: HandoverState) -> None:
    follows = [may_follow(deed, state, visit_at, NOW) for visit_at in (None, NOW, NOW + timedelta(days=1))]
    expected = {
        (HandoverDeed.AGREE, HandoverState.PROPOSED): [True, True, True],
        (HandoverDeed.AGREE, HandoverState.AGREED): [True, False, False],
        (HandoverDeed.FINISH, HandoverState.AGREED): [False, True, False],
        **{
            (ends, waits): [True, True, True]
            for ends in (HandoverDeed.DECLINE, HandoverDeed.CALL_OFF)
            for waits in (HandoverState.PROPOSED, HandoverState.AGREED)
        },
    }
    assert follows == expected.get((deed, state), [False, False, False])
    assert set(STEPS) == set(HandoverDeed)


# --- who leaves -------------------------------------------------------------------------------------------------------


def ended(session: Session, cast: Cast, actor: Actor | None = None) -> Account:
    worker = session.get_one(Account, cast.activator.id)
    return change_account(session, actor or cast.admin, worker.id, worker.version, AccountChange(active=False))


def test_a_worker_does_not_leave_while_residents_are_without_a_next_face(session: Session, cast: Cast) -> None:
    handed_over = a_known(session, cast)
    shared = a_known(session, cast, "Ria")
    a_known(session, cast, "Fenna")
    agreed(session, cast, handed_over)
    assign_worker(session, cast.activator, shared.id, WorkerIn(account_id=cast.colleague.id, part=WorkerPart.ASSIGNED))

    with pytest.raises(Conflict, match="face: 1"):
        ended(session, cast)
    assert [one.resident_name for one in list_lonely_residents(session, cast.activator, ALL).items] == ["Fenna"]
    with pytest.raises(NotFound):
        ended(session, cast, cast.teamleader)


def test_taking_away_the_role_is_leaving_too(session: Session, cast: Cast) -> None:
    a_known(session, cast)
    worker = session.get_one(Account, cast.activator.id)

    with pytest.raises(Conflict):
        change_account(session, cast.admin, worker.id, worker.version, AccountChange(roles=[Role.TEAM_LEADER]))
    change_account(session, cast.admin, worker.id, worker.version, AccountChange(display_name="Marloes"))


def test_a_proposal_is_no_next_face_but_an_agreement_is(session: Session, cast: Cast) -> None:
    resident = a_known(session, cast)
    handover = a_handover(session, cast, resident)
    (alone,) = list_lonely_residents(session, cast.activator, ALL).items
    assert alone.proposed
    with pytest.raises(Conflict):
        ended(session, cast)

    agree_handover(session, cast.activator, handover.id, None, AgreementIn(agreed_on=TODAY, starts_at=VISIT))

    assert not ended(session, cast).active


def test_who_looks_after_nobody_leaves_at_once(session: Session, cast: Cast) -> None:
    assert not ended(session, cast).active


def test_the_team_leader_sees_numbers_by_area_and_of_no_worker(session: Session, cast: Cast) -> None:
    agreed(session, cast, a_known(session, cast))
    a_known(session, cast, "Ria")
    a_resident(session, cast.stranger, cast.there_id)

    (here,) = count_lonely_residents(session, cast.teamleader)

    assert (here.area_name, here.one_face, here.agreed) == ("Oude Molenbuurt", 2, 1)
    for nobody in (cast.activator, cast.admin):
        with pytest.raises(NotAllowed):
            count_lonely_residents(session, nobody)
