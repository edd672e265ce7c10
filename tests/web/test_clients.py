"""The pages about systems of partners: registering one, other keys, and shutting one out."""

import json

from sqlmodel import select

from bsa.clients.models import Client
from bsa.database import Database
from bsa.permissions import Scope

from tests.cast import Cast
from tests.machines import a_machine, key_of, public
from tests.web.conftest import Browse

KEYS = json.dumps(public(key_of("one")))


def a_form(cast: Cast, **fields: object) -> dict[str, object]:
    told = {"name": "Praktijksysteem", "institution_id": str(cast.corporation_id), "scopes": ["referrals:read"]}
    return told | {"keys": KEYS} | fields


def test_an_administrator_registers_a_system_and_reads_what_its_supplier_needs(
    browse: Browse, cast: Cast, database: Database
) -> None:
    admin = browse("admin")
    answer = admin.fill_in("/clients", **a_form(cast))

    assert answer.status_code == 303
    with database.reading() as session:
        client = session.scalars(select(Client)).one()
    page = admin.get(answer.headers["location"]).text
    assert "http://127.0.0.1:8000/oauth/token" in page
    assert f'"iss": "{client.id}"' in page.replace("&#34;", '"')
    assert "read the referrals of its institution" in page
    assert "Praktijksysteem" in admin.get("/clients").text


def test_a_private_key_is_refused_beside_the_field_and_what_was_typed_stays(browse: Browse, cast: Cast) -> None:
    short = public(key_of("short", "RSA", 1024))["keys"][0]
    answer = browse("admin").fill_in("/clients", **a_form(cast, keys=json.dumps({"keys": [key_of("one"), short]})))

    assert answer.status_code == 400
    assert "Key 1 is a private or secret key." in answer.text
    assert "Key 2 is RSA of 1024 bits." in answer.text
    assert 'value="Praktijksysteem"' in answer.text
    assert key_of("one")["d"] not in answer.text
    kept = browse("admin").fill_in("/clients", **a_form(cast, name="", keys=KEYS))
    assert "kty" in kept.text


def test_what_is_no_jwks_and_no_keys_at_all_are_refused(browse: Browse, cast: Cast) -> None:
    admin = browse("admin")
    assert "This is no JWKS" in admin.fill_in("/clients", **a_form(cast, keys="{")).text
    assert "This is no JWKS" in admin.fill_in("/clients", **a_form(cast, keys="[1]")).text
    assert "one of the two" in admin.fill_in("/clients", **a_form(cast, keys="")).text
    both = a_form(cast, keys_url="https://partner.example/jwks.json")
    assert "one of the two" in admin.fill_in("/clients", **both).text


def test_scopes_keys_and_the_end_are_changed_from_the_page(browse: Browse, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        key = a_machine(session, cast, [Scope.REFERRALS_READ]).id
    admin = browse("admin")

    def version() -> int:
        return admin.version(Client, key)

    changed = admin.fill_in(f"/clients/{key}/edit", name="Nieuw", scopes=["ledger:read"], version=version())
    rotated = admin.fill_in(
        f"/clients/{key}/keys", keys=json.dumps(public(key_of("another"))), overlap_hours="2", version=version()
    )
    stale = admin.fill_in(f"/clients/{key}/ending", version=0)
    ended = admin.fill_in(f"/clients/{key}/ending", version=version())

    assert [answer.status_code for answer in (changed, rotated, stale, ended)] == [303, 303, 412, 303]
    with database.reading() as session:
        client = session.get_one(Client, key)
    assert (client.name, client.scopes) == ("Nieuw", ["ledger:read"])
    assert [one["kid"] for one in client.keys] == ["another", "one"]
    assert client.revoked_at is not None
    page = admin.get(f"/clients/{key}").text
    assert "Shut this system out" not in page
    assert admin.get(f"/clients/{key}/edit").status_code == 409


def test_nothing_ticked_is_refused(browse: Browse, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        key = a_machine(session, cast).id
    admin = browse("admin")
    answer = admin.fill_in(f"/clients/{key}/edit", name="Nieuw", version=admin.version(Client, key))
    assert answer.status_code == 400


def test_machines_do_not_stand_among_the_people(browse: Browse, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        machine = a_machine(session, cast, name="Leefplein")
    admin = browse("admin")
    assert "Leefplein" not in admin.get("/accounts").text
    assert admin.get(f"/accounts/{machine.account_id}").status_code == 404
