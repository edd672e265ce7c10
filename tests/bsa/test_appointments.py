"""Appointments of a worker, and the calendar that tells nothing of anybody."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlmodel import Session, col, select

from bsa import clock
from bsa.appointments.actions import (
    cancel_appointment,
    change_appointment,
    end_calendar_address,
    make_appointment,
    make_calendar_address,
)
from bsa.appointments.calendar import draw_calendar
from bsa.appointments.models import Appointment, AppointmentKind, CalendarAddress
from bsa.appointments.queries import calendar_behind, calendar_state, list_appointments, show_appointment
from bsa.appointments.shapes import AppointmentChange, AppointmentIn, AppointmentQuery
from bsa.areas.actions import record_area
from bsa.areas.models import Level
from bsa.areas.shapes import AreaIn
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.lifecycle.actions import step_down
from bsa.people.models import Account
from bsa.people.queries import actor_by_name
from bsa.permissions import Purpose
from bsa.residents.actions import assign_worker, raise_level, restrict_resident
from bsa.residents.models import Informed, RegistrationLevel, Resident, WorkerPart
from bsa.residents.shapes import LevelIn, WorkerIn

from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.line import walk_the_line

TODAY = date(2026, 3, 24)
SOON = datetime(2026, 3, 25, 13, 0, tzinfo=UTC)
HERE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def geert(session: Session, cast: Cast) -> Resident:
    return a_dossier(session, cast.activator, cast.here_id)


def a_visit(session: Session, cast: Cast, geert: Resident, **more: Any) -> Appointment:
    told = {"starts_at": SOON, "resident_id": geert.id, "place": "Aan de keukentafel"} | more
    return make_appointment(session, cast.activator, AppointmentIn.model_validate(told))


def calendar_of(session: Session, address: str) -> tuple[bytes, list[Any]]:
    """Fetch a calendar by its address, and read it as a mail program would."""
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")
    language, entries = calendar_behind(session, secret)
    drawn = draw_calendar(entries, language, "buurt.example")
    return drawn, list(Calendar.from_ical(drawn).walk("VEVENT"))


def test_a_visit_is_where_the_resident_is_and_both_who_go_see_it(session: Session, cast: Cast, geert: Resident) -> None:
    visit = a_visit(session, cast, geert, with_account_id=cast.colleague.id)

    for actor in (cast.activator, cast.colleague):
        (shown,) = list_appointments(session, actor, AppointmentQuery()).items
        assert (shown.resident_name, shown.area_name, shown.place) == ("Geert", "Oude Molenbuurt", "Aan de keukentafel")
        assert (shown.account_name, shown.with_account_name) == ("Activator van de Cast", "Colleague van de Cast")
        assert shown.allowed_actions == ["change_appointment", "cancel_appointment"]
    (made,) = session.scalars(select(Event).where(col(Event.kind) == "appointment.made"))
    assert (made.subject_id, made.facts) == (visit.id, {"appointment_kind": "visit"})


def test_nobody_else_sees_an_appointment(session: Session, cast: Cast, geert: Resident) -> None:
    visit = a_visit(session, cast, geert)

    for nobody in (cast.colleague, cast.stranger, cast.teamleader, cast.admin):
        with pytest.raises(NotFound):
            show_appointment(session, nobody, visit.id)
        with pytest.raises(NotFound):
            cancel_appointment(session, nobody, visit.id, None)
    assert list_appointments(session, cast.colleague, AppointmentQuery()).items == []
    with pytest.raises(NotAllowed):
        list_appointments(session, cast.policy, AppointmentQuery())
    with pytest.raises(NotAllowed):
        list_appointments(session, cast.colleague, AppointmentQuery(resident_id=geert.id))


def test_who_looks_after_the_resident_sees_who_comes(session: Session, cast: Cast, geert: Resident) -> None:
    a_visit(session, cast, geert)
    assign_worker(session, cast.activator, geert.id, WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN))

    (shown,) = list_appointments(session, cast.colleague, AppointmentQuery(resident_id=geert.id)).items

    assert (shown.account_name, shown.allowed_actions) == ("Activator van de Cast", [])
    assert list_appointments(session, cast.colleague, AppointmentQuery()).items == []


def test_an_appointment_of_an_initiative_is_where_the_initiative_is(session: Session, cast: Cast) -> None:
    line = walk_the_line(session, cast)
    told = AppointmentIn(
        starts_at=SOON, kind=AppointmentKind.MEETING, initiative_id=line.initiative_id, place="De Wiek"
    )

    made = make_appointment(session, cast.teamleader, told)

    shown = show_appointment(session, cast.teamleader, made.id)
    assert (shown.initiative_title, shown.area_id, shown.place) == ("Molenbuurt Warm", cast.here_id, "De Wiek")


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_at": NOW - timedelta(days=1)},
        {"resident_id": "00000000-0000-4000-8000-000000000000"},
        {"initiative_id": "00000000-0000-4000-8000-000000000000"},
        {"with_account_id": "me"},
        {"with_account_id": "stranger"},
        {"resident_id": None},
        {"resident_id": None, "area_id": "there"},
        {"resident_id": None, "area_id": "municipality"},
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    session: Session, cast: Cast, geert: Resident, wrong: dict[str, Any]
) -> None:
    keys = {
        "me": cast.activator.id,
        "stranger": cast.stranger.id,
        "there": cast.there_id,
        "municipality": cast.municipality_id,
    }
    told = {name: keys.get(value, value) for name, value in wrong.items()}

    with pytest.raises(Invalid) as refused:
        a_visit(session, cast, geert, **told)

    asked_for_area = wrong.keys() == {"resident_id"} and wrong["resident_id"] is None
    assert refused.value.faults[0].where == ("area_id" if asked_for_area else list(wrong)[-1],)


def test_a_visit_to_somebody_of_others_is_refused(session: Session, cast: Cast, geert: Resident) -> None:
    told = AppointmentIn(starts_at=SOON, resident_id=geert.id)
    for actor in (cast.colleague, cast.policy):
        with pytest.raises(NotAllowed):
            make_appointment(session, actor, told)
    with pytest.raises(Invalid):
        make_appointment(session, cast.stranger, told)


def test_the_time_is_changed_with_the_version_that_was_seen(session: Session, cast: Cast, geert: Resident) -> None:
    visit = a_visit(session, cast, geert, with_account_id=cast.colleague.id)
    seen = visit.version
    later = AppointmentChange(starts_at=SOON + timedelta(days=1), place=None)

    changed = change_appointment(session, cast.colleague, visit.id, seen, later)

    assert (changed.starts_at, changed.place, changed.minutes) == (SOON + timedelta(days=1), None, 60)
    with pytest.raises(Stale):
        change_appointment(session, cast.activator, visit.id, seen, later)
    with pytest.raises(Invalid):
        change_appointment(
            session, cast.activator, visit.id, None, AppointmentChange(starts_at=NOW - timedelta(days=1))
        )


def test_a_cancelled_appointment_stays_and_is_not_changed(session: Session, cast: Cast, geert: Resident) -> None:
    visit = a_visit(session, cast, geert)

    cancel_appointment(session, cast.activator, visit.id, visit.version)

    shown = show_appointment(session, cast.activator, visit.id)
    assert (shown.cancelled_on, shown.allowed_actions) == (TODAY, [])
    assert list_appointments(session, cast.activator, AppointmentQuery(cancelled=False)).items == []
    with pytest.raises(Conflict):
        cancel_appointment(session, cast.activator, visit.id, None)
    with pytest.raises(Conflict):
        change_appointment(session, cast.activator, visit.id, None, AppointmentChange(minutes=30))


def test_with_a_restricted_resident_an_appointment_can_only_be_cancelled(
    session: Session, cast: Cast, geert: Resident
) -> None:
    visit = a_visit(session, cast, geert)
    restrict_resident(session, cast.activator, geert.id, geert.version)

    assert show_appointment(session, cast.activator, visit.id).allowed_actions == ["cancel_appointment"]
    with pytest.raises(Conflict):
        a_visit(session, cast, geert)
    with pytest.raises(Conflict):
        change_appointment(session, cast.activator, visit.id, None, AppointmentChange(minutes=30))
    cancel_appointment(session, cast.activator, visit.id, None)


def test_a_week_is_a_week_of_dutch_days(session: Session, cast: Cast, geert: Resident) -> None:
    # Half past eleven in the evening and half past midnight, summer time having begun that night.
    for moment in (datetime(2026, 3, 28, 23, 30, tzinfo=HERE), datetime(2026, 3, 29, 0, 30, tzinfo=HERE)):
        a_visit(session, cast, geert, starts_at=moment)

    def found(**wanted: Any) -> int:
        return len(list_appointments(session, cast.activator, AppointmentQuery.model_validate(wanted)).items)

    assert found(from_on="2026-03-28", until_on="2026-03-28") == 1
    assert found(from_on="2026-03-29") == 1
    assert found(until_on="2026-03-27") == 0


def test_with_somebody_by_alias_no_place_is_kept_for_it_may_be_an_address(session: Session, cast: Cast) -> None:
    alias = a_resident(session, cast.activator, cast.here_id, "Man van nr. 14")
    assert not show_appointment(session, cast.activator, a_visit(session, cast, alias, place=None).id).may_have_place

    with pytest.raises(Invalid) as refused:
        a_visit(session, cast, alias)

    assert [(fault.where, fault.code) for fault in refused.value.faults] == [(("place",), "above_level")]


def test_no_place_is_added_later_with_somebody_by_alias(session: Session, cast: Cast) -> None:
    alias = a_resident(session, cast.activator, cast.here_id, "Man van nr. 14")
    visit = a_visit(session, cast, alias, place=None)

    with pytest.raises(Invalid) as refused:
        change_appointment(session, cast.activator, visit.id, None, AppointmentChange(place="Molenstraat 14"))

    assert refused.value.faults[0].where == ("place",)
    change_appointment(session, cast.activator, visit.id, None, AppointmentChange(minutes=30, place=None))
    level = LevelIn(level=RegistrationLevel.KNOWN, informed_on=TODAY, informed_how=Informed.SPOKEN)
    raise_level(session, cast.activator, alias.id, alias.version, level)
    change_appointment(session, cast.activator, visit.id, None, AppointmentChange(place="Molenstraat 14"))
    shown = show_appointment(session, cast.activator, visit.id)
    assert (shown.place, shown.may_have_place) == ("Molenstraat 14", True)


def test_a_step_down_to_alias_takes_the_places_away_and_leaves_the_appointments(session: Session, cast: Cast) -> None:
    resident = a_dossier(session, cast.activator, cast.here_id)
    other = a_visit(session, cast, a_dossier(session, cast.activator, cast.here_id, "Ria"))
    visit = a_visit(session, cast, resident)

    step_down(session, cast.activator, resident.id, None, LevelIn(level=RegistrationLevel.KNOWN))
    session.expire_all()
    assert show_appointment(session, cast.activator, visit.id).place == "Aan de keukentafel"
    step_down(session, cast.activator, resident.id, None, LevelIn(level=RegistrationLevel.ALIAS))
    session.expire_all()

    assert show_appointment(session, cast.activator, visit.id).place is None
    assert show_appointment(session, cast.activator, other.id).place == "Aan de keukentafel"
    assert len(list_appointments(session, cast.activator, AppointmentQuery()).items) == 2


# --- the calendar -----------------------------------------------------------------------------------------------------


def test_the_calendar_tells_when_and_where_about_and_nothing_of_anybody(session: Session, cast: Cast) -> None:
    street = record_area(session, None, AreaIn(level=Level.COMPLEX, name="Molenstraat", parent_id=cast.here_id))
    # The reach of an actor is read when somebody signs in.
    me = actor_by_name(session, "activator", Purpose.OWN_NEIGHBOURHOOD)
    geert = a_dossier(session, me, street.id)
    visit = a_visit(session, cast, geert)
    make_appointment(
        session,
        cast.activator,
        AppointmentIn(starts_at=SOON, kind=AppointmentKind.PRACTICE, resident_id=geert.id, place="De Wiek"),
    )
    _, address = make_calendar_address(session, cast.activator)

    drawn, events = calendar_of(session, address)

    assert [str(event["SUMMARY"]) for event in events] == ["Bezoek (BSA)", "Afspraak (BSA)"]
    assert {str(event["LOCATION"]) for event in events} == {"Oude Molenbuurt"}
    for told in ("Geert", "keukentafel", "Molenstraat", "Wiek", str(geert.id), "Activator"):
        assert told not in drawn.decode()
    first = events[0]
    assert str(first["UID"]) == f"{visit.id}@buurt.example"
    assert first["DTSTART"].dt == datetime(2026, 3, 25, 14, 0, tzinfo=HERE)
    assert first["DTSTART"].params["TZID"] == "Europe/Amsterdam"
    assert first["DTEND"].dt - first["DTSTART"].dt == timedelta(hours=1)
    assert first["DTSTAMP"].dt == NOW
    assert str(first["STATUS"]) == "CONFIRMED"


def test_a_calendar_is_as_rfc_5545_has_it(session: Session, cast: Cast, geert: Resident) -> None:
    a_visit(session, cast, geert, starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    _, address = make_calendar_address(session, cast.activator)

    drawn, _ = calendar_of(session, address)

    lines = drawn.split(b"\r\n")
    assert b"\n" not in drawn.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in lines)
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    calendar = Calendar.from_ical(drawn)
    assert calendar.errors == []
    assert {"PRODID", "VERSION"} <= set(calendar)
    assert "METHOD" not in calendar
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/Amsterdam"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    for event in calendar.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS"} <= set(event)
        assert event.errors == []


def test_the_calendar_stays_the_same_until_something_changes_and_says_what_was_cancelled(
    session: Session, cast: Cast, geert: Resident
) -> None:
    visit = a_visit(session, cast, geert)
    _, address = make_calendar_address(session, cast.activator)
    before, (was,) = calendar_of(session, address)
    with clock.standing_at(NOW + timedelta(hours=1)):
        assert calendar_of(session, address)[0] == before
        cancel_appointment(session, cast.activator, visit.id, None)

        _, (now,) = calendar_of(session, address)

    assert (str(now["STATUS"]), now["UID"]) == ("CANCELLED", was["UID"])
    assert now["SEQUENCE"] > was["SEQUENCE"]
    assert now["DTSTAMP"].dt == NOW + timedelta(hours=1)


def test_a_calendar_speaks_the_language_of_its_owner_and_holds_what_one_comes_along_to(
    session: Session, cast: Cast, geert: Resident
) -> None:
    a_visit(session, cast, geert, with_account_id=cast.colleague.id)
    account = session.get_one(Account, cast.colleague.id)
    account.language = "en"  # type: ignore[assignment]
    session.flush()
    session.expire_all()

    _, address = make_calendar_address(session, cast.colleague)

    assert [str(event["SUMMARY"]) for event in calendar_of(session, address)[1]] == ["Visit (BSA)"]


def test_only_the_digest_is_kept_and_a_new_address_ends_the_old(session: Session, cast: Cast) -> None:
    assert not calendar_state(session, cast.activator).there
    _, old = make_calendar_address(session, cast.activator)
    _, new = make_calendar_address(session, cast.activator)

    kept = session.scalars(select(CalendarAddress)).one()
    assert kept.token_digest not in new
    assert calendar_state(session, cast.activator).since == NOW
    with pytest.raises(NotFound):
        calendar_of(session, old)
    calendar_of(session, new)
    end_calendar_address(session, cast.activator)
    with pytest.raises(NotFound):
        calendar_of(session, new)
    with pytest.raises(NotAllowed):
        make_calendar_address(session, cast.policy)


def test_the_calendar_ends_with_the_account(session: Session, cast: Cast) -> None:
    _, address = make_calendar_address(session, cast.activator)
    session.get_one(Account, cast.activator.id).active = False
    session.flush()

    with pytest.raises(NotFound):
        calendar_of(session, address)
