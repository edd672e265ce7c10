"""The pages of residents: who gets which, and what each form does."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.database import Database
from bsa.residents.models import Consent, RegistrationLevel, Resident, ResidentWorker

from tests.cast import NOW, Cast, a_dossier, a_resident
from tests.web.conftest import Browse

TODAY = NOW.date().isoformat()


@pytest.fixture
def geert(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Register Geert by alias, looked after by the activator."""
    with database.writing() as session:
        return a_resident(session, cast.activator, cast.here_id, "Geert").id


@pytest.fixture
def ria(database: Database, cast: Cast, standing_clock: None) -> UUID:
    """Open a dossier for Ria, looked after by the activator."""
    with database.writing() as session:
        return a_dossier(session, cast.activator, cast.here_id, "Ria").id


def stored(session: Session, resident_id: UUID) -> Resident:
    return session.get_one(Resident, resident_id)


def version_of(database: Database, resident_id: UUID) -> int:
    with database.reading() as session:
        return stored(session, resident_id).version


@pytest.mark.parametrize("page", ["", "/edit", "/level", "/level?to=alias", "/restriction", "/merge", "/erasure"])
def test_who_looks_after_a_resident_gets_every_page_of_the_record(browse: Browse, ria: UUID, page: str) -> None:
    assert browse("activator").get(f"/residents/{ria}{page}").status_code == 200


@pytest.mark.parametrize("page", ["", "/edit", "/level", "/restriction", "/merge", "/erasure"])
@pytest.mark.parametrize(
    ("name", "status"), [("colleague", 403), ("stranger", 404), ("teamleader", 404), ("admin", 404)]
)
def test_nobody_else_gets_them(browse: Browse, ria: UUID, name: str, status: int, page: str) -> None:
    answer = browse(name).get(f"/residents/{ria}{page}")

    assert answer.status_code == status
    assert "Ria" not in answer.text


def test_a_colleague_is_told_whom_to_ask(browse: Browse, geert: UUID) -> None:
    assert "Activator van de Cast" in browse("colleague").get(f"/residents/{geert}").text


def test_the_privacy_officer_restricts_and_erases_without_opening_a_record(browse: Browse, geert: UUID) -> None:
    browser = browse("privacy")

    assert browser.get(f"/residents/{geert}").status_code == 403
    assert browser.get(f"/residents/{geert}/restriction").status_code == 200
    assert browser.get(f"/residents/{geert}/erasure").status_code == 200
    assert f"/residents/{geert}/erasure" in browser.get("/residents").text


def test_a_name_is_in_no_title(browse: Browse, ria: UUID) -> None:
    for page in ("", "/edit", "/level", "/restriction", "/merge", "/erasure"):
        text = browse("activator").get(f"/residents/{ria}{page}").text
        assert "Ria" not in text[text.index("<title>") : text.index("</title>")]


def test_the_list_begins_with_ones_own_and_links_to_no_record_of_others(
    browse: Browse, database: Database, cast: Cast, geert: UUID
) -> None:
    with database.writing() as session:
        other = a_resident(session, cast.colleague, cast.here_id, "Fenna").id
    browser = browse("activator")

    own, everybody = browser.get("/residents").text, browser.get("/residents?mine=false").text

    assert "Geert" in own
    assert "Fenna" not in own
    assert "Fenna" in everybody
    assert f'href="/residents/{geert}"' in everybody
    assert f'href="/residents/{other}"' not in everybody


def test_the_list_takes_its_filters_from_a_form(browse: Browse, cast: Cast, geert: UUID, ria: UUID) -> None:
    text = browse("activator").get(f"/residents?mine=true&area_id={cast.here_id}&level=dossier&restricted=").text

    assert "Ria" in text
    assert "Geert" not in text


def test_the_list_is_not_for_a_team_leader(browse: Browse) -> None:
    assert browse("teamleader").get("/residents").status_code == 403


@pytest.mark.parametrize("name", ["teamleader", "privacy", "policy"])
def test_only_activators_get_the_form_to_register(browse: Browse, name: str) -> None:
    assert browse(name).get("/residents/new").status_code == 403


def test_an_activator_registers_a_resident(browse: Browse, database: Database, cast: Cast) -> None:
    browser = browse("activator")
    assert browser.get("/residents/new").status_code == 200

    answer = browser.fill_in(
        "/residents", call_name="Opa Lub", area_id=cast.here_id, informed_on=TODAY, informed_how="spoken"
    )

    assert answer.status_code == 303
    with database.reading() as session:
        resident = session.scalars(select(Resident)).one()
        assert answer.headers["location"] == f"/residents/{resident.id}"


def test_a_mistake_keeps_what_was_typed_and_says_what_is_wrong_beside_it(browse: Browse, cast: Cast) -> None:
    answer = browse("activator").fill_in(
        "/residents", call_name="Opa Lub 111222333", area_id=cast.here_id, informed_on="2027-01-01", informed_how="x"
    )

    assert answer.status_code == 400
    assert 'value="Opa Lub 111222333"' in answer.text
    assert 'id="field-call_name-error"' in answer.text
    assert 'id="field-informed_how-error"' in answer.text


def test_what_the_core_refuses_stands_beside_its_field(browse: Browse, cast: Cast) -> None:
    answer = browse("activator").fill_in(
        "/residents", call_name="Opa Lub", area_id=cast.here_id, informed_on="2027-01-01", informed_how="spoken"
    )

    assert answer.status_code == 400
    assert 'id="field-informed_on-error"' in answer.text


def test_a_record_is_changed_and_what_was_emptied_is_taken_away(browse: Browse, database: Database, ria: UUID) -> None:
    browser = browse("activator")
    fields = {"call_name": "Ria K.", "full_name": "Ria Kamps", "age_band": "45_66"}
    assert browser.fill_in(f"/residents/{ria}/edit", version=version_of(database, ria), **fields).status_code == 303
    emptied = fields | {"full_name": ""}
    assert browser.fill_in(f"/residents/{ria}/edit", version=version_of(database, ria), **emptied).status_code == 303

    text = browser.get(f"/residents/{ria}").text

    assert "Ria K." in text
    assert "Ria Kamps" not in text


def test_a_stale_change_is_refused_and_keeps_what_was_typed(browse: Browse, database: Database, ria: UUID) -> None:
    answer = browse("activator").fill_in(
        f"/residents/{ria}/edit", version=version_of(database, ria) - 1, call_name="Rie"
    )

    assert answer.status_code == 412
    assert 'value="Rie"' in answer.text


def test_two_share_a_home_and_no_longer(browse: Browse, database: Database, geert: UUID, ria: UUID) -> None:
    browser = browse("activator")
    for chosen, shares in ((str(geert), True), ("", True), ("none", False)):
        fields = {"call_name": "Ria", "household_of_id": chosen, "version": version_of(database, ria)}
        assert browser.fill_in(f"/residents/{ria}/edit", **fields).status_code == 303
        with database.reading() as session:
            assert (stored(session, ria).household_id is not None) is shares


def test_the_level_goes_up_after_the_resident_was_told(browse: Browse, database: Database, geert: UUID) -> None:
    browser = browse("activator")
    path, version = f"/residents/{geert}/level", version_of(database, geert)

    refused = browser.fill_in(path, level="dossier", informed_how="spoken", informed_on=TODAY, version=version)
    done = browser.fill_in(path, level="dossier", informed_how="sheet", informed_on=TODAY, version=version)

    assert refused.status_code == 400
    assert 'id="field-informed_how-error"' in refused.text
    assert done.status_code == 303
    with database.reading() as session:
        assert stored(session, geert).level is RegistrationLevel.DOSSIER


def test_a_step_down_shows_first_what_is_lost(browse: Browse, database: Database, ria: UUID) -> None:
    browser = browse("activator")
    browser.fill_in(f"/residents/{ria}/edit", version=version_of(database, ria), call_name="Ria", age_band="45_66")

    before = browser.get(f"/residents/{ria}/level?to=alias").text
    done = browser.fill_in(f"/residents/{ria}/level", level="alias", version=version_of(database, ria))

    assert before.count("<li>") >= 1
    assert done.status_code == 303
    with database.reading() as session:
        assert stored(session, ria).age_band is None


def test_a_stale_step_down_deletes_nothing(browse: Browse, database: Database, ria: UUID) -> None:
    answer = browse("activator").fill_in(
        f"/residents/{ria}/level", level="alias", version=version_of(database, ria) - 1
    )

    assert answer.status_code == 412
    with database.reading() as session:
        assert stored(session, ria).level is RegistrationLevel.DOSSIER


def test_a_colleague_is_let_in_and_out_again(browse: Browse, database: Database, cast: Cast, geert: UUID) -> None:
    mine, theirs = browse("activator"), browse("colleague")

    let_in = mine.fill_in(f"/residents/{geert}/workers", account_id=cast.colleague.id, part="stands_in")
    assert let_in.status_code == 303
    assert theirs.get(f"/residents/{geert}").status_code == 200
    with database.reading() as session:
        query = select(ResidentWorker.id).where(col(ResidentWorker.account_id) == cast.colleague.id)
        worker = session.scalars(query).one()

    assert mine.fill_in(f"/residents/{geert}/workers/{worker}/release").status_code == 303
    assert theirs.get(f"/residents/{geert}").status_code == 403


def test_the_last_worker_does_not_go(browse: Browse, database: Database, geert: UUID) -> None:
    with database.reading() as session:
        worker = session.scalars(select(ResidentWorker.id)).one()

    answer = browse("activator").fill_in(f"/residents/{geert}/workers/{worker}/release")

    assert answer.status_code == 409
    assert "data-error-summary" in answer.text


def test_whom_to_let_in_must_be_chosen(browse: Browse, geert: UUID) -> None:
    answer = browse("activator").fill_in(f"/residents/{geert}/workers", account_id="", part="stands_in")

    assert answer.status_code == 400
    assert 'id="worker-account_id-error"' in answer.text


def test_a_consent_is_given_and_withdrawn(browse: Browse, database: Database, geert: UUID) -> None:
    browser = browse("activator")
    path = f"/residents/{geert}/consents"

    assert browser.fill_in(path, scope="to_be_counted", how="spoken", given_on=TODAY).status_code == 303
    twice = browser.fill_in(path, scope="to_be_counted", how="spoken", given_on=TODAY)
    with database.reading() as session:
        consent = session.scalars(select(Consent)).one().id
    withdrawn = browser.fill_in(f"{path}/{consent}/withdrawal")

    assert twice.status_code == 409
    assert withdrawn.status_code == 303
    with database.reading() as session:
        assert session.get_one(Consent, consent).withdrawn_on is not None


def test_a_consent_without_its_scope_is_refused_beside_the_field(browse: Browse, geert: UUID) -> None:
    answer = browse("activator").fill_in(f"/residents/{geert}/consents", how="spoken", given_on="soon")

    assert answer.status_code == 400
    assert 'id="consent-scope-error"' in answer.text
    assert 'id="consent-given_on-error"' in answer.text


@pytest.mark.parametrize(("name", "goes_to"), [("activator", "/residents/{id}"), ("privacy", "/residents")])
def test_data_is_restricted_and_the_restriction_lifted(
    browse: Browse, database: Database, geert: UUID, name: str, goes_to: str
) -> None:
    browser = browse(name)
    path = f"/residents/{geert}/restriction"

    restricted = browser.fill_in(path, version=version_of(database, geert))
    assert restricted.headers["location"] == goes_to.format(id=geert)
    assert "/contacts" not in browse("activator").get(f"/residents/{geert}").text
    again = browser.fill_in(path, version=version_of(database, geert))
    lifted = browser.fill_in(f"{path}/end", version=version_of(database, geert))

    assert again.status_code == 409
    assert lifted.status_code == 303
    with database.reading() as session:
        assert stored(session, geert).restricted_on is None


def test_a_stale_restriction_is_refused(browse: Browse, database: Database, geert: UUID) -> None:
    answer = browse("activator").fill_in(f"/residents/{geert}/restriction", version=version_of(database, geert) + 1)

    assert answer.status_code == 412


def test_two_records_are_merged(browse: Browse, database: Database, geert: UUID, ria: UUID) -> None:
    browser = browse("activator")
    path = f"/residents/{ria}/merge"

    nobody = browser.fill_in(path, version=version_of(database, ria))
    stale = browser.fill_in(path, version=version_of(database, ria) + 1, duplicate_id=geert)
    done = browser.fill_in(path, version=version_of(database, ria), duplicate_id=geert)

    assert nobody.status_code == 400
    assert 'id="field-duplicate_id-error"' in nobody.text
    assert stale.status_code == 412
    assert done.status_code == 303
    assert browser.get(f"/residents/{geert}").headers["location"] == f"/residents/{ria}"


def test_a_resident_is_erased(browse: Browse, database: Database, ria: UUID) -> None:
    browser = browse("activator")

    stale = browser.fill_in(f"/residents/{ria}/erasure", version=version_of(database, ria) + 1)
    done = browser.fill_in(f"/residents/{ria}/erasure", version=version_of(database, ria))

    assert stale.status_code == 412
    assert done.headers["location"] == "/residents"
    assert browser.get(f"/residents/{ria}").status_code == 404


def test_the_signposts_of_a_merge_lead_from_every_page(
    browse: Browse, database: Database, geert: UUID, ria: UUID
) -> None:
    browser = browse("activator")
    browser.fill_in(f"/residents/{ria}/merge", version=version_of(database, ria), duplicate_id=geert)

    assert browser.get(f"/residents/{geert}/edit").headers["location"] == f"/residents/{ria}/edit"


def test_the_way_together_goes_on_from_the_record(browse: Browse, database: Database, geert: UUID) -> None:
    browser, path = browse("activator"), f"/residents/{geert}/phase"

    wrong = browser.fill_in(path, phase="nowhere", version=version_of(database, geert))
    stale = browser.fill_in(path, phase="deepen", version=0)
    done = browser.fill_in(path, phase="deepen", version=version_of(database, geert))
    again = browser.fill_in(path, phase="deepen", version=version_of(database, geert))

    assert (wrong.status_code, 'id="phase-phase-error"' in wrong.text) == (400, True)
    assert (stale.status_code, again.status_code) == (412, 409)
    assert done.headers["location"] == f"/residents/{geert}#phase"
    text = browser.get("/residents?mine=true&phase=deepen").text
    assert "Geert" in text
    assert "going deeper" in text
    assert "Nobody found" in browser.get("/residents?mine=true&phase=do").text


def test_exploring_for_long_is_asked_about_and_meant_with_one_tap(
    browse: Browse, database: Database, cast: Cast, standing_clock: None
) -> None:
    with clock.standing_at(NOW - timedelta(days=60)), database.writing() as session:
        long = a_resident(session, cast.activator, cast.here_id, "Opa Lub").id
    browser = browse("activator")
    assert "Still exploring with Opa Lub: on purpose?" in browser.get("/day").text
    assert "Still exploring, since" in browser.get(f"/residents/{long}").text

    stale = browser.fill_in(f"/residents/{long}/exploring", version=0)
    done = browser.fill_in(f"/residents/{long}/exploring", version=version_of(database, long), back="day")

    assert stale.status_code == 412
    assert done.headers["location"] == "/day"
    assert "Still exploring" not in browser.get("/day").text
    assert "Still exploring, since" not in browser.get(f"/residents/{long}").text
    assert browser.fill_in(f"/residents/{long}/exploring", version=version_of(database, long)).status_code == 303


def test_a_letter_to_somebody_who_would_rather_not_read_is_questioned_with_all_that_was_typed(
    browse: Browse, database: Database, ria: UUID
) -> None:
    browser, path = browse("activator"), f"/residents/{ria}/edit"
    told = {"call_name": "Ria", "reading_comfort": "prefers_visit", "contact_window": "na tienen"}

    asked = browser.fill_in(path, **told, contact_channel="letter", full_name="", version=version_of(database, ria))
    even_so = browser.fill_in(path, **told, contact_channel="letter", even_so="true", version=version_of(database, ria))

    assert asked.status_code == 409
    assert "would rather not read" in asked.text
    for hidden in (
        'name="even_so" value="true"',
        'name="contact_window" value="na tienen"',
        'name="full_name" value=""',
    ):
        assert hidden in asked.text
    assert even_so.status_code == 303
    text = browser.get(f"/residents/{ria}").text
    assert "na tienen; would rather have a visit" in text


def test_an_installation_names_its_phases_itself(
    browse: Browse, database: Database, geert: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database.settings.phase_names, "explore", "kennismaken")

    assert "kennismaken" in browse("activator").get(f"/residents/{geert}").text
