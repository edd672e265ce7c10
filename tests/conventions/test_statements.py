"""How many SQL statements a list takes: as many for many rows as for one, those of the key store and the log included.

Three are the aim: who is calling, the rows, and one more. Where it is more, the table says why. BEGIN, COMMIT and
ROLLBACK are not counted.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from inspect import signature
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, func
from sqlmodel import Session, col, select

from bsa import clock
from bsa.agreements.models import Agreement
from bsa.appointments.actions import make_appointment
from bsa.appointments.shapes import AppointmentIn
from bsa.areas.actions import record_area
from bsa.areas.models import Area, Level, PostcodeArea
from bsa.areas.shapes import AreaIn
from bsa.asks.actions import draft_ask, put_ask, record_answer
from bsa.asks.shapes import AnswerIn, AskIn, PutIn
from bsa.clients.actions import register_client
from bsa.clients.shapes import ClientIn
from bsa.closing.actions import agree_task
from bsa.closing.shapes import SocietalTaskIn
from bsa.commitments import queries
from bsa.commitments.actions import enter_event, record_commitment
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentEventIn, CommitmentIn
from bsa.consultation.actions import begin_track
from bsa.consultation.shapes import TrackIn
from bsa.contacts.actions import note_contact
from bsa.contacts.shapes import ContactIn
from bsa.database import Database
from bsa.forums.actions import make_forum
from bsa.forums.shapes import ForumIn
from bsa.groups.actions import found_group
from bsa.groups.models import GroupKind
from bsa.groups.shapes import GroupIn
from bsa.initiatives.actions import set_aim, start_initiative
from bsa.initiatives.shapes import AimIn, InitiativeIn
from bsa.institutions.actions import record_contact
from bsa.institutions.models import Institution, InstitutionKind, Mandate
from bsa.institutions.shapes import InstitutionContactIn
from bsa.learning.actions import record_step
from bsa.learning.shapes import LearningStepIn
from bsa.lifeworld.models import Asset, AssetKind, SketchLine, Voice
from bsa.meetings.models import Meeting
from bsa.needs.actions import record_need
from bsa.needs.models import Need
from bsa.needs.shapes import NeedIn
from bsa.outreach.actions import start_round
from bsa.outreach.shapes import RoundIn
from bsa.people.actions import create_account, issue_token
from bsa.people.queries import actor_by_name
from bsa.people.shapes import AccountIn
from bsa.permissions import Actor, Purpose, Role
from bsa.places.actions import note_entry, note_feature, take_photo
from bsa.places.models import FeatureKind, LogbookKind, NeighbourhoodPhoto
from bsa.places.shapes import LogbookEntryIn, PhotoIn, PlaceFeatureIn
from bsa.practice.actions import make_speaking_order
from bsa.practice.models import PracticeMoment
from bsa.practice.shapes import SpeakingOrderIn
from bsa.referrals.arriving import enter_referral
from bsa.referrals.deciding import accept_referral
from bsa.referrals.deed_shapes import AcceptanceIn
from bsa.referrals.sent_shapes import ReferralIn
from bsa.residents.actions import raise_level
from bsa.residents.models import Informed, RegistrationLevel, Resident
from bsa.residents.shapes import LevelIn
from bsa.scales.actions import record_scale
from bsa.scales.shapes import ScaleIn
from bsa.shapes import Listing, Page
from bsa.shares.models import OwnShare
from bsa.slips.models import SlipRound
from bsa.statistics.models import StatisticsRelease
from bsa.suggestions.actions import propose_introduction
from bsa.tasks.actions import book_line, plan_task, score_aim
from bsa.tasks.models import MoneyKind
from bsa.tasks.shapes import AimScoreIn, BudgetLineIn, TaskIn
from bsa.themes.actions import name_theme
from bsa.themes.shapes import ThemeIn
from bsa.trust.actions import propose_handover, record_signal
from bsa.trust.models import HandoverReason
from bsa.trust.shapes import HandoverIn, SignalIn
from bsa.voices.models import PublicVoice, VoiceKind

from tests.around import look_around
from tests.cast import NOW, a_resident
from tests.conftest import open_copy
from tests.conventions.deeds import scale
from tests.delivered import many
from tests.doors import api_on
from tests.referred import told as referral_told
from tests.shared import alike, found

LONG = bool(os.environ.get("BSA_TEST_LONG"))
MANY = 50 if LONG else 16
"""How long the longest list is. A statement for each row shows in sixteen as it does in fifty."""
LENGTHS = (1, 5, MANY)

OF_RESIDENTS = (4, "caller, rows, the residents' keys from their separate store, access log")
OF_ONE_RESIDENT = (7, "caller, the resident, the workers, the key, rows, names, access log")
STATEMENTS: dict[str, tuple[int, str]] = {
    "/accounts": (4, "caller, accounts, and their roles and their areas, which are two lists of their own"),
    "/appointments": OF_RESIDENTS,
    "/areas": (2, "caller, rows"),
    "/areas/{area_id}/logbook-entries": (3, "caller, the area, rows"),
    "/areas/{area_id}/photos": (3, "caller, the area, rows"),
    "/areas/{area_id}/place-features": (3, "caller, the area, rows"),
    "/asks": (2, "caller, rows"),
    "/aims/{aim_id}/scores": (4, "caller, the aim, the initiative, rows"),
    "/closings": (2, "caller, rows"),
    "/clients": (4, "caller, rows, their institutions, their areas"),
    "/colleagues": (2, "caller, rows"),
    "/groups": (2, "caller, rows"),
    "/initiatives/{initiative_id}/budget-lines": (3, "caller, the initiative, rows"),
    "/initiatives/{initiative_id}/tasks": (3, "caller, the initiative, rows"),
    "/commitments": (2, "caller, rows"),
    "/agreements": (2, "caller, rows"),
    "/forums": (2, "caller, rows"),
    "/meetings": (2, "caller, rows"),
    "/public/neighbourhoods/{area_id}/meetings": (1, "rows"),
    "/handovers": OF_RESIDENTS,
    "/handovers/needed": OF_RESIDENTS,
    "/initiatives": (3, "caller, rows, their themes"),
    "/institutions": (2, "caller, rows"),
    "/institutions/{institution_id}/contacts": (3, "caller, the institution, rows"),
    "/initiatives/{initiative_id}/speaking-orders": (4, "caller, the initiative, rows, their turns"),
    "/learning-steps": (3, "caller, the initiative, rows"),
    "/needs": OF_RESIDENTS,
    "/promises": OF_RESIDENTS,
    "/public/neighbourhoods": (1, "rows"),
    "/public/neighbourhoods/{area_id}/commitments": (3, "rows, their quotes, their events"),
    "/public/neighbourhoods/{area_id}/events": (1, "rows"),
    "/commitments/{commitment_id}/slip-rounds": (3, "caller, the commitment, rows"),
    "/voices": (2, "caller, rows"),
    "/residents": OF_RESIDENTS,
    "/residents/{resident_id}/assets": OF_ONE_RESIDENT,
    "/residents/{resident_id}/sketch-lines": OF_ONE_RESIDENT,
    "/residents/{resident_id}/own-shares": OF_ONE_RESIDENT,
    "/residents/{resident_id}/practice-moments": (6, "caller, the resident, the workers, the key, rows, access log"),
    # What is a resident's own is opened for those who look after the resident, so that is asked first.
    "/residents/{resident_id}/contacts": (7, "caller, the resident, the workers, the key, rows, names, access log"),
    "/residents/{resident_id}/ties": (6, "caller, the resident, the workers, the key, rows, access log"),
    "/residents/{resident_id}/scale-scores": (6, "caller, the resident, the workers, the key, rows, access log"),
    "/residents/{resident_id}/goals": (
        9,
        "caller, the resident, the workers, the key, rows, their levels, their scores, names, access log",
    ),
    "/residents/{resident_id}/signals": (6, "caller, the resident, the workers, the key, rows, access log"),
    "/referrals": (2, "caller, rows"),
    "/scales": (2, "caller, rows"),
    "/tracks": (3, "caller, rows, what happened in them"),
    "/rounds": (3, "caller, rows, names"),
    "/signals": OF_RESIDENTS,
    "/introductions": (6, "caller, rows, the own sides, the residents' keys, the workers of the others, access log"),
    "/societal-tasks": (2, "caller, rows"),
    "/statistics/releases": (1, "rows"),
    "/suggestions": (3, "caller, rows, the places that enough households are of"),
    "/subscriptions": (2, "caller, rows"),
    "/subscriptions/{subscription_id}/deliveries": (3, "caller, the subscription, rows"),
    "/themes": (3, "caller, rows, their needs"),
    "/themes/{theme_id}/needs": (5, "caller, the theme, rows, the residents' keys, access log"),
}
"""How many statements each list takes, and which."""

ASKED_FOR = {"/learning-steps": "?initiativeId={initiative_id}", "/statistics/releases": "?allRevisions=true"}
"""Lists of which one must say which."""


@pytest.fixture(scope="module")
def filled(
    database_kind: str, template: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, dict[str, str]]]:
    """Fill one installation for all that is counted: a list only reads."""
    copy = tmp_path_factory.mktemp("filled")
    with clock.standing_at(NOW), open_copy(database_kind, template, copy) as database:
        yield database, fill(database)


@pytest.fixture
def things(filled: tuple[Database, dict[str, str]]) -> dict[str, str]:
    """Return the token of whoever reaches all, and the keys for paths."""
    return filled[1]


def fill(database: Database) -> dict[str, str]:
    """Fill every list with more rows than are asked for, within reach of one account; return its token and keys."""
    with database.writing() as session:
        municipality_id = session.scalars(select(Area.id).where(col(Area.level) == Level.MUNICIPALITY)).one()
        district_id = session.scalars(select(Area.id).where(col(Area.level) == Level.DISTRICT)).one()
        areas = [_neighbourhood(session, district_id, number) for number in range(MANY + 1)]
        roles = [Role.ACTIVATOR, Role.TEAM_LEADER, Role.ADMINISTRATOR]
        told = AccountIn(name="wide", display_name="Wide", roles=roles, area_ids=[municipality_id])
        account = create_account(session, None, told)
        me = actor_by_name(session, "wide", Purpose.OWN_NEIGHBOURHOOD)
        first, *_ = [_one_of_each(session, me, area_id, number) for number, area_id in enumerate(areas)]
        sheet = LevelIn(level=RegistrationLevel.DOSSIER, informed_on=clock.today(), informed_how=Informed.SHEET)
        raise_level(session, me, first["resident_id"], 1, sheet)
        for _ in range(MANY + 1):
            _bond(session, me, first["resident_id"])
        _sit_together(session, me, first)
        session.add(PostcodeArea(postcode4="7811", area_id=first["area_id"]))
        refer_often(session, me, first)
        for _ in range(MANY):
            _contact(session, me, first["resident_id"])
            _lifeworld(session, me, first["resident_id"])
            look_around(session, me, first["resident_id"])
            record_scale(session, me, ScaleIn.model_validate(scale))
            _doing(session, me, first["resident_id"], first["initiative_id"])
            _together(session, me, first["initiative_id"], first["aim_id"])
            _place(session, me, first["area_id"])
            _person(session, me, first["institution_id"])
            _published(session, me, first["ask_id"])
            _machine(session, me, first["institution_id"], first["area_id"])
        first["subscription_id"] = many(session, me, first["institution_id"], MANY)
        first["commitment_id"] = _outside(session, me, first["ask_id"])
        for number in range(1, MANY + 2):
            _closed(session, me, number)
        for area_id in areas:
            _shared(session, me, area_id)
        needs = [_need(session, me, first["resident_id"]) for _ in range(MANY + 1)]
        first["theme_id"] = _theme(session, me, first["area_id"], "Alles bijeen", needs)
        token = issue_token(session, account, Purpose.OWN_NEIGHBOURHOOD)
        return {"token": token, **{name: str(key) for name, key in first.items()}}


@pytest.fixture
def client(filled: tuple[Database, dict[str, str]]) -> Iterator[TestClient]:
    database, things = filled
    with TestClient(api_on(database), headers={"Authorization": f"Bearer {things['token']}"}) as client:
        yield client


def test_a_list_takes_as_many_statements_whatever_its_length(client: TestClient, things: dict[str, str]) -> None:
    found = {
        path: [count(client, (path + ASKED_FOR.get(path, "")).format_map(things), length) for length in LENGTHS]
        for path in STATEMENTS
    }

    assert found == {path: [number] * len(LENGTHS) for path, (number, _) in STATEMENTS.items()}


def test_every_list_stands_in_the_table(database: Database) -> None:
    assert {path for path, endpoint in routes(database) if takes_a_length(endpoint)} == set(STATEMENTS)


def test_a_statement_for_each_row_is_noticed(
    client: TestClient, things: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = queries.list_commitments

    def and_look_each_up(session: Session, actor: Actor, wanted: Any) -> Page[Any]:
        page: Page[Any] = real(session, actor, wanted)
        for item in page.items:
            session.scalars(select(Institution.name).where(col(Institution.id) == item.institution_id)).one()
        return page

    monkeypatch.setattr(queries, "list_commitments", and_look_each_up)

    assert [count(client, "/commitments", length) for length in LENGTHS] == [3, 7, MANY + 2]


def test_pages_stay_as_they_were_while_rows_are_added(
    filled: tuple[Database, dict[str, str]], client: TestClient
) -> None:
    database, things = filled
    paths = {path: (path + ASKED_FOR.get(path, "")).format_map(things) for path in STATEMENTS}
    there = {path: followed(client, first_page(client, found, 200)) for path, found in paths.items()}
    begun = {path: first_page(client, found, MANY // 3) for path, found in paths.items()}

    add_rows(database, things)

    for path, (items, following) in begun.items():
        read = followed(client, (items, following))
        assert len(read) == len(set(read)), f"{path} gives something twice"
        assert set(read) >= set(there[path]), f"{path} skips something"
    grown = {
        path
        for path, found in paths.items()
        if len(followed(client, first_page(client, found, 200))) > len(there[path])
    }
    assert len(grown) > len(paths) * 2 / 3, "hardly anything was added: this proved nothing"


def add_rows(database: Database, things: dict[str, str]) -> None:
    """Add to the lists while somebody is reading them."""
    with database.writing() as session:
        me = actor_by_name(session, "wide", Purpose.OWN_NEIGHBOURHOOD)
        district_id = session.scalars(select(Area.id).where(col(Area.level) == Level.DISTRICT)).one()
        area_id = _neighbourhood(session, district_id, 900)
        me = actor_by_name(session, "wide", Purpose.OWN_NEIGHBOURHOOD)
        _one_of_each(session, me, area_id, 900)
        _shared(session, me, area_id)
        resident_id, initiative_id = UUID(things["resident_id"]), UUID(things["initiative_id"])
        institution_id, here = UUID(things["institution_id"]), UUID(things["area_id"])
        for _ in range(3):
            _bond(session, me, resident_id)
            _contact(session, me, resident_id)
            _lifeworld(session, me, resident_id)
            look_around(session, me, resident_id)
            _doing(session, me, resident_id, initiative_id)
            _together(session, me, initiative_id, UUID(things["aim_id"]))
            _place(session, me, here)
            _person(session, me, institution_id)
            _published(session, me, UUID(things["ask_id"]))
            _machine(session, me, institution_id, here)


Begun = tuple[list[str], str | None]
"""What was read of a list so far, and where it goes on."""


def first_page(client: TestClient, path: str, length: int) -> Begun:
    """Read the first page of a list."""
    return _page(client, f"{path}{'&' if '?' in path else '?'}limit={length}")


def followed(client: TestClient, begun: Begun) -> list[str]:
    """Read on until the end, by `Link` alone."""
    items, following = begun
    items = [*items]
    while following:
        more, following = _page(client, following.removeprefix("/api/v1"))
        items += more
    return items


def _page(client: TestClient, path: str) -> Begun:
    answer = client.get(path)
    assert answer.status_code == 200, path
    items = [str(one.get("id") or one.get("code") or sorted(one.items())) for one in answer.json()["items"]]
    return items, answer.links.get("next", {}).get("url")


def _sit_together(session: Session, me: Actor, first: dict[str, Any]) -> None:
    """Make forums, meetings of which all may read the minutes, and agreements."""
    today, now = clock.today(), clock.now()
    for number in range(MANY + 1):
        forum = make_forum(session, me, ForumIn(area_id=first["area_id"], name=f"Overleg {number}"))
        meeting = Meeting(forum_id=forum.id, area_id=forum.area_id, starts_at=now, closed_at=now, published_on=today)
        agreement = Agreement(
            area_id=forum.area_id,
            institution_id=first["institution_id"],
            title="Samen",
            shares="Planning",
            ground="Geen namen",
            valid_from=today,
            valid_until=today,
        )
        session.add_all([meeting, agreement])
    session.flush()


def count(client: TestClient, path: str, length: int) -> int:
    """Ask for a list of this length and count the statements that it took."""
    with counting() as statements:
        answer = client.get(f"{path}{'&' if '?' in path else '?'}limit={length}")
    assert answer.status_code == 200
    # Where a list has other rows in it than those made here, there may be more of them, but never fewer.
    assert len(answer.json()["items"]) == length
    return len(statements)


@contextmanager
def counting() -> Iterator[list[str]]:
    """Collect the statements that are sent to any database, the key store included."""
    statements: list[str] = []

    def collect(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", collect)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", collect)


def routes(database: Database) -> list[tuple[str, Any]]:
    found = [(context.path, context.endpoint) for context in iter_route_contexts(api_on(database).routes)]
    assert len(found) > 30
    return [(path, endpoint) for path, endpoint in found if path and endpoint]


def takes_a_length(endpoint: Any) -> bool:
    """Tell whether an operation takes what every list takes: how many, and from where on."""
    for parameter in signature(endpoint).parameters.values():
        kind = next(iter(get_args(parameter.annotation)), None)
        if isinstance(kind, type) and issubclass(kind, Listing):
            return True
    return False


def _neighbourhood(session: Session, district_id: UUID, number: int) -> UUID:
    told = AreaIn(
        level=Level.NEIGHBOURHOOD,
        name=f"Buurt {number}",
        code=f"BU0114Y{number:03}",
        division_year=2026,
        parent_id=district_id,
    )
    return record_area(session, None, told).id


def _one_of_each(session: Session, me: Actor, area_id: UUID, number: int) -> dict[str, UUID]:
    """Make one row for each list, in an area of its own; return the keys that paths are made of."""
    today = clock.today()
    colleague = AccountIn(name=f"colleague{number}", display_name="Colleague", roles=[Role.ACTIVATOR])
    next_face = create_account(session, None, colleague.model_copy(update={"area_ids": [area_id]}))
    resident_id = a_resident(session, me, area_id).id
    propose_handover(session, me, resident_id, HandoverIn(to_account_id=next_face.id, reason=HandoverReason.LEAVES))
    _contact(session, me, resident_id)
    _lifeworld(session, me, resident_id)
    _theme(session, me, area_id, f"Tocht {number}", [_need(session, me, resident_id)])
    initiative = {"area_id": area_id, "title": "Warm", "origin": "together", "started_on": today}
    initiative_id = start_initiative(session, me, InitiativeIn.model_validate(initiative)).id
    _doing(session, me, resident_id, initiative_id)
    aim_id = set_aim(session, me, initiative_id, AimIn(text="Iedereen warm")).id
    _together(session, me, initiative_id, aim_id)
    start_round(session, me, RoundIn(area_id=area_id, where="Molenstraat"))
    institution = Institution(name=f"Instelling {number}", kind=InstitutionKind.WELFARE)
    session.add(institution)
    session.flush()
    ask = draft_ask(
        session, me, AskIn(initiative_id=initiative_id, institution_id=institution.id, text="Herstel de kozijnen")
    )
    put = {"happened_on": today, "reply_by": today + timedelta(days=14), "source": "mail", "mandate": "policy"}
    put_ask(session, me, ask.id, ask.version, PutIn.model_validate(put))
    answer = {"answer": "yes", "happened_on": today, "source": "mail"}
    record_answer(session, me, ask.id, ask.version, AnswerIn.model_validate(answer))
    _published(session, me, ask.id)
    _person(session, me, institution.id)
    _track(session, me, area_id, institution.id)
    return {
        "area_id": area_id,
        "resident_id": resident_id,
        "initiative_id": initiative_id,
        "aim_id": aim_id,
        "institution_id": institution.id,
        "ask_id": ask.id,
    }


def _outside(session: Session, me: Actor, ask_id: UUID) -> UUID:
    """Have slips handed out again and again for one promise, and as much said of the list; return the promise."""
    promise = session.scalars(select(Commitment).where(col(Commitment.ask_id) == ask_id)).first()
    assert promise is not None
    today = clock.today()
    for _ in range(MANY + 1):
        handed_out = SlipRound(
            area_id=promise.area_id,
            commitment_id=promise.id,
            handed_out_on=today,
            handed_out_by_id=me.id,
            until_on=today,
        )
        said = PublicVoice(
            area_id=promise.area_id,
            kind=VoiceKind.QUESTION,
            words="Wanneer?",
            code_digest=str(clock.new_id()),
            came_on=today,
        )
        session.add_all([handed_out, said])
    session.flush()
    return promise.id


def _bond(session: Session, me: Actor, resident_id: UUID) -> None:
    record_signal(session, me, resident_id, SignalIn(words="De lamp is stuk", came_on=clock.today()))
    told = AppointmentIn(starts_at=clock.now(), resident_id=resident_id, place="Aan de keukentafel")
    make_appointment(session, me, told)


def refer_often(session: Session, me: Actor, first: dict[str, Any]) -> None:
    """Have somebody referred again and again, and taken on by me."""
    for number in range(MANY + 1):
        told = referral_told(areaCode=None, postcode4="7811", externalRef=f"HIS-{number}")
        made, _ = enter_referral(session, me, first["institution_id"], ReferralIn.model_validate(told))
        accept_referral(session, me, made.id, None, AcceptanceIn())


def _contact(session: Session, me: Actor, resident_id: UUID) -> None:
    today = clock.today()
    told = {"happened_on": today, "place": "at_home", "purpose": "being_there"}
    promise = {"text": "Folie brengen", "due_on": today}
    note_contact(session, me, resident_id, ContactIn.model_validate(told | {"promise": promise}))


def _lifeworld(session: Session, me: Actor, resident_id: UUID) -> None:
    # Written as they lie, whatever the registration level: the list only reads them.
    told: dict[str, Any] = {"resident_id": resident_id, "words": "x", "told_on": clock.today(), "worker_id": me.id}
    session.add_all([SketchLine(voice=Voice.RESIDENT, **told), Asset(kind=AssetKind.TALENT, **told)])
    session.flush()


def _doing(session: Session, me: Actor, resident_id: UUID, initiative_id: UUID) -> None:
    # Written as they lie, whatever the registration level: the lists only read them.
    today = clock.today()
    of_resident: dict[str, Any] = {"resident_id": resident_id, "worker_id": me.id}
    share: dict[str, Any] = {"side": "mine", "prompt": "keeps_it", "words": "x", "author": "together"}
    area_id = session.get_one(Resident, resident_id).area_id
    session.add_all(
        [
            OwnShare(written_on=today, **share, **of_resident),
            PracticeMoment(area_id=area_id, planned_on=today, scary_thing="x", **of_resident),
        ]
    )
    step = {"initiative_id": initiative_id, "what": "Zaal geregeld", "who_did_it": "together"}
    record_step(session, me, LearningStepIn.model_validate(step))
    turns = [{"side": "resident", "who": "Bewoners", "minutes": 5}]
    make_speaking_order(
        session, me, initiative_id, SpeakingOrderIn.model_validate({"meeting_on": today, "turns": turns})
    )


def _place(session: Session, me: Actor, area_id: UUID) -> None:
    note_entry(session, me, area_id, LogbookEntryIn(kind=LogbookKind.WORKS, words="Het pad ligt open"))
    note_feature(session, me, area_id, PlaceFeatureIn(kind=FeatureKind.ASSET, name="Buurthuis"))
    taken = session.scalar(select(func.count()).select_from(NeighbourhoodPhoto)) or 0
    quarter = f"{1990 + taken // 4}-Q{taken % 4 + 1}"
    take_photo(session, me, area_id, PhotoIn(quarter=quarter, better="Licht"))


def _together(session: Session, me: Actor, initiative_id: UUID, aim_id: UUID) -> None:
    plan_task(session, me, initiative_id, TaskIn(what="Zaal regelen"))
    book_line(session, me, initiative_id, BudgetLineIn(kind=MoneyKind.COST, what="Koffie", cents=1_250))
    score_aim(session, me, aim_id, AimScoreIn(level=0))
    found_group(session, me, GroupIn(initiative_id=initiative_id, kind=GroupKind.RESIDENTS_GROUP))


def _need(session: Session, me: Actor, resident_id: UUID) -> UUID:
    told = {"life_area": "housing", "words": "Het tocht", "learned_on": clock.today()}
    return record_need(session, me, resident_id, NeedIn.model_validate(told)).id


def _shared(session: Session, me: Actor, area_id: UUID) -> None:
    """Needs of three residents that may share a question; they are asked whether they want to meet."""
    alike(session, [me] * 3, area_id)
    found(session, area_id)
    needs = list(session.scalars(select(col(Need.id)).where(col(Need.area_id) == area_id)))
    # Of a whole key some digits may look like a citizen service number.
    title = f"Licht {area_id.hex[-6:]}"
    told = {"area_id": area_id, "title": title, "life_area": "housing", "need_ids": needs[-2:]}
    propose_introduction(session, me, name_theme(session, me, ThemeIn.model_validate(told)).id)


def _theme(session: Session, me: Actor, area_id: UUID, title: str, need_ids: list[UUID]) -> UUID:
    told = {"area_id": area_id, "title": title, "life_area": "housing", "need_ids": need_ids}
    return name_theme(session, me, ThemeIn.model_validate(told)).id


def _track(session: Session, me: Actor, area_id: UUID, institution_id: UUID) -> None:
    committee = GroupIn(area_id=area_id, name="Commissie", kind=GroupKind.TENANTS_COMMITTEE)
    told = {"group_id": found_group(session, me, committee).id, "institution_id": institution_id}
    begin_track(session, me, TrackIn.model_validate(told | {"subject": "Kozijnen", "begun_on": clock.today()}))


def _closed(session: Session, me: Actor, number: int) -> None:
    """Agree on a task; and a quarter that is published, without numbers: a list shows none."""
    agree_task(session, me, SocietalTaskIn(year=2026, name=f"Opgave {number}", planned=number))
    told: dict[str, Any] = {
        "municipality": "GM0114",
        "period": "2025-Q4",
        "division_year": 2025,
        "method": "sdc1.1",
        "digest": "0",
    }
    why = None if number == 1 else "Nog eens"
    shown: dict[str, Any] = {
        "published_at": clock.now(),
        "fingerprint": "0" * 64,
        "frozen": '{"names":{"GM0114":"Emmen"}}',
    }
    session.add(StatisticsRelease(**told, **shown, revision=number, reason=why))


def _person(session: Session, me: Actor, institution_id: UUID) -> None:
    told = InstitutionContactIn(name="Joost Hendriks", mandate=Mandate.OPERATIONAL)
    record_contact(session, me, institution_id, told)


def _machine(session: Session, me: Actor, institution_id: UUID, area_id: UUID) -> None:
    """Register a system of a partner."""
    told = {
        "name": f"Systeem {clock.new_id()}",
        "institution_id": institution_id,
        "area_ids": [area_id],
        "scopes": ["ledger:read"],
        "keys_url": "https://partner.example/jwks.json",
    }
    register_client(session, me, ClientIn.model_validate(told))


def _published(session: Session, me: Actor, ask_id: UUID) -> None:
    today = clock.today()
    promise = {
        "ask_id": ask_id,
        "promise": "Wij herstellen de kozijnen.",
        "residents_words": "Onze ramen tochten niet meer.",
        "sign": "De ramen sluiten.",
        "due_on": today + timedelta(days=30),
        "mandate": "policy",
        "promised_on": today,
    }
    commitment = record_commitment(session, me, CommitmentIn.model_validate(promise))
    shown = {"kind": "published", "happened_on": today, "visibility": "public", "previewed": True}
    enter_event(session, me, commitment.id, commitment.version, CommitmentEventIn.model_validate(shown))
