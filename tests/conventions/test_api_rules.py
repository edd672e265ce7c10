"""How the API answers, for every operation, also for those that are not written yet: HTTP and the rules for Dutch
government APIs to the letter. Each check has a planted fault beside it that it must find, at the end.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from http_sfv.item import Item
from http_sfv.list import List
from sqlalchemy import select

from api.answers import AnsweringRoute, deprecated
from api.dependencies import open_to_all
from api.envelope import HEADERS, Envelope
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
    return {name: found for name, found in answers if found}


def test_every_answer_carries_all_headers_and_every_refusal_is_a_problem(shared_walked: Shared) -> None:
    _, things, client = shared_walked

    def answers() -> Iterator[tuple[str, list[str]]]:
        for deed in READINGS:
            yield f"200 {deed.path}", missing_in(ask(client, deed, things))
        for deed in DEEDS:
            path = str(filled(deed.path, things))
            if not deed.open:
                yield f"401 {deed.method} {path}", missing_in(client.request(deed.method, path))
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
        for method in ({*METHODS, "TRACE", "PROPFIND"}) - allow:
            refused = client.request(method, one)
            assert refused.status_code == 405, (method, path)
            assert set(refused.headers["allow"].split(", ")) == allow, (method, path)
            if method != "HEAD":
                assert missing_in(refused) == [], (method, path)
    nowhere = client.options("/nowhere")
    assert (nowhere.status_code, missing_in(nowhere)) == (404, [])


def test_a_slash_at_the_end_leads_nowhere(shared_walked: Shared) -> None:
    database, things, client = shared_walked
    for path in by_path(database):
        for method in ("GET", "POST", "OPTIONS"):
            answer = client.request(method, path.replace("{}", things["geert"]) + "/", follow_redirects=False)
            assert answer.status_code == 404, path


def test_what_nobody_accepts_is_not_given_and_what_nobody_takes_is_refused(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    for deed in DEEDS:
        for accept in ("text/html", "application/xml;q=1, application/*;q=0, image/*;q=0, */*;q=0"):
            refused = ask(client, deed, things, headers={"Accept": accept}, content=b"")
            assert (refused.status_code, missing_in(refused)) == (406, []), (deed, accept)
    for deed in READINGS:
        if deed.path.endswith("/content"):
            assert ask(client, deed, things, headers={"Accept": "image/*"}).status_code == 200
            assert ask(client, deed, things, headers={"Accept": "application/json"}).status_code == 406
            continue
        for accept in ("*/*", "application/json, text/html;q=0.5", "application/*, image/*;q=0.2"):
            assert ask(client, deed, things, headers={"Accept": accept}).status_code == 200, (deed, accept)
    for deed in WRITINGS:
        for kind in (None, "text/plain", "application/x-www-form-urlencoded", "application/xml; charset=utf-8"):
            refused = ask(client, deed, things, headers={"Content-Type": kind}, content=b"{}")
            assert (refused.status_code, missing_in(refused)) == (415, []), (deed, kind)
            assert refused.headers["accept-patch" if deed.method == "PATCH" else "accept"], deed
        packed = ask(client, deed, things, headers={"Content-Encoding": "gzip"}, content=b"{}")
        assert packed.status_code == 415, deed
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
    single = 0
    for deed in READINGS:
        got = ask(client, deed, things)
        if 'rel="first"' in got.headers.get("link", "") or got.headers["content-type"] != "application/json":
            continue
        single += 1
        tag = got.headers["etag"]
        assert re.fullmatch(r'"(\d+\.)?[0-9a-f]{16}"', tag), deed
        for known in (tag, f'"x", W/{tag}', "*"):
            same = ask(client, deed, things, headers={"If-None-Match": known})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag), (deed, known)
            assert missing_in(same) == [], deed
        assert ask(client, deed, things, headers={"If-None-Match": '"0.0"'}).status_code == 200, deed
        if (version := got.json().get("version")) is not None and "preview" not in deed.path:
            assert tag.startswith(f'"{version}.'), deed
    assert single > 60


def test_a_change_is_based_on_a_version(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    versioned = [deed for deed in WRITINGS if deed.version_of and " 2" in " " + deed.answers]
    assert len(versioned) > 60
    for deed in versioned:
        version = things[f"{deed.version_of}_version"]
        for tag, status in (
            (None, 428),
            (f'W/"{version}"', 412),
            ('"0.0123456789abcdef"', 412),
            ('"nobody", W/"x"', 412),
            (version, 400),
            (f'"{version}', 400),
        ):
            answer = ask(client, deed, things, headers={"If-Match": tag})
            assert (answer.status_code, missing_in(answer)) == (status, []), (deed, tag)


def test_whatever_makes_something_takes_a_key_of_the_senders_own(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    document = client.get("/openapi.json").json()
    making = [
        deed for deed in WRITINGS if deed.method == "POST" and not deed.open and re.search(r"\b201\b", deed.answers)
    ]
    assert len(making) > 60
    for deed in making:
        answer = ask(client, deed, things, headers={"Idempotency-Key": "two words"})
        # A form with a file is opened before its key is looked at.
        assert (answer.status_code, missing_in(answer)) == (400, []), deed
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "post" and "201" in operation["responses"] and not path.startswith("/public/"):
                assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]], path


def test_no_page_of_another_site_reads_but_what_is_for_all(shared_walked: Shared) -> None:
    _, things, client = shared_walked
    for deed in READINGS:
        answer = ask(client, deed, things, headers={"Origin": "https://elsewhere.example"})
        open_to_any = answer.headers.get("access-control-allow-origin")
        assert open_to_any == ("*" if deed.path.startswith("/public/") else None), deed
    assert client.get("/openapi.json").headers["access-control-allow-origin"] == "*"


def test_an_unforeseen_error_says_nothing_and_carries_all(
    shared_walked: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, things, client = shared_walked

    def fall(_: Database) -> Any:
        raise RuntimeError("Zonnebloem")

    monkeypatch.setattr(Database, "reading", fall)
    monkeypatch.setattr(Database, "writing", fall)
    for deed in DEEDS:
        if deed.file:
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
