"""Referrals on pages: what was typed is kept, nobody presses twice for two, and the form takes under two minutes."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from bsa.database import Database
from bsa.needs.models import Need
from bsa.referrals.models import Referral
from bsa.residents.actions import raise_level
from bsa.residents.models import Informed, RegistrationLevel, Resident
from bsa.residents.shapes import LevelIn

from tests.cast import NOW, Cast
from tests.line import Line
from tests.referred import referred, referred_outward, taken_on
from tests.web.conftest import Browse, Browser

TODAY = NOW.date().isoformat()
SENT: dict[str, Any] = {
    "question": "Ik ken hier niemand",
    "resident.call_name": "Samira",
    "resident.contact.channel": "phone",
    "resident.contact.value": "06 12 34 56 78",
    "area_code": "BU0114ZZ01",
    "resident_knows": "true",
    "feedback": "status",
    "urgency": "normal",
    "referrer.name": "Dokter Vos",
    "referrer.role": "huisarts",
    "referrer.callback": "0591 55 51 11",
    "consent_share.given_on": TODAY,
    "consent_share.how": "spoken",
    "consent_share.by_whom": "Dokter Vos",
    "consent_share.scope": ["name", "contact", "question"],
    "external_ref": "R-1",
}


@pytest.fixture
def referral(database: Database, cast: Cast, standing_clock: None) -> str:
    """Let the corporation refer somebody; return where it is."""
    with database.writing() as session:
        return f"/referrals/{referred(session, cast).id}"


@pytest.fixture
def mine(database: Database, cast: Cast, standing_clock: None) -> str:
    """Let the activator take on a referral; return where it is."""
    with database.writing() as session:
        return f"/referrals/{taken_on(session, cast).id}"


def send(browser: Browser, path: str, **fields: Any) -> Any:
    version = browser.version(Referral, UUID(path.split("/")[2]))
    return browser.fill_in(path, **{"version": version} | fields)


def test_nothing_typed_is_lost_and_each_mistake_stands_beside_its_field(browse: Browse) -> None:
    browser = browse("corporation")
    told = SENT | {"resident_knows": "", "resident.contact.value": "", "area_code": "", "postcode4": "78"}

    answer = browser.fill_in("/referrals", **told)

    assert answer.status_code == 400
    for field in ("resident_knows", "resident.contact.value", "postcode4"):
        assert f'id="field-{field}-error"' in answer.text
    assert "Ik ken hier niemand" in answer.text
    assert re.search(r'id="field-referrer.role"[^>]*value="huisarts"', answer.text)
    assert re.search(r'value="status" checked', answer.text)


def test_a_citizen_service_number_is_refused_with_the_way_on(browse: Browse) -> None:
    answer = browse("corporation").fill_in("/referrals", **SENT | {"external_ref": "111222333"})

    assert answer.status_code == 400
    assert 'id="field-external_ref-error"' in answer.text
    assert "put a letter before it" in answer.text
    assert "Samira" in answer.text


def test_an_empty_form_names_no_field_that_is_not_there(browse: Browse) -> None:
    answer = browse("corporation").fill_in("/referrals")

    assert answer.status_code == 400
    linked = re.findall(r'<li><a href="#(field-[^"]+)"', answer.text)
    assert linked
    assert [one for one in linked if f'id="{one}"' not in answer.text] == []
    assert linked == sorted(linked, key=lambda one: answer.text.index(f'id="{one}"'))


def test_pressed_twice_it_is_one_referral(browse: Browse) -> None:
    browser = browse("corporation")

    first, second = (browser.fill_in("/referrals", **SENT) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]


def test_looking_first_sends_nothing(browse: Browse) -> None:
    browser = browse("corporation")

    looked = browser.fill_in("/referrals", **SENT, look="1")

    assert looked.status_code == 200
    assert "This is what the team will see" in looked.text
    assert "R-1" not in browser.get("/referrals").text


def test_a_draft_is_sent_later(browse: Browse) -> None:
    browser = browse("corporation")
    path = browser.fill_in("/referrals", **SENT, draft="true").headers["location"]

    assert path not in browse("activator").get("/referrals?view=open").text
    assert send(browser, f"{path}/submission").status_code == 303
    assert path in browse("activator").get("/referrals").text


def test_a_draft_is_changed_as_long_as_it_is_not_sent(browse: Browse) -> None:
    browser = browse("corporation")
    path = browser.fill_in("/referrals", **SENT, draft="true").headers["location"]
    assert f"{path}/edit" in browser.get(path).text
    drawn = browser.get(f"{path}/edit").text
    assert "Ik ken hier niemand" in drawn
    assert re.search(r'value="status" checked', drawn)

    told = {name: value for name, value in SENT.items() if name.startswith(("consent", "referrer", "feedback"))}
    unshared = send(browser, f"{path}/edit", **told, question="Ik wil erbij horen", referrer_view="Vaak alleen")
    assert unshared.status_code == 400
    assert 'id="field-consent_share.scope-error"' in unshared.text
    assert "Ik wil erbij horen" in unshared.text
    empty = send(browser, f"{path}/edit", **told, question="")
    assert (empty.status_code, 'id="field-question-error"' in empty.text) == (400, True)
    told["consent_share.scope"] = ["name", "contact", "question", "referrer_view"]
    told |= {"question": "Ik wil erbij horen", "referrer_view": "Vaak alleen"}
    assert browser.fill_in(f"{path}/edit", **told, version=0).status_code == 412
    assert send(browser, f"{path}/edit", **told).status_code == 303

    shown = browser.get(path).text
    assert "Ik wil erbij horen" in shown
    assert "Vaak alleen" in shown
    assert send(browser, f"{path}/edit", **told | {"referrer_view": ""}).status_code == 303
    assert "Vaak alleen" not in browser.get(path).text
    assert send(browser, f"{path}/submission").status_code == 303
    assert browser.get(f"{path}/edit").status_code == 409


def test_a_referral_is_handed_to_a_colleague_who_goes_on_with_it(browse: Browse, cast: Cast, mine: str) -> None:
    browser = browse("activator")
    assert f"{mine}/owner" in browser.get(mine).text
    drawn = browser.get(f"{mine}/owner").text
    assert f'value="{cast.colleague.id}"' in drawn
    assert f'value="{cast.activator.id}"' not in drawn

    nobody = send(browser, f"{mine}/owner")
    assert (nobody.status_code, 'id="field-owner_id-error"' in nobody.text) == (400, True)
    assert browser.fill_in(f"{mine}/owner", version=0, owner_id=cast.colleague.id).status_code == 412
    assert send(browser, f"{mine}/owner", owner_id=cast.colleague.id).status_code == 303

    left = browser.get(mine).text
    assert "Ik ken hier niemand" not in left
    assert "Handed to a colleague" in left
    assert "Was the resident reached?" in browse("colleague").get(mine).text


def test_what_the_team_sent_is_taken_on_by_the_institution(
    browse: Browse, database: Database, cast: Cast, line: Line
) -> None:
    with database.writing() as session:
        geert = session.get_one(Resident, line.resident_id)
        told = LevelIn(level=RegistrationLevel.DOSSIER, informed_on=NOW.date(), informed_how=Informed.SHEET)
        raise_level(session, cast.activator, geert.id, geert.version, told)
        need = session.scalars(select(Need).where(Need.resident_id == geert.id)).one()
        sent = f"/referrals/{referred_outward(session, cast, need.id).id}"
    assert "Today: you opened it." in browse("corporation").get(sent).text
    assert send(browse("corporation"), f"{sent}/acceptance").status_code == 303

    browser = browse("activator")
    assert "Taken on by De Veenhoek" in browser.get(sent).text
    assert "Sent by Activator van de Cast" in browser.get("/referrals?view=sent").text


def test_whoever_opens_it_reads_that_it_counts_as_seen(browse: Browse, referral: str) -> None:
    opened = browse("activator").get(referral).text
    watched = browse("teamleader").get(referral).text

    assert "Today: you opened it." in opened
    assert "sent, not seen yet" not in opened
    assert "sent, not seen yet" in watched


def test_of_a_group_nothing_about_persons_is_asked(browse: Browse) -> None:
    browser = browse("corporation")
    page = browser.get("/referrals/new?subject=group").text

    assert 'name="resident.call_name"' not in page
    assert 'name="consent_share.by_whom"' not in page
    told = {name: value for name, value in SENT.items() if not name.startswith(("resident", "consent"))}
    assert browser.fill_in("/referrals", **told, subject="group").status_code == 303


def test_the_team_writes_down_what_came_on_paper(browse: Browse, cast: Cast) -> None:
    browser = browse("activator")

    without = browser.fill_in("/referrals", **SENT)
    assert without.status_code == 400
    assert 'id="field-institution_id-error"' in without.text
    done = browser.fill_in("/referrals", **SENT, institution_id=cast.rival_id)
    assert done.status_code == 303
    assert browse("rival").get(done.headers["location"]).status_code == 200


def test_whoever_comes_second_is_told(browse: Browse, referral: str) -> None:
    first, second = browse("activator"), browse("colleague")
    version = second.version(Referral, UUID(referral.split("/")[2]))

    assert send(first, f"{referral}/acceptance").status_code == 303
    assert second.fill_in(f"{referral}/acceptance", version=version).status_code in (409, 412)
    assert "Ik ken hier niemand" not in second.get(referral).text


def test_a_form_that_is_not_for_now_says_so(browse: Browse, referral: str, mine: str) -> None:
    browser = browse("activator")

    assert browser.get(f"{referral}/outcome").status_code == 409
    assert browser.get(f"{mine}/refusal").status_code == 409
    assert browse("colleague").get(f"{mine}/outcome").status_code == 403


def test_a_mistake_in_a_deed_keeps_what_was_typed(browse: Browse, mine: str) -> None:
    browser = browse("activator")

    paused = send(browser, f"{mine}/pauses", reason="waiting_list", review_on="2026-01-01", words="Volgende maand")
    assert paused.status_code == 400
    assert "Volgende maand" in paused.text
    assert 'id="field-review_on-error"' in paused.text
    closed = send(browser, f"{mine}/outcome", outcome="joined_initiative")
    assert closed.status_code == 400
    told = {"part": "new", "register_as.informed_on": TODAY}
    linked = send(browser, f"{mine}/resident", **told)
    assert linked.status_code == 400
    assert 'id="new-register_as.informed_how-error"' in linked.text


def test_a_team_leader_reads_how_far_it_is_and_nothing_of_what_it_says(browse: Browse, referral: str) -> None:
    text = browse("teamleader").get(referral).text

    assert "How far it is" in text
    assert "Ik ken hier niemand" not in text
    assert "Samira" not in text
    assert "/acceptance" not in text


def test_the_sheet_on_paper_is_there_for_everybody_in_both_languages(browse: Browse) -> None:
    browser = browse()

    assert "Name to call" in browser.get("/referrals/paper").text
    browser.cookies.set("lang", "nl")
    assert "Roepnaam" in browser.get("/referrals/paper").text


def test_what_was_passed_on_leads_to_what_it_went_on_as_and_back(browse: Browse, cast: Cast, mine: str) -> None:
    marloes = browse("activator")
    consent = {name: SENT[name] for name in SENT if name.startswith("consent_share.")}
    elsewhere = {"reason": "better_elsewhere", "institution_id": str(cast.rival_id)}
    assert send(marloes, f"{mine}/reroutings", **elsewhere, **consent).headers["location"] == mine

    further = re.search(r'href="([^"]+)">The referral that it went on as', marloes.get(mine).text)
    assert further is not None
    assert f'href="{mine}">The referral that was passed on' in marloes.get(further[1]).text
