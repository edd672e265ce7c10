"""The pages of accounts, for administrators."""

import re
from uuid import UUID

import pytest
from sqlmodel import select

from bsa.database import Database
from bsa.people.models import Account, SignIn
from bsa.permissions import Purpose

from tests.cast import PASSWORD, Cast
from tests.web.conftest import Browse


def account_of(database: Database, name: str) -> tuple[UUID, int]:
    with database.reading() as session:
        account = session.scalars(select(Account).where(Account.name == name)).one()
        return account.id, account.version


@pytest.mark.parametrize("page", ["", "/new", "/{id}", "/{id}/edit"])
def test_pages_are_for_administrators(browse: Browse, database: Database, page: str) -> None:
    path = "/accounts" + page.format(id=account_of(database, "policy")[0])

    assert browse("admin").get(path).status_code == 200
    for name in ("activator", "teamleader", "privacy"):
        assert browse(name).get(path).status_code in (403, 404)


def test_the_list_takes_its_filters_from_a_form(browse: Browse) -> None:
    text = browse("admin").get("/accounts?role=policy_officer&active=").text

    assert "Policy van de Cast" in text
    assert "Rival van de Cast" not in text


def test_somebody_gets_an_account(browse: Browse, cast: Cast) -> None:
    browser = browse("admin")
    told = {"name": "nieuw", "display_name": "Nieuwe Collega", "language": "nl"}

    answer = browser.fill_in("/accounts", **told, roles=["activator", "team_leader"], area_ids=[str(cast.here_id)])

    assert answer.status_code == 303
    assert "Nieuwe Collega" in browser.get(answer.headers["location"]).text


def test_a_mistake_keeps_what_was_typed_and_ticked(browse: Browse, cast: Cast) -> None:
    answer = browse("admin").fill_in("/accounts", name="Nieuw!", display_name="Nieuwe Collega", roles=["activator"])

    assert answer.status_code == 400
    assert 'value="Nieuw!"' in answer.text
    assert re.search(r'value="activator" checked', answer.text)
    assert 'id="field-name-error"' in answer.text


def test_what_does_not_fit_together_stands_beside_its_field(browse: Browse) -> None:
    told = {"name": "nieuw", "display_name": "Nieuw", "language": "nl", "roles": ["activator", "institution_contact"]}

    answer = browse("admin").fill_in("/accounts", **told)

    assert answer.status_code == 400
    assert 'id="field-area_ids-error"' in answer.text
    assert 'id="field-institution_id-error"' in answer.text


def test_an_account_is_changed_and_a_stale_change_refused(browse: Browse, database: Database, cast: Cast) -> None:
    browser = browse("admin")
    key, version = account_of(database, "corporation")
    told = {"display_name": "Joost", "roles": ["administrator"]}

    done = browser.fill_in(f"/accounts/{key}/edit", **told, version=version)
    stale = browser.fill_in(f"/accounts/{key}/edit", **(told | {"display_name": "Joop"}), version=version)

    assert done.status_code == 303
    assert stale.status_code == 412
    assert 'value="Joop"' in stale.text
    with database.reading() as session:
        assert session.get_one(Account, key).institution_id is None


def test_an_account_without_a_role_is_refused(browse: Browse, database: Database) -> None:
    key, version = account_of(database, "policy")

    answer = browse("admin").fill_in(f"/accounts/{key}/edit", display_name="Policy", version=version)

    assert answer.status_code == 400
    assert 'id="field-roles-error"' in answer.text


def test_a_new_password_is_shown_once_and_signs_in(browse: Browse, database: Database) -> None:
    browser = browse("admin")
    key, _ = account_of(database, "policy")

    answer = browser.fill_in(f"/accounts/{key}/password")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    password = re.search(r"<code>([^<]+)</code>", answer.text)
    assert password
    assert password[1] not in browser.get(f"/accounts/{key}").text
    told = {"name": "policy", "password": password[1], "purpose": "own_neighbourhood"}
    assert browse().post("/sign-in", data=told).status_code == 303


def test_an_account_ends_and_comes_back(browse: Browse, database: Database) -> None:
    browser, theirs = browse("admin"), browse("activator")
    key, version = account_of(database, "activator")

    stale = browser.fill_in(f"/accounts/{key}/ending", version=version + 1)
    ended = browser.fill_in(f"/accounts/{key}/ending", version=version)

    assert stale.status_code == 412
    assert ended.status_code == 303
    assert theirs.get("/day").headers["location"].startswith("/sign-in")
    assert browser.fill_in(f"/accounts/{key}/return", version=account_of(database, "activator")[1]).status_code == 303
    browse("activator")


def test_nobody_shuts_themselves_out(browse: Browse, database: Database) -> None:
    key, version = account_of(database, "admin")

    answer = browse("admin").fill_in(f"/accounts/{key}/ending", version=version)

    assert answer.status_code == 409
    assert "data-error-summary" in answer.text


def test_a_person_is_not_here_as_a_machine(browse: Browse, database: Database, cast: Cast) -> None:
    stranger = browse()
    assert 'value="referral"' not in stranger.get("/sign-in").text

    told = {"name": "corporation", "password": PASSWORD, "purpose": "referral"}
    assert stranger.post("/sign-in", data=told).status_code == 303

    with database.reading() as session:
        assert Purpose.REFERRAL not in session.scalars(select(SignIn.purpose)).all()
