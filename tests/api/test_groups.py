"""Groups and the public page of an initiative over JSON."""

from tests.api.conftest import ClientOf
from tests.api.test_initiatives import a_resident, an_initiative
from tests.cast import Cast


def test_a_group_comes_out_of_an_initiative_and_names_own_residents_only(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    initiative = an_initiative(client, cast).rpartition("/")[2]

    made = client.post("/groups", json={"initiativeId": initiative, "kind": "tenants_committee"})

    group, shown = made.headers["Location"].removeprefix("/api/v1"), made.json()
    assert (shown["name"], shown["beingSetUp"], shown["memberCount"]) == ("Molenbuurt Warm", True, 0)
    assert {"right": "advice", "source": "Wet op het overleg huurders verhuurder, artikel 5 lid 1"} in shown["rights"]
    told = {"residentId": a_resident(client, cast), "part": "chairs", "consentedOn": "2026-03-24"}
    assert client.post(f"{group}/members", json=told).json()["memberCount"] == 1
    theirs = client_of("colleague").get(group)
    assert (theirs.json()["members"], theirs.json()["memberCount"]) == ([], 1)
    assert "Geert" not in theirs.text
    assert client_of("corporation").get(group).status_code == 404
    seen = {"If-Match": theirs.headers["ETag"]}
    refused = client.patch(group, json={"recognisedOn": "2026-03-24"}, headers=seen)
    assert [one["location"] for one in refused.json()["errors"]] == ["/institutionId"]


def test_a_page_is_public_by_its_code_without_a_token_until_it_is_withdrawn(client_of: ClientOf, cast: Cast) -> None:
    client, anybody = client_of("activator"), client_of("nobody")
    page = an_initiative(client, cast) + "/page"
    drafted = client.post(page, json={"title": "Warm", "words": "Kom ook."})
    code = f"/public/initiatives/{drafted.json()['code']}"
    seen = {"If-Match": drafted.headers["ETag"]}

    assert anybody.get(code).status_code == 404
    assert client.put(f"{page}/publication", json={}, headers=seen).status_code == 400
    assert client.put(f"{page}/publication", json={"previewed": True}, headers=seen).status_code == 200
    shown = anybody.get(code)
    assert (shown.json()["title"], shown.json()["areaName"]) == ("Warm", "Oude Molenbuurt")
    assert client.delete(f"{page}/publication").json()["public"] is False
    assert anybody.get(code).status_code == 404
