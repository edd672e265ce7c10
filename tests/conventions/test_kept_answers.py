"""Answers that are kept for who sends something again: nothing in them outlives whom it is about, no secret is in them.

Everything that can be made is made under a key of its own, by whoever may; then every kept answer is opened with every
key that the installation still holds.
"""

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import col, select

from bsa.database import Database
from bsa.referrals.models import Referral
from bsa.referrals.wiping import wipe
from bsa.sealing import CannotOpen, SealedCell, Sealer
from bsa.sendings import Sending

from tests.conftest import Fresh
from tests.conventions.deeds import DEEDS, Deed
from tests.conventions.test_api_rules import ask
from tests.conventions.test_rights import routes
from tests.doors import api_on

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

SECRET_PATHS = re.compile(r"calendar-address|slip|/passwords|/secrets|/subscriptions$")
ABOUT_SOMEBODY = re.compile(r"{geert}|need|referr|/residents$")
LONG = bool(os.environ.get("BSA_TEST_LONG"))
MAKING = sorted(
    (
        deed
        for deed in DEEDS
        if deed.method == "POST"
        and re.search(r"\b201\b", deed.answers)
        and not deed.file
        and (LONG or SECRET_PATHS.search(deed.path) or ABOUT_SOMEBODY.search(deed.path))
    ),
    # What comes before may stand in the way of these.
    key=lambda deed: SECRET_PATHS.search(deed.path) is None,
)
SECRET_FIELDS = {"secret", "password", "codes"}


def make_everything(client: TestClient, things: dict[str, str]) -> dict[str, tuple[Deed, Any]]:
    """Make each thing under a key of its own, as far as what was made before lets it; return what was made, by key."""
    made = {}
    for number, deed in enumerate(MAKING):
        answer = ask(client, deed, things, headers={"Idempotency-Key": f"key-{number}x"})
        if answer.status_code == 201:
            made[f"key-{number}x"] = (deed, answer.json())
    return made


def kept(database: Database) -> Iterator[tuple[str, set[UUID], str | None]]:
    """Return each kept answer: its key, with whose keys it is sealed, and what it says if these can still be had."""
    with database.keys_engine.connect() as keys:
        held = [UUID(str(key)) for (key,) in keys.execute(text("SELECT owner_id FROM data_key"))]
    box = Sealer(database.keystore)
    box.fetch(held)
    with database.reading() as session:
        for sending in session.scalars(select(Sending).where(col(Sending.answer).is_not(None))):
            owners = [UUID(owner) for owner in sending.owners.split()]
            said: str | None = b64encode(sending.answer or b"").decode()
            try:
                for owner in reversed(owners):
                    said = box.open(SealedCell(b64decode(said or "")), "sending", "answer", sending.id, owner)
            except CannotOpen:
                said = None
            yield sending.key, set(owners), said


def secrets_in(answer: Mapping[str, Any]) -> list[str]:
    """Return the secrets in an answer that tells them once."""
    fields = SECRET_FIELDS & answer.keys() or {"address"} & answer.keys()
    found = [answer[name] for name in fields]
    return [text for one in found for text in (one if isinstance(one, list) else [one])]


def test_no_answer_about_somebody_outlives_their_data_and_no_secret_is_kept(fresh_walked: Fresh) -> None:
    with fresh_walked() as (database, things), TestClient(api_on(database)) as client:
        made = make_everything(client, things)
        before = list(kept(database))
        assert len(made) > (80 if LONG else 30)
        assert len(before) > (70 if LONG else 20)
        # Also of a merge, by which a key went: who sends it again is answered.
        assert [made[key] for key, _, said in before if said is None] == []

        once = {key: secrets_in(answer) for key, (deed, answer) in made.items() if SECRET_PATHS.search(deed.path)}
        secrets = [secret for told in once.values() for secret in told]
        assert (len(once), len(secrets) > 8, min(map(len, secrets)) > 5) == (7, True, True)
        assert once.keys() & {key for key, *_ in before} == set()
        # Of these the address of a forum's calendar is shown to all who sit in it, as long as it holds.
        secrets = [secret for secret in secrets if "/forum-calendars/" not in secret]
        assert [secret for secret in secrets for *_, said in before if secret in str(said)] == []

        geert = UUID(things["geert"])
        told = [said for _, owners, said in before if geert in owners and str(geert) in str(said)]
        assert len(told) > (15 if LONG else 10)
        assert [made[key] for key, owners, said in before if str(geert) in str(said) and geert not in owners] == []

        with database.writing() as session:
            owning = {owner for _, owners, _ in before for owner in owners}
            referrals = session.scalars(select(Referral).where(col(Referral.id).in_(owning))).all()
            assert referrals
            for referral in referrals:
                wipe(session, referral)
        assert {referral.id for referral in referrals} & {
            owner for _, owners, _ in kept(database) for owner in owners
        } == set()
        erase(client, things)
        after = list(kept(database))
        assert len(after) > 5
        assert [key for key, owners, said in after if geert in owners or str(geert) in str(said)] == []
        assert [key for key, _, said in after if said is None] == []


def erase(client: TestClient, things: dict[str, str]) -> None:
    path, mine = f"/residents/{things['geert']}", {"Authorization": f"Bearer {things['activator_token']}"}
    version = client.get(path, headers=mine).headers["etag"]
    assert client.delete(path, headers=mine | {"If-Match": version}).status_code == 204


def test_what_answers_with_a_secret_says_that_it_tells_it_once(database: Database) -> None:
    posting = {route: operation for route, operation in routes(database).items() if route[0] == "POST"}
    once = {route for route, operation in posting.items() if hasattr(operation, "tells_once")}
    secret = {
        route
        for route, operation in posting.items()
        if SECRET_FIELDS & getattr(get_type_hints(operation)["return"], "model_fields", {}).keys()
        or "secret address" in (operation.__doc__ or "")
    }
    assert len(once) == 7
    assert secret == once
