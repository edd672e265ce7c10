"""`bsa client …`: what it does, and how it names all mistakes at once and changes nothing."""

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from bsa import client_commands
from bsa.clients.models import Client, SigningKey
from bsa.database import Database
from bsa.opening import CannotGoOn

from tests.cast import Cast
from tests.machines import key_of, public


@pytest.fixture
def run(database: Database, cast: Cast, standing_clock: None, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    @contextmanager
    def opened(_: Path | None) -> Iterator[Database]:
        yield database

    monkeypatch.setattr(client_commands, "opened_installation", opened)
    return CliRunner()


@pytest.fixture
def jwks(tmp_path: Path) -> str:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(public(key_of("one"))))
    return str(file)


def done(run: CliRunner, *words: str) -> str:
    result = run.invoke(client_commands.client, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def clients(database: Database) -> list[Client]:
    with database.reading() as session:
        return list(session.scalars(select(Client)))


ADD = ("add", "Praktijk", "--institution", "De Veenhoek", "--scope", "referrals:read")


def test_a_machine_is_added_shown_changed_and_shut_out(
    run: CliRunner, jwks: str, database: Database, tmp_path: Path
) -> None:
    told = done(run, *ADD, "--scope", "ledger:read", "--jwks", jwks, "--area", "Oude Molenbuurt")
    [client] = clients(database)
    assert str(client.id) in told
    assert "http://127.0.0.1:8000/oauth/token" in told
    other = tmp_path / "other.json"
    other.write_text(json.dumps(public(key_of("another"))))

    assert "counts for 2.0 hours more" in done(run, "rotate", "Praktijk", "--jwks", str(other), "--overlap", "2")
    assert "may do: ledger:read" in done(run, "scopes", "Praktijk", "--scope", "ledger:read")
    assert "another" in done(run, "show", "Praktijk")
    assert "shut out" in done(run, "revoke", "Praktijk")
    assert "shut out" in done(run, "list")
    [client] = clients(database)
    assert (client.scopes, client.revoked_at is not None) == (["ledger:read"], True)


def test_all_mistakes_are_named_at_once_and_nothing_is_stored(
    run: CliRunner, database: Database, tmp_path: Path
) -> None:
    private = tmp_path / "private.json"
    private.write_text(json.dumps({"keys": [key_of("one")]}))
    words = ["add", "Praktijk", "--institution", "Niemand", "--scope", "residents:read", "--jwks", str(private)]
    with pytest.raises(CannotGoOn) as refusal:
        run.invoke(client_commands.client, [*words, "--area", "Nergens"], catch_exceptions=False)
    said = str(refusal.value)
    for part in ("There are: referrals:read, referrals:write", "private or secret key", "'Niemand'", "'Nergens'"):
        assert part in said
    assert clients(database) == []


def test_a_machine_needs_keys(run: CliRunner, database: Database) -> None:
    with pytest.raises(CannotGoOn, match="one of the two"):
        run.invoke(client_commands.client, ADD, catch_exceptions=False)
    assert clients(database) == []


def test_keys_are_made_for_the_owner_alone_and_never_over_others(run: CliRunner, tmp_path: Path) -> None:
    out = tmp_path / "keys"
    done(run, "keygen", "--out", str(out))
    assert stat.S_IMODE((out / "private.json").stat().st_mode) == 0o600
    assert "d" not in json.loads((out / "jwks.json").read_text())["keys"][0]
    with pytest.raises(CannotGoOn, match="already"):
        run.invoke(client_commands.client, ["keygen", "--out", str(out)], catch_exceptions=False)


def test_our_own_key_is_rotated(run: CliRunner, database: Database) -> None:
    done(run, "rotate-signing-key", "--at-once")
    with database.reading() as session:
        assert sum(key.private is not None for key in session.scalars(select(SigningKey))) == 1
