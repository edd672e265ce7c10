"""The demo's rows about terms by law, read over JSON and on the page."""

from datetime import date
from html import unescape
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import col, select

from bsa import clock
from bsa.database import Database
from bsa.demo.consultation import PLAN
from bsa.demo.days import day_of_story
from bsa.demo.stage import PASSWORD
from bsa.people.actions import issue_token
from bsa.people.models import Account
from bsa.permissions import Purpose

from tests.doors import pages_on


def test_the_renovation_of_the_molenstraat_could_begin_on_29_june_and_26_of_34_homes_agreed(demo: Database) -> None:
    def told(month: int, day: int) -> str:
        return day_of_story(date(2026, month, day), clock.today()).isoformat()

    with TestClient(pages_on(demo), headers={"Sec-Fetch-Site": "same-origin"}) as browser:
        me = {"name": "activator", "password": PASSWORD, "purpose": "own_neighbourhood"}
        browser.post("/sign-in", data=me)
        token = _token(demo)
        listed = browser.get("/api/v1/tracks", headers=token).json()["items"]
        (plan,) = (item for item in listed if item["subject"] == PLAN)
        track: dict[str, Any] = browser.get(f"/api/v1/tracks/{plan['id']}", headers=token).json()
        page = unescape(browser.get(f"/tracks/{plan['id']}").text)

    days = {step["clock"]: step["dueOn"] for step in track["steps"]}
    assert days["advice"] == told(6, 17)
    assert days["reasons"] == told(6, 29)
    assert days["execution"] == told(6, 29)
    assert {step["clock"]: step["state"] for step in track["steps"]} == {
        "advice": "done",
        "support": "done",
        "reasons": "done",
        "execution": "done",
        "objection": "passed",
    }
    assert (track["poll"]["inFavour"], track["poll"]["homes"], track["poll"]["percent"]) == (26, 34, 76)
    assert f'<time datetime="{told(6, 29)}">' in page
    assert "artikel 5 lid 3 onder c" in page
    assert "26" in page
    assert "76" in page


def _token(demo: Database) -> dict[str, str]:
    with demo.writing() as session:
        account = session.scalars(select(Account).where(col(Account.name) == "activator")).one()
        return {"Authorization": f"Bearer {issue_token(session, account, Purpose.OWN_NEIGHBOURHOOD)}"}
