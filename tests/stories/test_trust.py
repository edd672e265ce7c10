"""Element 3: the bond of trust. It grows between two people, signals get an answer, a face does not go by itself."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from bsa import clock
from bsa.database import Database
from bsa.people.models import Account, Language
from bsa.residents.actions import raise_level
from bsa.residents.models import Informed, RegistrationLevel, ResidentWorker
from bsa.residents.shapes import LevelIn
from bsa.trust.models import Handover, HandoverState, Signal
from web.pages import environment

from tests.cast import NOW, Cast, a_resident
from tests.stories.conftest import Say, Visit, read

TODAY = "2026-03-24"


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Given Geert, whom Marloes knows by name."""
    with database.writing() as session:
        resident = a_resident(session, cast.activator, cast.here_id, "Geert")
        told = LevelIn(level=RegistrationLevel.KNOWN, informed_on=clock.today(), informed_how=Informed.SPOKEN)
        return raise_level(session, cast.activator, resident.id, resident.version, told).id


def handed_over_to(database: Database, resident_id: UUID) -> set[UUID]:
    with database.reading() as session:
        now = select(ResidentWorker.account_id).where(
            col(ResidentWorker.resident_id) == resident_id, col(ResidentWorker.until_on).is_(None)
        )
        return set(session.scalars(now))


def test_given_a_first_contact_when_somebody_comes_back_then_one_tap_says_so_and_nobody_counts_it(
    geert: UUID, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    record, stages = f"/residents/{geert}", f"/residents/{geert}/relationships"
    assert say("first contact").capitalize() in read(marloes, record)

    for stage in ("first_contact", "coming_back"):
        assert marloes.fill_in(stages, stage=stage, back="record").headers["location"] == record

    page = read(marloes, f"{record}/trust")
    assert say("comes back").capitalize() in page
    assert say("It says something about the two of you, not about a person. Nobody counts it.") in page


def test_given_trust_when_it_is_damaged_then_that_is_one_tap_as_well_and_asks_nothing(
    geert: UUID, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    stages = f"/residents/{geert}/relationships"
    marloes.fill_in(stages, stage="trusted")

    done = marloes.fill_in(stages, stage="damaged")

    assert done.status_code == 303
    page = read(marloes, f"/residents/{geert}/trust")
    assert re.search(rf"bsa-stages__now.*{say('damaged').capitalize()}", page)
    # From there the record offers mending.
    assert 'value="mending"' in read(marloes, f"/residents/{geert}")


def test_given_a_signal_when_five_working_days_pass_then_the_day_page_says_that_it_waits_too_long(
    geert: UUID, database: Database, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    taken_up = marloes.fill_in(f"/residents/{geert}/signals", words="De lamp is stuk", came_on=TODAY)
    assert taken_up.status_code == 303
    assert say("waits too long") not in read(marloes, "/day")

    with clock.standing_at(NOW + timedelta(days=8)):
        marloes = visit("activator")
        day = read(marloes, "/day")
        assert "De lamp is stuk" in day
        assert say("waits too long") in day
        with database.reading() as session:
            signal_id = session.scalars(select(Signal.id)).one()
        answer = {"answer": "Vrijdag komt de monteur", "version": marloes.version(Signal, signal_id)}
        assert marloes.fill_in(f"/signals/{signal_id}/answers", **answer).status_code == 303

        assert "De lamp is stuk" not in read(marloes, "/day")
        assert "Vrijdag komt de monteur" in read(marloes, f"/residents/{geert}/trust")


def test_given_a_promise_of_the_day_when_somebody_waits_too_then_both_stand_on_the_day_page_the_promise_on_top(
    geert: UUID, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    marloes.fill_in(f"/residents/{geert}/promises", text="Folie brengen", due_on=TODAY)
    marloes.fill_in(f"/residents/{geert}/signals", words="De lamp is stuk", came_on=TODAY)
    marloes.fill_in(
        "/appointments", starts_at=f"{TODAY}T16:00", whom=f"resident:{geert}", kind="visit", place="Keukentafel"
    )

    day = read(marloes, "/day")

    promised, today, waits = (day.index(one) for one in ("Folie brengen", f">{say('Today')}", say("Wants an answer")))
    assert promised < today < waits


def test_given_another_worker_when_the_resident_agrees_and_both_were_there_then_the_face_is_another(
    geert: UUID, database: Database, cast: Cast, visit: Visit, say: Say, language: Language
) -> None:
    marloes, daan = visit("activator"), visit("colleague")
    proposed = marloes.fill_in(
        f"/residents/{geert}/handovers", to_account_id=str(cast.colleague.id), reason="other_work"
    )
    handover = proposed.headers["location"]
    handover_id = UUID(handover.rsplit("/", 1)[1])
    # Daan reads whom and where, and opens nothing.
    assert "Geert" in read(daan, "/handovers")
    assert daan.get(f"/residents/{geert}").status_code == 403
    visited = datetime(2026, 3, 26, 10, 0, tzinfo=clock.HERE)
    agreement = {"agreed_on": TODAY, "starts_at": "2026-03-26T10:00", "minutes": "60"}
    version = marloes.version(Handover, handover_id)
    assert marloes.fill_in(f"{handover}/agreements", **agreement, version=version).status_code == 303
    shown = environment(language).filters
    told = say("You go there together on %(day)s at %(time)s.", day=shown["weekday"](visited), time="10:00")
    assert told in read(daan, handover)

    too_early = daan.fill_in(f"{handover}/completion", version=daan.version(Handover, handover_id))
    assert too_early.status_code == 409
    with clock.standing_at(visited + timedelta(hours=1)):
        daan = visit("colleague")
        assert say("You were there together: finish it") in read(daan, handover)
        done = daan.fill_in(f"{handover}/completion", version=daan.version(Handover, handover_id))
        assert done.status_code == 303
        assert read(daan, f"/residents/{geert}")

    assert handed_over_to(database, geert) == {cast.colleague.id}


def test_given_a_resident_who_does_not_want_it_when_that_is_written_down_then_the_face_stays(
    geert: UUID, database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes = visit("activator")
    proposed = marloes.fill_in(f"/residents/{geert}/handovers", to_account_id=str(cast.colleague.id), reason="leaves")
    handover = proposed.headers["location"]
    handover_id = UUID(handover.rsplit("/", 1)[1])

    marloes.fill_in(f"{handover}/refusal", version=marloes.version(Handover, handover_id))

    assert say("resident does not want it").capitalize() in read(marloes, handover)
    assert handed_over_to(database, geert) == {cast.activator.id}
    with database.reading() as session:
        assert session.get_one(Handover, handover_id).state is HandoverState.DECLINED


def test_given_a_worker_who_leaves_when_residents_have_no_next_face_then_the_account_is_not_ended(
    geert: UUID, database: Database, cast: Cast, visit: Visit, say: Say
) -> None:
    marloes, ilse = visit("activator"), visit("admin")
    ending = f"/accounts/{cast.activator.id}/ending"

    refused = ilse.fill_in(ending, version=ilse.version(Account, cast.activator.id))

    assert refused.status_code == 409
    counted = say(
        "Residents who would be left without a face: {count}. Ask this worker to hand them over first: "
        "each with the resident's agreement and a visit together. Under Handovers the worker finds who they "
        "are."
    ).format(count=1)
    assert counted.split(":")[0] in refused.text
    assert "Geert" not in refused.text
    handovers = read(marloes, "/handovers")
    assert say("Who has only you") in handovers
    assert "Geert" in handovers
