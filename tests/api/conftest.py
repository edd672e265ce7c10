"""What the tests of the API share: clients that carry the token of somebody from the cast."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from bsa.database import Database
from bsa.people.actions import issue_token
from bsa.people.models import Account

from tests.cast import Cast
from tests.doors import api_on

ClientOf = Callable[[str], TestClient]


@pytest.fixture
def client_of(database: Database, cast: Cast, standing_clock: None) -> Iterator[ClientOf]:
    """Hand out clients by account name; `nobody` has no token."""
    app = api_on(database)
    clients: dict[str, TestClient] = {}

    def client_of(name: str) -> TestClient:
        if name not in clients:
            headers = {} if name == "nobody" else {"Authorization": f"Bearer {_token(database, cast, name)}"}
            clients[name] = TestClient(app, headers=headers)
        return clients[name]

    yield client_of
    for client in clients.values():
        client.close()


def _token(database: Database, cast: Cast, name: str) -> str:
    with database.writing() as session:
        account = session.scalars(select(Account).where(col(Account.name) == name)).one()
        return issue_token(session, account, cast.actors[name].purpose)
