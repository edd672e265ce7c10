"""The pages of institutions."""

import re

import pytest

from tests.cast import Cast
from tests.line import Line
from tests.web.conftest import Browse, Browser

JOOST = {"name": "Joost Hendriks", "mandate": "operational", "job": "Woonconsulent", "email": "j@veenhoek.example"}


def test_institutions_are_found_by_name_and_kind(browse: Browse, line: Line) -> None:
    browser = browse("activator")
    assert "GGZ Veenrand" in browser.get("/institutions").text
    found = browser.get("/institutions?text=hoek&kind=").text
    assert "De Veenhoek" in found
    assert "GGZ Veenrand" not in found
    assert "Nothing found" in browser.get("/institutions", params={"kind": "police"}).text
    assert browser.get("/institutions", params={"kind": "circus"}).status_code == 400


def test_an_institution_comes_to_its_own_page_at_once(browse: Browse, line: Line, cast: Cast) -> None:
    page = browse("corporation").get("/institutions").text
    assert "Herstel de kozijnen" in page
    assert f"/commitments/{line.commitment_id}" in page
    assert "GGZ Veenrand" not in page
    assert browse("corporation").get(f"/institutions/{cast.rival_id}").status_code == 404


@pytest.mark.parametrize(
    ("name", "asks", "people"),
    [("activator", True, True), ("teamleader", True, True), ("policy", False, False), ("admin", False, True)],
)
def test_everybody_sees_of_an_institution_what_is_theirs(
    browse: Browse, line: Line, cast: Cast, name: str, asks: bool, people: bool
) -> None:
    activator = browse("activator")
    activator.fill_in(f"/institutions/{cast.corporation_id}/contacts", **JOOST)
    page = browse(name).get(f"/institutions/{cast.corporation_id}")
    assert page.status_code == 200
    assert ("Herstel de kozijnen" in page.text) is asks
    assert ("Joost Hendriks" in page.text) is people


def test_the_privacy_officer_has_no_institutions(browse: Browse, cast: Cast) -> None:
    assert browse("privacy").get("/institutions").status_code == 403
    assert browse("privacy").get(f"/institutions/{cast.corporation_id}").status_code == 404


def test_an_institution_is_recorded(browse: Browse) -> None:
    browser = browse("activator")
    assert browser.get("/institutions/new").status_code == 200
    made = browser.fill_in("/institutions", name="Gemeente Emmen", kind="municipality")
    assert made.status_code == 303
    assert "Gemeente Emmen" in browser.get(made.headers["location"]).text


def test_a_second_one_of_that_name_is_refused_beside_the_name(browse: Browse) -> None:
    answer = browse("activator").fill_in(
        "/institutions", name="De Veenhoek", kind="police", email="niet goed", postal_address="Straat 1"
    )
    assert answer.status_code == 400
    assert "Straat 1" in answer.text
    assert 'id="field-email-error"' in answer.text
    twin = browse("activator").fill_in("/institutions", name="De Veenhoek", kind="police")
    assert twin.status_code == 400
    assert "with this name already" in twin.text
    assert 'value="police" selected' in twin.text


def test_an_institution_is_changed(browse: Browse, cast: Cast) -> None:
    browser, page = browse("admin"), f"/institutions/{cast.corporation_id}"
    assert "post@veenhoek.example" in browser.get(f"{page}/edit").text
    told = {"name": "De Veenhoek", "kind": "housing_corporation", "email": "", "postal_address": "Postbus 1"}
    assert browser.fill_in(page, version="1", **told).status_code == 303
    shown = browser.get(page).text
    assert "post@veenhoek.example" not in shown
    assert "Postbus 1" in shown
    stale = browser.fill_in(page, version="1", **(told | {"postal_address": "Postbus 2"}))
    assert stale.status_code == 412
    assert "Postbus 2" in stale.text


@pytest.mark.parametrize("name", ["corporation", "policy"])
def test_others_change_no_institution(browse: Browse, cast: Cast, name: str) -> None:
    browser, page = browse(name), f"/institutions/{cast.corporation_id}"
    assert "/edit" not in browser.get(page).text
    answer = browser.fill_in(page, name="Van ons", kind="other", version="1")
    assert answer.status_code == 403
    assert browser.fill_in(f"{page}/contacts", **JOOST).status_code == 403


def test_somebody_at_an_institution_is_recorded_changed_and_leaves(browse: Browse, cast: Cast) -> None:
    browser, page = browse("activator"), f"/institutions/{cast.corporation_id}"
    assert browser.get(f"{page}/contacts/new").status_code == 200
    assert browser.fill_in(f"{page}/contacts", **JOOST).status_code == 303
    person = _person(browser, page)
    assert browser.fill_in(person, version="1", **(JOOST | {"job": "", "mandate": "policy"})).status_code == 303
    shown = browser.get(page).text
    assert "policy level" in shown
    assert "Woonconsulent" not in shown
    assert browser.fill_in(f"{person}/departure", left_on="2026-03-01", version="1").status_code == 412
    assert browser.fill_in(f"{person}/departure", left_on="2027-03-01", version="2").status_code == 400
    assert browser.fill_in(f"{person}/departure", left_on="2026-03-01", version="2").status_code == 303
    assert "until 1 March 2026" in browser.get(page).text
    assert "/departure" not in browser.get(f"{person}/edit").text


def test_a_person_without_a_mandate_is_refused_with_what_was_typed(browse: Browse, cast: Cast) -> None:
    page = f"/institutions/{cast.corporation_id}/contacts"
    answer = browse("activator").fill_in(page, name="Carla Nijenhuis", phone="bellen")
    assert answer.status_code == 400
    assert 'value="Carla Nijenhuis"' in answer.text
    assert 'id="field-mandate-error"' in answer.text
    assert 'id="field-phone-error"' in answer.text


def _person(browser: Browser, page: str) -> str:
    found = re.search(r'href="([^"]+/contacts/[^"/]+)/edit"', browser.get(page).text)
    assert found
    return found[1]
