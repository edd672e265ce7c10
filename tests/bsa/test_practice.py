"""Practising something scary in a safe setting, talking about it after, and giving residents the most time to speak."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlmodel import Session, col, select

from bsa import clock
from bsa.appointments.models import Appointment, AppointmentKind
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.initiatives.actions import add_participant, change_initiative
from bsa.initiatives.models import Initiative
from bsa.initiatives.shapes import InitiativeChange, ParticipantIn
from bsa.lifecycle.actions import erase_resident
from bsa.permissions import Actor
from bsa.practice.actions import (
    change_practice,
    debrief_practice,
    make_speaking_order,
    plan_practice,
    set_speaking_order,
)
from bsa.practice.models import PracticeMoment, PracticeOutcome, SpeakerSide, SpeakingOrder, SpeakingTurn
from bsa.practice.queries import (
    list_practice,
    list_speaking_orders,
    practice_to_suggest,
    show_practice,
    show_speaking_order,
    to_debrief,
)
from bsa.practice.shapes import DebriefIn, PracticeChange, PracticeIn, SpeakingOrderIn, SpeakingOrderOut
from bsa.residents.actions import assign_worker, record_consent, restrict_resident
from bsa.residents.models import ConsentHow, ConsentScope, Resident, WorkerPart
from bsa.residents.shapes import ConsentIn, WorkerIn
from bsa.sealing import SealedCell
from bsa.shapes import Listing

from tests.bsa.test_lifecycle import an_initiative
from tests.cast import NOW, Cast, a_dossier, a_resident

TODAY = date(2026, 3, 24)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
ALL = Listing()


def a_practice(**more: object) -> PracticeIn:
    told = {"scary_thing": "Twee minuten praten voor de groep", "stop_word": "koffie"}
    return PracticeIn.model_validate(told | more)


def a_debrief(outcome: str = "partly", **more: object) -> DebriefIn:
    return DebriefIn.model_validate({"outcome": outcome, **more})


def an_order(*turns: tuple[str, object, int], on: date = TOMORROW) -> SpeakingOrderIn:
    """Make an order of turns: the side, who (words, the key of a resident, or a turn that stays), and the minutes."""
    told = []
    for side, who, minutes in turns:
        name = "who" if isinstance(who, str) else "turn_id" if isinstance(who, list) else "resident_id"
        told.append({"side": side, name: who[0] if isinstance(who, list) else who, "minutes": minutes})
    return SpeakingOrderIn.model_validate({"meeting_on": on, "turns": told})


def takes_part(session: Session, actor: Actor, resident: Resident, initiative_id: object, part: str = "speaks") -> None:
    consent = ConsentIn(scope=ConsentScope.TO_BE_INTRODUCED, how=ConsentHow.SPOKEN, given_on=TODAY)
    record_consent(session, actor, resident.id, consent)
    told = ParticipantIn.model_validate({"resident_id": resident.id, "part": part, "consented_on": TODAY})
    add_participant(session, actor, initiative_id, told)  # type: ignore[arg-type]


def meets_on(session: Session, cast: Cast, initiative_id: object, day: date) -> None:
    initiative = session.get_one(Initiative, initiative_id)
    change = InitiativeChange(next_step="Overleg met De Veenhoek", next_step_on=day)
    change_initiative(session, cast.activator, initiative.id, initiative.version, change)


def read(order: SpeakingOrderOut) -> list[tuple[int, str | None, int]]:
    return [(turn.number, turn.who, turn.minutes) for turn in order.turns]


def test_practising_is_planned_changed_and_talked_about(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    initiative_id = an_initiative(session, cast)
    moment = plan_practice(session, cast.activator, resident.id, a_practice(initiative_id=initiative_id))
    assert (moment.planned_on, moment.outcome) == (TODAY, None)

    change = PracticeChange(safe_setting="Aan de keukentafel", who_is_there="Marloes")
    change_practice(session, cast.activator, moment.id, moment.version, change)
    told = a_debrief("done", debrief="Zachtjes begonnen", next_bit_bolder="Voor vier mensen")
    debrief_practice(session, cast.activator, moment.id, moment.version, told)

    shown = show_practice(session, cast.activator, moment.id)
    assert (shown.safe_setting, shown.stop_word, shown.initiative_title) == (
        "Aan de keukentafel",
        "koffie",
        "Molenbuurt Warm",
    )
    assert (shown.outcome, shown.held_on, shown.next_bit_bolder) == (PracticeOutcome.DONE, TODAY, "Voor vier mensen")
    assert list_practice(session, cast.activator, resident.id, ALL).items == [shown]
    assert shown.allowed_actions == ["practise"]


def test_there_is_no_failing() -> None:
    assert [one.value for one in PracticeOutcome] == ["done", "partly", "not_today"]
    with pytest.raises(ValidationError):
        a_debrief("failed")


def test_its_events_hold_days_and_never_how_it_went(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    moment = plan_practice(session, cast.activator, resident.id, a_practice())
    debrief_practice(session, cast.activator, moment.id, moment.version, a_debrief("not_today"))

    events = session.scalars(select(Event).where(col(Event.subject_id) == moment.id).order_by(col(Event.id))).all()
    assert [(one.kind, one.facts) for one in events] == [
        ("practice_moment.planned", {"planned_on": "2026-03-24"}),
        ("practice_moment.debriefed", {"held_on": "2026-03-24"}),
    ]


def test_a_stand_in_may_practise_and_nobody_else(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    moment = plan_practice(session, cast.activator, resident.id, a_practice())
    with pytest.raises(NotAllowed):
        show_practice(session, cast.colleague, moment.id)
    with pytest.raises(NotAllowed):
        plan_practice(session, cast.colleague, resident.id, a_practice())
    with pytest.raises(NotAllowed):
        list_practice(session, cast.colleague, resident.id, ALL)
    for name in ("stranger", "teamleader", "corporation", "rival", "policy", "admin"):
        with pytest.raises(NotFound):
            show_practice(session, cast.actors[name], moment.id)
        with pytest.raises(NotFound):
            debrief_practice(session, cast.actors[name], moment.id, moment.version, a_debrief())

    wanted = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, wanted)
    debrief_practice(session, cast.colleague, moment.id, moment.version, a_debrief())
    assert show_practice(session, cast.colleague, moment.id).outcome is PracticeOutcome.PARTLY


def test_below_a_dossier_stale_or_restricted_it_is_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        plan_practice(session, cast.activator, a_resident(session, cast.activator, cast.here_id).id, a_practice())
    assert refused.value.faults[0].code == "above_level"

    resident = a_dossier(session, cast.activator, cast.here_id)
    moment = plan_practice(session, cast.activator, resident.id, a_practice())
    with pytest.raises(Stale):
        change_practice(session, cast.activator, moment.id, 0, PracticeChange(stop_word="thee"))
    with pytest.raises(ValidationError):
        PracticeChange.model_validate({"scary_thing": None})
    with pytest.raises(Invalid):
        debrief_practice(session, cast.activator, moment.id, moment.version, a_debrief(held_on=TOMORROW))
    restrict_resident(session, cast.activator, resident.id, resident.version)
    with pytest.raises(Conflict):
        plan_practice(session, cast.activator, resident.id, a_practice())
    with pytest.raises(Conflict):
        debrief_practice(session, cast.activator, moment.id, moment.version, a_debrief())


def test_it_is_for_an_initiative_or_an_appointment_of_ones_own(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    ria = a_dossier(session, cast.activator, cast.here_id, "Ria")

    def an_appointment(actor: Actor, resident_id: UUID | None = None) -> Appointment:
        appointment = Appointment(
            account_id=actor.id,
            resident_id=resident_id,
            area_id=cast.here_id,
            kind=AppointmentKind.MEETING,
            starts_at=datetime(2026, 3, 30, 10, tzinfo=UTC),
        )
        session.add(appointment)
        session.flush()
        return appointment

    own = an_appointment(cast.activator, resident.id)
    moment = plan_practice(session, cast.activator, resident.id, a_practice(appointment_id=own.id))
    assert show_practice(session, cast.activator, moment.id).appointment_id == own.id
    for other in (an_appointment(cast.colleague), an_appointment(cast.activator, ria.id)):
        with pytest.raises(Invalid):
            plan_practice(session, cast.activator, resident.id, a_practice(appointment_id=other.id))
    with pytest.raises(Invalid):
        plan_practice(session, cast.activator, resident.id, a_practice(initiative_id=clock.new_id()))


def test_its_texts_are_sealed(database: Database, cast: Cast, standing_clock: None) -> None:
    with database.writing() as session:
        resident = a_dossier(session, cast.activator, cast.here_id)
        moment_id = plan_practice(session, cast.activator, resident.id, a_practice()).id
    with database.reading() as session:
        moment = session.get_one(PracticeMoment, moment_id)
        assert {type(text).__name__ for text in (moment.scary_thing, moment.stop_word)} == {SealedCell.__name__}


def test_practising_is_suggested_before_a_meeting_at_which_a_resident_speaks(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    ria = a_dossier(session, cast.activator, cast.here_id, "Ria")
    initiative_id = an_initiative(session, cast)
    takes_part(session, cast.activator, geert, initiative_id)
    takes_part(session, cast.activator, ria, initiative_id, "organises")
    meets_on(session, cast, initiative_id, TODAY + timedelta(days=8))
    assert practice_to_suggest(session, cast.activator) == []

    meets_on(session, cast, initiative_id, TODAY + timedelta(days=7))
    (suggested,) = practice_to_suggest(session, cast.activator)
    assert (suggested.resident_name, suggested.initiative_title) == ("Geert", "Molenbuurt Warm")
    assert suggested.meeting_on == TODAY + timedelta(days=7)
    for other in (cast.colleague, cast.teamleader, cast.corporation):
        assert practice_to_suggest(session, other) == []

    plan_practice(session, cast.activator, geert.id, a_practice(initiative_id=initiative_id))
    assert practice_to_suggest(session, cast.activator) == []


def test_the_day_after_it_is_time_to_talk_about_it(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    plan_practice(session, cast.activator, resident.id, a_practice())
    moment = plan_practice(session, cast.activator, resident.id, a_practice(planned_on=YESTERDAY))

    (due,) = to_debrief(session, cast.activator)
    assert (due.practice_moment_id, due.resident_name, due.planned_on) == (moment.id, "Geert", YESTERDAY)
    assert to_debrief(session, cast.colleague) == []

    debrief_practice(session, cast.activator, moment.id, moment.version, a_debrief("not_today"))
    assert to_debrief(session, cast.activator) == []


def test_residents_have_the_most_time_or_the_order_is_refused_with_the_sums(session: Session, cast: Cast) -> None:
    initiative_id = an_initiative(session, cast)
    equal = an_order(("resident", "Bewoners", 5), ("institution", "Carla", 4), ("team", "Marloes", 1))

    with pytest.raises(Invalid) as refused:
        make_speaking_order(session, cast.activator, initiative_id, equal)

    (fault,) = refused.value.faults
    assert (fault.code, fault.facts) == ("residents_have_less", {"residents": "5", "others": "5"})
    assert session.scalars(select(SpeakingOrder)).all() == []

    good = an_order(("resident", "Bewoners", 6), ("institution", "Carla", 4), ("team", "Marloes", 1))
    order = make_speaking_order(session, cast.activator, initiative_id, good)
    shown = show_speaking_order(session, cast.teamleader, order.id)
    assert (shown.resident_minutes, shown.institution_minutes, shown.team_minutes) == (6, 4, 1)
    with pytest.raises(Invalid):
        set_speaking_order(session, cast.activator, order.id, order.version, equal)


def test_an_order_is_set_as_a_whole_and_turns_change_places(session: Session, cast: Cast) -> None:
    initiative_id = an_initiative(session, cast)
    told = an_order(("institution", "Carla", 1), ("resident", "Buren", 5), ("team", "Marloes", 1))
    order = make_speaking_order(session, cast.activator, initiative_id, told)
    carla, buren, _ = (turn.turn_id for turn in show_speaking_order(session, cast.activator, order.id).turns)

    moved = an_order(("resident", [buren], 7), ("institution", [carla], 2), ("resident", "Fenna", 3))
    set_speaking_order(session, cast.colleague, order.id, order.version, moved)

    (shown,) = list_speaking_orders(session, cast.activator, initiative_id, ALL).items
    assert read(shown) == [(1, "Buren", 7), (2, "Carla", 2), (3, "Fenna", 3)]
    assert shown.turns[0].turn_id == buren
    with pytest.raises(Stale):
        set_speaking_order(session, cast.activator, order.id, 0, moved)
    with pytest.raises(Invalid):
        set_speaking_order(
            session, cast.activator, order.id, order.version, an_order(("resident", [clock.new_id()], 5))
        )


def test_a_resident_in_an_order_is_named_to_own_workers_and_stays_when_others_change_it(
    session: Session, cast: Cast
) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    initiative_id = an_initiative(session, cast)
    told = an_order(("resident", geert.id, 5), ("institution", "Carla", 1))
    with pytest.raises(Invalid) as refused:
        make_speaking_order(session, cast.activator, initiative_id, told)
    assert refused.value.faults[0].code == "takes_no_part"

    takes_part(session, cast.activator, geert, initiative_id)
    with pytest.raises(Invalid) as refused:
        make_speaking_order(session, cast.colleague, initiative_id, told)
    assert refused.value.faults[0].code == "unknown"
    order = make_speaking_order(session, cast.activator, initiative_id, told)

    assert read(show_speaking_order(session, cast.activator, order.id)) == [(1, "Geert", 5), (2, "Carla", 1)]
    seen = show_speaking_order(session, cast.colleague, order.id)
    assert read(seen) == [(1, None, 5), (2, "Carla", 1)]
    assert seen.turns[0].resident_id is None
    assert seen.turns[0].side is SpeakerSide.RESIDENT

    turns = [turn.turn_id for turn in seen.turns]
    set_speaking_order(
        session,
        cast.colleague,
        order.id,
        order.version,
        an_order(("institution", [turns[1]], 1), ("resident", [turns[0]], 6)),
    )
    session.expire_all()
    assert read(show_speaking_order(session, cast.activator, order.id)) == [(1, "Carla", 1), (2, "Geert", 6)]


def test_a_turn_of_an_institution_is_no_resident(session: Session, cast: Cast) -> None:
    geert = a_dossier(session, cast.activator, cast.here_id)
    initiative_id = an_initiative(session, cast)
    takes_part(session, cast.activator, geert, initiative_id)

    with pytest.raises(Invalid) as refused:
        make_speaking_order(
            session, cast.activator, initiative_id, an_order(("resident", "Buren", 5), ("team", geert.id, 1))
        )

    assert refused.value.faults[0].where == ("turns", 1, "side")


def test_with_an_erasure_the_name_leaves_the_order(database: Database, cast: Cast, standing_clock: None) -> None:
    with database.writing() as session:
        geert = a_dossier(session, cast.activator, cast.here_id)
        initiative_id = an_initiative(session, cast)
        takes_part(session, cast.activator, geert, initiative_id)
        told = an_order(("resident", geert.id, 5), ("resident", "Buren", 5), ("institution", "Carla", 1))
        order_id = make_speaking_order(session, cast.activator, initiative_id, told).id
        resident_id = geert.id
    with database.writing() as session:
        erase_resident(session, cast.activator, resident_id, None)
    with database.writing() as session:
        assert [turn.minutes for turn in session.scalars(select(SpeakingTurn).order_by(col(SpeakingTurn.number)))] == [
            5,
            1,
        ]
        assert read(show_speaking_order(session, cast.activator, order_id)) == [(2, "Buren", 5), (3, "Carla", 1)]


def test_the_event_of_an_order_counts_turns_and_names_nobody(session: Session, cast: Cast) -> None:
    order = make_speaking_order(
        session, cast.activator, an_initiative(session, cast), an_order(("resident", "Buren", 5))
    )

    event = session.scalars(select(Event).where(col(Event.subject_id) == order.id)).one()
    assert (event.kind, event.facts) == ("speaking_order.set", {"meeting_on": "2026-03-25", "turns": 1})
    assert NOW.date() == TODAY


def test_others_see_and_set_no_order(session: Session, cast: Cast) -> None:
    initiative_id = an_initiative(session, cast)
    told = an_order(("resident", "Buren", 5))
    order = make_speaking_order(session, cast.teamleader, initiative_id, told)

    for name in ("stranger", "corporation", "rival", "policy", "privacy", "admin"):
        somebody = cast.actors[name]
        with pytest.raises(NotFound):
            show_speaking_order(session, somebody, order.id)
        with pytest.raises(NotFound):
            list_speaking_orders(session, somebody, initiative_id, ALL)
        with pytest.raises(NotFound):
            make_speaking_order(session, somebody, initiative_id, told)
        with pytest.raises(NotFound):
            set_speaking_order(session, somebody, order.id, order.version, told)
