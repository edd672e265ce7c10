"""Machines of partners: what is registered and refused, keys that are fetched, and our own key."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bsa import clock
from bsa.clients.actions import (
    change_client,
    keep_signing_key,
    register_client,
    revoke_client,
    rotate_keys,
    take_fetched,
)
from bsa.clients.jobs import fetch_keys
from bsa.clients.keys import BadKeys, key_for, read_keys, replaced
from bsa.clients.models import Client, SigningKey, UsedAssertion
from bsa.clients.queries import find_active, get_client, list_clients
from bsa.clients.shapes import ClientChange, ClientIn, ClientQuery, KeysIn
from bsa.database import Database
from bsa.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from bsa.events import Event
from bsa.people.models import Account
from bsa.permissions import Scope
from bsa.subscriptions.post import Answer, Post

from tests.cast import NOW, Cast
from tests.machines import a_machine, key_of, public

GOOD = public(key_of("one"))["keys"][0]

BAD: dict[str, tuple[object, list[str]]] = {
    "text": ("{", ["no_jwks"]),
    "a list": ([], ["no_jwks"]),
    "no list of keys": ({"keys": {}}, ["no_jwks"]),
    "no keys": ({"keys": []}, ["number_of_keys"]),
    "too many": ({"keys": [GOOD] * 11}, ["number_of_keys"]),
    "private": ({"keys": [key_of("one")]}, ["private_key"]),
    "a secret": ({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, ["private_key"]),
    "another curve": (public(key_of("big", "EC", "P-384")), ["kind_of_key"]),
    "another kind": ({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}, ["kind_of_key"]),
    "short": (public(key_of("short", "RSA", 1024)), ["size_of_key"]),
    "not to be read": ({"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}, ["not_read"]),
    "without its number": ({"keys": [{"kty": "RSA", "e": "AQAB"}]}, ["not_read"]),
    "for encryption": ({"keys": [GOOD | {"use": "enc"}]}, ["algorithm"]),
    "for another algorithm": ({"keys": [GOOD | {"alg": "RS256"}]}, ["algorithm"]),
    "a strange name": ({"keys": [GOOD | {"kid": "a b"}]}, ["key_id"]),
    "one name twice": ({"keys": [GOOD, GOOD]}, ["same_id"]),
    "much at once": ({"keys": [key_of("one"), GOOD | {"use": "enc"}]}, ["private_key", "algorithm"]),
}


@pytest.mark.parametrize(("told", "codes"), BAD.values(), ids=BAD.keys())
def test_keys_that_are_not_right_are_refused_all_at_once(told: object, codes: list[str]) -> None:
    with pytest.raises(BadKeys) as refusal:
        read_keys(told)
    assert [fault.code for fault in refusal.value.faults] == codes


def test_of_a_key_only_what_is_public_and_known_is_kept_and_it_gets_a_name() -> None:
    [key] = read_keys({"keys": [{name: GOOD[name] for name in ("kty", "crv", "x", "y")} | {"more": "x"}]})
    assert set(key) == {"kty", "crv", "x", "y", "kid"}


def test_old_keys_end_and_a_key_that_stays_does_not() -> None:
    one, two = {"kid": "one"}, {"kid": "two"}
    after = replaced([one, two], [two], until=200, now=100.0)
    assert after == [two, one | {"exp": 200}]
    assert replaced(after, [{"kid": "three"}], until=300, now=150.0)[1:] == [two | {"exp": 300}, one | {"exp": 200}]
    assert replaced(after, [two], until=100, now=100.0) == [two]
    assert key_for(after, "one", 199.0) == one | {"exp": 200}
    assert key_for(after, "one", 200.0) is None
    assert key_for(after, None, 100.0) is None
    assert key_for([two], None, 100.0) == two


def test_only_an_administrator_registers_and_sees_a_machine(session: Session, cast: Cast) -> None:
    machine = a_machine(session, cast)
    for name, actor in cast.actors.items():
        if name == "admin":
            continue
        with pytest.raises(NotAllowed):
            list_clients(session, actor, ClientQuery())
        with pytest.raises(NotAllowed):
            register_client(session, actor, told(cast))
        with pytest.raises(NotFound):
            get_client(session, actor, machine.id)
        with pytest.raises(NotFound):
            revoke_client(session, actor, machine.id, machine.version)
    assert [one.id for one in list_clients(session, cast.admin, ClientQuery()).items] == [machine.id]
    kinds = session.scalars(select(Event.kind).where(col(Event.subject_id) == machine.id)).all()
    assert kinds == ["client.registered"]


def test_what_is_wrong_with_a_registration_is_named_at_once(session: Session, cast: Cast) -> None:
    a_machine(session, cast, name="Er al")
    wrong = {"institution_id": cast.here_id, "area_ids": [cast.rival_id], "keys": {"keys": [key_of("one")]}}
    with pytest.raises(Invalid) as refusal:
        register_client(session, cast.admin, told(cast, name="Er al", **wrong))
    assert {(fault.where[0], fault.code) for fault in refusal.value.faults} == {
        ("name", "exists"),
        ("institution_id", "unknown"),
        ("area_ids", "unknown"),
        ("keys", "private_key"),
    }


def test_a_machine_that_is_shut_out_stays_out(session: Session, cast: Cast) -> None:
    machine = a_machine(session, cast)
    assert find_active(session, str(machine.id)) is not None
    with pytest.raises(Stale):
        revoke_client(session, cast.admin, machine.id, machine.version + 1)
    revoke_client(session, cast.admin, machine.id, machine.version)

    assert find_active(session, str(machine.id)) is None
    assert not session.get_one(Account, machine.account_id).active
    with pytest.raises(Conflict):
        revoke_client(session, cast.admin, machine.id, None)
    with pytest.raises(Conflict):
        change_client(session, cast.admin, machine.id, None, ClientChange(scopes=[Scope.LEDGER_READ]))
    with pytest.raises(Conflict):
        rotate_keys(session, cast.admin, machine.id, None, KeysIn(keys=public(key_of("another"))))


def test_fetched_keys_take_over_and_what_is_wrong_changes_nothing(session: Session, cast: Cast) -> None:
    machine = a_machine(session, cast, keys=None, keys_url="https://partner.example/jwks.json")

    def kids() -> list[str]:
        session.expire_all()
        return [key["kid"] for key in session.get_one(Client, machine.id).keys]

    take_fetched(session, machine.id, json.dumps(public(key_of("one"))).encode(), None)
    assert kids() == ["one"]
    take_fetched(session, machine.id, None, "timeout")
    assert (kids(), session.get_one(Client, machine.id).keys_fault) == (["one"], "timeout")
    take_fetched(session, machine.id, json.dumps({"keys": [key_of("another")]}).encode(), None)
    assert (kids(), session.get_one(Client, machine.id).keys_fault) == (["one"], "private_key")
    take_fetched(session, machine.id, json.dumps(public(key_of("another"))).encode(), None)
    assert (kids(), session.get_one(Client, machine.id).keys_fault) == (["another"], None)
    assert session.get_one(Client, machine.id).version == machine.version


class Published(Post):
    """Answers in the place of a partner."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked = answer, 0

    def send(self, *_: Any, **__: Any) -> Answer:
        self.asked += 1
        return self.answer


def test_keys_are_fetched_now_and_then_and_of_those_in_use_only(
    database: Database, cast: Cast, standing_clock: None
) -> None:
    with database.writing() as session:
        machine = a_machine(session, cast, keys=None, keys_url="https://partner.example/jwks.json")
        a_machine(session, cast, name="Met sleutels")
    post = Published(Answer(1, 200, content=json.dumps(public(key_of("one"))).encode()))
    fetch_keys(database, post)
    fetch_keys(database, post)
    assert post.asked == 1
    with clock.standing_at(NOW + timedelta(minutes=5)):
        fetch_keys(database, Published(Answer(1, 404)))
    with database.reading() as session:
        client = session.get_one(Client, machine.id)
    assert ([key["kid"] for key in client.keys], client.keys_fault) == (["one"], "refused")


def test_a_private_network_is_not_asked_for_keys(database: Database, cast: Cast, standing_clock: None) -> None:
    with database.writing() as session:
        machine = a_machine(session, cast, keys=None, keys_url="http://10.0.0.1/jwks.json")
    fetch_keys(database)
    with database.reading() as session:
        assert session.get_one(Client, machine.id).keys_fault == "private_address"


def test_our_key_changes_when_it_is_old_and_what_is_over_is_forgotten(session: Session, cast: Cast) -> None:
    [first] = session.scalars(select(SigningKey)).all()
    session.add(UsedAssertion(digest="a" * 64, ends_at=NOW + timedelta(minutes=5)))
    keep_signing_key(session)
    assert session.scalars(select(SigningKey.kid)).all() == [first.kid]

    with clock.standing_at(NOW + timedelta(days=91)):
        keep_signing_key(session)
        assert len(session.scalars(select(SigningKey)).all()) == 2
        assert session.get_one(SigningKey, first.id).private is None
        assert session.scalars(select(UsedAssertion)).all() == []
    with clock.standing_at(NOW + timedelta(days=93)):
        keep_signing_key(session)
        assert first.kid not in session.scalars(select(SigningKey.kid)).all()


def told(cast: Cast, **more: Any) -> ClientIn:
    given = {"name": "Nieuw", "institution_id": cast.corporation_id, "scopes": ["referrals:read"]}
    return ClientIn.model_validate(given | {"keys": public(key_of("one"))} | more)
