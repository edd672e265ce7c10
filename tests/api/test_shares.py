"""My part and their part over JSON."""

from tests.api.conftest import ClientOf
from tests.api.test_contacts import a_dossier, located
from tests.cast import Cast

SHARE = {"side": "theirs", "prompt": "keeps_it", "words": "Ze bellen nooit terug", "author": "together"}


def test_an_entry_is_written_once_under_a_key_and_found_again(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)

    first, second = (
        client.post(f"{resident}/own-shares", json=SHARE, headers={"Idempotency-Key": "one"}) for _ in range(2)
    )

    path = located(first)
    assert located(second) == path
    shown = client.get(path).json()
    assert (shown["words"], shown["askId"]) == ("Ze bellen nooit terug", None)
    assert shown["allowedActions"] == ["write_own_share", "draft_ask"]
    assert client.get(f"{resident}/own-shares").json()["items"] == [shown]
    assert client.delete(path).json()["struckAt"] is not None
    assert client.delete(path).status_code == 409


def test_a_worker_is_no_author_and_what_goes_along_must_be_approved(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("activator")
    resident = a_dossier(client, cast)
    alone = client.post(f"{resident}/own-shares", json=SHARE | {"author": "worker"})
    path = located(client.post(f"{resident}/own-shares", json=SHARE))

    bare = client.post(f"{path}/asks", json={"institutionId": str(cast.corporation_id)})

    assert [one["location"] for one in alone.json()["errors"]] == ["/author"]
    assert {one["location"] for one in bare.json()["errors"]} == {"/initiativeId", "/approvedWords", "/approvedOn"}
    assert client_of("colleague").get(path).status_code == 404
    assert client_of("nobody").get(path).status_code == 401
