"""Referring somebody by the form of a partner: with the keyboard alone, within two minutes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import select

from bsa.areas.postcodes import import_postcodes
from bsa.database import Database
from bsa.people.models import Account
from bsa.people.passwords import hash_password

from tests.browser.served import DESK, context, overheard, served, sign_in
from tests.cast import PASSWORD, gather
from tests.conftest import settings_for

pytestmark = pytest.mark.browser

WORDS_A_MINUTE = 40
LETTERS_A_WORD = 5
SECONDS_A_STOP = 2
"""To go on to the next field and read what is asked there."""
QUESTION = (
    "Ik ken hier niemand. Sinds ik hier woon zit ik de meeste dagen alleen binnen. Ik zou best iets willen doen, "
    "maar ik weet niet waar ik moet beginnen en wie ik dan tegenkom."
)
ANSWERS = {
    "question": QUESTION,
    "resident.call_name": "Samira",
    "postcode4": "7811",
    "resident.contact.value": "06 12 34 56 78",
    "referrer.role": "praktijkondersteuner",
    "referrer.callback": "0591 55 51 11",
}
TICKED = {"resident_knows", "feedback"}
SENDS = ("Versturen", "Send it")
MOST_FIELDS = 12


@pytest.fixture
def page(tmp_path: Path, chromium: Browser) -> Iterator[Page]:
    """Open the window of a partner."""
    database = Database(settings_for(f"sqlite:///{tmp_path}/bsa.db", f"sqlite:///{tmp_path}/keys.db"))
    database.migrate()
    with database.writing() as session:
        gather(session)
        import_postcodes(session, "postcode4,code\n7811,BU0114ZZ01\n")
        partner = session.scalars(select(Account).where(Account.name == "corporation")).one()
        partner.password_hash = hash_password(PASSWORD)
    with served(database) as base, context(chromium, base, size=DESK) as one:
        page = one.new_page()
        sign_in(page, "corporation", PASSWORD)
        heard = overheard(page)
        yield page
        assert heard == []


def test_by_keyboard_alone_within_two_minutes(page: Page) -> None:
    page.goto("/referrals/new")
    page.locator("[name=question]").focus()
    stops, letters, names = 1, 0, set()
    while True:
        at = page.evaluate("() => { const one = document.activeElement; return [one.name || '', one.innerText || ''] }")
        name, words = at[0], at[1].strip()
        if words in SENDS:
            break
        names.add(name)
        if name in ANSWERS:
            page.keyboard.type(ANSWERS[name])
            letters += len(ANSWERS[name])
        elif name in TICKED:
            page.keyboard.press("Space")
            letters += 1
        page.keyboard.press("Tab")
        stops += 1
        assert stops < 40, (name, words)
    fields = names - {""}
    assert len(fields) <= MOST_FIELDS, fields
    seconds = 60 * letters / LETTERS_A_WORD / WORDS_A_MINUTE + SECONDS_A_STOP * stops
    assert seconds <= 120, seconds

    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/referrals/[0-9a-f-]{36}$"))
    assert QUESTION in page.locator("main").inner_text()
