"""What partners and workers write is never part of a page of referrals, systems or messages: it stands in it."""

import json
from html.parser import HTMLParser
from typing import Any

from httpx2 import Response
from sqlmodel import select

from bsa.clients.models import Client
from bsa.database import Database
from bsa.referrals.models import Referral
from bsa.subscriptions.models import Subscription

from tests.cast import Cast
from tests.delivered import ADDRESS
from tests.machines import key_of, public
from tests.web.conftest import Browse
from tests.web.test_clients import a_form
from tests.web.test_referrals import SENT, send

PLANTED = "</textarea>'\"><planted onfocus=x() autofocus>{{ 7*191919 }}"
"""It ends whatever it stands in: an attribute, the text of a field, an element."""
FIELDS = (
    "question",
    "resident.call_name",
    "resident.contact.value",
    "referrer.name",
    "referrer.role",
    "consent_share.by_whom",
    "external_ref",
)


class Reader(HTMLParser):
    """Reads a page as a browser does: which elements it has, and all that is read in it."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += [value or "" for _, value in attrs]
        named = dict(attrs)
        if (
            tag == "planted"
            or (tag == "script" and not named.get("src"))
            or any(name.startswith("on") for name in named)
        ):
            self.strange.append(f"<{tag} {attrs}>")
        leading = [named.get(name) or "" for name in ("href", "src", "action", "formaction")]
        self.strange += [f"{tag} {value}" for value in leading if value.lower().startswith("javascript:")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def shown(answer: Response) -> int:
    """Return how often the planted words are read on a page, on which nothing came of them."""
    reader = Reader()
    reader.feed(answer.text)
    assert reader.strange == []
    assert "1343433" not in "".join(word for word in reader.words if "planted" in word)
    return sum("<planted onfocus" in word for word in reader.words)


def test_what_a_partner_writes_stands_on_every_page_of_its_referral_as_words(
    browse: Browse, database: Database, cast: Cast
) -> None:
    partner, worker = browse("corporation"), browse("activator")
    told = SENT | dict.fromkeys(FIELDS, PLANTED)
    assert shown(partner.fill_in("/referrals", **told | {"resident_knows": ""})) >= 5
    assert shown(partner.fill_in("/referrals", **told, look="1")) >= 4
    path = partner.fill_in("/referrals", **told).headers["location"]
    assert shown(partner.get(path)) >= 3
    assert shown(worker.get(path)) >= 3
    shown(worker.get("/referrals"))

    assert send(worker, f"{path}/acceptance").status_code == 303
    shown(send(worker, f"{path}/refusal", reason="other", words=PLANTED))
    assert send(worker, f"{path}/withdrawal", by_side="resident").status_code == 303
    for name in ("corporation", "teamleader"):
        shown(browse(name).get(path))

    other = partner.fill_in("/referrals", **told | {"external_ref": "R-2"}).headers["location"]
    assert send(worker, f"{other}/refusal", reason="other", words=PLANTED).status_code == 303
    assert shown(partner.get(other)) >= 3
    with database.reading() as session:
        assert len(session.scalars(select(Referral)).all()) == 2


def test_what_is_written_about_a_system_stands_on_its_page_as_words(
    browse: Browse, database: Database, cast: Cast
) -> None:
    admin = browse("admin")
    told: dict[str, Any] = a_form(cast, name=PLANTED)
    assert shown(admin.fill_in("/clients", **told | {"keys": PLANTED})) >= 2
    assert shown(admin.fill_in("/clients", **told | {"keys": "", "keys_url": f"javascript:{PLANTED}"})) >= 2
    named = {"keys": [{**public(key_of("one"))["keys"][0], "kid": PLANTED}]}
    assert shown(admin.fill_in("/clients", **told | {"keys": json.dumps(named), "scopes": []})) >= 1
    made = admin.fill_in("/clients", **told)
    assert made.status_code == 303
    assert shown(admin.get(made.headers["location"])) >= 2
    assert shown(admin.get("/clients")) >= 1
    with database.reading() as session:
        assert session.scalars(select(Client.name)).one() == PLANTED


def test_what_is_written_about_messages_stands_on_their_pages_as_words(browse: Browse, database: Database) -> None:
    partner = browse("corporation")
    planted = PLANTED.replace(" ", "")
    for url in (PLANTED, "javascript:alert(1)", f"{ADDRESS}?{planted}"):
        answer = partner.fill_in("/subscriptions", url=url, bearer=PLANTED)
        assert answer.status_code == 400
        assert shown(answer) >= 1
    assert partner.fill_in("/subscriptions", url=f"{ADDRESS}?{planted}").status_code == 201
    with database.reading() as session:
        [made] = session.scalars(select(Subscription)).all()
    for name in ("corporation", "admin"):
        for page in ("", f"/{made.id}", f"/{made.id}/edit"):
            answer = browse(name).get(f"/subscriptions{page}")
            assert answer.status_code == 200
            shown(answer)
