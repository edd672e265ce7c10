"""The rows that are measured: 10,000 residents, each with a key of its own, and 2,000 commitments with their events.

They are put in directly, not through the actions, which would take ten times as long; each cell is sealed as always.
The same values go as plain text into the tables of the tutorial server.
"""

import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Engine, Table, insert, text
from sqlmodel import Session

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Area, Level
from bsa.areas.shapes import AreaIn
from bsa.asks.models import AnswerKind, Ask, AskEvent, AskEventKind, AskState, Side, Source
from bsa.commitments.models import Commitment, CommitmentEvent
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.queries import rules_of
from bsa.commitments.standing import standing
from bsa.database import Database
from bsa.initiatives.models import Initiative, Origin, Phase
from bsa.institutions.models import Institution, InstitutionKind, Mandate
from bsa.keyring import KEY_BYTES
from bsa.keystore import data_key
from bsa.people.actions import create_account, issue_token, sign_in
from bsa.people.models import Account
from bsa.people.shapes import AccountIn, SignInIn
from bsa.permissions import Purpose, Role
from bsa.residents.models import (
    AgeBand,
    ContactChannel,
    Informed,
    ReadingComfort,
    RegistrationLevel,
    Resident,
    ResidentWorker,
    WorkerPart,
)
from bsa.sealing import sealed_columns, sealer
from bsa.settings import Settings

from benchmarks import tutorial

RESIDENTS = 10_000
COMMITMENTS = 2_000
DISTRICTS, NEIGHBOURHOODS, COMPLEXES, WORKERS = 4, 5, 3, 10
"""Districts; neighbourhoods in each; complexes in each of these; activators in each district."""
PASSWORD = "made up for measuring"
CHUNK = 500

Values = dict[str, Any]


@dataclass(frozen=True)
class Filled:
    """What a request needs to know of the rows."""

    token: str
    cookie: str
    area_id: UUID
    commitment_id: UUID


def fill(settings: Settings, plain_url: str) -> Filled:
    """Fill an empty installation, and the tutorial's tables at `plain_url`; return what requests need."""
    chance = random.Random(1)
    database = Database(settings)
    database.migrate()
    with database.writing() as session:
        places = _areas(session)
        institutions = _institutions(session)
        workers = [_workers(session, number, district) for number, district in enumerate(places)]
        me = workers[0][0]
        residents, looking_after = _residents(chance, places, workers)
        commitments, events = _commitments(session, chance, places, institutions, workers)
        _make_keys(database, residents)
        for kind, rows in (
            (Resident, _seal(session, residents)),
            (ResidentWorker, looking_after),
            (Commitment, commitments),
            (CommitmentEvent, events),
        ):
            session.connection().execute(insert(kind), rows)
        _name(session, residents, looking_after, commitments)
        filled = Filled(
            token=issue_token(session, me, Purpose.OWN_NEIGHBOURHOOD),
            cookie=sign_in(session, SignInIn(name=me.name, password=SecretStr(PASSWORD)), "127.0.0.1") or "",
            area_id=places[0][0].id,
            commitment_id=next(one["id"] for one in commitments if one["area_id"] == places[0][0].id),
        )
    _analyze(database.engine)
    database.close()
    _fill_plain(plain_url, residents, commitments, events)
    return filled


def _areas(session: Session) -> list[list[Area]]:
    """Make a municipality; return for each district its neighbourhoods and, after them, their complexes."""
    year = 2026
    municipality = record_area(
        session, None, AreaIn(level=Level.MUNICIPALITY, name="Emmen", code="GM0114", division_year=year)
    )
    districts = []
    for first in range(DISTRICTS):
        told = AreaIn(level=Level.DISTRICT, name=f"District {first}", code=f"WK01149{first}", division_year=year)
        district = record_area(session, None, told.model_copy(update={"parent_id": municipality.id}))
        neighbourhoods = [
            record_area(
                session,
                None,
                AreaIn(
                    level=Level.NEIGHBOURHOOD,
                    name=f"Neighbourhood {first}.{second}",
                    code=f"BU01149{first}{second:02}",
                    division_year=year,
                    parent_id=district.id,
                ),
            )
            for second in range(NEIGHBOURHOODS)
        ]
        complexes = [
            record_area(session, None, AreaIn(level=Level.COMPLEX, name=f"Complex {third}", parent_id=outer.id))
            for outer in neighbourhoods
            for third in range(COMPLEXES)
        ]
        districts.append([*neighbourhoods, *complexes])
    return districts


def _institutions(session: Session) -> list[Institution]:
    kinds = list(InstitutionKind)
    made = [Institution(name=f"Institution {number}", kind=kinds[number % len(kinds)]) for number in range(12)]
    session.add_all(made)
    session.flush()
    return made


def _workers(session: Session, district: int, areas: list[Area]) -> list[Account]:
    return [
        create_account(
            session,
            None,
            AccountIn(
                name=f"worker{district}{number}",
                display_name=f"Worker {number} of district {district}",
                roles=[Role.ACTIVATOR],
                area_ids=[area.id for area in areas if area.level is Level.NEIGHBOURHOOD],
            ),
            PASSWORD if district == number == 0 else None,
        )
        for number in range(WORKERS)
    ]


def _residents(
    chance: random.Random, places: list[list[Area]], workers: list[list[Account]]
) -> tuple[list[Values], list[Values]]:
    """Make residents and who looks after them; every tenth has a stand-in too."""
    today, now = clock.today(), clock.now()
    residents: list[Values] = []
    looking_after: list[Values] = []
    for number in range(RESIDENTS):
        district = number % DISTRICTS
        seen_on = today - timedelta(days=chance.randrange(400))
        known = number % 3 > 0
        resident = {
            "id": UUID(int=chance.getrandbits(128), version=4),
            "created_at": now,
            "changed_at": now,
            "version": 1,
            "level": RegistrationLevel.KNOWN if known else RegistrationLevel.ALIAS,
            "call_name": f"Resident {number}",
            "area_id": chance.choice(places[district]).id,
            "informed_on": seen_on,
            "informed_how": Informed.SHEET if known else Informed.SPOKEN,
            "preferred_language": "nl",
            "reading_comfort": chance.choice(list(ReadingComfort)),
            "full_name": f"Resident van der Number {number}" if known else None,
            "contact_channel": ContactChannel.PHONE if known else None,
            "contact_value": f"06 {number:08}" if known else None,
            "age_band": AgeBand.FROM_27 if known else None,
            "last_contact_on": seen_on,
        }
        residents.append(resident)
        team = chance.sample(workers[district], 2 if number % 10 == 0 else 1)
        looking_after += [
            {
                "id": clock.new_id(),
                "created_at": now,
                "resident_id": resident["id"],
                "account_id": worker.id,
                "part": part,
                "from_on": seen_on,
            }
            for part, worker in zip((WorkerPart.ASSIGNED, WorkerPart.STANDS_IN), team, strict=False)
        ]
    return residents, looking_after


def _make_keys(database: Database, residents: list[Values]) -> None:
    """Make the residents' keys in one transaction; the key store itself makes each in its own."""
    ring, now = database.settings.ring, clock.now()
    rows = [
        {
            "owner_id": resident["id"],
            "wrapped_by": ring.current,
            "wrapped": ring.wrap(os.urandom(KEY_BYTES), resident["id"].bytes),
            "created_at": now,
        }
        for resident in residents
    ]
    with database.keys_engine.begin() as connection:
        connection.execute(insert(data_key), rows)


def _seal(session: Session, residents: list[Values]) -> list[Values]:
    """Seal the personal cells of residents, each with the resident's own key."""
    box, sealed = sealer(session), []
    for start in range(0, len(residents), CHUNK):
        part = residents[start : start + CHUNK]
        box.fetch(resident["id"] for resident in part)
        for resident in part:
            key = resident["id"]
            cells = {
                column: resident.get(column) and box.seal(resident[column], "resident", column, key, key)
                for column in sealed_columns(Resident)
            }
            sealed.append(resident | cells)
    return sealed


def _commitments(
    session: Session,
    chance: random.Random,
    places: list[list[Area]],
    institutions: list[Institution],
    workers: list[list[Account]],
) -> tuple[list[Values], list[Values]]:
    """Make five commitments for each ask and five asks for each initiative, with one to five events each."""
    today = clock.today()
    commitments: list[Values] = []
    events: list[Values] = []
    for number in range(COMMITMENTS // 25):
        district = number % DISTRICTS
        area, worker = places[district][number // DISTRICTS % NEIGHBOURHOODS], workers[district][0]
        initiative = Initiative(
            area_id=area.id,
            title=f"Initiative {number}",
            origin=Origin.RESIDENTS,
            phase=Phase.NEGOTIATING,
            phase_since=today,
            started_on=today - timedelta(days=200),
        )
        session.add(initiative)
        session.flush()
        for institution in chance.sample(institutions, 5):
            ask = _ask(session, initiative, institution, worker)
            for _ in range(5):
                key = clock.new_id()
                story = _story(chance, key, today + timedelta(days=chance.randrange(-150, 150)), worker.id)
                commitments.append(_commitment(session, key, ask, story))
                events += story
    return commitments, events


def _ask(session: Session, initiative: Initiative, institution: Institution, worker: Account) -> Ask:
    on = initiative.started_on
    ask = Ask(
        initiative_id=initiative.id,
        area_id=initiative.area_id,
        institution_id=institution.id,
        text="Repair the lift, and say when.",
        voiced_by=Side.RESIDENTS,
        state=AskState.ANSWERED,
        reply_by=on + timedelta(days=14),
        last_answer=AnswerKind.YES,
        mandate=Mandate.POLICY,
        times_asked=1,
        last_event_on=on,
    )
    session.add(ask)
    session.flush()
    happenings = (
        (AskEventKind.DRAFTED, None, None, None),
        (AskEventKind.ASKED, None, Mandate.POLICY, ask.reply_by),
        (AskEventKind.ANSWERED, AnswerKind.YES, Mandate.POLICY, None),
    )
    for number, (kind, answer, mandate, reply_by) in enumerate(happenings, start=1):
        session.add(
            AskEvent(
                ask_id=ask.id,
                number=number,
                kind=kind,
                happened_on=on,
                entered_by_id=worker.id,
                on_behalf_of=Side.RESIDENTS,
                source=Source.MEETING,
                answer=answer,
                mandate=mandate,
                reply_by=reply_by,
            )
        )
    return ask


def _story(chance: random.Random, commitment_id: UUID, due_on: date, worker_id: UUID) -> list[Values]:
    """Make the first one to five events of one and the same story."""
    promised_on, later = due_on - timedelta(days=60), due_on + timedelta(days=7)
    story: list[Values] = [
        {"kind": Kind.RECORDED, "happened_on": promised_on, "due_on": due_on},
        {"kind": Kind.CONFIRMED, "happened_on": promised_on, "words": "Yes, in writing."},
        {
            "kind": Kind.MOVED,
            "happened_on": due_on - timedelta(days=30),
            "due_on": later,
            "residents_agreed": True,
            "words": "A part is late.",
        },
        {"kind": Kind.CLAIMED, "happened_on": due_on, "words": "It runs again."},
        {"kind": Kind.JUDGED, "happened_on": later, "kept": chance.randrange(3, 12), "partly": 2, "not_kept": 1},
    ]
    empty = dict.fromkeys(("words", "due_on", "residents_agreed", "kept", "partly", "not_kept", "visibility"))
    return [
        empty
        | event
        | {
            "id": clock.new_id(),
            "created_at": datetime.combine(event["happened_on"], time(12), UTC),
            "commitment_id": commitment_id,
            "number": number,
            "entered_by_id": worker_id,
            "on_behalf_of": Side.TEAM,
            "source": Source.MEETING,
        }
        for number, event in enumerate(story[: chance.randrange(1, 6)], start=1)
    ]


def _commitment(session: Session, key: UUID, ask: Ask, story: list[Values]) -> Values:
    """Make the commitment of a story, its columns folded from the events by the core's own rules."""
    now, rules = clock.now(), rules_of(session)
    stands = standing(
        [SimpleNamespace(**event, entered_on=event["happened_on"]) for event in story], story[-1]["happened_on"], rules
    )
    return {
        "id": key,
        "created_at": now,
        "changed_at": now,
        "version": 1,
        "ask_id": ask.id,
        "initiative_id": ask.initiative_id,
        "area_id": ask.area_id,
        "institution_id": ask.institution_id,
        "promise": "The lift is repaired, and residents hear each week how far it is.",
        "residents_words": "Everybody on the fourth floor can go out again without asking a neighbour.",
        "sign": "The lift works for four weeks on end.",
        "mandate": Mandate.POLICY,
        "state": stands.state,
        "visibility": stands.visibility,
        "first_due_on": stands.first_due_on,
        "due_on": stands.due_on,
        "claimed_on": stands.claimed_on,
        "window_until": stands.window_until,
        "outcome": stands.outcome,
        "outcome_at_close": stands.outcome or stands.votes.outcome(rules),
        "moved_count": stands.moved_count,
        "reopened_count": stands.reopened_count,
    }


def _name(session: Session, residents: list[Values], looking_after: list[Values], commitments: list[Values]) -> None:
    """Put names beside keys, where the tutorial's rows have them and the application joins."""
    areas = {area.id: area.name for area in session.query(Area)}
    workers = {account.id: account.display_name for account in session.query(Account)}
    institutions = {institution.id: institution.name for institution in session.query(Institution)}
    initiatives = {initiative.id: initiative.title for initiative in session.query(Initiative)}
    assigned = {one["resident_id"]: one["account_id"] for one in looking_after if one["part"] is WorkerPart.ASSIGNED}
    for row in residents:
        row["area_name"], row["worker_name"] = areas[row["area_id"]], workers[assigned[row["id"]]]
        row["mine"] = row["restricted"] = False
    for row in commitments:
        row["area_name"], row["late"] = areas[row["area_id"]], False
        row["institution_name"] = institutions[row["institution_id"]]
        row["initiative_title"] = initiatives[row["initiative_id"]]


def _fill_plain(url: str, residents: list[Values], commitments: list[Values], events: list[Values]) -> None:
    """Put the same values into the tutorial's tables."""
    engine = tutorial.engine_for(url)
    with engine.begin() as connection:
        for kind, rows in (
            (tutorial.PlainResident, residents),
            (tutorial.PlainCommitment, commitments),
            (tutorial.PlainEvent, events),
        ):
            table: Table = vars(kind)["__table__"]
            table.create(connection)
            names = [column.name for column in table.columns]
            connection.execute(insert(table), [{name: _plain(row.get(name)) for name in names} for row in rows])
    _analyze(engine)
    engine.dispose()


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _analyze(engine: Engine) -> None:
    """Let the planner know the rows, as it does in a database in use."""
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
