"""The token endpoint and the tokens of machines: every line of the Dutch profile's list, and each refusal of it."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from http_sfv.list import List
from httpx2 import Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlmodel import col, select

from api.limits import Counter
from bsa import clock
from bsa.clients.actions import change_client, revoke_client, rotate_keys, rotate_signing_key
from bsa.clients.models import Client, SigningKey, UsedAssertion
from bsa.clients.shapes import ClientChange, KeysIn
from bsa.database import Database
from bsa.errors import NotFound
from bsa.people.actions import issue_token, sign_in
from bsa.people.models import Account
from bsa.people.passwords import hash_password
from bsa.people.queries import actor_by_name, actor_by_token
from bsa.people.shapes import SignInIn
from bsa.permissions import Purpose, Scope
from bsa.sealing import open_rows

from tests.at_once import at_once
from tests.cast import NOW, PASSWORD, Cast
from tests.doors import pages_on
from tests.machines import a_machine, claims_for, form, key_of, public, signed, token_of

ENDPOINT = "http://127.0.0.1:8000/oauth/token"
AUDIENCE = "http://127.0.0.1:8000/api/v1"
ISSUER = "http://127.0.0.1:8000"
MINE = key_of("one")
ANOTHER = key_of("another")
RSA = key_of("rsa", "RSA", 2048)


@pytest.fixture
def door(database: Database, standing_clock: None) -> TestClient:
    """Open the whole application, as a machine comes to it that asked for nothing lately."""
    pages = pages_on(database)
    oauth = next(route.app for route in pages.routes if getattr(route, "path", "") == "/oauth")  # type: ignore[attr-defined]
    oauth.state.counter = Counter()
    return TestClient(pages)


@pytest.fixture
def machine(database: Database, cast: Cast, standing_clock: None) -> Client:
    """Register a machine with two keys and two scopes."""
    with database.writing() as session:
        keys = public(MINE, RSA)
        return a_machine(session, cast, [Scope.REFERRALS_READ, Scope.LEDGER_READ], keys=keys)


def ask(door: TestClient, assertion: str, **more: str) -> Response:
    return door.post("/oauth/token", data=form(assertion, **more))


def test_a_machine_that_signs_well_gets_a_token_that_opens_the_api(
    door: TestClient, machine: Client, database: Database
) -> None:
    answer = ask(door, signed(MINE, claims_for(machine.id, ENDPOINT)))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 600, "referrals:read ledger:read")
    heard = door.get("/api/v1/institutions", headers={"Authorization": f"Bearer {told['access_token']}"})
    assert [item["name"] for item in heard.json()["items"]] == ["De Veenhoek"]
    with database.reading() as session:
        assert session.get_one(Client, machine.id).last_seen_at == NOW
        assert session.get_one(Client, machine.id).version == machine.version


@pytest.mark.parametrize(
    ("key", "header"), [(MINE, {}), (RSA, {}), (RSA, {"alg": "PS256"})], ids=["ES256", "RS256", "PS256"]
)
def test_each_algorithm_of_the_profile_is_taken(
    door: TestClient, machine: Client, key: dict[str, Any], header: dict[str, str]
) -> None:
    assert ask(door, signed(key, claims_for(machine.id, ENDPOINT), **header)).status_code == 200


def test_a_token_says_what_the_profile_asks_for(door: TestClient, machine: Client) -> None:
    token = ask(door, signed(MINE, claims_for(machine.id, ENDPOINT)), scope="ledger:read").json()["access_token"]
    proved = jwt.decode(token, KeySet.import_key_set(door.get("/oauth/jwks.json").json()), algorithms=["RS256"])

    assert proved.header["typ"] == "at+jwt"
    assert proved.header["kid"]
    second = int(NOW.timestamp())
    assert {name: value for name, value in proved.claims.items() if name != "jti"} == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(machine.id),
        "azp": str(machine.id),
        "client_id": str(machine.id),
        "iat": second,
        "exp": second + 600,
        "scope": "ledger:read",
    }
    assert len(proved.claims["jti"]) >= 22


# --- the assertion ----------------------------------------------------------------------------------------------------

SECOND = int(NOW.timestamp())
CLAIMS: dict[str, dict[str, Any]] = {
    "no iss": {"iss": None},
    "another sub": {"sub": "01990000-0000-7000-8000-000000000000"},
    "no sub": {"sub": None},
    "no aud": {"aud": None},
    "another aud": {"aud": "http://127.0.0.1:8000/oauth/token/"},
    "the issuer as aud": {"aud": ISSUER},
    "expired": {"exp": SECOND - 31},
    "no exp": {"exp": None},
    "exp as text": {"exp": str(SECOND + 60)},
    "exp as truth": {"exp": True},
    "exp without an end": {"exp": float("inf")},
    "exp too far ahead": {"exp": SECOND + 400},
    "no iat": {"iat": None},
    "iat in the future": {"iat": SECOND + 60},
    "not yet": {"nbf": SECOND + 60},
    "no jti": {"jti": None},
    "a short jti": {"jti": "a" * 21},
}


@pytest.mark.parametrize("wrong", CLAIMS.values(), ids=CLAIMS.keys())
def test_an_assertion_with_a_wrong_claim_is_refused(door: TestClient, machine: Client, wrong: dict[str, Any]) -> None:
    refused(ask(door, signed(MINE, claims_for(machine.id, ENDPOINT, **wrong))), "invalid_client", 401)


def test_the_endpoint_may_be_one_of_several_audiences(door: TestClient, machine: Client) -> None:
    told = claims_for(machine.id, ENDPOINT, aud=["https://elsewhere.example", ENDPOINT])
    assert ask(door, signed(MINE, told)).status_code == 200


def test_an_assertion_counts_once(door: TestClient, machine: Client, database: Database) -> None:
    assertion = signed(MINE, claims_for(machine.id, ENDPOINT))
    assert ask(door, assertion).status_code == 200

    refused(ask(door, assertion), "invalid_client", 401)
    again = signed(MINE, claims_for(machine.id, ENDPOINT, jti="a" * 22))
    assert [ask(door, one).status_code for one in (again, again)] == [200, 401]
    with database.reading() as session:
        assert len(session.scalars(select(UsedAssertion)).all()) == 2


@pytest.mark.on_every_database
def test_of_one_assertion_that_many_send_at_once_comes_one_token(
    door: TestClient, machine: Client, database: Database
) -> None:
    assertion, answers = signed(MINE, claims_for(machine.id, ENDPOINT)), list[Response]()
    assert at_once(*[lambda: answers.append(ask(door, assertion))] * 20) == [None] * 20

    given = [answer for answer in answers if answer.status_code == 200]
    assert len(given) == 1
    for answer in answers:
        if answer is not given[0]:
            refused(answer, "invalid_client", 401)
    assert reach(door, given[0].json()["access_token"]) == 200
    with database.reading() as session:
        assert len(session.scalars(select(UsedAssertion)).all()) == 1


def part(told: dict[str, Any] | bytes) -> str:
    """Return one part of a token that is put together by hand."""
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hmac_with_the_public_key(claims: dict[str, Any]) -> str:
    """Sign with the public key as the secret: the old trick with a library that lets the token choose."""
    pem = RSAKey.import_key(public(RSA)["keys"][0]).as_pem(private=False)
    text = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(claims)}"
    return f"{text}.{part(hmac.new(pem, text.encode(), 'sha256').digest())}"


def unsigned(claims: dict[str, Any]) -> str:
    return signed(MINE, claims).rsplit(".", 1)[0] + "."


def with_none(claims: dict[str, Any]) -> str:
    return f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims)}."


SIGNATURES: dict[str, Callable[[dict[str, Any]], str]] = {
    "by another": lambda claims: signed(ANOTHER, claims, kid="one"),
    "by another who brings the key": lambda claims: signed(ANOTHER, claims, kid="one", jwk=public(ANOTHER)["keys"][0]),
    "by another who says where the key is": lambda claims: signed(
        ANOTHER, claims, kid="one", jku="https://evil.example/jwks.json", x5u="https://evil.example/cert.pem"
    ),
    "with an unknown kid": lambda claims: signed(MINE, claims, kid="unknown"),
    "without a kid, of two keys": lambda claims: signed(MINE, claims, kid=None),
    "with none": with_none,
    "without a signature": unsigned,
    "by the public key as a secret": hmac_with_the_public_key,
    "with an algorithm that is not taken": lambda claims: signed(key_of("big", "EC", "P-384"), claims, alg="ES384"),
    "with a critical header": lambda claims: signed(MINE, claims, crit=["b64"], b64=True),
    "as no token at all": lambda claims: "x.y.z",
    "with a payload that is a list": lambda claims: "W10.W10.W10",
    "much too large": lambda claims: signed(MINE, {**claims, "more": "x" * 12_000}),
}


@pytest.mark.parametrize("sign", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_an_assertion_that_is_signed_otherwise_is_refused(
    door: TestClient, machine: Client, sign: Callable[[dict[str, Any]], str]
) -> None:
    refused(ask(door, sign(claims_for(machine.id, ENDPOINT))), "invalid_client", 401)


def test_a_machine_that_is_not_known_looks_like_one_that_signs_wrong(
    door: TestClient, machine: Client, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        gone = a_machine(session, cast, name="Weg", key=ANOTHER)
        revoke_client(session, cast.admin, gone.id, gone.version)
    unknown = claims_for("01990000-0000-7000-8000-000000000000", ENDPOINT)
    answers = [
        ask(door, signed(MINE, unknown)),
        ask(door, signed(RSA, unknown)),
        ask(door, signed(ANOTHER, claims_for(machine.id, ENDPOINT), kid="one")),
        ask(door, signed(ANOTHER, claims_for(gone.id, ENDPOINT))),
        ask(door, signed(MINE, claims_for("no-key", ENDPOINT))),
        ask(door, signed(MINE, claims_for(str(machine.id).upper(), ENDPOINT))),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}


FORMS: dict[str, tuple[dict[str, Any], str, int]] = {
    "no grant": ({"grant_type": ""}, "invalid_request", 400),
    "another grant": ({"grant_type": "password"}, "unsupported_grant_type", 400),
    "a code": ({"grant_type": "authorization_code"}, "unsupported_grant_type", 400),
    "another grant, and no assertion": (
        {"grant_type": "password", "client_assertion": "", "client_assertion_type": ""},
        "unsupported_grant_type",
        400,
    ),
    "another kind of assertion": ({"client_assertion_type": "urn:x"}, "invalid_client", 401),
    "no assertion": ({"client_assertion": ""}, "invalid_client", 401),
    "a secret beside it": ({"client_secret": "x"}, "invalid_client", 401),
    "the id of another": ({"client_id": "other"}, "invalid_client", 401),
    "an unknown scope": ({"scope": "residents:read"}, "invalid_scope", 400),
    "a scope that is not registered": ({"scope": "ledger:read referrals:write"}, "invalid_scope", 400),
    "two grants": ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request", 400),
}


@pytest.mark.parametrize(("more", "code", "status"), FORMS.values(), ids=FORMS.keys())
def test_a_form_that_is_not_right_is_refused(
    door: TestClient, machine: Client, more: dict[str, Any], code: str, status: int
) -> None:
    sent = form(signed(MINE, claims_for(machine.id, ENDPOINT))) | more
    refused(door.post("/oauth/token", data=sent), code, status)


def test_a_request_in_another_way_is_refused(door: TestClient, machine: Client) -> None:
    sent = form(signed(MINE, claims_for(machine.id, ENDPOINT)))
    refused(door.post("/oauth/token", json=sent), "invalid_request", 400)
    refused(door.post("/oauth/token", params=sent), "invalid_request", 400)
    refused(door.post("/oauth/token", content=b"\xff=%", headers=A_FORM), "invalid_request", 400)
    assert door.get("/oauth/token").status_code == 405
    assert door.post("/oauth/token", data=sent | {"more": "x" * 40_000}).status_code == 413


A_FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_what_is_left_is_told_and_who_asks_too_often_waits(door: TestClient, machine: Client) -> None:
    given = ask(door, signed(MINE, claims_for(machine.id, ENDPOINT)))
    answers = [door.post("/oauth/token", data={}) for _ in range(60)]

    assert [answer.status_code for answer in (given, *answers)] == [200] + [400] * 59 + [429]
    for number, answer in enumerate((given, *answers)):
        policy, left = List(), List()
        policy.parse(answer.headers["ratelimit-policy"].encode())
        left.parse(answer.headers["ratelimit"].encode())
        assert (policy[0].value, dict(policy[0].params)) == ("tokens", {"q": 60, "w": 60})
        assert (left[0].value, left[0].params["r"]) == ("tokens", max(59 - number, 0))
        assert 0 < left[0].params["t"] <= 60
    refused(answers[-1], "slow_down", 429)
    assert int(answers[-1].headers["retry-after"]) > 0
    # Nor does a good assertion open what is closed for a while; it is not used up by that.
    assertion = signed(MINE, claims_for(machine.id, ENDPOINT))
    refused(ask(door, assertion), "slow_down", 429)
    elsewhere = TestClient(door.app, client=("192.0.2.7", 1))
    assert ask(elsewhere, assertion).status_code == 200


def refused(answer: Response, code: str, status: int) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error_description"].isascii()


# --- keys that change -------------------------------------------------------------------------------------------------


def test_after_a_rotation_old_and_new_keys_count_until_the_overlap_is_over(
    door: TestClient, machine: Client, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        rotate_keys(session, cast.admin, machine.id, None, KeysIn(keys=public(ANOTHER), overlap_hours=2))
    assert [ask(door, signed(key, claims_for(machine.id, ENDPOINT))).status_code for key in (MINE, ANOTHER)] == [
        200,
        200,
    ]

    with clock.standing_at(NOW + timedelta(hours=2, seconds=1)):
        assert [ask(door, signed(key, claims_for(machine.id, ENDPOINT))).status_code for key in (MINE, ANOTHER)] == [
            401,
            200,
        ]


def test_our_own_key_rotates_and_tokens_of_before_count_until_they_are_over(
    door: TestClient, machine: Client, database: Database
) -> None:
    with database.writing() as session:
        before = token_of(session, machine)
        rotate_signing_key(session)
        after = token_of(session, machine)
    assert [reach(door, token) for token in (before, after)] == [200, 200]
    assert len(door.get("/oauth/jwks.json").json()["keys"]) == 2

    with database.writing() as session:
        rotate_signing_key(session, at_once=True)
        assert [
            key.private for key in session.scalars(select(SigningKey).where(col(SigningKey.retires_at) > NOW))
        ] == []
    assert [reach(door, token) for token in (before, after)] == [401, 401]
    shown = door.get("/oauth/jwks.json")
    assert len(shown.json()["keys"]) == 1
    assert set(shown.json()["keys"][0]) == {"kty", "n", "e", "kid", "alg", "use"}


def reach(door: TestClient, token: str) -> int:
    return door.get("/api/v1/institutions", headers={"Authorization": f"Bearer {token}"}).status_code


# --- the token at the API ---------------------------------------------------------------------------------------------


@pytest.fixture
def genuine(machine: Client, database: Database) -> dict[str, Any]:
    """Return the private key of this installation, as somebody would have it who stole it."""
    with database.reading() as session:
        stolen = session.scalars(select(SigningKey)).one()
        open_rows(session, [stolen])
        found: dict[str, Any] = json.loads(stolen.private or "")
        return found


def a_token(key: dict[str, Any], machine: Client, header: dict[str, Any], claims: dict[str, Any]) -> str:
    told = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "azp": str(machine.id),
        "sub": str(machine.id),
        "iat": SECOND,
        "exp": SECOND + 600,
        "jti": "a" * 22,
        "scope": "ledger:read",
    }
    return signed(key, told | claims, **({"typ": "at+jwt", "kid": key["kid"]} | header))


TOKENS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another issuer": ({}, {"iss": "https://elsewhere.example"}),
    "no issuer": ({}, {"iss": None}),
    "for another": ({}, {"aud": "https://elsewhere.example/api/v1"}),
    "for nobody": ({}, {"aud": None}),
    "for the token endpoint": ({}, {"aud": ENDPOINT}),
    "expired": ({}, {"exp": SECOND - 31}),
    "without an end": ({}, {"exp": None}),
    "not yet": ({}, {"nbf": SECOND + 60}),
    "of nobody": ({}, {"azp": None}),
    "of an unknown machine": ({}, {"azp": "01990000-0000-7000-8000-000000000000"}),
    "of no key": ({}, {"azp": "nobody"}),
    "an assertion": ({"typ": "JWT"}, {}),
    "an unknown kid": ({"kid": "unknown"}, {}),
    "no kid": ({"kid": None}, {}),
    "another algorithm than the key's": ({"alg": "PS256"}, {}),
}


def test_a_token_that_is_right_is_taken(door: TestClient, machine: Client, genuine: dict[str, Any]) -> None:
    assert reach(door, a_token(genuine, machine, {}, {})) == 200
    assert reach(door, a_token(genuine, machine, {"typ": "application/at+jwt"}, {"aud": [ENDPOINT, AUDIENCE]})) == 200


@pytest.mark.parametrize(("header", "claims"), TOKENS.values(), ids=TOKENS.keys())
def test_a_token_that_is_wrong_is_refused(
    door: TestClient, machine: Client, genuine: dict[str, Any], header: dict[str, Any], claims: dict[str, Any]
) -> None:
    not_taken(door, a_token(genuine, machine, header, claims))


def test_a_token_that_is_signed_otherwise_is_refused(
    door: TestClient, machine: Client, genuine: dict[str, Any]
) -> None:
    kid, right = genuine["kid"], a_token(genuine, machine, {}, {})
    head, body, signature = right.split(".")
    pem = RSAKey.import_key(public(genuine)["keys"][0]).as_pem(private=False)
    own = f"{part({'alg': 'HS256', 'kid': kid, 'typ': 'at+jwt'})}.{body}"
    for wrong in (
        a_token(RSA, machine, {"kid": kid}, {}),
        a_token(RSA, machine, {"kid": kid, "jwk": public(RSA)["keys"][0]}, {}),
        a_token(RSA, machine, {"kid": kid, "jku": "https://evil.example/jwks.json"}, {}),
        # The client's own key is for assertions, never for tokens.
        a_token(MINE, machine, {"kid": "one"}, {}),
        f"{part({'alg': 'none', 'kid': kid, 'typ': 'at+jwt'})}.{body}.",
        f"{own}.{part(hmac.new(pem, own.encode(), 'sha256').digest())}",
        f"{head}.{part({'iss': ISSUER})}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}.",
        "..",
        "a.b.c",
    ):
        not_taken(door, wrong)


def test_a_token_counts_in_the_one_header_only(door: TestClient, machine: Client, database: Database) -> None:
    with database.reading() as session:
        token = token_of(session, machine)
    assert door.get("/api/v1/institutions", params={"access_token": token}).status_code in (400, 401)
    assert door.post("/api/v1/asks", data={"access_token": token}).status_code in (401, 415)
    assert door.get("/api/v1/institutions", headers={"Authorization": f"Basic {token}"}).status_code == 401
    assert door.get("/api/v1/institutions", headers={"Cookie": f"bsa={token}"}).status_code == 401
    twice = [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer x")]
    assert door.get("/api/v1/institutions", headers=twice).status_code == 401


def test_what_is_taken_away_counts_at_once(door: TestClient, machine: Client, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        token = token_of(session, machine)
        change_client(session, cast.admin, machine.id, None, ClientChange(scopes=[Scope.REFERRALS_READ]))
    answer = door.get("/api/v1/institutions", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (
        403,
        'Bearer error="insufficient_scope", scope="ledger:read"',
    )

    with database.writing() as session:
        revoke_client(session, cast.admin, machine.id, None)
    not_taken(door, token)


def test_a_machine_does_not_sign_in_and_has_no_other_token(machine: Client, database: Database) -> None:
    with database.writing() as session:
        account = session.get_one(Account, machine.account_id)
        account.password_hash = hash_password(PASSWORD)
        session.flush()
        asked = SignInIn.model_validate({"name": account.name, "password": PASSWORD})
        assert sign_in(session, asked, "127.0.0.1") is None
        assert actor_by_token(session, issue_token(session, account, Purpose.REFERRAL)) is None
        with pytest.raises(NotFound):
            actor_by_name(session, account.name, Purpose.REFERRAL)


def not_taken(door: TestClient, token: str) -> None:
    answer = door.get("/api/v1/institutions", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.headers["content-type"].startswith("application/problem+json")


# --- what is told of it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
def test_a_machine_finds_where_to_ask(door: TestClient, name: str) -> None:
    told = door.get(f"/.well-known/{name}").json()

    assert (told["issuer"], told["token_endpoint"]) == (ISSUER, ENDPOINT)
    assert door.get(told["jwks_uri"].removeprefix(ISSUER)).status_code == 200
    assert told["grant_types_supported"] == ["client_credentials"]
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert told["scopes_supported"] == [scope.value for scope in Scope]


def test_the_api_tells_who_issues_its_tokens(door: TestClient) -> None:
    told = door.get("/.well-known/oauth-protected-resource/api/v1").json()
    assert (told["resource"], told["authorization_servers"]) == (AUDIENCE, [ISSUER])


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_a_moment_beyond_all_numbers_is_refused_in_words(door: TestClient, machine: Client, claim: str) -> None:
    endless = {claim: 10**400}
    asked = ask(door, signed(MINE, claims_for(machine.id, ENDPOINT, **endless)))
    token = signed(MINE, claims_for(machine.id, AUDIENCE, **{"iss": ISSUER, **endless}))
    called = door.get("/api/v1/referrals", headers={"Authorization": f"Bearer {token}"})

    assert (asked.status_code, asked.json()["error"]) == (401, "invalid_client")
    assert called.status_code == 401


def test_one_household_of_addresses_asks_as_one(database: Database) -> None:
    pages = pages_on(database)
    left = {
        TestClient(pages, client=(f"2001:db8::{number:x}", 1)).post("/oauth/token", data={}).status_code
        for number in range(1, 62)
    }

    assert left == {400, 429}
