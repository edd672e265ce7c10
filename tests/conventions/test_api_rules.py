"""How the API answers, for every operation, also for those that are not written yet: HTTP and the rules for Dutch
government APIs to the letter. Where a rule forbids several things alike, each operation is asked one of them in turn.

At the end a fault is planted for each rule that holds for all operations, and the rule must find it. What is made up to
be tried (a small quota, an operation that goes, a proxy that is none) is no such rule and has none.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from itertools import cycle, islice
from typing import Any, get_type_hints

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from http_sfv.item import Item
from http_sfv.list import List
from sqlalchemy import select

from api.answers import AnsweringRoute, deprecated
from api.dependencies import SeenVersion, open_to_all
from api.envelope import FOR_ALL, HEADERS, Envelope
from api.errors import PROBLEMS, QUOTA_EXCEEDED, answer_with_problems
from bsa.database import Database
from bsa.registry import METADATA
from bsa.shapes import Shape
from web.problems import EXPLAINED

from tests.conventions.deeds import DEEDS, WHO, Deed
from tests.conventions.test_rights import routes
from tests.doors import api_on, pages_on
from tests.walked import filled

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

Shared = tuple[Database, dict[str, str], TestClient]

READINGS = [deed for deed in DEEDS if deed.method == "GET"]
WRITINGS = [deed for deed in DEEDS if deed.method != "GET"]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
MAPS = {"/area-shapes"}
"""GeoJSON says itself what it holds."""


def who_may(deed: Deed) -> str:
    return next(who for who in WHO if deed.answer_to(who) < 400 or deed.answer_to(who) in (400, 409))


def ask(client: TestClient, deed: Deed, things: Mapping[str, str], method: str = "", **more: Any) -> Any:
    headers: dict[str, str | None] = {"Authorization": f"Bearer {things[f'{who_may(deed)}_token']}"}
    if deed.version_of:
        headers["If-Match"] = f'"{things[f"{deed.version_of}_version"]}"'
    if deed.body is not None and "content" not in more:
        more.setdefault("json", filled(deed.body, dict(things)))
    query = more.pop("query", "")
    path = str(filled(deed.path, dict(things)))
    if query:
        path += ("&" if "?" in path else "?") + query
    headers |= more.pop("headers", {})
    sent: dict[str, str] = {name: value for name, value in headers.items() if value is not None}
    return client.request(method or deed.method, path, headers=sent, **more)


def missing_in(answer: Any) -> list[str]:
    """Return what is missing of what every answer carries."""
    found = [name for name in [*HEADERS, "RateLimit", "RateLimit-Policy", "traceparent"] if name not in answer.headers]
    found += [f"{name} twice" for name in HEADERS if len(answer.headers.get_list(name)) > 1]
    if "server" in answer.headers:
        found.append("names the server")
    if answer.status_code >= 400:
        found += wrong_with(answer)
    return found


def wrong_with(answer: Any) -> list[str]:
    """Return what is wrong with a problem."""
    if answer.headers["content-type"] != "application/problem+json":
        return ["no problem+json"]
    told = answer.json()
    found = [name for name in ("type", "title", "status", "detail", "instance") if not told.get(name)]
    if told.get("status") != answer.status_code:
        found.append("another status")
    code = str(told.get("type", "")).rpartition("/problems/")[2]
    if code not in PROBLEMS and told.get("type") != QUOTA_EXCEEDED:
        found.append(f"no page explains {told.get('type')}")
    places = [fault.get("location", "/") for fault in told.get("errors", []) if fault["in"] == "body"]
    return found + ["no JSON pointer" for place in places if not place.startswith("/")]


def by_path(database: Database) -> dict[str, set[str]]:
    """Return what is offered at each path, read off the routes."""
    offered: dict[str, set[str]] = {}
    for method, path in routes(database):
        offered.setdefault(path, set()).add(method)
    return offered


def faults(answers: Iterator[tuple[str, list[str]]]) -> dict[str, list[str]]:
    """Return the first few answers in which something was found."""
    return dict(islice(((name, found) for name, found in answers if found), 5))


def test_every_answer_carries_all_headers_and_every_refusal_is_a_problem(shared_walked: Shared) -> None:
    _, things, client = shared_walked

    def answers() -> Iterator[tuple[str, list[str]]]:
        for deed in READINGS:
            yield f"200 {deed.path}", missing_in(ask(client, deed, things))
        for number, deed in enumerate(DEEDS):
            path = str(filled(deed.path, things))
            if number % 2 and not deed.open:
                yield f"401 {deed.method} {path}", missing_in(client.request(deed.method, path))
            else:
                broken = client.request(deed.method, path, headers={"Authorization": "Bearer x"}, content=b"{")
                yield f"4xx {deed.method} {path}", missing_in(broken)

    assert len(READINGS) > 100
    assert faults(answers()) == {}


def test_a_head_is_a_get_without_its_body(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    own = ("traceparent", "ratelimit")
    for deed in READINGS:
        got, head = ask(client, deed, things), ask(client, deed, things, "HEAD")
        assert (head.status_code, head.content) == (got.status_code, b""), deed
        assert {name: value for name, value in head.headers.items() if name not in own} == {
            name: value for name, value in got.headers.items() if name not in own
        }, deed


def test_what_is_offered_at_a_path_is_named_whole_and_nothing_else_is_done(shared_walked: Shared) -> None:
    database, things, client = shared_walked
    offered = by_path(database)
    assert len(offered) > 200
    for path, methods in offered.items():
        one = path.replace("{}", things["geert"])
        whole = {*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}
        told = client.options(
            one, headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
        )
        assert (told.status_code, told.content) == (204, b""), path
        allow = set(told.headers["allow"].split(", "))
        # A path may also be one of those with a key in them: `/handovers/counts`.
        assert whole <= allow, path
        assert "access-control-allow-origin" not in told.headers, path
        assert missing_in(told) == [], path
        refusing = sorted({*METHODS, "TRACE", "PROPFIND"} - allow)
        for method in (refusing[len(path) % len(refusing)], refusing[-1]):
            refused = client.request(method, one)
            assert refused.status_code == 405, (method, path)
            assert set(refused.headers["allow"].split(", ")) == allow, (method, path)
            if method != "HEAD":
                assert missing_in(refused) == [], (method, path)
    nowhere = client.options("/nowhere")
    assert (nowhere.status_code, missing_in(nowhere)) == (404, [])


def test_a_slash_at_the_end_leads_nowhere(shared_walked: Shared) -> None:
    database, things, client = shared_walked
    for path, method in zip(by_path(database), cycle(("GET", "POST", "OPTIONS")), strict=False):
        answer = client.request(method, path.replace("{}", things["geert"]) + "/", follow_redirects=False)
        assert answer.status_code == 404, path


def test_what_nobody_accepts_is_not_given_and_what_nobody_takes_is_refused(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    unknown = cycle(("text/html", "application/xml;q=1, application/*;q=0, image/*;q=0, */*;q=0"))
    known = cycle(("*/*", "application/json, text/html;q=0.5", "application/*, image/*;q=0.2"))
    kinds = cycle((None, "text/plain", "application/x-www-form-urlencoded", "application/xml; charset=utf-8", "packed"))
    for deed, accept in zip(DEEDS, unknown, strict=False):
        refused = ask(client, deed, things, headers={"Accept": accept}, content=b"")
        assert (refused.status_code, missing_in(refused)) == (406, []), (deed, accept)
    for deed, accept in zip(READINGS, known, strict=False):
        if deed.path.endswith("/content"):
            assert ask(client, deed, things, headers={"Accept": "image/*"}).status_code == 200
            assert ask(client, deed, things, headers={"Accept": "application/json"}).status_code == 406
            continue
        assert ask(client, deed, things, headers={"Accept": accept}).status_code == 200, (deed, accept)
    for deed, kind in zip(WRITINGS, kinds, strict=False):
        packed = kind == "packed"
        headers = {"Content-Encoding": "gzip"} if packed else {"Content-Type": kind}
        refused = ask(client, deed, things, headers=headers, content=b"{}")
        assert (refused.status_code, missing_in(refused)) == (415, []), (deed, kind)
        wanted = "accept-encoding" if packed else "accept-patch" if deed.method == "PATCH" else "accept"
        assert refused.headers[wanted], deed
        if deed.method == "PATCH":
            merged = ask(
                client,
                deed,
                things,
                headers={"Content-Type": "application/merge-patch+json"},
                content=b'{"isAdmin": 1}',
            )
            assert merged.status_code == 400, deed


def test_a_query_is_held_against_what_is_known_and_all_that_is_wrong_is_named_at_once(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    lists = 0
    for deed in DEEDS:
        if deed.file:
            continue
        answer = ask(client, deed, things, query="nope=1&isAdmin=%00")
        assert (answer.status_code, missing_in(answer)) == (400, []), deed
        wrong = {(fault["in"], fault.get("location")) for fault in answer.json()["errors"]}
        assert {("query", "nope"), ("query", "isAdmin")} <= wrong, deed
        many = ask(client, deed, things, query="limit=many")
        if deed.method == "GET" and {"code": "int_format", "in": "query"} in [
            {"code": fault["code"], "in": fault["in"]} for fault in many.json().get("errors", [])
        ]:
            lists += 1
            for query in (
                "limit=1&limit=2",
                "limit=",
                "limit=1.0",
                "limit=99999999999999999999",
                "cursor=%00",
                "limit=0",
            ):
                refused = ask(client, deed, things, query=query)
                assert (refused.status_code, missing_in(refused)) == (400, []), (deed, query)
            both = ask(client, deed, things, query="limit=201&nope=1").json()["errors"]
            assert {fault["location"] for fault in both} >= {"limit", "nope"}, deed
    assert lists > 40


def mutations(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Return one thing after another in the place of what JSON means otherwise, with its pointer."""
    if isinstance(value, bool):
        yield from ((place, other) for other in (1, "true"))
    elif isinstance(value, int):
        yield from ((place, other) for other in (str(value), True))
    elif isinstance(value, str) and DAY.fullmatch(value):
        yield from ((place, other) for other in (0, "0", f"{value}T00:00:00", f"{value}T00:00:00Z", 20260324))
    elif isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}T", value):
        wrong = (0, "0", value[:10], value[:19], value.replace("T", " "), value.lower(), value[:19] + "-00:00")
        yield from ((place, other) for other in wrong)
    elif isinstance(value, str):
        yield place, 7
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from mutations(inner, f"{place}/{name}")
    elif isinstance(value, list) and value:
        yield from mutations(value[0], f"{place}/0")


def put(value: Any, place: str, other: Any) -> Any:
    """Return a value with another thing at a pointer."""
    first, _, rest = place.removeprefix("/").partition("/")
    if isinstance(value, list):
        return [put(value[0], f"/{rest}" if rest else "", other) if rest else other, *value[1:]]
    return {**value, first: put(value[first], f"/{rest}", other) if rest else other}


def test_a_body_is_read_as_json_means_it(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    tried = 0
    for deed in WRITINGS:
        if not isinstance(deed.body, dict) or deed.path in MAPS:
            continue
        body = filled(deed.body, things)
        for place, other in mutations(body):
            tried += 1
            answer = ask(client, deed, things, json=put(body, place, other))
            assert (answer.status_code, missing_in(answer)) == (400, []), (deed, place, other)
            named = [fault.get("location", "") for fault in answer.json()["errors"]]
            # What Pydantic takes for a day in 1970 may break a rule between two fields before it is found to be none.
            assert other == "0" or any(place.startswith(one) or one.startswith(place) for one in named), (
                deed,
                place,
                other,
                named,
            )
        first = next(iter(body), "")
        if first:
            for name in (re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", first), f"{first}/~x"):
                if name != first:
                    answer = ask(client, deed, things, json={**body, name: body[first]})
                    assert answer.status_code == 400, (deed, name)
                    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
                    assert pointer in [fault.get("location") for fault in answer.json()["errors"]], deed
        nul = json.dumps({**body, "x": "\0"}).encode()
        answer = ask(client, deed, things, content=nul, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, deed
    assert tried > 300


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[1]",
        b'"x"',
        b"1",
        b"nul",
        b"\xff\xfe",
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b"9" * 5000,
        b'{"a": NaN}',
        b" ",
    ],
)
def test_what_is_no_object_of_json_is_refused(shared_walked: Shared, content: bytes) -> None:
    _, things, client = shared_walked
    for deed in (one for one in WRITINGS if one.path in ("/residents", "/themes", "/commitments")):
        answer = ask(client, deed, things, content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, missing_in(answer)) == (400, []), deed


def test_moments_go_out_in_utc(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    found = 0
    for deed in READINGS:
        answer = ask(client, deed, things)
        if answer.headers["content-type"] != "application/json":
            continue
        for moment in re.findall(r'"(\d{4}-\d{2}-\d{2}T[^"]*)"', answer.text):
            found += 1
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", moment), deed
    assert found > 50


def test_one_thing_has_a_strong_etag_and_is_not_sent_again_to_who_has_it(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    single, told = 0, cycle(("{}", '"x", W/{}', "*"))
    for deed in READINGS:
        got = ask(client, deed, things)
        if 'rel="first"' in got.headers.get("link", "") or got.headers["content-type"] != "application/json":
            continue
        single += 1
        tag = got.headers["etag"]
        assert re.fullmatch(r'"(\d+\.)?[0-9a-f]{16}"', tag), deed
        known = next(told).format(tag)
        same = ask(client, deed, things, headers={"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag), (deed, known)
        assert missing_in(same) == [], deed
        if single % 10 == 0:
            assert ask(client, deed, things, headers={"If-None-Match": '"0.0"'}).status_code == 200, deed
        if (version := got.json().get("version")) is not None and "preview" not in deed.path:
            assert tag.startswith(f'"{version}.'), deed
    assert single > 60


def test_a_change_is_based_on_a_version(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    versioned = [deed for deed in WRITINGS if deed.version_of and " 2" in " " + deed.answers]
    assert len(versioned) > 60
    others = cycle((('W/"{}"', 412), ('"nobody", W/"x"', 412), ("{}", 400), ('"{}', 400)))
    for deed in versioned:
        wrong, refused = next(others)
        other = (wrong.format(things[f"{deed.version_of}_version"]), refused)
        for tag, status in ((None, 428), ('"0.0123456789abcdef"', 412), other):
            answer = ask(client, deed, things, headers={"If-Match": tag})
            assert (answer.status_code, missing_in(answer)) == (status, []), (deed, tag)


LINK = "only tells that two belong together, or no longer: there is nothing in it to overwrite"
STRUCK = "is struck once, and nothing else ever changes it"
MINE = "is the caller's own, and sent whole"
WITHOUT_A_VERSION = {
    ("DELETE", "/residents/{}/workers/{}"): LINK,
    ("DELETE", "/residents/{}/consents/{}"): STRUCK,
    ("DELETE", "/themes/{}/needs/{}"): LINK,
    ("PUT", "/introductions/{}/answers/{}"): "is the answer of one resident, and another one's does not touch it",
    ("DELETE", "/initiatives/{}/participants/{}"): LINK,
    ("PUT", "/initiatives/{}/aims/{}/attainment"): "is written once: a second time is refused",
    ("DELETE", "/initiatives/{}/themes/{}"): LINK,
    (
        "DELETE",
        "/initiatives/{}/page/publication",
    ): "takes away what all may read, and keeps its texts, whoever changed them",
    ("DELETE", "/aims/{}/scores/{}"): STRUCK,
    ("DELETE", "/groups/{}/members/{}"): LINK,
    ("DELETE", "/evidence/{}"): STRUCK,
    ("DELETE", "/forums/{}/members/{}"): LINK,
    ("DELETE", "/tracks/{}/events/{}"): STRUCK,
    ("DELETE", "/own-shares/{}"): STRUCK,
    ("DELETE", "/learning-steps/{}"): STRUCK,
    ("PUT", "/own-account/password"): MINE,
    ("DELETE", "/calendar-address"): MINE,
    ("PUT", "/reminders/{}/hush"): MINE,
    ("DELETE", "/reminders/{}/hush"): MINE,
    ("PUT", "/reminders/mail"): MINE,
    ("DELETE", "/reminders/mail"): MINE,
    ("PUT", "/closings/{}/explanations/{}"): "is one text, sent whole, which publishing shows before it binds",
    ("DELETE", "/closings/{}/stories/{}"): "is taken back once, before anything is published",
    ("PUT", "/statistics-profile"): "is appended: an earlier choice stays as it was",
}
"""What is changed without a version, with the reason; it is in docs/api.md too. A new one needs a reason here."""


def test_what_changes_without_a_version_has_a_reason(shared_walked: Shared) -> None:
    database, _, _ = shared_walked
    asking = {
        route: SeenVersion in get_type_hints(operation, include_extras=True).values()
        for route, operation in routes(database).items()
        if route[0] in ("PUT", "PATCH", "DELETE")
    }
    assert len(asking) > 60
    assert {route for route, asked in asking.items() if not asked} == set(WITHOUT_A_VERSION)


def test_whatever_makes_something_takes_a_key_of_the_senders_own(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    making = [
        deed for deed in WRITINGS if deed.method == "POST" and not deed.open and re.search(r"\b201\b", deed.answers)
    ]
    assert len(making) > 60
    for deed in making:
        answer = ask(client, deed, things, headers={"Idempotency-Key": "two words"})
        assert (answer.status_code, missing_in(answer)) == (400, []), deed
        if not deed.file:
            # A form with a file is opened before its key is looked at.
            wrong = {(fault["in"], fault.get("location", "").lower()) for fault in answer.json()["errors"]}
            assert ("header", "idempotency-key") in wrong, deed


def test_no_page_of_another_site_reads_but_what_is_for_all(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    for deed in READINGS:
        answer = ask(client, deed, things, headers={"Origin": "https://elsewhere.example"})
        open_to_any = answer.headers.get("access-control-allow-origin")
        assert open_to_any == ("*" if deed.path.startswith(FOR_ALL) else None), deed


def test_an_unforeseen_error_says_nothing_and_carries_all(
    shared_walked: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, things, client = shared_walked

    def fall(_: Database) -> Any:
        raise RuntimeError("Zonnebloem")

    monkeypatch.setattr(Database, "reading", fall)
    monkeypatch.setattr(Database, "writing", fall)
    for deed in DEEDS:
        if deed.file or deed.path.startswith("/statistics/"):
            # What is published is answered from memory, whatever befalls the database.
            continue
        answer = ask(client, deed, things)
        assert (answer.status_code, missing_in(answer)) == (500, []), deed
        assert "Zonnebloem" not in answer.text
        assert "Traceback" not in answer.text


def test_a_trace_is_kept_and_a_wrong_one_is_not(shared_walked: Shared) -> None:
    database, things, client = shared_walked
    reading = next(deed for deed in READINGS if deed.path == "/residents/{geert}")
    answer = ask(client, reading, things, headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})

    version, trace, span, flags = answer.headers["traceparent"].split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span != "00f067aa0ba902b7"
    lines = METADATA.tables["access_line"]
    with database.engine.connect() as connection:
        assert len(connection.execute(select(lines).where(lines.c.trace_id == TRACE)).all()) == 2
    for wrong in (f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE}", "x"):
        other = ask(client, reading, things, headers={"traceparent": wrong}).headers["traceparent"]
        assert TRACE not in other
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", other)
    refused = client.get("/nowhere", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    assert refused.json()["instance"] == "urn:uuid:4bf92f35-77b3-4da6-a3ce-929d0e0e4736"


def limited_to(database: Database, quota: int) -> TestClient:
    api = api_on(database)
    return TestClient(Envelope(api.build_middleware_stack(), api, quota))


def test_what_is_left_is_told_and_who_asks_too_much_waits(shared_walked: Shared) -> None:
    database, things, _ = shared_walked
    client = limited_to(database, 3)
    token = {"Authorization": f"Bearer {things['activator_token']}"}
    # The first is counted for the address: whose token it is, is not known yet.
    answers = [client.get("/themes", headers=token) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    policy, left = List(), List()
    policy.parse(answers[1].headers["RateLimit-Policy"].encode())
    left.parse(answers[1].headers["RateLimit"].encode())
    assert (policy[0].value, dict(policy[0].params)) == ("caller", {"q": 3, "w": 60})
    assert (left[0].value, left[0].params["r"]) == ("caller", 2)
    assert 0 < left[0].params["t"] <= 60
    refused = answers[-1]
    assert missing_in(refused) == []
    assert (refused.json()["type"], refused.json()["violated-policies"]) == (QUOTA_EXCEEDED, ["caller"])
    told = List()
    told.parse(refused.headers["RateLimit"].encode())
    assert (told[0].params["r"], int(refused.headers["Retry-After"]) >= told[0].params["t"]) == (0, True)
    # Another caller is not the wiser; whoever guesses tokens is counted by the address.
    other = {"Authorization": f"Bearer {things['colleague_token']}"}
    assert [client.get("/themes", headers=other).status_code for _ in range(2)] == [200, 200]
    guesses = [client.get("/themes", headers={"Authorization": f"Bearer {number}"}).status_code for number in range(4)]
    assert guesses == [401, 429, 429, 429]


@pytest.mark.parametrize(
    ("method", "path", "name", "quota"),
    [
        ("POST", "/searches", "searches", 4),
        ("POST", "/referrals", "referrals", 2),
        ("GET", "/scales/{ladder}/definition", "exports", 1),
    ],
)
def test_what_costs_more_is_taken_less_often(
    shared_walked: Shared, method: str, path: str, name: str, quota: int
) -> None:
    database, things, _ = shared_walked
    client = limited_to(database, 20)
    token = {"Authorization": f"Bearer {things['activator_token']}"}
    client.get("/themes", headers=token)
    path = str(filled(path, things))
    answers = [client.request(method, path, headers=token) for _ in range(quota + 1)]

    assert 429 not in [answer.status_code for answer in answers[:-1]]
    refused, told = answers[-1], List()
    assert (refused.status_code, missing_in(refused)) == (429, [])
    assert (refused.json()["type"], refused.json()["violated-policies"]) == (QUOTA_EXCEEDED, [name])
    told.parse(refused.headers["RateLimit"].encode())
    assert [(one.value, one.params["r"]) for one in told] == [("caller", 20 - quota - 1), (name, 0)]
    assert f'"{name}";q={quota};w=60' in refused.headers["RateLimit-Policy"]
    assert int(refused.headers["Retry-After"]) > 0
    assert client.get("/themes", headers=token).status_code == 200


def test_who_says_to_come_from_elsewhere_changes_nothing(shared_walked: Shared) -> None:
    database, things, _ = shared_walked
    client = limited_to(database, 10)
    token = {"Authorization": f"Bearer {things['activator_token']}"}

    def told(number: int) -> dict[str, str]:
        return {
            "Forwarded": f"for=192.0.2.{number};host=elsewhere.example;proto=https",
            "X-Forwarded-For": f"192.0.2.{number}",
            "X-Forwarded-Host": "elsewhere.example",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Prefix": "/elsewhere",
            "X-Real-IP": f"192.0.2.{number}",
            "X-Client-OIN": f"0000000100000000{number:04}",
        }

    plain = client.get("/colleagues?limit=1", headers=token)
    said = client.get("/colleagues?limit=1", headers=token | told(1))
    assert (said.content, said.headers["link"]) == (plain.content, plain.headers["link"])
    body = {"kind": "works", "words": "Het pad ligt open"}
    made = client.post(f"/areas/{things['here']}/logbook-entries", json=body, headers=token | told(2))
    assert made.status_code == 201
    for answer in (said, made):
        assert not {"elsewhere", "https"} & set(re.findall(r"\w+", " ".join(answer.headers.values()))), answer.headers
    assert made.headers["location"].endswith(f"/logbook-entries/{made.json()['id']}")
    # Without a token, whoever names another address each time is counted as one all the same.
    answers = [client.get("/themes", headers=told(number)).status_code for number in range(11)]
    assert (answers[0], answers[-1]) == (401, 429)
    # Nor is anybody let in by a name that a proxy may give.
    assert 200 not in answers


class Old(Shape):
    """What a made-up operation answers."""

    said: str


router = APIRouter(prefix="/old", route_class=AnsweringRoute)


@router.get("")
@deprecated(since=date(2026, 1, 1), sunset=date(2027, 1, 1), instead="https://example.org/api/changes")
@open_to_all
def say_old() -> Old:
    """Say something that will go."""
    return Old(said="old")


def test_what_goes_says_so_and_until_when(shared_walked: Shared) -> None:
    database, _, _ = shared_walked
    app = FastAPI()
    app.state.database = database
    app.include_router(router)
    answer_with_problems(app)
    client = TestClient(Envelope(app.build_middleware_stack(), app, 100))

    for answer in (client.get("/old"), client.get("/old?nope=1")):
        since, until = Item(), parsedate_to_datetime(answer.headers["Sunset"])
        since.parse(answer.headers["Deprecation"].encode())
        assert since.value == datetime(2026, 1, 1)  # noqa: DTZ001 - so that library reads seconds since 1970
        assert until == datetime(2027, 1, 1, tzinfo=UTC)
        assert 'rel="deprecation"' in answer.headers["Link"]
        assert 'rel="sunset"' in answer.headers["Link"]
    assert app.openapi()["paths"]["/old"]["get"]["deprecated"] is True
    with pytest.raises(ValueError, match="for a while"):
        deprecated(since=date(2026, 1, 1), sunset=date(2026, 1, 1), instead="x")


def test_every_kind_of_problem_has_a_page_in_both_languages(shared_walked: Shared) -> None:
    database, _, _ = shared_walked
    assert set(EXPLAINED) == set(PROBLEMS)
    with TestClient(pages_on(database)) as browser:
        listed = browser.get("/problems").text
        for code, problem in EXPLAINED.items():
            assert f"/problems/{code}" in listed
            dutch, english = (browser.get(f"/problems/{code}", params={"lang": lang}) for lang in ("nl", "en"))
            assert (dutch.status_code, english.status_code) == (200, 200)
            assert problem.title in english.text.replace("&#39;", "'")
            assert "Wat er gebeurde" in dutch.text
            assert 'lang="nl"' in dutch.text
        assert browser.get("/problems/nothing").status_code == 404


def test_a_spoiled_answer_is_found(shared_walked: Shared) -> None:
    _, _, client = shared_walked
    for name in (*HEADERS, "RateLimit", "traceparent"):
        answer = client.get("/nowhere")
        del answer.headers[name]
        assert missing_in(answer) == [name]
    for spoiled in (
        {"type": "about:blank", "title": "x", "status": 404, "detail": "x", "instance": "x"},
        {"title": "x", "status": 404, "detail": "x", "instance": "x"},
        {"type": "http://127.0.0.1:8000/problems/stale", "title": "x", "status": 400, "detail": "x", "instance": "x"},
    ):
        answer = client.get("/nowhere")
        answer._content = json.dumps(spoiled).encode()
        assert missing_in(answer) != []


class Spoiled:
    """A client whose answers get a fault before anybody sees them."""

    def __init__(self, client: TestClient, spoil: Callable[[str, str, Any], None]) -> None:
        self._client = client
        self._spoil = spoil

    def request(self, method: str, path: str, **more: Any) -> Any:
        answer = self._client.request(method, path, **more)
        self._spoil(method, path, answer)
        return answer

    def get(self, path: str, **more: Any) -> Any:
        return self.request("GET", path, **more)

    def options(self, path: str, **more: Any) -> Any:
        return self.request("OPTIONS", path, **more)


def instead(status: int, other: int) -> Callable[[str, str, Any], None]:
    def spoil(method: str, path: str, answer: Any) -> None:
        if answer.status_code == status:
            answer.status_code = other

    return spoil


def header(name: str, value: str, of: str = "") -> Callable[[str, str, Any], None]:
    def spoil(method: str, path: str, answer: Any) -> None:
        if of in ("", method):
            answer.headers[name] = value

    return spoil


def in_local_time(method: str, path: str, answer: Any) -> None:
    answer._content = answer.content.replace(b'Z"', b'+01:00"')


FAULTS: dict[str, tuple[Callable[..., None], Callable[[str, str, Any], None]]] = {
    "a server that names itself": (
        test_every_answer_carries_all_headers_and_every_refusal_is_a_problem,
        header("server", "x"),
    ),
    "a refusal that is no problem": (
        test_every_answer_carries_all_headers_and_every_refusal_is_a_problem,
        header("content-type", "application/json"),
    ),
    "another length for HEAD": (test_a_head_is_a_get_without_its_body, header("content-length", "1", "HEAD")),
    "half of what is offered": (
        test_what_is_offered_at_a_path_is_named_whole_and_nothing_else_is_done,
        header("allow", "OPTIONS"),
    ),
    "what is not offered, done": (
        test_what_is_offered_at_a_path_is_named_whole_and_nothing_else_is_done,
        instead(405, 200),
    ),
    "sent on without the slash": (test_a_slash_at_the_end_leads_nowhere, instead(404, 307)),
    "given to who does not accept it": (
        test_what_nobody_accepts_is_not_given_and_what_nobody_takes_is_refused,
        instead(406, 200),
    ),
    "any type taken": (test_what_nobody_accepts_is_not_given_and_what_nobody_takes_is_refused, instead(415, 200)),
    "an unknown key taken": (
        test_a_query_is_held_against_what_is_known_and_all_that_is_wrong_is_named_at_once,
        instead(400, 200),
    ),
    "a text for a number": (test_a_body_is_read_as_json_means_it, instead(400, 201)),
    "local time": (test_moments_go_out_in_utc, in_local_time),
    "a weak tag": (
        test_one_thing_has_a_strong_etag_and_is_not_sent_again_to_who_has_it,
        header("etag", 'W/"1.0123456789abcdef"'),
    ),
    "sent again all the same": (
        test_one_thing_has_a_strong_etag_and_is_not_sent_again_to_who_has_it,
        instead(304, 200),
    ),
    "overwritten without a version": (test_a_change_is_based_on_a_version, instead(428, 200)),
    "overwritten with an old one": (test_a_change_is_based_on_a_version, instead(412, 200)),
    "a key that is none": (test_whatever_makes_something_takes_a_key_of_the_senders_own, instead(400, 201)),
    "read from another site": (
        test_no_page_of_another_site_reads_but_what_is_for_all,
        header("access-control-allow-origin", "*"),
    ),
    "a trace that is lost": (test_a_trace_is_kept_and_a_wrong_one_is_not, header("traceparent", "00-0-0-00")),
}


@pytest.mark.parametrize(("rule", "spoil"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found(
    shared_walked: Shared, rule: Callable[..., None], spoil: Callable[[str, str, Any], None]
) -> None:
    database, things, client = shared_walked
    with pytest.raises(AssertionError):
        rule((database, things, Spoiled(client, spoil)))


def test_a_word_from_inside_in_an_unforeseen_error_is_found(
    shared_walked: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, things, client = shared_walked
    with pytest.raises(AssertionError):
        test_an_unforeseen_error_says_nothing_and_carries_all(
            (database, things, Spoiled(client, instead(500, 200))),  # type: ignore[arg-type]
            monkeypatch,
        )
