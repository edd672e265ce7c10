"""Who reads what: a word planted in every text that has a compartment, looked for in everything that comes out, as all.

Two residents have a full life. Geert is looked after by the activator alone; with Bep the colleague of the same
neighbourhood stands in, and both wrote about her. Then every operation and every page is read by everybody and by
nobody, everything is searched for, the mails are sent, and events, access log and application log are turned inside
out. What came out is held against a table, written by hand, of who may read which word.
"""

import logging
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select, true
from sqlmodel import Session, col

from bsa import clock, questions
from bsa.access_log import AccessLine
from bsa.appointments.actions import make_appointment
from bsa.appointments.shapes import AppointmentIn
from bsa.contacts import queries as contacts
from bsa.contacts.actions import make_promise, note_contact, strike_contact
from bsa.contacts.shapes import ContactIn, CorrectionIn, PromiseIn
from bsa.database import Database
from bsa.events import Event
from bsa.goals.actions import score_goal, set_goal
from bsa.goals.models import ScoredBy
from bsa.goals.shapes import GoalIn, GoalScoreIn
from bsa.initiatives.actions import add_participant
from bsa.initiatives.shapes import ParticipantIn
from bsa.learning.actions import record_step
from bsa.learning.shapes import LearningStepIn
from bsa.lifeworld import queries as lifeworld
from bsa.lifeworld.actions import note_asset, note_sketch_line
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.mail import mail_waiting_letters
from bsa.needs.actions import decide_translation, deepen_need, record_need
from bsa.needs.models import NeedLayer
from bsa.needs.shapes import DecisionIn, LayerIn, NeedIn
from bsa.network.actions import note_tie
from bsa.network.models import Circle
from bsa.network.shapes import TieIn
from bsa.people.queries import actor_by_name
from bsa.permissions import Actor, Purpose
from bsa.practice.actions import debrief_practice, plan_practice
from bsa.practice.shapes import DebriefIn, PracticeIn
from bsa.reminders import weekly
from bsa.reminders.weekly import mail_weekly
from bsa.residents.actions import assign_worker, change_resident, raise_level, record_consent, register_resident
from bsa.residents.models import Informed, RegistrationLevel, Resident
from bsa.residents.shapes import ConsentIn, LevelIn, ResidentChange, ResidentIn, WorkerIn
from bsa.scales.actions import score_scale
from bsa.scales.shapes import ScaleScoreIn
from bsa.search.keeper import Keeper
from bsa.shares.actions import ask_for_their_part, write_share
from bsa.shares.shapes import OwnShareIn, ShareAskIn
from bsa.themes.actions import link_need
from bsa.trust.actions import answer_signal, record_signal
from bsa.trust.shapes import SignalAnswerIn, SignalIn
from web.guests import csrf_for

from tests.cast import NOW
from tests.conftest import open_walked
from tests.conventions.deeds import DEEDS, WHO, Deed
from tests.conventions.pages import PAGES, PageDeed
from tests.doors import api_on, pages_on
from tests.post_office import PostOffice, open_post_office
from tests.walked import filled

NOBODY = "nobody"
TODAY = "2026-03-24"

GEERT, BEP = "geert", "bep"
OWN = {GEERT: {"activator"}, BEP: {"activator", "colleague"}}
"""Who looks after each of the two."""
ASSIGNED, COLLEAGUE = {"activator"}, {"colleague"}
IN_THE_LIST = {"activator", "colleague", "privacy"}
TEAM = {"activator", "colleague", "teamleader"}

READERS: dict[str, dict[str, set[str]]] = {
    # the name to call, in the list of the neighbourhood; everything else of the record opens for who looks after it
    "call": dict.fromkeys((GEERT, BEP), IN_THE_LIST),
    **dict.fromkeys(("full_name", "contact_value", "contact_window"), OWN),
    **dict.fromkeys(("shared", "struck", "promise", "said", "asset", "signal", "answer", "place"), OWN),
    **dict.fromkeys(("stated", "deeper", "hunch", "reason"), OWN),
    **dict.fromkeys(("step", "step_words", "scary", "safe", "there", "stop", "debrief", "bolder"), OWN),
    **dict.fromkeys(("tie", "goal", "goal_reached", "goal_now", "scale_note"), OWN),
    # for the author alone
    "own_note": dict.fromkeys((GEERT, BEP), ASSIGNED),
    "impression": dict.fromkeys((GEERT, BEP), ASSIGNED),
    "institutions": dict.fromkeys((GEERT, BEP), ASSIGNED),
    "own_note_of_stand_in": {BEP: COLLEAGUE},
    "impression_of_stand_in": {BEP: COLLEAGUE},
    "institutions_of_stand_in": {BEP: COLLEAGUE},
    # between the resident and the assigned workers
    "share_mine": dict.fromkeys((GEERT, BEP), ASSIGNED),
    "share_theirs": dict.fromkeys((GEERT, BEP), ASSIGNED),
    # what the resident let go along, as a draft of the team
    "approved": dict.fromkeys((GEERT, BEP), TEAM),
}
"""Which word is read by whom; every word that is planted stands here. Mails, events and logs may read none."""

LETTERS = 14
"""In a planted word: like no other, so that a search for one does not find another."""
WORD = re.compile(rf"\b[b-z]{{{LETTERS}}}\b")


@dataclass
class Planted:
    """The words that were planted about a resident, and the keys of what they were planted in."""

    who: str
    chance: random.Random
    words: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str) -> str:
        """Return the word of a name."""
        return self.words.setdefault(name, "".join(self.chance.choices("bcdfghjklmnpqrstvwxz", k=LETTERS)))


@dataclass
class Seen:
    """Where each planted word was seen, by whom."""

    by_word: dict[str, tuple[str, str]]
    """Word → about whom, and its name."""
    where: dict[tuple[str, str], dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    outputs: int = 0

    def look(self, reader: str, place: str, text: str) -> None:
        """Look for every planted word in something that came out."""
        self.outputs += 1
        for found in set(WORD.findall(text)) & self.by_word.keys():
            self.where[self.by_word[found]].setdefault(reader, set()).add(place)

    def faults(self) -> list[str]:
        """Say which word was seen by somebody who may not read it, and where."""
        return [
            f"{name} of {who} seen by {reader} in {sorted(places)[:4]}"
            for (who, name), readers in sorted(self.where.items())
            for reader, places in sorted(readers.items())
            if reader not in READERS[name][who]
        ]

    def unseen(self) -> list[str]:
        """Say which word was not seen by somebody who may read it: then the crawl has not been everywhere."""
        return [
            f"{name} of {who} not seen by {reader}"
            for who, name in sorted(self.by_word.values())
            for reader in sorted(READERS[name][who])
            if reader not in self.where[who, name]
        ]


@dataclass
class House:
    """The walked installation with the words in it."""

    database: Database
    things: dict[str, str]
    lives: tuple[Planted, Planted]
    office: PostOffice

    def seen(self) -> Seen:
        """Return a fresh look at the words."""
        return Seen({word: (life.who, name) for life in self.lives for name, word in life.words.items()})


@pytest.fixture(scope="module")
def house(
    database_kind: str, walked_template: tuple[Path | None, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Plant the words once: what comes out is read, and changes nothing."""
    if database_kind != "sqlite":
        pytest.skip("What comes out is the same on every database, and this reads all of it for everybody")
    with (
        clock.standing_at(NOW),
        open_post_office() as office,
        open_walked(database_kind, walked_template, tmp_path_factory.mktemp("house")) as (plain, things),
    ):
        mail = {"smtp_url": SecretStr(office.url), "mail_from": "team@bsa.example"}
        database = Database(plain.settings.model_copy(update=mail))
        chance = random.Random(20260324)
        lives = Planted(GEERT, chance), Planted(BEP, chance)
        with database.writing() as session:
            for life in lives:
                live(session, life, things)
        yield House(database, things, lives, office)
        database.close()


def live(session: Session, life: Planted, things: dict[str, str]) -> None:
    """Give a resident a text in every compartment; with Bep a colleague stands in, and writes too."""
    me, colleague = (actor_by_name(session, name, Purpose.OWN_NEIGHBOURHOOD) for name in ("activator", "colleague"))
    here = UUID(things["here"])
    resident = register_resident(
        session,
        me,
        ResidentIn.model_validate(
            {"call_name": life("call"), "area_id": here, "informed_on": TODAY, "informed_how": "spoken"}
        ),
    )
    level = LevelIn(level=RegistrationLevel.DOSSIER, informed_on=clock.today(), informed_how=Informed.SHEET)
    raise_level(session, me, resident.id, resident.version, level)
    change = {
        "full_name": life("full_name"),
        "contact_channel": "phone",
        "contact_value": life("contact_value"),
        "contact_window": life("contact_window"),
    }
    change_resident(session, me, resident.id, resident.version, ResidentChange.model_validate(change))
    life.keys["geert"] = str(resident.id)
    _know(session, life, me, resident)
    _ask(session, life, me, resident, things)
    _do(session, life, me, resident, things)
    _look_around(session, life, me, resident, things)
    if life.who == BEP:
        stands_in = WorkerIn.model_validate({"account_id": colleague.id, "part": "stands_in"})
        assign_worker(session, me, resident.id, stands_in)
        _write_too(session, life, colleague, resident)
    session.flush()


def _know(session: Session, life: Planted, me: Actor, resident: Resident) -> None:
    key, seen = resident.id, {"happened_on": TODAY, "place": "at_home", "purpose": "being_there"}
    wrong = note_contact(session, me, key, ContactIn.model_validate(seen | {"shareable_note": life("struck")}))
    right = seen | {"own_note": life("own_note"), "shareable_note": life("shared")}
    contact = strike_contact(session, me, wrong.id, CorrectionIn.model_validate(right))
    promise = make_promise(session, me, key, PromiseIn(text=life("promise"), due_on=clock.today()))
    line = note_sketch_line(session, me, key, SketchLineIn(words=life("said")))
    _think(session, life, me, key, "")
    asset = note_asset(session, me, key, AssetIn(words=life("asset")))
    signal = record_signal(session, me, key, SignalIn(words=life("signal"), came_on=clock.today()))
    answer_signal(session, me, signal.id, None, SignalAnswerIn(answer=life("answer")))
    visit = AppointmentIn(starts_at=clock.now() + timedelta(hours=2), resident_id=key, place=life("place"))
    appointment = make_appointment(session, me, visit)
    found = {"contact": contact, "promise": promise, "line": line, "asset": asset, "signal": signal}
    life.keys |= {name: str(row.id) for name, row in found.items()} | {"appointment": str(appointment.id)}


def _think(session: Session, life: Planted, actor: Actor, key: UUID, of: str) -> None:
    note_sketch_line(
        session, actor, key, SketchLineIn.model_validate({"words": life(f"impression{of}"), "voice": "worker"})
    )
    story = {"words": life(f"institutions{of}"), "prompt": "institutions"}
    note_sketch_line(session, actor, key, SketchLineIn.model_validate(story))


def _ask(session: Session, life: Planted, me: Actor, resident: Resident, things: dict[str, str]) -> None:
    """Ask something, in layers: stated, confirmed, and a hunch; linked to a theme, and decided about."""
    about = {"life_area": "housing", "learned_on": TODAY}
    told = NeedIn.model_validate(about | {"words": life("stated")})
    need = record_need(session, me, resident.id, told)
    for words, how, confirmed in (("deeper", "said", "yes"), ("hunch", "hunch", "not_yet")):
        layer = about | {"words": life(words), "how_learned": how, "confirmed": confirmed}
        deepen_need(session, me, need.id, None, LayerIn.model_validate(layer))
    for scope in ("to_be_counted", "to_be_introduced"):
        agreed = {"scope": scope, "how": "spoken", "given_on": TODAY}
        record_consent(session, me, resident.id, ConsentIn.model_validate(agreed))
    choice = {"choice": "both", "reason": life("reason"), "counted": True, "decided_on": TODAY}
    decide_translation(session, me, need.id, None, DecisionIn.model_validate(choice))
    link_need(session, me, UUID(things["theme"]), need.id)
    layers = session.scalars(
        select(col(NeedLayer.id)).where(col(NeedLayer.need_id) == need.id).order_by(col(NeedLayer.depth))
    ).all()
    life.keys |= {"need": str(need.id), "stated": str(layers[0]), "layer": str(layers[1])}


def _do(session: Session, life: Planted, me: Actor, resident: Resident, things: dict[str, str]) -> None:
    """Write both columns, let something go along, do something together, take part, practise, and speak."""
    key, initiative = resident.id, UUID(things["initiative"])
    for side, prompt in (("mine", "already_doing"), ("theirs", "keeps_it")):
        entry = {"side": side, "prompt": prompt, "words": life(f"share_{side}"), "author": "together"}
        share = write_share(session, me, key, OwnShareIn.model_validate(entry))
    approved = {
        "institution_id": things["corporation"],
        "initiative_id": initiative,
        "approved_words": life("approved"),
        "approved_on": TODAY,
    }
    ask_for_their_part(session, me, share.id, ShareAskIn.model_validate(approved))
    step = {"what": life("step"), "own_words": life("step_words"), "who_did_it": "together"}
    of_both = LearningStepIn.model_validate(step | {"resident_id": key, "initiative_id": initiative})
    taken = record_step(session, me, of_both)
    part = ParticipantIn.model_validate({"resident_id": key, "part": "speaks", "consented_on": TODAY})
    participant = add_participant(session, me, initiative, part)
    practice = {"scary_thing": "scary", "safe_setting": "safe", "who_is_there": "there", "stop_word": "stop"}
    planned = PracticeIn.model_validate({name: life(word) for name, word in practice.items()})
    moment = plan_practice(session, me, key, planned)
    went = {"outcome": "partly", "debrief": life("debrief"), "next_bit_bolder": life("bolder")}
    debrief_practice(session, me, moment.id, moment.version, DebriefIn.model_validate(went))
    found = {"share": share, "step": taken, "participant": participant, "practice": moment}
    life.keys |= {name: str(row.id) for name, row in found.items()}


def _look_around(session: Session, life: Planted, me: Actor, resident: Resident, things: dict[str, str]) -> None:
    key = resident.id
    tie = note_tie(session, me, key, TieIn(who=life("tie"), circle=Circle.FAMILY))
    wish = GoalIn(words=life("goal"), reached=life("goal_reached"), now=life("goal_now"))
    goal = set_goal(session, me, key, wish)
    score_goal(session, me, goal.id, GoalScoreIn(level=-1, by=ScoredBy.RESIDENT))
    score = {"scale_id": things["ladder"], "level": 2, "by": "resident", "agreed": True, "note": life("scale_note")}
    scored = score_scale(session, me, key, ScaleScoreIn.model_validate(score))
    life.keys |= {"tie": str(tie.id), "goal": str(goal.id), "scale_score": str(scored.id)}


def _write_too(session: Session, life: Planted, colleague: Actor, resident: Resident) -> None:
    seen = {"happened_on": TODAY, "place": "street", "purpose": "being_there", "own_note": life("own_note_of_stand_in")}
    note_contact(session, colleague, resident.id, ContactIn.model_validate(seen))
    _think(session, life, colleague, resident.id, "_of_stand_in")


# --- everything that comes out ----------------------------------------------------------------------------------------


def keys_for(house: House, path: str) -> list[dict[str, str]]:
    """Return the keys with which a path is read: those of each of the two where it is about somebody."""
    about = {name for life in house.lives for name in life.keys}
    if any(f"{{{name}}}" in path for name in about):
        return [house.things | life.keys for life in house.lives]
    return [house.things]


def read_api(house: House, seen: Seen, deeds: list[Deed]) -> None:
    """Read operations as everybody and as nobody; and send what is refused, for what the refusal says."""
    with TestClient(api_on(house.database)) as client:
        for deed in deeds:
            for things in keys_for(house, deed.path):
                for who in (*WHO, NOBODY):
                    if deed.method != "GET" and who != NOBODY and deed.answer_to(who) not in (403, 404):
                        continue
                    if deed.method != "GET" and deed.open:
                        continue
                    headers = {} if who == NOBODY else {"Authorization": f"Bearer {things[f'{who}_token']}"}
                    body: dict[str, Any] = {"json": filled(deed.body, things)} if deed.body is not None else {}
                    answer = client.request(deed.method, str(filled(deed.path, things)), headers=headers, **body)
                    _look_at(seen, who, f"{deed.method} /api{deed.path}", answer)


def read_pages(house: House, seen: Seen, rows: list[PageDeed]) -> None:
    """Read every page, printed sheet and calendar as everybody and as nobody."""
    told = {"follow_redirects": False, "headers": {"Sec-Fetch-Site": "same-origin"}}
    with TestClient(pages_on(house.database), **told) as client:  # type: ignore[arg-type]
        for row in rows:
            for things in keys_for(house, row.path):
                for who in (*WHO, NOBODY):
                    headers = {} if who == NOBODY else {"Cookie": f"bsa={things[f'{who}_cookie']}"}
                    answer = client.get(str(filled(row.path, things)), headers=headers)
                    _look_at(seen, who, f"GET {row.path}", answer)


def _look_at(seen: Seen, who: str, place: str, answer: Any) -> None:
    seen.look(who, place, answer.text)
    seen.look(who, f"headers of {place}", repr(answer.headers))


def search_for_all(house: House, seen: Seen) -> None:
    """Search for every word as everybody, in the API and on the page; what was typed does not count as an answer."""
    keeper = Keeper(house.database)
    keeper.build()
    told = {"follow_redirects": False, "headers": {"Sec-Fetch-Site": "same-origin"}}
    with (
        TestClient(api_on(house.database)) as client,
        TestClient(pages_on(house.database), **told) as pages,  # type: ignore[arg-type]
    ):
        for word, (_, name) in seen.by_word.items():
            for who in WHO:
                token, cookie = house.things[f"{who}_token"], house.things[f"{who}_cookie"]
                asked = {"words": f"{word} {word[:9]}"}
                answer = client.post("/searches", json=asked, headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 200
                seen.look(who, f"search for {name}", _hits(answer.json()))
                if who not in TEAM:
                    continue  # the page shows what the operation answers
                form = {"csrf": csrf_for(cookie), "words": word[:9]}
                page = pages.post("/search", data=form, headers={"Cookie": f"bsa={cookie}"})
                assert page.status_code == 200
                seen.look(who, f"page of a search for {name}", page.text)
    keeper.stop()


def _hits(answer: dict[str, Any]) -> str:
    """Return what was found as one text, with the pieces of a title put together again."""
    hits = [hit for group in answer["groups"] for hit in group["hits"]]
    pieces = ["".join(piece["text"] for piece in hit[part]) for hit in hits for part in ("title", "excerpt")]
    return " ".join([*pieces, *(str(hit["about"]) for hit in hits), str(answer["meant"])])


def read_outputs(house: House, seen: Seen) -> None:
    """Send the mails, and turn the events and the access log inside out."""
    assert mail_weekly(house.database) >= 1
    assert mail_waiting_letters(house.database) >= 1
    for letter in house.office.letters:
        parts = [str(part.get_content()) for part in letter.walk() if not part.is_multipart()]
        kind = "weekly mail" if letter["List-Unsubscribe"] else "letters"
        seen.look(kind, str(letter["Subject"]), letter.as_string() + "\n".join(parts))
    with house.database.reading() as session:
        for event in session.scalars(select(Event)):
            seen.look("events", event.kind, repr(event.model_dump()))
        for line in session.scalars(select(AccessLine)):
            seen.look("access log", line.operation, repr(line.model_dump()))


def read_log(seen: Seen, caplog: pytest.LogCaptureFixture) -> None:
    """Look at every line that any part of the application wrote to its log, with the arguments that it was given."""
    for record in caplog.records:
        seen.look("application log", record.name, f"{record.getMessage()} {record.args!r} {record.exc_text}")


READINGS = [deed for deed in DEEDS if deed.method == "GET"]
REFUSED = [deed for deed in DEEDS if deed.method != "GET" and "{" in deed.path]
LOOKS = [row for row in PAGES if row.method == "GET"]


def test_every_planted_word_is_seen_by_those_who_may_read_it_and_by_nobody_else(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(READINGS) > 90
    assert len(LOOKS) > 100
    seen = house.seen()
    with caplog.at_level(logging.DEBUG):
        read_api(house, seen, READINGS)
        read_pages(house, seen, LOOKS)
        search_for_all(house, seen)
        read_outputs(house, seen)
    read_log(seen, caplog)

    assert seen.outputs > 5000
    assert seen.faults() == []
    assert seen.unseen() == []


def test_a_refusal_says_nothing_of_what_it_refuses(house: House) -> None:
    seen = house.seen()
    read_api(house, seen, REFUSED)

    assert len(REFUSED) > 60
    assert seen.faults() == []


def test_the_table_names_every_word_that_is_planted_and_no_other(house: House) -> None:
    geert, bep = house.lives
    assert set(bep.words) == set(READERS)
    assert set(geert.words) == {name for name, readers in READERS.items() if GEERT in readers}


def only(path: str) -> list[Deed]:
    return [deed for deed in READINGS if deed.path == path]


@contextmanager
def impressions_for_everybody(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give every line of a sketch to whoever opens the record."""
    patch.setattr(lifeworld, "readable_by", lambda actor: true())
    # Queries are put together once; one that was put together before knows nothing of the fault.
    questions.forget()
    yield "/residents/{geert}/sketch-lines"
    questions.forget()


@contextmanager
def own_notes_for_everybody(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the note for its author alone to whoever opens the record."""
    drawn: Callable[..., Any] = contacts.contact_out

    def draw(session: Session, actor: Actor, contact: Any, *others: Any) -> Any:
        note = contacts._note(session, contact, "own_note")
        return drawn(session, actor, contact, *others).model_copy(update={"own_note": note})

    patch.setattr(contacts, "contact_out", draw)
    yield "/residents/{geert}/contacts"


@pytest.mark.parametrize("fault", [impressions_for_everybody, own_notes_for_everybody])
def test_a_compartment_that_stands_open_is_noticed(
    house: House, monkeypatch: pytest.MonkeyPatch, fault: Callable[[pytest.MonkeyPatch], Any]
) -> None:
    seen = house.seen()
    with monkeypatch.context() as patch, fault(patch) as path:
        read_api(house, seen, only(path))

    assert any("of bep seen by colleague" in found for found in seen.faults())


def test_a_mail_that_names_somebody_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, write = house.seen(), weekly._plain
    monkeypatch.setattr(weekly, "_plain", lambda *told: f"{write(*told)}{house.lives[0]('call')}")

    with clock.standing_at(NOW + timedelta(days=7)):
        mail_weekly(house.database)
    for letter in house.office.letters:
        seen.look("weekly mail", "the mail", str(letter.get_body(("plain",))))

    assert seen.faults() == ["call of geert seen by weekly mail in ['the mail']"]


def test_a_word_that_nobody_came_by_is_noticed(house: House) -> None:
    seen = house.seen()
    read_api(house, seen, only("/residents/{geert}/contacts"))

    missing = seen.unseen()
    assert "own_note of geert not seen by activator" not in missing
    assert "impression of geert not seen by activator" in missing
