"""The lifeworld, phases and the sheet over JSON."""

from tests.api.conftest import ClientOf
from tests.api.test_contacts import a_dossier, a_resident, located
from tests.api.test_needs import LAYER, NEED, seen
from tests.cast import Cast


def test_a_line_and_a_strength_take_the_words_alone_and_are_found_again(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)

    line = located(client.post(f"{resident}/sketch-lines", json={"words": "Het gaat wel"}))
    asset = located(client.post(f"{resident}/assets", json={"words": "Kan lassen", "wantsToShare": True}))

    said, can = client.get(line).json(), client.get(asset).json()
    assert (said["voice"], said["prompt"], said["toldOn"], said["forAuthorOnly"]) == (
        "resident",
        None,
        "2026-03-24",
        False,
    )
    assert (can["kind"], can["wantsToShare"], can["allowedActions"]) == ("talent", True, ["sketch_lifeworld"])
    assert [one["id"] for one in client.get(f"{resident}/sketch-lines").json()["items"]] == [said["id"]]
    assert [one["id"] for one in client.get(f"{resident}/assets").json()["items"]] == [can["id"]]


def test_both_are_struck_and_written_anew_once(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    for kind in ("sketch-lines", "assets"):
        wrong = located(client.post(f"{resident}/{kind}", json={"words": "Zo niet"}))

        right = located(client.post(f"{wrong}/corrections", json={"correction": {"words": "Zo wel"}}))

        assert client.get(right).json()["words"] == "Zo wel"
        assert client.get(wrong).json()["struckAt"] is not None
        assert client.post(f"{wrong}/corrections", json={}).status_code == 409


def test_every_fault_is_named_at_once(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)

    answer = client.post(f"{resident}/sketch-lines", json={"words": "Te vroeg", "toldOn": "2026-03-25"})

    assert answer.status_code == 400
    assert {one["location"]: one["code"] for one in answer.json()["errors"]} == {
        "/words": "above_level",
        "/toldOn": "in_future",
    }


def test_the_way_goes_on_and_exploring_can_be_on_purpose(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_resident(client, cast)

    meant = client.post(f"{resident}/exploring", headers=seen(client, resident))
    moved = client.post(f"{resident}/phase", json={"phase": "deepen"}, headers=seen(client, resident))

    assert meant.json()["exploringMeantOn"] == "2026-03-24"
    assert (moved.status_code, moved.json()["phase"]) == (200, "deepen")
    assert client.post(f"{resident}/exploring", headers=seen(client, resident)).status_code == 409
    assert client.post(f"{resident}/phase", json={"phase": "do"}).status_code == 428
    listed = client.get("/residents", params={"phase": "deepen"}).json()["items"]
    assert [one["phase"] for one in listed] == ["deepen"]
    assert client.get("/residents", params={"phase": "explore"}).json()["items"] == []
    assert client.get("/day").json()["stillExploring"] == []


def test_a_question_says_how_to_answer_it(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    rather_not = {"readingComfort": "prefers_call"}
    assert client.patch(resident, json=rather_not, headers=seen(client, resident)).status_code == 200

    by_letter = client.patch(resident, json={"contactChannel": "letter"}, headers=seen(client, resident))
    sheet = client.get(f"{resident}/sheet")

    assert (by_letter.status_code, sheet.status_code) == (409, 409)
    assert "rather not read" in by_letter.json()["detail"]
    assert [(one["in"], one["location"], one["code"]) for one in by_letter.json()["errors"]] == [
        ("body", "/evenSo", "question")
    ]
    assert [(one["in"], one["location"]) for one in sheet.json()["errors"]] == [("query", "evenSo")]
    even_so = {"contactChannel": "letter", "evenSo": True}
    assert client.patch(resident, json=even_so, headers=seen(client, resident)).status_code == 200
    assert client.get(f"{resident}/sheet", params={"evenSo": True}).json()["residentName"] == "Geert"


def test_a_layer_is_passed_on_when_it_is_chosen_and_a_need_is_not_closed_unasked(
    client_of: ClientOf, cast: Cast
) -> None:
    client = client_of("activator")
    need = located(client.post(f"{a_dossier(client, cast)}/needs", json=NEED))
    stated = client.get(need).json()["layers"][0]
    assert (stated["mayBeShared"], stated["allowedActions"]) == (True, ["share_layer"])

    ending = {"ending": "solved", "closedOn": "2026-03-24"}
    asked = client.put(f"{need}/ending", json=ending, headers=seen(client, need))
    assert (asked.status_code, asked.json()["errors"][0]["location"]) == (409, "/isTheQuestion")

    layers = client.post(f"{need}/layers", json=LAYER | {"confirmed": "yes"}, headers=seen(client, need)).json()
    path = f"{need}/layers/{layers['layers'][1]['id']}/sharing"
    shared = client.post(path, json={"mayBeShared": True}, headers=seen(client, need))
    assert [layer["mayBeShared"] for layer in shared.json()["layers"]] == [True, True]
    assert client.put(f"{need}/ending", json=ending, headers=seen(client, need)).status_code == 200
