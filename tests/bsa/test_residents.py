"""Residents: as little as the level allows, seen by those who look after them."""

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.permissions import Permission
from bsa.residents.actions import (
    assign_worker,
    change_resident,
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
    RegistrationLevel,
    WorkerPart,
)
from bsa.residents.queries import get_record, list_residents, show_resident
from bsa.residents.shapes import ConsentIn, LevelIn, ResidentChange, ResidentIn, ResidentQuery, WorkerIn

from tests.cast import Cast, a_resident

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
