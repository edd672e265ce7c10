"""The pages of trust and of appointments: each form once well, once with a mistake, once too late."""

from uuid import UUID

import pytest
from sqlmodel import select

from bsa import clock
from bsa.appointments.actions import make_appointment
from bsa.appointments.models import Appointment
from bsa.appointments.shapes import AppointmentIn
from bsa.database import Database
from bsa.residents.actions import assign_worker
from bsa.residents.models import ReadingComfort, Resident, WorkerPart
from bsa.residents.shapes import WorkerIn
from bsa.trust.actions import agree_handover, propose_handover, record_signal
from bsa.trust.models import Handover, HandoverReason, Signal
from bsa.trust.shapes import AgreementIn, HandoverIn, SignalIn

from tests.bonds import a_known
from tests.cast import NOW, Cast, a_resident
from tests.web.conftest import Browse

TODAY = "2026-03-24"


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    with database.writing() as session:
        return a_known(session, cast, "Geert")


@pytest.fixture
def signal(database: Database, cast: Cast, geert: UUID) -> UUID:
    with database.writing() as session:
        told = SignalIn(words="De lamp is stuk", came_on=clock.today())
        return record_signal(session, cast.activator, geert, told).id


@pytest.fixture
def visit(database: Database, cast: Cast, geert: UUID) -> UUID:
    with database.writing() as session:
        told = AppointmentIn(starts_at=NOW, resident_id=geert, place="Aan de keukentafel")
        return make_appointment(session, cast.activator, told).id


@pytest.fixture
def handover(database: Database, cast: Cast, geert: UUID) -> UUID:
    with database.writing() as session:
        told = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.LEAVES)
        return propose_handover(session, cast.activator, geert, told).id


def test_the_empty_page_says_how_it_begins(browse: Browse, database: Database, cast: Cast, geert: UUID) -> None:
    page = browse("activator").get(f"/residents/{geert}/trust").text

    assert "One tap is enough" in page
    assert "One worker, one face" in page
    for stage in ("unknown", "first_contact", "coming_back", "talking", "trusted", "damaged", "mending"):
        assert f'value="{stage}"' in page
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id, "Abdi").id
    assert (
        "may be kept once this resident is known by name" in browse("activator").get(f"/residents/{alias}/trust").text
    )


def test_a_stand_in_is_not_offered_to_hand_over(browse: Browse, database: Database, cast: Cast, geert: UUID) -> None:
    with database.writing() as session:
        assign_worker(session, cast.activator, geert, WorkerIn(account_id=cast.colleague.id, part=WorkerPart.STANDS_IN))

    assert "Hand over to a colleague" in browse("activator").get(f"/residents/{geert}/trust").text
    assert "Hand over to a colleague" not in browse("colleague").get(f"/residents/{geert}/trust").text


def test_a_signal_without_words_or_from_tomorrow_keeps_what_was_typed(browse: Browse, geert: UUID) -> None:
    browser = browse("activator")

    empty = browser.fill_in(f"/residents/{geert}/signals", words="", came_on=TODAY)
    early = browser.fill_in(f"/residents/{geert}/signals", words="De bel is stuk", came_on="2026-03-25")

    assert (empty.status_code, early.status_code) == (400, 400)
    assert 'id="signal-words-error"' in empty.text
    assert 'id="signal-came_on-error"' in early.text
    assert "De bel is stuk" in early.text


def test_a_signal_is_answered_once_and_with_its_version(browse: Browse, signal: UUID) -> None:
    browser, path = browse("activator"), f"/signals/{signal}/answers"
    assert "De lamp is stuk" in browser.get("/signals").text

    stale = browser.fill_in(path, answer="Vrijdag", version="0")
    done = browser.fill_in(path, answer="Vrijdag", version=browser.version(Signal, signal))

    assert (stale.status_code, done.status_code) == (412, 303)
    assert "Vrijdag" in stale.text
    assert "Nothing waits for an answer" in browser.get("/signals").text
    assert "Vrijdag" in browser.get("/signals?open=false").text


def test_an_appointment_is_made_in_four_fields(browse: Browse, geert: UUID) -> None:
    browser = browse("activator")
    assert f'value="resident:{geert}"' in browser.get("/appointments/new").text

    wrong = browser.fill_in("/appointments", starts_at="morgen", whom="", place="Keukentafel", kind="visit")
    over = browser.fill_in("/appointments", starts_at="2026-03-20T10:00", whom=f"resident:{geert}", kind="visit")
    made = browser.fill_in(
        "/appointments", starts_at="2026-03-25T10:00", whom=f"resident:{geert}", place="Keukentafel", kind="visit"
    )

    assert (wrong.status_code, over.status_code, made.status_code) == (400, 400, 303)
    assert "Write a day and a time" in wrong.text
    assert "Keukentafel" in wrong.text
    assert 'id="field-starts_at-error"' in over.text
    assert "10:00 Geert" in browser.get("/appointments?from_on=2026-03-25").text
    nobody = browser.fill_in("/appointments", starts_at="2026-03-25T10:00", whom="", kind="visit")
    assert 'id="field-whom-error"' in nobody.text


def test_a_place_with_somebody_by_alias_is_refused_beside_its_field_and_nothing_typed_is_lost(
    browse: Browse, database: Database, cast: Cast, geert: UUID
) -> None:
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id, "Man van nr. 14").id
    browser, told = browse("activator"), "With somebody who is known by alias, leave this empty"
    typed = {"starts_at": "2026-03-25T10:00", "whom": f"resident:{alias}", "kind": "practice", "minutes": "45"}

    refused = browser.fill_in("/appointments", **typed, place="Molenstraat 14")

    assert refused.status_code == 400
    assert 'id="field-place-error"' in refused.text
    for kept in ("2026-03-25T10:00", "Molenstraat 14", 'value="45"', f'value="resident:{alias}" selected'):
        assert kept in refused.text
    made = browser.fill_in("/appointments", **typed).headers["location"]
    version = browser.version(Appointment, UUID(made.rsplit("/", 1)[1]))
    changed = browser.fill_in(made, starts_at="2026-03-26T11:00", minutes="50", place="Molenstraat 14", version=version)
    assert changed.status_code == 400
    assert 'id="field-place-error"' in changed.text
    for kept in ("2026-03-26T11:00", "Molenstraat 14", 'value="50"', told):
        assert kept in changed.text
    assert told in browser.get("/appointments/new").text
    assert told in browser.get(f"/appointments/new?whom=resident:{alias}").text
    assert told not in browser.get(f"/appointments/new?whom=resident:{geert}").text


def test_a_visit_together_to_somebody_by_alias_has_no_place(browse: Browse, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        alias = a_resident(session, cast.activator, cast.here_id, "Man van nr. 14").id
        told = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.LEAVES)
        handover = propose_handover(session, cast.activator, alias, told).id
    browser = browse("activator")

    refused = browser.fill_in(
        f"/handovers/{handover}/agreements",
        agreed_on=TODAY,
        starts_at="2026-03-26T10:00",
        place="Molenstraat 14",
        version=browser.version(Handover, handover),
    )

    assert refused.status_code == 400
    assert 'id="agree-place-error"' in refused.text
    assert "Molenstraat 14" in refused.text


def test_an_appointment_is_moved_and_cancelled(browse: Browse, visit: UUID) -> None:
    browser, path = browse("activator"), f"/appointments/{visit}"
    sent = {"starts_at": "2026-03-27T09:30", "minutes": "30", "place": ""}

    stale = browser.fill_in(path, version="0", **sent)
    wrong = browser.fill_in(path, version=browser.version(Appointment, visit), **sent | {"minutes": "2"})
    moved = browser.fill_in(path, version=browser.version(Appointment, visit), **sent)

    assert (stale.status_code, wrong.status_code, moved.status_code) == (412, 400, 303)
    page = browser.get(path).text
    assert "09:30" in page
    assert "Aan de keukentafel" not in page
    assert browser.fill_in(f"{path}/cancellation", version=browser.version(Appointment, visit)).status_code == 303
    assert "Cancel the appointment" not in browser.get(path).text


def test_a_card_speaks_plain_words_in_two_languages(browse: Browse, visit: UUID) -> None:
    browser = browse("activator")

    dutch, english = (browser.get(f"/appointments/{visit}/card?lang={lang}").text for lang in ("nl", "en"))

    assert "U heeft een afspraak" in dutch
    assert "dinsdag 24 maart" in dutch
    assert "You have an appointment" in english
    assert "Tuesday 24 March" in english


def test_a_card_for_somebody_who_rather_does_not_read_is_asked_first(
    browse: Browse, database: Database, geert: UUID, visit: UUID
) -> None:
    with database.writing() as session:
        session.get_one(Resident, geert).reading_comfort = ReadingComfort.PREFERS_CALL
    browser = browse("activator")

    asked = browser.get(f"/appointments/{visit}/card").text

    assert "Is a card any use?" in asked
    assert "U heeft een afspraak" not in asked
    assert "U heeft een afspraak" in browser.get(f"/appointments/{visit}/card?even_so=true").text


def test_the_address_of_a_calendar_is_shown_once(browse: Browse) -> None:
    browser = browse("activator")

    made = browser.fill_in("/calendar-address")

    assert "/calendar/" in made.text
    assert ".ics" in made.text
    assert ".ics" not in browser.get("/calendar-address").text
    assert browser.fill_in("/calendar-address/ending").headers["location"] == "/calendar-address"


def test_a_handover_to_oneself_or_without_a_reason_is_refused_beside_its_field(
    browse: Browse, cast: Cast, geert: UUID
) -> None:
    browser, path = browse("activator"), f"/residents/{geert}/handovers"

    self_chosen = browser.fill_in(path, to_account_id=str(cast.activator.id), reason="leaves")
    no_reason = browser.fill_in(path, to_account_id=str(cast.colleague.id))

    assert 'id="handover-to_account_id-error"' in self_chosen.text
    assert 'id="handover-reason-error"' in no_reason.text


def test_an_agreement_without_a_time_or_too_late_changes_nothing(browse: Browse, handover: UUID) -> None:
    browser, path = browse("activator"), f"/handovers/{handover}/agreements"
    version = browser.version(Handover, handover)

    no_time = browser.fill_in(path, agreed_on=TODAY, starts_at="", version=version)
    stale = browser.fill_in(path, agreed_on=TODAY, starts_at="2026-03-26T10:00", version="0")

    assert (no_time.status_code, stale.status_code) == (400, 412)
    assert 'id="agree-starts_at-error"' in no_time.text


def test_what_is_called_off_is_over_for_both(browse: Browse, handover: UUID) -> None:
    daan = browse("colleague")

    done = daan.fill_in(f"/handovers/{handover}/cancellation", version=daan.version(Handover, handover))

    assert done.status_code == 303
    assert "Called off" in daan.get(f"/handovers/{handover}").text
    assert "You hand nobody over now" in browse("activator").get("/handovers").text


def test_a_finished_handover_says_what_went_along(browse: Browse, database: Database, cast: Cast, geert: UUID) -> None:
    with database.writing() as session:
        record_signal(session, cast.activator, geert, SignalIn(words="De lamp", came_on=clock.today()))
        told = HandoverIn(to_account_id=cast.colleague.id, reason=HandoverReason.LEAVES)
        handover = propose_handover(session, cast.activator, geert, told)
        agree_handover(session, cast.activator, handover.id, None, AgreementIn(agreed_on=clock.today(), starts_at=NOW))
    browser = browse("activator")
    with database.reading() as session:
        handover_id = session.scalars(select(Handover.id)).one()

    assert "1 signal" in browser.get(f"/handovers/{handover_id}").text
    done = browser.fill_in(
        f"/handovers/{handover_id}/completion",
        stays_as_stand_in="true",
        version=browser.version(Handover, handover_id),
    )

    assert done.status_code == 303
    assert browser.get(f"/residents/{geert}").status_code == 200


def test_the_team_leader_reads_numbers_on_the_day_page(browse: Browse, geert: UUID) -> None:
    page = browse("teamleader").get("/day").text

    assert "Residents with one face only" in page
    assert "Geert" not in page
