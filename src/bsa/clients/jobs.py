"""What is done for machines unasked: their keys are fetched, and our own key is changed in time."""

from datetime import timedelta

from sqlalchemy import or_
from sqlmodel import col, select

from bsa import clock
from bsa.clients.actions import keep_signing_key, take_fetched
from bsa.clients.keys import LARGEST
from bsa.clients.models import Client
from bsa.database import Database
from bsa.subscriptions.post import Post

EVERY = timedelta(minutes=5)


def fetch_keys(database: Database, post: Post | None = None) -> None:
    """Fetch the public keys of machines that publish them, each now and then; nothing is fetched in a request."""
    long_ago = clock.now() - EVERY
    with database.reading() as session:
        waiting = session.execute(
            select(col(Client.id), col(Client.keys_url)).where(
                col(Client.keys_url).is_not(None),
                col(Client.revoked_at).is_(None),
                or_(col(Client.keys_fetched_at).is_(None), col(Client.keys_fetched_at) <= long_ago),
            )
        ).all()
    for client_id, url in waiting:
        told, fault = fetched(post or Post(database.settings, most_read=LARGEST), url)
        with database.writing() as session:
            take_fetched(session, client_id, told, fault)


def fetched(post: Post, url: str) -> tuple[bytes | None, str | None]:
    """Return what stands at an address, or a code for why nothing was read there."""
    answer = post.send("GET", url, {"Accept": "application/jwk-set+json, application/json"})
    if answer.status == 200:
        return answer.content, None
    return None, answer.fault.value if answer.fault else "refused"


def keep_keys(database: Database) -> None:
    """Change our own signing key when it has grown old."""
    with database.writing() as session:
        keep_signing_key(session)
