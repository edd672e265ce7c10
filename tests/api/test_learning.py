"""Learning by doing over JSON."""

from tests.api.conftest import ClientOf
from tests.api.test_contacts import a_dossier, located
from tests.cast import Cast


def test_the_third_time_alone_the_answer_asks_who_could_next_time(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident_id = a_dossier(client, cast).rpartition("/")[2]
    step = {"residentId": resident_id, "what": "Corporatie gebeld", "whoDidIt": "worker"}

    answers = [client.post("/learning-steps", json=step) for _ in range(3)]

    assert [answer.json()["askWhoNextTime"] for answer in answers] == [False, False, True]
    shown = client.get(located(answers[2])).json()
    assert shown == answers[2].json()
    listed = client.get("/learning-steps", params={"residentId": resident_id, "limit": 2})
    assert [one["askWhoNextTime"] for one in listed.json()["items"]] == [True, False]
    assert 'rel="next"' in listed.headers["Link"]
    assert "workerId" not in shown


def test_a_list_is_of_one_resident_or_of_one_initiative(client_of: ClientOf) -> None:
    client = client_of("activator")

    assert client.get("/learning-steps").status_code == 400
    assert client.get("/learning-steps", params={"who": "worker"}).status_code == 400


def test_a_picture_of_few_steps_is_empty_and_says_how_many_it_takes(client_of: ClientOf, cast: Cast) -> None:
    answer = client_of("teamleader").get(f"/areas/{cast.here_id}/learning-shift", params={"by": "month"})

    assert answer.json() == {"by": "month", "enough": False, "least": 10, "periods": []}
