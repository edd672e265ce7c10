"""Tokens that an authorisation server elsewhere issues: its keys are fetched, its clients are those registered here."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from bsa.clients import outside
from bsa.clients.models import Client
from bsa.database import Database
from bsa.permissions import Scope
from bsa.settings import Mode, Settings

from tests.authorisation_server import AUDIENCE, AuthorisationServer, authorisation_server
from tests.cast import NOW, Cast
from tests.doors import pages_on
from tests.machines import a_machine, form, key_of, public, token_of


@pytest.fixture(scope="module")
def server() -> Iterator[AuthorisationServer]:
    with authorisation_server() as server:
        yield server


@pytest.fixture
def installation(database: Database, server: AuthorisationServer, standing_clock: None) -> Iterator[Database]:
    """Set up the installation to take the tokens of the other server."""
    outside.forget_fetched()
    server.keys, server.asked, server.broken = [key_of("elsewhere")], 0, False
    ours = database.settings
    database.settings = ours.model_copy(
        update={"oauth_issuer": server.issuer, "oauth_jwks_url": server.jwks_url, "oauth_audience": AUDIENCE}
    )
    yield database
    database.settings = ours
    outside.forget_fetched()


@pytest.fixture
def machine(installation: Database, cast: Cast) -> Client:
    with installation.writing() as session:
        return a_machine(session, cast, [Scope.LEDGER_READ], keys=None, external_id="praktijk")


@pytest.fixture
def door(installation: Database) -> TestClient:
    return TestClient(pages_on(installation))


def reach(door: TestClient, token: str) -> int:
    return door.get("/api/v1/institutions", headers={"Authorization": f"Bearer {token}"}).status_code


def test_its_token_opens_what_is_registered_here(
    door: TestClient, machine: Client, server: AuthorisationServer, installation: Database
) -> None:
    assert reach(door, server.token("praktijk")) == 200
    assert reach(door, server.token("", azp=None, client_id="praktijk")) == 200
    assert reach(door, server.token("praktijk", aud=["account", AUDIENCE])) == 200
    assert reach(door, server.token("praktijk", scope=None, scp=["ledger:read"])) == 200
    assert server.asked == 1
    with installation.reading() as session:
        assert session.get_one(Client, machine.id).last_seen_at == NOW


def test_a_scope_counts_when_both_say_so(door: TestClient, machine: Client, server: AuthorisationServer) -> None:
    assert reach(door, server.token("praktijk", scope="openid")) == 403
    told = {"Authorization": f"Bearer {server.token('praktijk', scope='ledger:read referrals:read')}"}
    assert door.get("/api/v1/referrals", headers=told).status_code == 403


WRONG: dict[str, dict[str, Any]] = {
    "a client that is not registered": {"azp": "other"},
    "for another": {"aud": "account"},
    "another realm": {"iss": "http://127.0.0.1/realms/others/"},
    "expired": {"exp": int(NOW.timestamp()) - 31},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
def test_what_it_signs_for_others_is_refused(
    door: TestClient, machine: Client, server: AuthorisationServer, claims: dict[str, Any]
) -> None:
    assert reach(door, server.token("praktijk", **claims)) == 401


def test_tokens_of_our_own_and_of_anybody_are_refused(
    door: TestClient, machine: Client, server: AuthorisationServer, installation: Database
) -> None:
    with installation.reading() as session:
        assert reach(door, token_of(session, machine)) == 401
    assert reach(door, server.token("praktijk", key_of("another") | {"kid": "elsewhere"})) == 401
    assert reach(door, server.token("praktijk", key_of("another"))) == 401


def test_there_is_no_token_endpoint_here_then(door: TestClient, server: AuthorisationServer) -> None:
    assert door.post("/oauth/token", data=form("x.y.z")).status_code == 404
    assert door.get("/oauth/jwks.json").status_code == 404
    assert door.get("/.well-known/oauth-authorization-server").status_code == 404
    told = door.get("/.well-known/oauth-protected-resource/api/v1").json()
    assert told["authorization_servers"] == [server.issuer]


def test_its_new_key_is_fetched_when_it_is_met_and_not_too_often(
    door: TestClient, machine: Client, server: AuthorisationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reach(door, server.token("praktijk")) == 200
    server.keys = [key_of("rotated")]
    assert reach(door, server.token("praktijk")) == 401  # asked too lately
    assert server.asked == 1
    monkeypatch.setattr(outside, "AGAIN", 0.0)
    assert reach(door, server.token("praktijk")) == 200
    assert server.asked == 2


def test_while_it_does_not_answer_the_keys_of_before_count(
    door: TestClient, machine: Client, server: AuthorisationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.broken = True
    assert reach(door, server.token("praktijk")) == 503
    outside.forget_fetched()
    server.broken = False
    assert reach(door, server.token("praktijk")) == 200
    server.broken = True
    monkeypatch.setattr(outside, "KEPT", -1.0)
    monkeypatch.setattr(outside, "AGAIN", 0.0)
    assert reach(door, server.token("praktijk")) == 200
    assert server.asked == 3


def test_its_keys_may_stand_in_a_file(
    installation: Database, machine: Client, server: AuthorisationServer, tmp_path: Path
) -> None:
    file = tmp_path / "the keys.json"
    file.write_text(json.dumps(public(key_of("elsewhere"))))
    installation.settings = installation.settings.model_copy(update={"oauth_jwks_url": file.as_uri()})
    assert reach(TestClient(pages_on(installation)), server.token("praktijk")) == 200
    assert server.asked == 0


def test_the_three_settings_belong_together_and_the_keys_come_over_https(settings: Settings) -> None:
    told = {**settings.model_dump(), "base_url": "https://bsa.example", "mode": Mode.PRODUCTION}
    outside_server = {"oauth_issuer": "https://idp.example/", "oauth_audience": AUDIENCE}
    with pytest.raises(ValidationError, match="belong together"):
        Settings(**told | outside_server)
    with pytest.raises(ValidationError, match="https"):
        Settings(**told | outside_server | {"oauth_jwks_url": "http://idp.example/keys"})
    made = Settings(**told | outside_server | {"oauth_jwks_url": "https://idp.example/keys"})
    assert made.token_issuer == "https://idp.example/"
