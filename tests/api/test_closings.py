"""Closing a quarter through the API, where it cannot be done yet."""

from tests.api.conftest import ClientOf


def test_without_public_figures_the_refusal_says_what_is_missing(client_of: ClientOf) -> None:
    leader = client_of("teamleader")

    asked = leader.get("/closing-preview", params={"period": "2025-Q2"})
    drawn = leader.post("/closings", json={"period": "2025-Q2"}, headers={"Idempotency-Key": "once"})

    for refused in (asked, drawn):
        assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
        assert refused.json()["type"].endswith("/problems/conflict")
        assert "bsa statistics inhabitants" in refused.json()["detail"]
