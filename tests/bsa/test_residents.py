"""Residents: as little as the level allows, seen by those who look after them."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Question, Stale
from bsa.events import Event
from bsa.permissions import Actor, Permission
from bsa.residents.actions import (
    assign_worker,
    change_phase,
    change_resident,
    mean_exploring,
    raise_level,
    record_consent,
    register_resident,
    release_worker,
    restrict_resident,
    withdraw_consent,
)
from bsa.residents.models import (
    AgeBand,
    ConsentHow,
    ConsentScope,
    ContactChannel,
    Informed,
    ReadingComfort,
    RegistrationLevel,
    ResidentPhase,
    WorkerPart,
)
from bsa.residents.queries import get_record, list_residents, show_resident, still_exploring
from bsa.residents.shapes import (
    ConsentIn,
    LevelIn,
    ResidentChange,
    ResidentIn,
    ResidentPhaseIn,
    ResidentQuery,
    WorkerIn,
)

from tests.cast import Cast, a_dossier, a_resident

ALL = ResidentQuery()


def test_whoever_registers_a_resident_looks_after_that_resident(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    record = show_resident(session, cast.activator, resident.id)

    assert record.call_name == "Geert"
    assert [worker.account_id for worker in record.workers] == [cast.activator.id]
    assert "change_resident" in record.allowed_actions
    kinds = session.scalars(select(Event.kind).where(col(Event.subject_id) == resident.id)).all()
    assert kinds == ["resident.registered"]


def test_a_resident_key_does_not_tell_the_day_of_intake(session: Session, cast: Cast) -> None:
    assert a_resident(session, cast.activator, cast.here_id).id.version == 4


def test_nobody_registers_in_anothers_area(session: Session, cast: Cast) -> None:
    told = ResidentIn(call_name="Ria", area_id=cast.there_id, informed_on=clock.today(), informed_how=Informed.SPOKEN)
    with pytest.raises(NotAllowed):
        register_resident(session, cast.activator, told)
    with pytest.raises(NotAllowed):
        register_resident(session, cast.teamleader, told)


def test_a_colleague_sees_the_name_in_the_list_but_may_not_open_the_record(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    listed = list_residents(session, cast.colleague, ALL).items

    assert [(item.call_name, item.mine, item.worker_name) for item in listed] == [
        ("Geert", False, "Activator van de Cast")
    ]
    with pytest.raises(NotAllowed, match="Ask Activator van de Cast to make you a stand-in"):
        show_resident(session, cast.colleague, resident.id)


@pytest.mark.parametrize("name", ["stranger", "teamleader", "corporation", "policy", "admin"])
def test_for_everybody_else_the_resident_does_not_exist(session: Session, cast: Cast, name: str) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)

    with pytest.raises(NotFound):
        show_resident(session, cast.actors[name], resident.id)


def test_a_stand_in_may_open_the_record_until_the_end_of_standing_in(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    told = WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN)
    assign_worker(session, cast.activator, resident.id, told)
    assert show_resident(session, cast.colleague, resident.id).call_name == "Geert"

    standing_in = next(worker for worker in resident.workers if worker.account_id == cast.colleague.id)
    release_worker(session, cast.activator, resident.id, standing_in.id)

    session.expire_all()
    with pytest.raises(NotAllowed):
        show_resident(session, cast.colleague, resident.id)


def test_the_last_worker_cannot_leave_a_resident_alone(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    with pytest.raises(Conflict):
        release_worker(session, cast.activator, resident.id, resident.workers[0].id)


def test_at_alias_no_address_is_kept_and_every_field_is_named_at_once(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    change = ResidentChange(
        full_name="Geert de Boer",
        contact_channel=ContactChannel.PHONE,
        contact_value="0591 123456",
        age_band=AgeBand.FROM_45,
    )

    with pytest.raises(Invalid) as refused:
        change_resident(session, cast.activator, resident.id, resident.version, change)

    assert {fault.where[0] for fault in refused.value.faults} == {
        "full_name",
        "contact_channel",
        "contact_value",
        "age_band",
    }


def test_going_up_a_level_needs_that_the_resident_was_told(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    with pytest.raises(Invalid):
        raise_level(session, cast.activator, resident.id, resident.version, LevelIn(level=RegistrationLevel.KNOWN))
    by_mouth = LevelIn(level=RegistrationLevel.DOSSIER, informed_on=clock.today(), informed_how=Informed.SPOKEN)
    with pytest.raises(Invalid):
        raise_level(session, cast.activator, resident.id, resident.version, by_mouth)

    raised = raise_level(
        session,
        cast.activator,
        resident.id,
        resident.version,
        by_mouth.model_copy(update={"informed_how": Informed.SHEET}),
    )

    assert raised.level is RegistrationLevel.DOSSIER


def test_a_child_is_not_registered_beyond_an_alias(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    told = LevelIn(level=RegistrationLevel.KNOWN, informed_on=clock.today(), informed_how=Informed.SPOKEN)
    raise_level(session, cast.activator, resident.id, resident.version, told)
    with pytest.raises(Invalid):
        change_resident(
            session, cast.activator, resident.id, resident.version, ResidentChange(age_band=AgeBand.UNDER_18)
        )


def test_a_change_of_an_old_version_is_refused(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    seen = resident.version
    change_resident(session, cast.activator, resident.id, seen, ResidentChange(call_name="Gerrit"))
    with pytest.raises(Stale):
        change_resident(session, cast.activator, resident.id, seen, ResidentChange(call_name="Geert"))


def test_a_restricted_resident_leaves_the_lists_and_is_left_alone(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    restrict_resident(session, cast.privacy, resident.id, resident.version)

    assert list_residents(session, cast.colleague, ALL).items == []
    assert [item.restricted for item in list_residents(session, cast.privacy, ALL).items] == [True]
    with pytest.raises(Conflict):
        change_resident(session, cast.activator, resident.id, resident.version, ResidentChange(call_name="X"))


def test_a_consent_is_withdrawn_and_both_are_known(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    given = ConsentIn(scope=ConsentScope.TO_BE_COUNTED, how=ConsentHow.SPOKEN, given_on=clock.today())
    consent = record_consent(session, cast.activator, resident.id, given)
    with pytest.raises(Conflict):
        record_consent(session, cast.activator, resident.id, given)

    withdraw_consent(session, cast.activator, resident.id, consent.id)

    shown = show_resident(session, cast.activator, resident.id).consents
    assert [(one.scope, one.withdrawn_on) for one in shown] == [(ConsentScope.TO_BE_COUNTED, clock.today())]


def test_every_resident_in_an_answer_is_noted_for_the_access_log(session: Session, cast: Cast) -> None:
    residents = {a_resident(session, cast.activator, cast.here_id, name).id for name in ("Geert", "Ria")}
    session.info["residents_read"].clear()

    list_residents(session, cast.colleague, ALL)

    assert session.info["residents_read"] == residents


def test_pages_follow_each_other_without_gap_or_repeat(session: Session, cast: Cast) -> None:
    names = {a_resident(session, cast.activator, cast.here_id, f"Bewoner {number}").call_name for number in range(7)}
    seen: list[str] = []
    cursor = None
    while True:
        page = list_residents(session, cast.activator, ResidentQuery(limit=3, cursor=cursor))
        seen += [item.call_name for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == names


def test_the_permission_table_agrees_with_the_query(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    record = get_record(session, cast.activator, resident.id, Permission.OPEN_RECORD)
    assert record.worker_ids == {cast.activator.id}


# --- phases -----------------------------------------------------------------------------------------------------------


def test_the_way_goes_on_to_another_phase_and_may_go_back(session: Session, cast: Cast) -> None:
    with clock.standing_at(clock.now() - timedelta(days=3)):
        resident = a_resident(session, cast.activator, cast.here_id)
    mean_exploring(session, cast.activator, resident.id, resident.version)

    change_phase(session, cast.activator, resident.id, resident.version, ResidentPhaseIn(phase=ResidentPhase.DO))

    record = show_resident(session, cast.activator, resident.id)
    assert (record.phase, record.phase_since) == (ResidentPhase.DO, clock.today())
    assert record.exploring_meant_on is None
    (listed,) = list_residents(session, cast.colleague, ResidentQuery(phase=ResidentPhase.DO)).items
    assert listed.phase is ResidentPhase.DO
    assert list_residents(session, cast.colleague, ResidentQuery(phase=ResidentPhase.EXPLORE)).items == []
    event = session.scalars(select(Event).where(col(Event.kind) == "resident.phase_changed")).one()
    assert (event.facts, event.area_id) == ({"phase": "do", "before": "explore"}, cast.here_id)
    change_phase(session, cast.activator, resident.id, None, ResidentPhaseIn(phase=ResidentPhase.EXPLORE))
    with pytest.raises(Conflict, match="the phase already"):
        change_phase(session, cast.activator, resident.id, None, ResidentPhaseIn(phase=ResidentPhase.EXPLORE))


def test_a_phase_is_refused_to_others_stale_and_while_restricted(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    wanted = ResidentPhaseIn(phase=ResidentPhase.DEEPEN)

    def change(who: Actor, version: int | None) -> None:
        change_phase(session, who, resident.id, version, wanted)

    def mean(who: Actor, version: int | None) -> None:
        mean_exploring(session, who, resident.id, version)

    for deed in (change, mean):
        with pytest.raises(NotAllowed):
            deed(cast.colleague, None)
        for who in (cast.stranger, cast.teamleader, cast.policy):
            with pytest.raises(NotFound):
                deed(who, None)
        with pytest.raises(Stale):
            deed(cast.activator, resident.version - 1)
    restrict_resident(session, cast.activator, resident.id, resident.version)
    with pytest.raises(Conflict):
        change_phase(session, cast.activator, resident.id, None, wanted)


def test_after_so_many_days_of_exploring_it_is_asked_whether_that_is_on_purpose(session: Session, cast: Cast) -> None:
    days = session.info["settings"].exploring_days
    began = clock.now() - timedelta(days=days)
    with clock.standing_at(began):
        resident, other, frozen, doing = (
            a_resident(session, cast.activator, cast.here_id, name) for name in ("Geert", "Ria", "Fenna", "Jelle")
        )
    restrict_resident(session, cast.activator, frozen.id, frozen.version)
    change_phase(session, cast.activator, doing.id, None, ResidentPhaseIn(phase=ResidentPhase.DO))

    with clock.standing_at(clock.now() - timedelta(days=1)):
        assert still_exploring(session, cast.activator) == []
    assert {one.call_name for one in still_exploring(session, cast.activator)} == {"Geert", "Ria"}
    assert show_resident(session, cast.activator, resident.id).still_exploring

    mean_exploring(session, cast.activator, resident.id, resident.version)

    assert [one.id for one in still_exploring(session, cast.activator)] == [other.id]
    assert not show_resident(session, cast.activator, resident.id).still_exploring
    with clock.standing_at(clock.now() + timedelta(days=days)):
        assert [one.id for one in still_exploring(session, cast.activator)] == [other.id, resident.id]
    for who in (cast.colleague, cast.teamleader, cast.privacy, cast.admin):
        assert still_exploring(session, who) == []
    kinds = session.scalars(select(Event.kind).where(col(Event.subject_id) == resident.id)).all()
    assert "resident.exploring_meant" in kinds


def test_past_exploring_there_is_nothing_to_mean(session: Session, cast: Cast) -> None:
    resident = a_resident(session, cast.activator, cast.here_id)
    change_phase(session, cast.activator, resident.id, None, ResidentPhaseIn(phase=ResidentPhase.FINISHED))

    with pytest.raises(Conflict, match="past exploring"):
        mean_exploring(session, cast.activator, resident.id, None)


# --- letters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("comfort", [ReadingComfort.PREFERS_CALL, ReadingComfort.PREFERS_VISIT])
def test_letters_to_somebody_who_would_rather_not_read_are_questioned(
    session: Session, cast: Cast, comfort: ReadingComfort
) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    change_resident(session, cast.activator, resident.id, resident.version, ResidentChange(reading_comfort=comfort))

    by_letter = ResidentChange(contact_channel=ContactChannel.LETTER)
    with pytest.raises(Question, match="rather not read") as asked:
        change_resident(session, cast.activator, resident.id, resident.version, by_letter)

    assert asked.value.answer == "even_so"
    session.refresh(resident)
    even_so = ResidentChange(contact_channel=ContactChannel.LETTER, even_so=True)
    change_resident(session, cast.activator, resident.id, resident.version, even_so)
    # Something else can be changed without being asked again.
    change_resident(session, cast.activator, resident.id, resident.version, ResidentChange(call_name="Gerrit"))


def test_letters_to_somebody_who_reads_or_did_not_say_are_not_questioned(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    by_letter = ResidentChange(contact_channel=ContactChannel.LETTER)

    change_resident(session, cast.activator, resident.id, resident.version, by_letter)
    reads = ResidentChange(reading_comfort=ReadingComfort.READS)
    change_resident(session, cast.activator, resident.id, resident.version, reads)

    no_longer = ResidentChange(reading_comfort=ReadingComfort.PREFERS_VISIT)
    with pytest.raises(Question):
        change_resident(session, cast.activator, resident.id, resident.version, no_longer)
