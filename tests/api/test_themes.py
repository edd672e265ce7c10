"""Themes and the board over JSON."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import ClientOf
from tests.api.test_contacts import NOBODY, a_resident, located
from tests.api.test_needs import NEED, seen
from tests.cast import Cast


def a_theme(cast: Cast, **more: Any) -> dict[str, Any]:
    """Return a theme to name."""
    return {"areaId": str(cast.here_id), "title": "Tocht en schimmel", "lifeArea": "housing", **more}


def a_need(client: TestClient, cast: Cast) -> str:
    """Record a need, and return its key."""
    return located(client.post(f"{a_resident(client, cast)}/needs", json=NEED)).rsplit("/", 1)[1]


def test_a_theme_is_named_changed_linked_and_closed(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    first, second = a_need(client, cast), a_need(client, cast)
    theme = located(client.post("/themes", json=a_theme(cast, needIds=[first])))

    linked = client.post(f"{theme}/needs", json={"needId": second})
    assert (linked.status_code, linked.json()["needs"], linked.json()["households"]) == (201, 2, 2)
    assert client.post(f"{theme}/needs", json={"needId": second}).status_code == 409
    found = client.get("/themes", params={"needId": second}).json()["items"]
    assert [one["id"] for one in found] == [linked.json()["id"]]
    assert client.delete(f"{theme}/needs/{first}").json()["needIds"] == [second]
    old = seen(client, theme)
    changed = client.patch(theme, json={"title": "Kou"}, headers=old)
    assert (changed.status_code, changed.json()["title"]) == (200, "Kou")
    assert client.patch(theme, json={"title": "Vocht"}, headers=old).status_code == 412
    assert client.put(f"{theme}/closing").status_code == 428
    closed = client.put(f"{theme}/closing", headers=seen(client, theme))
    assert (closed.json()["closedOn"], closed.json()["allowedActions"]) == ("2026-03-24", [])
    assert client.put(f"{theme}/closing", headers=seen(client, theme)).status_code == 409


@pytest.mark.parametrize(
    ("name", "shown", "listed", "named", "linked"),
    [
        ("nobody", 401, 401, 401, 401),
        ("colleague", 200, 200, 201, 403),
        ("teamleader", 200, 200, 201, 403),
        ("stranger", 404, 200, 403, 404),
        ("corporation", 404, 403, 403, 404),
        ("policy", 404, 403, 403, 404),
        ("privacy", 404, 403, 403, 404),
        ("admin", 404, 403, 403, 404),
    ],
)
def test_themes_are_the_affair_of_the_team_in_its_own_area(
    client_of: ClientOf, cast: Cast, name: str, shown: int, listed: int, named: int, linked: int
) -> None:
    client, other = client_of("activator"), client_of(name)
    need = a_need(client, cast)
    theme = located(client.post("/themes", json=a_theme(cast)))

    assert other.get(theme).status_code == shown
    assert other.get("/themes").status_code == listed
    assert other.post("/themes", json=a_theme(cast)).status_code == named
    assert other.post(f"{theme}/needs", json={"needId": need}).status_code == linked
    assert other.delete(f"{theme}/needs/{need}").status_code == linked
    if shown != 200:
        headers = seen(client, theme)
        assert other.patch(theme, json={"title": "Kou"}, headers=headers).status_code == shown
        assert other.put(f"{theme}/closing", headers=headers).status_code == shown


def test_the_keys_of_colleagues_needs_are_not_told(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    theme = located(client.post("/themes", json=a_theme(cast, needIds=[a_need(client, cast)])))

    for name in ("colleague", "teamleader"):
        shown = client_of(name).get(theme).json()
        assert (shown["needs"], shown["households"], shown["needIds"]) == (1, 1, [])


def test_the_board_hangs_together(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    linked, loose = a_need(client, cast), a_need(client, cast)
    theme = located(client.post("/themes", json=a_theme(cast, needIds=[linked])))

    board = client.get(f"/areas/{cast.here_id}/board").json()

    assert [(one["need"]["id"], one["linked"]) for one in board["needs"]] == [(loose, False), (linked, True)]
    assert [one["theme"]["id"] for one in board["themes"]] == [theme.rsplit("/", 1)[1]]
    assert board["initiatives"] == []
    statuses = {
        name: client_of(name).get(f"/areas/{cast.here_id}/board").status_code
        for name in ("nobody", "colleague", "teamleader", "stranger", "corporation", "policy", "privacy", "admin")
    }
    assert statuses == {
        "nobody": 401,
        "colleague": 200,
        "teamleader": 200,
        "stranger": 404,
        "corporation": 403,
        "policy": 403,
        "privacy": 403,
        "admin": 403,
    }


def test_unknown_themes_and_wrong_fields_are_refused(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    theme = located(client.post("/themes", json=a_theme(cast)))

    assert client.get(f"/themes/{NOBODY}").status_code == 404
    assert client.get(f"/areas/{NOBODY}/board").status_code == 404
    assert client.delete(f"{theme}/needs/{NOBODY}").status_code == 404
    unknown = client.post(f"{theme}/needs", json={"needId": NOBODY})
    assert (unknown.status_code, unknown.json()["errors"][0]["location"]) == (400, "/needId")
    bsn = client.post("/themes", json=a_theme(cast, title="Tocht bij 111222333"))
    assert (bsn.status_code, bsn.json()["errors"][0]["code"]) == (400, "bsn")
